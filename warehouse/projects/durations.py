"""Durations in whole months, and cost bands. Pure functions on frames."""

import math

import numpy as np
import pandas as pd

from warehouse.model.vocabulary import COST_BANDS

# Mean length of a Gregorian month: 365.2425 days / 12.
DAYS_PER_MONTH = 30.436875
MONTHS_PER_YEAR = 12
# A hundred billion: no cost in M€, whatever the project.
COST_IN_EUROS_MEUR = 100_000.0


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
