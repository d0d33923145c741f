"""A rule is regraded or suspended by a dated and justified line, never silently, and some cannot be."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from homes import panorama
from row_cases import EDITION
from rule_cases import CHANGED
from submissions import row, table_of, write_xlsx
from test_history import lines_of

from warehouse.home.home import Home
from warehouse.home.register_tables import RULE_CHANGES
from warehouse.home.registers import register
from warehouse.home.rule_changes import in_force, regraded, rule_changes, statements
from warehouse.model.errors import RegisterError
from warehouse.model.findings import Finding, declared_finding

COST, PHASE = (declared_finding(rule, "Absent.") for rule in ("cost_is_given", "phase_is_given"))


def lines(*changes: dict[str, Any]) -> pd.DataFrame:
    return lines_of(RULE_CHANGES, *(CHANGED | change for change in changes))


def applied(edition: str, *changes: dict[str, Any]) -> tuple[list[Finding], dict[str, int]]:
    return regraded([COST, PHASE, COST], in_force(rule_changes(lines(*changes)), edition))


def severities(edition: str, *changes: dict[str, Any]) -> list[str]:
    return [finding.severity for finding in applied(edition, *changes)[0]]


def test_a_rule_has_its_new_grade_in_the_editions_of_its_period_only() -> None:
    period = {"grade": "error", "first_edition": "2020-11", "last_edition": "2021-07"}
    assert severities("2020-06", period) == ["warning"] * 3
    for edition in ("2020-11", "2021-07"):
        assert severities(edition, period) == ["error", "warning", "error"]
    assert severities("2021-11", period) == ["warning"] * 3
    assert severities("2031-11", {"grade": "notice"}) == ["notice", "warning", "notice"]


def test_findings_of_a_suspended_rule_are_left_out_and_counted() -> None:
    assert applied(EDITION, {"grade": "off"}) == ([PHASE], {"COST-004": 2})


def test_a_line_of_the_same_first_edition_takes_the_place_of_the_former_one() -> None:
    opened, ended = {"grade": "off"}, {"grade": "off", "last_edition": "2021-07"}
    assert severities("2021-11", opened) == ["warning"]
    assert severities("2021-11", opened, ended) == ["warning"] * 3
    assert severities("2021-07", opened, ended) == ["warning"]


def test_periods_that_follow_each_other_are_fine() -> None:
    changes = ({"grade": "off", "last_edition": "2021-07"}, {"grade": "notice", "first_edition": "2021-11"})
    assert severities("2021-07", *changes) == ["warning"]
    assert severities("2021-11", *changes) == ["notice", "warning", "notice"]


def test_each_change_in_force_is_told_with_who_decided_it_and_why() -> None:
    changes = lines({"grade": "off", "last_edition": "2021-11"}, {"code": "DATE-001"})
    first, second = statements(in_force(rule_changes(changes), EDITION))
    assert (first.code, first.rule, first.severity) == ("TECH-010", "rules_are_as_declared", "notice")
    assert first.message == (
        "La règle COST-004 (Le coût est donné, hors cadrage et chiffres non publiés), déclarée « Alerte », est "
        "suspendue de l'édition 2021-07 à l'édition 2021-11 : décidé le 20/07/2021 par DINUM. Motif : Coûts attendus "
        "au second semestre."
    )
    assert "DATE-001" in second.message
    assert "déclarée « Erreur », est classée « Information » depuis l'édition 2021-07" in second.message


def test_a_line_that_changes_nothing_is_not_told() -> None:
    assert in_force(rule_changes(lines({"grade": "warning"})), EDITION) == {}


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ([{"code": "COST-999"}], ("ligne 2", "« COST-999 »", "catalogue", "panorama rules")),
        ([{}, {"code": "FILE-001"}], ("ligne 3", "FILE-001", "ni reclassée ni suspendue")),
        ([{"last_edition": "2020-11"}], ("ligne 2", "« 2020-11 » précède", "2021-07")),
        ([{}, {"first_edition": "2021-11"}], ("ligne 3", "COST-004", "ligne 2", "ne se chevauchent pas")),
        # A wrong line is refused even where another took its place.
        ([{"last_edition": "2020-11"}, {}], ("ligne 2",)),
    ],
)
def test_a_line_that_cannot_be_is_refused_by_its_number(changes: list[dict[str, Any]], parts: tuple[str, ...]) -> None:
    with pytest.raises(RegisterError) as refused:
        rule_changes(lines(*changes))
    for part in ("rule_changes.csv", *parts):
        assert part in str(refused.value)


def home_with(folder: Path, *changes: dict[str, Any], **cells: object) -> Home:
    """A home with one submitted project, and lines in its register of rule changes."""
    home = Home(folder)
    home.create()
    write_xlsx(home.inbox(home.calendar().find(EDITION)) / "culture.xlsx", table_of([row(**cells)]))
    ledger = register(home.registers, "rule_changes")
    if changes:
        ledger.append(lines(*changes), seen=ledger.read())
    return home


def quality(home: Home, check: str) -> dict[str, Any]:
    path = home.out(home.calendar().find(EDITION), "quality") / f"{check}.json"
    report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return report


def test_an_error_that_is_regraded_no_longer_refuses_the_edition_and_says_so(tmp_path: Path) -> None:
    wrong = {"updated_cost_meur": 250_000.0}
    strict = home_with(tmp_path / "strict", **wrong)
    assert panorama(strict.root, "check", EDITION).status == 1
    lenient = home_with(tmp_path / "lenient", {"code": "COST-012", "grade": "warning"}, **wrong)
    said = panorama(lenient.root, "check", EDITION)
    assert said.status == 0
    assert "Alerte [COST-012]" in said.output
    assert "Information [TECH-010] La règle COST-012" in said.output


def test_a_suspended_rule_is_counted_published_and_shown(tmp_path: Path) -> None:
    home = home_with(tmp_path, {"code": "DATE-007", "grade": "off"})
    assert panorama(tmp_path, "run", EDITION).status == 0
    report = quality(home, "figures_are_plausible")
    assert report["suspended"] == {"DATE-007": 1}
    assert not [finding for finding in report["findings"] if finding["code"] == "DATE-007"]
    (told,) = quality(home, "rules_are_as_declared")["findings"]
    assert "DATE-007" in told["message"]
    page = (home.site / "qualite" / "index.html").read_text(encoding="utf-8")
    assert "La règle DATE-007" in page
    returned = panorama(tmp_path, "return", EDITION)
    assert returned.status == 0
    anomalies = (home.out(home.calendar().find(EDITION), "returned") / "culture.json").read_text(encoding="utf-8")
    assert '"DATE-007"' not in anomalies


def test_a_register_that_cannot_be_used_stops_the_edition_and_is_named(tmp_path: Path) -> None:
    home = home_with(tmp_path, {"code": "FILE-001"})
    for command in (["check", EDITION], ["registers", "check"], ["rules"]):
        said = panorama(home.root, *command)
        assert said.status == 2
        assert "rule_changes.csv, ligne 2" in said.errors
        assert "FILE-001" in said.errors


def test_the_catalogue_of_a_home_says_what_was_made_of_each_rule(tmp_path: Path) -> None:
    home = home_with(tmp_path, {"grade": "off"})
    listed = panorama(home.root, "rules").output
    assert "COST-004  suspendue (déclarée alerte) – Le coût est donné" in listed
    assert "COST-005  alerte – La tranche" in listed
    told = panorama(home.root, "rules", "cost-004").output
    for part in ("Suspendue à l'édition", "pourquoi : ", "source : ", "exemple : ", "décidé le 20/07/2021 par DINUM"):
        assert part in told
    (described,) = json.loads(panorama(home.root, "rules", "cost_is_given", "--json").output)
    assert (described["code"], described["severity"], described["grade"]) == ("COST-004", "warning", "off")
    assert described["changes"][0]["reason"] == CHANGED["reason"]
    assert panorama(home.root, "rules", "COST-999").status == 2
