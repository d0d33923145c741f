"""The layouts a submission may have, as data: which header stands for which field, in which editions.

A header that drifts is a new line of `layouts/*.csv`, never a new `if`.
"""

import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from rapidfuzz import fuzz, process
from rapidfuzz.utils import default_process

from assets.reading.formats.sheets import HEADER_ROWS, Sheet, cell_place, cell_text
from warehouse.model.cells import column_letter
from warehouse.model.csv_text import shipped_rows
from warehouse.model.errors import ConfigurationError
from warehouse.model.findings import Finding, declared_finding
from warehouse.model.terms import match_key
from warehouse.projects.tables import HISTORY_LAYOUT

# Without a name and one of these columns a table is no edition, whatever else it holds.
FIGURES_OF_AN_EDITION = frozenset(("updated_cost_meur", "duration_years", "updated_end_date"))
_FIGURES = FIGURES_OF_AN_EDITION | {"submitted_cost_band", "published_on"}
# « Projets » for « Projet », « Ministere porteurs »: likeness of headers out of 100, punctuation aside.
NEAR_HEADER = 90
MOST_GUESSED = 40
# How far a row must look like headers before an unknown one is said to be wrong, rather than the sheet another thing.
RECOGNISED_HEADERS = 3


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

    @property
    def is_history(self) -> bool:
        """Whether its files are published editions: what they hold is read, and only what is none of them refused."""
        return self.name == HISTORY_LAYOUT

    def graded(self, finding: Finding) -> Finding:
        """A finding about a file of this layout: nobody can send a published edition again, so it refuses nothing."""
        return finding.graded("warning") if self.is_history and finding.severity == "error" else finding

    def column(self, header: str) -> LayoutColumn | None:
        """The column of a header, as it is or in other case, accents and punctuation, and in no other currency."""
        found = self.by_header.get(match_key(header))
        return found if found is not None and _currencies(header) <= _currencies(found.header) else None

    def near_column(self, header: str, found: Collection[str]) -> LayoutColumn | None:
        """The column that a header of a published edition most likely is, a plural or a typing error aside.

        Never one of figures, whose unit may hang on a letter, nor one of a field `found` already.
        """
        keys = {
            match_key(column.header): column for column in self.columns if column.field not in _FIGURES | set(found)
        }
        best = process.extractOne(match_key(header), keys.keys(), scorer=fuzz.ratio, score_cutoff=NEAR_HEADER)
        return None if best is None or not self.is_history else keys[best[0]]

    @cached_property
    def by_header(self) -> Mapping[str, LayoutColumn]:
        """Columns by the key of their header (case, accents, punctuation and spaces aside)."""
        return {match_key(column.header): column for column in self.columns}

    def conventions(self, field: str) -> frozenset[str]:
        """How the values of a field are to be read."""
        return frozenset().union(*(column.conventions for column in self.columns if column.field == field))

    @cached_property
    def required(self) -> Mapping[str, str]:
        """Fields without which a sheet is not of this layout, each with its preferred header, in order."""
        required = {column.field for column in self.columns if column.required}
        return {field: header for field, header in self.first_headers().items() if field in required}

    def first_headers(self) -> dict[str, str]:
        """The preferred header of each field, in the order of the layout."""
        headers: dict[str, str] = {}
        for column in self.columns:
            headers.setdefault(column.field, column.header)
        return headers

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
    guessed: tuple[int, ...] = ()


def _currencies(header: str) -> frozenset[str]:
    """The currencies and the percents of a header: « M$ » is not « M€ »."""
    return frozenset(letter for letter in header if letter in "%‰" or unicodedata.category(letter) == "Sc")


LAYOUT_NAMES = ("submission", HISTORY_LAYOUT)


@cache
def layouts(edition: str) -> tuple[Layout, ...]:
    """The layouts as they stood at an edition.

    Raises:
        ConfigurationError: a layout file has a malformed line.
    """
    return tuple(_read(name, edition) for name in LAYOUT_NAMES)


def _read(name: str, edition: str) -> Layout:
    columns = []
    for number, row in enumerate(_lines(name), start=2):
        if row["presence"] not in ("required", "optional"):
            raise ConfigurationError(f"layouts/{name}.csv, ligne {number} : présence {row['presence']!r}.")
        if (row["first_edition"] or "0") <= edition <= (row["last_edition"] or "9"):
            conventions = frozenset(row["convention"].split(";")) - {""}
            columns.append(LayoutColumn(row["field"], row["header"], row["presence"] == "required", conventions))
    return Layout(name, tuple(columns))


def _lines(name: str) -> tuple[dict[str, str], ...]:
    return shipped_rows("assets.reading", f"layouts/{name}.csv")


