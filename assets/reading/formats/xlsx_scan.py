"""What the XML of an .xlsx or .xlsm unfolds into, and whether its cells can be what they say."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from assets.reading.formats.content_scan import (
    DECIMAL,
    LONGEST_NUMBER,
    ContentScan,
    UnreadableFileError,
    beyond,
    damaged,
    is_infinite,
)
from warehouse.model.cells import column_number

# What the value of a cell may be, by its type; a cell without a value, as of a formula never computed, has none.
_VALUES: Mapping[str, re.Pattern[str]] = {
    "n": DECIMAL,
    "s": re.compile(r"\d{1,9}"),
    "b": re.compile(r"[01]|true|false"),
    "d": re.compile(r"\d{4}-\d{2}-\d{2}(T[\d:.]+Z?)?"),
    "e": re.compile(r"#.*", re.DOTALL),
    "str": re.compile(r".*", re.DOTALL),
    "inlineStr": re.compile(r""),
}
_REFERENCE = re.compile(r"([A-Za-z]{1,3})(\d{1,7})")

_CORNER = re.compile(r"\$?([A-Za-z]{0,3})\$?(\d{0,7})")
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
# What a library makes an object of, by its element, and its French name.
_COUNTED: Mapping[str, str] = {
    "mergeCell": "cellules fusionnées",
    "hyperlink": "liens",
    "dataValidation": "contrôles de saisie",
    "conditionalFormatting": "mises en forme conditionnelles",
    "cfRule": "mises en forme conditionnelles",
    "definedName": "noms définis",
    "comment": "commentaires",
    "col": "colonnes déclarées",
    **dict.fromkeys(("xf", "font", "fill", "border", "dxf", "cellStyle", "numFmt"), "styles"),
}
_COVERING = {"mergeCell": "une fusion", "hyperlink": "un lien"}


def _cells_of(area: str) -> int:
    """How many cells an area has; one that has no rows or no columns has all of them."""
    first, last = (_CORNER.fullmatch(corner) for corner in (area.partition(":")[0], area.partition(":")[2]))
    if first is None or last is None or ":" not in area:
        return 1
    rows = abs(int(last[2] or _LAST_ROW) - int(first[2] or 1)) + 1
    columns = abs((column_number(last[1]) or _LAST_COLUMN) - (column_number(first[1]) or 1)) + 1
    return rows * columns


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
            case "mergeCell" | "hyperlink" as local:
                self.count(_COUNTED[local])
                area = attributes.get("ref", "")
                self.cover(_COVERING[local], area, _cells_of(area))
            case local if local in _COUNTED:
                # An area of several parts is as many areas.
                self.count(_COUNTED[local], 1 + attributes.get("sqref", "").count(" "))
            case "sheet":
                self._once(next((value for key, value in attributes.items() if key.endswith(":id")), ""))
            case "Relationship" if self.member.casefold().endswith("workbook.xml.rels"):
                self._once(re.sub(r"^/?(xl/)?", "", attributes.get("Target", "").casefold()))
            case "v" | "t" | "f" as local if self.within:
                self.is_filled, self.taken = True, local

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
        if known is None or (value and not known.fullmatch(value)) or (known is DECIMAL and is_infinite(value)):
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
