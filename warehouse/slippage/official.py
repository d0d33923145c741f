"""What was published at the time, as a table: beside what is computed, never in it."""

import pandas as pd

from warehouse.facts.reference import official_figures
from warehouse.slippage.tables import OUT_OFFICIAL_FIGURES

# Figures published in percent have at most this many decimals as a fraction.
DECIMALS = 4


def official_table(last: str) -> pd.DataFrame:
    """The figures published before this system, for every edition up to one, whether a home has it or not.

    Args:
        last: key of the last edition.

    Returns:
        The columns of `OUT_OFFICIAL_FIGURES`.
    """
    frame = pd.DataFrame([line for line in official_figures() if line.edition <= last])
    if frame.empty:
        return pd.DataFrame(columns=OUT_OFFICIAL_FIGURES.names())
    rates = {
        f"{rate}_mean_ratio": (frame[f"{rate}_slippage_pct"].astype("float64") / 100).round(DECIMALS)
        for rate in ("budget", "schedule")
    }
    return frame.assign(**rates)[OUT_OFFICIAL_FIGURES.names()]
