"""The projects of every edition: accepted rows, under stable ids, with what the registers know of them."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from assets.declaring import made, tables_asset
from assets.session import Session
from warehouse.archive.tables import ACCEPTED_CELLS, ACCEPTED_ROWS, CORE_PROJECTS, RAW_SUBMISSIONS, SUBMITTED_ROWS
from warehouse.projects.preparing import additions_of, cells_of, core_projects


@tables_asset(
    "projects",
    {
        ACCEPTED_ROWS: [SUBMITTED_ROWS],
        ACCEPTED_CELLS: [RAW_SUBMISSIONS, ACCEPTED_ROWS],
        CORE_PROJECTS: [ACCEPTED_ROWS],
    },
)
def projects(
    context: dg.AssetExecutionContext, session: dg.ResourceParam[Session]
) -> Iterator[dg.MaterializeResult[None]]:
    """Keep the rows that every blocking check has passed, and give each its id.

    How each row came by its id is added to the log of links, new names to the register of projects, new baselines to
    the ledger. The projects of the other editions are told again as the registers now know them.
    """
    accepted = session.accepted()
    additions = additions_of(accepted.values())
    with session.state.writing() as held:
        session.state = held.appended(additions)
    n_cells = 0
    for edition, prepared in accepted.items():
        session.store.write(ACCEPTED_ROWS, edition, prepared.rows)
        cells = session.receipt(session.calendar.find(edition)).submitted.cells
        n_cells += len(session.store.write(ACCEPTED_CELLS, edition, cells_of(prepared.rows, cells)))
    context.log.info("%d lignes de registres ajoutées", sum(map(len, additions.values())))
    decisions = pd.concat(prepared.additions["links"]["decision"] for prepared in accepted.values()).value_counts()
    yield dg.MaterializeResult(
        asset_key=ACCEPTED_ROWS.name,
        metadata={"dagster/row_count": sum(len(prepared.rows) for prepared in accepted.values())}
        | {f"links_{decision}": int(count) for decision, count in sorted(decisions.items())}
        | {f"new_{name}": len(lines) for name, lines in additions.items()},
    )
    yield dg.MaterializeResult(asset_key=ACCEPTED_CELLS.name, metadata={"dagster/row_count": n_cells})
    whole = core_projects(session.store.history(ACCEPTED_ROWS), session.state.registers)
    yield from made(context, session, {CORE_PROJECTS: whole})
