"""Slippage split by declared cause, in euros and in months. Pure functions on frames."""

import math

import pandas as pd

from warehouse.model.vocabulary import NO_DEVIATION

UNEXPLAINED = "unexplained"
# Amounts below this are rounding of the subtraction, not a deviation (M€ or months).
NO_AMOUNT = 1e-9
# Rate, reference point, and column of the slippages that holds the amount.
_AMOUNTS = (
    ("budget", "first_baseline", "budget_slippage_meur"),
    ("budget", "previous_edition", "budget_previous_slippage_meur"),
    ("schedule", "first_baseline", "schedule_slippage_months"),
    ("schedule", "previous_edition", "schedule_previous_slippage_months"),
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
    """The change of the portfolio by cause, rate and reference point, at every edition.

    Args:
        projects: core projects of any editions, for the declared reasons.
        slippages: slippage per project of the same editions; only amounts whose slippage is known are there.

    Returns:
        The columns of `OUT_CAUSES`, one row per cause that has a known amount; the amounts of one edition, one rate
        and one reference add up to the change of all projects whose slippage is known.
    """
    keys = ["edition", "project_id"]
    reasons = slippages[keys].merge(projects[[*keys, "deviation_reason"]], how="left", on=keys)["deviation_reason"]
    told = pd.concat(
        [
            pd.DataFrame(
                {
                    "edition": slippages["edition"],
                    "rate": rate,
                    "reference": reference,
                    "reason": reasons.set_axis(slippages.index),
                    "amount": slippages[amount].astype("float64"),
                }
            )
            for rate, reference, amount in _AMOUNTS
        ],
        ignore_index=True,
    ).dropna(subset=["amount"])
    split = ["edition", "rate", "reference"]
    by_cause = told.assign(cause=causes_of(told["reason"], told["amount"])).groupby([*split, "cause"])["amount"]
    found = by_cause.agg(n="size", amount=math.fsum).reset_index()
    of_split = found.groupby(split)["amount"]
    agree = of_split.transform("min").ge(-NO_AMOUNT) | of_split.transform("max").le(NO_AMOUNT)
    totals = told.groupby(split)["amount"].agg(math.fsum).rename("total").reset_index()
    total = found[split].merge(totals, how="left", on=split)["total"]
    in_euros = found["rate"].eq("budget")
    return found.assign(
        amount_meur=found["amount"].where(in_euros),
        amount_months=found["amount"].mask(in_euros).round(),
        share_ratio=(found["amount"] / total).where(agree & total.abs().gt(NO_AMOUNT)),
    ).drop(columns="amount")
