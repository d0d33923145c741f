"""Expected final cost and end of each project, from what happened to the forecasts of comparable projects.

Reference class forecasting (Flyvbjerg, "Curbing Optimism Bias and Strategic Misrepresentation in Planning: Reference
Class Forecasting in Practice", European Planning Studies, 2008): not what the project says of itself, but how far the
forecasts of projects like it moved.

P50 and P80 are the quantiles of many `warehouse.forecast.chains` of such `warehouse.forecast.changes`;
`warehouse.forecast.backtest` tells what they are worth.
"""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from warehouse.facts.deflator import beyond, deflate, price_index
from warehouse.forecast.chains import DRAWS, QUANTILE_LEVELS, futures
from warehouse.forecast.changes import LEAST_CHANGES, SHRINKAGE, Changes, observations
from warehouse.forecast.tables import OUT_FORECAST
from warehouse.model.frames import looked_up
from warehouse.model.schema import empty_frame
from warehouse.model.vocabulary import FORECAST_HORIZONS, RATES
from warehouse.projects.withheld import without_withheld

METHOD = (
    f"Classe de référence : {DRAWS} suites de changements constatés d'une édition à l'autre, tirées avec remise "
    f"jusqu'à l'achèvement, dans la classe avec le poids n / (n + {SHRINKAGE}), sinon dans l'ensemble."
)
# The horizons of the trial whose verdict is taken, the one closest to what is forecast first.
VERDICT_HORIZONS = ("completion", "one_year", "next")


def forecasts(projects: pd.DataFrame, slippages: pd.DataFrame, trial: pd.DataFrame) -> pd.DataFrame:
    """The table of forecasts of every edition, each from what it and the ones before it knew.

    Args:
        projects: core projects of every edition.
        slippages: slippage per project of the same editions, for the first baselines.
        trial: the back-test of the same editions, for its verdicts.

    Returns:
        The columns of `OUT_FORECAST`, one row per project and edition; no figure where nothing is forecast.
    """
    if projects.empty:
        return empty_frame(OUT_FORECAST)
    projects = projects.reset_index(drop=True)
    observed = observations(projects)
    changes = Changes.among(observed)
    status = statuses(projects, observed, changes)
    drawn = _drawn(observed.loc[status["schedule"].eq("forecast")], changes).reindex(projects.index)
    costs = {f"cost_{name}_meur": drawn[f"cost_{name}_meur"] for name in QUANTILE_LEVELS}
    drawn = drawn.assign(**{name: cost.where(status["budget"].eq("forecast")) for name, cost in costs.items()})
    shown = without_withheld(projects)
    return (
        shown[["edition", "project_id", "name", "ministry_id", "phase", "updated_cost_meur", "updated_end_date"]]
        .assign(
            budget_status=status["budget"],
            schedule_status=status["schedule"],
            **{name: drawn[name] for name in _DRAWN if not name.startswith("moved")},
            **_final_slippages(shown, slippages, drawn),
            **_constant(shown["edition"], shown["start_date"], drawn),
            **{name: looked_up(shown["edition"], told) for name, told in _verdicts(trial).items()},
            method=METHOD,
        )
        .reindex(columns=OUT_FORECAST.names())
    )


def statuses(projects: pd.DataFrame, observed: pd.DataFrame, changes: Changes) -> pd.DataFrame:
    """Whether cost and end of each project are forecast, and why not.

    The forecast of a cost runs until the end: when the end is withheld, so is the cost at completion.

    Args:
        projects: core projects.
        observed: their `observations`, aligned.
        changes: what they are forecast from.

    Returns:
        `budget` and `schedule`, codes of `forecast_statuses`, aligned with `projects`.
    """
    enough = {edition: len(changes.known_at(edition)) >= LEAST_CHANGES for edition in projects["edition"].unique()}
    schedule = pd.Series("forecast", index=projects.index, dtype="str")
    schedule = schedule.where(projects["edition"].map(enough).astype(bool), "insufficient_history")
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


