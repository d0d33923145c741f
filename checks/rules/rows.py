"""Everything that is checked of the rows of an edition, taken by themselves, before they are identified."""

from collections.abc import Iterable, Iterator, Mapping

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


def nonconforming_rows(rows: pd.DataFrame) -> dict[str, list[int]]:
    """The positions of the rows that break each broken rule of the declaration: what no file beside them changes."""
    return unexpected_rows(rows, DECLARATION) if len(rows) else {}


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
        nonconforming: from `nonconforming_rows`, of the same rows.
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
