"""The pages of the site in a real Chromium: nothing is out of reach, at every width and in both themes."""

import re
from pathlib import Path

import pytest
from chromium import AXE, needs_axe, needs_chromium
from playwright.sync_api import Browser
from site_reading import pages

WIDTHS = (320, 768, 1280)
SCHEMES = ("light", "dark")

pytestmark = needs_chromium


def of_each_kind(site: Path) -> list[Path]:
    """One page of each kind: addresses that differ by an edition, a project or a ministry are of one kind."""
    kinds: dict[str, Path] = {}
    for path in pages(site):
        kind = re.sub(r"\d{4}-\d{2}|PGP-\d+", "*", path.relative_to(site).as_posix())
        kinds.setdefault(re.sub(r"ministeres/[a-z_]+/", "ministeres/*/", kind), path)
    return sorted(kinds.values())


@needs_axe
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scripted", [True, False])
def test_every_kind_of_page_is_accessible_quiet_and_as_wide_as_the_screen(
    browser: Browser, site: Path, width: int, *, scripted: bool
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{page.url} : {message.text}"))
    page.on("pageerror", lambda error: said.append(f"{page.url} : {error}"))
    if not scripted:
        page.route("**/*.js", lambda route: route.fulfill(body=""))
    found = []
    for path in of_each_kind(site):
        page.goto(path.as_uri())
        page.evaluate("document.fonts.ready")
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{path} : plus large que {width} pixels")
        page.eval_on_selector_all("details", "all => all.forEach(one => { one.open = true })")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            found += [f"{path} : {scheme} : {one}" for one in page.evaluate(_ASKED)]
    assert not said, "\n".join(said[:20])
    assert not found, "\n".join(found[:20])
    context.close()


# Violations, and contrasts left undecided, but for texts of drawings: their colours are those of the palette.
_ASKED = """axe.run(document, {preload: false, resultTypes: ['violations', 'incomplete']}).then(r => {
    const isDrawn = node => /^<(text|tspan)/.test(node.html);
    const isLow = node => !isDrawn(node) && !node.any.some(one => one.data && one.data.contrastRatio >= 4.5);
    const undecided = r.incomplete.filter(one => one.id === 'color-contrast' && one.nodes.some(isLow));
    return [...r.violations, ...undecided].map(v => `${v.id} ${v.nodes[0].html.slice(0, 160)}`);
})"""


def test_a_theme_changes_nothing_but_colours(site: Path) -> None:
    styles = "".join((site / name).read_text(encoding="utf-8") for name in ("style.css", "site.css"))
    assert "prefers-color-scheme" not in styles
    by_theme = [line.strip() for line in re.split(r"[;{}]", styles) if "light-dark(" in line]
    assert by_theme
    assert all(re.fullmatch(r"--[a-z-]+: light-dark\(#[0-9a-f]+, #[0-9a-f]+\)", line) for line in by_theme)
    chosen = set(re.findall(r"\[data-theme[^{]*\{ ([^}]*); \}", styles))
    assert chosen == {"color-scheme: light", "color-scheme: dark"}
