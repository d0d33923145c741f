"""The one factory of submissions: workbooks and CSV files in our own layout, right unless a test says otherwise."""

import csv
import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

import xlsxwriter

from assets.reading.headers import layouts

HEADERS = layouts("2021-11")[0].first_headers()

RIGHT = {
    "name": "PROJET ALPHA",
    "ministry": "Ministère de la Culture",
    "interministerial": "Non",
    "phase": "Conception / Réalisation",
    "start_date": dt.date(2019, 1, 1),
    "initial_end_date": dt.date(2021, 1, 1),
    "updated_end_date": dt.date(2021, 7, 1),
    "initial_cost_meur": 10.0,
    "updated_cost_meur": 12.0,
    "opinion": "Favorable",
    "deviation_reason": "Évolution du périmètre",
}


def row(**changes: object) -> dict[str, object]:
    """A submitted line that is right, but for `changes`, by field."""
    return {**RIGHT, **changes}


def rows_of(count: int, **changes: object) -> list[dict[str, object]]:
    """Several right lines with different names."""
    return [row(name=f"PROJET {number:03d}", **changes) for number in range(1, count + 1)]


def table_of(rows: Sequence[Mapping[str, object]], headers: Mapping[str, str] | None = None) -> list[list[object]]:
    """Headers, then a line of cells for each row; only the fields that a row uses, in the layout's order."""
    names = headers or HEADERS
    fields = [field for field in names if any(field in line for line in rows) or field in RIGHT]
    return [[names[field] for field in fields], *[[line.get(field) for field in fields] for line in rows]]


def write_xlsx(path: Path, table: Sequence[Sequence[object]], sheet: str = "Projets") -> Path:
    """Write a table of cells as a workbook."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        # The same rows give the same bytes, so that homes made apart can be compared.
        book.set_properties({"created": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)})
        date = book.add_format({"num_format": "dd/mm/yyyy"})
        page = book.add_worksheet(sheet)
        for number, cells in enumerate(table):
            for position, cell in enumerate(cells):
                if isinstance(cell, dt.date):
                    page.write_datetime(number, position, dt.datetime.combine(cell, dt.time()), date)
                elif cell is not None:
                    page.write(number, position, cell)
    return path


def write_csv(path: Path, table: Sequence[Sequence[object]], delimiter: str = ",", encoding: str = "utf-8") -> Path:
    """Write a table of cells as CSV, dates in the ISO form."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream, delimiter=delimiter).writerows(table)
    return path
