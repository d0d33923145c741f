"""Where an edition of a home stands: what the last commands recorded is read; nothing is written nor judged."""

import datetime as dt
import json
from typing import Any

import pandas as pd
from rich.console import Console

from assets.collection.standing import STATUS_LABELS, Collected, Line
from assets.collection.state import NOBODY
from assets.export.approvals import folder_fingerprint
from assets.reading.submitted import found_files
from pipelines.told.semester.standing_lines import Approved, Facts, Published, standing_lines
from warehouse.archive.closed import read_closings
from warehouse.archive.freshness import stale_editions
from warehouse.archive.tables import ACCEPTED_ROWS, CORE_PROJECTS, OUT_KEY_FIGURES, OUT_PROJECT_QUALITY
from warehouse.home.calendar import Calendar, Edition
from warehouse.home.home import Home
from warehouse.home.quarantine import read_quarantine, waiting
from warehouse.home.state import State, read_state
from warehouse.home.store import ParquetStore
from warehouse.home.submission_ledger import lines_of, standing
from warehouse.home.turns.holder import read_holder
from warehouse.model.errors import DataRefusedError
from warehouse.model.findings import finding_of
from warehouse.projects.closing import Closing
from warehouse.projects.closing_wording import to_settle
from warehouse.projects.identification import waiting_for_review
from warehouse.projects.opinions import opinion_is_lacking
from warehouse.projects.withheld import without_withheld


def current_edition(home: Home, calendar: Calendar) -> Edition:
    """The edition being collected: the last that was opened with a cut-off; failing that, the last that has files."""
    opened = [edition for edition in calendar if edition.cutoff_on is not None]
    received = [edition for edition in calendar if home.has_submissions(edition)]
    return [*opened[-1:], *received[-1:], calendar.latest()][0]


def read_facts(home: Home, edition: Edition, today: dt.date) -> Facts:
    """What a home recorded of an edition.

    Raises:
        ServiceError: the disk refused.
        ConfigurationError: a register or the settings are malformed.
    """
    state, store = read_state(home), ParquetStore(home.warehouse)
    ledger = state.registers["submissions"]
    stands = standing(ledger, edition.key)
    found = found_files(home.inbox(edition), state.settings.reading)
    known, present = set(lines_of(ledger, edition.key)["sha256"]), {file.sha256 for file in found}
    current = stands.current.drop_duplicates("sha256")
    closings, stale = read_closings(state.registers, store), stale_editions(state)
    closing = closings.get(edition.key)
    is_computed = store.has(OUT_KEY_FIGURES, edition.key)
    return Facts(
        edition=edition,
        today=today,
        holder=read_holder(home.root),
        arrived=tuple(file.path.name for file in found if file.sha256 not in known),
        gone=tuple(current.loc[~current["sha256"].isin(present), "file"]),
        unread=_unread(store, edition, current) if is_computed else (),
        collected=_collected(state, edition),
        closing=closing,
        to_settle=to_settle(closing, state.registers) if closing and closing.needs_closing else (),
        is_computed=is_computed,
        is_stale=edition.key in stale,
        doubtful=_doubtful(state, edition),
        without_opinion=_without_opinion(store, edition),
        missing_values=_missing_values(store, edition) if is_computed else None,
        approved=_approved(state, edition),
        published=_published(state, edition),
        stale=tuple(key for key in stale if key != edition.key),
        unapproved=_unapproved(state, edition, closings),
    )


def as_data(facts: Facts) -> dict[str, Any]:
    """The lines of an edition, and what is asked first of it, as plain data."""
    edition, closing = facts.edition, facts.closing
    return {
        "edition": edition.key,
        "ordinal": edition.ordinal,
        "on": facts.today.isoformat(),
        "state": None if closing is None else closing.state,
        "approved_version": None if facts.approved is None else facts.approved.version,
        "lines": [line.as_dict() for line in standing_lines(facts)],
    }


