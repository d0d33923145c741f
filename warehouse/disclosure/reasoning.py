"""Whether a withheld figure can be computed from what is published, and which cells to keep back so that none can.

Only the reasoning: every published figure that counts withheld ones is a linear equation about them, known to within
its rounding. What these equations are for an edition is told by `warehouse.disclosure.equations`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog  # type: ignore[import-untyped]  # ships no types

# The p %-rule: a figure is disclosed when published ones bound it to within p % of itself, above or below
# (Hundepool et al., Statistical Disclosure Control, Wiley, 2012, §4.2: p between 5 and 20 % is usual).
PROTECTION_RATIO = 0.10
# A published number is known to within this part of itself, at least: what floating point and the solver leave.
FLOAT_SLACK = 1e-6
ZERO = 1e-9

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, order=True)
class Secret:
    """A withheld quantity, which is never negative: `quantity` is a code of `disclosure_quantities`.

    The same figure withheld in editions that follow each other is one secret, of the first of them.
    """

    project_id: str
    quantity: str
    edition: str


@dataclass(frozen=True, order=True)
class Cell:
    """Where a figure is published: `key` is what tells it from the others of its table, in order."""

    edition: str
    table: str
    key: tuple[str, ...]

    def __str__(self) -> str:
        return "/".join((self.table, *self.key))


@dataclass(frozen=True)
class Aggregate:
    """What a published figure tells of secrets: the sum of coefficient × secret is `value`, within `half_width`.

    `label` names it in French; `weight` is the number of projects it counts: what is lost if it is not published.
    """

    cell: Cell
    label: str
    value: float
    coefficients: tuple[tuple[Secret, float], ...]
    half_width: float = 0.0
    weight: int = 0


@dataclass(frozen=True)
class Disclosed:
    """A secret that can be computed: from which aggregates, and whether exactly or to within the protection ratio."""

    secret: Secret
    by: tuple[Aggregate, ...]
    exact: bool


@dataclass(frozen=True)
class Suppression:
    """The aggregates that can be published together, and those that cannot, with the secrets each would give."""

    kept: tuple[Aggregate, ...]
    suppressed: Mapping[Aggregate, tuple[Secret, ...]] = field(default_factory=dict)


def computable(aggregates: Iterable[Aggregate], values: Mapping[Secret, float | None]) -> list[Disclosed]:
    """The secrets that can be computed from all these aggregates together.

    Exactly: the secret is a combination of aggregates published without rounding (it lies in their row space).
    By bounds: the smallest and largest value it can have, no secret being negative, come within `PROTECTION_RATIO` of
    it, above or below. Both cover unions, intersections and editions, since all equations are solved together.

    Args:
        aggregates: of any edition.
        values: the true value of each secret, None when it is not known to us: the middle of the bounds stands in.

    Returns:
        In the order of the secrets; aggregates about the same secrets that contradict each other give exact
        disclosures only.
    """
    told = [aggregate for aggregate in aggregates if aggregate.coefficients]
    found = [
        one
        for secrets, part in _independent(told)
        for one in _computable(tuple(part), tuple((secret, values.get(secret)) for secret in sorted(secrets)))
    ]
    return sorted(found, key=lambda one: one.secret)


def _independent(aggregates: Sequence[Aggregate]) -> list[tuple[set[Secret], list[Aggregate]]]:
    """Aggregates parted so that no secret is in two parts: what one part tells, no other changes."""
    parts: list[tuple[set[Secret], list[int]]] = []
    for place, aggregate in enumerate(aggregates):
        secrets = {secret for secret, _ in aggregate.coefficients}
        joined = [part for part in parts if not secrets.isdisjoint(part[0])]
        parts = [part for part in parts if secrets.isdisjoint(part[0])]
        places = [other for _, others in joined for other in others]
        parts.append((secrets.union(*(others for others, _ in joined)), sorted([*places, place])))
    return [(secrets, [aggregates[place] for place in places]) for secrets, places in parts]


# One choice of `suppress` asks again and again about parts that it did not change.
@lru_cache(maxsize=1024)
def _computable(
    aggregates: tuple[Aggregate, ...], values: tuple[tuple[Secret, float | None], ...]
) -> tuple[Disclosed, ...]:
    """`computable` of one part: its aggregates, and its secrets in order, each with its value."""
    system = _system(aggregates, [secret for secret, _ in values])
    found = [_disclosed(aggregates, secret, column, system, value) for column, (secret, value) in enumerate(values)]
    return tuple(one for one in found if one)


def suppress(
    candidates: Sequence[Aggregate], fixed: Sequence[Aggregate], values: Mapping[Secret, float | None]
) -> Suppression:
    """Choose which candidates not to publish so that nothing more than what `fixed` gives can be computed.

    Greedy: while a secret can be computed, the candidate used for it that counts the fewest projects goes. Then every
    suppressed one that proves harmless beside those kept is given back, the largest first: none is suppressed that
    does not help. The same input gives the same choice, whatever its order.

    Args:
        candidates: what would be published now.
        fixed: what is already published, in particular by earlier editions.
        values: the true value of each secret.
    """
    already = _secrets(computable(fixed, values))
    kept = sorted(candidates, key=_size)
    gone: list[Aggregate] = []

    def given(aggregates: Sequence[Aggregate]) -> list[Disclosed]:
        return [one for one in computable([*aggregates, *fixed], values) if one.secret not in already]

    while found := given(kept):
        used = [one for one in kept if any(one in disclosed.by for disclosed in found)]
        smallest = (used or [one for one in kept if one.coefficients])[0]
        kept.remove(smallest)
        gone.append(smallest)
    for aggregate in sorted(gone, key=_size, reverse=True):
        if not given([*kept, aggregate]):
            kept.append(aggregate)
            gone.remove(aggregate)
    reasons = {
        aggregate: tuple(one.secret for one in given([*kept, aggregate])) for aggregate in sorted(gone, key=_size)
    }
    return Suppression(tuple(sorted(kept, key=_size)), reasons)


def _size(aggregate: Aggregate) -> tuple[int, Cell]:
    return aggregate.weight, aggregate.cell


def _secrets(disclosed: Iterable[Disclosed]) -> set[Secret]:
    return {one.secret for one in disclosed}


def _system(aggregates: Sequence[Aggregate], secrets: Sequence[Secret]) -> tuple[Array, Array, Array]:
    """Coefficients, values and half widths, each row divided by its largest coefficient."""
    column = {secret: index for index, secret in enumerate(secrets)}
    matrix = np.zeros((len(aggregates), len(secrets)))
    for row, aggregate in enumerate(aggregates):
        for secret, coefficient in aggregate.coefficients:
            matrix[row, column[secret]] += coefficient
    scale = np.maximum(np.abs(matrix).max(axis=1), ZERO)
    values = np.array([aggregate.value for aggregate in aggregates])
    widths = np.array([aggregate.half_width for aggregate in aggregates])
    return matrix / scale[:, np.newaxis], values / scale, widths / scale


def _disclosed(
    aggregates: Sequence[Aggregate],
    secret: Secret,
    column: int,
    system: tuple[Array, Array, Array],
    true_value: float | None,
) -> Disclosed | None:
    combination = _combination(system[0], system[2] == 0, column)
    ranges = _bounds(system, column)
    if ranges is None:
        used, within = (combination if combination is not None else np.array([], dtype=np.int64)), False
    else:
        low, high, used = ranges
        value = (low + high) / 2 if true_value is None else true_value
        narrow = high < value * (1 + PROTECTION_RATIO) or low > value * (1 - PROTECTION_RATIO)
        within = bool(np.isfinite(high)) and (narrow or high - low <= FLOAT_SLACK * max(1.0, high))
        # An unrounded combination is sparser as the solver tells it than by least squares.
        used = combination if combination is not None and not len(used) else used
    if combination is None and not within:
        return None
    return Disclosed(secret, tuple(aggregates[row] for row in used), exact=combination is not None)


def _combination(matrix: Array, unrounded: npt.NDArray[np.bool_], column: int) -> npt.NDArray[np.int64] | None:
    """The unrounded rows whose combination is the secret alone, None when there is none."""
    rows = matrix[unrounded]
    if not len(rows):
        return None
    unit = np.zeros(matrix.shape[1])
    unit[column] = 1.0
    solution = np.linalg.lstsq(rows.T, unit, rcond=None)[0]
    if np.abs(rows.T @ solution - unit).max() > ZERO * 10:
        return None
    used: npt.NDArray[np.int64] = np.flatnonzero(unrounded)[np.abs(solution) > ZERO]
    return used


def _bounds(system: tuple[Array, Array, Array], column: int) -> tuple[float, float, npt.NDArray[np.int64]] | None:
    """The smallest and largest value of a secret, and the rows that bind it; None when the rows contradict."""
    matrix, values, widths = system
    slack = np.maximum(widths, FLOAT_SLACK * np.maximum(1.0, np.abs(values)))
    limits = np.concatenate([values + slack, slack - values])
    both = np.vstack([matrix, -matrix])
    reached, binding = [], np.zeros(len(matrix), dtype=bool)
    for sign in (1.0, -1.0):
        cost = np.zeros(matrix.shape[1])
        cost[column] = sign
        solved = linprog(cost, A_ub=both, b_ub=limits, bounds=(0, None), method="highs")
        if solved.status == 0:
            reached.append(sign * float(solved.fun))
            dual = np.abs(np.asarray(solved.ineqlin.marginals))
            binding |= (dual[: len(matrix)] > ZERO) | (dual[len(matrix) :] > ZERO)
        elif solved.status == 3 and sign < 0:
            reached.append(float("inf"))
        else:
            return None
    return reached[0], reached[1], np.flatnonzero(binding)
