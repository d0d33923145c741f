"""What the forecasts are worth: each past edition forecasts again with what it knew, and is compared with the rest.

The rule to beat is "no change": the last figure published is the one to come. Losses are quantile (pinball) losses,
which only the true quantile minimises (Koenker and Bassett, "Regression Quantiles", Econometrica, 1978):
level × shortfall when the outcome is above the forecast, (1 − level) × excess when it is below.
"""

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from warehouse.forecast.forecast import (
    LEAST_CHANGES,
    QUANTILE_LEVELS,
    Changes,
    generator,
    observations,
    quantile,
    simulate,
)
from warehouse.forecast.tables import OUT_FORECAST_BACKTEST
from warehouse.model.vocabulary import FORECAST_HORIZONS, RATES
from warehouse.projects.durations import MONTHS_PER_YEAR

# Below, a coverage of 80 % is known to more than ± 18 points (two standard errors): it tells nothing.
LEAST_TRIALS = 20
# Times the projects are drawn again to tell a skill from luck.
RESAMPLES = 1000
# What two equal costs may differ by, once multiplied and divided.
TOLERANCE = 1e-9
REPLAYED = ["rate", "horizon", "project_id", "origin", "target", "months", "p50", "p80", "no_change", "actual"]


def replay(history: pd.DataFrame, edition: str) -> pd.DataFrame:
    """Every forecast that past editions would have made, beside what was published later.

    Args:
        history: core projects; editions after `edition` are left out.
        edition: key of the last edition whose figures are outcomes.

    Returns:
        One row per rate, horizon, project, edition of origin and of outcome: `REPLAYED`. Costs are shares of the
        figure at the origin (1 is no change), ends are months moved (0 is no change).
    """
    observed = observations(history.loc[history["edition"].le(edition)])
    known = observed.loc[observed["cost"].gt(0) & observed["end"].notna()]
    known = known.sort_values(["project_id", "month"], ignore_index=True)
    rows = [row for origin in sorted(known["edition"].unique()) for row in _replay_origin(observed, known, str(origin))]
    return pd.DataFrame(rows, columns=REPLAYED)


def _replay_origin(observed: pd.DataFrame, known: pd.DataFrame, origin: str) -> Iterator[dict[str, Any]]:
    changes = Changes.among(observed.loc[observed["edition"].le(origin)])
    if len(changes) < LEAST_CHANGES:
        return
    starts = known.loc[known["edition"].eq(origin) & ~known["phase"].isin(["scoping", "completed"])]
    outcomes = dict(iter(known.loc[known["edition"].gt(origin)].groupby("project_id")))
    for start in starts.to_dict("records"):
        if start["project_id"] in outcomes:
            yield from _replay_project(start, outcomes[start["project_id"]], changes)


def _replay_project(start: dict[Any, Any], outcomes: pd.DataFrame, changes: Changes) -> Iterator[dict[str, Any]]:
    reference = changes.comparable(start)
    finished = False
    for rank, outcome in enumerate(outcomes.to_dict("records")):
        months = outcome["month"] - start["month"]
        horizons = ["next"] if rank == 0 else []
        horizons += ["one_year"] if months >= MONTHS_PER_YEAR else []
        if outcome["phase"] == "completed" and not finished:
            finished = True
            horizons += ["completion"]
        for horizon in horizons:
            chains = simulate(
                changes,
                reference,
                start["end"] - start["month"],
                math.inf if horizon == "completion" else months,
                generator(start["edition"], start["project_id"]),
            )
            common = {
                "horizon": horizon,
                "project_id": start["project_id"],
                "origin": start["edition"],
                "target": outcome["edition"],
                "months": months,
            }
            for rate, draws, unchanged, actual in (
                ("budget", chains.growth, 1.0, outcome["cost"] / start["cost"]),
                ("schedule", chains.moved, 0.0, float(outcome["end"] - start["end"])),
            ):
                forecasts = {name: quantile(draws, level) for name, level in QUANTILE_LEVELS.items()}
                yield common | forecasts | {"rate": rate, "no_change": unchanged, "actual": actual}


def pinball(forecast: pd.Series, actual: pd.Series, level: float) -> pd.Series:
    """The quantile loss of each forecast: level × shortfall, or (1 − level) × excess; never negative."""
    shortfall = actual - forecast
    return (level * shortfall).where(shortfall >= 0, (level - 1) * shortfall)


def backtest(history: pd.DataFrame, edition: str) -> pd.DataFrame:
    """The table of the trial of one edition.

    Args:
        history: core projects, the edition's among them; later editions are left out.
        edition: key of the edition.

    Returns:
        The columns of `OUT_FORECAST_BACKTEST`, a row per rate and horizon, even when nothing was tried.
    """
    return summary(replay(history, edition)).assign(edition=edition)[OUT_FORECAST_BACKTEST.names()]


def summary(replayed: pd.DataFrame) -> pd.DataFrame:
    """The trial of replayed forecasts: the columns of `OUT_FORECAST_BACKTEST` but `edition`."""
    ordered = replayed.sort_values(["project_id", "origin", "target"])
    return pd.DataFrame(
        [
            {"rate": rate, "horizon": horizon}
            | _tried(ordered.loc[ordered["rate"].eq(rate) & ordered["horizon"].eq(horizon)])
            for rate in RATES.codes()
            for horizon in FORECAST_HORIZONS.codes()
        ]
    )


def _tried(rows: pd.DataFrame) -> dict[str, Any]:
    figures: dict[str, Any] = {"n": len(rows), "n_projects": rows["project_id"].nunique()}
    losses = []
    for name, level in QUANTILE_LEVELS.items():
        model = pinball(rows[name], rows["actual"], level)
        no_change = pinball(rows["no_change"], rows["actual"], level)
        figures |= {
            f"coverage_{name}_ratio": _mean(rows["actual"].le(rows[name] + TOLERANCE)),
            f"pinball_{name}": _mean(model),
            f"no_change_pinball_{name}": _mean(no_change),
            f"skill_{name}_ratio": _skill(math.fsum(model), math.fsum(no_change)),
        }
        losses.append(pd.DataFrame({"project_id": rows["project_id"], "model": model, "no_change": no_change}))
    by_project = pd.concat(losses).groupby("project_id")[["model", "no_change"]].sum()
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
    counts = generator("lowest_skill", len(losses)).multinomial(
        len(losses), [1 / len(losses)] * len(losses), size=RESAMPLES
    )
    model, no_change = (counts @ losses[name].to_numpy() for name in ("model", "no_change"))
    told = no_change > 0
    return quantile(1 - model[told] / no_change[told], 0.1) if told.any() else None


def _mean(values: pd.Series) -> float | None:
    return math.fsum(values) / len(values) if len(values) else None


def _skill(model: float, no_change: float) -> float | None:
    return 1 - model / no_change if no_change > 0 else None
