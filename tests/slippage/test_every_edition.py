"""Every table of slippage is made for all editions at once, and no edition depends on a later one."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_measures import CALENDAR, declared, projects

from warehouse.archive.tables import (
    CORE_PROJECTS,
    OUT_BRIDGE,
    OUT_CAUSES,
    OUT_HEADLINE_CHANGES,
    OUT_HEADLINES,
    OUT_KEY_FIGURES,
    OUT_MOVEMENTS,
    OUT_SLIPPAGE_GROUPS,
    OUT_SLIPPAGE_PROJECTS,
    OUT_TARGET_PROJECTS,
    OUT_TARGETS,
)
from warehouse.facts.reference import Target
from warehouse.home.register_tables import BASELINES
from warehouse.model.schema import Table, conform, empty_frame
from warehouse.projects.baselines import effective_ledger
from warehouse.slippage.bridge import bridges
from warehouse.slippage.by_group import slippage_by_group
from warehouse.slippage.by_project import slippages
from warehouse.slippage.causes import slippage_causes
from warehouse.slippage.headlines import headline_changes, headlines
from warehouse.slippage.measures import key_figures
from warehouse.slippage.targets import target_progress, target_shares

# A hole: the edition of November 2020 is not among them.
EDITIONS = ["2020-02", "2020-06", "2021-07", "2021-11"]
TARGETS = (Target(dt.date(2021, 6, 30), 20.0), Target(dt.date(2022, 12, 31), 15.0))
NO_MOVEMENTS, NOT_CORRECTED = empty_frame(OUT_MOVEMENTS), empty_frame(OUT_SLIPPAGE_PROJECTS)

Made = Callable[[pd.DataFrame, pd.DataFrame], pd.DataFrame]


def measured(history: pd.DataFrame, register: pd.DataFrame) -> pd.DataFrame:
    return conform(slippages(history, effective_ledger(register), CALENDAR), OUT_SLIPPAGE_PROJECTS)


# Core projects and their slippages to the table.
TABLES: list[tuple[Table, Made]] = [
    (OUT_SLIPPAGE_PROJECTS, lambda _, told: told),
    (OUT_SLIPPAGE_GROUPS, lambda _, told: slippage_by_group(told, CALENDAR)),
    (OUT_KEY_FIGURES, lambda rows, _: key_figures(rows, NO_MOVEMENTS, CALENDAR)),
    (OUT_BRIDGE, lambda _, told: bridges(told, NOT_CORRECTED)),
    (OUT_HEADLINES, lambda _, told: headlines(told, slippage_by_group(told, CALENDAR))),
    (OUT_HEADLINE_CHANGES, lambda _, told: headline_changes(told, NOT_CORRECTED, bridges(told, NOT_CORRECTED))),
    (OUT_CAUSES, slippage_causes),
    (OUT_TARGETS, lambda _, told: target_progress(told, TARGETS)),
    (OUT_TARGET_PROJECTS, lambda _, told: target_shares(told, TARGETS)),
]


@st.composite
def histories(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Projects that come, change, are withheld and leave, and a register of baselines in any order."""
    rows, lines = [], []
    for number in range(1, draw(st.integers(2, 5)) + 1):
        for edition in sorted(draw(st.sets(st.sampled_from(EDITIONS), min_size=1))):
            initial = draw(st.sampled_from([None, 10.0, 20.0]))
            withheld = draw(st.sampled_from([False, False, True]))
            changes: dict[str, Any] = {
                "initial_cost_meur": initial,
                "initial_duration_months": None if initial is None else 24,
                "updated_cost_meur": draw(st.sampled_from([None, 9.5, 12.0, 30.0])),
                "phase": draw(st.sampled_from(["scoping", "build", "rollout"])),
                "ministry_id": draw(st.sampled_from(["culture", "justice"])),
                "functional_zone": draw(st.sampled_from([None, "Paie", "PAIE > État", "Achats"])),
                "deviation_reason": draw(st.sampled_from([None, "scope"])),
                "withheld": withheld,
                "cost_withheld": withheld,
            }
            rows.append(declared(number, edition, **changes))
        lines += [
            {
                "project_id": f"PGP-{number:04d}",
                "number": draw(st.integers(1, 3)),
                "cost_meur": draw(st.sampled_from([8.0, 16.0])),
                "start_date": pd.Timestamp(2019, 1, 1),
                "end_date": pd.Timestamp(2021, 1, 1),
                "approved_on": draw(st.sampled_from([None, pd.Timestamp(2020, 1, 1), pd.Timestamp(2021, 1, 1)])),
                "act": "Acte",
                "reason": "Motif",
                "edition": draw(st.sampled_from(EDITIONS)),
            }
            for _ in range(draw(st.integers(0, 3)))
        ]
    numbered = [line | {"line": place} for place, line in enumerate(lines, 2)]
    register = pd.DataFrame(numbered, columns=BASELINES.names())
    return projects(*rows), conform(register, BASELINES).sort_values("line", ignore_index=True)


