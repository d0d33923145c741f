"""The collection as a person reads it in a terminal: what arrived, where each ministry stands, who is late that day."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from rich.table import Table

from assets.collection import page as collection_page
from assets.collection.page import NOTHING, late, table_cells
from assets.collection.state import CollectionState, late_days, seen_on
from assets.collection.versions import TakenFile
from pipelines.told import console
from warehouse.home.submission_ledger import QUARANTINED
from warehouse.model.findings import total
from warehouse.model.frames import plain_records
from warehouse.model.french import counted, short_day, visible
from warehouse.model.vocabulary import MINISTRIES, SUBMISSION_STATUSES

# The column of the delay, counted after that of the ministry.
LATE_CELL = 4
FIGURE_CELLS = (2, 5, 6, 7, 8)


def arrivals(taken: Sequence[TakenFile]) -> Iterator[str]:
    """A line for each file taken in: whose it is, which version, what it replaces, or why it is put aside."""
    for known in taken:
        whose = ", ".join(
            f"{MINISTRIES.label(ministry) if ministry else 'ministère inconnu'}, version {version}"
            for ministry, version in known.versions.items()
        )
        replaced = f" (remplace {', '.join(visible(name) for name in known.replaces)})" if known.replaces else ""
        said = f"{visible(known.file)} : {SUBMISSION_STATUSES.label(known.status).lower()}, {whose}{replaced}"
        yield f"{said}. {known.reason}" if known.status == QUARANTINED else said


def awaited_days(state: CollectionState, day: dt.date) -> dict[str, int | None]:
    """How late each ministry is on a day: that of its first readable file, else of the day itself."""
    return {
        row["ministry_id"]: late_days(state.received.edition, day)
        if row["first_received_on"] is None
        else row["late_days"]
        for row in plain_records(state.table)
    }


def as_data(state: CollectionState, day: dt.date) -> dict[str, Any]:
    """What the page says, with how late each ministry is on a day."""
    data = collection_page.as_data(replace(state, table=seen_on(state.table, state.received.edition, day)))
    late_on = awaited_days(state, day)
    ministries = [row | {"late_days": late_on[row["ministry_id"]]} for row in data["ministries"]]
    return data | {"on": day.isoformat(), "ministries": ministries}


def table(state: CollectionState, day: dt.date) -> Table:
    """One row per ministry, as on the page, the delay of those who have sent nothing being that of the day."""
    shown = console.table(
        ("Ministère", *collection_page.COLUMNS),
        title=f"Collecte de l'édition {state.received.edition.key}",
        right=[collection_page.COLUMNS[position - 1] for position in FIGURE_CELLS],
    )
    late_on = awaited_days(state, day)
    seen = seen_on(state.table, state.received.edition, day)
    for ministry, cells in zip(seen["ministry_id"], table_cells(seen), strict=True):
        days = late_on[ministry]
        cells[LATE_CELL] = NOTHING if days is None or (not days and cells[LATE_CELL] == NOTHING) else late(days)
        shown.add_row(*cells)
    return shown


def notes(state: CollectionState) -> Iterator[str]:
    """What the table does not show: the files put aside, and those of no known ministry."""
    for known in state.received.waiting:
        yield f"  écarté : {visible(known.file)} ({short_day(known.put_aside_on)}). {known.reason}"
    others = state.findings.get("", ())
    if others:
        files = sorted({visible(str(finding.file)) for finding in others})
        yield f"  sans ministère reconnu : {', '.join(files)}, {counted(total(others), 'anomalie')}"
