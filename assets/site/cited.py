"""Figures as a page prints them, each with the rows and the column of the open dataset that it is read from.

A printed figure is a `<data>` element: `value` is what the CSV holds, `data-source` where. It is written
`file?column=value;column=value#column`, the names and values being those published: the value of the only row that
is so chosen. `#nombre()` is how many rows are, `#somme(column)` the sum of a column over them, `#distincts(column)`
how many values it has. `file.xlsx?#octets()` is the size of a file.
"""

import datetime as dt
import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import quote

import pandas as pd
from markupsafe import Markup, escape

from warehouse.model import french
from warehouse.model.french import NARROW, NBSP, UNKNOWN
from warehouse.model.schema import Column, Table
from warehouse.model.vocabulary import VOCABULARIES

COUNT = "nombre()"


@dataclass(frozen=True)
class Style:
    """How a figure is printed.

    Attributes:
        decimals: digits after the comma; as its unit asks when None.
        signed: whether a gain bears its plus sign.
        bare: whether the unit is left out: it stands in the header.
        billions: whether an amount in M€ is told in Md€.
        absolute: whether the sign is left to the sentence around.
    """

    decimals: int | None = None
    signed: bool = False
    bare: bool = False
    billions: bool = False
    absolute: bool = False


PLAIN = Style()
BARE = Style(bare=True)
SIGNED = Style(signed=True)
SIGNED_BARE = Style(signed=True, bare=True)
# The sentence around says which way.
ABSOLUTE = Style(absolute=True)


