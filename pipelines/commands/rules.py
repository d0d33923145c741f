"""`panorama rules`: the catalogue of the rules, and what the operator of a home made of them."""

import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from pipelines.commands.options import DEFAULT_HOME, HomeOption, JsonOption, installation, reporting
from pipelines.told.console import output, write_json
from pipelines.told.rule_catalogue import catalogue_page
from warehouse.home.calendar import Edition
from warehouse.home.home import Home
from warehouse.home.registers import register
from warehouse.home.rule_changes import RuleChange, in_force, rule_changes
from warehouse.model.errors import ConfigurationError
from warehouse.model.findings import SEVERITY_LABELS
from warehouse.model.rules import FAMILIES, RuleDeclaration, catalogue
from warehouse.model.vocabulary import RULE_GRADES


def rules(
    code: Annotated[str | None, typer.Argument(metavar="[CODE]", help="Une règle, par exemple COST-004.")] = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="La page du catalogue, docs/rules.md.")] = False,
) -> None:
    """Liste les règles de contrôle, chacune avec sa gravité dans cette installation.

    La gravité est celle de la dernière édition du calendrier, règles modifiées comprises (registers/rule_changes.csv).

    Exemples : panorama rules ; panorama rules COST-004 ; panorama rules --json
    """
    with reporting():
        if markdown:
            sys.stdout.write(catalogue_page())
            return
        # Without a home, the rules are as they are declared.
        place = Home(home) if home == DEFAULT_HOME and not Home(home).exists() else installation(home)
        changes = rule_changes(register(place.registers, "rule_changes").read())
        edition = place.calendar().latest()
        found = _found(code)
        if as_json:
            described = [_described(rule, changes, edition) for rule in found]
            write_json(described)
        elif code is None:
            _print_list(found, in_force(changes, edition.key))
        else:
            _print_rule(found[0], changes, edition)


def _found(code: str | None) -> list[RuleDeclaration]:
    known = list(catalogue().values())
    if code is None:
        return known
    found = [rule for rule in known if code.strip().casefold() in (rule.code.casefold(), rule.name)]
    if not found:
        raise ConfigurationError(
            f"« {code} » n'est pas une règle du catalogue. Attendu : l'un des codes que liste « panorama rules »."
        )
    return found


def _described(rule: RuleDeclaration, changes: Sequence[RuleChange], edition: Edition) -> dict[str, Any]:
    return {
        "code": rule.code,
        "rule": rule.name,
        "severity": rule.severity,
        "grade": _grade(rule, in_force(changes, edition.key)),
        "edition": edition.key,
        "adjustable": rule.adjustable,
        "title": rule.title,
        "reason": rule.reason,
        "source": rule.source,
        "example": rule.example,
        "changes": [
            {
                "grade": change.grade,
                "first_edition": change.first_edition,
                "last_edition": change.last_edition,
                "decided_on": change.decided_on.isoformat(),
                "decided_by": change.decided_by,
                "reason": change.reason,
            }
            for change in changes
            if change.rule == rule
        ],
    }


def _grade(rule: RuleDeclaration, changed: Mapping[str, RuleChange]) -> str:
    return changed[rule.name].grade if rule.name in changed else rule.severity


def _print_list(found: Sequence[RuleDeclaration], changed: Mapping[str, RuleChange]) -> None:
    console = output()
    for family, title in FAMILIES.items():
        console.print(f"{title} ({family})", style="bold", markup=False)
        for rule in found:
            if rule.family == family:
                declared = f" (déclarée {SEVERITY_LABELS[rule.severity].lower()})" if rule.name in changed else ""
                grade = RULE_GRADES.label(_grade(rule, changed)).lower()
                console.print(f"  {rule.code}  {grade}{declared} – {rule.title}", markup=False)


def _print_rule(rule: RuleDeclaration, changes: Sequence[RuleChange], edition: Edition) -> None:
    console = output()
    grade = RULE_GRADES.label(_grade(rule, in_force(changes, edition.key)))
    console.print(f"{rule.code} {rule.title}", style="bold", markup=False)
    lines = (
        ("gravité", f"{grade} à l'édition {edition.key}{'' if rule.adjustable else ', fixe'}"),
        ("pourquoi", rule.reason),
        ("source", rule.source),
        ("exemple", rule.example),
        ("nom", rule.name),
    )
    for label, text in lines:
        console.print(f"  {label} : {text}", markup=False)
    for change in changes:
        if change.rule == rule:
            console.print(f"  {change.statement()}", markup=False)
