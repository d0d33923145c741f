"""How a slippage is computed, on a project of the edition, and the words of the panorama."""

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from assets.page.headline_wording import RATE_TITLES
from assets.site.cited import SIGNED, Cited, Row, declared, sentence, transmitted
from assets.site.pages import Page
from assets.site.reference.glossary import glossary
from assets.site.tables import RATES, SiteTables
from warehouse.model import french
from warehouse.model.vocabulary import METHODS, SLIPPAGE_STATUSES

_TITLES = {"budget": "Le coût", "schedule": "La durée"}
_FIGURES = {
    "budget": ("initial_cost_meur", "updated_cost_meur", "budget_slippage_meur"),
    "schedule": ("initial_duration_months", "updated_duration_months", "schedule_slippage_months"),
}


@dataclass(frozen=True)
class Step:
    """A step of the calculation: what is done, and with which figures."""

    title: str
    told: Markup


@dataclass(frozen=True)
class Worked:
    """The calculation of both rates, on a project."""

    project_id: str
    name: Markup
    rates: tuple[tuple[str, tuple[Step, ...]], ...]


@dataclass(frozen=True)
class Variant:
    """A way of taking the mean: for each rate, its value and the slippages it rests on; a remark where it has none."""

    label: Markup
    rates: tuple[tuple[object, Markup], ...]


@dataclass(frozen=True)
class Coverage:
    """How many projects have a status, for each rate."""

    label: str
    counts: tuple[Cited, ...]


def method_pages(site: SiteTables) -> Iterator[Page]:
    """The method, with its glossary."""
    words = glossary()
    yield Page(
        "methode/index.html",
        "reference/method.html.j2",
        "Méthode et glossaire",
        "Comment ces chiffres sont-ils faits ? Le calcul pas à pas sur un vrai projet, et le sens de chaque mot.",
        {
            "worked": worked(site),
            "rate_titles": tuple(RATE_TITLES[rate] for rate in RATES),
            "variants": tuple(variants(site)),
            "coverage": tuple(coverage(site)),
            "words": [(one.anchor, declared(one.word), declared(one.meaning)) for one in words],
        },
        ("calcul", "formule", "définitions"),
        parts=tuple((one.anchor, one.word) for one in words),
    )


def variants(site: SiteTables) -> Iterator[Variant]:
    """The slippages of the latest edition by every method, the one that is displayed first."""
    rows = site["evolution"].where(edition=site.edition.key, perimeter="published", dimension="portfolio")
    for term in METHODS.terms:
        found = [rows.only(rate=rate, method=term.code) for rate in RATES]
        if any(row is not None for row in found):
            yield Variant(declared(term.label), tuple(_variant(row) for row in found))


def _variant(row: Row | None) -> tuple[object, Markup]:
    if row is None:
        # The mean of budget weighted by initial cost is the ratio of sums.
        return sentence("c’est l’{}", METHODS.label("ratio_of_sums").lower()), Markup()
    rests = sentence("{} sur {}", row.cited("n"), row.cited("n_projects").with_word("projet"))
    return row.cited("value_ratio"), rests


def coverage(site: SiteTables) -> Iterator[Coverage]:
    """How many projects of the latest edition enter each mean, and why the others do not."""
    rows = site["historique"]
    for term in SLIPPAGE_STATUSES.terms:
        counts = tuple(rows.count(edition=site.edition.key, **{f"{rate}_status": term.code}) for rate in RATES)
        if any(count.value for count in counts):
            yield Coverage(french.typeset(french.capitalised(term.label)), counts)


def worked(site: SiteTables) -> Worked | None:
    """The calculation on the project whose both slippages are known and that slipped most in euros; none, nothing."""
    rows = site["historique"].where(edition=site.edition.key, budget_status="known", schedule_status="known")
    full = [row for row in rows if all(row[name] is not None for names in _FIGURES.values() for name in names)]
    if not full:
        return None
    row = max(full, key=lambda one: (abs(one.number("budget_slippage_meur") or 0.0), str(one["project_id"])))
    figures = site.key_figures[site.edition.key]
    rates = tuple((_TITLES[rate], tuple(_steps(row, figures, rate))) for rate in RATES)
    return Worked(str(row["project_id"]), transmitted(row.text("name")), rates)


def _steps(row: Row, figures: Row, rate: str) -> Iterator[Step]:
    initial, updated, difference = _FIGURES[rate]
    what = "coût complet, toutes taxes comprises" if rate == "budget" else "durée, du début du cadrage à la fin"
    start = (
        "La promesse déclarée au départ"
        if row["baseline_source"] == "declared"
        else "Les premiers chiffres publiés, faute de promesse déclarée"
    )
    yield Step(
        "Ce qui était prévu", sentence(f"{start} : {{}} ({what}{{}}).", row.cited(initial), _dates(row, rate, initial))
    )
    yield Step("Ce qui est prévu aujourd’hui", sentence("{}{}.", row.cited(updated), _dates(row, rate, updated)))
    yield Step(
        "La différence",
        sentence("{} moins {}, soit {}.", row.cited(updated), row.cited(initial), row.cited(difference, SIGNED)),
    )
    ratio = row.cited(f"{rate}_slippage_ratio", SIGNED)
    yield Step(
        "Rapportée à ce qui était prévu",
        sentence("{} divisés par {} : l'écart est de {}.", row.cited(difference, SIGNED), row.cited(initial), ratio),
    )
    n = figures.cited(f"{rate}_n")
    if figures[f"{rate}_status"] == "given":
        told = sentence(
            "Cet écart est l'un des {} connus. Leur moyenne, où chaque projet pèse autant, est de {} : c'est le taux "
            "affiché.",
            n,
            figures.cited(f"{rate}_mean_ratio"),
        )
    else:
        told = sentence(
            "Cet écart est l'un des {} connus : trop peu de projets ont une référence antérieure pour donner une "
            "moyenne à cette édition.",
            n,
        )
    yield Step("Dans la moyenne", told)


def _dates(row: Row, rate: str, name: str) -> Markup:
    """From when to when, for a duration."""
    end = "initial_end_date" if name.startswith("initial") else "updated_end_date"
    if rate == "budget" or row["start_date"] is None or row[end] is None:
        return Markup()
    return sentence(", jusqu'en {}", row.cited(end))
