"""Ministries through the governments: their labels with dates, what became of them, how a label is recognised.

A ministry here is an entity of the panorama, which outlives its names. The facts are in two files:
`model/data/ministries.csv`, one line per label or code seen, and `data/ministry_lineage.csv`, one line per event.
Periods are half open: a label is in force from `valid_from`, the day of the decree, to the day before `valid_to`.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, cast

from rapidfuzz import fuzz, process

from warehouse.model.csv_text import shipped_rows
from warehouse.model.terms import match_key
from warehouse.model.vocabulary import MINISTRIES, UNSPECIFIED_MINISTRY

NO_LABELS: Mapping[str, str] = {}

EventKind = Literal["rename", "split", "merge", "transfer"]

# The label of the entity in a decree of composition; a second ministry of the same entity has another source.
DECREE = "décret de composition"

# What may stand between two ministries. A cut counts only where both sides are known ministries, since most official
# labels hold « et » and commas themselves.
_BETWEEN = re.compile(r"\s*[/;\n]\s*|\s+et\s+|\s+[-–—]\s+|,\s+", re.IGNORECASE)
_WITH_CODE = re.compile(r"(?P<label>[^()]+)\((?P<code>[^()]+)\)\s*")


@dataclass(frozen=True)
class MinistryLabel:
    """A label, a code or both, that an entity bears or bore; without dates, an informal spelling."""

    ministry_id: str
    label: str | None
    code: str | None
    valid_from: dt.date | None
    valid_to: dt.date | None
    source: str

    def is_official(self) -> bool:
        """Whether a decree of composition gives this label to the entity itself."""
        return self.source == DECREE

    def is_valid(self, day: dt.date) -> bool:
        """Whether it is in force on a day; an open end of an official or dated label has no limit."""
        if not self.is_official() and self.valid_from is None and self.valid_to is None:
            return False
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True)
class LineageEvent:
    """What happened to a ministry on a day.

    `rename`: its label changed, without `other_id`. `split`: a part of it became or rejoined `other_id`. `merge`: it
    ceased as a full ministry and went into `other_id`. `transfer`: a portfolio went from it to `other_id`.
    """

    date: dt.date
    event: EventKind
    ministry_id: str
    other_id: str | None
    note: str


@cache
def ministry_labels() -> tuple[MinistryLabel, ...]:
    """Every label and code seen, in the order of the file."""
    return tuple(
        MinistryLabel(
            row["ministry_id"],
            row["label"] or None,
            row["code"] or None,
            _date(row["valid_from"]),
            _date(row["valid_to"]),
            row["source"],
        )
        for row in shipped_rows("warehouse.model", "data/ministries.csv")
    )


@cache
def lineage_events() -> tuple[LineageEvent, ...]:
    """Every event, by date."""
    return tuple(
        LineageEvent(
            dt.date.fromisoformat(row["date"]),
            cast("EventKind", row["event"]),
            row["ministry_id"],
            row["other_id"] or None,
            row["note"],
        )
        for row in shipped_rows("warehouse.facts", "data/ministry_lineage.csv")
    )


def _date(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def labels_at(ministry_id: str, day: dt.date) -> list[MinistryLabel]:
    """The dated labels of a ministry in force on a day: the official one, and those of the ministries under it.

    None when the entity had no ministry of its own that day, or is unknown.
    """
    known = [label for label in ministry_labels() if label.ministry_id == ministry_id and label.label]
    return [label for label in known if label.is_valid(day)]


def label_on(ministry_id: str, day: dt.date) -> str:
    """The official label of a ministry on a day, or its published label when it had none.

    Raises:
        KeyError: an unknown ministry.
    """
    published = MINISTRIES.label(ministry_id)
    return next(
        (known.label for known in labels_at(ministry_id, day) if known.is_official() and known.label), published
    )


def lineage(ministry_id: str) -> list[LineageEvent]:
    """The events a ministry takes part in, on either side, by date."""
    return [event for event in lineage_events() if ministry_id in (event.ministry_id, event.other_id)]


def are_related(one: str, other: str) -> bool:
    """Whether one ministry continues, splits from or merges into the other; one step only, never a chain of them."""
    return one == other or frozenset((one, other)) in _related_pairs()


@cache
def _related_pairs() -> frozenset[frozenset[str]]:
    return frozenset(frozenset((event.ministry_id, event.other_id)) for event in lineage_events() if event.other_id)


def find_ministries(text: str, more: Mapping[str, str] = NO_LABELS) -> tuple[str, ...]:
    """The ministry or the two ministries that a text stands for; empty when any part of it is unknown.

    A text is a label or a code, alone or followed by a code of the same ministry in brackets, or two of them around
    a slash, a semicolon, the end of a line, « et », a spaced hyphen or a comma. Two spellings of one ministry are one
    ministry.

    Args:
        text: what a submission says.
        more: labels that only a home knows, by their `match_key`, each with its ministry.
    """
    whole = _find_one(text, more)
    if whole is not None:
        return (whole,)
    for left, right in _halves(text):
        first, second = _find_one(left, more), _find_one(right, more)
        if first is not None and second is not None:
            return tuple(dict.fromkeys((first, second)))
    return ()


def _halves(text: str) -> Iterator[tuple[str, str]]:
    """Every way to cut a text in two."""
    for cut in _BETWEEN.finditer(text):
        yield text[: cut.start()], text[cut.end() :]


def _find_one(text: str, more: Mapping[str, str]) -> str | None:
    found = MINISTRIES.find(text) or more.get(match_key(text))
    if found == UNSPECIFIED_MINISTRY:
        return None
    bracketed = _WITH_CODE.fullmatch(text)
    if found is not None or bracketed is None:
        return found
    labelled = MINISTRIES.find(bracketed["label"])
    # A bracket that names something else may be a second ministry or a service: it is not for us to drop it.
    return labelled if MINISTRIES.find(bracketed["code"]) == labelled else None


def nearest_ministries(label: str, count: int = 3) -> list[str]:
    """The known ministries whose label or code looks most like an unknown one."""
    best = process.extract(label, _spellings(), scorer=fuzz.WRatio, limit=count * 4)
    return list(dict.fromkeys(key[0] for _, _, key in best))[:count]


@cache
def _spellings() -> dict[tuple[str, str], str]:
    """Published label and spelling to spelling."""
    return {
        (term.label, spelling): spelling
        for term in MINISTRIES.terms
        for spelling in (term.label, *term.aliases)
        if term.code != UNSPECIFIED_MINISTRY
    }
