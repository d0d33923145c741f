"""The styles of an OpenDocument spreadsheet: of cells, columns, rows, comments and pages, each written once."""

from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement

from assets.books.book import PLAIN, BookSheet, CellStyle, PageSetup
from assets.books.ods_xml import document, root

DEFAULT_CELL = "Default"
COMMENT_STYLE = "comment"
FONT = "Liberation Sans"
FONT_SIZE = "10pt"
# The width of a digit and the margins of a cell where the widths of spreadsheets come from, at 96 pixels an inch.
DIGIT_PIXELS, MARGIN_PIXELS, PIXELS_PER_CM = 7, 5, 96 / 2.54
PAPERS_CM = {"A3": (42.0, 29.7), "A4": (29.7, 21.0)}
VERTICALS = {"top": "top", "middle": "middle"}
HORIZONTALS = {"left": "start", "center": "center", "right": "end"}


def width_cm(characters: float) -> float:
    """How wide a column of so many characters is."""
    return (characters * DIGIT_PIXELS + MARGIN_PIXELS) / PIXELS_PER_CM


class OdsStyles:
    """The automatic styles of the content, named in the order they are first asked for."""

    def __init__(self) -> None:
        self.element = Element("office:automatic-styles")
        self._cells: dict[CellStyle, str] = {PLAIN: DEFAULT_CELL}
        self._others: dict[tuple[str, str], str] = {}
        self._number_formats: dict[tuple[str, int], str] = {}
        _comment_style(self.element)

    def cell(self, style: CellStyle) -> str:
        """The name of a style of cells."""
        if style not in self._cells:
            # Before the style that uses it.
            number_format = self._number_format(style)
            self._cells[style] = f"ce{len(self._cells)}"
            _cell_style(self.element, self._cells[style], style, number_format)
        return self._cells[style]

    def column(self, width: float) -> str:
        """The name of a style of columns of a width in characters."""
        return self._other("table-column", {"style:column-width": f"{width_cm(width):.3f}cm"})

    def row(self, height_pt: float | None) -> str:
        """The name of a style of rows; a text that grows makes its row grow."""
        height = {} if height_pt is None else {"style:row-height": f"{height_pt:g}pt"}
        return self._other("table-row", {**height, "style:use-optimal-row-height": "true"})

    def table(self, page: PageSetup) -> str:
        """The name of a style of sheets printed on a page."""
        return self._other("table", {"table:display": "true"}, {"style:master-page-name": master_page(page)})

    def _other(self, family: str, properties: Mapping[str, str], more: Mapping[str, str] | None = None) -> str:
        key = (family, repr((properties, more)))
        if key not in self._others:
            prefix = {"table-column": "co", "table-row": "ro", "table": "ta"}[family]
            self._others[key] = f"{prefix}{sum(known == family for known, _ in self._others) + 1}"
            named = {"style:name": self._others[key], "style:family": family, **(more or {})}
            SubElement(SubElement(self.element, "style:style", named), f"style:{family}-properties", dict(properties))
        return self._others[key]

    def _number_format(self, style: CellStyle) -> str | None:
        if style.number_format == "general":
            return None
        key = (style.number_format, 0 if style.number_format == "date" else style.decimals)
        if key not in self._number_formats:
            self._number_formats[key] = f"N{len(self._number_formats) + 1}"
            write = _date_format if style.number_format == "date" else _figure_format
            write(self.element, self._number_formats[key], style)
        return self._number_formats[key]


def _date_format(parent: Element, name: str, _style: CellStyle) -> None:
    written = SubElement(parent, "number:date-style", {"style:name": name, "number:automatic-order": "false"})
    SubElement(written, "number:day", {"number:style": "long"})
    SubElement(written, "number:text").text = "/"
    SubElement(written, "number:month", {"number:style": "long"})
    SubElement(written, "number:text").text = "/"
    SubElement(written, "number:year", {"number:style": "long"})


