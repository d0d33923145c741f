"""Tables of one edition to its publication: a static page and a PDF.

The same tables give the same bytes. What is said is in `assets.page.wording`, how it looks in `templates/`.
"""

from importlib import resources
from pathlib import Path

import markupsafe

from assets.page.contents import Contents, contents
from assets.page.environment import page_environment
from assets.page.pdf import pdf_bytes
from assets.page.tables import PublicationTables

__all__ = ["PublicationTables", "render_page", "render_pdf", "render_site"]

_COPIED = ("style.css", "table.js")


def render_site(tables: PublicationTables, folder: Path) -> list[Path]:
    """Write the page, its style, script and fonts, and the PDF into an existing empty folder.

    Returns:
        The files written, in alphabetical order.

    Raises:
        ServiceError: the PDF could not be made.
    """
    said = contents(tables)
    templates = resources.files("assets.page") / "templates"
    files = {"index.html": _page(said).encode(), _pdf_name(said): pdf_bytes(said)}
    files |= {name: (templates / name).read_bytes() for name in _COPIED}
    files |= {
        f"fonts/{font.name}": font.read_bytes()
        for font in (templates / "fonts").iterdir()
        if font.name.endswith((".woff2", ".txt"))
    }
    (folder / "fonts").mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return sorted(folder / name for name in files)


def render_page(tables: PublicationTables) -> str:
    """The page of an edition: HTML that needs the files `render_site` writes beside it."""
    return _page(contents(tables))


def render_pdf(tables: PublicationTables) -> bytes:
    """The PDF of an edition: tagged, in French, archivable.

    Raises:
        ServiceError: the PDF could not be made.
    """
    return pdf_bytes(contents(tables))


def _pdf_name(said: Contents) -> str:
    return f"panorama-{said.edition_key}.pdf"


def _page(said: Contents) -> str:
    environment = page_environment()
    # The SVG is ours, its texts were escaped when it was made.
    environment.filters["svg"] = markupsafe.Markup
    return environment.get_template("page.html.j2").render(said=said, pdf=_pdf_name(said))