def every_table(history: pd.DataFrame, register: pd.DataFrame) -> dict[Table, pd.DataFrame]:
    told = measured(history, register)
    return {table: conform(made(history, told), table) for table, made in TABLES}


@settings(max_examples=12)
@given(history=histories(), last=st.sampled_from(EDITIONS))
def test_what_an_edition_says_does_not_depend_on_later_ones(
    history: tuple[pd.DataFrame, pd.DataFrame], last: str
) -> None:
    whole = every_table(*history)
    rows, register = (frame.loc[frame["edition"].le(last)].reset_index(drop=True) for frame in history)
    for table, cut in every_table(rows, register).items():
        expected = whole[table].loc[whole[table]["edition"].le(last)].reset_index(drop=True)
        pd.testing.assert_frame_equal(cut, expected, check_exact=True, obj=table.name)


def test_no_edition_makes_an_empty_table() -> None:
    for table, rows in every_table(empty_frame(CORE_PROJECTS), empty_frame(BASELINES)).items():
        assert rows.empty, table.name


def test_causes_of_each_edition_add_up_to_its_own_change() -> None:
    rows = [
        declared(1, "2021-07", updated_cost_meur=13.0, deviation_reason="scope"),
        declared(2, "2021-07", updated_cost_meur=12.0),
        declared(1, "2021-11", updated_cost_meur=14.0, deviation_reason="procurement"),
        declared(2, "2021-11", updated_cost_meur=12.0, deviation_reason="none"),
    ]
    history = projects(*rows)
    causes = conform(slippage_causes(history, measured(history, empty_frame(BASELINES))), OUT_CAUSES)
    budget = causes.loc[causes["rate"].eq("budget")].set_index(["edition", "reference", "cause"])
    assert budget["amount_meur"].to_dict() == {
        ("2021-07", "first_baseline", "scope"): 3.0,
        ("2021-07", "first_baseline", "unexplained"): 2.0,
        ("2021-11", "first_baseline", "procurement"): 4.0,
        ("2021-11", "first_baseline", "unexplained"): 2.0,
        ("2021-11", "previous_edition", "procurement"): 1.0,
        ("2021-11", "previous_edition", "none"): 0.0,
    }
    assert budget["share_ratio"]["2021-11", "first_baseline"].to_dict() == pytest.approx(
        {"procurement": 4 / 6, "unexplained": 2 / 6}
    )


def test_each_edition_stands_where_it_is_against_each_target() -> None:
    history = projects(
        declared(1, "2021-07", updated_cost_meur=11.0),
        declared(1, "2021-11", updated_cost_meur=14.0),
        declared(2, "2021-11", updated_cost_meur=12.0),
    )
    told = measured(history, empty_frame(BASELINES))
    progress = conform(target_progress(told, TARGETS), OUT_TARGETS).query("rate == 'budget'")
    by_target = progress.set_index(["edition", "target_ratio"])
    assert by_target["distance_pts"].to_dict() == pytest.approx(
        {("2021-07", 0.2): -10, ("2021-07", 0.15): -5, ("2021-11", 0.2): 10, ("2021-11", 0.15): 15}
    )
    assert by_target["n"].tolist() == [1, 1, 2, 2]
    assert by_target["editions_left"].tolist() == [0, 3, 0, 2]
    shares = conform(target_shares(told, TARGETS), OUT_TARGET_PROJECTS)
    of_target = shares["due_on"].eq(pd.Timestamp(2022, 12, 31)) & shares["rate"].eq("budget")
    now = shares.loc[of_target & shares["edition"].eq("2021-11")]
    assert now[["project_id", "rank"]].to_numpy().tolist() == [["PGP-0001", 1], ["PGP-0002", 2]]
    assert now["held_pts"].tolist() == pytest.approx([12.5, 2.5])
