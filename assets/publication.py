"""The publication of the edition: the page and the PDF, from the tables only."""

import dagster as dg
import pandas as pd

from assets.declaring import folder_asset
from assets.open_data import open_dataset
from assets.page.rendering import PublicationTables, render_site
from warehouse.archive.tables import OUT_KEY_FIGURES, OUT_SLIPPAGE_GROUPS
from warehouse.home.files import replacing_directory
from warehouse.home.home import Home
from warehouse.home.results import read_findings
from warehouse.home.store import ParquetStore
from warehouse.projects.withheld import without_withheld


@folder_asset("publication", "html", "pdf", deps=[open_dataset])
def publication(
    context: dg.AssetExecutionContext,
    home: dg.ResourceParam[Home],
    store: dg.ResourceParam[ParquetStore],
    core_projects: pd.DataFrame,
    out_slippage_projects: pd.DataFrame,
    out_slippage_groups: pd.DataFrame,
    out_movements: pd.DataFrame,
    out_key_figures: pd.DataFrame,
    out_project_quality: pd.DataFrame,
    out_ministry_quality: pd.DataFrame,
) -> dg.MaterializeResult[None]:
    """The page and the PDF of the edition: key figures, changes, target, charts, projects, data quality."""
    calendar = home.calendar()
    edition = calendar.find(context.partition_key)
    figures = store.history_with(OUT_KEY_FIGURES, out_key_figures, edition.key)
    groups = store.history_with(OUT_SLIPPAGE_GROUPS, out_slippage_groups, edition.key)
    tables = PublicationTables(
        edition=edition,
        editions=tuple(calendar.find(key) for key in figures["edition"]),
        key_figures=figures,
        groups=groups,
        slippage=out_slippage_projects,
        projects=without_withheld(core_projects),
        movements=out_movements,
        findings=tuple(read_findings(home, edition)),
        project_quality=out_project_quality,
        ministry_quality=out_ministry_quality,
    )
    target = home.out(edition, "publication")
    with replacing_directory(target) as folder:
        files = [path.relative_to(folder) for path in render_site(tables, folder)]
    return dg.MaterializeResult(
        metadata={
            "page": dg.MetadataValue.path(str(target.resolve() / "index.html")),
            "files": [str(path) for path in files],
        }
    )
