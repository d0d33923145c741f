"""What can be launched, and what runs by itself, once it is started in the interface.

Publishing is a job of its own: making an edition never sends anything anywhere.
"""

import datetime as dt
from zoneinfo import ZoneInfo

import dagster as dg

from assets.collection.page import collection_markdown
from assets.collection.standing import collected_of, collection_lines, standing_markdown
from assets.collection.watching import followed_editions
from assets.declaring import EDITIONS
from assets.export.approvals import to_export
from assets.export.client import site_url
from pipelines.work.collecting import collect, look_once
from warehouse.archive.tables import OUT_COLLECTION
from warehouse.home.calendar import Calendar, Edition
from warehouse.home.home import Home
from warehouse.home.settings import read_settings
from warehouse.model.errors import ServiceError

PARIS = "Europe/Paris"
# A file changed since less than that may still be arriving.
QUIET_SECONDS = 10

semester = dg.define_asset_job(
    "semester",
    selection=dg.AssetSelection.all() - dg.AssetSelection.assets("data_gouv_export"),
    description="Des éditions de bout en bout : lecture, contrôles, écarts, jeu de données, publication.",
)
export = dg.define_asset_job(
    "export",
    selection=dg.AssetSelection.assets("data_gouv_export"),
    description="Publication sur data.gouv.fr des fichiers qu'une personne a approuvés, si panorama.toml le demande.",
)


@dg.op(description="Lit et contrôle ce qu'une édition a reçu, et dit où en est sa collecte ; rien d'autre n'est écrit.")
def validate_submissions(context: dg.OpExecutionContext, home: dg.ResourceParam[Home]) -> None:
    """Leave no figure of the edition: its rows are in no table until it is run, but where its collection stands is."""
    edition = home.calendar().find(context.partition_key)
    state = collect(home, edition)
    context.log_event(dg.AssetMaterialization(OUT_COLLECTION.name, partition=edition.key))
    lines = {edition.key: collection_lines(edition, collected_of(state))}
    context.add_output_metadata(
        {
            "collection": dg.MetadataValue.md(collection_markdown(state.table)),
            "standing": dg.MetadataValue.md(standing_markdown(lines)),
        }
    )
    for ministry in state.table.to_dict("records"):
        context.log.info("%s : %s", ministry["ministry_id"], ministry["status"])


@dg.job(partitions_def=EDITIONS, description="Lecture et contrôles d'une édition : où en est la collecte.")
def validation() -> None:
    """Validate one edition."""
    validate_submissions()


def edition_due(calendar: Calendar, today: dt.date) -> Edition | None:
    """The latest opened edition whose cut-off is past, None when there is none.

    Editions without a cut-off are those of the past, which are run by hand.
    """
    due = [edition for edition in calendar if edition.cutoff_on is not None and edition.cutoff_on < today]
    return due[-1] if due else None


@dg.schedule(
    job=semester,
    cron_schedule="0 6 * * *",
    execution_timezone=PARIS,
    description="Traite la dernière édition ouverte une fois sa date limite passée.",
)
def after_cutoff(context: dg.ScheduleEvaluationContext, home: dg.ResourceParam[Home]) -> dg.RunRequest | dg.SkipReason:
    """Run the latest opened edition once its cut-off is past; a later cut-off gives a new run."""
    today = context.scheduled_execution_time.astimezone(ZoneInfo(PARIS)).date()
    edition = edition_due(home.calendar(), today)
    if edition is None:
        return dg.SkipReason("Aucune édition ouverte n'a passé sa date limite de remontée.")
    context.instance.add_dynamic_partitions(str(EDITIONS.name), [edition.key])
    return dg.RunRequest(run_key=f"{edition.key} après {edition.cutoff_on}", partition_key=edition.key)


@dg.schedule(
    job=export,
    cron_schedule="0 7 * * *",
    execution_timezone=PARIS,
    description="Publie ce qu'une personne a approuvé et qui ne l'est pas encore, si panorama.toml le demande.",
)
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


@dg.sensor(
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Fait une partition de chaque édition ouverte dans le calendrier.",
)
def calendar_to_partitions(
    context: dg.SensorEvaluationContext, home: dg.ResourceParam[Home]
) -> dg.SensorResult | dg.SkipReason:
    """Add the editions of the calendar that are not partitions yet."""
    known = set(context.instance.get_dynamic_partitions(str(EDITIONS.name)))
    opened = [edition.key for edition in home.calendar() if edition.key not in known]
    if not opened:
        return dg.SkipReason("Toutes les éditions du calendrier sont des partitions.")
    return dg.SensorResult(dynamic_partitions_requests=[EDITIONS.build_add_request(opened)])


@dg.sensor(
    # By its name: to give a job its resources, Dagster makes its sensor again with arguments that it warns about.
    job_name="validation",
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.STOPPED,
    description="Reçoit ce que les ministères envoient, et contrôle une édition quand ses fichiers changent.",
)
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
        try:
            news = look_once(home, edition, today, quiet_seconds=QUIET_SECONDS, wait_seconds=0)
        except ServiceError as error:
            # A run holds the home: what arrived is taken in by it, or at the next look.
            return dg.SkipReason(str(error))
        for taken in news.taken:
            context.log.info("%s : %s, %s", edition.key, taken.file, taken.status)
        if news.fingerprint:
            opened.append(edition.key)
            requests.append(dg.RunRequest(run_key=f"{edition.key} {news.fingerprint}", partition_key=edition.key))
    if not requests:
        return dg.SkipReason("Aucun fichier reçu.")
    return dg.SensorResult(run_requests=requests, dynamic_partitions_requests=[EDITIONS.build_add_request(opened)])
