"""The workbook returned to a ministry: the file it sent, each anomaly marked at its cell, and a sheet that lists them.

Nothing the ministry wrote is changed: no value, width, format or list; only the fill of the cells with an anomaly,
a comment on each, and the sheet « Anomalies ». Marks of a former return are taken off before new ones are put.
What is found is for the checks; where the files go is for the caller.
"""

import datetime as dt
import io
import re
import warnings
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.packaging.core import DocumentProperties
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import coordinate_to_tuple, get_column_letter
from openpyxl.utils.datetime import to_excel
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.dimensions import Dimension
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.functions import tostring

from assets.file_limits import FileLimits, UnreadableFileError
from assets.french import counted
from assets.submission_workbook import CREATED
from assets.workbooks import DEFAULT_LIMITS, Sheet, column_letter, find_headers, open_sheets
from warehouse.findings import SEVERITY_LABELS, Finding, shorten
from warehouse.rules import SEVERITIES, Severity
from warehouse.tables import CORE_PROJECTS
from warehouse.terms import match_key

SUMMARY_SHEET = "Anomalies"
SUMMARY_HEADERS = ("Gravité", "Règle", "Feuille", "Ligne", "Colonne", "Cellule", "Valeur", "Message", "Attendu")
SUMMARY_WIDTHS = (13, 32, 18, 8, 30, 10, 30, 60, 60)
# What tells our sheet and our comments from the ministry's, in a file that was returned once already.
SUMMARY_TITLE = "Panorama des grands projets : anomalies de"
COMMENT_TITLE = "Panorama des grands projets :"
NOTHING_FOUND = "Aucune anomalie"
WHOLE_EDITION, WHOLE_FILE = "(toute l'édition)", "(tout le fichier)"
# Light enough for black text (contrast above 12), and odd enough that no ministry would have chosen them.
FILLS: Mapping[Severity, str] = {"error": "FFF9C7C5", "warning": "FFFBE3A9", "notice": "FFCDE1F7"}
COPY_WIDTH = 22
# A submission unfolds to less than 1 MB. Beyond, openpyxl would take minutes and gigabytes: its cells are copied.
LARGEST_KEPT_BYTES = 32 * 1024 * 1024
# The bounds of the format.
MAXIMUM_ROWS, MAXIMUM_COLUMNS, MAXIMUM_SHEET_NAME, MAXIMUM_TEXT = 1_048_576, 16_384, 31, 32_767
# Before it, spreadsheets disagree on the days.
EARLIEST_DATE = dt.date(1900, 3, 1)
# The earliest date an archive can hold.
ARCHIVE_DATE = (1980, 1, 1, 0, 0, 0)
# What openpyxl raises on a workbook that another program reads: it says « not a workbook » in many ways.
OPENING_ERRORS = (
    InvalidFileException, zipfile.BadZipFile, SyntaxError, OSError, EOFError, KeyError, ValueError, TypeError,
    AttributeError, IndexError,
)  # fmt: skip

CELL_FORMAT = ("font", "border", "alignment", "number_format", "protection")

_FORMULA = re.compile(rb'<c r="([A-Z]+[0-9]+)"([^>]*)>(<f(?:[^>]*/>|.*?</f>))<v ?(?:/>|></v>)</c>', re.DOTALL)


@dataclass
class _Book:
    """A workbook being marked: the sheets by the name they had when read, and what to say of the copy."""

    workbook: Workbook
    sheets: dict[str, Worksheet] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    # What the formulas of the file gave when it was last saved, by position of the sheet and cell.
    results: dict[tuple[int, str], object] = field(default_factory=dict)


def in_order(findings: Sequence[Finding]) -> list[Finding]:
    """Findings as they are listed: the worst first, then by sheet, row and column."""

    def key(finding: Finding) -> tuple[int, str, int, int, str, str]:
        column = coordinate_to_tuple(finding.cell)[1] if finding.cell else 0
        place = (finding.sheet or "", finding.row or 0, column)
        return (SEVERITIES.index(finding.severity), *place, finding.rule, finding.message)

    return sorted(findings, key=key)


