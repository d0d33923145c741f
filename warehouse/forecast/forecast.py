"""Expected final cost and end of each project, from what happened to the forecasts of comparable projects.

Reference class forecasting (Flyvbjerg, "Curbing Optimism Bias and Strategic Misrepresentation in Planning: Reference
Class Forecasting in Practice", European Planning Studies, 2008): not what the project says of itself, but how far the
forecasts of projects like it moved. The unit is a *change*: from one known forecast of a project to its next known
one, so many months later, the cost was multiplied and the end moved. Editions are unevenly spaced and some are
missing: each change keeps its own number of months.

The future of a project is a chain of changes drawn with replacement, each taking its months, until the end it leads to
is reached. P50 and P80 are the quantiles of many such chains. `warehouse.forecast.backtest` tells what they are worth.
"""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from warehouse.facts.deflator import beyond, deflate, price_index
from warehouse.forecast.tables import OUT_FORECAST
from warehouse.model.vocabulary import COST_BAND_VOCABULARY, FORECAST_HORIZONS, MINISTRIES, PHASES
from warehouse.projects.durations import MONTHS_PER_YEAR, cost_band, duration_months
from warehouse.projects.withheld import without_withheld

# Chains drawn per project: the P80 of 1 000 draws falls between the true P77 and P83, nineteen times out of twenty.
DRAWS = 1000
# Changes a class needs to be one: with fewer than ten, less than two of them are above its P80.
LEAST_CLASS = 10
# The k of the weight n / (n + k): a class of the least size counts for half, and one of forty for four fifths.
SHRINKAGE = 10
# Changes without which nothing is forecast: as many as make a class.
LEAST_CHANGES = LEAST_CLASS
# Months until the next edition, about: what a project whose end is past, and which goes on, is given at first.
OVERDUE_MONTHS = 6
# Where a chain that never reaches its end is cut: twenty years, more than the longest duration published (204 months).
LONGEST_MONTHS = 240
# Lower bounds of the ages, in years since the start.
AGES = ((0, "moins de 2 ans"), (2, "de 2 à 5 ans"), (5, "5 ans ou plus"))
# What makes projects comparable, the strongest first: a class is narrowed in this order while it keeps enough changes.
CRITERIA = ("phase", "size", "age", "ministry_id")
WHOLE = "ensemble"
QUANTILE_LEVELS: Mapping[str, float] = {"p50": 0.5, "p80": 0.8}
METHOD = (
    f"Classe de référence : {DRAWS} suites de changements constatés d'une édition à l'autre, tirées avec remise "
    f"jusqu'à l'achèvement, dans la classe avec le poids n / (n + {SHRINKAGE}), sinon dans l'ensemble."
)
# The horizons of the trial whose verdict is taken, the one closest to what is forecast first.
VERDICT_HORIZONS = ("completion", "one_year", "next")
_EPOCH = pd.Timestamp("1970-01-01")

Floats = npt.NDArray[np.float64]
Members = npt.NDArray[np.intp]


@dataclass(frozen=True)
class ReferenceClass:
    """The changes of comparable projects: rows of a `Changes`, how many, their weight against the whole."""

    label: str
    members: Members
    weight: float


@dataclass(frozen=True)
class Changes:
    """Changes from one known forecast to the next, in a fixed order.

    `months` between the two, `growth` the logarithm of the ratio of costs, `moved` the months the end moved; `origins`
    has the `CRITERIA` of the project at the first of the two.
    """

    months: Floats
    growth: Floats
    moved: Floats
    origins: Mapping[str, npt.NDArray[np.object_]]

    @classmethod
    def among(cls, observed: pd.DataFrame) -> Self:
        """The changes among observations; scoping has no forecast yet, and a finished project no longer moves."""
        ordered = observed.sort_values(["project_id", "month"], ignore_index=True)
        known = ordered.loc[ordered["cost"].gt(0) & ordered["end"].notna()].astype({"end": "float64"})
        after = known.groupby("project_id", sort=False)[["month", "cost", "end"]].shift(-1)
        kept = after["month"].notna() & ~known["phase"].isin(["scoping", "completed"])
        before, after = known.loc[kept], after.loc[kept]
        return cls(
            months=(after["month"] - before["month"]).to_numpy(dtype="float64"),
            growth=np.log((after["cost"] / before["cost"]).to_numpy(dtype="float64")),
            moved=(after["end"] - before["end"]).to_numpy(dtype="float64"),
            origins={name: before[name].astype("object").to_numpy() for name in CRITERIA},
        )

    def __len__(self) -> int:
        return len(self.months)

    def comparable(self, project: Mapping[str, Any]) -> ReferenceClass:
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


