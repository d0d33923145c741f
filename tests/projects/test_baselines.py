"""Promises are kept in a ledger that only grows, and slippage is told against three of them."""

import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_measures import CALENDAR, declared, project, projects

from warehouse.archive.tables import CORE_PROJECTS, OUT_SLIPPAGE_PROJECTS
from warehouse.home.register_tables import BASELINES
from warehouse.home.registers import register
from warehouse.model.findings import Finding
from warehouse.model.schema import conform, empty_frame
from warehouse.projects.baselines import (
    INITIAL_REASON,
    LEDGER_COLUMNS,
    compare_with_ledger,
    effective_ledger,
    in_force,
)
from warehouse.slippage.by_project import slippages

NO_LEDGER = empty_frame(BASELINES)
REVISION: dict[str, Any] = {
    "rebaseline_date": "2020-05-12",
    "rebaseline_reason": "Périmètre étendu aux opérateurs",
    "rebaseline_act": "Comité du 12 mai 2020",
    "rebaseline_cost_meur": 15.0,
    "rebaseline_end_date": "2022-01-01",
}


def promised(number: int = 1, edition: str = "2020-06", **changes: Any) -> dict[str, object]:
    """A row as it is typed: 10 M€ from January 2019 to January 2021, but for `changes`."""
    start = changes.get("start_date", "2019-01-01")
    given = {"start_date": start, "initial_start_date": start, "initial_end_date": "2021-01-01", **changes}
    return declared(number, edition, **given)


def baseline(number: int = 1, identifier: int = 1, **changes: object) -> dict[str, object]:
    """A line of the ledger: 10 M€ from January 2019 to January 2021, but for `changes`."""
    return {
        "project_id": f"PGP-{identifier:04d}",
        "number": number,
        "cost_meur": 10.0,
        "start_date": "2019-01-01",
        "end_date": "2021-01-01",
        "approved_on": None,
        "act": "Remontée 2020-06",
        "reason": INITIAL_REASON,
        "edition": "2020-06",
        **changes,
    }


def ledger_of(*lines: dict[str, Any]) -> pd.DataFrame:
    numbered = [line | {"line": number} for number, line in enumerate(lines, 2)]
    return conform(pd.DataFrame(numbered, columns=BASELINES.names()), BASELINES)


def records(lines: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in line.items()} for line in lines.to_dict("records")]


def imported(frame: pd.DataFrame, ledger: pd.DataFrame = NO_LEDGER) -> pd.DataFrame:
    """The ledger once an edition that contradicts nothing is in it."""
    lines, findings = compare_with_ledger(frame, ledger)
    assert findings == []
    return ledger_of(*records(ledger), *records(lines))


def refusals(row: dict[str, object], ledger: pd.DataFrame) -> dict[str | None, Finding]:
    """What is wrong with a row, by column; an error adds nothing to the ledger."""
    lines, findings = compare_with_ledger(projects(row), ledger)
    assert lines.empty
    assert {finding.severity for finding in findings} <= {"error"}
    return {finding.column: finding for finding in findings}


def test_the_first_declaration_makes_baseline_number_1() -> None:
    ledger = imported(projects(promised()))
    (line,) = records(ledger)
    assert (line["number"], line["cost_meur"], line["edition"]) == (1, 10.0, "2020-06")
    assert (line["start_date"], line["end_date"]) == (pd.Timestamp(2019, 1, 1), pd.Timestamp(2021, 1, 1))
    assert (line["act"], line["reason"]) == ("Remontée 2020-06", INITIAL_REASON)
    assert pd.isna(line["approved_on"])


def test_the_same_figures_again_add_nothing() -> None:
    ledger = imported(projects(promised()))
    again, findings = compare_with_ledger(projects(promised(edition="2021-11")), ledger)
    assert findings == []
    assert again.empty
    assert again.columns.tolist() == LEDGER_COLUMNS


def test_open_data_rows_without_initial_figures_add_nothing() -> None:
    lines, findings = compare_with_ledger(projects(project(1, start_date="2019-01-01"), project(2)), NO_LEDGER)
    assert (len(lines), findings) == (0, [])


