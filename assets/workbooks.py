"""Read a file as received, whatever its format, into cells that know their place.

Nothing is interpreted here but the headers: a number stays a number, a text stays as written. What a
cell means is for `assets.projects`.
"""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum

from assets.file_limits import (
    FileLimits,
    UnreadableFileError,
    refuse_large_file,
    refuse_unsafe_workbook,
)
from assets.headers import HeaderMatch, layouts, match_headers
from assets.old_workbooks import sheets_of_old_workbook
from warehouse.files import sha256_of
from warehouse.findings import Finding, errors_of
from warehouse.home import received_files
from warehouse.schema import empty_frame
from warehouse.tables import RAW_SUBMISSIONS

WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xls", ".ods")
SUFFIXES = (*WORKBOOK_SUFFIXES, ".csv")
# Titles and notes may stand above the headers.
HEADER_ROWS = 15
# How far a row must look like headers before an unknown one is said to be wrong, rather than the sheet another thing.
RECOGNISED_HEADERS = 3

# Above it a float no longer holds every integer.
LARGEST_EXACT_INTEGER = 2**53

Cell = object


@dataclass(frozen=True)
class Sheet:
    """The cells of one sheet, row by row from the first; `is_ended` is false for a CSV whose last line has no end."""

    name: str
    rows: Sequence[Sequence[Cell]]
    is_ended: bool = True


DEFAULT_LIMITS = FileLimits()


def read_inbox(folder: Path, edition: str, limits: FileLimits = DEFAULT_LIMITS) -> tuple[pd.DataFrame, list[Finding]]:
    """Read every file received for an edition.

    Args:
        folder: the edition's inbox; hidden files and office lock files are passed over.
        edition: key of the edition, which decides the layouts.
        limits: what a file may cost to read; beyond, it is refused and the others are read.

    Returns:
        The cells, with the columns of `RAW_SUBMISSIONS`, and the errors of the files that could not be
        read. A file with an error gives no cell.
    """
    if not folder.is_dir():
        return empty_frame(RAW_SUBMISSIONS), [
            Finding(
                "inbox_exists",
                "error",
                f"Le dossier de réception {folder} n'existe pas.",
                expected=_accepted(),
            )
        ]
    files = received_files(folder)
    if not files:
        return empty_frame(RAW_SUBMISSIONS), [
            Finding(
                "inbox_has_files",
                "error",
                f"Le dossier de réception {folder} est vide.",
                expected=_accepted(),
            )
        ]
    frames: list[pd.DataFrame] = []
    findings: list[Finding] = []
    seen: dict[str, str] = {}
    for path in files:
        try:
            refuse_large_file(path, limits)
            digest = sha256_of(path)
        except UnreadableFileError as error:
            findings.append(_unreadable(path, error))
            continue
        except OSError as error:
            findings.append(_unreadable(path, f"Le fichier ne peut pas être lu ({error.strerror or error})."))
            continue
        if digest in seen:
            findings.append(
                Finding(
                    "file_is_sent_once",
                    "error",
                    f"Ce fichier est identique à « {seen[digest]} ».",
                    file=path.name,
                    expected="un seul exemplaire de chaque fichier",
                )
            )
            continue
        seen[digest] = path.name
        frame, problems = read_file(path, edition, digest, limits)
        findings += problems
        if not any(problem.severity == "error" for problem in problems):
            frames.append(frame)
    frames = [frame for frame in frames if not frame.empty]
    return pd.concat(frames, ignore_index=True) if frames else empty_frame(RAW_SUBMISSIONS), findings


def read_file(
    path: Path, edition: str, digest: str, limits: FileLimits = DEFAULT_LIMITS
) -> tuple[pd.DataFrame, list[Finding]]:
    """Read one file into cells; see `read_inbox`."""
    try:
        sheets = open_sheets(path, limits)
    except UnreadableFileError as error:
        return empty_frame(RAW_SUBMISSIONS), [_unreadable(path, error)]
    cells: list[dict[str, object]] = []
    findings: list[Finding] = []
    recognised = 0
    for sheet in sheets:
        found = find_headers(sheet, edition)
        if found is None:
            continue
        recognised += 1
        header_row, match = found
        if not sheet.is_ended:
            findings.append(_unended(path.name, sheet))
        problems = header_findings(path.name, sheet, header_row, match)
        findings += problems
        if not problems:
            stamp = {
                "edition": edition,
                "source_file": path.name,
                "source_sha256": digest,
                "source_sheet": sheet.name,
                "layout": match.layout.name,
            }
            rows = list(_data_cells(sheet, header_row, match))
            cells += [stamp | cell for cell in rows if cell["field"] is not None]
            findings += _stray_findings(path.name, sheet.name, [cell for cell in rows if cell["field"] is None])
    if not recognised:
        findings.append(_no_sheet(path.name, sheets, edition))
    elif not cells and not errors_of(findings):
        findings.append(Finding("file_has_projects", "error", "Aucune ligne sous les en-têtes.", file=path.name))
    columns = [column.name for column in RAW_SUBMISSIONS.columns]
    return pd.DataFrame(cells, columns=columns) if cells else empty_frame(RAW_SUBMISSIONS), findings


