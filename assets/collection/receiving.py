"""The collection of an edition: what its receipt says, and the page of it."""

import datetime as dt

import pandas as pd

from assets.collection.file_contents import kept_contents
from assets.collection.findings import (
    gone_findings,
    lost_projects_findings,
    quarantine_findings,
    repeated_findings,
    reused_findings,
)
from assets.collection.intake import Receipt, kept_copy
from assets.collection.page import render_collection
from assets.collection.state import CollectionState, Received
from warehouse.archive.tables import ACCEPTED_ROWS, OUT_COLLECTION
from warehouse.home.files import replacing_directory, sha256_of
from warehouse.home.home import Home
from warehouse.home.state import State
from warehouse.home.store import ParquetStore
from warehouse.home.submission_ledger import QUARANTINED
from warehouse.model.findings import Finding
from warehouse.model.frames import looked_up
from warehouse.projects.tables import HISTORY_LAYOUT

FOLDER = "collection"


def collection_findings(state: State, received: Received) -> list[Finding]:
    """Files put aside, files gone from the inbox, projects that a new version no longer has.

    The copies of files that others took the place of are read, and nothing else.
    """
    edition, limits, labels = received.edition, state.settings.reading, state.ministry_labels
    earlier = set(received.stands.current["replaces_sha256"].dropna())
    copies = received.lines.loc[received.lines["sha256"].isin(earlier)].drop_duplicates("sha256")
    replaced = {
        sha256: kept_contents(kept_copy(state.home, edition, file, sha256), edition.key, limits, labels)
        for sha256, file in zip(copies["sha256"], copies["file"], strict=True)
    }
    ledger = state.registers["submissions"]
    return [
        *reused_findings(received.stands.current, _received_first(state.home, received, ledger), edition.key),
        *quarantine_findings(received.waiting, edition.key),
        *gone_findings(received.stands, received.present, edition.key),
        *lost_projects_findings(received.stands, replaced, received.rows),
    ]


def unsaid_findings(state: State, receipt: Receipt) -> list[Finding]:
    """The files that say for no edition that they are of this one, and whose lines are those of another."""
    edition, rows = receipt.submitted.edition, receipt.submitted.rows
    told = {file.path.name for file in receipt.submitted.files if file.attestation is not None}
    unsaid = rows.loc[~rows["source_file"].isin(told) & rows["layout"].ne(HISTORY_LAYOUT)]
    if unsaid.empty:
        return []
    accepted = ParquetStore(state.home.warehouse).history(ACCEPTED_ROWS)
    return repeated_findings(unsaid, accepted.loc[accepted["edition"].lt(edition)], edition)


def _received_first(home: Home, received: Received, ledger: pd.DataFrame) -> pd.DataFrame:
    """The lines of the files of an edition that were received for another one before, in whose inbox they still are."""
    own = received.lines.groupby("sha256")["line"].min()
    before = ledger.loc[ledger["edition"].ne(received.edition.key) & ledger["status"].ne(QUARANTINED)]
    before = before.loc[before["line"].lt(looked_up(before["sha256"], own)).fillna(value=False).astype(bool)]
    # What was dropped by mistake in the wrong inbox, then taken out of it, is where it belongs now.
    places = zip(before["edition"], before["file"], before["sha256"], strict=True)
    paths = [(home.root / "inbox" / edition / file, sha256) for edition, file, sha256 in places]
    still: pd.DataFrame = before.loc[[path.is_file() and sha256_of(path) == sha256 for path, sha256 in paths]]
    return still


def keep_collection(home: Home, state: CollectionState, day: dt.date | None = None) -> None:
    """Keep where the collection of an edition stands, its table and its page, whether the edition is accepted or not.

    Args:
        home: the installation, held.
        state: the collection.
        day: when it is written, today by default; see `render_collection`.

    Raises:
        ServiceError: the disk refused.
    """
    ParquetStore(home.warehouse).write(OUT_COLLECTION, state.received.edition.key, state.table)
    write_collection(home, state, day)


def write_collection(home: Home, state: CollectionState, day: dt.date | None = None) -> str:
    """Write the page of the collection, and the same as JSON, into `out/<edition>/collection/`.

    Args:
        home: the installation, held.
        state: the collection.
        day: when it is written, today by default; see `render_collection`.

    Returns:
        The path of the page.

    Raises:
        ServiceError: the disk refused; the former folder is intact.
    """
    target = home.out(state.received.edition, FOLDER)
    with replacing_directory(target) as folder:
        for name, content in render_collection(state, day or dt.datetime.now(dt.UTC).date()).items():
            (folder / name).write_text(content, encoding="utf-8")
    return str(target / "index.html")
