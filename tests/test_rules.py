import re

import pytest

from checks.conformance import ERRORS, WARNINGS
from warehouse.findings import Finding
from warehouse.rules import SEVERITIES, RuleDeclaration, catalogue


def test_every_code_belongs_to_one_rule() -> None:
    codes = [rule.code for rule in catalogue().values()]
    assert len(codes) == len(set(codes))
    assert codes == sorted(codes, key=lambda code: (families(codes).index(code.partition("-")[0]), code))


def families(codes: list[str]) -> list[str]:
    return list(dict.fromkeys(code.partition("-")[0] for code in codes))


@pytest.mark.parametrize("rule", catalogue().values(), ids=lambda rule: rule.code)
def test_every_rule_says_what_it_is_for(rule: RuleDeclaration) -> None:
    assert re.fullmatch(r"[A-Z]{2,5}-\d{3}", rule.code)
    assert rule.severity in SEVERITIES
    assert all((rule.title, rule.reason, rule.source, rule.example))
    assert rule.title.endswith(".")


def test_every_rule_that_runs_is_in_the_catalogue() -> None:
    names = {rule.name: rule.severity for rule in (*ERRORS, *WARNINGS)}
    assert names.items() <= {rule.name: rule.severity for rule in catalogue().values()}.items()


def test_a_finding_says_the_code_of_its_rule() -> None:
    finding = Finding("cost_is_given", "warning", "Le coût manque.", file="justice.xlsx", row=3)
    assert str(finding) == "Alerte [COST-004] justice.xlsx, ligne 3 : Le coût manque."
