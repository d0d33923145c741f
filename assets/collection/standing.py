"""Where the collection of an edition stands, a line for each thing to know, with the command that settles it.

The lines of the terminal, of the collection page and of Dagster are these ones: nothing else words them.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from assets.collection.state import SILENT, CollectionState
from warehouse.home.calendar import Edition
from warehouse.home.quarantine import QuarantinedFile
from warehouse.model.findings import Finding, errors_of, total
from warehouse.model.frames import plain_records
from warehouse.model.french import counted, day, listed, number, plural, typeset, visible
from warehouse.model.vocabulary import MINISTRIES

Status = Literal["done", "todo", "blocked", "information"]
STATUS_LABELS: Mapping[Status, str] = {
    "done": "Fait",
    "todo": "À faire",
    "blocked": "Bloqué",
    "information": "À savoir",
}
# What is not named beyond: the command names all.
SHOWN = 6
BASELINE_FAMILY = "BASE-"
OPINION_RULE = "opinion_is_given_from_9_meur"


@dataclass(frozen=True)
class Line:
    """One thing to know of an edition; `command` settles it, or tells all of it; None where nothing is to be done."""

    topic: str
    status: Status
    text: str
    command: str | None = None

    def as_dict(self) -> dict[str, str | None]:
        """The line as plain data."""
        return {"topic": self.topic, "status": self.status, "text": self.text, "command": self.command}


@dataclass(frozen=True)
class Collected:
    """What the collection of an edition recorded.

    Attributes:
        rows: those of the table of the collection, one for each ministry expected or heard.
        findings: those of the files, by ministry; an empty name has those of none.
        waiting: the files put aside and still awaited.
    """

    rows: Sequence[Mapping[str, Any]]
    findings: Mapping[str, Sequence[Finding]]
    waiting: Sequence[QuarantinedFile]

    def in_order(self) -> Iterator[tuple[str, Sequence[Finding]]]:
        """The findings of each ministry in the order of the rows, then those of none."""
        ministries = dict.fromkeys([*(row["ministry_id"] for row in self.rows), *self.findings])
        yield from ((ministry, self.findings[ministry]) for ministry in ministries if ministry in self.findings)


def collection_lines(
    edition: Edition, collected: Collected, today: dt.date | None = None, absent: Iterable[str] = ()
) -> list[Line]:
    """Where the collection of an edition stands.

    Args:
        edition: the edition.
        collected: what was recorded.
        today: the day that delays are counted to; without it, nothing that is said depends on the day.
        absent: the ministries whose absence was acknowledged.
    """
    told = (
        _calendar(edition, today),
        _heard(edition, collected),
        _silent(edition, collected, today, frozenset(absent)),
        _errors(edition, collected),
        _put_aside(edition, collected),
        _about_findings(edition, collected),
    )
    return [line for lines in told for line in lines]


def collected_of(state: CollectionState) -> Collected:
    """What the state of a collection says, as it is recorded."""
    return Collected(plain_records(state.table), state.findings, state.received.waiting)


def standing_markdown(lines: Mapping[str, Sequence[Line]]) -> str:
    """The lines of each edition in Markdown, as the Dagster interface shows them."""
    told = []
    for edition, of_edition in lines.items():
        told += [f"**{edition}**", "", "| État | Constat | Commande |", "| --- | --- | --- |"]
        for line in of_edition:
            cells = (STATUS_LABELS[line.status], line.text, f"`{line.command}`" if line.command else "")
            told.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |")
        told.append("")
    return "\n".join(told)


def named(names: Sequence[str]) -> str:
    """Some names, the first of them when they are many: « A, B et 3 autres »."""
    shown = [visible(name) for name in names[:SHOWN]]
    left = len(names) - len(shown)
    return listed([*shown, counted(left, "autre")] if left else shown)


def days_from(date: dt.date, today: dt.date) -> str:
    """How far a day is from another: « aujourd'hui », « dans 3 jours », « passée depuis 3 jours »."""
    days = (date - today).days
    if not days:
        return "aujourd'hui"
    return f"dans {counted(days, 'jour')}" if days > 0 else f"passée depuis {counted(-days, 'jour')}"


def _calendar(edition: Edition, today: dt.date | None) -> Iterator[Line]:
    for name, date, option in (
        ("Date limite de remontée", edition.cutoff_on, "--cutoff"),
        ("Date de publication", edition.published_on, "--published"),
    ):
        if date is None:
            command = f"panorama edition open {edition.key} {option} AAAA-MM-JJ"
            yield Line("calendar", "information", f"{name} : non fixée.", command)
            continue
        far = f", {days_from(date, today)}" if today else ""
        yield Line("calendar", "information", typeset(f"{name} : {day(date)}{far}."))


