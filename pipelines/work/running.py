"""Run a job on one edition in this process, and tell what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass

import dagster as dg
import sqlalchemy as sa
from dagster_shared.error import SerializableErrorInfo

from checks.recording import findings_in
from pipelines.definitions import build_definitions
from pipelines.work.instance import open_instance
from pipelines.work.progress import Progress, progress_logger
from warehouse.home.calendar import Edition
from warehouse.home.home import Home
from warehouse.model import errors
from warehouse.model.findings import Finding, errors_of


@dataclass(frozen=True)
class Outcome:
    """What came of a run: the findings of its checks, and the error that stopped it, if any."""

    edition: Edition
    findings: tuple[Finding, ...]
    error: errors.PanoramaError | None

    @property
    def exit_status(self) -> int:
        """0 done, else the status of the error."""
        return self.error.exit_status if self.error else 0

    @property
    def failure(self) -> errors.PanoramaError | None:
        """The error of a run that could not tell whether the data is acceptable; None when it could."""
        return None if self.exit_status in (0, errors.DataRefusedError.exit_status) else self.error


def run_edition(
    home: Home,
    edition: Edition,
    *,
    job: str = "semester",
    progress: Progress,
    tags: Mapping[str, str | None] | None = None,
) -> Outcome:
    """Run a job on one edition, in process, and keep the run in the home's Dagster instance.

    Args:
        home: the installation.
        edition: one of its calendar.
        job: `semester` or `validation`.
        progress: called with a line in French for each step begun and each check that is broken.
        tags: of the run; those without a value are left out.

    Raises:
        ServiceError: the disk refused, or Dagster could not keep the run in the home.
    """
    home.create()
    home.clean()
    definitions = build_definitions(home=home.root.absolute(), loggers={"progress": progress_logger(progress)})
    try:
        with open_instance(home) as instance:
            result = definitions.resolve_job_def(job).execute_in_process(
                instance=instance,
                partition_key=edition.key,
                tags={name: value for name, value in (tags or {}).items() if value},
                raise_on_error=False,
                run_config={"loggers": {"progress": {}}},
            )
    except (sa.exc.SQLAlchemyError, OSError) as error:
        reason = getattr(error, "orig", None) or error
        raise errors.ServiceError(f"{home.dagster} : le suivi des traitements est inutilisable ({reason}).") from error
    findings = tuple(
        finding for evaluation in result.get_asset_check_evaluations() for finding in findings_in(evaluation)
    )
    return Outcome(edition, findings, None if result.success else _error_of(result, edition, findings))


def validate_edition(home: Home, edition: Edition, progress: Progress) -> Outcome:
    """Run the checks of an edition, as `run_edition` does, on a throw-away copy of the home, which is left as it is."""
    with home.scratch() as copy:
        return run_edition(copy, edition, job="validation", progress=progress)


def _error_of(
    result: dg.ExecuteInProcessResult, edition: Edition, findings: tuple[Finding, ...]
) -> errors.PanoramaError:
    """The error that stopped a run: the refusal of the data, or the first failure of a step."""
    refusals = errors_of(findings)
    if refusals:
        return errors.DataRefusedError(f"Édition {edition.key} refusée : {len(refusals)} erreur(s).", refusals)
    failures = [event.step_failure_data.error for event in result.all_events if event.is_step_failure]
    failures += [event.job_failure_data.error for event in result.all_events if event.is_job_failure]
    known = [failure for failure in failures if failure is not None]
    if not known:
        return errors.ServiceError(f"Édition {edition.key} : le traitement s'est arrêté sans dire pourquoi.")
    return _raised_as(known[0], edition)


def _raised_as(info: SerializableErrorInfo, edition: Edition) -> errors.PanoramaError:
    """The error a step raised, back from what Dagster kept of it; a stranger is a failure outside the data."""
    while True:
        name = info.cls_name or ""
        text = info.message.removeprefix(f"warehouse.model.errors.{name}: ").strip()
        known = getattr(errors, name, None)
        if isinstance(known, type) and issubclass(known, errors.PanoramaError):
            return known(text)
        if info.cause is None:
            return errors.ServiceError(f"Édition {edition.key} : {text}")
        info = info.cause