def _figure_format(parent: Element, name: str, style: CellStyle) -> None:
    is_percent = style.number_format == "percent"
    # Elsewhere than in France, figures would have a point.
    named = {"style:name": name, "number:language": "fr", "number:country": "FR"}
    written = SubElement(parent, f"number:{'percentage' if is_percent else 'number'}-style", named)
    decimals = str(style.decimals)
    figure = {
        "number:decimal-places": decimals,
        "number:min-decimal-places": decimals,
        "number:min-integer-digits": "1",
    }
    SubElement(written, "number:number", figure if is_percent else {**figure, "number:grouping": "true"})
    if is_percent:
        SubElement(written, "number:text").text = " %"


def _cell_style(parent: Element, name: str, style: CellStyle, number_format: str | None) -> None:
    named = {"style:name": name, "style:family": "table-cell", "style:parent-style-name": DEFAULT_CELL}
    if number_format is not None:
        named["style:data-style-name"] = number_format
    written = SubElement(parent, "style:style", named)
    cell = {"style:cell-protect": "protected" if style.is_locked else "none"}
    if style.wraps:
        cell["fo:wrap-option"] = "wrap"
    if style.fill is not None:
        cell["fo:background-color"] = style.fill.lower()
    if style.has_bottom_line:
        cell["fo:border-bottom"] = "0.74pt solid #000000"
    if style.vertical is not None:
        cell["style:vertical-align"] = VERTICALS[style.vertical]
    if style.horizontal is not None:
        cell["style:text-align-source"] = "fix"
    SubElement(written, "style:table-cell-properties", cell)
    if style.horizontal is not None:
        SubElement(written, "style:paragraph-properties", {"fo:text-align": HORIZONTALS[style.horizontal]})
    text = {"fo:font-weight": "bold"} if style.is_bold else {}
    if style.size_pt is not None:
        text["fo:font-size"] = f"{style.size_pt}pt"
    if text:
        SubElement(written, "style:text-properties", text)


def _comment_style(parent: Element) -> None:
    """A note of its own look: without one, its text would stand on the cells behind it."""
    written = SubElement(parent, "style:style", {"style:name": COMMENT_STYLE, "style:family": "graphic"})
    look = {
        "draw:stroke": "solid",
        "svg:stroke-color": "#808080",
        "draw:fill": "solid",
        "draw:fill-color": "#ffffe1",
        "draw:auto-grow-height": "true",
        "draw:auto-grow-width": "false",
        "fo:padding": "0.1cm",
    }
    SubElement(written, "style:graphic-properties", look)


def master_page(page: PageSetup) -> str:
    """The name of the page of a setup."""
    return f"{page.paper}_{page.pages_wide}{'_grid' if page.has_grid else ''}"


def styles_document(sheets: tuple[BookSheet, ...]) -> bytes:
    """The document of the styles: the font, and the pages the sheets are printed on."""
    styles = root("office:document-styles")
    fonts = SubElement(styles, "office:font-face-decls")
    SubElement(fonts, "style:font-face", {"style:name": FONT, "svg:font-family": f"'{FONT}'"})
    named = SubElement(styles, "office:styles")
    default = SubElement(named, "style:default-style", {"style:family": "table-cell"})
    text = {"style:font-name": FONT, "fo:font-size": FONT_SIZE, "fo:language": "fr", "fo:country": "FR"}
    SubElement(default, "style:text-properties", text)
    SubElement(named, "style:style", {"style:name": DEFAULT_CELL, "style:family": "table-cell"})
    pages = sorted({sheet.page for sheet in sheets}, key=master_page)
    layouts = SubElement(styles, "office:automatic-styles")
    masters = SubElement(styles, "office:master-styles")
    for page in pages:
        name = master_page(page)
        width, height = PAPERS_CM[page.paper]
        layout = SubElement(layouts, "style:page-layout", {"style:name": f"layout_{name}"})
        # The scale to a number of pages is the word of LibreOffice, which OpenDocument has none for.
        printed = {
            "fo:page-width": f"{width}cm",
            "fo:page-height": f"{height}cm",
            "style:print-orientation": "landscape",
            "fo:margin": "1.5cm",
            "style:scale-to-X": str(page.pages_wide),
            "style:writing-mode": "lr-tb",
            "style:print": "grid objects zero-values" if page.has_grid else "objects zero-values",
        }
        SubElement(layout, "style:page-layout-properties", printed)
        SubElement(masters, "style:master-page", {"style:name": name, "style:page-layout-name": f"layout_{name}"})
    return document(styles)
