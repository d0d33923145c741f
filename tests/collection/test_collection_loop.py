"""The whole loop of a ministry: its form, faults in it, the form back with each at its cell, corrected, accepted."""

import datetime as dt
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from homes import close, panorama
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from returns import comment, fill, quiet_row, summary
from submissions import table_of, write_xlsx

from assets.forms.returned_summary import FILLS

BEFORE, EDITION = "2021-07", "2021-11"
NAMES = ("ALPHA", "BRAVO", "CHARLIE", "DELTA")
Correction = str | float | dt.date
# By project and field: what is wrong, the rule that says so, what is right.
FAULTS: Mapping[tuple[str, str], tuple[object, str, Correction]] = {
    ("ALPHA", "Fin actualisée"): ("31/02/2023", "READ-003", dt.date(2022, 7, 1)),
    ("ALPHA", "Coût complet actualisé (M€ TTC)"): ("12 000 k€", "COST-010", 12.0),
    ("BRAVO", "Ministère porteur"): ("Ministère de la Magie", "MIN-001", "Ministère de la Culture"),
    ("BRAVO", "Coût complet actualisé (M€ TTC)"): (-12.0, "COST-002", 12.0),
    ("CHARLIE", "Phase"): (None, "PHASE-002", "Conception / Réalisation"),
    ("CHARLIE", "Coût complet actualisé (M€ TTC)"): ("=1+1", "READ-002", 12.0),
    ("DELTA", "Coût complet initial (M€ TTC)"): (35.0, "BASE-003", 10.0),
    ("DELTA", "Projet interministériel"): ("peut-être", "READ-004", "Non"),
}
SIGNED: Mapping[str, object] = {"B6": "Mme X, directrice", "B7": dt.date(2021, 12, 1)}


def places(sheet: Worksheet) -> dict[tuple[str, str], str]:
    """The cell of each fault."""
    headers = {str(cell.value): cell.column_letter for cell in sheet[1] if cell.value}
    rows = {str(line[1].value): line[1].row for line in sheet.iter_rows(min_row=2) if line[1].value}
    return {(name, header): f"{headers[header]}{rows[f'PROJET {name}']}" for name, header in FAULTS}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home where the form of an edition was filled in with faults, checked and returned."""
    home = tmp_path_factory.mktemp("loop")
    rows = [quiet_row(name=f"PROJET {name}") for name in NAMES]
    write_xlsx(home / "inbox" / BEFORE / "culture.xlsx", table_of(rows))
    assert panorama(close(home, BEFORE), "run", BEFORE).status == 0
    assert panorama(home, "template", EDITION).status == 0
    book = load_workbook(home / "out" / EDITION / "templates" / "culture.xlsx")
    for fault, place in places(book["Projets"]).items():
        book["Projets"][place] = FAULTS[fault][0]  # type: ignore[assignment]  # a value of a cell
    for place, value in SIGNED.items():
        book["Attestation"][place] = value  # type: ignore[assignment]  # likewise
    inbox = home / "inbox" / EDITION
    inbox.mkdir(parents=True)
    book.save(inbox / "culture.xlsx")
    said = panorama(home, "check", EDITION)
    assert said.status == 1
    for _, code, _ in FAULTS.values():
        assert f"[{code}]" in said.errors
    assert panorama(home, "return", EDITION).status == 0
    return home


def test_each_fault_is_at_its_cell_in_the_form_that_comes_back(home: Path) -> None:
    path = home / "out" / EDITION / "returned" / "culture.xlsx"
    sheet = load_workbook(path)["Projets"]
    listed = {(line["Cellule"], line["Règle"]) for line in summary(path)}
    for fault, place in places(sheet).items():
        code = FAULTS[fault][1]
        assert fill(sheet, place) in FILLS.values(), place
        assert f"[{code}]" in comment(sheet, place)
        assert (place, code) in listed


def test_the_list_is_sorted_by_severity_and_fits_a_page_across(home: Path) -> None:
    path = home / "out" / EDITION / "returned" / "culture.xlsx"
    severities = [str(line["Gravité"]) for line in summary(path)]
    assert severities == sorted(severities, key=["Erreur", "Alerte", "Information"].index)
    page = load_workbook(path).worksheets[0]
    assert (page.title, page.page_setup.orientation, page.page_setup.fitToHeight) == ("Anomalies", "landscape", 0)
    assert page.print_title_rows is not None


def test_corrected_in_the_form_that_came_back_and_sent_again_it_is_accepted(home: Path, tmp_path: Path) -> None:
    again = tmp_path / "home"
    shutil.copytree(home, again)
    book = load_workbook(again / "out" / EDITION / "returned" / "culture.xlsx")
    sheet = book["Projets"]
    for fault, place in places(sheet).items():
        sheet[place] = FAULTS[fault][2]
    book.save(again / "inbox" / EDITION / "culture.xlsx")
    said = panorama(again, "check", EDITION)
    assert said.status == 0, said.errors
    assert "culture.xlsx" not in said.errors, said.errors
    assert panorama(again, "return", EDITION).status == 0
    path = again / "out" / EDITION / "returned" / "culture.xlsx"
    assert summary(path) == []
    after = load_workbook(path)["Projets"]
    assert not [
        cell.coordinate for line in after.iter_rows() for cell in line if fill(after, cell.coordinate) in FILLS.values()
    ]
