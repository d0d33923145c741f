"""The formulas: durations, slippage and their statistics. Pure functions on frames.

Nothing else computes slippage.

`_ratio` is a fraction (0.125), `_pct` a percentage (12.5), `_pts` percentage points, `_meur` million
euros including taxes, `_months` whole months. Only a `known` slippage enters a statistic.
"""

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from warehouse.model.vocabulary import COST_BANDS

# Mean length of a Gregorian month: 365.2425 days / 12.
DAYS_PER_MONTH = 30.436875
MONTHS_PER_YEAR = 12


# The columns that a withheld cost and a withheld schedule keep back; a cost band would give the cost away.
WITHHELD_FIGURES: Mapping[str, tuple[str, ...]] = {
    "cost_withheld": (
        "initial_cost_meur",
        "updated_cost_meur",
        "rebaseline_cost_meur",
        "cost_band",
        "submitted_cost_band",
    ),
    "schedule_withheld": (
        "initial_end_date",
        "rebaseline_end_date",
        "updated_end_date",
        "initial_duration_months",
        "updated_duration_months",
    ),
}


def without_withheld(projects: pd.DataFrame) -> pd.DataFrame:
    """The core projects with every figure that is kept back made missing."""
    masked = {
        name: projects[name].mask(projects[withheld].astype(bool))
        for withheld, names in WITHHELD_FIGURES.items()
        for name in names
    }
    return projects.assign(**masked)


def duration_months(start: pd.Series, end: pd.Series) -> pd.Series:
    """Whole months between two dates, to the nearest; missing when either is.

    Between two first days of a month this is the difference of the months. Ends recovered from a
    published number of days fall on any day (31 March and 1 April close the same month): rounding to the
    nearest month, not truncating, is what reproduces the published mean durations of 2016 to 2018.

    Args:
        start: dates (`datetime64`).
        end: dates, aligned with `start`.

    Returns:
        `Int64`, in months; negative when the end is before the start.
    """
    days = (end - start).dt.days
    return pd.Series(np.floor(days / DAYS_PER_MONTH + 0.5), index=days.index).astype("Int64")


def cost_band(cost_meur: pd.Series) -> pd.Series:
    """The code of the published cost band of each cost, lower bound inclusive; missing for a missing cost."""
    edges = [band.lower_meur for band in COST_BANDS] + [math.inf]
    bands = pd.cut(cost_meur, edges, right=False, labels=[band.code for band in COST_BANDS])
    return bands.astype("str")


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


def key_figures(projects: pd.DataFrame) -> dict[str, object]:
    """What the panorama publishes in its head, but for slippage and movements.

    Args:
        projects: core projects of one edition.

    Returns:
        Counts; `total_cost_meur` over the known costs and `mean_duration_years` over the known durations,
        None when there is none. Withheld figures are left out.
    """
    published = without_withheld(projects)
    costs = published["updated_cost_meur"].dropna()
    durations = published["updated_duration_months"].dropna().astype("float64")
    return {
        "projects": len(projects),
        "interministerial": int(projects["interministerial"].sum()),
        "total_cost_meur": math.fsum(costs) if len(costs) else None,
        "costed_projects": len(costs),
        "mean_duration_years": float(durations.mean()) / MONTHS_PER_YEAR if len(durations) else None,
        "timed_projects": len(durations),
        "withheld": int(projects["withheld"].sum()),
    }
