"""What changes from one edition to the next is told once, and what is kept back never is."""

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_baselines import NO_LEDGER, REVISED
from test_measures import declared, project, projects, slippages

from warehouse.archive.tables import CORE_PROJECTS, OUT_CHANGES, OUT_LEAVERS, OUT_MOVEMENTS, OUT_SLIPPAGE_PROJECTS
from warehouse.history.changes import changes, changes_between
from warehouse.history.corrections import corrections
from warehouse.history.movements import exit_reasons, leavers, movements
from warehouse.history.standing import last_known
from warehouse.home.calendar import Calendar, Edition
from warehouse.home.register_tables import EXITS, MISSIONS, OPINIONS, WITHHELD
from warehouse.model.schema import Table, conform, empty_frame
from warehouse.projects.opinions import mission_openings, open_missions, opinions_on, with_registered_opinions
from warehouse.projects.withheld import withheld_overlay

NO_EXITS = empty_frame(EXITS)
KEYS = ["2019-06", "2019-12", "2020-06", "2020-11", "2021-07", "2021-11", "2022-06"]
CALENDAR = Calendar(Edition(key, ordinal) for ordinal, key in enumerate(KEYS, 9))


def lines_of(table: Table, *lines: dict[str, Any]) -> pd.DataFrame:
    """A register with these lines, in this order; what a line leaves out is empty."""
    decided = {"decided_on": "2021-12-01", "decided_by": "DINUM"}
    default = {name: value for name, value in decided.items() if name in table.names()}
    numbered = [default | line | {"line": number} for number, line in enumerate(lines, 2)]
    return conform(pd.DataFrame(numbered, columns=table.names()), table)


def exit_line(number: int, edition: str, reason: str) -> dict[str, Any]:
    return {"project_id": f"PGP-{number:04d}", "edition": edition, "exit_reason": reason}


def moves(*rows: dict[str, object], exits: pd.DataFrame = NO_EXITS) -> pd.DataFrame:
    """Who moved at the edition of November 2021."""
    moved = conform(movements(projects(*rows), exits, CALENDAR), OUT_MOVEMENTS)
    return moved.loc[moved["edition"].eq("2021-11")].set_index("project_id")


def changed(after: pd.DataFrame, before: pd.DataFrame, ledger: pd.DataFrame = NO_LEDGER, **others: Any) -> pd.DataFrame:
    return conform(changes_between(after, before, ledger, **others), OUT_CHANGES)


# Entries and exits


def test_movements_name_those_who_came_and_left() -> None:
    moved = moves(project(1, "2021-07"), project(2, "2021-07"), project(2), project(3))
    assert moved["movement"].to_dict() == {"PGP-0001": "exit", "PGP-0003": "entry"}
    assert set(moved["previous_edition"]) == {"2021-07"}


def test_without_the_edition_just_before_nobody_moves() -> None:
    assert moves(project(1, "2020-11"), project(2)).empty


def test_an_exit_nobody_explained_has_no_reason() -> None:
    moved = moves(project(2), project(1, "2021-07"), project(2, "2021-07"))
    assert moved["movement"].to_dict() == {"PGP-0001": "exit"}
    assert moved["exit_reason"].isna().all()
    assert [moved[name]["PGP-0001"] for name in ("name", "ministry_id", "previous_edition")] == [
        "Projet 1",
        "culture",
        "2021-07",
    ]


def test_the_reason_of_an_exit_is_that_of_the_register() -> None:
    exits = lines_of(EXITS, exit_line(1, "2021-11", "abandoned"))
    moved = moves(project(2), project(1, "2021-07"), project(2, "2021-07"), exits=exits)
    assert moved.loc["PGP-0001", "exit_reason"] == "abandoned"


def test_a_project_that_was_finished_needs_no_reason_to_leave() -> None:
    before = (project(1, "2021-07", phase="completed"), project(2, "2021-07"))
    assert moves(project(2), *before).loc["PGP-0001", "exit_reason"] == "completed"


def test_a_stated_reason_outweighs_the_phase() -> None:
    before = project(1, "2021-07", phase="completed")
    exits = lines_of(EXITS, exit_line(1, "2021-11", "merged"))
    assert moves(project(2), before, exits=exits).loc["PGP-0001", "exit_reason"] == "merged"


