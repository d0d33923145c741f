"""Why the rate changed: the steps add up, every project is told, and what leaves the site says where it comes from."""

import csv
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from homes import Said
from markupsafe import Markup
from site_cases import drawn_page, drawn_pages, up_to, without
from site_reading import Figure, read

from assets.site.charts.files import stand_alone
from assets.site.tables import SiteTables

PAIR = "2021-11-depuis-2021-07"


def passage(site: Path) -> list[dict[str, str]]:
    with (site / "2021-11" / "open_data" / "passage.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sums(site: Path, rate: str) -> list[Figure]:
    """The parts of the change of a rate on the page of a pair, in order."""
    told = read(site / "evolution" / PAIR / "index.html").figures
    start = "passage?edition=2021-11;edition_depart=2021-07;taux="
    found = [one for one in told if one.source.startswith(start) and one.source.endswith("#somme(contribution_points)")]
    return [one for one in found if rate in one.source and "composante" in one.source]


def test_the_steps_lead_from_one_mean_to_the_other(site: Path) -> None:
    texts = [one.text for one in sums(site, "budg")]
    assert texts[-4:] == ["+0,9", "−1,3", "−4,7", "−0,7"]
    assert sum(float(one.value) for one in sums(site, "budg")[-4:]) == pytest.approx((0.135 - 0.193) * 100, abs=1e-3)


def test_a_corrected_start_is_told_with_what_was_published_first(site: Path) -> None:
    page = (site / "evolution" / PAIR / "index.html").read_text(encoding="utf-8")
    assert "comme publié d’abord" in page
    assert "Corrections depuis" in page
    assert "a été corrigé depuis sa publication" in (site / "evolution" / "index.html").read_text(encoding="utf-8")


def test_every_pair_of_the_dataset_has_its_page_and_is_listed(site: Path) -> None:
    told = {(row["edition"], row["edition_depart"]) for row in passage(site)}
    expected = {f"{edition}-depuis-{since}" for edition, since in told if edition != since}
    links = " ".join(read(site / "evolution" / "index.html").links)
    assert {path.parent.name for path in (site / "evolution").glob("*/index.html")} == expected
    assert all(f"evolution/{name}/index.html" in links for name in expected)


def test_every_project_of_a_change_is_on_its_page_the_strongest_first(site: Path) -> None:
    rows = [row for row in passage(site) if (row["edition"], row["edition_depart"]) == ("2021-11", "2021-07")]
    figures = read(site / "evolution" / PAIR / "index.html").figures
    told = [one for one in figures if one.source.endswith("#contribution_points")]
    assert len(told) == len(rows)
    of_budget = [abs(float(one.value)) for one in told if "budg" in one.source]
    assert of_budget == sorted(of_budget, reverse=True)


def test_a_file_of_a_chart_stands_alone(site: Path) -> None:
    text = (site / "evolution" / "couts-par-edition.svg").read_text(encoding="utf-8")
    root = ET.fromstring(text)  # noqa: S314  # written by the program
    assert root.attrib["width"] == "720"
    assert "class=" not in text
    assert "var(" not in text
    assert "Données fictives. Source : Panorama des grands projets numériques de l’État" in text
    assert (site / "evolution" / "couts-par-edition.png").read_bytes().startswith(b"\x89PNG")


def test_the_rows_of_a_chart_have_published_names(site: Path) -> None:
    with (site / "evolution" / "couts-par-edition.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["perimetre"] for row in rows} == {"Publié", "Constant", "Cohorte"}
    assert {row["taux"] for row in rows} == {"Écart budgétaire"}


def test_a_title_with_signs_of_markup_is_still_a_drawing(tables: SiteTables) -> None:
    svg, _ = stand_alone(tables, "A &lt;B&gt; &amp; C", Markup('<svg><text class="f-ink end">1</text></svg>'))
    ET.fromstring(svg)  # noqa: S314  # written by the program


def test_an_embedded_chart_says_what_it_is_and_of_when(site: Path) -> None:
    page = (site / "embed" / "couts-par-edition" / "index.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "données fictives" in page
    assert "novembre 2021" in page
    code = (site / "evolution" / "index.html").read_text(encoding="utf-8")
    assert re.search(r"&lt;iframe src=&#34;embed/couts-par-edition/index.html", code)


def test_a_first_edition_has_a_curve_and_no_change(tables: SiteTables) -> None:
    drawn = dict(drawn_pages(up_to(tables, 1), "evolution/"))
    assert list(drawn) == ["evolution/index.html"]
    assert "Aucune évolution n’est donnée à cette édition." in drawn["evolution/index.html"]
    assert "En <time" in drawn["evolution/index.html"]


def test_without_any_mean_the_page_says_so(tables: SiteTables) -> None:
    bare = without(up_to(tables, 1), "evolution", "chiffres_officiels", "passage")
    page = drawn_page(bare, "evolution")
    assert "il n’y a pas de courbe" in page


def test_official_means_are_not_taken_for_ours(real_editions: tuple[Path, Said]) -> None:
    """The real editions have no declared baseline: their curve says so, and is not joined to what was published."""
    page = (real_editions[0] / "out" / "site" / "evolution" / "index.html").read_text(encoding="utf-8")
    assert "ne se comparent pas à ce qui a été publié à l’époque" in page
