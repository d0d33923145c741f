"""The bridge between two editions: the change of a headline, split exactly among projects and components.

With K_b and K_e the projects whose slippage is known at the start and at the end, and S those known at both:
a project of S weighs (x_e − x_b)/|S|, one only known at the end (x_e − mean_e(S))/|K_e|, one only known at the start
(mean_b(S) − x_b)/|K_b|. They add up to mean_e(K_e) − mean_b(K_b) (domain facts, §2). Pure functions on frames.
"""

import math
from collections.abc import Mapping
from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from warehouse.model.vocabulary import BRIDGE_COMPONENTS
from warehouse.slippage.headlines import has_headline

RATES = ("budget", "schedule")
POINTS = 100
# Contributions are sums of at most a few hundred doubles near 1: beyond this they would not add up.
TOLERANCE_PTS = 1e-9
PAST_CORRECTION = "past_correction"


class _Snapshot(NamedTuple):
    """An edition as it is known, or was first: a place per project of any edition, in the order of their ids.

    `row` is where its row is told, −1 when it is absent; `ratio` its slippage of one rate, missing unless it is known.
    """

    row: npt.NDArray[np.intp]
    ratio: npt.NDArray[np.float64]


class _Split(NamedTuple):
    """The projects known at either side of a bridge: where a row is told of each, and its part."""

    row: npt.NDArray[np.intp]
    component: npt.NDArray[np.str_]
    before_ratio: npt.NDArray[np.float64]
    after_ratio: npt.NDArray[np.float64]
    contribution_pts: npt.NDArray[np.float64]


_NOTHING = _Split(np.empty(0, np.intp), np.empty(0, np.str_), *[np.empty(0)] * 3)


def bridges(slippages: pd.DataFrame, first_known: pd.DataFrame) -> pd.DataFrame:
    """Split the change of both headlines between every edition and each of those before it.

    Args:
        slippages: slippage per project of any editions.
        first_known: that of some of these editions as they were first known. Editions that are not there were never
            corrected.

    Returns:
        The columns of `OUT_BRIDGE`; the contributions to a rate add up to the change of its headline since the
        reference edition, both as they are known now, within `TOLERANCE_PTS`. How an edition differs from what was
        first known of it is a bridge from itself, of the one component `past_correction`. There are none when either
        headline is unknown, or is not given for want of references.
    """
    told = pd.concat([slippages, first_known], ignore_index=True)
    editions = sorted(slippages["edition"].unique())
    stamps, splits = [("", "", "")], [_NOTHING]
    for rate in RATES:
        is_now = np.arange(len(told)) < len(slippages)
        now, first = (_snapshots(told, chosen, rate) for chosen in (is_now, ~is_now))
        for edition in editions:
            if edition in first:
                stamps.append((edition, edition, rate))
                splits.append(_correction(now[edition], first[edition]))
        for reference, edition in combinations(editions, 2):
            stamps.append((edition, reference, rate))
            splits.append(_between(now[edition], now[reference]))
    lengths = [len(split.row) for split in splits]
    row, *columns = (np.concatenate(parts) for parts in zip(*splits, strict=True))
    lines = pd.DataFrame(stamps, columns=["edition", "reference_edition", "rate"])
    return (
        lines.loc[lines.index.repeat(lengths)]
        .reset_index(drop=True)
        .assign(**dict(zip(_Split._fields[1:], columns, strict=True)))
        .join(told[["project_id", "name", "ministry_id"]].take(row).reset_index(drop=True))
    )


def bridge(after: pd.DataFrame, before: pd.DataFrame, published_before: pd.DataFrame | None = None) -> pd.DataFrame:
    """Split the change of both headlines between two editions.

    Args:
        after: slippage per project of the later edition.
        before: that of the earlier one, as it is known now.
        published_before: that of the earlier one as it was first known, None when it was never corrected.

    Returns:
        The columns of `OUT_BRIDGE`, as `bridges` gives them.
    """
    first_known = before.head(0) if published_before is None else published_before
    return bridges(pd.concat([before, after], ignore_index=True), first_known)


def _snapshots(told: pd.DataFrame, chosen: npt.NDArray[np.bool_], rate: str) -> Mapping[str, _Snapshot]:
    project, identifiers = pd.factorize(told["project_id"], sort=True)
    rows_told = told.loc[chosen]
    is_known = told[f"{rate}_status"].eq("known") & has_headline(rows_told, rate).reindex(told.index, fill_value=False)
    known = told[f"{rate}_slippage_ratio"].astype("float64").where(is_known).to_numpy()
    found = {}
    for edition, rows in rows_told.groupby("edition").groups.items():
        row, ratio = np.full(len(identifiers), -1), np.full(len(identifiers), np.nan)
        row[project[rows]], ratio[project[rows]] = rows, known[rows]
        found[str(edition)] = _Snapshot(row, ratio)
    return found


def _between(after: _Snapshot, before: _Snapshot) -> _Split:
    """One rate: each project known at either side, with its component and contribution."""
    is_now, was_then = ~np.isnan(after.ratio), ~np.isnan(before.ratio)
    if not is_now.any() or not was_then.any():
        return _NOTHING
    both = is_now & was_then
    # Without a project in common the means have nothing to be compared on: both sides are counted from zero.
    common = max(int(both.sum()), 1)
    mean_then, mean_now = (math.fsum(side.ratio[both].tolist()) / common for side in (before, after))
    place = np.flatnonzero(is_now | was_then)
    x_after, x_before = after.ratio[place], before.ratio[place]
    came, left = np.isnan(x_before), np.isnan(x_after)
    contribution = np.select(
        [came, left],
        [(x_after - mean_now) / is_now.sum(), (mean_then - x_before) / was_then.sum()],
        (x_after - x_before) / common,
    )
    absent_then, absent_now = before.row[place] < 0, after.row[place] < 0
    component = np.select(
        [came & absent_then, came, left & absent_now, left],
        ["entry", "became_comparable", "exit", "ceased_comparable"],
        "like_for_like",
    )
    row = np.where(absent_now, before.row[place], after.row[place])
    return _Split(row, component, x_before, x_after, contribution * POINTS)


def _correction(now: _Snapshot, first: _Snapshot) -> _Split:
    """What moved an edition since it was first known."""
    split = _between(now, first)
    moved = split.contribution_pts != 0
    return _Split(*(column[moved] for column in split))._replace(component=np.full(moved.sum(), PAST_CORRECTION))


def waterfall(lines: pd.DataFrame) -> Mapping[str, float]:
    """The points of each component of one rate and one pair of editions, in the order they are told.

    Args:
        lines: rows of `OUT_BRIDGE` of one edition, one reference and one rate.

    Returns:
        Component to points, for every component; they add up to the change of the headline.
    """
    return {
        component: math.fsum(lines.loc[lines["component"].eq(component), "contribution_pts"])
        for component in BRIDGE_COMPONENTS.codes()
    }
