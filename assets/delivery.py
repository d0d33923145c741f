"""Where the editions go: a database for those who query, data.gouv.fr for everyone once a person approved."""

import datetime as dt

import dagster as dg
import sqlalchemy as sa

from assets.declaring import output_asset
from assets.export.approvals import Approval, approved, folder_fingerprint
from assets.export.client import DataGouv, PlatformError
from assets.export.execution import Exported
from assets.export.platform import PlatformDestination, organization_of, read_key
from assets.session import Session
from warehouse.archive.database import COPIED, copy_tables
from warehouse.archive.tables import CORE_CORRECTIONS
from warehouse.home.home import Home
from warehouse.home.settings import read_settings
from warehouse.home.store import ParquetStore
from warehouse.model.errors import ServiceError


@output_asset(
    "warehouse_database",
    "delivery",
    "Les tables calculées et publiées, et les registres, en SQL ; une copie qu'un traitement peut refaire.",
    "sqlalchemy",
    made_from=[CORE_CORRECTIONS.name],
)
def warehouse_database(
    context: dg.AssetExecutionContext,
    session: dg.ResourceParam[Session],
    database: dg.ResourceParam[sa.Engine],
) -> dg.MaterializeResult[None]:
    """Make the database equal to the tables as they are written: only the editions that differ are replaced."""
    # What a run left for later is known to it, and not written.
    store = ParquetStore(session.home.warehouse) if session.only else session.store
    tables = {table: store.history(table) for table in COPIED}
    changed = copy_tables(database, tables, session.state.registers, session.to_write())
    return dg.MaterializeResult(
        metadata={"changed_tables": changed, "dagster/row_count": sum(map(len, tables.values()))}
    )


@output_asset(
    "data_gouv_export",
    "delivery",
    "Le jeu de données sur data.gouv.fr : les fichiers approuvés en dernier, si panorama.toml le demande.",
    "api",
    made_from=["open_dataset"],
)
def data_gouv_export(context: dg.AssetExecutionContext, home: dg.ResourceParam[Home]) -> dg.MaterializeResult[None]:
    """Publish the files last approved by a person, with their ids, hashes and addresses.

    Does nothing, and says why, unless `panorama.toml` has `[export] automatic = "approved"` and a person approved the
    edition (`panorama approve`).
    """
    edition = home.calendar().find(context.partition_key)
    settings = read_settings(home.settings).export
    approval = approved(home, edition)
    if settings.automatic != "approved":
        return _nothing('panorama.toml ne demande pas d\'export automatique ([export] automatic = "approved")')
    if approval is None:
        return _nothing(f"personne n'a approuvé l'édition {edition.key} (panorama approve {edition.key})")
    platform = DataGouv(settings.base_url, read_key(None))
    destination = PlatformDestination(platform, organization_of(None, settings.organization))
    try:
        planned = destination.plan(home, edition, approval.folder)
        with home.writing():
            exported = planned.apply(home, approval, today=dt.datetime.now(tz=dt.UTC).date())
    except PlatformError as error:
        raise ServiceError(str(error)) from error
    folder = home.out(edition, "open_data")
    is_last = folder.is_dir() and folder_fingerprint(folder) == approval.fingerprint
    return _result(approval, exported, is_last=is_last)


def _nothing(why: str) -> dg.MaterializeResult[None]:
    return dg.MaterializeResult(metadata={"exported": False, "why": f"Rien n'est publié : {why}."})


def _result(approval: Approval, exported: Exported, *, is_last: bool) -> dg.MaterializeResult[None]:
    resources = [
        dg.TableRecord({"resource": key, "id": each.id, "sha1": each.sha1 or "", "url": each.latest})
        for key, each in exported.resources.items()
    ]
    return dg.MaterializeResult(
        metadata={
            "exported": True,
            "writes": len(exported.writes),
            "dataset_id": exported.dataset.id,
            "dataset": dg.MetadataValue.url(exported.dataset.page),
            "resources": dg.MetadataValue.table(resources),
            "version": approval.version,
            "fingerprint": approval.fingerprint,
            "approved_by": approval.approved_by,
            "files_of_the_last_run": is_last,
        }
    )
