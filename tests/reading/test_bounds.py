"""What goes with cells is counted before a library makes objects of it: areas, lists, formats, names, styles."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from submissions import row, rows_of, table_of, write_xlsx
from taking_in import taken_in

from assets.collection.intake import Receipt
from assets.forms.returned_archive import workbook_bytes
from assets.forms.returning import write_returned
from assets.reading.formats.file_limits import FileLimits, UnreadableFileError
from assets.reading.workbooks import open_sheets, received_bytes
from benchmarks.hand_made import SHEET, members_of, ods, ods_row, ods_text, zipped
from warehouse.home.calendar import Edition
from warehouse.home.home import Home

EDITION = Edition("2021-11", 14)
BOOK, STYLES, STRINGS = "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml"
Members = dict[str, bytes]
MANY = 100_001


def after(member: str, tag: bytes, more: bytes) -> Callable[[Members], Members]:
    def changed(members: Members) -> Members:
        before, found, rest = members[member].partition(tag)
        assert found
        return members | {member: before + found + more + rest}

    return changed


def in_sheet(more: bytes) -> Callable[[Members], Members]:
    return after(SHEET, b"</sheetData>", more)


def merged(*areas: bytes) -> Callable[[Members], Members]:
    return in_sheet(b"<mergeCells>" + b"".join(b'<mergeCell ref="%b"/>' % area for area in areas) + b"</mergeCells>")


def linked(*areas: bytes) -> Callable[[Members], Members]:
    links = b"".join(b'<hyperlink ref="%b" location="A1"/>' % area for area in areas)
    return in_sheet(b"<hyperlinks>" + links + b"</hyperlinks>")


VALIDATION = b'<dataValidation type="list" sqref="%b"><formula1>%d</formula1></dataValidation>'
FORMAT = b'<conditionalFormatting sqref="A%d"><cfRule type="expression" priority="1"/></conditionalFormatting>'
# What is too much of a workbook, and what the refusal must say.
BEYOND: dict[str, tuple[Callable[[Members], Members], tuple[str, ...]]] = {
    "a merge over a sheet": (merged(b"A100:XFD1048576"), ("une fusion sur trop de cellules", "A100:XFD1048576")),
    "a merge over all columns": (merged(b"$A:$XFD"), ("une fusion sur trop de cellules", "17179869184")),
    "a merge told backwards": (merged(b"XFD1048576:A1"), ("une fusion sur trop de cellules",)),
    "many large merges": (
        merged(*(b"A%d:XFD%d" % (each, each) for each in range(100, 140))),
        ("une fusion sur trop de cellules", "507904 avec les autres"),
    ),
    "many merges": (merged(*(b"A%d:B%d" % (each, each) for each in range(1, MANY + 1))), ("cellules fusionnées",)),
    "a link over a sheet": (linked(b"A1:XFD1048576"), ("un lien sur trop de cellules", "500000")),
    "a link over all rows": (linked(b"1:1048576"), ("un lien sur trop de cellules",)),
    "many links": (linked(*(b"A1" for _ in range(MANY))), ("trop de liens", str(MANY), "100000")),
    "many lists": (
        in_sheet(b"".join(VALIDATION % (b"A1", each) for each in range(MANY))),
        ("trop de contrôles de saisie",),
    ),
    "a list over many areas": (in_sheet(VALIDATION % (b" ".join([b"A1"] * MANY), 1)), ("trop de contrôles de saisie",)),
    "many formats": (
        in_sheet(b"".join(FORMAT % each for each in range(1, MANY))),
        ("trop de mises en forme conditionnelles",),
    ),
    "many names": (
        after(
            BOOK, b"</sheets>", b"<definedNames>" + b'<definedName name="n">1</definedName>' * MANY + b"</definedNames>"
        ),
        ("trop de noms définis",),
    ),
    "many comments": (
        lambda members: members | {"xl/comments1.xml": b"<comments>" + b'<comment ref="A1"/>' * MANY + b"</comments>"},
        ("trop de commentaires",),
    ),
    "many styles": (
        after(STYLES, b"<cellXfs", b"/><cellXfs>" + b"<xf/>" * MANY + b"</cellXfs><a"),
        ("trop de styles",),
    ),
    "many columns": (
        after(SHEET, b"<sheetFormatPr", b"/><cols>" + b'<col min="1" max="16384" hidden="1"/>' * MANY + b"</cols><a"),
        ("trop de colonnes déclarées",),
    ),
}


def workbook(folder: Path, change: Callable[[Members], Members], name: str = "justice.xlsx") -> Path:
    path = write_xlsx(folder / name, table_of([row(ministry="Justice")]))
    path.write_bytes(zipped(change(members_of(path.read_bytes()))))
    return path


@pytest.mark.parametrize("case", BEYOND)
def test_too_much_of_what_goes_with_cells_is_refused_before_a_library_sees_it(tmp_path: Path, case: str) -> None:
    change, parts = BEYOND[case]
    with pytest.raises(UnreadableFileError) as refused:
        open_sheets(workbook(tmp_path, change))
    for part in parts:
        assert part in str(refused.value)


@pytest.mark.parametrize(
    ("span", "part"),
    [
        (
            b'table:number-rows-spanned="1048576" table:number-columns-spanned="16384"',
            "une fusion sur trop de cellules",
        ),
        (b'table:number-rows-spanned="20000" table:number-columns-spanned="20"', "avec les autres"),
    ],
)
def test_the_same_of_an_opendocument_workbook(tmp_path: Path, span: bytes, part: str) -> None:
    path = tmp_path / "justice.ods"
    path.write_bytes(ods(ods_row(ods_text(span) + ods_text(span))))
    with pytest.raises(UnreadableFileError, match=part):
        open_sheets(path)


def test_columns_declared_again_and_again_are_looked_at_once(tmp_path: Path) -> None:
    """Tens of thousands of declarations of all the columns once took minutes."""
    declared = b"/><cols>" + b'<col min="1" max="16384" hidden="1"/>' * 60_000 + b"</cols><a"
    (sheet,) = open_sheets(workbook(tmp_path, after(SHEET, b"<sheetFormatPr", declared)))
    assert sheet.marks.hidden_columns == frozenset(range(16_384))
    hidden = b'<table:table-column table:visibility="collapse" table:number-columns-repeated="16384"/>'
    path = tmp_path / "a.ods"
    path.write_bytes(ods(hidden * 30_000 + ods_row(ods_text())))
    assert open_sheets(path)[0].marks.hidden_columns == frozenset(range(16_384))


def test_empty_rows_count_too(tmp_path: Path) -> None:
    path = workbook(tmp_path, in_sheet(b"<a>" + b"<row/>" * 10_000 + b"</a>"))
    assert open_sheets(path)
    with pytest.raises(UnreadableFileError, match="trop de balises XML : au moins 10001, plus que la limite de 10000"):
        open_sheets(path, FileLimits(elements=10_000))


def received(tmp_path: Path) -> tuple[Home, Receipt]:
    """Two ministries: what one sent is right, but is heavy to write again."""
    home = Home(tmp_path / "home")
    home.create()
    workbook(home.inbox(EDITION), merged(*(b"A%d:XFD%d" % (each, each) for each in range(100, 110))))
    write_xlsx(home.inbox(EDITION) / "culture.xlsx", table_of(rows_of(3)))
    return home, taken_in(home, EDITION, EDITION.reference_date())


def notes_of(path: Path) -> str:
    return " ".join(str(line[0].value) for line in openpyxl.load_workbook(path)["Anomalies"].iter_rows(max_row=5))


def test_a_workbook_too_heavy_to_be_written_again_is_returned_as_its_cells(tmp_path: Path) -> None:
    home, receipt = received(tmp_path)
    culture, justice = write_returned(home, EDITION, receipt, receipt.submitted.file_findings)
    assert "recopiées" in notes_of(justice)
    assert "recopiées" not in notes_of(culture)
    assert open_sheets(justice)[1].rows[1][0] == "PROJET ALPHA"


def test_the_return_of_a_ministry_fails_alone_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, receipt = received(tmp_path)
    make = workbook_bytes

    def fails_for_justice(book: openpyxl.Workbook, results: object) -> bytes:
        if len(book.worksheets) > 1 and book.worksheets[1]["B2"].value == "Justice":
            raise MemoryError
        return make(book, results)  # type: ignore[arg-type]

    monkeypatch.setattr("assets.forms.returned_workbook.workbook_bytes", fails_for_justice)
    culture, justice = write_returned(home, EDITION, receipt, receipt.submitted.file_findings)
    assert "n'a pas pu être repris" in notes_of(justice)
    assert openpyxl.load_workbook(culture).sheetnames == ["Anomalies", "Projets"]


def test_a_received_file_beyond_the_limit_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"x" * 11)
    with pytest.raises(UnreadableFileError, match="plus que la limite de 10"):
        received_bytes(path, FileLimits(file_bytes=10))


def test_the_handed_merge_over_a_sheet_is_refused(reading_cases: Path) -> None:
    path = reading_cases.parent / "hostile" / "r01-mergeall.xlsx"
    with pytest.raises(UnreadableFileError, match="une fusion sur trop de cellules"):
        open_sheets(path)
