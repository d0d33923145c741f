"""Registers are files a person reads and adds to: a malformed line names itself, and none is ever lost."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.home.home import Home
from warehouse.home.register_tables import REGISTERS
from warehouse.home.registers import Register, read_registers, register
from warehouse.home.state import read_state
from warehouse.model.errors import RegisterError
from warehouse.model.french import INVISIBLE, NARROW, NBSP
from warehouse.model.schema import empty_frame

texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), min_size=1, max_size=20)
# What nobody sees is taken out.
names = texts.map(lambda text: INVISIBLE.sub("", text).strip()).filter(bool)
amounts = st.none() | st.floats(0, 1e6, allow_nan=False)
dates = st.none() | st.dates(dt.date(1980, 1, 1), dt.date(2079, 12, 31))
baselines = st.builds(
    lambda number, cost, end, act, reason: {
        "project_id": f"PGP-{number:04d}", "number": number, "cost_meur": cost, "start_date": None, "end_date": end,
        "approved_on": end, "act": act, "reason": reason, "edition": "2021-11",
    },
    st.integers(1, 9999), amounts, dates, names, names,
)  # fmt: skip


def projects(folder: Path) -> Register:
    return register(folder, "projects")


def lines(*names: str, ministry: str = "culture") -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"project_id": f"PGP-{n:04d}", "name": name, "ministry_id": ministry, "first_edition": "2021-11"}
            for n, name in enumerate(names, 1)
        ]
    )


@given(st.lists(st.lists(baselines, min_size=1, max_size=4), min_size=1, max_size=4))
def test_a_ledger_gives_back_what_was_added_and_never_loses_a_line(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[dict[str, object]]]
) -> None:
    ledger = register(tmp_path_factory.mktemp("ledger"), "baselines")
    before = b""
    for batch in batches:
        ledger.append(pd.DataFrame(batch), seen=ledger.read())
        after = ledger.path.read_bytes()
        assert after.startswith(before)
        before = after
    found = ledger.read().drop(columns="line").astype(object)
    expected = [line for batch in batches for line in batch]
    for line, row in zip(expected, found.where(found.notna(), None).to_dict("records"), strict=True):
        told = {k: v.date() if isinstance(v, pd.Timestamp) else v for k, v in row.items()}
        assert told == line


def test_a_new_home_has_every_register_with_its_headers(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.create()
    for name, table in REGISTERS.items():
        header = (home.registers / f"{name}.csv").read_text(encoding="utf-8")
        assert header == ",".join(column.name for column in table.columns[1:]) + "\n"
    assert all(frame.empty for frame in read_registers(home.registers).values())


def test_a_file_a_spreadsheet_saved_is_read(tmp_path: Path) -> None:
    content = "\ufeffproject_id,name,ministry_id,first_edition\r\nPGP-0001,Éole,Ministère de la Culture,2021-11\r\n"
    (tmp_path / "projects.csv").write_text(content, encoding="utf-8", newline="")
    (row,) = projects(tmp_path).read().to_dict("records")
    # A label stands for its code.
    assert (row["line"], row["name"], row["ministry_id"]) == (2, "Éole", "culture")


@pytest.mark.parametrize(
    ("name", "line", "parts"),
    [
        ("projects", "PGP-0001,A,culture", ["ligne 2", "3 valeurs au lieu de 4"]),
        ("projects", "X,A,culture,2021-11", ["ligne 2", "« project_id »", "« X »"]),
        ("projects", "PGP-0001,A,magie,2021-11", ["ligne 2", "« ministry_id »", "« magie »", "Attendu"]),
        ("projects", "PGP-0001,A,culture,2021-13", ["« first_edition »", "2021-13"]),
        ("projects", "PGP-0001,,culture,2021-11", ["« name »"]),
        ("baselines", "PGP-0001,0,1,,,,a,b,2021-11", ["« number »", "au moins égal à 1"]),
        ("baselines", "PGP-0001,1,-3,,,,a,b,2021-11", ["« cost_meur »", "« -3 »"]),
        ("baselines", "PGP-0001,1,1,hier,,,a,b,2021-11", ["« start_date »", "« hier »"]),
        ("withheld", "PGP-0001,2021-11,,peut-être,true,open_tender,2021-01-01,x", ["« cost »", "peut-être"]),
        ("exits", "PGP-0001,2021-11,envolé,2021-01-01,x,", ["« exit_reason »", "« envolé »", "Abandonné"]),
        ("links", '2021-11,"A,culture,PGP-0001,new,,,', ["ligne 2"]),
    ],
)
def test_a_malformed_line_names_itself_and_the_file_is_kept(
    tmp_path: Path, name: str, line: str, parts: list[str]
) -> None:
    ledger = register(tmp_path, name)
    text = ledger.header() + line + "\n"
    ledger.path.write_text(text, encoding="utf-8")
    with pytest.raises(RegisterError) as error:
        ledger.read()
    for part in (f"{name}.csv", *parts):
        assert part in str(error.value)
    with pytest.raises(RegisterError):
        ledger.append(lines("A"), seen=empty_frame(ledger.table))
    assert ledger.path.read_text(encoding="utf-8") == text


def test_other_headers_are_refused(tmp_path: Path) -> None:
    (tmp_path / "projects.csv").write_text("id,name\nPGP-0001,A\n", encoding="utf-8")
    with pytest.raises(RegisterError, match="ligne 1"):
        projects(tmp_path).read()


def test_a_register_edited_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    ledger = projects(tmp_path)
    seen = ledger.read()
    ledger.append(lines("D'une autre main"), seen=seen)
    text = ledger.path.read_text(encoding="utf-8")
    with pytest.raises(RegisterError, match="modifié pendant le traitement"):
        ledger.append(lines("Trop tard"), seen=seen)
    assert ledger.path.read_text(encoding="utf-8") == text


def test_a_line_without_an_end_is_not_glued_to_the_next(tmp_path: Path) -> None:
    ledger = projects(tmp_path)
    ledger.path.write_text(ledger.header() + "PGP-0001,A,culture,2021-11", encoding="utf-8")
    ledger.append(lines("A", "B").tail(1), seen=ledger.read())
    assert ledger.read()["name"].tolist() == ["A", "B"]


def test_a_name_of_several_lines_keeps_the_line_numbers_true(tmp_path: Path) -> None:
    ledger = projects(tmp_path)
    ledger.append(lines("Un\nnom, « long »", "Autre"), seen=ledger.read())
    assert ledger.read()["line"].tolist() == [2, 4]
    with ledger.path.open("a", encoding="utf-8") as stream:
        stream.write("PGP-0003,C,nulle part,2021-11\n")
    with pytest.raises(RegisterError, match="ligne 5"):
        ledger.read()


def test_nothing_to_add_touches_nothing(tmp_path: Path) -> None:
    ledger = projects(tmp_path)
    ledger.append(lines().reindex(columns=["name"]), seen=ledger.read())
    assert not ledger.path.exists()


FRENCH = (
    "project_id;edition;exit_reason;decided_on;decided_by;comment;;\r\n"
    "PGP-0015;nov-20;Abandonné;10/11/2020;DINUM;œuvre;;\r\n;;;;;;;\r\n"
)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig", "utf-16"])
def test_a_register_saved_by_a_french_spreadsheet_is_read(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "exits.csv").write_bytes(FRENCH.encode(encoding))
    (row,) = register(tmp_path, "exits").read().to_dict("records")
    day = pd.Timestamp("2020-11-10")
    assert row == {
        "line": 2, "project_id": "PGP-0015", "edition": "2020-11", "exit_reason": "abandoned", "decided_on": day,
        "decided_by": "DINUM", "comment": "œuvre",
    }  # fmt: skip


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig"])
def test_a_line_is_added_as_the_spreadsheet_writes_them(tmp_path: Path, encoding: str) -> None:
    ledger = register(tmp_path, "exits")
    ledger.path.write_bytes(FRENCH.encode(encoding))
    seen = ledger.read()
    ledger.append(seen.drop(columns="line").assign(project_id="PGP-0016", comment="cœur ; é"), seen=seen)
    content = ledger.path.read_bytes()
    assert content.startswith(FRENCH.encode(encoding))
    added = 'PGP-0016;2020-11;abandoned;2020-11-10;DINUM;"cœur ; é"\r\n'
    assert content.decode(encoding).endswith(added)
    assert ledger.read()["comment"].tolist() == ["œuvre", "cœur ; é"]


def test_a_character_that_the_encoding_has_not_turns_the_register_into_utf_8(tmp_path: Path) -> None:
    ledger = register(tmp_path, "exits")
    ledger.path.write_bytes(FRENCH.encode("cp1252"))
    seen = ledger.read()
    ledger.append(seen.drop(columns="line").assign(comment="≥ 9 M€"), seen=seen)
    assert ledger.path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert ledger.read()["comment"].tolist() == ["œuvre", "≥ 9 M€"]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        *((f"{month}-21", f"2021-{rank:02}") for rank, month in enumerate(
            ["janv", "févr", "mars", "avr", "mai", "juin", "juil", "août", "sept", "oct", "nov", "déc"], 1)),
        ("nov.-20", "2020-11"), ("novembre 2020", "2020-11"), ("01/11/2020", "2020-11"), ("2020-11", "2020-11"),
    ],
)  # fmt: skip
def test_an_edition_that_a_spreadsheet_took_for_a_date_is_read(tmp_path: Path, text: str, key: str) -> None:
    (tmp_path / "projects.csv").write_text(
        f"{projects(tmp_path).header()}PGP-0001,A,culture,{text}\n", encoding="utf-8"
    )
    assert projects(tmp_path).read()["first_edition"].tolist() == [key]


@pytest.mark.parametrize("text", ["02/11/2020", "ju-21", "nov", "20-11", "ma-21"])
def test_an_edition_that_could_be_another_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "projects.csv").write_text(
        f"{projects(tmp_path).header()}PGP-0001,A,culture,{text}\n", encoding="utf-8"
    )
    with pytest.raises(RegisterError, match="« 2021-11 »"):
        projects(tmp_path).read()


def test_the_handed_register_of_a_french_spreadsheet_is_read(tmp_path: Path, semester_cases: Path) -> None:
    (tmp_path / "exits.csv").write_bytes((semester_cases / "exits-saved-by-french-excel.csv").read_bytes())
    found = register(tmp_path, "exits").read()
    assert len(found) == 14
    assert found["comment"].iloc[0] == "Ramené sous le seuil des grands projets"


def test_all_bad_lines_of_all_registers_are_told_at_once(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.create()
    bad = {"projects": "PGP-1,A,culture,2021-11\nPGP-0001,A,magie,hier\n", "exits": "PGP-0001\n"}
    for name, text in bad.items():
        with (home.registers / f"{name}.csv").open("a", encoding="utf-8") as stream:
            stream.write(text)
    home.editions_register.write_text("edition,ordinal,published_on,cutoff_on\n2026-06,x,hier,\n", encoding="utf-8")
    with pytest.raises(RegisterError) as refused:
        read_state(home)
    told = str(refused.value).split("\n")
    assert [line.split(" : ")[0].rpartition("/")[2] for line in told] == [
        "editions.csv, ligne 2, colonne « ordinal »",
        "editions.csv, ligne 2, colonne « published_on »",
        "projects.csv, ligne 2, colonne « project_id »",
        "projects.csv, ligne 3, colonne « ministry_id »",
        "projects.csv, ligne 3, colonne « first_edition »",
        "exits.csv, ligne 2",
    ]


def test_thousands_of_bad_lines_are_counted_not_printed(tmp_path: Path) -> None:
    ledger = projects(tmp_path)
    ledger.path.write_text(ledger.header() + "x\n" * 4000, encoding="utf-8")
    with pytest.raises(RegisterError) as refused:
        read_registers(tmp_path)
    *_, last = told = str(refused.value).split("\n")
    assert (len(told), last) == (51, f"… et 3{NARROW}950{NBSP}autres.")
