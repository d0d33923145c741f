"""Forecasts at completion, and the trial that says what they are worth."""

from collections.abc import Iterator

import dagster as dg

from assets.declaring import made, tables_asset
from assets.session import Session
from warehouse.archive.tables import CORE_PROJECTS, OUT_FORECAST, OUT_FORECAST_BACKTEST, OUT_SLIPPAGE_PROJECTS
from warehouse.forecast.backtest import backtest
from warehouse.forecast.forecast import forecasts


@tables_asset(
    "forecast",
    {
        OUT_FORECAST_BACKTEST: [CORE_PROJECTS],
        OUT_FORECAST: [CORE_PROJECTS, OUT_SLIPPAGE_PROJECTS, OUT_FORECAST_BACKTEST],
    },
)
def forecast(
    context: dg.AssetExecutionContext, session: dg.ResourceParam[Session]
) -> Iterator[dg.MaterializeResult[None]]:
    """Replay the forecasts of the past, then forecast again; the verdict of the trial goes with each forecast."""
    projects = session.shown_projects()
    trial = backtest(projects)
    tables = {
        OUT_FORECAST_BACKTEST: trial,
        OUT_FORECAST: forecasts(projects, session.store.history(OUT_SLIPPAGE_PROJECTS), trial),
    }
    yield from made(context, session, tables)
