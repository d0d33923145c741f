"""The files of the site: every page laid out, what they need beside, and the datasets that they cite.

The same tables give the same bytes. Every address is relative, so that the folder can be read from a disk, or served
from anywhere.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources

import jinja2

from assets.page.wording import TITLE
from assets.site.analyses.causes import causes_pages
from assets.site.analyses.evolution import evolution_pages
from assets.site.analyses.forecasts import forecast_pages
from assets.site.analyses.targets import target_pages
from assets.site.explorer import explorer_pages
from assets.site.follow_up.leavers import leaver_pages
from assets.site.follow_up.ministries import ministry_pages
from assets.site.follow_up.watch_lists import watch_pages
from assets.site.home import home_pages
from assets.site.pages import Attachment, Page
from assets.site.project_pages import project_pages
from assets.site.reference.contents import reference_pages
from assets.site.reference.english import NOT_FOUND
from assets.site.search import search_page
from assets.site.tables import SiteTables, edition_title
from warehouse.model import french

# The sections, in the order of the menu: address, name.
MENU = (
    ("index.html", "Accueil"),
    ("evolution/index.html", "Évolution"),
    ("cible/index.html", "Cible"),
    ("causes/index.html", "Causes"),
    ("previsions/index.html", "Prévisions"),
    ("projets/index.html", "Projets"),
    ("ministeres/index.html", "Ministères"),
    ("surveillance/index.html", "Surveillance"),
    ("sorties/index.html", "Sorties"),
    ("changements/index.html", "Quoi de neuf"),
    ("donnees/index.html", "Données"),
    ("qualite/index.html", "Qualité"),
)


def site_files(site: SiteTables) -> Iterator[tuple[str, bytes]]:
    """The path and the bytes of every file of the site but the datasets."""
    pages: list[Page] = []
    for made in _made(site):
        if isinstance(made, Page):
            pages.append(made)
        yield _written(made, site)
    for made in search_page(pages, site):
        yield _written(made, site)
    yield from _beside().items()


def _made(site: SiteTables) -> Iterator[Page | Attachment]:
    yield from home_pages(site)
    yield from evolution_pages(site)
    yield from target_pages(site)
    yield from causes_pages(site)
    yield from forecast_pages(site)
    yield from explorer_pages(site)
    yield from project_pages(site)
    yield from ministry_pages(site)
    yield from watch_pages(site)
    yield from leaver_pages(site)
    yield from reference_pages(site)


def _written(made: Page | Attachment, site: SiteTables) -> tuple[str, bytes]:
    return made.path, made.content if isinstance(made, Attachment) else _laid_out(made, site)


def _laid_out(page: Page, site: SiteTables) -> bytes:
    template = _environment().get_template(page.template)
    # What is not found is shown at any address: its links lead to the folder of the site where that is known.
    root = f"{site.base_url}/" if page.path == NOT_FOUND and site.base_url else page.root
    return template.render(page.said, page=page, root=root, site=site, menu=MENU, panorama=TITLE).encode()


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("assets.site"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"typeset": french.typeset, "counted": french.counted, "edition_title": edition_title}
    environment.filters["day"] = french.day
    return environment


@cache
def _beside() -> Mapping[str, bytes]:
    """The styles, the script and the fonts."""
    page, own = (resources.files(f"assets.{name}") / "templates" for name in ("page", "site"))
    files = {"style.css": (page / "style.css").read_bytes()}
    files |= {name: (own / name).read_bytes() for name in ("site.css", "site.js")}
    return files | {
        f"fonts/{font.name}": font.read_bytes()
        for font in sorted((page / "fonts").iterdir(), key=lambda one: one.name)
        if font.name.endswith((".woff2", ".txt"))
    }
