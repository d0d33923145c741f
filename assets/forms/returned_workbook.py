"""The workbook returned to a ministry: the file it sent, each anomaly marked at its cell, and a sheet that lists them.

Nothing the ministry wrote is changed: no value, width, format or list; only the fill of the cells with an anomaly,
a comment on each, and the sheet « Anomalies ». Marks of a former return are taken off before new ones are put.
What is found is for the checks; where the files go is for the caller.
"""

import contextlib
import io
import re
import warnings
import zipfile
from collections import defaultdict
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.dimensions import Dimension
from openpyxl.worksheet.worksheet import Worksheet

from assets.forms.returned_archive import Results, formula_results, workbook_bytes
from assets.forms.returned_cells import (
    MAXIMUM_COLUMNS,
    MAXIMUM_ROWS,
    MAXIMUM_SHEET_NAME,
    MAXIMUM_TEXT,
    held_cells,
    printable,
    row_and_column,
    write_value,
)
from assets.forms.returned_summary import FILLS, SUMMARY_SHEET, in_order, is_summary, write_summary
from assets.reading.formats.file_limits import UnreadableFileError, refuse_unsafe_workbook
from assets.reading.formats.sheets import Sheet
from assets.reading.headers import find_headers
from assets.reading.workbooks import OpenedFile, received_bytes
from warehouse.archive.tables import CORE_PROJECTS
from warehouse.home.settings import FileLimits
from warehouse.model.cells import column_letter
from warehouse.model.findings import SEVERITY_LABELS, Finding, shorten
from warehouse.model.repetition import folded
from warehouse.model.terms import match_key

# What tells our comments from the ministry's, in a file that was returned once already.
COMMENT_TITLE = "Panorama des grands projets :"
COPY_WIDTH = 22
# How many of the texts that a copy had to cut are named.
CUT_SHOWN = 5
# A submission unfolds to less than 1 MB and 20 000 elements. openpyxl makes a kilobyte of each row, link or format, and
# a cell of each cell that is merged: beyond these bounds the cells are copied.
KEPT_LIMITS = FileLimits(uncompressed_bytes=32 * 1024 * 1024, cells=100_000, marks=10_000, elements=200_000)
NOT_MADE_AGAIN = (
    "Ce classeur n'a pas pu être repris avec ses anomalies marquées : corriger le fichier d'origine d'après cette "
    "liste."
)
# What openpyxl raises on a workbook that another program reads: it says « not a workbook » in many ways.
OPENING_ERRORS = (
    InvalidFileException, zipfile.BadZipFile, SyntaxError, OSError, EOFError, KeyError, ValueError, TypeError,
    AttributeError, IndexError,
)  # fmt: skip

CELL_FORMAT = ("font", "border", "alignment", "number_format", "protection")


@dataclass
class _Book:
    """A workbook being marked: the sheets by the name they had when read, and what to say of the copy."""

    workbook: Workbook
    sheets: dict[str, Worksheet] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    # What the formulas of the file gave when it was last saved, by position of the sheet and cell.
    results: Results = field(default_factory=dict)


def returned_workbook(received: OpenedFile, findings: Sequence[Finding], edition: str) -> bytes:
    """The workbook to return for one file; the same file and findings give the same bytes.

    Args:
        received: the file as sent, only read. What is not a readable xlsx is copied, cell by cell, into a
            new workbook; a file that cannot be read at all gives the list of anomalies only.
        findings: those of this file, and those of the whole edition that are for its ministry.
        edition: key of the edition, which decides the headers.
    """
    if received.refusal is not None:
        return list_of_anomalies(
            received.path.name, findings, f"Le fichier reçu n'a pas pu être lu. {received.refusal}"
        )
    for make in (_opened, _copied):
        # The file of one ministry never costs the others theirs: openpyxl raises whatever its parsing meets.
        with contextlib.suppress(Exception):
            sheets = received.sheets()
            if (book := make(received, sheets)) is not None:
                return _marked(book, received.path.name, sheets, findings, edition)
    return list_of_anomalies(received.path.name, findings, NOT_MADE_AGAIN)


def _marked(book: _Book, name: str, sheets: Sequence[Sheet], findings: Sequence[Finding], edition: str) -> bytes:
    listed = in_order(findings)
    read = {sheet.name: sheet for sheet in sheets}
    _mark(book, listed, [_place(finding, read.get(finding.sheet or ""), edition) for finding in listed])
    # Every cell is marked; the list tells those alike together, at the first.
    told = folded(listed)
    places = [_place(finding, read.get(finding.sheet or ""), edition) for finding in told]
    write_summary(book.workbook, name, told, _targets(book, told, places), book.notes)
    return workbook_bytes(book.workbook, book.results)


