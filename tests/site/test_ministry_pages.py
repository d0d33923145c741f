"""The pages of ministries: what each must answer at the latest edition, and the address that each keeps."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from site_reading import Dataset, Figure, read

from assets.site.follow_up.ministries import ministry_pages
from assets.site.tables import SiteTables
from warehouse.follow_up.ministry_brief import requests_in
from warehouse.model import french
from warehouse.model.schema import Table
from warehouse.model.vocabulary import MINISTRIES


@pytest.fixture(scope="module")
def briefs(site: Path) -> dict[str, dict[str, str]]:
    """The rows of `fiches_ministeres` at the latest edition, by the code of the ministry."""
    rows = published(site, "fiches_ministeres")
    return {row["code_ministere"]: row for row in rows if row["edition"] == "2021-11"}


def published(site: Path, stem: str) -> list[dict[str, str]]:
    return Dataset(site / "2021-11" / "open_data").rows(stem)


def page(site: Path, code: str) -> str:
    return (site / "ministeres" / code / "index.html").read_text(encoding="utf-8")


def text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_every_ministry_ever_seen_has_a_page(site: Path) -> None:
    labels = MINISTRIES.labels_by_code()
    seen = {
        row["ministere"] for stem in ("historique", "fiches_ministeres", "qualite") for row in published(site, stem)
    }
    assert {labels[path.parent.name] for path in site.glob("ministeres/*/index.html")} == seen


def test_contributions_are_those_of_the_briefs(site: Path, briefs: dict[str, dict[str, str]]) -> None:
    for code, row in briefs.items():
        for column in ("contribution_budgetaire_points", "contribution_calendaire_points"):
            shown = [figure.text for figure in figures(site, code) if figure.source.endswith(f"#{column}")]
            points = french.number(float(row[column]), 1)
            assert any(one.lstrip("+").startswith(points) for one in shown), (code, column, shown)


def figures(site: Path, code: str) -> list[Figure]:
    found = read(site / "ministeres" / code / "index.html").figures
    return [one for one in found if "edition=2021-11" in one.source]


def test_what_is_asked_is_all_that_the_dataset_asks(site: Path, briefs: dict[str, dict[str, str]]) -> None:
    for code, row in briefs.items():
        shown = page(site, code)
        items = re.findall(r"<li>(.*?)</li>", shown.partition('class="requests"')[2].partition("</ul>")[0])
        assert len(items) == len(requests_in(row["demandes"]) if row["demandes"] else [])
        assert ("Rien de particulier" in shown) == (not row["demandes"])


def test_requests_are_told_apart_even_when_a_project_has_a_semicolon_in_its_name() -> None:
    asked = "Expliquer l'écart de « A ; b » (budget +20,0 %) ; demander l'avis de la DINUM pour « C »."
    assert requests_in(asked) == [
        "Expliquer l'écart de « A ; b » (budget +20,0 %)",
        "Demander l'avis de la DINUM pour « C »",
    ]


def test_projects_come_by_their_strongest_slippage_and_those_without_one_last(site: Path) -> None:
    rows = published(site, "historique")
    label = MINISTRIES.label("economie_finances")
    mine = {
        row["identifiant_projet"]: [
            float(row[name]) for name in ("taux_ecart_budgetaire", "taux_ecart_calendaire") if row[name]
        ]
        for row in rows
        if (row["edition"], row["ministere"]) == ("2021-11", label)
    }
    table = page(site, "economie_finances").partition('id="projets"')[2].partition("</table>")[0]
    shown = re.findall(r"projets/(PGP-\d+)/index", table)
    assert sorted(shown) == sorted(mine)
    strengths = [max(mine[one], default=float("-inf")) for one in shown]
    assert strengths == sorted(strengths, reverse=True)


def test_what_changed_tells_entries_and_exits_with_their_reason(site: Path) -> None:
    told = text(page(site, "economie_finances").partition('id="change"')[2].partition("</section>")[0])
    assert "Achats responsables (fictif) entrée" in told
    assert f"Statistique rapide (fictif) sortie{french.NBSP}: abandonné".replace(french.NBSP, " ") in told


def test_projects_and_the_explorer_lead_to_the_ministry(site: Path) -> None:
    for path in (site / "projets" / "PGP-0001" / "index.html", site / "projets" / "index.html"):
        assert "ministeres/economie_finances/index.html" in path.read_text(encoding="utf-8")


def test_a_ministry_that_no_longer_has_projects_says_so_and_keeps_its_page(tables: SiteTables) -> None:
    def gone(stem: str) -> tuple[Table, pd.DataFrame]:
        rows = tables[stem]
        is_there = rows.frame["edition"].eq("2021-11") & rows.frame["ministry_id"].eq("culture")
        return rows.table, rows.frame.loc[~is_there]

    frames = dict(tables.frames) | dict(map(gone, ("historique", "fiches_ministeres", "qualite", "suivi")))
    pages = {each.path: each for each in ministry_pages(replace(tables, frames=frames))}
    left: Any = pages["ministeres/culture/index.html"].said
    listed: Any = pages["ministeres/index.html"].said
    assert left["brief"] is None
    assert "ne porte plus de grand projet" in str(left["none"])
    assert "juillet 2021" in str(left["none"])
    assert [each.now for each in left["former"]]
    assert ("culture", "Ministère de la Culture") in [one[:2] for one in listed["gone"]]


def test_the_first_edition_alone_compares_with_nothing(tables: SiteTables) -> None:
    first = tables.editions[0]
    frames = {
        table: frame.loc[frame["edition"].eq(first.key)] if "edition" in frame.columns else frame
        for table, frame in tables.frames.items()
    }
    alone = replace(tables, edition=first, editions=(first,), frames=frames)
    for each in ministry_pages(alone):
        brief: Any = each.said.get("brief")
        if brief is not None:
            assert not brief.since
            assert not brief.counts
