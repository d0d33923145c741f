"""No character that nobody sees, or that a terminal runs, leaves a home raw: on a terminal, or in what it writes."""

import sqlite3
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from homes import Said, done, panorama
from submissions import HEADERS, row, table_of, write_xlsx

from pipelines.told.console import output, table, write_json
from warehouse.home.registers import register
from warehouse.model.french import INVISIBLE

EDITION, BEFORE = "2021-11", "2021-07"
# Escape sequences, a bidirectional override, a zero-width space, a tag, a soft hyphen, a C1 control.
ODD = "\u202egros\u200b\x1b[31m\u00ad\U000e0041\x9b2J"
TEXTS = (".csv", ".json", ".html", ".md", ".txt", ".svg", ".xml")
ARCHIVES = (".xlsx", ".ods")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home where a name, a text, a header, a sheet, files, registers and reasons have such characters."""
    home = tmp_path_factory.mktemp("odd") / "home"
    headers = HEADERS | {"phase": "Pha\u200bse"}
    for edition in (BEFORE, EDITION):
        rows = [
            row(
                name=f"PROJET {ODD} {name}",
                description=f"Texte {ODD}",
                updated_end_date="2022-12",
                initial_end_date="2022-10",
            )
            for name in ("ALPHA", "BRAVO", "CHARLIE" if edition == BEFORE else "DELTA")
        ]
        write_xlsx(home / "inbox" / edition / "culture.xlsx", table_of(rows, headers), sheet="Pro\u202ejets")
    # openpyxl and Excel keep no control: a CSV does.
    inbox = home / "inbox" / EDITION
    (inbox / f"z{ODD}.xlsx").write_bytes(b"nothing")
    (inbox / f"lien {ODD}.csv").symlink_to("/etc/passwd")
    assert panorama(home, "run", BEFORE).status == 0
    (home / "registers" / "ministries.csv").write_text(
        register(home / "registers", "ministries").header() + f"Minis{ODD}tère,culture,2021-01-01,Mme {ODD} X,{ODD}\n",
        encoding="utf-8",
    )
    return home


@pytest.fixture(scope="module")
def told(home: Path) -> list[Said]:
    """All that commands say of it, refused and then accepted."""
    said = [panorama(home, verb, EDITION) for verb in ("collect", "check", "return", "run")]
    (home / "inbox" / EDITION / f"lien {ODD}.csv").unlink()
    said.append(panorama(home, "quarantine", "list"))
    said.append(panorama(home, "quarantine", "list", "--json"))
    said.append(panorama(home, "quarantine", "dismiss", "z", "--why", ODD))
    (aside,) = (home / "quarantine" / EDITION).glob("*.json")
    said.append(panorama(home, "quarantine", "dismiss", aside.name.removesuffix(".json"), "--why", ODD, "--by", ODD))
    said.append(panorama(home, "quarantine", "list"))
    said.append(panorama(home, "run", EDITION, "--by", f"Mme {ODD}", "--why", ODD))
    assert said[-1].status == 0, said[-1].errors
    said += [panorama(home, verb, EDITION) for verb in ("collect", "return", "show")]
    said += [panorama(home, "show", EDITION, "--json"), panorama(home, "diff", BEFORE, EDITION)]
    said += [panorama(home, "trace", EDITION, "PGP-0001"), panorama(home, "projects", "review")]
    said += [panorama(home, "projects", "exit", "PGP-0003", EDITION, ODD), panorama(home, "registers", "check")]
    return said


def test_nothing_reaches_a_terminal_raw(told: list[Said]) -> None:
    raw = [text for said in told for text in (said.output, said.errors) if INVISIBLE.search(text)]
    assert not raw
    assert any("« U+202E »" in (said.output + said.errors).replace("\u00a0", " ") for said in told)


def texts(path: Path) -> list[str]:
    """All that a file says."""
    if path.suffix in TEXTS:
        return [path.read_text(encoding="utf-8-sig")]
    if path.suffix in ARCHIVES:
        with zipfile.ZipFile(path) as archive:
            return [archive.read(name).decode("utf-8", "ignore") for name in archive.namelist() if name.endswith("xml")]
    if path.suffix == ".parquet":
        return [pd.read_parquet(path).to_csv()]
    if path.suffix in (".db", ".sqlite"):
        with sqlite3.connect(path) as database:
            return list(database.iterdump())
    return []


@pytest.mark.usefixtures("told")
def test_no_file_that_is_written_has_one(home: Path) -> None:
    written = [path for folder in ("out", "warehouse") for path in sorted((home / folder).rglob("*")) if path.is_file()]
    # What is returned to a ministry is its own file, as it sent it.
    own = home / "out" / EDITION / "returned" / "culture.xlsx"
    assert own in written
    raw = [str(path.relative_to(home)) for path in written if path != own and any(map(INVISIBLE.search, texts(path)))]
    assert not raw
    assert {path.suffix for path in written} >= {".csv", ".json", ".html", ".xlsx", ".ods", ".parquet", ".db"}


def test_a_cell_of_a_table_and_a_document_are_shown_too(capsys: pytest.CaptureFixture[str]) -> None:
    shown = table(("Nom",), title=f"Titre {ODD}")
    shown.add_row(ODD)
    output().print(shown)
    write_json({"name": ODD})
    said = capsys.readouterr().out
    assert not INVISIBLE.search(said)
    assert '"\\u202egros\\u200b\\u001b[31m\\u00ad\\udb40\\udc41\\u009b2J"' in said


def test_the_handed_escapes_reach_nobody(reading_cases: Path, tmp_path: Path) -> None:
    inbox = tmp_path / "home" / "inbox" / EDITION
    inbox.mkdir(parents=True)
    case = reading_cases.parent / "hostile" / "terminal-escapes.csv"
    (inbox / "culture.csv").write_bytes(case.read_bytes())
    for verb in ("check", "collect"):
        said = panorama(tmp_path / "home", verb, EDITION)
        assert not INVISIBLE.search(said.output + said.errors)
    page = (tmp_path / "home" / "out" / EDITION / "collection" / "index.html").read_text(encoding="utf-8")
    assert not INVISIBLE.search(page)
    assert done(tmp_path / "home", "quarantine", "list")
