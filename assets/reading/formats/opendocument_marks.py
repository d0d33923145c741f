"""What the reader of workbooks leaves out of an .ods: formats, line breaks, notes, what is merged, hidden or struck.

It puts « 21 » and « 4 » on two lines together into 214, and tells no merged cell. Only for a workbook that
`assets.reading.formats.file_limits` let pass.
"""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.parsers import expat

from assets.reading.formats.number_formats import number_format
from assets.reading.formats.sheets import Position, SheetMarks
from assets.reading.formats.workbook_marks import WorkbookMarks, noted

_CONTENT, _STYLES = "content.xml", "styles.xml"
_NUMBER_STYLES = ("number:number-style", "number:currency-style", "number:percentage-style")
_CELLS = ("table:table-cell", "table:covered-table-cell")
_FIRST_DAY_1904 = "1904-01-01"
# What a cell shows where its text says nothing of it to the reader.
_BREAKS = {"text:line-break": "\n", "text:tab": "\t"}
_APART = ("office:annotation", "text:note-body")
# A row repeated to the end of the sheet has nothing in it; beyond, no mark is worth a place each.
_MOST_REPEATS = 10_000
# Where a sheet ends.
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384


class _CellStyle(NamedTuple):
    """The style a style follows, its number style, and whether what it shows is struck out; None where it says none."""

    parent: str
    number: str | None
    is_struck: bool | None
    is_raised: bool


def opendocument_marks(workbook: bytes) -> WorkbookMarks:
    """Look for them in the bytes of an .ods.

    Raises:
        zipfile.BadZipFile, KeyError, OSError, expat.ExpatError: no workbook that could be read.
    """
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        members = {name.replace("\\", "/"): name for name in archive.namelist()}
        document = _Document()
        if _STYLES in members:
            _parse(archive.read(members[_STYLES]), document)
        _parse(archive.read(members[_CONTENT]), document)
    return WorkbookMarks(document.counts_from_1904, {name: sheet.marks() for name, sheet in document.sheets.items()})


@dataclass
class _Sheet:
    row: int = 0
    row_repeats: int = 1
    column: int = 0
    # The columns as they are declared: how many, their style, whether they are hidden.
    columns: int = 0
    default_styles: dict[int, str] = field(default_factory=dict)
    texts: dict[Position, str] = field(default_factory=dict)
    formats: dict[Position, str] = field(default_factory=dict)
    struck: set[Position] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[tuple[Position, Position]] = field(default_factory=list)

    def marks(self) -> SheetMarks:
        hidden_rows = frozenset(row for row in self.hidden_rows if row < self.row)
        return SheetMarks(
            self.texts, self.formats, frozenset(self.struck), hidden_rows, frozenset(self.hidden_columns), self.merged
        )


@dataclass
class _Cell:
    kind: str
    style: str
    currency: str
    repeats: int
    parts: list[tuple[str, bool]] = field(default_factory=list)
    paragraphs: int = 0
    has_break: bool = False
    # Of each text inside the paragraphs, whether it is struck out.
    struck: list[bool] = field(default_factory=list)


