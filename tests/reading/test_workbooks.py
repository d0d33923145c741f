"""Files as received become cells that know their place, or a finding that names theirs."""

import datetime as dt
import io
import shutil
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from submissions import HEADERS, row, rows_of, table_of, write_csv, write_xlsx

from assets.reading.submitted import read_inbox
from assets.reading.typed_rows import type_projects
from warehouse.home.files import sha256_of
from warehouse.model.cells import column_letter
from warehouse.model.findings import Finding

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


@pytest.mark.parametrize("kind", ["xlsx", "ods", "csv", "csv-semicolon", "csv-tab", "csv-windows", "csv-bom"])
def test_the_same_submission_reads_the_same_in_every_format(tmp_path: Path, kind: str) -> None:
    table = table_of(rows_of(3, deviation_comment="Dérive é € œ, « citée »; et\nune ligne"))
    path = tmp_path / f"projets.{kind.split('-', maxsplit=1)[0]}"
    if kind == "xlsx":
        write_xlsx(path, table)
    elif kind == "ods":
        frame = pd.DataFrame(table[1:], columns=[str(header) for header in table[0]])
        frame.to_excel(path, engine="odf", index=False, sheet_name="Projets")  # type: ignore[arg-type]
    else:
        delimiter = {"csv-semicolon": ";", "csv-tab": "\t"}.get(kind, ",")
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


def test_the_same_file_twice_is_read_once_and_said(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", table_of([row()]))
    shutil.copy(path, tmp_path / "b.xlsx")
    cells, findings = read_inbox(tmp_path, EDITION)
    assert (only(findings).rule, only(findings).severity, only(findings).file) == (
        "file_is_sent_once",
        "warning",
        "b.xlsx",
    )
    assert "« a.xlsx »" in only(findings).message
    assert set(cells["source_file"]) == {"a.xlsx"}


def test_several_files_of_one_ministry_add_up(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "culture.xlsx", table_of([row(name="A")]))
    write_csv(tmp_path / "culture-suite.csv", table_of([row(name="B")]))
    cells, findings = read_inbox(tmp_path, EDITION)
    assert not findings
    assert sorted(type_projects(cells)[0]["name"]) == ["A", "B"]


def test_a_superseded_file_is_passed_over_without_a_word(tmp_path: Path) -> None:
    old = write_xlsx(tmp_path / "culture.xlsx", table_of([row(updated_cost_meur=11)]))
    write_xlsx(tmp_path / "culture-2.xlsx", table_of([row()]))
    cells, findings = read_inbox(tmp_path, EDITION, superseded={sha256_of(old)})
    assert not findings
    assert set(cells["source_file"]) == {"culture-2.xlsx"}


def test_a_missing_and_an_empty_inbox_are_said_so(tmp_path: Path) -> None:
    assert only(read_inbox(tmp_path / "none", EDITION)[1]).rule == "inbox_exists"
    assert only(read_inbox(tmp_path, EDITION)[1]).rule == "inbox_has_files"


def test_office_lock_files_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "~$a.xlsx").write_bytes(b"lock")
    assert only(read_inbox(tmp_path, EDITION)[1]).rule == "inbox_has_files"


