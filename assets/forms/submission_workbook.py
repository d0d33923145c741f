"""The workbook in our own submission layout: the projects, a sheet that explains it, the closed lists.

Filled in (`write_submission`), or to be filled in (`write_form`): then what is known is locked, each header
carries its definition, and sheets wait for new projects and for who signs. Headers come from
`layouts/submission.csv`, what a column accepts from `warehouse.archive.tables`: nothing is typed here twice. What the
rows say is for the caller, each format of file for a writer; reading a workbook back is for `assets.reading.workbooks`.
"""

import datetime as dt
import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from assets.books.book import (
    AtLeast,
    Book,
    BookCell,
    BookColumn,
    BookRow,
    BookSheet,
    CellRange,
    CellStyle,
    CellValue,
    OneOf,
    PageSetup,
    Validation,
)
from assets.books.ods_writer import ods_bytes
from assets.books.xlsx_writer import xlsx_bytes
from assets.reading.attestation import (
    NEW_PROJECTS_SHEET,
    SIGN_OFF_DATE,
    SIGN_OFF_EDITION,
    SIGN_OFF_MINISTRY,
    SIGN_OFF_NAME,
    SIGN_OFF_NIL,
    SIGN_OFF_SHEET,
)
from assets.reading.headers import Layout, layouts
from warehouse.archive.tables import CORE_PROJECTS
from warehouse.home.files import write_bytes
from warehouse.model.errors import SchemaError
from warehouse.model.schema import Column
from warehouse.model.vocabulary import UNSPECIFIED_MINISTRY, VOCABULARIES

WRITERS: Mapping[str, Callable[[Book], bytes]] = {".xlsx": xlsx_bytes, ".ods": ods_bytes}
PROJECTS_SHEET = "Projets"
README_SHEET = "Lisez-moi"
SIGN_OFF_TITLE = "Attestation du ministère"
LISTS_SHEET = "Listes"
YES_NO = ("Oui", "Non")
# Drop-down lists go this far down: more rows than any ministry has projects.
LAST_ROW = 500
EARLIEST_DATE = dt.date(1990, 1, 1)
# Characters; the other widths follow from the kind of value.
WIDTHS = {
    "project_id": 13,
    "name": 38,
    "interministerial": 18,
    "description": 60,
    "functional_zone": 30,
    "deviation_comment": 48,
}
KIND_WIDTHS = {"date": 12, "number": 15, "boolean": 14, "integer": 12, "string": 22}
MINISTRY_WIDTH = 34
README_HEADERS = ("Colonne", "Obligatoire", "Valeur attendue", "Définition")
README_WIDTHS = (38, 13, 42, 90)
SIGN_OFF_WIDTHS = (70, 50)
LINE_HEIGHT_PT = 15
HEADER_LINES = 3
# The identifier and the name stay in sight.
FROZEN_COLUMNS = 2
NOT_EXPECTED = "Valeur non attendue"
TABLE_PAGE = PageSetup("A3", pages_wide=2, has_grid=True)

TITLE = CellStyle(is_bold=True, size_pt=14)
HEADER = CellStyle(is_bold=True, wraps=True, vertical="middle", fill="#DDE5F4", has_bottom_line=True)
TEXT = CellStyle(wraps=True, vertical="top")
TO_FILL = replace(TEXT, is_locked=False)
DATE = CellStyle(number_format="date", horizontal="center", vertical="top")
COST = CellStyle(number_format="decimal", vertical="top")
LOCKED_COLOUR = "#EFEFEF"


@dataclass(frozen=True)
class Field:
    """One column of the workbook: its place in the layout, its header, and what it accepts."""

    name: str
    header: str
    required: bool
    column: Column

    def width(self) -> int:
        """Its width in characters."""
        if self.column.vocabulary == "ministries":
            return MINISTRY_WIDTH
        return WIDTHS.get(self.name, KIND_WIDTHS[self.column.kind])

    def style(self) -> CellStyle:
        """How its values look."""
        return {"date": DATE, "number": COST}.get(self.column.kind, TEXT)


