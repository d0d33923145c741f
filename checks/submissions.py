"""Whether what was received can be accepted: files, cells, rows, and what was said before of the same projects."""

from collections.abc import Iterable, Iterator

import dagster as dg

from assets.collection.receiving import keep_collection
from assets.collection.state import collection_state
from assets.session import Session
from checks.recording import edition_checks, told
from checks.rules.acceptance import OF_SUBMISSIONS, Acceptance, accept
from checks.verdicts import verdicts
from warehouse.archive.tables import CORE_PROJECTS, SUBMITTED_ROWS
from warehouse.home.calendar import Edition
from warehouse.home.results import forget_results
from warehouse.projects.closing import expected_ministries, followed_before


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
    """Read and judge editions, and leave in the session what was found and the projects of those accepted.

    Where the collection of one that is refused stands is kept: no later step would.
    """
    receipts = {edition.key: session.receipt(edition) for edition in editions}
    known = session.store.history(CORE_PROJECTS)
    found = accept(session.state, receipts, known)
    session.results, session.prepared = dict(found.results), dict(found.accepted)
    closings = session.closings()
    for edition in session.editions(receipts):
        receipt, key = receipts[edition.key], edition.key
        session.verdicts[key] = verdicts(session.state, receipt, found, known, followed_before(closings, key)).discreet(
            session.withheld_places(key)
        )
        if key not in found.accepted:
            expected = expected_ministries(closings, key)
            keep_collection(session.home, collection_state(receipt.received, expected, session.verdicts[key]))
    return found
