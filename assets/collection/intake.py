"""Take the files of an inbox in: each version kept under its digest, each ministry's line added to the register.

What cannot be opened safely is put aside with the reason. Whatever is killed, and however many do it at once, the next
call completes the same state; a call that finds nothing new changes no byte. What the rows say is for the checks.
"""

import datetime as dt
import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from assets.collection.file_contents import FileContents, ProjectKey, contents_or_none, read_contents
from assets.reading.file_limits import FileLimits, UnreadableFileError, refuse_large_file
from assets.reading.workbooks import read_inbox
from warehouse.facts.ministries import find_ministries
from warehouse.home.calendar import Edition
from warehouse.home.files import sha256_of, write_bytes
from warehouse.home.home import Home
from warehouse.home.quarantine import (
    QuarantinedFile,
    bounded_sha256,
    has_reason,
    is_writable_name,
    move_aside,
    safe_name,
    write_reason,
)
from warehouse.home.register_tables import SUBMISSIONS
from warehouse.home.registers import ministry_labels, read_registers, register
from warehouse.home.settings import read_settings
from warehouse.home.submission_ledger import (
    NIL,
    QUARANTINED,
    Standing,
    lines_of,
    ministries_of,
    next_version,
    same_name,
    standing,
)
from warehouse.model.findings import Finding

# A file of another name replaces an earlier one when it says again at least this share of its projects; below, it is
# a complement, and a project said twice is for the checks to refuse.
REPLACED_SHARE = 0.5
NO_DAYS: Mapping[str, dt.date] = {}


@dataclass(frozen=True)
class TakenFile:
    """A file that a call took in: where it stands now, and which files it took the place of.

    `versions` gives the rank of the submission for each ministry, under the empty string where none is known.
    """

    file: str
    sha256: str
    status: str
    versions: Mapping[str, int]
    replaces: tuple[str, ...] = ()
    reason: str | None = None


@dataclass
class _Inbox:
    """An inbox being taken in: what the register says, what is found, the lines to add."""

    home: Home
    edition: Edition
    limits: FileLimits
    labels: Mapping[str, str]
    ledger: pd.DataFrame
    stands: Standing
    days: Mapping[str, dt.date]
    today: dt.date
    lines: list[dict[str, object]] = field(default_factory=list)
    taken: list[TakenFile] = field(default_factory=list)
    contents: dict[str, FileContents] = field(default_factory=dict)


def take_in(
    home: Home,
    edition: Edition,
    today: dt.date,
    *,
    days: Mapping[str, dt.date] = NO_DAYS,
    quiet_seconds: float = 0,
) -> list[TakenFile]:
    """Take in the files of an inbox that the register does not know.

    A later file replaces an earlier one of the same ministry when it bears the same name, when it says again at least
    half of its projects, or when one of them attests « néant ». Two files found by the same call never replace each
    other: nothing tells which is the later.

    Args:
        home: the installation, held while this lasts.
        edition: one of its calendar.
        today: the day the files are said to be received.
        days: another day for some of them, by file name.
        quiet_seconds: files changed since less than that are left to the next call, for someone may still be
            writing them.

    Returns:
        What is new, by file name; nothing when the inbox is as it was left.

    Raises:
        ServiceError: the disk refused; the next call completes what this one began.
        ConfigurationError: a register or the settings of the home are malformed.
    """
    with home.writing():
        ledger = register(home.registers, "submissions").read()
        inbox = _Inbox(
            home,
            edition,
            read_settings(home.settings).reading,
            ministry_labels(read_registers(home.registers)),
            ledger,
            standing(ledger, edition.key),
            days,
            today,
        )
        fresh = list(_fresh(inbox, quiet_seconds))
        aside = _sort_out(inbox, fresh)
        # One write for all of them: a process killed before it took nothing in, one killed after it took all.
        register(home.registers, "submissions").append(_frame(inbox.lines), seen=ledger)
        for path, name in aside:
            move_aside(home, edition, path, name)
    return inbox.taken


def read_received(home: Home, edition: Edition) -> tuple[pd.DataFrame, list[Finding]]:
    """Read the files of an edition that stand: those of its inbox that no later one took the place of.

    Returns:
        As `assets.reading.workbooks.read_inbox`.

    Raises:
        ConfigurationError: a register or the settings of the home are malformed.
    """
    registers = read_registers(home.registers)
    limits = read_settings(home.settings).reading
    superseded = standing(registers["submissions"], edition.key).superseded
    return read_inbox(home.inbox(edition), edition.key, limits, superseded, ministry_labels(registers))


