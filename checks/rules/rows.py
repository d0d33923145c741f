"""Everything that is checked of the rows of an edition, taken by themselves, before they are identified."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate

import pandas as pd

from checks.rules.conformance import contradictions, omissions
from checks.rules.expectations import declared_expectations, flagged_rows, unexpected_rows
from checks.rules.figures import implausible_figures, meant_figures
from checks.rules.places import Places, places_of
from checks.rules.words import incoherent_words
from warehouse.model.findings import Finding
from warehouse.projects.tables import CORE_PROJECTS, HISTORY_LAYOUT
from warehouse.projects.withheld import Place, without_withheld

# What is required of a row and follows from others, or is given later in the run.
_NOT_YET = frozenset({"project_id", "cost_withheld", "schedule_withheld"})
DECLARATION = tuple(declared_expectations(CORE_PROJECTS, without=_NOT_YET))
CHECKS = ("rows_conform_to_declaration", "rows_raise_no_warning", "figures_are_plausible", "words_are_coherent")


def nonconforming_rows(editions: Mapping[str, pd.DataFrame]) -> dict[str, dict[str, list[int]]]:
    """The positions of the rows that break each broken rule of the declaration, by edition.

    No such rule looks at two rows: those of all editions are judged together.

    Args:
        editions: the typed rows of each edition, as `row_findings` takes them.
    """
    found: dict[str, dict[str, list[int]]] = {edition: {} for edition in editions}
    given = {edition: rows for edition, rows in editions.items() if len(rows)}
    if not given:
        return found
    starts = dict(zip(given, [0, *accumulate(map(len, given.values()))], strict=False))
    for rule, positions in unexpected_rows(pd.concat(given.values(), ignore_index=True), DECLARATION).items():
        for edition, start in starts.items():
            if inside := [place - start for place in positions if 0 <= place - start < len(given[edition])]:
                found[edition][rule] = inside
    return found


def row_findings(
    rows: pd.DataFrame,
    nonconforming: Mapping[str, list[int]],
    places: Places,
    answered: frozenset[Place] = frozenset(),
    *,
    alone: bool = False,
) -> dict[str, list[Finding]]:
    """What the rows of an edition break, by the name of the check, then in the order of rules and of rows.

    Great Expectations judges them all: what the declaration implies, and flags for each other rule.

    Args:
        rows: the typed rows of one edition, in the order of files and lines: the columns of `CORE_PROJECTS`
            (`project_id` missing when not declared) and `layout`.
        nonconforming: from `nonconforming_rows`, of the same edition.
        places: the cells of that edition.
        answered: the places of the rows whose project has an opinion in the register: none is due from the ministry.
        alone: whether the rows of each ministry are judged by themselves.
    """
    if rows.empty:
        return {check: [] for check in CHECKS}
    rows = rows.reset_index(drop=True)
    # What is found in an edition that is accepted is published, and that nothing was: what is kept back is not looked
    # at, but for what refuses the edition.
    shown = without_withheld(rows)
    refused, *others = (
        contradictions(rows, alone=alone),
        omissions(shown, answered),
        implausible_figures(shown, by_years=places.filled(rows, "duration_years")),
        incoherent_words(shown),
    )
    flags = {rule: broken for rules in (refused, *others) for rule, broken in rules.items()}
    failing = {**nonconforming, **flagged_rows(flags)}
    told, layouts = shown.assign(**meant_figures(shown)), shown["layout"].to_numpy()
    stand_at = places_of(told)
    return {
        check: [
            finding
            for rule in rules
            if rule in failing
            for finding in _graded(places.unworded(rule, told, failing[rule], stand_at), layouts[failing[rule]])
        ]
        for check, rules in zip(CHECKS, ([*(one.rule for one in DECLARATION), *refused], *others), strict=True)
    }


def _graded(findings: Iterable[Finding], layouts: Iterable[str]) -> Iterator[Finding]:
    """Findings of rows, by their layout: what a published edition says is warned of, since nobody can send it again."""
    for finding, layout in zip(findings, layouts, strict=True):
        yield finding.graded("warning") if layout == HISTORY_LAYOUT and finding.severity == "error" else finding
