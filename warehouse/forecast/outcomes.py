"""What became of the figures of each project: what forecasts are made of, and what they are judged by.

The unit is an *outcome*: an edition told a figure of a project (its origin), a later one tells it at a horizon (its
target). A cost was multiplied, an end moved by so many months. An outcome is taken as a whole, never chained with
others: what happens over a year is what was seen to happen over a year.
"""

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from warehouse.model.frames import looked_up
from warehouse.projects.durations import duration_months
from warehouse.projects.withheld import without_withheld

# By code of `FORECAST_HORIZONS`, the months between origin and target: the first figure told from the first bound on,
# before the second. Editions are three to eight months apart; a project may be missing from one.
HORIZONS: Mapping[str, tuple[int, float]] = {"next": (1, 12), "one_year": (12, 18), "completion": (1, math.inf)}
# The share of the projects of an origin that are finished before it counts for the completion: those that finish first
# are the shortest, and forecasts that only they judge seem better than they are.
CLOSED_SHARE = 0.75
# By code of `RATES`: the figure that is forecast, and what no change is (a cost is multiplied, an end is moved).
FIGURES: Mapping[str, str] = {"budget": "cost", "schedule": "end"}
NO_CHANGE: Mapping[str, float] = {"budget": 1.0, "schedule": 0.0}
# The phases of the projects that a forecast does not move: scoping has none yet, a finished project no longer moves.
UNMOVED = ("scoping", "completed")
EPOCH = pd.Timestamp("1970-01-01")
# Months set aside for each project in the key that orders figures: more than any date has.
_MONTHS = 1 << 20


def observations(projects: pd.DataFrame) -> pd.DataFrame:
    """What was told of each project at each edition, withheld figures left out.

    Args:
        projects: core projects of any editions.

    Returns:
        Aligned with `projects`: `edition`, `project_id`, `month` (of the edition, counted from January 1970), `phase`,
        `cost` (M€) and `end` (month, counted as `month`); missing what is not known.
    """
    shown = without_withheld(projects)
    reference = pd.to_datetime(shown["edition"].astype("str") + "-01").astype("datetime64[s]")
    return shown[["edition", "project_id", "phase"]].assign(
        month=_month_number(reference), cost=shown["updated_cost_meur"], end=_month_number(shown["updated_end_date"])
    )


def is_known(observed: pd.DataFrame, rate: str) -> pd.Series:
    """Whether the figure of a rate is told; a cost of nothing is none."""
    figure = observed[FIGURES[rate]]
    return figure.gt(0) if rate == "budget" else figure.notna()


def outcomes(
    observed: pd.DataFrame, horizons: Mapping[str, tuple[int, float]] = HORIZONS, closed_share: float = CLOSED_SHARE
) -> pd.DataFrame:
    """What became of each figure told by a project that was neither in scoping nor finished.

    Args:
        observed: `observations` of any editions.
        horizons: see `HORIZONS`; « completion » is told by finished projects only.
        closed_share: see `CLOSED_SHARE`.

    Returns:
        At most one row per `rate`, `horizon`, `project_id` and `origin`, in this order: `target`, the edition of the
        outcome; `told`, the edition since which it counts (later than the target for the completion, see
        `CLOSED_SHARE`); `change`, a factor of the cost or months of the end; `least`, the change below which the
        forecast of an end would be before its origin.
    """
    return pd.concat([_of_rate(observed, rate, horizons, closed_share) for rate in FIGURES], ignore_index=True)


def _of_rate(
    observed: pd.DataFrame, rate: str, horizons: Mapping[str, tuple[int, float]], closed_share: float
) -> pd.DataFrame:
    known = observed.loc[is_known(observed, rate)].sort_values(["project_id", "month"], ignore_index=True)
    figures = pd.DataFrame(
        {
            "project_id": known["project_id"],
            "edition": known["edition"],
            "phase": known["phase"],
            "month": known["month"].astype("int64"),
            "figure": known[FIGURES[rate]].astype("float64"),
            "key": pd.factorize(known["project_id"])[0] * _MONTHS + known["month"].astype("int64"),
        }
    )
    starts = figures.loc[~figures["phase"].isin(UNMOVED)]
    parts = []
    for horizon, (first, last) in horizons.items():
        among = figures.loc[figures["phase"].eq("completed")] if horizon == "completion" else figures
        pairs = _pairs(starts, among, first, last).assign(rate=rate, horizon=horizon)
        told = _closed(pairs, starts, closed_share) if horizon == "completion" else pairs["target"]
        parts.append(pairs.assign(told=told).loc[told.notna()])
    found = pd.concat(parts, ignore_index=True)
    before, after = found["figure"], found["later"]
    return found.assign(
        change=after / before if rate == "budget" else after - before,
        least=0.0 if rate == "budget" else found["month"] - before,
    )[["rate", "horizon", "project_id", "origin", "target", "told", "change", "least"]]


def _pairs(starts: pd.DataFrame, among: pd.DataFrame, first: int, last: float) -> pd.DataFrame:
    """Each start with the first row among others, of its project, told `first` months later or more, before `last`."""
    rank = np.searchsorted(among["key"], starts["key"] + first)
    starts = starts.rename(columns={"edition": "origin"})[["project_id", "origin", "month", "figure"]].assign(rank=rank)
    later = among[["project_id", "edition", "month", "figure"]].set_axis(pd.RangeIndex(len(among)))
    later = later.set_axis(["same_project", "target", "told_month", "later"], axis=1)
    pairs = starts.join(later, on="rank")
    is_same = pairs["same_project"].eq(pairs["project_id"]).fillna(value=False)
    return pairs.loc[is_same & pairs["told_month"].lt(pairs["month"] + last)]


def _closed(pairs: pd.DataFrame, starts: pd.DataFrame, share: float) -> pd.Series:
    """The edition since which each completion counts: its own, or the one that closes its origin; missing if none."""
    needed = -(-share * starts.groupby("edition").size() // 1)
    ordered = pairs.sort_values(["origin", "target"])
    rank = ordered.groupby("origin").cumcount() + 1
    closing = ordered.loc[rank.eq(looked_up(ordered["origin"], needed.clip(lower=1)))].set_index("origin")["target"]
    closed = looked_up(pairs["origin"], closing)
    return pairs["target"].where(pairs["target"].ge(closed).fillna(value=False), closed)


def _month_number(dates: pd.Series) -> pd.Series:
    return duration_months(pd.Series(EPOCH, index=dates.index, dtype="datetime64[s]"), dates)
