"""The search finds whatever the site holds, and without a script everything is listed."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import needs_chromium
from playwright.sync_api import Browser, Page, expect
from site_reading import read


def index(site: Path) -> list[list[str]]:
    text = (site / "recherche" / "index.js").read_text(encoding="utf-8")
    found: list[list[str]] = json.loads(text.removeprefix("window.panoramaIndex=").rstrip().removesuffix(";"))
    return found


def test_every_project_is_found_by_its_id_and_all_its_names(site: Path) -> None:
    by_address = {address: " ".join([title, told, keywords]) for title, address, _, told, keywords in index(site)}
    folders = list((site / "projets").glob("PGP-*"))
    assert folders
    for folder in folders:
        with (folder / f"{folder.name}.csv").open(encoding="utf-8", newline="") as file:
            names = {row["nom_projet"] for row in csv.DictReader(file)}
        text = by_address[f"projets/{folder.name}/index.html"]
        assert folder.name in text
        assert all(name in text for name in names)


def test_without_a_script_everything_is_listed(site: Path) -> None:
    links = set(read(site / "recherche" / "index.html").links)
    assert {f"../{address}" for _, address, *_ in index(site)} <= links


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


@needs_chromium
def test_a_reader_finds_without_accents_and_keeps_the_address(site: Path, page: Page) -> None:
    page.goto((site / "recherche" / "index.html").as_uri())
    field, found = page.get_by_label("Rechercher", exact=True), page.locator(".found li")
    field.fill("elevages")
    expect(found).to_have_count(1)
    expect(page.get_by_role("status")).to_have_text("1\u00a0résultat")
    expect(page.locator(".all-entries")).to_be_hidden()
    page.reload()
    expect(found).to_have_count(1)
    field.fill("pgp-0038")
    found.first.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Alertes des élevages")
    page.go_back()
    field.fill("rien de tel")
    expect(page.get_by_role("status")).to_have_text("Rien ne correspond.")
