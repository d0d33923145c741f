"""Tables of one edition to its page: static, and the same bytes for the same tables.

What is said is in `assets.page.wording`, how it looks in `templates/`. The report of the edition, `assets.report`, says
the same.
"""

from collections.abc import Mapping
from importlib import resources

import markupsafe

from assets.page.contents import Contents
from assets.page.environment import page_environment

_COPIED = ("style.css", "table.js")


def report_name(said: Contents) -> str:
    """The name of the report that the page leads to, beside it."""
    return f"panorama-{said.edition_key}.pdf"


def page_files(said: Contents) -> Mapping[str, bytes]:
    """The page of an edition, its style, script and fonts, by their path."""
    templates = resources.files("assets.page") / "templates"
    files = {"index.html": page_html(said).encode()}
    files |= {name: (templates / name).read_bytes() for name in _COPIED}
    return files | {
        f"fonts/{font.name}": font.read_bytes()
        for font in (templates / "fonts").iterdir()
        if font.name.endswith((".woff2", ".txt"))
    }


def page_html(said: Contents) -> str:
    """The page of an edition: HTML that needs the other files of `page_files` beside it."""
    environment = page_environment()
    # The SVG is ours, its texts were escaped when it was made.
    environment.filters["svg"] = markupsafe.Markup
    return environment.get_template("page.html.j2").render(said=said, pdf=report_name(said))
