"""The formulas: slippage, and what the panorama publishes in its head. Pure functions on frames.

Nothing else computes slippage.

`_ratio` is a fraction (0.125), `_pct` a percentage (12.5), `_pts` percentage points, `_meur` million
euros including taxes, `_months` whole months. Only a `known` slippage enters a statistic.
"""

import math

import pandas as pd

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
