"""Files as received become cells that know their place, or a finding that names theirs."""

import datetime as dt
import shutil
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from submissions import HEADERS, row, rows_of, table_of, write_csv, write_xlsx

from assets.typed_rows import type_projects
from assets.workbooks import column_letter, read_inbox
from warehouse.findings import Finding

EDITION = "2021-11"


def only(findings: list[Finding]) -> Finding:
    assert len(findings) == 1, [str(finding) for finding in findings]
    return findings[0]


def test_a_cell_is_traceable_to_file_sheet_and_cell(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "culture.xlsx", table_of([row()]))
    cells, findings = read_inbox(tmp_path, EDITION)
    assert not findings
    cost = cells.set_index("field").loc["updated_cost_meur"]
    assert (cost["source_file"], cost["source_sheet"], cost["source_row"]) == ("culture.xlsx", "Projets", 2)
    assert cost["header"] == HEADERS["updated_cost_meur"]
    assert (cost["value_type"], cost["value"], cost["layout"]) == ("number", "12", "submission")


@pytest.mark.parametrize("kind", ["xlsx", "ods", "csv", "csv-semicolon", "csv-windows", "csv-bom"])
def test_the_same_submission_reads_the_same_in_every_format(tmp_path: Path, kind: str) -> None:
    table = table_of(rows_of(3, deviation_comment="Dérive é € œ, « citée »; et\nune ligne"))
    path = tmp_path / f"projets.{kind.split('-', maxsplit=1)[0]}"
    if kind == "xlsx":
        write_xlsx(path, table)
    elif kind == "ods":
        frame = pd.DataFrame(table[1:], columns=[str(header) for header in table[0]])
        frame.to_excel(path, engine="odf", index=False, sheet_name="Projets")  # type: ignore[arg-type]
    else:
        delimiter = ";" if kind == "csv-semicolon" else ","
        encoding = {"csv-windows": "cp1252", "csv-bom": "utf-8-sig"}.get(kind, "utf-8")
        write_csv(path, table, delimiter, encoding)
    cells, findings = read_inbox(tmp_path, EDITION)
    projects, problems = type_projects(cells)
    assert not findings
    assert not problems
    assert projects["name"].tolist() == ["PROJET 001", "PROJET 002", "PROJET 003"]
    assert projects["updated_cost_meur"].tolist() == [12.0] * 3
    assert projects["updated_end_date"].dt.date.tolist() == [dt.date(2021, 7, 1)] * 3
    assert projects["initial_duration_months"].tolist() == [24] * 3
    assert "« citée »; et" in projects["deviation_comment"].iloc[0]


def test_titles_above_the_headers_and_rubbish_after_the_rows_are_passed_over(tmp_path: Path) -> None:
    table: list[list[object]] = [["Remontée du ministère"], [], *table_of([row()])]
    table += [[None, "  "] for _ in range(40)]
    write_xlsx(tmp_path / "a.xlsx", table)
    cells, findings = read_inbox(tmp_path, EDITION)
    assert not findings
    assert cells["source_row"].unique().tolist() == [4]


