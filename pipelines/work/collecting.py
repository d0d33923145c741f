"""Follow the collection of an edition: each change of its inbox, and where each ministry stands."""

import datetime as dt
import time
from collections.abc import Iterator

from assets.collection.receiving import keep_collection
from assets.collection.state import CollectionState, collection_state
from assets.collection.watching import News, look
from pipelines.work.validation import validate
from warehouse.home.calendar import Edition
from warehouse.home.home import Home
from warehouse.home.state import read_state


def look_once(
    home: Home, edition: Edition, today: dt.date, *, quiet_seconds: float = 0, wait_seconds: float | None = None
) -> News:
    """Take in what is new in an inbox, the home being held meanwhile.

    Args:
        home: the installation.
        edition: one of its calendar.
        today: the day new files are said to be received.
        quiet_seconds: how long a file must have been left alone.
        wait_seconds: how long to wait for another process that holds the home.

    Raises:
        ServiceError: the disk refused, or another process holds the home.
        ConfigurationError: a register or the settings are malformed.
    """
    with home.writing(wait_seconds):
        state = read_state(home)
        return look(
            state,
            edition,
            today,
            lambda lines: state.appended({"submissions": lines}),
            quiet_seconds=quiet_seconds,
        )


def follow(home: Home, edition: Edition, every_seconds: float) -> Iterator[News]:
    """Look at an inbox for ever: what is there first, then each change, a file being left until it stops growing."""
    last: str | None = None
    while True:
        news = look_once(home, edition, dt.datetime.now(dt.UTC).date(), quiet_seconds=every_seconds)
        if news.fingerprint != last:
            last = news.fingerprint
            yield news
        time.sleep(every_seconds)


def collect(home: Home, edition: Edition, day: dt.date | None = None) -> CollectionState:
    """Validate what an edition received, and keep where its collection stands, which alone is written.

    Args:
        home: the installation.
        edition: one of its calendar.
        day: when it is looked at, today by default: past the cut-off, who sent nothing is late.

    Raises:
        ServiceError: the disk refused.
        ConfigurationError: a register or the settings of the home are malformed.
    """
    found = validate(read_state(home), edition)
    state = collection_state(found.receipt.received, found.expected, found.found.discreet(found.held))
    with home.writing():
        keep_collection(home, state, day)
    return state
