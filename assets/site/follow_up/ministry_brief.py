"""What a ministry must answer at the latest edition: the strings of its page, and of its brief as PDF."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from assets.page.wording import WITHHELD, ministry_label
from assets.site.cited import (
    BARE,
    PLAIN,
    SIGNED,
    Cited,
    Row,
    Rows,
    Style,
    edition_time,
    sentence,
    told,
    transmitted,
)
from assets.site.drawing import SLIPPAGES, bar, sourced, tag
from assets.site.home import TITLES, BigFigure
from assets.site.tables import RATES, SiteTables
from warehouse.follow_up.ministry_brief import requests_in
from warehouse.home.calendar import Edition
from warehouse.model import french
from warehouse.model.french import NBSP
from warehouse.model.vocabulary import MINISTRIES, WATCH_RULES

SCORE = Style(decimals=0)
# What a project alone weighs is rarely a tenth of a point.
WEIGHT = Style(decimals=2, signed=True)
OF_RATES = {"budget": "de coût", "schedule": "de délai"}
# What a table of projects does not show already.
TOLD_CHANGES = ("phase", "start", "initial_cost", "initial_end", "rebaselined", "withheld", "published_again")
# The column that holds what changed, for how it is printed.
CHANGED = {"start": "start_date", "initial_cost": "initial_cost_meur", "initial_end": "initial_end_date"}


@dataclass(frozen=True)
class RateBrief:
    """One rate: what the ministry adds to it, and the mean of its own projects."""

    rate: str
    title: str
    figures: tuple[BigFigure, ...]


@dataclass(frozen=True)
class ProjectLine:
    """A project of the ministry: its slippages, what it adds to each mean, what moved since the edition before."""

    project_id: str
    name: Markup
    phase: str
    cost: object
    budget: Cited
    budget_bar: Markup
    budget_weight: Markup
    end: object
    schedule: Cited
    schedule_bar: Markup
    schedule_weight: Markup
    moved: Markup
    moved_means: tuple[Markup, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Watched:
    """A watch list: its code, its name, how many projects of the ministry are on it, and which."""

    rule: str
    label: str
    count: Cited
    projects: tuple[tuple[str, Markup], ...]


@dataclass(frozen=True)
class Brief:
    """What a ministry must answer, in the order it is read.

    `requests` are sentences of the dataset, held by `requests_source`; `changes` pairs a project, none for the
    ministry itself, with what happened to it.
    """

    ministry_id: str
    name: str
    finding: Markup
    requests: tuple[str, ...]
    requests_source: dict[str, object]
    rates: tuple[RateBrief, ...]
    projects: tuple[ProjectLine, ...]
    since: Markup
    counts: tuple[tuple[str, Cited], ...]
    changes: tuple[tuple[str, Markup, Markup], ...]
    watched: tuple[Watched, ...]
    quality: tuple[Markup, ...]

    @property
    def asked(self) -> Markup:
        """The requests as a list, with its source."""
        items = [tag("li", one) for one in self.requests]
        return tag("ul", *items, class_="requests", **self.requests_source)


def brief_name(edition: Edition) -> str:
    """The name of the PDF, beside the page of the ministry."""
    return f"fiche-{edition.key}.pdf"


def brief(site: SiteTables, row: Row) -> Brief:
    """The brief of a ministry, from its row of `fiches_ministeres` at the latest edition."""
    code = str(row["ministry_id"])
    before = site.before(site.edition)
    asked = row["asked"]
    return Brief(
        ministry_id=code,
        name=ministry_label(code),
        finding=_finding(site, row),
        requests=tuple(map(typeset_but_names, requests_in(str(asked)))) if asked else (),
        requests_source=sourced(row.cited("asked")),
        rates=tuple(_rate(site, row, rate) for rate in RATES),
        projects=tuple(_projects(site, code)),
        since=Markup() if before is None else edition_time(before.key, before.month_label()),
        counts=tuple(_counts(row)) if before is not None else (),
        changes=tuple(_changes(site, code)),
        watched=tuple(_watched(site, row)),
        quality=tuple(_quality(site, code)),
    )


def _finding(site: SiteTables, row: Row) -> Markup:
    """What its projects cost, what it adds to each rate, and which way its projects went."""
    count = int(row.number("projects") or 0)
    costs = (
        sentence(
            f" {french.plural(count, 'coûte', 'coûtent')} {{}}{{}}.",
            row.cited("known_cost_meur"),
            _partly(row.cited("costed_projects"), count),
        )
        if row["known_cost_meur"] is not None
        else sentence(f" n'{french.plural(count, 'a', 'ont')} pas de coût connu.")
    )
    parts = [sentence("{}", row.cited("projects").with_word("projet")) + costs]
    means = site.key_figures[site.edition.key]
    shares = [
        sentence(
            f"{{}} des {{}} d'écart moyen {word}",
            row.cited(f"{rate}_contribution_pts"),
            means.cited(f"{rate}_mean_ratio"),
        )
        for rate, word in OF_RATES.items()
        if row[f"{rate}_contribution_pts"] is not None
    ]
    if shares:
        parts.append(sentence("Le ministère apporte {}.", Markup(" et ").join(shares)))
    if row["worsened"] is not None:
        parts.append(_moved(row))
    return Markup(" ").join(parts)


def _partly(costed: Cited, count: int) -> Markup:
    if costed.value == count:
        return Markup()
    return sentence(" ({})", costed.with_word("projet chiffré", "projets chiffrés"))


def _moved(row: Row) -> Markup:
    previous = sentence("Depuis l'édition précédente, ")
    worse, better = row.cited("worsened"), row.cited("improved")
    if not worse.value and not better.value:
        return previous + Markup("aucun ne s’est aggravé ni amélioré.")
    words = [
        Markup("{} {}").format(cited.with_word("projet"), french.typeset(french.plural(float(str(cited.value)), *verb)))
        for cited, verb in (
            (worse, ("s'est aggravé", "se sont aggravés")),
            (better, ("s'est amélioré", "se sont améliorés")),
        )
        if cited.value
    ]
    return previous + Markup(" et ").join(words) + Markup(".")


def _rate(site: SiteTables, row: Row, rate: str) -> RateBrief:
    contribution, change = (row.cited(f"{rate}_{name}_pts", SIGNED) for name in ("contribution", "contribution_change"))
    figures = site.key_figures[site.edition.key]
    if figures[f"{rate}_status"] != "given":
        note = sentence("l'écart moyen n'est pas calculé à cette édition")
    elif not contribution.known:
        note = sentence("aucun écart connu : le ministère n'entre pas dans l'écart moyen")
    else:
        note = sentence("dans un écart moyen de {}", figures.cited(f"{rate}_mean_ratio"))
    if change.known:
        previous = str(figures["previous_edition"])
        since = site.time(previous)
        note += sentence(" ; {} depuis {}", change, since)
    mean = row.cited(f"{rate}_slippage_ratio", SIGNED)
    base = sentence(
        "{} sur {}, chacun pesant autant", row.cited(f"{rate}_n"), row.cited("projects").with_word("projet")
    )
    return RateBrief(
        rate,
        TITLES[rate],
        (
            BigFigure("Contribution à l’écart moyen", contribution, note),
            BigFigure("Écart moyen du ministère", mean, base),
        ),
    )


def _projects(site: SiteTables, code: str) -> Iterator[ProjectLine]:
    """Its projects, the strongest slippage first, those that have none known last."""
    rows = list(site["historique"].where(edition=site.edition.key, ministry_id=code))

    def strongest(row: Row) -> tuple[float, str]:
        known = [value for rate in RATES if (value := row.number(f"{rate}_slippage_ratio")) is not None]
        return -max(known, default=float("-inf")), str(row["project_id"])

    for row in sorted(rows, key=strongest):
        budget, schedule = (row.cited(f"{rate}_slippage_ratio", SIGNED) for rate in RATES)
        yield ProjectLine(
            project_id=str(row["project_id"]),
            name=transmitted(row.text("name")),
            phase=row.text("phase") or french.UNKNOWN,
            cost=WITHHELD if row["cost_withheld"] else row.cited("updated_cost_meur", BARE),
            budget=budget,
            budget_bar=bar(budget, SLIPPAGES, "budget"),
            budget_weight=_weight(site, row, "budget"),
            end=WITHHELD if row["schedule_withheld"] else row.cited("updated_end_date"),
            schedule=schedule,
            schedule_bar=bar(schedule, SLIPPAGES, "schedule"),
            schedule_weight=_weight(site, row, "schedule"),
            moved=_since_before(site, row),
            moved_means=tuple(_moved_means(site, row)),
            tags=tuple(_tags(row)),
        )


def _weight(site: SiteTables, row: Row, rate: str) -> Markup:
    """What a project adds to a mean slippage; nothing where it is not known."""
    weighed = site.weights.get((str(row["project_id"]), rate))
    if weighed is None or weighed["contribution_pts"] is None:
        return Markup()
    return sentence("{} de la moyenne", weighed.cited("contribution_pts", WEIGHT))


def weighs(row: Row) -> bool:
    """Whether a contribution is something, as it is printed."""
    return bool(french.rounded(row.number("contribution_pts") or 0.0, WEIGHT.decimals or 0))


def _moved_means(site: SiteTables, row: Row) -> Iterator[Markup]:
    """What it adds to the change of each mean since the edition before, where that is something."""
    for rate, word in OF_RATES.items():
        moved = site.moves.get((str(row["project_id"]), rate))
        if moved is not None and weighs(moved):
            yield sentence(f"{{}} sur l'écart {word} moyen", moved.cited("contribution_pts", WEIGHT))


def _tags(row: Row) -> Iterator[str]:
    if row["interministerial"]:
        yield "interministériel"
    if row["withheld"]:
        yield "chiffres non publiés"
    if row["overdue"]:
        yield "fin dépassée"


def _since_before(site: SiteTables, row: Row) -> Markup:
    """How much its forecasts moved since the edition before."""
    before = site.before(site.edition)
    if before is not None and site.histories[str(row["project_id"])][0]["edition"] == site.edition.key:
        return Markup("nouveau")
    names = ("budget_previous_slippage_meur", "schedule_previous_slippage_months")
    known = [name for name in names if row[name] is not None]
    if not known:
        return Markup("{}").format(french.UNKNOWN)
    moved = [name for name in known if french.rounded(row.number(name) or 0.0, 1)]
    return Markup(", ").join(row.cited(name, SIGNED) for name in moved) or Markup("inchangé")


def _counts(row: Row) -> Iterator[tuple[str, Cited]]:
    for name, label in (
        ("entries", "entrées et retours"),
        ("exits", "sorties"),
        ("worsened", "aggravés"),
        ("improved", "améliorés"),
        ("rebaselined", "de trajectoire révisée, à cette édition ou avant"),
    ):
        yield label, row.cited(name, PLAIN)


def _changes(site: SiteTables, code: str) -> Iterator[tuple[str, Markup, Markup]]:
    """What happened to its projects since the edition before: id, name, and what happened."""
    label = MINISTRIES.label(code)
    for row in site["mouvements"].where(edition=site.edition.key).sorted_by(["movement", "project_id"]):
        is_concerned = row["ministry_id"] == code or label in (row["before"], row["after"])
        if is_concerned and row["movement"] != "renamed":
            yield str(row["project_id"]), transmitted(row.text("name")), _movement(row)
    mine = {project for project, row in site.latest.items() if row["ministry_id"] == code}
    rows = site["changements"].where(edition=site.edition.key).sorted_by(["project_id"])
    for row in rows:
        if row["project_id"] in mine and row["change"] in TOLD_CHANGES:
            yield str(row["project_id"]), transmitted(row.text("name")), _change(site, row)


def _movement(row: Row) -> Markup:
    if row["movement"] == "left":
        reason = row.text("exit_reason")
        return sentence("sortie : {}", french.typeset(reason.lower()) if reason else "sans motif connu")
    if row["movement"] == "moved_ministry":
        return sentence("passe de « {} » à « {} »", *(french.typeset(row.text(name)) for name in ("before", "after")))
    return sentence("{}", row.text("movement").lower())


def _change(site: SiteTables, row: Row) -> Markup:
    label = row.text("change")
    before, after = (_value(site, row, name) for name in ("before", "after"))
    label = label[:1].lower() + label[1:]
    if before and after:
        return sentence("{} : de {} à {}", label, before, after)
    return sentence("{} : {}", label, before or after) if before or after else sentence("{}", label)


def _value(site: SiteTables, row: Row, name: str) -> Markup:
    """What changed, as its own column is printed; words as they are."""
    value = row[name]
    if value is None:
        return Markup()
    column = CHANGED.get(str(row["change"]))
    if column is None:
        return sentence("« {} »", transmitted(value)) if row["change"] == "phase" else transmitted(value)
    held = site["historique"].table.column(column)
    parsed = pd.Timestamp(value) if held.kind == "date" else float(value)
    cited = row.cited(name)
    return Markup("{}").format(Cited(cited.value, told(parsed, held), cited.source))


def _watched(site: SiteTables, row: Row) -> Iterator[Watched]:
    lines = site["suivi"].where(edition=site.edition.key, ministry_id=row["ministry_id"]).sorted_by(["rank"])
    for term in WATCH_RULES.terms:
        projects = tuple(
            (str(line["project_id"]), transmitted(line.text("name"))) for line in lines.where(rule=term.code)
        )
        yield Watched(term.code, term.label, row.cited(f"watch_{term.code}"), projects)


def _quality(site: SiteTables, code: str) -> Iterator[Markup]:
    """What its submission was worth: score, completeness, punctuality."""
    row = site["qualite"].only(edition=site.edition.key, ministry_id=code)
    if row is None:
        return
    if row["score_pct"] is None:
        yield sentence("Aucun score : {}.", french.typeset(row.text("receipt").lower()))
    else:
        trend = sentence(", {}", row.text("trend")) if row["trend"] is not None else Markup()
        yield sentence("Score des données transmises : {} sur cent{}.", row.cited("score_pct", SCORE), trend)
    for name, label in (
        ("completeness_ratio", "Complétude"),
        ("consistency_ratio", "Cohérence"),
        ("stability_ratio", "Stabilité"),
    ):
        if row[name] is not None:
            yield sentence(f"{label} : {{}}.", row.cited(name))
    yield _lateness(site["qualite_projets"].where(edition=site.edition.key, ministry_id=code))


def _lateness(projects: Rows) -> Markup:
    """How late its submission was: that of the project that was sent last."""
    dated = [row for row in projects.sorted_by(["late_days", "project_id"]) if row["late_days"] is not None]
    if not dated:
        return sentence("Ponctualité : {}, sans date limite ou de réception connue.", french.UNKNOWN)
    days = dated[-1].cited("late_days")
    if not days.value:
        return sentence("Remontée reçue à temps.")
    return sentence("Remontée reçue {} après la date limite.", days.with_word("jour"))


def typeset_but_names(text: str) -> str:
    """A sentence of the dataset, typeset; the names of projects that it quotes stay as they were transmitted."""
    parts = re.split(r"« (.*?) »", text)
    return "".join(f"«{NBSP}{part}{NBSP}»" if rank % 2 else french.typeset(part) for rank, part in enumerate(parts))
