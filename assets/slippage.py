"""Slippage of the edition, per project, per ministry and for the whole portfolio, and its key figures."""

import dagster as dg
import pandas as pd

from assets.asset_metadata import table_asset
from warehouse.home import Home
from warehouse.measures import key_figures, slippage_by_group
from warehouse.project_slippage import slippage_by_project
from warehouse.reference import target_for
from warehouse.registers import register
from warehouse.store import ParquetStore
from warehouse.tables import CORE_PROJECTS, OUT_KEY_FIGURES, OUT_SLIPPAGE_GROUPS, OUT_SLIPPAGE_PROJECTS


def previous_projects(home: Home, store: ParquetStore, edition: str) -> pd.DataFrame | None:
    """The core projects of the edition just before in the calendar, None when the warehouse does not have it.

    An older edition would not tell the same thing.
    """
    calendar = home.calendar()
    previous = calendar.previous(calendar.find(edition))
    if previous is None or not store.has(CORE_PROJECTS, previous.key):
        return None
    return store.read(CORE_PROJECTS, previous.key)


def earlier(history: pd.DataFrame, edition: str) -> pd.DataFrame:
    """The rows of the editions before one."""
    rows: pd.DataFrame = history.loc[history["edition"] < edition]
    return rows


@table_asset(OUT_SLIPPAGE_PROJECTS, "slippage")
def out_slippage_projects(
    context: dg.AssetExecutionContext,
    home: dg.ResourceParam[Home],
    store: dg.ResourceParam[ParquetStore],
    core_projects: pd.DataFrame,
) -> pd.DataFrame:
    """Budget and schedule slippage of each project against its first baseline, the one in force, and last time.

    Where a ministry declares no baseline, the first figures published in this or an earlier edition of the
    warehouse stand in, marked `first_publication`.
    """
    edition = context.partition_key
    before = earlier(store.history(CORE_PROJECTS, edition), edition)
    return slippage_by_project(
        core_projects,
        pd.concat([before, core_projects], ignore_index=True),
        register(home.registers, "baselines").read(),
        previous_projects(home, store, edition),
    )


@table_asset(OUT_SLIPPAGE_GROUPS, "slippage")
def out_slippage_groups(
    context: dg.AssetExecutionContext, home: dg.ResourceParam[Home], out_slippage_projects: pd.DataFrame
) -> pd.DataFrame:
    """Statistics of slippage for the portfolio and each ministry, by several methods, each with its count."""
    target = target_for(home.calendar().find(context.partition_key))
    return slippage_by_group(out_slippage_projects, target.target_pct)


@table_asset(OUT_KEY_FIGURES, "slippage")
def out_key_figures(
    context: dg.AssetExecutionContext,
    home: dg.ResourceParam[Home],
    store: dg.ResourceParam[ParquetStore],
    core_projects: pd.DataFrame,
    out_movements: pd.DataFrame,
) -> pd.DataFrame:
    """What the panorama publishes in its head: counts, total cost, mean duration, movements, target."""
    edition = home.calendar().find(context.partition_key)
    compared = previous_projects(home, store, edition.key) is not None
    arrivals = int(out_movements["movement"].isin(["entry", "return"]).sum())
    return pd.DataFrame(
        [
            {
                "edition": edition.key,
                "ordinal": edition.ordinal,
                **key_figures(core_projects),
                "entries": arrivals if compared else None,
                "exits": len(out_movements) - arrivals if compared else None,
                "target_pct": target_for(edition).target_pct,
                "fictitious": bool(core_projects["fictitious"].any()),
            }
        ]
    )
