"""The calculation step by step, the words, the answers to the critics, the page in English, the page not found."""

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
from site_reading import read

from assets.site.reference.english import english_pages
from assets.site.reference.faq import faq_pages
from assets.site.reference.glossary import glossary
from assets.site.reference.method import method_pages
from assets.site.rendering import site_files
from assets.site.tables import SiteTables
from warehouse.open_data.key_figures import OPEN_KEY_FIGURES


def without_headline(tables: SiteTables) -> SiteTables:
    """The same edition, where too few projects have a reference for a mean to be given."""
    figures: pd.DataFrame = tables.frames[OPEN_KEY_FIGURES]
    hidden = {f"{rate}_{name}": None for rate in ("budget", "schedule") for name in ("mean_ratio", "cohort_ratio")}
    changes = [name for name in figures.columns if name.endswith("_pts")]
    emptied = figures.assign(
        budget_status="few_references", schedule_status="few_references", **hidden, **dict.fromkeys(changes)
    )
    return replace(tables, frames={**tables.frames, OPEN_KEY_FIGURES: emptied.astype(figures.dtypes.to_dict())})


def text_of(page: Path) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8")))


def test_the_example_is_the_project_that_slipped_most_with_every_step_cited(site: Path) -> None:
    page = site / "methode" / "index.html"
    assert "Radio des secours" in text_of(page)
    sources = {figure.source.rsplit("#", 1)[1] for figure in read(page).figures}
    assert {"cout_initial_meur", "cout_actualise_meur", "ecart_budgetaire_meur", "taux_ecart_budgetaire"} <= sources
    assert {"ecart_budgetaire_moyen", "ecart_calendaire_moyen"} <= sources


def test_an_abbreviation_has_one_meaning_and_an_anchor(site: Path) -> None:
    words = glossary()
    assert len({one.word for one in words}) == len({one.anchor for one in words}) == len(words)
    assert {one.anchor for one in words} <= set(read(site / "methode" / "index.html").identifiers)


def test_an_edition_without_a_mean_says_so_in_words(tables: SiteTables) -> None:
    bare = without_headline(tables)
    steps = next(iter(method_pages(bare))).said["worked"].rates[0][1]  # type: ignore[attr-defined]
    assert "trop peu de projets" in steps[-1].told
    answers = {one.anchor: " ".join(one.told) for one in next(iter(faq_pages(bare))).said["answers"]}  # type: ignore[attr-defined]
    assert "aucune ne peut l’être" in answers["perimetre"]
    assert "n. c." not in " ".join(answers.values()).replace("\u00a0", " ")
    rates = next(iter(english_pages(bare))).said["rates"]
    assert [is_given for _, is_given, _ in rates] == [False, False]  # type: ignore[attr-defined]


def test_the_answers_cite_what_leavers_hide(site: Path) -> None:
    sources = {figure.source.rsplit("#", 1)[1] for figure in read(site / "faq" / "index.html").figures}
    assert {"ecart_budgetaire_moyen", "ecart_budgetaire_moyen_cohorte"} <= sources


def test_the_page_in_english_is_english_but_for_what_is_around(site: Path) -> None:
    page = (site / "en" / "index.html").read_text(encoding="utf-8")
    assert '<html lang="en">' in page
    assert 'class="site-header fr-header" lang="fr"' in page


def test_what_is_not_found_leads_back_from_any_address(tables: SiteTables) -> None:
    served = dict(site_files(replace(tables, base_url="https://exemple.test/panorama")))
    assert "https://exemple.test/panorama/index.html" in served["404.html"].decode()
    home = served["index.html"].decode()
    assert '<meta property="og:image" content="https://exemple.test/panorama/partage.png">' in home
    assert served["partage.png"].startswith(b"\x89PNG")


def test_without_an_address_no_page_gives_an_absolute_one(site: Path) -> None:
    assert "og:image" not in (site / "index.html").read_text(encoding="utf-8")
