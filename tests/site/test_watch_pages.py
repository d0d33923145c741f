"""The pages of projects at risk: each line of `suivi` under its rule in words, at each edition, on each project."""

import re
from pathlib import Path

import pytest
from site_reading import Dataset

from warehouse.follow_up.watch_rules import RULES
from warehouse.model import french


@pytest.fixture(scope="module")
def rows(site: Path) -> list[dict[str, str]]:
    return Dataset(site / "2021-11" / "open_data").rows("suivi")


def lists(path: Path) -> dict[str, str]:
    """The part of a page that is each list's, by the code of its rule."""
    html = path.read_text(encoding="utf-8")
    parts = re.split(r'<section aria-labelledby="(\w+)">', html)[1:]
    return {code: body.partition("</section>")[0] for code, body in zip(parts[::2], parts[1::2], strict=True)}


@pytest.mark.parametrize("edition", ["2020-06", "2020-11", "2021-07", "2021-11"])
def test_each_list_has_its_rule_in_words_and_its_projects_by_rank(
    site: Path, rows: list[dict[str, str]], edition: str
) -> None:
    shown = lists(site / edition / "surveillance" / "index.html")
    assert list(shown) == [rule.code for rule in RULES]
    for rule in RULES:
        listed = [row for row in rows if (row["edition"], row["code_regle"]) == (edition, rule.code)]
        listed.sort(key=lambda row: int(row["rang"]))
        table = shown[rule.code].partition("</table>")[0]
        assert french.typeset(rule.meaning) in shown[rule.code]
        assert re.findall(r"<th scope=\"row\"><a href=\"[./]*projets/(PGP-\d+)/", table) == [
            row["identifiant_projet"] for row in listed
        ]
        assert ("Aucun projet n’est sur cette liste" in shown[rule.code]) == (not listed)


def test_a_line_says_since_when_and_whether_a_mission_is_open(site: Path, rows: list[dict[str, str]]) -> None:
    drift = [row for row in rows if (row["edition"], row["code_regle"]) == ("2021-11", "drift")]
    body = lists(site / "surveillance" / "index.html")["drift"]
    assert body.count("non ouverte") == sum(not row["mission_ouverte_le"] for row in drift) > 0
    assert body.count('<span>ouverte le <time datetime="') == sum(bool(row["mission_ouverte_le"]) for row in drift) > 0


def test_without_a_target_the_page_says_why_nothing_is_above_it(site: Path) -> None:
    html = (site / "2020-06" / "surveillance" / "index.html").read_text(encoding="utf-8")
    assert "aucune cible n’est adoptée, et l’édition précédente n’est pas dans le panorama" in html
    assert "nouveau sur la liste" not in html


def test_those_that_left_a_list_are_told(site: Path, rows: list[dict[str, str]]) -> None:
    def on(edition: str) -> set[str]:
        return {
            row["identifiant_projet"] for row in rows if (row["edition"], row["code_regle"]) == (edition, "closing")
        }

    left = lists(site / "surveillance" / "index.html")["closing"].partition("left-list")[2]
    assert set(re.findall(r"projets/(PGP-\d+)/", left)) == on("2021-07") - on("2021-11")


def test_a_project_page_has_the_lists_that_the_project_is_on(site: Path, rows: list[dict[str, str]]) -> None:
    for project_id in ("PGP-0003", "PGP-0012", "PGP-0001"):
        html = (site / "projets" / project_id / "index.html").read_text(encoding="utf-8")
        on = {
            row["code_regle"] for row in rows if (row["edition"], row["identifiant_projet"]) == ("2021-11", project_id)
        }
        assert set(re.findall(r"surveillance/index.html#(\w+)", html)) == on
