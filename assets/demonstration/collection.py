"""When the demonstration's files were received: each edition has a cut-off, one ministry misses it, one sends again.

All invented, like the rest, and the same whatever the day it is run.
"""

import datetime as dt
from collections.abc import Sequence

from assets.collection.intake import take_in
from assets.collection.versions import TakenFile
from assets.demonstration.registers import CORRECTED_EDITION, CORRECTED_ON
from warehouse.home.calendar import Edition, read_register, render_register
from warehouse.home.files import write_text
from warehouse.home.home import Home
from warehouse.home.state import read_state
from warehouse.home.submission_ledger import lines_of, same_name

# Fridays, some weeks before the publication.
CUTOFFS = {
    "2020-06": dt.date(2020, 6, 12),
    "2020-11": dt.date(2020, 10, 23),
    "2021-07": dt.date(2021, 6, 25),
    "2021-11": dt.date(2021, 11, 19),
}
# The ministry whose file came after the cut-off, and how many days after.
LATE_DAYS = {
    "2020-06": ("affaires_sociales", 6),
    "2020-11": ("interieur", 4),
    "2021-07": ("ecologie", 3),
    "2021-11": ("interieur", 5),
}
# How many days before the cut-off the others came, in turn.
EARLY_DAYS = (1, 0, 4, 2, 8, 3, 1, 7)


def write_cutoffs(home: Home) -> None:
    """Give their cut-off to the editions of the demonstration that the home has not opened itself.

    Raises:
        RegisterError: a malformed register of editions.
        ServiceError: the disk refused.
    """
    with home.writing():
        opened = read_register(home.editions_register)
        known = {edition.key for edition in opened}
        calendar = home.calendar()
        dated = [
            Edition(key, calendar.find(key).ordinal, calendar.find(key).published_on, cutoff)
            for key, cutoff in CUTOFFS.items()
            if key not in known
        ]
        if dated:
            write_text(home.editions_register, render_register([*opened, *dated]))


def receive(home: Home, edition: Edition) -> list[TakenFile]:
    """Take in the files of an edition as they would have arrived; those of its correction on the day of it.

    Raises:
        RegisterError: a register of the home has a malformed line.
        ServiceError: the disk refused.
    """
    names = [path.name for path in home.received(edition)]
    days = received_days(edition.key, names)
    with home.writing():
        state = read_state(home)
        if edition.key == CORRECTED_EDITION:
            sent = set(lines_of(state.registers["submissions"], edition.key)["file"].map(same_name))
            days |= {name: CORRECTED_ON for name in names if same_name(name) in sent}
        intake = take_in(
            state,
            edition,
            CUTOFFS[edition.key],
            days=days,
            append=lambda lines: state.appended({"submissions": lines}),
        )
    return intake.taken


def received_days(edition: str, names: Sequence[str]) -> dict[str, dt.date]:
    """The day each file of an edition was first received, by file name."""
    late, days = LATE_DAYS[edition]
    return {
        name: CUTOFFS[edition]
        + dt.timedelta(days=days if name == f"{late}.xlsx" else -EARLY_DAYS[rank % len(EARLY_DAYS)])
        for rank, name in enumerate(sorted(names))
    }
