"""The calendar of editions: facts in a file, not code.

The editions known today ship in `data/editions.csv`; a home adds its own in `registers/editions.csv`,
so that an edition is opened without a commit.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from warehouse.model import french
from warehouse.model.csv_text import CsvTextError, csv_text, lines_under, shipped_text
from warehouse.model.errors import RegisterError, UnknownEditionError
from warehouse.model.french import MONTHS
from warehouse.model.terms import match_key

COLUMNS = ("edition", "ordinal", "published_on", "cutoff_on")
_KEY = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True, order=True)
class Edition:
    """One edition; `key` is its reference month `YYYY-MM`, and editions sort by it.

    `cutoff_on` is the day after which the ministries' files are no longer awaited.
    """

    key: str
    ordinal: int
    published_on: dt.date | None = None
    cutoff_on: dt.date | None = None

    @property
    def report_name(self) -> str:
        """The name of the file of its report."""
        return f"panorama-{self.key}.pdf"

    def month_label(self) -> str:
        """The reference month in French: « juin 2020 »."""
        year, month = self.key.split("-")
        return f"{MONTHS[int(month) - 1]} {year}"

    def reference_date(self) -> dt.date:
        """The first day of the reference month."""
        return dt.date.fromisoformat(f"{self.key}-01")


class Calendar(Sequence[Edition]):
    """Editions in calendar order; ordinals grow with the keys."""

    def __init__(self, editions: Iterable[Edition]) -> None:
        self._editions = tuple(sorted(editions))
        for one, following in zip(self._editions, self._editions[1:], strict=False):
            if one.key == following.key or one.ordinal >= following.ordinal:
                raise RegisterError(
                    f"Calendrier : les éditions {one.key} (n° {one.ordinal}) et {following.key} "
                    f"(n° {following.ordinal}) ne se suivent pas."
                )

    def __len__(self) -> int:
        return len(self._editions)

    def __getitem__(self, index):  # type: ignore[no-untyped-def]  # Sequence overloads int and slice
        return self._editions[index]

    def keys(self) -> list[str]:
        """The keys, in calendar order."""
        return [edition.key for edition in self._editions]

    def find(self, text: str) -> Edition:
        """The edition a person means by its key `2021-11` or its ordinal `14`.

        Raises:
            UnknownEditionError: no such edition; the message says which are known.
        """
        wanted = text.strip()
        for edition in self._editions:
            if wanted in (edition.key, str(edition.ordinal)):
                return edition
        known = ", ".join(f"{edition.key} (n° {edition.ordinal})" for edition in self._editions)
        raise UnknownEditionError(
            f"Édition inconnue : « {text} ». Connues : {known}. "
            "« panorama edition open AAAA-MM » en ouvre une nouvelle."
        )

    def between(self, first: Edition, last: Edition) -> list[Edition]:
        """The editions from `first` to `last`, both included, in calendar order."""
        return [edition for edition in self._editions if first <= edition <= last]

    def previous(self, edition: Edition) -> Edition | None:
        """The edition just before, None for the first."""
        earlier = [other for other in self._editions if other < edition]
        return earlier[-1] if earlier else None

    def predecessors(self, editions: Iterable[str]) -> dict[str, str]:
        """The edition just before each of `editions` in the calendar, where it is one of them too.

        An older edition would not tell the same thing: after a hole there is no predecessor.
        """
        known = set(editions)
        keys = self.keys()
        return {later: earlier for earlier, later in pairwise(keys) if later in known and earlier in known}

    def latest(self) -> Edition:
        """The last edition of the calendar."""
        return self._editions[-1]


def parse_key(text: str) -> str:
    """Check an edition key.

    Raises:
        UnknownEditionError: not of the form `YYYY-MM`.
    """
    if not _KEY.fullmatch(text.strip()):
        raise UnknownEditionError(f"Clé d'édition illisible : « {text} ». Attendu : AAAA-MM, par exemple 2026-06.")
    return text.strip()


def load_calendar(register: Path) -> Calendar:
    """The calendar of a home: the editions that ship with the project, then those of its register.

    A line of the register replaces the shipped one with the same key.

    Raises:
        RegisterError: a malformed line, named by its number.
    """
    shipped = shipped_text("warehouse.home", "data/editions.csv").encode("utf-8")
    editions = [*_parse(shipped, "calendrier livré"), *read_register(register)]
    return Calendar({edition.key: edition for edition in editions}.values())


def render_register(editions: Iterable[Edition]) -> str:
    """The text of `registers/editions.csv` for these editions."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for edition in sorted(editions):
        writer.writerow([edition.key, edition.ordinal, edition.published_on or "", edition.cutoff_on or ""])
    return stream.getvalue()


def read_register(register: Path) -> list[Edition]:
    """Only the editions a home added.

    Raises:
        RegisterError: a malformed line, named by its number.
    """
    return _parse(register.read_bytes(), str(register)) if register.is_file() else []


def _parse(content: bytes, source: str) -> list[Edition]:
    try:
        written = csv_text(content, [match_key(name) for name in COLUMNS])
    except CsvTextError as error:
        raise RegisterError(f"{source} : {error}") from error
    wrong: list[str] = []
    editions = []
    for number, cells in lines_under(COLUMNS, written, source, wrong):
        editions += _edition(cells, f"{source}, ligne {number}", wrong)
    if wrong:
        raise RegisterError("\n".join(wrong))
    return editions


def _edition(cells: Sequence[str], place: str, wrong: list[str]) -> list[Edition]:
    """The edition of a line; none, and the reason in `wrong`, where it cannot be read."""
    if len(cells) != len(COLUMNS):
        wrong.append(f"{place} : {len(cells)} {french.plural(len(cells), 'valeur')} au lieu de {len(COLUMNS)}.")
        return []
    values: dict[str, Any] = {}
    for (name, (read, expected)), text in zip(_READ.items(), cells, strict=True):
        try:
            values[name] = read(text.strip())
        except (ValueError, UnknownEditionError):
            wrong.append(f"{place}, colonne « {name} » : « {text} ». Attendu : {expected}.")
    return [Edition(*values.values())] if len(values) == len(COLUMNS) else []


def _date(text: str) -> dt.date | None:
    return french.day_of(text) if text else None


_DAY = "une date AAAA-MM-JJ, ou rien"
_READ: Mapping[str, tuple[Callable[[str], object], str]] = {
    "edition": (lambda text: parse_key(french.month_of(text)), "un mois AAAA-MM, par exemple 2026-06"),
    "ordinal": (int, "le numéro de l'édition, un nombre entier"),
    "published_on": (_date, _DAY),
    "cutoff_on": (_date, _DAY),
}
