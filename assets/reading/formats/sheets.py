"""The cells of a sheet as received, and how each is written as text: nothing is interpreted."""

import datetime as dt
import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from assets.reading.formats.number_formats import LEAST_EUROS, number_format
from warehouse.model.french import INVISIBLE, as_shown

# Above it a float no longer holds every integer.
LARGEST_EXACT_INTEGER = 2**53
# Titles and notes may stand above the headers.
HEADER_ROWS = 15
# What a call to a note is written with, and how it is kept apart from the figure before it.
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LINE_ENDS = re.compile(r"[\u2028\u2029\x85\x0b\x0c]")

Cell = object
# A row and a column, counted from 0.
Position = tuple[int, int]


@dataclass(frozen=True)
class SheetMarks:
    """What a reader of values leaves out of a sheet; places are counted from 0.

    Attributes:
        texts: what a cell shows where its value would be lost or false: an error, a line break, a call to a note.
        formats: the code of the format of cells that show more than their number.
        struck: the cells whose text is struck out.
        hidden_rows: those that the sender does not see, filtered ones included.
        hidden_columns: the same.
        merged: the first and the last cell of each merged area.
    """

    texts: Mapping[Position, str] = field(default_factory=dict)
    formats: Mapping[Position, str] = field(default_factory=dict)
    struck: frozenset[Position] = frozenset()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: Sequence[tuple[Position, Position]] = ()


NO_MARKS = SheetMarks()


@dataclass(frozen=True)
class Sheet:
    """The cells of one sheet, row by row from the first.

    `is_ended` is false for a CSV whose last line has no end, `counts_from_1904` true where a bare day number counts
    from 1 January 1904. `in_euros` holds what is shown of the numbers whose format alone says euros, `invisible` the
    characters taken out of a cell, by name.
    """

    name: str
    rows: Sequence[Sequence[Cell]]
    is_ended: bool = True
    is_hidden: bool = False
    counts_from_1904: bool = False
    marks: SheetMarks = NO_MARKS
    in_euros: Mapping[Position, str] = field(default_factory=dict)
    invisible: Mapping[Position, str] = field(default_factory=dict)


def marked_sheet(sheet: Sheet, marks: SheetMarks) -> Sheet:
    """A sheet whose cells say what its sender sees: the unit of a format, an error, a note apart from its figure.

    Args:
        sheet: with the values that a reader gave.
        marks: what the reader left out.
    """
    rows = [list(row) for row in sheet.rows] if marks.texts or marks.formats else sheet.rows
    in_euros = {}
    for (row, column), text in marks.texts.items():
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = text  # type: ignore[index]  # lists, since there are texts
    for (row, column), code in marks.formats.items():
        shape = number_format(code)
        value = rows[row][column] if row < len(rows) and column < len(rows[row]) else None
        if shape is None or isinstance(value, bool) or not isinstance(value, int | float):
            continue
        if shape.is_of_euros() and abs(value) < LEAST_EUROS:
            in_euros[row, column] = shape.shown(value)
        else:
            rows[row][column] = shape.shown(value)  # type: ignore[index]
    return replace(sheet, rows=rows, marks=marks, in_euros=in_euros)


def visible_sheet(sheet: Sheet) -> Sheet:
    """A sheet without the characters that nobody sees but that move, hide or run something; each is named."""
    found: dict[Position, str] = {}
    rows: list[Sequence[Cell]] = []
    # Readers give a text of its own to each cell; a column of a closed list is then a few texts again.
    known: dict[Cell, Cell] = {}
    for number, row in enumerate(sheet.rows):
        kept = [known.setdefault(cell, cell) if isinstance(cell, str | dt.date) else cell for cell in row]
        for position, cell in enumerate(row):
            if isinstance(cell, str) and INVISIBLE.search(cell):
                found[number, position] = _named(cell)
                kept[position] = _without_invisible(cell)
        rows.append(kept)
    return replace(sheet, name=_without_invisible(sheet.name), rows=rows, invisible=found)


def _without_invisible(text: str) -> str:
    return INVISIBLE.sub("", _LINE_ENDS.sub("\n", text))


def _named(text: str) -> str:
    """The code points of the invisible characters of a text, each once: `U+200B, U+202E`."""
    return ", ".join(dict.fromkeys(f"U+{ord(character):04X}" for character in INVISIBLE.findall(text)))


def raised(text: str) -> str:
    """A call to a note as characters of its own: `2` is `²`, so that « 24 » followed by it is never 242."""
    return text.translate(_RAISED)


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


def cell_place(
    row: Mapping[str, Any], letter: str, header: str, value: str | None, kind: str = "text"
) -> dict[str, Any]:
    """Where a finding about a cell is, as the fields of a `Finding`.

    Args:
        row: the `file`, the `sheet` and the `row`, as a spreadsheet counts them.
        letter: of its column.
        header: of its column.
        value: what it holds.
        kind: of value, as `cell_type` gives it.
    """
    shown = None if value is None else as_shown(value, kind)
    return {**row, "column": header.strip(), "cell": f"{letter}{row['row']}", "value": shown}


def place_of(cell: Mapping[Hashable, Any]) -> dict[str, Any]:
    """Where a finding about a cell of `RAW_SUBMISSIONS` is, as the fields of a `Finding`."""
    row = {"file": cell["source_file"], "sheet": cell["source_sheet"], "row": int(cell["source_row"])}
    return cell_place(row, cell["source_column"], cell["header"], cell["value"], cell["value_type"])
