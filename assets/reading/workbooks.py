"""Read a file as received, whatever its format, into cells that know their place.

Nothing is interpreted here but the headers: a number stays a number, a text stays as written. What a
cell means is for `assets.projects`.
"""

import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from xml.parsers import expat

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from assets.reading.attestation import Attestation, attestation_findings, read_attestation
from assets.reading.cells import DataCell, data_cells, sheet_findings
from assets.reading.formats.content_scan import PASSWORD, SAVE_AGAIN
from assets.reading.formats.csv_files import csv_sheet
from assets.reading.formats.file_limits import (
    FileLimits,
    UnreadableFileError,
    refuse_size,
    refuse_unsafe_workbook,
)
from assets.reading.formats.old_workbooks import sheets_of_old_workbook
from assets.reading.formats.opendocument_marks import opendocument_marks
from assets.reading.formats.sheets import Sheet, cell_text, marked_sheet, visible_sheet
from assets.reading.formats.workbook_marks import WorkbookMarks, marks_of, workbook_marks
from assets.reading.headers import HeaderMatch, find_headers, header_findings, header_keys, layouts
from assets.reading.history import project_cells
from warehouse.archive.tables import RAW_SUBMISSIONS
from warehouse.facts.ministries import NO_LABELS
from warehouse.home.files import NotAFileError, open_regular
from warehouse.model.findings import Finding, declared_finding, errors_of
from warehouse.model.french import shown, shown_name
from warehouse.model.schema import empty_frame

WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xls", ".ods")
SUFFIXES = (*WORKBOOK_SUFFIXES, ".csv")
ACCEPTED = "des fichiers " + ", ".join(SUFFIXES)
DEFAULT_LIMITS = FileLimits()
# What the readers raise on a workbook that is not whole.
DAMAGES = (CalamineError, OSError, ValueError, KeyError, zipfile.BadZipFile, zlib.error, expat.ExpatError)


@dataclass(frozen=True)
class OpenedFile:
    """A received file that was opened: who attests it, and what is to be said of it.

    `sha256` is None for one that the system does not let read, or beyond the limits; `refusal` says why a file has no
    sheet.
    """

    path: Path
    sha256: str | None
    limits: FileLimits = DEFAULT_LIMITS
    attestation: Attestation | None = None
    findings: tuple[Finding, ...] = ()
    refusal: str | None = None

    def sheets(self) -> list[Sheet]:
        """Its sheets, read again: whoever judges a file has its cells, and only who returns it needs how they stand.

        Raises:
            UnreadableFileError, OSError: it is no longer as it was.
        """
        return open_sheets(self.path, self.limits)


def refused_file(path: Path, sha256: str | None, reason: object) -> OpenedFile:
    """A file that cannot be read, and why; the reason may quote what it holds."""
    why = shown(str(reason))
    finding = declared_finding("file_is_readable", why, file=shown_name(path.name), expected=ACCEPTED)
    return OpenedFile(path, sha256, findings=(finding,), refusal=why)


def read_file(
    path: Path,
    edition: str,
    sha256: str | None,
    limits: FileLimits = DEFAULT_LIMITS,
    ministry_labels: Mapping[str, str] = NO_LABELS,
) -> tuple[OpenedFile, pd.DataFrame]:
    """Read one file: what is to be said of it, and its cells, with the columns of `RAW_SUBMISSIONS`.

    Args:
        path: the file.
        edition: key of the edition, which decides the layouts.
        sha256: its own; None for one beyond the limits.
        limits: what a file may cost to read; beyond, it is refused.
        ministry_labels: labels that only a home knows, by their `match_key`, each with its ministry.
    """
    try:
        sheets = tuple(open_sheets(path, limits))
    except UnreadableFileError as error:
        return refused_file(path, sha256, error), empty_frame(RAW_SUBMISSIONS)
    except OSError as error:
        return refused_file(path, None, unread(error)), empty_frame(RAW_SUBMISSIONS)
    cells: list[DataCell] = []
    findings: list[Finding] = []
    found = [(sheet, headers) for sheet in sheets if (headers := find_headers(sheet, edition)) is not None]
    for sheet, headers in found:
        read, problems = _sheet_cells(path.name, sheet, *headers)
        cells += read
        findings += problems
    attestation = read_attestation(sheets, ministry_labels)
    findings += attestation_findings(path.name, sheets, edition, cells, ministry_labels)
    if not found:
        findings.append(_no_sheet(path.name, sheets, edition))
    elif not cells and not errors_of(findings) and not (attestation and attestation.is_nil):
        findings.append(declared_finding("file_has_projects", "Aucune ligne sous les en-têtes.", file=path.name))
    opened = OpenedFile(path, sha256, limits, attestation, tuple(findings))
    return opened, _frame_of(cells, {"edition": edition, "source_file": path.name, "source_sha256": sha256})


def _frame_of(cells: Sequence[DataCell], stamp: Mapping[str, str | None]) -> pd.DataFrame:
    """The cells of a file as columns of `RAW_SUBMISSIONS`; `stamp` holds those that are the same for all."""
    if not cells:
        return empty_frame(RAW_SUBMISSIONS)
    # One after the other: as a list, a column takes as much again.
    return pd.DataFrame(
        {
            name: pd.Series([stamp[name]] * len(cells) if name in stamp else [cell[name] for cell in cells])
            for name in RAW_SUBMISSIONS.names()
        }
    )


