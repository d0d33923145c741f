"""What a page of the site is, before it is laid out."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Page:
    """One page.

    Attributes:
        path: where it is in the site: `projets/PGP-0012/index.html`.
        template: the template that lays it out.
        title: what it is called, in its tab and in the search.
        description: the question that it answers, in a sentence.
        said: what the template prints, under the name it has there.
        keywords: what else a reader may look for to find it.
        language: the language of what it says.
        parts: what of it a reader may look for by its name: its anchor, its name.
        is_listed: whether the search lists it.
    """

    path: str
    template: str
    title: str
    description: str
    said: Mapping[str, object]
    keywords: tuple[str, ...] = ()
    language: str = "fr"
    parts: tuple[tuple[str, str], ...] = ()
    is_listed: bool = True

    @property
    def root(self) -> str:
        """The way from the page to the folder of the site: `../../`, nothing at its root."""
        return "../" * self.path.count("/")


@dataclass(frozen=True)
class Attachment:
    """A file beside the pages: what it holds, byte for byte."""

    path: str
    content: bytes = field(repr=False)
