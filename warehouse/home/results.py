"""The results of the checks of an edition, kept as JSON in `out/<edition>/quality/<check>.json`."""

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from warehouse.home.calendar import Edition
from warehouse.home.files import write_text
from warehouse.home.home import Home
from warehouse.model.findings import Finding, finding_of


def write_quality(
    home: Home,
    edition: Edition,
    check: str,
    findings: Sequence[Finding],
    checked: int,
    suspended: Mapping[str, int] = MappingProxyType({}),
) -> None:
    """Write the result of a check.

    Args:
        home: the installation.
        edition: one of its calendar.
        check: its name.
        findings: all that it has to say.
        checked: how many rows, cells or files it looked at.
        suspended: how many findings of each suspended rule were left out, by code.
    """
    report: dict[str, Any] = {
        "edition": edition.key,
        "check": check,
        "passed": not any(finding.severity != "notice" for finding in findings),
        "checked": checked,
        "suspended": dict(suspended),
        "findings": [finding.as_dict() for finding in findings],
    }
    write_text(
        home.out(edition, "quality") / f"{check}.json",
        json.dumps(report, ensure_ascii=False, indent=2) + "\n",
    )


def read_findings(home: Home, edition: Edition) -> list[Finding]:
    """Every finding kept for an edition, in the order of the checks' names."""
    files = sorted(home.out(edition, "quality").glob("*.json"))
    reports = [json.loads(path.read_text(encoding="utf-8")) for path in files]
    return [finding_of(finding) for report in reports for finding in report["findings"]]
