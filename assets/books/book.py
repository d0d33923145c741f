"""What a workbook that we write holds, whatever the format of its file.

Decided once here by whoever makes it, then written by `assets.books.xlsx_writer` or `assets.books.ods_writer`, which
add nothing of their own. Rows and columns are counted from 0; widths are in characters, heights in points.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

# A fixed date, so that the same book gives the same bytes; spreadsheets want one in the properties of a file.
CREATED = dt.datetime(2020, 1, 1)  # noqa: DTZ001  # written as it is, without a zone
# The earliest date an archive can hold.
ARCHIVE_DATE = (1980, 1, 1, 0, 0, 0)

CellValue = str | bool | int | float | dt.date | None
NumberFormat = Literal["general", "date", "decimal", "percent"]


@dataclass(frozen=True)
class CellStyle:
    """How cells look, and whether they can be changed on a protected sheet."""

    number_format: NumberFormat = "general"
    decimals: int = 2
    is_bold: bool = False
    size_pt: int | None = None
    wraps: bool = False
    fill: str | None = None  # « #RRGGBB »
    has_bottom_line: bool = False
    horizontal: Literal["left", "center", "right"] | None = None
    vertical: Literal["top", "middle"] | None = None
    is_locked: bool = True


PLAIN = CellStyle()


@dataclass(frozen=True)
class BookCell:
    """A value, or an empty cell with a style; `span` columns are merged under it."""

    value: CellValue = None
    style: CellStyle = PLAIN
    comment: str | None = None
    span: int = 1


@dataclass(frozen=True)
class BookRow:
    """Cells from the first column on; without a height, the spreadsheet decides."""

    cells: tuple[BookCell, ...] = ()
    height_pt: float | None = None


@dataclass(frozen=True)
class BookColumn:
    """A width, and the style of the cells that no row holds."""

    width: float
    style: CellStyle = PLAIN


@dataclass(frozen=True)
class CellRange:
    """Some rows of one column of a sheet, both ends included."""

    sheet: str
    column: int
    first_row: int
    last_row: int


@dataclass(frozen=True)
class OneOf:
    """A closed list: given here (no quote or comma in it, fewer than 255 characters in all), or standing on a sheet."""

    source: tuple[str, ...] | CellRange


@dataclass(frozen=True)
class AtLeast:
    """A number or a date, not below a minimum."""

    minimum: float | dt.date


@dataclass(frozen=True)
class Validation:
    """What some rows of a column accept, both ends included; `said` explains a refusal, in French."""

    column: int
    first_row: int
    last_row: int
    accepted: OneOf | AtLeast
    said: str
    said_title: str


@dataclass(frozen=True)
class PageSetup:
    """The paper of a sheet, in landscape, over how many pages its width goes, and whether its grid is printed."""

    paper: Literal["A4", "A3"] = "A4"
    pages_wide: int = 1
    has_grid: bool = False


@dataclass(frozen=True)
class BookSheet:
    """One sheet.

    Its first `header_rows` and `header_columns` stay in sight and are repeated on each printed page. A protected
    sheet has no password: whoever must change a locked cell can, and knows that it was locked. A filtered one offers
    a filter on each column, from the last header row to the last row.
    """

    name: str
    columns: tuple[BookColumn, ...]
    rows: tuple[BookRow, ...]
    validations: tuple[Validation, ...] = ()
    header_rows: int = 0
    header_columns: int = 0
    page: PageSetup = PageSetup()
    is_protected: bool = False
    is_filtered: bool = False

    def filtered_rows(self) -> tuple[int, int] | None:
        """The first and the last row under the filters, headers included; None without a filter."""
        if not self.is_filtered:
            return None
        return max(self.header_rows - 1, 0), max(len(self.rows) - 1, 0)


@dataclass(frozen=True)
class Book:
    """A workbook: its title goes in the properties of the file, which say nothing of who or what wrote it."""

    title: str
    sheets: tuple[BookSheet, ...]
