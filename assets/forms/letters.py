"""The message that goes to each ministry: what was received of it, what to correct, what is missing, until when.

Nothing is sent. A letter holds what is told of the ministry alone, never what another sent, and the name of nobody who
wrote it; the same state of the collection on the same day gives the same bytes.
"""

import datetime as dt
import hashlib
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from assets.collection.state import LATE, MISSING, CollectionState, seen_on
from assets.forms.returned_summary import in_order
from assets.forms.returning import Returned, for_ministry
from assets.reading.attestation import SIGN_OFF_SHEET
from warehouse.home.calendar import Edition
from warehouse.home.submission_ledger import QUARANTINED
from warehouse.model.findings import Finding, errors_of, shorten, total
from warehouse.model.frames import plain_records
from warehouse.model.french import NARROW, NBSP, counted, day, ordinal, plural, visible
from warehouse.model.repetition import folded

# What the operator did, and can undo.
NOT_WRITTEN = frozenset({"received_file_stays_in_inbox"})
# The rules that speak of a project that is not in what was sent.
ABSENT = frozenset({
    "every_exit_has_a_reason", "project_under_mission_is_declared", "project_with_an_opinion_is_declared",
    "project_with_a_baseline_is_declared",
})  # fmt: skip
# Beyond, the workbook that is joined has them all.
SHOWN = 20
WIDTH = 78
HOUR = dt.time(9, tzinfo=dt.UTC)
_WORKBOOK = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")


@dataclass(frozen=True)
class Letter:
    """A message ready to be sent, in French.

    `kind` is a code of `letter_kinds`; `to` the addresses that the operator declared, or nothing; `returned` what is
    joined; `counts` how many errors, warnings and absent projects it tells.
    """

    ministry_id: str
    kind: str
    subject: str
    body: str
    day: dt.date
    to: str
    returned: tuple[Returned, ...]
    counts: tuple[int, int, int]

    def as_text(self) -> str:
        """The message as plain text, under its subject."""
        joined = [f"Pièce jointe : {each.name}" for each in self.returned]
        return "\n".join([f"Objet : {self.subject}", *joined, "", self.body])

    def as_email(self) -> bytes:
        """The message as a mail program opens it, as a draft: nobody has signed nor sent it."""
        message = EmailMessage(policy=SMTP)
        message["Subject"] = self.subject
        if self.to:
            message["To"] = self.to
        message["Date"] = format_datetime(dt.datetime.combine(self.day, HOUR))
        message["X-Unsent"] = "1"
        message.set_content(self.body, charset="utf-8", cte="quoted-printable")
        for each in self.returned:
            main, sub = _WORKBOOK
            message.add_attachment(each.content, maintype=main, subtype=sub, filename=each.name)
        if self.returned:
            held = hashlib.sha256("\n".join([self.subject, self.body, *(one.name for one in self.returned)]).encode())
            message.set_boundary(f"=_{held.hexdigest()[:40]}")
        return message.as_bytes()


def letters(
    state: CollectionState, today: dt.date, contacts: Mapping[str, str], returned: Mapping[str, Sequence[Returned]]
) -> Iterator[Letter]:
    """A letter for each ministry expected or heard, in the order of the collection.

    Args:
        state: where each stands.
        today: when they are written.
        contacts: the addresses that the operator declared, by ministry.
        returned: the workbooks to join, by ministry.
    """
    edition = state.received.edition
    for row in plain_records(seen_on(state.table, edition, today)):
        ministry = str(row["ministry_id"])
        told = [for_ministry(one) for one in state.findings.get(ministry, ()) if one.rule not in NOT_WRITTEN]
        found = _Found(in_order(told))
        kind = _kind(str(row["status"]), found)
        joined = tuple(returned.get(ministry, ())) if found.to_tell() else ()
        sent = _sent(state, ministry, int(row["projects"]))
        yield Letter(
            ministry_id=ministry,
            kind=kind,
            subject=_subject(kind, edition, today, found),
            body=_body(kind, edition, today, sent, found, joined),
            day=today,
            to=contacts.get(ministry, ""),
            returned=joined,
            counts=(total(found.errors()), total(found.warnings()), total(found.absent())),
        )


@dataclass(frozen=True)
class _Found:
    """What is told of a ministry, the worst first."""

    findings: Sequence[Finding]

    def errors(self) -> list[Finding]:
        return [one for one in errors_of(self.findings) if one.rule not in ABSENT]

    def warnings(self) -> list[Finding]:
        return [one for one in self.findings if one.severity == "warning" and one.rule not in ABSENT]

    def absent(self) -> list[Finding]:
        return [one for one in self.findings if one.severity != "notice" and one.rule in ABSENT]

    def to_tell(self) -> bool:
        return bool(self.errors() or self.warnings() or self.absent())


def _kind(status: str, found: _Found) -> str:
    if status in (MISSING, LATE):
        return "late" if status == LATE else "reminder"
    if found.errors() or status == QUARANTINED:
        return "to_correct"
    return "to_check" if found.to_tell() else "thanks"


def _named(edition: Edition) -> str:
    return f"{ordinal(edition.ordinal)} édition ({edition.month_label()})"


def _subject(kind: str, edition: Edition, today: dt.date, found: _Found) -> str:
    cutoff, (errors, others) = edition.cutoff_on, (total(found.errors()), total([*found.warnings(), *found.absent()]))
    said = {
        "reminder": f"remontée attendue{f' le {day(cutoff)}' if cutoff else ''}",
        "late": f"remontée en retard de {counted((today - cutoff).days, 'jour') if cutoff else ''}",
        "to_correct": f"{counted(errors, 'erreur')} à corriger",
        "to_check": f"{counted(others, 'point')} à vérifier",
        "thanks": "remontée complète, merci",
    }[kind]
    return _plain(f"Panorama des grands projets numériques, {_named(edition)} : {said}")


