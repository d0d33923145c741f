"""Which version of a ministry's submission each new file is, and which earlier file it takes the place of.

A later file replaces an earlier one of the same ministry when it bears the same name, when it says again at least half
of its projects, or when one of them attests « néant ». Two files found together never replace each other: nothing tells
which is the later. Nothing is written here.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from assets.collection.file_contents import FileContents, ProjectKey
from warehouse.facts.ministries import find_ministries
from warehouse.home.calendar import Edition
from warehouse.home.quarantine import QuarantinedFile, is_writable_name, safe_name
from warehouse.home.register_tables import SUBMISSIONS
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

# A file of another name replaces an earlier one when it says again at least this share of its projects; below, it is
# a complement, and a project said twice is for the checks to refuse.
REPLACED_SHARE = 0.5


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
class Versions:
    """The register of an edition as new files are added to it: the lines to append, and what is told of each file.

    Attributes:
        edition: the edition.
        ledger: the register `submissions` as it was read.
        ministry_labels: labels that only a home knows.
        day_of: the day a file is said to be received, by its name.
        kept_contents: what an earlier file is about, by its sha256 and its name.
    """

    edition: Edition
    ledger: pd.DataFrame
    ministry_labels: Mapping[str, str]
    day_of: Callable[[str], dt.date]
    kept_contents: Callable[[str, str], FileContents]
    lines: list[dict[str, object]] = field(default_factory=list)
    taken: list[TakenFile] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.known = lines_of(self.ledger, self.edition.key)
        self.stands = standing(self.ledger, self.edition.key)

    def take(self, name: str, sha256: str, contents: FileContents) -> None:
        """Add a file that can be read."""
        ministries = contents.ministries or self._guessed(name)
        attestation = contents.attestation
        self._add(
            name,
            sha256,
            NIL if contents.is_nil else "read",
            ministries,
            replaced=_replaced(self.stands, name, ministries, contents, self.kept_contents),
            signed_by=attestation.name if attestation else None,
            signed_on=attestation.signed_on if attestation else None,
        )

    def put_aside(self, name: str, reason: str, sha256: str, size_bytes: int, hashed_bytes: int) -> QuarantinedFile:
        """Add a file that cannot be opened safely, unless the last line of that name says it already."""
        file = name if is_writable_name(name) else safe_name(name)
        day = self.day_of(name).isoformat()
        if not self.is_put_aside(file, sha256):
            self._add(file, sha256, QUARANTINED, self._guessed(file), reason=reason)
        return QuarantinedFile(file, reason, sha256, size_bytes, hashed_bytes, day)

    def is_put_aside(self, file: str, sha256: str) -> bool:
        """Whether the last line of a name, as the register was read, says that this file is put aside."""
        lines = self._of_name(file)
        return len(lines) > 0 and lines.iloc[-1][["sha256", "status"]].tolist() == [sha256, QUARANTINED]

    def frame(self) -> pd.DataFrame:
        """The lines to append, with the columns of the file."""
        return pd.DataFrame(self.lines, columns=[column.name for column in SUBMISSIONS.columns[1:]])

    def _of_name(self, file: str) -> pd.DataFrame:
        return self.known.loc[self.known["file"].map(same_name).eq(same_name(file))]

    def _guessed(self, name: str) -> tuple[str, ...]:
        """The ministries of a file that names none: of the last one of that name, else the one it is named by."""
        earlier = self._of_name(name).dropna(subset=["ministry_id"])
        if len(earlier):
            return ministries_of(self.known, [earlier["sha256"].iloc[-1]])
        named = find_ministries(Path(name).stem, self.ministry_labels)
        return named if len(named) == 1 else ()

    def _add(
        self,
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
        versions = {ministry: self._version(ministry, file) for ministry in ministries or ("",)}
        self.lines += [
            {
                "edition": self.edition.key,
                "ministry_id": ministry or None,
                "version": version,
                "file": file,
                "sha256": sha256,
                "received_on": self.day_of(file),
                "replaces_sha256": earlier,
                "status": status,
                **signed,
            }
            for ministry, version in versions.items()
            for earlier in replaced or (None,)
        ]
        files = self.stands.current.drop_duplicates("sha256").set_index("sha256")["file"]
        names = tuple(str(files[earlier]) for earlier in replaced)
        self.taken.append(TakenFile(file, sha256, status, versions, names, reason))

    def _version(self, ministry: str, file: str) -> int:
        """The rank of a submission of a ministry; of a file by its name, where no ministry is known."""
        known = pd.concat([self.known, self.frame()], ignore_index=True)
        if ministry:
            return next_version(known.loc[known["ministry_id"].eq(ministry), "version"])
        unknown = known["ministry_id"].isna() & known["file"].map(same_name).eq(same_name(file))
        return next_version(known.loc[unknown, "version"])


def _replaced(
    stands: Standing,
    name: str,
    ministries: Sequence[str],
    contents: FileContents,
    kept_contents: Callable[[str, str], FileContents],
) -> list[str]:
    """The files that stand and whose place this one takes, in the order of the register."""

    def takes_place(earlier: str, earlier_name: str) -> bool:
        theirs = ministries_of(stands.current, [earlier])
        common = set(theirs) & set(ministries)
        if same_name(name) == same_name(earlier_name):
            # One name for two ministries is two files, of which the first is no longer in the inbox.
            return bool(common) or not theirs or not ministries
        if not common:
            return False
        was_nil = stands.current.loc[stands.current["sha256"].eq(earlier), "status"].eq(NIL).any()
        if was_nil or contents.is_nil:
            return set(theirs) <= set(ministries)
        return _says_again(contents, kept_contents(earlier, earlier_name))

    files = stands.current.drop_duplicates("sha256")
    known = zip(files["sha256"].astype(str), files["file"].astype(str), strict=True)
    return [sha256 for sha256, file in known if takes_place(sha256, file)]


def _says_again(contents: FileContents, earlier: FileContents) -> bool:
    """Whether a file has at least half of the projects of an earlier one."""
    said = frozenset[ProjectKey]().union(*contents.projects())
    before = earlier.projects()
    again = sum(bool(keys & said) for keys in before)
    return again > 0 and again >= REPLACED_SHARE * len(before)
