"""What the XML of a workbook unfolds into, counted as it goes by, and whether its cells can be what they say.

A reader that finds a false cell, an index without a text or a number that is none, takes another value without a word:
such a workbook is refused here, as spreadsheets do. What the cells mean is for `assets.reading.workbooks`.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from warehouse.home.settings import FileLimits
from warehouse.model.cells import column_letter, column_number

ODS_MANIFEST = "META-INF/manifest.xml"
ENCODINGS = ("utf-8", "us-ascii")
# Far beyond any workbook, and what keeps the memory of the XML parser itself within bounds.
DEEPEST_XML = 1000
# Longer than any number a workbook writes.
LONGEST_NUMBER = 400
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
# What the value of a cell may be, by its type; a cell without a value, as of a formula never computed, has none.
_VALUES: Mapping[str, re.Pattern[str]] = {
    "n": _DECIMAL,
    "s": re.compile(r"\d{1,9}"),
    "b": re.compile(r"[01]|true|false"),
    "d": re.compile(r"\d{4}-\d{2}-\d{2}(T[\d:.]+Z?)?"),
    "e": re.compile(r"#.*", re.DOTALL),
    "str": re.compile(r".*", re.DOTALL),
    "inlineStr": re.compile(r""),
}
# The attribute that holds the value of an OpenDocument cell, by its type, and what it may be.
_ODS_VALUES: Mapping[str, tuple[str, re.Pattern[str]]] = {
    "": ("", re.compile(r"")),
    "string": ("", re.compile(r"")),
    "float": ("office:value", _DECIMAL),
    "percentage": ("office:value", _DECIMAL),
    "currency": ("office:value", _DECIMAL),
    "date": ("office:date-value", re.compile(r"-?\d{4,}-\d{2}-\d{2}(T[\d:.,]+Z?)?")),
    "time": ("office:time-value", re.compile(r"-?P[\dTHMS.,D]+")),
    "boolean": ("office:boolean-value", re.compile(r"true|false")),
}
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
NAMESPACES = {name: f"{_OASIS}:{name}:1.0" for name in ("office", "table", "text")}
_REFERENCE = re.compile(r"([A-Za-z]{1,3})(\d{1,7})")


class UnreadableFileError(Exception):
    """A file that is not what its extension says, or that is beyond a limit; the text is a French sentence."""


def damaged(detail: object) -> UnreadableFileError:
    """The refusal of a workbook that is not whole: what is wrong with it."""
    return UnreadableFileError(f"Le classeur est illisible : tronqué ou endommagé ({detail}).")


def beyond(what: str, found: object, limit: object, remedy: str = "") -> UnreadableFileError:
    """The refusal of a workbook for what it has too much of: what was found, the limit, and what to do about it."""
    said = f"Le classeur a {what} : {found}, plus que la limite de {limit}."
    return UnreadableFileError(f"{said} {remedy}".rstrip())


def _far_cell(row: int, column: int) -> str:
    """What to do about a cell far from the others: a space forgotten below a table is nothing to see."""
    if not column:
        return ""
    return (
        f"La cellule {column_letter(column - 1)}{row} n'est pas vide, ne serait-ce que d'une espace : supprimer les "
        "lignes et les colonnes qui suivent le tableau."
    )


def _is_infinite(decimal: str) -> bool:
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

    def begin(self, member: str) -> None:
        """Start a member of the archive."""
        self.member, self.depth = member, 0

    def open_element(self, name: str, attributes: dict[str, str]) -> None:
        """Go down one element, refusing one that is too deep."""
        self.depth += 1
        if self.depth > DEEPEST_XML:
            raise beyond("trop de balises XML emboîtées", self.depth, DEEPEST_XML)
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
            raise UnreadableFileError(
                f"Le classeur contient une déclaration DTD ou d'entités dans « {self.member} », ce qu'aucun tableur "
                "n'écrit."
            )

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

    def whole(self, text: str) -> int:
        """A count written in the XML."""
        if not re.fullmatch(r"\d{1,10}", text):
            raise damaged(f"« {self.member} » : « {text[:20]} » n'est pas un nombre")
        return int(text)


@dataclass
class XlsxScan(ContentScan):
    """A workbook of the Office Open XML family."""

    # The length of each shared text, and the highest index that a cell gives.
    shared: list[int] = field(default_factory=list)
    highest_index: int = -1
    sheets: set[str] = field(default_factory=set)
    marks: tuple[bytes, ...] = (b"sheetData", b"<sst", b":sst")
    row: int = 0
    column: int = 0
    kind: str = ""
    within: str = ""
    is_filled: bool = False
    # The element whose text is being read: a value, a text or a formula.
    taken: str = ""
    length: int = 0
    value: str = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Place a row or a cell, or begin a text."""
        match name.rpartition(":")[2]:
            case "row":
                self._start_row(attributes)
            case "c":
                self._start_cell(attributes)
            case "si":
                self.within, self.length = "si", 0
            case "mergeCell":
                self._refuse_vast_merge(attributes.get("ref", ""))
            case "sheet":
                self._once(next((value for key, value in attributes.items() if key.endswith(":id")), ""))
            case "Relationship" if self.member.casefold().endswith("workbook.xml.rels"):
                self._once(re.sub(r"^/?(xl/)?", "", attributes.get("Target", "").casefold()))
            case "v" | "t" | "f" as local if self.within:
                self.is_filled, self.taken = True, local

    def _refuse_vast_merge(self, area: str) -> None:
        # Whoever writes the workbook again makes a cell of each.
        corners = [_REFERENCE.fullmatch(corner) for corner in area.split(":")]
        if len(corners) == 2 and corners[0] and corners[1]:
            rows = int(corners[1][2]) - int(corners[0][2]) + 1
            columns = column_number(corners[1][1]) - column_number(corners[0][1]) + 1
            if rows * columns > self.limits.cells:
                raise beyond("une fusion de trop de cellules", f"{area} ({rows * columns})", self.limits.cells)

    def _once(self, sheet: str) -> None:
        # Each would be read and filled again, while its cells are counted once.
        if sheet and sheet in self.sheets:
            raise UnreadableFileError(f"Le classeur fait lire deux fois la même feuille (« {sheet[:60]} »).")
        self.sheets.add(sheet)

    def _start_row(self, attributes: dict[str, str]) -> None:
        row = self.whole(attributes["r"]) if "r" in attributes else self.row + 1
        if row <= self.row:
            raise damaged(f"« {self.member} » : ligne {row} après la ligne {self.row}")
        self.row, self.column = row, 0

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self.within, self.kind, self.is_filled, self.length, self.value = "c", attributes.get("t", "n"), False, 0, ""
        column = self.column + 1
        if reference := attributes.get("r"):
            found = _REFERENCE.fullmatch(reference)
            if found is None:
                raise damaged(f"« {self.member} » : cellule « {reference[:20]} »")
            column = column_number(found[1])
            # Of two cells at one place, or of two places of one cell, each reader takes the one it likes.
            if column <= self.column or int(found[2]) != self.row:
                raise damaged(f"« {self.member} » : cellule « {reference} » à la place d'une autre")
        self.column = column

    def end(self, name: str) -> None:
        """Count a cell or a shared text that ends."""
        match name.rpartition(":")[2]:
            case "v" | "t" | "f":
                self.taken = ""
            case "si":
                self.within = ""
                self.shared.append(self.length)
                if len(self.shared) > self.limits.cells:
                    raise beyond("trop de textes partagés", f"au moins {len(self.shared)}", self.limits.cells)
            case "c" if self.within == "c":
                self.within = ""
                if self.is_filled:
                    self._refuse_false_value()
                    self.reach(self.row, self.column, self._length())
            case "worksheet":
                self.close_sheet()
                self.row = self.column = 0

    def _refuse_false_value(self) -> None:
        value = self.value.strip()
        known = _VALUES.get(self.kind)
        if known is None or (value and not known.fullmatch(value)) or (known is _DECIMAL and _is_infinite(value)):
            raise damaged(f"« {self.member} », ligne {self.row} : valeur « {value[:20]} » de type « {self.kind[:20]} »")
        if self.kind == "s" and value:
            self.highest_index = max(self.highest_index, int(value))

    def _length(self) -> int:
        if self.kind != "s" or not self.value.strip() or int(self.value) >= len(self.shared):
            return self.length
        return self.shared[int(self.value)]

    def text(self, data: str) -> None:
        """Measure a text, and keep what a value needs."""
        if self.taken and self.within:
            self.length += len(data)
            if self.taken == "v" and len(self.value) < LONGEST_NUMBER:
                self.value += data

    def begin(self, member: str) -> None:
        """Start a member of the archive, outside any row."""
        super().begin(member)
        self.row = self.column = 0
        self.within = self.taken = ""

    def conclude(self) -> None:
        """Refuse a cell that refers to a text that there is not: readers would show another one."""
        if self.highest_index >= len(self.shared):
            raise damaged(f"texte partagé n° {self.highest_index} sur {len(self.shared)}")


