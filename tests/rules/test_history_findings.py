"""What is found of an edition depends on nothing later, nor on the editions that are asked about with it."""

from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_cases import NO_CELLS, registers_of
from test_baselines import baseline, ledger_of
from test_history import exit_line, lines_of, opinion_line
from test_measures import project, projects

from checks.rules.continuity import history_findings
from warehouse.archive.tables import OUT_MOVEMENTS
from warehouse.home.register_tables import EXITS, OPINIONS
from warehouse.model.schema import empty_frame

EDITIONS = ("2020-11", "2021-07", "2021-11")
NO_MOVEMENTS = empty_frame(OUT_MOVEMENTS)
REGISTERS = registers_of(
    baselines=ledger_of(baseline(), baseline(2, cost_meur=30.0, approved_on="2021-01-01", edition="2021-07")),
    exits=lines_of(EXITS, exit_line(2, "2021-07", "completed")),
    opinions=lines_of(OPINIONS, opinion_line("2020-08-01", "2020-09-01", "unfavourable")),
)

rows = st.fixed_dictionaries(
    {
        "phase": st.sampled_from(["scoping", "build", "rollout", "completed", None]),
        "updated_cost_meur": st.sampled_from([None, 12.0, 30.0, 12_000.0]),
        "updated_end_date": st.sampled_from([None, "2022-12-01", "2026-01-01"]),
        "start_date": st.sampled_from([None, "2019-01-01", "2020-01-01"]),
        "name": st.sampled_from(["Alpha", "Bêta"]),
        "ministry_id": st.sampled_from(["culture", "justice"]),
        "opinion": st.sampled_from([None, "favourable"]),
        "withheld": st.booleans(),
    }
)
histories = st.dictionaries(st.tuples(st.sampled_from(EDITIONS), st.integers(1, 3)), rows, min_size=1)


def history(said: dict[tuple[str, int], dict[str, Any]]) -> pd.DataFrame:
    kept_back = {
        key: dict.fromkeys(("cost_withheld", "schedule_withheld"), row["withheld"]) for key, row in said.items()
    }
    return projects(*(project(key[1], key[0], **row, **kept_back[key]) for key, row in said.items()))


@settings(max_examples=10)
@given(histories)
def test_what_comes_later_changes_no_finding(said: dict[tuple[str, int], dict[str, Any]]) -> None:
    frame = history(said)
    together = history_findings(frame, EDITIONS, REGISTERS, NO_CELLS, NO_MOVEMENTS)
    for edition in EDITIONS:
        until = frame.loc[frame["edition"].le(edition)]
        alone = history_findings(until, [edition], REGISTERS, NO_CELLS, NO_MOVEMENTS)
        assert alone == {edition: together[edition]}


@settings(max_examples=10)
@given(histories)
def test_a_first_edition_has_no_past_to_break(said: dict[tuple[str, int], dict[str, Any]]) -> None:
    frame = history(said)
    first = frame["edition"].min()
    found = history_findings(frame, [first], REGISTERS, NO_CELLS, NO_MOVEMENTS)[first]
    moved = {finding.rule for finding in found["projects_follow_their_past"]}
    # The register of exits is known from the start.
    assert moved <= {"ended_project_does_not_come_back"}
    assert found["starts_do_not_move"] == []


@settings(max_examples=10)
@given(histories)
def test_no_withheld_figure_is_told_of_a_move(said: dict[tuple[str, int], dict[str, Any]]) -> None:
    secret = {
        key: row | {"withheld": True, "updated_cost_meur": 98.7, "updated_end_date": "2031-07-01"}
        for key, row in said.items()
    }
    found = history_findings(history(secret), EDITIONS, REGISTERS, NO_CELLS, NO_MOVEMENTS)
    told = " ".join(str(finding) for checks in found.values() for finding in checks["projects_follow_their_past"])
    assert "98,7" not in told
    assert "2031" not in told