def _drawn(starts: pd.DataFrame, changes: Changes) -> pd.DataFrame:
    """What is drawn for each project, aligned with `starts`: the columns `_DRAWN`."""
    parts = [_drawn_at(rows, changes.known_at(str(edition))) for edition, rows in starts.groupby("edition")]
    drawn = pd.concat(parts) if parts else pd.DataFrame(index=starts.index, columns=list(_DRAWN))
    return drawn.astype(_DRAWN)


def _drawn_at(starts: pd.DataFrame, changes: Changes) -> pd.DataFrame:
    """The same for the projects of one edition; one that is not finished does not end before the edition."""
    found = futures(changes, starts, [math.inf])
    end, month = (starts[name].astype("int64") for name in ("end", "month"))
    figures: dict[str, Any] = {
        "reference_class": [one.label for one in found.classes],
        "n_class": [len(one.members) for one in found.classes],
        "n_whole": len(changes),
        "class_weight_ratio": [one.weight for one in found.classes],
    }
    for name in QUANTILE_LEVELS:
        moved = pd.Series(found.moved[name][0], index=starts.index).clip(lower=month - end).astype("int64")
        months = (end + moved).to_numpy().astype("datetime64[M]")
        figures |= {
            f"moved_{name}": moved,
            f"end_{name}_date": months.astype("datetime64[s]"),
            f"cost_{name}_meur": starts["cost"] * found.growth[name][0],
        }
    return pd.DataFrame(figures, index=starts.index)


def _final_slippages(shown: pd.DataFrame, slippages: pd.DataFrame, drawn: pd.DataFrame) -> dict[str, pd.Series]:
    keys = ["edition", "project_id"]
    first = slippages.set_index(keys).reindex(pd.MultiIndex.from_frame(shown[keys])).set_axis(shown.index)
    cost = first["initial_cost_meur"].where(first["budget_status"].eq("known"))
    duration = first["initial_duration_months"].astype("float64").where(first["schedule_status"].eq("known"))
    updated = shown["updated_duration_months"].astype("float64")
    return {f"budget_{name}_slippage_ratio": (drawn[f"cost_{name}_meur"] - cost) / cost for name in QUANTILE_LEVELS} | {
        f"schedule_{name}_slippage_ratio": (updated + drawn[f"moved_{name}"] - duration) / duration
        for name in QUANTILE_LEVELS
    }


def _constant(editions: pd.Series, start: pd.Series, drawn: pd.DataFrame) -> pd.DataFrame:
    """Final costs in the prices of the last year known to each edition."""
    parts = [
        _constant_at(start.loc[rows.index], drawn.loc[rows.index], price_index(str(edition)))
        for edition, rows in editions.groupby(editions)
    ]
    return pd.concat(parts).reindex(editions.index)


def _constant_at(start: pd.Series, drawn: pd.DataFrame, index: pd.Series) -> pd.DataFrame:
    """The same for the projects of one edition, each cost taken as spent in the middle of the project.

    The real spread of the spending over the years is not submitted; half-way is where its mean lies when it is even.
    """
    midway = start + (drawn["end_p50_date"] - start) / 2
    year = midway.dt.year.astype("Int64").where(drawn["cost_p50_meur"].notna())
    base = int(index.index[-1])
    constant = {
        f"cost_{name}_constant_meur": deflate(drawn[f"cost_{name}_meur"], year, base, index) for name in QUANTILE_LEVELS
    }
    return pd.DataFrame(constant).assign(
        price_year=year,
        base_year=pd.Series(base, index=start.index, dtype="Int64").where(year.notna()),
        deflator_extended=beyond(year, index),
    )


def _verdicts(trial: pd.DataFrame) -> dict[str, pd.Series]:
    """By column of `OUT_FORECAST`, what each edition says of its forecasts."""
    verdicts = {str(edition): skill_verdicts(rows) for edition, rows in trial.groupby("edition")}
    codes = {
        f"{rate}_skill_verdict": {edition: by_rate[rate][0] for edition, by_rate in verdicts.items()}
        for rate in RATES.codes()
    }
    spoken = {edition: " ".join(sentence for _, sentence in by_rate.values()) for edition, by_rate in verdicts.items()}
    return {name: pd.Series(told, dtype="str") for name, told in {**codes, "skill_verdict": spoken}.items()}


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
