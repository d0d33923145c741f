"""The submissions of an edition, as received: every cell with its place, nothing interpreted."""

import datetime as dt
from collections.abc import Sequence

import dagster as dg
import pandas as pd

from assets.collection.findings import quarantine_findings
from assets.collection.intake import read_received, take_in
from assets.declaring import table_asset
from warehouse.archive.tables import RAW_SUBMISSIONS
from warehouse.home.calendar import Edition
from warehouse.home.home import Home
from warehouse.home.quarantine import waiting
from warehouse.home.registers import register
from warehouse.model.errors import DataRefusedError
from warehouse.model.findings import Finding, errors_of

NO_PROJECT = "Aucun projet dans les remontées reçues : toutes sont « néant »."


@table_asset(RAW_SUBMISSIONS, "submissions")
def raw_submissions(context: dg.AssetExecutionContext, home: dg.ResourceParam[Home]) -> dg.Output[pd.DataFrame]:
    """Every non-empty cell of the files received for the edition, with its file, sheet, row and column.

    What the inbox has and the register does not is taken in first: each version is kept, a later one of the same
    ministry takes the place of the earlier, what cannot be opened safely is put aside. Ministry workbooks and
    open-data editions are recognised by their headers. Files that cannot be read give no cell and are named by the
    checks `every_file_is_read` and `nothing_received_is_lost`.
    """
    edition = home.calendar().find(context.partition_key)
    taken = take_in(home, edition, dt.datetime.now(dt.UTC).date())
    cells, findings = read_received(home, edition)
    if cells.empty:
        raise DataRefusedError("\n".join(_why_nothing(home, edition, findings)))
    files = cells.drop_duplicates("source_file")
    return dg.Output(
        cells,
        metadata={
            "taken_in": len(taken),
            "files": dg.MetadataValue.md(
                "\n".join(
                    f"- `{name}` ({layout}, sha256 `{digest[:12]}…`)"
                    for name, layout, digest in zip(
                        files["source_file"], files["layout"], files["source_sha256"], strict=True
                    )
                )
            ),
        },
    )


def _why_nothing(home: Home, edition: Edition, findings: Sequence[Finding]) -> list[str]:
    """Why an edition has no row: what is wrong with each file, those put aside included."""
    aside = quarantine_findings(waiting(home, edition, register(home.registers, "submissions").read()), edition.key)
    # Where the only files are put aside, it is not news that the inbox is empty.
    told = [finding for finding in errors_of(findings) if not (aside and finding.rule == "inbox_has_files")]
    return [str(finding) for finding in [*aside, *told]] or [NO_PROJECT]
