"""Forecasts at completion, and the trial that says what they are worth."""

import dagster as dg
import pandas as pd

from assets.declaring import table_asset
from warehouse.archive.tables import CORE_PROJECTS, OUT_FORECAST, OUT_FORECAST_BACKTEST
from warehouse.forecast import backtest, forecast
from warehouse.home.store import ParquetStore


@table_asset(OUT_FORECAST_BACKTEST, "forecast")
def out_forecast_backtest(
    context: dg.AssetExecutionContext, store: dg.ResourceParam[ParquetStore], core_projects: pd.DataFrame
) -> pd.DataFrame:
    """What the forecasts would have been worth at each past edition, against what was published later.

    Each past edition forecasts again with what it knew; the rule to beat is that nothing changes. When the gain is
    nil, or may be luck, the verdict says so.
    """
    edition = context.partition_key
    return backtest.backtest(store.history_with(CORE_PROJECTS, core_projects, edition), edition)


@table_asset(OUT_FORECAST, "forecast")
def out_forecast(
    context: dg.AssetExecutionContext,
    store: dg.ResourceParam[ParquetStore],
    core_projects: pd.DataFrame,
    out_slippage_projects: pd.DataFrame,
    out_forecast_backtest: pd.DataFrame,
) -> pd.DataFrame:
    """Expected final cost and end of each project (P50, P80), from the changes of forecast in comparable projects.

    A project in scoping, finished, withheld or without figures has a row that says so, and no forecast. Costs are
    nominal, and in constant euros beside. The verdict of the trial goes with each forecast.
    """
    edition = context.partition_key
    history = store.history_with(CORE_PROJECTS, core_projects, edition)
    return forecast.forecast(history, edition, out_slippage_projects, out_forecast_backtest)
