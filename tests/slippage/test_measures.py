"""The formulas: worked by hand, then as properties."""

import datetime as dt
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.archive.tables import (
    CORE_PROJECTS,
    OUT_KEY_FIGURES,
    OUT_MOVEMENTS,
    OUT_SLIPPAGE_GROUPS,
    OUT_SLIPPAGE_PROJECTS,
)
from warehouse.history.movements import movements
from warehouse.home.calendar import load_calendar
from warehouse.home.register_tables import EXITS
from warehouse.model.errors import UnknownEditionError
from warehouse.model.schema import conform, empty_frame
from warehouse.projects.durations import cost_band, duration_months
from warehouse.projects.withheld import without_withheld
from warehouse.slippage import by_project
from warehouse.slippage.by_group import slippage_by_group
from warehouse.slippage.measures import key_figures, slippage

# The calendar that ships.
CALENDAR = load_calendar(Path("no register"))
NO_MOVEMENTS = empty_frame(OUT_MOVEMENTS)
positive = st.floats(0.01, 1e4, allow_nan=False)
months = st.integers(1, 240)


def project(number: int = 1, edition: str = "2021-11", **changes: object) -> dict[str, object]:
    """A core project that conforms, but for `changes`."""
    return {
        **dict.fromkeys(CORE_PROJECTS.names()),
        "edition": edition,
        "project_id": f"PGP-{number:04d}",
        "name": f"Projet {number}",
        "ministry_id": "culture",
        "interministerial": False,
        "phase": "build",
        "updated_cost_meur": 12.0,
        "updated_duration_months": 30,
        "withheld": False,
        "cost_withheld": False,
        "schedule_withheld": False,
        "fictitious": False,
        "source_file": "a.csv",
        "source_sha256": "0" * 64,
        "source_sheet": "a",
        "source_row": number + 1,
        **changes,
    }


def projects(*rows: dict[str, object]) -> pd.DataFrame:
    return conform(pd.DataFrame(list(rows), columns=CORE_PROJECTS.names()), CORE_PROJECTS)


def declared(number: int = 1, edition: str = "2021-11", **changes: Any) -> dict[str, object]:
    return project(number, edition, **{"initial_cost_meur": 10.0, "initial_duration_months": 24, **changes})


def slippages(frame: pd.DataFrame, history: pd.DataFrame | None = None) -> pd.DataFrame:
    """Slippages without a ledger; `history` is what was published, the frame itself unless given."""
    return conform(by_project.slippages(frame, None, CALENDAR, published=history), OUT_SLIPPAGE_PROJECTS)


def figures(*rows: dict[str, object], movements: pd.DataFrame = NO_MOVEMENTS) -> pd.DataFrame:
    """The key figures of each edition."""
    return conform(key_figures(projects(*rows), movements, CALENDAR), OUT_KEY_FIGURES).set_index("edition")


def movements_of(*rows: dict[str, object]) -> pd.DataFrame:
    """Who came and left at each edition."""
    return conform(movements(projects(*rows), empty_frame(EXITS), CALENDAR), OUT_MOVEMENTS)


def statistic(frame: pd.DataFrame, rate: str, method: str, group: str = "all") -> pd.Series:
    groups = conform(slippage_by_group(frame, CALENDAR), OUT_SLIPPAGE_GROUPS)
    groups = groups.loc[groups["perimeter"].eq("published")]
    return groups.loc[groups["group_id"].eq(group) & groups["rate"].eq(rate) & groups["method"].eq(method)].iloc[0]


def _one(start: dt.date, end: dt.date) -> int:
    result = duration_months(pd.Series([pd.Timestamp(start)]), pd.Series([pd.Timestamp(end)]))
    return int(result.iloc[0])


def test_the_tax_withholding_project_lasts_56_months() -> None:
    # Prélèvement à la source: started in May 2014, in service since January 2019, 56 months (domain facts).
    assert _one(dt.date(2014, 5, 1), dt.date(2019, 1, 1)) == 56


