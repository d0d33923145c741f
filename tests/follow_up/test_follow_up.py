"""Following projects up: causes that add up, targets and what is left to do, rules that say why and since when."""

import datetime as dt
import math
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_baselines import ledger_of
from test_history import lines_of, mission_line
from test_measures import declared, projects

from warehouse.archive.tables import OUT_SLIPPAGE_PROJECTS
from warehouse.facts.reference import Target, target_for, targets
from warehouse.follow_up.situations import situations, spells
from warehouse.follow_up.tables import OUT_WATCHLIST
from warehouse.follow_up.watch_rules import RULES
from warehouse.follow_up.watchlist import watchlist
from warehouse.home.calendar import Calendar, Edition
from warehouse.home.register_tables import BASELINES, MISSIONS
from warehouse.model.schema import conform, empty_frame
from warehouse.model.vocabulary import WATCH_RULES
from warehouse.slippage.by_project import slippages
from warehouse.slippage.causes import slippage_causes
from warehouse.slippage.tables import OUT_CAUSES, OUT_TARGET_PROJECTS, OUT_TARGETS
from warehouse.slippage.targets import target_progress, target_shares

EDITIONS = ["2019-06", "2019-12", "2020-06", "2020-11", "2021-07", "2021-11"]
CALENDAR = Calendar(Edition(key, ordinal) for ordinal, key in enumerate(EDITIONS, 9))
TARGETS = (Target(dt.date(2022, 12, 31), 15.0),)
NO_MISSIONS, NO_LEDGER = empty_frame(MISSIONS), empty_frame(BASELINES)
Rows = list[dict[str, object]]


def row(number: int = 1, edition: str = "2021-11", **changes: Any) -> dict[str, object]:
    """A project on its initial forecasts (10 M€, 24 months) with an opinion, but for `changes`."""
    given = {"updated_cost_meur": 10.0, "updated_duration_months": 24, "opinion": "favourable", **changes}
    return declared(number, edition, **given)


def running(costs: list[float], number: int = 1, **changes: Any) -> Rows:
    """A project with one cost per edition, the last one in November 2021."""
    editions = EDITIONS[-len(costs) :]
    return [
        row(number, edition, updated_cost_meur=cost, **changes) for edition, cost in zip(editions, costs, strict=True)
    ]


