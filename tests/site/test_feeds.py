"""The feeds are valid Atom: every entry has an identifier of its own, a day that does not move, a link that leads."""

import datetime as dt
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from homes import Said

from assets.site.reference.feeds import ATOM, feeds
from assets.site.tables import SiteTables

IN = {"a": ATOM}


def every_feed(tables: SiteTables) -> dict[str, ET.Element]:
    return {feed.path: ET.fromstring(feed.content) for feed in feeds(tables)}  # noqa: S314  # we wrote it


def test_every_feed_and_entry_has_what_atom_asks(tables: SiteTables) -> None:
    ids = []
    for path, feed in every_feed(tables).items():
        assert feed.find("a:author/a:name", IN) is not None
        for one in [feed, *feed.findall("a:entry", IN)]:
            told = {name: one.findtext(f"a:{name}", None, IN) for name in ("id", "title", "updated")}
            assert all(told.values()), path
            assert urlsplit(str(told["id"])).scheme == "tag"
            assert dt.datetime.fromisoformat(str(told["updated"])).tzinfo
            ids.append(told["id"])
    assert len(ids) == len(set(ids))


def test_links_of_entries_lead_to_pages(tables: SiteTables, demonstration: tuple[Path, Said]) -> None:
    site = demonstration[0] / "out" / "site"
    for path, feed in every_feed(tables).items():
        assert (site / path).is_file()
        for link in feed.iter(f"{{{ATOM}}}link"):
            assert ((site / path).parent / link.attrib["href"].split("?")[0]).is_file(), (path, link.attrib)


def test_editions_and_corrections_are_told_the_latest_first(tables: SiteTables) -> None:
    entries = every_feed(tables)["flux.atom"].findall("a:entry", IN)
    days = [entry.findtext("a:updated", "", IN) for entry in entries]
    assert days == sorted(days, reverse=True)
    titles = [entry.findtext("a:title", "", IN) for entry in entries]
    assert titles[0] == "14e édition, novembre 2021"
    assert "Correction de l’édition de juillet 2021, version 2" in titles[1].replace("\u00a0", " ")
    summary = entries[1].findtext("a:summary", "", IN)
    assert "PGP-0024" in summary


def test_a_correction_is_told_to_the_ministry_of_its_project_alone(tables: SiteTables) -> None:
    feeds_ = every_feed(tables)
    told = [path for path, feed in feeds_.items() if "Correction" in ET.tostring(feed, encoding="unicode")]
    assert sorted(told) == ["flux.atom", "ministeres/justice/flux.atom"]


def test_where_the_address_is_known_identifiers_are_addresses(tables: SiteTables) -> None:
    feed = every_feed(replace(tables, base_url="https://exemple.test"))["flux.atom"]
    assert feed.findtext("a:id", "", IN) == "https://exemple.test/flux.atom"
    assert feed.find("a:link[@rel='self']", IN) is not None
