"""What a project becomes is compared with what was said of it; what a revision or a reform explains is not news."""

import pandas as pd
import pytest
from row_cases import EDITION
from rule_cases import THREE, moved, said
from test_baselines import NO_LEDGER, baseline, ledger_of
from test_history import exit_line, lines_of
from test_measures import project

from warehouse.home.register_tables import EXITS
from warehouse.home.registers import no_registers
from warehouse.model.findings import Finding

KEPT_BACK = {"withheld": True, "cost_withheld": True, "schedule_withheld": True}


def told(
    now: dict[str, object], *before: dict[str, object], ledger: pd.DataFrame = NO_LEDGER, **registers: pd.DataFrame
) -> list[Finding]:
    known = no_registers() | {"baselines": ledger, **registers}
    return moved(now, *before, registers=known)


@pytest.mark.parametrize(
    ("now", "before"),
    [
        ({}, {}),
        ({"phase": "rollout"}, {"phase": "build"}),
        ({"updated_cost_meur": 24.0}, {"updated_cost_meur": 12.0}),
        ({"updated_cost_meur": 6.0}, {"updated_cost_meur": 12.0}),
        ({"updated_end_date": "2024-12-01"}, {"updated_end_date": "2022-12-01"}),
        ({"updated_end_date": "2021-12-01"}, {"updated_end_date": "2022-12-01"}),
        ({"name": "PORTALIS"}, {"name": "Portàlis "}),
        # Known now and not before, or kept back on either side.
        ({}, {"updated_cost_meur": None, "updated_end_date": None}),
        ({"updated_cost_meur": 40.0}, {"updated_cost_meur": 12.0, **KEPT_BACK}),
        ({"updated_cost_meur": 40.0, **KEPT_BACK}, {"updated_cost_meur": 12.0}),
        # The ministry in charge of the budget left the ministry of the economy in 2017.
        ({"ministry_id": "comptes_publics"}, {"ministry_id": "economie_finances"}),
    ],
)
def test_a_project_that_follows_its_past_raises_nothing(now: dict[str, object], before: dict[str, object]) -> None:
    assert told(said(EDITION, **now), said("2021-07", **before)) == []


def test_a_jump_that_a_revision_explains_is_no_jump() -> None:
    now = said(EDITION, updated_cost_meur=30.0, updated_end_date="2025-06-01")
    assert {finding.rule for finding in told(now, said("2021-07"))} == {
        "cost_does_not_jump",
        "end_is_not_put_off_by_two_years",
    }
    revised = ledger_of(baseline(), baseline(2, cost_meur=30.0, approved_on="2021-09-01", edition=EDITION))
    assert told(now, said("2021-07"), ledger=revised) == []
    assert told(now | {"rebaseline_date": "2021-09-01"}, said("2021-07")) == []
    long_ago = ledger_of(baseline(), baseline(2, cost_meur=15.0, approved_on="2020-05-01", edition="2020-06"))
    assert len(told(now, said("2021-07"), ledger=long_ago)) == 2


def test_over_a_gap_of_several_editions_only_what_cannot_be_is_said() -> None:
    now = said(EDITION, updated_cost_meur=30.0, updated_end_date="2026-06-01")
    assert told(now, said("2018-03")) == []
    assert [finding.rule for finding in told(said(EDITION, updated_cost_meur=12_000.0), said("2018-03"))] == [
        "cost_keeps_its_unit"
    ]


def test_a_jump_is_told_with_both_figures_and_the_edition() -> None:
    (finding,) = told(said(EDITION, updated_cost_meur=30.5), said("2021-07"))
    assert (finding.rule, finding.severity, finding.file) == ("cost_does_not_jump", "warning", "a.csv")
    assert finding.message == (
        "Le projet PGP-0001 « Projet 1 » passe de 12 M€ (édition 2021-07) à 30,5 M€ en une édition, sans révision de "
        "trajectoire."
    )


def test_a_unit_that_changes_is_told_what_it_may_have_meant() -> None:
    (finding,) = told(said(EDITION, updated_cost_meur=12_500.0), said("2021-07"))
    assert "Vouliez-vous dire 12,5 M€ ?" in finding.message
    (finding,) = told(said(EDITION, updated_cost_meur=0.0125), said("2021-07"))
    assert "Vouliez-vous dire 12,5 M€ ?" in finding.message


def test_the_last_known_row_is_compared_even_when_a_project_was_away() -> None:
    before = [said("2020-06", phase="rollout"), project(2, "2021-07")]
    (finding,) = told(said(EDITION), *before)
    assert (finding.rule, "2020-06" in finding.message) == ("phase_does_not_go_back", True)


def test_figures_are_stale_only_when_all_of_three_editions_say_the_same() -> None:
    three = [said(edition) for edition in reversed(THREE)]
    (finding,) = told(*three)
    assert (finding.rule, finding.severity) == ("figures_move_within_three_editions", "notice")
    assert finding.message == "Le coût et la fin n'ont pas changé depuis l'édition 2020-11."
    assert told(*three[:2]) == []
    assert told(three[0], said("2021-07", updated_end_date="2022-11-01"), three[2]) == []
    assert told(said(EDITION, phase="completed"), *three[1:]) == []
    # Absent from one of the three, or kept back in it.
    assert told(three[0], project(2, "2021-07"), three[2]) == []
    assert told(three[0], said("2021-07", **KEPT_BACK), three[2]) == []


def test_a_withheld_figure_is_never_told() -> None:
    secret = {"updated_cost_meur": 98.7, "updated_end_date": "2031-07-01", **KEPT_BACK}
    found = told(said(EDITION, phase="scoping", **secret), said("2021-07", phase="rollout", **secret))
    assert [finding.rule for finding in found] == ["phase_does_not_go_back"]
    assert "98" not in str(found)
    assert "2031" not in str(found)


def test_a_project_that_left_for_a_while_may_come_back() -> None:
    for reason, count in (("not_submitted", 0), ("out_of_scope", 0), ("completed", 1), ("merged", 1)):
        exits = lines_of(EXITS, exit_line(1, "2021-07", reason))
        assert len(told(said(EDITION), said("2020-11"), exits=exits)) == count


def test_the_first_edition_has_nothing_to_be_compared_with() -> None:
    assert moved(said(EDITION), registers=no_registers()) == []