def kept_copy(home: Home, edition: Edition, file: str, sha256: str) -> Path:
    """Where the copy of a version of a file is kept."""
    return home.kept(edition) / f"{sha256}{Path(file).suffix.lower()}"


def present_sha256(home: Home, edition: Edition) -> frozenset[str]:
    """The sha256 of the files now in the inbox, but for those that cannot be read or are beyond the limit."""
    limits = read_settings(home.settings).reading
    found = set()
    for path in home.received(edition):
        try:
            refuse_large_file(path, limits)
            found.add(sha256_of(path))
        except (UnreadableFileError, OSError):
            continue
    return frozenset(found)


def _fresh(inbox: _Inbox, quiet_seconds: float) -> Iterator[tuple[Path, str, int]]:
    """The files of the inbox that do not stand, by name, with their digest and how many bytes it covers."""
    found: list[tuple[Path, str, int]] = []
    for path in inbox.home.received(inbox.edition):
        try:
            changed_seconds = time.time() - path.stat().st_mtime
            if 0 <= changed_seconds < quiet_seconds:
                continue
            digest, hashed = bounded_sha256(path, inbox.limits.file_bytes)
        except OSError:
            # Reading the inbox names it.
            continue
        found.append((path, digest, hashed))
    present = {digest for _, digest, _ in found}
    for path, digest, hashed in found:
        # A replaced file comes back only where the one that took its place is gone.
        is_old = digest in inbox.stands.superseded and inbox.stands.successor(digest) in present
        if not is_old and digest not in inbox.stands.current_sha256:
            yield path, digest, hashed


def _sort_out(inbox: _Inbox, fresh: Sequence[tuple[Path, str, int]]) -> list[tuple[Path, str]]:
    """Keep a copy of what can be read, write why the rest cannot; the files to put aside, each with its new name."""
    aside: list[tuple[Path, str]] = []
    for path, digest, hashed in fresh:
        try:
            _keep(inbox, path, digest)
        except UnreadableFileError as error:
            aside.append((path, _set_aside(inbox, path, str(error), digest, hashed)))
        except OSError:
            continue
    return aside


def _keep(inbox: _Inbox, path: Path, digest: str) -> None:
    if digest in inbox.contents:
        # The same file under another name: reading the inbox says so.
        return
    if not is_writable_name(path.name):
        raise UnreadableFileError("Le nom du fichier a des caractères qui ne s'écrivent pas.")
    contents = read_contents(path, inbox.edition.key, inbox.limits, inbox.labels)
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        # Changed under our eyes: the next call takes it.
        return
    write_bytes(kept_copy(inbox.home, inbox.edition, path.name, digest), content)
    contents = FileContents(contents.ministries or _guessed(inbox, path.name), contents.rows, contents.attestation)
    inbox.contents[digest] = contents
    attestation = contents.attestation
    _add(
        inbox,
        path.name,
        digest,
        NIL if contents.is_nil else "read",
        contents.ministries,
        replaced=_replaced(inbox, path.name, contents),
        signed_by=attestation.name if attestation else None,
        signed_on=attestation.signed_on if attestation else None,
    )


def _set_aside(inbox: _Inbox, path: Path, reason: str, digest: str, hashed: int) -> str:
    """Write why a file is put aside, with its line unless the last one of that name says it already."""
    file = path.name if is_writable_name(path.name) else safe_name(path.name)
    day = inbox.days.get(path.name, inbox.today)
    quarantined = QuarantinedFile(file, reason, digest, path.stat().st_size, hashed, day.isoformat())
    lines = lines_of(inbox.ledger, inbox.edition.key)
    known = lines.loc[lines["file"].map(same_name).eq(same_name(file))]
    is_known = len(known) > 0 and known.iloc[-1][["sha256", "status"]].tolist() == [digest, QUARANTINED]
    if not is_known or not has_reason(inbox.home, inbox.edition, quarantined.name()):
        write_reason(inbox.home, inbox.edition, quarantined)
    if not is_known:
        _add(inbox, file, digest, QUARANTINED, _guessed(inbox, path.name), reason=reason)
    return quarantined.name()