def submission_fields(edition: str) -> list[Field]:
    """The columns of the submission layout as it stood at an edition, in order.

    Raises:
        SchemaError: the layout names a field that no column of `core_projects` holds.
    """
    layout = _submission_layout(edition)
    return [
        Field(name, header, name in layout.required, _declaration(name))
        for name, header in layout.first_headers().items()
    ]


def write_submission(frame: pd.DataFrame, path: Path, *, edition: str, title: str, notes: Sequence[str] = ()) -> None:
    """Write one workbook in the submission layout; the same arguments give the same bytes.

    Args:
        frame: one row per project, one column per field of the layout, in its order; codes already
            written as labels, « Oui » or « Non » for what is true or false, dates as datetimes, costs in
            M€ TTC, a missing value where nothing is to be written. No row gives an empty form.
        path: where the workbook goes; its extension, `.xlsx` or `.ods`, is its format.
        edition: key of the edition, which decides the headers.
        title: what the workbook is, in French; its sheet « Lisez-moi » opens with it.
        notes: French sentences under the title.

    Raises:
        SchemaError: the columns are not those of the layout.
        ServiceError: the disk refused.
    """
    fields = _fields_of(frame, path, edition)
    lists, places = _lists_sheet(fields)
    projects = _table_sheet(PROJECTS_SHEET, fields, _rows(frame, fields), places, [field.style() for field in fields])
    write_book(Book(title, (projects, _readme_sheet(fields, title, notes), lists)), path)


def write_form(
    frame: pd.DataFrame,
    path: Path,
    *,
    edition: str,
    ministry: str,
    title: str,
    notes: Sequence[str] = (),
    locked: Collection[str] = (),
) -> None:
    """Write one workbook to be filled in; the same arguments give the same bytes.

    Its sheets: the projects, of which only the cells to fill in can be changed; new projects, with the same
    headers; the attestation (nothing to declare, name, date); the two sheets of every submission. Nothing is
    said of who or what wrote it.

    Args:
        frame: what is known already, as for `write_submission`.
        path: where the workbook goes; its extension, `.xlsx` or `.ods`, is its format.
        edition: key of the edition, which decides the headers.
        ministry: label of the ministry whose form it is.
        title: what the workbook is, in French.
        notes: French sentences that say how to fill it in.
        locked: the fields that are locked on the rows where they are known.

    Raises:
        SchemaError: the columns are not those of the layout.
        ServiceError: the disk refused.
    """
    fields = _fields_of(frame, path, edition)
    lists, places = _lists_sheet(fields)
    comments = [_comment(field) for field in fields]
    greyed = [_greyed(field.style()) for field in fields]
    # A new project has no identifier yet: whoever keeps the register gives it one.
    opened = [
        _greyed(field.style()) if field.name == "project_id" else replace(field.style(), is_locked=False)
        for field in fields
    ]
    sheets = (
        _table_sheet(PROJECTS_SHEET, fields, _rows(frame, fields, locked), places, greyed, comments),
        _table_sheet(NEW_PROJECTS_SHEET, fields, [], places, opened, comments),
        _sign_off_sheet(edition, ministry),
        _readme_sheet(fields, title, notes),
        lists,
    )
    write_book(Book(title, tuple(replace(sheet, is_protected=True) for sheet in sheets)), path)


def write_book(book: Book, path: Path) -> None:
    """Write a book in the format that the extension of its file names.

    Raises:
        ServiceError: the disk refused.
        ValueError: the extension is that of no writer.
    """
    writer = WRITERS.get(path.suffix)
    if writer is None:
        raise ValueError(f"{path.name}: a workbook is written as {' or '.join(WRITERS)}")
    write_bytes(path, writer(book))


def _fields_of(frame: pd.DataFrame, path: Path, edition: str) -> list[Field]:
    fields = submission_fields(edition)
    names = [field.name for field in fields]
    if list(frame.columns) != names:
        raise SchemaError(f"Classeur {path.name} : colonnes {list(frame.columns)}, attendues {names}.")
    return fields


def _submission_layout(edition: str) -> Layout:
    return next(layout for layout in layouts(edition) if layout.name == "submission")


