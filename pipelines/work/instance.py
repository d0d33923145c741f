"""The Dagster instance of a home: where runs, partitions and check results are kept, without telemetry."""

from pathlib import Path

import dagster as dg
from dagster._core.instance.config import dagster_instance_config
from dagster._core.instance.ref import InstanceRef

from assets.declaring import EDITIONS
from pipelines.work.event_log import EventLog
from warehouse.home.files import write_text
from warehouse.home.home import Home

CONFIGURATION = """\
# Written by `panorama`; edit at will, it is not written again.
telemetry:
  enabled: false
nux:  # the form that invites to leave an address
  enabled: false
"""
# What says in it where things are kept.
_STORAGES = ("storage", "run_storage", "event_log_storage", "schedule_storage", "instance_class")


def open_instance(home: Home) -> dg.DagsterInstance:
    """The instance in `<home>/dagster`, made on first use, with a partition for each edition of the calendar."""
    home.create()
    configuration: Path = home.dagster / "dagster.yaml"
    if not configuration.exists():
        write_text(configuration, CONFIGURATION)
    instance = dg.DagsterInstance.from_ref(_kept_in(home.dagster.absolute()))
    known = set(instance.get_dynamic_partitions(str(EDITIONS.name)))
    instance.add_dynamic_partitions(
        str(EDITIONS.name), [edition.key for edition in home.calendar() if edition.key not in known]
    )
    return instance


def _kept_in(folder: Path) -> InstanceRef:
    """Where the home says that Dagster keeps things; where it says nothing, events are written by `EventLog`."""
    said, _ = dagster_instance_config(str(folder))
    if any(said.get(key) for key in _STORAGES):
        return InstanceRef.from_dir(str(folder))
    place = {"base_dir": str(folder / "history" / "runs")}
    events = {"module": EventLog.__module__, "class": EventLog.__name__, "config": place}
    return InstanceRef.from_dir(str(folder), overrides={"event_log_storage": events})
