"""Constant euros use the prices that were published at the edition, and say when they are prolonged."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.facts.deflator import beyond, deflate, price_index
from warehouse.model.errors import ConfigurationError

YEARS = st.integers(2000, 2030)
INDEX = price_index("2025-06")


def deflated(amount: float | None, from_year: int | None, to_year: int, index: pd.Series = INDEX) -> float:
    amounts = pd.Series([amount], dtype="float64")
    return float(deflate(amounts, pd.Series([from_year], dtype="Int64"), to_year, index).iloc[0])


def test_an_amount_of_2015_in_the_prices_of_2022() -> None:
    # 2022 is at 112.01 for 100 in 2015, as published: 10 M€ of 2015 are 11.201 M€ of 2022.
    assert deflated(10, 2015, 2022) == pytest.approx(11.201)
    assert deflated(11.201, 2022, 2015) == pytest.approx(10)


def test_the_index_agrees_with_what_is_published_elsewhere() -> None:
    assert INDEX.loc[[2015, 2022, 2023]].tolist() == [100.0, 112.01, 117.47]
    # Yearly changes announced by INSEE, in %, to one decimal.
    changes = (INDEX.pct_change() * 100).round(1)
    assert changes.loc[[2018, 2019, 2020, 2021, 2022, 2023]].tolist() == [1.8, 1.1, 0.5, 1.6, 5.2, 4.9]


def test_only_what_was_published_at_the_edition_is_used() -> None:
    assert price_index("2021-01").index[-1] == 2019
    assert price_index("2021-02").index[-1] == 2020
    assert price_index("2021-11").index[-1] == 2020
    assert price_index("2021-11").equals(INDEX.loc[:2020])


def test_an_edition_before_any_published_value_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="1999-06"):
        price_index("1999-06")


def test_a_year_beyond_the_data_uses_the_last_one_and_says_so() -> None:
    index = price_index("2021-11")
    assert deflated(10, 2027, 2015, index) == deflated(10, 2020, 2015, index)
    years = pd.Series([2020, 2021, None], dtype="Int64")
    assert beyond(years, index).astype("object").tolist()[:2] == [False, True]
    assert beyond(years, index).isna().tolist() == [False, False, True]


def test_a_year_before_the_data_gives_no_amount() -> None:
    assert pd.isna(deflated(10, 1990, 2015))


def test_an_unknown_amount_or_year_gives_no_amount() -> None:
    assert pd.isna(deflated(None, 2015, 2022))
    assert pd.isna(deflated(10, None, 2022))


@given(st.floats(0.01, 1e4), YEARS, YEARS)
def test_there_and_back_gives_the_amount(amount: float, one: int, other: int) -> None:
    assert deflated(deflated(amount, one, other), other, one) == pytest.approx(amount)


@given(st.floats(0.01, 1e4), YEARS, YEARS, st.floats(0.01, 100))
def test_constant_euros_do_not_depend_on_the_unit(amount: float, one: int, other: int, factor: float) -> None:
    assert deflated(amount * factor, one, other) == pytest.approx(deflated(amount, one, other) * factor)
