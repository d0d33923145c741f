"""How well the data was sent: the state of the collection, and scores by a published formula."""

from collections.abc import Iterable, Iterator

import dagster as dg
import pandas as pd

from assets.collection.page import collection_markdown
from assets.collection.receiving import write_collection
from assets.collection.standing import Line, collected_of, collection_lines, standing_markdown
from assets.collection.state import Verdicts, awaiting, collection_state
from assets.declaring import made, tables_asset
from assets.reading.headers import layouts
from assets.session import Session
from warehouse.archive.tables import (
    ACCEPTED_ROWS,
    CORE_PROJECTS,
    OUT_COLLECTION,
    OUT_MINISTRY_QUALITY,
    OUT_PROJECT_QUALITY,
)
from warehouse.home.calendar import Edition
from warehouse.home.results import read_findings
from warehouse.projects.closing import expected_ministries
from warehouse.quality.scores import asked_fields, ministry_quality, project_quality


@tables_asset(
    "quality",
    {
        OUT_COLLECTION: [CORE_PROJECTS],
        OUT_PROJECT_QUALITY: [ACCEPTED_ROWS, CORE_PROJECTS],
        OUT_MINISTRY_QUALITY: [CORE_PROJECTS, OUT_COLLECTION, OUT_PROJECT_QUALITY],
    },
)
def quality(
    context: dg.AssetExecutionContext, session: dg.ResourceParam[Session]
) -> Iterator[dg.MaterializeResult[None]]:
    """Tell where each ministry stands, then score what it sent; the findings are those of the checks that came before.

    `panorama collect` shows the same for an edition that the checks refuse.
    """
    projects, rows = session.shown_projects(), session.store.history(ACCEPTED_ROWS)
    editions = session.editions(session.accepted_editions())
    collection, lines = collected(session)
    asked = collection.loc[collection["edition"].isin(session.asked)]
    registers = session.state.registers
    scores = project_quality(
        projects,
        asked_fields(rows, layout_fields(editions)),
        {edition.key: read_findings(session.home, edition) for edition in editions},
        session.ledger(),
        registers["submissions"],
        session.calendar,
    )
    yield from made(
        context,
        session,
        {
            OUT_COLLECTION: collection,
            OUT_PROJECT_QUALITY: scores,
            OUT_MINISTRY_QUALITY: ministry_quality(scores, collection, projects, session.calendar),
        },
        {
            OUT_COLLECTION: {
                "collection": dg.MetadataValue.md(collection_markdown(asked)),
                "standing": dg.MetadataValue.md(standing_markdown(lines)),
            }
        },
    )


def layout_fields(editions: Iterable[Edition]) -> dict[tuple[str, str], frozenset[str]]:
    """The fields of each layout, by edition and name."""
    return {
        (edition.key, layout.name): frozenset(column.field for column in layout.columns)
        for edition in editions
        for layout in layouts(edition.key)
    }


def collected(session: Session) -> tuple[pd.DataFrame, dict[str, list[Line]]]:
    """The state of the collection of every edition; the page of those asked for is written, and where they stand told.

    Of another edition, only who is awaited can have changed: those of the last final edition before it.
    """
    closings, frames, lines = session.closings(), [], dict[str, list[Line]]()
    for edition in session.editions(session.accepted_editions()):
        expected = expected_ministries(closings, edition.key)
        if edition.key in session.asked:
            told = session.verdicts.get(edition.key) or Verdicts(tuple(read_findings(session.home, edition)))
            state = collection_state(session.receipt(edition).received, expected, told)
            write_collection(session.home, state)
            frames.append(state.table)
            absent = closings[edition.key].acknowledged["ministry_id"] if edition.key in closings else ()
            lines[edition.key] = collection_lines(edition, collected_of(state), absent=absent)
        else:
            frames.append(awaiting(session.store.read(OUT_COLLECTION, edition.key), expected, edition.key))
    return pd.concat(frames, ignore_index=True), lines
