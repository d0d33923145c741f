"""One cause is told once: a rule is silent where another already spoke of a cell it looks at, and hides no error."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rule_cases import NO_CELLS
from submissions import row, table_of, write_csv, write_xlsx

from assets.reading.headers import layouts
from checks.rules.precedence import concluded
from pipelines.work.validation import validate
from warehouse.home.home import Home
from warehouse.home.results import Result
from warehouse.home.state import read_state
from warehouse.model.findings import Finding, declared_finding
from warehouse.model.repetition import MOST_FINDINGS
from warehouse.model.rules import FAMILIES, catalogue, precedences

EDITION = "2021-11"
OPEN_DATA = (
    "Projet", "Ministère porteur", "Projet interministériel", "Début", "Durée du projet en années",
    "Phase du projet en cours", "Coût estimé", "Coût estimé par tranche",
)  # fmt: skip


def found(home: Path, *rows: dict[str, Any], write: Any = write_xlsx, suffix: str = "xlsx") -> list[Finding]:
    """All that is found in an edition that received one file with these rows."""
    place = Home(home)
    edition = place.calendar().find(EDITION)
    write(place.inbox(edition) / f"culture.{suffix}", table_of(rows))
    return list(validate(read_state(place), edition).findings)


def right(**changes: Any) -> dict[str, Any]:
    """A line of which nothing is to be said, but for `changes`."""
    given = {"updated_end_date": dt.date(2022, 1, 1), "opinion_date": dt.date(2019, 1, 15)}
    return row(**given | changes)


def codes(findings: list[Finding]) -> list[str]:
    return sorted(finding.code for finding in findings if finding.row)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"phase": "Dévelopement agile"}, ["READ-005"]),
        ({"phase": "Dévelopement agile", "updated_cost_meur": None, "updated_end_date": None}, ["READ-005"]),
        ({"updated_cost_meur": "douze"}, ["READ-002"]),
        ({"initial_cost_meur": "douze"}, ["READ-002"]),
        ({"start_date": "un jour"}, ["READ-003"]),
        ({"updated_end_date": "un jour"}, ["READ-003"]),
        ({"interministerial": "parfois"}, ["READ-004"]),
        ({"ministry": "Ministère de la Magie"}, ["MIN-001"]),
        ({"updated_end_date": "01/01/2015"}, ["DATE-001"]),
        ({"opinion": "plutôt oui"}, ["READ-005"]),
        ({"deviation_reason": "parce que"}, ["READ-005"]),
        ({"withheld": "peut-être", "updated_cost_meur": None, "updated_end_date": None}, ["READ-004"]),
        ({"updated_cost_meur": 12000}, ["COST-015"]),
        ({"updated_cost_meur": 12000000, "opinion": None, "opinion_date": None}, ["COST-012"]),
        ({"start_date": dt.date(2051, 1, 1)}, ["DATE-001", "DATE-002"]),
    ],
)
def test_a_bad_cell_is_one_finding(tmp_path: Path, change: dict[str, Any], expected: list[str]) -> None:
    for suffix, write in (("xlsx", write_xlsx), ("csv", write_csv)):
        assert codes(found(tmp_path / suffix, right(**change), write=write, suffix=suffix)) == expected


def test_an_unreadable_cell_silences_only_its_own_row(tmp_path: Path) -> None:
    rows = (right(name="UN", phase="Dévelopement agile"), right(name="DEUX", phase=None))
    assert {(one.code, one.row) for one in found(tmp_path, *rows) if one.row} == {("READ-005", 2), ("PHASE-002", 3)}


def test_a_finding_names_the_columns_of_the_file_in_hand(tmp_path: Path) -> None:
    (submission,) = (one for one in found(tmp_path / "form", right(updated_end_date=dt.date(2015, 1, 1))) if one.row)
    assert (submission.column, submission.cell, submission.value) == ("Fin actualisée", "G2", "01/01/2015")
    place = Home(tmp_path / "open")
    line = ("A", "Ministère de la Culture", "Non", "2019-01-01", "-3", "Déploiement", "12,5", "entre 9 et 20 M€")
    write_csv(place.inbox(place.calendar().find(EDITION)) / "14.csv", [OPEN_DATA, line])
    findings = validate(read_state(place), place.calendar().find(EDITION)).findings
    assert {finding.column for finding in findings if finding.row} <= set(OPEN_DATA)
    assert "Durée du projet en années" in {finding.column for finding in findings}


def told(*findings: Finding) -> list[str]:
    results = {f"check {rank}": Result((finding,), 1) for rank, finding in enumerate(findings)}
    return [one.code for result in concluded(results, NO_CELLS, EDITION).values() for one in result.findings]


CELL: dict[str, Any] = {"file": "a.xlsx", "sheet": "Projets", "row": 2, "cell": "D2"}
UNREAD = declared_finding("term_is_in_list", "Valeur illisible.", **CELL)
MISSING = declared_finding("phase_is_given", "La phase manque.", **CELL)


def test_what_follows_is_silent_whichever_check_comes_first() -> None:
    assert told(UNREAD, MISSING) == told(MISSING, UNREAD) == ["READ-005"]


@pytest.mark.parametrize(
    "elsewhere", [{"file": "b.xlsx"}, {"sheet": "Autre"}, {"row": 3, "cell": "D3"}, {"cell": "E2"}]
)
def test_what_is_elsewhere_silences_nothing(elsewhere: dict[str, Any]) -> None:
    assert told(replace(UNREAD, **elsewhere), MISSING) == ["READ-005", "PHASE-002"]


def test_an_error_never_gives_way_to_less() -> None:
    assert told(UNREAD.graded("warning"), MISSING.graded("error")) == ["READ-005", "PHASE-002"]
    assert told(UNREAD.graded("notice"), MISSING) == ["READ-005"]


def test_what_an_earlier_check_found_silences_what_is_asked_again() -> None:
    results = {"projects_follow_their_past": Result((declared_finding("cost_stays_known", "Perdu.", **CELL),), 1)}
    assert concluded(results, NO_CELLS, EDITION, [UNREAD])["projects_follow_their_past"].findings == ()


def test_consequences_are_left_out_before_anything_is_counted() -> None:
    rows = range(2, 2 * MOST_FINDINGS)
    unread = [replace(UNREAD, row=row, cell=f"D{row}") for row in rows]
    missing = [replace(MISSING, row=row, cell=f"D{row}") for row in rows]
    result = concluded({"one": Result((*unread, *missing), 1)}, NO_CELLS, EDITION)["one"]
    assert {finding.code for finding in result.findings} == {"READ-005"}
    assert len(result.findings) == MOST_FINDINGS + 1


def test_precedence_names_rules_and_fields_that_exist_and_goes_round_in_no_circle() -> None:
    known = {rule.code for rule in catalogue().values()}
    fields = {column.field for layout in layouts(EDITION) for column in layout.columns}
    for code, precedence in precedences().items():
        assert code in known
        assert precedence.gives_way_to <= known | FAMILIES.keys(), code
        assert precedence.looks_at <= fields, code
        for other in precedence.gives_way_to & precedences().keys():
            assert not precedences()[other].is_to(code), (code, other)
