"""What follows the home: an edition opened there becomes a partition, a file received is validated."""

import datetime as dt

import dagster as dg

from assets.declaring import EDITIONS
from pipelines.jobs import validation
from pipelines.work.collecting import followed_editions, look
from warehouse.home.home import Home

# A file changed since less than that may still be arriving.
QUIET_SECONDS = 10


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


@dg.sensor(job=validation, minimum_interval_seconds=60, default_status=dg.DefaultSensorStatus.STOPPED)
def submissions_arrive(
    context: dg.SensorEvaluationContext, home: dg.ResourceParam[Home]
) -> dg.SensorResult | dg.SkipReason:
    """Take in what the ministries send and validate each edition again when its files change.

    It looks as `panorama collect --watch` does, at the editions opened with a cut-off, until sixty days after it. The
    same files are validated once, whatever is restarted: the key of the run is their fingerprint.
    """
    today = dt.datetime.now(dt.UTC).date()
    followed = followed_editions(home.calendar(), today)
    if not followed:
        return dg.SkipReason("Aucune édition ouverte n'attend de remontée.")
    requests, opened = [], []
    for edition in followed:
        news = look(home, edition, today, QUIET_SECONDS)
        for taken in news.taken:
            context.log.info("%s : %s, %s", edition.key, taken.file, taken.status)
        if news.fingerprint:
            opened.append(edition.key)
            requests.append(dg.RunRequest(run_key=f"{edition.key} {news.fingerprint}", partition_key=edition.key))
    if not requests:
        return dg.SkipReason("Aucun fichier reçu.")
    return dg.SensorResult(run_requests=requests, dynamic_partitions_requests=[EDITIONS.build_add_request(opened)])
