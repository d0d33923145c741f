"""An edition has a headline where most of its projects have something to be counted from; it never stands alone."""

import math
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_bridge import KEYS, NOW, THEN, History, costs, edition, editions
from test_measures import CALENDAR, declared, project, projects, slippages

from warehouse.archive.tables import OUT_HEADLINE_CHANGES, OUT_HEADLINES, OUT_SLIPPAGE_GROUPS, OUT_SLIPPAGE_PROJECTS
from warehouse.model.schema import conform, empty_frame
from warehouse.slippage.bridge import RATES, bridges
from warehouse.slippage.by_group import slippage_by_group
from warehouse.slippage.headlines import headline_changes, headlines

NOT_CORRECTED = empty_frame(OUT_SLIPPAGE_PROJECTS)


def given_headlines(history: pd.DataFrame, key: str = NOW, rate: str = "budget") -> dict[str, Any]:
    """The headline of one edition and one rate."""
    groups = conform(slippage_by_group(history, CALENDAR), OUT_SLIPPAGE_GROUPS)
    lines = conform(headlines(history, groups), OUT_HEADLINES)
    (line,) = lines.query("edition == @key and rate == @rate").to_dict("records")
    return {str(name): value for name, value in line.items()}


def changes(history: pd.DataFrame, first_known: pd.DataFrame = NOT_CORRECTED) -> pd.DataFrame:
    bridge = bridges(history, first_known)
    return conform(headline_changes(history, first_known, bridge), OUT_HEADLINE_CHANGES)


def followed(count: int, new: int, **others: Any) -> pd.DataFrame:
    """Slippages where `count` projects were published before at 10 M€ and now at 15, and `new` ones are now first."""
    rows = [project(number, THEN, updated_cost_meur=10.0) for number in range(1, count + 1)]
    rows += [project(number, NOW, updated_cost_meur=15.0) for number in range(1, count + new + 1)]
    return slippages(projects(*rows, *others.get("more", ())))


@pytest.mark.parametrize(("count", "new", "status"), [(3, 1, "given"), (2, 1, "too_few_references")])
def test_three_quarters_of_the_projects_must_have_an_earlier_reference(count: int, new: int, status: str) -> None:
    line = given_headlines(followed(count, new))
    assert (line["status"], line["n"]) == (status, count)
    assert (line["n_comparable"], line["n_referenced"]) == (count + new, count)
    means = [line["mean_ratio"], line["cohort_ratio"], line["drift_meur"]]
    assert means == ([0.5, 0.5, 15.0] if status == "given" else pytest.approx([math.nan] * 3, nan_ok=True))


def test_the_edition_of_first_publication_has_no_headline() -> None:
    line = given_headlines(followed(3, 0), THEN)
    assert (line["status"], line["n"], line["n_referenced"]) == ("too_few_references", 0, 0)
    assert pd.isna(line["mean_ratio"])


def test_projects_in_scoping_and_figures_kept_back_are_not_counted_for_or_against() -> None:
    more = [
        project(8, NOW, phase="scoping", updated_cost_meur=None),
        project(9, NOW, updated_cost_meur=80.0, withheld=True, cost_withheld=True),
    ]
    line = given_headlines(followed(3, 1, more=more))
    assert (line["status"], line["n_comparable"], line["n_referenced"]) == ("given", 4, 3)


def test_a_reference_without_a_figure_today_is_still_a_reference() -> None:
    line = given_headlines(edition(NOW, {1: 12.0, 2: None, 3: None}))
    assert (line["status"], line["n"], line["n_referenced"]) == ("given", 1, 3)


def test_no_project_known_is_said_unknown() -> None:
    line = given_headlines(slippages(projects(project(1, NOW, phase="scoping", updated_cost_meur=None))))
    assert (line["status"], line["n"]) == ("unknown", 0)


def test_an_edition_without_a_headline_is_bridged_with_none() -> None:
    history = pd.concat([edition("2020-06", {1: 12.0, 2: 20.0, 3: 12.0}), followed(2, 1)], ignore_index=True)
    assert changes(history).query("rate == 'budget'").empty


def test_what_followed_projects_did_is_told_beside_entries_and_exits() -> None:
    # The worst project leaves, and the one that stays gets worse: the mean falls for the wrong reason.
    history = pd.concat([edition(THEN, {1: 11.0, 2: 30.0}), edition(NOW, {1: 12.0, 3: 11.0})], ignore_index=True)
    (line,) = changes(history).query("rate == 'budget'").to_dict("records")
    assert line["change_pts"] == pytest.approx(15.0 - 105.0)
    assert (line["like_for_like_pts"], line["n_followed"]) == (pytest.approx(10.0), 1)
    assert (line["entry_pts"], line["exit_pts"]) == (pytest.approx(-5.0), pytest.approx(-95.0))
    assert given_headlines(history)["cohort_ratio"] == pytest.approx((0.2 + 2.0 + 0.1) / 3)


def test_after_a_correction_the_change_counts_from_the_corrected_start_and_says_what_was_published() -> None:
    published, corrected = edition(THEN, {1: 11.0, 2: 12.0}), edition(THEN, {1: 11.0, 2: 14.0})
    history = pd.concat([corrected, edition(NOW, {1: 12.0, 2: 14.0})], ignore_index=True)
    bridge = bridges(history, published)
    (line,) = changes(history, published).query("rate == 'budget'").to_dict("records")
    assert (line["start_ratio"], line["published_start_ratio"]) == (pytest.approx(0.25), pytest.approx(0.15))
    of_pair = bridge.query("rate == 'budget' and edition == @NOW and reference_edition == @THEN")
    assert line["change_pts"] == pytest.approx(math.fsum(of_pair["contribution_pts"])) == pytest.approx(5.0)
    (schedule,) = changes(history, published).query("rate == 'schedule'").to_dict("records")
    assert pd.isna(schedule["published_start_ratio"])


@given(st.fixed_dictionaries(dict.fromkeys(KEYS, costs)))
def test_every_change_is_the_difference_of_two_headlines_and_the_sum_of_its_parts(history: History) -> None:
    told = editions(history)
    lines = changes(told)
    parts = [name for name in OUT_HEADLINE_CHANGES.names() if name.endswith("_pts") and name != "change_pts"]
    for line in lines.to_dict("records"):
        assert line["change_pts"] == pytest.approx((line["end_ratio"] - line["start_ratio"]) * 100, abs=1e-6)
        assert line["change_pts"] == pytest.approx(math.fsum(line[name] for name in parts), abs=1e-9)
        assert pd.isna(line["published_start_ratio"])
    assert set(lines["rate"]) <= set(RATES)


def test_declared_baselines_give_a_headline_from_the_first_edition_on() -> None:
    assert given_headlines(slippages(projects(declared(1), declared(2))))["status"] == "given"
