"""One cause, one finding: a rule is silent where another already spoke of what it looks at.

A phase that cannot be read is not said to be missing as well, nor a cost in thousands of euros to have jumped, nor to
need an opinion. What gives way to what is data: `warehouse/model/data/rule_precedence.csv`.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from checks.rules.places import Places
from warehouse.home.results import Result, Results
from warehouse.model.findings import Finding
from warehouse.model.repetition import capped
from warehouse.model.rules import Severity, precedences

# A file, a sheet and a row; then what was said there: the code, the severity and the letter of the column of each.
_Row = tuple[str | None, str | None, int | None]
_Said = tuple[str, Severity, str | None]
_Spoken = Mapping[_Row, Sequence[_Said]]


def concluded(results: Results, places: Places, edition: str, known: Iterable[Finding] = ()) -> dict[str, Result]:
    """The results of an edition, without what follows from another finding, and no longer than can be read.

    Args:
        results: of the checks of an edition that were made, as severe as the operator says.
        places: its cells.
        edition: its key.
        known: what was found before by the checks that were not made again.
    """
    spoken: dict[_Row, list[_Said]] = defaultdict(list)
    # Few differ, of the many that a file may have.
    same: dict[_Said, _Said] = {}
    for finding in itertools.chain(known, *(result.findings for result in results.values())):
        if finding.row is not None and _is_heard(finding.code):
            said = (finding.code, finding.severity, _letter(finding))
            spoken[_row(finding)].append(same.setdefault(said, said))
    return {
        check: result.keeping(
            capped(finding for finding in result.findings if not _is_consequence(finding, spoken, places, edition))
        )
        for check, result in results.items()
    }


@cache
def _is_heard(code: str) -> bool:
    """Whether a rule gives way to one of this code."""
    return any(precedence.is_to(code) for precedence in precedences().values())


def _is_consequence(finding: Finding, spoken: _Spoken, places: Places, edition: str) -> bool:
    precedence = precedences().get(finding.code)
    if precedence is None or finding.row is None:
        return False
    before = [
        letter
        for code, severity, letter in spoken[_row(finding)]
        if precedence.is_to(code) and code != finding.code and (severity == "error" or finding.severity != "error")
    ]
    if not before:
        return False
    looked_at = {_letter(finding), *places.letters(edition, finding, precedence.looks_at)}
    return any(letter in looked_at for letter in before)


def _row(finding: Finding) -> _Row:
    return finding.file, finding.sheet, finding.row


def _letter(finding: Finding) -> str | None:
    return finding.cell and finding.cell.rstrip("0123456789")
