"""The collection of an edition: what its receipt says, and the page of it."""

from assets.collection.file_contents import kept_contents
from assets.collection.findings import gone_findings, lost_projects_findings, quarantine_findings
from assets.collection.intake import kept_copy
from assets.collection.page import render_collection
from assets.collection.state import CollectionState, Received
from warehouse.home.files import replacing_directory
from warehouse.home.home import Home
from warehouse.home.state import State
from warehouse.model.findings import Finding

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
    return [
        *quarantine_findings(received.waiting, edition.key),
        *gone_findings(received.stands, received.present, edition.key),
        *lost_projects_findings(received.stands, replaced, received.rows),
    ]


def write_collection(home: Home, state: CollectionState) -> str:
    """Write the page of the collection, and the same as JSON, into `out/<edition>/collection/`.

    Returns:
        The path of the page.

    Raises:
        ServiceError: the disk refused; the former folder is intact.
    """
    target = home.out(state.received.edition, FOLDER)
    with replacing_directory(target) as folder:
        for name, content in render_collection(state).items():
            (folder / name).write_text(content, encoding="utf-8")
    return str(target / "index.html")
