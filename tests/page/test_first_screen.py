"""The first screen says both rates with all that is needed to read them, and nothing the key figures do not say."""

import io
from dataclasses import replace

import pandas as pd
import pytest
from publication_tables import tables

from assets.dataset.formats import csv_text
from assets.page import wording
from assets.page.contents import contents
from assets.page.headline_wording import PARTS, opposed, rate_card
from assets.page.rendering import page_html
from assets.page.tables import RATES, PublicationTables
from warehouse.model import french
from warehouse.model.french import NARROW
from warehouse.model.schema import conform
from warehouse.model.vocabulary import VOCABULARIES
from warehouse.open_data.key_figures import OPEN_KEY_FIGURES


@pytest.fixture(scope="module")
def whole() -> PublicationTables:
    return tables()


def test_the_first_screen_is_the_row_of_the_key_figures_as_it_is_published(whole: PublicationTables) -> None:
    # Read back from the CSV file by its names, with nothing else of the edition.
    published = pd.read_csv(io.StringIO(csv_text(whole.key_figures, OPEN_KEY_FIGURES)))
    codes = {column.published: column.name for column in OPEN_KEY_FIGURES.columns}
    read = published.rename(columns=codes)
    for column in OPEN_KEY_FIGURES.columns:
        if column.vocabulary:
            by_label = {label: code for code, label in VOCABULARIES[column.vocabulary].labels_by_code().items()}
            read[column.name] = read[column.name].map(by_label)
    alone = replace(
        whole,
        key_figures=conform(read, OPEN_KEY_FIGURES),
        **{name: getattr(whole, name).iloc[:0] for name in ("groups", "slippage", "projects", "movements", "official")},
        findings=(),
    )
    assert [rate_card(alone, rate) for rate in RATES] == [rate_card(whole, rate) for rate in RATES]
    assert wording.key_figures(alone) == wording.key_figures(whole)
    assert (wording.lede(alone), wording.caveat(alone)) == (wording.lede(whole), wording.caveat(whole))


def test_a_change_never_stands_alone(whole: PublicationTables) -> None:
    for rate in RATES:
        changes = rate_card(whole, rate).changes
        assert changes is not None
        labels = [label for label, _ in changes.rows]
        assert labels[:4] == ["Écart moyen", "dont projets suivis", "dont entrées", "dont sorties"]
        assert {len(cells) for _, cells in changes.rows} == {len(changes.headers)} == {2}


@pytest.mark.parametrize(
    ("change", "parts", "said"),
    [
        (-5.0, {"like_for_like": 2.0, "exit": -6.0, "entry": -1.0}, "baisse alors que {} se sont aggravés"),
        (4.0, {"like_for_like": -1.0, "entry": 5.0}, "augmente alors que {} se sont améliorés"),
        (-3.0, {"like_for_like": 0.04, "exit": -3.04}, "baisse alors que {} n’ont pas bougé"),
    ],
)
def test_when_followed_projects_go_the_other_way_words_say_it(
    change: float, parts: dict[str, float], said: str
) -> None:
    sentence = opposed(change, dict.fromkeys(PARTS, 0.0) | parts)
    assert said.format("les projets suivis") in sentence
    assert ("aux sorties" in sentence) == ("exit" in parts)
    assert "plus comparables" not in sentence


@pytest.mark.parametrize("followed", [-1.0, -6.0])
def test_nothing_is_added_when_followed_projects_go_the_same_way(followed: float) -> None:
    assert opposed(-5.0, dict.fromkeys(PARTS, 0.0) | {"like_for_like": followed, "exit": -5.0 - followed}) == ""


def test_without_enough_references_the_official_figure_stands_there_and_is_said_to(whole: PublicationTables) -> None:
    figures = whole.key_figures
    last = figures["edition"].eq(whole.edition.key)
    absent = {f"{rate}_mean_ratio": figures[f"{rate}_mean_ratio"].mask(last) for rate in RATES}
    few = {f"{rate}_status": figures[f"{rate}_status"].mask(last, "too_few_references") for rate in RATES}
    shown = replace(whole, key_figures=figures.assign(**absent, **few))
    card = rate_card(shown, "budget")
    assert (card.value, card.is_official) == (f"13,5{NARROW}%", True)
    assert "pas de taux calculé à cette édition" in card.basis
    assert (card.verdict, card.target, card.changes, card.cohort) == ("unknown", "", None, "")
    assert "révision 3c4ce67" in card.official
    page = page_html(contents(shown))
    assert "chiffre officiel" in page
    assert "L’écart moyen publié à l’époque est de" in page
    unknown = replace(shown, key_figures=shown.key_figures.assign(official_budget_mean_ratio=None))
    assert (rate_card(unknown, "budget").value, rate_card(unknown, "budget").is_official) == (french.UNKNOWN, False)