@cache
def header_keys() -> frozenset[str]:
    """The `match_key` of every header of every layout, whatever the edition."""
    return frozenset(match_key(row["header"]) for name in LAYOUT_NAMES for row in _lines(name))


def match_headers(cells: Sequence[str], layout: Layout) -> HeaderMatch:
    """Fit a row of cells, as text, to a layout; empty cells are no headers."""
    columns: dict[int, LayoutColumn] = {}
    found: set[str] = set()
    unknown, repeated = [], []
    for position, text in enumerate(cells):
        if not text.strip():
            continue
        column = layout.column(text)
        if column is None:
            unknown.append(position)
        elif column.field in found:
            repeated.append(position)
        else:
            columns[position] = column
            found.add(column.field)
    guessed = []
    # Not of a row of values, nor of a thousand columns.
    for position in unknown[:MOST_GUESSED] if len(columns) >= RECOGNISED_HEADERS else []:
        if near := layout.near_column(cells[position], found):
            columns[position] = near
            found.add(near.field)
            guessed.append(position)
            unknown.remove(position)
    # An edition gives a duration, or an end.
    given = found | ({"duration_years"} if "updated_end_date" in found else set())
    missing = tuple(header for field, header in layout.required.items() if field not in given)
    return HeaderMatch(layout, columns, tuple(unknown), tuple(repeated), missing, tuple(guessed))


def find_headers(sheet: Sheet, edition: str) -> tuple[int, HeaderMatch] | None:
    """The row of a sheet that holds headers, counted from 0, and the layout it fits best.

    None for a sheet that is no table of projects: fewer than three known headers in its first rows.
    """
    best: tuple[int, HeaderMatch] | None = None
    for number, row in enumerate(sheet.rows[:HEADER_ROWS]):
        texts = [cell_text(cell) for cell in row]
        for layout in layouts(edition):
            match = match_headers(texts, layout)
            if best is None or _fit(match) > _fit(best[1]):
                best = (number, match)
    if best is None or len(best[1].columns) < RECOGNISED_HEADERS:
        return None
    return best


def _fit(match: HeaderMatch) -> tuple[int, int]:
    return (len(match.columns) - len(match.missing) - len(match.unknown), len(match.columns))


def header_findings(
    file: str, sheet: Sheet, header_row: int, match: HeaderMatch, filled: Collection[int]
) -> list[Finding]:
    """What is wrong with the headers of a recognised sheet.

    Args:
        file: name of the file.
        sheet: the sheet.
        header_row: its row of headers, counted from 0.
        match: what they are.
        filled: the columns that have a value under their header; of a published edition the others say nothing.
    """
    texts = [cell_text(cell) for cell in sheet.rows[header_row]]
    place: dict[str, Any] = {"file": file, "sheet": sheet.name, "row": header_row + 1}
    found = {column.field for column in match.columns.values()}
    layout = match.layout
    fate = " Cette colonne n'est pas lue." if layout.is_history else ""

    def at(position: int, rule: str, message: str, expected: str) -> Finding:
        cell = cell_place(place, column_letter(position), texts[position], texts[position])
        return layout.graded(declared_finding(rule, message + fate, **cell, expected=expected))

    def known(position: int) -> str:
        nearest = " ou ".join(f"« {name} »" for name in layout.nearest_headers(texts[position], found))
        if nearest:
            return f"un en-tête connu, par exemple {nearest}"
        return "pas d'autre colonne que celles du format, qui y sont toutes : ôter celle-ci"

    def missing(header: str) -> Finding:
        said = declared_finding(
            "required_header_is_present",
            f"La colonne « {header} » manque.",
            **place,
            column=header,
            expected=f"une colonne « {header} »",
        )
        return layout.graded(said) if _is_edition(match) else said

    def told(positions: Sequence[int]) -> Iterator[int]:
        return (position for position in positions if not layout.is_history or position in filled)

    def guessed(position: int) -> Finding:
        cell = cell_place(place, column_letter(position), texts[position], texts[position])
        message = f"En-tête inconnu, lu comme « {match.columns[position].header} »."
        return layout.graded(declared_finding("header_is_known", message, **cell, expected=known(position)))

    return [
        *map(guessed, match.guessed),
        *(at(position, "header_is_known", "En-tête inconnu.", known(position)) for position in told(match.unknown)),
        *(
            at(position, "header_is_unique", "En-tête répété.", "une seule colonne de ce nom")
            for position in told(match.repeated)
        ),
        *(missing(header) for header in match.missing),
    ]


def _is_edition(match: HeaderMatch) -> bool:
    """Whether a table that lacks columns of the published layout is an edition all the same."""
    fields = {column.field for column in match.columns.values()}
    return match.layout.is_history and "name" in fields and not FIGURES_OF_AN_EDITION.isdisjoint(fields)
