"""Following projects up: watch lists, ministry briefs, balance sheets, ratings, and what people registered."""

from collections.abc import Iterator

import dagster as dg

from assets.declaring import made, tables_asset
from assets.session import Session
from warehouse.archive.tables import (
    CORE_PROJECTS,
    OUT_BASELINES,
    OUT_MINISTRY_BRIEF,
    OUT_MISSIONS,
    OUT_MOVEMENTS,
    OUT_NAMED_CAUSES,
    OUT_RETROSPECTIVE,
    OUT_SCORECARD,
    OUT_SLIPPAGE_PROJECTS,
    OUT_WATCHLIST,
)
from warehouse.facts.reference import targets
from warehouse.follow_up.ministry_brief import ministry_brief
from warehouse.follow_up.registered import named_causes, published_baselines, published_missions
from warehouse.follow_up.retrospective import retrospective
from warehouse.follow_up.scorecard import scorecard
from warehouse.follow_up.situations import situations
from warehouse.follow_up.watchlist import watchlist

PROJECTS_AND_SLIPPAGES = [CORE_PROJECTS, OUT_SLIPPAGE_PROJECTS]


@tables_asset(
    "follow_up",
    {
        OUT_WATCHLIST: PROJECTS_AND_SLIPPAGES,
        OUT_MINISTRY_BRIEF: [*PROJECTS_AND_SLIPPAGES, OUT_MOVEMENTS, OUT_WATCHLIST],
        OUT_RETROSPECTIVE: PROJECTS_AND_SLIPPAGES,
        OUT_SCORECARD: PROJECTS_AND_SLIPPAGES,
        OUT_BASELINES: [CORE_PROJECTS],
        OUT_MISSIONS: [CORE_PROJECTS],
        OUT_NAMED_CAUSES: [CORE_PROJECTS],
    },
)
def follow_up(
    context: dg.AssetExecutionContext, session: dg.ResourceParam[Session]
) -> Iterator[dg.MaterializeResult[None]]:
    """Put what is known of each project side by side, then apply the published rules to it."""
    projects = session.shown_projects()
    slippages, movements = (session.store.history(table) for table in (OUT_SLIPPAGE_PROJECTS, OUT_MOVEMENTS))
    registers = session.state.registers
    ledger = session.ledger()
    frame = situations(projects, slippages, targets())
    watch = watchlist(frame, ledger, registers["missions"])
    yield from made(
        context,
        session,
        {
            OUT_WATCHLIST: watch,
            OUT_MINISTRY_BRIEF: ministry_brief(projects, slippages, movements, watch, session.calendar),
            OUT_RETROSPECTIVE: retrospective(projects, slippages, ledger, session.exits(), registers["missions"]),
            OUT_SCORECARD: scorecard(frame, registers["missions"]),
            OUT_BASELINES: published_baselines(projects, ledger),
            OUT_MISSIONS: published_missions(projects, registers["missions"]),
            OUT_NAMED_CAUSES: named_causes(
                projects, registers["opinions"], registers["opinion_causes"], registers["cause_reviews"]
            ),
        },
    )