def _declaration(field: str) -> Column:
    """The column a field is read into: its namesake, or the identifier of what it names."""
    names = CORE_PROJECTS.names()
    return CORE_PROJECTS.column(field if field in names else f"{field}_id")


def _rows(frame: pd.DataFrame, fields: Sequence[Field], locked: Collection[str] | None = None) -> list[BookRow]:
    """A row per project; where some fields are `locked`, every cell is open but those of theirs that have a value."""
    widths = [field.width() for field in fields]
    columns = [[None if pd.isna(value) else _written(value) for value in frame[field.name]] for field in fields]
    return [
        BookRow(
            tuple(_cell(value, field, locked) for value, field in zip(values, fields, strict=True)),
            LINE_HEIGHT_PT * _lines(values, widths),
        )
        for values in zip(*columns, strict=True)
    ]


def _cell(value: CellValue, field: Field, locked: Collection[str] | None) -> BookCell:
    style = field.style()
    if locked is None:
        return BookCell(value, style)
    if value is not None and field.name in locked:
        return BookCell(value, _greyed(style))
    return BookCell(value, replace(style, is_locked=False))


def _greyed(style: CellStyle) -> CellStyle:
    """A style that says that its cells are locked."""
    return replace(style, fill=LOCKED_COLOUR)


def _written(value: object) -> CellValue:
    return value if isinstance(value, int | float | dt.date) else str(value)


def _table_sheet(
    name: str,
    fields: Sequence[Field],
    rows: Sequence[BookRow],
    lists: Mapping[str, CellRange],
    below: Sequence[CellStyle],
    comments: Sequence[str | None] | None = None,
) -> BookSheet:
    """A table of projects: its headers and their comments, its rows, what each column accepts, the style below."""
    said = comments or [None] * len(fields)
    headers = tuple(BookCell(field.header, HEADER, comment) for field, comment in zip(fields, said, strict=True))
    rules = (_validation(position, field.column, lists) for position, field in enumerate(fields))
    return BookSheet(
        name,
        tuple(BookColumn(field.width(), style) for field, style in zip(fields, below, strict=True)),
        (BookRow(headers, HEADER_LINES * LINE_HEIGHT_PT), *rows),
        tuple(rule for rule in rules if rule is not None),
        header_rows=1,
        header_columns=FROZEN_COLUMNS,
        page=TABLE_PAGE,
    )


def _comment(field: Field) -> str:
    """The definition and the unit of a column, said where it is filled in."""
    parts = [field.column.description, f"Attendu : {_accepted(field)}."]
    if field.column.unit:
        parts.append(f"Unité : {field.column.unit}.")
    return "\n".join(parts)


def _sign_off_sheet(edition: str, ministry: str) -> BookSheet:
    """Say whose form it is and for when; ask whether there is nothing to declare, who answers for it, and when.

    One question a row: no row of it may look like the headers of a table of projects.
    """
    answers = (
        (SIGN_OFF_MINISTRY, BookCell(ministry, _greyed(TEXT))),
        (SIGN_OFF_EDITION, BookCell(edition, _greyed(TEXT))),
        (SIGN_OFF_NIL, BookCell(None, TO_FILL)),
        (SIGN_OFF_NAME, BookCell(None, TO_FILL)),
        (SIGN_OFF_DATE, BookCell(None, replace(DATE, is_locked=False))),
    )
    rows = (
        BookRow((BookCell(SIGN_OFF_TITLE, TITLE),)),
        BookRow(),
        *(BookRow((BookCell(label, TEXT), answer)) for label, answer in answers),
    )
    row_of = {label: number for number, (label, _) in enumerate(answers, start=2)}
    nil, date = row_of[SIGN_OFF_NIL], row_of[SIGN_OFF_DATE]
    rules = (
        Validation(1, nil, nil, OneOf(YES_NO), "Attendu : « Oui » ou « Non ».", NOT_EXPECTED),
        Validation(1, date, date, AtLeast(EARLIEST_DATE), "Attendu : une date (jj/mm/aaaa).", NOT_EXPECTED),
    )
    columns = tuple(BookColumn(width) for width in SIGN_OFF_WIDTHS)
    return BookSheet(SIGN_OFF_SHEET, columns, rows, rules, page=PageSetup(has_grid=True))


