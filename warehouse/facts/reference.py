"""Facts that runs are compared with: the targets, and the figures once published by hand."""

import datetime as dt
from dataclasses import dataclass
from functools import cache

from warehouse.model.shipped import shipped_rows


@dataclass(frozen=True)
class Target:
    """A ceiling for both rates, to be met by `due_on`."""

    due_on: dt.date
    target_pct: float


@dataclass(frozen=True)
class PublishedFigures:
    """The key figures of an edition as they were published, each None when it was not found.

    `source` tells where each line comes from; figures are as rounded by the publisher.
    """

    edition: str
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


NOTHING_PUBLISHED = PublishedFigures("", None, None, None, None, None, None, None, None, "", "")


@cache
def targets() -> tuple[Target, ...]:
    """The targets, by due date; the first one is 15 % at the end of 2022, for both rates."""
    rows = _rows("targets.csv")
    return tuple(sorted((Target(dt.date.fromisoformat(r["due_on"]), float(r["target_pct"])) for r in rows), key=_due))


def target_for(edition: str) -> Target:
    """The next target due at an edition, or the last one once all are past."""
    following = [target for target in targets() if target.due_on.isoformat() >= f"{edition}-01"]
    return following[0] if following else targets()[-1]


@cache
def published_figures() -> dict[str, PublishedFigures]:
    """The figures published before this system, by edition."""
    return {
        row["edition"]: PublishedFigures(
            row["edition"],
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
    }


def _due(target: Target) -> dt.date:
    return target.due_on


def _rows(name: str) -> tuple[dict[str, str], ...]:
    return shipped_rows("warehouse.facts", f"data/{name}")


def _integer(text: str) -> int | None:
    return int(text) if text else None


def _number(text: str) -> float | None:
    return float(text) if text else None
