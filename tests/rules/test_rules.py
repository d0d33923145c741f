"""The catalogue: every rule has a stable code, says what it is for, and has a case that trips it."""

import re
from pathlib import Path

import pytest
from rule_cases import CASES

from pipelines.told.rule_catalogue import catalogue_page
from warehouse.model.findings import Finding
from warehouse.model.rules import FAMILIES, SEVERITIES, RuleDeclaration, catalogue
from warehouse.projects.tables import CORE_PROJECTS

PROJECT = Path(__file__).parents[2]


def test_every_code_belongs_to_one_rule() -> None:
    codes = [rule.code for rule in catalogue().values()]
    assert len(codes) == len(set(codes))
    assert codes == sorted(codes, key=lambda code: (list(FAMILIES).index(code.partition("-")[0]), code))


def test_every_name_belongs_to_one_rule() -> None:
    lines = (PROJECT / "warehouse" / "model" / "data" / "rules.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(catalogue()) + 1


@pytest.mark.parametrize("rule", catalogue().values(), ids=lambda rule: rule.code)
def test_every_rule_says_what_it_is_for(rule: RuleDeclaration) -> None:
    assert re.fullmatch(r"[A-Z]{2,5}-\d{3}", rule.code)
    assert rule.severity in SEVERITIES
    assert all((rule.title, rule.reason, rule.source, rule.example))
    assert rule.title.endswith(".")


@pytest.mark.parametrize("rule", [rule for rule in catalogue().values() if rule.message], ids=lambda rule: rule.code)
def test_a_rule_that_the_catalogue_words_points_at_a_column_that_exists(rule: RuleDeclaration) -> None:
    assert rule.column in ("", *CORE_PROJECTS.names())
    assert rule.message[-1] in ".?}"
    assert rule.expected or rule.name == "rules_are_as_declared"


def test_every_rule_has_a_case_and_every_case_a_rule() -> None:
    assert sorted(CASES) == sorted(catalogue())


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.code) for rule in catalogue().values()])
def test_every_rule_is_tripped_by_its_case(rule: RuleDeclaration, tmp_path: Path) -> None:
    found = CASES[rule.name](tmp_path)
    tripped = [finding for finding in found if finding.code == rule.code]
    assert tripped, [str(finding) for finding in found]
    assert {finding.severity for finding in tripped} == {rule.severity}
    assert all(finding.message.endswith((".", "?")) for finding in tripped)


def test_the_page_of_the_catalogue_is_current() -> None:
    written = (PROJECT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert written == catalogue_page(), "panorama rules --markdown > docs/rules.md"


def test_a_finding_says_the_code_of_its_rule() -> None:
    finding = Finding("cost_is_given", "warning", "Le coût manque.", file="justice.xlsx", row=3)
    assert str(finding) == "Alerte [COST-004] justice.xlsx, ligne 3 : Le coût manque."
