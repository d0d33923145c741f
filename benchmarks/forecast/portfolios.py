"""Simulated portfolios, whose every later figure is known: of projects that leave, and of those that never seem to end.

Changes are steps, more frequent in some projects than in others and in some half-years than in others (a project, or a
year, of replanning), rarely large: what makes real figures hard to forecast. Nothing is drawn from real figures.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

FIRST_MONTH = 564  # January 2017, counted from January 1970.
EDITIONS = 14
PROJECTS, ENTRANTS = 55, 4  # at first, then at each edition on average
# Months between editions, as those published; after the last, every half-year until all is finished.
GAPS = (4, 4, 5, 6, 7, 8)
LATER_MONTHS = 240
MONTHS_BETWEEN_STEPS = 14
MONTHS_FOLLOWED = 90
# Bands and ages are those of no project: a class is a phase here.
UNTOLD = {"size": None, "age": None, "ministry_id": None}


@dataclass(frozen=True)
class Portfolio:
    """Observations: those `published`, until a project leaves or is finished, and the `whole` truth, to the end."""

    published: pd.DataFrame
    whole: pd.DataFrame


def portfolio(seed: int) -> Portfolio:
    """Draw a portfolio; the same seed gives the same."""
    draw = np.random.default_rng(seed)
    editions = FIRST_MONTH + np.concatenate([[0], np.cumsum(draw.choice(GAPS, EDITIONS - 1))])
    told = [*editions, *range(int(editions[-1]) + 6, int(editions[-1]) + LATER_MONTHS, 6)]
    # How much is replanned, half-year by half-year.
    mood = np.repeat(draw.gamma(2.5, 1 / 2.5, 1 + (told[-1] - FIRST_MONTH) // 6), 6)
    starts = [FIRST_MONTH - int(draw.integers(0, 40)) for _ in range(PROJECTS)]
    starts += [int(month) for month in editions[1:] for _ in range(draw.poisson(ENTRANTS))]
    rows = [
        {"project_id": f"P{number:04d}"} | row
        for number, start in enumerate(starts, 1)
        for row in _life(draw, start, [int(month) for month in told], mood)
    ]
    whole = pd.DataFrame(rows).assign(**UNTOLD)
    months = whole["month"]
    whole["edition"] = [f"{1970 + month // 12}-{month % 12 + 1:02d}" for month in months]
    finished = whole["phase"].eq("completed")
    seen_finished = finished.groupby(whole["project_id"]).cumsum()
    kept = months.le(editions[-1]) & months.lt(whole["leaves"]) & seen_finished.le(1)
    return Portfolio(whole.loc[kept].reset_index(drop=True), whole)


def _life(
    draw: np.random.Generator, start: int, told: list[int], mood: np.ndarray
) -> Iterator[dict[str, int | float | str]]:
    """What a project tells at each edition from its start on."""
    restless, cost = draw.gamma(1.5, 1 / 1.5), float(np.exp(draw.normal(3, 1)))
    end = start + int(draw.integers(24, 84))
    end = end if end > FIRST_MONTH else FIRST_MONTH + int(draw.integers(3, 30))
    begun, phase = max(start, FIRST_MONTH), "build"
    leaves = begun + int(draw.exponential(MONTHS_FOLLOWED))
    editions = set(told)
    for month in range(begun, told[-1] + 1):
        if phase == "build":
            step = draw.random() < restless * mood[month - FIRST_MONTH] / MONTHS_BETWEEN_STEPS
            if month >= end and not step and draw.random() >= 1 / 3:
                phase = "completed"
            elif step or month >= end:
                moved = int(draw.exponential(7)) if draw.random() < 0.85 else -int(draw.integers(1, 6))
                end = max(end + moved, month)
                if draw.random() < 0.7:
                    cost *= float(np.exp(draw.normal(0.05, 0.08) + (draw.random() < 0.08) * draw.exponential(0.4)))
        if month in editions:
            yield {"month": month, "phase": phase, "cost": cost, "end": end, "leaves": leaves}
