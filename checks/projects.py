"""Whether the projects of an edition follow from those before it, and from what the registers know."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from assets.session import Session
from checks.recording import edition_checks, told
from checks.rules.acceptance import OF_HISTORY, OF_PROJECTS, history_results
from warehouse.archive.tables import CORE_PROJECTS, RAW_SUBMISSIONS
from warehouse.home.results import read_findings


@edition_checks("continuity", CORE_PROJECTS.name, OF_PROJECTS)
def continuity(
    context: dg.AssetCheckExecutionContext, session: dg.ResourceParam[Session]
) -> Iterator[dg.AssetCheckResult]:
    """Compare with the past the editions asked for, and those whose past or registers changed."""
    projects = session.store.history(CORE_PROJECTS)
    # What was found before the editions asked for were accepted still holds.
    known = {edition: session.results[edition] for edition in session.asked if edition in session.results}
    cells = {key: session.store.read(RAW_SUBMISSIONS, key) for key in sorted(session.to_write() - known.keys())}
    editions = [key for key in cells if key in session.asked or _stands(projects, cells[key], key)]
    of_editions = [cells[edition] for edition in editions]
    found = {
        edition.key: read_findings(session.home, edition, but=OF_HISTORY) for edition in session.editions(editions)
    }
    again = history_results(session.state, projects, editions, pd.concat(of_editions), found) if editions else {}
    results = {**known, **again}
    yield from told(session, results, CORE_PROJECTS.name, OF_PROJECTS)


def _stands(projects: pd.DataFrame, cells: pd.DataFrame, edition: str) -> bool:
    """Whether what was last received for an edition is what it is made of; if not, what was found in it still holds."""
    accepted = projects.loc[projects["edition"].eq(edition), "source_sha256"]
    return set(accepted) <= set(cells["source_sha256"])
