"""A finding: what a rule has to say about one place of a submission.

The place is as precise as the rule allows: an edition, a file, a sheet, a row, a cell.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any

from warehouse.model.french import counted
from warehouse.model.rules import SEVERITIES, Severity, catalogue, code_of

SEVERITY_LABELS: dict[Severity, str] = {"error": "Erreur", "warning": "Alerte", "notice": "Information"}
NOTHING: Mapping[str, object] = MappingProxyType({})
# How many of the others a finding names on its line.
SHOWN_OTHERS = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to say to the person who sent the file.

    `message` is a French sentence without the place, `expected` what would have been accepted;
    `row` is the row number a spreadsheet shows (1 is the first row), `cell` its A1 reference. A finding without a file
    is of the whole edition; `ministry_id` is then the ministry that it is for, if one can do something about it.
    `count` is how many it stands for, and `others` those of them that are named beside it (`repetition`).
    """

    rule: str
    severity: Severity
    message: str
    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    cell: str | None = None
    value: str | None = None
    expected: str | None = None
    ministry_id: str | None = None
    count: int = 1
    others: tuple["Finding", ...] = ()

    @property
    def code(self) -> str:
        """The stable code of the rule, for instance `COST-004`."""
        return code_of(self.rule)

    def place(self) -> str:
        """Where it is, as a person would say it; empty for a finding about the whole edition."""
        column = self.column and f"colonne « {self.column} »" + (f" (cellule {self.cell})" if self.cell else "")
        parts = [
            self.file,
            self.sheet and f"feuille « {self.sheet} »",
            self.row and f"ligne {self.row}",
            column,
        ]
        return ", ".join(part for part in parts if part)

    def __str__(self) -> str:
        """The whole finding on one line."""
        place = self.place()
        value = "" if self.value is None else f" Valeur trouvée : « {shorten(self.value)} »."
        expected = "" if self.expected is None else f" Attendu : {self.expected}."
        lead = f"{place} : " if place else ""
        said = [f"{lead}{self.message}{value}{expected}", self.likewise()]
        return f"{SEVERITY_LABELS[self.severity]} [{self.code}] {' '.join(filter(None, said))}"

    def likewise(self) -> str:
        """The first of the others that it stands for, and how many more; empty for a finding by itself."""
        if not self.others:
            return ""
        named = [self._other(one) for one in self.others[:SHOWN_OTHERS]]
        left = self.count - 1 - len(named)
        more = f" ; et {counted(left, 'autre')}" if left > 0 else ""
        return f"De même : {' ; '.join(named)}{more}."

    def _other(self, other: "Finding") -> str:
        """Another finding of the same rule, by what sets it apart."""
        place = replace(
            other,
            file=None,
            sheet=None if other.sheet == self.sheet else other.sheet,
            column=None if other.column == self.column else other.column,
        ).place()
        value = "" if other.value is None else f"« {shorten(other.value, 60)} »"
        if not place:
            return value or shorten(other.message)
        return f"{place} ({value})" if value else place

    def graded(self, severity: Severity) -> "Finding":
        """The same finding, of another severity."""
        return replace(self, severity=severity)

    def worded(self) -> "Finding":
        """The finding itself, in words."""
        return self

    def as_dict(self) -> dict[str, Any]:
        """The finding as plain data, its code first, then as it is declared; of the others, what sets them apart."""
        own = {name: getattr(self, name) for name in _FIELDS}
        others = [
            {name: value for name in _FIELDS if (value := getattr(other, name)) != own[name]} for other in self.others
        ]
        return {"code": self.code, **own, "others": others}


_FIELDS = tuple(field.name for field in fields(Finding) if field.name != "others")


@dataclass(frozen=True, slots=True)
class Unworded(Finding):
    """A finding of which only what others depend on is said: the rule, its severity, the row, the letter of the column.

    Of half a million found in one file a few hundred are kept: `wording` gives the finding of a `rank`, once it is.
    Its `cell` is the letter alone.
    """

    rank: int = 0
    wording: Callable[[int], Finding] | None = None

    def worded(self) -> Finding:
        """The whole finding, as severe as this one."""
        if self.wording is None:
            raise TypeError(f"{self.rule}: nothing words this finding.")
        return self.wording(self.rank).graded(self.severity)


HELD_MESSAGE = "Constat sur un projet dont les chiffres ne sont pas publiés ; « panorama check » le dit en entier."


def discreet(findings: Iterable[Finding], held: Collection[tuple[str, str, int]]) -> list[Finding]:
    """Findings without the message, the value and the expectation of those about rows that keep something back.

    Either may quote what is kept back. Who sent the file is told all of it, in the workbook that is returned.

    Args:
        findings: any.
        held: the file, the sheet and the row of each row that keeps something back.
    """
    return [
        replace(finding, message=HELD_MESSAGE, value=None, expected=None)
        if (finding.file, finding.sheet, finding.row) in held
        else finding
        for finding in findings
    ]


def declared_finding(
    rule: str, message: str | None = None, *, said: Mapping[str, object] = NOTHING, **place: Any
) -> Finding:
    """The finding of a rule of the catalogue: as severe as it says, and in its words unless `message` gives others.

    Args:
        rule: its name.
        message: what to say, for a rule that the catalogue does not word.
        said: the value of each `{name}` in the message and the expectation of the catalogue.
        place: the other fields of a `Finding`.
    """
    declared = catalogue()[rule]
    if message is None:
        message = declared.message.format_map(said)
        place = {"expected": declared.expected.format_map(said) or None} | place
    return Finding(rule, declared.severity, message, **place)


def finding_of(data: Mapping[str, Any]) -> Finding:
    """The finding that `as_dict` gave."""
    own = {name: value for name, value in data.items() if name in _FIELDS}
    alone = own | {"count": 1}
    return Finding(**own, others=tuple(Finding(**alone | other) for other in data.get("others", ())))


def shorten(text: str, width: int = 120) -> str:
    """Keep a value readable in a message: one line, at most `width` characters."""
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 1] + "…"


def in_severity_order(findings: Iterable[Finding]) -> list[Finding]:
    """Errors first, each kind as it was found."""
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))


def severities(findings: Collection[Finding]) -> str:
    """How many there are of each severity: « 1 erreur, 3 alertes »."""
    counts = {severity: total(one for one in findings if one.severity == severity) for severity in SEVERITIES}
    return ", ".join(counted(count, SEVERITY_LABELS[name].lower()) for name, count in counts.items() if count)


def total(findings: Iterable[Finding]) -> int:
    """How many findings these stand for."""
    return sum(finding.count for finding in findings)


def errors_of(findings: Iterable[Finding]) -> list[Finding]:
    """Only the findings that refuse the submission."""
    return [finding for finding in findings if finding.severity == "error"]