@dataclass(frozen=True)
class Chains:
    """Simulated futures of one project: the factor of its cost, and the months its end moves."""

    growth: Floats
    moved: Floats


def observations(history: pd.DataFrame) -> pd.DataFrame:
    """What the forecasts of each project were at each edition, withheld figures left out.

    Args:
        history: core projects of any editions.

    Returns:
        `edition`, `project_id`, `month` (of the edition, counted from January 1970), `phase`, `size` (cost band),
        `age`, `ministry_id`, `cost` (M€) and `end` (month, counted as `month`); missing what is not known.
    """
    shown = without_withheld(history)
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


def simulate(
    changes: Changes,
    reference: ReferenceClass,
    remaining_months: int,
    horizon_months: float,
    seed: np.random.Generator,
) -> Chains:
    """Draw the futures of a project.

    A change longer than what remains happens with the probability of the part that remains: changes are steps (an
    amendment, a replanning), not slopes.

    Args:
        changes: all the changes; not empty.
        reference: the class of the project among them.
        remaining_months: from now to the end it announces; ≤ 0 when the end is past.
        horizon_months: where to stop if the end is not reached before; infinite for the completion.
        seed: the generator of the project.
    """
    growth, moved, elapsed = np.zeros(DRAWS), np.zeros(DRAWS), np.zeros(DRAWS)
    limit = min(horizon_months, LONGEST_MONTHS)
    due = np.full(DRAWS, float(remaining_months if remaining_months > 0 else OVERDUE_MONTHS))
    while ((left := np.minimum(due, limit) - elapsed) > 0).any():
        in_class, pick, chance = seed.random((3, DRAWS))
        drawn = np.where(
            in_class < reference.weight,
            reference.members[(pick * len(reference.members)).astype("intp")],
            (pick * len(changes)).astype("intp"),
        )
        months = changes.months[drawn]
        happens = (left > 0) & (chance * months < left)
        growth = growth + np.where(happens, changes.growth[drawn], 0.0)
        moved = moved + np.where(happens, changes.moved[drawn], 0.0)
        elapsed = elapsed + np.where(left > 0, np.minimum(months, left), 0.0)
        due = remaining_months + moved
    return Chains(np.exp(growth), moved)


