"""Return its own file to each ministry, with what the checks of an edition found in it."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from assets.collection.findings import quarantine_findings
from assets.collection.intake import read_received
from assets.forms.returned_summary import SUMMARY_HEADERS, in_order, summary_line
from assets.forms.returned_workbook import list_of_anomalies, returned_workbook
from assets.reading.typed_rows import type_projects
from checks.recording import changes_in_force
from checks.rules.disclosure import RULE as NOTHING_WITHHELD_IS_COMPUTABLE
from warehouse.home.calendar import Edition
from warehouse.home.files import replacing_directory, sha256_of
from warehouse.home.home import Home
from warehouse.home.quarantine import waiting
from warehouse.home.registers import Registers, ministry_labels, read_registers
from warehouse.home.results import read_findings
from warehouse.home.rule_changes import regraded
from warehouse.home.settings import read_settings
from warehouse.home.submission_ledger import standing
from warehouse.model.csv_cells import inert_text
from warehouse.model.findings import Finding

# It tells how a figure that another ministry withholds can be computed.
NOT_FOR_MINISTRIES = frozenset({NOTHING_WITHHELD_IS_COMPUTABLE})


def write_returned(home: Home, edition: Edition, findings: Sequence[Finding] | None = None) -> list[Path]:
    """Write `out/<edition>/returned/`: for each received file its workbook, and the same anomalies as CSV and JSON.

    A file that a later one took the place of is not returned; one put aside gets the list of its anomalies only. The
    folder takes the place of the former one: what no longer applies goes. The inbox is only read.

    Args:
        home: the installation, held while the folder is written.
        edition: one of its calendar.
        findings: those of the run, to which those of reading the inbox are added; without them, those kept in
            `out/<edition>/quality/`, among which those of checks that a refusal skipped are of the run before.

    Returns:
        The workbooks, in the order of the received files, then of those put aside.

    Raises:
        ServiceError: the disk refused; the former folder is intact.
        ConfigurationError: the settings of the home, or its register of rule changes, are malformed.
    """
    target = home.out(edition, "returned")
    registers = read_registers(home.registers)
    aside = waiting(home, edition, registers["submissions"])
    superseded = standing(registers["submissions"], edition.key).superseded
    received = [path for path in home.received(edition) if _digest(path) not in superseded]
    if not (received or aside or target.exists()):
        return []
    limits = read_settings(home.settings).reading
    kept = read_findings(home, edition) if findings is None else findings
    cells, read = read_received(home, edition)
    read, _ = regraded([*read, *quarantine_findings(aside, edition.key)], changes_in_force(home, edition.key))
    # Where no file can be read, no check is done: what is kept is of other files than these.
    known = dict.fromkeys([*read, *([] if cells.empty else kept)])
    ministries = _ministries(cells, registers)
    names = _names([*(path.name for path in received), *(each.file for each in aside)])
    with home.writing(), replacing_directory(target) as folder:
        for path, name in zip(received, names, strict=False):
            own = _own(known, path.name, ministries.get(path.name, frozenset()))
            content = returned_workbook(path, own, edition.key, limits)
            _write(folder, name, content, _report(edition, path.name, _digest(path), own), own)
        for each, name in zip(aside, names[len(received) :], strict=True):
            own = _own(known, each.file, frozenset())
            content = list_of_anomalies(each.file, own)
            _write(folder, name, content, _report(edition, each.file, each.sha256, own), own)
    return [target / f"{name}.xlsx" for name in names]


def _ministries(cells: pd.DataFrame, registers: Registers) -> dict[str, frozenset[str]]:
    """The ministries that lead the projects of each file."""
    projects, _ = type_projects(cells, ministry_labels(registers))
    led = projects.dropna(subset=["ministry_id"]).groupby("source_file")["ministry_id"]
    return {str(file): frozenset(found) for file, found in led}


def _own(findings: Iterable[Finding], file: str, ministries: frozenset[str]) -> list[Finding]:
    """What a ministry is told: of its file, and of the whole edition what is for it; never what is for another."""
    return in_order([
        finding
        for finding in findings
        if finding.rule not in NOT_FOR_MINISTRIES
        and (finding.file == file or (finding.file is None and finding.ministry_id in ministries))
    ])  # fmt: skip


def _write(folder: Path, name: str, workbook: bytes, report: str, findings: Sequence[Finding]) -> None:
    (folder / f"{name}.xlsx").write_bytes(workbook)
    (folder / f"{name}.csv").write_text(_csv_text(findings), encoding="utf-8", newline="")
    (folder / f"{name}.json").write_text(report, encoding="utf-8")


def _names(files: Sequence[str]) -> list[str]:
    """The name of each return, without extension: the file's stem, or its whole name where two share the stem."""
    stems = Counter(Path(file).stem.casefold() for file in files)
    return [Path(file).stem if stems[Path(file).stem.casefold()] == 1 else file for file in files]


def _csv_text(findings: Sequence[Finding]) -> str:
    """The anomalies as CSV, under the headers of the sheet « Anomalies »."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(SUMMARY_HEADERS)
    for finding in findings:
        writer.writerow(["" if cell is None else inert_text(str(cell)) for cell in summary_line(finding)])
    return stream.getvalue()


def _digest(path: Path) -> str | None:
    """The SHA-256 of a received file; None where it cannot be read, which the findings say."""
    try:
        return sha256_of(path)
    except OSError:
        return None


def _report(edition: Edition, file: str, sha256: str | None, findings: Sequence[Finding]) -> str:
    report = {
        "edition": edition.key,
        "file": file,
        "sha256": sha256,
        "findings": [finding.as_dict() for finding in findings],
    }
    return json.dumps(report, ensure_ascii=False, indent=2) + "\n"