def test_a_reason_about_an_earlier_exit_does_not_serve_a_later_one() -> None:
    exits = lines_of(EXITS, exit_line(1, "2019-06", "not_submitted"))
    moved = moves(project(2), project(1, "2021-07"), exits=exits)
    assert pd.isna(moved["exit_reason"]["PGP-0001"])


def test_a_reason_known_only_for_a_later_edition_is_not_used_before() -> None:
    exits = lines_of(EXITS, exit_line(1, "2022-06", "abandoned"))
    moved = moves(project(2), project(1, "2021-07"), exits=exits)
    assert pd.isna(moved["exit_reason"]["PGP-0001"])


def test_an_earlier_exit_explained_afterwards_does_not_hide_the_last_one() -> None:
    exits = lines_of(EXITS, exit_line(1, "2021-11", "abandoned"), exit_line(1, "2019-06", "not_submitted"))
    assert exit_reasons(projects(project(1, "2021-07")), exits, "2021-11").tolist() == ["abandoned"]


def test_the_last_line_about_an_exit_corrects_the_others() -> None:
    exits = lines_of(EXITS, exit_line(1, "2021-11", "abandoned"), exit_line(1, "2021-11", "merged"))
    assert exit_reasons(projects(project(1, "2021-07")), exits, "2021-11").tolist() == ["merged"]


def test_the_same_projects_make_no_movement() -> None:
    assert moves(project(1), project(1, "2021-07")).empty


def test_a_project_that_comes_back_is_a_return() -> None:
    moved = moves(project(1, "2020-06"), project(2, "2021-07"), project(1), project(2), project(3))
    assert moved["movement"].to_dict() == {"PGP-0001": "return", "PGP-0003": "entry"}


def test_each_exit_of_a_project_has_the_reason_known_then() -> None:
    history = projects(*(project(9, edition) for edition in KEYS[2:6]), project(1, "2020-06"), project(1, "2021-07"))
    exits = lines_of(EXITS, exit_line(1, "2020-11", "not_submitted"), exit_line(1, "2021-11", "abandoned"))
    gone = movements(history, exits, CALENDAR).loc[lambda moved: moved["movement"].eq("exit")]
    assert gone.set_index("edition")["exit_reason"].to_dict() == {"2020-11": "not_submitted", "2021-11": "abandoned"}
    last_rows = projects(project(1, "2020-06"), project(1, "2021-07"))
    told = exit_reasons(last_rows, exits, pd.Series(["2020-11", "2021-07"], index=last_rows.index))
    assert told.fillna("none").tolist() == ["not_submitted", "none"]


# Leavers


def left(history: pd.DataFrame, exits: pd.DataFrame = NO_EXITS, now: pd.DataFrame | None = None) -> pd.DataFrame:
    """Who is missing from the edition of November 2021."""
    parts = [slippages(frame, history) for _, frame in history.groupby("edition")]
    slipped = pd.concat(parts) if parts else empty_frame(OUT_SLIPPAGE_PROJECTS)
    followed = pd.concat([history, projects(project(9)) if now is None else now], ignore_index=True)
    gone = conform(leavers(followed, slipped, exits, CALENDAR), OUT_LEAVERS)
    return gone.loc[gone["edition"].eq("2021-11")].set_index("project_id")


def test_the_last_known_slippage_of_a_leaver_is_frozen() -> None:
    history = projects(
        declared(1, "2020-06", updated_cost_meur=12.0),
        declared(1, "2020-11", updated_cost_meur=15.0, name="Nouveau nom"),
        declared(9, "2020-11"),
    )
    gone = left(history)
    assert gone.index.tolist() == ["PGP-0001"]
    line = gone.loc["PGP-0001"]
    assert (line["name"], line["last_edition"], line["edition"]) == ("Nouveau nom", "2020-11", "2021-11")
    assert (line["budget_slippage_ratio"], line["budget_known_edition"]) == (pytest.approx(0.5), "2020-11")
    assert (line["schedule_slippage_ratio"], line["schedule_known_edition"]) == (pytest.approx(0.25), "2020-11")