@dataclass
class _Document:
    """The styles of the document, then the marks of its sheets, as they go by."""

    counts_from_1904: bool = False
    sheets: dict[str, _Sheet] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    styles: dict[str, _CellStyle] = field(default_factory=dict)
    # The style being read: of numbers, then of cells or of texts.
    number: str = ""
    style: str = ""
    is_literal: bool = False
    sheet: _Sheet = field(default_factory=_Sheet)
    cell: _Cell | None = None
    # How deep in what is not the text of the cell, and the styles of the spans around the text.
    apart: int = 0
    spans: list[str] = field(default_factory=list)
    paragraph: int = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name.startswith(("number:", "style:")):
            self._start_style(name, attributes)
        elif name.startswith("table:"):
            self._start_table(name, attributes)
        elif self.cell is not None:
            self._start_text(name, attributes, self.cell)

    def _start_style(self, name: str, attributes: dict[str, str]) -> None:
        if name in _NUMBER_STYLES:
            self.number = attributes.get("style:name", "")
            self.codes[self.number] = ""
        elif name == "number:number" and self.number:
            factor = attributes.get("number:display-factor", "1")
            self.codes[self.number] += "0.0" + "," * ((len(factor.rstrip("0")) == 1) * (len(factor) // 3))
        elif name in ("number:text", "number:currency-symbol"):
            self.is_literal = bool(self.number)
        elif name == "style:style":
            self.style = attributes.get("style:name", "")
            number, parent = attributes.get("style:data-style-name"), attributes.get("style:parent-style-name", "")
            self.styles[self.style] = _CellStyle(parent, number, None, is_raised=False)
        elif name == "style:text-properties" and self.style:
            line, position = (attributes.get(f"style:text-{each}") for each in ("line-through-style", "position"))
            self.styles[self.style] = self.styles[self.style]._replace(
                is_struck=None if line is None else line != "none",
                is_raised=position is not None and not position.startswith(("sub", "-", "0%")),
            )

    def _start_table(self, name: str, attributes: dict[str, str]) -> None:
        match name:
            case "table:null-date":
                self.counts_from_1904 = attributes.get("table:date-value", "").startswith(_FIRST_DAY_1904)
            case "table:table":
                self.sheet = self.sheets.setdefault(attributes.get("table:name", ""), _Sheet())
            case "table:table-column":
                self._start_column(attributes)
            case "table:table-row":
                self.sheet.row_repeats, self.sheet.column = _repeats(attributes, "rows"), 0
                if _is_hidden(attributes):
                    last = min(self.sheet.row + min(self.sheet.row_repeats, _MOST_REPEATS), _LAST_ROW)
                    self.sheet.hidden_rows |= set(range(self.sheet.row, last))
            case "table:table-cell" | "table:covered-table-cell":
                self._start_cell(name, attributes)

    def _start_column(self, attributes: dict[str, str]) -> None:
        count = _repeats(attributes, "columns")
        style = attributes.get("table:default-cell-style-name")
        for position in range(self.sheet.columns, min(self.sheet.columns + count, _LAST_COLUMN)):
            if style:
                self.sheet.default_styles[position] = style
            if _is_hidden(attributes):
                self.sheet.hidden_columns.add(position)
        self.sheet.columns += count

    def _start_cell(self, name: str, attributes: dict[str, str]) -> None:
        style = attributes.get("table:style-name", self.sheet.default_styles.get(self.sheet.column, ""))
        kind, currency = attributes.get("office:value-type", ""), attributes.get("office:currency", "")
        self.cell = _Cell(kind, style, currency, _repeats(attributes, "columns"))
        rows, columns = (int(attributes.get(f"table:number-{each}-spanned", "1")) for each in ("rows", "columns"))
        if name == "table:table-cell" and (rows > 1 or columns > 1):
            first = (self.sheet.row, self.sheet.column)
            self.sheet.merged.append((first, (first[0] + rows - 1, first[1] + columns - 1)))

    def _start_text(self, name: str, attributes: dict[str, str], cell: _Cell) -> None:
        if name in _APART:
            self.apart += 1
        elif self.apart:
            return
        elif name == "text:p":
            self._add("\n" if cell.paragraphs else "")
            cell.paragraphs += 1
            self.paragraph += 1
        elif name == "text:span":
            self.spans.append(attributes.get("text:style-name", ""))
        elif name == "text:s":
            self._add(" " * min(int(attributes.get("text:c", "1")), _MOST_REPEATS))
        elif name in _BREAKS:
            self._add(_BREAKS[name])
            cell.has_break = True
        elif name == "text:note-citation":
            self.spans.append(name)
            cell.has_break = True

    def end(self, name: str) -> None:
        if name in _NUMBER_STYLES:
            self.number = ""
        elif name in ("number:text", "number:currency-symbol"):
            self.is_literal = False
        elif name == "style:style":
            self.style = ""
        elif name in _CELLS and self.cell is not None:
            self._end_cell(self.cell)
        elif name == "table:table-row":
            self.sheet.row += self.sheet.row_repeats
        elif name in _APART:
            self.apart -= 1
        elif name in ("text:span", "text:note-citation") and not self.apart and self.spans:
            self.spans.pop()
        elif name == "text:p" and not self.apart:
            self.paragraph -= 1

    def text(self, data: str) -> None:
        if self.is_literal:
            # A percent in the code of a format stands bare, anything else between quotes.
            self.codes[self.number] += "".join(
                "%" if letter == "%" else f'"{letter}"' for letter in data if letter != '"'
            )
        elif self.paragraph and self.cell is not None and not self.apart:
            self._add(data)

    def _add(self, text: str) -> None:
        if self.cell is None or not text:
            return
        is_raised = any(span == "text:note-citation" or self._style(span).is_raised for span in self.spans)
        self.cell.parts.append((text, is_raised))
        if text.strip():
            self.cell.struck.append(any(self._is_struck(span) for span in self.spans))

    def _end_cell(self, cell: _Cell) -> None:
        sheet, self.cell, self.spans = self.sheet, None, []
        place = (sheet.row, sheet.column)
        sheet.column += cell.repeats
        if not cell.kind and not cell.parts:
            return
        if cell.kind == "string" and (text := self._text(cell)) is not None:
            sheet.texts[place] = text
        if cell.kind in ("float", "percentage", "currency") and (code := self._code(cell)):
            places = [
                (place[0] + row, place[1] + column)
                for row in range(min(sheet.row_repeats, _MOST_REPEATS))
                for column in range(
                    min(cell.repeats, _MOST_REPEATS // max(1, min(sheet.row_repeats, _MOST_REPEATS)) + 1)
                )
            ]
            sheet.formats.update(dict.fromkeys(places, code))
        if self._is_struck(cell.style) or (cell.struck and all(cell.struck)):
            sheet.struck.add(place)

    def _text(self, cell: _Cell) -> str | None:
        """What a text says, where the reader would put together what stands apart."""
        if (text := noted(cell.parts)) is not None:
            return text
        return "".join(text for text, _ in cell.parts) if cell.has_break else None

    def _code(self, cell: _Cell) -> str:
        """The code of the format of a number, as Excel writes it, where it shows more than the number."""
        code = next((self.codes[name] for name in self._numbers(cell.style) if name in self.codes), "")
        if not code and cell.kind == "percentage":
            code = "0.0%"
        if not code and cell.kind == "currency" and cell.currency:
            code = f'0.0 "{cell.currency}"'.replace('"EUR"', '"€"')
        return code if code and number_format(code) else ""

    def _numbers(self, style: str) -> list[str]:
        return [each.number for each in self._lineage(style) if each.number]

    def _is_struck(self, style: str) -> bool:
        return next((each.is_struck for each in self._lineage(style) if each.is_struck is not None), False)

    def _style(self, name: str) -> _CellStyle:
        return self.styles.get(name, _CellStyle("", None, None, is_raised=False))

    def _lineage(self, name: str) -> list[_CellStyle]:
        """A style and those it follows, each once."""
        found: dict[str, _CellStyle] = {}
        while name in self.styles and name not in found:
            found[name] = self.styles[name]
            name = found[name].parent
        return list(found.values())


def _repeats(attributes: Mapping[str, str], what: str) -> int:
    return int(attributes.get(f"table:number-{what}-repeated", "1"))


def _is_hidden(attributes: Mapping[str, str]) -> bool:
    return attributes.get("table:visibility", "visible") in ("collapse", "filter")


def _parse(content: bytes, document: _Document) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = document.start
    parser.EndElementHandler = document.end
    parser.CharacterDataHandler = document.text
    parser.buffer_text = True
    parser.Parse(content, True)  # noqa: FBT003  # the parser takes it so
