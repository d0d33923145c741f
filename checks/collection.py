"""Whether what the ministries sent is all there: nothing put aside, gone, or lost by a new version."""

import dagster as dg
import pandas as pd

from assets.collection.receiving import collection_findings, what_was_received
from assets.submissions import raw_submissions
from checks.recording import edition_check, record
from warehouse.home.home import Home


@edition_check(raw_submissions)
def nothing_received_is_lost(
    context: dg.AssetCheckExecutionContext, home: dg.ResourceParam[Home], raw_submissions: pd.DataFrame
) -> dg.AssetCheckResult:
    """No file is in quarantine or gone from the inbox, and a new version has every project of the one it replaces."""
    received = what_was_received(home, home.calendar().find(context.partition_key), raw_submissions)
    files = len(received.stands.current_sha256) + len(received.waiting)
    return record(context, home, collection_findings(home, received), checked=files)
