"""What is published is rounded as its column declares, in one place, and is the same number in every format."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.dataset.formats import csv_text, published_rows
from warehouse.model.schema import Column, Table, conform, rounded
from warehouse.open_data.files import DATA_FILES

NUMBERS = [
    (file.table, column)
    for file in DATA_FILES
    if file.table
    for column in file.table.columns
    if column.kind == "number"
]


def ratios(decimals: int) -> Table:
    columns = (
        Column("number", "numero", "Numéro", "integer", "Rang."),
        Column("ratio", "taux", "Taux", "number", "Un taux.", decimals=decimals),
    )
    return Table("ratios", "Taux", "Un par ligne.", columns, ("number",))


def decimals_of(text: str) -> int:
    return max(0, -int(Decimal(text).normalize().as_tuple().exponent))


@pytest.mark.parametrize(("table", "column"), NUMBERS, ids=lambda value: getattr(value, "name", None))
def test_every_published_number_declares_its_decimals(table: Table, column: Column) -> None:
    assert column.decimals is not None, f"{table.name}.{column.published}"
    if column.unit == "rapport":
        assert column.decimals == 6
    if (column.unit or "").startswith("M€"):
        assert column.decimals in (2, 4)


@pytest.mark.parametrize("name", ["initial_cost_meur", "updated_cost_meur", "rebaseline_cost_meur", "cost_meur"])
def test_costs_have_the_decimals_they_are_received_with(name: str) -> None:
    assert {column.decimals for _, column in NUMBERS if column.name == name} == {2}


@given(st.lists(st.none() | st.floats(-1e6, 1e6), min_size=1), st.sampled_from([2, 4, 6]))
def test_rounded_numbers_have_no_more_decimals_than_declared_and_no_noise(
    values: list[float | None], decimals: int
) -> None:
    table = ratios(decimals)
    frame = conform(pd.DataFrame({"number": range(len(values)), "ratio": values}), table)
    found = rounded(frame, table)
    pd.testing.assert_frame_equal(rounded(found, table), found, check_exact=True)
    assert np.allclose(found["ratio"], frame["ratio"], atol=0.5001 * 10**-decimals, rtol=0, equal_nan=True)
    written = [line.split(",")[1] for line in csv_text(published_rows(found, table)).splitlines()[1:]]
    for text, number in zip(written, found["ratio"], strict=True):
        assert "e" not in text
        assert not text.startswith("-0.0") or float(text) < 0
        if text:
            assert float(text) == number
            assert decimals_of(text) <= decimals


def test_the_noise_of_binary_fractions_is_gone() -> None:
    table = ratios(6)
    noisy = pd.DataFrame({"number": [1, 2, 3], "ratio": [1.05 - 1, -1e-9, 0.00001]})
    assert (
        csv_text(published_rows(rounded(conform(noisy, table), table), table))
        == "numero,taux\n1,0.05\n2,0.0\n3,0.00001\n"
    )
