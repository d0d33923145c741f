"""Words and numbers as everything published prints them, and the colours of its drawings."""

import re
from pathlib import Path

import pytest
from homes import Said

from assets.page.headline_wording import PARTS, opposed
from assets.page.identity import PALETTE
from warehouse.model import french
from warehouse.model.french import NARROW, NBSP

TEMPLATES = Path(__file__).parents[2] / "assets"
DRAWINGS = re.compile(r'<svg class="(?:chart|bar-line)".*?</svg>', re.DOTALL)


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


def test_drawings_take_every_colour_from_the_style_sheet(demonstration: tuple[Path, Said]) -> None:
    style = (TEMPLATES / "page/templates/style.css").read_text(encoding="utf-8")
    site, roles, drawn = demonstration[0] / "out" / "site", set(), 0
    for path in (*site.glob("projets/PGP-001*/index.html"), *site.glob("*/index.html")):
        for drawing in DRAWINGS.findall(path.read_text(encoding="utf-8")):
            drawn += 1
            assert not re.search(r'(?:fill|stroke)="(?!none|transparent)', drawing), path
            if 'class="chart"' in drawing:
                assert re.search(r"<title id=.+?</title><desc id=", drawing), path
            roles |= set(re.findall(r"\b([fs])-([a-z]+)", " ".join(re.findall(r'class="([^"]+)"', drawing))))
    assert drawn > 8
    for kind, role in roles:
        assert role in PALETTE
        assert f".{kind}-{role} " in style