def measured(rows: Rows, ledger: pd.DataFrame = NO_LEDGER) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Core projects and slippages of all editions, each compared with the one just before in `EDITIONS`."""
    history = projects(*rows)
    return history, conform(slippages(history, ledger, CALENDAR), OUT_SLIPPAGE_PROJECTS)


def last(frame: pd.DataFrame, edition: str = "2021-11") -> pd.DataFrame:
    return frame.loc[frame["edition"].eq(edition)].reset_index(drop=True)


def watched(rows: Rows, ledger: pd.DataFrame = NO_LEDGER, missions: pd.DataFrame = NO_MISSIONS) -> pd.DataFrame:
    """Who is followed at the edition of November 2021."""
    frame = situations(*measured(rows, ledger), TARGETS)
    return last(conform(watchlist(frame, ledger, missions), OUT_WATCHLIST))


def rules(rows: Rows, number: int = 1, **registers: pd.DataFrame) -> set[str]:
    lines = watched(rows, **registers)
    return set(lines.loc[lines["project_id"].eq(f"PGP-{number:04d}"), "rule"])


def line_of(rows: Rows, rule: str, **registers: pd.DataFrame) -> pd.Series:
    lines = watched(rows, **registers)
    return lines.loc[lines["rule"].eq(rule)].iloc[0]


def caused(rows: Rows, rate: str = "budget", reference: str = "first_baseline") -> pd.DataFrame:
    history, told = measured(rows)
    frame = conform(slippage_causes(last(history), last(told)), OUT_CAUSES)
    return frame.loc[frame["rate"].eq(rate) & frame["reference"].eq(reference)].set_index("cause")


# Causes


def test_slippage_is_split_by_declared_cause() -> None:
    rows = [
        row(1, updated_cost_meur=13.0, deviation_reason="scope"),
        row(2, updated_cost_meur=11.0, deviation_reason="scope"),
        row(3, updated_cost_meur=9.0, deviation_reason="procurement"),
    ]
    frame = caused(rows)
    assert frame["amount_meur"].to_dict() == {"scope": 4.0, "procurement": -1.0}
    assert frame["n"].to_dict() == {"scope": 2, "procurement": 1}
    assert frame["amount_months"].isna().all()
    # One lengthens, the other shortens: neither is a share of the total.
    assert frame["share_ratio"].isna().all()


def test_causes_have_shares_where_they_all_go_the_same_way() -> None:
    rows = [
        row(1, updated_cost_meur=13.0, deviation_reason="scope"),
        row(2, updated_cost_meur=11.0, deviation_reason="procurement"),
        row(3, updated_cost_meur=10.0, deviation_reason="none"),
    ]
    assert caused(rows)["share_ratio"].to_dict() == {"scope": 0.75, "procurement": 0.25, "none": 0.0}
    fewer = [row(1, updated_cost_meur=7.0, deviation_reason="scope"), row(2, updated_cost_meur=9.0)]
    assert caused(fewer)["share_ratio"].to_dict() == {"scope": 0.75, "unexplained": 0.25}


def test_a_deviation_without_a_reason_is_unexplained() -> None:
    rows = [
        row(1, updated_cost_meur=13.0),
        row(2, updated_cost_meur=12.0, deviation_reason="none"),
        row(3, deviation_reason="none"),
        row(4),
    ]
    assert caused(rows)["n"].to_dict() == {"unexplained": 2, "none": 2}


def test_months_and_the_previous_edition_have_their_own_split() -> None:
    rows = [
        row(1, "2021-07", updated_duration_months=30),
        row(1, updated_duration_months=33, deviation_reason="staffing"),
    ]
    assert caused(rows, "schedule")["amount_months"].to_dict() == {"staffing": 9}
    assert caused(rows, "schedule", "previous_edition")["amount_months"].to_dict() == {"staffing": 3}


def test_the_cause_of_a_withheld_project_alone_has_nothing() -> None:
    rows = [row(1, updated_cost_meur=90.0, deviation_reason="technical", withheld=True, cost_withheld=True), row(2)]
    assert list(caused(rows).index) == ["none"]


reasons = st.sampled_from([None, "none", "scope", "technical", "other"])
costs = st.floats(0.01, 1e4)


@settings(max_examples=15)
@given(st.lists(st.tuples(costs, reasons), min_size=1, max_size=15), st.randoms())
def test_the_causes_add_up_to_the_total_in_any_order(given: list[tuple[float, str | None]], random: Any) -> None:
    rows = [row(n, updated_cost_meur=cost, deviation_reason=reason) for n, (cost, reason) in enumerate(given, 1)]
    frame = caused(rows)
    assert math.fsum(frame["amount_meur"]) == pytest.approx(math.fsum(cost - 10 for cost, _ in given), abs=1e-9)
    assert frame["n"].sum() == len(given)
    random.shuffle(rows)
    pd.testing.assert_frame_equal(frame, caused(rows), check_exact=True)


# Targets


def test_a_target_says_how_far_it_is_and_what_each_edition_must_win() -> None:
    _, told = measured([row(1, updated_cost_meur=14.0), row(2, updated_cost_meur=11.0)])
    progress = conform(target_progress(told, TARGETS), OUT_TARGETS).set_index("rate").loc["budget"]
    assert progress["value_ratio"] == pytest.approx(0.25)
    assert progress["distance_pts"] == pytest.approx(10)
    assert (progress["remaining_months"], progress["editions_left"], progress["met"]) == (14, 2, False)
    assert progress["needed_pts"] == pytest.approx(5)


def test_a_target_that_is_met_asks_nothing_more() -> None:
    progress = target_progress(measured([row(1)])[1], TARGETS).set_index("rate")
    assert progress.loc["budget", "met"]
    assert progress.loc["budget", "needed_pts"] == 0


def test_a_target_with_no_known_slippage_is_neither_met_nor_missed() -> None:
    _, told = measured([row(1, phase="scoping")])
    progress = conform(target_progress(told, TARGETS), OUT_TARGETS)
    assert progress[["value_ratio", "met", "distance_pts", "needed_pts"]].isna().all(axis=None)
    assert conform(target_shares(told, TARGETS), OUT_TARGET_PROJECTS).empty


def test_past_its_date_a_target_leaves_no_path() -> None:
    progress = target_progress(measured([row(1, updated_cost_meur=14.0)])[1], (Target(dt.date(2021, 6, 30), 15.0),))
    assert progress["needed_pts"].isna().all()
    assert (progress["editions_left"] == 0).all()


@settings(max_examples=15)
@given(st.lists(costs, min_size=1, max_size=15))
def test_what_projects_weigh_adds_up_to_the_distance(updated: list[float]) -> None:
    _, told = measured([row(n, updated_cost_meur=cost) for n, cost in enumerate(updated, 1)])
    shares = conform(target_shares(told, TARGETS), OUT_TARGET_PROJECTS)
    distance = target_progress(told, TARGETS).set_index("rate")["distance_pts"]["budget"]
    held = math.fsum(shares.loc[shares["rate"].eq("budget"), "held_pts"])
    assert held == pytest.approx(distance, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(("edition", "ratio"), [("2021-11", 0.15), ("2023-06", 0.10), ("2030-06", 0.10)])
def test_the_target_in_force_is_the_next_one_due(edition: str, ratio: float) -> None:
    target = target_for(edition, (*TARGETS, Target(dt.date(2025, 12, 31), 10.0)))
    assert target is not None
    assert target.target_pct / 100 == ratio


ADOPTED = (Target(dt.date(2022, 12, 31), 15.0, first_edition="2021-11"),)


def test_a_target_is_stated_from_its_adoption_on_only() -> None:
    assert target_for("2021-07", ADOPTED) is None
    assert target_for("2021-11", ADOPTED) == ADOPTED[0]
    rows = running([12.0, 12.3, 12.4])
    _, told = measured(rows)
    assert set(conform(target_progress(told, ADOPTED), OUT_TARGETS)["edition"]) == {"2021-11"}
    assert set(conform(target_shares(told, ADOPTED), OUT_TARGET_PROJECTS)["edition"]) == {"2021-11"}
    frame = situations(*measured(rows), ADOPTED)
    assert frame.set_index("edition")["above_target"].to_dict() == {
        "2020-11": False,
        "2021-07": False,
        "2021-11": True,
    }
    lines = watchlist(frame, NO_LEDGER, NO_MISSIONS)
    assert set(lines.loc[lines["rule"].eq("drift"), "edition"]) == {"2021-11"}
    # Adopted, it tells of the past as well: three editions running above what is aimed at.
    assert set(lines.loc[lines["rule"].eq("recurrent"), "edition"]) == {"2021-11"}


def test_the_targets_of_the_state_have_a_date_and_an_edition_that_adopts_them() -> None:
    assert all(target.first_edition for target in targets())
    assert target_for("2020-06") is None


# Watchlist


def test_every_reason_to_follow_a_project_has_one_rule() -> None:
    assert [rule.code for rule in RULES] == WATCH_RULES.codes()


def test_each_edition_has_its_own_list_and_its_own_ranks() -> None:
    rows = [*running([12.0, 12.5, 14.0]), *running([13.0, 12.0, 11.0], 2)]
    lines = watchlist(situations(*measured(rows), TARGETS), NO_LEDGER, NO_MISSIONS)
    drift = lines.loc[lines["rule"].eq("drift")].set_index(["edition", "project_id"])
    assert drift["rank"].to_dict() == {
        ("2020-11", "PGP-0001"): 2,
        ("2020-11", "PGP-0002"): 1,
        ("2021-07", "PGP-0001"): 1,
        ("2021-07", "PGP-0002"): 2,
        ("2021-11", "PGP-0001"): 1,
    }
    assert drift["editions_running"].tolist() == [1, 1, 2, 2, 3]


def test_a_project_above_target_is_a_candidate_and_says_why() -> None:
    line = line_of(running([12.0]), "drift")
    assert line["evidence"] == "Au-dessus de la cible de 15,0 % (échéance 31/12/2022) : budget +20,0 %."
    assert (line["since_edition"], line["rank"]) == ("2021-11", 1)
    assert pd.isna(line["mission_opened_on"])


def test_a_mission_closed_since_stands_beside_its_project_only_while_open() -> None:
    missions = lines_of(MISSIONS, mission_line(1, "opened", "2021-03-01"), mission_line(1, "closed", "2021-09-01"))
    frame = situations(*measured(running([12.0, 12.0, 12.0])), TARGETS)
    lines = watchlist(frame, NO_LEDGER, missions).loc[lambda found: found["rule"].eq("drift")]
    opened = lines.set_index("edition")["mission_opened_on"]
    assert opened.dropna().to_dict() == {"2021-07": pd.Timestamp(2021, 3, 1)}


@pytest.mark.parametrize(("cost", "drifts"), [(10.5, True), (10.49, False), (11.5, True), (9.0, False)])
def test_five_points_in_one_edition_are_a_drift_even_under_the_target(cost: float, drifts: bool) -> None:
    assert ("drift" in rules(running([10.0, cost]))) == drifts


def test_at_the_target_a_project_is_not_above_it() -> None:
    assert "drift" not in rules(running([11.5, 11.5]))


def test_a_spell_starts_again_after_an_edition_without() -> None:
    line = line_of(running([12.0, 12.0, 11.0, 12.0, 12.0]), "drift")
    assert (line["since_edition"], line["editions_running"]) == ("2021-07", 2)


def test_a_spell_does_not_cross_an_absence() -> None:
    rows = [row(1, edition, updated_cost_meur=12.0) for edition in ("2020-06", "2020-11", "2021-11")]
    others = [row(2, edition) for edition in EDITIONS]
    assert line_of([*rows, *others], "drift")["since_edition"] == "2021-11"


def test_a_spell_does_not_cross_an_edition_the_warehouse_lacks() -> None:
    rows = [row(1, edition, updated_cost_meur=12.0) for edition in ("2020-06", "2020-11", "2021-11")]
    assert line_of(rows, "drift")["since_edition"] == "2021-11"


def test_an_open_mission_stands_beside_its_project() -> None:
    missions = lines_of(MISSIONS, mission_line(1, "opened", "2021-03-01"))
    line = line_of(running([12.0]), "drift", missions=missions)
    assert line["mission_opened_on"] == pd.Timestamp(2021, 3, 1)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"updated_end_date": "2021-10-01"}, {"closing", "overdue"}),
        ({"updated_end_date": "2021-11-01"}, {"closing"}),
        ({"updated_end_date": "2022-11-01"}, {"closing"}),
        ({"updated_end_date": "2022-12-01"}, set()),
        ({"updated_end_date": "2024-01-01", "phase": "rollout"}, {"closing"}),
        ({"updated_end_date": "2021-10-01", "phase": "completed"}, set()),
        ({"updated_end_date": "2021-10-01", "withheld": True, "schedule_withheld": True}, set()),
        ({}, set()),
    ],
)
def test_projects_close_within_a_year_or_in_rollout(changes: dict[str, Any], expected: set[str]) -> None:
    assert rules(running([10.0], **changes)) == expected


def test_overdue_projects_come_first_among_the_closing_ones() -> None:
    rows = [row(1, updated_end_date="2021-12-01"), row(2, updated_end_date="2021-09-01"), row(3, phase="rollout")]
    lines = watched(rows)
    closing = lines.loc[lines["rule"].eq("closing")].sort_values("rank")
    assert closing["project_id"].tolist() == ["PGP-0002", "PGP-0001", "PGP-0003"]


@pytest.mark.parametrize(
    ("updated", "recurrent"),
    [
        ([10.0, 10.1, 10.2, 10.3], True),
        ([10.0, 10.1, 10.2, 10.2], False),
        ([10.0, 10.1, 10.2, 10.2, 10.3], True),
        ([10.0, 10.1, 10.2, 10.3, 10.3, 10.3], False),
        ([12.0, 12.0, 12.0], True),
        ([12.0, 12.0], False),
        ([12.0, 11.0, 12.0, 12.0], False),
    ],
)
def test_recurrent_is_worse_in_3_of_4_or_above_target_3_running(updated: list[float], *, recurrent: bool) -> None:
    assert ("recurrent" in rules(running(updated))) == recurrent


def test_a_recurrent_drift_carries_its_share_of_the_headline() -> None:
    rows = [*running([12.0, 12.0, 12.0]), *running([10.0, 10.0, 10.0], 2)]
    line = line_of(rows, "recurrent")
    assert line["budget_contribution_pts"] == pytest.approx(10)  # 20 % over two known slippages
    assert "+10,0 points de l'écart moyen (budget)" in line["evidence"]


def test_entrants_are_followed_for_two_editions() -> None:
    others = [row(2, edition) for edition in EDITIONS]
    assert "entrant" in rules([*others, *running([10.0])])
    assert line_of([*others, *running([10.0, 10.0])], "entrant")["since_edition"] == "2021-07"
    assert "entrant" not in rules([*others, *running([10.0, 10.0, 10.0])])


def test_the_first_edition_of_the_warehouse_has_no_entrant() -> None:
    assert "entrant" not in rules(running([10.0]))


def test_a_revised_trajectory_is_told_against_both_baselines() -> None:
    revised = ledger_of(
        *[
            {"project_id": "PGP-0001", "number": number, "cost_meur": cost, "act": "acte", "reason": reason, **dated}
            for number, cost, reason, dated in (
                (1, 10.0, "initiale", {"edition": "2021-07"}),
                (2, 12.0, "Périmètre étendu", {"edition": "2021-07", "approved_on": "2021-05-02"}),
            )
        ]
    )
    line = line_of(running([12.0, 12.6]), "trajectory_review", ledger=revised)
    assert line["budget_slippage_ratio"] == pytest.approx(0.26)
    assert line["budget_current_slippage_ratio"] == pytest.approx(0.05)
    assert (line["rebaselined_on"], line["rebaseline_reason"]) == (pd.Timestamp(2021, 5, 2), "Périmètre étendu")
    assert line["since_edition"] == "2021-07"


@pytest.mark.parametrize(
    ("changes", "lacking"),
    [
        ({"opinion": None}, True),
        ({"opinion": "not_requested"}, True),
        ({"opinion": "not_applicable"}, True),
        ({"opinion": "tacit"}, False),
        ({"opinion": None, "updated_cost_meur": 8.9}, False),
        ({"opinion": None, "updated_cost_meur": 9.0}, True),
        ({"opinion": None, "phase": "scoping"}, False),
        ({"opinion": None, "withheld": True, "cost_withheld": True}, False),
    ],
)
def test_an_opinion_is_due_from_9_million_euros(changes: dict[str, Any], *, lacking: bool) -> None:
    assert ("no_opinion" in rules([row(1, **changes), row(2)])) == lacking


def test_an_edition_that_asked_for_no_opinion_blames_nobody() -> None:
    assert "no_opinion" not in rules([row(1, opinion=None), row(2, opinion=None)])


@settings(max_examples=3)
@given(st.lists(st.lists(st.booleans(), min_size=1, max_size=len(EDITIONS)), min_size=5, max_size=20))
def test_a_spell_counts_back_to_the_last_edition_without(projects_flags: list[list[bool]]) -> None:
    rows: Rows = []
    expected = {}
    for number, flags in enumerate(projects_flags, 1):
        rows += running([12.0 if flag else 10.0 for flag in flags], number)
        length = 0
        for edition, flag in zip(EDITIONS[-len(flags) :], flags, strict=True):
            length = length + 1 if flag else 0
            expected[edition, f"PGP-{number:04d}"] = length
    frame = situations(*measured(rows), TARGETS)
    running_for = spells(frame, frame["above_target"])["editions_running"].reindex(frame.index).fillna(0)
    assert dict(zip(zip(frame["edition"], frame["project_id"], strict=True), running_for, strict=True)) == expected