def test_figures_that_contradict_the_ledger_are_refused_naming_both() -> None:
    row = promised(edition="2021-11", initial_cost_meur=15.0, initial_end_date="2022-01-01")
    found = refusals(row, imported(projects(promised())))
    assert set(found) == {"Coût complet initial", "Fin initiale"}
    cost, end = found["Coût complet initial"], found["Fin initiale"]
    assert (cost.rule, cost.value) == ("baseline_agrees_with_ledger", "15")
    assert str(cost.expected).startswith("10, ou une révision")
    assert (end.value, str(end.expected)[:10]) == ("01/01/2022", "01/01/2021")
    for finding in (cost, end):
        assert (finding.file, finding.sheet, finding.row) == ("a.csv", "a", 2)
        assert "PGP-0001 « Projet 1 »" in finding.message
        assert "n° 1, Remontée 2020-06" in finding.message


def test_costs_that_differ_by_less_than_they_are_written_with_are_the_same() -> None:
    ledger = imported(projects(promised()))
    assert refusals(promised(initial_cost_meur=10.004), ledger) == {}
    assert set(refusals(promised(initial_cost_meur=10.01), ledger)) == {"Coût complet initial"}


def test_an_initial_end_left_out_contradicts_nothing() -> None:
    without_end = promised(edition="2021-11", initial_start_date=None, initial_end_date=None)
    assert refusals(without_end, imported(projects(promised()))) == {}
    (line,) = records(imported(projects(without_end)))
    assert (line["number"], line["cost_meur"]) == (1, 10.0)
    assert pd.isna(line["end_date"])


def test_a_figure_that_the_ledger_lacks_is_added_by_a_rebaseline_only() -> None:
    ledger = imported(projects(promised(initial_start_date=None, initial_end_date=None)))
    (finding,) = refusals(promised(edition="2021-11"), ledger).values()
    assert (finding.column, finding.value) == ("Fin initiale", "01/01/2021")
    assert str(finding.expected).startswith("rien, ou une révision")
    revision: dict[str, Any] = {
        "rebaseline_date": "2021-09-01",
        "rebaseline_reason": "Fin arrêtée à l'issue du cadrage",
    }
    line = records(imported(projects(promised(edition="2021-11", **revision)), ledger))[1]
    assert (line["number"], line["cost_meur"], line["end_date"]) == (2, 10.0, pd.Timestamp(2021, 1, 1))


def test_a_start_left_out_of_the_first_declaration_is_that_of_the_project() -> None:
    without_end = promised(initial_start_date=None, initial_end_date=None)
    ledger = imported(projects(without_end))
    moved = without_end | {"edition": "2021-11", "start_date": "2020-03-01"}
    assert set(refusals(moved, ledger)) == {"Début"}


def test_a_rebaseline_with_its_date_and_reason_adds_a_number() -> None:
    before = imported(projects(promised()))
    ledger = imported(projects(promised(edition="2021-11", **REVISION)), before)
    first, second = records(ledger)
    assert first == records(before)[0]
    assert (second["number"], second["cost_meur"], second["edition"]) == (2, 15.0, "2021-11")
    assert (second["end_date"], second["approved_on"]) == (pd.Timestamp(2022, 1, 1), pd.Timestamp(2020, 5, 12))
    assert (second["act"], second["reason"]) == (REVISION["rebaseline_act"], REVISION["rebaseline_reason"])


def test_a_rebaseline_without_figures_of_its_own_revises_to_the_initial_ones_declared() -> None:
    revision: dict[str, Any] = {"rebaseline_date": "2020-05-12", "rebaseline_reason": "Nouveau marché"}
    row = promised(edition="2021-11", initial_cost_meur=15.0, initial_end_date="2022-01-01", **revision)
    line = records(imported(projects(row), imported(projects(promised()))))[1]
    assert (line["number"], line["cost_meur"], line["end_date"]) == (2, 15.0, pd.Timestamp(2022, 1, 1))
    assert line["act"] == "Remontée 2021-11"


def test_a_rebaseline_in_the_first_declaration_leaves_number_1_to_the_initial_figures() -> None:
    first, second = records(imported(projects(promised(**REVISION))))
    assert (first["number"], first["cost_meur"], second["number"], second["cost_meur"]) == (1, 10.0, 2, 15.0)


