"""What was published at the time is kept as it was, each figure with its source, and never later than an edition."""

import csv
from pathlib import Path

import pandas as pd
import pytest

from warehouse.facts.reference import official_figures, published_figures
from warehouse.model.schema import conform
from warehouse.model.vocabulary import CONFIDENCES
from warehouse.slippage.official import official_table
from warehouse.slippage.tables import OUT_OFFICIAL_FIGURES


def test_every_source_is_named_and_trusted_so_far() -> None:
    for line in official_figures():
        assert line.source
        assert line.confidence in CONFIDENCES.codes()
    ranks = pd.DataFrame(official_figures()).groupby("edition")["rank"].agg(list)
    assert all(of_edition == list(range(1, len(of_edition) + 1)) for of_edition in ranks)


def test_sources_that_differ_are_both_kept() -> None:
    june = official_table("2020-06").query("edition == '2020-06'")
    assert june["schedule_mean_ratio"].tolist() == [0.266, 0.256]
    assert june["confidence"].tolist() == ["secondary", "derived"]
    assert published_figures()["2020-06"].schedule_slippage_pct == 26.6


def test_a_figure_is_retained_from_the_first_source_that_has_it() -> None:
    retained = published_figures()["2019-07"]
    assert (retained.mean_duration_years, retained.projects) == (7.1, 47)


def test_nothing_published_later_is_in_the_table_of_an_edition() -> None:
    table = conform(official_table("2018-03"), OUT_OFFICIAL_FIGURES)
    assert set(table["edition"]) == {"2016-11", "2017-02", "2017-06", "2017-11", "2018-03"}
    assert conform(official_table("2010-01"), OUT_OFFICIAL_FIGURES).empty


@pytest.mark.parametrize(
    ("column", "name", "factor"),
    [
        ("n_projects", "projects", 1.0),
        ("interministerial", "interministerial", 1.0),
        ("total_mde", "total_cost_meur", 1000.0),
        ("mean_years", "mean_duration_years", 1.0),
        ("budget_pct", "budget_slippage_pct", 1.0),
        ("calendar_pct", "schedule_slippage_pct", 1.0),
    ],
)
def test_they_are_those_collected_edition_by_edition(real_data: Path, column: str, name: str, factor: float) -> None:
    with (real_data / "editions.csv").open(encoding="utf-8") as stream:
        collected = {line["reference_month"]: line[column] for line in csv.DictReader(stream) if line[column]}
    retained = {
        key: getattr(line, name) for key, line in published_figures().items() if getattr(line, name) is not None
    }
    assert retained == pytest.approx({key: float(text) * factor for key, text in collected.items()})