def list_of_anomalies(name: str, findings: Sequence[Finding], *notes: str) -> bytes:
    """What is returned for a file that is not to be opened again: the list of anomalies only, and a sentence why."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    listed = folded(in_order(findings))
    write_summary(workbook, name, listed, [None] * len(listed), notes)
    return workbook_bytes(workbook, {})


def _opened(received: OpenedFile, sheets: Sequence[Sheet]) -> _Book | None:
    """The workbook as received, without the marks of a former return; None when it is to be copied."""
    if received.path.suffix.lower() not in (".xlsx", ".xlsm"):
        return None
    content = received_bytes(received.path, received.limits)
    try:
        refuse_unsafe_workbook(content, received.path.suffix.lower(), KEPT_LIMITS)
        # It prints, too, what it finds wrong in a style.
        with warnings.catch_warnings(record=True) as lost, contextlib.redirect_stdout(None):
            warnings.simplefilter("always")
            workbook = load_workbook(io.BytesIO(content), rich_text=True)
            book = _Book(workbook, results=formula_results(workbook, content))
        book.notes += _losses(content, [str(warning.message) for warning in lost])
    except (UnreadableFileError, *OPENING_ERRORS):
        return None
    for sheet in list(workbook.worksheets):
        if is_summary(sheet):
            workbook.remove(sheet)
        else:
            _unmark(sheet)
            book.sheets[sheet.title] = sheet
    _restore_days(book, sheets)
    return book


def _restore_days(book: _Book, sheets: Sequence[Sheet]) -> None:
    """Put back the numbers shown as days beyond the calendar, which openpyxl takes for errors."""
    for sheet in sheets:
        for cell in held_cells(book.sheets[sheet.name]) if sheet.name in book.sheets else ():
            if cell.data_type == "e" and cell.row <= len(sheet.rows):
                row = sheet.rows[cell.row - 1]
                value = row[cell.column - 1] if cell.column <= len(row) else None
                if isinstance(value, int | float):
                    cell.value = value


def _losses(content: bytes, warned: Sequence[str]) -> list[str]:
    """What of the received file the copy does not hold, to be said rather than found out."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        drawings = [archive.read(name) for name in names if re.fullmatch(r"xl/drawings/drawing\d+\.xml", name)]
    losses = {
        "les macros": any(name.endswith("vbaProject.bin") for name in names),
        "les boutons et contrôles": any(name.startswith(("xl/ctrlProps/", "xl/activeX/")) for name in names),
        "les formes et zones de texte": any(b"<xdr:sp " in drawing or b"<xdr:sp>" in drawing for drawing in drawings),
        "des listes ou des mises en forme d'un format étendu d'Excel": any("extension" in text for text in warned),
    }
    lost = [what for what, is_lost in losses.items() if is_lost]
    if not lost:
        return []
    return [f"Cette copie n'a pas repris {', '.join(lost)} : pour les garder, corriger le fichier d'origine."]


def _copied(received: OpenedFile, sheets: Sequence[Sheet]) -> _Book:
    """A new workbook with the cells as they were read."""
    book = _Book(Workbook())
    cut: list[str] = []
    book.workbook.remove(book.workbook.worksheets[0])
    for sheet in sheets:
        page = book.workbook.create_sheet(_sheet_name(sheet.name, book.workbook.sheetnames))
        book.sheets[sheet.name] = page
        for row, cells in enumerate(sheet.rows[:MAXIMUM_ROWS], start=1):
            for column, value in enumerate(cells[:MAXIMUM_COLUMNS], start=1):
                if value not in (None, ""):
                    write_value(page.cell(row, column), value)
                    if len(str(value)) > MAXIMUM_TEXT:
                        cut.append(f"« {sheet.name} », cellule {page.cell(row, column).coordinate}")
        for column in range(1, min(max(map(len, sheet.rows), default=0), MAXIMUM_COLUMNS) + 1):
            page.column_dimensions[get_column_letter(column)].width = COPY_WIDTH
    book.notes.append(
        f"Le fichier « {received.path.name} » n'est pas un classeur xlsx qui se reprend tel quel : ses cellules sont "
        "recopiées dans celui-ci, sans leur mise en forme."
    )
    if cut:
        named = " ; ".join([*cut[:CUT_SHOWN], *(["…"] if len(cut) > CUT_SHOWN else [])])
        book.notes.append(
            f"Un classeur ne tient pas plus de {MAXIMUM_TEXT} caractères par cellule : sont coupés ici les textes de "
            f"{named}. Pour les garder, corriger le fichier d'origine."
        )
    return book


