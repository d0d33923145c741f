"""The public face of the declarations: every table, by name. What derives from one lives in `model.schema`."""

from warehouse.follow_up.tables import (
    OUT_BASELINES,
    OUT_MINISTRY_BRIEF,
    OUT_MISSIONS,
    OUT_NAMED_CAUSES,
    OUT_RETROSPECTIVE,
    OUT_SCORECARD,
    OUT_WATCHLIST,
)
from warehouse.forecast.tables import OUT_FORECAST, OUT_FORECAST_BACKTEST
from warehouse.history.tables import CORE_CORRECTIONS, OUT_CHANGES, OUT_LEAVERS, OUT_MOVEMENTS
from warehouse.model.schema import Table
from warehouse.projects.tables import ACCEPTED_CELLS, ACCEPTED_ROWS, CORE_PROJECTS, RAW_SUBMISSIONS, SUBMITTED_ROWS
from warehouse.quality.tables import OUT_COLLECTION, OUT_MINISTRY_QUALITY, OUT_PROJECT_QUALITY
from warehouse.slippage.tables import (
    OUT_BRIDGE,
    OUT_CAUSES,
    OUT_HEADLINE_CHANGES,
    OUT_HEADLINES,
    OUT_KEY_FIGURES,
    OUT_OFFICIAL_FIGURES,
    OUT_SLIPPAGE_GROUPS,
    OUT_SLIPPAGE_PROJECTS,
    OUT_TARGET_PROJECTS,
    OUT_TARGETS,
)

__all__ = [
    "ACCEPTED_CELLS",
    "ACCEPTED_ROWS",
    "CORE_CORRECTIONS",
    "CORE_PROJECTS",
    "OUT_BASELINES",
    "OUT_BRIDGE",
    "OUT_CAUSES",
    "OUT_CHANGES",
    "OUT_COLLECTION",
    "OUT_FORECAST",
    "OUT_FORECAST_BACKTEST",
    "OUT_HEADLINES",
    "OUT_HEADLINE_CHANGES",
    "OUT_KEY_FIGURES",
    "OUT_LEAVERS",
    "OUT_MINISTRY_BRIEF",
    "OUT_MINISTRY_QUALITY",
    "OUT_MISSIONS",
    "OUT_MOVEMENTS",
    "OUT_NAMED_CAUSES",
    "OUT_OFFICIAL_FIGURES",
    "OUT_PROJECT_QUALITY",
    "OUT_RETROSPECTIVE",
    "OUT_SCORECARD",
    "OUT_SLIPPAGE_GROUPS",
    "OUT_SLIPPAGE_PROJECTS",
    "OUT_TARGETS",
    "OUT_TARGET_PROJECTS",
    "OUT_WATCHLIST",
    "RAW_SUBMISSIONS",
    "SUBMITTED_ROWS",
    "TABLES",
]

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        RAW_SUBMISSIONS,
        SUBMITTED_ROWS,
        ACCEPTED_ROWS,
        ACCEPTED_CELLS,
        CORE_PROJECTS,
        OUT_SLIPPAGE_PROJECTS,
        OUT_SLIPPAGE_GROUPS,
        OUT_KEY_FIGURES,
        OUT_HEADLINES,
        OUT_HEADLINE_CHANGES,
        OUT_OFFICIAL_FIGURES,
        OUT_COLLECTION,
        OUT_MOVEMENTS,
        OUT_LEAVERS,
        OUT_CHANGES,
        OUT_CAUSES,
        OUT_WATCHLIST,
        OUT_MINISTRY_BRIEF,
        OUT_TARGETS,
        OUT_TARGET_PROJECTS,
        OUT_RETROSPECTIVE,
        OUT_SCORECARD,
        OUT_BASELINES,
        OUT_MISSIONS,
        OUT_NAMED_CAUSES,
        OUT_PROJECT_QUALITY,
        OUT_MINISTRY_QUALITY,
        OUT_BRIDGE,
        CORE_CORRECTIONS,
        OUT_FORECAST,
        OUT_FORECAST_BACKTEST,
    )
}
