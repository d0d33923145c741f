"""The attestation of a form: whose it is, for when, who answers for it, and what its rows may be."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from homes import panorama
from openpyxl.cell import Cell, MergedCell
from submissions import HEADERS, row, rows_of, table_of, write_xlsx

from assets.forms.submission_workbook import submission_fields, write_form
from assets.reading.attestation import (
    SIGN_OFF_DATE,
    SIGN_OFF_EDITION,
    SIGN_OFF_MINISTRY,
    SIGN_OFF_NAME,
    SIGN_OFF_NIL,
    Attestation,
    read_attestation,
)
from assets.reading.formats.sheets import Sheet
from assets.reading.submitted import read_inbox
from assets.reading.typed_rows import type_projects
from assets.reading.workbooks import open_sheets
from warehouse.model.findings import Finding
from warehouse.model.terms import match_key

EDITION = "2021-11"
CULTURE = "Ministère de la Culture"
SIGNED = {SIGN_OFF_NAME: "Camille Martin, secrétaire général", SIGN_OFF_DATE: dt.datetime(2021, 10, 4)}  # noqa: DTZ001


def fill(cell: Cell | MergedCell, value: object) -> None:
    assert isinstance(cell, Cell)
    assert value is None or isinstance(value, str | float | dt.date)
    cell.value = value


def form(
    path: Path,
    *rows: Mapping[str, object],
    answers: Mapping[str, object] = SIGNED,
    ministry: str = CULTURE,
    edition: str = EDITION,
) -> Path:
    """A form as `panorama template` writes it, with rows and answers filled in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    empty = pd.DataFrame(columns=[field.name for field in submission_fields(edition)])
    write_form(empty, path, edition=edition, ministry=ministry, title="Remontée")
    if path.suffix == ".ods":
        return path
    book = openpyxl.load_workbook(path)
    columns = {str(cell.value): cell.column for cell in book["Projets"][1]}
    questions = {str(cells[0].value): cells[1] for cells in book["Attestation"].iter_rows(max_col=2)}
    for number, values in enumerate(rows, start=2):
        for field, value in values.items():
            fill(book["Projets"].cell(number, columns[HEADERS[field]] or 0), value)
    for label, value in answers.items():
        fill(questions[label], value)
    book.save(path)
    return path


def only(findings: list[Finding]) -> Finding:
    assert len(findings) == 1, [str(finding) for finding in findings]
    return findings[0]


def at(finding: Finding) -> tuple[object, ...]:
    return finding.rule, finding.severity, finding.sheet, finding.cell


def test_a_signed_form_is_read_with_its_rows(tmp_path: Path) -> None:
    path = form(tmp_path / "culture.xlsx", *rows_of(2))
    cells, findings = read_inbox(tmp_path, EDITION)
    assert not findings
    assert len(type_projects(cells)[0]) == 2
    assert read_attestation(open_sheets(path)) == Attestation(
        "culture", EDITION, False, "Camille Martin, secrétaire général", dt.date(2021, 10, 4)
    )


@pytest.mark.parametrize("suffix", ["xlsx", "ods"])
def test_a_form_nobody_filled_in_says_whose_it_is_and_for_when(tmp_path: Path, suffix: str) -> None:
    path = form(tmp_path / f"culture.{suffix}", answers={})
    assert read_attestation(open_sheets(path)) == Attestation("culture", EDITION, False, None, None)


def test_a_file_without_the_sheet_attests_nothing(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "culture.xlsx", table_of([row()]))
    assert read_attestation(open_sheets(path)) is None
    assert not read_inbox(tmp_path, EDITION)[1]


def test_what_a_spreadsheet_or_a_person_rewrote_is_still_understood() -> None:
    rows: list[list[object]] = [
        ["ministère :", "Ministère de la magie"],
        ["EDITION", dt.date(2021, 11, 1)],
        [SIGN_OFF_NIL.upper(), "oui"],
        [],
        [SIGN_OFF_DATE, "4 octobre 2021"],
    ]
    labels = {match_key("Ministère de la magie"): "culture"}
    found = read_attestation([Sheet("attestation ", rows)], labels)
    assert found == Attestation("culture", EDITION, True, None, dt.date(2021, 10, 4))
    assert read_attestation([Sheet("Attestation", rows)]) == Attestation(
        None, EDITION, True, None, dt.date(2021, 10, 4)
    )


