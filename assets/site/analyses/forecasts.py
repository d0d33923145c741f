"""How far will it go? What is forecast, what is not and why, what past forecasts were worth, the projects concerned."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from markupsafe import Markup

from assets.page.wording import short_ministry
from assets.site.analyses.waterfalls import TITLES
from assets.site.cited import BARE, PLAIN, SIGNED, Cited, Row, Rows, of_rule, sentence, transmitted
from assets.site.drawing import Scale, bar
from assets.site.pages import Page
from assets.site.tables import RATES, SiteTables, edition_title
from warehouse.forecast.verdicts import COVERAGES
from warehouse.model import french
from warehouse.model.french import NARROW
from warehouse.model.vocabulary import FORECAST_HORIZONS, VOCABULARIES

QUESTION = "Jusqu’où cela ira-t-il ?"
ADDRESS = "previsions/index.html"
EIGHT_IN_TEN = 0.8
# What a forecast is given of, at an horizon.
FIGURES = ("cost_p50_meur", "cost_p80_meur", "end_p50_date", "end_p80_date")
GIVEN = "forecast"
# In how many projects each is found, as a word that agrees.
STATUSES = {
    "withheld": ("non publié", "non publiés"),
    "scoping": ("en cadrage", "en cadrage"),
    "completed": ("terminé", "terminés"),
    "missing": ("sans chiffre", "sans chiffre"),
    "insufficient_history": ("faute d’historique", "faute d’historique"),
    "not_validated": ("faute d’essai concluant", "faute d’essai concluant"),
}


@dataclass(frozen=True)
class Trial:
    """What past forecasts of a rate at a horizon were worth, and what is given now."""

    title: str
    horizon: str
    given: Markup
    not_given: Markup
    count: Cited
    projects: Cited
    coverage: Cited
    bar: Markup
    p80: str
    gain: Cited
    p50: str
    verdict: Markup


@dataclass(frozen=True)
class Forecast:
    """A project whose cost or end is forecast at a horizon: what it announces, and what is expected."""

    project_id: str
    name: Markup
    ministry: str
    horizon: str
    cost: object
    cost_p50: object
    cost_p80: object
    end: object
    end_p50: object
    end_p80: object


def forecast_pages(site: SiteTables) -> Iterator[Page]:
    """The page of the forecasts."""
    rows = site["previsions"].where(edition=site.edition.key)
    tried = site["previsions_rejouees"].where(edition=site.edition.key)
    given = tuple(_given(row) for row in _ordered(rows))
    lede = _lede(site, rows)
    said = {
        "edition_said": edition_title(site.edition),
        "lede": lede,
        "trials": tuple(_trials(site, rows, tried)),
        "findings": tuple(_findings(tried)),
        "band": of_rule(_band()),
        "forecasts": given,
        "is_p50_given": any(one.cost_p50 or one.end_p50 for one in given),
        "method": next((transmitted(french.typeset(row.text("method"))) for row in rows), None),
    }
    yield Page(ADDRESS, "analyses/forecasts.html.j2", french.typeset(QUESTION), lede.striptags(), said)


def _band() -> str:
    low, high = (french.number(100 * bound) for bound in COVERAGES)
    return f"{low} à {high}{NARROW}%"


def _lede(site: SiteTables, rows: Rows) -> Markup:
    """To how many projects a cost and an end are given, at the horizons where any is."""
    told = []
    for horizon in FORECAST_HORIZONS.codes():
        of_horizon = rows.where(horizon=horizon)
        counted = [_count(site, of_horizon, horizon, rate, GIVEN) for rate in RATES]
        counts = [one if one.value else None for one in counted]
        if not any(counts):
            continue
        parts = [
            sentence(f"{word} est prévu{e} pour {{}}", one.with_word("projet"))
            for one, word, e in zip(counts, ("le coût", "la fin"), ("", "e"), strict=True)
            if one is not None
        ]
        missing = [word for one, word in zip(counts, ("le coût", "la fin"), strict=True) if one is None]
        absent = sentence(f" ; {missing[0]}, pour aucun") if missing else Markup()
        label = french.capitalised(FORECAST_HORIZONS.label(horizon))
        told.append(sentence("{} : {}{}.", label, sentence(" ; ").join(parts), absent))
    if told:
        return Markup(" ").join(told)
    return sentence("Aucune prévision n'est donnée à cette édition : aucune n'a encore fait ses preuves.")


def _count(site: SiteTables, rows: Rows, horizon: str, rate: str, status: str) -> Cited:
    return rows.count(edition=site.edition.key, horizon=horizon, **{f"{rate}_status": status})


def _trials(site: SiteTables, rows: Rows, tried: Rows) -> Iterator[Trial]:
    scale = Scale(0.0, 1.0)
    for horizon in FORECAST_HORIZONS.codes():
        for rate in RATES:
            row = tried.only(rate=rate, horizon=horizon)
            if row is None:
                continue
            coverage, gain = (_judged(row, name) for name in ("coverage_p80_ratio", "skill_p50_ratio"))
            yield Trial(
                title=TITLES[rate],
                horizon=french.capitalised(FORECAST_HORIZONS.label(horizon)),
                given=_given_to(site, rows, horizon, rate),
                not_given=_not_given(site, rows, horizon, rate),
                count=row.cited("n"),
                projects=row.cited("n_projects"),
                coverage=coverage,
                bar=bar(coverage, scale, rate, mark_at=EIGHT_IN_TEN),
                p80=row.text("p80_verdict"),
                gain=gain,
                p50=row.text("p50_verdict"),
                verdict=transmitted(french.typeset(row.text("sentence"))),
            )


def _judged(row: Row, name: str) -> Cited:
    """What a trial found; a dash where there was nothing to judge."""
    cited = row.cited(name, SIGNED if name.startswith("skill") else PLAIN)
    return cited if cited.known else replace(cited, text="–")


def _given_to(site: SiteTables, rows: Rows, horizon: str, rate: str) -> Markup:
    count = _count(site, rows.where(horizon=horizon), horizon, rate, GIVEN)
    return sentence("donnée à {}", count.with_word("projet")) if count.value else Markup("donnée à aucun projet")


def _not_given(site: SiteTables, rows: Rows, horizon: str, rate: str) -> Markup:
    """How many projects have none, by reason."""
    of_horizon = rows.where(horizon=horizon)
    told = [
        _count(site, of_horizon, horizon, rate, code).with_word(*STATUSES[code])
        for code in VOCABULARIES["forecast_statuses"].codes()
        if code != GIVEN and len(of_horizon.where(**{f"{rate}_status": code}))
    ]
    return Markup(", ").join(told)


def _findings(tried: Rows) -> Iterator[Markup]:
    """How often past forecasts held, where any could be judged."""
    for row in tried.sorted_by(["horizon", "rate"]):
        if row.number("n"):
            what = "du coût" if row["rate"] == "budget" else "de la fin"
            yield sentence(
                f"Rejouée, la prévision prudente {what} ({{}}) a été respectée dans {{}} des {{}} cas, "
                "sur {} : {}.",
                FORECAST_HORIZONS.label(str(row["horizon"])),
                row.cited("coverage_p80_ratio"),
                row.cited("n"),
                row.cited("n_projects").with_word("projet"),
                row.text("p80_verdict"),
            )


def _ordered(rows: Rows) -> list[Row]:
    """The rows that give something, nearest horizon first, then the strongest expected slippage."""
    order = FORECAST_HORIZONS.codes()
    given = [row for row in rows if any(row[name] is not None for name in FIGURES)]
    return sorted(
        given,
        key=lambda row: (
            order.index(str(row["horizon"])),
            -(row.number("budget_p80_slippage_ratio") or 0.0),
            str(row["project_id"]),
        ),
    )


def _given(row: Row) -> Forecast:
    def told(name: str) -> object:
        return None if row[name] is None else row.cited(name, BARE)

    return Forecast(
        project_id=str(row["project_id"]),
        name=transmitted(row.text("name")),
        ministry=short_ministry(str(row["ministry_id"])),
        horizon=row.text("horizon"),
        cost=told("updated_cost_meur"),
        cost_p50=told("cost_p50_meur"),
        cost_p80=told("cost_p80_meur"),
        end=told("updated_end_date"),
        end_p50=told("end_p50_date"),
        end_p80=told("end_p80_date"),
    )
