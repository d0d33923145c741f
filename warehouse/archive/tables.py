"""The public face of the declarations: every table, by name. What derives from one lives in `model.schema`."""

from dataclasses import replace

from warehouse.disclosure.tables import OUT_DISCLOSURE
from warehouse.follow_up.rating_tables import OUT_RETROSPECTIVE, OUT_SCORECARD
from warehouse.follow_up.tables import (
    OUT_CAUSES,
    OUT_MINISTRY_BRIEF,
    OUT_TARGET_PROJECTS,
    OUT_TARGETS,
    OUT_WATCHLIST,
)
from warehouse.forecast.tables import OUT_FORECAST, OUT_FORECAST_BACKTEST
from warehouse.history.tables import CORE_CORRECTIONS, OUT_CHANGES, OUT_LEAVERS, OUT_MOVEMENTS
from warehouse.model.schema import Table
from warehouse.projects.tables import CORE_PROJECTS, RAW_SUBMISSIONS
from warehouse.quality.collection_tables import OUT_COLLECTION
from warehouse.quality.tables import OUT_MINISTRY_QUALITY, OUT_PROJECT_QUALITY
from warehouse.slippage.bridge_tables import OUT_BRIDGE
from warehouse.slippage.tables import OUT_KEY_FIGURES, OUT_SLIPPAGE_GROUPS, OUT_SLIPPAGE_PROJECTS

__all__ = [
    "CORE_CORRECTIONS",
    "CORE_PROJECTS",
    "OPEN_PROJECTS",
    "OUT_BRIDGE",
    "OUT_CAUSES",
    "OUT_CHANGES",
    "OUT_COLLECTION",
    "OUT_DISCLOSURE",
    "OUT_FORECAST",
    "OUT_FORECAST_BACKTEST",
    "OUT_KEY_FIGURES",
    "OUT_LEAVERS",
    "OUT_MINISTRY_BRIEF",
    "OUT_MINISTRY_QUALITY",
    "OUT_MOVEMENTS",
    "OUT_PROJECT_QUALITY",
    "OUT_RETROSPECTIVE",
    "OUT_SCORECARD",
    "OUT_SLIPPAGE_GROUPS",
    "OUT_SLIPPAGE_PROJECTS",
    "OUT_TARGETS",
    "OUT_TARGET_PROJECTS",
    "OUT_WATCHLIST",
    "RAW_SUBMISSIONS",
    "TABLES",
]

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        RAW_SUBMISSIONS,
        CORE_PROJECTS,
        OUT_SLIPPAGE_PROJECTS,
        OUT_SLIPPAGE_GROUPS,
        OUT_KEY_FIGURES,
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
        OUT_PROJECT_QUALITY,
        OUT_MINISTRY_QUALITY,
        OUT_BRIDGE,
        CORE_CORRECTIONS,
        OUT_FORECAST,
        OUT_FORECAST_BACKTEST,
        OUT_DISCLOSURE,
    )
}


def _open_projects() -> Table:
    from_slippage = ("baseline", "budget", "schedule", "overdue")
    slippage = [column for column in OUT_SLIPPAGE_PROJECTS.columns if column.name.startswith(from_slippage)]
    replaced = {"initial_cost_meur", "initial_duration_months"}
    columns = [
        replace(column, description=f"{column.description} À défaut, premiers chiffres publiés.")
        if column.name in replaced
        else column
        for column in CORE_PROJECTS.columns
    ]
    return Table(
        "panorama",
        "Panorama des grands projets numériques de l'État",
        "Une ligne par grand projet de l'édition, avec ses écarts par rapport à la première référence.",
        (*columns, *slippage),
        ("edition", "project_id"),
        (*CORE_PROJECTS.caveats, *OUT_SLIPPAGE_PROJECTS.caveats),
    )


OPEN_PROJECTS = _open_projects()
