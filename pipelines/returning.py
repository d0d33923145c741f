"""Return its own file to each ministry, with what the checks of an edition found in it."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from assets.returned_workbook import SUMMARY_HEADERS, in_order, returned_workbook
from assets.workbooks import read_inbox
from checks.disclosure import RULE as NOTHING_WITHHELD_IS_COMPUTABLE
from warehouse.editions import Edition
from warehouse.files import replacing_directory, sha256_of
from warehouse.findings import SEVERITY_LABELS, Finding
from warehouse.home import Home
from warehouse.quality import read_findings
from warehouse.settings import read_settings

# It tells how a figure that another ministry withholds can be computed.
NOT_FOR_MINISTRIES = frozenset({NOTHING_WITHHELD_IS_COMPUTABLE})
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")


def write_returned(home: Home, edition: Edition, findings: Sequence[Finding] | None = None) -> list[Path]:
    """Write `out/<edition>/returned/`: for each received file its workbook, and the same anomalies as CSV and JSON.

    The folder takes the place of the former one: what no longer applies goes. The inbox is only read.

    Args:
        home: the installation, held while the folder is written.
        edition: one of its calendar.
        findings: those of the run, to which those of reading the inbox are added; without them, those kept in
            `out/<edition>/quality/`, among which those of checks that a refusal skipped are of the run before.

    Returns:
        The workbooks, in the order of the received files.

    Raises:
        ServiceError: the disk refused; the former folder is intact.
        ConfigurationError: the settings of the home are malformed.
    """
    target = home.out(edition, "returned")
    received = home.received(edition)
    if not received and not target.exists():
        return []
    names = _names(received)
    limits = read_settings(home.settings).reading
    kept = read_findings(home, edition) if findings is None else findings
    cells, read = read_inbox(home.inbox(edition), edition.key, limits)
    # Where no file can be read, no check is done: what is kept is of other files than these.
    known = dict.fromkeys([*read, *([] if cells.empty else kept)])
    shown = [finding for finding in known if finding.rule not in NOT_FOR_MINISTRIES]
    with home.writing(), replacing_directory(target) as folder:
        for path, name in zip(received, names, strict=True):
            # A finding without a file is of the whole edition.
            own = in_order([finding for finding in shown if finding.file in (path.name, None)])
            (folder / f"{name}.xlsx").write_bytes(returned_workbook(path, own, edition.key, limits))
            (folder / f"{name}.csv").write_text(_csv_text(own), encoding="utf-8", newline="")
            (folder / f"{name}.json").write_text(_json_text(edition, path, own), encoding="utf-8")
    return [target / f"{name}.xlsx" for name in names]


def _names(received: Sequence[Path]) -> list[str]:
    """The name of each return, without extension: the file's stem, or its whole name where two share the stem."""
    stems = Counter(path.stem.casefold() for path in received)
    return [path.stem if stems[path.stem.casefold()] == 1 else path.name for path in received]


def _csv_text(findings: Sequence[Finding]) -> str:
    """The anomalies as CSV, under the headers of the sheet « Anomalies »."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(SUMMARY_HEADERS)
    for finding in findings:
        label = SEVERITY_LABELS[finding.severity]
        cells = (label, finding.code, finding.sheet, finding.row, finding.column, finding.cell, finding.value)
        writer.writerow([_as_text(cell) for cell in (*cells, finding.message, finding.expected)])
    return stream.getvalue()


def _as_text(cell: object) -> str:
    """A cell of a CSV file that no spreadsheet takes for a formula."""
    text = "" if cell is None else str(cell)
    is_formula = text.startswith(("=", "+", "-", "@", "\t", "\r")) and not _NUMBER.fullmatch(text)
    return f"'{text}" if is_formula else text


def _digest(path: Path) -> str | None:
    """The SHA-256 of a received file; None where it cannot be read, which the findings say."""
    try:
        return sha256_of(path)
    except OSError:
        return None


def _json_text(edition: Edition, path: Path, findings: Sequence[Finding]) -> str:
    report = {
        "edition": edition.key,
        "file": path.name,
        "sha256": _digest(path),
        "findings": [finding.as_dict() for finding in findings],
    }
    return json.dumps(report, ensure_ascii=False, indent=2) + "\n"
