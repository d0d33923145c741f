"""Return its own file to each ministry, with what the checks of an edition found in it."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from assets.collection.intake import Receipt
from assets.forms.returned_summary import SUMMARY_HEADERS, in_order, summary_line
from assets.forms.returned_workbook import list_of_anomalies, returned_workbook
from warehouse.home.calendar import Edition
from warehouse.home.files import replacing_directory
from warehouse.home.home import Home
from warehouse.home.quarantine import cut_to_bytes
from warehouse.home.submission_ledger import same_name
from warehouse.model.cells import inert_text
from warehouse.model.findings import Finding
from warehouse.model.repetition import folded

# A command between brackets, and what else names the installation.
_COMMAND = re.compile(r" \(panorama [^)]*\)")
_OF_THE_OPERATOR = ("panorama ", "inbox/", "quarantine/", "received/")
# With an extension, a name that any file system takes.
LONGEST_STEM_BYTES = 240


def write_returned(
    home: Home,
    edition: Edition,
    receipt: Receipt,
    findings: Iterable[Finding],
    not_for_ministries: Collection[str] = frozenset(),
) -> list[Path]:
    """Write `out/<edition>/returned/`: for each received file its workbook, and the same anomalies as CSV and JSON.

    A file that a later one took the place of is not returned; one put aside gets the list of its anomalies only. The
    folder takes the place of the former one: what no longer applies goes. The inbox is only read.

    Args:
        home: the installation, held while the folder is written.
        edition: one of its calendar.
        receipt: what was received for it.
        findings: all that there is to say of the edition, as severe as its operator says.
        not_for_ministries: the rules whose findings are returned to nobody.

    Returns:
        The workbooks, in the order of the received files, then of those put aside.

    Raises:
        ServiceError: the disk refused; the former folder is intact.
    """
    target = home.out(edition, "returned")
    # What is no file, or is not to be read, was sent by nobody.
    files = [file for file in receipt.submitted.files if file.sha256 is not None]
    aside = receipt.received.waiting
    if not (files or aside or target.exists()):
        return []
    told = [finding for finding in dict.fromkeys(findings) if finding.rule not in not_for_ministries]
    led = senders(receipt)
    names = _names([*(file.path.name for file in files), *(each.file for each in aside)])
    with home.writing(), home.own_temporary_files(), replacing_directory(target) as folder:
        for file, name in zip(files, names, strict=False):
            own = _own(told, file.path.name, led.get(file.path.name, frozenset()))
            content = returned_workbook(file, own, edition.key)
            _write(folder, name, content, _report(edition, file.path.name, file.sha256, own), own)
        for each, name in zip(aside, names[len(files) :], strict=True):
            own = _own(told, each.file, frozenset())
            content = list_of_anomalies(each.file, own)
            _write(folder, name, content, _report(edition, each.file, each.sha256, own), own)
    return [target / f"{name}.xlsx" for name in names]


@dataclass(frozen=True)
class Returned:
    """A workbook that goes back to a ministry: its own file with each anomaly marked, or only the list of them."""

    name: str
    content: bytes
    is_marked: bool


def returned_to(receipt: Receipt, ministry: str, findings: Sequence[Finding], edition: Edition) -> Iterator[Returned]:
    """What is returned to one ministry: a workbook for each of its files with an anomaly.

    A file that holds rows of others too is returned as the list of the ministry's own anomalies only.

    Args:
        receipt: what was received for the edition.
        ministry: a code.
        findings: those of this ministry.
        edition: the edition.
    """
    led = senders(receipt)
    read = {file.path.name: file for file in receipt.submitted.files if file.sha256 is not None}
    files = dict.fromkeys(finding.file for finding in findings if finding.file)
    for file, name in zip(files, _names(list(files)), strict=True):
        own = _own(findings, file, frozenset({ministry}))
        alone = file in read and led.get(file, frozenset()) <= {ministry}
        content = returned_workbook(read[file], own, edition.key) if alone else list_of_anomalies(file, own)
        yield Returned(f"{name}.xlsx", content, alone)


def senders(receipt: Receipt) -> dict[str, frozenset[str]]:
    """The ministries of each file: those of its rows, and the one that attests that it has none."""
    lines = receipt.received.lines[["file", "ministry_id"]]
    rows = receipt.submitted.rows[["source_file", "ministry_id"]].set_axis(lines.columns, axis="columns")
    both = pd.concat([rows, lines], ignore_index=True).dropna()
    return {str(file): frozenset(of_file) for file, of_file in both.groupby("file")["ministry_id"]}


def _own(findings: Iterable[Finding], file: str, ministries: frozenset[str]) -> list[Finding]:
    """What a ministry is told: of its file, and of the whole edition what is for it; never what is for another."""
    return in_order([
        for_ministry(finding)
        for finding in findings
        if finding.file == file or (finding.file is None and finding.ministry_id in ministries)
    ])  # fmt: skip


def for_ministry(finding: Finding) -> Finding:
    """A finding without what only the operator can do: a command, a folder of the home."""
    parts = _COMMAND.sub("", finding.expected or "").split(" ; ")
    kept = [part for part in parts if not any(word in part for word in _OF_THE_OPERATOR)]
    return replace(finding, expected=" ; ".join(kept) or None)


def _write(folder: Path, name: str, workbook: bytes, report: str, findings: Sequence[Finding]) -> None:
    (folder / f"{name}.xlsx").write_bytes(workbook)
    (folder / f"{name}.csv").write_text(_csv_text(findings), encoding="utf-8", newline="")
    (folder / f"{name}.json").write_text(report, encoding="utf-8")


def _names(files: Sequence[str]) -> list[str]:
    """The name of each return, without extension: the file's stem, or its whole name where two share the stem.

    Two names that differ by their case or their accents only are one for some systems: the second has a number.
    """
    stems = Counter(same_name(Path(file).stem) for file in files)
    names: dict[str, str] = {}
    for file in files:
        name = Path(file).stem if stems[same_name(Path(file).stem)] == 1 else file
        cut, number = cut_to_bytes(name, LONGEST_STEM_BYTES), 1
        while same_name(cut) in names:
            number += 1
            cut = cut_to_bytes(name, LONGEST_STEM_BYTES - 8) + f" ({number})"
        names[same_name(cut)] = cut
    return list(names.values())


def _csv_text(findings: Sequence[Finding]) -> str:
    """The anomalies as CSV, under the headers of the sheet « Anomalies »."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(SUMMARY_HEADERS)
    for finding in folded(findings):
        writer.writerow(["" if cell is None else inert_text(str(cell)) for cell in summary_line(finding)])
    return stream.getvalue()


def _report(edition: Edition, file: str, sha256: str | None, findings: Sequence[Finding]) -> str:
    report = {
        "edition": edition.key,
        "file": file,
        "sha256": sha256,
        "findings": [finding.as_dict() for finding in folded(findings)],
    }
    return json.dumps(report, ensure_ascii=False, indent=2) + "\n"
