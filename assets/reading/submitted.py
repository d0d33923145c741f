"""What the ministries submitted for an edition: the cells of the files that stand, their typed rows, what was found.

Each file is opened once, and all the cells are typed together.
"""

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from assets.reading.formats.file_limits import FileLimits, UnreadableFileError, refuse_size
from assets.reading.typed_rows import type_projects
from assets.reading.workbooks import ACCEPTED, DEFAULT_LIMITS, OpenedFile, read_file, refused_file, unread
from warehouse.archive.tables import RAW_SUBMISSIONS
from warehouse.facts.ministries import NO_LABELS
from warehouse.home.files import NotAFileError, open_regular
from warehouse.home.home import received_entries
from warehouse.home.quarantine import bounded_sha256, is_writable_name, safe_name
from warehouse.model.findings import Finding, declared_finding, errors_of
from warehouse.model.french import counted, listed, shown_name
from warehouse.model.schema import empty_frame

# How many of the files of a folder are named.
NAMED_INSIDE = 5
UNWRITABLE_NAME = "Le nom du fichier a des caractères qui ne se voient pas, ou qui ne sont pas du texte"


@dataclass(frozen=True)
class FoundFile:
    """What was found in an inbox, not read yet.

    `sha256` is that of its first `hashed_bytes`, which are all of them but for a file beyond the limit; it is empty for
    what is no file, or that the system does not let read. `refusal` says why it is not to be opened; `changed_at` is in
    seconds since 1970.
    """

    path: Path
    sha256: str = ""
    size_bytes: int = 0
    hashed_bytes: int = 0
    changed_at: float = 0.0
    refusal: str | None = None


@dataclass(frozen=True)
class Submitted:
    """The files of an edition that stand, read and typed.

    Attributes:
        edition: its key.
        cells: columns of `RAW_SUBMISSIONS`; none of a file with an error, or that attests it has no project.
        rows: columns of `SUBMITTED_ROWS`, one row per submitted line in the order of files, sheets and rows;
            `project_id` is the declared one, or missing.
        file_findings: what is to be said of the files: the errors of those that could not be read, and warnings.
        value_findings: what cells could not be read, then notices on how columns were.
        files: the files that stand, those that could not be read or were sent twice included, by name.
    """

    edition: str
    cells: pd.DataFrame
    rows: pd.DataFrame
    file_findings: tuple[Finding, ...]
    value_findings: tuple[Finding, ...]
    files: tuple[OpenedFile, ...]


@dataclass(frozen=True)
class Reading:
    """Files that were opened, by name, and all their cells, typed; those of files with an error too."""

    edition: str
    files: Mapping[str, OpenedFile]
    cells: pd.DataFrame
    rows: pd.DataFrame
    value_findings: tuple[Finding, ...]

    def submitted(self, names: Sequence[str], before: Sequence[Finding] = ()) -> Submitted:
        """What is submitted when only some of the files stand; of two identical ones, the first is read.

        Args:
            names: those of the files that stand, sorted.
            before: what is to be said before them.
        """
        files = [self.files[name] for name in names]
        first = {file.sha256: file for file in reversed(files)}
        findings, read = list(before), set[str]()
        for file in files:
            if file.sha256 is not None and first[file.sha256] is not file:
                findings.append(_sent_twice(file.path, first[file.sha256].path))
                continue
            findings += file.findings
            if not errors_of(file.findings):
                read.add(file.path.name)
        return Submitted(
            self.edition,
            _of_files(self.cells, read),
            _of_files(self.rows, read),
            tuple(findings),
            tuple(finding for finding in self.value_findings if finding.file in read),
            tuple(files),
        )


def _of_files(lines: pd.DataFrame, names: Collection[str]) -> pd.DataFrame:
    """The cells or rows of some files; the frame itself where it has no other."""
    chosen = lines["source_file"].isin(names)
    return lines if chosen.all() else lines.loc[chosen].reset_index(drop=True)


def found_files(folder: Path, limits: FileLimits) -> list[FoundFile]:
    """All that lies in an inbox, by name, as `received_entries` gives it; what is no file is not opened."""
    return [_found(path, limits) for path in received_entries(folder)]


