"""What a site promises beside what it says: valid HTML, the same bytes again, and addresses that last."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from homes import Said
from site_reading import pages

from assets.publication import site_tables
from assets.session import Session
from assets.site.rendering import site_files
from assets.site.tables import SiteTables
from warehouse.home.home import Home
from warehouse.home.state import read_state
from warehouse.home.store import RunStore

VNU = Path(__file__).parents[2] / "node_modules/vnu-jar/build/dist/vnu.jar"


@pytest.mark.skipif(not VNU.is_file(), reason=f"the checker of HTML is missing: {VNU} (npm ci)")
@pytest.mark.skipif(shutil.which("java") is None, reason="Java is missing (Debian default-jdk-headless)")
def test_every_page_is_valid_html(demonstration: tuple[Path, Said]) -> None:
    every = pages(demonstration[0] / "out" / "site")
    done = subprocess.run(
        ["java", "-Xss8m", "-jar", str(VNU), "--format", "json", "--exit-zero-always", *map(str, every)],
        capture_output=True,
        text=True,
        check=True,
    )
    # The checker has no origin to compare with: for it, no file beside a page is « self ».
    told = [one for one in json.loads(done.stderr)["messages"] if "Content Security Policy" not in one["message"]]
    found = [one for one in told if one["type"] == "error" or one.get("subType")]
    assert not found, "\n".join(f"{one['url']} : {one['message']}" for one in found[:20])


@pytest.fixture(scope="module")
def drawn(tables: SiteTables) -> dict[str, bytes]:
    """The files of the site of the demonstration, drawn again."""
    return dict(site_files(tables))


def test_the_same_tables_give_the_same_bytes(site: Path, drawn: dict[str, bytes]) -> None:
    assert {path: (site / path).read_bytes() for path in drawn} == drawn


def test_every_address_of_an_edition_answers_at_the_next(
    demonstration: tuple[Path, Said], drawn: dict[str, bytes]
) -> None:
    """What was linked to or cited once stays where it was."""
    home = Home(demonstration[0])
    session = Session(read_state(home), RunStore(home.warehouse), ())
    before = site_tables(session, session.calendar.find("2021-07"), session.closings())
    assert {path for path, _ in site_files(before)} - drawn.keys() == set()


def test_no_page_asks_anything_of_another_place(demonstration: tuple[Path, Said]) -> None:
    """Nothing is loaded from elsewhere, nothing is styled or scripted in the page."""
    for path in pages(demonstration[0] / "out" / "site"):
        page = path.read_text(encoding="utf-8")
        assert not re.search(r"<(?:script|img|iframe|link)[^>]*(?:src|href)=\"(?:https?:)?//", page), path
        assert not re.search(r"<style|\sstyle=|<script(?! src=)|\son[a-z]+=|javascript:", page), path
