"""What was known when, and the semester dataset: every file of `out/<edition>/open_data/`."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace

import dagster as dg
import pandas as pd

from assets.dataset.about import About, publishable_corrections, statement
from assets.dataset.already_public import published_before
from assets.dataset.making import open_files
from assets.declaring import made, output_asset, tables_asset, tell_others
from assets.session import Session
from warehouse.archive.tables import CORE_CORRECTIONS, CORE_PROJECTS, TABLES
from warehouse.archive.versions import Change, edition_corrections, record_version, versions_of
from warehouse.home.calendar import Edition
from warehouse.home.files import replacing_directory
from warehouse.home.state import State
from warehouse.home.store import ParquetStore
from warehouse.model.schema import empty_frame
from warehouse.projects.closing import Closing, states_of
from warehouse.projects.closing_wording import closing_said

FOLDER = "open_data"
MADE_BEFORE = [table for table in TABLES.values() if table.name.startswith(("core_", "out_"))]


@tables_asset("archive", {CORE_CORRECTIONS: [table for table in MADE_BEFORE if table != CORE_CORRECTIONS]})
def archive(
    context: dg.AssetExecutionContext, session: dg.ResourceParam[Session]
) -> Iterator[dg.MaterializeResult[None]]:
    """Keep each edition whose figures differ from those of its last version as a new one, beside the others.

    A run says since when its figures are known, who changed them and why by its tags `panorama/known_on`, `panorama/by`
    and `panorama/why`; an edition that changed because of another says which.
    """
    today = dt.datetime.now(dt.UTC).date()
    first_time = [key for key in session.asked if versions_of(session.state, key).empty]
    with session.state.writing() as held:
        state = held
        for edition in session.editions(session.to_write()):
            change = session.change if edition.key in session.asked else _following(session, edition, first_time)
            state = record_version(state, edition, session.store, today=today, change=change)
        session.state = state
    editions = session.accepted_editions()
    found = [edition_corrections(session.home, key, versions_of(session.state, key)) for key in editions]
    filled = [frame for frame in found if len(frame)]
    whole = pd.concat(filled, ignore_index=True) if filled else empty_frame(CORE_CORRECTIONS)
    yield from made(context, session, {CORE_CORRECTIONS: whole})


def _following(session: Session, edition: Edition, first_time: list[str]) -> Change:
    """What to say of an edition that was not asked for, and that changed because of those that were.

    Where these come to be known for the first time, the edition is completed, unless it was approved: what a person
    approved is not completed under the same number.
    """
    before = [key for key in sorted(session.asked) if key < edition.key]
    approvals = session.state.registers["approvals"]
    is_approved = bool(approvals["edition"].eq(edition.key).any())
    is_completed = bool(before) and set(before) <= set(first_time) and not is_approved
    because = f"Suite de l'édition {', '.join(before)}" if before else "Suite d'un changement des registres"
    why = f"{because} : {session.change.why}" if session.change.why else f"{because}."
    return replace(session.change, known_on=None, why=why, completes=is_completed)


def about_edition(state: State, store: ParquetStore, edition: Edition, closing: Closing) -> About:
    """What the dataset of an edition says of itself, from the warehouse and the registers.

    Args:
        state: the home.
        store: the warehouse.
        edition: the edition; its tables are computed.
        closing: where it stands towards its closing.

    Raises:
        SchemaError: a table of the edition was not computed.
    """
    projects = store.read(CORE_PROJECTS, edition.key)
    public = published_before(state.home, store.history(CORE_PROJECTS, edition.key))
    return About(
        edition=edition,
        first=state.calendar.find(store.editions(CORE_PROJECTS)[0]),
        version=max(1, len(versions_of(state, edition.key))),
        is_fictitious=bool(projects["fictitious"].any()),
        disclosure=statement(projects, public),
        closing=closing_said(closing),
        corrections=publishable_corrections(store.read(CORE_CORRECTIONS, edition.key), projects),
        published=state.settings.open_data,
    )


def about_of(session: Session, edition: Edition, closings: Mapping[str, Closing]) -> About:
    """The same in a run, once the versions are kept: made once, and read again for each later edition."""
    if edition.key not in session.abouts:
        session.abouts[edition.key] = about_edition(session.state, session.store, edition, closings[edition.key])
    return session.abouts[edition.key]


# After the versions, which come after every other table and the blocking checks of what is withheld.
@output_asset(
    "open_dataset",
    "publication",
    "Le jeu de données d'une édition : chaque table en CSV, Parquet et plus, un fichier SQLite, et ce qui les décrit.",
    "csv",
    "parquet",
    "sqlite",
    made_from=[CORE_CORRECTIONS.name],
)
def open_dataset(context: dg.AssetExecutionContext, session: dg.ResourceParam[Session]) -> dg.MaterializeResult[None]:
    """Write the files of each edition asked for, and of those whose tables, or those before, are no longer the same."""
    editions, closings = session.to_publish(), session.closings()
    states = states_of(closings)
    for edition in editions:
        frames = session.published_frames(edition, states)
        files = open_files(frames, about_of(session, edition, closings))
        with replacing_directory(session.home.out(edition, FOLDER)) as folder:
            for name, content in files.items():
                (folder / name).write_bytes(content)
    keys = [edition.key for edition in editions]
    tell_others(context, session, "open_dataset", keys)
    folders = {
        key: str(session.home.out(edition, FOLDER).resolve()) for key, edition in zip(keys, editions, strict=True)
    }
    return dg.MaterializeResult(metadata={"editions": keys, "folders": folders})