def generator(*keys: object) -> np.random.Generator:
    """The random generator of a project at an edition: the same keys give the same draws, whatever is around."""
    digest = hashlib.sha256("|".join(map(str, keys)).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def quantile(draws: Floats, level: float) -> float:
    """The smallest draw that at least a share `level` of the draws does not exceed."""
    return float(np.quantile(draws, level, method="inverted_cdf"))


def statuses(projects: pd.DataFrame, observed: pd.DataFrame, changes: Changes) -> pd.DataFrame:
    """Whether cost and end of each project are forecast, and why not.

    The forecast of a cost runs until the end: when the end is withheld, so is the cost at completion.

    Args:
        projects: core projects of one edition.
        observed: their `observations`, aligned.
        changes: what they are forecast from.

    Returns:
        `budget` and `schedule`, codes of `forecast_statuses`, aligned with `projects`.
    """
    schedule = pd.Series("forecast", index=projects.index, dtype="str")
    if len(changes) < LEAST_CHANGES:
        schedule = schedule.mask(schedule.eq("forecast"), "insufficient_history")
    schedule = schedule.mask(observed["end"].isna(), "missing")
    budget = schedule.mask(~observed["cost"].gt(0), "missing")
    end_withheld = projects["schedule_withheld"].astype(bool)
    cost_withheld = projects["cost_withheld"].astype(bool)
    both = {
        "budget": budget.mask(end_withheld | cost_withheld, "withheld"),
        "schedule": schedule.mask(end_withheld, "withheld"),
    }
    phase = projects["phase"]
    return pd.DataFrame(
        {
            rate: status.mask(phase.eq("scoping"), "scoping").mask(phase.eq("completed"), "completed")
            for rate, status in both.items()
        }
    )


def forecast(history: pd.DataFrame, edition: str, slippages: pd.DataFrame, trial: pd.DataFrame) -> pd.DataFrame:
    """The table of forecasts of one edition.

    Args:
        history: core projects, the edition's among them; later editions are left out.
        edition: key of the edition.
        slippages: slippage per project of the edition, for the first baselines.
        trial: the back-test of the edition, for its verdicts.

    Returns:
        The columns of `OUT_FORECAST`, one row per project of the edition; no figure where nothing is forecast.
    """
    past = history.loc[history["edition"].le(edition)].reset_index(drop=True)
    observed = observations(past)
    changes = Changes.among(observed)
    now = past["edition"].eq(edition)
    projects, present = past.loc[now].reset_index(drop=True), observed.loc[now].reset_index(drop=True)
    status = statuses(projects, present, changes)
    rows = [
        _figures(row, changes, edition, with_cost=budget == "forecast") if schedule == "forecast" else {}
        for row, budget, schedule in zip(present.to_dict("records"), status["budget"], status["schedule"], strict=True)
    ]
    drawn = pd.DataFrame(rows, index=projects.index, columns=list(_DRAWN)).astype(_DRAWN)
    shown = without_withheld(projects)
    verdicts = skill_verdicts(trial)
    return (
        shown[["edition", "project_id", "name", "ministry_id", "phase", "updated_cost_meur", "updated_end_date"]]
        .assign(
            budget_status=status["budget"],
            schedule_status=status["schedule"],
            **{name: drawn[name] for name in _DRAWN if not name.startswith("moved")},
            **_final_slippages(shown, slippages, drawn),
            **_constant(shown["start_date"], drawn, price_index(edition)),
            **{f"{rate}_skill_verdict": verdict for rate, (verdict, _) in verdicts.items()},
            skill_verdict=" ".join(sentence for _, sentence in verdicts.values()),
            method=METHOD,
        )
        .reindex(columns=OUT_FORECAST.names())
    )


# What is drawn for a project, with its type; the months its end moves serve the slippage and are not published.
_DRAWN: Mapping[str, str] = {
    "cost_p50_meur": "float64",
    "cost_p80_meur": "float64",
    "end_p50_date": "datetime64[s]",
    "end_p80_date": "datetime64[s]",
    "moved_p50": "float64",
    "moved_p80": "float64",
    "reference_class": "str",
    "n_class": "Int64",
    "n_whole": "Int64",
    "class_weight_ratio": "float64",
}


def _figures(row: Mapping[Any, Any], changes: Changes, edition: str, *, with_cost: bool) -> dict[str, Any]:
    """What is drawn for one project; a project that is not finished does not end before the edition."""
    reference = changes.comparable(row)
    end, month = int(row["end"]), int(row["month"])
    chains = simulate(changes, reference, end - month, math.inf, generator(edition, row["project_id"]))
    moved = np.maximum(chains.moved, month - end)
    figures: dict[str, Any] = {
        "reference_class": reference.label,
        "n_class": len(reference.members),
        "n_whole": len(changes),
        "class_weight_ratio": reference.weight,
    }
    for name, level in QUANTILE_LEVELS.items():
        later = int(quantile(moved, level))
        figures |= {f"moved_{name}": later, f"end_{name}_date": _EPOCH + pd.DateOffset(months=end + later)}
        if with_cost:
            figures[f"cost_{name}_meur"] = row["cost"] * quantile(chains.growth, level)
    return figures


def _final_slippages(shown: pd.DataFrame, slippages: pd.DataFrame, drawn: pd.DataFrame) -> dict[str, pd.Series]:
    first = slippages.set_index("project_id").reindex(shown["project_id"]).set_axis(shown.index)
    cost = first["initial_cost_meur"].where(first["budget_status"].eq("known"))
    duration = first["initial_duration_months"].astype("float64").where(first["schedule_status"].eq("known"))
    updated = shown["updated_duration_months"].astype("float64")
    return {f"budget_{name}_slippage_ratio": (drawn[f"cost_{name}_meur"] - cost) / cost for name in QUANTILE_LEVELS} | {
        f"schedule_{name}_slippage_ratio": (updated + drawn[f"moved_{name}"] - duration) / duration
        for name in QUANTILE_LEVELS
    }


def _constant(start: pd.Series, drawn: pd.DataFrame, index: pd.Series) -> dict[str, Any]:
    """Final costs in the prices of the last year known, taken as spent in the middle of the project.

    The real spread of the spending over the years is not submitted; half-way is where its mean lies when it is even.
    """
    midway = start + (drawn["end_p50_date"] - start) / 2
    year = midway.dt.year.astype("Int64").where(drawn["cost_p50_meur"].notna())
    base = int(index.index[-1])
    constant = {
        f"cost_{name}_constant_meur": deflate(drawn[f"cost_{name}_meur"], year, base, index) for name in QUANTILE_LEVELS
    }
    return constant | {
        "price_year": year,
        "base_year": pd.Series(base, index=start.index, dtype="Int64").where(year.notna()),
        "deflator_extended": beyond(year, index),
    }


def skill_verdicts(trial: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """What the forecasts of each rate are worth, by the longest horizon tried often enough.

    Args:
        trial: rows of `OUT_FORECAST_BACKTEST` of one edition.

    Returns:
        By rate, the code of the verdict and a French sentence.
    """
    spoken = {"budget": "Coût", "schedule": "Fin"}
    verdicts = {}
    for rate, subject in spoken.items():
        told = trial.loc[trial["rate"].eq(rate) & trial["verdict"].ne("insufficient")]
        tried = {row["horizon"]: row for row in told.to_dict("records")}
        horizon = next((name for name in VERDICT_HORIZONS if name in tried), None)
        if horizon is None:
            verdicts[rate] = ("insufficient", f"{subject} : recul insuffisant pour juger la prévision.")
            continue
        figures = tried[horizon]
        verdict = str(figures["verdict"])
        sentence = _SENTENCES[verdict].format(
            n=figures["n"],
            horizon=FORECAST_HORIZONS.label(horizon),
            skill=100 * (figures["skill_ratio"] or 0),
            coverage=100 * figures["coverage_p80_ratio"],
        )
        verdicts[rate] = (verdict, f"{subject} : {sentence}")
    return verdicts


_TRIED = "sur {n} prévisions rejouées ({horizon})"
_SENTENCES: Mapping[str, str] = {
    "added_value": f"prévision avec valeur ajoutée {_TRIED} : perte inférieure de {{skill:.0f}} % à celle du dernier "
    "chiffre publié, P80 respecté dans {coverage:.0f} % des cas.",
    "uncertain": f"prévision de valeur incertaine {_TRIED} : le gain sur le dernier chiffre publié peut être dû au "
    "hasard ; P80 respecté dans {coverage:.0f} % des cas.",
    "no_added_value": f"prévision sans valeur ajoutée {_TRIED} : le dernier chiffre publié ne se trompe pas davantage.",
}


def _month_number(dates: pd.Series) -> pd.Series:
    return duration_months(pd.Series(_EPOCH, index=dates.index, dtype="datetime64[s]"), dates)


def _age(start: pd.Series, reference: pd.Series) -> pd.Series:
    years = duration_months(start, reference).astype("float64") / MONTHS_PER_YEAR
    edges = [-math.inf, *(lower for lower, _ in AGES[1:]), math.inf]
    return pd.cut(years, edges, right=False, labels=[label for _, label in AGES]).astype("str")


def _label(name: str, value: str) -> str:
    labels = {"phase": PHASES, "size": COST_BAND_VOCABULARY, "ministry_id": MINISTRIES}
    return labels[name].label(value) if name in labels else value
