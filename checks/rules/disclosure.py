"""Whether a withheld figure can be computed from what an edition and those before it publish."""

from collections.abc import Sequence

import pandas as pd

from warehouse.disclosure.equations import Withheld, figure_aggregates
from warehouse.disclosure.protection import disclosure_table, published_aggregates, statement
from warehouse.disclosure.reasoning import Aggregate, Disclosed, computable
from warehouse.facts.reference import PublishedFigures
from warehouse.model.findings import Finding
from warehouse.model.vocabulary import DISCLOSURE_QUANTITIES

RULE = "nothing_withheld_is_computable"
# Half the last digit of what was published by hand: 2,62 Md€ and 3,7 ans.
ROUNDING = {"total_cost_meur": 5.0, "mean_duration_years": 0.05}


def disclosure_findings(
    edition: str,
    withheld: Withheld,
    figures: pd.DataFrame,
    groups: pd.DataFrame,
    past: Sequence[Aggregate] = (),
    by_hand: PublishedFigures | None = None,
) -> list[Finding]:
    """An error for each withheld figure that the edition makes computable, else a notice of what was done.

    Neither holds a figure. What the past alone, or figures once published by hand, already give is a notice: an
    edition cannot take it back.

    Args:
        edition: the edition.
        withheld: from `warehouse.disclosure.equations.withheld_figures`.
        figures: its row of `OUT_KEY_FIGURES`.
        groups: its rows of `OUT_SLIPPAGE_GROUPS`.
        past: what earlier editions published.
        by_hand: what was published for it before this system.
    """
    now = published_aggregates(withheld, figures, groups)
    already = {one.secret for one in computable(past, withheld.true_values)}
    found = [one for one in computable([*now, *past], withheld.true_values) if one.secret not in already]
    errors = [
        Finding(
            RULE,
            "error",
            f"Chiffre non publié qui se calcule {_precision(one)} : {_named(one)}, à partir de : {_sources(one)}.",
            expected="des agrégats hors chiffres non publiés, ou non publiés ([disclosure] de panorama.toml)",
        )
        for one in found
    ]
    notices = [
        f"{_named(one)} se calcule déjà à partir de : {_sources(one)}."
        for one in computable(past, withheld.true_values)
    ]
    if by_hand is not None:
        aggregates = figure_aggregates(withheld, _figures(by_hand), ROUNDING)
        notices += [
            f"{_named(one)} se calcule {_precision(one)} à partir des lignes et de ce qui a été publié à la main : "
            f"{_sources(one)}."
            for one in computable(aggregates, withheld.true_values)
        ]
    if not errors:
        notices.insert(0, statement(disclosure_table(edition, withheld, figures, groups, past)))
    return errors + [Finding(RULE, "notice", message) for message in notices]


def _named(disclosed: Disclosed) -> str:
    secret = disclosed.secret
    return f"{DISCLOSURE_QUANTITIES.label(secret.quantity)} de {secret.project_id} ({secret.edition})"


def _precision(disclosed: Disclosed) -> str:
    return "exactement" if disclosed.exact else "à moins de 10 % près"


def _sources(disclosed: Disclosed) -> str:
    return " ; ".join(aggregate.label for aggregate in disclosed.by)


def _figures(published: PublishedFigures) -> dict[str, object]:
    return {
        "edition": published.edition,
        "total_cost_meur": published.total_cost_meur,
        "mean_duration_years": published.mean_duration_years,
    }
