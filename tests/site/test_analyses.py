"""Targets, causes and forecasts: what a reader finds of each, and what is said where there is nothing."""

import csv
import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest
from homes import Said
from site_cases import drawn_page, up_to, without
from site_reading import read, tables_of

from assets.site.tables import SiteTables


def text_of(site: Path, folder: str) -> str:
    return (site / folder / "index.html").read_text(encoding="utf-8")


def plain(page: str) -> str:
    """What a page prints, without its elements, every space being an ordinary one."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def rows_of(site: Path, stem: str) -> list[dict[str, str]]:
    with (site / "2021-11" / "open_data" / f"{stem}.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["edition"] == "2021-11"]


def with_targets(tables: SiteTables, **changes: Any) -> SiteTables:
    """The tables with every line of the targets changed."""
    table = tables["cibles"].table
    frames = {**tables.frames, table: tables.frames[table].assign(**changes)}
    return dataclasses.replace(tables, frames=frames)


def test_each_mean_is_told_against_the_target(site: Path) -> None:
    said = plain(text_of(site, "cible"))
    assert "L’écart de coût moyen, 13,5 %, tient la cible de 15 % à fin 2022, à 1,5 point" in said
    assert "il reste 2 éditions, et 0,2 point à gagner à chacune." in said


def test_every_project_is_weighed_against_the_target(site: Path) -> None:
    figures = [
        one for one in read(site / "cible" / "index.html").figures if one.source.endswith("#part_distance_points")
    ]
    assert len(figures) >= len(rows_of(site, "cibles_projets"))


def test_a_target_past_due_was_not_held(tables: SiteTables) -> None:
    past = with_targets(tables, editions_left=0, remaining_months=-6, needed_pts=float("nan"))
    page = plain(drawn_page(past, "cible"))
    assert "n’a pas tenu la cible de 15 %" in page
    assert "à gagner à chacune" not in page


def test_a_mean_that_is_not_given_has_no_verdict(tables: SiteTables) -> None:
    unknown = with_targets(tables, value_ratio=float("nan"), distance_pts=float("nan"), met=None)
    page = plain(drawn_page(unknown, "cible"))
    assert "rien ne dit s’il tient la cible" in page
    assert "sans verdict" in page


def test_before_any_target_the_page_says_so(tables: SiteTables) -> None:
    assert "Aucune cible n’est adoptée à cette édition." in drawn_page(up_to(tables, 1), "cible")


def test_the_causes_add_up_and_lead_to_their_projects(site: Path) -> None:
    page = text_of(site, "causes")
    assert "Première cause de surcoût : « Dépendance à un autre projet »" in plain(page)
    totals = [one for one in read(site / "causes" / "index.html").figures if "#somme(ecart_meur)" in one.source]
    causes = [
        row for row in rows_of(site, "causes") if row["comparaison"] == "Première référence" and row["ecart_meur"]
    ]
    assert float(totals[0].value) == pytest.approx(sum(float(row["ecart_meur"]) for row in causes))
    linked = {link for link in read(site / "causes" / "index.html").links if "projets/PGP" in link}
    assert len(linked) == 47


def test_causes_that_go_both_ways_have_no_share(site: Path) -> None:
    assert "leurs écarts se compensent, et aucune part n’est donnée" in text_of(site, "causes")


def test_slippages_without_a_declared_reason_are_told_as_such(real_editions: tuple[Path, Said]) -> None:
    tables = up_to(tables_of(real_editions[0]), 5)
    page = plain(drawn_page(tables, "causes"))
    assert "Écart de coût sans motif déclaré" in page


def test_without_any_slippage_no_cause_is_told(tables: SiteTables) -> None:
    page = drawn_page(without(tables, "causes"), "causes")
    assert "aucune cause ne peut être chiffrée" in page


def test_what_is_forecast_is_told_with_what_is_not_and_why(site: Path) -> None:
    said = plain(text_of(site, "previsions"))
    assert "Édition suivante : le coût est prévu pour 45 projets ; la fin, pour aucun." in said
    assert "3 en cadrage, 2 terminés, 45 faute d’historique" in said
    assert "respectée dans 82,7 % des 75 cas" in said


def test_every_given_forecast_is_listed(site: Path) -> None:
    given = [row for row in rows_of(site, "previsions") if row["cout_attendu_p80_meur"] or row["date_fin_attendue_p80"]]
    figures = read(site / "previsions" / "index.html").figures
    assert len([one for one in figures if one.source.endswith("#cout_attendu_p80_meur")]) == len(given) == 45


def test_before_any_trial_nothing_is_forecast(tables: SiteTables) -> None:
    page = drawn_page(up_to(tables, 1), "previsions")
    assert "Aucune prévision n’est donnée à cette édition" in page
    assert "Aucun projet n’a de prévision à cette édition." in page
    bare = drawn_page(without(tables, "previsions", "previsions_rejouees"), "previsions")
    assert "Aucune prévision n’a été essayée à cette édition." in bare


def test_the_charts_of_a_project_are_files_too(site: Path) -> None:
    folder = site / "projets" / "PGP-0002"
    drawing = (folder / "cout.svg").read_text(encoding="utf-8")
    assert "Balise fiscale (fictif) : Coût prévu, en M€" in drawing
    assert "Données fictives." in drawing
    header, *lines = (folder / "cout.csv").read_text(encoding="utf-8").splitlines()
    assert header.startswith("edition,identifiant_projet,cout_actualise_meur,cout_initial_meur")
    assert len(lines) == 4
    assert 'class="narrow"' in (folder / "index.html").read_text(encoding="utf-8")


def test_a_withheld_figure_is_in_no_file_of_a_chart(site: Path) -> None:
    """What is not published stays hollow in the drawing and empty in its rows."""
    for path in site.glob("projets/*/cout.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            empty = [row for row in csv.DictReader(file) if not row["cout_actualise_meur"]]
        drawing = path.with_suffix(".svg").read_text(encoding="utf-8")
        assert drawing.count('stroke-dasharray="3 3"') == len(empty), path


def test_the_first_page_leads_to_each_question(site: Path) -> None:
    links = read(site / "index.html").links
    assert {f"{name}/index.html" for name in ("evolution", "cible", "causes", "previsions")} <= set(links)