def test_an_end_recovered_from_days_counts_to_the_nearest_month() -> None:
    # Edition 1, FRANCE CONNECT: 2013-07-01 plus 1369 days is 31 March 2017, the end of the 45th month.
    assert _one(dt.date(2013, 7, 1), dt.date(2017, 3, 31)) == 45


@given(st.integers(1980, 2060), st.integers(1, 12), st.integers(0, 360))
def test_between_first_days_a_duration_is_the_difference_of_months(year: int, month: int, length: int) -> None:
    last = year * 12 + month - 1 + length
    assert _one(dt.date(year, month, 1), dt.date(last // 12, last % 12 + 1, 1)) == length


def test_an_unknown_date_gives_an_unknown_duration() -> None:
    unknown = duration_months(pd.Series([pd.NaT], dtype="datetime64[s]"), pd.Series([pd.Timestamp(2020, 1, 1)]))
    assert unknown.isna().all()


def test_the_lower_bound_of_a_cost_band_is_inclusive() -> None:
    bands = cost_band(pd.Series([0.3, 4.99, 5, 9, 19.9, 20, 99.9, 100, 496.5, math.nan]))
    assert bands.tolist()[:9] == [
        "under_5", "under_5", "5_to_9", "9_to_20", "9_to_20", "20_to_100", "20_to_100", "over_100", "over_100",
    ]  # fmt: skip
    assert pd.isna(bands.iloc[9])


def test_slippage_worked_by_hand() -> None:
    line = slippages(projects(declared())).iloc[0]
    assert line["budget_slippage_ratio"] == pytest.approx(0.2)  # (12 - 10) / 10
    assert line["budget_slippage_meur"] == pytest.approx(2)
    assert line["schedule_slippage_ratio"] == pytest.approx(0.25)  # (30 - 24) / 24
    assert line["schedule_slippage_months"] == 6
    assert line["baseline_source"] == "declared"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"cost_withheld": True, "withheld": True}, "withheld"),
        ({"phase": "scoping"}, "not_comparable"),
        ({"initial_cost_meur": 0.0}, "not_comparable"),
        (
            {"initial_cost_meur": None, "initial_duration_months": None, "updated_cost_meur": None},
            "not_comparable",
        ),
        ({"updated_cost_meur": None}, "missing"),
        ({}, "known"),
    ],
)
def test_the_status_says_why_a_slippage_is_not_known(changes: dict[str, Any], status: str) -> None:
    line = slippages(projects(declared(**changes))).iloc[0]
    assert line["budget_status"] == status
    assert pd.isna(line["budget_slippage_ratio"]) == (status != "known")


def test_an_unknown_slippage_is_not_counted_as_unchanged() -> None:
    frame = slippages(projects(declared(1), declared(2, updated_cost_meur=None), declared(3, phase="scoping")))
    mean = statistic(frame, "budget", "mean_of_ratios")
    assert mean["value_ratio"] == pytest.approx(0.2)
    assert (mean["n"], mean["n_projects"]) == (1, 3)


def test_a_missing_cost_is_not_summed_as_zero() -> None:
    line = figures(project(1), project(2, updated_cost_meur=None)).loc["2021-11"]
    assert (line["total_cost_meur"], line["costed_projects"], line["projects"]) == (12.0, 1, 2)
    assert figures(project(1, updated_cost_meur=None))["total_cost_meur"].isna().all()


