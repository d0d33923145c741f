"""What the XML of an .ods unfolds into, and whether its cells can be what they say."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from assets.reading.formats.content_scan import (
    DECIMAL,
    PASSWORD,
    ContentScan,
    UnreadableFileError,
    damaged,
    is_infinite,
)

_COUNTED = {
    "table:table-column": "colonnes déclarées",
    "style:style": "styles",
    "table:named-range": "noms définis",
    "table:content-validation": "contrôles de saisie",
}
# The attribute that holds the value of an OpenDocument cell, by its type, and what it may be.
_ODS_VALUES: Mapping[str, tuple[str, re.Pattern[str]]] = {
    "": ("", re.compile(r"")),
    "string": ("", re.compile(r"")),
    "float": ("office:value", DECIMAL),
    "percentage": ("office:value", DECIMAL),
    "currency": ("office:value", DECIMAL),
    "date": ("office:date-value", re.compile(r"-?\d{4,}-\d{2}-\d{2}(T[\d:.,]+Z?)?")),
    "time": ("office:time-value", re.compile(r"-?P[\dTHMS.,D]+")),
    "boolean": ("office:boolean-value", re.compile(r"true|false")),
}
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
NAMESPACES = {name: f"{_OASIS}:{name}:1.0" for name in ("office", "table", "text")}


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
                self._count_merge(attributes)
            case "table:table-column" | "style:style" | "table:named-range" | "table:content-validation" as local:
                self.count(_COUNTED[local])
            case "text:s" if self.is_cell:
                self.length += self.whole(attributes.get("text:c", "1"))
                self.is_filled = True
            case "manifest:encryption-data":
                raise UnreadableFileError(PASSWORD)

    def _count_merge(self, attributes: dict[str, str]) -> None:
        rows, columns = (
            self.whole(attributes.get(f"table:number-{each}-spanned", "1")) for each in ("rows", "columns")
        )
        if rows * columns > 1:
            self.count("cellules fusionnées")
            self.cover("une fusion", f"{rows} lignes sur {columns} colonnes", rows * columns)

    def _refuse_other_names(self, attributes: dict[str, str]) -> None:
        # The reader knows elements by these prefixes, whatever they stand for.
        for prefix, namespace in NAMESPACES.items():
            if attributes.get(f"xmlns:{prefix}") != namespace:
                raise damaged(f"« {self.member} » n'est pas au format OpenDocument")

    def _refuse_false_value(self, attributes: dict[str, str]) -> None:
        kind = attributes.get("office:value-type", "formula" if "table:formula" in attributes else "")
        value_name, known = _ODS_VALUES.get(kind, ("", None))
        value = attributes.get(value_name, "")
        if known is None or not known.fullmatch(value) or (known is DECIMAL and is_infinite(value)):
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
