"""Whether figures that must agree do, and whether a withheld one can be computed from what is published."""

from collections.abc import Iterator

import dagster as dg

from assets.dataset.already_public import published_before
from assets.session import Session
from checks.recording import edition_checks, told
from checks.released.reconciliation import PUBLISHED, headline_findings, published_findings
from checks.rules.acceptance import graded
from checks.rules.disclosure import disclosure_findings
from warehouse.archive.tables import (
    OUT_KEY_FIGURES,
    OUT_MOVEMENTS,
    OUT_SLIPPAGE_GROUPS,
    OUT_SLIPPAGE_PROJECTS,
)
from warehouse.facts.reference import published_figures
from warehouse.projects.identification import unsure_moves

OF_HEADLINE = {
    "headline_equals_rows": "Le taux de l'ensemble est la moyenne des lignes dont l'écart est connu, et les compte.",
    "figures_equal_published_ones": "Les chiffres clés sont ceux publiés à l'époque, ou la différence est expliquée.",
    "nothing_withheld_is_computable": "Aucun chiffre non publié ne se calcule à partir de ce qui est publié.",
}


@edition_checks("agreement", OUT_SLIPPAGE_GROUPS.name, OF_HEADLINE)
def agreement(
    context: dg.AssetCheckExecutionContext, session: dg.ResourceParam[Session]
) -> Iterator[dg.AssetCheckResult]:
    """Recompute headlines by another path, compare with what was once published, try to compute what is withheld."""
    projects = session.shown_projects()
    slippages, groups, figures = (
        session.store.history(table) for table in (OUT_SLIPPAGE_PROJECTS, OUT_SLIPPAGE_GROUPS, OUT_KEY_FIGURES)
    )
    unsure = unsure_moves(session.store.history(OUT_MOVEMENTS), session.state.registers)
    results = {}
    for edition in sorted(session.to_write()):
        now, of_groups, of_figures = (table.loc[table["edition"].eq(edition)] for table in (slippages, groups, figures))
        once = published_figures().get(edition)
        own = projects.loc[projects["edition"].eq(edition)]
        by_hand = None if of_figures["fictitious"].any() else once
        line = {str(name): value for name, value in of_figures.iloc[0].items()}
        found = {
            "headline_equals_rows": (headline_findings(of_groups, now), len(now)),
            "figures_equal_published_ones": (
                published_findings(line, once, own, unsure) if once else [],
                len(PUBLISHED) if once else 0,
            ),
            "nothing_withheld_is_computable": (
                disclosure_findings(own, now, line, of_groups, by_hand, published_before(session.home, own)),
                len(of_figures) + len(of_groups),
            ),
        }
        changes = session.state.rule_changes_at(edition)
        results[edition] = {name: graded(*what, changes) for name, what in found.items()}
    yield from told(session, results, OUT_SLIPPAGE_GROUPS.name, OF_HEADLINE, of_all=True)
