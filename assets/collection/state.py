"""The state of the collection of an edition: which ministry sent what, when, and what was found in it.

Pure: what was received in, tables out. Nothing here depends on the day it is read: how late a ministry is that has sent
nothing is for who asks.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from warehouse.archive.tables import OUT_COLLECTION
from warehouse.home.calendar import Edition
from warehouse.home.quarantine import QuarantinedFile
from warehouse.home.submission_ledger import NIL, QUARANTINED, Standing
from warehouse.model.findings import Finding
from warehouse.model.schema import conform

SEPARATOR = " ; "
# What concerns no ministry in particular.
NOBODY = ""
MISSING = "missing"
# What the row of a ministry that sent nothing counts.
NOTHING_SAID = {"projects": 0, "errors": 0, "warnings": 0, "notices": 0}


@dataclass(frozen=True)
class Received:
    """What an edition received, as its register, its inbox and its quarantine say.

    `lines` are those of the register, `rows` the typed rows of the files that stand, `present` the sha256 in the inbox.
    """

    edition: Edition
    lines: pd.DataFrame
    stands: Standing
    present: frozenset[str]
    waiting: Sequence[QuarantinedFile]
    rows: pd.DataFrame

    def read(self) -> pd.DataFrame:
        """The lines of the files that stand and are in the inbox."""
        found: pd.DataFrame = self.stands.current.loc[self.stands.current["sha256"].isin(self.present)]
        return found

    def put_aside(self) -> pd.DataFrame:
        """The lines of the files put aside and still awaited."""
        keys = {(known.sha256, known.file) for known in self.waiting}
        aside = self.lines.loc[self.lines["status"].eq(QUARANTINED)]
        wanted = [(sha256, file) in keys for sha256, file in zip(aside["sha256"], aside["file"], strict=True)]
        found: pd.DataFrame = aside.loc[wanted].drop_duplicates(["sha256", "file", "ministry_id"])
        return found


@dataclass(frozen=True)
class CollectionState:
    """The table of the collection, and the findings it counts, by ministry; `NOBODY` has those of none."""

    received: Received
    table: pd.DataFrame
    findings: Mapping[str, Sequence[Finding]]

    def has_errors(self) -> bool:
        """Whether a file, or one put aside, has an error."""
        return any(finding.severity == "error" for found in self.findings.values() for finding in found)


def findings_by_ministry(received: Received, findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Each finding about a file, under the ministry of its row, else under those of the file, else under `NOBODY`.

    Findings about the whole edition are left out: they are nobody's to correct in a file.
    """
    rows = received.rows
    places = zip(rows["source_file"], rows["source_sheet"], rows["source_row"], strict=True)
    of_row = dict(zip(places, rows["ministry_id"], strict=True))
    of_file: dict[str, list[str]] = {}
    known = pd.concat([received.stands.current, received.put_aside()])
    for file, ministry in zip(known["file"], known["ministry_id"], strict=True):
        of_file.setdefault(file, []).extend([ministry] if pd.notna(ministry) else [])
    found: dict[str, list[Finding]] = {}
    for finding in dict.fromkeys(findings):
        if finding.file is None:
            continue
        ministry = of_row.get((finding.file, finding.sheet, finding.row))
        concerned = [ministry] if ministry is not None and pd.notna(ministry) else of_file.get(finding.file, [])
        for name in dict.fromkeys(concerned or [NOBODY]):
            found.setdefault(name, []).append(finding)
    return found


def collection_state(received: Received, expected: Collection[str], findings: Iterable[Finding]) -> CollectionState:
    """Where each ministry stands.

    Args:
        received: what the edition received.
        expected: the ministries awaited, heard or not.
        findings: all those of the edition.

    Returns:
        The table has the columns of `OUT_COLLECTION`, one row per ministry expected or heard, sorted by ministry.
    """
    by_ministry = findings_by_ministry(received, findings)
    heard = set(received.lines["ministry_id"].dropna()) | set(received.rows["ministry_id"].dropna())
    rows = [_row(received, ministry, by_ministry.get(ministry, [])) for ministry in sorted({*expected, *heard})]
    table = conform(pd.DataFrame(rows, columns=OUT_COLLECTION.names()), OUT_COLLECTION)
    return CollectionState(received, table, by_ministry)


def awaiting(table: pd.DataFrame, expected: Collection[str], edition: str) -> pd.DataFrame:
    """The state of the collection of an edition, once others are expected; what was heard stays.

    Args:
        table: columns of `OUT_COLLECTION`, that edition.
        expected: the ministries awaited, heard or not.
        edition: its key.
    """
    heard = table.loc[table["status"].ne(MISSING)]
    silent = sorted(set(expected) - set(heard["ministry_id"]))
    rows = [{"edition": edition, "ministry_id": ministry, "status": MISSING, **NOTHING_SAID} for ministry in silent]
    missing = conform(pd.DataFrame(rows, columns=OUT_COLLECTION.names()), OUT_COLLECTION)
    return conform(pd.concat([heard, missing], ignore_index=True), OUT_COLLECTION)


def _row(received: Received, ministry: str, findings: Sequence[Finding]) -> dict[str, Any]:
    def own(lines: pd.DataFrame) -> pd.DataFrame:
        return lines.loc[lines["ministry_id"].eq(ministry)]

    lines, read, aside = own(received.lines), own(received.read()), own(received.put_aside())
    readable = lines.loc[lines["status"].ne(QUARANTINED)]
    first = readable["received_on"].min().date() if len(readable) else None
    signed = read.dropna(subset=["signed_by"])
    counts = {f"{severity}s": 0 for severity in ("error", "warning", "notice")}
    for finding in findings:
        counts[f"{finding.severity}s"] += finding.count
    return {
        "edition": received.edition.key,
        "ministry_id": ministry,
        "status": _status(read, aside),
        "version": lines["version"].max() if len(lines) else None,
        "files": SEPARATOR.join(dict.fromkeys([*read["file"], *aside["file"]])) or None,
        "first_received_on": first,
        "received_on": lines["received_on"].max() if len(lines) else None,
        "projects": int(received.rows["ministry_id"].eq(ministry).sum()),
        **counts,
        "late_days": late_days(received.edition, first),
        "signed_by": signed["signed_by"].iloc[-1] if len(signed) else None,
        "signed_on": signed["signed_on"].iloc[-1] if len(signed) else None,
    }


def _status(read: pd.DataFrame, aside: pd.DataFrame) -> str:
    if len(read):
        return "nil" if read["status"].eq(NIL).all() else "received"
    return "quarantined" if len(aside) else MISSING


def late_days(edition: Edition, day: dt.date | None) -> int | None:
    """How many days after the cut-off a day is, 0 at the latest that day; None without a cut-off or a day."""
    if edition.cutoff_on is None or day is None:
        return None
    return max(0, (day - edition.cutoff_on).days)