@pytest.mark.parametrize(
    ("left_out", "columns"),
    [
        (["rebaseline_reason"], {"Motif de la révision"}),
        (["rebaseline_date"], {"Date de la révision"}),
        (["rebaseline_date", "rebaseline_reason"], {"Date de la révision", "Motif de la révision"}),
    ],
)
def test_half_a_rebaseline_is_refused(left_out: list[str], columns: set[str]) -> None:
    half: dict[str, Any] = {name: value for name, value in REVISION.items() if name not in left_out}
    row = promised(edition="2021-11", **half)
    found = refusals(row, imported(projects(promised())))
    assert set(found) == columns
    assert {finding.rule for finding in found.values()} == {"rebaseline_is_dated_and_justified"}
    assert {finding.expected for finding in found.values()} == {"une date et un motif de révision"}


def test_the_same_act_sent_again_adds_nothing() -> None:
    ledger = imported(projects(promised(edition="2021-07", **REVISION)), imported(projects(promised())))
    again, findings = compare_with_ledger(projects(promised(edition="2021-11", **REVISION)), ledger)
    assert (len(again), findings) == (0, [])


def test_the_revised_figures_declared_as_initial_afterwards_add_nothing() -> None:
    ledger = imported(projects(promised(edition="2021-07", **REVISION)), imported(projects(promised())))
    row = promised(edition="2021-11", initial_cost_meur=15.0, initial_end_date="2022-01-01")
    again, findings = compare_with_ledger(projects(row), ledger)
    assert (len(again), findings) == (0, [])


def test_an_act_already_registered_is_not_rewritten() -> None:
    ledger = imported(projects(promised(**REVISION)))
    (finding,) = compare_with_ledger(projects(promised(**REVISION | {"rebaseline_cost_meur": 16.0})), ledger)[1]
    assert (finding.rule, finding.severity, finding.value) == ("rebaseline_agrees_with_ledger", "error", "16")
    assert "15" in str(finding.expected)


def test_a_revision_of_the_cost_alone_keeps_the_end_in_force() -> None:
    ledger = imported(projects(promised(**REVISION)))
    costlier = REVISION | {
        "rebaseline_date": "2021-03-01", "rebaseline_cost_meur": 18.0, "rebaseline_end_date": None,
    }  # fmt: skip
    (line,) = records(compare_with_ledger(projects(promised(edition="2021-06", **costlier)), ledger)[0])
    assert (line["number"], line["cost_meur"], line["end_date"]) == (3, 18.0, pd.Timestamp("2022-01-01"))


def test_the_baseline_in_force_is_the_act_approved_last_even_if_an_older_one_is_registered_after_it() -> None:
    late = ledger_of(
        baseline(),
        baseline(2, approved_on="2021-01-01", cost_meur=15.0),
        baseline(3, approved_on="2020-01-01", cost_meur=12.0),
    )
    rows = projects(project(1, "2021-07"))
    assert in_force(late, rows, "current")["cost_meur"].tolist() == [15.0]
    assert in_force(late, rows, "first")["cost_meur"].tolist() == [10.0]


def test_a_start_that_moves_without_a_rebaseline_is_refused() -> None:
    (finding,) = refusals(promised(edition="2021-11", start_date="2019-09-01"), imported(projects(promised()))).values()
    assert (finding.rule, finding.column, finding.value) == ("start_date_does_not_move", "Début", "01/09/2019")
    assert str(finding.expected).startswith("01/01/2019, ou une révision")
    assert (finding.file, finding.sheet, finding.row) == ("a.csv", "a", 2)


def test_another_day_of_the_same_month_is_not_another_start() -> None:
    assert refusals(promised(edition="2021-11", start_date="2019-01-07"), imported(projects(promised()))) == {}


def test_an_initial_start_that_is_not_that_of_the_ledger_is_refused() -> None:
    row = promised(edition="2021-11", initial_start_date="2018-06-01")
    (finding,) = refusals(row, imported(projects(promised()))).values()
    assert (finding.rule, finding.column, finding.value) == (
        "baseline_agrees_with_ledger",
        "Début initial",
        "01/06/2018",
    )


