"""Write a book as an OpenDocument spreadsheet; the same book gives the same bytes.

What it holds is decided by the caller. Written with the standard library: no maintained library writes the closed
lists of cells, the filters and the frozen panes, or leaves the dates of the archive out.
"""

import datetime as dt
import io
import itertools
import math
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, SubElement, tostring

from assets.books.book import (
    ARCHIVE_DATE,
    CREATED,
    AtLeast,
    Book,
    BookCell,
    BookSheet,
    CellRange,
    CellStyle,
    CellValue,
    OneOf,
    Validation,
)
from assets.books.ods_styles import COMMENT_STYLE, OdsStyles, styles_document, width_cm
from assets.books.ods_xml import (
    DECLARATION,
    VERSION,
    attribute,
    document,
    paragraphs,
    printable,
    root,
    root_attributes,
    tag,
)
from warehouse.model.cells import column_letter

MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
# A regular file that everyone may read, written on a Unix: what zipfile would take from where it runs.
UNIX, READABLE = 3, 0o100644 << 16
# Spreadsheets count the days from it.
FIRST_DAY = dt.date(1899, 12, 30)
# The mode of a pane that stays in sight, in the words of the settings.
FROZEN = 2
COMMENT_WIDTH_CM, COMMENT_LINE, COMMENT_LINE_CM, COMMENT_MARGIN_CM = 8.0, 40, 0.45, 0.3
# Between a cell and its comment.
COMMENT_GAP_CM = 0.4


