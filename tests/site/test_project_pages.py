"""The page of a project: every promise, what it weighs, what it was warned of and what was done, as published."""

import dataclasses
import re
from pathlib import Path

import pandas as pd
from site_cases import drawn_page, up_to, without
from site_reading import Dataset, Read, read

from assets.site.tables import SiteTables

NAME = "PGP-0012"


def page(site: Path, project_id: str) -> Path:
    return site / "projets" / project_id / "index.html"


def text(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]*>", "", html))


def cited(found: Read, stem: str, project_id: str) -> list[tuple[str, str]]:
    """The column and the value of each figure of a page that a file holds of a project."""
    return [
        (figure.source.rpartition("#")[2], figure.value)
        for figure in found.figures
        if figure.source.startswith(f"{stem}?") and project_id in figure.source
    ]


def of_charts(html: str, key: str) -> dict[str, str]:
    """What a chart holds of each reference that it draws, by its rank."""
    (drawn,) = re.findall(rf'<svg[^>]*aria-labelledby="{key}-t .*?</svg>', html, re.DOTALL)
    return dict(re.findall(r'<line[^>]*data-source="references_projets[^"]*=(\d+)#\w+" data-value="([^"]*)"', drawn))


def test_every_reference_is_in_the_table_and_on_both_charts(site: Path, dataset: Dataset) -> None:
    promised = [row for row in dataset.rows("references_projets") if row["identifiant_projet"] == NAME]
    found = read(page(site, NAME))
    shown = cited(found, "references_projets", NAME)
    assert len(promised) == 2
    for row in promised:
        for column in ("numero_reference", "cout_meur", "date_fin", "duree_mois"):
            assert (column, row[column]) in shown
    html = page(site, NAME).read_text(encoding="utf-8")
    assert of_charts(html, "cout") == {row["numero_reference"]: row["cout_meur"] for row in promised}
    assert of_charts(html, "fin") == {row["numero_reference"]: row["date_fin"] for row in promised}


def test_a_reference_between_two_others_is_drawn_until_the_next_one(tables: SiteTables) -> None:
    held = tables["references_projets"].table
    frame = tables.frames[held]
    second = frame["project_id"].eq(NAME) & frame["baseline_number"].eq(2)
    middle = frame.loc[second].assign(edition="2020-11", cost_meur=70.5)
    three = pd.concat([frame.assign(baseline_number=frame["baseline_number"].mask(second, 3)), middle])
    changed = dataclasses.replace(tables, frames={**tables.frames, held: three.astype(frame.dtypes)})
    html = drawn_page(changed, f"projets/{NAME}")
    assert of_charts(html, "cout") == {"1": "58.9", "2": "70.5", "3": "95.42"}


def test_without_a_declared_reference_what_stands_in_for_it_is_drawn(tables: SiteTables) -> None:
    html = drawn_page(without(tables, "references_projets"), f"projets/{NAME}")
    assert "Ce qui a été promis" not in html
    assert re.search(r'<line[^>]*data-source="historique-complet[^"]*#cout_initial_meur" data-value="58.9"', html)


def test_a_project_says_what_it_adds_to_each_mean_and_to_its_change(site: Path, dataset: Dataset) -> None:
    project_id = "PGP-0024"
    found = read(page(site, project_id))
    added = [
        row["contribution_points"]
        for row in dataset.rows("ecarts")
        if (row["edition"], row["identifiant_projet"]) == ("2021-11", project_id) and row["contribution_points"]
    ]
    moved = [
        row["contribution_points"]
        for row in dataset.rows("passage")
        if (row["edition"], row["edition_depart"], row["identifiant_projet"]) == ("2021-11", "2021-07", project_id)
    ]
    assert len(added) == 2
    assert [float(value) for _, value in cited(found, "ecarts", project_id)] == list(map(float, added))
    shown = [float(value) for _, value in cited(found, "passage", project_id)]
    assert shown == [float(value) for value in moved if round(float(value), 2)]


def test_a_project_that_left_weighs_nothing_any_more(site: Path) -> None:
    assert "dans les écarts moyens" not in page(site, "PGP-0015").read_text(encoding="utf-8")


def test_missions_are_told_as_the_edition_knows_them(site: Path, tables: SiteTables) -> None:
    def said(project_id: str) -> str:
        return text(page(site, project_id).read_text(encoding="utf-8"))

    assert "En novembre 2021, une mission de sécurisation est en cours, ouverte le 22 mars 2021." in said(NAME)
    closed = "ouverte le 7 septembre 2020, est close depuis le 15 février 2021 : Déploiement par étapes retenu."
    assert closed in said("PGP-0014").replace("\u00a0", " ")
    before = text(drawn_page(up_to(tables, 2), "projets/PGP-0014"))
    assert "est en cours, ouverte le 7 septembre 2020" in before


def test_each_cause_that_an_opinion_names_is_followed_or_not(site: Path) -> None:
    html = text(page(site, NAME).read_text(encoding="utf-8"))
    assert "Avis tacite depuis le 27 octobre 2014" in html
    assert "Le périmètre fonctionnel n&#39;est pas arrêtéaucun constat" in html
    assert "Aucune marge entre les lotsnon suivie, constaté le 22 mars 2021" in html
    other = text(page(site, "PGP-0024").read_text(encoding="utf-8"))
    assert "Avis favorable du 12 mai 2017" in other
    assert "suivie, constaté le 5 octobre 2020" in other


def test_a_project_without_any_has_no_such_part(site: Path) -> None:
    assert "Quels avertissements" not in page(site, "PGP-0003").read_text(encoding="utf-8")


def test_a_ministry_says_what_each_of_its_projects_adds(site: Path, dataset: Dataset) -> None:
    found = read(site / "ministeres" / "interieur" / "index.html")
    shown = sorted(figure.value for figure in found.figures if figure.source.startswith("ecarts?"))
    added = [
        row["contribution_points"]
        for row in dataset.rows("ecarts")
        if (row["edition"], row["code_ministere"]) == ("2021-11", "interieur") and row["contribution_points"]
    ]
    assert added
    assert [float(value) for value in shown] == [float(value) for value in sorted(added)]