def test_a_start_moved_by_a_rebaseline_is_no_longer_a_move() -> None:
    revised = promised(edition="2021-07", start_date="2019-09-01", **REVISION)
    ledger = imported(projects(revised), imported(projects(promised())))
    assert ledger["start_date"].tolist() == [pd.Timestamp(2019, 1, 1), pd.Timestamp(2019, 9, 1)]
    # The next edition no longer carries the act, and repeats the initial cost and end.
    again, findings = compare_with_ledger(projects(promised(edition="2021-11", start_date="2019-09-01")), ledger)
    assert (len(again), findings) == (0, [])


def test_each_project_is_compared_with_its_own_baselines() -> None:
    ledger = imported(projects(promised(1), promised(2, initial_cost_meur=40.0)))
    lines, findings = compare_with_ledger(
        projects(promised(1), promised(2, initial_cost_meur=10.0), promised(3)), ledger
    )
    assert lines["project_id"].tolist() == ["PGP-0003"]
    assert [finding.row for finding in findings] == [3]


@st.composite
def careers(draw: st.DrawFn) -> list[pd.DataFrame]:
    """The editions of some projects that keep their initial figures, and revise their trajectory now and then."""
    count = draw(st.integers(1, 8))
    starts = dict.fromkeys(range(1, count + 1), "2019-01-01")
    rows = []
    for year in range(2020, 2020 + draw(st.integers(1, 4))):
        for number in starts:
            changes: dict[str, Any] = {"initial_start_date": "2019-01-01", "start_date": starts[number]}
            if draw(st.booleans()):
                starts[number] = draw(st.sampled_from(["2019-01-01", "2019-06-01", "2020-02-01"]))
                changes |= {
                    "start_date": starts[number],
                    "rebaseline_date": f"{year}-03-01",
                    "rebaseline_reason": "Révision",
                    "rebaseline_cost_meur": draw(st.sampled_from([None, 8.0, 15.0])),
                    "rebaseline_end_date": draw(st.sampled_from([None, "2023-01-01"])),
                }
            if year > 2020 and draw(st.booleans()):
                changes |= {"initial_start_date": None, "initial_end_date": None}
            rows.append(promised(number, f"{year}-06", **changes))
    return [edition for _, edition in projects(*rows).groupby("edition")]


@settings(max_examples=12)
@given(careers(), st.randoms(use_true_random=False))
def test_editions_already_imported_add_nothing_in_whatever_order_they_come_again(
    editions: list[pd.DataFrame], random: Any
) -> None:
    ledger = NO_LEDGER
    for edition in editions:
        ledger = imported(edition, ledger)
    again = random.sample(editions, len(editions))
    for edition in again:
        lines, findings = compare_with_ledger(edition, ledger)
        assert (records(lines), findings) == ([], [])


