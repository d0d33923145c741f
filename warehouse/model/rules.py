"""The catalogue of the rules: a stable code each, why it exists, where it comes from; and what an operator made of it.

A rule is named in code by a sentence that is true when it passes, and by its code to the ministries: neither is ever
given to another rule. `data/rules.csv` declares all of them; what breaks a rule is the predicate of the same name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal, cast, get_args

from warehouse.model.csv_text import shipped_rows

# The families of codes, in the order of the catalogue.
FAMILIES = MappingProxyType(
    {
        "FILE": "Fichiers reçus",
        "HEAD": "Feuilles et en-têtes",
        "READ": "Lecture des cellules",
        "MIN": "Ministères",
        "ID": "Projets : identité et textes",
        "PHASE": "Phases",
        "DATE": "Dates et durées",
        "COST": "Coûts, financement et écarts",
        "OPIN": "Avis de la DINUM",
        "WITH": "Chiffres non publiés",
        "BASE": "Références et révisions de trajectoire",
        "HIST": "D'une édition à l'autre",
        "COMP": "Complétude",
        "OUT": "Ce qui est publié",
        "TECH": "Traitement",
    }
)

Severity = Literal["error", "warning", "notice"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)


@dataclass(frozen=True)
class RuleDeclaration:
    """One rule of the catalogue; texts are French sentences.

    `title` is what holds when the rule passes, `reason` why it exists, `source` the text or the fact it rests on,
    `example` what breaks it. A rule that is not `adjustable` protects the tables themselves: no register can switch
    it off. `column` is that of the core projects where a finding points, `message` and `expected` what it says, with
    a `{name}` for each value of the row; they are empty for a rule that is worded where files are read and written.
    """

    code: str
    name: str
    severity: Severity
    adjustable: bool
    title: str
    reason: str
    source: str
    example: str
    column: str
    message: str
    expected: str

    @property
    def family(self) -> str:
        """The first part of the code."""
        return self.code.partition("-")[0]


@dataclass(frozen=True)
class Precedence:
    """What a rule gives way to: it is silent on a row where another already spoke of a cell it looks at.

    `gives_way_to` holds codes and families; `looks_at` the fields of the layouts that the rule rests on, its own cell
    apart. An error gives way to errors only: silence never makes a submission acceptable.
    """

    gives_way_to: frozenset[str]
    looks_at: frozenset[str]

    def is_to(self, code: str) -> bool:
        """Whether the rule is silent after the one of a code."""
        return code in self.gives_way_to or code.partition("-")[0] in self.gives_way_to


@cache
def precedences() -> Mapping[str, Precedence]:
    """What gives way to what, by the code of the rule that is silent: one cause is told once."""
    return MappingProxyType({
        row["code"]: Precedence(frozenset(row["gives_way_to"].split()), frozenset(row["looks_at"].split()))
        for row in shipped_rows("warehouse.model", "data/rule_precedence.csv")
    })  # fmt: skip


@cache
def catalogue() -> Mapping[str, RuleDeclaration]:
    """Every rule by its name, in the order of the codes."""
    rules = [
        RuleDeclaration(
            **{name: text for name, text in row.items() if name not in ("rule", "severity", "adjustable")},
            name=row["rule"],
            severity=cast("Severity", row["severity"]),
            adjustable=row["adjustable"] == "oui",
        )
        for row in shipped_rows("warehouse.model", "data/rules.csv")
    ]
    return MappingProxyType({rule.name: rule for rule in rules})


def code_of(rule: str) -> str:
    """The code of a rule by its name; KeyError for one that the catalogue does not have."""
    return catalogue()[rule].code