def returned_workbook(
    received: Path, findings: Sequence[Finding], edition: str, limits: FileLimits = DEFAULT_LIMITS
) -> bytes:
    """The workbook to return for one file; the same file and findings give the same bytes.

    Args:
        received: the file as sent, only read. What is not a readable xlsx is copied, cell by cell, into a
            new workbook; a file that cannot be read at all gives the list of anomalies only.
        findings: those of this file, and of the whole edition where it concerns this ministry.
        edition: key of the edition, which decides the headers.
        limits: those under which the file was read.
    """
    try:
        sheets = open_sheets(received, limits)
    except (UnreadableFileError, OSError) as error:
        book, sheets = _Book(Workbook(), notes=[f"Le fichier reçu n'a pas pu être lu. {error}"]), []
        book.workbook.remove(book.workbook.worksheets[0])
    else:
        book = _opened(received) or _copied(received, sheets)
    listed = in_order(findings)
    read = {sheet.name: sheet for sheet in sheets}
    places = [_place(finding, read.get(finding.sheet or ""), edition) for finding in listed]
    _mark(book, listed, places)
    _write_summary(book, received.name, listed, places)
    return _archive(book)


def _opened(received: Path) -> _Book | None:
    """The workbook as received, without the marks of a former return; None when it is to be copied."""
    if received.suffix.lower() not in (".xlsx", ".xlsm"):
        return None
    content = received.read_bytes()
    try:
        if _unfolded_bytes(content) > LARGEST_KEPT_BYTES:
            return None
        with warnings.catch_warnings(record=True) as lost:
            warnings.simplefilter("always")
            workbook = load_workbook(io.BytesIO(content), rich_text=True)
            book = _Book(workbook, results=_formula_results(workbook, content))
        book.notes += _losses(content, [str(warning.message) for warning in lost])
    except OPENING_ERRORS:
        return None
    for sheet in list(workbook.worksheets):
        if _is_summary(sheet):
            workbook.remove(sheet)
        else:
            _unmark(sheet)
            book.sheets[sheet.title] = sheet
    return book