@settings(max_examples=15)
@given(careers())
def test_the_ledger_never_loses_a_line(editions: list[pd.DataFrame]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        book = register(Path(folder), "baselines")
        book.create()
        for edition in editions:
            before = book.path.read_bytes()
            seen = book.read()
            lines, _ = compare_with_ledger(edition, seen)
            book.append(lines, seen=seen)
            assert book.path.read_bytes().startswith(before)
            numbers = book.read().groupby("project_id")["number"].agg(list)
            assert all(found == list(range(1, len(found) + 1)) for found in numbers)


def test_the_baseline_in_force_is_the_last_one_known_at_the_edition() -> None:
    ledger = ledger_of(
        baseline(), baseline(2, cost_meur=15.0, end_date="2022-01-01", edition="2021-07"), baseline(identifier=2)
    )
    asked = [(edition, number) for edition in ("2020-02", "2020-11", "2021-07") for number in (1, 2, 3)]
    rows = pd.DataFrame([project(number, edition) for edition, number in asked], index=range(10, 19))
    first, current = (in_force(ledger, rows, which) for which in ("first", "current"))
    assert first.index.equals(rows.index)
    assert first["cost_meur"].fillna(0).tolist() == [0, 0, 0, 10, 10, 0, 10, 10, 0]
    assert current["cost_meur"].fillna(0).tolist() == [0, 0, 0, 10, 10, 0, 15, 10, 0]
    assert current["duration_months"].fillna(0).tolist() == [0, 0, 0, 24, 24, 0, 36, 24, 0]
    assert current["number"].fillna(0).tolist() == [0, 0, 0, 1, 1, 0, 2, 1, 0]
    assert current["edition"].fillna("").tolist() == ["", "", "", "2020-06", "2020-06", "", "2021-07", "2020-06", ""]


def test_an_earlier_edition_that_comes_late_makes_the_first_baseline() -> None:
    late = imported(projects(promised(edition="2021-11")))
    register_lines = imported(projects(promised(edition="2020-06")), late)
    assert register_lines[["number", "edition"]].to_numpy().tolist() == [[1, "2021-11"], [1, "2020-06"]]
    assert effective_ledger(register_lines)[["number", "edition"]].to_numpy().tolist() == [[1, "2020-06"]]


def test_an_earlier_edition_that_contradicts_what_a_later_one_declared_is_refused_naming_it() -> None:
    late = imported(projects(promised(edition="2021-11")))
    (finding,) = refusals(promised(initial_cost_meur=15.0), late).values()
    assert (finding.rule, finding.value) == ("baseline_agrees_with_ledger", "15")
    assert "n° 1, Remontée 2021-11" in finding.message
    revised = promised(initial_cost_meur=15.0, **REVISION | {"rebaseline_cost_meur": 16.0})
    assert set(refusals(revised, late)) == {"Coût complet initial"}


def test_an_earlier_revision_explains_the_initial_figures_of_a_later_edition() -> None:
    late = imported(projects(promised(edition="2021-11", initial_cost_meur=15.0, initial_end_date="2022-01-01")))
    ledger = effective_ledger(imported(projects(promised(**REVISION)), late))
    assert ledger[["number", "cost_meur", "edition"]].to_numpy().tolist() == [[1, 10, "2020-06"], [2, 15, "2020-06"]]


def test_an_act_registered_late_for_an_earlier_edition_is_known_from_that_one_on() -> None:
    ledger = imported(projects(promised(edition="2020-06")))
    ledger = imported(projects(promised(edition="2021-11", **REVISION)), ledger)
    ledger = imported(projects(promised(edition="2021-07", **REVISION)), ledger)
    told = effective_ledger(ledger)
    assert told[["number", "edition"]].to_numpy().tolist() == [[1, "2020-06"], [2, "2021-07"]]
    changed = projects(promised(edition="2020-11", **REVISION | {"rebaseline_cost_meur": 16.0}))
    (finding,) = compare_with_ledger(changed, ledger)[1]
    assert finding.rule == "rebaseline_agrees_with_ledger"


def test_acts_whose_numbers_collide_are_numbered_by_edition() -> None:
    ledger = ledger_of(
        baseline(),
        baseline(2, approved_on="2021-10-01", cost_meur=20.0, edition="2021-11"),
        baseline(2, approved_on="2021-05-01", cost_meur=15.0, edition="2021-07"),
        baseline(4, 2, approved_on="2021-05-01", edition="2021-07"),
    )
    assert effective_ledger(ledger)["number"].tolist() == [1, 3, 2, 4]


def test_a_later_act_of_the_same_day_written_by_a_person_counts() -> None:
    ledger = ledger_of(
        baseline(),
        baseline(2, approved_on="2021-05-01", cost_meur=15.0, edition="2021-07"),
        baseline(3, approved_on="2021-05-01", cost_meur=16.0, edition="2021-11"),
    )
    pd.testing.assert_frame_equal(effective_ledger(ledger), ledger)


@settings(max_examples=12)
@given(careers())
def test_a_register_written_in_calendar_order_is_the_ledger(editions: list[pd.DataFrame]) -> None:
    ledger = NO_LEDGER
    for edition in editions:
        ledger = imported(edition, ledger)
    pd.testing.assert_frame_equal(effective_ledger(ledger), ledger)


@st.composite
def revised(draw: st.DrawFn) -> list[pd.DataFrame]:
    """The editions of six projects, that carry the acts of that edition or send an old one again."""
    rows = []
    for number in range(1, 7):
        for year in range(2020, 2024):
            act = draw(st.none() | st.integers(2020, year))
            revision = {
                "rebaseline_date": f"{act}-03-01",
                "rebaseline_reason": "Révision",
                "rebaseline_cost_meur": float(act or 0) - 2000,
                "rebaseline_end_date": f"{act}-12-01",
            }
            rows.append(promised(number, f"{year}-06", **(revision if act else {})))
    return [edition for _, edition in projects(*rows).groupby("edition")]


@settings(max_examples=14)
@given(revised(), st.randoms(use_true_random=False))
def test_the_ledger_is_the_same_in_whatever_order_editions_are_accepted(
    editions: list[pd.DataFrame], random: Any
) -> None:
    ledgers = []
    for order in (editions, random.sample(editions, len(editions))):
        ledger = NO_LEDGER
        for edition in order:
            ledger = imported(edition, ledger)
        told = effective_ledger(ledger).drop(columns="line")
        ledgers.append(told.sort_values(["project_id", "number"], ignore_index=True))
    in_order, in_another = ledgers
    pd.testing.assert_frame_equal(in_order, in_another)


def measured(
    row: dict[str, object], ledger: pd.DataFrame | None = None, previous: pd.DataFrame | None = None
) -> pd.Series:
    """The slippage of the one project of an edition."""
    frame = projects(row)
    history = frame if previous is None else pd.concat([previous, frame])
    return conform(slippages(frame, ledger, CALENDAR, published=history), OUT_SLIPPAGE_PROJECTS).iloc[0]


REVISED = ledger_of(
    baseline(),
    baseline(2, cost_meur=15.0, end_date="2022-01-01", approved_on="2021-03-01", reason="Marché", edition="2021-11"),
)


def test_slippage_is_told_against_the_first_baseline_the_current_one_and_the_previous_edition() -> None:
    before = projects(promised(edition="2021-07", updated_cost_meur=12.0, updated_duration_months=30))
    line = measured(promised(edition="2021-11", updated_cost_meur=18.0, updated_duration_months=36), REVISED, before)
    assert line["budget_slippage_ratio"] == pytest.approx(0.8)  # 10 -> 18
    assert line["budget_current_slippage_ratio"] == pytest.approx(0.2)  # 15 -> 18
    assert line["budget_previous_slippage_ratio"] == pytest.approx(0.5)  # 12 -> 18
    assert line["schedule_slippage_months"] == 12  # 24 -> 36
    assert line["schedule_current_slippage_months"] == 0  # 36 -> 36
    assert line["schedule_previous_slippage_months"] == 6  # 30 -> 36
    assert (line["baseline_number"], line["previous_edition"]) == (2, "2021-07")


def test_a_rebaseline_resets_the_slippage_against_the_current_baseline_and_no_other() -> None:
    row = promised(edition="2021-11", updated_cost_meur=15.0, updated_duration_months=36)
    unrevised, revised = measured(row, ledger_of(baseline())), measured(row, REVISED)
    assert unrevised["budget_slippage_ratio"] == revised["budget_slippage_ratio"] == pytest.approx(0.5)
    assert unrevised["schedule_slippage_ratio"] == revised["schedule_slippage_ratio"] == pytest.approx(0.5)
    assert unrevised["budget_current_slippage_ratio"] == pytest.approx(0.5)
    assert (revised["budget_current_slippage_ratio"], revised["schedule_current_slippage_ratio"]) == (0, 0)
    assert (unrevised["baseline_number"], revised["baseline_number"]) == (1, 2)


def test_a_line_known_only_later_does_not_change_an_earlier_edition() -> None:
    row = promised(edition="2021-07", updated_cost_meur=15.0)
    pd.testing.assert_series_equal(measured(row, REVISED), measured(row, ledger_of(baseline())))


def test_initial_figures_that_changed_since_do_not_move_the_first_baseline() -> None:
    line = measured(promised(edition="2021-11", initial_cost_meur=15.0, updated_cost_meur=15.0), REVISED)
    assert (line["initial_cost_meur"], line["budget_slippage_ratio"]) == (10.0, pytest.approx(0.5))


def test_figures_withheld_at_the_previous_edition_give_no_slippage_since() -> None:
    before = projects(promised(edition="2021-07", withheld=True, cost_withheld=True, updated_cost_meur=11.0))
    line = measured(promised(edition="2021-11"), REVISED, before)
    assert (line["budget_previous_status"], line["schedule_previous_status"]) == ("withheld", "known")
    assert line[["budget_previous_slippage_ratio", "budget_previous_slippage_meur"]].isna().all()
    assert line["budget_status"] == "known"


def test_a_withheld_cost_has_no_slippage_against_anything() -> None:
    before = projects(promised(edition="2021-07"))
    line = measured(promised(edition="2021-11", withheld=True, cost_withheld=True), REVISED, before)
    statuses = [line[f"budget_{reference}status"] for reference in ("", "current_", "previous_")]
    assert statuses == ["withheld"] * 3
    assert line[[name for name in line.index if "budget" in name and "slippage" in name]].isna().all()
    assert line[["initial_cost_meur", "updated_cost_meur"]].isna().all()
    assert line["schedule_status"] == "known"


def test_a_newcomer_has_no_slippage_since_the_previous_edition() -> None:
    line = measured(promised(edition="2021-11"), REVISED, projects(promised(2, "2021-07")))
    assert (line["budget_previous_status"], line["schedule_previous_status"]) == ("not_comparable", "not_comparable")
    assert pd.isna(line["previous_edition"])


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, "known"),
        ({"phase": "scoping"}, "not_comparable"),
        ({"updated_cost_meur": None}, "missing"),
        ({"withheld": True, "cost_withheld": True, "phase": "scoping"}, "withheld"),
    ],
)
def test_every_reference_point_says_why_a_slippage_is_not_known(changes: dict[str, Any], status: str) -> None:
    line = measured(promised(edition="2021-11", **changes), REVISED, projects(promised(edition="2021-07")))
    for reference in ("", "current_", "previous_"):
        assert line[f"budget_{reference}status"] == status
        assert pd.isna(line[f"budget_{reference}slippage_ratio"]) == (status != "known")


