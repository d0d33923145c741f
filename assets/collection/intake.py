"""Take the files of an inbox in: each version kept under its digest, each ministry's line added to the register.

What cannot be opened safely is put aside with the reason. Whatever is killed, and however many do it at once, the next
call completes the same state; a call that finds nothing new changes no byte. What the rows say is for the checks.
"""

import datetime as dt
import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from assets.collection.file_contents import FileContents, contents_of, kept_contents
from assets.collection.state import Received
from assets.collection.versions import TakenFile, Versions
from assets.reading.submitted import FoundFile, Reading, Submitted, found_files, inbox_findings, read_files
from warehouse.home.calendar import Edition
from warehouse.home.files import NotAFileError, open_regular, write_bytes
from warehouse.home.home import Home
from warehouse.home.quarantine import (
    QuarantinedFile,
    move_aside,
    read_quarantine,
    waiting,
    write_reason,
)
from warehouse.home.state import State
from warehouse.home.submission_ledger import Standing, lines_of, standing, with_lines

# Adds lines, with the columns of the file, to the register `submissions`.
Append = Callable[[pd.DataFrame], object]
NO_DAYS: Mapping[str, dt.date] = {}


@dataclass(frozen=True)
class Receipt:
    """What a call took in, what stands submitted after it, and what the edition received in all."""

    taken: list[TakenFile]
    submitted: Submitted
    received: Received


@dataclass(frozen=True)
class Intake:
    """What a call took in, and the state of the collection after it.

    Attributes:
        taken: what is new, by file name; nothing when the inbox is as it was left.
        ledger: the register `submissions` with the lines of what is new.
        left: the files now in the inbox.
        waiting: the files put aside and still awaited.
        reading: the files that were opened.
    """

    taken: list[TakenFile]
    ledger: pd.DataFrame
    left: list[FoundFile]
    waiting: list[QuarantinedFile]
    reading: Reading

    def present(self) -> frozenset[str]:
        """The sha256 of the files in the inbox, but for those that cannot be read or are beyond the limit."""
        return frozenset(file.sha256 for file in self.left if file.refusal is None)


def receive(
    state: State,
    edition: Edition,
    today: dt.date,
    *,
    days: Mapping[str, dt.date] = NO_DAYS,
    quiet_seconds: float = 0,
    append: Append | None = None,
) -> Receipt:
    """Take in the files of an inbox that the register does not know, and hand on what all those that stand say.

    Each file is opened once. Without `append` nothing at all is written, and the result is as if it had been.

    Args:
        state: the home, held while this lasts where something is written.
        edition: one of its calendar.
        today: the day the files are said to be received.
        days: another day for some of them, by file name.
        quiet_seconds: files changed since less than that are left to the next call, for someone may still be
            writing them.
        append: adds lines to the register `submissions`.

    Raises:
        ServiceError: the disk refused; the next call completes what this one began.
        ConfigurationError: the register cannot be added to, or a reason of the quarantine is malformed.
    """
    intake = take_in(state, edition, today, days=days, quiet_seconds=quiet_seconds, append=append, only_fresh=False)
    stands = standing(intake.ledger, edition.key)
    superseded = stands.superseded
    names = [file.path.name for file in intake.left if file.sha256 not in superseded]
    said = inbox_findings(state.home.inbox(edition), intake.left)
    submitted = intake.reading.submitted(names, said)
    lines = lines_of(intake.ledger, edition.key)
    received = Received(edition, lines, stands, intake.present(), intake.waiting, submitted.rows)
    return Receipt(intake.taken, submitted, received)