class Records:
    """The rows of a whole table as plain values, and where each value is; each made once, when first asked for."""

    def __init__(self, table: Table, frame: pd.DataFrame) -> None:
        self.table, self.frame = table, frame
        self._clauses: dict[tuple[str, object], str] = {}
        self._values: dict[str, list[Hashable]] = {}
        self._places: dict[str, dict[Hashable, list[int]]] = {}

    def values(self, name: str) -> list[Hashable]:
        """The values of a column, in order; None for a missing one."""
        if name not in self._values:
            column = self.frame[name]
            self._values[name] = column.astype("object").where(column.notna(), None).tolist()
        return self._values[name]

    def places(self, name: str, code: Hashable) -> list[int]:
        """The places of the rows whose column has a value, in order; None is for a missing one."""
        if name not in self._places:
            found: dict[Hashable, list[int]] = {}
            for place, value in enumerate(self.values(name)):
                found.setdefault(value, []).append(place)
            self._places[name] = found
        return self._places[name].get(code, [])

    def clause(self, name: str, code: object) -> str:
        """What a source says of the rows whose column has a value."""
        if (name, code) not in self._clauses:
            column = self.table.column(name)
            said = "" if code is None else quote(published(column, code))
            self._clauses[name, code] = f"{column.published}={said}"
        return self._clauses[name, code]


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of one published file, all of its editions: what figures are read from.

    Attributes:
        stem: the name of the file, without its extension.
        table: what it holds.
        records: all the rows of the table.
        places: of the rows among them, in the order that they are told.
    """

    stem: str
    table: Table
    records: Records
    places: Sequence[int]

    @classmethod
    def of(cls, stem: str, table: Table, frame: pd.DataFrame) -> "Rows":
        """All the rows of a file."""
        whole = frame.reset_index(drop=True)
        return cls(stem, table, Records(table, whole), range(len(whole)))

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The rows, conformed to the table, indexed by their places."""
        return self.records.frame.take(list(self.places))

    def with_columns(self, *names: str) -> "Rows":
        """The same rows with these columns alone."""
        table = replace(self.table, columns=tuple(self.table.column(name) for name in names))
        return Rows.of(self.stem, table, self.records.frame[list(names)].take(list(self.places)))

    def at(self, places: Iterable[int]) -> "Rows":
        """Those of the rows at some places, as the index of `frame` gives them, in that order."""
        return replace(self, places=tuple(places))

    def where(self, **codes: Hashable) -> "Rows":
        """The rows whose columns have these values; None is for a missing one."""
        found = sorted((self.records.places(name, code) for name, code in codes.items()), key=len)
        if not found:
            return self
        chosen = set(found[0]).intersection(*found[1:])
        is_whole = isinstance(self.places, range)
        return self.at(sorted(chosen) if is_whole else (place for place in self.places if place in chosen))

    def sorted_by(self, names: list[str], *, ascending: bool | list[bool] = True) -> "Rows":
        """The same rows in another order; those that are equal keep theirs."""
        rising = [ascending] * len(names) if isinstance(ascending, bool) else ascending
        places = list(self.places)
        # From the last column to the first, each order keeping the one before among equals; what is missing is last.
        for name, upwards in reversed(list(zip(names, rising, strict=True))):
            values: list[Any] = self.records.values(name)
            known = (place for place in places if values[place] is not None)
            missing = [place for place in places if values[place] is None]
            places = [*sorted(known, key=values.__getitem__, reverse=not upwards), *missing]
        return self.at(places)

    def __iter__(self) -> Iterator["Row"]:
        """Each row, in order."""
        for place in self.places:
            yield Row(self, place)

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.places)

    def only(self, **codes: Hashable) -> "Row | None":
        """The row whose columns have these values; None when there is none.

        Raises:
            ValueError: there are several.
        """
        found = list(self.where(**codes))
        if len(found) > 1:
            raise ValueError(f"{self.stem} : {len(found)} lignes pour {codes}")
        return found[0] if found else None

    def by(self, *names: str) -> "dict[tuple[Hashable, ...], Rows]":
        """The rows apart, by the values of some columns, in the order of these."""
        found: dict[tuple[Hashable, ...], list[int]] = {}
        columns = [self.records.values(name) for name in names]
        for place in self.places:
            found.setdefault(tuple(values[place] for values in columns), []).append(place)
        in_order = sorted(found, key=lambda key: tuple((part is None, part) for part in key))
        return {key: self.at(found[key]) for key in in_order}

    def count(self, **codes: Hashable) -> "Cited":
        """How many rows have these values, with the rows it counts for source."""
        count = len(self.where(**codes))
        return Cited(count, french.number(count), self.source(codes, COUNT))

    def total(self, name: str, style: Style = PLAIN, **codes: Hashable) -> "Cited":
        """The sum of a column over the rows that have these values; unknown when none of them is known."""
        values = self.records.frame[name].take(list(self.where(**codes).places)).dropna()
        column = self.table.column(name)
        value = float(values.sum()) if len(values) else None
        return Cited(value, told(value, column, style), self.source(codes, f"somme({column.published})"))

    def source(self, codes: Mapping[str, object], asked: str) -> str:
        """Where a figure stands, by the published names and values."""
        clauses = ";".join([self.records.clause(name, code) for name, code in codes.items()])
        return f"{self.stem}?{clauses}#{asked}"


@dataclass(frozen=True, eq=False)
class Row:
    """One row of a published file, and its place among all those of the table."""

    rows: Rows
    place: int

    def __getitem__(self, name: str) -> Any:
        """The value of a column; None when it is missing."""
        return self.rows.records.values(name)[self.place]

    def text(self, name: str) -> str:
        """The value of a column as text: the label of a code, nothing when it is missing."""
        value = self[name]
        return "" if value is None else published(self.rows.table.column(name), value)

    def number(self, name: str) -> float | None:
        """The value of a column as a number; None when it is missing."""
        value = self[name]
        return None if value is None else float(value)

    def cited(self, name: str, style: Style = PLAIN) -> "Cited":
        """The value of a column as it is printed, with its source; « n. c. » when it is missing."""
        column, value = self.rows.table.column(name), self[name]
        key = {part: self[part] for part in self.rows.table.primary_key}
        return Cited(value, told(value, column, style), self.rows.source(key, column.published))


