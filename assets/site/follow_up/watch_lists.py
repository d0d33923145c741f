"""The projects to follow closely at each edition, list by list: which ones are at risk, and why?"""

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from assets.page.wording import short_ministry
from assets.site.cited import SIGNED_BARE, Cited, Row, day_time, edition_time, of_rule, sentence, transmitted
from assets.site.drawing import Scale, bar, scale_of, sourced, tag
from assets.site.follow_up.ministry_brief import OF_RATES, typeset_but_names
from assets.site.pages import Page
from assets.site.tables import RATES, SiteTables, edition_title
from warehouse.follow_up.watch_rules import RULES, WatchRule
from warehouse.home.calendar import Edition
from warehouse.model import french
from warehouse.model.vocabulary import WATCH_RULES

DRIFT = "drift"


@dataclass(frozen=True)
class WatchLine:
    """A project on a list: why, since when, what it adds to each mean, and its mission."""

    project_id: str
    name: Markup
    ministry_id: str
    ministry: str
    evidence: Markup
    since: Markup
    running: Cited
    is_new: bool
    contributions: tuple[tuple[str, Cited, Markup], ...]
    mission: Markup


@dataclass(frozen=True)
class WatchList:
    """A list at an edition: when a project is on it, what they weigh together, its lines, and who left it."""

    code: str
    label: Markup
    meaning: Markup
    count: Cited
    finding: Markup
    lines: tuple[WatchLine, ...]
    left: tuple[tuple[str, Markup], ...]


def watch_pages(site: SiteTables) -> Iterator[Page]:
    """The lists of each edition, those of the latest one at an address that does not change too."""
    for edition in site.editions:
        said = _said(site, edition)
        title = f"Projets à risque, {edition.month_label()}"
        description = f"Les projets à surveiller {french.of_month(edition.month_label())}, et pourquoi."
        page = Page(f"{edition.key}/surveillance/index.html", "watch.html.j2", title, description, said)
        yield page
        if edition == site.edition:
            yield Page("surveillance/index.html", page.template, "Surveillance", description, said)


def evidence(row: Row) -> Markup:
    """Why a project is on a list: the sentence of the dataset, typeset, with its source."""
    cited = row.cited("evidence")
    return tag("span", typeset_but_names(str(cited.value)), **sourced(cited))


def rule_label(code: str) -> Markup:
    """The name of a list: the figure that one holds is of the method."""
    return of_rule(french.typeset(WATCH_RULES.label(code)))


def _said(site: SiteTables, edition: Edition) -> dict[str, object]:
    rows = site["suivi"].where(edition=edition.key)
    names = [f"{rate}_contribution_pts" for rate in RATES]
    scale = scale_of([value for row in rows for name in names if (value := row.number(name)) is not None])
    return {
        "edition": edition,
        "edition_title": edition_title(edition),
        "editions": tuple(reversed(site.editions)),
        "finding": _finding(site, edition),
        "before": site.before(edition),
        "lists": tuple(_list(site, edition, rule, scale) for rule in RULES),
    }


def _finding(site: SiteTables, edition: Edition) -> Markup:
    """How many projects drift, how many of them have no mission, and what they weigh."""
    rows, codes = site["suivi"], {"edition": edition.key, "rule": DRIFT}
    drifting = rows.count(**codes)
    here = edition_time(edition.key, edition.month_label())
    untargeted = Markup()
    if site.key_figures[edition.key]["target_ratio"] is None:
        if site.before(edition) is None:
            return sentence(
                "En {}, aucune cible n'est adoptée, et l'édition précédente n'est pas dans le panorama : rien ne dit "
                "quels projets sont en dérive.",
                here,
            )
        untargeted = sentence("Aucune cible n'est adoptée : seul un projet qui s'aggrave d'un coup est en dérive. ")
    if not drifting.value:
        return untargeted + sentence("En {}, aucun projet n'est en dérive.", here)
    count = int(str(drifting.value))
    without = rows.count(**codes, mission_opened_on=None)
    verb = french.plural(float(str(without.value)), "n’a pas", "n’ont pas")
    missions = (
        sentence(f" ; {{}} {verb} de mission de sécurisation ouverte", without)
        if without.value
        else sentence(" ; une mission de sécurisation est ouverte pour chacun")
    )
    weight = _weight(site, edition, DRIFT)
    return untargeted + sentence(
        f"{{}} sur {{}} {french.plural(count, 'est', 'sont')} en dérive{{}}.{{}}",
        drifting.with_word("projet"),
        site.key_figures[edition.key].cited("projects"),
        missions,
        Markup(" {}").format(weight) if weight else Markup(),
    )


def _list(site: SiteTables, edition: Edition, rule: WatchRule, scale: Scale) -> WatchList:
    rows = site["suivi"].where(edition=edition.key, rule=rule.code).sorted_by(["rank"])
    return WatchList(
        code=rule.code,
        label=rule_label(rule.code),
        meaning=of_rule(french.typeset(rule.meaning)),
        count=site["suivi"].count(edition=edition.key, rule=rule.code),
        finding=_weight(site, edition, rule.code),
        lines=tuple(_line(site, edition, row, scale) for row in rows),
        left=tuple(_left(site, edition, rule.code)),
    )


def _weight(site: SiteTables, edition: Edition, rule: str) -> Markup:
    """What the projects of a list add to each mean together; nothing where no part of them is known."""
    figures = site.key_figures[edition.key]
    shares = []
    for rate in RATES:
        total = site["suivi"].total(f"{rate}_contribution_pts", edition=edition.key, rule=rule)
        if total.known:
            mean = figures.cited(f"{rate}_mean_ratio")
            shares.append(sentence(f"{{}} des {{}} d'écart {OF_RATES[rate]} moyen", total, mean))
    if not shares:
        return Markup()
    return sentence("Ensemble, ils apportent {}.", Markup(" et ").join(shares))


def _line(site: SiteTables, edition: Edition, row: Row, scale: Scale) -> WatchLine:
    since = str(row["since_edition"])
    shown = {rate: row.cited(f"{rate}_contribution_pts", SIGNED_BARE) for rate in RATES}
    return WatchLine(
        project_id=str(row["project_id"]),
        name=transmitted(row.text("name")),
        ministry_id=str(row["ministry_id"]),
        ministry=short_ministry(str(row["ministry_id"])),
        evidence=evidence(row),
        since=site.time(since),
        running=row.cited("editions_running"),
        is_new=since == edition.key and site.before(edition) is not None,
        contributions=tuple((rate, cited, bar(cited, scale, rate)) for rate, cited in shown.items()),
        mission=_mission(row),
    )


def _mission(row: Row) -> Markup:
    opened = row["mission_opened_on"]
    if opened is None:
        return Markup("non ouverte")
    return sentence("ouverte le {}", day_time(opened.date()))


def _left(site: SiteTables, edition: Edition, rule: str) -> Iterator[tuple[str, Markup]]:
    """The projects that were on the list at the edition just before, and no longer are."""
    before = site.before(edition)
    if before is None:
        return
    now = set(site["suivi"].where(edition=edition.key, rule=rule).frame["project_id"])
    for row in site["suivi"].where(edition=before.key, rule=rule).sorted_by(["rank"]):
        if row["project_id"] not in now:
            yield str(row["project_id"]), transmitted(row.text("name"))
