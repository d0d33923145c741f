"""What is new at each edition, and what was corrected of those published."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from site_cases import drawn_page
from site_reading import read

from assets.dataset.about import Correction
from assets.site.reference.changes import changes_pages, correction_lines
from assets.site.tables import SiteTables


def said_of(tables: SiteTables, path: str) -> dict[str, object]:
    return dict(next(page for page in changes_pages(tables) if page.path == path).said)


def test_changes_that_matter_come_first_and_the_rest_is_folded(tables: SiteTables) -> None:
    said = said_of(tables, "2021-11/changements/index.html")
    first = [one.project_id for one in said["changed"]]  # type: ignore[attr-defined]
    rest = [one.project_id for one in said["folded"]]  # type: ignore[attr-defined]
    assert first[0] == "PGP-0054"  # +12,93 M€
    assert "PGP-0020" in rest  # a phase alone
    assert not set(first) & set(rest)


def test_who_comes_and_who_leaves_is_named_with_why(tables: SiteTables) -> None:
    said = said_of(tables, "2021-07/changements/index.html")
    moves = {title: [(one.project_id, one.note) for one in moved] for title, _, moved in said["moves"]}  # type: ignore[attr-defined]
    assert len(moves["Entrées"]) == 8
    assert len(moves["Retours"]) == 1
    assert all("·" in note for _, note in moves["Sorties"])


def test_the_first_edition_has_nothing_to_be_compared_with(site: Path) -> None:
    text = " ".join(read(site / "2020-06" / "changements" / "index.html").texts)
    assert "première édition suivie" in text


def test_every_correction_is_told_with_its_version_its_day_and_why(tables: SiteTables) -> None:
    about = tables.abouts["2021-07"]
    wrong = Correction(
        2, dt.date(2021, 9, 1), "Erreur de saisie", "PGP-0012 Fil d'enquête", "cout_actualise_meur", "90", "95.42"
    )
    corrected = replace(tables, abouts={**tables.abouts, "2021-07": replace(about, version=2, corrections=(wrong,))})
    (line,) = correction_lines(corrected)
    assert (line.version, line.project_id, line.column) == ("2021-07.2", "PGP-0012", "cout_actualise_meur")
    page = drawn_page(corrected, "corrections")
    assert "1er\u00a0septembre\u00a02021" in page
    assert "Erreur de saisie" in page


@pytest.mark.parametrize(
    ("column", "after", "printed"),
    [
        ("avis_dinum", "Défavorable", "Défavorable"),
        ("phase", "Déploiement", "Déploiement"),
        ("cout_non_publie", "True", "oui"),
        ("date_fin_actualisee", "2022-03-01", "mars\u00a02022"),
        ("duree_actualisee_mois", "56", "56\u00a0mois"),
        ("commentaire_ecart", "Un texte… [coupé]", "Un texte… [coupé]"),
        ("projet entier", "", "n.\u00a0c."),
    ],
)
def test_a_corrected_value_of_any_kind_is_printed(tables: SiteTables, column: str, after: str, printed: str) -> None:
    wrong = Correction(2, dt.date(2021, 9, 1), "", "PGP-0012 Fil d'enquête", column, "", after)
    about = replace(tables.abouts["2021-07"], version=2, corrections=(wrong,))
    (line,) = correction_lines(replace(tables, abouts={**tables.abouts, "2021-07": about}))
    assert printed in str(line.after)


def test_a_corrected_figure_is_printed_as_figures_are(site: Path) -> None:
    page = (site / "corrections" / "index.html").read_text(encoding="utf-8")
    assert "140,8\u00a0M€" in page


def test_no_correction_is_said_in_words(tables: SiteTables) -> None:
    none = {key: replace(about, corrections=()) for key, about in tables.abouts.items()}
    page = drawn_page(replace(tables, abouts=none), "corrections")
    assert "Aucune édition publiée n’a été corrigée." in page
