"""Read a file as received, whatever its format, into cells that know their place.

Nothing is interpreted here but the headers: a number stays a number, a text stays as written. What a
cell means is for `assets.projects`.
"""

import zipfile
import zlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from xml.parsers import expat

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from assets.reading.attestation import attestation_findings, read_attestation
from assets.reading.cells import data_cells, sheet_findings
from assets.reading.csv_files import csv_sheet
from assets.reading.file_limits import (
    FileLimits,
    UnreadableFileError,
    refuse_large_file,
    refuse_unsafe_workbook,
)
from assets.reading.headers import HeaderMatch, find_headers, header_findings, layouts
from assets.reading.old_workbooks import sheets_of_old_workbook
from assets.reading.sheets import Sheet, cell_text
from assets.reading.workbook_marks import WorkbookMarks, workbook_marks
from warehouse.archive.tables import RAW_SUBMISSIONS
from warehouse.facts.ministries import NO_LABELS
from warehouse.home.files import sha256_of
from warehouse.home.home import received_files
from warehouse.model.findings import Finding, errors_of
from warehouse.model.schema import empty_frame

WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xls", ".ods")
SUFFIXES = (*WORKBOOK_SUFFIXES, ".csv")
DEFAULT_LIMITS = FileLimits()
# What the readers raise on a workbook that is not whole.
DAMAGES = (CalamineError, OSError, ValueError, KeyError, zipfile.BadZipFile, zlib.error, expat.ExpatError)


def read_inbox(
    folder: Path,
    edition: str,
    limits: FileLimits = DEFAULT_LIMITS,
    superseded: Collection[str] = frozenset(),
    ministry_labels: Mapping[str, str] = NO_LABELS,
) -> tuple[pd.DataFrame, list[Finding]]:
    """Read every file received for an edition.

    Args:
        folder: the edition's inbox; hidden files and office lock files are passed over.
        edition: key of the edition, which decides the layouts.
        limits: what a file may cost to read; beyond, it is refused and the others are read.
        superseded: sha256 of files passed over without a word: a later one took their place.
        ministry_labels: labels that only a home knows, by their `match_key`, each with its ministry.

    Returns:
        The cells, with the columns of `RAW_SUBMISSIONS`, and what is to be said of the files: the errors of those that
        could not be read, and warnings. A file with an error gives no cell; nor does one that attests it has none.
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
            digest = _digest(path, limits)
        except UnreadableFileError as error:
            findings.append(_unreadable(path, error))
            continue
        if digest in superseded:
            continue
        if digest in seen:
            findings.append(_sent_twice(path, seen[digest]))
            continue
        seen[digest] = path.name
        frame, problems = read_file(path, edition, digest, limits, ministry_labels)
        findings += problems
        if not frame.empty and not errors_of(problems):
            frames.append(frame)
    return pd.concat(frames, ignore_index=True) if frames else empty_frame(RAW_SUBMISSIONS), findings


def read_file(
    path: Path,
    edition: str,
    digest: str,
    limits: FileLimits = DEFAULT_LIMITS,
    ministry_labels: Mapping[str, str] = NO_LABELS,
) -> tuple[pd.DataFrame, list[Finding]]:
    """Read one file into cells; see `read_inbox`, which leaves out those of a file with an error."""
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
        read, problems = _sheet_cells(path.name, sheet, *found)
        stamp = {"edition": edition, "source_file": path.name, "source_sha256": digest}
        cells += [stamp | cell for cell in read]
        findings += problems
    findings += attestation_findings(path.name, sheets, edition, cells, ministry_labels)
    attestation = read_attestation(sheets, ministry_labels)
    if not recognised:
        findings.append(_no_sheet(path.name, sheets, edition))
    elif not cells and not errors_of(findings) and not (attestation and attestation.is_nil):
        findings.append(Finding("file_has_projects", "error", "Aucune ligne sous les en-têtes.", file=path.name))
    columns = [column.name for column in RAW_SUBMISSIONS.columns]
    return pd.DataFrame(cells, columns=columns) if cells else empty_frame(RAW_SUBMISSIONS), findings


def _sheet_cells(
    file: str, sheet: Sheet, header_row: int, match: HeaderMatch
) -> tuple[list[dict[str, object]], list[Finding]]:
    """The cells under the headers of a recognised sheet, none with wrong headers, and what is to be said of it."""
    findings = [_unended(file, sheet)] if not sheet.is_ended else []
    problems = header_findings(file, sheet, header_row, match)
    if problems:
        return [], findings + problems
    cells = list(data_cells(sheet, header_row, match))
    return [cell for cell in cells if cell["field"] is not None], [
        *findings,
        *sheet_findings(file, sheet, header_row, match, cells),
    ]


def _digest(path: Path, limits: FileLimits) -> str:
    try:
        refuse_large_file(path, limits)
        return sha256_of(path)
    except OSError as error:
        raise UnreadableFileError(f"Le fichier ne peut pas être lu ({error.strerror or error}).") from error


def _sent_twice(path: Path, first: str) -> Finding:
    return Finding(
        "file_is_sent_once",
        "warning",
        f"Ce fichier est identique à « {first} », qui seul est lu.",
        file=path.name,
        expected="un seul exemplaire de chaque fichier",
    )


def _unreadable(path: Path, reason: object) -> Finding:
    return Finding("file_is_readable", "error", str(reason), file=path.name, expected=_accepted())


def _unended(file: str, sheet: Sheet) -> Finding:
    return Finding(
        "last_line_is_ended",
        "warning",
        "La dernière ligne du fichier CSV n'a pas de fin de ligne : s'il a été tronqué, sa dernière valeur est fausse.",
        file=file,
        row=len(sheet.rows),
        value=cell_text(sheet.rows[-1][-1]) if sheet.rows and sheet.rows[-1] else None,
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
        return [csv_sheet(path, limits)]
    refuse_unsafe_workbook(path, limits)
    if suffix == ".xls":
        return sheets_of_old_workbook(path, limits)
    return _workbook_sheets(path)


def _workbook_sheets(path: Path) -> list[Sheet]:
    try:
        workbook = CalamineWorkbook.from_path(path)
        marks = WorkbookMarks() if path.suffix.lower() == ".ods" else workbook_marks(path)
        sheets = [
            _sheet_of(workbook, meta.name, marks, is_hidden=meta.visible != SheetVisibleEnum.Visible)
            for meta in workbook.sheets_metadata
            if meta.typ == SheetTypeEnum.WorkSheet
        ]
    except PasswordError as error:
        raise UnreadableFileError("Le classeur est protégé par un mot de passe.") from error
    except BaseException as error:
        # A panic of the Rust reader is no Exception, so that `except Exception` would let one file end the run.
        if not isinstance(error, DAMAGES) and type(error).__name__ != "PanicException":
            raise
        raise UnreadableFileError(
            f"Le classeur est illisible : tronqué, endommagé ou d'un autre format ({error})."
        ) from error
    return sheets


def _sheet_of(workbook: CalamineWorkbook, name: str, marks: WorkbookMarks, *, is_hidden: bool) -> Sheet:
    sheet = workbook.get_sheet_by_name(name)
    rows = sheet.to_python(skip_empty_area=False)
    for (row, column), shown in marks.errors.get(name, {}).items():
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = shown
    return Sheet(
        name,
        rows,
        is_hidden=is_hidden,
        counts_from_1904=marks.counts_from_1904,
        merged=sheet.merged_cell_ranges or (),
    )


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


def _accepted() -> str:
    return "des fichiers " + ", ".join(SUFFIXES)
