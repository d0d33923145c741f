"""The words that everything published shares: its title, the names of ministries, findings told together."""

from collections.abc import Sequence
from dataclasses import dataclass

from warehouse.model import french
from warehouse.model.findings import SEVERITY_LABELS, Finding, total
from warehouse.model.french import NBSP
from warehouse.model.repetition import is_rest
from warehouse.model.vocabulary import MINISTRIES

TITLE = "Panorama des grands projets numériques de l’État"
WITHHELD = "non publié"


@dataclass(frozen=True)
class FindingGroup:
    """The findings of one rule."""

    severity: str
    level: str
    message: str
    count: str
    places: tuple[str, ...]
    hidden_places: str


def ministry_label(code: str) -> str:
    """The published label of a ministry, typeset."""
    return french.typeset(MINISTRIES.label(code))


def short_ministry(code: str) -> str:
    """A ministry without the words every ministry has: « Intérieur », « Éducation nationale, Jeunesse, Sports »."""
    label = MINISTRIES.label(code)
    for lead in ("Ministère de l'", "Ministère de la ", "Ministère des ", "Ministère du "):
        label = label.removeprefix(lead)
    return french.typeset(label)


def finding_groups(findings: Sequence[Finding], shown: int = 20) -> tuple[FindingGroup, ...]:
    """Findings with the same rule and message together, warnings first; at most `shown` places each."""
    grouped: dict[tuple[str, str], list[Finding]] = {}
    order = {"error": 0, "warning": 1, "notice": 2}
    key = ("", "")
    # What counts those left out of a list comes last of its rule, and goes with those before it.
    for finding in sorted(findings, key=lambda f: (order[f.severity], f.rule, is_rest(f), f.message)):
        key = key if is_rest(finding) and key in grouped else (finding.severity, finding.message)
        grouped.setdefault(key, []).append(finding)
    groups = []
    for (_, message), same in grouped.items():
        places = [_place(finding) for finding in same if not is_rest(finding)]
        named = tuple(place for place in places if place)
        left_out = len(named) - shown + sum(finding.count for finding in same if is_rest(finding))
        groups.append(
            FindingGroup(
                severity=SEVERITY_LABELS[same[0].severity],
                level=same[0].severity,
                message=french.typeset(message),
                count=french.counted(total(same), "cas", "cas"),
                places=named[:shown],
                hidden_places=f"et {french.counted(left_out, 'autre')}" if left_out > 0 else "",
            )
        )
    return tuple(groups)


def _place(finding: Finding) -> str:
    value = "" if finding.value is None else f"{NBSP}: «{NBSP}{finding.value}{NBSP}»"
    return french.typeset(finding.place()) + value
