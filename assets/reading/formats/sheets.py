"""The cells of a sheet as received, and how each is written as text: nothing is interpreted."""

import datetime as dt
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Above it a float no longer holds every integer.
LARGEST_EXACT_INTEGER = 2**53
# Titles and notes may stand above the headers.
HEADER_ROWS = 15

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


def cell_place(row: Mapping[str, Any], letter: str, header: str, value: str | None) -> dict[str, Any]:
    """Where a finding about a cell is, as the fields of a `Finding`.

    Args:
        row: the `file`, the `sheet` and the `row`, as a spreadsheet counts them.
        letter: of its column.
        header: of its column.
        value: what it holds.
    """
    return {**row, "column": header.strip(), "cell": f"{letter}{row['row']}", "value": value}


def place_of(cell: Mapping[Hashable, Any]) -> dict[str, Any]:
    """Where a finding about a cell of `RAW_SUBMISSIONS` is, as the fields of a `Finding`."""
    row = {"file": cell["source_file"], "sheet": cell["source_sheet"], "row": int(cell["source_row"])}
    return cell_place(row, cell["source_column"], cell["header"], cell["value"])
