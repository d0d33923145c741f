"""The panorama in English, on one page; and what is said where an address leads nowhere.

Figures are printed as everywhere on the site, so that each is checked against the data in one way; the page says so.
"""

from collections.abc import Iterator

from markupsafe import Markup

from assets.site.cited import Cited, Row, Style
from assets.site.pages import Page
from assets.site.tables import SiteTables

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
NOT_FOUND = "404.html"


def english_pages(site: SiteTables) -> Iterator[Page]:
    """The summary in English, and the page of what is not found."""
    row = site.key_figures[site.edition.key]
    yield Page(
        "en/index.html",
        "reference/english.html.j2",
        "In English",
        "France’s large State digital projects: how far have they slipped, in cost and in time?",
        {"month": _month(site), "figures": tuple(_figures(row)), "rates": tuple(_rates(row))},
        ("english", "summary"),
        language="en",
    )
    yield Page(
        NOT_FOUND, "reference/not_found.html.j2", "Page introuvable", "Cette page n’existe pas.", {}, is_listed=False
    )


def _month(site: SiteTables) -> Markup:
    date = site.edition.reference_date()
    return Markup('<time datetime="{}">{} {}</time>').format(site.edition.key, _MONTHS[date.month - 1], date.year)


def _figures(row: Row) -> Iterator[tuple[str, Cited]]:
    yield "Projects followed", row.cited("projects")
    yield "Full cost, taxes included, in billion euros (Md€)", row.cited("total_cost_meur", Style(billions=True))
    yield "Projects that came in since the edition before", row.cited("entries")
    yield "Projects that left", row.cited("exits")
    yield "Projects whose figures are withheld", row.cited("withheld")


def _rates(row: Row) -> Iterator[tuple[str, bool, tuple[tuple[str, Cited], ...]]]:
    """The name of each rate, whether we give one, and its figures."""
    for rate, name in (("budget", "Cost"), ("schedule", "Schedule")):
        is_given = row[f"{rate}_status"] == "given"
        official = ("Mean slippage published at the time", row.cited(f"official_{rate}_mean_ratio"))
        ours = (
            ("Mean slippage, each project weighing the same", row.cited(f"{rate}_mean_ratio")),
            ("Projects whose slippage is known", row.cited(f"{rate}_n")),
            ("The same, with every project ever followed", row.cited(f"{rate}_cohort_ratio")),
        )
        target = ("Target", row.cited("target_ratio"))
        shown = [*(ours if is_given else ()), official, target]
        yield name, is_given, tuple((label, cited) for label, cited in shown if cited.known)
