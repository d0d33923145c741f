"""The page in a real Chromium: what a reader sees, does and hears."""

import re
import unicodedata
from collections.abc import Iterator

import pytest
from chromium import AXE, launched, needs_axe, needs_chromium
from playwright.sync_api import Browser, Page, expect
from publication_tables import tables

from assets.page.contents import contents
from assets.page.rendering import page_files

pytestmark = needs_chromium

SCREENS = [(width, scheme) for width in (320, 375, 1280) for scheme in ("light", "dark")]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("publication")
    hostile = {"PGP-0001": "<img src=x onerror=alert(1)> Système d'Étât"}
    shown = tables(fictitious=True, baseline_source="first_publication", rename=hostile)
    (folder / "fonts").mkdir()
    for name, content in page_files(contents(shown)).items():
        (folder / name).write_bytes(content)
    return (folder / "index.html").as_uri()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as one:
        yield one


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    one = context.new_page()
    one.goto(site)
    yield one
    context.close()


def shown(page: Page) -> list[str]:
    """The names of the projects a reader sees, in order."""
    names: list[str] = page.eval_on_selector_all(
        "#tableau-projets tbody tr",
        "rows => rows.filter(row => row.offsetParent !== null).map(row => row.cells[0].firstChild.textContent)",
    )
    return names


def column(page: Page, rank: int) -> list[str]:
    """The sort keys of a column, in the order of the rows."""
    keys: list[str] = page.eval_on_selector_all(
        "#tableau-projets tbody tr", f"rows => rows.map(row => row.cells[{rank}].dataset.sort)"
    )
    return keys


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_no_error_no_horizontal_scroll_and_our_fonts(browser: Browser, site: str, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("requestfailed", lambda request: said.append(request.url))
    page.goto(site)
    page.evaluate("document.fonts.ready")
    assert said == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert set(page.evaluate("[...document.fonts].map(font => font.status)")) == {"loaded"}
    context.close()


@needs_axe
@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_axe_finds_no_violation(browser: Browser, site: str, width: int, scheme: str, *, javascript: bool) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    if not javascript:
        page.route("**/table.js", lambda route: route.abort())
    page.goto(site)
    for summary in page.query_selector_all("details > summary"):
        summary.evaluate("summary => { summary.parentElement.open = true }")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "axe.run(document, {preload: false}).then(r => r.violations.map(v => [v.id, v.nodes[0].html.slice(0, 120)]))"
    )
    assert found == []
    context.close()


def test_without_javascript_every_row_is_there_and_no_dead_control(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site)
    assert page.locator("#tableau-projets tbody tr:visible").count() == 50
    assert page.locator("form.filters:visible, #tableau-projets button").count() == 0
    context.close()


def test_search_ignores_accents_and_capitals(page: Page) -> None:
    page.fill("#recherche", "SYSTEME d’etat")
    assert shown(page) == ["<img src=x onerror=alert(1)> Système d'Étât"]
    assert page.inner_text("#resultats") == "1\u00a0projet sur 50"
    page.fill("#recherche", "etat")
    names = shown(page)
    assert len(names) > 1
    plain = [unicodedata.normalize("NFD", name).encode("ascii", "ignore").decode().casefold() for name in names]
    assert all("etat" in name for name in plain)


def test_results_are_announced(page: Page) -> None:
    assert page.get_attribute("#resultats", "aria-live") == "polite"
    page.fill("#recherche", "aucun projet de ce nom")
    assert page.inner_text("#resultats") == "0\u00a0projet sur 50"
    assert page.locator(".empty").is_visible()


def test_filters_combine_and_reset(page: Page) -> None:
    page.select_option("#filtre-phase", "Déploiement")
    in_rollout = len(shown(page))
    page.select_option("#filtre-ministere", "Ministère de la Culture")
    both = len(shown(page))
    assert 0 < both < in_rollout < 50
    page.click("button[type=reset]")
    # Not `wait_for_function`, which evaluates a string in the page: the content security policy refuses it.
    expect(page.locator("#resultats")).to_have_text("50\u00a0projets")
    assert len(shown(page)) == 50


def test_a_header_sorts_by_number_and_says_so(page: Page) -> None:
    header = page.locator("#tableau-projets thead th", has_text="Coût")
    header.locator("button").click()
    assert header.get_attribute("aria-sort") == "descending"
    costs = [float(key) for key in column(page, 3) if key]
    assert costs == sorted(costs, reverse=True)
    header.locator("button").press("Enter")
    assert header.get_attribute("aria-sort") == "ascending"
    keys = column(page, 3)
    costs = [float(key) for key in keys if key]
    assert costs == sorted(costs)
    assert not any(keys[len(costs) :])
    assert page.locator("#tableau-projets [aria-sort=ascending]").count() == 1


def test_names_sort_as_in_french(page: Page) -> None:
    page.locator("#tableau-projets thead button", has_text="Projet").click()
    plain = [
        re.sub(r"[^a-z]", "", unicodedata.normalize("NFD", name.replace("Œ", "Oe")).casefold()) for name in shown(page)
    ]
    letters = [name[0] for name in plain]
    assert letters[1:] == sorted(letters[1:])


def test_small_screens_sort_with_a_list(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport={"width": 375, "height": 800})
    page = context.new_page()
    page.goto(site)
    assert not page.locator("#tableau-projets thead button").first.is_visible() or page.locator("#tri").is_visible()
    page.select_option("#tri", label="Écart budgétaire, décroissant")
    ratios = [float(key) for key in column(page, 4) if key]
    assert ratios == sorted(ratios, reverse=True)
    context.close()


def test_the_first_key_reaches_the_skip_link(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Aller au contenu"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "contenu"


def test_charts_follow_the_theme(browser: Browser, site: str) -> None:
    colours = []
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme)
        page = context.new_page()
        page.goto(site)
        colours.append(page.eval_on_selector(".wide .s-budget", "line => getComputedStyle(line).stroke"))
        context.close()
    assert colours[0] != colours[1]


def test_each_screen_has_one_drawing_of_each_chart(browser: Browser, site: str) -> None:
    for width in (375, 1280):
        context = browser.new_context(viewport={"width": width, "height": 800})
        page = context.new_page()
        page.goto(site)
        assert page.locator("svg.chart:visible").count() == 4
        context.close()
