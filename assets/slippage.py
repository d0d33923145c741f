"""Slippage of the edition, per project, per ministry and for the whole portfolio, and its key figures."""

import dagster as dg
import pandas as pd

from assets.asset_metadata import table_asset
from warehouse.home import Home
from warehouse.measures import key_figures, movements, slippage_by_group, slippage_by_project
from warehouse.reference import target_for
from warehouse.schema import empty_frame
from warehouse.store import ParquetStore
from warehouse.tables import (
    CORE_PROJECTS,
    OUT_KEY_FIGURES,
    OUT_MOVEMENTS,
    OUT_SLIPPAGE_GROUPS,
    OUT_SLIPPAGE_PROJECTS,
)


@table_asset(OUT_SLIPPAGE_PROJECTS, "slippage")
def out_slippage_projects(
    context: dg.AssetExecutionContext, store: dg.ResourceParam[ParquetStore], core_projects: pd.DataFrame
) -> pd.DataFrame:
    """Budget and schedule slippage of each project against its first baseline, with its status.

    Where a ministry declares no baseline, the first figures published in this or an earlier edition of the
    warehouse stand in, marked `first_publication`.
    """
    return slippage_by_project(core_projects, _history(store, context.partition_key, core_projects))


def _history(store: ParquetStore, edition: str, core_projects: pd.DataFrame) -> pd.DataFrame:
    """All editions up to this one, this one as it was just computed."""
    earlier = store.history(CORE_PROJECTS, edition)
    return pd.concat([earlier.loc[earlier["edition"] < edition], core_projects], ignore_index=True)


@table_asset(OUT_SLIPPAGE_GROUPS, "slippage")
def out_slippage_groups(
    context: dg.AssetExecutionContext, home: dg.ResourceParam[Home], out_slippage_projects: pd.DataFrame
) -> pd.DataFrame:
    """Statistics of slippage for the portfolio and each ministry, by several methods, each with its count."""
    target = target_for(home.calendar().find(context.partition_key))
    return slippage_by_group(out_slippage_projects, target.target_pct)


@table_asset(OUT_MOVEMENTS, "slippage")
def out_movements(
    context: dg.AssetExecutionContext,
    home: dg.ResourceParam[Home],
    store: dg.ResourceParam[ParquetStore],
    core_projects: pd.DataFrame,
) -> pd.DataFrame:
    """Projects that came in and left since the previous edition of the calendar.

    Empty when that edition is not in the warehouse: an older one would not tell the same thing.
    """
    calendar = home.calendar()
    previous = calendar.previous(calendar.find(context.partition_key))
    if previous is None or not store.has(CORE_PROJECTS, previous.key):
        return empty_frame(OUT_MOVEMENTS)
    return movements(core_projects, store.read(CORE_PROJECTS, previous.key))


@table_asset(OUT_KEY_FIGURES, "slippage")
def out_key_figures(
    context: dg.AssetExecutionContext,
    home: dg.ResourceParam[Home],
    store: dg.ResourceParam[ParquetStore],
    core_projects: pd.DataFrame,
    out_movements: pd.DataFrame,
) -> pd.DataFrame:
    """What the panorama publishes in its head: counts, total cost, mean duration, movements, target."""
    calendar = home.calendar()
    edition = calendar.find(context.partition_key)
    previous = calendar.previous(edition)
    compared = previous is not None and store.has(CORE_PROJECTS, previous.key)
    counts = out_movements["movement"].value_counts()
    return pd.DataFrame(
        [
            {
                "edition": edition.key,
                "ordinal": edition.ordinal,
                **key_figures(core_projects),
                "entries": int(counts.get("entry", 0)) if compared else None,
                "exits": int(counts.get("exit", 0)) if compared else None,
                "target_pct": target_for(edition).target_pct,
                "fictitious": bool(core_projects["fictitious"].any()),
            }
        ]
    )