@dataclass(frozen=True)
class Cited:
    """A figure: its value, what is printed, and its source."""

    value: object
    text: str
    source: str

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return self.value is not None

    def __html__(self) -> Markup:
        """The element of a page; what is not known is only its text."""
        if self.value is None:
            return escape(self.text)
        value, source, text = escape(raw(self.value)), escape(self.source), escape(self.text)
        return Markup(f'<data value="{value}" data-source="{source}">{text}</data>')  # noqa: S704  # each part is escaped

    def __str__(self) -> str:
        """What is printed."""
        return self.text

    def with_word(self, singular: str, plural_form: str | None = None) -> Markup:
        """The figure and its word, which agrees with it: « 12 projets »."""
        word = french.plural(float(self.value or 0), singular, plural_form)  # type: ignore[arg-type]
        return Markup("{}{}{}").format(self, NBSP, word)


def sentence(pattern: str, /, *parts: object, **named: object) -> Markup:
    """A sentence of ours, typeset, with figures and submitted texts in its braces."""
    return Markup(french.typeset(pattern)).format(*parts, **named)  # noqa: S704  # a pattern is written in the program


def enumerated(parts: Sequence[object]) -> Markup:
    """« a, b et c »."""
    told = [Markup("{}").format(part) for part in parts]
    if len(told) < 2:
        return Markup("").join(told)
    return Markup("{} et {}").format(Markup(", ").join(told[:-1]), told[-1])


def transmitted(text: object) -> Markup:
    """A text as it was transmitted: its figures are words of its author."""
    return Markup("<span data-text>{}</span>").format(text)


def of_rule(text: object) -> Markup:
    """A figure that the method sets, and no row holds."""
    return Markup("<span data-rule>{}</span>").format(text)


def declared(text: str) -> Markup:
    """A text of our declarations, typeset, its ranks raised; its figures are those of the method."""
    parts = re.split(r"\b(\d+)(er|re|e)\b", french.typeset(text))
    told = [Markup("{}{}<sup>{}</sup>").format(*parts[at : at + 3]) for at in range(0, len(parts) - 1, 3)]
    return of_rule(Markup("{}{}").format(Markup("").join(told), parts[-1]))


def edition_time(key: str, label: str) -> Markup:
    """The month of an edition."""
    return Markup('<time datetime="{}">{}</time>').format(key, label)


def day_time(day: dt.date, said: str = "") -> Markup:
    """A day, in full unless it is said otherwise: « à fin 2022 »."""
    return edition_time(day.isoformat(), said or french.day(day))


def published(column: Column, value: object) -> str:
    """A value as the CSV writes it: the label of a code, an ISO date, `true` or `false`."""
    if column.vocabulary:
        return VOCABULARIES[column.vocabulary].label(str(value))
    return raw(value)


def raw(value: object) -> str:
    """A value as the CSV writes it, a code being left as it is."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return str(value)


def told(value: object, column: Column, style: Style = PLAIN) -> str:
    """A value as it is printed, by the kind and the unit of its column; « n. c. » when it is missing."""
    if value is None:
        return UNKNOWN
    if column.kind == "date":
        return french.month(pd.Timestamp(value).date())  # type: ignore[arg-type]
    if column.kind not in ("number", "integer"):
        return published(column, value)
    return _amount(float(value), column, style)  # type: ignore[arg-type]


def _amount(value: float, column: Column, style: Style) -> str:
    value = abs(value) if style.absolute else value
    unit = column.unit or ""

    def digits(decimals: int) -> str:
        return french.number(value, decimals if style.decimals is None else style.decimals, signed=style.signed)

    if unit == "rapport":
        value *= 100
        return digits(1) if style.bare else f"{digits(1)}{NARROW}%"
    if unit.startswith("M€") and style.billions:
        value /= 1000
        return f"{digits(2)}{NBSP}Md€"
    decimals, word = next(
        (found for start, found in _UNITS.items() if unit.startswith(start)), (0 if column.kind == "integer" else 1, "")
    )
    shown = digits(decimals)
    if style.bare or not word:
        return shown
    plain = float(abs(french.rounded(value, decimals)))
    return f"{shown}{NBSP}{word if word in ('M€', 'mois') else french.plural(plain, word)}"


# The start of a unit, the decimals it is printed with, and its word.
_UNITS = {"M€": (1, "M€"), "mois": (0, "mois"), "points": (1, "point"), "années": (1, "an"), "%": (0, "")}
