"""What is new at each edition, and what was corrected of those published: changes that matter first."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from assets.page.wording import short_ministry
from assets.site.cited import (
    SIGNED,
    Cited,
    Row,
    Rows,
    Style,
    day_time,
    edition_time,
    enumerated,
    of_rule,
    sentence,
    told,
    transmitted,
)
from assets.site.drawing import Scale, bar
from assets.site.pages import Page
from assets.site.tables import SiteTables
from warehouse.home.calendar import Edition
from warehouse.model import french
from warehouse.model.french import NARROW
from warehouse.model.schema import Column

# From how much a change is told first: a share of the cost, months of the end.
COST_SHARE = 0.01
END_MONTHS = 1
# The changes that may be told first: what is told of each beside the name of its column.
COSTS = {"cost": "", "initial_cost": "Coût prévu au départ"}
ENDS = {"end": "", "initial_end": "Fin prévue au départ"}
# Told apart, whatever their size.
MOVES = {
    "added": ("Entrées", "Aucun projet n’entre."),
    "returned": ("Retours", "Aucun projet ne revient."),
    "left": ("Sorties", "Aucun projet ne sort."),
    "renamed": ("Renommés", ""),
    "moved_ministry": ("Passés d’un ministère à un autre", ""),
}
NOTED = {
    "withheld": "Chiffres qui ne sont plus publiés",
    "published_again": "Chiffres de nouveau publiés",
    "rebaselined": "Trajectoires révisées",
}
_IN_MEUR = Column("", "", "", "number", "", unit="M€ TTC")
_IN_MONTHS = Column("", "", "", "integer", "", unit="mois")
_DATED = Column("", "", "", "date", "")
_AS = {
    "cost": _IN_MEUR,
    "initial_cost": _IN_MEUR,
    "duration": _IN_MONTHS,
    "end": _DATED,
    "initial_end": _DATED,
    "start": _DATED,
}
COST_SCALE = Scale(-0.2, 0.2)
END_SCALE = Scale(-12, 24)
FINE = Style(decimals=2)
FINE_SIGNED = Style(decimals=2, signed=True)


@dataclass(frozen=True)
class Told:
    """One change: what, before, after, by how much; the bar where it is drawn."""

    what: str
    before: object
    after: object
    by: Markup
    drawn: Markup


@dataclass(frozen=True)
class Changed:
    """A project with its changes: of its cost, of its end, and the others."""

    project_id: str
    name: Markup
    ministry: str
    costs: tuple[Told, ...]
    ends: tuple[Told, ...]
    others: tuple[Told, ...]


@dataclass(frozen=True)
class Moved:
    """A project of a list: its id, its name, and a note."""

    project_id: str
    name: Markup
    note: object


def changes_pages(site: SiteTables) -> Iterator[Page]:
    """What is new: the page of each edition, that of the latest one at the root too, and the corrections."""
    for edition in site.editions:
        said = _said(site, edition)
        path, label = f"{edition.key}/changements/index.html", edition.month_label()
        description = f"Ce qui change à l’édition {french.of_month(label)} : coûts, fins, entrées, sorties."
        yield Page(path, "reference/changes.html.j2", f"Quoi de neuf, {label}", description, said)
        if edition == site.edition:
            yield Page("changements/index.html", "reference/changes.html.j2", "Quoi de neuf ?", description, said)
    yield _corrections_page(site)


def changed_value(row: Row, name: str) -> object:
    """What was before or after a change, as it is printed: a figure or a date cited, the rest as it was transmitted."""
    text, kind = row[name], _AS.get(str(row["change"]))
    if text is None:
        return french.UNKNOWN
    source = row.cited(name).source
    if kind is None:
        # A phase is one of our words; all else was written by someone.
        return Cited(text, text, source) if row["change"] == "phase" else transmitted(text)
    value = text if kind is _DATED else float(text)
    shown = told(value, kind, FINE if kind is _IN_MEUR else Style())
    return Cited(text, shown, source)


def change_amount(row: Row) -> Markup:
    """By how much a cost or a date changed, with its unit; nothing for what is not measured."""
    if not row.number("difference"):
        return Markup()
    is_cost = row["change"] in COSTS
    text = told(row.number("difference"), _IN_MEUR if is_cost else _IN_MONTHS, FINE_SIGNED if is_cost else SIGNED)
    return Markup("{}").format(Cited(row.number("difference"), text, row.cited("difference").source))


def _said(site: SiteTables, edition: Edition) -> dict[str, Any]:
    before, rows = site.before(edition), site["changements"].where(edition=edition.key)
    by_project = [(str(key[0]), part) for key, part in rows.by("project_id").items()]
    first = [(project, part) for project, part in by_project if any(_matters(row) for row in part)]
    named = {project for project, _ in first}
    rest = [(project, part) for project, part in by_project if project not in named]
    changed = [_changed(site, edition, project, part) for project, part in sorted(first, key=_rank)]
    folded = [_changed(site, edition, project, part) for project, part in rest]
    return {
        "edition": edition,
        "editions": tuple(reversed(site.editions)),
        "before": before,
        "is_opening": edition == site.editions[0],
        "finding": _finding(site, edition),
        "threshold": sentence(
            "D'abord les projets dont un coût change d'au moins {}, ou une fin d'au moins {}, du plus fort changement "
            "de coût au plus faible. Un chiffre non publié n'est comparé à rien.",
            of_rule(f"{COST_SHARE * 100:g}{NARROW}%"),
            of_rule(f"{END_MONTHS}{french.NBSP}mois"),
        ),
        "changed": changed,
        "folded": [one for one in folded if one.costs or one.ends or one.others],
        "moves": moves(site, edition),
        "noted": noted(site, rows),
    }


def _matters(row: Row) -> bool:
    """Whether a change is of those told first: a figure that comes or goes is, as one that moves enough."""
    if row["change"] not in (*COSTS, *ENDS):
        return False
    by, before = row.number("difference"), row["before"]
    if by is None:
        return True
    if row["change"] in ENDS:
        return abs(by) >= END_MONTHS
    return not float(before or 0) or abs(by) >= COST_SHARE * float(before)


def _rank(one: tuple[str, Rows]) -> tuple[float, float, str]:
    project, rows = one
    amounts = {str(row["change"]): abs(row.number("difference") or 0.0) for row in rows}
    return -max(amounts.get(name, 0.0) for name in COSTS), -max(amounts.get(name, 0.0) for name in ENDS), project


def _changed(site: SiteTables, edition: Edition, project: str, rows: Rows) -> Changed:
    latest = site.latest[project]
    now = next((row for row in site.histories[project] if row["edition"] == edition.key), latest)

    def of(names: dict[str, str]) -> tuple[Told, ...]:
        return tuple(_told(now, row, names[str(row["change"])]) for row in rows if row["change"] in names)

    others = {str(row["change"]): row.text("change") for row in rows if row["change"] in ("phase", "start", "duration")}
    return Changed(project, transmitted(now.text("name")), _ministry(now), of(COSTS), of(ENDS), of(others))


def _ministry(row: Row) -> str:
    return short_ministry(str(row["ministry_id"]))


def _told(now: Row, row: Row, what: str) -> Told:
    change, drawn, by = row["change"], Markup(), change_amount(row)
    if change == "cost" and now["budget_previous_slippage_ratio"] is not None:
        ratio = now.cited("budget_previous_slippage_ratio", SIGNED)
        drawn, by = bar(ratio, COST_SCALE, "budget"), Markup("{} ({})").format(by, ratio)
    if change == "end" and row.number("difference"):
        drawn = bar(row.cited("difference"), END_SCALE, "schedule")
    return Told(what, changed_value(row, "before"), changed_value(row, "after"), by, drawn)


def _finding(site: SiteTables, edition: Edition) -> Markup:
    """How much changed, in a sentence; each part only where there is something to say."""
    before = site.before(edition)
    if before is None:
        return Markup()
    rows, moved = site["changements"], site["mouvements"]
    counts = (
        (rows, {"change": "cost"}, "coût change", "coûts changent"),
        (rows, {"change": "end"}, "fin prévue change", "fins prévues changent"),
        (moved, {"movement": "added"}, "projet entre", "projets entrent"),
        (moved, {"movement": "returned"}, "projet revient", "projets reviennent"),
        (moved, {"movement": "left"}, "projet sort", "projets sortent"),
    )
    parts = []
    for table, codes, one, several in counts:
        count = table.count(edition=edition.key, **codes)
        if count.value:
            parts.append(count.with_word(one, several))
    since = edition_time(before.key, before.month_label())
    if not parts:
        return sentence("Depuis {}, aucun coût ni aucune fin ne change, aucun projet n'entre ni ne sort.", since)
    return sentence("Depuis {}, {}.", since, enumerated(parts))


def moves(site: SiteTables, edition: Edition) -> list[tuple[str, str, list[Moved]]]:
    """Who came, came back, left, has another name or another ministry.

    Nothing where the edition before is not here: who came is not known, which is not the same as nobody.
    """
    if site.before(edition) is None:
        return []
    rows = site["mouvements"].where(edition=edition.key)
    found = []
    for kind, (title, none) in MOVES.items():
        chosen = [_moved(row) for row in rows.where(movement=kind).sorted_by(["name", "project_id"])]
        if chosen or none:
            found.append((title, none, chosen))
    return found


def _moved(row: Row) -> Moved:
    kind, note = row["movement"], Markup("{}").format(_ministry(row))
    if kind == "left":
        reason = row.text("exit_reason")
        note = sentence("{} · {}", note, french.typeset(reason.lower()) if reason else "motif non transmis")
    elif kind == "renamed":
        note = sentence("{} · autrefois {}", note, transmitted(row.text("before")))
    elif kind == "moved_ministry":
        note = sentence("de {} à {}", transmitted(row.text("before")), transmitted(row.text("after")))
    return Moved(str(row["project_id"]), transmitted(row.text("name")), note)


def noted(site: SiteTables, rows: Rows) -> list[tuple[str, list[Moved]]]:
    """Figures kept back or published again, and revisions, where there are any."""
    found = []
    for change, title in NOTED.items():
        chosen = [
            Moved(
                str(row["project_id"]),
                transmitted(site.latest[str(row["project_id"])].text("name")),
                transmitted(french.typeset(row.text("before" if change == "published_again" else "after"))),
            )
            for row in rows.where(change=change).sorted_by(["project_id"])
        ]
        if chosen:
            found.append((title, chosen))
    return found


@dataclass(frozen=True)
class CorrectionLine:
    """A corrected value: its edition, the version that corrects it, and what it was."""

    edition: Edition
    version: str
    day: Markup
    project_id: str
    name: Markup
    column: str
    before: Markup
    after: Markup
    reason: Markup


def correction_lines(site: SiteTables) -> Iterator[CorrectionLine]:
    """What is published of the corrections of every edition, the latest edition and the latest version first."""
    for edition in reversed(site.editions):
        corrections = site.abouts[edition.key].corrections
        for one in sorted(corrections, key=lambda one: (-one.version, one.project, one.column)):
            project, _, name = one.project.partition(" ")
            yield CorrectionLine(
                edition,
                f"{edition.key}.{one.version}",
                day_time(one.known_on),
                project if project in site.latest else "",
                transmitted(name),
                one.column,
                transmitted(_corrected(site, one.column, one.before)),
                transmitted(_corrected(site, one.column, one.after)),
                transmitted(french.typeset(one.reason)),
            )


def _corrected(site: SiteTables, published: str, text: str) -> str:
    """A value of a correction as figures and dates are printed."""
    column = next((one for one in site["historique"].table.columns if one.published == published), None)
    # A code is said by its label there already.
    if not text or column is None or column.vocabulary:
        return text or french.UNKNOWN
    if column.kind == "boolean":
        return "oui" if text.lower() == "true" else "non"
    try:
        return told(float(text) if column.kind in ("number", "integer") else text, column)
    except ValueError:
        return text


def _corrections_page(site: SiteTables) -> Page:
    return Page(
        "corrections/index.html",
        "reference/corrections.html.j2",
        "Corrections",
        "Chaque valeur publiée puis corrigée, avec le jour et le motif.",
        {"corrections": tuple(correction_lines(site))},
        ("erratum", "rectification", "version"),
    )
