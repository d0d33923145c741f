"""The futures of projects: chains of changes drawn among those of comparable projects, and their quantiles.

A chain is drawn with replacement, each change taking its months, until the end it leads to is reached. The same chain
is read at every horizon: what is cut at twelve months begins what is cut at twenty-four.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from warehouse.forecast.changes import CRITERIA, Changes, Floats, Indices, ReferenceClass

# Chains drawn per project: the P80 of 1 000 draws falls between the true P77 and P83, nineteen times out of twenty.
DRAWS = 1000
# Months until the next edition, about: what a project whose end is past, and which goes on, is given at first.
OVERDUE_MONTHS = 6
# Where a chain that never reaches its end is cut: twenty years, more than the longest duration published (204 months).
LONGEST_MONTHS = 240
QUANTILE_LEVELS: Mapping[str, float] = {"p50": 0.5, "p80": 0.8}
# Projects drawn together: their chains hold in a few megabytes, whatever the size of the edition.
BATCH = 64


@dataclass(frozen=True)
class Chains:
    """Simulated futures: the factor of the cost, and the months the end moves, by horizon, project and draw."""

    growth: Floats
    moved: Floats


@dataclass(frozen=True)
class Futures:
    """The quantiles of the `Chains`: by name of `QUANTILE_LEVELS`, an array by horizon and project.

    `classes` are the reference classes of the projects.
    """

    growth: Mapping[str, Floats]
    moved: Mapping[str, Floats]
    classes: Sequence[ReferenceClass]


def futures(changes: Changes, starts: pd.DataFrame, horizons_months: Sequence[float]) -> Futures:
    """Draw the futures of the projects of an edition, and read their quantiles at several horizons.

    Args:
        changes: all that the edition knows; not empty.
        starts: rows of `observations` of the edition, at least one, whose ends are known.
        horizons_months: see `simulate`.
    """
    kinds = starts.groupby(list(CRITERIA), dropna=False, sort=False).ngroup()
    of_kind = [changes.comparable(kind) for kind in starts.loc[~kinds.duplicated()].to_dict("records")]
    classes = [of_kind[kind] for kind in kinds]
    remaining = (starts["end"] - starts["month"]).to_numpy(dtype="float64")
    seeds = [generator(*keys) for keys in zip(starts["edition"], starts["project_id"], strict=True)]
    chains = [
        simulate(changes, classes[batch], remaining[batch], horizons_months, seeds[batch])
        for batch in (slice(first, first + BATCH) for first in range(0, len(starts), BATCH))
    ]
    return Futures(_quantiles([one.growth for one in chains]), _quantiles([one.moved for one in chains]), classes)


class _Draw:
    """The next change of chains: which, and the chance that decides whether it happens.

    Chains of a project follow each other, `DRAWS` of them; a project draws for all of its chains while one goes on.
    """

    def __init__(
        self, changes: Changes, classes: Sequence[ReferenceClass], seeds: Sequence[np.random.Generator]
    ) -> None:
        self._months, self._change = changes.months, np.stack([changes.growth, changes.moved])
        self._seeds = seeds
        self._uniforms = np.empty((3, len(seeds), DRAWS))
        self._project = np.repeat(np.arange(len(seeds)), DRAWS)
        # The classes, laid end to end.
        self._members = np.concatenate([one.members for one in classes])
        self._sizes = np.array([len(one.members) for one in classes])
        self._offsets = np.cumsum(self._sizes) - self._sizes
        self._weights = np.array([one.weight for one in classes])

    def __call__(self, chains: Indices) -> tuple[Floats, Floats, Floats]:
        """Months of the change of each chain, its growth and move (two lines), its chance."""
        project = self._project.take(chains)
        for index in np.flatnonzero(np.bincount(project)).tolist():
            self._uniforms[:, index] = self._seeds[index].random((3, DRAWS))
        in_class, pick, chance = self._uniforms.reshape(3, -1).take(chains, axis=1)
        drawn = np.where(
            in_class < self._weights.take(project),
            self._members.take(self._offsets.take(project) + (pick * self._sizes.take(project)).astype(np.intp)),
            (pick * len(self._months)).astype(np.intp),
        )
        return self._months.take(drawn), self._change.take(drawn, axis=1), chance


def simulate(
    changes: Changes,
    classes: Sequence[ReferenceClass],
    remaining_months: Floats,
    horizons_months: Sequence[float],
    seeds: Sequence[np.random.Generator],
) -> Chains:
    """Draw the futures of projects.

    A change longer than what remains happens with the probability of the part that remains: changes are steps (an
    amendment, a replanning), not slopes.

    Args:
        changes: all the changes; not empty.
        classes: the class of each project among them.
        remaining_months: of each project, from now to the end it announces, whole; ≤ 0 when the end is past.
        horizons_months: growing whole numbers, where to stop if the end is not reached before; infinite for the
            completion.
        seeds: the generator of each project: its draws do not depend on what is drawn beside.
    """
    stops, limit = np.asarray(horizons_months), min(horizons_months[-1], LONGEST_MONTHS)
    # How many horizons are behind, by months elapsed.
    behind = np.searchsorted(stops, np.arange(limit + 1), side="right")
    announced = np.repeat(remaining_months, DRAWS)
    due, elapsed = np.where(announced > 0, announced, OVERDUE_MONTHS), np.zeros(len(announced))
    # Growth and move, so far and when each horizon was reached.
    reached, cut = np.zeros((2, len(announced))), np.zeros((2, len(stops), len(announced)))
    draw, alive = _Draw(changes, classes, seeds), np.arange(len(announced))
    while len(alive):
        months, change, chance = draw(alive)
        before, so_far = elapsed.take(alive), reached.take(alive, axis=1)
        left = np.minimum(due.take(alive), limit) - before
        after = before + np.minimum(months, left)
        chain, horizon = _passed(behind[before.astype(np.intp)], behind[after.astype(np.intp)])
        is_before = chance[chain] * months[chain] < stops[horizon] - before[chain]
        cut[:, horizon, alive[chain]] = so_far[:, chain] + np.where(is_before, change[:, chain], 0.0)
        so_far += np.where(chance * months < left, change, 0.0)
        reached[:, alive], elapsed[alive] = so_far, after
        due[alive] = ends = announced.take(alive) + so_far[1]
        alive = alive[np.minimum(ends, limit) > after]
    is_passed = np.arange(len(stops))[:, np.newaxis] < behind[elapsed.astype(np.intp)]
    growth, moved = np.where(is_passed, cut, reached[:, np.newaxis]).reshape(2, len(stops), len(classes), DRAWS)
    return Chains(np.exp(growth), moved)


def _passed(first: Indices, last: Indices) -> tuple[Indices, Indices]:
    """Each pair of a chain and a horizon passed, from the number of horizons behind it before and after."""
    moving = np.flatnonzero(last > first)
    counts = (last - first)[moving]
    return np.repeat(moving, counts), np.arange(counts.sum()) + np.repeat(last[moving] - np.cumsum(counts), counts)


def generator(*keys: object) -> np.random.Generator:
    """The random generator of a project at an edition: the same keys give the same draws, whatever is around."""
    digest = hashlib.sha256("|".join(map(str, keys)).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def quantile(draws: Floats, level: float) -> float:
    """The smallest draw that at least a share `level` of the draws does not exceed."""
    return float(np.quantile(draws, level, method="inverted_cdf"))


def _quantiles(draws: Sequence[Floats]) -> dict[str, Floats]:
    """Each `quantile` of the draws of each horizon and project, projects laid end to end."""
    levels = list(QUANTILE_LEVELS.values())
    found = [np.quantile(one, levels, axis=-1, method="inverted_cdf") for one in draws]
    return dict(zip(QUANTILE_LEVELS, np.concatenate(found, axis=2), strict=True))
