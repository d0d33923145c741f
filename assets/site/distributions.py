"""How the projects of an edition spread over the bands of cost and the phases: how many, and for how much."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from assets.page.wording import WITHHELD
from assets.site.cited import BARE, Cited, Rows, declared
from assets.site.drawing import bar, scale_of
from assets.site.tables import SiteTables
from warehouse.home.calendar import Edition
from warehouse.model import french
from warehouse.model.terms import Vocabulary
from warehouse.model.vocabulary import COST_BAND_VOCABULARY, PHASES

# What is told apart: the column, its terms, the head of its table.
SPREADS = {
    "cost_band": (COST_BAND_VOCABULARY, "Tranche de coût"),
    "phase": (PHASES, "Phase"),
}


@dataclass(frozen=True)
class Share:
    """The projects of one term: how many, with a bar, and their known cost, with a bar; a word where none is known."""

    label: Markup
    count: Cited
    count_bar: Markup
    cost: object
    cost_bar: Markup


@dataclass(frozen=True)
class Distribution:
    """The projects of an edition by the terms of a column."""

    column: str
    title: str
    shares: tuple[Share, ...]


def distributions(site: SiteTables, edition: Edition) -> tuple[Distribution, ...]:
    """Each way of telling the projects of an edition apart; none when it has no project."""
    rows = site["historique"].where(edition=edition.key)
    if not len(rows):
        return ()
    return tuple(
        Distribution(column, title, tuple(_shares(site["historique"], edition, column, vocabulary)))
        for column, (vocabulary, title) in SPREADS.items()
    )


def _shares(rows: Rows, edition: Edition, column: str, vocabulary: Vocabulary) -> Iterator[Share]:
    found = []
    for label, codes in _groups(column, vocabulary).items():
        chosen = {"edition": edition.key, **codes}
        count = rows.count(**chosen)
        # A term of ours is told even where it has no project; that there is nothing unknown is not.
        if count.value or codes[column] is not None:
            found.append((label, count, rows.total("updated_cost_meur", BARE, **chosen), codes))
    counts = scale_of([float(count.value) for _, count, _, _ in found])  # type: ignore[arg-type]
    costs = scale_of([float(cost.value) for _, _, cost, _ in found if cost.known])  # type: ignore[arg-type]
    for label, count, cost, codes in found:
        told: object = cost
        if not cost.known:
            told = WITHHELD if codes.get("cost_withheld") else "–" if not count.value else french.UNKNOWN
        yield Share(
            declared(label),
            count,
            bar(count, counts, "count"),
            told,
            bar(cost, costs, "amount") if cost.known or count.value else Markup(),
        )


def _groups(column: str, vocabulary: Vocabulary) -> Mapping[str, Mapping[str, object]]:
    """What the rows of each line have in their columns: a band is a figure, kept back with the cost."""
    groups: dict[str, dict[str, object]] = {
        french.capitalised(term.label): {column: term.code} for term in vocabulary.terms
    }
    if column == "cost_band":
        groups[french.capitalised(WITHHELD)] = {column: None, "cost_withheld": True}
        return groups | {french.UNKNOWN: {column: None, "cost_withheld": False}}
    return groups | {french.UNKNOWN: {column: None}}
