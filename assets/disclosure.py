"""The account of what was done so that no withheld figure can be computed from what an edition publishes."""

import dagster as dg
import pandas as pd

from assets.declaring import table_asset
from assets.slippage import withheld_and_past
from warehouse.archive.tables import OUT_DISCLOSURE
from warehouse.disclosure.protection import disclosure_table
from warehouse.home.home import Home
from warehouse.home.store import ParquetStore


@table_asset(OUT_DISCLOSURE, "slippage")
def out_disclosure(
    context: dg.AssetExecutionContext,
    home: dg.ResourceParam[Home],
    store: dg.ResourceParam[ParquetStore],
    core_projects: pd.DataFrame,
    out_key_figures: pd.DataFrame,
    out_slippage_groups: pd.DataFrame,
) -> pd.DataFrame:
    """Each withheld figure and whether an aggregate counts it; each cell not published to protect them, and why.

    Empty when nothing is withheld. It holds no figure.
    """
    withheld, past = withheld_and_past(home, store, core_projects)
    return disclosure_table(context.partition_key, withheld, out_key_figures, out_slippage_groups, past)
