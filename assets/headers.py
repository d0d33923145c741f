"""The layouts a submission may have, as data: which header stands for which field, in which editions.

A header that drifts is a new line of `layouts/*.csv`, never a new `if`.
"""

import csv
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from rapidfuzz import fuzz, process
from rapidfuzz.utils import default_process

from warehouse.errors import ConfigurationError
from warehouse.terms import match_key


@dataclass(frozen=True)
class LayoutColumn:
    """One header seen: the field it stands for, and how its values are to be read.

    `conventions` holds words the parsers know: `day_first`, `days/365`, `months/12`,
    `sentence_means_withheld`.
    """

    field: str
    header: str
    required: bool
    conventions: frozenset[str]


@dataclass(frozen=True)
class Layout:
    """The columns a file of one kind may have at one edition."""

    name: str
    columns: tuple[LayoutColumn, ...]

    def by_header(self) -> dict[str, LayoutColumn]:
        """Columns by the key of their header (case, accents, punctuation and spaces aside)."""
        return {match_key(column.header): column for column in self.columns}

    def conventions(self, field: str) -> frozenset[str]:
        """How the values of a field are to be read."""
        return frozenset().union(*(column.conventions for column in self.columns if column.field == field))

    def required_fields(self) -> set[str]:
        """Fields without which a sheet is not of this layout."""
        return {column.field for column in self.columns if column.required}

    def first_headers(self) -> dict[str, str]:
        """The preferred header of each field, in the order of the layout."""
        headers: dict[str, str] = {}
        for column in self.columns:
            headers.setdefault(column.field, column.header)
        return headers

    def required_headers(self) -> list[str]:
        """The preferred headers of the required fields."""
        return [header for field, header in self.first_headers().items() if field in self.required_fields()]

    def nearest_headers(self, header: str, found: Collection[str], count: int = 3) -> list[str]:
        """The headers that look most like an unknown one, among the fields not `found` yet."""
        known = [column.header for column in self.columns if column.field not in found]
        best = process.extract(header, known, scorer=fuzz.WRatio, processor=default_process, limit=count)
        return [name for name, _, _ in best]


@dataclass(frozen=True)
class HeaderMatch:
    """How well a row of cells fits a layout: the column of each position, and what does not fit."""

    layout: Layout
    columns: Mapping[int, LayoutColumn]
    unknown: tuple[int, ...]
    repeated: tuple[int, ...]
    missing: tuple[str, ...]


LAYOUT_NAMES = ("submission", "open_data")


@cache
def layouts(edition: str) -> tuple[Layout, ...]:
    """The layouts as they stood at an edition.

    Raises:
        ConfigurationError: a layout file has a malformed line.
    """
    return tuple(_read(name, edition) for name in LAYOUT_NAMES)


def _read(name: str, edition: str) -> Layout:
    source = resources.files("assets").joinpath(f"layouts/{name}.csv")
    columns = []
    lines = source.read_text(encoding="utf-8").splitlines()
    for number, row in enumerate(csv.DictReader(lines), start=2):
        if row["presence"] not in ("required", "optional"):
            raise ConfigurationError(f"layouts/{name}.csv, ligne {number} : présence {row['presence']!r}.")
        if (row["first_edition"] or "0") <= edition <= (row["last_edition"] or "9"):
            conventions = frozenset(row["convention"].split(";")) - {""}
            columns.append(LayoutColumn(row["field"], row["header"], row["presence"] == "required", conventions))
    return Layout(name, tuple(columns))


def match_headers(cells: Sequence[str], layout: Layout) -> HeaderMatch:
    """Fit a row of cells, as text, to a layout; empty cells are no headers."""
    known = layout.by_header()
    columns: dict[int, LayoutColumn] = {}
    unknown, repeated = [], []
    for position, text in enumerate(cells):
        if not text.strip():
            continue
        column = known.get(match_key(text))
        if column is None:
            unknown.append(position)
        elif any(column.field == other.field for other in columns.values()):
            repeated.append(position)
        else:
            columns[position] = column
    missing = layout.required_fields() - {column.field for column in columns.values()}
    headers = layout.first_headers()
    return HeaderMatch(
        layout,
        columns,
        tuple(unknown),
        tuple(repeated),
        tuple(headers[field] for field in headers if field in missing),
    )
