"""What the reader of workbooks leaves out of an .xlsx: the system of its dates, and the cells in error.

A formula that failed, or that no spreadsheet computed, comes from the reader as an empty cell, and a bare day number
without its epoch: both would be lost or false without a word. Only for a workbook that
`assets.reading.formats.file_limits` let pass.
"""

import posixpath
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

WORKBOOK = "xl/workbook.xml"
RELATIONSHIPS = "xl/_rels/workbook.xml.rels"
_ERROR_CELL = re.compile(rb"\bt\s*=\s*[\"']e[\"']")
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
# What is shown for a formula never computed, before its text: a program wrote it, and no spreadsheet saved it since.
NOT_COMPUTED = "#CALC! ="
TRUE = ("1", "true", "on")


@dataclass(frozen=True)
class WorkbookMarks:
    """Whether days count from 1904; by name of sheet, the error shown at each row and column, counted from 0."""

    counts_from_1904: bool = False
    errors: Mapping[str, Mapping[tuple[int, int], str]] = field(default_factory=dict)


def workbook_marks(path: Path) -> WorkbookMarks:
    """Look for them in an .xlsx or .xlsm.

    Raises:
        zipfile.BadZipFile, KeyError, OSError, expat.ExpatError: no workbook that could be read.
    """
    with zipfile.ZipFile(path) as archive:
        members = {name.casefold(): name for name in archive.namelist()}
        book = _Book()
        _parse(archive.read(members[WORKBOOK]), book)
        if RELATIONSHIPS in members:
            _parse(archive.read(members[RELATIONSHIPS]), book)
        errors = {}
        for name, relation in book.sheets.items():
            member = members.get(book.targets.get(relation, "").casefold())
            content = archive.read(member) if member else b""
            if _ERROR_CELL.search(content) or _FORMULA.search(content):
                sheet = _ErrorCells()
                _parse(content, sheet)
                errors[name] = sheet.found
    return WorkbookMarks(book.counts_from_1904, errors)


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
                target = posixpath.join("/xl", attributes.get("Target", ""))
                self.targets[attributes.get("Id", "")] = posixpath.normpath(target).lstrip("/")

    def end(self, name: str) -> None:
        pass

    def text(self, data: str) -> None:
        pass


@dataclass
class _ErrorCells:
    found: dict[tuple[int, int], str] = field(default_factory=dict)
    place: tuple[int, int] | None = None
    kind: str = ""
    # The element whose text is being read, and the texts of the cell.
    taken: str = ""
    value: str = ""
    formula: str | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "c":
                self.place, self.kind = _place(attributes.get("r", "")), attributes.get("t", "n")
                self.value, self.formula = "", None
            case "v":
                self.taken = "v"
            case "f":
                self.taken, self.formula = "f", ""

    def end(self, name: str) -> None:
        match name.rpartition(":")[2]:
            case "v" | "f":
                self.taken = ""
            case "c" if self.place is not None:
                # The empty text is what a formula may well give.
                if self.kind == "e":
                    self.found[self.place] = self.value
                elif self.formula is not None and self.kind != "str" and not self.value.strip():
                    self.found[self.place] = NOT_COMPUTED + self.formula

    def text(self, data: str) -> None:
        if self.taken == "v":
            self.value += data
        elif self.taken == "f":
            self.formula = (self.formula or "") + data


def _place(reference: str) -> tuple[int, int] | None:
    """The row and the column of an A1 reference, counted from 0; None without one."""
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(found[2]) - 1, column - 1


def _parse(content: bytes, handler: _Book | _ErrorCells) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.text
    parser.buffer_text = True
    parser.Parse(content, True)  # noqa: FBT003  # the parser takes it so
