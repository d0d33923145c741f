"""The cells of a sheet as received, and how each is written as text: nothing is interpreted."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

# Above it a float no longer holds every integer.
LARGEST_EXACT_INTEGER = 2**53

Cell = object


@dataclass(frozen=True)
class Sheet:
    """The cells of one sheet, row by row from the first.

    `is_ended` is false for a CSV whose last line has no end, `counts_from_1904` true where a bare day number counts
    from 1 January 1904. `merged` holds the first and the last cell of each merged area, as rows and columns from 0.
    """

    name: str
    rows: Sequence[Sequence[Cell]]
    is_ended: bool = True
    is_hidden: bool = False
    counts_from_1904: bool = False
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]] = ()


def column_letter(position: int) -> str:
    """The letter a spreadsheet gives a column counted from 0: A, …, Z, AA."""
    letters = ""
    remaining = position + 1
    while remaining:
        remaining, digit = divmod(remaining - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters


def cell_type(cell: Cell) -> str:
    """What a cell holds: `boolean`, `number`, `date` or `text`."""
    match cell:
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case dt.date():
            return "date"
        case _:
            return "text"


def cell_text(cell: Cell) -> str:
    """A cell as text: whole numbers without a point, dates in the ISO form, the empty text for an empty cell."""
    match cell:
        case None:
            text = ""
        case bool():
            text = "true" if cell else "false"
        case float() if cell.is_integer() and abs(cell) < LARGEST_EXACT_INTEGER:
            text = str(int(cell))
        case int() | float():
            text = repr(cell)
        case dt.datetime() if cell.time() == dt.time():
            text = cell.date().isoformat()
        case dt.date():
            text = cell.isoformat()
        case _:
            text = str(cell)
    return text
