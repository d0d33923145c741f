"""The tables of the edition in the warehouse database, for those who query."""

import dagster as dg
import pandas as pd
import sqlalchemy as sa

from assets.asset_metadata import folder_asset
from warehouse.database import replace_edition
from warehouse.tables import TABLES


@folder_asset("warehouse", "sqlalchemy")
def warehouse_database(
    context: dg.AssetExecutionContext,
    database: dg.ResourceParam[sa.Engine],
    core_projects: pd.DataFrame,
    out_slippage_projects: pd.DataFrame,
    out_slippage_groups: pd.DataFrame,
    out_key_figures: pd.DataFrame,
    out_movements: pd.DataFrame,
) -> dg.MaterializeResult[None]:
    """The core and published tables of the edition, in SQL; each is replaced in one transaction."""
    frames = {
        "core_projects": core_projects,
        "out_slippage_projects": out_slippage_projects,
        "out_slippage_groups": out_slippage_groups,
        "out_key_figures": out_key_figures,
        "out_movements": out_movements,
    }
    changed = [
        name for name, frame in frames.items() if replace_edition(database, TABLES[name], context.partition_key, frame)
    ]
    return dg.MaterializeResult(
        metadata={"changed_tables": changed, "dagster/row_count": sum(map(len, frames.values()))}
    )
