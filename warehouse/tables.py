"""The public face of the declarations: every table, by name. What derives from one lives in `warehouse.schema`."""

from dataclasses import replace

from warehouse.core_tables import CORE_PROJECTS, RAW_SUBMISSIONS
from warehouse.history_tables import CORE_CORRECTIONS, OUT_CHANGES, OUT_LEAVERS, OUT_MOVEMENTS
from warehouse.out_tables import OUT_KEY_FIGURES, OUT_SLIPPAGE_GROUPS, OUT_SLIPPAGE_PROJECTS
from warehouse.schema import Table

__all__ = [
    "CORE_CORRECTIONS",
    "CORE_PROJECTS",
    "OPEN_PROJECTS",
    "OUT_CHANGES",
    "OUT_KEY_FIGURES",
    "OUT_LEAVERS",
    "OUT_MOVEMENTS",
    "OUT_SLIPPAGE_GROUPS",
    "OUT_SLIPPAGE_PROJECTS",
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
        OUT_MOVEMENTS,
        OUT_LEAVERS,
        OUT_CHANGES,
        CORE_CORRECTIONS,
    )
}


def _open_projects() -> Table:
    slippage = [
        column for column in OUT_SLIPPAGE_PROJECTS.columns if column.name.startswith(("baseline", "budget", "schedule"))
    ]
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
