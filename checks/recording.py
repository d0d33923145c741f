"""How a check is declared and how its result is kept: in the Dagster UI and in `out/<edition>/quality/`."""

import warnings
from collections.abc import Callable, Sequence

import dagster as dg

from assets.declaring import EDITIONS
from warehouse.home.home import Home
from warehouse.home.registers import register
from warehouse.home.results import write_quality
from warehouse.home.rule_changes import RuleChange, in_force, regraded, rule_changes
from warehouse.model.findings import Finding, finding_of

SHOWN_FINDINGS = 50


def edition_check(asset: dg.AssetsDefinition) -> Callable[..., dg.AssetChecksDefinition]:
    """A check of one edition of `asset`, done before what is downstream; an error stops it, a warning does not.

    Without a `partitions_def` of its own the check would load every edition; Dagster warns that this
    argument is in preview, which is known.
    """

    def decorate(function: Callable[..., dg.AssetCheckResult]) -> dg.AssetChecksDefinition:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", dg.PreviewWarning)
            return dg.asset_check(asset=asset, blocking=True, partitions_def=EDITIONS)(function)

    return decorate


def changes_in_force(home: Home, edition: str) -> dict[str, RuleChange]:
    """What the operator of a home made of the rules at an edition, by the name of the rule.

    Raises:
        RegisterError: a line of the register of rule changes is malformed, or contradicts another.
    """
    return in_force(rule_changes(register(home.registers, "rule_changes").read()), edition)


def record(
    context: dg.AssetCheckExecutionContext, home: Home, findings: Sequence[Finding], *, checked: int
) -> dg.AssetCheckResult:
    """Keep the findings of a check as JSON and give Dagster its result.

    Findings are as severe as the register of rule changes says; those of a suspended rule are counted and left out.
    The check passes when it finds neither error nor warning; it is an error as soon as one finding is.

    Args:
        context: that of the check, which knows its name and edition.
        home: where `out/<edition>/quality/<check>.json` goes.
        findings: what the check has to say.
        checked: how many rows, cells or files it looked at.

    Raises:
        RegisterError: a line of the register of rule changes is malformed, or contradicts another.
    """
    (spec,) = context.check_specs
    edition = home.calendar().find(context.partition_key)
    findings, suspended = regraded(findings, changes_in_force(home, edition.key))
    serious = [finding for finding in findings if finding.severity != "notice"]
    is_error = any(finding.severity == "error" for finding in findings)
    write_quality(home, edition, spec.name, findings, checked, suspended)
    return dg.AssetCheckResult(
        passed=not serious,
        severity=dg.AssetCheckSeverity.ERROR if is_error or not serious else dg.AssetCheckSeverity.WARN,
        metadata={
            "checked": checked,
            "suspended": dg.MetadataValue.json(suspended),
            "findings": dg.MetadataValue.json([finding.as_dict() for finding in findings]),
            "messages": dg.MetadataValue.md("\n".join(f"- {finding}" for finding in findings[:SHOWN_FINDINGS]) or "—"),
        },
    )


def findings_in(evaluation: dg.AssetCheckEvaluation) -> list[Finding]:
    """The findings that `record` put in the metadata of a result."""
    metadata = evaluation.metadata["findings"]
    if not isinstance(metadata, dg.JsonMetadataValue) or not isinstance(metadata.data, list):
        return []
    return [finding_of(finding) for finding in metadata.data]
