"""Look for what is new in an inbox: which editions are followed, and what a look finds."""

import datetime as dt
import hashlib
from dataclasses import dataclass

from assets.collection.intake import Append, take_in
from assets.collection.versions import TakenFile
from warehouse.home.calendar import Calendar, Edition
from warehouse.home.state import State
from warehouse.home.submission_ledger import standing
from warehouse.model.errors import ConfigurationError

# Ministries still correct their files some weeks after the cut-off.
FOLLOWED_DAYS = 60


@dataclass(frozen=True)
class News:
    """What a look at an inbox found new, and a fingerprint of all that the edition has, empty when it has nothing."""

    taken: tuple[TakenFile, ...]
    fingerprint: str


def look(state: State, edition: Edition, today: dt.date, append: Append, *, quiet_seconds: float = 0) -> News:
    """Take in what is new in the inbox of an edition, and tell it; nothing else is opened.

    Args:
        state: the home, held while this lasts.
        edition: one of its calendar.
        today: the day new files are said to be received.
        append: adds lines to the register `submissions`.
        quiet_seconds: see `assets.collection.intake.take_in`.

    Raises:
        ServiceError: the disk refused.
        ConfigurationError: the register cannot be added to, or a reason of the quarantine is malformed.
    """
    intake = take_in(state, edition, today, quiet_seconds=quiet_seconds, append=append)
    here = standing(intake.ledger, edition.key).current_sha256 & intake.present()
    parts = [*sorted(here), *(known.name() for known in intake.waiting)]
    return News(tuple(intake.taken), hashlib.sha256("\n".join(parts).encode()).hexdigest() if parts else "")


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
