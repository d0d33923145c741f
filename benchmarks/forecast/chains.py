"""The method before: changes drawn among those of comparable projects, chained until the end is reached.

What was seen over a few months is compounded over years. Kept here to be compared with.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from warehouse.forecast.outcomes import UNMOVED, is_known, observations
from warehouse.projects.durations import MONTHS_PER_YEAR, cost_band, duration_months
from warehouse.projects.withheld import without_withheld

DRAWS = 500
# Changes without which nothing is forecast, and a class is none; the k of the weight n / (n + k) of a class.
LEAST, SHRINKAGE = 10, 10
# What makes projects comparable, the strongest first, and the bounds of the ages, in years since the start.
CRITERIA = ("phase", "size", "age", "ministry_id")
AGES = (-np.inf, 2, 5, np.inf)
# What a project whose end is past is given at first, and where a chain that never ends is cut.
OVERDUE_MONTHS, LONGEST_MONTHS = 6, 240

Floats = npt.NDArray[np.float64]


def classified(projects: pd.DataFrame) -> pd.DataFrame:
    """The observations of core projects, with their `CRITERIA`."""
    shown = without_withheld(projects)
    month = pd.to_datetime(shown["edition"].astype("str") + "-01").astype("datetime64[s]")
    years = duration_months(shown["start_date"], month).astype("float64") / MONTHS_PER_YEAR
    return observations(projects).assign(
        size=cost_band(shown["updated_cost_meur"]),
        age=pd.cut(years, list(AGES), right=False).astype("str"),
        ministry_id=shown["ministry_id"],
    )


def chained(observed: pd.DataFrame, outcomes: pd.DataFrame, seed: int = 1) -> pd.DataFrame:
    """The quantiles that the chains of each origin give its outcomes.

    Args:
        observed: observations with the `CRITERIA`.
        outcomes: see `warehouse.forecast.outcomes.outcomes`.
        seed: of the draws.

    Returns:
        `p50` and `p80`, aligned with `outcomes`; missing where the origin had nothing to draw from.
    """
    draw = np.random.default_rng(seed)
    changes = _changes(observed)
    months = observed.drop_duplicates("edition").set_index("edition")["month"].astype("int64")
    starts = observed.loc[is_known(observed, "budget") & is_known(observed, "schedule")]
    starts = starts.set_index(["edition", "project_id"])
    found = pd.DataFrame(np.nan, index=outcomes.index, columns=["p50", "p80"])
    is_known_start = pd.MultiIndex.from_frame(outcomes[["origin", "project_id"]]).isin(starts.index)
    for origin, rows in outcomes.loc[is_known_start].groupby("origin"):
        known = changes.loc[changes["told"].le(origin)]
        if len(known) < LEAST:
            continue
        projects = starts.loc[origin].loc[rows["project_id"].unique()]
        until = (rows["target"].map(months) - months[origin]).astype("float64")
        for month, tried in rows.groupby(until.mask(rows["horizon"].eq("completion"), np.inf)):
            told = projects.loc[tried["project_id"].unique()]
            growth, moved = _quantiles(known, told, float(month), draw)
            for rate, quantiles in (("budget", growth), ("schedule", moved)):
                of_rate = tried.loc[tried["rate"].eq(rate)]
                found.loc[of_rate.index] = quantiles[told.index.get_indexer(pd.Index(of_rate["project_id"]))]
    return found


def _changes(observed: pd.DataFrame) -> pd.DataFrame:
    """From one known observation of a project to the next: months, logarithm of the growth, months the end moved."""
    both = is_known(observed, "budget") & is_known(observed, "schedule")
    known = observed.loc[both].sort_values(["project_id", "month"], ignore_index=True).astype({"end": "float64"})
    after = known.groupby("project_id")[["edition", "month", "cost", "end"]].shift(-1)
    return known.assign(
        told=after["edition"],
        months=(after["month"] - known["month"]).astype("float64"),
        growth=np.log(after["cost"] / known["cost"]),
        moved=after["end"] - known["end"],
    ).loc[after["month"].notna() & ~known["phase"].isin(UNMOVED)]


def _quantiles(
    known: pd.DataFrame, projects: pd.DataFrame, limit: float, draw: np.random.Generator
) -> tuple[Floats, Floats]:
    """The P50 and the P80 (columns) of the growth and of the move of each project (rows) after some months."""
    changes = known[["months", "growth", "moved"]].to_numpy()
    members = [_class(known, project) for project in projects.to_dict("records")]
    sizes = np.repeat([len(one) for one in members], DRAWS)
    offsets = np.repeat(np.cumsum([0, *map(len, members[:-1])]), DRAWS)
    laid = np.concatenate(members)
    announced = np.repeat((projects["end"] - projects["month"]).to_numpy(dtype="float64"), DRAWS)
    due, elapsed = np.where(announced > 0, announced, OVERDUE_MONTHS), np.zeros(len(announced))
    reached, limit = np.zeros((2, len(announced))), min(limit, LONGEST_MONTHS)
    alive = np.arange(len(announced))
    while len(alive):
        in_class, pick, chance = draw.random((3, len(alive)))
        own = laid[offsets[alive] + (pick * sizes[alive]).astype(np.intp)]
        whole = (pick * len(changes)).astype(np.intp)
        months, *change = changes[np.where(in_class < sizes[alive] / (sizes[alive] + SHRINKAGE), own, whole)].T
        left = np.minimum(due[alive], limit) - elapsed[alive]
        reached[:, alive] += np.where(chance * months < left, change, 0.0)
        elapsed[alive] += np.minimum(months, left)
        due[alive] = announced[alive] + reached[1, alive]
        alive = alive[np.minimum(due[alive], limit) > elapsed[alive]]
    drawn = np.stack([np.exp(reached[0]), reached[1]]).reshape(2, len(projects), DRAWS)
    growth, moved = np.quantile(drawn, [0.5, 0.8], axis=-1, method="inverted_cdf").transpose(1, 2, 0)
    return growth, moved


def _class(known: pd.DataFrame, project: Mapping[Any, Any]) -> npt.NDArray[np.intp]:
    """The changes of the narrowest class of a project that has enough of them."""
    members = np.ones(len(known), dtype=bool)
    for name in CRITERIA:
        if pd.isna(project[name]):
            continue
        narrower = members & known[name].eq(project[name]).to_numpy()
        if narrower.sum() < LEAST:
            break
        members = narrower
    return np.flatnonzero(members)
