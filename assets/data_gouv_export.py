"""The export to data.gouv.fr as a step of the graph: what a person approved, and only where the home says so."""

import datetime as dt

import dagster as dg

from assets.declaring import folder_asset
from assets.export.approvals import Approval, approved, folder_fingerprint
from assets.export.client import DataGouv, PlatformError
from assets.export.edition import Target, execute, organization_of, prepare, read_key
from assets.export.execution import Exported
from assets.open_data import open_dataset
from warehouse.home.home import Home
from warehouse.home.settings import read_settings
from warehouse.model.errors import ServiceError


@folder_asset("publication", "api", deps=[open_dataset])
def data_gouv_export(context: dg.AssetExecutionContext, home: dg.ResourceParam[Home]) -> dg.MaterializeResult[None]:
    """The dataset on data.gouv.fr: the files last approved by a person, with their ids, hashes and addresses.

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
    target = Target(DataGouv(settings.base_url, read_key(None)), organization_of(None, settings.organization))
    try:
        prepared = prepare(home, edition, approval.folder, target)
        with home.writing():
            exported = execute(home, approval, prepared, today=dt.datetime.now(tz=dt.UTC).date())
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
