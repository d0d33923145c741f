"""Statistics by group: what each perimeter holds, what each method gives, and how sure it is."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_measures import CALENDAR, declared, projects, slippages

from warehouse.archive.tables import OUT_SLIPPAGE_GROUPS, OUT_SLIPPAGE_PROJECTS
from warehouse.model.schema import conform, empty_frame
from warehouse.slippage.by_group import groups_of, slippage_by_group
from warehouse.slippage.statistics import DRAWN_TOGETHER, FEWEST_FOR_INTERVAL, RESAMPLES, Group, group_statistics

THEN, NOW = "2021-07", "2021-11"


def statistics(now: pd.DataFrame, *earlier: pd.DataFrame) -> pd.DataFrame:
    """The statistics of the edition of `now`."""
    history = pd.concat([*earlier, now], ignore_index=True)
    groups = conform(slippage_by_group(history, CALENDAR, {NOW: 15.0}), OUT_SLIPPAGE_GROUPS)
    return groups.loc[groups["edition"].isin(now["edition"])].reset_index(drop=True)


def line(groups: pd.DataFrame, perimeter: str, method: str, **where: str) -> dict[str, Any]:
    asked = {"perimeter": perimeter, "method": method, "rate": "budget", "dimension": "portfolio"} | where
    chosen = groups
    for column, value in asked.items():
        chosen = chosen.loc[chosen[column].eq(value)]
    (found,) = chosen.to_dict("records")
    return {str(name): value for name, value in found.items()}


def test_survivors_do_not_hide_those_who_left() -> None:
    before = slippages(projects(declared(1, THEN, updated_cost_meur=11.0), declared(2, THEN, updated_cost_meur=40.0)))
    groups = statistics(slippages(projects(declared(1, NOW, updated_cost_meur=11.0))), before)
    assert line(groups, "published", "mean_of_ratios")["value_ratio"] == pytest.approx(0.1)
    assert line(groups, "constant", "mean_of_ratios")["n"] == 1
    cohort = line(groups, "cohort", "mean_of_ratios")
    assert (cohort["value_ratio"], cohort["n"]) == (pytest.approx((0.1 + 3.0) / 2), 2)


def test_a_project_that_is_withheld_after_all_stays_in_the_cohort_at_its_last_known_slippage() -> None:
    before = slippages(projects(declared(1, THEN, updated_cost_meur=15.0)))
    now = slippages(projects(declared(1, NOW, updated_cost_meur=99.0, withheld=True, cost_withheld=True)))
    groups = statistics(now, before)
    assert line(groups, "published", "mean_of_ratios")["n"] == 0
    assert line(groups, "cohort", "mean_of_ratios")["value_ratio"] == pytest.approx(0.5)


def test_a_newcomer_is_in_no_constant_perimeter() -> None:
    before = slippages(projects(declared(1, THEN)))
    groups = statistics(slippages(projects(declared(1, NOW), declared(2, NOW, updated_cost_meur=30.0))), before)
    assert line(groups, "constant", "mean_of_ratios")["value_ratio"] == pytest.approx(0.2)
    assert "constant" not in set(statistics(slippages(projects(declared(1, NOW))))["perimeter"])


def test_methods_worked_by_hand() -> None:
    rows = [(10.0, 12.0), (100.0, 90.0), (50.0, 60.0), (20.0, 20.0)]  # +20 %, −10 %, +20 %, 0 %
    now = slippages(
        projects(*(declared(n, initial_cost_meur=a, updated_cost_meur=b) for n, (a, b) in enumerate(rows, 1)))
    )
    budget = statistics(now).query("perimeter == 'published' and dimension == 'portfolio' and rate == 'budget'")
    # The mean weighted by initial cost is the ratio of sums: it has one name.
    assert budget.set_index("method")["value_ratio"].to_dict() == pytest.approx(
        {
            "mean_of_ratios": 0.075,
            "ratio_of_sums": 2 / 180,
            "median": 0.1,
            "p80": 0.2,
            "share_above_target": 0.5,
        }
    )
    schedule = line(statistics(now), "published", "cost_weighted_mean", rate="schedule")
    assert schedule["value_ratio"] == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("dimension", "group", "label"),
    [
        ("ministry", "justice", "Ministère de la Justice"),
        ("phase", "rollout", "Déploiement"),
        ("cost_band", "9_to_20", "entre 9 et 20 M€"),
        ("zone", "ressourceshumaines", "Ressources humaines"),
        ("zone", "unknown", "Non précisé"),
        ("start_year", "2019", "2019"),
    ],
)
def test_each_dimension_makes_groups(dimension: str, group: str, label: str) -> None:
    now = slippages(
        projects(
            declared(1, ministry_id="justice", phase="rollout", functional_zone="Ressources humaines > Paie",
                     cost_band="9_to_20", start_date=pd.Timestamp(2019, 5, 1)),
            declared(2, functional_zone="RESSOURCES HUMAINES", start_date=pd.Timestamp(2018, 1, 1)),
            declared(3, functional_zone="Ressources humaines", start_date=pd.Timestamp(2018, 1, 1)),
            declared(4, start_date=pd.Timestamp(2018, 1, 1)),
        )
    )  # fmt: skip
    found = line(statistics(now), "published", "mean_of_ratios", dimension=dimension, group_id=group)
    assert found["group_label"] == label
    assert found["n"] == (3 if group == "ressourceshumaines" else 1)


def test_a_withheld_cost_is_in_no_cost_band() -> None:
    now = slippages(projects(declared(1, withheld=True, cost_withheld=True, cost_band="9_to_20"), declared(2)))
    bands = statistics(now).query("dimension == 'cost_band'")
    assert "9_to_20" not in set(bands["group_id"])


def test_the_interval_holds_the_value_and_is_missing_below_eight_projects() -> None:
    rows = [declared(n, updated_cost_meur=10.0 + n) for n in range(1, 20)]
    for count in (19, FEWEST_FOR_INTERVAL):
        many = line(statistics(slippages(projects(*rows[:count]))), "published", "mean_of_ratios")
        assert many["low_ratio"] < many["value_ratio"] < many["high_ratio"]
    few = line(statistics(slippages(projects(*rows[: FEWEST_FOR_INTERVAL - 1]))), "published", "mean_of_ratios")
    assert (few["n"], pd.isna(few["low_ratio"]), pd.isna(few["high_ratio"])) == (7, True, True)


def test_the_same_projects_have_the_same_interval_whatever_the_perimeter_and_the_group() -> None:
    rows = [
        declared(n, key, updated_cost_meur=10.0 + n, updated_duration_months=24 + n)
        for n in range(1, 13)
        for key in (THEN, NOW)
    ]
    # One whose slippage is not known is in the groups, and in no interval.
    more = [declared(20, NOW, updated_cost_meur=None, updated_duration_months=None)]
    found = statistics(slippages(projects(*(row for row in rows if row["edition"] == NOW), *more)),
                       slippages(projects(*rows)).query("edition == @THEN"))  # fmt: skip
    now = found.loc[found["n"].eq(12) & found["edition"].eq(NOW)]
    for _, same in now.groupby(["rate", "method"]):
        assert set(same["perimeter"]) >= {"published", "cohort"}
        assert same[["value_ratio", "low_ratio", "high_ratio"]].drop_duplicates().shape[0] == 1


def test_the_cohort_holds_everyone_ever_followed_at_the_last_known_slippage_up_to_each_edition() -> None:
    history = slippages(
        projects(
            declared(1, "2020-11", updated_cost_meur=20.0),
            declared(2, "2020-11", updated_cost_meur=None),
            declared(1, THEN, phase="scoping"),
            declared(2, THEN, updated_cost_meur=13.0),
            declared(1, NOW, updated_cost_meur=11.0),
            declared(3, NOW, phase="scoping"),
        )
    )
    groups = conform(slippage_by_group(history, CALENDAR), OUT_SLIPPAGE_GROUPS)
    lines = [line(groups, "cohort", "mean_of_ratios", edition=edition) for edition in ("2020-11", THEN, NOW)]
    assert [found["value_ratio"] for found in lines] == pytest.approx([1.0, (1.0 + 0.3) / 2, (0.1 + 0.3) / 2])
    assert [(found["n"], found["n_projects"]) for found in lines] == [(1, 2), (2, 2), (2, 3)]


def test_a_hole_in_the_warehouse_leaves_no_constant_perimeter() -> None:
    history = slippages(projects(declared(1, "2020-11"), declared(1, NOW)))
    assert set(slippage_by_group(history, CALENDAR)["perimeter"]) == {"published", "cohort"}


def test_a_constant_perimeter_of_nobody_says_so() -> None:
    history = slippages(projects(declared(1, THEN, phase="scoping"), declared(1, NOW)))
    groups = conform(slippage_by_group(history, CALENDAR), OUT_SLIPPAGE_GROUPS).query("perimeter == 'constant'")
    assert set(groups["group_id"]) == {"all"}
    assert groups[["n", "n_projects"]].eq(0).all(axis=None)
    assert groups["value_ratio"].isna().all()


def test_without_a_target_no_share_is_above_it() -> None:
    now = slippages(projects(declared(1), declared(2)))
    found = line(conform(slippage_by_group(now, CALENDAR, {}), OUT_SLIPPAGE_GROUPS), "published", "share_above_target")
    assert (found["n"], pd.isna(found["value_ratio"]), pd.isna(found["low_ratio"])) == (2, True, True)


def test_projects_without_a_cost_are_left_out_of_the_mean_by_cost_only() -> None:
    now = slippages(projects(declared(1), declared(2, initial_cost_meur=None, updated_duration_months=48)))
    asked = {"rate": "schedule", "dimension": "portfolio"}
    assert line(statistics(now), "published", "mean_of_ratios", **asked)["value_ratio"] == pytest.approx(0.625)
    found = line(statistics(now), "published", "cost_weighted_mean", **asked)
    assert (found["value_ratio"], found["n"], found["n_projects"]) == (pytest.approx(0.25), 1, 2)


def test_the_groups_of_an_edition_are_those_of_its_statistics() -> None:
    now = slippages(
        projects(declared(1, functional_zone="Paie > État"), declared(2, ministry_id="justice"), declared(3))
    )
    counted = statistics(now).query("perimeter == 'published' and rate == 'budget' and method == 'median'")
    counts = counted.set_index(["dimension", "group_id"])["n_projects"].to_dict()
    assert {(group["dimension"], group["group_id"]): len(rows) for group, rows in groups_of(now)} == counts


@pytest.mark.parametrize("count", [2, 3, 7, 8, 9, 40, DRAWN_TOGETHER // RESAMPLES + 1])
def test_the_statistics_are_those_of_numpy_whatever_the_size_of_the_group(count: int) -> None:
    random = np.random.default_rng(count)
    members = random.uniform(0.1, 9, size=(count, 3))
    ratio, initial, cost = members.T
    ids = np.arange(count, dtype=np.uint64)
    alone = group_statistics([Group(members, 5.0, ids)])
    expected = [
        ratio.mean(),
        np.average(ratio, weights=initial),
        np.average(ratio, weights=cost),
        np.median(ratio),
        np.quantile(ratio, 0.8),
        (ratio > 5).mean(),
    ]
    assert alone[0, :, 1].tolist() == pytest.approx(expected)
    assert (alone[0, :, 2] <= alone[0, :, 3]).all() == (count >= FEWEST_FOR_INTERVAL)
    # A group has the same interval, to the last bit, whoever it is computed with.
    others = [
        Group(random.uniform(0.1, 9, size=(size, 3)), 2.0, np.arange(size, dtype=np.uint64) + np.uint64(size))
        for size in (count, 1, count)
    ]
    together = group_statistics([*others, Group(members, 5.0, ids)])[-1:]
    assert np.array_equal(together, alone, equal_nan=True)


def test_no_project_gives_no_statistic() -> None:
    assert statistics(empty_frame(OUT_SLIPPAGE_PROJECTS)).empty


@settings(max_examples=10)
@given(st.lists(st.tuples(st.floats(0.1, 500), st.floats(0.1, 500)), min_size=1, max_size=6))
def test_the_same_rows_in_any_order_give_the_same_bytes(pairs: list[tuple[float, float]]) -> None:
    rows = [declared(n, initial_cost_meur=a, updated_cost_meur=b) for n, (a, b) in enumerate(pairs, 1)]
    now = slippages(projects(*rows))
    shuffled = now.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(statistics(now), statistics(shuffled), check_exact=True)
    published = statistics(now).query("perimeter == 'published' and dimension == 'portfolio' and rate == 'budget'")
    cohort = statistics(now).query("perimeter == 'cohort' and dimension == 'portfolio' and rate == 'budget'")
    assert published["value_ratio"].tolist() == cohort["value_ratio"].tolist()
