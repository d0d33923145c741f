"""Slippage of the edition, per project, per ministry and for the whole portfolio, and its key figures."""

import dagster as dg
import pandas as pd

from assets.declaring import table_asset
from warehouse.archive.tables import CORE_PROJECTS, OUT_KEY_FIGURES, OUT_SLIPPAGE_GROUPS, OUT_SLIPPAGE_PROJECTS
from warehouse.disclosure.equations import Withheld, withheld_figures
from warehouse.disclosure.protection import published_aggregates, released_figures, released_groups
from warehouse.disclosure.reasoning import Aggregate
from warehouse.facts.reference import target_for
from warehouse.home.home import Home
from warehouse.home.registers import register
from warehouse.home.settings import read_settings
from warehouse.home.store import ParquetStore
from warehouse.model.schema import empty_frame
from warehouse.slippage.by_group import slippage_by_group
from warehouse.slippage.by_project import slippage_by_project
from warehouse.slippage.measures import key_figures


def previous_projects(home: Home, store: ParquetStore, edition: str) -> pd.DataFrame | None:
    """The core projects of the edition just before in the calendar, None when the warehouse does not have it.

    An older edition would not tell the same thing.
    """
    calendar = home.calendar()
    previous = calendar.previous(calendar.find(edition))
    if previous is None or not store.has(CORE_PROJECTS, previous.key):
        return None
    return store.read(CORE_PROJECTS, previous.key)


def withheld_and_past(home: Home, store: ParquetStore, projects: pd.DataFrame) -> tuple[Withheld, list[Aggregate]]:
    """What is withheld up to the edition of `projects`, and what the editions before it published of it."""
    edition = str(projects["edition"].iloc[0])
    history = store.history_with(CORE_PROJECTS, projects, edition)
    withheld = withheld_figures(history, register(home.registers, "baselines").read())
    figures, groups = (store.earlier(table, edition) for table in (OUT_KEY_FIGURES, OUT_SLIPPAGE_GROUPS))
    return withheld, published_aggregates(withheld, figures, groups)


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
    return slippage_by_project(
        core_projects,
        store.history_with(CORE_PROJECTS, core_projects, edition),
        register(home.registers, "baselines").read(),
        previous_projects(home, store, edition),
    )


@table_asset(OUT_SLIPPAGE_GROUPS, "slippage")
def out_slippage_groups(
    context: dg.AssetExecutionContext,
    home: dg.ResourceParam[Home],
    store: dg.ResourceParam[ParquetStore],
    out_slippage_projects: pd.DataFrame,
    core_projects: pd.DataFrame,
    out_key_figures: pd.DataFrame,
) -> pd.DataFrame:
    """Statistics of slippage for the portfolio and each group, by several methods and over three perimeters.

    Each has its count and a 95 % interval. Groups: ministry, phase, cost band, functional zone, year of start. Withheld
    figures are left out, or counted where none can be computed back, as the settings of the home say.
    """
    edition = home.calendar().find(context.partition_key)
    previous = home.calendar().previous(edition)
    has_previous = previous is not None and store.has(OUT_SLIPPAGE_PROJECTS, previous.key)
    groups = slippage_by_group(
        out_slippage_projects,
        target_for(edition.key).target_pct,
        store.earlier(OUT_SLIPPAGE_PROJECTS, edition.key),
        previous.key if previous is not None and has_previous else None,
    )
    withheld, past = withheld_and_past(home, store, core_projects)
    past = [*past, *published_aggregates(withheld, out_key_figures, empty_frame(OUT_SLIPPAGE_GROUPS))]
    return released_groups(groups, withheld, past, read_settings(home.settings).disclosure.withheld)


@table_asset(OUT_KEY_FIGURES, "slippage")
def out_key_figures(
    context: dg.AssetExecutionContext,
    home: dg.ResourceParam[Home],
    store: dg.ResourceParam[ParquetStore],
    core_projects: pd.DataFrame,
    out_movements: pd.DataFrame,
) -> pd.DataFrame:
    """What the panorama publishes in its head: counts, total cost, mean duration, movements, target.

    Withheld figures are left out, or counted where none can be computed back, as the settings of the home say.
    """
    edition = home.calendar().find(context.partition_key)
    compared = previous_projects(home, store, edition.key) is not None
    arrivals = int(out_movements["movement"].isin(["entry", "return"]).sum())
    figures = pd.DataFrame(
        [
            {
                "edition": edition.key,
                "ordinal": edition.ordinal,
                **key_figures(core_projects),
                "entries": arrivals if compared else None,
                "exits": len(out_movements) - arrivals if compared else None,
                "target_pct": target_for(edition.key).target_pct,
                "fictitious": bool(core_projects["fictitious"].any()),
            }
        ]
    )
    withheld, past = withheld_and_past(home, store, core_projects)
    return released_figures(figures, withheld, past, read_settings(home.settings).disclosure.withheld)
