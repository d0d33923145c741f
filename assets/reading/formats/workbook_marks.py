"""What the reader of workbooks leaves out of an .xlsx: the system of its dates, errors, formats, notes, what is hidden.

A formula that failed, or that no spreadsheet computed, comes from the reader as an empty cell, a bare day number
without its epoch, a number without the unit of its format, « 24² » as 242: all would be lost or false without a word.
Only for a workbook that `assets.reading.formats.file_limits` let pass.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from xml.parsers import expat

from assets.reading.formats.number_formats import number_format
from assets.reading.formats.sheets import NO_MARKS, Position, SheetMarks, raised
from warehouse.model.cells import column_number

WORKBOOK = "xl/workbook.xml"
RELATIONSHIPS = "xl/_rels/workbook.xml.rels"
STYLES = "xl/styles.xml"
SHARED_TEXTS = "xl/sharedstrings.xml"
# What of a sheet makes it worth a second look: an error, a formula, something hidden, raised or struck out.
_WORTH_A_LOOK = re.compile(
    rb"\bt\s*=\s*[\"']e[\"']|<(?:\w+:)?f[ />]"
    rb"|\bhidden\b|\b(?:ht|width)\s*=\s*[\"']0(?:\.0*)?[\"']|\bvertAlign\b|\bstrike\b"
)
_RAISED_OR_STRUCK = re.compile(rb"\bvertAlign\b|\bstrike\b")
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
# What is shown for a formula never computed, before its text: a program wrote it, and no spreadsheet saved it since.
NOT_COMPUTED = "#CALC! ="
TRUE = ("1", "true", "on")
LAST_COLUMN = 16_384
# The formats that a workbook names without writing them: percents, and currencies that depend on who opens the file.
_BUILT_IN = {9: "0%", 10: "0.00%"} | dict.fromkeys((5, 6, 7, 8, 37, 38, 39, 40, 41, 42, 43, 44), "")
_CURRENCY = '0.00 "(monnaie)"'
_BUILT_IN |= dict.fromkeys((5, 6, 7, 8, 42, 44), _CURRENCY)


@dataclass(frozen=True)
class WorkbookMarks:
    """Whether days count from 1904, and the marks of each sheet, by name."""

    counts_from_1904: bool = False
    sheets: Mapping[str, SheetMarks] = field(default_factory=dict)


def workbook_marks(workbook: bytes) -> WorkbookMarks:
    """Look for them in the bytes of an .xlsx or .xlsm.

    Raises:
        zipfile.BadZipFile, KeyError, OSError, expat.ExpatError: no workbook that could be read.
    """
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        members = {name.replace("\\", "/").casefold(): name for name in archive.namelist()}

        def content(member: str) -> bytes:
            return archive.read(members[member]) if member in members else b""

        book, styles, shared = _Book(), _Styles(), _SharedTexts()
        _parse(archive.read(members[WORKBOOK]), book)
        _parse(content(RELATIONSHIPS), book)
        _parse(content(STYLES), styles)
        texts = content(SHARED_TEXTS)
        if _RAISED_OR_STRUCK.search(texts):
            _parse(texts, shared)
        is_marked = styles.is_marked() or bool(shared.texts or shared.struck)
        sheets = {}
        for name, relation in book.sheets.items():
            cells = content(book.targets.get(relation, "").casefold())
            if is_marked or _WORTH_A_LOOK.search(cells):
                sheet = _Cells(styles, shared)
                _parse(cells, sheet)
                sheets[name] = sheet.marks()
    return WorkbookMarks(book.counts_from_1904, sheets)


class _Handler(Protocol):
    def start(self, name: str, attributes: dict[str, str]) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, data: str) -> None: ...


@dataclass
class _Book:
    counts_from_1904: bool = False
    sheets: dict[str, str] = field(default_factory=dict)
    targets: dict[str, str] = field(default_factory=dict)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "workbookPr":
                self.counts_from_1904 = attributes.get("date1904", "").casefold() in TRUE
            case "sheet":
                relation = next((value for key, value in attributes.items() if key.endswith(":id")), "")
                self.sheets[attributes.get("name", "")] = relation
            case "Relationship":
                target = posixpath.join("/xl", attributes.get("Target", "").replace("\\", "/"))
                self.targets[attributes.get("Id", "")] = posixpath.normpath(target).lstrip("/")

    def end(self, name: str) -> None:
        pass

    def text(self, data: str) -> None:
        pass


@dataclass
class _Styles:
    """The formats and the fonts of the cells, by the rank that cells give."""

    codes: dict[str, str] = field(default_factory=dict)
    struck_fonts: list[bool] = field(default_factory=list)
    # Of each style: the code of a format that shows more than a number, and whether its font is struck out.
    cells: list[tuple[str, bool]] = field(default_factory=list)
    within: str = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "numFmt":
                self.codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
            case "fonts" | "cellXfs" | "cellStyleXfs" | "dxfs" as local:
                self.within = local
            case "font" if self.within == "fonts":
                self.struck_fonts.append(False)
            case "strike" if self.within == "fonts" and self.struck_fonts:
                self.struck_fonts[-1] = _is_on(attributes)
            case "xf" if self.within == "cellXfs":
                self.cells.append(self._style(attributes))

    def _style(self, attributes: dict[str, str]) -> tuple[str, bool]:
        number, font = attributes.get("numFmtId", "0"), attributes.get("fontId", "0")
        code = self.codes.get(number) or _BUILT_IN.get(int(number) if number.isdigit() else 0, "")
        is_struck = font.isdigit() and int(font) < len(self.struck_fonts) and self.struck_fonts[int(font)]
        return (code if code and number_format(code) else "", is_struck)

    def end(self, name: str) -> None:
        if name.rpartition(":")[2] == self.within:
            self.within = ""

    def text(self, data: str) -> None:
        pass

    def is_marked(self) -> bool:
        return any(code or is_struck for code, is_struck in self.cells)

    def of(self, rank: str) -> tuple[str, bool]:
        return self.cells[int(rank)] if rank.isdigit() and int(rank) < len(self.cells) else ("", False)


@dataclass
class _Runs:
    """The parts of a rich text as they go by: what each says, and whether it is raised or struck out."""

    parts: list[tuple[str, bool, bool]] = field(default_factory=list)
    is_raised: bool = False
    is_struck: bool = False

    def start(self, local: str, attributes: dict[str, str]) -> None:
        match local:
            case "r":
                self.is_raised = self.is_struck = False
            case "vertAlign":
                self.is_raised = attributes.get("val") == "superscript"
            case "strike":
                self.is_struck = _is_on(attributes)

    def add(self, text: str) -> None:
        self.parts.append((text, self.is_raised, self.is_struck))

    def noted(self) -> str | None:
        """The text, its call to a note apart; None without one, or where all of it is raised."""
        return noted([(text, is_raised) for text, is_raised, _ in self.parts])

    def are_struck(self) -> bool:
        said = [is_struck for text, _, is_struck in self.parts if text.strip()]
        return bool(said) and all(said)


def noted(parts: Sequence[tuple[str, bool]]) -> str | None:
    """A text whose raised figures are a call to a note: `24²`; None without one, or where all of it is raised."""
    if not any(is_raised and any(map(str.isdigit, text)) for text, is_raised in parts):
        return None
    if all(is_raised for text, is_raised in parts if text.strip()):
        return None
    return "".join(raised(text) if is_raised else text for text, is_raised in parts)


@dataclass
class _SharedTexts:
    """The shared texts that have a call to a note, and those that are struck out, by rank."""

    texts: dict[int, str] = field(default_factory=dict)
    struck: set[int] = field(default_factory=set)
    rank: int = -1
    runs: _Runs = field(default_factory=_Runs)
    is_text: bool = False
    is_reading_aid: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "si":
                self.rank, self.runs = self.rank + 1, _Runs()
            case "rPh":
                self.is_reading_aid = True
            case "t":
                self.is_text = not self.is_reading_aid
            case local:
                self.runs.start(local, attributes)

    def end(self, name: str) -> None:
        match name.rpartition(":")[2]:
            case "t":
                self.is_text = False
            case "rPh":
                self.is_reading_aid = False
            case "si":
                if (text := self.runs.noted()) is not None:
                    self.texts[self.rank] = text
                if self.runs.are_struck():
                    self.struck.add(self.rank)

    def text(self, data: str) -> None:
        if self.is_text:
            self.runs.add(data)


@dataclass
class _Cells:
    """The marks of a sheet as its cells go by."""

    styles: _Styles
    shared: _SharedTexts
    texts: dict[Position, str] = field(default_factory=dict)
    formats: dict[Position, str] = field(default_factory=dict)
    struck: set[Position] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    row: int = 0
    column: int = 0
    last_column: int = 0
    kind: str = ""
    style: str = ""
    # The element whose text is being read, and the texts of the cell.
    taken: str = ""
    value: str = ""
    formula: str | None = None
    runs: _Runs = field(default_factory=_Runs)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "col" if _is_hidden(attributes, "width"):
                first, last = (int(attributes.get(end, "1")) for end in ("min", "max"))
                # Columns follow each other: however many are declared, none is looked at twice.
                self.hidden_columns |= set(range(max(first - 1, self.last_column), min(last, LAST_COLUMN)))
                self.last_column = max(self.last_column, min(last, LAST_COLUMN))
            case "row":
                self.row = int(attributes["r"]) if attributes.get("r", "").isdigit() else self.row + 1
                self.column = 0
                if _is_hidden(attributes, "ht"):
                    self.hidden_rows.add(self.row - 1)
            case "c":
                # A cell without a reference stands after the one before it.
                self.column = _column(attributes.get("r", "")) or self.column + 1
                self.kind = attributes.get("t", "n")
                self.style, self.value, self.formula, self.runs = attributes.get("s", "0"), "", None, _Runs()
            case "v" | "t" as local:
                self.taken = local
            case "f":
                self.taken, self.formula = "f", ""
            case local:
                self.runs.start(local, attributes)

    def end(self, name: str) -> None:
        match name.rpartition(":")[2]:
            case "v" | "f" | "t":
                self.taken = ""
            case "c":
                self._end_cell((self.row - 1, self.column - 1))

    def _end_cell(self, place: Position) -> None:
        code, is_struck = self.styles.of(self.style)
        # The empty text is what a formula may well give.
        if self.kind == "e":
            self.texts[place] = self.value
        elif self.formula is not None and self.kind != "str" and not self.value.strip():
            self.texts[place] = NOT_COMPUTED + self.formula
        elif self.kind == "s" and self.value.strip().isdigit():
            rank = int(self.value)
            is_struck = is_struck or rank in self.shared.struck
            if rank in self.shared.texts:
                self.texts[place] = self.shared.texts[rank]
        elif self.kind == "inlineStr":
            is_struck = is_struck or self.runs.are_struck()
            if (text := self.runs.noted()) is not None:
                self.texts[place] = text
        elif self.kind == "n" and code and self.value.strip():
            self.formats[place] = code
        if is_struck and (self.value.strip() or self.runs.parts):
            self.struck.add(place)

    def text(self, data: str) -> None:
        if self.taken == "v":
            self.value += data
        elif self.taken == "f":
            self.formula = (self.formula or "") + data
        elif self.taken == "t":
            self.runs.add(data)

    def marks(self) -> SheetMarks:
        return SheetMarks(
            self.texts,
            self.formats,
            frozenset(self.struck),
            frozenset(self.hidden_rows),
            frozenset(self.hidden_columns),
        )


def _is_on(attributes: Mapping[str, str]) -> bool:
    return attributes.get("val", "1").casefold() in TRUE


def _is_hidden(attributes: Mapping[str, str], size: str) -> bool:
    """Whether a row or a column is hidden, or has no height or width left."""
    return (
        attributes.get("hidden", "").casefold() in TRUE
        or re.fullmatch(r"0(\.0*)?", attributes.get(size, "")) is not None
    )


def _column(reference: str) -> int:
    """The column of an A1 reference, counted from 1; 0 without one."""
    found = _REFERENCE.fullmatch(reference)
    return column_number(found[1]) if found else 0


def _parse(content: bytes, handler: _Handler) -> None:
    if not content:
        return
    parser = expat.ParserCreate()
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.text
    parser.buffer_text = True
    parser.Parse(content, True)  # noqa: FBT003  # the parser takes it so


def marks_of(marks: WorkbookMarks, sheet: str) -> SheetMarks:
    """The marks of a sheet, by its name; none for a sheet that was not worth a look."""
    return marks.sheets.get(sheet, NO_MARKS)