@dataclass
class OdsScan(ContentScan):
    """An OpenDocument workbook."""

    marks: tuple[bytes, ...] = (b"table:table-row",)
    row: int = 0
    row_repeats: int = 1
    column: int = 0
    repeats: int = 1
    is_cell: bool = False
    is_filled: bool = False
    length: int = 0
    attribute_length: int = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Place a row or a cell."""
        match name:
            case "office:document-content":
                self._refuse_other_names(attributes)
            case "table:table":
                self.close_sheet()
                self.row = 0
            case "table:table-row":
                self.row_repeats = self.whole(attributes.get("table:number-rows-repeated", "1"))
                self.column = 0
            case "table:table-cell" | "table:covered-table-cell":
                self.repeats = self.whole(attributes.get("table:number-columns-repeated", "1"))
                self.is_cell, self.length = True, 0
                self.attribute_length = len(attributes.get("office:string-value", ""))
                self.is_filled = "office:value-type" in attributes or "table:formula" in attributes
                self._refuse_false_value(attributes)
                self._refuse_vast_merge(attributes)
            case "text:s" if self.is_cell:
                self.length += self.whole(attributes.get("text:c", "1"))
                self.is_filled = True
            case "manifest:encryption-data":
                raise UnreadableFileError("Le classeur est protégé par un mot de passe.")

    def _refuse_vast_merge(self, attributes: dict[str, str]) -> None:
        # Whoever writes the workbook again makes a cell of each.
        spans = [self.whole(attributes.get(f"table:number-{each}-spanned", "1")) for each in ("rows", "columns")]
        if spans[0] * spans[1] > self.limits.cells:
            raise beyond("une fusion de trop de cellules", spans[0] * spans[1], self.limits.cells)

    def _refuse_other_names(self, attributes: dict[str, str]) -> None:
        # The reader knows elements by these prefixes, whatever they stand for.
        for prefix, namespace in NAMESPACES.items():
            if attributes.get(f"xmlns:{prefix}") != namespace:
                raise damaged(f"« {self.member} » n'est pas au format OpenDocument")

    def _refuse_false_value(self, attributes: dict[str, str]) -> None:
        kind = attributes.get("office:value-type", "formula" if "table:formula" in attributes else "")
        value_name, known = _ODS_VALUES.get(kind, ("", None))
        value = attributes.get(value_name, "")
        if known is None or not known.fullmatch(value) or (known is _DECIMAL and _is_infinite(value)):
            raise damaged(f"« {self.member} », ligne {self.row + 1} : valeur « {value[:20]} » de type « {kind[:20]} »")

    def end(self, name: str) -> None:
        """Count a cell that ends."""
        match name:
            case "table:table-cell" | "table:covered-table-cell":
                self.is_cell = False
                self.column += self.repeats
                if self.is_filled:
                    length = max(self.length, self.attribute_length)
                    self.reach(self.row + self.row_repeats, self.column, length, self.repeats * self.row_repeats)
            case "table:table-row":
                self.row += self.row_repeats

    def text(self, data: str) -> None:
        """Measure a text."""
        if self.is_cell:
            self.length += len(data)
            self.is_filled = self.is_filled or bool(data.strip())
