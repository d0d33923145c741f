"""The pages of this folder, in the order of the menu."""

from collections.abc import Iterator

from assets.site.pages import Attachment, Page
from assets.site.reference.changes import changes_pages
from assets.site.reference.downloads import data_pages
from assets.site.reference.english import english_pages
from assets.site.reference.faq import faq_pages
from assets.site.reference.feeds import feeds
from assets.site.reference.method import method_pages
from assets.site.reference.picture import picture
from assets.site.reference.trust import trust_pages
from assets.site.tables import SiteTables


def reference_pages(site: SiteTables) -> Iterator[Page | Attachment]:
    """Every page of reference, with the files beside."""
    yield from changes_pages(site)
    yield from data_pages(site)
    yield from trust_pages(site)
    yield from method_pages(site)
    yield from faq_pages(site)
    yield from english_pages(site)
    yield from feeds(site)
    yield picture(site)