def ods_bytes(book: Book) -> bytes:
    """The bytes of the ods file of a book.

    Raises:
        ValueError: a number is not finite.
    """
    members = {
        "content.xml": _content(book),
        "styles.xml": styles_document(book.sheets),
        "meta.xml": _meta(book.title),
        "settings.xml": _settings(book.sheets),
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        # First and as it is, so that the kind of the file is seen without opening the archive.
        _add(archive, "mimetype", MIMETYPE.encode(), zipfile.ZIP_STORED)
        for name, content in members.items():
            _add(archive, name, content)
        _add(archive, "META-INF/manifest.xml", _manifest(list(members)))
    return stream.getvalue()


def _add(archive: zipfile.ZipFile, name: str, content: bytes, compression: int = zipfile.ZIP_DEFLATED) -> None:
    entry = zipfile.ZipInfo(name, ARCHIVE_DATE)
    entry.compress_type, entry.create_system, entry.external_attr = compression, UNIX, READABLE
    archive.writestr(entry, content)


def _manifest(names: Sequence[str]) -> bytes:
    manifest = Element("manifest:manifest", {"xmlns:manifest": MANIFEST, "manifest:version": VERSION})
    for name in ("/", *names):
        described = {"manifest:full-path": name, "manifest:media-type": MIMETYPE if name == "/" else "text/xml"}
        SubElement(manifest, "manifest:file-entry", described)
    return document(manifest)


def _meta(title: str) -> bytes:
    meta = root("office:document-meta")
    properties = SubElement(meta, "office:meta")
    SubElement(properties, "dc:title").text = printable(title)
    SubElement(properties, "dc:language").text = "fr-FR"
    SubElement(properties, "meta:creation-date").text = CREATED.isoformat()
    return document(meta)


def _settings(sheets: Sequence[BookSheet]) -> bytes:
    """Which sheet opens, and the headers that stay in sight."""
    settings = root("office:document-settings")
    parts = SubElement(settings, "office:settings")
    views = SubElement(parts, "config:config-item-set", {"config:name": "ooo:view-settings"})
    view = SubElement(
        SubElement(views, "config:config-item-map-indexed", {"config:name": "Views"}), "config:config-item-map-entry"
    )
    _setting(view, "ViewId", "string", "view1")
    tables = SubElement(view, "config:config-item-map-named", {"config:name": "Tables"})
    for sheet in sheets:
        if not sheet.header_rows and not sheet.header_columns:
            continue
        table = SubElement(tables, "config:config-item-map-entry", {"config:name": sheet.name})
        if sheet.header_columns:
            _setting(table, "HorizontalSplitMode", "short", FROZEN)
            _setting(table, "HorizontalSplitPosition", "int", sheet.header_columns)
            _setting(table, "PositionRight", "int", sheet.header_columns)
        if sheet.header_rows:
            _setting(table, "VerticalSplitMode", "short", FROZEN)
            _setting(table, "VerticalSplitPosition", "int", sheet.header_rows)
            _setting(table, "PositionBottom", "int", sheet.header_rows)
        _setting(table, "ActiveSplitRange", "short", 3 if sheet.header_rows and sheet.header_columns else 2)
    _setting(view, "ActiveTable", "string", sheets[0].name)
    return document(settings)


def _setting(parent: Element, name: str, kind: str, value: object) -> None:
    SubElement(parent, "config:config-item", {"config:name": name, "config:type": kind}).text = str(value)


def _content(book: Book) -> bytes:
    styles = OdsStyles()
    validations: list[str] = []
    tables: list[str] = []
    for sheet in book.sheets:
        named = [
            (f"val{len(validations) + position}", rule) for position, rule in enumerate(sheet.validations, start=1)
        ]
        validations += [_validation(name, rule, sheet.name) for name, rule in named]
        tables.append(_Table(sheet, styles, named).text())
    rules = tag("table:content-validations", {}, "".join(validations)) if validations else ""
    page = tag("office:spreadsheet", {}, rules + "".join(tables) + _filters(book.sheets))
    inside = tostring(styles.element, encoding="unicode") + tag("office:body", {}, page)
    return (DECLARATION + tag("office:document-content", root_attributes(), inside)).encode()


def _filters(sheets: Sequence[BookSheet]) -> str:
    ranges = ""
    for number, sheet in enumerate(sheets):
        if (rows := sheet.filtered_rows()) is None:
            continue
        name, corner = _quoted(sheet.name), column_letter(len(sheet.columns) - 1)
        described = {
            # The name by which LibreOffice knows the filter of a sheet from a range that a person has named.
            "table:name": f"__Anonymous_Sheet_DB__{number}",
            "table:target-range-address": f"{name}.A{rows[0] + 1}:{name}.{corner}{rows[1] + 1}",
            "table:display-filter-buttons": "true",
        }
        ranges += tag("table:database-range", described)
    return tag("table:database-ranges", {}, ranges) if ranges else ""


def _validation(name: str, validation: Validation, sheet: str) -> str:
    described = {
        "table:name": name,
        "table:condition": f"of:{_condition(validation.accepted)}",
        "table:allow-empty-cell": "true",
        "table:base-cell-address": f"{_quoted(sheet)}.{column_letter(validation.column)}{validation.first_row + 1}",
    }
    if isinstance(validation.accepted, OneOf):
        described["table:display-list"] = "unsorted"
    said = {"table:message-type": "stop", "table:title": validation.said_title, "table:display": "true"}
    message = tag("table:error-message", said, paragraphs(validation.said))
    return tag("table:content-validation", described, message)


def _condition(accepted: OneOf | AtLeast) -> str:
    match accepted:
        case OneOf(source):
            return f"cell-content-is-in-list({_listed(source)})"
        case AtLeast(minimum):
            if isinstance(minimum, dt.date):
                days = (dt.date(minimum.year, minimum.month, minimum.day) - FIRST_DAY).days
                return f"cell-content-is-date() and cell-content()>={days}"
            return f"cell-content-is-decimal-number() and cell-content()>={minimum:g}"


def _listed(source: tuple[str, ...] | CellRange) -> str:
    if isinstance(source, CellRange):
        column = column_letter(source.column)
        place = f"${column}${source.first_row + 1}:.${column}${source.last_row + 1}"
        return f"[${_quoted(source.sheet)}.{place}]"
    return ";".join(f'"{label}"' for label in source)


def _quoted(sheet: str) -> str:
    """The name of a sheet as an address holds it."""
    return sheet if re.fullmatch(r"\w+", sheet) else "'" + sheet.replace("'", "''") + "'"


@dataclass
class _Table:
    """One sheet being written."""

    sheet: BookSheet
    styles: OdsStyles
    validations: Sequence[tuple[str, Validation]]
    # By identity: the book keeps its styles, and to compare two takes longer than to write a cell.
    names: dict[int, str] = field(default_factory=dict)
    # By identity too: a cell that stands in many rows is written once.
    known: dict[int, str] = field(default_factory=dict)

    def text(self) -> str:
        sheet = self.sheet
        described = {"table:name": sheet.name, "table:style-name": self.styles.table(sheet.page)}
        if sheet.is_protected:
            described["table:protected"] = "true"
        columns = _grouped(list(self._columns()), sheet.header_columns, "table:table-header-columns")
        rows = _grouped(list(self._rows()), sheet.header_rows, "table:table-header-rows")
        return tag("table:table", described, columns + rows)

    def _columns(self) -> Iterator[str]:
        for column in self.sheet.columns:
            width, style = self.styles.column(column.width), self.styles.cell(column.style)
            yield tag("table:table-column", {"table:style-name": width, "table:default-cell-style-name": style})

    def _rows(self) -> Iterator[str]:
        rows = self.sheet.rows
        for number, row in enumerate(rows):
            named = {"table:style-name": self.styles.row(row.height_pt)}
            yield tag("table:table-row", named, self._cells(row.cells, number, self._rules(number)))
        # Below what is written, only what may be filled in is said, once for all the rows that accept the same.
        last = max((validation.last_row for _, validation in self.validations), default=-1)
        for rules, group in itertools.groupby(range(len(rows), last + 1), key=self._rules):
            numbers = list(group)
            named = {"table:style-name": self.styles.row(None), "table:number-rows-repeated": str(len(numbers))}
            yield tag("table:table-row", named, self._cells((), numbers[0], rules))

    def _rules(self, number: int) -> dict[int, str]:
        """The validations of a row: column to name."""
        return {
            validation.column: name
            for name, validation in self.validations
            if validation.first_row <= number <= validation.last_row
        }

    def _cells(self, cells: Sequence[BookCell], number: int, rules: Mapping[int, str]) -> str:
        written: list[str] = []
        position = 0
        for cell in cells:
            if cell.comment is None and position not in rules:
                text = self.known.get(id(cell))
                if text is None:
                    text = self.known[id(cell)] = self._cell(cell)
                written.append(text)
            else:
                written.append(self._cell(cell, rules.get(position), self._comment(cell, number, position)))
            position += cell.span
        for empty, column in enumerate(self.sheet.columns[position:], start=position):
            written.append(self._cell(BookCell(style=column.style), rules.get(empty)))
        return "".join(written)

    def _cell(self, cell: BookCell, rule: str | None = None, comment: str = "") -> str:
        described = f' table:style-name="{self._style(cell.style)}"'
        if rule is not None:
            described += f' table:content-validation-name="{rule}"'
        if cell.span > 1:
            described += f' table:number-columns-spanned="{cell.span}" table:number-rows-spanned="1"'
        kind, inside = _value(cell.value, cell.style)
        inside = comment + inside
        text = f"<table:table-cell{described}{kind}"
        text += f">{inside}</table:table-cell>" if inside else " />"
        if cell.span > 1:
            text += f'<table:covered-table-cell table:number-columns-repeated="{cell.span - 1}" />'
        return text

    def _style(self, style: CellStyle) -> str:
        name = self.names.get(id(style))
        if name is None:
            name = self.names[id(style)] = self.styles.cell(style)
        return name

    def _comment(self, cell: BookCell, number: int, position: int) -> str:
        """A hidden comment, to the right of its cell: where one is not placed, it opens at the top of the sheet."""
        comment = cell.comment
        if comment is None:
            return ""
        left = sum(width_cm(column.width) for column in self.sheet.columns[: position + 1])
        top_pt = sum(row.height_pt or 0 for row in self.sheet.rows[:number])
        lines = sum(math.ceil(len(line) / COMMENT_LINE) for line in comment.splitlines())
        placed = {
            "office:display": "false",
            "draw:style-name": COMMENT_STYLE,
            "svg:width": f"{COMMENT_WIDTH_CM}cm",
            "svg:height": f"{COMMENT_LINE_CM * lines + COMMENT_MARGIN_CM:.2f}cm",
            "svg:x": f"{left + COMMENT_GAP_CM:.3f}cm",
            "svg:y": f"{top_pt * 2.54 / 72 + COMMENT_GAP_CM:.3f}cm",
        }
        return tag("office:annotation", placed, paragraphs(comment))


def _grouped(parts: Sequence[str], headers: int, group: str) -> str:
    if not headers:
        return "".join(parts)
    return tag(group, {}, "".join(parts[:headers])) + "".join(parts[headers:])


def _value(value: CellValue, style: CellStyle) -> tuple[str, str]:
    """The attributes and the content of a cell that holds a value."""
    match value:
        case None:
            return "", ""
        case bool():
            shown = "VRAI" if value else "FAUX"
            kind = f' office:value-type="boolean" office:boolean-value="{str(value).lower()}"'
        case dt.date():
            shown = value.strftime("%d/%m/%Y")
            kind = f' office:value-type="date" office:date-value="{_iso(value)}"'
        case int() | float():
            if not math.isfinite(value):
                raise ValueError(f"{value} is no number that a cell can hold")
            shown = _shown(value, style)
            of = "percentage" if style.number_format == "percent" else "float"
            # A figure of numpy is a float that says otherwise what it is.
            number = str(value) if isinstance(value, int) else repr(float(value))
            kind = f' office:value-type="{of}" office:value="{number}"'
        case _:
            shown = str(value)
            kind = ' office:value-type="string"'
            if "\t" in shown:
                # Readers that know no tabulation in a paragraph, calamine among them, join the words around it.
                kind += attribute("office:string-value", printable(shown))
    return kind, paragraphs(shown)


def _shown(value: float, style: CellStyle) -> str:
    """A figure as a reader that knows no styles shows it."""
    match style.number_format:
        case "percent":
            return f"{value:.{style.decimals}%}".replace(".", ",")
        case "decimal":
            return f"{value:.{style.decimals}f}".replace(".", ",")
        case _:
            return str(value).replace(".", ",")


def _iso(value: dt.date) -> str:
    """A date, with its time of day only where it has one."""
    if isinstance(value, dt.datetime) and value.time() != dt.time():
        return value.replace(tzinfo=None).isoformat()
    return f"{value.year:04}-{value.month:02}-{value.day:02}"