def _heard(edition: Edition, collected: Collected) -> Iterator[Line]:
    heard = [row for row in collected.rows if row["status"] not in SILENT]
    expected = len(collected.rows)
    if not expected:
        yield Line("received", "information", "Aucun ministère n'est attendu ni entendu.")
        return
    status: Status = "done" if len(heard) == expected else "information"
    sent = plural(len(heard), "a envoyé sa remontée", "ont envoyé leur remontée")
    text = f"{counted(len(heard), 'ministère')} sur {number(expected)} {sent}."
    yield Line("received", status, text, f"panorama collect {edition.key}")
    late = [(row["ministry_id"], int(row["late_days"])) for row in heard if row["late_days"]]
    if late:
        who = named([f"{MINISTRIES.label(ministry)} ({counted(days, 'jour')})" for ministry, days in late])
        yield Line("late", "information", f"Arrivés après la date limite : {who}.")


def _silent(edition: Edition, collected: Collected, today: dt.date | None, absent: frozenset[str]) -> Iterator[Line]:
    silent = [row["ministry_id"] for row in collected.rows if row["status"] in SILENT]
    awaited = [ministry for ministry in silent if ministry not in absent]
    if known := [ministry for ministry in silent if ministry in absent]:
        text = f"Absents, ce qui est acté : {named(_labels(known))}."
        yield Line("missing", "information", text)
    if not awaited:
        return
    cutoff = edition.cutoff_on
    days = max(0, (today - cutoff).days) if today and cutoff else 0
    late = f", {counted(days, 'jour')} de retard" if days else ""
    verb = plural(len(awaited), "n'a rien envoyé", "n'ont rien envoyé")
    text = f"{counted(len(awaited), 'ministère')} {verb}{late} : {named(_labels(awaited))}."
    status: Status = "todo" if days or today is None else "information"
    yield Line("missing", status, text, f"panorama letters {edition.key}")


def _errors(edition: Edition, collected: Collected) -> Iterator[Line]:
    files = {row["ministry_id"]: row["files"] for row in collected.rows}
    aside = {known.file for known in collected.waiting}
    for ministry, findings in collected.in_order():
        # A file put aside has a line of its own.
        errors = [finding for finding in errors_of(findings) if ministry or finding.file not in aside]
        if not errors:
            continue
        who = MINISTRIES.label(ministry) if ministry else "Fichiers sans ministère reconnu"
        sent = files.get(ministry) or named(sorted({finding.file for finding in errors if finding.file}))
        text = f"{who} : {counted(total(errors), 'erreur')} à corriger ({visible(str(sent))})."
        yield Line("errors", "blocked", text, f"panorama {'return' if ministry else 'check'} {edition.key}")


def _put_aside(edition: Edition, collected: Collected) -> Iterator[Line]:
    for known in collected.waiting:
        since = day(dt.date.fromisoformat(known.put_aside_on))
        text = f"{visible(known.file)} est à l'écart depuis le {since}. {visible(known.reason)}"
        yield Line("quarantine", "blocked", text, f"panorama quarantine list {edition.key}")


def _about_findings(edition: Edition, collected: Collected) -> Iterator[Line]:
    """What the findings say of baselines, of opinions, and how many warnings are left."""
    of_baselines = _counts(collected, lambda finding: finding.code.startswith(BASELINE_FAMILY))
    if of_baselines:
        text = f"Références à vérifier : {named(of_baselines)}."
        yield Line("baselines", "todo", text, f"panorama return {edition.key}")
    without = _counts(collected, lambda finding: finding.rule == OPINION_RULE)
    if without:
        text = f"Projets d'au moins 9 M€ sans avis : {named(without)}."
        yield Line("opinions", "todo", typeset(text), f"panorama return {edition.key}")
    warnings = _counts(collected, lambda finding: finding.severity == "warning")
    if warnings:
        text = f"Alertes ouvertes : {named(warnings)}."
        yield Line("warnings", "information", text, f"panorama check {edition.key}")


def _counts(collected: Collected, is_told: Any) -> list[str]:
    """How many findings of a kind each ministry has: « Ministère de la Justice 3 »."""
    found = []
    for ministry, findings in collected.in_order():
        count = total(finding for finding in findings if is_told(finding) and finding.severity != "notice")
        if count:
            who = MINISTRIES.label(ministry) if ministry else "sans ministère reconnu"
            found.append(f"{who} {number(count)}")
    return found


def _labels(ministries: Iterable[str]) -> list[str]:
    return [MINISTRIES.label(ministry) for ministry in ministries]
