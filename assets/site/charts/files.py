"""A chart as a page shows it, and as files that leave the page: SVG, PNG, the rows it draws as CSV, a page to embed."""

import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape

from markupsafe import Markup, escape

from assets.dataset.formats import csv_text, published_rows
from assets.page.identity import FONT, PALETTE
from assets.page.pictures import png
from assets.page.wording import TITLE
from assets.site.charts.timelines import HEIGHT, NARROW, WIDE
from assets.site.cited import Rows
from assets.site.pages import Attachment, Page
from assets.site.tables import SiteTables
from warehouse.model import french

_MARGIN, _LINE = 16, 20
_LETTERS = 84  # that a line of a title holds
_PNG_SCALE = 2
_TEXT = f'font-family="{FONT}, sans-serif"'
# What the classes of the style sheet say, told in the file itself.
_STYLES = {
    "hollow": f'fill="none" stroke="{PALETTE["muted"]}" stroke-dasharray="3 3"',
    "ring": f'fill="{PALETTE["paper"]}" stroke-width="2"',
    "dashed": 'stroke-dasharray="5 4"',
    "stroke": 'fill="none" stroke-width="2.5"',
    "end": 'font-weight="600"',
    "chart": "",
}


@dataclass(frozen=True)
class Chart:
    """A chart over editions.

    Attributes:
        key: its name among those of the site, and that of its files.
        title: what it shows: a sentence that its figures make true.
        subtitle: what is drawn, in which unit.
        wide: the drawing.
        narrow: the same for a phone.
        rows: what it draws, each under the end of the name of its CSV: none for the first.
        page: the address of the page that it is on.
    """

    key: str
    title: Markup
    subtitle: Markup
    wide: Markup
    narrow: Markup
    rows: tuple[tuple[str, Rows], ...]
    page: str

    @property
    def csv_names(self) -> tuple[str, ...]:
        """The names of its CSV files."""
        return tuple(f"{self.key}{end}.csv" for end, _ in self.rows)

    def embed_code(self, site: SiteTables) -> str:
        """What to copy in another page."""
        address = f"{site.base_url}/{_embed(self)}" if site.base_url else _embed(self)
        title = escape(self.title.striptags())
        return f'<iframe src="{address}" title="{title}" width="{WIDE}" height="460" loading="lazy"></iframe>'


def drawn(
    draw: Callable[[str, int], Markup],
    *,
    key: str,
    title: Markup,
    subtitle: Markup,
    rows: Sequence[tuple[str, Rows]],
    page: str,
) -> Chart | None:
    """A chart from what draws it under an identifier, at a width; None when nothing of it is known."""
    wide = draw(key, WIDE)
    if not wide:
        return None
    return Chart(key, title, subtitle, wide, draw(f"{key}-etroit", NARROW), tuple(rows), page)


def chart_files(site: SiteTables, chart: Chart, *, with_png: bool = True) -> Iterator[Page | Attachment]:
    """The files beside the page of a chart; for one of the whole site, a picture and a page to embed too."""
    folder = chart.page.rpartition("/")[0]
    svg, height = stand_alone(site, chart.title.striptags(), chart.wide)
    yield Attachment(f"{folder}/{chart.key}.svg", svg.encode())
    for name, (_, rows) in zip(chart.csv_names, chart.rows, strict=True):
        yield Attachment(f"{folder}/{name}", csv_text(published_rows(rows.frame, rows.table)).encode())
    if with_png:
        yield Attachment(f"{folder}/{chart.key}.png", png(svg, WIDE, height, scale=_PNG_SCALE))
        title, description = chart.title.striptags(), chart.subtitle.striptags()
        yield Page(_embed(chart), "charts/embed.html.j2", title, description, {"chart": chart}, is_listed=False)


def stand_alone(site: SiteTables, title: str, drawing: Markup) -> tuple[str, int]:
    """A drawing as a file and its height: its title, source, colours and font in it, on the light theme."""
    inside = _inside(drawing)
    lines = textwrap.wrap(unescape(title), _LETTERS)
    top = _MARGIN + _LINE * len(lines) + 4
    height = top + HEIGHT + 34
    told = "".join(
        f'<text x="12" y="{_MARGIN + _LINE * rank + 8}" font-size="16" font-weight="600" fill="{PALETTE["ink"]}" '
        f"{_TEXT}>{escape(line)}</text>"
        for rank, line in enumerate(lines)
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {height}" width="{WIDE}" height="{height}" '
        f'role="img"><title>{escape(unescape(title))}</title><rect width="100%" height="100%" '
        f'fill="{PALETTE["paper"]}"/>{told}<g transform="translate(0 {top})" font-size="13" {_TEXT}>{inside}</g>'
        f'<text x="12" y="{height - 14}" font-size="12" fill="{PALETTE["muted"]}" {_TEXT}>{escape(source_of(site))}'
        "</text></svg>\n"
    )
    return svg, height


def for_print(drawing: Markup) -> str:
    """A drawing as a picture of a document that says the rest around it."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HEIGHT}" width="{WIDE}" height="{HEIGHT}">'
        f'<g font-size="13" {_TEXT}>{_inside(drawing)}</g></svg>'
    )


def _inside(drawing: Markup) -> str:
    """The marks and labels of a drawing, with their colours, and neither what names it nor where figures come from."""
    inside = re.sub(r"<svg[^>]*>|</svg>|<title.*?</title>|<desc.*?</desc>", "", str(drawing))
    inside = re.sub(r' data-[a-z]+="[^"]*"', "", inside)
    return re.sub(r' class="([^"]*)"', lambda found: _styled(found[1]), inside)


def source_of(site: SiteTables) -> str:
    """Where the figures of a chart come from, and of when, for what leaves the site."""
    edition = site.edition
    warning = "Données fictives. " if site.is_fictitious else ""
    state = " (provisoire)" if site.about.closing.provisional else ""
    return f"{warning}Source : {TITLE}, {french.ordinal(edition.ordinal)} édition, {edition.month_label()}{state}."


def _styled(classes: str) -> str:
    said = [_STYLES[name] if name in _STYLES else _coloured(name) for name in classes.split()]
    return "".join(f" {one}" for one in said if one)


def _coloured(name: str) -> str:
    kind, role = name.split("-", 1)
    return f'{"fill" if kind == "f" else "stroke"}="{PALETTE[role]}"'


def _embed(chart: Chart) -> str:
    return f"embed/{chart.key}/index.html"
