"""Statistics of slippage by group: six methods, three perimeters, each with its count and its interval.

Pure functions on frames of every edition. The mean of ratios over what is known in the edition is the official
headline; the other methods and perimeters tell how much it owes to its method, and to those who left.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pandas as pd

from warehouse.facts.reference import target_for
from warehouse.home.calendar import Calendar
from warehouse.model.schema import empty_frame
from warehouse.model.terms import match_key
from warehouse.model.vocabulary import COST_BAND_VOCABULARY, MINISTRIES, PHASES
from warehouse.slippage.statistics import STATISTICS, Array, Group, Positions, group_statistics
from warehouse.slippage.tables import OUT_SLIPPAGE_GROUPS

RATES = ("budget", "schedule")
# Dimension, code and label of the group of all, and a group of none.
PORTFOLIO = ("portfolio", "all", "Ensemble")
NOBODY = np.empty(0, dtype=np.intp)
UNKNOWN_GROUP = ("unknown", "Non précisé")


def slippage_by_group(
    slippages: pd.DataFrame, calendar: Calendar, targets: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """Statistics of slippage for the portfolio and for each group of each dimension, for every edition.

    Perimeters: `published`, the slippages known in the edition; `constant`, those known in the previous edition too;
    `cohort`, every project ever followed, those not known now at their last known slippage.

    Args:
        slippages: slippage per project of any editions.
        calendar: tells the edition just before each; an edition without one has no `constant` perimeter.
        targets: the target in force at each edition that has one, in %; those of the State unless given.

    Returns:
        The columns of `OUT_SLIPPAGE_GROUPS`; the value is missing when no slippage of the group is known, the interval
        below `FEWEST_FOR_INTERVAL`. The mean of budget weighted by initial cost is the ratio of sums, under that name.
    """
    if slippages.empty:
        return empty_frame(OUT_SLIPPAGE_GROUPS)
    rows = slippages.sort_values(["project_id", "edition"], ignore_index=True)
    if targets is None:
        in_force = {edition: target_for(edition) for edition in rows["edition"].unique()}
        targets = {edition: target.target_pct for edition, target in in_force.items() if target is not None}
    predecessors = calendar.predecessors(rows["edition"])
    dimensions = _dimensions(rows)
    # The same on any machine and in any history.
    ids = pd.util.hash_array(rows["project_id"].to_numpy(dtype=object))
    stamps, groups = [], []
    for rate in RATES:
        figures = _figures(rows, rate)
        for perimeter, members in perimeters(rows, rate, predecessors).items():
            # Nobody may be known in two editions running: the constant perimeter is then empty, and says so.
            empty = ((edition, PORTFOLIO, NOBODY) for edition in {*predecessors} - {*members["edition"]})
            for edition, group, of_group in chain(_groups(members, dimensions), empty):
                stamps.append((edition, perimeter, rate, *group, len(of_group)))
                groups.append(Group(figures[of_group], targets.get(edition, np.nan) / 100, ids[of_group]))
    names = ["edition", "perimeter", "rate", "dimension", "group_id", "group_label", "n_projects"]
    lines = pd.DataFrame(stamps, columns=names)
    n, value, low, high = group_statistics(groups).reshape(-1, 4).T
    found = lines.loc[lines.index.repeat(len(STATISTICS))].assign(
        method=[*STATISTICS] * len(lines), n=n.astype("int64"), value_ratio=value, low_ratio=low, high_ratio=high
    )
    is_named_twice = found["rate"].eq("budget") & found["method"].eq("cost_weighted_mean")
    return found.loc[~is_named_twice, OUT_SLIPPAGE_GROUPS.names()]


def cost_by_group(slippages: pd.DataFrame) -> pd.DataFrame:
    """The full cost of the portfolio and of each group of each dimension, for every edition.

    Args:
        slippages: slippage per project of any editions, without withheld figures.

    Returns:
        Edition, dimension, code and label of each group; `value_meur`, the sum of the known costs, missing when there
        is none; `n`, how many are known; `n_projects`.
    """
    rows = slippages.sort_values(["project_id", "edition"], ignore_index=True)
    costs = rows["updated_cost_meur"].to_numpy(dtype="float64", na_value=np.nan)
    members = pd.DataFrame({"edition": rows["edition"], "row": rows.index}).sort_values(["edition", "row"])
    lines = []
    for edition, group, of_group in _groups(members, _dimensions(rows)):
        known = costs[of_group][~np.isnan(costs[of_group])]
        total = math.fsum(known.tolist()) if len(known) else math.nan
        lines.append((edition, *group, total, len(known), len(of_group)))
    names = ["edition", "dimension", "group_id", "group_label", "value_meur", "n", "n_projects"]
    return pd.DataFrame(lines, columns=names)


def perimeters(rows: pd.DataFrame, rate: str, predecessors: Mapping[str, str]) -> dict[str, pd.DataFrame]:
    """The members of each perimeter at each edition, for one rate.

    Args:
        rows: slippage per project, sorted by project then edition, numbered from 0.
        rate: `budget` or `schedule`.
        predecessors: the edition just before each that has one.

    Returns:
        Perimeter to one line per member and edition, sorted by edition then project: `edition`, and `row`, the row
        that tells its slippage.
    """
    editions = sorted(rows["edition"].unique())
    rank = rows["edition"].map({edition: number for number, edition in enumerate(editions)})
    known = rows[f"{rate}_status"].eq("known")
    before = pd.MultiIndex.from_arrays([rows["project_id"], rows["edition"].map(predecessors)])
    known_before = before.isin(pd.MultiIndex.from_frame(rows.loc[known, ["project_id", "edition"]]))
    # A known slippage stands in the cohort from its edition to the one before the next known one.
    by_project = rank.where(known).groupby(rows["project_id"])
    following = by_project.bfill().groupby(rows["project_id"]).shift(-1).fillna(len(editions))
    standing = (following - rank).where(known, 0).astype("int64")
    lasting = rows.index.repeat(standing)
    since = lasting.to_series().groupby(lasting).cumcount().to_numpy()
    never_known = ~known & by_project.ffill().isna()
    cohort = [
        pd.DataFrame({"rank": rank.to_numpy()[lasting] + since, "row": lasting}),
        pd.DataFrame({"rank": rank[never_known], "row": rows.index[never_known]}),
    ]
    found = {
        "published": pd.DataFrame({"rank": rank, "row": rows.index}),
        "constant": pd.DataFrame({"rank": rank[known_before], "row": rows.index[known_before]}),
        "cohort": pd.concat(cohort),
    }
    return {
        perimeter: pd.DataFrame({"edition": np.asarray(editions)[members["rank"]], "row": members["row"].to_numpy()})
        for perimeter, members in ((name, frame.sort_values(["rank", "row"])) for name, frame in found.items())
    }


def _figures(rows: pd.DataFrame, rate: str) -> Array:
    """Slippage, the forecast it is a fraction of, and the initial cost (not of a withheld budget), in columns."""
    initial = "initial_cost_meur" if rate == "budget" else "initial_duration_months"
    cost = rows["initial_cost_meur"]
    shown = rows["budget_status"].ne("withheld") & cost.gt(0)
    columns = (rows[f"{rate}_slippage_ratio"], rows[initial], cost.where(shown))
    return np.column_stack([column.to_numpy(dtype="float64", na_value=np.nan) for column in columns])


def groups_of(members: pd.DataFrame) -> Iterator[tuple[dict[str, str], pd.DataFrame]]:
    """The portfolio, then each group of each dimension, in the order of their codes.

    Args:
        members: slippage per project of one edition.
    """
    for dimension, codes in group_codes(members).items():
        for code, positions in sorted(codes.groupby(codes).indices.items()):
            yield {"dimension": str(dimension), "group_id": str(code)}, members.take(np.asarray(positions))


def group_codes(slippages: pd.DataFrame) -> pd.DataFrame:
    """The group of each row in each dimension.

    Returns:
        Aligned with `slippages`, a column of codes per dimension, `unknown` where the row does not tell.
    """
    zones = _zones(slippages)
    codes = {zone: match_key(zone) for zone in zones.dropna().unique()}
    found = {
        "portfolio": pd.Series(PORTFOLIO[1], index=slippages.index, dtype="str"),
        "ministry": slippages["ministry_id"],
        "phase": slippages["phase"],
        "cost_band": slippages["cost_band"],
        "zone": zones.map(codes).astype("str"),
        "start_year": slippages["start_year"].astype("Int64").astype("str"),
    }
    return pd.DataFrame(found).fillna(UNKNOWN_GROUP[0])


@dataclass(frozen=True)
class _Dimension:
    """The group of each row and how the row spells it, as numbers into `codes` and `spellings`, both in order."""

    name: str
    group: Positions
    codes: Sequence[str]
    spelling: Positions
    spellings: Sequence[str]


def _dimensions(slippages: pd.DataFrame) -> list[_Dimension]:
    """Every dimension; only zones are spelt in several ways."""
    codes = group_codes(slippages)
    labels = codes.assign(
        portfolio=PORTFOLIO[2],
        ministry=codes["ministry"].map(MINISTRIES.labels_by_code()),
        phase=codes["phase"].map(PHASES.labels_by_code()),
        cost_band=codes["cost_band"].map(COST_BAND_VOCABULARY.labels_by_code()),
        zone=_zones(slippages),
    )
    labels = labels.mask(codes == UNKNOWN_GROUP[0], UNKNOWN_GROUP[1])
    found = []
    for name in codes:
        (group, of_codes), (spelling, of_labels) = (pd.factorize(part[name], sort=True) for part in (codes, labels))
        found.append(_Dimension(str(name), group, of_codes.tolist(), spelling, of_labels.tolist()))
    return found


def _zones(slippages: pd.DataFrame) -> pd.Series:
    """The first level of each zone: what stands before the « > » of the plan, in any spelling."""
    zones: pd.Series = slippages["functional_zone"].str.replace(r"\s*>.*", "", regex=True).str.strip()
    return zones


def _groups(
    members: pd.DataFrame, dimensions: Sequence[_Dimension]
) -> Iterator[tuple[str, tuple[str, str, str], Positions]]:
    """Edition; dimension, code and label; and rows of each group of a perimeter."""
    rows = members["row"].to_numpy()
    edition, editions = pd.factorize(members["edition"].to_numpy(dtype=object))
    for dimension in dimensions:
        key = edition * len(dimension.codes) + dimension.group[rows]
        order = np.argsort(key, kind="stable")
        firsts = np.flatnonzero(np.diff(key[order], prepend=-1))
        for first, of_group in zip(key[order][firsts].tolist(), np.split(rows[order], firsts)[1:], strict=True):
            of_edition, code = divmod(first, len(dimension.codes))
            # The most frequent spelling, the first of those in alphabetical order.
            label = dimension.spellings[int(np.bincount(dimension.spelling[of_group]).argmax())]
            yield editions[of_edition], (dimension.name, dimension.codes[code], label), of_group
