"""Whether what was received can be accepted: files, cells, rows, and what was said before of the same projects."""

from collections.abc import Iterable, Iterator

import dagster as dg

from assets.session import Session
from checks.recording import edition_checks, told
from checks.rules.acceptance import OF_SUBMISSIONS, Acceptance, accept
from warehouse.archive.tables import CORE_PROJECTS, SUBMITTED_ROWS
from warehouse.home.calendar import Edition
from warehouse.home.results import forget_results


@edition_checks("acceptance", SUBMITTED_ROWS.name, OF_SUBMISSIONS)
def acceptance(
    context: dg.AssetCheckExecutionContext, session: dg.ResourceParam[Session]
) -> Iterator[dg.AssetCheckResult]:
    """Judge the editions asked for, in order; nothing of them is kept unless all of them are accepted."""
    if not session.results.keys() >= set(session.asked):
        judge(session, session.editions(session.asked))
    for edition in session.editions(session.asked):
        # The collection and the scores read what was found: nothing that a later check of another run left.
        forget_results(session.home, edition)
    results = {edition: session.results[edition] for edition in session.asked}
    yield from told(session, results, SUBMITTED_ROWS.name, OF_SUBMISSIONS)


def judge(session: Session, editions: Iterable[Edition]) -> Acceptance:
    """Read and judge editions, and leave in the session what was found and the projects of those accepted."""
    receipts = {edition.key: session.receipt(edition) for edition in editions}
    found = accept(session.state, receipts, session.store.history(CORE_PROJECTS))
    session.results, session.prepared = dict(found.results), dict(found.accepted)
    return found
