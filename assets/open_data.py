"""The semester dataset: one row per project, under French names, as CSV and Parquet, with its schema."""

import json

import dagster as dg
import pandas as pd
import pyarrow as pa

from assets.asset_metadata import folder_asset
from assets.slippage import out_slippage_groups
from warehouse.files import replacing_directory
from warehouse.home import Home
from warehouse.measures import without_withheld
from warehouse.schema import Table, conform, table_schema, to_arrow
from warehouse.store import parquet_bytes
from warehouse.tables import CORE_PROJECTS, OPEN_PROJECTS
from warehouse.vocabulary import VOCABULARIES

# What a spreadsheet takes for the start of a formula when it opens a CSV file.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\n")


def open_projects(projects: pd.DataFrame, slippages: pd.DataFrame) -> pd.DataFrame:
    """The published rows of an edition, with the columns of `OPEN_PROJECTS`.

    Withheld figures are missing; the initial figures are those the slippage was counted from.

    Args:
        projects: core projects of the edition.
        slippages: slippage per project of the edition.
    """
    taken_from_slippage = [
        name for name in OPEN_PROJECTS.names() if name in slippages.columns and name not in CORE_PROJECTS.names()
    ]
    figures = slippages.set_index("project_id")
    published = without_withheld(projects).set_index("project_id")
    published = published.assign(
        **{name: figures[name] for name in ("initial_cost_meur", "initial_duration_months", *taken_from_slippage)}
    )
    return conform(published.reset_index(), OPEN_PROJECTS)


def with_published_names(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """A conformed frame as it is published: French column names, French labels instead of codes."""
    labelled = {
        column.name: frame[column.name].map(VOCABULARIES[column.vocabulary].labels_by_code()).astype("str")
        for column in table.columns
        if column.vocabulary
    }
    return frame.assign(**labelled).rename(columns={column.name: column.published for column in table.columns})


def _without_formula(values: pd.Series) -> pd.Series:
    # A lone carriage return is not quoted by the writer, and would start a row, hence a cell.
    lines = values.str.replace("\r\n?", "\n", regex=True)
    return lines.where(~lines.str.startswith(FORMULA_STARTS, na=False), "'" + lines)


def csv_text(frame: pd.DataFrame, table: Table) -> str:
    """A conformed frame as published CSV: comma, point, ISO dates, `true`/`false`, empty for missing.

    A text that a spreadsheet would take for a formula (it starts with `=`, `+`, `-`, `@`, a tabulation or a line end)
    is preceded by an apostrophe, as OWASP advises. Only free texts can start so: numbers, dates, labels of
    closed lists and texts with a pattern are written as they are, and the Table Schema holds. A reader who wants such
    a text back takes the apostrophe off; the Parquet file, which no spreadsheet evaluates, keeps it as submitted.
    """
    booleans = {
        column.name: frame[column.name].map({True: "true", False: "false"})
        for column in table.columns
        if column.kind == "boolean"
    }
    texts = {
        column.name: _without_formula(frame[column.name])
        for column in table.columns
        if column.kind == "string" and not column.vocabulary and not column.pattern
    }
    return with_published_names(frame.assign(**booleans, **texts), table).to_csv(
        index=False, lineterminator="\n", date_format="%Y-%m-%d"
    )


def published_parquet(frame: pd.DataFrame, table: Table) -> bytes:
    """A conformed frame as published Parquet: the same names and labels as the CSV, and types."""
    arrow = to_arrow(frame, table)
    for position, column in enumerate(table.columns):
        if column.vocabulary:
            labels = VOCABULARIES[column.vocabulary].labels_by_code()
            values = [None if code is None else labels[code] for code in arrow.column(position).to_pylist()]
            arrow = arrow.set_column(position, arrow.schema.field(position), pa.array(values, pa.string()))
    return parquet_bytes(arrow.rename_columns([column.published for column in table.columns]))


# After the groups, whose blocking check looks for what would give a withheld figure away.
@folder_asset("publication", "csv", "parquet", deps=[out_slippage_groups])
def open_dataset(
    context: dg.AssetExecutionContext,
    home: dg.ResourceParam[Home],
    core_projects: pd.DataFrame,
    out_slippage_projects: pd.DataFrame,
) -> dg.MaterializeResult[None]:
    """The dataset of the edition for reusers: CSV, Parquet and the Table Schema generated from the declaration."""
    edition = home.calendar().find(context.partition_key)
    rows = open_projects(core_projects, out_slippage_projects)
    name = f"panorama-{edition.key}"
    target = home.out(edition, "open_data")
    with replacing_directory(target) as folder:
        (folder / f"{name}.csv").write_text(csv_text(rows, OPEN_PROJECTS), encoding="utf-8", newline="")
        (folder / f"{name}.parquet").write_bytes(published_parquet(rows, OPEN_PROJECTS))
        schema = json.dumps(table_schema(OPEN_PROJECTS), ensure_ascii=False, indent=2)
        (folder / f"{name}.schema.json").write_text(schema + "\n", encoding="utf-8")
    return dg.MaterializeResult(
        metadata={"dagster/row_count": len(rows), "folder": dg.MetadataValue.path(str(target.resolve()))}
    )
