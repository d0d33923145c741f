"""What an edition publishes is a function of its published rows: what else it counted would be a withheld figure."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from test_measures import CALENDAR, NO_MOVEMENTS, declared, project, projects, slippages

from checks.rules.disclosure import disclosure_findings
from warehouse.archive.tables import OUT_KEY_FIGURES, OUT_SLIPPAGE_GROUPS
from warehouse.facts.reference import NOTHING_PUBLISHED, PublishedFigures
from warehouse.model.findings import Finding, discreet
from warehouse.model.schema import conform
from warehouse.projects.withheld import without_withheld
from warehouse.slippage.by_group import slippage_by_group
from warehouse.slippage.measures import key_figures

KEPT_BACK: dict[str, Any] = {"withheld": True, "cost_withheld": True, "schedule_withheld": True}
EDITION = "2021-11"


def edition_14() -> pd.DataFrame:
    """50 projects, one withheld: 2.512 Md€ in the rows, 2.62 in all (domain facts)."""
    shown = [declared(number, updated_cost_meur=2512 / 49) for number in range(1, 50)]
    return projects(*shown, declared(50, updated_cost_meur=108.0, **KEPT_BACK))


def computable_of(
    frame: pd.DataFrame, by_hand: PublishedFigures | None = None, counting: pd.DataFrame | None = None, **changes: float
) -> list[Finding]:
    """What the check finds in an edition; `counting` are the rows that its statistics count instead of its own."""
    shown = without_withheld(frame)
    head = conform(key_figures(shown, NO_MOVEMENTS, CALENDAR).assign(**changes), OUT_KEY_FIGURES).iloc[0]
    counted = slippages(shown if counting is None else counting)
    groups = conform(slippage_by_group(counted, CALENDAR, {EDITION: 15.0}), OUT_SLIPPAGE_GROUPS)
    return disclosure_findings(
        shown, slippages(shown), {str(name): value for name, value in head.items()}, groups, by_hand
    )


def test_what_leaves_withheld_figures_out_tells_nothing() -> None:
    assert computable_of(edition_14()) == []
    assert computable_of(projects(project(1), project(2, **KEPT_BACK))) == []
    assert computable_of(projects(project(1, **KEPT_BACK))) == []


@pytest.mark.parametrize(
    "changes",
    [{"total_cost_meur": 2620.0}, {"costed_projects": 50}, {"mean_duration_years": 3.0}, {"timed_projects": 3}],
)
def test_a_key_figure_that_counts_a_withheld_one_is_refused_without_quoting_it(changes: dict[str, Any]) -> None:
    (found,) = computable_of(edition_14(), **changes)
    assert (found.rule, found.severity) == ("nothing_withheld_is_computable", "error")
    assert "108" not in str(found)
    assert "PGP-0050" not in str(found)


def test_a_statistic_of_any_group_that_counts_a_withheld_slippage_is_refused() -> None:
    frame = projects(declared(1), declared(2, ministry_id="justice"), declared(3, ministry_id="justice", **KEPT_BACK))
    revealed = frame.assign(withheld=False, cost_withheld=False, schedule_withheld=False)
    said = " ".join(str(finding) for finding in computable_of(frame, counting=revealed))
    assert "« justice »" in said
    assert "« culture »" not in said


def test_a_total_published_by_hand_that_counted_what_rows_keep_back_is_told() -> None:
    by_hand = replace(NOTHING_PUBLISHED, edition=EDITION, total_cost_meur=2620.0)
    (told,) = computable_of(edition_14(), by_hand)
    assert told.severity == "notice"
    assert "reste public" in told.message
    assert computable_of(edition_14(), replace(by_hand, total_cost_meur=2510.0)) == []


def test_what_is_said_of_a_row_that_keeps_something_back_quotes_nothing() -> None:
    place = {"file": "a.csv", "sheet": "a", "row": 3}
    told = Finding("term_is_in_list", "warning", "31,74 M€", **place, value="31,74", expected="32 M€")  # type: ignore[arg-type]
    other = replace(told, row=4)
    hidden, left = discreet([told, other], {("a.csv", "a", 3)})
    assert "31" not in str(hidden)
    assert (hidden.rule, hidden.severity, hidden.row) == (told.rule, "warning", 3)
    assert left == other
