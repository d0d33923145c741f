"""Pieces of pandas that the measures share and that keep dtypes, which pandas alone does not always."""

import pandas as pd


def looked_up(keys: pd.Series, values: pd.Series) -> pd.Series:
    """The value of each key, missing for a key that has none, with the dtype of `values` whatever is found.

    `Series.map` gives floats when nothing is found, and a date column no longer takes them.

    Args:
        keys: any Series.
        values: indexed by key, each once.

    Returns:
        Aligned with `keys`.
    """
    found: pd.Series = values.reindex(pd.Index(keys)).set_axis(keys.index)
    return found
