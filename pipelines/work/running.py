"""Run editions in this process, on a home that is held meanwhile, and tell what came of each."""

import contextlib
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import dagster as dg
import sqlalchemy as sa
from dagster import DagsterExecutionInterruptedError
from dagster._core.storage.tags import ASSET_PARTITION_RANGE_END_TAG, ASSET_PARTITION_RANGE_START_TAG
from dagster_shared.error import SerializableErrorInfo

from assets.declaring import EDITIONS
from assets.session import Session
from checks.recording import findings_in
from checks.submissions import judge
from pipelines.definitions import build_definitions
from pipelines.orphans import fail_orphans, living
from pipelines.work.instance import open_instance
from pipelines.work.progress import Progress, progress_logger
from pipelines.work.validation import refusal
from warehouse.archive.database import database_url, open_database, require_reachable
from warehouse.archive.versions import UNSAID, Change, change_tags
from warehouse.home.calendar import Edition
from warehouse.home.home import Home
from warehouse.home.results import write_results
from warehouse.home.state import read_state
from warehouse.home.store import RunStore
from warehouse.model import errors
from warehouse.model.findings import Finding, errors_of, total
from warehouse.model.french import counted


@dataclass(frozen=True)
class Outcome:
    """What came of an edition: the findings of its checks, and the error that stopped it, if any.

    `remade` are the editions that the run made again without being asked to.
    """

    edition: Edition
    findings: tuple[Finding, ...]
    error: errors.PanoramaError | None
    remade: tuple[str, ...] = ()

    @property
    def exit_status(self) -> int:
        """0 done, else the status of the error."""
        return self.error.exit_status if self.error else 0


def run_edition(
    home: Home, edition: Edition, *, progress: Progress, change: Change = UNSAID, only: bool = False
) -> Outcome:
    """Run one edition, and those that follow from something else because of it.

    Args:
        home: the installation.
        edition: one of its calendar.
        progress: called with a line in French for each step begun and each check that is broken.
        change: what is said of the figures, where they change.
        only: leave the other editions as they are; they are then said to be out of date.

    Raises:
        ServiceError: the disk refused, or Dagster could not keep the run in the home.
    """
    with _session(home, change, only=only) as session:
        (outcome,) = _run(session, [edition], progress)
    return outcome


def run_editions(home: Home, editions: Sequence[Edition], *, progress: Progress) -> Iterator[Outcome]:
    """Run several editions in as few passes as their partitions allow; one that is refused does not stop the others.

    Those that are refused are told first, then the others as they are done. Raises as `run_edition` does.
    """
    with _session(home, UNSAID, only=False) as session:
        progress("lecture et contrôle des fichiers reçus")
        found = judge(session, editions)
        for edition in editions:
            if edition.key not in found.accepted:
                write_results(home, edition, found.results[edition.key])
                findings = found.findings(edition.key)
                yield Outcome(edition, tuple(findings), refusal(edition, findings, session.receipt(edition)))
        for span in _spans(home, [edition for edition in editions if edition.key in found.accepted]):
            yield from _run(session, span, progress)


@contextlib.contextmanager
def _session(home: Home, change: Change, *, only: bool) -> Iterator[Session]:
    """A session on a home that this process holds until it is left."""
    home.create()
    require_reachable(open_database(database_url(home)))
    with home.writing():
        home.clean()
        yield Session(read_state(home), RunStore(home.warehouse), (), only=only, change=change)


def _spans(home: Home, editions: Sequence[Edition]) -> Iterator[list[Edition]]:
    """Editions that follow each other among the partitions of the instance, which one run can take together."""
    with open_instance(home) as instance:
        order = {key: rank for rank, key in enumerate(instance.get_dynamic_partitions(str(EDITIONS.name)))}
    span: list[Edition] = []
    for edition in editions:
        if span and order[edition.key] != order[span[-1].key] + 1:
            yield span
            span = []
        span.append(edition)
    if span:
        yield span


