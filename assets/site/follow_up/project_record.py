"""What people registered of a project, and what it weighs: its references, its missions, what opinions warned of."""

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from assets.site.cited import BARE, Cited, Row, Rows, day_time, enumerated, sentence, transmitted
from assets.site.follow_up.ministry_brief import OF_RATES, WEIGHT, weighs
from assets.site.tables import RATES, SiteTables
from warehouse.model import french


@dataclass(frozen=True)
class ReferenceLine:
    """What was promised at once: its rank, since when it holds, the cost, the end, the duration, and why."""

    rank: Cited
    since: Markup
    is_current: bool
    cost: Cited
    end: Cited
    duration: Cited
    act: Markup
    reason: Markup


@dataclass(frozen=True)
class OpinionSaid:
    """An opinion, with each cause of slippage that it names: its axis, the cause, whether it is followed."""

    said: Markup
    causes: tuple[tuple[str, Markup, Markup], ...]


def reference_lines(site: SiteTables, references: Rows, last: Row) -> Iterator[ReferenceLine]:
    """Every reference of a project, the first promise first.

    Args:
        site: the tables of the site.
        references: those of the project.
        last: the last row of its history, which says which one is in force.
    """
    for row in references.sorted_by(["baseline_number"]):
        approved = row["approved_on"]
        yield ReferenceLine(
            rank=row.cited("baseline_number"),
            since=sentence("déclarée en {}", site.time(str(row["edition"])))
            if approved is None
            else sentence("approuvée le {}", day_time(approved.date())),
            is_current=len(references) > 1 and row["baseline_number"] == last["baseline_number"],
            cost=row.cited("cost_meur", BARE),
            end=row.cited("end_date"),
            duration=row.cited("duration_months"),
            act=transmitted(row.text("act")),
            reason=transmitted(row.text("reason")),
        )


def weight(site: SiteTables, project_id: str) -> Markup:
    """What a project of the edition adds to each mean slippage, and to its change; nothing where neither is known."""
    figures = site.key_figures[site.edition.key]
    parts = [
        sentence(f"{{}} aux {{}} d'écart {OF_RATES[rate]} moyen", row.cited("contribution_pts", WEIGHT), mean)
        for rate in RATES
        if (row := site.weights.get((project_id, rate))) is not None
        and row["contribution_pts"] is not None
        and (mean := figures.cited(f"{rate}_mean_ratio")).known
    ]
    said = [sentence("Il apporte {}.", enumerated(parts))] if parts else []
    return Markup(" ").join([*said, *_moves(site, project_id)])


def _moves(site: SiteTables, project_id: str) -> Iterator[Markup]:
    """What a project adds to the change of each mean slippage since the edition before."""
    before = site.before(site.edition)
    known = {rate: row for rate in RATES if (row := site.moves.get((project_id, rate))) is not None}
    if before is None or not known:
        return
    moved = [
        sentence(f"l'écart {OF_RATES[rate]} moyen de {{}}", row.cited("contribution_pts", WEIGHT))
        for rate, row in known.items()
        if weighs(row)
    ]
    since = site.time(before.key)
    if moved:
        yield sentence("Depuis {}, il a fait évoluer {}.", since, enumerated(moved))
    else:
        yield sentence("Depuis {}, il ne les a pas fait évoluer.", since)


def mission_lines(site: SiteTables, missions: Rows) -> Iterator[Markup]:
    """The securing missions of a project as its last edition knows them, the first one first."""
    for row in missions.sorted_by(["opened_on"]):
        opened = day_time(row["opened_on"].date())
        if row["state"] == "opened":
            here = site.time(str(row["edition"]))
            yield sentence("En {}, une mission de sécurisation est en cours, ouverte le {}.", here, opened)
            continue
        gave = sentence(" : {}", transmitted(row.text("outcome"))) if row["outcome"] is not None else Markup()
        closed = day_time(row["closed_on"].date())
        yield sentence("Une mission de sécurisation, ouverte le {}, est close depuis le {}{}.", opened, closed, gave)


def opinions_said(causes: Rows) -> Iterator[OpinionSaid]:
    """The opinions that name causes, as the last edition of a project knows them, the first one first."""
    for rows in causes.by("requested_on").values():
        lines = list(rows.sorted_by(["cause_rank"]))
        yield OpinionSaid(
            _opinion(lines[0]),
            tuple((row.text("axis"), transmitted(row.text("cause")), _found(row)) for row in lines),
        )


def _opinion(row: Row) -> Markup:
    requested = day_time(row["requested_on"].date())
    if row["opinion"] is None:
        return sentence("Avis demandé le {}, pas encore rendu", requested)
    stated = french.typeset(row.text("opinion").lower())
    since = "depuis le" if row["opinion"] == "tacit" else "du"
    return sentence(f"Avis {{}} {since} {{}}", stated, day_time(row["opinion_date"].date()))


def _found(row: Row) -> Markup:
    """Whether a cause is followed, as it was last found."""
    if row["review"] is None:
        return Markup("aucun constat")
    found = row.text("review").lower()
    return sentence("{}, constaté le {}", found, day_time(row["reviewed_on"].date()))
