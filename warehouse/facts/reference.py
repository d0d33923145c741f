"""Facts that runs are compared with: the targets, and the figures once published by hand."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache

from warehouse.model.csv_text import shipped_rows


@dataclass(frozen=True)
class Target:
    """A ceiling for both rates, to be met by `due_on`; `first_edition` is the first one it holds at, "" for any."""

    due_on: dt.date
    target_pct: float
    first_edition: str = ""

    def is_adopted(self, edition: str) -> bool:
        """Whether it is stated at an edition: never before it was adopted."""
        return self.first_edition <= edition


@dataclass(frozen=True)
class PublishedFigures:
    """The key figures of an edition as one source gives them, each None when it does not.

    `rank` orders the sources of an edition, the one to retain first; figures are as rounded by the publisher. How far a
    source is to be trusted is one of `CONFIDENCES`.
    """

    edition: str
    rank: int
    projects: int | None
    interministerial: int | None
    total_cost_meur: float | None
    mean_duration_years: float | None
    budget_slippage_pct: float | None
    schedule_slippage_pct: float | None
    entries: int | None
    exits: int | None
    confidence: str
    source: str


NOTHING_PUBLISHED = PublishedFigures("", 1, None, None, None, None, None, None, None, None, "", "")
# What changes are stated against beside the previous edition, as the 14th edition did (domain facts, §2).
REFERENCE_EDITION = "2020-06"


@cache
def targets() -> tuple[Target, ...]:
    """The targets, by due date; the first one is 15 % at the end of 2022, for both rates."""
    read = [
        Target(dt.date.fromisoformat(row["due_on"]), float(row["target_pct"]), row["first_edition"])
        for row in _rows("targets.csv")
    ]
    return tuple(sorted(read, key=_due))


def target_for(edition: str, among: Sequence[Target] | None = None) -> Target | None:
    """The target in force at an edition: the next one due of those adopted, or the last one once all are past.

    Args:
        edition: key of the edition.
        among: by due date; those of the State unless given.
    """
    adopted = [target for target in (targets() if among is None else among) if target.is_adopted(edition)]
    following = [target for target in adopted if target.due_on.isoformat() >= f"{edition}-01"]
    return next(iter([*following, *adopted[-1:]]), None)


@cache
def official_figures() -> tuple[PublishedFigures, ...]:
    """The figures published before this system, a line for each source, by edition then rank."""
    return tuple(
        PublishedFigures(
            row["edition"],
            int(row["rank"]),
            _integer(row["projects"]),
            _integer(row["interministerial"]),
            _number(row["total_cost_meur"]),
            _number(row["mean_duration_years"]),
            _number(row["budget_slippage_pct"]),
            _number(row["schedule_slippage_pct"]),
            _integer(row["entries"]),
            _integer(row["exits"]),
            row["confidence"],
            row["source"],
        )
        for row in _rows("published_figures.csv")
    )


@cache
def published_figures() -> dict[str, PublishedFigures]:
    """The figures to retain of those published before this system, by edition, each from the first source with it."""
    found: dict[str, PublishedFigures] = {}
    for line in official_figures():
        first = found.setdefault(line.edition, line)
        more = {name: value for name, value in asdict(line).items() if getattr(first, name) is None}
        found[line.edition] = replace(first, **more)
    return found


def _due(target: Target) -> dt.date:
    return target.due_on


def _rows(name: str) -> tuple[dict[str, str], ...]:
    return shipped_rows("warehouse.facts", f"data/{name}")


def _integer(text: str) -> int | None:
    return int(text) if text else None


def _number(text: str) -> float | None:
    return float(text) if text else None
