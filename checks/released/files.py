"""Read the files of the open dataset back, each with another library than the one that wrote it.

CSV is written by pandas and read by Arrow; Parquet, JSON and SQLite are read by their own readers, workbooks by
calamine. A table comes back as columns of plain values, named and typed by the Table Schema that is published with it.
"""

import csv
import datetime as dt
import json
import re
import sqlite3
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
from python_calamine import CalamineWorkbook

from assets.dataset.formats import ROWS_SHEET
from warehouse.model.findings import Finding
from warehouse.open_data.files import PublishedFile

# Column, then its values in the order of the rows; None for missing.
Columns = dict[str, list[Any]]
Schema = Mapping[str, Any]

_INTEGER = re.compile(r"-?\d+")
_XLSX_FORMULA = re.compile(rb"<f[ />]")
_XLSX_AUTHOR = re.compile(rb"<(?:dc:creator|cp:lastModifiedBy)>[^<]")
_ODS_AUTHOR = re.compile(rb"<(?:dc:creator|meta:initial-creator|meta:printed-by)>[^<]")


@dataclass(frozen=True)
class Released:
    """The dataset as it stands in its folder: each table of a CSV file typed by the schema published with it."""

    folder: Path
    files: tuple[PublishedFile, ...]
    schemas: Mapping[str, Schema]
    texts: Mapping[str, Mapping[str, Sequence[str | None]]]
    tables: Mapping[str, Columns]

    def table(self, name: str) -> Columns:
        """The columns of a table, by its name in the declaration."""
        stem = next(file.stem for file in self.files if file.table is not None and file.table.name == name)
        return self.tables[stem]


def refused(rule: str, file: str, message: str, **details: Any) -> Finding:
    """An error about one file."""
    return Finding(rule, "error", message, file=file, **details)


@dataclass(frozen=True)
class WrongValue:
    """A value that its schema refuses: row as a spreadsheet numbers it, column, value, what was expected."""

    row: int
    column: str
    value: str
    expected: str


def csv_columns(path: Path) -> dict[str, list[str | None]]:
    """The cells of a CSV file as texts; an empty one is missing.

    Raises:
        pyarrow.ArrowInvalid: it is not a well-formed UTF-8 CSV file.
    """
    with path.open(encoding="utf-8", newline="") as stream:
        names = next(csv.reader(stream), [])
    conversion = arrow_csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
    )
    parsing = arrow_csv.ParseOptions(newlines_in_values=True)
    table = arrow_csv.read_csv(path, parse_options=parsing, convert_options=conversion)
    return {str(name): values for name, values in table.to_pydict().items()}


def typed_columns(texts: Mapping[str, Sequence[str | None]], schema: Schema) -> tuple[Columns, list[WrongValue]]:
    """The cells of a CSV file as its schema types them, and the values it refuses."""
    columns: Columns = {}
    wrong: list[WrongValue] = []
    for field in schema["fields"]:
        values, refused = _typed(texts[field["name"]], field)
        columns[field["name"]] = values
        wrong += refused
    return columns, wrong + _repeated_keys(columns, schema)


def _typed(texts: Sequence[str | None], field: Schema) -> tuple[list[Any], list[WrongValue]]:
    constraints = field.get("constraints", {})
    if field["type"] == "string" and not constraints:
        return list(texts), []
    # A text that comes often is looked at once.
    read = {text: _read(text, field) for text in set(texts)}
    values = [read[text][0] for text in texts]
    wrong = [
        WrongValue(row, field["name"], text or "", expected)
        for row, text in enumerate(texts, start=2)
        if (expected := read[text][1])
    ]
    if constraints.get("unique"):
        known = [value for value in values if value is not None]
        if len(set(known)) < len(known):
            wrong.append(WrongValue(2, field["name"], "", "des valeurs toutes différentes"))
    return values, wrong


def _read(text: str | None, field: Schema) -> tuple[Any, str]:
    """The value of a cell of a column, and what was expected instead of it; empty when it is right."""
    constraints = field.get("constraints", {})
    if text is None:
        return None, "une valeur" if constraints.get("required") else ""
    try:
        value = _CONVERT[field["type"]](text)
    except ValueError:
        return None, f"une valeur de type « {field['type']} »"
    return value, _refused(value, constraints) or _too_precise(text, field)


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(text)
    return text == "true"


def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise ValueError(text)
    return int(text)


_CONVERT: Mapping[str, Callable[[str], Any]] = {
    "string": str,
    "integer": _integer,
    "number": float,
    "boolean": _boolean,
    "date": dt.date.fromisoformat,
}


