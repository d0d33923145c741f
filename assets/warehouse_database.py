"""The tables of the edition and the registers in the warehouse database, for those who query."""

import dagster as dg
import pandas as pd
import sqlalchemy as sa

from assets.asset_metadata import folder_asset
from warehouse.database import replace_edition, replace_table
from warehouse.home import Home
from warehouse.register_tables import REGISTERS
from warehouse.registers import read_registers
from warehouse.tables import TABLES


@folder_asset("warehouse", "sqlalchemy")
def warehouse_database(
    context: dg.AssetExecutionContext,
    home: dg.ResourceParam[Home],
    database: dg.ResourceParam[sa.Engine],
    core_projects: pd.DataFrame,
    out_slippage_projects: pd.DataFrame,
    out_slippage_groups: pd.DataFrame,
    out_key_figures: pd.DataFrame,
    out_movements: pd.DataFrame,
    out_leavers: pd.DataFrame,
    out_changes: pd.DataFrame,
    core_corrections: pd.DataFrame,
) -> dg.MaterializeResult[None]:
    """The core and published tables of the edition and the registers, in SQL; each is replaced in one transaction."""
    frames = {
        "core_projects": core_projects,
        "out_slippage_projects": out_slippage_projects,
        "out_slippage_groups": out_slippage_groups,
        "out_key_figures": out_key_figures,
        "out_movements": out_movements,
        "out_leavers": out_leavers,
        "out_changes": out_changes,
        "core_corrections": core_corrections,
    }
    changed = [
        name for name, frame in frames.items() if replace_edition(database, TABLES[name], context.partition_key, frame)
    ]
    with home.writing():
        for name, lines in read_registers(home.registers).items():
            if replace_table(database, REGISTERS[name], lines):
                changed.append(REGISTERS[name].name)
    return dg.MaterializeResult(
        metadata={"changed_tables": changed, "dagster/row_count": sum(map(len, frames.values()))}
    )
