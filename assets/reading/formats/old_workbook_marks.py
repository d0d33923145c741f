"""What the reader of workbooks leaves out of an .xls: the system of its dates, errors, formats, notes, what is hidden.

Only in the process that `assets.reading.formats.old_workbooks` starts, within its limits.
"""

import io

import xlrd

from assets.reading.formats.number_formats import number_format
from assets.reading.formats.sheets import Position, SheetMarks
from assets.reading.formats.workbook_marks import WorkbookMarks, noted

_SUPERSCRIPT = 1
_FILLED = (xlrd.XL_CELL_TEXT, xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE, xlrd.XL_CELL_BOOLEAN, xlrd.XL_CELL_ERROR)


def old_workbook_marks(content: bytes) -> WorkbookMarks:
    """Look for them in the bytes of an .xls; a workbook whose styles cannot be read has none.

    Raises:
        Exception: no workbook that could be read; the library raises what it meets.
    """
    # It would write its remarks to the standard output.
    said = io.StringIO()
    try:
        book = xlrd.open_workbook(file_contents=content, formatting_info=True, logfile=said)
    except (
        Exception
    ):  # on styles that are damaged xlrd raises whatever its parser meets; without them it reads the cells
        book = xlrd.open_workbook(file_contents=content, logfile=said)
        return WorkbookMarks(book.datemode == 1)
    return WorkbookMarks(book.datemode == 1, {sheet.name: _marks(book, sheet) for sheet in book.sheets()})


def _marks(book: xlrd.Book, sheet: xlrd.sheet.Sheet) -> SheetMarks:
    texts: dict[Position, str] = {}
    formats: dict[Position, str] = {}
    struck: set[Position] = set()
    for row in range(sheet.nrows):
        for column in range(sheet.row_len(row)):
            kind, place = sheet.cell_type(row, column), (row, column)
            if kind not in _FILLED:
                continue
            style = book.xf_list[sheet.cell_xf_index(row, column)] if book.xf_list else None
            if style is not None and kind == xlrd.XL_CELL_NUMBER:
                code = book.format_map[style.format_key].format_str if style.format_key in book.format_map else ""
                if code and number_format(code):
                    formats[place] = code
            if kind == xlrd.XL_CELL_ERROR:
                texts[place] = xlrd.error_text_from_code.get(sheet.cell_value(row, column), "#N/A")
            parts = _parts(book, sheet, place) if kind == xlrd.XL_CELL_TEXT else []
            if (text := noted([(part, font.escapement == _SUPERSCRIPT) for part, font in parts])) is not None:
                texts[place] = text
            fonts = [font for part, font in parts if part.strip()] or (
                [book.font_list[style.font_index]]
                if style is not None and style.font_index < len(book.font_list)
                else []
            )
            if fonts and all(font.struck_out for font in fonts):
                struck.add(place)
    return SheetMarks(
        texts,
        formats,
        frozenset(struck),
        frozenset(row for row, info in sheet.rowinfo_map.items() if info.hidden or info.height == 0),
        frozenset(column for column, info in sheet.colinfo_map.items() if info.hidden or info.width == 0),
        [((top, left), (bottom - 1, right - 1)) for top, bottom, left, right in sheet.merged_cells],
    )


def _parts(book: xlrd.Book, sheet: xlrd.sheet.Sheet, place: Position) -> list[tuple[str, xlrd.formatting.Font]]:
    """The parts of a text that has several fonts, each with its own; none for one that has a single font."""
    runs = sheet.rich_text_runlist_map.get(place)
    if not runs:
        return []
    text, first = sheet.cell_value(*place), book.xf_list[sheet.cell_xf_index(*place)].font_index
    starts = [(0, first), *runs]
    ends = [*(start for start, _ in starts[1:]), len(text)]
    return [
        (text[start:end], book.font_list[font]) for (start, font), end in zip(starts, ends, strict=True) if start < end
    ]
