"""The Dagster instance of a home: where runs, partitions and check results are kept, without telemetry."""

from pathlib import Path

import dagster as dg

from assets.declaring import EDITIONS
from warehouse.home.files import write_text
from warehouse.home.home import Home

CONFIGURATION = """\
# Written by `panorama`; edit at will, it is not written again.
telemetry:
  enabled: false
nux:  # the form that invites to leave an address
  enabled: false
"""


def open_instance(home: Home) -> dg.DagsterInstance:
    """The instance in `<home>/dagster`, made on first use, with a partition for each edition of the calendar."""
    home.create()
    configuration: Path = home.dagster / "dagster.yaml"
    if not configuration.exists():
        write_text(configuration, CONFIGURATION)
    instance = dg.DagsterInstance.from_config(str(home.dagster.absolute()))
    known = set(instance.get_dynamic_partitions(str(EDITIONS.name)))
    instance.add_dynamic_partitions(
        str(EDITIONS.name), [edition.key for edition in home.calendar() if edition.key not in known]
    )
    return instance
