"""Follow the collection of an edition: what is new in its inbox, and where each ministry stands.

`panorama collect --watch` and the sensor `submissions_arrive` look in the same way, with `look`.
"""

import datetime as dt
import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass

from assets.collection.intake import TakenFile, present_sha256, read_received, take_in
from assets.collection.receiving import collection_findings, what_was_received, write_collection
from assets.collection.state import CollectionState, collection_state, expected_ministries
from checks.recording import changes_in_force
from pipelines.work.progress import Progress
from warehouse.archive.tables import CORE_PROJECTS
from warehouse.home.calendar import Calendar, Edition
from warehouse.home.home import Home
from warehouse.home.quarantine import waiting
from warehouse.home.registers import register
from warehouse.home.rule_changes import regraded
from warehouse.home.store import ParquetStore
from warehouse.home.submission_ledger import standing
from warehouse.model.errors import ConfigurationError
from warehouse.model.findings import Finding

# Ministries still correct their files some weeks after the cut-off.
FOLLOWED_DAYS = 60


@dataclass(frozen=True)
class News:
    """What a look at an inbox found new, and a fingerprint of all that the edition has, empty when it has nothing."""

    taken: tuple[TakenFile, ...]
    fingerprint: str


def look(home: Home, edition: Edition, today: dt.date, quiet_seconds: float = 0) -> News:
    """Take in what is new in the inbox of an edition, and tell it.

    Args:
        home: the installation.
        edition: one of its calendar.
        today: the day new files are said to be received.
        quiet_seconds: see `assets.collection.intake.take_in`.

    Raises:
        ServiceError: the disk refused.
        ConfigurationError: a register or the settings of the home are malformed.
    """
    home.create()
    taken = take_in(home, edition, today, quiet_seconds=quiet_seconds)
    ledger = register(home.registers, "submissions").read()
    here = standing(ledger, edition.key).current_sha256 & present_sha256(home, edition)
    aside = [known.name() for known in waiting(home, edition, ledger)]
    parts = [*sorted(here), *aside]
    return News(tuple(taken), hashlib.sha256("\n".join(parts).encode()).hexdigest() if parts else "")


def follow(home: Home, edition: Edition, every_seconds: float) -> Iterator[News]:
    """Look at an inbox for ever: what is there first, then each change, a file being left until it stops growing."""
    last: str | None = None
    while True:
        news = look(home, edition, dt.datetime.now(dt.UTC).date(), quiet_seconds=every_seconds)
        if news.fingerprint != last:
            last = news.fingerprint
            yield news
        time.sleep(every_seconds)


def collect(home: Home, edition: Edition, progress: Progress) -> CollectionState:
    """Validate what an edition received, and write the page of its collection.

    The checks run on a copy, as those of `panorama check`; only `out/<edition>/collection/` is written here.

    Args:
        home: the installation, whose inbox was taken in.
        edition: one of its calendar.
        progress: called with a line in French for each step.

    Raises:
        ServiceError: the disk refused.
        ConfigurationError: a register or the settings of the home are malformed.
    """
    cells, read = read_received(home, edition)
    received = what_was_received(home, edition, cells)
    if len(cells):
        findings = _validated(home, edition, progress)
    else:
        # Without a row no check runs: what can be said is said as they would have.
        found = [*read, *collection_findings(home, received)]
        findings, _ = regraded(found, changes_in_force(home, edition.key))
    expected = expected_ministries(ParquetStore(home.warehouse).earlier(CORE_PROJECTS, edition.key))
    state = collection_state(received, expected, findings)
    with home.writing():
        write_collection(home, state)
    return state


def _validated(home: Home, edition: Edition, progress: Progress) -> list[Finding]:
    """What the checks of an edition find in what it received."""
    from pipelines.work.running import validate_edition  # noqa: PLC0415  # the definitions import the sensors, which look

    outcome = validate_edition(home, edition, progress)
    if outcome.failure:
        raise outcome.failure
    return list(outcome.findings)


def followed_editions(calendar: Calendar, today: dt.date) -> list[Edition]:
    """The editions whose files are awaited: opened with a cut-off, to come or less than sixty days old."""
    return [
        edition
        for edition in calendar
        if edition.cutoff_on is not None and (today - edition.cutoff_on).days <= FOLLOWED_DAYS
    ]


def latest_opened(calendar: Calendar) -> Edition:
    """The last edition that has a cut-off.

    Raises:
        ConfigurationError: none has.
    """
    opened = [edition for edition in calendar if edition.cutoff_on is not None]
    if not opened:
        raise ConfigurationError(
            "Aucune édition n'a de date limite : dire laquelle suivre, ou en donner une par « panorama edition open »."
        )
    return opened[-1]
