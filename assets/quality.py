"""The quality of the data that was sent, scored per project and per ministry by a published formula."""

import dagster as dg
import pandas as pd

from assets.declaring import table_asset
from assets.reading.headers import layouts
from assets.slippage import previous_projects
from warehouse.archive.tables import OUT_MINISTRY_QUALITY, OUT_PROJECT_QUALITY
from warehouse.home.home import Home
from warehouse.home.registers import register
from warehouse.home.results import read_findings
from warehouse.home.store import ParquetStore
from warehouse.model.schema import Table
from warehouse.quality import scores as data_quality


@table_asset(OUT_PROJECT_QUALITY, "quality")
def out_project_quality(
    context: dg.AssetExecutionContext,
    home: dg.ResourceParam[Home],
    store: dg.ResourceParam[ParquetStore],
    raw_submissions: pd.DataFrame,
    core_projects: pd.DataFrame,
) -> pd.DataFrame:
    """How complete, consistent, stable and timely the row of each project is, its score and how it moved.

    The findings are those of the checks of the submissions and of the projects, which all come before.
    """
    edition = home.calendar().find(context.partition_key)
    previous = previous_projects(home, store, edition.key)
    since = None if previous is None else str(previous["edition"].iloc[0])
    fields = {layout.name: frozenset(column.field for column in layout.columns) for layout in layouts(edition.key)}
    return data_quality.project_quality(
        core_projects,
        previous,
        data_quality.submitted_rows(raw_submissions, fields),
        read_findings(home, edition),
        data_quality.rebaselined_since(register(home.registers, "baselines").read(), since, edition.key),
        register(home.registers, "submissions").read(),
        edition,
        _previous_scores(home, store, OUT_PROJECT_QUALITY, edition.key),
    )


@table_asset(OUT_MINISTRY_QUALITY, "quality")
def out_ministry_quality(
    context: dg.AssetExecutionContext,
    home: dg.ResourceParam[Home],
    store: dg.ResourceParam[ParquetStore],
    core_projects: pd.DataFrame,
    out_project_quality: pd.DataFrame,
    out_collection: pd.DataFrame,
) -> pd.DataFrame:
    """The mean of each component over the projects of a ministry, its score and how it moved.

    A ministry that is awaited, or that attested that it has no project, has a row that says so.
    """
    before = _previous_scores(home, store, OUT_MINISTRY_QUALITY, context.partition_key)
    partners = core_projects["partner_ministry_id"]
    return data_quality.ministry_quality(out_project_quality, out_collection, partners, before)


def _previous_scores(home: Home, store: ParquetStore, table: Table, edition: str) -> pd.DataFrame | None:
    calendar = home.calendar()
    previous = calendar.previous(calendar.find(edition))
    return None if previous is None or not store.has(table, previous.key) else store.read(table, previous.key)
