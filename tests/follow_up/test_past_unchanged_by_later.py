"""What an edition says is never changed by what comes after it."""

from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from test_baselines import baseline, ledger_of
from test_follow_up import EDITIONS, TARGETS, Rows, measured, row
from test_history import CALENDAR, exit_line, lines_of, mission_line

from warehouse.archive.tables import OUT_CHANGES, OUT_LEAVERS, OUT_MOVEMENTS
from warehouse.follow_up.ministry_brief import ministry_brief
from warehouse.follow_up.registered import named_causes, published_baselines, published_missions
from warehouse.follow_up.retrospective import retrospective
from warehouse.follow_up.scorecard import scorecard
from warehouse.follow_up.situations import situations
from warehouse.follow_up.tables import (
    OUT_BASELINES,
    OUT_MINISTRY_BRIEF,
    OUT_MISSIONS,
    OUT_NAMED_CAUSES,
    OUT_RETROSPECTIVE,
    OUT_SCORECARD,
    OUT_WATCHLIST,
)
from warehouse.follow_up.watchlist import watchlist
from warehouse.history.changes import changes
from warehouse.history.movements import leavers, movements
from warehouse.home.register_tables import CAUSE_REVIEWS, EXITS, MISSIONS, OPINION_CAUSES, OPINIONS
from warehouse.model.schema import Table, conform

State = dict[str, pd.DataFrame]


def every_table(state: State) -> dict[Table, pd.DataFrame]:
    """The tables of history and of the follow-up, each edition in one frame."""
    history, told, ledger, exits, missions = (
        state[name] for name in ("projects", "slippages", "baselines", "exits", "missions")
    )
    frame = situations(history, told, TARGETS)
    watch = conform(watchlist(frame, ledger, missions), OUT_WATCHLIST)
    moved = conform(movements(history, exits, CALENDAR), OUT_MOVEMENTS)
    made = {
        OUT_MOVEMENTS: moved,
        OUT_LEAVERS: leavers(history, told, exits, CALENDAR),
        OUT_CHANGES: changes(history, ledger, exits, CALENDAR),
        OUT_WATCHLIST: watch,
        OUT_SCORECARD: scorecard(frame, missions),
        OUT_MINISTRY_BRIEF: ministry_brief(history, told, moved, watch, CALENDAR),
        OUT_RETROSPECTIVE: retrospective(history, told, ledger, exits, missions),
        OUT_BASELINES: published_baselines(history, ledger),
        OUT_MISSIONS: published_missions(history, missions),
        OUT_NAMED_CAUSES: named_causes(history, state["opinions"], state["opinion_causes"], state["cause_reviews"]),
    }
    return {table: conform(rows, table) for table, rows in made.items()}


GIVEN: dict[str, list[Any]] = {
    "name": ["A", "B"],
    "ministry_id": ["culture", "justice"],
    "phase": ["build", "rollout", "completed", "scoping"],
    "updated_cost_meur": [10.0, 10.6, 13.0, None],
    "updated_end_date": ["2020-01-01", "2023-01-01", None],
    "initial_end_date": ["2020-06-01", None],
    "opinion": ["favourable", "unfavourable", None],
    "schedule_withheld": [False, True],
}
# The registers whose lines are known from a day on.
DATED = {
    "missions": "event_date",
    "opinions": "requested_on",
    "opinion_causes": "requested_on",
    "cause_reviews": "reviewed_on",
}
numbers, editions = st.integers(1, 8), st.sampled_from(EDITIONS)


@st.composite
def states(draw: st.DrawFn) -> State:
    """A few projects that come and go, in editions of which some may be missing, and what the registers say."""
    rows: Rows = []
    for edition in sorted(draw(st.sets(editions, min_size=3, max_size=5))):
        for number in draw(st.sets(numbers, min_size=2)):
            rows.append(row(number, edition, **{name: draw(st.sampled_from(of)) for name, of in GIVEN.items()}))
    revised = draw(
        st.lists(st.tuples(numbers, st.integers(1, 3), editions), max_size=8, unique_by=lambda line: line[:2])
    )
    baselines = ledger_of(*(baseline(number, identifier, edition=edition) for identifier, number, edition in revised))
    left = draw(st.lists(st.tuples(numbers, editions, st.sampled_from(["completed", "merged"])), max_size=8))
    events = draw(st.lists(st.tuples(numbers, st.sampled_from(["opened", "closed"]), editions), max_size=10))
    missions = [mission_line(number, event, f"{key}-01", outcome=f"{event} {key}") for number, event, key in events]
    history, told = measured(rows, baselines)
    named = draw(st.lists(st.tuples(numbers, editions), max_size=8, unique=True))
    asked = [{"project_id": f"PGP-{number:04d}", "requested_on": f"{key}-01"} for number, key in named]
    answered = [line | {"opinion": "favourable", "given_on": f"{draw(editions)}-01"} for line in asked]
    causes = [line | {"axis": "planning", "cause": "Aucune marge"} for line in asked]
    reviews = [
        line | {"review": draw(st.sampled_from(["followed", "not_followed"])), "reviewed_on": found_on}
        for line in causes
        if (found_on := f"{draw(editions)}-01") >= line["requested_on"]
    ]
    return {
        "projects": history,
        "slippages": told,
        "baselines": baselines,
        "exits": lines_of(EXITS, *(exit_line(*line) for line in left)),
        "missions": lines_of(MISSIONS, *missions),
        "opinions": lines_of(OPINIONS, *answered),
        "opinion_causes": lines_of(OPINION_CAUSES, *causes),
        "cause_reviews": lines_of(CAUSE_REVIEWS, *reviews),
    }


def until(state: State, edition: str) -> State:
    """What was known of it when an edition was told."""
    return {
        name: frame.loc[frame[DATED[name]].le(pd.Timestamp(f"{edition}-01"))]
        if name in DATED
        else frame.loc[frame["edition"].le(edition)]
        for name, frame in state.items()
    }


# Many projects in each example: frames cost the same for one or for ten.
@settings(max_examples=6)
@given(states())
def test_what_an_edition_says_is_the_same_without_what_follows(state: State) -> None:
    keys = sorted(state["projects"]["edition"].unique())
    whole = every_table(state)
    for edition in sorted({keys[0], keys[(len(keys) - 1) // 2], keys[-2]}):
        for table, then in every_table(until(state, edition)).items():
            told = whole[table].loc[whole[table]["edition"].le(edition)].reset_index(drop=True)
            pd.testing.assert_frame_equal(then, told, check_exact=True, obj=f"{table.name}, {edition}")
