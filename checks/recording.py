"""How checks are declared and how their results are kept: in the Dagster UI and in `out/<edition>/quality/`."""

import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import dagster as dg

from assets.declaring import EDITIONS
from assets.session import Session
from warehouse.home.results import Result, Results, write_results
from warehouse.model.findings import Finding, discreet, finding_of
from warehouse.model.repetition import capped, folded, unfolded

SHOWN_FINDINGS = 50


def edition_checks(name: str, asset: str, described: Mapping[str, str]) -> Callable[..., dg.AssetChecksDefinition]:
    """Checks of an asset that one step makes, done before what is downstream; an error stops it, a warning does not.

    Args:
        name: of the step.
        asset: the asset they are about.
        described: what holds when each passes, by its name.
    """
    with warnings.catch_warnings():
        # Without a `partitions_def` of its own a check would be about every edition; the argument is in preview.
        warnings.simplefilter("ignore", dg.PreviewWarning)
        specs = [
            dg.AssetCheckSpec(check, asset=asset, description=text, blocking=True, partitions_def=EDITIONS)
            for check, text in described.items()
        ]

    def decorate(function: Callable[..., Any]) -> dg.AssetChecksDefinition:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", dg.PreviewWarning)
            return dg.multi_asset_check(name=name, specs=specs)(function)

    return decorate


def told(
    session: Session,
    results: Mapping[str, Results],
    asset: str,
    described: Mapping[str, str],
    *,
    of_all: bool = False,
) -> Iterator[dg.AssetCheckResult]:
    """Keep the results of checks as JSON, for all the editions given, and tell Dagster those of the editions asked for.

    Neither quotes a row that keeps something back.

    A check passes when it finds neither error nor warning; it is an error as soon as one finding is. Over several
    editions it is one evaluation, which says what was found in each.

    Args:
        session: the run.
        results: by edition, then by check.
        asset: what they are about.
        described: the checks.
        of_all: whether an error in an edition that was not asked for stops the run too.
    """
    results = {edition: _tellable(session, edition, of_edition) for edition, of_edition in results.items()}
    for edition, of_edition in results.items():
        write_results(session.home, session.calendar.find(edition), of_edition)
    judged = results if of_all else set(session.asked) & results.keys()
    for check in described:
        found = {key: results[key][check] for key in sorted(judged) if check in results[key]}
        yield _evaluation(check, asset, found)


def _tellable(session: Session, edition: str, results: Results) -> Results:
    """Results that quote no row that keeps something back, no longer than can be read."""
    held = session.withheld_places(edition)
    return {check: result.keeping(capped(discreet(result.findings, held))) for check, result in results.items()}


def _evaluation(check: str, asset: str, found: Mapping[str, Result]) -> dg.AssetCheckResult:
    findings = [(edition, finding) for edition, result in found.items() for finding in folded(result.findings)]
    serious = [finding for _, finding in findings if finding.severity != "notice"]
    is_error = any(result.has_errors() for result in found.values())
    return dg.AssetCheckResult(
        check_name=check,
        asset_key=asset,
        passed=not serious,
        severity=dg.AssetCheckSeverity.ERROR if is_error or not serious else dg.AssetCheckSeverity.WARN,
        metadata={
            "checked": sum(result.checked for result in found.values()),
            "suspended": dg.MetadataValue.json({edition: dict(result.suspended) for edition, result in found.items()}),
            "findings": dg.MetadataValue.json(
                {key: [finding.as_dict() for finding in folded(result.findings)] for key, result in found.items()}
            ),
            "messages": dg.MetadataValue.md(
                "\n".join(f"- {edition} : {finding}" for edition, finding in findings[:SHOWN_FINDINGS]) or "—"
            ),
        },
    )


def findings_in(evaluation: dg.AssetCheckEvaluation) -> dict[str, list[Finding]]:
    """The findings that `told` put in the metadata of a result, taken apart, by edition."""
    metadata = evaluation.metadata["findings"]
    if not isinstance(metadata, dg.JsonMetadataValue) or not isinstance(metadata.data, dict):
        return {}
    return {edition: list(unfolded(map(finding_of, found))) for edition, found in metadata.data.items()}
