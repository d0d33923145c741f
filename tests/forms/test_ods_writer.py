"""A book written in OpenDocument: what is read back, by other libraries than ours, is what was put in."""

import datetime as dt
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from odf.config import ConfigItem, ConfigItemMapEntry
from odf.opendocument import OpenDocument, load
from odf.table import DatabaseRange, Table, TableColumn, TableHeaderRows
from odf.text import P
from python_calamine import CalamineWorkbook

from assets.books.book import Book, BookCell, BookColumn, BookRow, BookSheet, CellStyle, CellValue
from assets.books.ods_writer import ods_bytes
from assets.books.xlsx_writer import xlsx_bytes
from assets.forms.submission_workbook import write_book
from assets.reading.workbooks import open_sheets

COST = CellStyle(number_format="decimal")
DATE = CellStyle(number_format="date")
MORNING = dt.datetime(2021, 11, 30, 8, 15)  # noqa: DTZ001  # a cell has no zone
RATE = CellStyle(number_format="percent", decimals=1)


def book_of(*rows: list[BookCell], **options: object) -> Book:
    columns = tuple(BookColumn(20) for _ in range(max(map(len, rows), default=1)))
    sheet = BookSheet("Données", columns, tuple(BookRow(tuple(row)) for row in rows), **options)  # type: ignore[arg-type]
    return Book("Essai", (sheet,))


def opened(book: Book) -> OpenDocument:
    return load(io.BytesIO(ods_bytes(book)))


def read(content: bytes) -> list[list[object]]:
    (sheet,) = CalamineWorkbook.from_filelike(io.BytesIO(content)).sheet_names
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(sheet)
    return [list(row) for row in rows.to_python(skip_empty_area=False)]


@pytest.mark.parametrize(
    ("value", "style"),
    [
        ("Métier", CellStyle()),
        ("  deux  espaces\tet une tabulation ", CellStyle()),
        ("deux\nlignes\n\net une vide", CellStyle()),
        ("<a href='x'>&amp;</a>", CellStyle()),
        ("=1+1", CellStyle()),
        ("01", CellStyle()),
        (12, CellStyle()),
        (0.1 + 0.2, COST),
        (np.float64(1234567.891), COST),
        (-1e-9, CellStyle()),
        (0.135, RATE),
        (dt.date(1989, 12, 31), DATE),
        (MORNING, DATE),
        (True, CellStyle()),
    ],
)
def test_a_value_comes_back_as_it_was(value: CellValue, style: CellStyle) -> None:
    (row,) = read(ods_bytes(book_of([BookCell(value, style)])))
    assert row == [value]


def test_a_day_is_a_day_without_a_time() -> None:
    (row,) = read(ods_bytes(book_of([BookCell(dt.datetime.combine(MORNING, dt.time()), DATE)])))
    assert row == [MORNING.date()]


def test_cells_stay_in_their_columns() -> None:
    rows = [[BookCell(), BookCell("b"), BookCell(), BookCell("d")], [], [BookCell("large", span=3), BookCell("d")]]
    assert read(ods_bytes(book_of(*rows))) == [["", "b", "", "d"], [""] * 4, ["large", "", "", "d"]]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="no number"):
        ods_bytes(book_of([BookCell(value)]))


def test_characters_that_xml_forbids_are_replaced_and_seen() -> None:
    assert read(ods_bytes(book_of([BookCell("a\x00b\x1fc\ud800")]))) == [["a�b�c�"]]


def test_a_figure_is_shown_as_in_france_by_who_knows_no_styles() -> None:
    document = opened(book_of([BookCell(1234.5, COST), BookCell(0.135, RATE), BookCell(dt.date(2022, 1, 2), DATE)]))
    assert [str(text) for text in document.getElementsByType(P)] == ["1234,50", "13,5%", "02/01/2022"]