def test_a_slippage_once_known_then_withheld_is_frozen_at_what_was_published() -> None:
    history = projects(
        declared(1, "2020-06", updated_cost_meur=12.0),
        declared(1, "2020-11", updated_cost_meur=95.0, withheld=True, cost_withheld=True),
    )
    line = left(history).loc["PGP-0001"]
    assert (line["budget_slippage_ratio"], line["budget_known_edition"]) == (pytest.approx(0.2), "2020-06")
    assert (line["schedule_known_edition"], line["last_edition"]) == ("2020-11", "2020-11")


def test_a_slippage_never_known_is_missing_and_not_zero() -> None:
    line = left(projects(declared(1, "2020-11", phase="scoping"))).loc["PGP-0001"]
    assert line[["budget_slippage_ratio", "schedule_slippage_ratio", "budget_known_edition"]].isna().all()


def test_a_leaver_keeps_its_exit_reason_and_one_that_returns_is_no_leaver() -> None:
    history = projects(declared(1, "2020-06"), declared(2, "2020-06"), declared(9, "2020-11"))
    exits = lines_of(EXITS, exit_line(1, "2020-11", "out_of_scope"))
    assert left(history, exits)["exit_reason"].dropna().to_dict() == {"PGP-0001": "out_of_scope"}
    assert left(history, exits, projects(declared(1), declared(9))).index.tolist() == ["PGP-0002"]


def test_the_first_edition_has_no_leaver() -> None:
    assert left(empty_frame(CORE_PROJECTS)).empty


def test_a_leaver_is_told_at_every_edition_until_it_returns() -> None:
    history = projects(
        *(project(9, edition) for edition in KEYS[1:]), project(1, "2019-12"), project(1, "2021-07", name="Autre nom")
    )
    gone = leavers(history, empty_frame(OUT_SLIPPAGE_PROJECTS), NO_EXITS, CALENDAR)
    assert gone.set_index("edition")["last_edition"].to_dict() == {
        "2020-06": "2019-12",
        "2020-11": "2019-12",
        "2021-11": "2021-07",
        "2022-06": "2021-07",
    }


@given(st.sets(st.tuples(st.integers(1, 3), st.sampled_from(KEYS))), st.sets(st.sampled_from(KEYS)))
def test_the_last_row_known_is_the_last_one_not_after(cells: set[tuple[int, str]], told: set[str]) -> None:
    rows = pd.DataFrame(sorted(cells), columns=["project_id", "edition"]).astype({"edition": "str"})
    within = [cell for cell in cells if cell[1] in told]
    expected = {
        (number, key): max(edition for other, edition in within if other == number and edition <= key)
        for number in {number for number, _ in within}
        for key in told
        if any(other == number and edition <= key for other, edition in within)
    }
    found = last_known(rows, sorted(told)).set_index(["project_id", "edition"])["last_edition"]
    assert found.to_dict() == expected


# Changes


@pytest.mark.parametrize(
    ("was", "becomes", "change", "said", "difference"),
    [
        ({}, {"name": "Autre nom"}, "renamed", ("Projet 1", "Autre nom"), None),
        ({}, {"ministry_id": "justice"}, "moved_ministry", ("culture", "justice"), None),
        ({}, {"phase": "pilot"}, "phase", ("build", "pilot"), None),
        ({}, {"updated_cost_meur": 15.5}, "cost", ("12.0", "15.5"), 3.5),
        ({"updated_cost_meur": None}, {}, "cost", (None, "12.0"), None),
        (
            {"start_date": "2019-01-01"},
            {"start_date": "2018-11-01"},
            "start",
            ("2019-01-01", "2018-11-01"),
            -2,
        ),
        (
            {"updated_end_date": "2021-01-01"},
            {"updated_end_date": "2022-01-01"},
            "end",
            ("2021-01-01", "2022-01-01"),
            12,
        ),
        ({}, {"updated_duration_months": 27}, "duration", ("30", "27"), -3),
        ({"initial_cost_meur": 10.0}, {"initial_cost_meur": 11.0}, "initial_cost", ("10.0", "11.0"), 1),
        (
            {"initial_end_date": "2020-01-01"},
            {"initial_end_date": None},
            "initial_end",
            ("2020-01-01", None),
            None,
        ),
        ({}, {"withheld": True, "withheld_reason": "open_tender"}, "withheld", (None, "open_tender"), None),
        ({"withheld": True, "withheld_reason": "open_tender"}, {}, "published_again", ("open_tender", None), None),
    ],
)
def test_each_change_is_told_once_with_what_it_was_and_what_it_is(
    was: dict[str, Any],
    becomes: dict[str, Any],
    change: str,
    said: tuple[str | None, str | None],
    difference: float | None,
) -> None:
    before, after = projects(project(1, "2021-07", **was)), projects(project(1, **becomes))
    (line,) = changed(after, before).to_dict("records")
    assert (line["change"], line["edition"], line["previous_edition"]) == (change, "2021-11", "2021-07")
    assert tuple(None if pd.isna(line[side]) else line[side] for side in ("before", "after")) == said
    assert pd.isna(line["difference"]) if difference is None else line["difference"] == difference


