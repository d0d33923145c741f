"""Constant euros: the consumer price index, year by year, and only what was published at an edition.

The index is INSEE's (all households, France, yearly mean, 2015 = 100), in `data/deflators.csv`. Its values are the
yearly changes of the World Bank's series FP.CPI.TOTL.ZG, itself taken from INSEE, chained from 2015; they agree with
the means 112.01 (2022) and 117.47 (2023) published elsewhere. `published_on` is the last day of the January that
follows: the index of December is published by the middle of that month (that of December 2012 on 12 January 2013),
so the value was known by then. A published French consumer price index is not revised.
"""

from functools import cache

import pandas as pd

from warehouse.model.csv_text import shipped_rows
from warehouse.model.errors import ConfigurationError
from warehouse.model.frames import looked_up

INDEX_NAME = "ipc_2015"


@cache
def _rows() -> tuple[tuple[int, float, str], ...]:
    return tuple(
        (int(row["year"]), float(row["value"]), row["published_on"])
        for row in shipped_rows("warehouse.facts", "data/deflators.csv")
        if row["index"] == INDEX_NAME
    )


def price_index(edition: str) -> pd.Series:
    """The price index by year, as far as it was published at the reference month of an edition.

    Returns:
        `float64` (2015 = 100), indexed by year in order; never empty.

    Raises:
        ConfigurationError: nothing was published yet.
    """
    known = {year: value for year, value, published_on in sorted(_rows()) if published_on <= f"{edition}-01"}
    if not known:
        raise ConfigurationError(f"Indice des prix : aucune valeur n'était publiée à l'édition {edition}.")
    return pd.Series(known, dtype="float64", index=pd.Index(list(known), dtype="Int64"))


def deflate(amount: pd.Series, from_year: pd.Series, to_year: int, index: pd.Series) -> pd.Series:
    """Amounts of one year's prices in the prices of another: amount × index(to) / index(from).

    A year after the last one of the index takes the last one, that is, unchanged prices since (`beyond` tells which).
    A year before the first one gives a missing amount.

    Args:
        amount: in euros of `from_year`, any multiple.
        from_year: `Int64`, aligned with `amount`.
        to_year: the year whose prices are wanted.
        index: see `price_index`.

    Returns:
        `float64`, missing where the amount, the year or its index is.
    """
    last = int(index.index[-1])
    prices = looked_up(from_year.clip(upper=last), index)
    target = float(index.get(min(to_year, last), float("nan")))
    return amount.astype("float64") * target / prices


def beyond(year: pd.Series, index: pd.Series) -> pd.Series:
    """Whether each year is after the last one of the index; missing for a missing year.

    Returns:
        `boolean`.
    """
    return year.gt(int(index.index[-1])).astype("boolean")
