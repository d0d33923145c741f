"""Write to each ministry: a message in two forms, of which nothing is sent, and a brief for it alone."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assets.collection.intake import Receipt
from assets.collection.state import CollectionState, collection_state
from assets.forms.letters import Letter, letters
from assets.forms.returning import returned_to
from assets.publication import site_tables
from assets.report.briefs import restricted_brief_pdf
from assets.session import Session
from assets.site.follow_up.ministries import briefs
from pipelines.work.validation import NOT_FOR_MINISTRIES, validate
from warehouse.home.calendar import Edition
from warehouse.home.files import replacing_directory
from warehouse.home.home import Home
from warehouse.home.state import State, read_state
from warehouse.home.store import RunStore
from warehouse.model.errors import ConfigurationError
from warehouse.model.findings import Finding

LETTERS = "letters"
BRIEFS = "briefs"


@dataclass(frozen=True)
class Heard:
    """What was received for an edition on a day, and what each ministry is told of what it sent."""

    state: State
    receipt: Receipt
    collection: CollectionState
    told: Mapping[str, Sequence[Finding]]
    day: dt.date


def hear(home: Home, edition: Edition, today: dt.date) -> Heard:
    """Read and judge what was received as `panorama check` does, each ministry by itself; nothing is written.

    Raises:
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
    return Heard(state, found.receipt, collection, told, today)


def write_letters(home: Home, edition: Edition, heard: Heard) -> list[Letter]:
    """Write `out/<edition>/letters/`: a text and an .eml for each ministry expected or heard; nothing else is written.

    Args:
        home: the installation, held while the folder is written.
        edition: one of its calendar.
        heard: what was received for it.

    Raises:
        ServiceError: the disk refused; the former folder is intact.
    """
    returned = {name: list(returned_to(heard.receipt, name, of_one, edition)) for name, of_one in heard.told.items()}
    written = list(letters(heard.collection, heard.day, heard.state.settings.contacts, returned))
    with home.writing(), replacing_directory(home.out(edition, LETTERS)) as folder:
        for letter in written:
            (folder / f"{letter.ministry_id}.txt").write_text(letter.as_text(), encoding="utf-8")
            (folder / f"{letter.ministry_id}.eml").write_bytes(letter.as_email())
    return written


def write_briefs(home: Home, edition: Edition, heard: Heard) -> int:
    """Write `out/<edition>/briefs/`: a PDF for each ministry that has projects, with what it has to correct.

    The figures are those of the last run of the edition; what is found is what `heard` says.

    Returns:
        How many there are.

    Raises:
        ConfigurationError: the edition has no figures yet.
        ServiceError: a PDF could not be made, or the disk refused; the former folder is intact.
    """
    with home.writing():
        session = Session(heard.state, RunStore(home.warehouse), ())
        if edition.key not in session.accepted_editions():
            raise ConfigurationError(
                f"--briefs : l'édition {edition.key} n'est pas encore traitée : panorama run {edition.key}"
            )
        tables = site_tables(session, edition, session.closings())
        with replacing_directory(home.out(edition, BRIEFS)) as folder:
            written = list(briefs(tables))
            for brief in written:
                content = restricted_brief_pdf(brief, tables, heard.told.get(brief.ministry_id, ()))
                (folder / f"{brief.ministry_id}.pdf").write_bytes(content)
    return len(written)
