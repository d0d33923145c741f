"""Where an edition stands once collected: a line for each thing to know, with the command that settles it. Pure."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from assets.collection.standing import Collected, Line, Status, collection_lines, named
from warehouse.home.calendar import Edition
from warehouse.home.turns.holder import Holder
from warehouse.model.french import counted, day, number, plural, typeset, visible
from warehouse.model.vocabulary import MINISTRIES
from warehouse.projects.closing import Closing
from warehouse.projects.closing_wording import PROVISIONAL, ToSettle, closing_said


@dataclass(frozen=True)
class Approved:
    """The last approval of an edition, and whether its files are those of the last run."""

    version: int
    by: str
    on: dt.date
    is_last_run: bool


@dataclass(frozen=True)
class Published:
    """What was last published of an edition at a destination, and whether it is what was last approved."""

    destination: str
    version: int
    on: dt.date
    is_last_approval: bool


@dataclass(frozen=True)
class Facts:
    """What a home recorded of an edition.

    Attributes:
        edition: the edition.
        today: the day that delays are counted to.
        holder: who says that it writes in the home.
        arrived: the files of the inbox that no collect has taken in.
        gone: the files that stand and are no longer in the inbox.
        unread: the files that stand and are not in the figures; only told of an edition that was computed.
        collected: what the last collect or run recorded; None before the first.
        closing: where it stands towards its closing; None before it is computed.
        to_settle: what keeps it from being closed.
        is_computed: whether it has figures.
        is_stale: whether these no longer follow from what is known.
        doubtful: the ids of its projects whose identity a person must decide.
        without_opinion: the names of its projects that should have an opinion and have none.
        missing_values: by ministry, how many values that were due are not given; None before it is computed.
        approved: its last approval.
        published: by destination, what was last published of it.
        stale: the other editions that are out of date.
        unapproved: the earlier editions that are final and that nobody approved.
    """

    edition: Edition
    today: dt.date
    holder: Holder | None
    arrived: tuple[str, ...]
    gone: tuple[str, ...]
    unread: tuple[str, ...]
    collected: Collected | None
    closing: Closing | None
    to_settle: Sequence[ToSettle]
    is_computed: bool
    is_stale: bool
    doubtful: tuple[str, ...]
    without_opinion: tuple[str, ...]
    missing_values: pd.Series | None
    approved: Approved | None
    published: Sequence[Published]
    stale: tuple[str, ...]
    unapproved: tuple[str, ...]

    @property
    def is_blocked(self) -> bool:
        """Whether a run would be refused, as far as the last collect tells."""
        lines = () if self.collected is None else collection_lines(self.edition, self.collected)
        return any(line.status == "blocked" for line in lines)


def standing_lines(facts: Facts) -> list[Line]:
    """Where an edition stands, in the order of the work, each line saying what is known and what settles it."""
    told = (
        _holder(facts),
        _inbox(facts),
        _collection(facts),
        _projects(facts),
        _figures(facts),
        _closing(facts),
        _approval(facts),
        _publication(facts),
        _others(facts),
    )
    return [line for lines in told for line in lines]


def _holder(facts: Facts) -> Iterator[Line]:
    if facts.holder is None:
        return
    if facts.holder.is_alive():
        yield Line("running", "information", f"Un traitement est en cours : {facts.holder}.")
    else:
        text = f"Un traitement a été interrompu : {facts.holder}. Le prochain remet en ordre ce qu'il a laissé."
        yield Line("running", "todo", text, f"panorama run {facts.edition.key}")


def _inbox(facts: Facts) -> Iterator[Line]:
    collect = f"panorama collect {facts.edition.key}"
    if facts.arrived:
        count = counted(len(facts.arrived), "fichier")
        arrived = plural(len(facts.arrived), "arrivé n'est pas pris", "arrivés ne sont pas pris")
        yield Line("inbox", "todo", f"{count} {arrived} en compte : {named(facts.arrived)}.", collect)
    if facts.gone:
        count = counted(len(facts.gone), "fichier")
        gone = plural(len(facts.gone), "reçu n'est", "reçus ne sont")
        yield Line("inbox", "todo", f"{count} {gone} plus dans le dossier de réception : {named(facts.gone)}.", collect)


def _collection(facts: Facts) -> Iterator[Line]:
    if facts.collected is None:
        waits = facts.edition.cutoff_on is not None
        status: Status = "todo" if waits else "information"
        yield from collection_lines(facts.edition, Collected((), {}, ()), facts.today)[:2]
        yield Line("received", status, "La collecte n'a pas été relevée.", f"panorama collect {facts.edition.key}")
        return
    absent = () if facts.closing is None else facts.closing.acknowledged["ministry_id"]
    for line in collection_lines(facts.edition, facts.collected, facts.today, absent):
        # Once an edition is computed, its projects tell, the register of opinions included.
        if line.topic != "opinions" or not facts.is_computed:
            yield line


def _projects(facts: Facts) -> Iterator[Line]:
    key = facts.edition.key
    if facts.doubtful:
        count = counted(len(facts.doubtful), "projet")
        alike = plural(len(facts.doubtful), "ressemble à un projet connu", "ressemblent à des projets connus")
        yield Line("identities", "todo", f"{count} {alike} : {named(facts.doubtful)}.", "panorama projects review")
    if facts.without_opinion:
        text = f"Sans avis, à 9 M€ ou plus : {named(facts.without_opinion)}. À compléter dans registers/opinions.csv."
        yield Line("opinions", "todo", typeset(text), "panorama registers check")
    if facts.missing_values is not None:
        missing = facts.missing_values.loc[facts.missing_values.gt(0)].sort_values(ascending=False, kind="stable")
        if missing.empty:
            yield Line("completeness", "done", "Toutes les valeurs attendues sont données.")
        else:
            count = counted(int(missing.sum()), "valeur attendue", "valeurs attendues")
            lacks = plural(int(missing.sum()), "manque", "manquent")
            who = named([f"{MINISTRIES.label(str(name))} {number(int(value))}" for name, value in missing.items()])
            yield Line("completeness", "todo", f"{count} {lacks} : {who}.", f"panorama return {key}")


def _figures(facts: Facts) -> Iterator[Line]:
    key, run = facts.edition.key, f"panorama run {facts.edition.key}"
    if not facts.is_computed:
        status: Status = "blocked" if facts.is_blocked else "todo"
        yield Line("figures", status, "L'édition n'est pas encore traitée.", run)
    elif facts.is_stale:
        text = "Les chiffres sont périmés : une édition antérieure ou un registre a changé depuis."
        yield Line("figures", "todo", text, run)
    else:
        yield Line("figures", "done", "L'édition est traitée.", f"panorama show {key}")
    if facts.is_computed and facts.unread:
        text = f"Des fichiers reçus depuis ne sont pas dans les chiffres : {named(facts.unread)}."
        yield Line("figures", "todo", text, run)


def _closing(facts: Facts) -> Iterator[Line]:
    closing = facts.closing
    if closing is None or not closing.needs_closing:
        return
    if closing.is_closed:
        yield Line("closing", "done", "L'édition est close.")
        for said in closing_said(closing).absences:
            yield Line("closing", "information", said)
        return
    for one in facts.to_settle:
        yield Line("closing", "todo", f"{one.said}.", one.command)
    status: Status = "blocked" if facts.to_settle else "todo"
    yield Line("closing", status, PROVISIONAL, f"panorama edition close {facts.edition.key}")


def _approval(facts: Facts) -> Iterator[Line]:
    key, approved = facts.edition.key, facts.approved
    ready = facts.is_computed and not facts.is_stale and (facts.closing is None or facts.closing.is_final)
    status: Status = "todo" if ready else "blocked"
    command = f"panorama approve {key}"
    if approved is None:
        yield Line("approval", status, "L'édition n'est pas approuvée.", command)
        return
    said = f"Version {approved.version} approuvée par {visible(approved.by)} le {day(approved.on)}"
    if approved.is_last_run:
        yield Line("approval", "done", f"{said}.")
    else:
        yield Line("approval", status, f"{said} ; le dernier traitement a donné d'autres fichiers.", command)


def _publication(facts: Facts) -> Iterator[Line]:
    command = f"panorama publish {facts.edition.key}"
    if not facts.published:
        status: Status = "blocked" if facts.approved is None else "todo"
        yield Line("publication", status, "L'édition n'est publiée nulle part.", command)
    for known in facts.published:
        said = f"Version {known.version} publiée le {day(known.on)} : {visible(known.destination)}"
        if known.is_last_approval:
            yield Line("publication", "done", f"{said}.")
        else:
            yield Line("publication", "todo", f"{said} ; ce n'est pas la dernière approuvée.", command)


def _others(facts: Facts) -> Iterator[Line]:
    if facts.stale:
        one, several = "Édition périmée", "Éditions périmées"
        text = f"{plural(len(facts.stale), one, several)} : {named(facts.stale)}."
        yield Line("other_editions", "todo", text, f"panorama run {facts.stale[0]}")
    if facts.unapproved:
        one, several = "Édition antérieure non approuvée", "Éditions antérieures non approuvées"
        text = f"{plural(len(facts.unapproved), one, several)} : {named(facts.unapproved)}."
        yield Line("other_editions", "todo", text, f"panorama approve {facts.unapproved[0]}")