def _refused(value: Any, constraints: Schema) -> str:
    """What a value breaks among the constraints of its column; empty when nothing."""
    if "minimum" in constraints and value < constraints["minimum"]:
        return f"au moins {constraints['minimum']}"
    if "maximum" in constraints and value > constraints["maximum"]:
        return f"au plus {constraints['maximum']}"
    if "pattern" in constraints and not re.fullmatch(constraints["pattern"], value):
        return f"un texte de la forme {constraints['pattern']}"
    if "enum" in constraints and value not in constraints["enum"]:
        return "l'une des valeurs de la liste"
    return ""


def _too_precise(text: str, field: Schema) -> str:
    """What a number breaks when it has more decimals than its column declares; empty when it does not."""
    if "decimals" not in field:
        return ""
    digits = Decimal(text).normalize().as_tuple().exponent
    return f"au plus {field['decimals']} décimales" if -int(digits) > field["decimals"] else ""


def _repeated_keys(columns: Columns, schema: Schema) -> list[WrongValue]:
    names = schema.get("primaryKey", [])
    if not names:
        return []
    keys = list(zip(*(columns[name] for name in names), strict=True))
    seen: set[tuple[Any, ...]] = set()
    for row, key in enumerate(keys, start=2):
        if key in seen:
            return [WrongValue(row, ", ".join(names), ", ".join(map(str, key)), "une clé qui ne se répète pas")]
        seen.add(key)
    return []


def parquet_columns(path: Path) -> Columns:
    """The columns of a Parquet file."""
    columns: Columns = pq.ParquetFile(path).read().to_pydict()
    return columns


def json_columns(path: Path, schema: Schema) -> Columns:
    """The columns of the rows of a JSON file."""
    rows = json.loads(path.read_text(encoding="utf-8"))["lignes"]
    return {field["name"]: _dated([row[field["name"]] for row in rows], field) for field in schema["fields"]}


def sqlite_columns(path: Path, tables: Mapping[str, Schema]) -> dict[str, Columns]:
    """The columns of each table of a SQLite file, by the name of the table, typed by its schema."""
    found: dict[str, Columns] = {}
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        for name, schema in tables.items():
            cursor = database.execute(f'SELECT * FROM "{name}" ORDER BY rowid')  # noqa: S608  # a name we declared
            names = [description[0] for description in cursor.description]
            rows = cursor.fetchall()
            columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)) if rows else {}
            found[name] = {
                field["name"]: _dated(columns.get(field["name"], []), field)
                for field in schema["fields"]
                if field["name"] in names
            }
    return found


def workbook_columns(path: Path, schema: Schema) -> Columns:
    """The columns of the sheet of rows of an XLSX or ODS workbook."""
    sheet = CalamineWorkbook.from_path(path).get_sheet_by_name(ROWS_SHEET)
    header, *rows = sheet.to_python(skip_empty_area=False)
    kinds = {field["name"]: field for field in schema["fields"]}
    columns = zip(*rows, strict=True) if rows else [[] for _ in header]
    return {
        str(name): _celled(values, kinds.get(str(name), {"type": "string"}))
        for name, values in zip(header, columns, strict=True)
    }


def _celled(values: Sequence[Any], field: Schema) -> list[Any]:
    """The values of a column of a workbook, where what is missing is an empty text and every number a float."""
    return [None if value == "" else _typed_cell(value, field["type"]) for value in values]


def _typed_cell(value: Any, kind: str) -> Any:
    if kind == "integer" and isinstance(value, float) and value.is_integer():
        return int(value)
    if kind == "number" and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value.date() if isinstance(value, dt.datetime) else value


def _dated(values: Sequence[Any], field: Schema) -> list[Any]:
    """The values of a column of a format that has no dates and no booleans of its own."""
    if field["type"] == "date":
        return [None if value is None else dt.date.fromisoformat(value) for value in values]
    if field["type"] == "boolean":
        return [None if value is None else bool(value) for value in values]
    return list(values)


def parts(path: Path) -> Iterator[tuple[str, bytes]]:
    """The bytes of a file, or of each member of a workbook with its name; one that is no archive is a file."""
    if path.suffix in (".xlsx", ".ods") and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield name, archive.read(name)
    else:
        yield "", path.read_bytes()


def formulas(path: Path) -> str:
    """Where a workbook has a formula; empty when nowhere."""
    for name, content in parts(path):
        if path.suffix == ".xlsx" and name.startswith("xl/worksheets/") and _XLSX_FORMULA.search(content):
            return name
        if path.suffix == ".ods" and b"table:formula=" in content:
            return name
    return ""


def has_author(path: Path) -> bool:
    """Whether the properties of a workbook say who wrote it."""
    pattern = {".xlsx": _XLSX_AUTHOR, ".ods": _ODS_AUTHOR}[path.suffix]
    return any(pattern.search(content) for name, content in parts(path) if name in ("docProps/core.xml", "meta.xml"))