def test_the_key_figures_of_each_edition_are_its_own() -> None:
    before = [
        project(1, "2021-07", interministerial=True, updated_cost_meur=8.0),
        project(2, "2021-07", updated_duration_months=None, withheld=True, schedule_withheld=True),
    ]
    rows = [*before, project(1), project(3, updated_duration_months=42)]
    found = figures(*rows, movements=movements_of(*rows))
    assert found["ordinal"].to_dict() == {"2021-07": 13, "2021-11": 14}
    assert found["projects"].tolist() == [2, 2]
    assert found["interministerial"].tolist() == [1, 0]
    assert found["total_cost_meur"].tolist() == [20.0, 24.0]
    assert found["mean_duration_years"].tolist() == [2.5, 3.0]
    assert found["withheld"].tolist() == [1, 0]
    # The target was adopted with the 14th edition.
    assert found["target_ratio"].fillna(-1).tolist() == [-1, 0.15]
    assert found["target_due_on"].dropna().tolist() == [pd.Timestamp("2022-12-31")]


def test_movements_are_counted_where_the_edition_before_is_known_only() -> None:
    rows = [project(1, "2020-11"), project(1), project(2, "2021-07"), project(1, "2021-07")]
    moves = movements_of(*rows)
    found = figures(*rows, movements=moves)
    assert found[["entries", "exits"]].to_dict("index")["2021-11"] == {"entries": 0, "exits": 1}
    assert found.loc["2020-11", ["entries", "exits"]].isna().all()
    assert figures(rows[0], rows[1], movements=moves).loc["2021-11", ["entries", "exits"]].isna().all()


def test_an_edition_out_of_the_calendar_has_no_key_figures() -> None:
    with pytest.raises(UnknownEditionError, match="2021-08"):
        figures(project(1, "2021-08"))


def test_a_withheld_cost_is_in_no_total_and_no_slippage() -> None:
    frame = projects(declared(1), declared(2, withheld=True, cost_withheld=True, updated_cost_meur=90.0))
    assert key_figures(frame, NO_MOVEMENTS, CALENDAR)["total_cost_meur"].tolist() == [12.0]
    line = slippages(frame).set_index("project_id").loc["PGP-0002"]
    assert line[["initial_cost_meur", "updated_cost_meur", "budget_slippage_meur"]].isna().all()
    assert without_withheld(frame).loc[1, ["initial_cost_meur", "updated_cost_meur", "cost_band"]].isna().all()


def test_the_first_published_figures_stand_in_for_a_baseline() -> None:
    before = projects(project(1, "2021-07", updated_cost_meur=8.0, updated_duration_months=20))
    now = projects(project(1), project(2))
    frame = slippages(now, pd.concat([before, now])).set_index("project_id")
    assert frame.loc["PGP-0001", "baseline_source"] == "first_publication"
    assert frame.loc["PGP-0001", "baseline_edition"] == "2021-07"
    assert frame.loc["PGP-0001", "budget_slippage_ratio"] == pytest.approx(0.5)


@pytest.mark.parametrize("rate", ["budget", "schedule"])
def test_the_edition_that_first_publishes_figures_has_no_reference_to_count_from(rate: str) -> None:
    before = projects(project(1, "2021-07", updated_cost_meur=8.0, updated_duration_months=20))
    now = projects(project(1), project(2))
    line = slippages(now, pd.concat([before, now])).set_index("project_id").loc["PGP-0002"]
    assert (line["baseline_source"], line[f"{rate}_status"]) == ("none", "not_comparable")
    assert line[["baseline_edition", "baseline_number", f"{rate}_slippage_ratio", "initial_cost_meur"]].isna().all()
    groups = conform(slippage_by_group(slippages(pd.concat([before, now])), CALENDAR), OUT_SLIPPAGE_GROUPS)
    means = groups.query("dimension == 'portfolio' and perimeter == 'published' and method == 'mean_of_ratios'")
    (mean,) = means.loc[means["edition"].eq("2021-11") & means["rate"].eq(rate)].to_dict("records")
    assert (mean["n"], mean["n_projects"]) == (1, 2)
    assert mean["value_ratio"] > 0


def test_a_declared_baseline_is_never_mixed_with_a_published_one() -> None:
    before = projects(project(1, "2021-07", updated_duration_months=20))
    now = projects(project(1, initial_cost_meur=10.0))
    line = slippages(now, pd.concat([before, now])).iloc[0]
    assert line["baseline_source"] == "declared"
    assert line["schedule_status"] == "not_comparable"


