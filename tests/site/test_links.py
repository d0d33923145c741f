"""Every address of the site leads somewhere, from any folder that it is copied to."""

import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from homes import Said
from site_reading import pages, read


@pytest.fixture(scope="module")
def site(demonstration: tuple[Path, Said], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site copied alone, in a folder of its own."""
    folder = tmp_path_factory.mktemp("elsewhere") / "dossier avec espaces" / "site"
    shutil.copytree(demonstration[0] / "out" / "site", folder)
    return folder


def test_every_link_leads_somewhere(site: Path) -> None:
    broken = {
        f"{path.relative_to(site)} : {link}"
        for path in [*pages(site), *site.glob("*/publication/index.html")]
        for link in read(path).links
        if not leads_somewhere(path, link, site)
    }
    assert not broken, "\n".join(sorted(broken)[:40])


def leads_somewhere(page: Path, link: str, site: Path) -> bool:
    """Whether a link of a page leaves the site, or leads to a file of it, and to a part that it has."""
    parts = urlsplit(link)
    if parts.scheme or not (parts.path or parts.fragment):
        return True
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if not target.is_file() or not target.is_relative_to(site):
        return False
    return not parts.fragment or target.suffix != ".html" or parts.fragment in read(target).identifiers


def test_identifiers_are_unique(site: Path) -> None:
    for path in pages(site):
        found = read(path).identifiers
        assert len(found) == len(set(found)), path
