"""What changed: entries and exits, leavers, changes since the previous edition, corrections of this one."""

import datetime as dt

import dagster as dg
import pandas as pd

from assets import disclosure, explanation, follow_up, forecast
from assets import quality as data_quality
from assets.collection import receiving as collection
from assets.declaring import table_asset
from assets.slippage import out_key_figures, out_slippage_groups, out_slippage_projects, previous_projects
from warehouse.archive import versions
from warehouse.archive.tables import (
    CORE_CORRECTIONS,
    CORE_PROJECTS,
    OUT_CHANGES,
    OUT_LEAVERS,
    OUT_MOVEMENTS,
    OUT_SLIPPAGE_PROJECTS,
)
from warehouse.history import changes as history
from warehouse.home.home import Home
from warehouse.home.registers import register
from warehouse.home.store import ParquetStore
from warehouse.model.errors import ConfigurationError
from warehouse.model.schema import empty_frame


@table_asset(OUT_MOVEMENTS, "history")
def out_movements(
    context: dg.AssetExecutionContext,
    home: dg.ResourceParam[Home],
    store: dg.ResourceParam[ParquetStore],
    core_projects: pd.DataFrame,
) -> pd.DataFrame:
    """Projects that came in, came back and left since the previous edition of the calendar.

    Empty when that edition is not in the warehouse.
    """
    edition = context.partition_key
    previous = previous_projects(home, store, edition)
    if previous is None:
        return empty_frame(OUT_MOVEMENTS)
    ever = store.earlier(CORE_PROJECTS, edition)["project_id"]
    return history.movements(core_projects, previous, ever, register(home.registers, "exits").read())


@table_asset(OUT_CHANGES, "history")
def out_changes(
    context: dg.AssetExecutionContext,
    home: dg.ResourceParam[Home],
    store: dg.ResourceParam[ParquetStore],
    core_projects: pd.DataFrame,
) -> pd.DataFrame:
    """What changed for each project since the previous edition: names, phases, costs, dates, revisions, withholdings.

    Empty when that edition is not in the warehouse.
    """
    edition = context.partition_key
    previous = previous_projects(home, store, edition)
    if previous is None:
        return empty_frame(OUT_CHANGES)
    ever = store.earlier(CORE_PROJECTS, edition)["project_id"]
    ledger = register(home.registers, "baselines").read()
    exits = register(home.registers, "exits").read()
    return history.changes(core_projects, previous, ledger, ever=ever, exits=exits)


@table_asset(OUT_LEAVERS, "history", deps=[out_slippage_projects])
def out_leavers(
    context: dg.AssetExecutionContext,
    home: dg.ResourceParam[Home],
    store: dg.ResourceParam[ParquetStore],
    core_projects: pd.DataFrame,
) -> pd.DataFrame:
    """Every project followed once and absent from the edition, its last known slippages frozen."""
    edition = context.partition_key
    return history.leavers(
        core_projects,
        store.earlier(CORE_PROJECTS, edition),
        store.earlier(OUT_SLIPPAGE_PROJECTS, edition),
        register(home.registers, "exits").read(),
    )


@table_asset(
    CORE_CORRECTIONS,
    "history",
    # Every other table of the edition: a version is made of all of them.
    deps=[
        out_slippage_projects,
        out_slippage_groups,
        out_key_figures,
        out_movements,
        out_changes,
        out_leavers,
        collection.out_collection,
        explanation.out_bridge,
        disclosure.out_disclosure,
        follow_up.out_causes,
        follow_up.out_watchlist,
        follow_up.out_ministry_brief,
        follow_up.out_targets,
        follow_up.out_target_projects,
        follow_up.out_retrospective,
        follow_up.out_scorecard,
        data_quality.out_project_quality,
        data_quality.out_ministry_quality,
        forecast.out_forecast,
        forecast.out_forecast_backtest,
    ],
)
def core_corrections(context: dg.AssetExecutionContext, home: dg.ResourceParam[Home]) -> pd.DataFrame:
    """Every value corrected from one version of the edition to the next, with who and why.

    Figures that differ from those of the last version make a new one, kept beside the others; the same figures make
    none. A run says since when they are known, who changed them and why by its tags `panorama/known_on`,
    `panorama/by` and `panorama/why`.
    """
    edition = home.calendar().find(context.partition_key)
    tags = context.run.tags
    with home.writing():
        known = versions.record_version(
            home,
            edition,
            today=dt.datetime.now(dt.UTC).date(),
            known_on=_day(tags.get(versions.KNOWN_ON_TAG)),
            changed_by=tags.get(versions.BY_TAG),
            reason=tags.get(versions.WHY_TAG),
        )
    context.log.info("version %d", len(known))
    return versions.edition_corrections(home, edition.key, known)


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise ConfigurationError(f"{versions.KNOWN_ON_TAG} : « {text} » n'est pas une date AAAA-MM-JJ.") from error