def test_filters_go_from_the_headers_to_the_last_row() -> None:
    rows = [[BookCell("Essai"), BookCell()], [BookCell("A"), BookCell("B")], [BookCell(1), BookCell(2)]]
    (filters,) = opened(book_of(*rows, header_rows=2, is_filtered=True)).getElementsByType(DatabaseRange)
    assert filters.getAttribute("targetrangeaddress") == "Données.A2:Données.B3"
    assert filters.getAttribute("displayfilterbuttons") == "true"
    assert not opened(book_of(*rows)).getElementsByType(DatabaseRange)


def test_headers_stay_in_sight_and_are_printed_on_each_page() -> None:
    document = opened(
        book_of([BookCell("A"), BookCell("B")], [BookCell(1), BookCell(2)], header_rows=1, header_columns=1)
    )
    (headers,) = document.getElementsByType(TableHeaderRows)
    assert [str(text) for text in headers.getElementsByType(P)] == ["A", "B"]
    with zipfile.ZipFile(io.BytesIO(ods_bytes(book_of([BookCell("A")], header_rows=1)))) as archive:
        settings = archive.read("settings.xml").decode()
    assert 'xmlns:ooo="http://openoffice.org/2004/office"' in settings
    (sheet,) = [
        entry for entry in document.settings.getElementsByType(ConfigItemMapEntry) if entry.getAttribute("name")
    ]
    items = {item.getAttribute("name"): str(item) for item in sheet.getElementsByType(ConfigItem)}
    assert (items["VerticalSplitMode"], items["VerticalSplitPosition"]) == ("2", "1")
    assert (items["HorizontalSplitMode"], items["HorizontalSplitPosition"]) == ("2", "1")


def test_columns_have_the_widths_of_the_xlsx_ones() -> None:
    document = opened(book_of([BookCell("A")]))
    (column,) = document.getElementsByType(TableColumn)
    properties = document.getStyleByName(column.getAttribute("stylename")).childNodes[0]
    # 20 digits of 7 pixels and 5 pixels of margins, at 96 pixels an inch.
    assert properties.getAttribute("columnwidth") == "3.836cm"


def test_only_a_protected_sheet_is_protected() -> None:
    for is_protected in (True, False):
        (table,) = opened(book_of([BookCell("A")], is_protected=is_protected)).getElementsByType(Table)
        assert (table.getAttribute("protected") == "true") is is_protected


def test_the_kind_of_the_file_is_told_before_anything_else() -> None:
    content = ods_bytes(book_of([BookCell("A")]))
    assert content[30:].startswith(b"mimetypeapplication/vnd.oasis.opendocument.spreadsheetPK")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.namelist()
        manifest = archive.read("META-INF/manifest.xml").decode()
    assert all(
        f'full-path="{name}"' in manifest for name in members if name not in ("mimetype", "META-INF/manifest.xml")
    )


def test_the_same_book_gives_the_same_bytes() -> None:
    rows = [[BookCell("A", comment="Une note"), BookCell(1.5, COST)]]
    assert ods_bytes(book_of(*rows)) == ods_bytes(book_of(*rows))
    assert xlsx_bytes(book_of(*rows)) == xlsx_bytes(book_of(*rows))


def test_both_formats_hold_the_same_cells() -> None:
    rows = [
        [BookCell("Nom", comment="Une note"), BookCell("Coût"), BookCell("Publié")],
        [BookCell("Un projet"), BookCell(12.5, COST), BookCell(True)],
        [BookCell("fin", span=2), BookCell(0.5, RATE)],
    ]
    assert read(ods_bytes(book_of(*rows))) == read(xlsx_bytes(book_of(*rows)))


def test_the_extension_names_the_format(tmp_path: Path) -> None:
    book = book_of([BookCell("A")])
    for suffix in (".xlsx", ".ods"):
        write_book(book, tmp_path / f"essai{suffix}")
        (sheet,) = open_sheets(tmp_path / f"essai{suffix}")
        assert (sheet.name, [list(row) for row in sheet.rows]) == ("Données", [["A"]])
    with pytest.raises(ValueError, match=r"\.xlsx or \.ods"):
        write_book(book, tmp_path / "essai.csv")