def test_who_came_came_back_and_left_are_changes() -> None:
    exits = lines_of(EXITS, exit_line(3, "2021-11", "abandoned"))
    after, before = projects(project(1), project(2)), projects(project(3, "2021-07"), project(4, "2021-07"))
    found = changed(after, before, ever=pd.Series(["PGP-0002"]), exits=exits).set_index("project_id")
    assert found["change"].to_dict() == {
        "PGP-0001": "added",
        "PGP-0002": "returned",
        "PGP-0003": "left",
        "PGP-0004": "left",
    }
    assert [found[side]["PGP-0003"] for side in ("before", "after")] == ["Projet 3", "abandoned"]
    assert pd.isna(found["after"]["PGP-0004"])


def test_a_revision_known_since_is_a_change_with_its_reason() -> None:
    (line,) = changed(projects(project(1)), projects(project(1, "2021-07")), REVISED).to_dict("records")
    assert (line["change"], line["before"], line["after"]) == ("rebaselined", "n° 1", "n° 2 : Marché")
    assert changed(projects(project(1, "2022-06")), projects(project(1)), REVISED).empty
    assert changed(projects(project(1, "2021-07")), projects(project(1, "2020-11")), REVISED).empty


@pytest.mark.parametrize(
    ("column", "was", "becomes"),
    [
        ("start_date", "2019-01-01", "2019-01-07"),
        ("updated_end_date", "2021-03-31", "2021-04-01"),
        ("initial_end_date", "2021-03-31", "2021-04-01"),
        ("updated_cost_meur", None, None),
    ],
)
def test_what_counts_the_same_is_no_change(column: str, was: Any, becomes: Any) -> None:
    before, after = project(1, "2021-07", **{column: was}), project(1, **{column: becomes})
    assert changed(projects(after), projects(before)).empty


def test_a_figure_withheld_since_is_told_without_the_figure() -> None:
    before = projects(declared(1, "2021-07", updated_cost_meur=77.25, initial_cost_meur=66.5))
    after = projects(declared(1, updated_cost_meur=88.75, initial_cost_meur=66.5, withheld=True, cost_withheld=True))
    for one, other in ((after, before), (before.assign(edition="2021-11"), after.assign(edition="2021-07"))):
        found = changed(one, other)
        assert len(found) == 1
        assert found["change"].isin(["withheld", "published_again"]).all()
        assert found["difference"].isna().all()


FIGURES = {
    "cost_withheld": {"updated_cost_meur": ("cost",), "initial_cost_meur": ("initial_cost",)},
    "schedule_withheld": {
        "updated_end_date": ("end",),
        "initial_end_date": ("initial_end",),
        "updated_duration_months": ("duration",),
    },
}
# Each withheld figure is one that no other column of any row has.
SECRETS: dict[str, tuple[Any, Any]] = {
    "updated_cost_meur": (71.125, 72.125),
    "initial_cost_meur": (73.125, 74.125),
    "updated_end_date": ("2031-07-01", "2032-08-01"),
    "initial_end_date": ("2033-09-01", "2034-10-01"),
    "updated_duration_months": (7771, 7772),
}


