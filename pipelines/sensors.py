"""What follows the home: an edition opened there becomes a partition, without a restart."""

import dagster as dg

from assets.partitions import EDITIONS
from warehouse.home import Home


@dg.sensor(minimum_interval_seconds=30, default_status=dg.DefaultSensorStatus.RUNNING)
def calendar_to_partitions(
    context: dg.SensorEvaluationContext, home: dg.ResourceParam[Home]
) -> dg.SensorResult | dg.SkipReason:
    """Add the editions of the calendar that are not partitions yet."""
    known = set(context.instance.get_dynamic_partitions(str(EDITIONS.name)))
    opened = [edition.key for edition in home.calendar() if edition.key not in known]
    if not opened:
        return dg.SkipReason("Toutes les éditions du calendrier sont des partitions.")
    return dg.SensorResult(dynamic_partitions_requests=[EDITIONS.build_add_request(opened)])