def test_an_answer_that_cannot_be_read_is_no_answer() -> None:
    rows = [[SIGN_OFF_EDITION, "la prochaine"], [SIGN_OFF_NIL, "peut-être"], [SIGN_OFF_DATE, "hier"], [SIGN_OFF_NAME]]
    found = read_attestation([Sheet("Attestation", rows)])
    assert found == Attestation(None, "la prochaine", False, None, None)


def test_a_form_of_another_edition_is_refused_at_its_cell(tmp_path: Path) -> None:
    form(tmp_path / "culture.xlsx", row(), edition="2021-07")
    cells, findings = read_inbox(tmp_path, EDITION)
    assert cells.empty
    assert at(only(findings)) == ("file_is_for_this_edition", "error", "Attestation", "B4")
    assert (only(findings).value, only(findings).expected) == ("2021-07", "l'édition 2021-11")


def test_rows_of_another_ministry_are_refused_at_the_attested_one(tmp_path: Path) -> None:
    others = [row(name=name, ministry="Ministère de la Justice") for name in ("B", "C")]
    form(tmp_path / "culture.xlsx", row(), *others)
    cells, findings = read_inbox(tmp_path, EDITION)
    assert cells.empty
    finding = only(findings)
    assert at(finding) == ("rows_are_of_the_attested_ministry", "error", "Attestation", "B3")
    assert (finding.value, finding.column) == (CULTURE, SIGN_OFF_MINISTRY)
    for part in ("2\N{NO-BREAK SPACE}lignes", "« Projets »", "ligne 3", "Ministère de la Justice"):
        assert part in finding.message


def test_a_second_ministry_is_no_other_lead(tmp_path: Path) -> None:
    form(tmp_path / "culture.xlsx", row(partner_ministry="Ministère de la Justice", interministerial="Oui"))
    assert not read_inbox(tmp_path, EDITION)[1]


def test_an_attested_ministry_that_nobody_knows_is_told_the_nearest_one(tmp_path: Path) -> None:
    form(tmp_path / "culture.xlsx", row(), ministry="Ministère de la Kulture")
    finding = only(read_inbox(tmp_path, EDITION)[1])
    assert at(finding) == ("ministry_is_known", "error", "Attestation", "B3")
    assert CULTURE in str(finding.expected)
    labels = {match_key("Ministère de la Kulture"): "culture"}
    assert not read_inbox(tmp_path, EDITION, ministry_labels=labels)[1]


def test_a_nil_return_is_accepted(tmp_path: Path) -> None:
    form(tmp_path / "culture.xlsx", answers=SIGNED | {SIGN_OFF_NIL: "Oui"})
    cells, findings = read_inbox(tmp_path, EDITION)
    assert cells.empty
    assert not findings


def test_a_form_without_rows_that_does_not_say_so_is_refused(tmp_path: Path) -> None:
    form(tmp_path / "culture.xlsx", answers=SIGNED | {SIGN_OFF_NIL: "Non"})
    assert only(read_inbox(tmp_path, EDITION)[1]).rule == "file_has_projects"


def test_a_nil_return_with_rows_contradicts_itself(tmp_path: Path) -> None:
    form(tmp_path / "culture.xlsx", *rows_of(2), answers=SIGNED | {SIGN_OFF_NIL: "Oui"})
    cells, findings = read_inbox(tmp_path, EDITION)
    assert cells.empty
    assert at(only(findings)) == ("nil_return_has_no_project", "error", "Attestation", "B5")
    assert "2\N{NO-BREAK SPACE}lignes" in only(findings).message


def test_a_form_without_a_name_or_a_date_is_read_and_said(tmp_path: Path) -> None:
    form(tmp_path / "culture.xlsx", row(), answers={SIGN_OFF_DATE: "hier"})
    cells, findings = read_inbox(tmp_path, EDITION)
    assert not cells.empty
    assert [at(finding) for finding in findings] == [
        ("attestation_is_signed", "warning", "Attestation", "B6"),
        ("attestation_is_signed", "warning", "Attestation", "B7"),
    ]
    assert [finding.value for finding in findings] == [None, "hier"]


def test_an_edition_of_nil_returns_says_so_and_is_not_published(tmp_path: Path) -> None:
    form(tmp_path / "inbox" / EDITION / "culture.xlsx", answers=SIGNED | {SIGN_OFF_NIL: "Oui"})
    for command in ("check", "run"):
        said = panorama(tmp_path, command, EDITION)
        assert said.status == 1
        assert "néant" in said.errors
        assert "Traceback" not in said.errors
    assert not (tmp_path / "out" / EDITION / "publication").exists()
