"""What is to be expected of the cost and the end of each project, from what happened to those of all projects.

Reference class forecasting (Flyvbjerg, "Curbing Optimism Bias and Strategic Misrepresentation in Planning: Reference
Class Forecasting in Practice", European Planning Studies, 2008): not what the project says of itself, but how far the
figures of projects like it moved over the same horizon. The class is every project followed: narrower ones (phase,
nearness of the end) forecast no better.

`warehouse.forecast.backtest` tells the changes that may be expected, and whether such forecasts were worth giving.
"""

import pandas as pd

from warehouse.facts.deflator import beyond, deflate, price_index
from warehouse.forecast.outcomes import FIGURES, HORIZONS, is_known, observations
from warehouse.forecast.quantiles import P80, QUANTILE_LEVELS
from warehouse.forecast.tables import OUT_FORECAST
from warehouse.model.french import number
from warehouse.model.schema import empty_frame
from warehouse.projects.withheld import without_withheld

METHOD = (
    "Changements constatés sur le même horizon dans les projets suivis : leur médiane (P50), et leur quantile conforme "
    f"(P80) au niveau {number(P80, 1)} × (n + 1) / n, n étant le nombre de ces projets."
)


def forecasts(projects: pd.DataFrame, slippages: pd.DataFrame, trial: pd.DataFrame) -> pd.DataFrame:
    """The table of forecasts of every edition, each from what it and the ones before it knew.

    Args:
        projects: core projects of every edition.
        slippages: slippage per project of the same editions, for the first baselines.
        trial: the back-test of the same editions: the changes that each may forecast, and why not.

    Returns:
        The columns of `OUT_FORECAST`, one row per project, edition and horizon; no figure where nothing is forecast.
    """
    if projects.empty:
        return empty_frame(OUT_FORECAST)
    rows = _with_horizons(projects.reset_index(drop=True))
    shown, observed = without_withheld(rows), observations(rows)
    tried = {rate: _tried(rows, trial.loc[trial["rate"].eq(rate)]) for rate in FIGURES}
    status = pd.DataFrame({rate: statuses(rows, observed, rate, tried[rate]) for rate in FIGURES})
    moved = _moved(observed, tried, status)
    expected = pd.DataFrame(_costs(observed, tried, status) | _ends(observed, moved))
    return (
        shown[["edition", "project_id", "name", "ministry_id", "phase", "updated_cost_meur", "updated_end_date"]]
        .assign(
            horizon=rows["horizon"],
            budget_status=status["budget"],
            schedule_status=status["schedule"],
            **{str(name): values for name, values in expected.items()},
            **_slippages(shown, slippages, expected, moved),
            **{str(name): values for name, values in _constant(shown, expected).items()},
            **_verdicts(tried),
            method=METHOD,
        )
        .reindex(columns=OUT_FORECAST.names())
    )


def _with_horizons(projects: pd.DataFrame) -> pd.DataFrame:
    """Each row of the core projects, once per horizon."""
    repeated = projects.loc[projects.index.repeat(len(HORIZONS))].reset_index(drop=True)
    return repeated.assign(horizon=pd.Series(list(HORIZONS) * len(projects), dtype="str"))


def _tried(rows: pd.DataFrame, trial: pd.DataFrame) -> pd.DataFrame:
    """The line of the trial of each row, for one rate."""
    keys = ["edition", "horizon"]
    return rows[keys].merge(trial, how="left", on=keys, validate="many_to_one").set_axis(rows.index)


def statuses(rows: pd.DataFrame, observed: pd.DataFrame, rate: str, tried: pd.DataFrame) -> pd.Series:
    """Whether the figure of a rate is forecast, and why not.

    Args:
        rows: core projects, a row per horizon.
        observed: their `observations`, aligned.
        rate: of `FIGURES`.
        tried: the line of the trial of each row.

    Returns:
        Codes of `forecast_statuses`, aligned with `rows`.
    """
    given = tried[[f"change_{name}" for name in QUANTILE_LEVELS]].notna().any(axis=1)
    status = pd.Series("forecast", index=rows.index, dtype="str").where(given, "not_validated")
    status = status.mask(tried["p80_verdict"].eq("insufficient"), "insufficient_history")
    status = status.mask(~is_known(observed, rate).fillna(value=False), "missing")
    held = rows["cost_withheld"] if rate == "budget" else rows["schedule_withheld"]
    status = status.mask(held.astype(bool), "withheld")
    return status.mask(rows["phase"].eq("scoping"), "scoping").mask(rows["phase"].eq("completed"), "completed")


