"""Workbooks laid out as people lay them out, or saved by old programs, are read right, and what is odd is said."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from row_cases import checked
from submissions import HEADERS, row, rows_of, table_of, write_xlsx

from assets.reading.submitted import read_inbox
from assets.reading.typed_rows import type_projects
from benchmarks.hand_made import Formula, members_of, ods, ods_row, ods_text, xls, xlsx, zipped
from warehouse.model.findings import Finding

EDITION = "2021-11"
EMPTY_ROWS = (
    b'<table:table-row table:number-rows-repeated="1048000"><table:table-cell '
    b'table:number-columns-repeated="16384"/></table:table-row>'
)


def only(findings: list[Finding]) -> Finding:
    assert len(findings) == 1, [str(finding) for finding in findings]
    return findings[0]


def test_an_old_workbook_is_read(tmp_path: Path) -> None:
    table = table_of([row(start_date=43466.0, initial_end_date=44197.0, updated_end_date=44378.0)])
    cells = {(line, column): value for line, values in enumerate(table) for column, value in enumerate(values)}
    (tmp_path / "a.xls").write_bytes(xls(cells))  # type: ignore[arg-type]  # texts and numbers only
    found, findings = read_inbox(tmp_path, EDITION)
    assert not findings
    projects, problems = type_projects(found)
    assert not problems
    assert projects["start_date"].dt.date.tolist() == [dt.date(2019, 1, 1)]
    assert projects["updated_cost_meur"].tolist() == [12.0]


def test_empty_rows_repeated_to_the_end_of_the_sheet_cost_nothing(tmp_path: Path) -> None:
    frame = pd.DataFrame(table_of([row()])[1:], columns=[HEADERS[field] for field in row()])
    frame.to_excel(tmp_path / "a.ods", engine="odf", index=False)  # type: ignore[arg-type]  # the stubs forget it
    members = members_of((tmp_path / "a.ods").read_bytes())
    members["content.xml"] = members["content.xml"].replace(b"</table:table>", EMPTY_ROWS + b"</table:table>")
    (tmp_path / "a.ods").write_bytes(zipped(members))
    cells, findings = read_inbox(tmp_path, EDITION)
    assert not findings
    assert cells["source_row"].unique().tolist() == [2]


def test_an_old_manifest_that_names_a_document_type_is_no_attack(tmp_path: Path) -> None:
    manifest = b'<!DOCTYPE manifest:manifest PUBLIC "-//OpenOffice.org//DTD Manifest 1.0//EN" "Manifest.dtd"><a/>'
    (tmp_path / "a.ods").write_bytes(ods(ods_row(ods_text()), **{"META-INF/manifest.xml": manifest}))
    assert only(read_inbox(tmp_path, EDITION)[1]).rule == "sheet_is_recognised"


@pytest.mark.parametrize("is_1904", [False, True])
def test_both_date_systems_give_the_same_days(tmp_path: Path, is_1904: bool) -> None:
    days = [dt.date(2019, 1, 1), dt.date(2021, 2, 28), dt.date(2024, 2, 29)]
    table = table_of([row(start_date=days[0], initial_end_date=days[1], updated_end_date=days[2])])
    with xlsxwriter.Workbook(tmp_path / "a.xlsx", {"date_1904": is_1904}) as book:
        sheet, date = book.add_worksheet("Projets"), book.add_format({"num_format": "dd/mm/yyyy"})
        for line, values in enumerate(table):
            for column, cell in enumerate(values):
                if isinstance(cell, dt.date):
                    sheet.write_datetime(line, column, dt.datetime.combine(cell, dt.time()), date)
                else:
                    sheet.write(line, column, cell)
    assert (b'date1904="1"' in members_of((tmp_path / "a.xlsx").read_bytes())["xl/workbook.xml"]) == is_1904
    projects, problems = type_projects(read_inbox(tmp_path, EDITION)[0])
    assert not problems
    read = [projects[name].dt.date.iloc[0] for name in ("start_date", "initial_end_date", "updated_end_date")]
    assert read == days


def test_hidden_rows_columns_and_sheets_are_read_as_the_others_and_said(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        book.add_worksheet("Lisez-moi").write(0, 0, "Mode d'emploi")
        sheet = book.add_worksheet("Projets")
        sheet.hide()
        for line, values in enumerate(
            table_of(rows_of(3, start_date="01/01/2019", initial_end_date=None, updated_end_date="07/2021"))
        ):
            sheet.write_row(line, 0, values)
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_column(3, 4, None, None, {"hidden": True})
    cells, findings = read_inbox(tmp_path, EDITION)
    assert [finding.rule for finding in findings] == ["sheet_is_visible", "rows_are_visible", "columns_are_visible"]
    assert {finding.severity for finding in findings} == {"warning"}
    projects, problems = type_projects(cells)
    assert not problems
    assert projects["name"].tolist() == ["PROJET 001", "PROJET 002", "PROJET 003"]
    assert projects["phase"].notna().all()


def test_a_merged_cell_fills_its_first_row_only_and_the_others_are_said(tmp_path: Path) -> None:
    table = table_of(rows_of(2, start_date="01/01/2019", initial_end_date="01/01/2021", updated_end_date="07/2021"))
    position = table[0].index(HEADERS["ministry"])
    table[2][position] = None
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet("Projets")
        for line, values in enumerate(table):
            sheet.write_row(line, 0, values)
        sheet.merge_range(1, position, 2, position, "Ministère de la Culture")
    cells, findings = read_inbox(tmp_path, EDITION)
    assert (only(findings).rule, only(findings).cell) == ("cell_is_not_merged", "B2")
    finding = only(checked(cells)["rows_conform_to_declaration"])
    assert (finding.file, finding.row, finding.column) == ("a.xlsx", 3, HEADERS["ministry"])


def test_moved_columns_under_extra_lines_read_the_same(tmp_path: Path) -> None:
    table = table_of(rows_of(3))
    write_xlsx(tmp_path / "one" / "a.xlsx", table)
    moved: list[list[object]] = [["Remontée"], ["Ministère", None, "contact"], [], *(cells[::-1] for cells in table)]
    write_xlsx(tmp_path / "two" / "a.xlsx", moved)
    one, two = (read_inbox(tmp_path / name, EDITION) for name in ("one", "two"))
    assert one[1] == two[1] == []
    place = ["source_row", "source_sha256"]
    pd.testing.assert_frame_equal(
        type_projects(one[0])[0].drop(columns=place), type_projects(two[0])[0].drop(columns=place)
    )


def test_a_rubbish_row_after_the_projects_is_refused_with_its_place(tmp_path: Path) -> None:
    table: list[list[object]] = [*table_of(rows_of(2)), [], ["Source : DINUM"]]
    write_xlsx(tmp_path / "a.xlsx", table)
    cells, findings = read_inbox(tmp_path, EDITION)
    assert not findings
    said = checked(cells)["rows_conform_to_declaration"]
    assert {(finding.file, finding.row) for finding in said} == {("a.xlsx", 5)}


def test_a_formula_in_a_submitted_text_stays_a_text(tmp_path: Path) -> None:
    text = '=HYPERLINK("http://localhost","x")'
    write_xlsx(tmp_path / "a.xlsx", table_of([row(deviation_comment=text)]))
    projects, _ = type_projects(read_inbox(tmp_path, EDITION)[0])
    assert projects["deviation_comment"].tolist() == [text]


def test_a_formula_that_no_spreadsheet_computed_is_refused_at_its_cell(tmp_path: Path) -> None:
    table = table_of([row(name=Formula("=A9", None), updated_cost_meur=Formula("=1+1", None))])
    (tmp_path / "a.xlsx").write_bytes(xlsx(table))
    cells, findings = read_inbox(tmp_path, EDITION)
    assert not findings
    _, problems = type_projects(cells)
    assert {(problem.cell, problem.value) for problem in problems} == {("A2", "#CALC! =A9"), ("I2", "#CALC! =1+1")}
    assert {problem.severity for problem in problems} == {"error"}


def test_a_formula_gives_what_it_gave_when_the_file_was_saved(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(xlsx(table_of([row(updated_cost_meur=Formula("=6*2", 12.5))])))
    projects, problems = type_projects(read_inbox(tmp_path, EDITION)[0])
    assert not problems
    assert projects["updated_cost_meur"].tolist() == [12.5]
