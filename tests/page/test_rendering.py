import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from publication_tables import only_editions, tables

from assets.page import wording
from assets.page.contents import contents
from assets.page.drawing import PALETTE
from assets.page.headline_wording import rate_card
from assets.page.rendering import page_files, page_html
from assets.page.tables import RATES, PublicationTables, publishable
from warehouse.model import french
from warehouse.model.findings import Finding
from warehouse.model.french import NARROW, NBSP

HOSTILE = "<script>alert('x')</script> & \"g\" #a $b$ *c* @d _e_ \\f `h` [i] {j} // k ☃ 漢字"


class _Text(HTMLParser):
    """The text of a page, without what is in tags."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def text_of(page: str) -> str:
    parser = _Text()
    parser.feed(page)
    return " ".join(" ".join(parser.parts).split(" "))


@pytest.fixture(scope="module")
def whole() -> PublicationTables:
    return tables()


@pytest.fixture(scope="module")
def page(whole: PublicationTables) -> str:
    return page_html(contents(whole))


def mean(shown: PublicationTables, edition: str, rate: str) -> float:
    groups = shown.groups
    chosen = (groups["edition"] == edition) & (groups["rate"] == rate) & (groups["method"] == "mean_of_ratios")
    return float(groups.loc[chosen & (groups["dimension"] == "portfolio"), "value_ratio"].iloc[0])


def test_headline_rates_are_those_of_the_tables(page: str, whole: PublicationTables) -> None:
    text = text_of(page)
    for rate in ("budget", "schedule"):
        now = mean(whole, "2021-11", rate)
        assert f'<p class="headline">{french.percent(now)}</p>' in page
        for other in ("2021-07", "2020-06"):
            assert french.points(now - mean(whole, other, rate)) in text
        n = int((whole.slippage[f"{rate}_status"] == "known").sum())
        assert f"Moyenne de {n}{NBSP}projets sur 50" in text


def test_key_figures_are_those_of_the_tables(page: str, whole: PublicationTables) -> None:
    row = whole.figures()
    for amount in (
        french.number(row["projects"]),
        french.billions(row["total_cost_meur"]).split(NBSP)[0],
        french.number(row["mean_duration_years"], 1),
        french.number(row["interministerial"]),
    ):
        assert f'<span class="amount">{amount}</span>' in page


def test_every_known_cost_and_slippage_is_in_the_table_of_projects(page: str, whole: PublicationTables) -> None:
    body = page[page.index('id="tableau-projets"') :]
    for row in publishable(whole).slippage.to_dict("records"):
        line = body[body.index(row["project_id"]) :].split("</tr>")[0]
        if pd.notna(row["updated_cost_meur"]):
            assert f'<span class="value">{french.number(row["updated_cost_meur"], 1)}</span>' in line
        for rate in ("budget", "schedule"):
            if row[f"{rate}_status"] == "known":
                assert french.percent(row[f"{rate}_slippage_ratio"], signed=True) in line


def test_entries_and_exits_are_named(page: str, whole: PublicationTables) -> None:
    section = page[page.index('id="mouvements"') : page.index('id="analyses"')]
    assert len(whole.movements) == 11
    assert section.count("<li>") == 11
    for name in whole.movements["name"]:
        assert name.replace("'", "&#39;") in section


def _withheld_with_figures(shown: PublicationTables) -> PublicationTables:
    """Withheld projects that all carry the same unmistakable figures, everywhere a table can hold one."""
    projects, slippage = shown.projects.copy(), shown.slippage.copy()
    hidden = projects["withheld"]
    projects.loc[hidden, ["cost_withheld", "schedule_withheld"]] = True
    projects.loc[hidden, "updated_cost_meur"] = 98765.4
    projects.loc[hidden, "initial_cost_meur"] = 87654.3
    projects.loc[hidden, "cost_band"] = "under_5"
    projects.loc[hidden, ["updated_end_date", "initial_end_date"]] = pd.Timestamp("2097-03-01")
    projects.loc[hidden, ["updated_duration_months", "initial_duration_months"]] = 8642
    same = slippage["project_id"].isin(projects.loc[hidden, "project_id"])
    slippage.loc[same, ["updated_cost_meur", "initial_cost_meur"]] = [98765.4, 87654.3]
    slippage.loc[same, ["budget_slippage_ratio", "schedule_slippage_ratio"]] = 7.77
    slippage.loc[same, ["updated_duration_months", "initial_duration_months"]] = 8642
    row = projects[hidden].iloc[0]
    told = Finding(
        "x", "warning", "Coût de 98765,4 M€.", file=row["source_file"], row=row["source_row"], value="98765,4"
    )
    named = Finding("cost_is_given", "warning", f"{row['name']} : 8642 mois.")
    return replace(shown, projects=projects, slippage=slippage, findings=(*shown.findings, told, named))


SECRETS = (r"98\D?765\D4", r"87\D?654\D3", r"mars\s2097", "2097-03", r"\b8\D?642\b", r"777\D0", r"7\.77\b")


def test_withheld_figures_are_nowhere_in_the_page(whole: PublicationTables) -> None:
    page = page_html(contents(_withheld_with_figures(whole)))
    assert not [secret for secret in SECRETS if re.search(secret, page)]
    row = whole.projects[whole.projects["cost_withheld"] & whole.projects["schedule_withheld"]].iloc[0]
    line = page[page.index(row["project_id"]) :].split("</tr>")[0]
    assert line.count("non publié") == 4
    assert "Appel d’offres en cours" in line


def test_a_withheld_cost_alone_leaves_the_schedule(page: str, whole: PublicationTables) -> None:
    row = whole.projects[whole.projects["cost_withheld"] & ~whole.projects["schedule_withheld"]].iloc[0]
    line = page[page.index(row["project_id"]) :].split("</tr>", maxsplit=1)[0]
    assert line.count("non publié") == 2
    assert french.month(row["updated_end_date"]) in line


def test_unknown_figures_are_never_zero(page: str, whole: PublicationTables) -> None:
    scoping = whole.projects[whole.projects["phase"] == "scoping"].iloc[0]
    line = page[page.index(scoping["project_id"]) :].split("</tr>", maxsplit=1)[0]
    assert line.count(french.UNKNOWN) == 2
    assert line.count("non comparable") == 2
    assert not re.search(r'class="value">0', line)


def test_same_tables_give_the_same_bytes(whole: PublicationTables) -> None:
    assert page_files(contents(whole)) == page_files(contents(whole))


def test_files_are_the_page_and_its_assets(whole: PublicationTables) -> None:
    files = page_files(contents(whole))
    assert {"index.html", "style.css", "table.js", "fonts/OFL.txt"} <= files.keys()
    assert len([name for name in files if name.endswith(".woff2")]) == 3


def test_page_has_a_strict_policy_and_nothing_it_forbids(page: str) -> None:
    policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'"
    assert f'http-equiv="Content-Security-Policy" content="{policy}"' in page
    assert not re.search(r"<style|\sstyle=|<script(?! src=)|\son[a-z]+=|javascript:", page)
    assert not re.search(r'(?:src|href)="(?:https?:)?//[^"]+\.(?:js|css|woff2?)', page)


def test_charts_take_every_colour_from_the_style_sheet(page: str) -> None:
    drawings = re.findall(r"<svg class=\"chart\".*?</svg>", page, re.DOTALL)
    assert len(drawings) == 8
    style = (Path(__file__).parents[2] / "assets/page/templates/style.css").read_text(encoding="utf-8")
    for drawing in drawings:
        assert not re.search(r'(?:fill|stroke)="(?!none|transparent)', drawing)
        assert re.search(r"<title id=.+?</title><desc id=", drawing)
        for kind, role in re.findall(r"\b([fs])-([a-z]+)", " ".join(re.findall(r'class="([^"]+)"', drawing))):
            assert role in PALETTE
            assert f".{kind}-{role} " in style


def test_no_identifier_is_used_twice(page: str) -> None:
    identifiers = re.findall(r'\bid="([^"]+)"', page)
    assert len(identifiers) == len(set(identifiers))


def test_hostile_names_are_text() -> None:
    page = page_html(contents(tables(rename={"PGP-0001": HOSTILE})))
    assert "<script>alert" not in page
    assert HOSTILE in text_of(page)


def test_only_web_addresses_become_links(whole: PublicationTables) -> None:
    projects = whole.projects.assign(information_url="javascript:alert(1)")
    assert "javascript:" not in page_html(contents(replace(whole, projects=projects)))


def test_fictitious_data_is_said_at_the_top(page: str) -> None:
    assert "Données fictives" not in page
    shown = page_html(contents(tables(fictitious=True)))
    assert shown.index("Données fictives – démonstration") < shown.index("<h1>")


def test_first_publication_rates_carry_a_caveat_and_no_verdict(page: str) -> None:
    assert "n’est pas le taux officiel" not in page
    shown = page_html(contents(tables(baseline_source="first_publication")))
    assert shown.index("n’est pas le taux officiel") < shown.index('class="headline"')
    assert "atteinte" not in shown


def test_one_project_without_declared_baseline_changes_nothing_of_what_is_said_of_the_others(
    whole: PublicationTables,
) -> None:
    last = whole.key_figures["edition"].eq(whole.edition.key)
    figures = whole.key_figures.assign(stand_ins=whole.key_figures["stand_ins"].mask(last, 1))
    shown = replace(whole, key_figures=figures)
    assert wording.lede(shown) == wording.lede(whole)
    for rate in RATES:
        assert rate_card(shown, rate) == rate_card(whole, rate)
    text = text_of(page_html(contents(shown))).replace(NBSP, " ")
    assert "Pour 1 projet, aucune référence n’a été déclarée" in text
    assert "Les autres le sont à partir de leurs prévisions initiales." in text
    assert "celui de la première référence ou, quand aucune n’est déclarée, le premier chiffre publié" in text
    assert "n’est pas le taux officiel" not in text


def test_a_missing_previous_edition_gives_no_change(whole: PublicationTables) -> None:
    alone = only_editions(whole, "2020-06", "2020-11", "2021-11")
    text = text_of(page_html(contents(alone)))
    assert "Édition précédente (13e) absente de l’entrepôt" in text
    assert "édition précédente)" not in text
    assert "Depuis juin 2020" in text
    assert "13e édition absente" in text


def test_an_edition_alone_has_no_change(whole: PublicationTables) -> None:
    text = text_of(page_html(contents(only_editions(whole, "2021-11"))))
    assert "Depuis" not in text


def test_an_edition_without_any_figure_still_renders(whole: PublicationTables) -> None:
    missing: dict[str, Any] = {
        "updated_cost_meur": None,
        "updated_duration_months": pd.NA,
        "updated_end_date": pd.NaT,
        "cost_band": None,
    }
    bare = only_editions(whole, "2021-11")
    slippage = bare.slippage.assign(budget_status="missing", schedule_status="missing", budget_slippage_ratio=None)
    bare = replace(
        bare,
        projects=bare.projects.assign(**missing),
        slippage=slippage.assign(schedule_slippage_ratio=None),
        groups=bare.groups.assign(value_ratio=float("nan"), n=0),
        key_figures=bare.key_figures.assign(
            total_cost_meur=None,
            mean_duration_years=None,
            target_ratio=None,
            **{f"{rate}_status": "unknown" for rate in RATES},
            **{f"{rate}_n": 0 for rate in RATES},
            **{f"{kind}{rate}_mean_ratio": None for rate in RATES for kind in ("", "official_")},
        ),
    )
    page = page_html(contents(bare))
    assert f'<p class="headline">{french.UNKNOWN}</p>' in page
    assert "aucun écart connu sur 50" in text_of(page).lower()


def test_source_files_carry_their_fingerprint(page: str, whole: PublicationTables) -> None:
    held = set(whole.projects.loc[whole.projects["withheld"], "source_file"])
    assert held
    for file, sha in set(zip(whole.projects["source_file"], whole.projects["source_sha256"], strict=True)):
        assert (sha in page) == (file not in held)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (french.number(1234.5, 1), f"1{NARROW}234,5"),
        (french.percent(0.135), f"13,5{NARROW}%"),
        (french.percent(0.1345), f"13,5{NARROW}%"),
        (french.percent(-0.0001, signed=True), f"0,0{NARROW}%"),
        (french.percent(float("nan")), french.UNKNOWN),
        (french.points(-0.231), f"−23,1{NBSP}points"),
        (french.points(0.015), f"+1,5{NBSP}point"),
        (french.points(0.0196), f"+2,0{NBSP}points"),
        (french.billions(2620), f"2,62{NBSP}Md€"),
        (french.billions(None), french.UNKNOWN),
        (french.ordinal(1), "1re"),
        (french.of_month("avril 2021"), "d’avril 2021"),
        (
            french.typeset("l'État : « 15 % » ; oui !"),
            f"l’État{NBSP}: «{NBSP}15{NARROW}%{NBSP}»{NARROW}; oui{NARROW}!",
        ),
        (french.visible("a\u202eb\u200b \tc\n"), "ab c"),
    ],
)
def test_numbers_and_words_are_french(text: str, expected: str) -> None:
    assert text == expected
