"""Write a book as an xlsx workbook; the same book gives the same bytes. What it holds is decided by the caller."""
# xlsxwriter ships no types.
# mypy: disable-error-code="import-untyped"

import datetime as dt
import io
import math

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range_abs
from xlsxwriter.worksheet import Worksheet

from assets.books.book import (
    CREATED,
    PLAIN,
    AtLeast,
    Book,
    BookCell,
    BookSheet,
    CellRange,
    CellStyle,
    OneOf,
    Validation,
)

BOOK_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
# What a protected sheet still lets a person do.
PROTECTION = {"format_columns": True, "format_rows": True}
SHOWN_AND_PRINTED = 0
PAPERS = {"A3": 8, "A4": 9}
VERTICALS = {"top": "top", "middle": "vcenter"}
COMMENT_WIDTH, COMMENT_LINE, COMMENT_LINE_HEIGHT = 320, 40, 20  # pixels, characters, pixels


def xlsx_bytes(book: Book) -> bytes:
    """The bytes of the xlsx file of a book."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, BOOK_OPTIONS) as workbook:
        workbook.set_properties({"title": book.title, "created": CREATED})
        formats = _Formats(workbook)
        # All of them first: a validation may name a sheet that comes later.
        pages = [workbook.add_worksheet(sheet.name) for sheet in book.sheets]
        for page, sheet in zip(pages, book.sheets, strict=True):
            _write_sheet(page, sheet, formats)
    return stream.getvalue()


class _Formats:
    """The formats of a workbook, one per style."""

    def __init__(self, workbook: xlsxwriter.Workbook) -> None:
        self._workbook = workbook
        self._known: dict[CellStyle, Format | None] = {PLAIN: None}
        # By identity: the book keeps its styles, and to compare two takes longer than to write a cell.
        self._seen: dict[int, Format | None] = {}

    def of(self, style: CellStyle) -> Format | None:
        if id(style) not in self._seen:
            if style not in self._known:
                self._known[style] = self._workbook.add_format(_properties(style))
            self._seen[id(style)] = self._known[style]
        return self._seen[id(style)]


def _properties(style: CellStyle) -> dict[str, object]:
    properties: dict[str, object] = {"locked": style.is_locked}
    if style.is_bold:
        properties["bold"] = True
    if style.size_pt is not None:
        properties["font_size"] = style.size_pt
    if style.wraps:
        properties["text_wrap"] = True
    if style.fill is not None:
        properties["bg_color"] = style.fill
    if style.has_bottom_line:
        properties["bottom"] = 1
    if style.horizontal is not None:
        properties["align"] = style.horizontal
    if style.vertical is not None:
        properties["valign"] = VERTICALS[style.vertical]
    if style.number_format != "general":
        properties["num_format"] = _number_format(style)
    return properties


def _number_format(style: CellStyle) -> str:
    if style.number_format == "date":
        return "dd/mm/yyyy"
    decimals = "." + "0" * style.decimals if style.decimals else ""
    # The space behind keeps a figure off the text of the next column.
    return f"0{decimals}%" if style.number_format == "percent" else f"#,##0{decimals}_ "


def _write_sheet(page: Worksheet, sheet: BookSheet, formats: _Formats) -> None:
    for position, column in enumerate(sheet.columns):
        page.set_column(position, position, column.width, formats.of(column.style))
    for number, row in enumerate(sheet.rows):
        if row.height_pt is not None:
            page.set_row(number, row.height_pt)
        position = 0
        for cell in row.cells:
            _write_cell(page, (number, position), cell, formats)
            position += cell.span
    for validation in sheet.validations:
        place = (validation.first_row, validation.column, validation.last_row, validation.column)
        page.data_validation(*place, _rule(validation))
    _set_page(page, sheet)


def _set_page(page: Worksheet, sheet: BookSheet) -> None:
    page.set_landscape()
    page.set_paper(PAPERS[sheet.page.paper])
    page.fit_to_pages(sheet.page.pages_wide, 0)
    if sheet.page.has_grid:
        page.hide_gridlines(SHOWN_AND_PRINTED)
    if sheet.header_rows or sheet.header_columns:
        page.freeze_panes(sheet.header_rows, sheet.header_columns)
    if sheet.header_rows:
        page.repeat_rows(0, sheet.header_rows - 1)
    if sheet.header_columns:
        page.repeat_columns(0, sheet.header_columns - 1)
    if (rows := sheet.filtered_rows()) is not None:
        page.autofilter(rows[0], 0, rows[1], len(sheet.columns) - 1)
    if sheet.is_protected:
        page.protect("", PROTECTION)


def _write_cell(page: Worksheet, place: tuple[int, int], cell: BookCell, formats: _Formats) -> None:
    if cell.value is None and cell.style is PLAIN and cell.span == 1 and cell.comment is None:
        return
    style = formats.of(cell.style)
    if cell.span > 1:
        page.merge_range(*place, place[0], place[1] + cell.span - 1, "", style)
    _write_value(page, place, cell.value, style)
    if cell.comment is not None:
        lines = sum(math.ceil(len(line) / COMMENT_LINE) for line in cell.comment.splitlines())
        size = {"width": COMMENT_WIDTH, "height": COMMENT_LINE_HEIGHT * lines}
        page.write_comment(*place, cell.comment, size)


def _write_value(page: Worksheet, place: tuple[int, int], value: object, style: Format | None) -> None:
    match value:
        case None:
            page.write_blank(*place, None, style)
        case bool():
            page.write_boolean(*place, value, style)
        case dt.date():
            page.write_datetime(*place, value, style)
        case int() | float():
            page.write_number(*place, value, style)
        case _:
            page.write_string(*place, str(value), style)


def _rule(validation: Validation) -> dict[str, object]:
    said = {"error_title": validation.said_title, "error_message": validation.said}
    match validation.accepted:
        case OneOf(source):
            if isinstance(source, CellRange):
                place = xl_range_abs(source.first_row, source.column, source.last_row, source.column)
                return {"validate": "list", "source": f"='{source.sheet}'!{place}", **said}
            return {"validate": "list", "source": list(source), **said}
        case AtLeast(minimum):
            kind = "date" if isinstance(minimum, dt.date) else "decimal"
            return {"validate": kind, "criteria": ">=", "value": minimum, **said}
