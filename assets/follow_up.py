"""Following projects up: causes, watchlist, ministry briefs, targets, balance sheets, ratings."""

import dagster as dg
import pandas as pd

from assets.declaring import table_asset
from assets.slippage import previous_projects
from warehouse.archive.tables import CORE_PROJECTS, OUT_SLIPPAGE_PROJECTS
from warehouse.facts.reference import targets as known_targets
from warehouse.follow_up import ministry_brief, retrospective, scorecard, watchlist
from warehouse.follow_up.rating_tables import OUT_RETROSPECTIVE, OUT_SCORECARD
from warehouse.follow_up.tables import (
    OUT_CAUSES,
    OUT_MINISTRY_BRIEF,
    OUT_TARGET_PROJECTS,
    OUT_TARGETS,
    OUT_WATCHLIST,
)
from warehouse.home.home import Home
from warehouse.home.registers import register
from warehouse.home.store import ParquetStore
from warehouse.slippage import causes, targets


@table_asset(OUT_CAUSES, "follow_up")
def out_causes(core_projects: pd.DataFrame, out_slippage_projects: pd.DataFrame) -> pd.DataFrame:
    """Slippage by declared cause, in euros and in months, since the first baseline and since the previous edition.

    A project that deviates without a reason is put down to « Non expliqué ». The causes add up to the total.
    """
    return causes.slippage_causes(core_projects, out_slippage_projects)


@table_asset(OUT_WATCHLIST, "follow_up")
def out_watchlist(
    context: dg.AssetExecutionContext,
    home: dg.ResourceParam[Home],
    store: dg.ResourceParam[ParquetStore],
    core_projects: pd.DataFrame,
    out_slippage_projects: pd.DataFrame,
) -> pd.DataFrame:
    """Projects to follow closely, by rule: what triggered it, since when, and whether a securing mission is open."""
    edition = context.partition_key
    return watchlist.watchlist(
        store.history_with(CORE_PROJECTS, core_projects, edition),
        store.history_with(OUT_SLIPPAGE_PROJECTS, out_slippage_projects, edition),
        register(home.registers, "baselines").read(),
        register(home.registers, "missions").read(),
        known_targets(),
    )


@table_asset(OUT_MINISTRY_BRIEF, "follow_up")
def out_ministry_brief(
    context: dg.AssetExecutionContext,
    home: dg.ResourceParam[Home],
    store: dg.ResourceParam[ParquetStore],
    core_projects: pd.DataFrame,
    out_slippage_projects: pd.DataFrame,
    out_movements: pd.DataFrame,
    out_watchlist: pd.DataFrame,
) -> pd.DataFrame:
    """One page per ministry: its slippage, its part of the headline and how it moved, what is asked of it.

    Changes are empty when the previous edition of the calendar is not in the warehouse.
    """
    previous = previous_projects(home, store, context.partition_key)
    before = None if previous is None else store.read(OUT_SLIPPAGE_PROJECTS, str(previous["edition"].iloc[0]))
    return ministry_brief.ministry_brief(core_projects, out_slippage_projects, before, out_movements, out_watchlist)


@table_asset(OUT_TARGETS, "follow_up")
def out_targets(out_slippage_projects: pd.DataFrame) -> pd.DataFrame:
    """Where the headline stands against each target, and the points to gain at each edition to meet it."""
    return targets.target_progress(out_slippage_projects, known_targets())


@table_asset(OUT_TARGET_PROJECTS, "follow_up")
def out_target_projects(out_slippage_projects: pd.DataFrame) -> pd.DataFrame:
    """What each project weighs in the distance between the headline and each target."""
    return targets.target_shares(out_slippage_projects, known_targets())


@table_asset(OUT_RETROSPECTIVE, "follow_up")
def out_retrospective(
    context: dg.AssetExecutionContext,
    home: dg.ResourceParam[Home],
    store: dg.ResourceParam[ParquetStore],
    core_projects: pd.DataFrame,
    out_slippage_projects: pd.DataFrame,
) -> pd.DataFrame:
    """Finished projects: what was promised, what was delivered, how often it was revised, what missions taught."""
    edition = context.partition_key
    return retrospective.retrospective(
        store.history_with(CORE_PROJECTS, core_projects, edition),
        store.history_with(OUT_SLIPPAGE_PROJECTS, out_slippage_projects, edition),
        register(home.registers, "baselines").read(),
        register(home.registers, "exits").read(),
        register(home.registers, "missions").read(),
    )


@table_asset(OUT_SCORECARD, "follow_up")
def out_scorecard(
    context: dg.AssetExecutionContext,
    home: dg.ResourceParam[Home],
    store: dg.ResourceParam[ParquetStore],
    core_projects: pd.DataFrame,
    out_slippage_projects: pd.DataFrame,
) -> pd.DataFrame:
    """A rating of each project on five axes, by published thresholds, and overall; unknown values are not rated."""
    edition = context.partition_key
    return scorecard.scorecard(
        store.history_with(CORE_PROJECTS, core_projects, edition),
        store.history_with(OUT_SLIPPAGE_PROJECTS, out_slippage_projects, edition),
        register(home.registers, "missions").read(),
        known_targets(),
    )
