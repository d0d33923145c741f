"""What the register of submissions says of an edition: which files stand, which a later one took the place of.

A line is added and never changed, so that what stands follows from the order of the lines. Nothing here opens a file.
"""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

QUARANTINED = "quarantined"
NIL = "nil"


@dataclass(frozen=True)
class Standing:
    """The files of an edition after every line: those that stand, and which file took the place of each other one.

    `current` holds the lines of the files that stand; `replaced_by` maps the sha256 of a file to that of the last one
    that took its place.
    """

    current: pd.DataFrame
    replaced_by: dict[str, str]

    @property
    def current_sha256(self) -> frozenset[str]:
        """The sha256 of the files that stand."""
        return frozenset(self.current["sha256"])

    @property
    def superseded(self) -> frozenset[str]:
        """The sha256 of the files that a later one took the place of."""
        return frozenset(self.replaced_by) - self.current_sha256

    def successor(self, sha256: str) -> str:
        """The file that stands where this one stood, in the end; itself when it stands."""
        while sha256 not in self.current_sha256 and sha256 in self.replaced_by:
            sha256 = self.replaced_by[sha256]
        return sha256


def lines_of(ledger: pd.DataFrame, edition: str) -> pd.DataFrame:
    """The lines of one edition, in the order they were added."""
    lines: pd.DataFrame = ledger.loc[ledger["edition"].eq(edition)]
    return lines


def standing(ledger: pd.DataFrame, edition: str) -> Standing:
    """Which files of an edition stand after every line of the register; quarantined ones never do.

    Args:
        ledger: the register `submissions`.
        edition: key of the edition.
    """
    read = lines_of(ledger, edition).loc[lambda lines: lines["status"].ne(QUARANTINED)]
    kept: dict[str, list[int]] = {}
    replaced_by: dict[str, str] = {}
    for line, sha256, replaced in zip(read["line"], read["sha256"], read["replaces_sha256"], strict=True):
        if pd.notna(replaced):
            kept.pop(replaced, None)
            replaced_by[replaced] = sha256
        kept.setdefault(sha256, []).append(line)
    lines = [line for found in kept.values() for line in found]
    return Standing(read.loc[read["line"].isin(lines)], replaced_by)


def is_settled(ledger: pd.DataFrame, edition: str, file: str, sha256: str) -> bool:
    """Whether a file put aside was received again since, readable, under the same name."""
    lines = lines_of(ledger, edition).loc[lambda found: found["file"].map(same_name).eq(same_name(file))]
    put_aside = lines.loc[lines["status"].eq(QUARANTINED) & lines["sha256"].eq(sha256), "line"]
    read = lines.loc[lines["status"].ne(QUARANTINED), "line"]
    return len(put_aside) > 0 and len(read) > 0 and bool(read.max() > put_aside.max())


def next_version(versions: pd.Series) -> int:
    """The rank that follows those already given."""
    return 1 if versions.empty else int(versions.max()) + 1


def same_name(file: str) -> str:
    """What two names of one file have in common, whatever the case and the accents a file system gives them."""
    return unicodedata.normalize("NFC", file).strip().casefold()


def ministries_of(lines: pd.DataFrame, sha256: Collection[str]) -> tuple[str, ...]:
    """The ministries of some files, sorted."""
    found = lines.loc[lines["sha256"].isin(sha256), "ministry_id"].dropna()
    return tuple(sorted(set(found)))


def with_lines(ledger: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """The register once lines are appended, as it will be read.

    Args:
        ledger: the register `submissions`.
        lines: the columns of its file.
    """
    if lines.empty:
        return ledger
    first = int(ledger["line"].max()) + 1 if len(ledger) else 2
    added = lines.assign(line=range(first, first + len(lines)))[list(ledger.columns)].astype(ledger.dtypes)
    tidy = added.assign(**{name: added[name].str.strip() for name in ("file", "signed_by")})
    return pd.concat([ledger, tidy], ignore_index=True)
