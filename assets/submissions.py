"""What was received for an edition: every cell with its place, then one typed row per submitted line."""

from collections.abc import Collection, Iterator

import dagster as dg

from assets.collection.findings import quarantine_findings
from assets.collection.intake import Receipt
from assets.collection.receiving import collection_findings, keep_collection
from assets.collection.state import Verdicts, collection_state
from assets.declaring import tables_asset
from assets.session import Session
from warehouse.archive.tables import RAW_SUBMISSIONS, SUBMITTED_ROWS
from warehouse.model.errors import DataRefusedError
from warehouse.model.findings import errors_of
from warehouse.projects.closing import expected_ministries

NO_PROJECT = "Aucun projet dans les remontées reçues : toutes sont « néant »."


@tables_asset("submissions", {RAW_SUBMISSIONS: [], SUBMITTED_ROWS: [RAW_SUBMISSIONS]})
def submissions(
    context: dg.AssetExecutionContext, session: dg.ResourceParam[Session]
) -> Iterator[dg.MaterializeResult[None]]:
    """Take in what the inbox has, and read it: each file is opened once, nothing is interpreted but its cells.

    Each version of a file is kept, a later one of the same ministry takes the place of the earlier, what cannot be
    opened safely is put aside.
    """
    editions = session.editions(session.asked)
    receipts = {edition: session.receipt(edition) for edition in editions}
    empty = [why_nothing(receipt) for receipt in receipts.values() if receipt.submitted.cells.empty]
    if empty:
        closings = session.closings()
        for edition, receipt in receipts.items():
            _keep_collection(session, receipt, expected_ministries(closings, edition.key))
        raise DataRefusedError("\n".join(empty))
    counts = {RAW_SUBMISSIONS: 0, SUBMITTED_ROWS: 0}
    for edition, receipt in receipts.items():
        counts[RAW_SUBMISSIONS] += len(session.store.write(RAW_SUBMISSIONS, edition.key, receipt.submitted.cells))
        counts[SUBMITTED_ROWS] += len(session.store.write(SUBMITTED_ROWS, edition.key, receipt.submitted.rows))
    files = "\n".join(line for receipt in receipts.values() for line in _files(receipt))
    for table, count in counts.items():
        yield dg.MaterializeResult(
            asset_key=table.name, metadata={"dagster/row_count": count, "files": dg.MetadataValue.md(files)}
        )


def _keep_collection(session: Session, receipt: Receipt, expected: Collection[str]) -> None:
    """Keep where the collection of an edition stands, of which no row is to be judged."""
    found = [*receipt.submitted.file_findings, *collection_findings(session.state, receipt.received)]
    told = Verdicts(tuple(one for one in found if one.file))
    keep_collection(session.home, collection_state(receipt.received, expected, told))


def _files(receipt: Receipt) -> Iterator[str]:
    files = receipt.submitted.cells.drop_duplicates("source_file")
    for name, layout in zip(files["source_file"], files["layout"], strict=True):
        yield f"- `{name}` ({layout})"


def why_nothing(receipt: Receipt) -> str:
    """Why an edition has no row: what is wrong with each file, those put aside included."""
    aside = quarantine_findings(receipt.received.waiting, receipt.submitted.edition)
    # Where the only files are put aside, it is not news that the inbox is empty.
    told = [
        finding
        for finding in errors_of(receipt.submitted.file_findings)
        if not (aside and finding.rule == "inbox_has_files")
    ]
    return "\n".join([str(finding) for finding in [*aside, *told]] or [NO_PROJECT])
