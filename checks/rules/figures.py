"""The rules on the figures of a row: their unit, their magnitude, and each against the others.

A figure that is refused elsewhere (negative, unreadable) is not looked at here, nor one that is kept back. A wrong unit
is never corrected: what the figure may have meant is said, and the ministry decides.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from checks.rules.conformance import Broken
from warehouse.projects.durations import COST_IN_EUROS_MEUR, MONTHS_PER_YEAR

# Published costs go from 0.3 to 500 M€ (editions 1 to 13), and a programme of a billion has been announced: beyond
# these bounds a figure is in another unit more often than it is true.
LEAST_COST_MEUR, MOST_COST_MEUR = 0.1, 1000.0
# Between two costs of one project: a thousand is a unit, five is another project.
UNIT_RATIO, UNIT_TOLERANCE = 1000.0, 2.0
MOST_COST_RATIO = 5.0
# A deviation from which a reason is due; below, it is the noise of an estimate.
DEVIATION_RATIO = 0.05
# The longest published project lasts 17 years; the shortest, 14 months.
MOST_DURATION_YEARS, LEAST_DURATION_MONTHS = 25, 3
EARLIEST_START_YEAR, MOST_START_YEARS_AHEAD = 1990, 5
LONG_SCOPING_MONTHS = 36
# Ministries fill their files in the months that follow the reference month.
COLLECTION_MONTHS = 6
MOVED_END_MONTHS = 12

COSTS = ("initial_cost", "updated_cost", "rebaseline_cost")


def implausible_figures(rows: pd.DataFrame, *, by_years: pd.Series) -> Broken:
    """Which rows break each rule on figures; a missing figure breaks none but those that ask for it.

    Args:
        rows: typed rows of one edition, figures that are kept back masked.
        by_years: whether each row gives its duration as a number of years.
    """
    reference = pd.Timestamp(f"{rows['edition'].iloc[0]}-01")
    return {
        **_units(rows),
        **_costs(rows),
        **_deviations(rows),
        **_ends(rows, reference, by_years),
        **_starts(rows, reference),
        **_phases(rows, reference),
    }


def _units(rows: pd.DataFrame) -> Broken:
    costs = {name: rows[f"{name}_meur"] for name in COSTS}
    return {
        **{f"{name}_is_not_in_euros": cost.ge(COST_IN_EUROS_MEUR) for name, cost in costs.items()},
        "rebaseline_end_date_is_after_start": rows["rebaseline_end_date"].lt(rows["start_date"]),
        **{
            # Zero, negative and euros each have a rule of their own.
            f"{name}_is_in_millions": (cost.gt(0) & cost.lt(LEAST_COST_MEUR))
            | (cost.gt(MOST_COST_MEUR) & cost.lt(COST_IN_EUROS_MEUR))
            for name, cost in costs.items()
        },
    }


def _costs(rows: pd.DataFrame) -> Broken:
    initial, updated = rows["initial_cost_meur"], rows["updated_cost_meur"]
    ratio = cost_ratio(updated, initial)
    return {
        "updated_cost_is_not_zero": updated.eq(0) & ~rows["phase"].eq("scoping"),
        "initial_cost_is_not_zero": initial.eq(0),
        "costs_have_the_same_unit": is_another_unit(ratio),
        "updated_cost_is_near_initial": _is_far(ratio) & ~is_another_unit(ratio),
        "rebaseline_cost_is_near_initial": _is_far((rows["rebaseline_cost_meur"] / initial).where(initial.gt(0))),
    }


def _deviations(rows: pd.DataFrame) -> Broken:
    ratio = cost_ratio(rows["updated_cost_meur"], rows["initial_cost_meur"])
    lasts, promised = (rows[f"{name}_duration_months"].astype("float64") for name in ("updated", "initial"))
    deviates = ~rows["withheld"].astype(bool) & (_moves(ratio) | _moves((lasts / promised).where(promised.gt(0))))
    reason, uncommented = rows["deviation_reason"], rows["deviation_comment"].isna()
    later = months_between(rows["initial_end_date"], rows["updated_end_date"]).ge(MOVED_END_MONTHS)
    return {
        "deviation_has_a_reason": deviates & reason.isna() & uncommented,
        "deviation_is_not_denied": deviates & reason.eq("none"),
        "other_deviation_is_explained": reason.eq("other") & uncommented,
        "cost_moves_with_the_end": ratio.eq(1) & later,
    }


def _ends(rows: pd.DataFrame, reference: pd.Timestamp, by_years: pd.Series) -> Broken:
    start, end, months = rows["start_date"], rows["updated_end_date"], rows["updated_duration_months"].astype("float64")
    return {
        "forecast_end_is_not_past": end.lt(reference) & ~rows["phase"].isin(["scoping", "completed"]),
        **{
            f"{column}_is_plausible": (rows[column].dt.year - reference.year).gt(MOST_START_YEARS_AHEAD)
            | rows[column].dt.year.lt(EARLIEST_START_YEAR)
            for column in ("start_date", "initial_start_date")
        },
        "initial_end_date_is_within_25_years": _lasts_too_long(rows["initial_start_date"], rows["initial_end_date"])
        & ~by_years,
        "updated_end_date_is_within_25_years": _lasts_too_long(start, end) & ~by_years,
        "duration_is_in_years": months.gt(MOST_DURATION_YEARS * MONTHS_PER_YEAR) & by_years,
        "duration_is_at_least_three_months": months.ge(0) & months.lt(LEAST_DURATION_MONTHS),
    }


def _starts(rows: pd.DataFrame, reference: pd.Timestamp) -> Broken:
    start, revised_on = rows["start_date"], rows["rebaseline_date"]
    moved = months_between(start, rows["initial_start_date"]).abs().gt(0)
    return {
        "start_is_given": start.isna() & ~rows["phase"].eq("scoping") & ~rows["withheld"].astype(bool),
        "initial_start_date_is_the_start": moved & revised_on.isna(),
        "rebaseline_date_is_not_in_the_future": months_between(reference, revised_on).gt(COLLECTION_MONTHS),
        "rebaseline_date_is_after_start": revised_on.lt(start),
        "rebaseline_end_date_is_after_rebaseline": rows["rebaseline_end_date"].lt(revised_on),
    }


def _phases(rows: pd.DataFrame, reference: pd.Timestamp) -> Broken:
    phase, start, end = rows["phase"], rows["start_date"], rows["updated_end_date"]
    scoping = phase.eq("scoping")
    begun = phase.isin(["build", "pilot", "rollout", "completed"])
    return {
        "completed_project_has_ended": phase.eq("completed") & months_between(reference, end).gt(0),
        "started_phase_has_a_past_start": begun & months_between(reference, start).gt(0),
        "scoping_has_not_ended": scoping & end.lt(reference),
        "scoping_promises_no_cost": scoping & rows["initial_cost_meur"].gt(0),
        "scoping_lasts_at_most_three_years": scoping & months_between(start, reference).gt(LONG_SCOPING_MONTHS),
    }


def meant_figures(rows: pd.DataFrame) -> Mapping[str, Any]:
    """What the figures of each row may have meant, in the unit asked for: what the catalogue's messages name.

    Args:
        rows: as `implausible_figures` takes them.
    """
    meant: dict[str, Any] = {}
    for name in COSTS:
        cost = rows[f"{name}_meur"]
        # Euros, thousands of euros or billions for millions.
        scales = [cost.ge(COST_IN_EUROS_MEUR), cost.gt(MOST_COST_MEUR)]
        meant[f"{name}_meant"] = (cost / np.select(scales, [1e6, 1e3], 1e-3)).round(6)
        meant[f"{name}_unit"] = np.select(scales, ["en euros", "en k€"], "en Md€")
    initial, updated = rows["initial_cost_meur"], rows["updated_cost_meur"]
    return meant | {
        "same_unit_cost": (updated.where(updated.gt(initial), initial) / UNIT_RATIO).round(6),
        "other_unit_cost": np.where(updated.gt(initial), "actualisé", "initial"),
        "meant_years": (rows["updated_duration_months"].astype("float64") / MONTHS_PER_YEAR / MONTHS_PER_YEAR).round(2),
    }


def months_between(earlier: Any, later: Any) -> Any:
    """Calendar months from one date to another, as floats, missing where either is; a Series or a day on each side."""
    first, last = (value.dt if isinstance(value, pd.Series) else value for value in (earlier, later))
    return (last.year - first.year) * MONTHS_PER_YEAR + last.month - first.month


def cost_ratio(cost: pd.Series, reference: pd.Series) -> pd.Series:
    """How many times the reference a cost is, where both are positive."""
    return (cost / reference).where(reference.gt(0) & cost.gt(0))


def is_another_unit(ratio: pd.Series) -> pd.Series:
    """Whether two costs of one project are about a thousand times each other."""
    low, high = UNIT_RATIO / UNIT_TOLERANCE, UNIT_RATIO * UNIT_TOLERANCE
    return ratio.between(low, high) | ratio.between(1 / high, 1 / low)


def _lasts_too_long(start: pd.Series, end: pd.Series) -> pd.Series:
    too_long: pd.Series = (months_between(start, end) / MONTHS_PER_YEAR).gt(MOST_DURATION_YEARS)
    return too_long


def _is_far(ratio: pd.Series) -> pd.Series:
    return ratio.gt(MOST_COST_RATIO) | ratio.lt(1 / MOST_COST_RATIO)


def _moves(ratio: pd.Series) -> pd.Series:
    # The noise of binary fractions does not make 5 % of 4.999.
    return (ratio - 1).abs().ge(DEVIATION_RATIO - 1e-9)
