"""What a check found in an edition, and where it is kept: `out/<edition>/quality/<check>.json`."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from warehouse.home.calendar import Edition
from warehouse.home.files import write_text
from warehouse.home.home import Home
from warehouse.model.findings import Finding, errors_of, finding_of
from warehouse.model.repetition import folded, unfolded


@dataclass(frozen=True)
class Result:
    """What a check found in an edition, as severe as the register of rule changes says.

    `suspended` counts the findings of each suspended rule that were left out, by code; `checked` the rows, cells or
    files looked at.
    """

    findings: tuple[Finding, ...]
    checked: int
    suspended: Mapping[str, int] = field(default_factory=dict)

    def has_errors(self) -> bool:
        """Whether the edition is refused for it."""
        return bool(errors_of(self.findings))

    def keeping(self, findings: Iterable[Finding]) -> "Result":
        """The same result, with these findings."""
        return replace(self, findings=tuple(findings))


# The results of an edition, by the name of the check.
Results = Mapping[str, Result]


def write_results(home: Home, edition: Edition, results: Results) -> None:
    """Write the results of an edition, a file for each check.

    Raises:
        ServiceError: the disk refused.
    """
    for check, result in results.items():
        report: dict[str, Any] = {
            "edition": edition.key,
            "check": check,
            "passed": not any(finding.severity != "notice" for finding in result.findings),
            "checked": result.checked,
            "suspended": dict(result.suspended),
            "findings": [finding.as_dict() for finding in folded(result.findings)],
        }
        content = json.dumps(report, ensure_ascii=False, indent=2) + "\n"
        write_text(home.out(edition, "quality") / f"{check}.json", content)


def forget_results(home: Home, edition: Edition) -> None:
    """Remove what the checks of an earlier run found in an edition, before those of this one say it again."""
    for path in home.out(edition, "quality").glob("*.json"):
        path.unlink(missing_ok=True)


def read_findings(home: Home, edition: Edition, *, but: Collection[str] = ()) -> list[Finding]:
    """Every finding kept for an edition, taken apart, in the order of the checks' names; `but` those of some checks."""
    files = sorted(path for path in home.out(edition, "quality").glob("*.json") if path.stem not in but)
    reports = [json.loads(path.read_text(encoding="utf-8")) for path in files]
    return list(unfolded(finding_of(finding) for report in reports for finding in report["findings"]))
