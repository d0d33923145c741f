"""The page of the catalogue, `docs/rules.md`, generated: what each rule holds, why, where from, what breaks it."""

from warehouse.model.findings import SEVERITY_LABELS
from warehouse.model.rules import FAMILIES, RuleDeclaration, catalogue

_HEAD = """\
# Rules: what is checked, and why

Every anomaly names its rule by a code that never changes nor is given again. An *erreur* refuses the edition, an
*alerte* is to be answered, an *information* is to be known. A rule that is not *fixe* can be regraded or suspended by
the operator, [dated and justified](registers.md#which-rules-apply-otherwise). Each rule has a test in which its
example, or one like it, trips it.

One cause is told once: a rule is silent on a row where another already spoke of a cell it looks at (a phase that
cannot be read is not said to be missing too), unless it is an error and the other is not. What gives way to what is
`warehouse/model/data/rule_precedence.csv`. Notices of one rule and file are told as one, with a count and the first
examples; of each rule and file the first 100 findings are kept, and the others counted.

This page is generated from `warehouse/model/data/rules.csv`; a test says when it is no longer current.

```console
$ panorama rules --markdown   # this page
```
"""
_COLUMNS = ("Code", "Gravité", "Ce qui est vrai", "Pourquoi", "Source", "Exemple qui la déclenche")


def catalogue_page() -> str:
    """The whole page, in Markdown: a table for each family."""
    rules = list(catalogue().values())
    tables = [
        _table(f"{title} ({family})", [rule for rule in rules if rule.family == family])
        for family, title in FAMILIES.items()
    ]
    return "\n".join([_HEAD, f"{len(rules)} rules.\n", *tables])


def _table(title: str, rules: list[RuleDeclaration]) -> str:
    rows = [_row(rule) for rule in rules]
    lines = [f"## {title}", "", _line(_COLUMNS), _line(("---",) * len(_COLUMNS)), *map(_line, rows)]
    return "\n".join(lines) + "\n"


def _row(rule: RuleDeclaration) -> tuple[str, ...]:
    fixed = "" if rule.adjustable else ", fixe"
    return (
        rule.code,
        f"{SEVERITY_LABELS[rule.severity].lower()}{fixed}",
        rule.title,
        rule.reason,
        rule.source,
        rule.example,
    )


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
