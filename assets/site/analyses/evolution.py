"""Why did the rate change? Since the edition before, since the reference one, between any two, and over all of them."""

from collections.abc import Iterator

from markupsafe import Markup

from assets.site.analyses.curves import curve
from assets.site.analyses.waterfalls import TITLES, Bridges, Waterfall, label_of, pair_address, waterfalls
from assets.site.charts.files import chart_files
from assets.site.cited import sentence
from assets.site.pages import Attachment, Page
from assets.site.tables import RATES, SiteTables, edition_title, not_compared
from warehouse.home.calendar import Edition
from warehouse.model import french

QUESTION = "Pourquoi le taux a-t-il changé ?"
ADDRESS = "evolution/index.html"


def evolution_pages(site: SiteTables) -> Iterator[Page | Attachment]:
    """The page of the latest changes and of the curves, then that of each pair of editions."""
    bridges = Bridges(site)
    curves = {rate: curve(site, bridges, rate, ADDRESS) for rate in RATES}
    compared = {name: _compared(site, bridges, name) for name in ("previous", "reference")}
    if compared["reference"] == compared["previous"]:
        compared["reference"] = None
    told = {
        name: {one.rate: one for one in waterfalls(site, bridges, site.edition, since)} if since else {}
        for name, since in compared.items()
    }
    lede = _lede(told["previous"] or told["reference"])
    said = {
        "edition": site.edition,
        "lede": lede,
        "missing": _missing(site, bridges),
        "rates": tuple(
            (
                rate,
                TITLES[rate],
                tuple((since, told[name][rate]) for name, since in compared.items() if rate in told[name]),
                curves[rate],
            )
            for rate in RATES
        ),
        "pairs": _by_edition(bridges),
        "address": pair_address,
    }
    yield Page(ADDRESS, "analyses/evolution.html.j2", french.typeset(QUESTION), lede.striptags(), said)
    for one in curves.values():
        if one.chart:
            yield from chart_files(site, one.chart)
    for edition, since in bridges.pairs:
        yield _pair(site, bridges, edition, since)


def _compared(site: SiteTables, bridges: Bridges, name: str) -> Edition | None:
    """The edition that the latest one is compared with, when a change since it is told."""
    key = site.key_figures[site.edition.key][f"{name}_edition"]
    found = next((one for one in site.editions if one.key == key), None)
    return found if found is not None and bridges.has(site.edition, found) else None


def _lede(told: dict[str, Waterfall]) -> Markup:
    if not told:
        return Markup("Aucune évolution n’est donnée à cette édition.")
    return Markup(" ").join(one.finding for one in told.values())


def _missing(site: SiteTables, bridges: Bridges) -> Markup:
    """Why no change is told since the edition before; nothing when one is."""
    before = site.before(site.edition)
    if before is not None and bridges.has(site.edition, before):
        return Markup()
    if before is None:
        return not_compared()
    return sentence(
        "Une évolution va d'un écart moyen à un autre : il n’y en a pas aux deux dernières éditions, faute de "
        "références antérieures."
    )


def _by_edition(bridges: Bridges) -> tuple[tuple[Edition, tuple[Edition, ...]], ...]:
    """Each edition with those it is compared with, the latest first."""
    apart: dict[Edition, list[Edition]] = {}
    for edition, since in bridges.pairs:
        apart.setdefault(edition, []).append(since)
    return tuple((edition, tuple(sinces)) for edition, sinces in apart.items())


def _pair(site: SiteTables, bridges: Bridges, edition: Edition, since: Edition) -> Page:
    told = tuple(waterfalls(site, bridges, edition, since))
    said = {
        "edition": edition,
        "since": since,
        "edition_said": edition_title(edition),
        "since_said": label_of(since),
        "waterfalls": told,
        "pairs": _by_edition(bridges),
        "address": pair_address,
    }
    title = f"{french.typeset(QUESTION)} {edition.month_label()} depuis {since.month_label()}"
    description = " ".join(one.finding.striptags() for one in told)
    return Page(
        pair_address(edition.key, since.key), "analyses/pair.html.j2", title, description, said, is_listed=False
    )
