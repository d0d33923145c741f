"""The pages of the site in a real Chromium: what a reader sees, does and hears."""

import gzip
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import needs_chromium
from playwright.sync_api import Browser, Page, expect

SCHEMES = ("light", "dark")

pytestmark = needs_chromium


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def test_texts_of_drawings_are_readable_in_both_themes(page: Page, site: Path) -> None:
    """Every colour that a text of a chart takes stands out of what is behind it, at least 4.5 to 1."""
    page.goto((site / "index.html").as_uri())
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found = page.evaluate(
            """roles => {
                const probe = document.createElement('i');
                document.body.append(probe);
                const light = name => {
                    probe.style.color = `var(--${name})`;
                    const parts = getComputedStyle(probe).color.match(/[0-9.]+/g).slice(0, 3).map(Number);
                    const linear = v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
                    const [r, g, b] = parts.map(v => linear(v / 255));
                    return .2126 * r + .7152 * g + .0722 * b;
                };
                const ratio = (a, b) => (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
                const against = role => behind => [role, behind, ratio(light(role), light(behind))];
                return roles.flatMap(role => ['page', 'paper'].map(against(role)));
            }""",
            ["ink", "muted", "budget", "schedule", "target", "count"],
        )
        assert [one for one in found if one[2] < 4.5] == []


def shown(page: Page) -> list[str]:
    """The ids of the projects a reader sees, in order."""
    ids: list[str] = page.eval_on_selector_all(
        "table.explorer tbody tr",
        "rows => rows.filter(row => row.offsetParent !== null).map(row => row.querySelector('code').textContent)",
    )
    return ids


def test_the_explorer_keeps_its_state_in_the_address(page: Page, site: Path) -> None:
    address = (site / "projets/index.html").as_uri()
    page.goto(address)
    everyone = len(shown(page))
    page.get_by_role("link", name="Dix plus fortes dérives").click()
    worst = shown(page)
    assert len(worst) == 10
    assert "tri=budget-desc" in page.url
    page.select_option("#f-ministere", "interieur")
    assert 0 < len(shown(page)) < everyone
    page.go_back()
    expect(page.locator("#resultats")).to_have_text(f"10\u00a0projets sur {everyone}")
    assert shown(page) == worst
    page.goto(f"{address}?ministere=interieur&phase=rollout")
    assert page.input_value("#f-ministere") == "interieur"
    filtered = shown(page)
    page.reload()
    assert shown(page) == filtered


def test_what_is_shown_is_exported(page: Page, site: Path) -> None:
    page.goto((site / "projets/index.html").as_uri() + "?tri=budget-desc&n=10&etat=suivi")
    with page.expect_download() as download:
        page.get_by_role("button", name="Exporter en CSV").click()
    lines = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("identifiant_projet,nom_projet,")
    assert [line.split(",")[0] for line in lines[1:]] == shown(page)


def test_search_ignores_accents_and_capitals(page: Page, site: Path) -> None:
    page.goto((site / "projets/index.html").as_uri())
    page.fill("#q", "REGULATION des urgences")
    assert shown(page) == ["PGP-0035"]
    page.get_by_role("button", name="Tout afficher").click()
    assert len(shown(page)) > 50


def test_without_script_every_project_is_there_and_no_dead_control(browser: Browser, site: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / "projets/index.html").as_uri())
    assert page.locator("table.explorer tbody tr:visible").count() > 50
    assert page.locator("form:visible, button:visible, .presets:visible").count() == 0
    context.close()


def test_the_theme_can_be_chosen_and_is_kept(page: Page, site: Path) -> None:
    page.goto((site / "index.html").as_uri())
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Thème sombre").click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark != before
    page.goto((site / "projets/index.html").as_uri())
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark


def test_pages_weigh_little(site: Path) -> None:
    home = [site / name for name in ("index.html", "style.css", "site.css", "site.js")]
    fonts = sorted((site / "fonts").glob("*.woff2"))
    assert sum(len(gzip.compress(path.read_bytes())) for path in [*home, *fonts]) <= 150_000
    # What the search looks into is data, written as a script because a page read from a disk can fetch nothing.
    scripts = [path for path in site.glob("**/*.js") if not {"publication", "recherche"} & set(path.parts)]
    assert sum(path.stat().st_size for path in scripts) <= 30_000


@pytest.mark.parametrize(
    "address", ["projets/index.html", "ministeres/economie_finances/index.html", "sorties/index.html"]
)
def test_on_paper_each_page_of_a_table_has_its_headers_and_none_ends_with_a_heading(
    page: Page, site: Path, tmp_path: Path, address: str
) -> None:
    page.goto((site / address).as_uri())
    headings = set(page.locator("main h2, main h3").all_inner_texts())
    printed = tmp_path / "page.pdf"
    page.pdf(path=printed, format="A4", margin={"top": "1cm", "bottom": "1cm", "left": "1cm", "right": "1cm"})
    done = subprocess.run(["pdftotext", "-layout", printed, "-"], capture_output=True, text=True, check=True)
    sheets = [sheet for sheet in done.stdout.split("\f") if sheet.strip()]
    assert len(sheets) > 1
    rows = [sheet for sheet in sheets if re.search(r"PGP-\d{4}|\(fictif\)", sheet)]
    assert all("Projet" in sheet for sheet in rows)
    last = [" ".join(sheet.strip().splitlines()[-1].split()) for sheet in sheets]
    assert not headings & set(last)