def test_other_sheets_are_passed_over(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        book.add_worksheet("Lisez-moi").write(0, 0, "Mode d'emploi")
        sheet = book.add_worksheet("Projets")
        for position, (header, value) in enumerate(zip(*table_of([row(start_date="01/01/2019")]), strict=True)):
            sheet.write(0, position, header)
            sheet.write(1, position, str(value) if value is not None else "")
    cells, findings = read_inbox(tmp_path, EDITION)
    assert not findings
    assert set(cells["source_sheet"]) == {"Projets"}


def test_an_unknown_header_is_named_with_the_nearest_ones(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "a.xlsx", table_of([row()], {**HEADERS, "phase": "Fase"}))
    _, findings = read_inbox(tmp_path, EDITION)
    unknown = next(finding for finding in findings if finding.rule == "header_is_known")
    assert (unknown.file, unknown.sheet, unknown.row, unknown.value) == ("a.xlsx", "Projets", 1, "Fase")
    assert unknown.cell == "D1"
    assert "« Phase »" in str(unknown.expected)
    assert "required_header_is_present" in {finding.rule for finding in findings}


def test_a_repeated_header_is_refused(tmp_path: Path) -> None:
    table = [[*cells, cells[0]] for cells in table_of([row()])]
    write_xlsx(tmp_path / "a.xlsx", table)
    _, findings = read_inbox(tmp_path, EDITION)
    assert only(findings).rule == "header_is_unique"


def test_a_value_without_a_header_is_refused(tmp_path: Path) -> None:
    table = table_of([row()])
    write_csv(tmp_path / "a.csv", [[*table[0], ""], [*table[1], "à part"]])
    _, findings = read_inbox(tmp_path, EDITION)
    stray = only(findings)
    assert (stray.rule, stray.value, stray.cell) == (
        "value_has_a_header",
        "à part",
        f"{column_letter(len(table[0]))}2",
    )


def test_a_wrong_sheet_says_which_sheets_there_are_and_what_was_expected(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "a.xlsx", [["Nom", "Téléphone"], ["Alice", "01"]], sheet="Annuaire")
    _, findings = read_inbox(tmp_path, EDITION)
    finding = only(findings)
    assert finding.rule == "sheet_is_recognised"
    assert "« Annuaire »" in str(finding.value)
    assert "Coût complet actualisé (M€ TTC)" in str(finding.expected)


def test_headers_alone_are_no_submission(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", table_of([row()])[:1])
    _, findings = read_inbox(tmp_path, EDITION)
    assert only(findings).rule == "file_has_projects"


@pytest.mark.parametrize("kept", [0, 10, 100, 1000, 3000, -1])
def test_a_truncated_workbook_is_refused_by_name(tmp_path: Path, kept: int) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", table_of(rows_of(5)))
    path.write_bytes(path.read_bytes()[:kept])
    cells, findings = read_inbox(tmp_path, EDITION)
    assert cells.empty
    assert only(findings).file == "a.xlsx"
    assert only(findings).rule == "file_is_readable"


def test_a_csv_cut_in_the_middle_of_a_row_is_refused(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", table_of(rows_of(5)))
    path.write_bytes(path.read_bytes()[:-40])
    assert "tronqué" in only(read_inbox(tmp_path, EDITION)[1]).message


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"%PDF-1.7"),
        ("a.xlsx", b"Nom du projet,Phase\n"),
        ("a.csv", b"\x00\x01\x02"),
        ("a.ods", b"PK\x03\x04junk"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    finding = only(read_inbox(tmp_path, EDITION)[1])
    assert finding.file == name
    assert ".xlsx" in str(finding.expected)


def test_one_bad_file_does_not_hide_the_others(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "a.xlsx", table_of([row()]))
    (tmp_path / "b.xlsx").write_bytes(b"")
    cells, findings = read_inbox(tmp_path, EDITION)
    assert set(cells["source_file"]) == {"a.xlsx"}
    assert only(findings).file == "b.xlsx"


def test_the_same_file_twice_is_refused(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", table_of([row()]))
    shutil.copy(path, tmp_path / "b.xlsx")
    assert only(read_inbox(tmp_path, EDITION)[1]).rule == "file_is_sent_once"


def test_a_missing_and_an_empty_inbox_are_said_so(tmp_path: Path) -> None:
    assert only(read_inbox(tmp_path / "none", EDITION)[1]).rule == "inbox_exists"
    assert only(read_inbox(tmp_path, EDITION)[1]).rule == "inbox_has_files"


def test_office_lock_files_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "~$a.xlsx").write_bytes(b"lock")
    assert only(read_inbox(tmp_path, EDITION)[1]).rule == "inbox_has_files"


def test_column_letters_are_those_of_a_spreadsheet() -> None:
    assert [column_letter(position) for position in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
