"""The statistics of groups of slippages: six methods, each with its count and its interval.

Pure functions on arrays. Every project is there, none was drawn: an interval is no sampling error. It says between
what bounds a value stays in 95 % of draws with replacement among the same projects (a percentile bootstrap): how much
it owes to a few of them.
"""

import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

# Enough for two significant digits of a 95 % percentile interval (Efron & Tibshirani, 1993, §13: 1 000 or more).
RESAMPLES = 1000
# Ranks of the 2.5 and 97.5 % bounds among the sorted resamples.
_LOW, _HIGH = int(0.025 * RESAMPLES), int(0.975 * RESAMPLES) - 1
# Percentile intervals are far too narrow for a handful of values (Efron & Tibshirani, 1993, §14): below, none is given.
FEWEST_FOR_INTERVAL = 8
# As many projects as are drawn together: what is computed from them stays in the cache, and never fills the memory.
DRAWN_TOGETHER = 30_000
P80 = 0.8
# The method of the official rate (domain facts, §2).
HEADLINE = "mean_of_ratios"

Array = npt.NDArray[np.float64]
Positions = npt.NDArray[np.intp]
Identities = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Group:
    """A group of projects, with the target in force (missing when there is none).

    `members` has a row per project, sorted by project: slippage, the forecast it is a fraction of, initial cost (M€);
    `ids` tells each from the others. Draws depend on which projects are drawn from, and on nothing else.
    """

    members: Array
    target_ratio: float
    ids: Identities


