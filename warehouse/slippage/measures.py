"""The formulas: slippage, and what the panorama publishes in its head. Pure functions on frames.

Nothing else computes slippage.

`_ratio` is a fraction (0.125), `_pct` a percentage (12.5), `_pts` percentage points, `_meur` million
euros including taxes, `_months` whole months. Only a `known` slippage enters a statistic.
"""

import math

import numpy as np
import pandas as pd

from warehouse.facts.reference import target_for
from warehouse.home.calendar import Calendar
from warehouse.projects.durations import MONTHS_PER_YEAR
from warehouse.projects.withheld import without_withheld


def slippage(initial: pd.Series, updated: pd.Series, *, withheld: pd.Series, scoping: pd.Series) -> pd.DataFrame:
    """Slippage of each project: (updated − initial) / initial, with the reason when it is not known.

    Args:
        initial: forecast of the baseline (M€ or months).
        updated: forecast of this edition, same unit.
        withheld: whether the figures are kept back.
        scoping: whether the project is in its scoping phase.

    Returns:
        `status` (`withheld` before `not_comparable` before `missing`, else `known`), `ratio` and `amount`
        (both missing unless known). Scoping, no baseline and a baseline ≤ 0 are `not_comparable`; an
        unknown update is `missing`.
    """
    before = initial.astype("float64")
    after = updated.astype("float64")
    status = pd.Series("known", index=initial.index, dtype="str")
    status = status.mask(after.isna(), "missing")
    status = status.mask(scoping.fillna(value=False).astype(bool) | before.isna() | (before <= 0), "not_comparable")
    status = status.mask(withheld.astype(bool), "withheld")
    amount = (after - before).where(status == "known")
    return pd.DataFrame({"status": status, "ratio": amount / before, "amount": amount})


def key_figures(projects: pd.DataFrame, movements: pd.DataFrame, calendar: Calendar) -> pd.DataFrame:
    """What the panorama publishes in its head, but for slippage, for every edition.

    Args:
        projects: core projects of any editions.
        movements: who came and left, at the same editions.
        calendar: numbers the editions, and tells the one just before each.

    Returns:
        The columns of `OUT_KEY_FIGURES`; `total_cost_meur` is over the known costs and `mean_duration_years` over the
        known durations, missing when there is none. Withheld figures are left out. Movements are missing where the
        edition just before is not there.

    Raises:
        UnknownEditionError: an edition that the calendar does not have.
    """
    by_edition = projects.groupby("edition")
    published = without_withheld(projects).groupby("edition")
    editions = by_edition.size().index
    costs = published["updated_cost_meur"]
    durations = published["updated_duration_months"]
    has_predecessor = editions.isin([*calendar.predecessors(editions)])
    targets = [target_for(edition) for edition in editions]
    arrived = movements["movement"].isin(["entry", "return"])
    entries, exits = (
        movements.loc[moved, "edition"].value_counts().reindex(editions, fill_value=0).where(has_predecessor)
        for moved in (arrived, ~arrived)
    )
    return pd.DataFrame(
        {
            "ordinal": [calendar.find(edition).ordinal for edition in editions],
            "projects": by_edition.size(),
            "interministerial": by_edition["interministerial"].sum(),
            "total_cost_meur": costs.agg(lambda known: math.fsum(known.dropna())).where(costs.count().gt(0)),
            "costed_projects": costs.count(),
            "mean_duration_years": durations.mean().astype("float64") / MONTHS_PER_YEAR,
            "timed_projects": durations.count(),
            "entries": entries,
            "exits": exits,
            "withheld": by_edition["withheld"].sum(),
            "target_ratio": [np.nan if target is None else target.target_pct / 100 for target in targets],
            "target_due_on": pd.Series([None if t is None else t.due_on for t in targets], editions, "datetime64[s]"),
            "fictitious": by_edition["fictitious"].any(),
        }
    ).reset_index(names="edition")
