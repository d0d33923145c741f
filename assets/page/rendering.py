"""Tables of one edition to its publication: a static page and a PDF.

The same tables give the same bytes. What is said is in `assets.page.wording`, how it looks in `templates/`. The PDF is
made in process by Typst: PDF/UA-1 and PDF/A-3a in one file. Data goes to Typst as JSON, never as markup, so that no
project name can be read as a command.
"""

import json
import re
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Literal

import markupsafe
import typst

from assets.page.contents import Contents, contents
from assets.page.drawing import fonts_folder
from assets.page.environment import page_environment
from assets.page.tables import PublicationTables
from warehouse.model.errors import ServiceError

__all__ = ["PublicationTables", "render_page", "render_pdf", "render_site"]

_COPIED = ("style.css", "table.js")
_STANDARDS: list[Literal["ua-1", "a-3a"]] = ["ua-1", "a-3a"]
_REPLACEMENT = "□"

# All that the fonts in templates/fonts do not hold.
_UNPRINTABLE = re.compile(
    r"[^\n\t\u0020-\u007e\u00a0-\u0148\u014a-\u01c3\u01c5-\u024f\u02bb-\u02dd\u0300-\u0308\u030a\u030c\u0327"
    r"\u0370-\u0377\u037a-\u037f\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u03e1\u03f0-\u045f\u1e00-\u1eff"
    r"\u2000-\u200a\u2010-\u2015\u2018-\u201e\u2020-\u2022\u2026\u202f\u2030\u2032\u2033\u2039\u203a\u2044"
    r"\u20ac\u2113\u2116\u2122\u2190-\u2193\u2196-\u2199\u2211\u2212\u221a\u221e\u2248\u2260\u2264\u2265"
    r"\u25a0\u25a1\u25b2\u25bc\u25c6\u25cb\u25cf\u2713]"
)


def render_site(tables: PublicationTables, folder: Path) -> list[Path]:
    """Write the page, its style, script and fonts, and the PDF into an existing empty folder.

    Returns:
        The files written, in alphabetical order.

    Raises:
        ServiceError: the PDF could not be made.
    """
    said = contents(tables)
    templates = resources.files("assets.page") / "templates"
    files = {"index.html": _page(said).encode(), _pdf_name(said): _pdf(said)}
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
    return _pdf(contents(tables))


def _pdf_name(said: Contents) -> str:
    return f"panorama-{said.edition_key}.pdf"


def _page(said: Contents) -> str:
    environment = page_environment()
    # The SVG is ours, its texts were escaped when it was made.
    environment.filters["svg"] = markupsafe.Markup
    return environment.get_template("page.html.j2").render(said=said, pdf=_pdf_name(said))


def _pdf(said: Contents) -> bytes:
    """The PDF of what is said of an edition; the same contents give the same bytes.

    Raises:
        ServiceError: Typst refused the document or warned about it.
    """
    template = resources.files("assets.page") / "templates" / "report.typ"
    data = asdict(said)
    for chart in data["charts"]:
        del chart["wide"], chart["narrow"]
    reference = datetime.fromisoformat(said.reference_date).replace(tzinfo=UTC)
    try:
        content, warnings = typst.compile_with_warnings(
            template.read_bytes(),
            font_paths=typst.Fonts(include_system_fonts=False, font_paths=[fonts_folder()]),
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(_printable(data), ensure_ascii=False)},
            pdf_standards=list(_STANDARDS),
            timestamp=int(reference.timestamp()),
        )
    except typst.TypstError as error:
        raise ServiceError(f"PDF de l'édition {said.edition_key} : {error.message} {error.diagnostic}") from error
    if warnings:
        raise ServiceError(f"PDF de l'édition {said.edition_key} : {warnings[0].message}")
    return content


def _printable(data: object) -> object:
    """The same data with every character our fonts cannot show replaced: PDF/A refuses a missing glyph."""
    if isinstance(data, str):
        return _UNPRINTABLE.sub(_REPLACEMENT, data)
    if isinstance(data, dict):
        return {key: _printable(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_printable(value) for value in data]
    return data
