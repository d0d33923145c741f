"""The submissions of an edition, as received: every cell with its place, nothing interpreted."""

import dagster as dg
import pandas as pd

from assets.asset_metadata import table_asset
from assets.workbooks import read_inbox
from warehouse.errors import DataRefusedError
from warehouse.findings import errors_of
from warehouse.home import Home
from warehouse.settings import read_settings
from warehouse.tables import RAW_SUBMISSIONS


@table_asset(RAW_SUBMISSIONS, "submissions")
def raw_submissions(context: dg.AssetExecutionContext, home: dg.ResourceParam[Home]) -> dg.Output[pd.DataFrame]:
    """Every non-empty cell of the files received for the edition, with its file, sheet, row and column.

    Ministry workbooks and open-data editions are recognised by their headers. Files that cannot be read
    give no cell and are named by the check `every_file_is_read`.
    """
    edition = home.calendar().find(context.partition_key)
    cells, findings = read_inbox(home.inbox(edition), edition.key, read_settings(home.settings).reading)
    if cells.empty:
        raise DataRefusedError("\n".join(str(finding) for finding in errors_of(findings)))
    files = cells.drop_duplicates("source_file")
    return dg.Output(
        cells,
        metadata={
            "files": dg.MetadataValue.md(
                "\n".join(
                    f"- `{name}` ({layout}, sha256 `{digest[:12]}…`)"
                    for name, layout, digest in zip(
                        files["source_file"], files["layout"], files["source_sha256"], strict=True
                    )
                )
            )
        },
    )
