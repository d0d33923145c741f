"""How a value is written in a returned workbook: as it is, never taken for a formula, an error or a date."""

import datetime as dt
import math
import re
from collections.abc import Iterator

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.worksheet.worksheet import Worksheet

_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
# The bounds of the format.
MAXIMUM_ROWS, MAXIMUM_COLUMNS, MAXIMUM_SHEET_NAME, MAXIMUM_TEXT = 1_048_576, 16_384, 31, 32_767
# Before it, spreadsheets disagree on the days.
EARLIEST_DATE = dt.date(1900, 3, 1)


def write_value(cell: Cell | MergedCell, value: object) -> None:
    """Write a value as it is: a text is never taken for a formula, an error or a date."""
    if isinstance(cell, MergedCell):
        raise TypeError(f"{cell.coordinate}: nothing is written in a merged cell.")
    match value:
        case float() if not math.isfinite(value):
            write_value(cell, str(value))
        case bool() | int() | float() | dt.time() | dt.timedelta():
            cell.value = value
        case dt.datetime() if value.date() >= EARLIEST_DATE:
            cell.value = value
            if value.time() == dt.time():
                cell.number_format = "dd/mm/yyyy"
        case dt.date() if not isinstance(value, dt.datetime) and value >= EARLIEST_DATE:
            cell.value = value
            cell.number_format = "dd/mm/yyyy"
        case _:
            cell.value = printable(str(value))[:MAXIMUM_TEXT]
            cell.data_type = "s"
            # Otherwise a spreadsheet takes it for a formula as soon as a person edits the cell.
            cell.quotePrefix = str(value).startswith(("=", "+", "-", "@"))


def printable(text: str) -> str:
    """A text as a workbook can hold it: without forbidden characters, and where « _x0041_ » is not read as « A »."""
    return _ESCAPE.sub("_x005F_", ILLEGAL_CHARACTERS_RE.sub("�", text))


def row_and_column(place: str) -> tuple[int, int]:
    """The row and the column of an A1 reference, from 1; a CSV may have columns that no workbook has."""
    letters = place.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(place[len(letters) :]), column


def held_cells(sheet: Worksheet) -> Iterator[Cell]:
    """The cells a sheet holds, by row and column; those it does not hold are not made."""
    return (cell for _, cell in sorted(sheet._cells.items()) if isinstance(cell, Cell))
