"""The picture that stands for the site where its address is shared: its title and three figures."""

import textwrap

from markupsafe import escape

from assets.page.identity import FONT, PALETTE
from assets.page.pictures import png
from assets.page.wording import TITLE
from assets.site.cited import Style
from assets.site.pages import Attachment
from assets.site.tables import SiteTables
from warehouse.model import french

PATH = "partage.png"
WIDTH, HEIGHT = 1200, 630
_LETTERS = 32  # that a line of the title holds


def picture(site: SiteTables) -> Attachment:
    """The picture of the site, in the size that networks ask."""
    return Attachment(PATH, png(_svg(site), WIDTH, HEIGHT))


def _svg(site: SiteTables) -> str:
    row = site.key_figures[site.edition.key]
    figures = [
        (
            row.cited("projects").text,
            french.plural(float(row.number("projects") or 0), "grand projet", "grands projets"),
        ),
        (row.cited("total_cost_meur", Style(billions=True)).text, "coût complet"),
        _rate(site),
    ]
    lines = textwrap.wrap(TITLE, _LETTERS)
    title = "".join(_line(70, 130 + 74 * rank, 60, line, weight=600) for rank, line in enumerate(lines))
    drawn = "".join(
        _line(70 + 370 * rank, 430, 64, value, weight=600) + _line(70 + 370 * rank, 478, 26, label)
        for rank, (value, label) in enumerate(figures)
    )
    warning = "Données fictives · " if site.is_fictitious else ""
    foot = f"{warning}{french.ordinal(site.edition.ordinal)} édition, {site.edition.month_label()}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<rect width="100%" height="100%" fill="{PALETTE["paper"]}"/>'
        f'<rect width="{WIDTH}" height="14" fill="{PALETTE["budget"]}"/>{title}{drawn}{_line(70, 570, 26, foot)}</svg>'
    )


def _rate(site: SiteTables) -> tuple[str, str]:
    """The mean slippage of cost, that published at the time where we give none."""
    row = site.key_figures[site.edition.key]
    if row["budget_status"] == "given":
        return row.cited("budget_mean_ratio", Style(signed=True)).text, "écart moyen de coût"
    return row.cited("official_budget_mean_ratio", Style(signed=True)).text, "écart de coût publié alors"


def _line(x: int, y: int, size: int, text: str, *, weight: int = 400) -> str:
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{PALETTE["ink"]}" '
        f'font-family="{FONT}, sans-serif">{escape(text)}</text>'
    )
