"""What the XML of a workbook unfolds into, counted as it goes by, and whether its cells can be what they say.

A reader that finds a false cell, an index without a text or a number that is none, takes another value without a word:
such a workbook is refused here, as spreadsheets do. What the cells mean is for `assets.reading.workbooks`.
"""

import math
import re
from collections import Counter
from dataclasses import dataclass, field

from warehouse.home.settings import FileLimits
from warehouse.model.cells import column_letter

ODS_MANIFEST = "META-INF/manifest.xml"
ENCODINGS = ("utf-8", "us-ascii")
# Far beyond any workbook, and what keeps the memory of the XML parser itself within bounds.
DEEPEST_XML = 1000
# Longer than any number a workbook writes.
LONGEST_NUMBER = 400
DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
# What to do about a file that is refused: the end of the sentence that says why.
SAVE_AGAIN = "Le demander de nouveau au ministère, enregistré depuis un tableur en .xlsx."
REMAKE = "Copier les seules cellules du tableau dans un classeur neuf, ou dans le formulaire."
PASSWORD = "Le classeur est protégé par un mot de passe. Le demander au ministère sans mot de passe."  # noqa: S105  # a sentence


class UnreadableFileError(Exception):
    """A file that is not what its extension says, or that is beyond a limit; the text is a French sentence."""


def damaged(detail: object) -> UnreadableFileError:
    """The refusal of a workbook that is not whole: what is wrong with it."""
    return UnreadableFileError(f"Le classeur est illisible : tronqué ou endommagé ({detail}). {SAVE_AGAIN}")


def hostile(what: str) -> UnreadableFileError:
    """The refusal of a workbook that no spreadsheet wrote so: what it contains."""
    return UnreadableFileError(f"Le classeur contient {what}. Ne pas l'ouvrir, et le demander de nouveau au ministère.")


def beyond(what: str, found: object, limit: object, remedy: str = "") -> UnreadableFileError:
    """The refusal of a workbook for what it has too much of: what was found, the limit, and what to do about it."""
    said = f"Le classeur a {what} : {found}, plus que la limite de {limit}."
    return UnreadableFileError(f"{said} {remedy or REMAKE}")


def _far_cell(row: int, column: int) -> str:
    """What to do about a cell far from the others: a space forgotten below a table is nothing to see."""
    if not column:
        return ""
    return (
        f"La cellule {column_letter(column - 1)}{row} n'est pas vide, ne serait-ce que d'une espace : supprimer les "
        "lignes et les colonnes qui suivent le tableau."
    )


def is_infinite(decimal: str) -> bool:
    """Whether a number that is well written is beyond what a float holds."""
    return decimal != "" and math.isinf(float(decimal))


@dataclass
class ContentScan:
    """What a workbook unfolds into, counted as its XML goes by; a subclass knows one format."""

    limits: FileLimits
    member: str = ""
    depth: int = 0
    # Cells of the sheets already read, then the extent of the current one: readers fill the whole rectangle.
    cells: int = 0
    last_row: int = 0
    last_column: int = 0
    characters: int = 0
    marks: tuple[bytes, ...] = ()
    elements: int = 0
    # How many of each thing that goes with cells, by its French name, and the cells that areas cover in all.
    counts: Counter[str] = field(default_factory=Counter)
    covered: int = 0

    def begin(self, member: str) -> None:
        """Start a member of the archive."""
        self.member, self.depth = member, 0

    def open_element(self, name: str, attributes: dict[str, str]) -> None:
        """Go down one element, refusing one that is too deep."""
        self.depth += 1
        if self.depth > DEEPEST_XML:
            raise beyond("trop de balises XML emboîtées", self.depth, DEEPEST_XML)
        self.elements += 1
        if self.elements > self.limits.elements:
            raise beyond("trop de balises XML", f"au moins {self.elements}", self.limits.elements)
        self.start(name, attributes)

    def close_element(self, name: str) -> None:
        """Come back up one element."""
        self.depth -= 1
        self.end(name)

    def finish(self) -> None:
        """End a member: its last sheet is counted."""
        self.close_sheet()

    def conclude(self) -> None:
        """Look back once every member is read."""

    def declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        """Refuse an encoding that readers pass over: they would take each accent for two other letters."""
        if encoding and encoding.casefold() not in ENCODINGS:
            raise damaged(f"« {self.member} » : codage « {encoding[:20]} »")

    def doctype(self, _name: str, _system: str | None, _public: str | None, has_subset: int) -> None:
        """Refuse a document type: none of ours has one, and entities come with it."""
        # Old OpenOffice manifests name a DTD, which nobody fetches; no other member of a workbook has one.
        if has_subset or self.member != ODS_MANIFEST:
            raise hostile(f"une déclaration DTD ou d'entités dans « {self.member} », ce qu'aucun tableur n'écrit")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Look at an element that begins; a format says what it counts."""

    def end(self, name: str) -> None:
        """Look at an element that ends."""

    def text(self, data: str) -> None:
        """Look at a text."""

    def close_sheet(self) -> None:
        """Count the rectangle of the sheet that ends."""
        self.cells += self.last_row * self.last_column
        self.last_row = self.last_column = 0

    def reach(self, row: int, column: int, length: int, times: int = 1) -> None:
        """Count a filled cell that ends at a row and a column (from 1), holds a text, and is repeated."""
        self.last_row, self.last_column = max(self.last_row, row), max(self.last_column, column)
        if self.last_row > self.limits.rows:
            raise beyond("une feuille de trop de lignes", self.last_row, self.limits.rows, _far_cell(row, column))
        cells = self.cells + self.last_row * self.last_column
        if cells > self.limits.cells:
            raise beyond("trop de cellules", cells, self.limits.cells, _far_cell(row, column))
        if length > self.limits.cell_characters:
            raise beyond("une cellule de trop de caractères", length, self.limits.cell_characters)
        self.characters += length * times
        if self.characters > self.limits.characters:
            raise beyond("trop de caractères en tout", self.characters, self.limits.characters)

    def count(self, what: str, number: int = 1) -> None:
        """Count things that go with cells, named in the plural."""
        self.counts[what] += number
        if self.counts[what] > self.limits.marks:
            raise beyond(f"trop de {what}", f"au moins {self.counts[what]}", self.limits.marks)

    def cover(self, what: str, area: str, cells: int) -> None:
        """Count the cells of an area: whoever writes the workbook again makes one of each."""
        self.covered += cells
        if self.covered > self.limits.cells:
            found = area if cells == self.covered else f"{area}, {self.covered} avec les autres"
            raise beyond(f"{what} sur trop de cellules", f"{found} ({cells})", self.limits.cells)

    def whole(self, text: str) -> int:
        """A count written in the XML."""
        if not re.fullmatch(r"\d{1,10}", text):
            raise damaged(f"« {self.member} » : « {text[:20]} » n'est pas un nombre")
        return int(text)
