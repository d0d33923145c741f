"""Pieces of pandas that several modules share: look-ups that keep dtypes, rows as plain data."""

from typing import Any

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


def plain_records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as plain data, ready for JSON: ISO dates, None for what is missing."""
    dated = rows.assign(
        **{name: rows[name].dt.strftime("%Y-%m-%d") for name in rows.select_dtypes("datetime").columns}
    ).astype(object)
    records = dated.where(dated.notna(), None).to_dict("records")
    return [{str(name): value for name, value in record.items()} for record in records]
