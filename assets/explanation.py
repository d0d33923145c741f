"""What explains a headline: the bridge from each earlier edition of the warehouse."""

import dagster as dg
import pandas as pd

from assets.declaring import table_asset
from warehouse.archive.tables import OUT_BRIDGE, OUT_SLIPPAGE_PROJECTS
from warehouse.archive.versions import AsOfStore
from warehouse.home.home import Home
from warehouse.home.registers import register
from warehouse.home.store import ParquetStore
from warehouse.model.schema import empty_frame
from warehouse.slippage.bridge import bridge


@table_asset(OUT_BRIDGE, "explanation")
def out_bridge(
    context: dg.AssetExecutionContext,
    home: dg.ResourceParam[Home],
    store: dg.ResourceParam[ParquetStore],
    out_slippage_projects: pd.DataFrame,
) -> pd.DataFrame:
    """What made each headline move since each earlier edition, in points, project by project; it adds up exactly."""
    edition = context.partition_key
    frames = [
        bridge(out_slippage_projects, store.read(OUT_SLIPPAGE_PROJECTS, earlier), first_known(home, earlier))
        for earlier in store.editions(OUT_SLIPPAGE_PROJECTS)
        if earlier < edition
    ]
    found = [frame for frame in frames if len(frame)]
    return pd.concat(found, ignore_index=True) if found else empty_frame(OUT_BRIDGE)


def first_known(home: Home, edition: str) -> pd.DataFrame | None:
    """The slippage per project of an edition as it was first known; None when it was never corrected."""
    versions = register(home.registers, "versions").read()
    numbers = versions.loc[versions["edition"].eq(edition), "version"]
    if len(numbers) < 2:
        return None
    return AsOfStore(home.warehouse, {edition: int(numbers.min())}).read(OUT_SLIPPAGE_PROJECTS, edition)
