"""Findings that repeat: never more of a rule and a file than a person can read, and those alike told together.

Lists of findings are capped as soon as a check is done: the first of each rule and file are kept as they are, with
their cells, and one more says how many others there are. Where they are told or kept (terminal, results, page of the
collection, returned workbook) those alike are folded into one, that names the others; `unfolded` takes them apart.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from warehouse.model.findings import Finding
from warehouse.model.french import counted
from warehouse.model.rules import Severity

# More than a panorama has projects: a list that is cut is that of a file that is wrong as a whole.
MOST_FINDINGS = 100
# The families that speak of a project or a ministry that is not there: nothing tells their findings apart but of whom.
ABOUT_THE_ABSENT = frozenset({"COMP", "HIST"})

_REST = "… et "
_Kind = tuple[str, Severity, str | None]


def capped(findings: Iterable[Finding]) -> list[Finding]:
    """The first `MOST_FINDINGS` of each rule and file, then one that counts the others; in the order they come.

    Capping again changes nothing. What is kept is put in words, and nothing else is.
    """
    kept: list[Finding] = []
    seen: Counter[_Kind] = Counter()
    rests: dict[_Kind, int] = {}
    left_out: Counter[_Kind] = Counter()
    for finding in findings:
        kind = _kind(finding)
        if kind in rests or is_rest(finding) or seen[kind] == MOST_FINDINGS:
            if kind not in rests:
                rests[kind] = len(kept)
                kept.append(finding)
            left_out[kind] += finding.count
        else:
            seen[kind] += 1
            kept.append(finding.worded())
    for kind, position in rests.items():
        kept[position] = _rest(kept[position], left_out[kind])
    return kept


def folded(findings: Iterable[Finding]) -> list[Finding]:
    """Notices of one rule and file in one finding, and so what tells who is not there; the others as they are.

    Each stands where the first of its kind did.
    """
    groups: dict[object, list[Finding]] = {}
    for position, finding in enumerate(findings):
        groups.setdefault(_kind(finding) if _folds(finding) else position, []).append(finding)
    return [_together(group) for group in groups.values()]


def unfolded(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings that `folded` was given, those of a kind together."""
    for finding in findings:
        if not finding.others:
            yield finding
            continue
        yield replace(finding, count=1, others=())
        yield from finding.others
        if left := finding.count - 1 - len(finding.others):
            yield _rest(finding, left)


def _kind(finding: Finding) -> _Kind:
    return finding.rule, finding.severity, finding.file


def _folds(finding: Finding) -> bool:
    absent = finding.file is None and finding.code.partition("-")[0] in ABOUT_THE_ABSENT
    return absent or (finding.severity == "notice" and finding.file is not None)


def _together(group: list[Finding]) -> Finding:
    first, *others = group
    if not others:
        return first
    named = tuple(other for other in others if not is_rest(other))
    return replace(first, count=sum(one.count for one in group), others=named)


def _rest(like: Finding, count: int) -> Finding:
    """What stands for those left out of a list."""
    where = "dans ce fichier" if like.file else "à cette édition"
    message = f"{_REST}{counted(count, 'autre constat', 'autres constats')} de la même règle {where}."
    return Finding(like.rule, like.severity, message, file=like.file, count=count)


def is_rest(finding: Finding) -> bool:
    """Whether a finding only counts those left out of a list."""
    return finding.row is None and finding.message.startswith(_REST)