def _accepted(field: Field) -> str:
    return f"une valeur de la feuille « {LISTS_SHEET} »" if field.column.vocabulary else field.column.expected()


def _lines(values: Iterable[object], widths: Sequence[int]) -> int:
    """How many lines the longest text of a row takes: not every spreadsheet fits the height by itself."""
    texts = [(value, width) for value, width in zip(values, widths, strict=True) if isinstance(value, str)]
    # Words are not cut: a line loses some of its width.
    return max((math.ceil(len(text) / (0.9 * width)) for text, width in texts), default=1)


def _readme_sheet(fields: Sequence[Field], title: str, notes: Sequence[str]) -> BookSheet:
    """What the workbook is, how to fill it in, and what each column accepts."""
    described = (
        (field.header, YES_NO[0] if field.required else YES_NO[1], _accepted(field), field.column.description)
        for field in fields
    )
    span = len(README_WIDTHS)
    rows = (
        BookRow((BookCell(title, TITLE),)),
        *(BookRow((BookCell(note, TEXT, span=span),), _height([note], [sum(README_WIDTHS)])) for note in notes),
        BookRow(),
        BookRow(tuple(BookCell(header, HEADER) for header in README_HEADERS)),
        *(BookRow(tuple(BookCell(text, TEXT) for text in texts), _height(texts, README_WIDTHS)) for texts in described),
    )
    return BookSheet(README_SHEET, tuple(BookColumn(width) for width in README_WIDTHS), rows)


def _height(texts: Iterable[object], widths: Sequence[int]) -> float:
    return LINE_HEIGHT_PT * _lines(texts, widths)


def _lists_sheet(fields: Sequence[Field]) -> tuple[BookSheet, dict[str, CellRange]]:
    """Each closed list once, and where it stands, keyed by vocabulary.

    The lists are on a sheet because labels hold commas, which a list written in a validation cannot.
    """
    # A bare header would make this sheet look like a table of projects to whoever reads the file.
    headers = {
        field.column.vocabulary: f"Valeurs : {field.header}" for field in reversed(fields) if field.column.vocabulary
    }
    vocabularies = [name for name in dict.fromkeys(field.column.vocabulary for field in fields) if name]
    labels = [
        [term.label for term in VOCABULARIES[name].terms if term.code != UNSPECIFIED_MINISTRY] for name in vocabularies
    ]
    depth = max(map(len, labels), default=0)
    rows = (
        BookRow(tuple(BookCell(headers[name], HEADER) for name in vocabularies)),
        *(
            BookRow(tuple(BookCell(column[row] if row < len(column) else None) for column in labels))
            for row in range(depth)
        ),
    )
    columns = tuple(BookColumn(max(map(len, column)) + 2) for column in labels)
    places = {
        name: CellRange(LISTS_SHEET, position, 1, len(column))
        for position, (name, column) in enumerate(zip(vocabularies, labels, strict=True))
    }
    return BookSheet(LISTS_SHEET, columns, rows), places


def _validation(position: int, column: Column, lists: Mapping[str, CellRange]) -> Validation | None:
    """What a column accepts; None where any text does."""
    accepted: OneOf | AtLeast
    if column.vocabulary:
        accepted, said = OneOf(lists[column.vocabulary]), f"une valeur de la feuille « {LISTS_SHEET} »"
    elif column.kind == "boolean":
        accepted, said = OneOf(YES_NO), column.expected()
    elif column.kind == "date":
        accepted, said = AtLeast(EARLIEST_DATE), "une date (jj/mm/aaaa)"
    elif column.kind == "number":
        accepted, said = AtLeast(0.0 if column.minimum is None else column.minimum), column.expected()
    else:
        return None
    return Validation(position, 1, LAST_ROW, accepted, f"Attendu : {said}.", NOT_EXPECTED)