def test_a_baseline_of_the_ledger_stays_declared_when_a_row_leaves_it_out() -> None:
    before = projects(project(1, "2021-07", updated_cost_meur=8.0))
    line = measured(project(1, "2021-11"), ledger_of(baseline()), before)
    assert (line["baseline_source"], line["baseline_edition"]) == ("declared", "2020-06")
    assert line["budget_slippage_ratio"] == pytest.approx(0.2)  # 10 -> 12, not 8 -> 12


def test_without_a_baseline_the_first_published_figures_stand_in_for_the_one_in_force_too() -> None:
    line = measured(project(1, "2021-11"), NO_LEDGER, projects(project(1, "2021-07", updated_cost_meur=8.0)))
    assert (line["baseline_source"], line["baseline_edition"], line["baseline_number"]) == (
        "first_publication",
        "2021-07",
        1,
    )
    assert line["budget_slippage_ratio"] == line["budget_current_slippage_ratio"] == pytest.approx(0.5)


def test_without_any_figure_there_is_no_baseline() -> None:
    line = measured(project(1, "2021-11", updated_cost_meur=None, updated_duration_months=None))
    assert line["baseline_source"] == "none"
    assert line[["baseline_edition", "baseline_number"]].isna().all()


def test_a_baseline_without_an_end_compares_costs_only() -> None:
    line = measured(promised(edition="2021-11"), ledger_of(baseline(end_date=None)))
    assert (line["budget_status"], line["schedule_status"]) == ("known", "not_comparable")