def take_in(
    state: State,
    edition: Edition,
    today: dt.date,
    *,
    days: Mapping[str, dt.date] = NO_DAYS,
    quiet_seconds: float = 0,
    append: Append | None = None,
    only_fresh: bool = True,
) -> Intake:
    """Take in the files of an inbox that the register does not know, as `receive` does; only those are opened.

    Args:
        state: as for `receive`, like the others and what is raised.
        edition: one of its calendar.
        today: the day the files are said to be received.
        days: another day for some of them, by file name.
        quiet_seconds: how long files must have been left alone.
        append: adds lines to the register.
        only_fresh: false to open those that stand already as well.
    """
    home, limits, labels = state.home, state.settings.reading, state.ministry_labels
    ledger = state.registers["submissions"]
    stands = standing(ledger, edition.key)
    quarantine = read_quarantine(home, edition)
    found = found_files(home.inbox(edition), limits)
    fresh = _fresh(found, stands, quiet_seconds)
    superseded = stands.superseded
    wanted = {*fresh, *(file for file in found if not only_fresh and file.sha256 not in superseded)}
    reading = read_files([file for file in found if file in wanted], edition.key, limits, labels)
    names = {known.sha256: name for name, known in reading.files.items()}

    def earlier(sha256: str, file: str) -> FileContents:
        if sha256 in names:
            return contents_of(reading, names[sha256])
        return kept_contents(kept_copy(home, edition, file, sha256), edition.key, limits, labels)

    versions = Versions(edition, ledger, labels, lambda name: days.get(name, today), earlier)
    aside = _decide(versions, fresh, reading, lambda file: append is None or _keep(home, edition, file))
    reasons = {
        known.name(): known
        for known in aside.values()
        if known.name() not in quarantine
        or quarantine[known.name()].dismissed_by is not None
        or not versions.is_put_aside(known.file, known.sha256)
    }
    gone = aside.keys() if append is None else _write(home, edition, versions, aside, reasons, append)
    after = with_lines(ledger, versions.frame())
    left = [file for file in found if file.path not in gone]
    return Intake(versions.taken, after, left, waiting(quarantine | reasons, after, edition.key), reading)


def _fresh(found: Sequence[FoundFile], stands: Standing, quiet_seconds: float) -> list[FoundFile]:
    """The files of the inbox that do not stand, but for those that are still changing or cannot be read."""
    now, superseded, current = time.time(), stands.superseded, stands.current_sha256
    settled = [file for file in found if file.sha256 and not 0 <= now - file.changed_at < quiet_seconds]
    present = {file.sha256 for file in settled}
    # A replaced file comes back only where the one that took its place is gone.
    old = {sha256 for sha256 in present & superseded if stands.successor(sha256) in present}
    return [file for file in settled if file.sha256 not in old | current]


def kept_copy(home: Home, edition: Edition, file: str, sha256: str) -> Path:
    """Where the copy of a version of a file is kept."""
    return home.kept(edition) / f"{sha256}{Path(file).suffix.lower()}"


def _keep(home: Home, edition: Edition, file: FoundFile) -> bool:
    """Keep a copy of a file; false when it can no longer be read, or changed under our eyes: the next call takes it."""
    try:
        with open_regular(file.path) as stream:
            content = stream.read(file.size_bytes + 1)
    except (OSError, NotAFileError):
        return False
    if hashlib.sha256(content).hexdigest() != file.sha256:
        return False
    write_bytes(kept_copy(home, edition, file.path.name, file.sha256), content)
    return True


def _decide(
    versions: Versions, fresh: Sequence[FoundFile], reading: Reading, keep: Callable[[FoundFile], bool]
) -> dict[Path, QuarantinedFile]:
    """Keep each new file that can be read and give it its version; the others are to be put aside."""
    aside: dict[Path, QuarantinedFile] = {}
    taken: set[str] = set()
    for file in fresh:
        name, opened = file.path.name, reading.files[file.path.name]
        # What the system does not let read, and the same file under another name, are told with what is read.
        if file.sha256 in taken or (opened.sha256 is None and file.refusal is None):
            continue
        if opened.refusal is not None:
            digest, sizes = file.sha256, (file.size_bytes, file.hashed_bytes)
            aside[file.path] = versions.put_aside(name, opened.refusal, digest, *sizes)
        elif keep(file):
            taken.add(file.sha256)
            versions.take(name, file.sha256, contents_of(reading, name))
    return aside


def _write(
    home: Home,
    edition: Edition,
    versions: Versions,
    aside: Mapping[Path, QuarantinedFile],
    reasons: Mapping[str, QuarantinedFile],
    append: Append,
) -> set[Path]:
    """Write what was decided; the files that could be moved out of the inbox."""
    for known in reasons.values():
        write_reason(home, edition, known)
    # One write for all of them: a process killed before it took nothing in, one killed after it took all.
    if versions.lines:
        append(versions.frame())
    return {path for path, known in aside.items() if move_aside(home, edition, path, known.name())}
