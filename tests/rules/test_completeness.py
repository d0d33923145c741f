"""Who is missing is named, and who was never awaited is not."""

from typing import Any

import pandas as pd
from row_cases import EDITION
from rule_cases import LAST, NO_CELLS, NOBODY_ELSE, SEVERAL, registers_of
from test_baselines import NO_LEDGER, baseline, ledger_of
from test_history import exit_line, lines_of, opinion_line
from test_measures import project, projects

from checks.rules.completeness import silent_ministries, thinned_ministries, undeclared_projects, unpromised_projects
from warehouse.home.register_tables import DECISIONS, EXITS, MISSIONS, OPINIONS, SUBMISSIONS

JUSTICE_ONLY = projects(project(9, ministry_id="justice"))
BEFORE = projects(project(1, "2021-07"), project(2, "2021-07"))


def received(status: str, **changes: Any) -> pd.DataFrame:
    line = {
        "edition": EDITION,
        "ministry_id": "culture",
        "version": 1,
        "file": "culture.xlsx",
        "sha256": "0" * 64,
        "received_on": "2021-12-01",
        "status": status,
    }
    return lines_of(SUBMISSIONS, line | changes)


def test_a_ministry_that_sends_nothing_is_named_with_what_it_had() -> None:
    (finding,) = silent_ministries(JUSTICE_ONLY, BEFORE, lines_of(SUBMISSIONS))
    assert (finding.rule, finding.severity) == ("every_ministry_answers", "warning")
    assert "« Ministère de la Culture », qui portait 2\N{NO-BREAK SPACE}projets à l'édition 2021-07" in finding.message


def test_a_ministry_that_attests_it_has_nothing_has_answered() -> None:
    assert silent_ministries(JUSTICE_ONLY, BEFORE, received("nil")) == []
    assert len(silent_ministries(JUSTICE_ONLY, BEFORE, received("quarantined"))) == 1
    assert len(silent_ministries(JUSTICE_ONLY, BEFORE, received("nil", edition="2021-07"))) == 1


def test_a_ministry_that_another_one_continues_or_that_is_a_partner_has_answered() -> None:
    before = projects(project(1, "2021-07", ministry_id="comptes_publics"))
    now = projects(project(1, ministry_id="economie_finances"))
    assert silent_ministries(now, before, lines_of(SUBMISSIONS)) == []
    partner = projects(project(9, ministry_id="justice", partner_ministry_id="culture"))
    assert silent_ministries(partner, BEFORE, lines_of(SUBMISSIONS)) == []


def test_a_ministry_that_loses_most_of_its_projects_without_a_word_is_named() -> None:
    before = projects(*SEVERAL)
    (finding,) = thinned_ministries(projects(project(1)), before, lines_of(EXITS))
    assert (
        "Des 4 projets de « Ministère de la Culture » à l'édition 2021-07, 3 ne sont plus déclarés" in finding.message
    )
    assert thinned_ministries(projects(project(1), project(2)), before, lines_of(EXITS)) == []
    left = lines_of(EXITS, *(exit_line(number, EDITION, "abandoned") for number in (2, 3)))
    assert thinned_ministries(projects(project(1)), before, left) == []
    moved = projects(project(1), *(project(number, ministry_id="justice") for number in (2, 3)))
    assert thinned_ministries(moved, before, lines_of(EXITS)) == []


def test_a_project_of_the_registers_is_looked_for_once() -> None:
    registers = registers_of(
        opinions=lines_of(OPINIONS, opinion_line("2021-02-15", "2021-03-01", "favourable")),
        baselines=ledger_of(baseline()),
        missions=lines_of(MISSIONS, {"project_id": "PGP-0001", "event": "opened", "event_date": "2021-01-01"}),
    )
    (finding,) = undeclared_projects(EDITION, NOBODY_ELSE, LAST, registers)
    assert (finding.rule, finding.value) == ("project_under_mission_is_declared", "PGP-0001")
    assert "panorama projects exit PGP-0001" in str(finding.expected)


def test_a_project_that_is_there_left_for_a_reason_or_has_another_id_is_not_looked_for() -> None:
    known = {"baselines": ledger_of(baseline())}
    assert undeclared_projects(EDITION, projects(project(1)), LAST, registers_of(**known)) == []
    left = lines_of(EXITS, exit_line(1, "2021-07", "abandoned"))
    assert undeclared_projects(EDITION, NOBODY_ELSE, LAST, registers_of(**known, exits=left)) == []
    same = lines_of(
        DECISIONS, {"decision": "same", "project_id": "PGP-0001", "other_id": "PGP-0009", "reason": "Même marché"}
    )
    assert undeclared_projects(EDITION, NOBODY_ELSE, LAST, registers_of(**known, decisions=same)) == []
    finished = projects(project(9, "2021-07"), project(1, "2020-11", phase="completed"))
    assert undeclared_projects(EDITION, NOBODY_ELSE, finished, registers_of(**known)) == []


def test_a_project_that_has_just_left_is_told_by_its_exit_alone_unless_a_mission_is_open() -> None:
    last = projects(project(9, "2021-07"), project(1, "2021-07"))
    assert undeclared_projects(EDITION, NOBODY_ELSE, last, registers_of(baselines=ledger_of(baseline()))) == []
    opened = {"project_id": "PGP-0001", "event": "opened", "event_date": "2021-01-01"}
    closed = {"project_id": "PGP-0001", "event": "closed", "event_date": "2021-09-01", "outcome": "Stabilisé"}
    missions = registers_of(missions=lines_of(MISSIONS, opened))
    assert [finding.rule for finding in undeclared_projects(EDITION, NOBODY_ELSE, last, missions)] == [
        "project_under_mission_is_declared"
    ]
    over = registers_of(missions=lines_of(MISSIONS, opened, closed))
    assert undeclared_projects(EDITION, NOBODY_ELSE, last, over) == []


def test_what_is_known_only_later_is_not_looked_for_now() -> None:
    later = registers_of(
        opinions=lines_of(OPINIONS, opinion_line("2022-02-15")), baselines=ledger_of(baseline(edition="2022-06"))
    )
    assert undeclared_projects(EDITION, NOBODY_ELSE, LAST, later) == []


def test_a_promise_is_due_from_large_projects_past_scoping_that_never_made_one() -> None:
    def unpromised(ledger: pd.DataFrame = NO_LEDGER, asked: str = "a.csv", **changes: Any) -> int:
        frame = projects(project(1, **changes))
        return len(unpromised_projects(frame, ledger, pd.Series([asked]), NO_CELLS))

    assert unpromised() == 1
    assert unpromised(updated_cost_meur=8.9) == 0
    assert unpromised(phase="scoping") == 0
    assert unpromised(initial_cost_meur=10.0, initial_end_date="2021-01-01") == 0
    assert unpromised(initial_cost_meur=10.0) == 1
    assert unpromised(ledger_of(baseline())) == 0
    assert unpromised(asked="open.csv") == 0
    assert unpromised(withheld=True, cost_withheld=True) == 0
