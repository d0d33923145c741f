"""A conformed table in each format it is published in: CSV, Parquet, JSON, a workbook, a SQLite database.

Names and labels are French in all of them; the same rows give the same bytes, whatever the machine and the day.
"""

import datetime as dt
import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from assets.books.book import PLAIN, Book, BookCell, BookColumn, BookRow, BookSheet, CellStyle, CellValue, PageSetup
from assets.books.ods_writer import ods_bytes
from assets.books.xlsx_writer import xlsx_bytes
from warehouse.home.store import parquet_bytes
from warehouse.model.cells import inert_text
from warehouse.model.schema import Column, Kind, Table, table_schema, to_arrow
from warehouse.model.vocabulary import VOCABULARIES
from warehouse.open_data.files import PublishedFile

# What a cell of a spreadsheet holds at most.
CELL_CHARACTERS = 32_767
CUT = "… [coupé : texte entier dans le CSV]"
ROWS_SHEET, README_SHEET = "Données", "Lisez-moi"
# Titles of the columns of a dictionary, and their width on a sheet, in characters.
DICTIONARY_WIDTHS = {"Colonne": 48, "Titre": 40, "Type": 16, "Unité": 14, "Obligatoire": 12, "Définition": 90}
TYPES = {
    "string": "texte",
    "integer": "nombre entier",
    "number": "nombre",
    "boolean": "vrai ou faux",
    "date": "date",
}
_SQL_TYPES = {"string": "TEXT", "integer": "INTEGER", "number": "REAL", "boolean": "INTEGER", "date": "TEXT"}
_WIDTHS = {"string": 22, "integer": 12, "number": 14, "boolean": 12, "date": 12}
_LONG_TEXTS = {"name": 38, "description": 60, "deviation_comment": 48, "ministry_id": 34, "group_label": 34}
_TITLE = CellStyle(is_bold=True, size_pt=14)
_HEADER = CellStyle(is_bold=True, wraps=True, fill="#E3E3FD", has_bottom_line=True, vertical="top")
HEADER_HEIGHT = 30  # points, two lines
_WRAPPED = CellStyle(wraps=True, vertical="top")
# Bytes 96 to 99 of a SQLite file say which version of the library wrote it last; a fixed one is written instead.
_SQLITE_WRITER = slice(96, 100)
_SQLITE_VERSION = (3_037_000).to_bytes(4, "big")
PAGE_BYTES = 4096
# Below it, the shortest text of a number has an exponent.
SMALLEST_WITHOUT_EXPONENT = 1e-4


def with_published_names(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """A conformed frame as it is published: French column names, French labels instead of codes."""
    labelled = {
        column.name: frame[column.name].map(VOCABULARIES[column.vocabulary].labels_by_code()).astype("str")
        for column in table.columns
        if column.vocabulary
    }
    return frame.assign(**labelled).rename(columns={column.name: column.published for column in table.columns})


def csv_text(frame: pd.DataFrame, table: Table) -> str:
    """A conformed frame as published CSV: comma, point, ISO dates, `true`/`false`, empty for missing.

    A text that a spreadsheet would take for a formula is preceded by an apostrophe (`warehouse.model.cells`). Only
    free texts can start so: numbers, dates, labels of closed lists and texts with a pattern are written as they are,
    and the Table Schema holds. A reader who wants such a text back takes the apostrophe off; the other formats, which
    no spreadsheet evaluates, keep it as submitted.
    """
    booleans = {
        column.name: frame[column.name].map({True: "true", False: "false"})
        for column in table.columns
        if column.kind == "boolean"
    }
    texts = {
        column.name: frame[column.name].map(inert_text, na_action="ignore")
        for column in table.columns
        if column.kind == "string" and not column.vocabulary and not column.pattern
    }
    numbers = {column.name: _positional(frame[column.name]) for column in table.columns if column.kind == "number"}
    return with_published_names(frame.assign(**booleans, **texts, **numbers), table).to_csv(
        index=False, lineterminator="\n", date_format="%Y-%m-%d"
    )


def _positional(numbers: pd.Series) -> pd.Series:
    """Numbers as they are written, without an exponent for the small ones: « 0.00001 », not « 1e-05 »."""
    if not numbers.abs().between(0, SMALLEST_WITHOUT_EXPONENT, inclusive="neither").any():
        return numbers
    return numbers.map(lambda number: np.format_float_positional(number, trim="0"), na_action="ignore")


def published_parquet(frame: pd.DataFrame, table: Table) -> bytes:
    """A conformed frame as published Parquet: the same names and labels as the CSV, and types."""
    arrow = to_arrow(frame, table)
    for position, column in enumerate(table.columns):
        if column.vocabulary:
            labels = VOCABULARIES[column.vocabulary].labels_by_code()
            values = [None if code is None else labels[code] for code in arrow.column(position).to_pylist()]
            arrow = arrow.set_column(position, arrow.schema.field(position), pa.array(values, pa.string()))
    return parquet_bytes(arrow.rename_columns([column.published for column in table.columns]))


def published_rows(frame: pd.DataFrame, table: Table) -> list[tuple[Any, ...]]:
    """The rows of a conformed frame as plain values: str, bool, int, float, date, None for missing."""
    columns = [_plain(frame[column.name], column) for column in table.columns]
    return list(zip(*columns, strict=True))


_PLAIN: Mapping[Kind, Callable[[Any], Any]] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "date": lambda value: value.date(),
}


