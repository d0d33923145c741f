"""How far projects, groups and the portfolio slip, in cost and in time; what explains it; what is published of it."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from assets.declaring import made, tables_asset
from assets.session import Session
from warehouse.archive.tables import (
    CORE_PROJECTS,
    OUT_BRIDGE,
    OUT_CAUSES,
    OUT_HEADLINE_CHANGES,
    OUT_HEADLINES,
    OUT_KEY_FIGURES,
    OUT_MOVEMENTS,
    OUT_OFFICIAL_FIGURES,
    OUT_SLIPPAGE_GROUPS,
    OUT_SLIPPAGE_PROJECTS,
    OUT_TARGET_PROJECTS,
    OUT_TARGETS,
)
from warehouse.archive.versions import first_known_slippages
from warehouse.facts.reference import targets
from warehouse.projects.withheld import masked_rows
from warehouse.slippage.bridge import bridges
from warehouse.slippage.by_group import slippage_by_group
from warehouse.slippage.by_project import slippages
from warehouse.slippage.causes import slippage_causes
from warehouse.slippage.headlines import headline_changes, headlines
from warehouse.slippage.measures import key_figures
from warehouse.slippage.official import official_table
from warehouse.slippage.targets import target_progress, target_shares


@tables_asset(
    "slippage",
    {
        OUT_SLIPPAGE_PROJECTS: [CORE_PROJECTS],
        OUT_BRIDGE: [OUT_SLIPPAGE_PROJECTS],
        # Not from the bridge: a backfill reaches the tables made together by the longest way to one of them, and must
        # reach these before those of history and forecasts to make all of them in one run.
        OUT_HEADLINE_CHANGES: [OUT_SLIPPAGE_PROJECTS],
        OUT_CAUSES: [CORE_PROJECTS, OUT_SLIPPAGE_PROJECTS],
        OUT_TARGETS: [OUT_SLIPPAGE_PROJECTS],
        OUT_TARGET_PROJECTS: [OUT_SLIPPAGE_PROJECTS],
    },
)
def slippage(
    context: dg.AssetExecutionContext, session: dg.ResourceParam[Session]
) -> Iterator[dg.MaterializeResult[None]]:
    """Measure the slippage of each project, then what it adds to the headlines and to the distance to each target."""
    projects = session.shown_projects()
    measured = slippages(projects, session.ledger(), session.calendar)
    first_known = masked_rows(first_known_slippages(session.state), OUT_SLIPPAGE_PROJECTS, projects)
    bridge = bridges(measured, first_known)
    yield from made(
        context,
        session,
        {
            OUT_SLIPPAGE_PROJECTS: measured,
            OUT_BRIDGE: bridge,
            OUT_HEADLINE_CHANGES: headline_changes(measured, first_known, bridge),
            OUT_CAUSES: slippage_causes(projects, measured),
            OUT_TARGETS: target_progress(measured, targets()),
            OUT_TARGET_PROJECTS: target_shares(measured, targets()),
        },
    )


@tables_asset(
    "headline",
    {
        OUT_KEY_FIGURES: [CORE_PROJECTS, OUT_MOVEMENTS],
        OUT_SLIPPAGE_GROUPS: [OUT_SLIPPAGE_PROJECTS, OUT_KEY_FIGURES],
        OUT_HEADLINES: [OUT_SLIPPAGE_PROJECTS, OUT_SLIPPAGE_GROUPS],
        OUT_OFFICIAL_FIGURES: [CORE_PROJECTS],
    },
)
def headline(
    context: dg.AssetExecutionContext, session: dg.ResourceParam[Session]
) -> Iterator[dg.MaterializeResult[None]]:
    """Compute statistics over what is known and published."""
    projects = session.shown_projects()
    movements, measured = (session.store.history(table) for table in (OUT_MOVEMENTS, OUT_SLIPPAGE_PROJECTS))
    groups = slippage_by_group(measured, session.calendar)
    yield from made(
        context,
        session,
        {
            OUT_KEY_FIGURES: key_figures(projects, movements, session.calendar),
            OUT_SLIPPAGE_GROUPS: groups,
            OUT_HEADLINES: headlines(measured, groups),
            OUT_OFFICIAL_FIGURES: _known_here(official_table(str(projects["edition"].max())), projects),
        },
    )


def _known_here(official: pd.DataFrame, projects: pd.DataFrame) -> pd.DataFrame:
    """The official figures of the editions that the home has; the dataset gives the others too."""
    kept: pd.DataFrame = official.loc[official["edition"].isin(projects["edition"])]
    return kept
