"""The collection of an edition: what its inbox, its register and its quarantine say, its table, and the page of it."""

import dagster as dg
import pandas as pd

from assets.collection.file_contents import contents_or_none
from assets.collection.findings import gone_findings, lost_projects_findings, quarantine_findings
from assets.collection.intake import kept_copy, present_sha256
from assets.collection.page import collection_markdown, render_collection
from assets.collection.state import CollectionState, Received, collection_state, expected_ministries
from assets.declaring import table_asset
from assets.reading.typed_rows import type_projects
from warehouse.archive.tables import CORE_PROJECTS, OUT_COLLECTION
from warehouse.home.calendar import Edition
from warehouse.home.files import replacing_directory
from warehouse.home.home import Home
from warehouse.home.quarantine import waiting
from warehouse.home.registers import ministry_labels, read_registers
from warehouse.home.results import read_findings
from warehouse.home.settings import read_settings
from warehouse.home.store import ParquetStore
from warehouse.home.submission_ledger import lines_of, standing
from warehouse.model.findings import Finding
from warehouse.model.schema import empty_frame

FOLDER = "collection"


def what_was_received(home: Home, edition: Edition, cells: pd.DataFrame) -> Received:
    """What an edition received.

    Args:
        home: the installation, whose inbox was taken in.
        edition: one of its calendar.
        cells: those of the files that stand.

    Raises:
        ConfigurationError: a register or a reason of the quarantine is malformed.
    """
    registers = read_registers(home.registers)
    ledger = registers["submissions"]
    rows = type_projects(cells, ministry_labels(registers))[0] if len(cells) else empty_frame(CORE_PROJECTS)
    return Received(
        edition,
        lines_of(ledger, edition.key),
        standing(ledger, edition.key),
        present_sha256(home, edition),
        waiting(home, edition, ledger),
        rows,
    )


def collection_findings(home: Home, received: Received) -> list[Finding]:
    """Files put aside, files gone from the inbox, projects that a new version no longer has.

    Raises:
        ConfigurationError: a register or the settings of the home are malformed.
    """
    edition = received.edition
    labels = ministry_labels(read_registers(home.registers))
    limits = read_settings(home.settings).reading
    earlier = set(received.stands.current["replaces_sha256"].dropna())
    copies = received.lines.loc[received.lines["sha256"].isin(earlier)].drop_duplicates("sha256")
    replaced = {
        sha256: contents_or_none(kept_copy(home, edition, file, sha256), edition.key, limits, labels)
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


@table_asset(OUT_COLLECTION, "submissions")
def out_collection(
    context: dg.AssetExecutionContext,
    home: dg.ResourceParam[Home],
    store: dg.ResourceParam[ParquetStore],
    raw_submissions: pd.DataFrame,
    core_projects: pd.DataFrame,
) -> dg.Output[pd.DataFrame]:
    """Where each ministry stands: what it sent, when, which version, how late, what was found in it.

    After the checks of the rows, whose findings it counts. `panorama collect` shows the same for an edition that they
    refuse.
    """
    del core_projects  # Asked for so that its checks come first.
    edition = home.calendar().find(context.partition_key)
    received = what_was_received(home, edition, raw_submissions)
    expected = expected_ministries(store.earlier(CORE_PROJECTS, edition.key))
    state = collection_state(received, expected, read_findings(home, edition))
    page = write_collection(home, state)
    return dg.Output(
        state.table,
        metadata={
            "collection": dg.MetadataValue.md(collection_markdown(state.table)),
            "page": dg.MetadataValue.path(page),
        },
    )
