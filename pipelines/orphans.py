"""Runs whose process was killed, which the Dagster instance would say for ever that they go on."""

import contextlib
import datetime as dt

import dagster as dg

from warehouse.home.home import Home
from warehouse.home.turns.lives import alive, is_alive

FOLDER = "running"
UNFINISHED = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
# A run says that it lives as soon as its resources are made: one that has not after that long never will.
SILENT_SECONDS = 600
KILLED = "Le processus de ce traitement a été tué ; ce qu'il avait commencé est refait par le suivant."


def living(home: Home, run_id: str) -> contextlib.AbstractContextManager[None]:
    """Say that a run goes on while the block lasts."""
    return alive(home.dagster / FOLDER / run_id)


def fail_orphans(home: Home, instance: dg.DagsterInstance) -> list[str]:
    """Mark the runs that no process carries on as failed; return their ids."""
    failed = []
    for record in instance.get_run_records(dg.RunsFilter(statuses=UNFINISHED)):
        run = record.dagster_run
        mark = home.dagster / FOLDER / run.run_id
        silent = (dt.datetime.now(dt.UTC) - record.create_timestamp).total_seconds()
        if not is_alive(mark) if mark.exists() else silent > SILENT_SECONDS:
            instance.report_run_failed(run, KILLED)
            mark.unlink(missing_ok=True)
            failed.append(run.run_id)
    return failed
