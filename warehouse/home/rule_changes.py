"""What an operator made of the rules: regraded or suspended, from an edition on, dated and justified; never silently.

The register `rule_changes` says it. A line of the same rule and first edition as an earlier one takes its place, for
instance to close its period: the register is only added to.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import pandas as pd

from warehouse.model.errors import RegisterError
from warehouse.model.findings import SEVERITY_LABELS, Finding, declared_finding
from warehouse.model.french import short_day
from warehouse.model.rules import RuleDeclaration, Severity, catalogue
from warehouse.model.vocabulary import RULE_GRADES

OFF = "off"
# After any edition of any calendar.
_ALWAYS = "9999-12"
SOURCE = "rule_changes.csv"


@dataclass(frozen=True)
class RuleChange:
    """One rule that applies otherwise than declared; `last_edition` is None until it ends.

    `grade` is a severity, or `off` for a rule that is suspended; `line` is that of the register.
    """

    line: int
    rule: RuleDeclaration
    grade: str
    first_edition: str
    last_edition: str | None
    decided_on: dt.date
    decided_by: str
    reason: str

    def applies(self, edition: str) -> bool:
        """Whether the change is in force at an edition."""
        return self.first_edition <= edition <= (self.last_edition or _ALWAYS)

    def statement(self) -> str:
        """What was changed, since when, by whom and why, as a French sentence."""
        before, now = SEVERITY_LABELS[self.rule.severity], RULE_GRADES.label(self.grade)
        period = f"depuis l'édition {self.first_edition}"
        if self.last_edition:
            period = f"de l'édition {self.first_edition} à l'édition {self.last_edition}"
        fate = "est suspendue" if self.grade == OFF else f"est classée « {now} »"
        return (
            f"La règle {self.rule.code} ({self.rule.title.rstrip('.')}), déclarée « {before} », {fate} {period} : "
            f"décidé le {short_day(self.decided_on)} par {self.decided_by}. Motif : {self.reason.rstrip('.')}."
        )


def rule_changes(lines: pd.DataFrame) -> tuple[RuleChange, ...]:
    """The changes that a register holds, in the order of its lines.

    Args:
        lines: the register `rule_changes`.

    Raises:
        RegisterError: a code that the catalogue does not have, a rule that cannot be changed, a period that ends
            before it starts, or two periods of one rule that overlap; the line is named.
    """
    kept = lines.drop_duplicates(["code", "first_edition"], keep="last")
    # A line that another took the place of is still read: a wrong one is never passed over.
    changes = {int(line["line"]): _change(line) for line in lines.to_dict("records")}
    found = tuple(changes[int(line)] for line in kept["line"])
    _refuse_overlaps(found)
    return found


def _change(line: Mapping[object, object]) -> RuleChange:
    number, code = int(str(line["line"])), str(line["code"])
    rules = {rule.code: rule for rule in catalogue().values()}
    if code not in rules:
        raise RegisterError(
            f"{SOURCE}, ligne {number}, colonne « code » : « {code} » n'est pas une règle du catalogue. Attendu : l'un "
            "des codes que liste « panorama rules »."
        )
    rule = rules[code]
    if not rule.adjustable:
        raise RegisterError(
            f"{SOURCE}, ligne {number}, colonne « code » : la règle {code} ({rule.title.rstrip('.')}) ne peut être ni "
            "reclassée ni suspendue : elle protège les tables elles-mêmes."
        )
    first, last = str(line["first_edition"]), line["last_edition"]
    until = None if pd.isna(last) else str(last)  # type: ignore[call-overload]  # scalars only
    if until is not None and until < first:
        raise RegisterError(
            f"{SOURCE}, ligne {number}, colonne « last_edition » : « {until} » précède la première édition, {first}."
        )
    return RuleChange(
        number,
        rule,
        str(line["grade"]),
        first,
        until,
        pd.Timestamp(str(line["decided_on"])).date(),
        str(line["decided_by"]),
        str(line["reason"]),
    )


def _refuse_overlaps(changes: Sequence[RuleChange]) -> None:
    ordered = sorted(changes, key=lambda change: (change.rule.code, change.first_edition))
    for one, following in pairwise(ordered):
        if one.rule == following.rule and one.applies(following.first_edition):
            raise RegisterError(
                f"{SOURCE}, ligne {following.line} : la règle {one.rule.code} est déjà modifiée à l'édition "
                f"{following.first_edition} par la ligne {one.line}. Attendu : des périodes qui ne se chevauchent pas "
                "; une ligne de même première édition remplace la précédente, par exemple pour la clore."
            )


def in_force(changes: Iterable[RuleChange], edition: str) -> dict[str, RuleChange]:
    """The changes that apply to an edition, by the name of the rule; those that change nothing are left out."""
    return {
        change.rule.name: change
        for change in changes
        if change.applies(edition) and change.grade != change.rule.severity
    }


def regraded(findings: Iterable[Finding], changes: Mapping[str, RuleChange]) -> tuple[list[Finding], dict[str, int]]:
    """Findings as severe as the changes in force say, and how many of each suspended rule are left out, by code.

    Args:
        findings: as the checks give them.
        changes: from `in_force`.
    """
    kept: list[Finding] = []
    suspended: dict[str, int] = {}
    for finding in findings:
        change = changes.get(finding.rule)
        if change is None:
            kept.append(finding)
        elif change.grade == OFF:
            suspended[finding.code] = suspended.get(finding.code, 0) + finding.count
        else:
            kept.append(finding.graded(cast("Severity", change.grade)))
    return kept, dict(sorted(suspended.items()))


def statements(changes: Mapping[str, RuleChange]) -> list[Finding]:
    """A notice for each change in force, in the order of the codes."""
    ordered = sorted(changes.values(), key=lambda change: change.rule.code)
    return [declared_finding("rules_are_as_declared", said={"statement": change.statement()}) for change in ordered]