@dataclass(frozen=True)
class Samples:
    """Projects drawn from groups of the same size: one row per sample, a project in each column.

    `ratio` is the slippage, `initial` the forecast it is a fraction of, `cost` the initial cost (M€); `target_ratio`
    has one target per sample.
    """

    ratio: Array
    initial: Array
    cost: Array
    target_ratio: Array

    @cached_property
    def ordered(self) -> Array:
        """The ratios of each sample, in order."""
        return np.sort(self.ratio, axis=1)

    def weighted_mean(self, weights: Array) -> Array:
        """The mean of the ratios of each sample, by weights."""
        return np.asarray((self.ratio * weights).sum(axis=1) / weights.sum(axis=1))

    def ranked(self, share: float) -> Array:
        """The ratio below which a share of each sample is, interpolated between ranks as numpy does."""
        rank = share * (self.ratio.shape[1] - 1)
        below = int(rank)
        above = min(below + 1, self.ratio.shape[1] - 1)
        lower, upper = self.ordered[:, below], self.ordered[:, above]
        return np.asarray(lower + (rank - below) * (upper - lower))

    def median(self) -> Array:
        """The middle ratio of each sample, or the mean of both middle ones."""
        count = self.ratio.shape[1]
        return np.asarray(self.ordered[:, (count - 1) // 2 : count // 2 + 1].mean(axis=1))

    def share_above_target(self) -> Array:
        """The share of each sample above the target, missing without one."""
        above = np.asarray((self.ratio > self.target_ratio[:, np.newaxis]).mean(axis=1))
        return np.where(np.isnan(self.target_ratio), np.nan, above)


@dataclass(frozen=True)
class Method:
    """How a statistic is computed, and which projects it can use; `needs_cost` leaves out those without a cost."""

    compute: Callable[[Samples], Array]
    needs_cost: bool = False


STATISTICS: Mapping[str, Method] = {
    HEADLINE: Method(lambda samples: np.asarray(samples.ratio.mean(axis=1))),
    "ratio_of_sums": Method(lambda samples: samples.weighted_mean(samples.initial)),
    "cost_weighted_mean": Method(lambda samples: samples.weighted_mean(samples.cost), needs_cost=True),
    "median": Method(Samples.median),
    "p80": Method(lambda samples: samples.ranked(P80)),
    "share_above_target": Method(Samples.share_above_target),
}


def group_statistics(groups: Sequence[Group]) -> Array:
    """Every statistic of every group; groups of the same size are computed together.

    Returns:
        One row per group, one column per method of `STATISTICS`, each with its count of projects, its value (missing
        when no slippage of the group is known) and the bounds of its interval (missing below `FEWEST_FOR_INTERVAL`).
    """
    found = np.full((len(groups), len(STATISTICS), 4), np.nan)
    found[:, :, 0] = 0
    for (size, methods), uses in _by_size(groups).items():
        together = max(1, DRAWN_TOGETHER // (size * RESAMPLES))
        for first in range(0, len(uses), together):
            places, used, seeds = zip(*uses[first : first + together], strict=True)
            targets = np.array([groups[place].target_ratio for place in places])
            found[np.ix_(places, methods)] = _estimates(np.stack(used), targets, seeds, methods)
    return found


def _by_size(groups: Sequence[Group]) -> Mapping[tuple[int, tuple[int, ...]], list[tuple[int, Array, int]]]:
    """The groups by the count of their projects and the methods that use these: place, projects used, and seed.

    One draw serves every method, but for those that must leave out the projects without a cost.
    """
    every = range(len(STATISTICS))
    costing = tuple(place for place, method in enumerate(STATISTICS.values()) if method.needs_cost)
    found = defaultdict(list)
    for place, group in enumerate(groups):
        is_known = ~np.isnan(group.members[:, 0])
        is_costed = is_known & ~np.isnan(group.members[:, 2])
        apart = costing if is_costed.sum() < is_known.sum() else ()
        for methods, used in ((tuple(sorted({*every} - {*apart})), is_known), (apart, is_costed)):
            if methods and used.any():
                seed = zlib.crc32(group.ids[used].tobytes())
                found[int(used.sum()), methods].append((place, group.members[used], seed))
    return found


def _estimates(used: Array, targets: Array, seeds: Sequence[int], methods: Sequence[int]) -> Array:
    """Count, value and bounds of some methods, for groups of the same size.

    Args:
        used: the projects of each, in columns as in `Group.members`.
        targets: the target of each.
        seeds: what the draw of each starts from.
        methods: places in `STATISTICS`.
    """
    computed = [[*STATISTICS.values()][place].compute for place in methods]
    values = np.concatenate(
        [
            np.reshape([compute(samples) for compute in computed], (len(methods), len(used), -1))
            for samples in _samples(used, targets, seeds)
        ],
        axis=2,
    )
    found = np.full((len(used), len(methods), 4), np.nan)
    found[:, :, 0] = used.shape[1]
    found[:, :, 1] = values[:, :, 0].T
    if values.shape[2] > 1:
        found[:, :, 2:] = np.sort(values[:, :, 1:], axis=2)[:, :, [_LOW, _HIGH]].swapaxes(0, 1)
    return found


def _samples(used: Array, targets: Array, seeds: Sequence[int]) -> Iterator[Samples]:
    """What is drawn from each group, some samples at a time: first all its projects, then resamples of them."""
    count = used.shape[1]
    columns = np.ascontiguousarray(used.reshape(-1, used.shape[2]).T)
    first_rows = np.arange(len(used))[:, np.newaxis, np.newaxis] * count
    for drawn in _drawn(seeds, count):
        rows = (first_rows + drawn).reshape(-1, count)
        ratio, initial, cost = (column.take(rows) for column in columns)
        yield Samples(ratio, initial, cost, targets.repeat(drawn.shape[1]))


def _drawn(seeds: Sequence[int], count: int) -> Iterator[Positions]:
    """Projects drawn from each group (groups × samples × count): the same for the same seed, on any machine."""
    yield np.broadcast_to(np.arange(count), (len(seeds), 1, count))
    if count < FEWEST_FOR_INTERVAL:
        return
    generators = [np.random.default_rng(seed) for seed in seeds]
    at_once = max(1, min(RESAMPLES, DRAWN_TOGETHER // count))
    for first in range(0, RESAMPLES, at_once):
        size = (min(at_once, RESAMPLES - first), count)
        yield np.stack([generator.integers(0, count, size=size) for generator in generators])
