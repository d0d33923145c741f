"""Slippage split by declared cause, in euros and in months. Pure functions on frames."""

import math

import pandas as pd

from warehouse.follow_up.tables import OUT_CAUSES
from warehouse.model.frames import looked_up
from warehouse.model.vocabulary import NO_DEVIATION

UNEXPLAINED = "unexplained"
# Amounts below this are rounding of the subtraction, not a deviation (M€ or months).
NO_AMOUNT = 1e-9
# Rate, reference point, column of the slippages that holds the amount, column of the result it goes to.
_AMOUNTS = (
    ("budget", "first_baseline", "budget_slippage_meur", "amount_meur"),
    ("budget", "previous_edition", "budget_previous_slippage_meur", "amount_meur"),
    ("schedule", "first_baseline", "schedule_slippage_months", "amount_months"),
    ("schedule", "previous_edition", "schedule_previous_slippage_months", "amount_months"),
)


def causes_of(reasons: pd.Series, amounts: pd.Series) -> pd.Series:
    """The cause each deviation is put down to.

    Args:
        reasons: code declared by the ministry, missing when it declared none.
        amounts: deviation (M€ or months), aligned.

    Returns:
        The declared reason; for a project without one, or that declares `none`: `unexplained` when it deviates,
        `none` when it does not.
    """
    silent = reasons.isna() | reasons.eq(NO_DEVIATION)
    deviates = amounts.astype("float64").abs().gt(NO_AMOUNT)
    return reasons.mask(silent & deviates, UNEXPLAINED).mask(silent & ~deviates, NO_DEVIATION).astype("str")


def slippage_causes(projects: pd.DataFrame, slippages: pd.DataFrame) -> pd.DataFrame:
    """The change of the portfolio by cause, rate and reference point.

    Args:
        projects: core projects of one edition, for the declared reasons.
        slippages: slippage per project of the same edition; only amounts whose slippage is known are there.

    Returns:
        The columns of `OUT_CAUSES`, one row per cause that has a known amount; the amounts of one rate and one
        reference add up to the change of all projects whose slippage is known.
    """
    reasons = looked_up(slippages["project_id"], projects.set_index("project_id")["deviation_reason"])
    rows = []
    for rate, reference, source, column in _AMOUNTS:
        amounts = slippages[source].astype("float64").dropna()
        total = math.fsum(amounts)
        for cause, group in amounts.groupby(causes_of(reasons[amounts.index], amounts), sort=True):
            amount = math.fsum(group)
            share = amount / total if abs(total) > NO_AMOUNT else None
            rows.append(
                {
                    "rate": rate,
                    "reference": reference,
                    "cause": cause,
                    "n": len(group),
                    column: round(amount) if column == "amount_months" else amount,
                    "share_ratio": share,
                }
            )
    edition = slippages["edition"].iloc[0] if len(slippages) else None
    return pd.DataFrame(rows, columns=OUT_CAUSES.names()).assign(edition=edition)