def _plain(values: pd.Series, column: Column) -> list[Any]:
    convert = _PLAIN[column.kind]
    if column.vocabulary:
        convert = VOCABULARIES[column.vocabulary].labels_by_code().__getitem__
    missing = values.isna().tolist()
    return [None if gone else convert(value) for value, gone in zip(values.tolist(), missing, strict=True)]


def json_text(frame: pd.DataFrame, table: Table, about: Mapping[str, str]) -> str:
    """A conformed frame as JSON: what is said of it, its columns, then one object per row, on a line each."""
    return json_of_rows(published_rows(frame, table), table, about)


def json_of_rows(rows: Iterable[tuple[Any, ...]], table: Table, about: Mapping[str, str]) -> str:
    """Rows from `published_rows` as `json_text` gives them."""
    names = [column.published for column in table.columns]
    head = {**about, "titre": table.title, "description": table.description, "precautions": list(table.caveats)}
    fields = table_schema(table)["fields"]
    lines = [_json(dict(zip(names, map(_iso, row), strict=True))) for row in rows]
    parts = [f"  {_json(name)}: {_json(value)}" for name, value in {**head, "colonnes": fields}.items()]
    written = ",\n    ".join(lines)
    parts.append(f'  "lignes": [\n    {written}\n  ]' if lines else '  "lignes": []')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _iso(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def allowed_values(column: Column) -> str:
    """The closed list of a column in French, empty when it has none."""
    if not column.vocabulary:
        return ""
    return "Valeurs : " + " ; ".join(VOCABULARIES[column.vocabulary].labels()) + "."


def dictionary_row(column: Column) -> tuple[str, ...]:
    """A column as a dictionary tells it, in the order of `DICTIONARY_WIDTHS`."""
    definition = " ".join(filter(None, [column.description, allowed_values(column), column.caveat]))
    required = "oui" if column.required else "non"
    return column.published, column.title, TYPES[column.kind], column.unit or "sans unité", required, definition


def workbook(frame: pd.DataFrame, table: Table, title: str, notes: Sequence[str], *, notes_first: bool = False) -> Book:
    """A table as a workbook: its rows under filters, and a sheet that says what they are, after or before them.

    Nothing in it can be a formula, and its properties say nothing of who or what wrote it.
    """
    return workbook_of_rows(published_rows(frame, table), table, title, notes, notes_first=notes_first)


def workbook_of_rows(
    published: Iterable[tuple[Any, ...]], table: Table, title: str, notes: Sequence[str], *, notes_first: bool = False
) -> Book:
    """Rows from `published_rows` as `workbook` gives them."""
    styles = [_style(column) for column in table.columns]
    headers = BookRow(tuple(BookCell(column.published, _HEADER) for column in table.columns), HEADER_HEIGHT)
    rows = [
        BookRow(tuple(BookCell(_cell(value), style) for value, style in zip(values, styles, strict=True)))
        for values in published
    ]
    names = table.names()
    in_sight = names.index("name") + 1 if "name" in names[:3] else 0
    data = BookSheet(
        ROWS_SHEET,
        tuple(BookColumn(_width(column)) for column in table.columns),
        (headers, *rows),
        header_rows=1,
        header_columns=in_sight,
        page=PageSetup("A3", max(1, len(table.columns) // 12)),
        is_filtered=True,
    )
    readme = _readme(table, title, notes)
    return Book(title, (readme, data) if notes_first else (data, readme))


def _readme(table: Table, title: str, notes: Sequence[str]) -> BookSheet:
    lines = [title, *notes, table.description, *table.caveats]
    above = [BookRow((BookCell(line, _TITLE if rank == 0 else PLAIN),)) for rank, line in enumerate(lines)]
    headers = BookRow(tuple(BookCell(name, _HEADER) for name in DICTIONARY_WIDTHS))
    columns = [BookRow(tuple(BookCell(text, _WRAPPED) for text in dictionary_row(column))) for column in table.columns]
    return BookSheet(
        README_SHEET,
        tuple(BookColumn(width) for width in DICTIONARY_WIDTHS.values()),
        (*above, BookRow(), headers, *columns),
    )


def _cell(value: Any) -> CellValue:
    if not isinstance(value, str):
        return value  # type: ignore[no-any-return]
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    return text if len(text) <= CELL_CHARACTERS else text[: CELL_CHARACTERS - len(CUT)] + CUT


def _style(column: Column) -> CellStyle:
    if column.kind == "date":
        return CellStyle("date")
    if column.kind != "number":
        return PLAIN
    return CellStyle("percent", decimals=1) if column.unit == "rapport" else CellStyle("decimal", decimals=2)


def _width(column: Column) -> float:
    return max(_LONG_TEXTS.get(column.name, _WIDTHS[column.kind]), min(len(column.published) + 3, 30))


WORKBOOK_WRITERS: Mapping[str, Callable[[Book], bytes]] = {"xlsx": xlsx_bytes, "ods": ods_bytes}


def sqlite_bytes(
    tables: Mapping[Table, pd.DataFrame], files: Iterable[PublishedFile], about: Mapping[str, str]
) -> bytes:
    """All tables in one SQLite file, with `dictionnaire` (every column) and `a_propos` (what it is).

    Dates are ISO texts, booleans 0 or 1. The file is made in memory, packed, with pages of a fixed size.
    """
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        database.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        database.execute("BEGIN")
        for table, frame in tables.items():
            database.execute(_create(table))
            marks = ", ".join("?" * len(table.columns))
            rows = (tuple(map(_iso, row)) for row in published_rows(frame, table))
            database.executemany(f"INSERT INTO {_quoted(table.name)} VALUES ({marks})", rows)  # noqa: S608  # our names
        _describe(database, tables, files, about)
        database.execute("COMMIT")
        database.execute("VACUUM")
        content = bytearray(database.serialize())
    content[_SQLITE_WRITER] = _SQLITE_VERSION
    return bytes(content)


def _create(table: Table) -> str:
    columns = [
        f"{_quoted(column.published)} {_SQL_TYPES[column.kind]}{' NOT NULL' if column.required else ''}"
        for column in table.columns
    ]
    if table.primary_key:
        key = ", ".join(_quoted(table.column(name).published) for name in table.primary_key)
        columns.append(f"PRIMARY KEY ({key})")
    return f"CREATE TABLE {_quoted(table.name)} (\n  " + ",\n  ".join(columns) + "\n)"


def _describe(
    database: sqlite3.Connection,
    tables: Iterable[Table],
    files: Iterable[PublishedFile],
    about: Mapping[str, str],
) -> None:
    database.execute(
        "CREATE TABLE dictionnaire (\n  nom_table TEXT NOT NULL,\n  rang INTEGER NOT NULL,\n  colonne TEXT NOT NULL,\n"
        "  titre TEXT NOT NULL,\n  type TEXT NOT NULL,\n  unite TEXT NOT NULL,\n  obligatoire TEXT NOT NULL,\n"
        "  definition TEXT NOT NULL,\n  PRIMARY KEY (nom_table, rang)\n)"
    )
    described = (
        (table.name, rank, *dictionary_row(column))
        for table in tables
        for rank, column in enumerate(table.columns, start=1)
    )
    database.executemany("INSERT INTO dictionnaire VALUES (?, ?, ?, ?, ?, ?, ?, ?)", described)
    database.execute("CREATE TABLE a_propos (\n  sujet TEXT NOT NULL PRIMARY KEY,\n  texte TEXT NOT NULL\n)")
    said = dict(about)
    said |= {f"table {file.table.name}": file.description for file in files if file.table and file.extension == "csv"}
    database.executemany("INSERT INTO a_propos VALUES (?, ?)", said.items())


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