def test_column_letters_are_those_of_a_spreadsheet() -> None:
    assert [column_letter(position) for position in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def typed(folder: Path, **changes: object) -> tuple[pd.Series, list[Finding]]:
    """The one project of a workbook, and what reading its values says."""
    write_xlsx(folder / "culture.xlsx", table_of([row(**changes)]))
    cells, findings = read_inbox(folder, EDITION)
    assert not findings
    projects, said = type_projects(cells)
    return projects.iloc[0], said


def test_macros_are_ignored(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsm") as book:
        book.add_vba_project(io.BytesIO(b"Sub AutoOpen()"), is_stream=True)
        sheet = book.add_worksheet("Projets")
        for number, values in enumerate(
            table_of([row(start_date="01/01/2019", initial_end_date="", updated_end_date="")])
        ):
            sheet.write_row(number, 0, values)
    cells, findings = read_inbox(tmp_path, EDITION)
    assert not findings
    assert set(cells["source_file"]) == {"a.xlsm"}


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_a_csv_with_titles_above_its_headers_is_cut_at_the_delimiter_of_the_headers(
    tmp_path: Path, delimiter: str
) -> None:
    table: list[list[object]] = [
        ["Remontée, ministère de la Culture, novembre, 2021 ; version\t2"],
        [],
        *table_of([row()]),
    ]
    write_csv(tmp_path / "a.csv", table, delimiter)
    cells, findings = read_inbox(tmp_path, EDITION)
    assert not findings
    assert type_projects(cells)[0]["updated_cost_meur"].tolist() == [12.0]


def test_the_line_that_tells_a_spreadsheet_the_delimiter_is_passed_over(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", table_of([row()]), ";")
    path.write_text("sep=;\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    cells, findings = read_inbox(tmp_path, EDITION)
    assert not findings
    assert cells["source_row"].unique().tolist() == [3]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_empty_rows_and_columns_after_the_data_are_passed_over(tmp_path: Path, kind: str) -> None:
    table: list[list[object]] = [[*values, *[" "] * 11] for values in table_of(rows_of(2))]
    width = len(table[0])
    table += [["\u00a0" if number == 235 else ""] * width for number in range(236)]
    (write_xlsx if kind == "xlsx" else write_csv)(tmp_path / f"a.{kind}", table)
    cells, findings = read_inbox(tmp_path, EDITION)
    assert not findings
    assert len(type_projects(cells)[0]) == 2


def test_headers_said_again_among_the_rows_are_no_project(tmp_path: Path) -> None:
    table = table_of(rows_of(4))
    write_xlsx(tmp_path / "a.xlsx", [*table[:3], table[0], *table[3:]])
    cells, findings = read_inbox(tmp_path, EDITION)
    assert not findings
    assert cells["source_row"].unique().tolist() == [2, 3, 5, 6]


def test_figures_and_dates_written_as_texts_are_those_they_say(tmp_path: Path) -> None:
    project, said = typed(
        tmp_path,
        initial_cost_meur="1\u202f234,5",
        updated_cost_meur="1 300 M€ TTC",
        start_date="octobre 14",
        initial_end_date="2020-12",
        updated_end_date="15/07/2021",
        opinion_date="1er juillet 2015",
    )
    assert not said
    assert (project["initial_cost_meur"], project["updated_cost_meur"]) == (1234.5, 1300.0)
    days = [project[name].date() for name in ("start_date", "initial_end_date", "updated_end_date", "opinion_date")]
    assert days == [dt.date(2014, 10, 1), dt.date(2020, 12, 1), dt.date(2021, 7, 15), dt.date(2015, 7, 1)]


def test_a_cost_in_another_unit_is_converted_and_said_at_its_cell(tmp_path: Path) -> None:
    project, said = typed(tmp_path, updated_cost_meur="12 345 k€")
    assert project["updated_cost_meur"] == 12.345
    notice = only(said)
    assert (notice.rule, notice.severity, notice.value) == ("cost_unit_is_meur", "notice", "12 345 k€")
    assert (notice.row, notice.column, notice.cell) == (2, HEADERS["updated_cost_meur"], "I2")
    assert "lu 12,345 M€" in notice.message


def test_a_unit_of_money_is_read_nowhere_but_in_costs(tmp_path: Path) -> None:
    project, said = typed(tmp_path, name="Portail à 12 k€", deviation_comment="500 k€ de plus")
    assert not said
    assert (project["name"], project["deviation_comment"]) == ("Portail à 12 k€", "500 k€ de plus")


def test_ambiguous_dates_follow_the_convention_and_say_so_once_a_column(tmp_path: Path) -> None:
    table = table_of(
        [
            row(name="A", start_date="13/02/2019", initial_end_date="2021-03-04", updated_end_date=dt.date(2021, 5, 6)),
            row(name="B", start_date="03/04/2019", initial_end_date="05/06/2021", updated_end_date="juillet 2021"),
            row(name="C", start_date="12/01/2019", initial_end_date="07/2021", updated_end_date="08/08/2021"),
        ]
    )
    write_xlsx(tmp_path / "a.xlsx", table)
    projects, said = type_projects(read_inbox(tmp_path, EDITION)[0])
    starts = [dt.date(2019, 2, 13), dt.date(2019, 4, 3), dt.date(2019, 1, 12)]
    assert projects["start_date"].dt.date.tolist() == starts
    assert {(finding.rule, finding.severity) for finding in said} == {("date_convention_is_day_first", "notice")}
    ends, beginnings = said
    assert (beginnings.column, beginnings.row, beginnings.value) == (HEADERS["start_date"], 3, "03/04/2019")
    assert "2 dates s'écrivent" in beginnings.message
    assert "3\u00a0avril\u00a02019" in beginnings.message
    assert (ends.column, ends.row) == (HEADERS["initial_end_date"], 3)
    assert "une date s'écrit" in ends.message


@pytest.mark.parametrize("is_1904", [False, True])
def test_a_bare_day_number_counts_from_the_epoch_of_its_workbook(tmp_path: Path, is_1904: bool) -> None:
    days = {"start_date": dt.date(2019, 1, 1), "initial_end_date": dt.date(2021, 2, 28)}
    epoch = dt.date(1904, 1, 1) if is_1904 else dt.date(1899, 12, 30)
    numbers = {name: (day - epoch).days for name, day in days.items()}
    with xlsxwriter.Workbook(tmp_path / "a.xlsx", {"date_1904": is_1904}) as book:
        sheet = book.add_worksheet("Projets")
        for number, values in enumerate(
            table_of([row(**numbers, updated_end_date="07/2021", initial_cost_meur=40000)])
        ):
            sheet.write_row(number, 0, values)
    projects, said = type_projects(read_inbox(tmp_path, EDITION)[0])
    assert not said
    assert {name: projects[name].dt.date.iloc[0] for name in days} == days
    assert projects["initial_cost_meur"].tolist() == [40000.0]


def test_a_number_that_is_no_day_of_1904_is_refused(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx", {"date_1904": True}) as book:
        sheet = book.add_worksheet("Projets")
        line = row(start_date=64500, initial_end_date="01/2021", updated_end_date="07/2021")
        for number, values in enumerate(table_of([line])):
            sheet.write_row(number, 0, values)
    finding = only(type_projects(read_inbox(tmp_path, EDITION)[0])[1])
    assert (finding.rule, finding.value) == ("date_is_readable", "64500")


def test_a_formula_in_error_is_no_empty_cell(tmp_path: Path) -> None:
    table = table_of([row(start_date="01/2019", initial_end_date="01/2021", updated_end_date="07/2021")])
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        book.add_worksheet("Lisez-moi").write_formula(0, 0, "=NA()", None, "#N/A")
        sheet = book.add_worksheet("Projets & suivi")
        for number, values in enumerate(table):
            sheet.write_row(number, 0, values)
        for field, shown in (("name", "#REF!"), ("updated_cost_meur", "#DIV/0!")):
            sheet.write_formula(1, table[0].index(HEADERS[field]), "=A1/0", None, shown)
    cells, findings = read_inbox(tmp_path, EDITION)
    assert not findings
    said = type_projects(cells)[1]
    assert {(finding.rule, finding.cell, finding.value) for finding in said} == {
        ("value_is_readable", "A2", "#REF!"),
        ("number_is_readable", "I2", "#DIV/0!"),
    }


def test_a_cell_merged_over_an_optional_column_is_said(tmp_path: Path) -> None:
    table = table_of(rows_of(3, deviation_comment=None, start_date="01/2019", initial_end_date="", updated_end_date=""))
    position = table[0].index(HEADERS["deviation_comment"])
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet("Projets")
        sheet.merge_range(0, 0, 0, 5, "Remontée du ministère")
        for number, values in enumerate(table, start=1):
            sheet.write_row(number, 0, values)
        sheet.merge_range(3, position, 4, position, "Marché relancé")
        sheet.merge_range(8, 0, 9, 3, "")
    finding = only(read_inbox(tmp_path, EDITION)[1])
    assert (finding.rule, finding.severity, finding.row) == ("cell_is_not_merged", "warning", 4)
    assert (finding.cell, finding.value) == (f"{column_letter(position)}4", "Marché relancé")


def test_projects_of_a_hidden_sheet_are_read_and_said(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        for name, projects in (("Projets", "A"), ("Ancienne version", "B")):
            sheet = book.add_worksheet(name)
            line = row(name=projects, start_date="01/2019", initial_end_date="01/2021", updated_end_date="07/2021")
            for number, values in enumerate(table_of([line])):
                sheet.write_row(number, 0, values)
        sheet.hide()
    cells, findings = read_inbox(tmp_path, EDITION)
    assert (only(findings).rule, only(findings).sheet) == ("sheet_is_visible", "Ancienne version")
    assert sorted(type_projects(cells)[0]["name"]) == ["A", "B"]
