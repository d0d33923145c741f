"""What the forecasts are worth: each past edition forecasts again with what it knew, and is compared with the rest.

The rule to beat is "no change": the last figure published is the one to come. Losses are quantile (pinball) losses,
which only the true quantile minimises (Koenker and Bassett, "Regression Quantiles", Econometrica, 1978):
level × shortfall when the outcome is above the forecast, (1 − level) × excess when it is below.
"""

import math
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from warehouse.forecast.chains import QUANTILE_LEVELS, futures, generator, quantile
from warehouse.forecast.changes import LEAST_CHANGES, UNMOVED, Changes, is_known, observations
from warehouse.forecast.tables import OUT_FORECAST_BACKTEST
from warehouse.model.schema import empty_frame
from warehouse.model.vocabulary import FORECAST_HORIZONS, RATES
from warehouse.projects.durations import MONTHS_PER_YEAR

# Below, a coverage of 80 % is known to more than ± 18 points (two standard errors): it tells nothing.
LEAST_TRIALS = 20
# Times the projects are drawn again to tell a skill from luck.
RESAMPLES = 1000
# What two equal costs may differ by, once multiplied and divided.
TOLERANCE = 1e-9
REPLAYED = ["rate", "horizon", "project_id", "origin", "target", "months", "p50", "p80", "no_change", "actual"]


def backtest(projects: pd.DataFrame) -> pd.DataFrame:
    """The table of the trial of every edition: what could be judged of the forecasts before it.

    Args:
        projects: core projects of every edition.

    Returns:
        The columns of `OUT_FORECAST_BACKTEST`, a row per edition, rate and horizon, even when nothing was tried.
    """
    if projects.empty:
        return empty_frame(OUT_FORECAST_BACKTEST)
    scored = _scored(replay(projects))
    trials = [
        _trial(scored.loc[scored["target"].le(edition)]).assign(edition=edition)
        for edition in sorted(projects["edition"].unique())
    ]
    return pd.concat(trials, ignore_index=True)[OUT_FORECAST_BACKTEST.names()]


def replay(projects: pd.DataFrame) -> pd.DataFrame:
    """Every forecast that past editions would have made, beside what was published later.

    A row depends on the editions up to its outcome alone.

    Args:
        projects: core projects of every edition.

    Returns:
        One row per rate, horizon, project, edition of origin and of outcome: `REPLAYED`. Costs are shares of the
        figure at the origin (1 is no change), ends are months moved (0 is no change).
    """
    observed = observations(projects)
    changes = Changes.among(observed)
    known = observed.loc[is_known(observed)].sort_values(["project_id", "month"], ignore_index=True)
    parts = [_replayed_from(str(origin), known, changes) for origin in sorted(known["edition"].unique())]
    told = [part for part in parts if len(part)]
    return pd.concat(told, ignore_index=True) if told else pd.DataFrame(columns=REPLAYED)


def _replayed_from(origin: str, known: pd.DataFrame, changes: Changes) -> pd.DataFrame:
    """The part of `replay` of one origin."""
    changes = changes.known_at(origin)
    starts = known.loc[known["edition"].eq(origin) & ~known["phase"].isin(UNMOVED)]
    tried = _tried_horizons(starts, known.loc[known["edition"].gt(origin)])
    if len(changes) < LEAST_CHANGES or tried.empty:
        return pd.DataFrame(columns=REPLAYED)
    starts = starts.loc[starts["project_id"].isin(tried["project_id"])]
    horizons = np.unique(tried["until"])
    found = futures(changes, starts, list(horizons))
    place = np.searchsorted(horizons, tried["until"]), pd.Index(starts["project_id"]).get_indexer(tried["project_id"])
    rates = (
        ("budget", found.growth, 1.0, tried["cost_later"] / tried["cost"]),
        ("schedule", found.moved, 0.0, (tried["end_later"] - tried["end"]).astype("float64")),
    )
    return pd.concat(
        [
            tried.assign(
                rate=rate, no_change=unchanged, actual=actual, **{name: drawn[name][place] for name in QUANTILE_LEVELS}
            )
            for rate, drawn, unchanged, actual in rates
        ]
    )[REPLAYED]


def _tried_horizons(starts: pd.DataFrame, later: pd.DataFrame) -> pd.DataFrame:
    """Each outcome of the projects of an origin, once for each horizon that it judges; `until` it, in months."""
    figures = ["project_id", "edition", "month", "cost", "end"]
    pairs = starts[figures].merge(later[[*figures, "phase"]], on="project_id", suffixes=("", "_later"))
    pairs = pairs.assign(months=pairs["month_later"] - pairs["month"])
    completed = pairs.loc[pairs["phase"].eq("completed")]
    judged = {
        "next": pairs.drop_duplicates("project_id"),
        "one_year": pairs.loc[pairs["months"].ge(MONTHS_PER_YEAR)],
        "completion": completed.drop_duplicates("project_id"),
    }
    tried = pd.concat([rows.assign(horizon=horizon) for horizon, rows in judged.items()], ignore_index=True)
    until = tried["months"].astype("float64").mask(tried["horizon"].eq("completion"), math.inf)
    return tried.assign(until=until).rename(columns={"edition": "origin", "edition_later": "target"})