def _guessed(inbox: _Inbox, name: str) -> tuple[str, ...]:
    """The ministries of a file that names none: those of the last file of that name, else the one it is named by."""
    lines = lines_of(inbox.ledger, inbox.edition.key)
    earlier = lines.loc[lines["file"].map(same_name).eq(same_name(name)) & lines["ministry_id"].notna()]
    if len(earlier):
        return ministries_of(lines, [earlier["sha256"].iloc[-1]])
    named = find_ministries(Path(name).stem, inbox.labels)
    return named if len(named) == 1 else ()


def _replaced(inbox: _Inbox, name: str, contents: FileContents) -> list[str]:
    """The files that stand and whose place this one takes, in the order of the register."""
    files = inbox.stands.current.drop_duplicates("sha256")
    return [
        str(sha256)
        for sha256, file in zip(files["sha256"], files["file"], strict=True)
        if _takes_place(inbox, name, contents, str(sha256), str(file))
    ]


def _takes_place(inbox: _Inbox, name: str, contents: FileContents, earlier: str, earlier_name: str) -> bool:
    theirs = ministries_of(inbox.stands.current, [earlier])
    common = set(theirs) & set(contents.ministries)
    if same_name(name) == same_name(earlier_name):
        # One name for two ministries is two files, of which the first is no longer in the inbox.
        return bool(common) or not theirs or not contents.ministries
    if not common:
        return False
    was_nil = inbox.stands.current.loc[lambda lines: lines["sha256"].eq(earlier), "status"].eq(NIL).any()
    if was_nil or contents.is_nil:
        return set(theirs) <= set(contents.ministries)
    return _says_again(contents, _earlier_contents(inbox, earlier, earlier_name))


def _says_again(contents: FileContents, earlier: FileContents) -> bool:
    """Whether a file has at least half of the projects of an earlier one."""
    said = frozenset[ProjectKey]().union(*contents.projects())
    before = earlier.projects()
    again = sum(bool(keys & said) for keys in before)
    return again > 0 and again >= REPLACED_SHARE * len(before)


def _earlier_contents(inbox: _Inbox, sha256: str, file: str) -> FileContents:
    """What a file that stands is about, from its copy; nothing when the copy was taken away."""
    if sha256 not in inbox.contents:
        path = kept_copy(inbox.home, inbox.edition, file, sha256)
        inbox.contents[sha256] = contents_or_none(path, inbox.edition.key, inbox.limits, inbox.labels)
    return inbox.contents[sha256]


def _add(
    inbox: _Inbox,
    file: str,
    sha256: str,
    status: str,
    ministries: Sequence[str],
    *,
    replaced: Sequence[str] = (),
    reason: str | None = None,
    **signed: object,
) -> None:
    """Add the lines of a file: one per ministry, and per file it replaces when there are several."""
    day = inbox.days.get(file, inbox.today)
    versions = {ministry: _version(inbox, ministry, file) for ministry in ministries or ("",)}
    inbox.lines += [
        {
            "edition": inbox.edition.key,
            "ministry_id": ministry or None,
            "version": version,
            "file": file,
            "sha256": sha256,
            "received_on": day,
            "replaces_sha256": earlier,
            "status": status,
            **signed,
        }
        for ministry, version in versions.items()
        for earlier in replaced or (None,)
    ]
    files = inbox.stands.current.drop_duplicates("sha256").set_index("sha256")["file"]
    names = tuple(str(files[earlier]) for earlier in replaced)
    inbox.taken.append(TakenFile(file, sha256, status, versions, names, reason))


def _version(inbox: _Inbox, ministry: str, file: str) -> int:
    """The rank of a submission of a ministry; of a file by its name, where no ministry is known."""
    known = pd.concat([lines_of(inbox.ledger, inbox.edition.key), _frame(inbox.lines)], ignore_index=True)
    if ministry:
        return next_version(known.loc[known["ministry_id"].eq(ministry), "version"])
    unknown = known["ministry_id"].isna() & known["file"].map(same_name).eq(same_name(file))
    return next_version(known.loc[unknown, "version"])


def _frame(lines: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    return pd.DataFrame(lines, columns=[column.name for column in SUBMISSIONS.columns[1:]])
