"""Whether what an edition publishes holds more than its published rows: a withheld figure would be the difference."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from assets.dataset.about import stays_public
from warehouse.facts.reference import PublishedFigures
from warehouse.model.findings import Finding
from warehouse.model.vocabulary import DIMENSIONS, METHODS, RATES
from warehouse.projects.durations import MONTHS_PER_YEAR
from warehouse.slippage.by_group import groups_of

RULE = "nothing_withheld_is_computable"
# Rates are published to 6 decimals; a figure counted beside the rows moves them by more.
SAME = 1e-6
# Half the last digit of a total published by hand: 2,62 Md€.
ROUNDING_MEUR = 5.0
# What each rate is a ratio of, in the rows.
MEASURES = {"budget": "cost_meur", "schedule": "duration_months"}


def disclosure_findings(
    projects: pd.DataFrame,
    slippages: pd.DataFrame,
    figures: Mapping[str, Any],
    groups: pd.DataFrame,
    by_hand: PublishedFigures | None = None,
    public: pd.DataFrame | None = None,
) -> list[Finding]:
    """An error for each aggregate of an edition that is not that of its published rows.

    What equals a function of the published rows tells no more than they do, whatever a reader knows beside it. Notices
    say what was published before: figures withheld since, and totals published by hand, before this system, that give
    by subtraction what a row of today keeps back.

    Args:
        projects: core projects of the edition, nothing kept back in them.
        slippages: their rows of `OUT_SLIPPAGE_PROJECTS`.
        figures: the row of `OUT_KEY_FIGURES`.
        groups: the rows of `OUT_SLIPPAGE_GROUPS`.
        by_hand: what was published for the edition before this system.
        public: from `assets.dataset.already_public.published_before`, of the edition.
    """
    beyond = [*_totals(projects, figures), *_statistics(slippages, groups)]
    errors = [
        Finding(
            RULE, "error", f"Cet agrégat n'est pas celui des lignes publiées : {label}.", expected="hors non publiés"
        )
        for label in beyond
    ]
    said = [] if public is None else stays_public(public)
    said += [] if by_hand is None else _by_hand(projects, by_hand)
    return errors + [Finding(RULE, "notice", message) for message in said]


def _totals(projects: pd.DataFrame, figures: Mapping[str, Any]) -> Iterator[str]:
    costs, months = (projects[f"updated_{measure}"].dropna().astype("float64") for measure in MEASURES.values())
    if int(figures["costed_projects"]) != len(costs) or not _same(
        figures["total_cost_meur"], costs.sum() if len(costs) else None
    ):
        yield "coût total"
    if int(figures["timed_projects"]) != len(months) or not _same(
        figures["mean_duration_years"], months.mean() / MONTHS_PER_YEAR if len(months) else None
    ):
        yield "durée moyenne"


def _statistics(slippages: pd.DataFrame, groups: pd.DataFrame) -> Iterator[str]:
    """The linear statistics of the published perimeter that are not those of the rows of their group."""
    published = groups.loc[groups["perimeter"].eq("published")]
    stated = published.set_index(["dimension", "group_id", "rate", "method"])[["value_ratio", "n"]].to_dict("index")
    for group, members in groups_of(slippages):
        for rate, measure in MEASURES.items():
            known = members.loc[members[f"{rate}_status"].eq("known")]
            initial, updated = (known[f"{when}_{measure}"].astype("float64") for when in ("initial", "updated"))
            right = {
                "mean_of_ratios": (updated / initial - 1).mean() if len(known) else None,
                "ratio_of_sums": updated.sum() / initial.sum() - 1 if len(known) else None,
            }
            for method, value in right.items():
                key = (group["dimension"], group["group_id"], rate, method)
                line = stated.get(key, {"value_ratio": None, "n": len(known)})
                if line["n"] != len(known) or not _same(line["value_ratio"], value):
                    yield (
                        f"{METHODS.label(method)}, {RATES.label(rate).lower()}, "
                        f"{DIMENSIONS.label(key[0]).lower()} « {key[1]} »"
                    )


def _same(stated: Any, right: Any) -> bool:
    if pd.isna(stated) or pd.isna(right):
        return bool(pd.isna(stated) and pd.isna(right))
    return bool(abs(float(stated) - float(right)) <= SAME * max(1.0, abs(float(right))))


def _by_hand(projects: pd.DataFrame, once: PublishedFigures) -> Iterator[str]:
    """What a reader of the rows gets by subtracting them from a total that was published by hand."""
    kept_back = int((projects["cost_withheld"].astype(bool)).sum())
    rows = projects["updated_cost_meur"].astype("float64").sum()
    if kept_back and once.total_cost_meur is not None and once.total_cost_meur - rows > ROUNDING_MEUR:
        of_whom = "du projet retenu" if kept_back == 1 else f"des {kept_back} projets retenus, ensemble"
        yield (
            f"Le coût total publié à la main pour l'édition {once.edition} comptait des coûts que les lignes "
            f"retiennent : la différence donne le coût {of_whom}. Ce qui a été publié reste public."
        )
