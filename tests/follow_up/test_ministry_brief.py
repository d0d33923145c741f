"""One page per ministry built from facts, and no table of the follow-up that a withheld figure changes."""

import math
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_follow_up import EDITIONS, NO_LEDGER, NO_MISSIONS, TARGETS, Rows, costs, last, measured, row, running
from test_history import CALENDAR, NO_EXITS, exit_line, lines_of
from test_measures import project

from warehouse.archive.tables import OUT_MOVEMENTS
from warehouse.follow_up.ministry_brief import ministry_brief
from warehouse.follow_up.retrospective import retrospective
from warehouse.follow_up.scorecard import scorecard
from warehouse.follow_up.situations import situations
from warehouse.follow_up.tables import OUT_MINISTRY_BRIEF, OUT_RETROSPECTIVE, OUT_SCORECARD, OUT_WATCHLIST
from warehouse.follow_up.watchlist import watchlist
from warehouse.history.movements import movements
from warehouse.home.register_tables import EXITS
from warehouse.model.schema import conform
from warehouse.slippage.causes import slippage_causes
from warehouse.slippage.tables import OUT_CAUSES, OUT_TARGET_PROJECTS, OUT_TARGETS
from warehouse.slippage.targets import target_progress, target_shares


def brief(rows: Rows, exits: pd.DataFrame = NO_EXITS) -> pd.DataFrame:
    """The pages of the edition of November 2021."""
    history, slippages = measured(rows)
    moved = conform(movements(history, exits, CALENDAR), OUT_MOVEMENTS)
    watch = conform(watchlist(situations(history, slippages, TARGETS), NO_LEDGER, NO_MISSIONS), OUT_WATCHLIST)
    frame = conform(ministry_brief(history, slippages, moved, watch, CALENDAR), OUT_MINISTRY_BRIEF)
    return last(frame).set_index("ministry_id")


def test_a_ministry_is_told_what_is_asked_of_it() -> None:
    rows = [
        *running([10.0, 13.0]),
        *running([10.0, 12.0], 2, opinion="not_requested", deviation_reason="scope"),
        row(3, "2021-07"),
        *running([10.0, 10.0], 4, ministry_id="justice"),
    ]
    frame = brief(rows)
    assert frame.loc["culture", "asked"] == (
        "Donner un motif de sortie pour « Projet 3 » ; expliquer l'écart de « Projet 1 » (budget +30,0 %) ; "
        "demander l'avis de la DINUM pour « Projet 2 »."
    )
    assert frame["asked"].isna().to_dict()["justice"]
    explained = brief(rows, lines_of(EXITS, exit_line(3, "2021-11", "merged")))
    assert "motif de sortie" not in str(explained.loc["culture", "asked"])
    culture = frame.to_dict("index")["culture"]
    assert (culture["projects"], culture["exits"], culture["worsened"], culture["improved"]) == (2, 1, 2, 0)
    assert (culture["watch_drift"], culture["watch_no_opinion"], culture["known_cost_meur"]) == (2, 1, 25.0)


def test_without_a_previous_edition_nothing_is_said_of_change() -> None:
    changes = ["entries", "exits", "worsened", "improved", "budget_contribution_change_pts"]
    assert brief([row(1), row(2)])[changes].isna().all(axis=None)


def test_a_ministry_whose_projects_all_left_keeps_its_page() -> None:
    frame = brief([*running([12.0, 12.0]), row(2, "2021-07", ministry_id="justice", updated_cost_meur=14.0)])
    assert frame[["projects", "exits"]].to_dict("index")["justice"] == {"projects": 0, "exits": 1}
    assert frame.loc["justice", "budget_contribution_change_pts"] == pytest.approx(-20)  # 40 % over two, then gone
    assert frame["budget_contribution_pts"].isna().to_dict()["justice"]


members = st.lists(
    st.tuples(st.sampled_from(["culture", "justice", "travail"]), costs, costs, st.sampled_from([0, 1, 2])),
    min_size=1,
    max_size=20,
)


@settings(max_examples=6)
@given(members)
def test_contributions_add_up_to_the_headline_and_to_its_change(given: list[tuple[str, float, float, int]]) -> None:
    kept = [row(98, "2021-07"), row(98)]
    for number, (ministry, then, now, where) in enumerate(given, 1):
        sides = [("2021-07", then), ("2021-11", now)]
        shown = sides if where == 0 else sides[where - 1 : where]
        kept += [row(number, edition, ministry_id=ministry, updated_cost_meur=cost) for edition, cost in shown]
    frame = brief(kept)
    _, slippages = measured(kept)
    after, before = (
        last(slippages, edition)["budget_slippage_ratio"].mean() * 100 for edition in ("2021-11", "2021-07")
    )
    assert math.fsum(frame["budget_contribution_pts"].dropna()) == pytest.approx(after, rel=1e-9, abs=1e-9)
    change = math.fsum(frame["budget_contribution_change_pts"].dropna())
    assert change == pytest.approx(after - before, rel=1e-6, abs=1e-9)


# Nothing withheld is told


def _every_table(rows: Rows) -> list[pd.DataFrame]:
    history, slippages = measured(rows)
    now, told = last(history), last(slippages)
    frame = situations(history, slippages, TARGETS)
    moved = movements(history, NO_EXITS, CALENDAR)
    watch = watchlist(frame, NO_LEDGER, NO_MISSIONS)
    return [
        conform(slippage_causes(now, told), OUT_CAUSES),
        conform(watch, OUT_WATCHLIST),
        conform(ministry_brief(history, slippages, moved, watch, CALENDAR), OUT_MINISTRY_BRIEF),
        conform(target_progress(told, TARGETS), OUT_TARGETS),
        conform(target_shares(told, TARGETS), OUT_TARGET_PROJECTS),
        conform(retrospective(history, slippages, NO_LEDGER, NO_EXITS, NO_MISSIONS), OUT_RETROSPECTIVE),
        conform(scorecard(frame, NO_MISSIONS), OUT_SCORECARD),
    ]


kept_back = st.tuples(
    costs, costs, st.integers(1, 99), st.integers(1, 99), st.sampled_from(["2019-01-01", "2031-01-01"])
)


@settings(max_examples=5)
@given(kept_back, kept_back, st.sampled_from(["build", "completed"]), st.sampled_from([None, "not_requested"]))
def test_no_table_depends_on_a_withheld_figure(one: Any, other: Any, phase: str, opinion: str | None) -> None:
    def rows(secret: tuple[float, float, int, int, str]) -> Rows:
        initial, updated, promised, forecast, end = secret
        hidden: dict[str, Any] = {
            "initial_cost_meur": initial,
            "updated_cost_meur": updated,
            "initial_duration_months": promised,
            "updated_duration_months": forecast,
            "updated_end_date": end,
            **dict.fromkeys(("withheld", "cost_withheld", "schedule_withheld"), True),
        }
        hidden |= {"phase": phase, "opinion": opinion}
        return [*running([11.0, 12.0, 12.5], 2), *(project(1, edition, **hidden) for edition in EDITIONS[-2:])]

    for left, right in zip(_every_table(rows(one)), _every_table(rows(other)), strict=True):
        pd.testing.assert_frame_equal(left, right, check_exact=True)