def _unfolded_bytes(content: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return sum(member.file_size for member in archive.infolist())


def _is_summary(sheet: Worksheet) -> bool:
    return str(sheet["A1"].value or "").startswith(SUMMARY_TITLE)


def _formula_results(workbook: Workbook, content: bytes) -> dict[tuple[int, str], object]:
    """What each formula gave, which openpyxl leaves out; sheets are counted without a former list of anomalies."""
    sheets = [sheet for sheet in workbook.worksheets if not _is_summary(sheet)]
    formulas = [
        (position, sheet.title, cell.coordinate)
        for position, sheet in enumerate(sheets)
        for cell in _cells(sheet)
        if cell.data_type == "f"
    ]
    if not formulas:
        return {}
    values = load_workbook(io.BytesIO(content), data_only=True)
    return {(position, place): values[title][place].value for position, title, place in formulas}


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


def _copied(received: Path, sheets: Sequence[Sheet]) -> _Book:
    """A new workbook with the cells as they were read."""
    book = _Book(Workbook())
    book.workbook.remove(book.workbook.worksheets[0])
    for sheet in sheets:
        page = book.workbook.create_sheet(_sheet_name(sheet.name, book.workbook.sheetnames))
        book.sheets[sheet.name] = page
        for row, cells in enumerate(sheet.rows[:MAXIMUM_ROWS], start=1):
            for column, value in enumerate(cells[:MAXIMUM_COLUMNS], start=1):
                if value not in (None, ""):
                    _write(page.cell(row, column), value)
        for column in range(1, min(max(map(len, sheet.rows), default=0), MAXIMUM_COLUMNS) + 1):
            page.column_dimensions[get_column_letter(column)].width = COPY_WIDTH
    book.notes.append(
        f"Le fichier « {received.name} » n'est pas un classeur xlsx qui se reprend tel quel : ses cellules sont "
        "recopiées dans celui-ci, sans leur mise en forme."
    )
    return book


def _sheet_name(name: str, taken: Sequence[str]) -> str:
    """A sheet name that spreadsheets accept and that is not taken, ours included."""
    clean = _printable(re.sub(r"[\\/*?:\[\]]", "_", name)).strip("' ")[:MAXIMUM_SHEET_NAME] or "Feuille"
    used = {other.casefold() for other in (*taken, SUMMARY_SHEET)}
    number, candidate = 1, clean
    while candidate.casefold() in used:
        number += 1
        suffix = f" ({number})"
        candidate = clean[: MAXIMUM_SHEET_NAME - len(suffix)] + suffix
    return candidate


def _write(cell: Cell | MergedCell, value: object) -> None:
    """Write a value as it is: a text is never taken for a formula, an error or a date."""
    if isinstance(cell, MergedCell):
        raise TypeError(f"{cell.coordinate}: nothing is written in a merged cell.")
    match value:
        case bool() | int() | float() | dt.time() | dt.timedelta():
            cell.value = value
        case dt.datetime() if value.date() >= EARLIEST_DATE:
            cell.value = value
            if value.time() == dt.time():
                cell.number_format = "dd/mm/yyyy"
        case dt.date() if not isinstance(value, dt.datetime) and value >= EARLIEST_DATE:
            cell.value = value
            cell.number_format = "dd/mm/yyyy"
        case _:
            cell.value = _printable(str(value))[:MAXIMUM_TEXT]
            cell.data_type = "s"
            # Otherwise a spreadsheet takes it for a formula as soon as a person edits the cell.
            cell.quotePrefix = str(value).startswith(("=", "+", "-", "@"))


def _printable(text: str) -> str:
    return ILLEGAL_CHARACTERS_RE.sub("�", text)


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
    row, column = coordinate_to_tuple(place)
    return row <= MAXIMUM_ROWS and column <= MAXIMUM_COLUMNS


def _cell(sheet: Worksheet, place: str) -> Cell:
    """A cell to mark: the one that shows for a merged one; an empty one with the format of its row or column."""
    row, column = coordinate_to_tuple(place)
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
    text = _printable(f"{former.text}\n\n{said}" if former else said)[:MAXIMUM_TEXT]
    lines = sum(1 + len(line) // 50 for line in text.split("\n"))
    return Comment(text, former.author if former else "Panorama", width=380, height=min(18 * lines + 12, 480))


def _said(finding: Finding) -> str:
    value = f"« {shorten(finding.value)} »" if finding.value is not None else "aucune"
    parts = [f"{SEVERITY_LABELS[finding.severity]} [{finding.code}]", finding.message, f"Valeur trouvée : {value}."]
    return "\n".join([*parts, f"Attendu : {finding.expected}."] if finding.expected else parts)


def _unmark(sheet: Worksheet) -> None:
    """Take off the marks of a former return: a cell that is right now must not look wrong."""
    for cell in _cells(sheet):
        if cell.fill.fill_type == "solid" and cell.fill.fgColor.rgb in FILLS.values():
            cell.fill = PatternFill()
        if cell.comment and COMMENT_TITLE in cell.comment.text:
            kept = cell.comment.text.split(COMMENT_TITLE, 1)[0].strip()
            author = cell.comment.author
            cell.comment = Comment(kept, author) if kept and kept != f"{author}:" else None


def _cells(sheet: Worksheet) -> Iterator[Cell]:
    """The cells a sheet holds, by row and column; those it does not hold are not made."""
    return (cell for _, cell in sorted(sheet._cells.items()) if isinstance(cell, Cell))


def _write_summary(book: _Book, name: str, findings: Sequence[Finding], places: Sequence[str | None]) -> None:
    """Add the list of anomalies as the first sheet, the one that shows when the workbook opens."""
    for other in book.workbook.worksheets:
        # Two selected sheets are edited together.
        other.sheet_view.tabSelected = False
    page = book.workbook.create_sheet(SUMMARY_SHEET, 0)
    page.sheet_view.tabSelected = True
    book.workbook.active = 0
    for view in book.workbook.views:
        view.firstSheet = 0
    _write(page["A1"], f"{SUMMARY_TITLE} « {name} »")
    page["A1"].font = Font(bold=True, size=14)
    notes = [_counts(findings), *([_how_to()] if findings else []), *book.notes]
    for row, note in enumerate(notes, start=2):
        _write(page.cell(row, 1), note)
    if findings:
        _write_table(page, len(notes) + 3, findings, _targets(book, findings, places))
    for position, width in enumerate(SUMMARY_WIDTHS, start=1):
        page.column_dimensions[get_column_letter(position)].width = width
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True


def _counts(findings: Sequence[Finding]) -> str:
    if not findings:
        return f"{NOTHING_FOUND}."
    plurals = {severity: label.lower() for severity, label in SEVERITY_LABELS.items()}
    counts = {severity: sum(finding.severity == severity for finding in findings) for severity in SEVERITIES}
    return ", ".join(counted(count, plurals[severity]) for severity, count in counts.items() if count) + "."


def _how_to() -> str:
    return (
        "Chaque cellule en cause est colorée (rouge : erreur, ambre : alerte, bleu : information) et porte un "
        "commentaire ; corriger ces cellules dans ce fichier, puis le renvoyer tel quel : les erreurs empêchent "
        "l'édition, les alertes non."
    )


def _targets(book: _Book, findings: Sequence[Finding], places: Sequence[str | None]) -> list[str | None]:
    """Where the link of each finding leads, in this workbook."""
    return [
        "'{}'!{}".format(book.sheets[finding.sheet].title.replace("'", "''"), place)
        if place is not None and finding.sheet in book.sheets and _fits(place)
        else None
        for finding, place in zip(findings, places, strict=True)
    ]


def _write_table(page: Worksheet, top: int, findings: Sequence[Finding], targets: Sequence[str | None]) -> None:
    for position, header in enumerate(SUMMARY_HEADERS, start=1):
        cell = page.cell(top, position)
        _write(cell, header)
        cell.font = Font(bold=True)
    for row, (finding, target) in enumerate(zip(findings, targets, strict=True), start=top + 1):
        place = target.rpartition("!")[2] if target else finding.cell
        sheet = finding.sheet or (WHOLE_FILE if finding.file else WHOLE_EDITION)
        label = SEVERITY_LABELS[finding.severity]
        values = (
            label, finding.code, sheet, finding.row, finding.column, place, finding.value, finding.message,
            finding.expected,
        )  # fmt: skip
        for position, value in enumerate(values, start=1):
            cell = page.cell(row, position)
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            if value is not None:
                _write(cell, value)
        page.cell(row, 1).fill = PatternFill("solid", fgColor=FILLS[finding.severity])
        if target:
            link = page.cell(row, 6)
            link.hyperlink = Hyperlink(ref=link.coordinate, location=target)
            link.font = Font(color="FF0645AD", underline="single")
    page.freeze_panes = f"A{top + 1}"
    page.auto_filter.ref = f"A{top}:{get_column_letter(len(SUMMARY_HEADERS))}{top + len(findings)}"


def _archive(book: _Book) -> bytes:
    """The bytes of a workbook, without the day and the name of who saves it, and with what formulas gave."""
    received = book.workbook.properties
    properties = DocumentProperties(
        creator=None,
        title=received.title,
        subject=received.subject,
        language=received.language,
        created=CREATED,
        modified=CREATED,
    )
    saved, stream = io.BytesIO(), io.BytesIO()
    book.workbook.save(saved)
    # Ours is the first sheet of the archive.
    parts = {f"xl/worksheets/sheet{position + 2}.xml": position for position, _ in book.results}
    epoch = book.workbook.epoch
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _bytes(tostring(properties.to_tree()))
            elif name in parts:
                content = _with_results(content, parts[name], book.results, epoch)
            target.writestr(zipfile.ZipInfo(name, ARCHIVE_DATE), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _bytes(xml: str | bytes) -> bytes:
    """What lxml gives as bytes and the standard library as text."""
    return xml if isinstance(xml, bytes) else xml.encode("utf-8")


def _with_results(
    content: bytes, position: int, results: Mapping[tuple[int, str], object], epoch: dt.datetime
) -> bytes:
    """The XML of a sheet, where each formula has its last result back."""

    def filled(match: re.Match[bytes]) -> bytes:
        reference, attributes, formula = match.groups()
        kind, text = _result(results.get((position, reference.decode())), epoch)
        attributes = re.sub(rb' t="[^"]*"', b"", attributes) + (f' t="{kind}"'.encode() if kind else b"")
        return b'<c r="%b"%b>%b<v>%b</v></c>' % (reference, attributes, formula, text.encode())

    return _FORMULA.sub(filled, content)


def _result(value: object, epoch: dt.datetime) -> tuple[str, str]:
    """The type and the text of a formula's result in the XML of a sheet."""
    match value:
        case None:
            return "", ""
        case bool():
            return "b", str(int(value))
        case int() | float():
            return "", repr(value)
        case dt.datetime() | dt.date() | dt.time() | dt.timedelta():
            return "", repr(to_excel(value, epoch))  # type: ignore[no-untyped-call]  # its stub has none
        case _:
            text = _printable(str(value)).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            return ("e" if re.fullmatch(r"#[A-Z0-9/!?]+", text) else "str"), text