def _sheet_name(name: str, taken: Sequence[str]) -> str:
    """A sheet name that spreadsheets accept and that is not taken, ours included."""
    clean = printable(re.sub(r"[\\/*?:\[\]]", "_", name)).strip("' ")[:MAXIMUM_SHEET_NAME] or "Feuille"
    used = {other.casefold() for other in (*taken, SUMMARY_SHEET)}
    number, candidate = 1, clean
    while candidate.casefold() in used:
        number += 1
        suffix = f" ({number})"
        candidate = clean[: MAXIMUM_SHEET_NAME - len(suffix)] + suffix
    return candidate


def _place(finding: Finding, sheet: Sheet | None, edition: str) -> str | None:
    """The cell to mark: the finding's own, else that of its row and column, else the first of its row."""
    if finding.cell or not finding.row:
        return finding.cell
    found = find_headers(sheet, edition) if sheet and finding.column else None
    if found is None or found[0] + 1 >= finding.row:
        return f"A{finding.row}"
    # A finding that speaks of a project names the column of its table rather than the header of the file.
    fields = {column.name for column in CORE_PROJECTS.columns if column.title == finding.column}
    wanted = match_key(finding.column or "")
    position = next(
        (
            position
            for position, column in sorted(found[1].columns.items())
            if column.field in fields or match_key(column.header) == wanted
        ),
        0,
    )
    return f"{column_letter(position)}{finding.row}"


def _mark(book: _Book, findings: Sequence[Finding], places: Sequence[str | None]) -> None:
    """Colour each cell with an anomaly as its worst one, and say them all in one comment."""
    by_cell: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding, place in zip(findings, places, strict=True):
        if place is not None and finding.sheet in book.sheets and _fits(place):
            by_cell[finding.sheet, place].append(finding)
    for (name, place), about in by_cell.items():
        cell = _cell(book.sheets[name], place)
        cell.fill = PatternFill("solid", fgColor=FILLS[about[0].severity])
        cell.comment = _comment(cell.comment, about)


def _fits(place: str) -> bool:
    row, column = row_and_column(place)
    return row <= MAXIMUM_ROWS and column <= MAXIMUM_COLUMNS


def _cell(sheet: Worksheet, place: str) -> Cell:
    """A cell to mark: the one that shows for a merged one; an empty one with the format of its row or column."""
    row, column = row_and_column(place)
    is_new = (row, column) not in sheet._cells
    cell = sheet.cell(row, column)
    if isinstance(cell, MergedCell):
        merged = next(area for area in sheet.merged_cells.ranges if place in area)
        cell = sheet.cell(merged.min_row, merged.min_col)
    elif is_new:
        formats: list[Dimension] = [sheet.row_dimensions[row]] if row in sheet.row_dimensions else []
        formats += [
            known for known in sheet.column_dimensions.values() if (known.min or 0) <= column <= (known.max or 0)
        ]
        given = next((known for known in formats if known.has_style), None)
        for name in CELL_FORMAT if given else ():
            setattr(cell, name, copy(getattr(given, name)))
    if not isinstance(cell, Cell):
        raise TypeError(f"{sheet.title}!{place}: the first cell of a merged area is a cell.")
    return cell


def _comment(former: Comment | None, findings: Sequence[Finding]) -> Comment:
    """A comment with every anomaly of a cell, after what the ministry had written."""
    said = "\n\n".join([COMMENT_TITLE, *map(_said, findings)])
    text = printable(f"{former.text}\n\n{said}" if former else said)[:MAXIMUM_TEXT]
    lines = sum(1 + len(line) // 50 for line in text.split("\n"))
    return Comment(text, former.author if former else "Panorama", width=380, height=min(18 * lines + 12, 480))


def _said(finding: Finding) -> str:
    value = f"« {shorten(finding.value)} »" if finding.value is not None else "aucune"
    parts = [f"{SEVERITY_LABELS[finding.severity]} [{finding.code}]", finding.message, f"Valeur trouvée : {value}."]
    return "\n".join([*parts, f"Attendu : {finding.expected}."] if finding.expected else parts)


def _unmark(sheet: Worksheet) -> None:
    """Take off the marks of a former return: a cell that is right now must not look wrong."""
    for cell in held_cells(sheet):
        if cell.fill.fill_type == "solid" and cell.fill.fgColor.rgb in FILLS.values():
            cell.fill = PatternFill()
        if cell.comment and COMMENT_TITLE in cell.comment.text:
            kept = cell.comment.text.split(COMMENT_TITLE, 1)[0].strip()
            author = cell.comment.author
            cell.comment = Comment(kept, author) if kept and kept != f"{author}:" else None


def _targets(book: _Book, findings: Sequence[Finding], places: Sequence[str | None]) -> list[str | None]:
    """Where the link of each finding leads, in this workbook."""
    return [
        "'{}'!{}".format(book.sheets[finding.sheet].title.replace("'", "''"), place)
        if place is not None and finding.sheet in book.sheets and _fits(place)
        else None
        for finding, place in zip(findings, places, strict=True)
    ]
