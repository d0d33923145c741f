"""The explorers of projects: all those ever followed, and those of each edition. Which ones?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from assets.page.wording import WITHHELD, short_ministry
from assets.site.cited import BARE, SIGNED, Cited, Row, edition_time, of_rule, sentence, transmitted
from assets.site.drawing import SLIPPAGES, bar
from assets.site.pages import Page
from assets.site.tables import SiteTables
from warehouse.home.calendar import Edition
from warehouse.model import french
from warehouse.model.terms import Vocabulary
from warehouse.model.vocabulary import COST_BAND_VOCABULARY, MINISTRIES, OPINIONS, PHASES
from warehouse.projects.opinions import OPINION_THRESHOLD_MEUR

# Those whose end is so near are about to finish.
CLOSING_MONTHS = 12
UNKNOWN_CODE = "inconnu"


@dataclass(frozen=True)
class ExplorerLine:
    """A project as a line of the explorer: what is printed, and what it is filtered and sorted by."""

    row: Row
    name: Markup
    ministry: str
    cost: object
    end: object
    budget: Cited
    budget_bar: Markup
    schedule: Cited
    schedule_bar: Markup
    seen: Markup
    tags: tuple[str, ...]
    codes: dict[str, str]
    sorts: dict[str, object]


@dataclass(frozen=True)
class Choice:
    """A filter: its name in the address, its label, its values with their labels, whether these were transmitted."""

    name: str
    label: str
    values: tuple[tuple[str, str], ...]
    is_transmitted: bool = False


def explorer_pages(site: SiteTables) -> Iterator[Page]:
    """The explorer of every project ever followed, each as it was last seen, and that of each edition."""
    every = tuple(_line(site, row) for row in sorted(site.latest.values(), key=_order))
    title = "Projets"
    yield _page(
        site, "projets/index.html", title, "Tous les projets suivis un jour, à leur dernière édition.", every, None
    )
    for edition in site.editions:
        path = f"{edition.key}/projets/index.html"
        yield _page(
            site,
            path,
            f"Projets, {edition.month_label()}",
            f"Les projets de l’édition {french.of_month(edition.month_label())}.",
            edition_lines(site, edition),
            edition,
        )


def _order(row: Row) -> tuple[str, str]:
    return short_ministry(str(row["ministry_id"])), row.text("name").casefold()


def edition_lines(site: SiteTables, edition: Edition) -> tuple[ExplorerLine, ...]:
    """The projects of an edition, by ministry then by name."""
    return tuple(_line(site, row) for row in sorted(site["historique"].where(edition=edition.key), key=_order))


def _page(
    site: SiteTables, path: str, title: str, description: str, lines: Sequence[ExplorerLine], edition: Edition | None
) -> Page:
    said = {
        "lines": lines,
        "choices": tuple(_choices(lines)),
        "presets": PRESETS,
        "edition": edition,
        "editions": tuple(reversed(site.editions)),
        "shown_count": site["historique"].count(edition=edition.key) if edition else _every(site, len(lines)),
        "noun": french.plural(len(lines), "projet"),
    }
    return Page(path, "projects.html.j2", title, description, said)


def _every(site: SiteTables, count: int) -> Cited:
    """How many projects were ever followed: each is once an entry, or was there at the first edition."""
    return Cited(count, french.number(count), f"{site['historique'].stem}?#distincts(identifiant_projet)")


# What a reader most often looks for: label, then the state of the filters, as in the address.
PRESETS = (
    ("Dix plus fortes dérives", "tri=budget-desc&n=10&etat=suivi"),
    ("Nouveaux", "nouveau=oui"),
    (sentence("Sans avis, à partir de {}", of_rule(f"{OPINION_THRESHOLD_MEUR:g}\u00a0M€")), "sans_avis=oui"),
    ("Bientôt finis", "bientot=oui"),
    ("Fin dépassée", "depassee=oui"),
    ("Chiffres non publiés", "retenu=oui"),
)


def _line(site: SiteTables, row: Row) -> ExplorerLine:
    budget, schedule = (row.cited(f"{rate}_slippage_ratio", SIGNED) for rate in ("budget", "schedule"))
    key = str(row["edition"])
    return ExplorerLine(
        row=row,
        name=transmitted(row.text("name")),
        ministry=short_ministry(str(row["ministry_id"])),
        cost=WITHHELD if row["cost_withheld"] else row.cited("updated_cost_meur", BARE),
        end=WITHHELD if row["schedule_withheld"] else row.cited("updated_end_date"),
        budget=budget,
        budget_bar=bar(budget, SLIPPAGES, "budget"),
        schedule=schedule,
        schedule_bar=bar(schedule, SLIPPAGES, "schedule"),
        seen=edition_time(key, site.labels.get(key, key)),
        tags=tuple(_tags(site, row)),
        codes=_codes(site, row),
        sorts=_sorts(row),
    )


def _tags(site: SiteTables, row: Row) -> Iterator[str]:
    if row["edition"] != site.edition.key and site.latest[str(row["project_id"])]["edition"] == row["edition"]:
        yield "sorti"
    if row["withheld"]:
        yield "chiffres non publiés"
    if row["overdue"]:
        yield "fin dépassée"


def _codes(site: SiteTables, row: Row) -> dict[str, str]:
    """What each filter compares with."""
    key, project_id = str(row["edition"]), str(row["project_id"])
    first = site.histories[project_id][0]["edition"]
    is_new = row["edition"] == first and site.editions[0].key != first
    return {
        "ministere": str(row["ministry_id"]),
        "phase": str(row["phase"] or UNKNOWN_CODE),
        "tranche": str(row["cost_band"] or UNKNOWN_CODE),
        "zone": row.text("functional_zone") or UNKNOWN_CODE,
        "programme": row.text("programmes"),
        "avis": str(row["opinion"] or UNKNOWN_CODE),
        "sans_avis": "oui" if (key, project_id) in site.lacking_opinion else "non",
        "etat": "suivi" if row["edition"] == site.edition.key else "sorti",
        "depassee": "oui" if row["overdue"] else "non",
        "retenu": "oui" if row["withheld"] else "non",
        "nouveau": "oui" if is_new else "non",
        "bientot": "oui" if _ends_soon(site, row) else "non",
    }


def _ends_soon(site: SiteTables, row: Row) -> bool:
    end, edition = row["updated_end_date"], next(one for one in site.editions if one.key == row["edition"])
    if end is None or row["phase"] == "completed":
        return False
    reference = edition.reference_date()
    months = (end.year - reference.year) * 12 + end.month - reference.month
    return bool(months <= CLOSING_MONTHS)


def _sorts(row: Row) -> dict[str, object]:
    """What each order compares; nothing for what is not known."""
    end = row["updated_end_date"]
    return {
        "nom": row.text("name"),
        "ministere": short_ministry(row["ministry_id"]),
        "phase": PHASES.codes().index(row["phase"]) if row["phase"] else "",
        "cout": _or_nothing(row.number("updated_cost_meur")),
        "budget": _or_nothing(row.number("budget_slippage_ratio")),
        "fin": "" if end is None else end.date().isoformat(),
        "schedule": _or_nothing(row.number("schedule_slippage_ratio")),
    }


def _or_nothing(value: float | None) -> object:
    return "" if value is None else value


def _choices(lines: Sequence[ExplorerLine]) -> Iterator[Choice]:
    """The filters: only values that some line has."""
    for name, label, vocabulary in (
        ("ministere", "Ministère", MINISTRIES),
        ("phase", "Phase", PHASES),
        ("tranche", "Tranche de coût", COST_BAND_VOCABULARY),
        ("avis", "Avis de la DINUM", OPINIONS),
    ):
        yield Choice(name, label, tuple(_values(lines, name, vocabulary)))
    zones = sorted({line.codes["zone"] for line in lines} - {UNKNOWN_CODE})
    yield Choice("zone", "Zone fonctionnelle", tuple((zone, zone) for zone in zones), is_transmitted=True)
    programmes = sorted({one for line in lines for one in line.codes["programme"].replace(",", " ").split()})
    yield Choice("programme", "Programme", tuple((one, one) for one in programmes), is_transmitted=True)
    yield Choice("etat", "Suivi", (("suivi", "suivis aujourd’hui"), ("sorti", "sortis")))
    yield Choice("depassee", "Fin dépassée", (("oui", "oui"), ("non", "non")))
    yield Choice("retenu", "Chiffres non publiés", (("oui", "oui"), ("non", "non")))


def _values(lines: Sequence[ExplorerLine], name: str, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    used = {line.codes[name] for line in lines}
    for term in vocabulary.terms:
        if term.code in used:
            label = short_ministry(term.code) if name == "ministere" else french.capitalised(term.label)
            yield term.code, french.typeset(label)
    if UNKNOWN_CODE in used:
        yield UNKNOWN_CODE, french.UNKNOWN
