"""What the forecasts are worth: each past edition forecasts again with what it knew, and is compared with the rest.

The rule to beat is "no change": the last figure published is the one to come. Losses are quantile (pinball) losses,
which only the true quantile minimises (Koenker and Bassett, "Regression Quantiles", Econometrica, 1978):
level × shortfall when the outcome is above the forecast, (1 − level) × excess when it is below.
"""

import numpy as np
import pandas as pd

from warehouse.forecast.outcomes import FIGURES, HORIZONS, NO_CHANGE, observations, outcomes
from warehouse.forecast.quantiles import QUANTILE_LEVELS, TOLERANCE, quantiles
from warehouse.forecast.tables import OUT_FORECAST_BACKTEST
from warehouse.forecast.verdicts import p50_verdicts, p80_verdicts, sentences
from warehouse.model.schema import empty_frame

# The quantile of the normal distribution exceeded one time in ten.
ONE_IN_TEN = 1.2815515655446004
HORIZON = ["rate", "horizon"]
_LOSSES = [f"{rule}_{name}" for rule in ("model", "no_change") for name in QUANTILE_LEVELS]
_COVERED = [f"covered_{rule}" for rule in (*QUANTILE_LEVELS, "no_change")]


def backtest(projects: pd.DataFrame) -> pd.DataFrame:
    """The table of the trial of every edition: what could be judged of the forecasts before it, and what it forecasts.

    A forecast that its own trial does not support is left out: the verdict says why.

    Args:
        projects: core projects of every edition.

    Returns:
        The columns of `OUT_FORECAST_BACKTEST`, a row per edition, rate and horizon, even when nothing was tried.
    """
    if projects.empty:
        return empty_frame(OUT_FORECAST_BACKTEST)
    editions = sorted(projects["edition"].unique())
    known = outcomes(observations(projects))
    forecast = quantiles(known, editions)
    scored = _scored(replay(known, forecast))
    trials = [_trial(scored.loc[scored["told"].le(edition)]).assign(edition=edition) for edition in editions]
    trial = pd.concat(trials, ignore_index=True).merge(forecast, on=["edition", *HORIZON], validate="one_to_one")
    trial = trial.assign(p50_verdict=p50_verdicts(trial), p80_verdict=p80_verdicts(trial))
    return trial.assign(
        change_p50=trial["change_p50"].where(trial["p50_verdict"].eq("added_value")),
        change_p80=trial["change_p80"].where(trial["p80_verdict"].eq("calibrated")),
        sentence=sentences(trial),
    )[OUT_FORECAST_BACKTEST.names()]


def replay(outcomes: pd.DataFrame, forecast: pd.DataFrame) -> pd.DataFrame:
    """Every forecast that past editions would have made, beside what was published later.

    A row depends on the editions up to its outcome alone.

    Args:
        outcomes: see `warehouse.forecast.outcomes.outcomes`.
        forecast: see `warehouse.forecast.quantiles.quantiles`.

    Returns:
        The outcomes whose origin forecast something, with `p50`, `p80` and `no_change`, in the unit of `change`.
    """
    drawn = forecast.rename(columns={"edition": "origin"})[["origin", *HORIZON, "change_p50", "change_p80"]]
    replayed = outcomes.merge(drawn.dropna(), on=["origin", *HORIZON], validate="many_to_one")
    bounded = {name: replayed[f"change_{name}"].clip(lower=replayed["least"]) for name in QUANTILE_LEVELS}
    return replayed.assign(**bounded, no_change=replayed["rate"].map(NO_CHANGE).astype("float64"))


def pinball(forecast: pd.Series, actual: pd.Series, level: float) -> pd.Series:
    """The quantile loss of each forecast: level × shortfall, or (1 − level) × excess; never negative."""
    shortfall = actual - forecast
    return (level * shortfall).where(shortfall >= 0, (level - 1) * shortfall)


def summary(replayed: pd.DataFrame) -> pd.DataFrame:
    """The trial of replayed forecasts, by rate and horizon: counts, coverages, losses and skills."""
    return _trial(_scored(replayed))


def _scored(replayed: pd.DataFrame) -> pd.DataFrame:
    """Each replayed forecast, in order: whether it covers the outcome, its losses and those of no change."""
    ordered = replayed.sort_values(["project_id", "origin", *HORIZON], ignore_index=True)
    actual, no_change = ordered["change"], ordered["no_change"]
    covered = {name: actual.le(ordered[name] + TOLERANCE) for name in (*QUANTILE_LEVELS, "no_change")}
    return ordered[[*HORIZON, "told", "project_id"]].assign(
        n=1,
        **{f"covered_{rule}": flags.astype("int64") for rule, flags in covered.items()},
        **{f"model_{name}": pinball(ordered[name], actual, level) for name, level in QUANTILE_LEVELS.items()},
        **{f"no_change_{name}": pinball(no_change, actual, level) for name, level in QUANTILE_LEVELS.items()},
    )


def _trial(scored: pd.DataFrame) -> pd.DataFrame:
    by_project = scored.groupby([*HORIZON, "project_id"])[["n", *_COVERED, *_LOSSES]].sum()
    model, no_change = by_project["model_p50"], by_project["no_change_p50"]
    sums = (
        by_project.assign(n_projects=1, model_2=model**2, no_change_2=no_change**2, model_no_change=model * no_change)
        .groupby(level=HORIZON)
        .sum()
        .reindex(pd.MultiIndex.from_product([FIGURES, HORIZONS], names=HORIZON), fill_value=0)
    )
    n, of_n = sums["n"], sums["n"].where(sums["n"].gt(0))
    figures = {"n": n, "n_projects": sums["n_projects"]}
    for rule in (*QUANTILE_LEVELS, "no_change"):
        figures[f"coverage_{rule}_ratio"] = sums[f"covered_{rule}"] / of_n
    for name in QUANTILE_LEVELS:
        figures[f"pinball_{name}"] = sums[f"model_{name}"] / of_n
        figures[f"no_change_pinball_{name}"] = sums[f"no_change_{name}"] / of_n
        figures[f"skill_{name}_ratio"] = 1 - sums[f"model_{name}"] / sums[f"no_change_{name}"].where(
            sums[f"no_change_{name}"].gt(0)
        )
    figures["skill_p50_low_ratio"] = figures["skill_p50_ratio"] - ONE_IN_TEN * _skill_error(sums)
    return pd.DataFrame(figures).reset_index()


def _skill_error(sums: pd.DataFrame) -> pd.Series:
    """The standard error of a skill, projects being drawn, not forecasts: those of one project go wrong together.

    That of a ratio of sums of n pairs, √(n / (n − 1) × Σ (model − ratio × no change)²) / Σ no change (Cochran,
    "Sampling Techniques", 1977, 6.4).
    """
    n, total = sums["n_projects"], sums["no_change_p50"].where(sums["no_change_p50"].gt(0))
    ratio = sums["model_p50"] / total
    squares = sums["model_2"] - 2 * ratio * sums["model_no_change"] + ratio**2 * sums["no_change_2"]
    error: pd.Series = np.sqrt(squares.clip(lower=0) * n / (n - 1).where(n.gt(1))) / total
    return error
