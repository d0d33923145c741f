"""The first screen of every edition as one table: counts, both rates, what moved them, what was published at the time.

A row says all that the head of the publication says, which is drawn from it. Its columns are those of the tables it is
made from, renamed by rate and by what is compared; `assets.dataset.key_figures` fills them.
"""

from collections.abc import Iterator
from dataclasses import replace

from warehouse.model.columns import Theme
from warehouse.model.schema import Column, Table
from warehouse.open_data.codes import with_codes
from warehouse.slippage.tables import (
    HEADLINE_CAVEAT,
    OUT_HEADLINE_CHANGES,
    OUT_HEADLINES,
    OUT_KEY_FIGURES,
    OUT_OFFICIAL_FIGURES,
)

NAME = "chiffres_cles"
# Each rate, as a published name and a title say it.
RATES = {"budget": ("budgetaire", "écart budgétaire moyen"), "schedule": ("calendaire", "écart calendaire moyen")}
# The editions that changes are stated against, likewise.
COMPARED = {
    "previous": ("precedente", "l'édition précédente"),
    "reference": ("comparaison", "l'édition de comparaison"),
}
OF_HEADLINES = ("status", "mean_ratio", "n", "n_comparable", "n_referenced", "cohort_ratio", "cohort_n")
DRIFTS = {"budget": "drift_meur", "schedule": "drift_months"}
OF_CHANGES = tuple(name for name in OUT_HEADLINE_CHANGES.names()[3:] if name != "end_ratio")
OF_OFFICIAL = tuple(OUT_OFFICIAL_FIGURES.names()[2:])


def _columns() -> Iterator[Column]:
    column = Theme("warehouse.open_data").column
    yield from (known for known in OUT_KEY_FIGURES.columns if known.name != "fictitious")
    yield column("stand_ins", NAME)
    for rate, (published, title) in RATES.items():
        for name in OF_HEADLINES:
            of_rate = OUT_HEADLINES.column(name)
            yield replace(
                of_rate,
                name=f"{rate}_{name}",
                published=f"ecart_{published}_{of_rate.published.removeprefix('ecart_')}",
                title=f"{title.capitalize()} : {of_rate.title.lower()}",
            )
    yield from (OUT_HEADLINES.column(name) for name in DRIFTS.values())
    for compared, (suffix, what) in COMPARED.items():
        yield column(f"{compared}_edition", NAME)
        for rate, (published, title) in RATES.items():
            for name in OF_CHANGES:
                change = OUT_HEADLINE_CHANGES.column(name)
                yield replace(
                    change,
                    name=f"{rate}_{compared}_{name}",
                    published=f"ecart_{published}_{change.published.removeprefix('ecart_')}_{suffix}",
                    title=f"{title.capitalize()}, depuis {what} : {change.title.lower()}",
                    required=False,
                )
    for name in OF_OFFICIAL:
        official = OUT_OFFICIAL_FIGURES.column(name)
        yield replace(
            official,
            name=f"official_{name}",
            published=f"officiel_{official.published}",
            title=f"Publié à l'époque : {official.title.lower()}",
            required=False,
        )
    yield column("edition_state", NAME)
    yield OUT_KEY_FIGURES.column("fictitious")


OPEN_KEY_FIGURES = with_codes(
    Table(
        NAME,
        "Chiffres clés de toutes les éditions",
        "Une ligne par édition : ce que le panorama publie en tête, et à côté ce qui a été publié à l'époque.",
        tuple(_columns()),
        OUT_KEY_FIGURES.primary_key,
        (*OUT_KEY_FIGURES.caveats, HEADLINE_CAVEAT, *OUT_HEADLINE_CHANGES.caveats, *OUT_OFFICIAL_FIGURES.caveats),
    )
)