def _run(session: Session, editions: Sequence[Edition], progress: Progress) -> list[Outcome]:
    """Run the semester on editions that follow each other, and keep the run in the home's Dagster instance."""
    home, keys = session.home, [edition.key for edition in editions]
    session.ask(keys)
    run_id = str(uuid.uuid4())
    definitions = build_definitions(
        home=home.root.absolute(),
        resources={"session": dg.ResourceDefinition.hardcoded_resource(session)},
        loggers={"progress": progress_logger(progress)},
    )
    tags = change_tags(session.change, only=session.only)
    if len(keys) > 1:
        tags |= {ASSET_PARTITION_RANGE_START_TAG: keys[0], ASSET_PARTITION_RANGE_END_TAG: keys[-1]}
    try:
        with open_instance(home) as instance, living(home, run_id):
            fail_orphans(home, instance)
            result = definitions.resolve_job_def("semester").execute_in_process(
                instance=instance,
                run_id=run_id,
                partition_key=keys[0] if len(keys) == 1 else None,
                tags=tags,
                raise_on_error=False,
                run_config={"loggers": {"progress": {}}},
            )
    except DagsterExecutionInterruptedError as error:
        raise errors.Interrupted from error
    except (sa.exc.SQLAlchemyError, OSError) as error:
        reason = getattr(error, "orig", None) or error
        raise errors.ServiceError(f"{home.dagster} : le suivi des traitements est inutilisable ({reason}).") from error
    if _was_interrupted(result):
        raise errors.Interrupted
    told = [findings_in(evaluation) for evaluation in result.get_asset_check_evaluations()]
    remade = tuple(edition.key for edition in session.published or () if edition.key not in keys)
    outcomes = []
    for edition in editions:
        findings = tuple(finding for found in told for finding in found.get(edition.key, []))
        stopped = None if result.success else _error_of(result, edition, findings)
        outcomes.append(Outcome(edition, findings, stopped, remade))
    return outcomes


def _was_interrupted(result: dg.ExecuteInProcessResult) -> bool:
    """Whether a signal stopped the run; inside a step, Dagster makes a failure of it."""
    stopped = any(event.event_type is dg.DagsterEventType.PIPELINE_CANCELED for event in result.all_events)
    return stopped or any(_says_interrupted(error) for error in _failures(result))


def _says_interrupted(info: SerializableErrorInfo) -> bool:
    interruptions = (DagsterExecutionInterruptedError.__name__, errors.Interrupted.__name__)
    return any(error.cls_name in interruptions for error in _chain(info))


def _chain(info: SerializableErrorInfo) -> Iterator[SerializableErrorInfo]:
    """An error, then what caused it, up to the first cause."""
    cause: SerializableErrorInfo | None = info
    while cause is not None:
        yield cause
        cause = cause.cause


def _failures(result: dg.ExecuteInProcessResult) -> list[SerializableErrorInfo]:
    failures = [event.step_failure_data.error for event in result.all_events if event.is_step_failure]
    failures += [event.job_failure_data.error for event in result.all_events if event.is_job_failure]
    return [failure for failure in failures if failure is not None]


def _error_of(result: dg.ExecuteInProcessResult, edition: Edition, findings: Sequence[Finding]) -> errors.PanoramaError:
    """The error that stopped a run: the refusal of the data, or the first failure of a step."""
    if refusals := errors_of(findings):
        return errors.DataRefusedError(
            f"Édition {edition.key} refusée : {counted(total(refusals), 'erreur')}.", refusals
        )
    known = _failures(result)
    if not known:
        return errors.ServiceError(f"Édition {edition.key} : le traitement s'est arrêté sans dire pourquoi.")
    return _raised_as(known[0], edition)


def _raised_as(info: SerializableErrorInfo, edition: Edition) -> errors.PanoramaError:
    """The error a step raised, back from what Dagster kept of it; a stranger is a failure outside the data."""
    for error in _chain(info):
        known = getattr(errors, error.cls_name or "", None)
        if isinstance(known, type) and issubclass(known, errors.PanoramaError):
            return known(error.message.removeprefix(f"{known.__module__}.{known.__name__}: ").strip())
    *_, first = _chain(info)
    return errors.ServiceError(f"Édition {edition.key} : {first.message.strip()}")
