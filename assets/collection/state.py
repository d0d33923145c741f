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
from warehouse.model.findings import Finding, discreet, in_severity_order
from warehouse.model.schema import conform

SEPARATOR = " ; "
# What concerns no ministry in particular.
NOBODY = ""
MISSING, LATE, TO_CORRECT = "missing", "late", "to_correct"
# Of who has sent nothing, whether it is seen before the cut-off or after it.
SILENT = (MISSING, LATE)
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
class Verdicts:
    """What was found of an edition: `own`, of what one ministry sent, taken by itself.

    `shared` is of the whole edition, `between` what the files of several ministries say against each other: no ministry
    answers for it alone.
    """

    own: tuple[Finding, ...] = ()
    shared: tuple[Finding, ...] = ()
    between: tuple[Finding, ...] = ()

    def findings(self) -> list[Finding]:
        """All of them."""
        return [*self.own, *self.between, *self.shared]

    def discreet(self, held: Collection[tuple[str, str, int]]) -> "Verdicts":
        """The same, without what is said of rows that keep something back, for others than those who sent them."""
        return Verdicts(*(tuple(discreet(part, held)) for part in (self.own, self.shared, self.between)))


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
    """Each finding under the ministry of its row, else under those of its file, else under `NOBODY`.

    One without a file is under the ministry that it is for; those about the whole edition are left out: they are
    nobody's to correct in a file. Under each, errors come first.
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
            if finding.ministry_id:
                found.setdefault(finding.ministry_id, []).append(finding)
            continue
        ministry = of_row.get((finding.file, finding.sheet, finding.row))
        concerned = [ministry] if ministry is not None and pd.notna(ministry) else of_file.get(finding.file, [])
        for name in dict.fromkeys(concerned or [NOBODY]):
            found.setdefault(name, []).append(finding)
    return {name: in_severity_order(of_one) for name, of_one in found.items()}


def collection_state(received: Received, expected: Collection[str], found: Verdicts) -> CollectionState:
    """Where each ministry stands.

    Args:
        received: what the edition received.
        expected: the ministries awaited, heard or not.
        found: what was found of it; nothing of the whole edition is told.

    Returns:
        The table has the columns of `OUT_COLLECTION`, one row per ministry expected or heard, sorted by ministry.
    """
    by_ministry = findings_by_ministry(received, found.own)
    if found.between:
        by_ministry[NOBODY] = in_severity_order([*by_ministry.get(NOBODY, []), *found.between])
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
        "status": _status(read, aside, has_errors=counts["errors"] > 0),
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


def _status(read: pd.DataFrame, aside: pd.DataFrame, *, has_errors: bool) -> str:
    if len(read) and has_errors:
        return TO_CORRECT
    if len(read):
        return "nil" if read["status"].eq(NIL).all() else "received"
    return "quarantined" if len(aside) else MISSING


def seen_on(table: pd.DataFrame, edition: Edition, day: dt.date) -> pd.DataFrame:
    """The state of the collection for who looks at it on a day: past the cut-off, who sent nothing is late.

    Args:
        table: columns of `OUT_COLLECTION`, that edition.
        edition: the edition.
        day: when it is looked at.
    """
    is_past = edition.cutoff_on is not None and day > edition.cutoff_on
    return table.assign(status=table["status"].replace(MISSING, LATE)) if is_past else table


def late_days(edition: Edition, day: dt.date | None) -> int | None:
    """How many days after the cut-off a day is, 0 at the latest that day; None without a cut-off or a day."""
    if edition.cutoff_on is None or day is None:
        return None
    return max(0, (day - edition.cutoff_on).days)
