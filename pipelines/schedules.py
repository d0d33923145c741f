"""What runs by itself: the semester, once, the morning after the cut-off; the export of what a person approved.

The export does so only where `panorama.toml` asks for it, and like every schedule once it is started in the interface.
"""

import datetime as dt
from zoneinfo import ZoneInfo

import dagster as dg

from assets.declaring import EDITIONS
from assets.export.approvals import to_export
from assets.export.client import site_url
from pipelines.jobs import export, semester
from warehouse.home.calendar import Calendar, Edition
from warehouse.home.home import Home
from warehouse.home.settings import read_settings

PARIS = "Europe/Paris"


def edition_due(calendar: Calendar, today: dt.date) -> Edition | None:
    """The latest opened edition whose cut-off is past, None when there is none.

    Editions without a cut-off are those of the past, which are run by hand.
    """
    due = [edition for edition in calendar if edition.cutoff_on is not None and edition.cutoff_on < today]
    return due[-1] if due else None


@dg.schedule(job=semester, cron_schedule="0 6 * * *", execution_timezone=PARIS)
def after_cutoff(context: dg.ScheduleEvaluationContext, home: dg.ResourceParam[Home]) -> dg.RunRequest | dg.SkipReason:
    """Run the latest opened edition once its cut-off is past; a later cut-off gives a new run."""
    today = context.scheduled_execution_time.astimezone(ZoneInfo(PARIS)).date()
    edition = edition_due(home.calendar(), today)
    if edition is None:
        return dg.SkipReason("Aucune édition ouverte n'a passé sa date limite de remontée.")
    context.instance.add_dynamic_partitions(str(EDITIONS.name), [edition.key])
    return dg.RunRequest(run_key=f"{edition.key} après {edition.cutoff_on}", partition_key=edition.key)


@dg.schedule(job=export, cron_schedule="0 7 * * *", execution_timezone=PARIS)
def after_approval(
    context: dg.ScheduleEvaluationContext, home: dg.ResourceParam[Home]
) -> list[dg.RunRequest] | dg.SkipReason:
    """Export each edition whose last approval is not published yet, where the home asks for it."""
    settings = read_settings(home.settings).export
    if settings.automatic != "approved":
        return dg.SkipReason("panorama.toml ne demande pas d'export automatique.")
    waiting = to_export(home, site_url(settings.base_url))
    if not waiting:
        return dg.SkipReason("Tout ce qui est approuvé est publié.")
    context.instance.add_dynamic_partitions(str(EDITIONS.name), list(waiting))
    return [
        dg.RunRequest(run_key=f"export {key}, approbation {line}", partition_key=key) for key, line in waiting.items()
    ]
