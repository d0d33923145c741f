"""The search: a page that lists everything the site holds, and the index that its script looks in.

The index is a script that assigns data, since a page read from a disk can fetch nothing.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from assets.site.cited import edition_time, of_rule, sentence, transmitted
from assets.site.pages import Attachment, Page
from assets.site.tables import SiteTables
from warehouse.model import french
from warehouse.model.terms import match_key

PATH = "recherche/index.html"
# What a page is, by the folder that it stands in; any other is a page.
KINDS = {"projets": "Projet", "ministeres": "Ministère", "donnees": "Données"}
_OTHERS = "#"


@dataclass(frozen=True)
class Entry:
    """Something that can be looked for.

    Attributes:
        title: what it is called.
        address: from the folder of the site.
        kind: what it is, in a word.
        told: what is said under its title.
        keywords: what else it is found by.
        shown: its title as the page prints it.
    """

    title: str
    address: str
    kind: str
    told: str
    keywords: str
    shown: Markup


def search_page(pages: Sequence[Page], site: SiteTables) -> Iterator[Page | Attachment]:
    """The page of the search, and its index beside, from all the other pages."""
    entries = sorted(_entries(pages, site), key=lambda one: (_order(one.title), one.address))
    letters = [(letter, tuple(same)) for letter, same in groupby(entries, key=lambda one: _letter(one.title))]
    yield Page(
        PATH,
        "reference/search.html.j2",
        "Rechercher",
        "Tout ce que contient le site, de A à Z : projets, ministères, pages, fichiers, mots.",
        {"letters": letters},
    )
    rows = [[one.title, one.address, one.kind, one.told, one.keywords] for one in entries]
    written = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    yield Attachment("recherche/index.js", f"window.panoramaIndex={written};\n".encode())


def _entries(pages: Sequence[Page], site: SiteTables) -> Iterator[Entry]:
    for page in pages:
        if not page.is_listed:
            continue
        kind, told = _kind(page), french.typeset(page.description)
        is_project = kind == "Projet"
        if is_project:
            told = french.typeset(" · ".join(word for word in page.keywords if word and word not in page.title))
            told = " · ".join(filter(None, [page.path.split("/")[1], told]))
        keywords = " ".join(page.keywords)
        yield Entry(_title(page), page.path, kind, told, keywords, _shown(page, site, is_project=is_project))
        for anchor, word in page.parts:
            yield Entry(word, f"{page.path}#{anchor}", "Mot", page.title, "", transmitted(word))


def _kind(page: Page) -> str:
    folder, *rest = page.path.split("/")
    return KINDS.get(folder, "Page") if len(rest) > 1 else "Page"


def _title(page: Page) -> str:
    """A project is listed by its name: its id is told under it."""
    return page.title.removesuffix(f" ({page.path.split('/')[1]})") if "/" in page.path else page.title


def _shown(page: Page, site: SiteTables, *, is_project: bool) -> Markup:
    """The title, in which the month of an edition is a date, and the name of a project as it was transmitted."""
    if is_project:
        return transmitted(_title(page))
    label = site.labels.get(page.path.split("/")[0])
    if label and label in page.title:
        before, _, after = page.title.partition(label)
        return Markup("{}{}{}").format(
            french.typeset(before), edition_time(page.path.split("/")[0], label), french.typeset(after)
        )
    title = french.typeset(page.title)
    return of_rule(title) if page.path.startswith("donnees/") else sentence("{}", title)


def _order(title: str) -> str:
    return match_key(title)


def _letter(title: str) -> str:
    first = _order(title)[:1].upper()
    return first if first.isalpha() else _OTHERS
