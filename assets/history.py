"""What changed since the edition before: entries and exits, leavers, changes of each project."""

from collections.abc import Iterator

import dagster as dg

from assets.declaring import made, tables_asset
from assets.session import Session
from warehouse.archive.tables import CORE_PROJECTS, OUT_CHANGES, OUT_LEAVERS, OUT_MOVEMENTS, OUT_SLIPPAGE_PROJECTS
from warehouse.history.changes import changes
from warehouse.history.movements import leavers, movements


@tables_asset(
    "history",
    {
        OUT_MOVEMENTS: [CORE_PROJECTS],
        OUT_CHANGES: [CORE_PROJECTS],
        OUT_LEAVERS: [CORE_PROJECTS, OUT_SLIPPAGE_PROJECTS],
    },
)
def history(
    context: dg.AssetExecutionContext, session: dg.ResourceParam[Session]
) -> Iterator[dg.MaterializeResult[None]]:
    """Compare each edition with the one before, where the warehouse has it, and freeze those who left."""
    projects, slippages = session.shown_projects(), session.store.history(OUT_SLIPPAGE_PROJECTS)
    exits, calendar = session.exits(), session.calendar
    yield from made(
        context,
        session,
        {
            OUT_MOVEMENTS: movements(projects, exits, calendar),
            OUT_CHANGES: changes(projects, session.ledger(), exits, calendar),
            OUT_LEAVERS: leavers(projects, slippages, exits, calendar),
        },
    )