@st.composite
def pairs(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two editions of a few projects, alike or not, in which some figures are kept back."""
    rows = []
    for side, edition in enumerate(("2021-07", "2021-11")):
        for number in draw(st.sets(st.integers(1, 4), min_size=1)):
            flags = {name: draw(st.booleans()) for name in FIGURES}
            given = {name: values[side * draw(st.integers(0, 1))] for name, values in SECRETS.items()}
            phase, name = draw(st.sampled_from(["build", "pilot"])), draw(st.sampled_from(["A", "B"]))
            rows.append(
                project(number, edition, phase=phase, name=name, withheld=any(flags.values()), **flags, **given)
            )
    frames = projects(*rows)
    return frames.loc[frames["edition"].eq("2021-11")], frames.loc[frames["edition"].eq("2021-07")]


@settings(max_examples=12)
@given(pairs())
def test_an_edition_compared_with_itself_has_no_change(pair: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    for frame in pair:
        assert changes_between(frame, frame, NO_LEDGER).empty
        assert corrections(frame, frame).empty


@settings(max_examples=12)
@given(pairs())
def test_what_one_direction_adds_the_other_loses(pair: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    after, before = pair
    found = [changes_between(*sides, NO_LEDGER).set_index("change")["project_id"] for sides in (pair, (before, after))]
    for one, other in (("added", "left"), ("left", "added")):
        assert set(found[0].loc[found[0].index == one]) == set(found[1].loc[found[1].index == other])
    assert set(found[0].loc[found[0].index == "added"]) == set(after["project_id"]) - set(before["project_id"])


@settings(max_examples=12)
@given(pairs())
def test_a_withheld_figure_appears_in_no_change(pair: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    found = changed(*pair)
    for flag, columns in FIGURES.items():
        kept_back = {number for frame in pair for number in frame.loc[frame[flag].astype(bool), "project_id"]}
        told = found.loc[found["project_id"].isin(kept_back)]
        assert not set(told["change"]) & {change for names in columns.values() for change in names}
        secrets = {str(value) for column in columns for value in SECRETS[column]}
        assert not secrets & set(told["before"].dropna()) | secrets & set(told["after"].dropna())


@settings(max_examples=12)
@given(pairs())
def test_all_editions_change_as_two_by_two(pair: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    after, before = pair
    earlier = projects(project(1, "2020-11"), project(4, "2020-11", phase="pilot"))
    exits = lines_of(EXITS, exit_line(2, "2021-11", "abandoned"), exit_line(4, "2021-07", "merged"))
    together = conform(
        changes(pd.concat([after, earlier, before], ignore_index=True), REVISED, exits, CALENDAR), OUT_CHANGES
    )
    apart = [
        changed(before, earlier, REVISED, exits=exits),
        changed(after, before, REVISED, ever=earlier["project_id"], exits=exits),
    ]
    pd.testing.assert_frame_equal(together, conform(pd.concat(apart), OUT_CHANGES), check_exact=True)


# Corrections


def corrected(after: pd.DataFrame, before: pd.DataFrame) -> list[tuple[object, ...]]:
    frame = corrections(after, before)
    return [tuple(None if pd.isna(value) else value for value in row) for row in frame.itertuples(index=False)]


def test_every_corrected_value_is_listed_before_and_after() -> None:
    before = projects(project(1, start_date="2019-01-01"))
    after = projects(
        project(
            1, updated_cost_meur=13.5, updated_duration_months=31, start_date="2019-01-07", withheld=True, phase=None
        )
    )
    assert corrected(after, before) == [
        ("PGP-0001", "phase", "Projet 1", "build", None),
        ("PGP-0001", "start_date", "Projet 1", "2019-01-01", "2019-01-07"),
        ("PGP-0001", "updated_duration_months", "Projet 1", "30", "31"),
        ("PGP-0001", "updated_cost_meur", "Projet 1", "12.0", "13.5"),
        ("PGP-0001", "withheld", "Projet 1", "false", "true"),
    ]


def test_rows_added_and_removed_are_corrections() -> None:
    assert corrected(projects(project(1), project(2)), projects(project(2), project(3))) == [
        ("PGP-0001", "project", "Projet 1", None, "Projet 1"),
        ("PGP-0003", "project", "Projet 3", "Projet 3", None),
    ]


def test_where_a_row_comes_from_is_not_a_correction() -> None:
    elsewhere = project(1, source_file="b.xlsx", source_sha256="1" * 64, source_sheet="Projets", source_row=40)
    assert corrected(projects(elsewhere), projects(project(1))) == []


@settings(max_examples=12)
@given(pairs())
def test_as_many_values_are_corrected_one_way_as_the_other(pair: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    after, before = pair
    there, back = corrected(after, before), corrected(before, after)
    assert sorted((row[0], row[1], str(row[3]), str(row[4])) for row in there) == sorted(
        (row[0], row[1], str(row[4]), str(row[3])) for row in back
    )


# Withheld figures


def withheld_line(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "project_id": f"PGP-{number:04d}",
        "first_edition": "2021-07",
        "last_edition": None,
        "cost": True,
        "schedule": False,
        "withheld_reason": "open_tender",
        **changes,
    }


def overlaid(edition: str, *lines: dict[str, Any], **given: Any) -> tuple[object, ...]:
    """`withheld`, `cost_withheld`, `schedule_withheld` and `withheld_reason` of a project."""
    frame = conform(
        withheld_overlay(projects(project(1, edition, **given)), lines_of(WITHHELD, *lines), edition), CORE_PROJECTS
    )
    row = frame[["withheld", "cost_withheld", "schedule_withheld", "withheld_reason"]].iloc[0]
    return tuple(None if pd.isna(value) else value for value in row)


@pytest.mark.parametrize(
    ("edition", "last", "applies"),
    [
        ("2021-07", None, True),
        ("2022-06", None, True),
        ("2020-11", None, False),
        ("2021-11", "2021-11", True),
        ("2022-06", "2021-11", False),
    ],
)
def test_figures_are_withheld_from_the_first_to_the_last_edition_of_the_period(
    edition: str, last: str | None, applies: bool
) -> None:
    said = overlaid(edition, withheld_line(last_edition=last))
    assert said == ((True, True, False, "open_tender") if applies else (False, False, False, None))


def test_the_register_withholds_more_and_never_less_than_the_submission() -> None:
    said = {"withheld": True, "schedule_withheld": True, "withheld_reason": "trajectory_review"}
    assert overlaid("2021-11", withheld_line(), **said) == (True, True, True, "trajectory_review")
    assert overlaid("2021-11", withheld_line(2), **said) == (True, False, True, "trajectory_review")
    assert overlaid("2021-11", **said) == (True, False, True, "trajectory_review")


def test_periods_that_overlap_add_up() -> None:
    later = withheld_line(first_edition="2021-11", cost=False, schedule=True, withheld_reason="trajectory_review")
    assert overlaid("2021-11", withheld_line(), later) == (True, True, True, "trajectory_review")


def test_a_period_is_closed_by_a_line_with_the_same_first_edition() -> None:
    closed = withheld_line(last_edition="2021-07")
    assert overlaid("2021-07", withheld_line(), closed) == (True, True, False, "open_tender")
    assert overlaid("2021-11", withheld_line(), closed) == (False, False, False, None)


# Opinions


def opinion_line(requested: str, given_on: str | None = None, opinion: str | None = None) -> dict[str, Any]:
    return {"project_id": "PGP-0001", "requested_on": requested, "given_on": given_on, "opinion": opinion}


@pytest.mark.parametrize(
    ("day", "opinion", "date"),
    [
        ("2021-03-01", None, None),  # awaited
        ("2021-03-14", None, None),
        ("2021-03-15", "tacit", "2021-03-15"),  # a month after the request
        ("2021-06-01", "tacit", "2021-03-15"),
    ],
)
def test_an_opinion_is_tacit_a_month_after_the_request(day: str, opinion: str | None, date: str | None) -> None:
    found = opinions_on(lines_of(OPINIONS, opinion_line("2021-02-15")), pd.Timestamp(day)).loc["PGP-0001"]
    assert (None if pd.isna(found["opinion"]) else found["opinion"]) == opinion
    assert (None if pd.isna(found["opinion_date"]) else found["opinion_date"].date().isoformat()) == date


def test_an_answer_is_the_opinion_from_the_day_it_is_given() -> None:
    lines = lines_of(OPINIONS, opinion_line("2021-02-15", "2021-03-01", "unfavourable"))
    found = opinions_on(lines, pd.Timestamp(2021, 3, 1)).loc["PGP-0001"]
    assert (found["opinion"], found["opinion_date"]) == ("unfavourable", pd.Timestamp(2021, 3, 1))
    assert opinions_on(lines, pd.Timestamp(2021, 2, 28))["opinion"].isna().all()


def test_an_answer_after_a_month_takes_the_place_of_the_tacit_opinion() -> None:
    lines = lines_of(OPINIONS, opinion_line("2021-02-15"), opinion_line("2021-02-15", "2021-05-01", "favourable"))
    found = {
        str(month): opinions_on(lines, pd.Timestamp(2021, month, 2)).loc["PGP-0001", "opinion"] for month in (4, 5)
    }
    assert found == {"4": "tacit", "5": "favourable"}


def test_the_last_request_is_the_one_that_counts() -> None:
    lines = lines_of(
        OPINIONS, opinion_line("2021-02-15", "2021-03-01", "favourable"), opinion_line("2020-01-15", None, None)
    )
    assert opinions_on(lines, pd.Timestamp(2021, 6, 1))["opinion"].tolist() == ["favourable"]
    assert opinions_on(lines, pd.Timestamp(2021, 2, 1))["opinion"].tolist() == ["tacit"]
    assert opinions_on(lines, pd.Timestamp(2020, 1, 14)).empty


def test_the_register_gives_the_opinion_that_a_ministry_leaves_out() -> None:
    frame = projects(
        project(1), project(2, opinion="unfavourable", opinion_date="2020-05-01"), project(3, opinion_date="2020-06-01")
    )
    lines = lines_of(
        OPINIONS,
        opinion_line("2021-02-15", "2021-03-01", "favourable"),
        opinion_line("2021-02-15", "2021-03-01", "favourable") | {"project_id": "PGP-0002"},
    )
    day = pd.Timestamp(2021, 11, 1)
    found = conform(with_registered_opinions(frame, lines, day), CORE_PROJECTS)
    assert found["opinion"].fillna("none").tolist() == ["favourable", "unfavourable", "none"]
    assert [date.date() for date in found["opinion_date"]] == [
        dt.date(2021, 3, 1),
        dt.date(2020, 5, 1),
        dt.date(2020, 6, 1),
    ]
    pd.testing.assert_frame_equal(with_registered_opinions(frame, empty_frame(OPINIONS), day), frame)


# Missions


def mission_line(number: int, event: str, date: str, **others: Any) -> dict[str, Any]:
    return {"project_id": f"PGP-{number:04d}", "event": event, "event_date": date, **others}


def test_a_mission_is_open_from_its_opening_to_its_closing() -> None:
    lines = lines_of(
        MISSIONS,
        mission_line(1, "opened", "2021-01-10", comment="À la demande du ministère"),
        mission_line(2, "opened", "2021-01-10"),
        mission_line(1, "closed", "2021-06-10", outcome="Déploiement par étapes"),
        mission_line(1, "opened", "2022-01-10"),
    )
    under_way = {
        day: open_missions(lines, pd.Timestamp(day)).set_index("project_id")["opened_on"].dt.strftime("%Y-%m").to_dict()
        for day in ("2021-01-09", "2021-01-10", "2021-06-10", "2022-02-01")
    }
    assert under_way == {
        "2021-01-09": {},
        "2021-01-10": {"PGP-0001": "2021-01", "PGP-0002": "2021-01"},
        "2021-06-10": {"PGP-0002": "2021-01"},
        "2022-02-01": {"PGP-0001": "2022-01", "PGP-0002": "2021-01"},
    }
    assert open_missions(lines, pd.Timestamp(2021, 2, 1))["comment"].iloc[0] == "À la demande du ministère"


events = st.lists(st.tuples(st.integers(1, 2), st.sampled_from(["opened", "closed"]), st.sampled_from([1, 7, 11])))


@given(events)
def test_at_each_edition_a_mission_is_the_one_open_on_its_day(drawn: list[tuple[int, str, int]]) -> None:
    lines = lines_of(MISSIONS, *(mission_line(number, event, f"2021-{month:02d}-01") for number, event, month in drawn))
    told = projects(*(project(number, edition) for number in (1, 2) for edition in ("2020-11", "2021-07", "2021-11")))
    for edition, opened in mission_openings(told, lines).groupby(told["edition"]):
        under_way = open_missions(lines, pd.Timestamp(f"{edition}-01")).set_index("project_id")["opened_on"]
        assert opened.set_axis(told.loc[opened.index, "project_id"]).dropna().to_dict() == under_way.to_dict()