def test_an_empty_ledger_is_the_same_as_none() -> None:
    frame = projects(promised(1, "2021-11"), project(2))
    alone = slippages(frame, None, CALENDAR)
    with_empty = slippages(frame, NO_LEDGER, CALENDAR)
    pd.testing.assert_frame_equal(alone, with_empty)
    pd.testing.assert_frame_equal(alone, conform(alone, OUT_SLIPPAGE_PROJECTS)[alone.columns])


def test_an_edition_without_a_project_has_no_slippage() -> None:
    none = empty_frame(CORE_PROJECTS)
    assert conform(slippages(none, REVISED, CALENDAR), OUT_SLIPPAGE_PROJECTS).empty


@given(careers())
def test_slippage_against_the_first_baseline_never_depends_on_a_revision(editions: list[pd.DataFrame]) -> None:
    ledger = NO_LEDGER
    for edition in editions:
        ledger = imported(edition, ledger)
    first = ledger.loc[ledger["number"].eq(1)]
    last = editions[-1]
    columns = ["budget_slippage_ratio", "schedule_slippage_ratio", "initial_cost_meur", "initial_duration_months"]
    pd.testing.assert_frame_equal(slippages(last, ledger, CALENDAR)[columns], slippages(last, first, CALENDAR)[columns])
