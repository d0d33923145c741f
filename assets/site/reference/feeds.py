"""Atom feeds: editions and corrections of the whole site, and those of each ministry.

The same tables give the same bytes: an entry is dated by the day of its publication, never by the day it is written.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from assets.dataset.about import PUBLISHER
from assets.page.wording import TITLE, ministry_label
from assets.site.follow_up.ministries import ministries_seen
from assets.site.pages import Attachment
from assets.site.tables import SiteTables
from warehouse.home.calendar import Edition
from warehouse.model import french

ATOM = "http://www.w3.org/2005/Atom"
# Before an identifier that no address stands for; it never changes.
TAG = "tag:numerique.gouv.fr,2021:panorama-grands-projets/"
NAME = "flux.atom"


@dataclass(frozen=True)
class Entry:
    """What happened one day: its identifier among those of the site, its address from the folder of the feed."""

    key: str
    title: str
    day: dt.date
    address: str
    summary: str


def feeds(site: SiteTables) -> Iterator[Attachment]:
    """The feed of the site, and one for each ministry that has a page."""
    every = [*_editions(site), *_corrections(site, None)]
    yield Attachment(NAME, _atom(site, "", TITLE, every))
    for code in ministries_seen(site):
        name, folder = ministry_label(code), f"ministeres/{code}/"
        entries = [*_of_ministry(site, code), *_corrections(site, code)]
        yield Attachment(f"{folder}{NAME}", _atom(site, folder, f"{TITLE} : {name}", entries))


def _day(edition: Edition) -> dt.date:
    return edition.published_on or edition.reference_date()


def _editions(site: SiteTables) -> Iterator[Entry]:
    for edition in site.editions:
        closing = site.abouts[edition.key].closing
        yield Entry(
            edition.key,
            f"{french.ordinal(edition.ordinal)} édition, {edition.month_label()}",
            _day(edition),
            f"{edition.key}/index.html",
            closing.provisional or f"L'édition {french.of_month(edition.month_label())} est publiée.",
        )


def _of_ministry(site: SiteTables, code: str) -> Iterator[Entry]:
    """Each edition where it has projects, with how many."""
    rows = site["historique"].where(ministry_id=code)
    for edition in site.editions:
        count = len(rows.where(edition=edition.key))
        if count:
            yield Entry(
                f"{code}/{edition.key}",
                f"{ministry_label(code)}, {edition.month_label()}",
                _day(edition),
                f"{edition.key}/projets/index.html?ministere={code}",
                f"{french.counted(count, 'projet')} à l'édition {french.of_month(edition.month_label())}.",
            )


def _corrections(site: SiteTables, code: str | None) -> Iterator[Entry]:
    """Each version that corrects an edition; of a ministry, those that correct one of its projects."""
    for edition in site.editions:
        by_version: dict[int, list[str]] = {}
        days: dict[int, dt.date] = {}
        for one in site.abouts[edition.key].corrections:
            project = one.project.partition(" ")[0]
            latest = site.latest.get(project)
            if code is None or (latest is not None and latest["ministry_id"] == code):
                by_version.setdefault(one.version, []).append(one.project)
                days[one.version] = one.known_on
        for version, projects in by_version.items():
            named = french.listed(sorted(set(projects)))
            values = french.counted(len(projects), "valeur corrigée", "valeurs corrigées")
            yield Entry(
                "/".join(filter(None, [code, f"{edition.key}.{version}"])),
                f"Correction de l'édition {french.of_month(edition.month_label())}, version {version}",
                days[version],
                "corrections/index.html",
                f"{values} : {named}.",
            )


def _atom(site: SiteTables, folder: str, title: str, entries: Iterable[Entry]) -> bytes:
    """A feed: the latest entry first; identifiers are addresses where the site has one, else tags."""
    ordered = sorted(entries, key=lambda one: (one.day, one.key), reverse=True)
    feed = ET.Element("feed", {"xmlns": ATOM, "xml:lang": "fr"})
    _text(feed, "id", _identifier(site, f"{folder}{NAME}"))
    _text(feed, "title", french.typeset(title))
    _text(feed, "updated", _time(max((one.day for one in ordered), default=_day(site.edition))))
    ET.SubElement(feed, "link", rel="alternate", type="text/html", href="index.html")
    if site.base_url:
        ET.SubElement(feed, "link", rel="self", href=f"{site.base_url}/{folder}{NAME}")
    _text(ET.SubElement(feed, "author"), "name", PUBLISHER)
    root = "../" * folder.count("/")
    for one in ordered:
        entry = ET.SubElement(feed, "entry")
        _text(entry, "id", _identifier(site, f"{folder}{NAME}#{one.key}"))
        _text(entry, "title", french.typeset(one.title))
        _text(entry, "updated", _time(one.day))
        href = f"{site.base_url}/{one.address}" if site.base_url else f"{root}{one.address}"
        ET.SubElement(entry, "link", rel="alternate", type="text/html", href=href)
        _text(entry, "summary", french.typeset(one.summary))
    ET.indent(feed)
    written: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _identifier(site: SiteTables, key: str) -> str:
    return f"{site.base_url}/{key}" if site.base_url else TAG + key.replace("#", "/")


def _time(day: dt.date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text
