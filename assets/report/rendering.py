"""The report of an edition as a PDF, from what the page and the site say.

It is made in process by Typst: PDF/UA-1 and PDF/A-3a in one file, which carries the rows of the projects as CSV. Data
goes to Typst as JSON, never as markup, so that no project name can be read as a command.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Any, Literal

import typst

from assets.page.contents import Contents
from assets.page.drawing import fonts_folder
from assets.report.plain import plain
from assets.report.row_headers import with_row_headers
from assets.site.sheets import ProjectSheet
from warehouse.model.errors import ServiceError

_STANDARDS: list[Literal["ua-1", "a-3a"]] = ["ua-1", "a-3a"]


@dataclass(frozen=True)
class Attached:
    """A file that the report carries: its name, what it holds, and its text."""

    name: str
    description: str
    text: str


def report_pdf(said: Contents, sheets: Sequence[ProjectSheet], attached: Attached) -> bytes:
    """The report of an edition; the same contents give the same bytes.

    Args:
        said: what the page of the edition says.
        sheets: what is said of each of its projects.
        attached: the rows of the projects.

    Raises:
        ServiceError: Typst refused the document or warned about it.
    """
    data = plain(said) | {
        "sheets": plain(sheets),
        "attached": {"name": attached.name, "description": attached.description, "text": attached.text},
    }
    for chart in data["charts"]:
        del chart["wide"], chart["narrow"]
    return typeset("report.typ", data, said.reference_date, f"Rapport de l'édition {said.edition_key}")


def typeset(template: str, data: Mapping[str, Any], reference_date: str, what: str) -> bytes:
    """A PDF from a template of this package and its data, dated of the reference date; row headers are put in tables.

    Raises:
        ServiceError: Typst refused the document or warned about it; the message says of `what`.
    """
    reference = datetime.fromisoformat(reference_date).replace(tzinfo=UTC)
    try:
        content, warnings = typst.compile_with_warnings(
            (resources.files("assets.report") / "templates" / template).read_bytes(),
            font_paths=_fonts(),
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            pdf_standards=list(_STANDARDS),
            timestamp=int(reference.timestamp()),
        )
    except typst.TypstError as error:
        raise ServiceError(f"{what} : {error.message} {error.diagnostic}") from error
    if warnings:
        raise ServiceError(f"{what} : {warnings[0].message}")
    return with_row_headers(content)


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[fonts_folder()])