def pinball(forecast: pd.Series, actual: pd.Series, level: float) -> pd.Series:
    """The quantile loss of each forecast: level × shortfall, or (1 − level) × excess; never negative."""
    shortfall = actual - forecast
    return (level * shortfall).where(shortfall >= 0, (level - 1) * shortfall)


def summary(replayed: pd.DataFrame) -> pd.DataFrame:
    """The trial of replayed forecasts: the columns of `OUT_FORECAST_BACKTEST` but `edition`."""
    return _trial(_scored(replayed))


def _scored(replayed: pd.DataFrame) -> pd.DataFrame:
    """Each replayed forecast, in order: whether its quantiles cover the outcome, their losses and those of no change.

    `project` is the rank of the project.
    """
    ordered = replayed.sort_values(["project_id", "origin", "target"], ignore_index=True)
    actual = ordered["actual"]
    measured = {
        name: values
        for quantile_name, level in QUANTILE_LEVELS.items()
        for name, values in (
            (f"coverage_{quantile_name}", actual.le(ordered[quantile_name] + TOLERANCE)),
            (f"model_{quantile_name}", pinball(ordered[quantile_name], actual, level)),
            (f"no_change_{quantile_name}", pinball(ordered["no_change"], actual, level)),
        )
    }
    return ordered[["rate", "horizon", "target"]].assign(
        project=pd.factorize(ordered["project_id"])[0], **pd.DataFrame(measured, dtype="float64")
    )


def _trial(scored: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"rate": rate, "horizon": horizon}
            | _tried(scored.loc[scored["rate"].eq(rate) & scored["horizon"].eq(horizon)])
            for rate in RATES.codes()
            for horizon in FORECAST_HORIZONS.codes()
        ]
    )


def _tried(rows: pd.DataFrame) -> dict[str, Any]:
    figures: dict[str, Any] = {"n": len(rows), "n_projects": rows["project"].nunique()}
    for name in QUANTILE_LEVELS:
        model, no_change = math.fsum(rows[f"model_{name}"].tolist()), math.fsum(rows[f"no_change_{name}"].tolist())
        figures |= {
            f"coverage_{name}_ratio": _mean(rows[f"coverage_{name}"].sum(), len(rows)),
            f"pinball_{name}": _mean(model, len(rows)),
            f"no_change_pinball_{name}": _mean(no_change, len(rows)),
            f"skill_{name}_ratio": _skill(model, no_change),
        }
    losses = pd.DataFrame(
        {
            rule: np.concatenate([rows[f"{rule}_{name}"].to_numpy() for name in QUANTILE_LEVELS])
            for rule in ("model", "no_change")
        }
    )
    by_project = losses.groupby(np.tile(rows["project"].to_numpy(), len(QUANTILE_LEVELS))).sum()
    skill = _skill(math.fsum(by_project["model"]), math.fsum(by_project["no_change"]))
    low = lowest_skill(by_project)
    return figures | {"skill_ratio": skill, "skill_low_ratio": low, "verdict": verdict(len(rows), skill, low)}


def verdict(n: int, skill: float | None, low: float | None) -> str:
    """The code of `skill_verdicts` for a skill measured on `n` forecasts; a skill that is not known adds nothing."""
    if n < LEAST_TRIALS:
        return "insufficient"
    if skill is None or skill <= 0:
        return "no_added_value"
    return "added_value" if low is not None and low > 0 else "uncertain"


def lowest_skill(losses: pd.DataFrame) -> float | None:
    """The skill exceeded nine times out of ten when the projects are drawn again with replacement.

    Projects are drawn, not forecasts: those of one project go wrong together.

    Args:
        losses: one row per project, in order: `model` and `no_change`.
    """
    if losses.empty:
        return None
    counts = _resampled(len(losses))
    model, no_change = (counts @ losses[name].to_numpy() for name in ("model", "no_change"))
    told = no_change > 0
    return quantile(1 - model[told] / no_change[told], 0.1) if told.any() else None


@lru_cache(maxsize=8)
def _resampled(projects: int) -> npt.NDArray[np.int64]:
    """How many times each project is drawn in each resample."""
    return generator("lowest_skill", projects).multinomial(projects, [1 / projects] * projects, size=RESAMPLES)


def _mean(total: float, count: int) -> float | None:
    return total / count if count else None


def _skill(model: float, no_change: float) -> float | None:
    return 1 - model / no_change if no_change > 0 else None