def _sent(state: CollectionState, ministry: str, projects: int) -> list[str]:
    """A line for each file of a ministry that stands, or that is put aside."""
    received = state.received
    known = [(received.read(), ""), (received.put_aside(), " ; il n'a pas pu être lu")]
    lines = [
        f"« {visible(str(line['file']))} », version {line['version']}, reçu le {day(line['received_on'])}{end}"
        for frame, end in known
        for line in frame.loc[frame["ministry_id"].eq(ministry)].drop_duplicates(["file", "sha256"]).to_dict("records")
    ]
    if lines and projects:
        lines.append(f"en tout, {counted(projects, 'projet')}")
    return lines


def _body(
    kind: str, edition: Edition, today: dt.date, sent: Sequence[str], found: _Found, joined: Sequence[Returned]
) -> str:
    parts = [
        "Madame, Monsieur,",
        _opening(kind, edition, today, bool(sent)),
        _items("Ce que nous avons reçu de votre ministère :", sent),
        _told(f"À corriger ({counted(total(found.errors()), 'erreur')}) :", found.errors(), joined),
        _told(f"À vérifier ({counted(total(found.warnings()), 'alerte')}) :", found.warnings(), joined),
        _told(
            f"Ce qui manque ({counted(total(found.absent()), 'projet connu', 'projets connus')} de nous ; pour chacun, "
            "sa ligne, ou la raison pour laquelle il n'y est plus) :",
            found.absent(),
            joined,
        ),
        _next(kind, edition, today, joined),
        "Cordialement,\nL'équipe du panorama des grands projets numériques de l'État",
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _opening(kind: str, edition: Edition, today: dt.date, has_sent: bool) -> str:
    of_edition = f"la {_named(edition)} du panorama des grands projets numériques de l'État"
    cutoff = edition.cutoff_on
    if kind == "thanks":
        return _wrapped(f"Merci de votre remontée pour {of_edition} : elle est complète, et rien n'y est à corriger.")
    if kind == "reminder":
        until = f" La date limite est le {day(cutoff)}." if cutoff else ""
        return _wrapped(f"Nous n'avons encore rien reçu de votre ministère pour {of_edition}.{until}")
    if kind == "late":
        late = counted((today - cutoff).days, "jour") if cutoff else ""
        limit = f"La date limite était le {day(cutoff)} : votre remontée a {late} de retard." if cutoff else ""
        return _wrapped(f"Nous n'avons rien reçu de votre ministère pour {of_edition}. {limit}")
    what = "elle comporte des erreurs" if kind == "to_correct" else "quelques points restent à vérifier"
    return _wrapped(f"Merci de votre remontée pour {of_edition} : {what}.")


def _next(kind: str, edition: Edition, today: dt.date, joined: Sequence[Returned]) -> str:
    """What is asked, and until when."""
    cutoff = edition.cutoff_on
    until = f"avant la fin du {day(cutoff)}" if cutoff and today <= cutoff else "dès que possible"
    if kind == "thanks":
        return ""
    if kind in ("reminder", "late"):
        return _wrapped(
            f"Merci de nous envoyer {until} le formulaire prérempli de votre ministère, vérifié, complété et attesté. "
            "Si vous n'avez aucun projet à transmettre, répondez « Oui » à la question « néant » de sa feuille "
            f"« {SIGN_OFF_SHEET} »."
        )
    marked = [each for each in joined if each.is_marked]
    copies = plural(len(marked), "Le classeur joint est votre fichier", "Les classeurs joints sont vos fichiers")
    how = f"{copies} : chaque cellule en cause y est colorée et commentée. " if marked else ""
    past = f" La date limite était le {day(cutoff)}." if cutoff and today > cutoff else ""
    return _wrapped(f"{how}Merci de corriger, et de renvoyer sous le même nom {until}.{past}")


def _told(title: str, findings: Sequence[Finding], joined: Sequence[Returned]) -> str:
    """A list of findings, those alike together, no longer than can be read."""
    listed = folded(findings)
    left = total(listed[SHOWN:])
    where = f", {plural(left, 'dite', 'dites')} dans le classeur joint" if joined else ""
    more = [f"et {counted(left, 'autre')}{where}"] if left else []
    return _items(title, [*map(_said, listed[:SHOWN]), *more])


def _said(finding: Finding) -> str:
    place = finding.place()
    if finding.rule in ABSENT:
        return visible(" ".join(filter(None, [finding.message, finding.likewise()])))
    value = "" if finding.value is None else f" Valeur trouvée : « {shorten(finding.value)} »."
    expected = f" Attendu : {finding.expected}." if finding.expected else ""
    lead = f"{place} : " if place else ""
    return visible(" ".join(filter(None, [f"{lead}{finding.message}{value}{expected}", finding.likewise()])))


def _items(title: str, items: Sequence[str]) -> str:
    if not items:
        return ""
    return "\n".join([_wrapped(title), *(_wrapped(each, first="  - ", rest="    ") for each in items)])


def _wrapped(text: str, *, first: str = "", rest: str = "") -> str:
    """A paragraph of short lines; a quotation mark or a colon begins none, and a count stays by its word."""
    lines = textwrap.fill(
        re.sub(r"(?<=«) | (?=[»:;!?%])", NBSP, text),
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return _plain(lines)


def _plain(text: str) -> str:
    """A text whose spaces every mail program shows alike."""
    return text.replace(NBSP, " ").replace(NARROW, " ")
