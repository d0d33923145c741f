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
from warehouse.model.errors import RegisterError
from warehouse.model.schema import empty_frame

texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), min_size=1, max_size=20).map(str.strip)
names = texts.filter(bool)
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