def test_withheld_figures_do_not_become_the_first_published_ones() -> None:
    history = projects(
        project(1, "2020-11", updated_cost_meur=5.0, withheld=True, cost_withheld=True),
        project(1, "2021-07", updated_cost_meur=8.0),
        project(1, "2021-11", updated_cost_meur=12.0),
    )
    frame = slippages(history).set_index("edition")
    assert frame.loc["2021-11", "initial_cost_meur"] == 8.0
    # Its duration was published from the start, its cost at the second edition only.
    assert frame["baseline_edition"].fillna("").tolist() == ["", "2020-11", "2021-07"]
    assert frame["budget_status"].tolist() == ["withheld", "not_comparable", "known"]


def test_figures_revealed_after_the_fact_are_compared_with_what_was_published() -> None:
    published = projects(
        declared(1, "2021-07", updated_cost_meur=5.0, withheld=True, cost_withheld=True),
        declared(1, "2021-11", withheld=True, cost_withheld=True),
    )
    bare = published.assign(cost_withheld=False)
    line = slippages(bare, published).set_index("edition").loc["2021-11"]
    assert (line["budget_status"], line["budget_previous_status"]) == ("known", "withheld")


def test_cost_and_duration_may_be_first_published_at_different_editions() -> None:
    history = projects(
        project(1, "2020-11", updated_cost_meur=None, updated_duration_months=20),
        project(1, "2021-07", updated_cost_meur=8.0, updated_duration_months=25),
        project(1, "2021-11", updated_cost_meur=12.0, updated_duration_months=30),
    )
    frame = slippages(history).set_index("edition")
    assert frame["baseline_edition"].fillna("").tolist() == ["", "2020-11", "2021-07"]
    assert frame["budget_slippage_ratio"].fillna(-1).tolist() == [-1, -1, 0.5]
    assert frame["schedule_slippage_ratio"].fillna(-1).tolist() == [-1, 0.25, 0.5]


def test_an_edition_is_compared_with_the_one_just_before_in_the_calendar_only() -> None:
    history = projects(declared(1, "2020-06"), declared(1, "2021-07"), declared(1, "2021-11"))
    frame = slippages(history).set_index("edition")
    assert frame["previous_edition"].fillna("").tolist() == ["", "", "2021-07"]
    assert frame["budget_previous_status"].tolist() == ["not_comparable", "not_comparable", "known"]


def test_statistics_worked_by_hand() -> None:
    frame = slippages(
        projects(
            declared(1),  # 10 -> 12, +20 %
            declared(2, initial_cost_meur=100.0, updated_cost_meur=90.0),  # -10 %
            declared(3, initial_cost_meur=50.0, updated_cost_meur=60.0, ministry_id="justice"),  # +20 %
        )
    )
    assert statistic(frame, "budget", "mean_of_ratios")["value_ratio"] == pytest.approx(0.1)
    assert statistic(frame, "budget", "ratio_of_sums")["value_ratio"] == pytest.approx(2 / 160)
    assert statistic(frame, "budget", "median")["value_ratio"] == pytest.approx(0.2)
    assert statistic(frame, "budget", "share_above_target")["value_ratio"] == pytest.approx(2 / 3)
    assert statistic(frame, "budget", "mean_of_ratios", "justice")["n"] == 1


def test_movements_name_those_who_came_and_left() -> None:
    rows = [project(1, "2021-07"), project(2, "2021-07"), project(2), project(3)]
    moves = movements_of(project(2, "2020-06"), *rows).query("edition == '2021-11'").set_index("project_id")["movement"]
    assert moves.to_dict() == {"PGP-0003": "entry", "PGP-0001": "exit"}
    again = movements_of(project(3, "2020-06"), *rows).query("edition == '2021-11'").set_index("project_id")["movement"]
    assert again.to_dict() == {"PGP-0003": "return", "PGP-0001": "exit"}


