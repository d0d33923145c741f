"""How the known forecasts of projects moved, and which projects are comparable.

The unit is a *change*: from one known forecast of a project to its next known one, so many months later, the cost was
multiplied and the end moved. Editions are unevenly spaced and some are missing: each change keeps its own number of
months.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from warehouse.model.vocabulary import COST_BAND_VOCABULARY, MINISTRIES, PHASES
from warehouse.projects.durations import MONTHS_PER_YEAR, cost_band, duration_months
from warehouse.projects.withheld import without_withheld

# Changes a class needs to be one: with fewer than ten, less than two of them are above its P80.
LEAST_CLASS = 10
# The k of the weight n / (n + k): a class of the least size counts for half, and one of forty for four fifths.
SHRINKAGE = 10
# Changes without which nothing is forecast: as many as make a class.
LEAST_CHANGES = LEAST_CLASS
# Lower bounds of the ages, in years since the start.
AGES = ((0, "moins de 2 ans"), (2, "de 2 à 5 ans"), (5, "5 ans ou plus"))
# What makes projects comparable, the strongest first: a class is narrowed in this order while it keeps enough changes.
CRITERIA = ("phase", "size", "age", "ministry_id")
WHOLE = "ensemble"
# The phases of the projects that a forecast does not move: scoping has none yet, a finished project no longer moves.
UNMOVED = ("scoping", "completed")
EPOCH = pd.Timestamp("1970-01-01")

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]
Objects = npt.NDArray[np.object_]


@dataclass(frozen=True)
class ReferenceClass:
    """The changes of comparable projects: rows of a `Changes`, how many, their weight against the whole."""

    label: str
    members: Indices
    weight: float


@dataclass(frozen=True)
class Changes:
    """Changes from one known forecast to the next, in a fixed order.

    `months` between the two, `growth` the logarithm of the ratio of costs, `moved` the months the end moved; `origins`
    has the `CRITERIA` of the project at the first of the two, `editions` those that told the second.
    """

    months: Floats
    growth: Floats
    moved: Floats
    origins: Mapping[str, Objects]
    editions: Objects

    @classmethod
    def among(cls, observed: pd.DataFrame) -> Self:
        """The changes among observations."""
        ordered = observed.sort_values(["project_id", "month"], ignore_index=True)
        known = ordered.loc[is_known(ordered)].astype({"end": "float64"})
        after = known.groupby("project_id", sort=False)[["edition", "month", "cost", "end"]].shift(-1)
        kept = after["month"].notna() & ~known["phase"].isin(UNMOVED)
        before, after = known.loc[kept], after.loc[kept]
        return cls(
            months=(after["month"] - before["month"]).to_numpy(dtype="float64"),
            growth=np.log((after["cost"] / before["cost"]).to_numpy(dtype="float64")),
            moved=(after["end"] - before["end"]).to_numpy(dtype="float64"),
            origins={name: before[name].astype("object").to_numpy() for name in CRITERIA},
            editions=after["edition"].astype("object").to_numpy(),
        )

    def known_at(self, edition: str) -> Self:
        """Those that an edition and the ones before it told."""
        told = self.editions <= edition
        return type(self)(
            self.months[told],
            self.growth[told],
            self.moved[told],
            {name: values[told] for name, values in self.origins.items()},
            self.editions[told],
        )

    def __len__(self) -> int:
        return len(self.months)

    def comparable(self, project: Mapping[Any, Any]) -> ReferenceClass:
        """The narrowest class of a project that has enough changes; a criterion it does not tell is skipped."""
        members = np.ones(len(self), dtype=bool)
        labels = []
        for name in CRITERIA:
            value = project[name]
            if pd.isna(value):
                continue
            narrower = members & (self.origins[name] == value)
            if narrower.sum() < LEAST_CLASS:
                break
            members = narrower
            labels.append(_label(name, value))
        size = int(members.sum())
        weight = size / (size + SHRINKAGE) if labels else 1.0
        return ReferenceClass(", ".join(labels) or WHOLE, np.flatnonzero(members), weight)


def observations(projects: pd.DataFrame) -> pd.DataFrame:
    """What the forecasts of each project were at each edition, withheld figures left out.

    Args:
        projects: core projects of any editions.

    Returns:
        Aligned with `projects`: `edition`, `project_id`, `month` (of the edition, counted from January 1970), `phase`,
        `size` (cost band), `age`, `ministry_id`, `cost` (M€) and `end` (month, counted as `month`); missing what is
        not known.
    """
    shown = without_withheld(projects)
    reference = pd.to_datetime(shown["edition"].astype("str") + "-01").astype("datetime64[s]")
    return pd.DataFrame(
        {
            "edition": shown["edition"],
            "project_id": shown["project_id"],
            "month": _month_number(reference),
            "phase": shown["phase"],
            "size": cost_band(shown["updated_cost_meur"]),
            "age": _age(shown["start_date"], reference),
            "ministry_id": shown["ministry_id"],
            "cost": shown["updated_cost_meur"],
            "end": _month_number(shown["updated_end_date"]),
        }
    )


def is_known(observed: pd.DataFrame) -> pd.Series:
    """Whether both the cost and the end of an observation are forecast."""
    return observed["cost"].gt(0) & observed["end"].notna()


def _month_number(dates: pd.Series) -> pd.Series:
    return duration_months(pd.Series(EPOCH, index=dates.index, dtype="datetime64[s]"), dates)


def _age(start: pd.Series, reference: pd.Series) -> pd.Series:
    years = duration_months(start, reference).astype("float64") / MONTHS_PER_YEAR
    edges = [-math.inf, *(lower for lower, _ in AGES[1:]), math.inf]
    return pd.cut(years, edges, right=False, labels=[label for _, label in AGES]).astype("str")


def _label(name: str, value: str) -> str:
    labels = {"phase": PHASES, "size": COST_BAND_VOCABULARY, "ministry_id": MINISTRIES}
    return labels[name].label(value) if name in labels else value