def _sheet_cells(file: str, sheet: Sheet, header_row: int, match: HeaderMatch) -> tuple[list[DataCell], list[Finding]]:
    """The cells under the headers of a recognised sheet, none with wrong headers, and what is to be said of it."""
    findings = [_unended(file, sheet)] if not sheet.is_ended else []
    cells = list(data_cells(sheet, header_row, match))
    problems = header_findings(file, sheet, header_row, match, {cell.position for cell in cells})
    if errors_of(problems):
        return [], findings + problems
    told = sheet_findings(file, sheet, header_row, match, cells)
    read = [cell for cell in cells if cell.field is not None]
    if match.layout.is_history:
        read, passed = project_cells(file, sheet.name, read)
        told += passed
    return read, [*findings, *problems, *told]


def unread(error: OSError) -> str:
    """What the system said of a file that it does not let read."""
    return f"Le fichier ne peut pas être lu ({error.strerror or error})."


def _unended(file: str, sheet: Sheet) -> Finding:
    return declared_finding(
        "last_line_is_ended",
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
        raise UnreadableFileError(_other_format(path.suffix))
    content = received_bytes(path, limits)
    if suffix == ".csv":
        return [visible_sheet(csv_sheet(path.stem, content, limits, header_keys()))]
    refuse_unsafe_workbook(content, suffix, limits)
    sheets = sheets_of_old_workbook(content, limits) if suffix == ".xls" else _workbook_sheets(content, suffix)
    return list(map(visible_sheet, sheets))


def received_bytes(path: Path, limits: FileLimits = DEFAULT_LIMITS) -> bytes:
    """The bytes of a received file, which is opened once and is no link.

    Raises:
        UnreadableFileError: empty, beyond the limit, or no regular file any more.
        OSError: the system does not let it be read.
    """
    try:
        with open_regular(path) as stream:
            content = stream.read(limits.file_bytes + 1)
    except NotAFileError as error:
        raise UnreadableFileError(f"C'est {error.kind}, qui n'est pas ouvert.") from error
    refuse_size(len(content), limits)
    return content


def _other_format(suffix: str) -> str:
    """Why a file is not read for its extension, and what to do about it."""
    match suffix.lower():
        case ".zip" | ".7z" | ".rar" | ".gz" | ".tar" | ".tgz":
            advice = "La décompresser et déposer les fichiers qu'elle contient."
            return f"C'est une archive (« {suffix} »), qui n'est pas ouverte. {advice}"
        case ".docx" | ".doc" | ".odt" | ".rtf" | ".pdf" | ".txt" as known:
            what = "un PDF" if known == ".pdf" else "un document de texte"
            return (
                f"C'est {what} (« {suffix} ») : les projets se lisent dans un tableau. Demander le classeur au "
                "ministère ; si c'est une lettre ou une pièce jointe, il n'y a rien à en lire."
            )
        case "":
            return f"Le fichier n'a pas d'extension : son format n'est pas connu. {SAVE_AGAIN}"
    return f"L'extension « {suffix} » n'est pas acceptée. {SAVE_AGAIN}"


def _workbook_sheets(content: bytes, suffix: str) -> list[Sheet]:
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        marks = opendocument_marks(content) if suffix == ".ods" else workbook_marks(content)
        sheets = [
            _sheet_of(workbook, meta.name, marks, is_hidden=meta.visible != SheetVisibleEnum.Visible)
            for meta in workbook.sheets_metadata
            if meta.typ == SheetTypeEnum.WorkSheet
        ]
    except PasswordError as error:
        raise UnreadableFileError(PASSWORD) from error
    except BaseException as error:
        # A panic of the Rust reader is no Exception, so that `except Exception` would let one file end the run.
        if not isinstance(error, DAMAGES) and type(error).__name__ != "PanicException":
            raise
        raise UnreadableFileError(
            f"Le classeur est illisible : tronqué, endommagé ou d'un autre format ({error}). {SAVE_AGAIN}"
        ) from error
    return sheets


def _sheet_of(workbook: CalamineWorkbook, name: str, marks: WorkbookMarks, *, is_hidden: bool) -> Sheet:
    sheet = workbook.get_sheet_by_name(name)
    rows = sheet.to_python(skip_empty_area=False)
    own = marks_of(marks, name)
    return marked_sheet(
        Sheet(name, rows, is_hidden=is_hidden, counts_from_1904=marks.counts_from_1904),
        replace(own, merged=own.merged or sheet.merged_cell_ranges or ()),
    )


def _no_sheet(file: str, sheets: Sequence[Sheet], edition: str) -> Finding:
    names = ", ".join(f"« {sheet.name} »" for sheet in sheets) or "aucune"
    known = " ; ".join(f"{layout.name} ({', '.join(layout.required.values())})" for layout in layouts(edition))
    return declared_finding(
        "sheet_is_recognised",
        "Aucune feuille ne porte les en-têtes d'un format connu.",
        file=file,
        value=f"feuilles {names}",
        expected=f"une feuille avec les en-têtes d'un des formats {known}",
    )
