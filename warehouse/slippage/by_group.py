"""Statistics of slippage by group: six methods, three perimeters, each with its count and its interval.

Pure functions on frames. The mean of ratios over what is known in the edition is the official headline; the other
methods and perimeters tell how much it owes to its method, and to those who left.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from warehouse.model.schema import empty_frame
from warehouse.model.terms import match_key
from warehouse.model.vocabulary import COST_BAND_VOCABULARY, MINISTRIES, PHASES
from warehouse.slippage.tables import OUT_SLIPPAGE_GROUPS, OUT_SLIPPAGE_PROJECTS

# Enough for two significant digits of a 95 % percentile interval (Efron & Tibshirani, 1993, §13: 1 000 or more).
RESAMPLES = 1000
# Ranks of the 2.5 and 97.5 % bounds among the sorted resamples.
_LOW, _HIGH = int(0.025 * RESAMPLES), int(0.975 * RESAMPLES) - 1
# With a single project every resample is the same: there is nothing to say of its spread.
FEWEST_FOR_INTERVAL = 2
P80 = 0.8
UNKNOWN_GROUP = ("unknown", "Non précisé")

Array = npt.NDArray[np.float64]
# Values, initial figures and initial costs, one row per resample; a project in each column.
Statistic = Callable[[Array, Array, Array, float], Array]


@dataclass(frozen=True)
class Method:
    """How a statistic is computed, and which projects it can use; `needs_cost` leaves out those without a cost."""

    compute: Statistic
    needs_cost: bool = False


def _mean_of_ratios(ratio: Array, initial: Array, cost: Array, target_ratio: float) -> Array:
    del initial, cost, target_ratio
    return np.asarray(ratio.mean(axis=1))


def _ratio_of_sums(ratio: Array, initial: Array, cost: Array, target_ratio: float) -> Array:
    del cost, target_ratio
    return np.asarray((ratio * initial).sum(axis=1) / initial.sum(axis=1))


def _cost_weighted_mean(ratio: Array, initial: Array, cost: Array, target_ratio: float) -> Array:
    del initial, target_ratio
    return np.asarray((ratio * cost).sum(axis=1) / cost.sum(axis=1))


def _median(ratio: Array, initial: Array, cost: Array, target_ratio: float) -> Array:
    del initial, cost, target_ratio
    return np.asarray(np.median(ratio, axis=1))


def _p80(ratio: Array, initial: Array, cost: Array, target_ratio: float) -> Array:
    del initial, cost, target_ratio
    # Linear interpolation between ranks, as numpy's default, on rows sorted once.
    rank = P80 * (ratio.shape[1] - 1)
    below = int(rank)
    ordered = np.sort(ratio, axis=1)
    above = min(below + 1, ratio.shape[1] - 1)
    return np.asarray(ordered[:, below] + (rank - below) * (ordered[:, above] - ordered[:, below]))


def _share_above_target(ratio: Array, initial: Array, cost: Array, target_ratio: float) -> Array:
    del initial, cost
    return np.asarray((ratio > target_ratio).mean(axis=1))


STATISTICS: Mapping[str, Method] = {
    "mean_of_ratios": Method(_mean_of_ratios),
    "ratio_of_sums": Method(_ratio_of_sums),
    "cost_weighted_mean": Method(_cost_weighted_mean, needs_cost=True),
    "median": Method(_median),
    "p80": Method(_p80),
    "share_above_target": Method(_share_above_target),
}


def slippage_by_group(
    slippages: pd.DataFrame,
    target_pct: float | None,
    earlier: pd.DataFrame | None = None,
    previous_edition: str | None = None,
) -> pd.DataFrame:
    """Statistics of slippage for the portfolio and for each group of each dimension.

    Perimeters: `published`, the slippages known in the edition; `constant`, those known in the previous edition too;
    `cohort`, every project ever followed, those not known now at their last known slippage.

    Args:
        slippages: slippage per project of one edition.
        target_pct: the target in force, None when there was none.
        earlier: slippage per project of the editions before it; none is the same as an empty one.
        previous_edition: the edition just before, None when the warehouse does not have it: no `constant` perimeter.

    Returns:
        The columns of `OUT_SLIPPAGE_GROUPS`; the value is missing when no slippage of the group is known, the interval
        with fewer than two.
    """
    if slippages.empty:
        return empty_frame(OUT_SLIPPAGE_GROUPS)
    edition = str(slippages["edition"].iloc[0])
    earlier = empty_frame(OUT_SLIPPAGE_PROJECTS) if earlier is None else earlier
    target_ratio = np.nan if target_pct is None else target_pct / 100
    rows: list[dict[str, object]] = []
    for rate in ("budget", "schedule"):
        for perimeter, members in perimeters(slippages, earlier, previous_edition, rate).items():
            for group, of_group in groups_of(members):
                stamp = {"edition": edition, "perimeter": perimeter, "rate": rate, **group}
                rows += [stamp | line for line in _statistics(of_group, target_ratio, " ".join(stamp.values()))]
    return pd.DataFrame(rows, columns=OUT_SLIPPAGE_GROUPS.names())


def perimeters(
    slippages: pd.DataFrame, earlier: pd.DataFrame, previous_edition: str | None, rate: str
) -> dict[str, pd.DataFrame]:
    """The members of each perimeter for one rate.

    Returns:
        Perimeter to one row per project, sorted by `project_id`: `ratio` (missing when not known), `initial`, `cost`
        (the initial cost, missing when not known or kept back) and the columns that make groups.
    """
    published = _members(slippages, rate)
    found = {"published": published}
    if previous_edition is not None:
        before = earlier.loc[earlier["edition"].eq(previous_edition) & earlier[f"{rate}_status"].eq("known")]
        found["constant"] = published.loc[published["project_id"].isin(before["project_id"])]
    past = earlier.loc[earlier[f"{rate}_status"].eq("known")].sort_values("edition")
    last = _members(past.drop_duplicates("project_id", keep="last"), rate)
    unknown_now = published.loc[published["ratio"].isna()]
    frozen = last.loc[~last["project_id"].isin(published.loc[published["ratio"].notna(), "project_id"])]
    never = unknown_now.loc[~unknown_now["project_id"].isin(frozen["project_id"])]
    cohort = pd.concat([published.loc[published["ratio"].notna()], frozen, never], ignore_index=True)
    found["cohort"] = cohort.sort_values("project_id", ignore_index=True)
    return found


def _members(slippages: pd.DataFrame, rate: str) -> pd.DataFrame:
    initial = "initial_cost_meur" if rate == "budget" else "initial_duration_months"
    budget_is_public = slippages["budget_status"].ne("withheld")
    return (
        slippages.assign(
            ratio=slippages[f"{rate}_slippage_ratio"].astype("float64"),
            initial=slippages[initial].astype("float64"),
            cost=slippages["initial_cost_meur"].where(budget_is_public & slippages["initial_cost_meur"].gt(0)),
        )
        .sort_values("project_id", ignore_index=True)
        .reset_index(drop=True)
    )


def groups_of(members: pd.DataFrame) -> Iterator[tuple[dict[str, str], pd.DataFrame]]:
    """The portfolio, then each group of each dimension, in the order of their codes."""
    yield {"dimension": "portfolio", "group_id": "all", "group_label": "Ensemble"}, members
    for dimension, (codes, labels) in _dimensions(members).items():
        for code, positions in sorted(codes.groupby(codes).indices.items()):
            group = {"dimension": dimension, "group_id": str(code), "group_label": labels[str(code)]}
            yield group, members.take(np.asarray(positions))


def _dimensions(members: pd.DataFrame) -> dict[str, tuple[pd.Series, Mapping[str, str]]]:
    """The code of the group of each member in each dimension, and the label of each code."""
    unknown = dict([UNKNOWN_GROUP])
    # The first level of the zone: what stands before the « > » of the plan, in any spelling.
    zone = members["functional_zone"].str.replace(r"\s*>.*", "", regex=True).str.strip()
    zone_code = zone.map(match_key, na_action="ignore").astype("str")
    # The most frequent spelling, the first of those in alphabetical order.
    counted = pd.DataFrame({"code": zone_code, "zone": zone}).value_counts().reset_index()
    ordered = counted.sort_values(["count", "zone"], ascending=[False, True]).drop_duplicates("code")
    spellings = dict(zip(ordered["code"], ordered["zone"], strict=True))
    year = members["start_year"].astype("Int64").astype("str")
    coded = {
        "ministry": (members["ministry_id"], MINISTRIES.labels_by_code()),
        "phase": (members["phase"], PHASES.labels_by_code()),
        "cost_band": (members["cost_band"], COST_BAND_VOCABULARY.labels_by_code()),
        "zone": (zone_code, spellings),
        "start_year": (year, {text: text for text in year.dropna()}),
    }
    return {name: (codes.fillna(UNKNOWN_GROUP[0]), {**labels, **unknown}) for name, (codes, labels) in coded.items()}


def _statistics(members: pd.DataFrame, target_ratio: float, seed: str) -> list[dict[str, object]]:
    known = members.loc[members["ratio"].notna()]
    columns = known[["ratio", "initial", "cost"]].to_numpy(dtype="float64")
    costed = columns[~np.isnan(columns[:, 2])]
    all_lines: list[dict[str, object]] = []
    # One draw serves every method: the intervals of a group are those of the same resamples.
    samples = {needs_cost: _resampled(used, seed) for needs_cost, used in ((False, columns), (True, costed))}
    for name, method in STATISTICS.items():
        used, resamples = (costed, samples[True]) if method.needs_cost else (columns, samples[False])
        line: dict[str, object] = {"method": name, "n": len(used), "n_projects": len(members)}
        if len(used) and not (name == "share_above_target" and np.isnan(target_ratio)):
            line["value_ratio"] = float(_computed(method, used[np.newaxis], target_ratio)[0])
            if resamples is not None:
                values = np.sort(_computed(method, resamples, target_ratio))
                line |= {"low_ratio": float(values[_LOW]), "high_ratio": float(values[_HIGH])}
        all_lines.append(line)
    return all_lines


def _computed(method: Method, samples: Array, target_ratio: float) -> Array:
    return method.compute(samples[:, :, 0], samples[:, :, 1], samples[:, :, 2], target_ratio)


def _resampled(columns: Array, seed: str) -> Array | None:
    """The same resamples for the same group of the same edition, whatever the order of rows and the machine."""
    count = len(columns)
    if count < FEWEST_FOR_INTERVAL:
        return None
    draws = np.random.default_rng(zlib.crc32(seed.encode())).integers(0, count, size=(RESAMPLES, count))
    return np.asarray(columns[draws])
