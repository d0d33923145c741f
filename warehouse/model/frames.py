"""Pieces of pandas that several modules share: how it keeps texts, look-ups that keep dtypes, rows as plain data."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

ROWS_AT_ONCE = 1000
# A run cuts and joins thousands of times tables of some hundred rows, with dozens of columns of texts. Kept by Arrow,
# each column costs a few calls of it each time, a sixth of the whole run; kept as objects, next to nothing.
pd.set_option("mode.string_storage", "python")


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


def in_parts(rows: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The rows a thousand at a time: all those of a large file, as dictionaries, would take a hundred megabytes."""
    for start in range(0, len(rows), ROWS_AT_ONCE):
        yield rows.iloc[start : start + ROWS_AT_ONCE]


def shared_objects(rows: pd.DataFrame) -> pd.DataFrame:
    """The same values as objects, equal ones in a column being one: pandas would make a text for each cell."""

    def shared(column: pd.Series) -> pd.Series:
        codes, values = pd.factorize(column, use_na_sentinel=False)
        return pd.Series(values.astype(object).take(codes), index=column.index, dtype=object)

    return rows.apply(shared)


def plain_records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as plain data, ready for JSON: ISO dates, None for what is missing."""
    dated = rows.assign(
        **{name: rows[name].dt.strftime("%Y-%m-%d") for name in rows.select_dtypes("datetime").columns}
    ).astype(object)
    records = dated.where(dated.notna(), None).to_dict("records")
    return [{str(name): value for name, value in record.items()} for record in records]
