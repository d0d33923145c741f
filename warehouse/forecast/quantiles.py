"""The changes that each edition forecasts: quantiles of the outcomes it knows.

Split conformal prediction over projects: of n projects and one more, all alike, the quantile of rank ⌈level × (n + 1)⌉
covers the last with this probability (Vovk, Gammerman and Shafer, "Algorithmic Learning in a Random World", 2005; Lei,
G'Sell, Rinaldo, Tibshirani and Wasserman, "Distribution-Free Predictive Inference for Regression", JASA, 2018). The
outcomes of a project go together: the level is that of n projects, the quantile that of all their outcomes.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from warehouse.forecast.outcomes import HORIZONS
from warehouse.model.vocabulary import RATES

P50 = 0.5
P80 = 0.8
QUANTILE_LEVELS: Mapping[str, float] = {"p50": P50, "p80": P80}
# Projects without which nothing is forecast: with fewer than ten, less than two of them are above the P80.
LEAST_REFERENCES = 10
# What two equal costs may differ by, once multiplied and divided.
TOLERANCE = 1e-9


def quantiles(outcomes: pd.DataFrame, editions: Sequence[str]) -> pd.DataFrame:
    """The changes that each edition forecasts, from the outcomes told up to it.

    A P80 is one of the changes seen over its own horizon: nothing is compounded, and it is below no change only when
    eight outcomes in ten are.

    Args:
        outcomes: see `warehouse.forecast.outcomes.outcomes`.
        editions: keys, in order, all those that tell an outcome among them.

    Returns:
        `rate`, `horizon`, `edition`, a row for each; `n_references`, the projects of the outcomes; `change_p50` and
        `change_p80` (a factor of the cost or months of the end), missing below `LEAST_REFERENCES` projects.
    """
    rows = dict(list(outcomes.groupby(["rate", "horizon"], sort=False)))
    parts = [
        _of_horizon(rows.get((rate, horizon), outcomes.iloc[:0]), editions).assign(rate=rate, horizon=horizon)
        for rate in RATES.codes()
        for horizon in HORIZONS
    ]
    return pd.concat(parts, ignore_index=True)


def _of_horizon(rows: pd.DataFrame, editions: Sequence[str]) -> pd.DataFrame:
    ranks = np.arange(len(editions))
    ordered = rows.assign(told=pd.Index(editions).get_indexer(pd.Index(rows["told"]))).sort_values("told")
    changes, first_told = ordered["change"].to_numpy(), ordered.groupby("project_id")["told"].min().sort_values()
    known, projects = (np.searchsorted(told, ranks, side="right") for told in (ordered["told"], first_told))
    p50, p80 = found = np.full((2, len(editions)), np.nan)
    for rank in np.flatnonzero(projects >= LEAST_REFERENCES).tolist():
        conformal = min(P80 * (projects[rank] + 1) / projects[rank], 1.0)
        p50[rank], p80[rank] = np.quantile(changes[: known[rank]], [P50, conformal], method="inverted_cdf")
    return pd.DataFrame(
        {"edition": editions, "n_references": projects} | dict(zip(("change_p50", "change_p80"), found, strict=True))
    )
