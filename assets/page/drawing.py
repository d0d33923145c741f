"""How a chart is drawn: colours, fonts, and a specification turned into SVG for the page and for the PDF.

The SVG of the page takes its colours from the style sheet through classes, so that it follows the
light and the dark theme and the content security policy; the SVG of the PDF keeps fixed colours.
"""

import re
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import vl_convert

from assets.page.wording import DataTable

# One colour per role, each written once; the style sheet gives the class of the same name its colour per theme.
PALETTE = {
    "ink": "#17212b",
    "muted": "#55616e",
    "grid": "#dfe3e6",
    "budget": "#0b6a6f",
    "schedule": "#b4511a",
    "target": "#6a3d9a",
    "link": "#9aa5af",
    "count": "#3f5876",
    "amount": "#7d93ab",
    "absent": "#c3cad1",
    "paper": "#fffffe",
}
FONT = "Inter"
_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.4.1.json"

# What Vega-Lite is told, as plain values: a library to write it would take longer than all the drawing.
Spec = dict[str, Any]


@dataclass(frozen=True)
class Chart:
    """One chart: identifier, title and description in French, wide and narrow SVG, and the data it draws.

    `wide` and `narrow` are for the page, `printed` for the PDF; two `half` charts fit side by side.
    """

    key: str
    title: str
    description: str
    wide: str
    narrow: str
    printed: str
    table: DataTable
    half: bool = False


def fonts_folder() -> Path:
    """The folder of the fonts that ship with the templates."""
    return Path(str(resources.files("assets.page") / "templates" / "fonts"))


@cache
def register_fonts() -> None:
    """Let vl-convert know the fonts that ship."""
    # Text in a font vl-convert does not know is dropped without a word.
    vl_convert.register_font_directory(str(fonts_folder()))


def field(name: str, kind: Literal["nominal", "quantitative"] = "nominal", **more: Any) -> Spec:
    """A channel of a layer that reads a field of its rows; an axis or a scale goes without a title."""
    return {"field": name, "type": kind} | (more | {"title": None} if more else {})


def layer(rows: list[Any], mark: Spec, *, transform: Spec | None = None, **encoding: Spec) -> Spec:
    """A layer: the same mark for each of its rows, JSON-like, placed and coloured by the channels of `encoding`."""
    spec: Spec = {"data": {"values": rows}, "mark": mark, "encoding": encoding}
    return spec if transform is None else spec | {"transform": [transform]}


def chart(
    key: str, title: str, description: str, *, wide: Spec, narrow: Spec, table: DataTable, half: bool = False
) -> Chart:
    """Draw a chart from its wide and its narrow specifications; `key` is its identifier in the page."""
    fixed = _svg(wide)
    return Chart(
        key=key,
        title=title,
        description=description,
        wide=_for_page(fixed, f"{key}-large", title, description),
        narrow=_for_page(_svg(narrow), f"{key}-etroit", title, description),
        printed=fixed,
        table=table,
        half=half,
    )


def _svg(spec: Spec) -> str:
    register_fonts()
    svg = str(vl_convert.vegalite_to_svg(spec | {"$schema": _SCHEMA, "config": _CONFIG}, format_locale="fr-FR"))
    # The engine numbers its clips on from one chart to the next: count again, so that a rerun gives the same bytes.
    names = {name: f"clip{rank}" for rank, name in enumerate(dict.fromkeys(re.findall(r'\bid="([^"]+)"', svg)))}
    return re.sub(r'(\bid="|url\(#)([^")]+)', lambda found: found[1] + names.get(found[2], found[2]), svg)


_CONFIG: dict[str, Any] = {
    "aria": False,
    "background": "transparent",
    "font": FONT,
    "lineBreak": "\n",
    "view": {"stroke": None},
    "axis": {
        "labelColor": PALETTE["muted"],
        "labelFontSize": 13,
        "gridColor": PALETTE["grid"],
        "gridOpacity": 1,
        "domainColor": PALETTE["grid"],
        "tickColor": PALETTE["grid"],
    },
    "legend": {
        "labelColor": PALETTE["ink"],
        "labelFontSize": 13,
        "labelLimit": 300,
        "offset": 26,
        "symbolSize": 95,
    },
    "title": {"fontSize": 14, "fontWeight": 600, "anchor": "start", "offset": 16},
    "text": {"fontSize": 13},
}

_COLOUR = re.compile(r' (fill|stroke)="(#[0-9a-f]{6})"')
_ROLES = {colour: role for role, colour in PALETTE.items()}


def _for_page(svg: str, name: str, title: str, description: str) -> str:
    """The SVG with a French name and description, colours as classes, and identifiers of its own."""
    # Vega's own English roles and class names say nothing to a French reader of a labelled image.
    svg = re.sub(r' (?:role|aria-[a-z]+|class|pointer-events|stroke-miterlimit)="[^"]*"', "", svg)
    svg = re.sub(r"<[a-z][^>]*>", lambda tag: _with_classes(tag.group()), svg)
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", svg)
    opening = re.search(r'viewBox="([^"]+)"', svg)
    inside = svg[svg.index(">") + 1 :]
    box = opening.group(1) if opening else ""
    return (
        f'<svg class="chart" viewBox="{box}" role="img" aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{escape(title)}</title><desc id="{name}-d">{escape(description)}</desc>{inside}'
    )


def _with_classes(tag: str) -> str:
    """One tag with its colours turned into classes: `fill="#0b6a6f"` becomes `class="f-budget"`."""
    roles = [f"{kind[0]}-{_ROLES[colour]}" for kind, colour in _COLOUR.findall(tag) if colour in _ROLES]
    if not roles:
        return tag
    tag = _COLOUR.sub(lambda found: "" if found.group(2) in _ROLES else found.group(), tag)
    return re.sub(r"^<([a-zA-Z]+)", rf'<\1 class="{" ".join(roles)}"', tag)