# What each of several editions holds, so that one pass over all of them tries as many cases.
APART = ("2018-03", "2020-06", "2021-11")


def by_edition(given: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(dict.fromkeys(APART, given))


def means(frame: pd.DataFrame) -> pd.DataFrame:
    """The mean of the budget slippages of each edition, and its count."""
    groups = conform(slippage_by_group(frame, CALENDAR), OUT_SLIPPAGE_GROUPS)
    asked = {
        "perimeter": "published",
        "group_id": "all",
        "rate": "budget",
        "method": "mean_of_ratios",
    }
    return groups.loc[(groups[[*asked]] == pd.Series(asked)).all(axis="columns")].set_index("edition")


@settings(max_examples=10)
@given(by_edition(st.lists(positive, min_size=1, max_size=20)))
def test_equal_forecasts_give_no_slippage(costs: dict[str, list[float]]) -> None:
    rows = [
        declared(n, edition, initial_cost_meur=c, updated_cost_meur=c)
        for edition, of_edition in costs.items()
        for n, c in enumerate(of_edition, 1)
    ]
    frame = slippages(projects(*rows))
    assert (frame["budget_slippage_ratio"] == 0).all()
    assert means(frame)["value_ratio"].to_dict() == dict.fromkeys(APART, 0)


@given(st.lists(st.tuples(positive, positive), min_size=1, max_size=20), st.floats(0.01, 100))
def test_slippage_does_not_depend_on_the_unit(pairs: list[tuple[float, float]], factor: float) -> None:
    initial, updated = (pd.Series(values) for values in zip(*pairs, strict=True))
    no = pd.Series([False] * len(pairs))
    one = slippage(initial, updated, withheld=no, scoping=no)["ratio"]
    other = slippage(initial * factor, updated * factor, withheld=no, scoping=no)["ratio"]
    pd.testing.assert_series_equal(one, other, rtol=1e-6, atol=1e-9)


@settings(max_examples=10)
@given(by_edition(st.lists(st.tuples(positive, positive, months, months), min_size=2, max_size=15)), st.randoms())
def test_the_order_of_rows_changes_nothing(rows: dict[str, list[tuple[float, float, int, int]]], random: Any) -> None:
    made = [
        declared(
            n, edition, initial_cost_meur=a, updated_cost_meur=b, initial_duration_months=c, updated_duration_months=d
        )
        for edition, of_edition in rows.items()
        for n, (a, b, c, d) in enumerate(of_edition, 1)
    ]
    shuffled = made.copy()
    random.shuffle(shuffled)
    one, other = (
        conform(slippage_by_group(slippages(projects(*order)), CALENDAR), OUT_SLIPPAGE_GROUPS)
        for order in (made, shuffled)
    )
    pd.testing.assert_frame_equal(one, other, check_exact=True)


@settings(max_examples=10)
@given(by_edition(st.lists(st.tuples(positive, positive), min_size=1, max_size=15)))
def test_a_newcomer_at_the_mean_leaves_the_mean(pairs: dict[str, list[tuple[float, float]]]) -> None:
    rows = [
        declared(n, edition, initial_cost_meur=a, updated_cost_meur=b)
        for edition, of_edition in pairs.items()
        for n, (a, b) in enumerate(of_edition, 1)
    ]
    mean = means(slippages(projects(*rows)))["value_ratio"].to_dict()
    newcomers = [
        declared(99, str(key), initial_cost_meur=1.0, updated_cost_meur=1.0 + one) for key, one in mean.items()
    ]
    after = means(slippages(projects(*rows, *newcomers)))
    assert after["value_ratio"].to_dict() == pytest.approx(mean, rel=1e-6, abs=1e-9)
    assert after["n"].to_dict() == {edition: len(of_edition) + 1 for edition, of_edition in pairs.items()}