def print_standing(facts: Facts, console: Console, option: str = "") -> None:
    """The lines of an edition, each with its command below; `option` is what each command needs to name the home."""
    edition = facts.edition
    console.print(f"Édition {edition.key} (n° {edition.ordinal}), {edition.month_label()}", style="bold")
    width = max(map(len, STATUS_LABELS.values())) + 2
    for line in standing_lines(facts):
        console.print(f"  {STATUS_LABELS[line.status]:<{width}}{line.text}", style=_style(line))
        if line.command and line.status != "done":
            console.print(f"  {'':<{width}}→ {line.command}{option}")


def _style(line: Line) -> str:
    return {"blocked": "red", "todo": "yellow", "done": "green", "information": ""}[line.status]


def _collected(state: State, edition: Edition) -> Collected | None:
    """What the last collect or run recorded, None when there was none, or when what it wrote is no longer readable."""
    path = state.home.out(edition, "collection") / "collection.json"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        by_ministry = {row["ministry_id"]: row["findings"] for row in data["ministries"]}
        by_ministry[NOBODY] = data["other_findings"]
        findings = {ministry: [finding_of(one) for one in found] for ministry, found in by_ministry.items() if found}
    except (OSError, ValueError, KeyError, TypeError):
        return None
    aside = waiting(read_quarantine(state.home, edition), state.registers["submissions"], edition.key)
    return Collected(data["ministries"], findings, aside)


def _unread(store: ParquetStore, edition: Edition, current: pd.DataFrame) -> tuple[str, ...]:
    """The files that stand and have projects, of which the figures know nothing."""
    used = set(store.read(ACCEPTED_ROWS, edition.key)["source_sha256"])
    return tuple(current.loc[current["status"].eq("read") & ~current["sha256"].isin(used), "file"])


def _doubtful(state: State, edition: Edition) -> tuple[str, ...]:
    lines = waiting_for_review(state.registers)
    return tuple(lines.loc[lines["edition"].eq(edition.key), "project_id"])


def _without_opinion(store: ParquetStore, edition: Edition) -> tuple[str, ...]:
    if not store.has(CORE_PROJECTS, edition.key):
        return ()
    projects = without_withheld(store.read(CORE_PROJECTS, edition.key))
    lacking = projects.loc[opinion_is_lacking(projects)].sort_values("project_id")
    return tuple(f"{project} {name}" for project, name in zip(lacking["project_id"], lacking["name"], strict=True))


def _missing_values(store: ParquetStore, edition: Edition) -> pd.Series | None:
    if not store.has(OUT_PROJECT_QUALITY, edition.key):
        return None
    quality = store.read(OUT_PROJECT_QUALITY, edition.key)
    missing: pd.Series = (quality["fields_due"] - quality["fields_given"]).groupby(quality["ministry_id"]).sum()
    return missing


def _approved(state: State, edition: Edition) -> Approved | None:
    lines = state.registers["approvals"]
    given = lines.loc[lines["edition"].eq(edition.key)]
    if given.empty:
        return None
    last = given.iloc[-1]
    try:
        made = folder_fingerprint(state.home.out(edition, "open_data"))
    except DataRefusedError:
        made = ""
    is_last_run = made == last["content_sha256"]
    return Approved(int(last["version"]), str(last["approved_by"]), last["approved_on"].date(), is_last_run)


def _published(state: State, edition: Edition) -> list[Published]:
    lines, approvals = state.registers["publications"], state.registers["approvals"]
    given = approvals.loc[approvals["edition"].eq(edition.key), "version"]
    wanted = given.iloc[-1] if len(given) else None
    last = lines.loc[lines["edition"].eq(edition.key)].drop_duplicates("destination", keep="last")
    return [
        Published(line["destination"], int(line["version"]), line["published_on"].date(), line["version"] == wanted)
        for line in last.to_dict("records")
    ]


def _unapproved(state: State, edition: Edition, closings: dict[str, Closing]) -> tuple[str, ...]:
    approved = set(state.registers["approvals"]["edition"])
    return tuple(
        key for key, known in closings.items() if key < edition.key and known.needs_closing and key not in approved
    )
