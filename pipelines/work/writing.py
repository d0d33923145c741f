"""Write to each ministry: a message in two forms, of which nothing is sent."""

import datetime as dt

from assets.collection.state import collection_state
from assets.forms.letters import Letter, letters
from assets.forms.returning import returned_to
from pipelines.work.validation import NOT_FOR_MINISTRIES, validate
from warehouse.home.calendar import Edition
from warehouse.home.files import replacing_directory
from warehouse.home.home import Home
from warehouse.home.state import read_state

FOLDER = "letters"


def write_letters(home: Home, edition: Edition, today: dt.date) -> list[Letter]:
    """Write `out/<edition>/letters/`: a text and an .eml for each ministry expected or heard; nothing else is written.

    What was received is read and judged as by `panorama check`, each ministry by itself.

    Args:
        home: the installation, held while the folder is written.
        edition: one of its calendar.
        today: when the letters are written.

    Raises:
        ServiceError: the disk refused; the former folder is intact.
        ConfigurationError: a register or the settings of the home are malformed.
    """
    state = read_state(home)
    found = validate(state, edition, today=today)
    # Its own figures are for a ministry to read, kept back or not.
    collection = collection_state(found.receipt.received, found.expected, found.found)
    told = {
        ministry: [finding for finding in of_one if finding.rule not in NOT_FOR_MINISTRIES]
        for ministry, of_one in collection.findings.items()
        if ministry
    }
    returned = {name: list(returned_to(found.receipt, name, of_one, edition)) for name, of_one in told.items()}
    written = list(letters(collection, today, state.settings.contacts, returned))
    with home.writing(), replacing_directory(home.out(edition, FOLDER)) as folder:
        for letter in written:
            (folder / f"{letter.ministry_id}.txt").write_text(letter.as_text(), encoding="utf-8")
            (folder / f"{letter.ministry_id}.eml").write_bytes(letter.as_email())
    return written
