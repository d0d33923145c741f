"""What an edition publishes of withheld figures: the cells kept back, and the account of it in French."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from warehouse.disclosure.equations import (
    INITIAL,
    Withheld,
    counting_withheld_figures,
    counting_withheld_groups,
    figure_aggregates,
    group_aggregates,
)
from warehouse.disclosure.reasoning import Aggregate, Secret, computable, suppress
from warehouse.disclosure.tables import OUT_DISCLOSURE
from warehouse.home.settings import WithheldMode
from warehouse.model.schema import conform, empty_frame
from warehouse.model.vocabulary import DISCLOSURE_QUANTITIES
from warehouse.slippage.tables import OUT_KEY_FIGURES, OUT_SLIPPAGE_GROUPS

GROUP_KEY = ["dimension", "group_id", "rate", "method"]


@dataclass(frozen=True)
class Released:
    """What is published of every edition: `OUT_KEY_FIGURES`, `OUT_SLIPPAGE_GROUPS`, and the account of it."""

    figures: pd.DataFrame
    groups: pd.DataFrame
    disclosure: pd.DataFrame


def released(figures: pd.DataFrame, groups: pd.DataFrame, withheld: Withheld, mode: WithheldMode) -> Released:
    """The tables to publish, so that no withheld figure can be computed from them.

    One edition after the other: what an edition can publish depends on what those before it published. In each the
    key figures come first, since they are the head.

    Args:
        figures: `OUT_KEY_FIGURES` of every edition, without withheld figures.
        groups: `OUT_SLIPPAGE_GROUPS` of the same editions, likewise.
        withheld: from `warehouse.disclosure.equations.withheld_figures`.
        mode: what the operator chose.
    """
    if not withheld.terms:
        return Released(figures, groups, empty_frame(OUT_DISCLOSURE))
    figures, groups = conform(figures, OUT_KEY_FIGURES), conform(groups, OUT_SLIPPAGE_GROUPS)
    heads, statistics, accounts = {}, {}, []
    of_heads: list[Aggregate] = []
    of_statistics: list[Aggregate] = []
    for edition in withheld.editions():
        past = [*of_heads, *of_statistics]
        head = conform(
            released_figures(figures.loc[figures["edition"].eq(edition)], withheld, past, mode), OUT_KEY_FIGURES
        )
        told = published_aggregates(withheld, head, groups.iloc[:0])
        shown = released_groups(groups.loc[groups["edition"].eq(edition)], withheld, [*past, *told], mode)
        told_too = group_aggregates(withheld, shown)
        accounts.append(_account(edition, withheld, head, shown, [*told, *told_too], past))
        heads[edition], statistics[edition] = head, shown
        of_heads += told
        of_statistics += told_too
    return Released(
        conform(_replaced(figures, heads), OUT_KEY_FIGURES),
        conform(_replaced(groups, statistics), OUT_SLIPPAGE_GROUPS),
        conform(pd.concat(accounts), OUT_DISCLOSURE),
    )


def _replaced(table: pd.DataFrame, slices: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """A table with other rows for some editions."""
    kept = table.loc[~table["edition"].isin(list(slices))]
    return pd.concat([part for part in (kept, *slices.values()) if len(part)])


def published_aggregates(withheld: Withheld, figures: pd.DataFrame, groups: pd.DataFrame) -> list[Aggregate]:
    """The equations of everything published in some editions.

    Args:
        withheld: from `warehouse.disclosure.equations.withheld_figures`.
        figures: rows of `OUT_KEY_FIGURES`.
        groups: rows of `OUT_SLIPPAGE_GROUPS`.
    """
    told = [one for line in _records(figures) for one in figure_aggregates(withheld, line)]
    return [*told, *group_aggregates(withheld, groups)]


def released_figures(
    figures: pd.DataFrame, withheld: Withheld, past: Sequence[Aggregate], mode: WithheldMode
) -> pd.DataFrame:
    """The key figures to publish.

    `exclude` leaves them as they are, without withheld figures. `suppress` counts those known to us, then makes missing
    what would let one be computed, with the past; counts of projects stay.

    Args:
        figures: the row of `OUT_KEY_FIGURES` of the edition, without withheld figures.
        withheld: from `warehouse.disclosure.equations.withheld_figures`.
        past: what earlier editions published.
        mode: what the operator chose.
    """
    if mode == "exclude" or not withheld.true_values:
        return figures
    (line,) = _records(figures)
    counting = counting_withheld_figures(withheld, line)
    chosen = suppress(figure_aggregates(withheld, counting), past, withheld.true_values)
    missing: dict[str, object] = {aggregate.cell.key[0]: None for aggregate in chosen.suppressed}
    return pd.DataFrame([counting | missing], columns=figures.columns)


def released_groups(
    groups: pd.DataFrame, withheld: Withheld, past: Sequence[Aggregate], mode: WithheldMode
) -> pd.DataFrame:
    """The statistics to publish; the same choice as `released_figures`, made after it.

    Args:
        groups: the rows of `OUT_SLIPPAGE_GROUPS` of the edition, without withheld figures.
        withheld: from `warehouse.disclosure.equations.withheld_figures`.
        past: what earlier editions published, and the key figures of this one: the head comes first.
        mode: what the operator chose.
    """
    if mode == "exclude" or not withheld.true_values:
        return groups
    counting = counting_withheld_groups(withheld, groups)
    chosen = suppress(group_aggregates(withheld, counting), past, withheld.true_values)
    gone = {aggregate.cell.key for aggregate in chosen.suppressed}
    keys = pd.Series([tuple(map(str, key)) for key in counting[GROUP_KEY].itertuples(index=False)], counting.index)
    suppressed = counting["perimeter"].eq("published") & keys.isin(gone)
    published = ("value_ratio", "low_ratio", "high_ratio")
    return counting.assign(**{column: counting[column].mask(suppressed) for column in published})


def disclosure_table(
    edition: str, withheld: Withheld, figures: pd.DataFrame, groups: pd.DataFrame, past: Sequence[Aggregate]
) -> pd.DataFrame:
    """What was done for each withheld figure of an edition, and each cell that is not published to protect them.

    It is read off the figures as published, whatever the setting.

    Args:
        edition: the edition.
        withheld: from `warehouse.disclosure.equations.withheld_figures`.
        figures: its row of `OUT_KEY_FIGURES`, as published.
        groups: its rows of `OUT_SLIPPAGE_GROUPS`, as published.
        past: what earlier editions published.

    Returns:
        The columns of `OUT_DISCLOSURE`; no figure.
    """
    return _account(edition, withheld, figures, groups, published_aggregates(withheld, figures, groups), past)


def _account(
    edition: str,
    withheld: Withheld,
    figures: pd.DataFrame,
    groups: pd.DataFrame,
    now: Sequence[Aggregate],
    past: Sequence[Aggregate],
) -> pd.DataFrame:
    """`disclosure_table`, from the equations of what the edition publishes."""
    rows = [*_figure_lines(edition, withheld, now), *_cell_lines(withheld, figures, groups, [*now, *past])]
    if not rows:
        return empty_frame(OUT_DISCLOSURE)
    return pd.DataFrame(rows, columns=OUT_DISCLOSURE.names()).assign(edition=edition)


def _figure_lines(edition: str, withheld: Withheld, now: Sequence[Aggregate]) -> Iterable[dict[str, object]]:
    counted = {secret for aggregate in now for secret, _ in aggregate.coefficients}
    for (of, project, quantity), term in sorted(withheld.terms.items(), key=lambda item: item[0]):
        rate = quantity.removesuffix("_ratio")
        if of != edition or (rate in INITIAL and isinstance(withheld.terms[edition, project, INITIAL[rate][0]], float)):
            # Over an initial figure that is no secret, the ratio and the updated figure are one secret.
            continue
        if not isinstance(term, Secret):
            action, reason = "none", "Une édition antérieure l'a déjà publié."
        elif term in counted:
            action, reason = "included", "Des agrégats publiés le comptent ; aucun calcul ne permet de le retrouver."
        elif withheld.true_values[term] is None:
            action, reason = "none", "Il n'a pas été transmis, ou n'existe pas."
        else:
            action, reason = "excluded", "Aucun agrégat publié ne le compte."
        item = f"{project}/{quantity}"
        yield {"item": item, "project_id": project, "quantity": quantity, "action": action, "reason": reason}


def _cell_lines(
    withheld: Withheld, figures: pd.DataFrame, groups: pd.DataFrame, published: Sequence[Aggregate]
) -> Iterable[dict[str, object]]:
    known = {one.secret for one in computable(published, withheld.true_values)}
    for aggregate in _not_published(withheld, figures, groups):
        given = computable([*published, aggregate], withheld.true_values)
        names = sorted({_named(one.secret) for one in given if one.secret not in known})
        yield {
            "item": str(aggregate.cell),
            "aggregate": aggregate.label,
            "action": "suppressed",
            "reason": f"Avec ce qui est publié, il permettrait de retrouver : {' ; '.join(names)}."
            if names
            else "Avec d'autres agrégats non publiés, il permettrait de retrouver un chiffre non publié.",
        }


def _not_published(withheld: Withheld, figures: pd.DataFrame, groups: pd.DataFrame) -> list[Aggregate]:
    """The cells that count projects and have no value, as they would be with the withheld figures."""
    absent_figures = [
        aggregate
        for line in _records(figures)
        for aggregate in figure_aggregates(withheld, counting_withheld_figures(withheld, line))
        if pd.isna(line[aggregate.cell.key[0]])  # type: ignore[call-overload]
    ]
    absent = groups.loc[groups["value_ratio"].isna() & groups["n"].gt(0)]
    return [*absent_figures, *group_aggregates(withheld, counting_withheld_groups(withheld, absent.assign(n=0)))]


def statement(table: pd.DataFrame) -> str:
    """What was done about withheld figures in an edition, as one or two French sentences to publish.

    Args:
        table: the rows of `OUT_DISCLOSURE` of the edition.
    """
    projects = table["project_id"].dropna().nunique()
    if not projects:
        return "Aucun chiffre n'est retenu à cette édition."
    of_whom = "d'un projet" if projects == 1 else f"de {projects} projets"
    suppressed = int(table["action"].eq("suppressed").sum())
    included = bool(table["action"].eq("included").any())
    if not suppressed and not included:
        return f"Les totaux, moyennes et rangs sont hors chiffres non publiés : ceux {of_whom}."
    counted = f"Des totaux et moyennes comptent les chiffres non publiés {of_whom}, sans permettre de les retrouver."
    parts = [counted] if included else []
    if suppressed:
        cells = "1 agrégat n'est pas publié" if suppressed == 1 else f"{suppressed} agrégats ne sont pas publiés"
        parts.append(f"{cells}, pour ne pas révéler les chiffres non publiés {of_whom}.")
    return " ".join([*parts, "Médianes, centiles et parts sont hors chiffres non publiés."])


def _named(secret: Secret) -> str:
    return f"{DISCLOSURE_QUANTITIES.label(secret.quantity).lower()} de {secret.project_id}"


def _records(frame: pd.DataFrame) -> list[dict[str, object]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