def _unreadable(path: Path, reason: object) -> Finding:
    return Finding("file_is_readable", "error", str(reason), file=path.name, expected=_accepted())


def _unended(file: str, sheet: Sheet) -> Finding:
    return Finding(
        "last_line_is_ended",
        "warning",
        "La dernière ligne du fichier CSV n'a pas de fin de ligne : s'il a été tronqué, sa dernière valeur est fausse.",
        file=file,
        row=len(sheet.rows),
        value=_text(sheet.rows[-1][-1]) if sheet.rows and sheet.rows[-1] else None,
        expected="un fichier enregistré en entier, qui finit par une fin de ligne",
    )


def open_sheets(path: Path, limits: FileLimits = DEFAULT_LIMITS) -> list[Sheet]:
    """The sheets of a workbook, hidden or not, or the single one of a CSV file.

    Raises:
        UnreadableFileError: unknown extension, beyond a limit, truncated, encrypted or of another format.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise UnreadableFileError(f"L'extension « {path.suffix} » n'est pas acceptée.")
    refuse_large_file(path, limits)
    if suffix == ".csv":
        return _csv_sheets(path, limits)
    refuse_unsafe_workbook(path, limits)
    if suffix == ".xls":
        return [Sheet(name, rows) for name, rows in sheets_of_old_workbook(path, limits)]
    return _workbook_sheets(path)


def _workbook_sheets(path: Path) -> list[Sheet]:
    try:
        workbook = CalamineWorkbook.from_path(path)
        sheets = [
            Sheet(meta.name, workbook.get_sheet_by_name(meta.name).to_python(skip_empty_area=False))
            for meta in workbook.sheets_metadata
            if meta.typ == SheetTypeEnum.WorkSheet
        ]
    except PasswordError as error:
        raise UnreadableFileError("Le classeur est protégé par un mot de passe.") from error
    except BaseException as error:
        # A panic of the Rust reader is no Exception, so that `except Exception` would let one file end the run.
        if not isinstance(error, (CalamineError, OSError, ValueError)) and type(error).__name__ != "PanicException":
            raise
        raise UnreadableFileError(
            f"Le classeur est illisible : tronqué, endommagé ou d'un autre format ({error})."
        ) from error
    return sheets


def _csv_sheets(path: Path, limits: FileLimits) -> list[Sheet]:
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What French offices write when they do not write UTF-8; it has a character for nearly every byte.
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError as error:
            raise UnreadableFileError("Le fichier n'est ni en UTF-8 ni en Windows-1252.") from error
    if "\0" in text:
        raise UnreadableFileError("Le fichier contient des octets nuls : ce n'est pas un fichier CSV.")
    first_line = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(",;\t", key=first_line.count)
    # Counted before any row is built: one line may hold them all.
    if (separators := text.count(delimiter)) > limits.cells:
        raise UnreadableFileError(
            f"Le fichier CSV a trop de cellules : {separators} séparateurs, plus que la limite de {limits.cells}."
        )
    # The module's own limit is global and names no value: ours is looked at row by row.
    former = csv.field_size_limit(max(len(text), 1))
    try:
        rows = list(_bounded_rows(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), limits))
    except csv.Error as error:
        raise UnreadableFileError(f"Le fichier CSV est mal formé ou tronqué ({error}).") from error
    finally:
        csv.field_size_limit(former)
    if len(rows) > 1 and not text.endswith(("\n", "\r")) and len(rows[-1]) < len(rows[0]):
        raise UnreadableFileError(f"Le fichier CSV est tronqué : sa dernière ligne ({len(rows)}) est incomplète.")
    return [Sheet(path.stem, rows, is_ended=text.endswith(("\n", "\r")))]


def _bounded_rows(rows: Iterable[list[str]], limits: FileLimits) -> Iterator[list[str]]:
    for number, row in enumerate(rows, start=1):
        if number > limits.rows:
            raise UnreadableFileError(
                f"Le fichier CSV a trop de lignes : au moins {number}, plus que la limite de {limits.rows}."
            )
        longest = max(map(len, row), default=0)
        if longest > limits.cell_characters:
            raise UnreadableFileError(
                f"Le fichier CSV a une cellule de {longest} caractères à la ligne {number}, plus que la limite de "
                f"{limits.cell_characters}."
            )
        yield row


def find_headers(sheet: Sheet, edition: str) -> tuple[int, HeaderMatch] | None:
    """The row of a sheet that holds headers, counted from 0, and the layout it fits best.

    None for a sheet that is no table of projects: fewer than three known headers in its first rows.
    """
    best: tuple[int, HeaderMatch] | None = None
    for number, row in enumerate(sheet.rows[:HEADER_ROWS]):
        texts = [_text(cell) for cell in row]
        for layout in layouts(edition):
            match = match_headers(texts, layout)
            if best is None or _fit(match) > _fit(best[1]):
                best = (number, match)
    if best is None or len(best[1].columns) < RECOGNISED_HEADERS:
        return None
    return best


def _fit(match: HeaderMatch) -> tuple[int, int]:
    return (len(match.columns) - len(match.missing) - len(match.unknown), len(match.columns))


def header_findings(file: str, sheet: Sheet, header_row: int, match: HeaderMatch) -> list[Finding]:
    """What is wrong with the headers of a recognised sheet."""
    texts = [_text(cell) for cell in sheet.rows[header_row]]

    def at(position: int, rule: str, message: str, expected: str) -> Finding:
        return Finding(
            rule,
            "error",
            message,
            file=file,
            sheet=sheet.name,
            row=header_row + 1,
            column=texts[position].strip(),
            cell=f"{column_letter(position)}{header_row + 1}",
            value=texts[position],
            expected=expected,
        )

    found = {column.field for column in match.columns.values()}

    def nearest(position: int) -> str:
        return " ou ".join(f"« {name} »" for name in match.layout.nearest_headers(texts[position], found))

    return [
        *(
            at(position, "header_is_known", "En-tête inconnu.", f"un en-tête connu, par exemple {nearest(position)}")
            for position in match.unknown
        ),
        *(
            at(position, "header_is_unique", "En-tête répété.", "une seule colonne de ce nom")
            for position in match.repeated
        ),
        *(
            Finding(
                "required_header_is_present",
                "error",
                f"La colonne « {header} » manque.",
                file=file,
                sheet=sheet.name,
                row=header_row + 1,
                column=header,
                expected=f"une colonne « {header} »",
            )
            for header in match.missing
        ),
    ]


def _data_cells(sheet: Sheet, header_row: int, match: HeaderMatch) -> Iterator[dict[str, object]]:
    texts = [_text(cell) for cell in sheet.rows[header_row]]
    for number, row in enumerate(sheet.rows[header_row + 1 :], start=header_row + 2):
        for position, cell in enumerate(row):
            text = _text(cell)
            if not text.strip():
                continue
            column = match.columns.get(position)
            yield {
                "source_row": number,
                "source_column": column_letter(position),
                "header": texts[position] if position < len(texts) else "",
                "field": column.field if column else None,
                "value_type": _type(cell),
                "value": text,
            }


def _stray_findings(file: str, sheet: str, cells: list[dict[str, object]]) -> list[Finding]:
    return [
        Finding(
            "value_has_a_header",
            "error",
            "Une valeur se trouve sous une colonne sans en-tête.",
            file=file,
            sheet=sheet,
            row=int(str(cell["source_row"])),
            column=str(cell["source_column"]),
            cell=f"{cell['source_column']}{cell['source_row']}",
            value=str(cell["value"]),
            expected="aucune valeur hors des colonnes du format",
        )
        for cell in cells
    ]


def _no_sheet(file: str, sheets: Sequence[Sheet], edition: str) -> Finding:
    names = ", ".join(f"« {sheet.name} »" for sheet in sheets) or "aucune"
    known = " ; ".join(f"{layout.name} ({', '.join(layout.required_headers())})" for layout in layouts(edition))
    return Finding(
        "sheet_is_recognised",
        "error",
        "Aucune feuille ne porte les en-têtes d'un format connu.",
        file=file,
        value=f"feuilles {names}",
        expected=f"une feuille avec les en-têtes d'un des formats {known}",
    )


def column_letter(position: int) -> str:
    """The letter a spreadsheet gives a column counted from 0: A, …, Z, AA."""
    letters = ""
    remaining = position + 1
    while remaining:
        remaining, digit = divmod(remaining - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters


def _type(cell: Cell) -> str:
    match cell:
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case dt.date():
            return "date"
        case _:
            return "text"


def _text(cell: Cell) -> str:
    match cell:
        case None:
            text = ""
        case bool():
            text = "true" if cell else "false"
        case float() if cell.is_integer() and abs(cell) < LARGEST_EXACT_INTEGER:
            text = str(int(cell))
        case int() | float():
            text = repr(cell)
        case dt.datetime() if cell.time() == dt.time():
            text = cell.date().isoformat()
        case dt.date():
            text = cell.isoformat()
        case _:
            text = str(cell)
    return text


def _accepted() -> str:
    return "des fichiers " + ", ".join(SUFFIXES)