def _found(path: Path, limits: FileLimits) -> FoundFile:
    try:
        with open_regular(path) as stream:
            status = os.fstat(stream.fileno())
            sha256, hashed_bytes = bounded_sha256(stream, limits.file_bytes)
        found = FoundFile(path, sha256, status.st_size, hashed_bytes, status.st_mtime)
        refuse_size(status.st_size, limits)
    except NotAFileError as error:
        return FoundFile(path, refusal=_not_opened(path, error))
    except OSError as error:
        return FoundFile(path, refusal=unread(error))
    except UnreadableFileError as error:
        return replace(found, refusal=str(error))
    if not is_writable_name(path.name):
        remedy = f"« panorama quarantine retry » le reprend sous le nom « {safe_name(path.name)} »."
        return replace(found, refusal=f"{UNWRITABLE_NAME} : {shown_name(path.name)}. {remedy}")
    return found


def _not_opened(path: Path, error: NotAFileError) -> str:
    """Why an entry that is no regular file is not read, and what to do about it."""
    if path.is_dir() and not path.is_symlink():
        inside = received_entries(path)
        names = listed([f"« {shown_name(each.name)} »" for each in inside[:NAMED_INSIDE]])
        more = f" et {counted(len(inside) - NAMED_INSIDE, 'autre')}" if len(inside) > NAMED_INSIDE else ""
        return (
            f"C'est un dossier, et ce qu'il contient n'est pas lu ({names}{more}) : déposer chaque fichier directement "
            "dans le dossier de réception de l'édition, puis retirer ce dossier."
        )
    return (
        f"C'est {error.kind}, qui n'est pas ouvert : seuls les fichiers déposés dans le dossier de réception sont lus. "
        "Mettre à sa place une copie du fichier, ou le retirer."
    )


def read_files(
    found: Sequence[FoundFile], edition: str, limits: FileLimits, ministry_labels: Mapping[str, str] = NO_LABELS
) -> Reading:
    """Open files of an inbox, each once, and type their cells.

    Args:
        found: the files, by name.
        edition: key of the edition, which decides the layouts.
        limits: what a file may cost to read; beyond, it is refused and the others are read.
        ministry_labels: labels that only a home knows, by their `match_key`, each with its ministry.
    """
    files, frames = dict[str, OpenedFile](), list[pd.DataFrame]()
    for each in found:
        if each.refusal is not None:
            files[each.path.name] = refused_file(each.path, None, each.refusal)
            continue
        files[each.path.name], read = read_file(each.path, edition, each.sha256, limits, ministry_labels)
        frames += [read] if len(read) else []
    cells = frames[0] if len(frames) == 1 else pd.concat(frames or [empty_frame(RAW_SUBMISSIONS)], ignore_index=True)
    rows, findings = type_projects(cells, ministry_labels)
    return Reading(edition, files, cells, rows, tuple(findings))


def read_inbox(
    folder: Path,
    edition: str,
    limits: FileLimits = DEFAULT_LIMITS,
    superseded: Collection[str] = frozenset(),
    ministry_labels: Mapping[str, str] = NO_LABELS,
) -> tuple[pd.DataFrame, list[Finding]]:
    """Read every file of a folder, as received for an edition.

    Args:
        folder: the edition's inbox.
        edition: key of the edition, which decides the layouts.
        limits: what a file may cost to read.
        superseded: sha256 of files passed over without a word: a later one took their place.
        ministry_labels: labels that only a home knows.

    Returns:
        The cells and the findings of the files, as in `Submitted`.
    """
    found = found_files(folder, limits)
    standing = [file for file in found if file.sha256 not in superseded]
    reading = read_files(standing, edition, limits, ministry_labels)
    submitted = reading.submitted(list(reading.files), inbox_findings(folder, found))
    return submitted.cells, list(submitted.file_findings)


def inbox_findings(folder: Path, files: Collection[FoundFile]) -> list[Finding]:
    """What is to be said of an inbox where no file is."""
    if not folder.is_dir():
        return [declared_finding("inbox_exists", f"Le dossier de réception {folder} n'existe pas.", expected=ACCEPTED)]
    if not files:
        return [declared_finding("inbox_has_files", f"Le dossier de réception {folder} est vide.", expected=ACCEPTED)]
    return []


def _sent_twice(path: Path, first: Path) -> Finding:
    return declared_finding(
        "file_is_sent_once",
        f"Ce fichier est identique à « {first.name} », qui seul est lu.",
        file=path.name,
        expected="un seul exemplaire de chaque fichier",
    )
