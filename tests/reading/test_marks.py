"""What a cell shows beside its value, a unit, a note, a stroke, or that it is hidden, counts in every format."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pytest
import xlsxwriter
from old_workbooks import styled_xls
from opendocuments import styled_ods
from submissions import HEADERS, rows_of, table_of

from assets.reading.formats.number_formats import number_format
from assets.reading.submitted import Reading, found_files, read_files
from assets.reading.workbooks import DEFAULT_LIMITS
from benchmarks.hand_made import members_of, xls_cells, zipped
from warehouse.model.cells import column_letter
from warehouse.model.findings import Finding, errors_of

EDITION = "2021-11"
DAYS = {"start_date": dt.date(2019, 1, 1), "initial_end_date": dt.date(2021, 1, 1),
        "updated_end_date": dt.date(2021, 7, 1)}  # fmt: skip
TABLE = table_of(rows_of(3, **{name: day.isoformat() for name, day in DAYS.items()}))
COLUMN, NAME, PHASE = (TABLE[0].index(HEADERS[field]) for field in ("updated_cost_meur", "name", "phase"))
KINDS = ("xlsx", "xls", "ods")
COST = (1, COLUMN)


def read(folder: Path) -> Reading:
    return read_files(found_files(folder, DEFAULT_LIMITS), EDITION, DEFAULT_LIMITS)


def said(reading: Reading) -> list[Finding]:
    return [*(finding for file in reading.files.values() for finding in file.findings), *reading.value_findings]


def table_with(place: tuple[int, int], value: object) -> list[list[object]]:
    return [
        [value if (row, column) == place else cell for column, cell in enumerate(cells)]
        for row, cells in enumerate(TABLE)
    ]


def formatted(folder: Path, kind: str, cost: float, code: str, shape: tuple[str, str]) -> Reading:
    """A submission whose first cost has a number format: an Excel code, or the kind and the text of an ODS style."""
    table = table_with(COST, cost)
    if kind == "xls":
        (folder / "a.xls").write_bytes(styled_xls(xls_cells(table), {COST: code}))
    elif kind == "ods":
        (folder / "a.ods").write_bytes(styled_ods(table, {COST: shape}))
    else:
        with xlsxwriter.Workbook(folder / "a.xlsx") as book:
            sheet = book.add_worksheet("Projets")
            for rank, cells in enumerate(table):
                sheet.write_row(rank, 0, cells)
            sheet.write_number(*COST, cost, book.add_format({"num_format": code}))
    return read(folder)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("cost", "code", "shape", "meur", "rule"),
    [
        (450.0, '#,##0.0\\ "k€"', ("number", " k€"), 0.45, "cost_unit_is_meur"),
        (450.125, '0.000 "k€"', ("number", " k€"), 0.450125, "cost_unit_is_meur"),
        (12_500_000.0, "#,##0.00 [$€-40C]", ("currency", "€"), 12.5, "cost_unit_is_meur"),
        (21.4, "[$$-409]#,##0.0", ("currency", "$"), None, "number_is_readable"),
        (0.214, "0.0%", ("percentage", "%"), None, "number_is_readable"),
        (21.4, '0.0 "M€ HT"', ("number", " M€ HT"), None, "number_is_readable"),
        (21.4, '0.0 "M€"', ("number", " M€"), 21.4, None),
        (21.4, "#,##0.00", ("number", ""), 21.4, None),
        (21.4, "#,##0.00 [$€-40C]", ("currency", "€"), 21.4, "format_is_of_the_unit"),
    ],
)  # fmt: skip
def test_the_unit_of_a_format_is_read_as_if_it_were_typed(
    tmp_path: Path, kind: str, cost: float, code: str, shape: tuple[str, str], meur: float | None, rule: str | None
) -> None:
    reading = formatted(tmp_path, kind, cost, code, shape)
    found = said(reading)
    assert [one.rule for one in found] == ([rule] if rule else [])
    assert all(one.cell == f"{column_letter(COLUMN)}2" for one in found)
    assert reading.rows["updated_cost_meur"].fillna(-1).tolist() == [-1 if meur is None else meur, 12.0, 12.0]
    assert bool(errors_of(found)) == (meur is None or rule == "format_is_of_the_unit")


@pytest.mark.parametrize(
    ("code", "number", "shown"),
    [
        ('0.0,"k€"', 450_000.0, "450 k€"), ('0.0,,"M€"', 12_500_000.0, "12,5 M€"), ("0,", 450_000.0, "450"),
        ('_-* #,##0.00\\ "€"_-;-* #,##0.00\\ "€"_-', 21.4, "21,4 €"), ('"US$"0', 3.0, "US$ 3"), ("0%", 0.07, "7 %"),
        ('General" ans"', 3.5, "3,5 ans"),
    ],
)  # fmt: skip
def test_a_format_shows_what_its_sender_sees(code: str, number: float, shown: str) -> None:
    shape = number_format(code)
    assert shape is not None
    assert shape.shown(number) == shown


@pytest.mark.parametrize(
    "code", ["General", "0.00", "#,##0", "# ##0,0", "dd/mm/yyyy", "[h]:mm", "@", "0.00E+00", '0.0"*"', "+0;-0", "_(0_)",
             '0.0 "M€"', '0 "M€ TTC"', "[Red]0.0", "# ?/?"]
)  # fmt: skip
def test_a_format_that_shows_the_number_says_nothing(code: str) -> None:
    assert number_format(code) is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_call_to_a_note_is_no_digit(tmp_path: Path, kind: str) -> None:
    table = table_with(COST, "24")
    if kind == "xls":
        (tmp_path / "a.xls").write_bytes(styled_xls(xls_cells(table), notes={COST: "2"}))
    elif kind == "ods":
        (tmp_path / "a.ods").write_bytes(styled_ods(table, notes={COST: "2"}))
    else:
        with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
            sheet, raised = book.add_worksheet("Projets"), book.add_format({"font_script": 1})
            for rank, cells in enumerate(table):
                sheet.write_row(rank, 0, cells)
            sheet.write_rich_string(*COST, "24", raised, "2")
    reading = read(tmp_path)
    (finding,) = said(reading)
    assert (finding.rule, finding.severity, finding.value) == ("number_is_readable", "error", "24²")
    assert "appel de note" in finding.message
    assert "« ² »" in str(finding.expected)


def test_what_is_raised_whole_or_is_no_figure_is_no_note(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet, raised = book.add_worksheet("Projets"), book.add_format({"font_script": 1})
        for rank, cells in enumerate(TABLE):
            sheet.write_row(rank, 0, cells)
        sheet.write_string(*COST, "24", raised)
        sheet.write_rich_string(2, TABLE[0].index(HEADERS["start_date"]), "1", raised, "er", " janvier 2019")
    reading = read(tmp_path)
    assert not said(reading)
    assert reading.rows["updated_cost_meur"].tolist() == [24.0, 12.0, 12.0]


def laid_out(
    folder: Path, kind: str, *, rows: Sequence[int] = (), columns: Sequence[int] = (), struck: Sequence[int] = ()
) -> Reading:
    """A submission with hidden rows and columns, and rows struck out."""
    crossed = [(row, column) for row in struck for column, cell in enumerate(TABLE[row]) if cell is not None]
    if kind == "xls":
        content = styled_xls(xls_cells(TABLE), struck=crossed, hidden_rows=rows, hidden_columns=columns)
        (folder / "a.xls").write_bytes(content)
    elif kind == "ods":
        content = styled_ods(TABLE, struck=crossed, hidden_rows=rows, hidden_columns=columns)
        (folder / "a.ods").write_bytes(content)
    else:
        with xlsxwriter.Workbook(folder / "a.xlsx") as book:
            sheet, line = book.add_worksheet("Projets"), book.add_format({"font_strikeout": True})
            for rank, cells in enumerate(TABLE):
                sheet.write_row(rank, 0, cells, line if rank in struck else None)
            for row in rows:
                sheet.set_row(row, None, None, {"hidden": True})
            for column in columns:
                sheet.set_column(column, column, None, None, {"hidden": True})
    return read(folder)


@pytest.mark.parametrize("kind", KINDS)
def test_hidden_rows_are_read_and_named(tmp_path: Path, kind: str) -> None:
    reading = laid_out(tmp_path, kind, rows=[2, 3])
    (finding,) = said(reading)
    assert (finding.rule, finding.severity, finding.row) == ("rows_are_visible", "warning", 3)
    assert "3 à 4" in finding.message
    assert len(reading.rows) == 3


@pytest.mark.parametrize("kind", KINDS)
def test_hidden_columns_are_read_and_named(tmp_path: Path, kind: str) -> None:
    reading = laid_out(tmp_path, kind, columns=[COLUMN])
    (finding,) = said(reading)
    assert (finding.rule, finding.severity) == ("columns_are_visible", "warning")
    assert HEADERS["updated_cost_meur"] in finding.message
    assert reading.rows["updated_cost_meur"].tolist() == [12.0] * 3


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_struck_out_is_read_and_named(tmp_path: Path, kind: str) -> None:
    reading = laid_out(tmp_path, kind, struck=[2])
    (finding,) = said(reading)
    assert (finding.rule, finding.severity, finding.row) == ("text_is_not_struck_out", "warning", 3)
    assert finding.value == "PROJET 002"
    assert len(reading.rows) == 3


def test_a_value_struck_out_alone_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.ods").write_bytes(styled_ods(TABLE, struck=[COST]))
    (finding,) = said(read(tmp_path))
    assert (finding.rule, finding.cell, finding.value) == ("text_is_not_struck_out", f"{column_letter(COLUMN)}2", "12")


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_a_merged_cell_is_said_in_every_format(tmp_path: Path, kind: str) -> None:
    table = table_with((2, PHASE), None)
    if kind == "xls":
        (tmp_path / "a.xls").write_bytes(styled_xls(xls_cells(table), merged=[(1, 2, PHASE, PHASE)]))
    else:
        (tmp_path / "a.ods").write_bytes(styled_ods(table, merged={(1, PHASE): (2, 1)}))
    (finding,) = said(read(tmp_path))
    letter = column_letter(PHASE)
    assert (finding.rule, finding.cell) == ("cell_is_not_merged", f"{letter}2")
    assert f"{letter}2 à {letter}3" in finding.message


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("is_1904", [False, True])
def test_a_bare_day_number_counts_from_the_epoch_of_its_file(tmp_path: Path, kind: str, is_1904: bool) -> None:
    epoch = dt.date(1904, 1, 1) if is_1904 else dt.date(1899, 12, 30)
    table = table_of(rows_of(3, **{name: float((day - epoch).days) for name, day in DAYS.items()}))
    if kind == "xls":
        (tmp_path / "a.xls").write_bytes(styled_xls(xls_cells(table), is_1904=is_1904))
    elif kind == "ods":
        (tmp_path / "a.ods").write_bytes(styled_ods(table, is_1904=is_1904))
    else:
        with xlsxwriter.Workbook(tmp_path / "a.xlsx", {"date_1904": is_1904}) as book:
            sheet = book.add_worksheet("Projets")
            for rank, cells in enumerate(table):
                sheet.write_row(rank, 0, cells)
    reading = read(tmp_path)
    assert not said(reading)
    assert {name: reading.rows[name].dt.date.iloc[0] for name in DAYS} == DAYS


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
@pytest.mark.parametrize("text", ["21\n4", "21\n400"])
def test_a_line_break_inside_a_figure_is_no_figure(tmp_path: Path, kind: str, text: str) -> None:
    table = table_with(COST, text)
    if kind == "ods":
        (tmp_path / "a.ods").write_bytes(styled_ods(table))
    else:
        with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
            sheet = book.add_worksheet("Projets")
            for rank, cells in enumerate(table):
                sheet.write_row(rank, 0, cells)
    (finding,) = said(read(tmp_path))
    assert (finding.rule, finding.severity, finding.value) == ("number_is_readable", "error", text)


def test_an_archive_made_with_backslashes_is_read(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "b.xlsx") as book:
        sheet = book.add_worksheet("Projets")
        for rank, cells in enumerate(TABLE):
            sheet.write_row(rank, 0, cells)
        sheet.set_row(2, None, None, {"hidden": True})
    members = members_of((tmp_path / "b.xlsx").read_bytes())
    (tmp_path / "b.xlsx").unlink()
    (tmp_path / "a.xlsx").write_bytes(zipped({name.replace("xl/", "xl\\"): text for name, text in members.items()}))
    reading = read(tmp_path)
    assert [one.rule for one in said(reading)] == ["rows_are_visible"]
    assert reading.rows["updated_cost_meur"].tolist() == [12.0] * 3


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_a_merge_over_a_whole_sheet_is_refused(tmp_path: Path, kind: str) -> None:
    if kind == "ods":
        (tmp_path / "a.ods").write_bytes(styled_ods(TABLE, merged={(4, 0): (1_048_000, 16_000)}))
        (tmp_path / "a.ods").write_bytes(styled_ods([*TABLE, ["x"]], merged={(4, 0): (1_048_000, 16_000)}))
    else:
        with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
            sheet = book.add_worksheet("Projets")
            for rank, cells in enumerate(TABLE):
                sheet.write_row(rank, 0, cells)
            sheet.merge_range("A10:B11", "")
        members = members_of((tmp_path / "a.xlsx").read_bytes())
        path = "xl/worksheets/sheet1.xml"
        members[path] = members[path].replace(b'"A10:B11"', b'"A10:XFD1048576"')
        (tmp_path / "a.xlsx").write_bytes(zipped(members))
    (finding,) = said(read(tmp_path))
    assert (finding.rule, finding.severity) == ("file_is_readable", "error")
    assert "fusion" in finding.message


def test_a_space_far_below_the_table_is_named_with_the_remedy(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet("Projets")
        for rank, cells in enumerate(TABLE):
            sheet.write_row(rank, 0, cells)
        sheet.write_string(59_999, 2, " ")
    (finding,) = said(read(tmp_path))
    assert finding.rule == "file_is_readable"
    assert "C60000" in finding.message
    assert "supprimer les lignes" in finding.message