def _costs(observed: pd.DataFrame, tried: dict[str, pd.DataFrame], status: pd.DataFrame) -> dict[str, pd.Series]:
    cost = observed["cost"].where(status["budget"].eq("forecast"))
    return {f"cost_{name}_meur": cost * tried["budget"][f"change_{name}"] for name in QUANTILE_LEVELS}


def _moved(observed: pd.DataFrame, tried: dict[str, pd.DataFrame], status: pd.DataFrame) -> dict[str, pd.Series]:
    """The months each end moves, by quantile; a project that is not finished does not end before the edition."""
    least = (observed["month"] - observed["end"]).astype("float64")
    changes = {name: tried["schedule"][f"change_{name}"] for name in QUANTILE_LEVELS}
    return {name: change.clip(lower=least).where(status["schedule"].eq("forecast")) for name, change in changes.items()}


def _ends(observed: pd.DataFrame, moved: dict[str, pd.Series]) -> dict[str, pd.Series]:
    ends = {}
    for name, months in moved.items():
        numbers = (observed["end"].astype("float64") + months).fillna(0).to_numpy(dtype="int64")
        dates = pd.Series(numbers.astype("datetime64[M]").astype("datetime64[s]"), index=months.index)
        ends[f"end_{name}_date"] = dates.where(months.notna())
    return ends


def _slippages(
    shown: pd.DataFrame, slippages: pd.DataFrame, expected: pd.DataFrame, moved: dict[str, pd.Series]
) -> dict[str, pd.Series]:
    keys = ["edition", "project_id"]
    first = slippages.set_index(keys).reindex(pd.MultiIndex.from_frame(shown[keys])).set_axis(shown.index)
    cost = first["initial_cost_meur"].where(first["budget_status"].eq("known"))
    duration = first["initial_duration_months"].astype("float64").where(first["schedule_status"].eq("known"))
    updated = shown["updated_duration_months"].astype("float64")
    budget = {name: (expected[f"cost_{name}_meur"] - cost) / cost for name in QUANTILE_LEVELS}
    schedule = {name: (updated + months - duration) / duration for name, months in moved.items()}
    return {
        f"{rate}_{name}_slippage_ratio": values
        for rate, by_name in (("budget", budget), ("schedule", schedule))
        for name, values in by_name.items()
    }


def _constant(shown: pd.DataFrame, expected: pd.DataFrame) -> pd.DataFrame:
    """Expected costs in the prices of the last year known to each edition."""
    parts = [
        _constant_at(rows, expected.loc[rows.index], price_index(str(edition)))
        for edition, rows in shown.groupby("edition")
    ]
    return pd.concat(parts).reindex(shown.index)


def _constant_at(shown: pd.DataFrame, expected: pd.DataFrame, index: pd.Series) -> pd.DataFrame:
    """The same for the projects of one edition, each cost taken as spent in the middle of the project.

    The real spread of the spending over the years is not submitted; half-way is where its mean lies when it is even.
    """
    costs = {name: expected[f"cost_{name}_meur"] for name in QUANTILE_LEVELS}
    midway = shown["start_date"] + (shown["updated_end_date"] - shown["start_date"]) / 2
    year = midway.dt.year.astype("Int64").where(pd.DataFrame(costs).notna().any(axis=1))
    base = int(index.index[-1])
    constant = {f"cost_{name}_constant_meur": deflate(cost, year, base, index) for name, cost in costs.items()}
    return pd.DataFrame(constant).assign(
        price_year=year,
        base_year=pd.Series(base, index=shown.index, dtype="Int64").where(year.notna()),
        deflator_extended=beyond(year, index),
    )


def _verdicts(tried: dict[str, pd.DataFrame]) -> dict[str, pd.Series]:
    """By column of `OUT_FORECAST`, what the forecasts of each rate and horizon are worth."""
    codes = {
        f"{rate}_{name}_verdict": lines[f"{name}_verdict"] for rate, lines in tried.items() for name in QUANTILE_LEVELS
    }
    return codes | {"skill_verdict": tried["budget"]["sentence"] + " " + tried["schedule"]["sentence"]}
