"""A conformed table in each format it is published in: CSV, Parquet, JSON, a workbook, a SQLite database.

Names and labels are French in all of them; the same rows give the same bytes, whatever the machine and the day.
"""

import csv
import io
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from assets.books.book import PLAIN, Book, BookCell, BookColumn, BookRow, BookSheet, CellStyle, CellValue, PageSetup
from assets.books.ods_writer import ods_bytes
from assets.books.xlsx_writer import xlsx_bytes
from warehouse.home.store import parquet_bytes
from warehouse.model.cells import inert_text
from warehouse.model.schema import Column, Table, arrow_schema, table_schema
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
_json = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
# Below it, the shortest text of a number has an exponent.
SMALLEST_WITHOUT_EXPONENT = 1e-4


@dataclass(frozen=True)
class PublishedRows:
    """The rows of a conformed frame as they are published, by column: str, bool, int, float, date, None for missing.

    What every format is written from: labels stand for codes already.
    """

    table: Table
    columns: tuple[list[Any], ...]

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The values of each row."""
        return zip(*self.columns, strict=True)

    def apart(self, keys: Iterable[str]) -> dict[str, "PublishedRows"]:
        """The rows of each key, in their order; `keys` has one for each row."""
        found: dict[str, list[tuple[Any, ...]]] = {}
        for key, row in zip(keys, self.rows(), strict=True):
            found.setdefault(key, []).append(row)
        return {
            key: PublishedRows(self.table, tuple(map(list, zip(*rows, strict=True)))) for key, rows in found.items()
        }

    def with_iso_dates(self) -> Iterator[tuple[Any, ...]]:
        """The values of each row, dates as ISO texts."""
        columns = [
            [value and value.isoformat() for value in values] if column.kind == "date" else values
            for column, values in zip(self.table.columns, self.columns, strict=True)
        ]
        return zip(*columns, strict=True)


def published_rows(frame: pd.DataFrame, table: Table) -> PublishedRows:
    """The rows of a conformed frame as they are published."""
    return PublishedRows(table, tuple(_plain(frame[column.name], column) for column in table.columns))


def _plain(values: pd.Series, column: Column) -> list[Any]:
    if column.kind == "date":
        dates: list[Any] = values.to_numpy("datetime64[D]").tolist()
        return dates
    missing = values.isna().tolist()
    plain = [None if gone else value for value, gone in zip(values.tolist(), missing, strict=True)]
    if column.vocabulary:
        labels = VOCABULARIES[column.vocabulary].labels_by_code() | {None: None}
        return [labels[code] for code in plain]
    return plain


def csv_text(rows: PublishedRows) -> str:
    """Rows as published CSV: comma, point, ISO dates, `true`/`false`, empty for missing.

    A text that a spreadsheet would take for a formula is preceded by an apostrophe (`warehouse.model.cells`). Only
    free texts can start so: numbers, dates, labels of closed lists and texts with a pattern are written as they are,
    and the Table Schema holds. A reader who wants such a text back takes the apostrophe off; the other formats, which
    no spreadsheet evaluates, keep it as submitted.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([column.published for column in rows.table.columns])
    columns = map(_as_csv, rows.columns, rows.table.columns)
    writer.writerows(zip(*columns, strict=True))
    return stream.getvalue()


def _as_csv(values: list[Any], column: Column) -> list[Any]:
    """The values of a column as the writer takes them: numbers, dates and what is missing it writes by itself."""
    if column.kind == "boolean":
        return [None if value is None else str(value).lower() for value in values]
    if column.kind == "number":
        return [_positional(value) if value and abs(value) < SMALLEST_WITHOUT_EXPONENT else value for value in values]
    if column.kind == "string" and not column.vocabulary and not column.pattern:
        inert = {text: text and inert_text(text) for text in set(values)}
        return [inert[text] for text in values]
    return values


def _positional(number: float) -> str:
    """A small number without an exponent: « 0.00001 », not « 1e-05 »."""
    return np.format_float_positional(number, trim="0")


def published_parquet(rows: PublishedRows) -> bytes:
    """Rows as published Parquet: the same names and labels as the CSV, and types."""
    schema = arrow_schema(rows.table)
    fields = [schema.field(column.name).with_name(column.published) for column in rows.table.columns]
    arrays = [pa.array(values, field.type) for values, field in zip(rows.columns, fields, strict=True)]
    return parquet_bytes(pa.Table.from_arrays(arrays, schema=pa.schema(fields)))


def json_text(rows: PublishedRows, about: Mapping[str, str]) -> str:
    """Rows as JSON: what is said of them, their columns, then one object per row, on a line each."""
    table = rows.table
    names = [column.published for column in table.columns]
    head = {**about, "titre": table.title, "description": table.description, "precautions": list(table.caveats)}
    lines = [_json(dict(zip(names, row, strict=True))) for row in rows.with_iso_dates()]
    parts = [f"  {_json(name)}: {_json(value)}" for name, value in head.items()]
    parts.append(f'  "colonnes": {_json(table_schema(table)["fields"])}')
    written = ",\n    ".join(lines)
    parts.append(f'  "lignes": [\n    {written}\n  ]' if lines else '  "lignes": []')
    return "{\n" + ",\n".join(parts) + "\n}\n"


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


def workbook(rows: PublishedRows, title: str, notes: Sequence[str], *, notes_first: bool = False) -> Book:
    """Rows as a workbook: under filters, and a sheet that says what they are, after or before them.

    Nothing in it can be a formula, and its properties say nothing of who or what wrote it.
    """
    table = rows.table
    headers = BookRow(tuple(BookCell(column.published, _HEADER) for column in table.columns), HEADER_HEIGHT)
    columns = map(_cells, rows.columns, table.columns)
    names = table.names()
    in_sight = names.index("name") + 1 if "name" in names[:3] else 0
    data = BookSheet(
        ROWS_SHEET,
        tuple(BookColumn(_width(column)) for column in table.columns),
        (headers, *map(BookRow, zip(*columns, strict=True))),
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


def _cells(values: Sequence[Any], column: Column) -> list[BookCell]:
    """The cells of a column: one for each value that it has, however often it does."""
    style = _style(column)
    cells = {value: BookCell(_cell(value), style) for value in set(values)}
    return [cells[value] for value in values]


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


class DatabaseFile:
    """All tables in one SQLite file, with `dictionnaire` (every column) and `a_propos` (what it is).

    Dates are ISO texts, booleans 0 or 1. The file is made in memory, packed, with pages of a fixed size.
    """

    def __init__(self) -> None:
        self._database = sqlite3.connect(":memory:", isolation_level=None)
        self._tables: list[Table] = []
        self._database.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        self._database.execute("BEGIN")

    def add(self, rows: PublishedRows) -> None:
        """Write the rows of a table, after those of the tables before it."""
        self._tables.append(rows.table)
        self._database.execute(_create(rows.table))
        marks = ", ".join("?" * len(rows.columns))
        into = f"INSERT INTO {_quoted(rows.table.name)} VALUES ({marks})"  # noqa: S608  # our names
        self._database.executemany(into, rows.with_iso_dates())

    def content(self, files: Iterable[PublishedFile], about: Mapping[str, str]) -> bytes:
        """The bytes of the file, once all its tables are written."""
        _describe(self._database, self._tables, files, about)
        self._database.execute("COMMIT")
        self._database.execute("VACUUM")
        content = bytearray(self._database.serialize())
        content[_SQLITE_WRITER] = _SQLITE_VERSION
        return bytes(content)

    def close(self) -> None:
        """Let go of the file, whole or not."""
        self._database.close()


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
