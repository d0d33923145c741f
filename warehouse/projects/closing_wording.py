"""What is said of an edition that is not closed, or was closed with absences: one wording for every output."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from warehouse.home.registers import Registers
from warehouse.home.submission_ledger import standing
from warehouse.model.french import counted, day, listed, visible
from warehouse.model.vocabulary import EDITION_STATES, EXIT_REASONS, MINISTRIES
from warehouse.projects.closing import NOT_SUBMITTED, Closing
from warehouse.projects.identification import waiting_for_review

PROVISIONAL = "Édition provisoire, qui n'est pas close."
# As many projects as a sentence names.
NAMED = 10


@dataclass(frozen=True)
class ToSettle:
    """An absence to settle before an edition can be closed: what it is, and the command that settles it."""

    said: str
    command: str


@dataclass(frozen=True)
class ClosingSaid:
    """How an edition stands towards its closing, as every output says it.

    Attributes:
        state: its code in the closed list `edition_states`.
        provisional: the mark of an edition that is not closed, and what it lacks; empty for one that is final.
        absences: of a closed edition, a sentence for the ministries absent for one reason: which, why, who says so.
    """

    state: str
    provisional: str
    absences: tuple[str, ...]

    @property
    def label(self) -> str:
        """« provisoire », « close » or « reprise »."""
        return EDITION_STATES.label(self.state).lower()


def closing_said(closing: Closing) -> ClosingSaid:
    """What every output says of how an edition stands."""
    if not closing.is_final:
        return ClosingSaid(closing.state, _provisional(closing), ())
    alike = closing.acknowledged.groupby(["reason", "closed_by", "closed_on"], dropna=False, sort=False)
    return ClosingSaid(closing.state, "", tuple(map(_absences, (lines for _, lines in alike))))


def _provisional(closing: Closing) -> str:
    said = [PROVISIONAL]
    if closing.absent_ministries:
        said.append(f"N'ont rien transmis : {_labels(closing.absent_ministries)}.")
    if count := len(closing.vanished):
        rows = closing.vanished.head(NAMED).to_dict("records")
        named = [f"{row['project_id']} {visible(row['name'])}" for row in rows]
        others = [counted(count - NAMED, "autre")] if count > NAMED else []
        said.append(f"Ne figurent plus, sans motif de sortie : {listed([*named, *others])}.")
    return " ".join(said)


def _absences(lines: pd.DataFrame) -> str:
    """The sentence of the ministries whose absence one person acknowledged on one day, for one reason."""
    line = lines.iloc[0]
    why = visible(line["reason"]) if isinstance(line["reason"], str) else "sans motif"
    return (
        f"{_labels(lines['ministry_id'])} : aucune remontée à cette édition ({why}) ; absence reconnue par "
        f"{visible(line['closed_by'])} le {day(line['closed_on'].date())}. Les projets suivis y sont des sorties "
        f"« {EXIT_REASONS.label(NOT_SUBMITTED)} »."
    )


def _labels(ministries: Iterable[str]) -> str:
    # Labels hold commas.
    return " ; ".join(MINISTRIES.label(ministry) for ministry in sorted(ministries))


def received_since(closing: Closing, registers: Registers) -> frozenset[str]:
    """The missing ministries of which a file was received that is not in what was computed."""
    current = standing(registers["submissions"], closing.edition).current
    return frozenset(closing.missing_ministries) & frozenset(current["ministry_id"].dropna())


def to_settle(closing: Closing, registers: Registers) -> list[ToSettle]:
    """What is to be settled before an edition can be closed, by name; nothing when it only waits for a person."""
    edition = closing.edition
    received = received_since(closing, registers)
    followed = closing.gone_silent["ministry_id"].value_counts()
    waiting = waiting_for_review(registers)
    doubts = waiting.loc[waiting["edition"].eq(edition)].set_index("candidate_id")["project_id"]
    found = []
    for ministry in closing.missing_ministries:
        label = MINISTRIES.label(ministry)
        if ministry in received:
            found.append(ToSettle(f"{label} : remontée reçue, pas encore traitée", f"panorama run {edition}"))
        else:
            projects = counted(int(followed.get(ministry, 0)), "projet suivi", "projets suivis")
            command = f'panorama edition close {edition} --without {ministry} --why "…"'
            found.append(ToSettle(f"{label} : aucune remontée, {projects}", command))
    for row in closing.vanished.to_dict("records"):
        identifier = row["project_id"]
        said = (
            f"{identifier} {visible(row['name'])} ({MINISTRIES.label(row['ministry_id'])}) : ne figure plus, sans motif"
        )
        command = f"panorama projects exit {identifier} --edition {edition} --reason …"
        if identifier in doubts.index:
            other = doubts[[identifier]].iloc[0]
            said += f" ; {other} est peut-être lui"
            command = f"panorama projects confirm {other} --same-as {identifier}, ou {command}"
        found.append(ToSettle(said, command))
    return found
