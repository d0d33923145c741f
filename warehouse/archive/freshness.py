"""Whether what was made of an edition still follows from what is known: the one fact behind « périmée ».

What an edition follows from is fingerprinted: the accepted rows of the editions up to it, the lines of the registers
that are about them, the settings, the calendar, the version of the program. The fingerprint of the day the edition was
made is kept in `warehouse/computed.json`, with one of what was made: the outputs to make again are those whose tables
are no longer those they were made from.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version

import pandas as pd

from warehouse.archive.closed import read_closings
from warehouse.archive.tables import ACCEPTED_CELLS, ACCEPTED_ROWS, RAW_SUBMISSIONS, SUBMITTED_ROWS, TABLES
from warehouse.home.calendar import Edition
from warehouse.home.files import write_text
from warehouse.home.home import Home
from warehouse.home.state import State
from warehouse.home.store import ParquetStore
from warehouse.home.submission_ledger import NIL
from warehouse.model.errors import DataRefusedError, ServiceError
from warehouse.projects.closing_wording import closing_said

FILE = "computed.json"
DISTRIBUTION = "panorama-grands-projets"
# Tables of what was received, on which what is computed stands.
NOT_COMPUTED = (RAW_SUBMISSIONS, SUBMITTED_ROWS, ACCEPTED_ROWS, ACCEPTED_CELLS)
# The registers that figures depend on beside the rows, with the column that says from which edition, or from which day,
# a line counts; decisions count for all editions. What the other registers hold follows from the rows, and of the files
# received, what says that there is none.
COUNTS_FROM: Mapping[str, str | None] = {
    "baselines": "edition",
    "cause_reviews": "reviewed_on",
    "closures": "edition",
    "decisions": None,
    "exits": "edition",
    "missions": "event_date",
    "opinion_causes": "requested_on",
    "opinions": "requested_on",
    "rule_changes": "first_edition",
    "submissions": "edition",
    "withheld": "first_edition",
}


@dataclass(frozen=True)
class Computed:
    """What an edition was made from, and what was made, as fingerprints."""

    inputs: str
    contents: str


def input_fingerprints(state: State, store: ParquetStore) -> dict[str, str]:
    """What each accepted edition follows from, as a fingerprint.

    Raises:
        ServiceError: the disk refused.
    """
    lines = _register_lines(state)
    rows = hashlib.sha256(_settled(state))
    calendar = {edition.key: edition for edition in state.calendar}
    found = {}
    for key in store.editions(ACCEPTED_ROWS):
        rows.update(f"\n{calendar.get(key)}\n".encode())
        rows.update(_bytes_of(store, key))
        digest = rows.copy()
        digest.update("".join(text for since, text in lines if since <= f"{key}-01").encode())
        found[key] = digest.hexdigest()
    return found


def _settled(state: State) -> bytes:
    """The program, and the settings that what is published depends on: what is kept back, where it will be read."""
    settings = state.settings
    parts = [asdict(settings.disclosure), asdict(settings.open_data), asdict(settings.site)]
    return json.dumps([version(DISTRIBUTION), *parts]).encode()


def _bytes_of(store: ParquetStore, edition: str) -> bytes:
    path = store.path(ACCEPTED_ROWS, edition)
    try:
        return path.read_bytes()
    except OSError as error:
        raise ServiceError(f"{path} est illisible : {error.strerror or error}.") from error


def _register_lines(state: State) -> list[tuple[str, str]]:
    """Each line that counts, with the day since when it does."""
    found = []
    for name, column in COUNTS_FROM.items():
        lines = state.registers[name]
        counted = lines.loc[lines["status"].eq(NIL)] if name == "submissions" else lines
        for line in counted.to_dict("records"):
            since = "" if column is None else line[column]
            day = since.date().isoformat() if isinstance(since, pd.Timestamp) else f"{since}-01" if since else ""
            # Where a line stands in its file says nothing.
            said = {key: str(value) for key, value in line.items() if key != "line"}
            found.append((day, f"{name} {said}\n"))
    return sorted(found)


def content_fingerprints(state: State, store: ParquetStore, editions: Iterable[str]) -> dict[str, str]:
    """What the outputs of each edition are made from, as a fingerprint.

    That is the tables of the editions up to it, whether these are closed, what its checks found, and the settings.
    """
    closings = read_closings(state.registers, store)
    digest = hashlib.sha256(_settled(state))
    tables = [table for table in TABLES.values() if table not in NOT_COMPUTED]
    found = {}
    for edition in sorted(editions):
        for table in tables:
            path = store.path(table, edition)
            digest.update(path.read_bytes() if path.is_file() else b"-")
        digest.update(repr(closing_said(closings[edition])).encode())
        own = digest.copy()
        for path in sorted((state.home.root / "out" / edition / "quality").glob("*.json")):
            own.update(path.read_bytes())
        found[edition] = own.hexdigest()
    return found


def recorded(home: Home) -> dict[str, Computed]:
    """What each edition was made from when its outputs were last made; an unreadable file says nothing."""
    path = home.warehouse / FILE
    try:
        kept = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        return {edition: Computed(**line) for edition, line in kept.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def record(home: Home, made: Mapping[str, Computed]) -> dict[str, Computed]:
    """Keep what editions were made from, beside that of the others; return all of it. With the home held.

    Raises:
        ServiceError: the disk refused; what was kept is intact.
    """
    kept = {**recorded(home), **made}
    text = json.dumps({edition: asdict(kept[edition]) for edition in sorted(kept)}, indent=2)
    write_text(home.warehouse / FILE, text + "\n")
    return kept


def stale_editions(state: State) -> list[str]:
    """The editions that were made from something else than what is known now, in calendar order."""
    return out_of_date(input_fingerprints(state, ParquetStore(state.home.warehouse)), recorded(state.home))


def out_of_date(inputs: Mapping[str, str], made: Mapping[str, Computed]) -> list[str]:
    """The editions that follow from other inputs than those they were made from, or were never made, in their order."""
    return [edition for edition, now in inputs.items() if edition not in made or made[edition].inputs != now]


def require_fresh(state: State, edition: Edition) -> None:
    """Refuse what would publish an edition that no longer follows from what is known.

    Raises:
        DataRefusedError: it is out of date; the message says how to make it again.
    """
    if edition.key in stale_editions(state):
        raise DataRefusedError(
            f"L'édition {edition.key} est périmée : une édition antérieure, un registre ou un réglage a changé. "
            f"« panorama run {edition.key} » la refait."
        )
