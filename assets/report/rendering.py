"""A PDF from what is said and a template of this package.

It is made in process by Typst: PDF/UA-1 and PDF/A-3a in one file, which carries where each of its figures is read, and
what else it is given. Data goes to Typst as JSON, never as markup, so that no project name can be read as a command.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from importlib import resources
from typing import Any, Literal

import typst

from assets.dataset.formats import csv_text, published_rows
from assets.page.pictures import shipped_fonts
from assets.report.contents import report_said
from assets.report.plain import plain
from assets.report.row_headers import with_row_headers
from assets.report.sources import SOURCES, sources_csv
from assets.site.tables import SiteTables
from warehouse.model.errors import ServiceError

_STANDARDS: list[Literal["ua-1", "a-3a"]] = ["ua-1", "a-3a"]


@dataclass(frozen=True)
class Attached:
    """A file that a document carries: its name, what it holds, and its text."""

    name: str
    description: str
    text: str


def report_pdf(site: SiteTables) -> bytes:
    """The report of the latest edition of some tables, with the rows of its projects; the same tables, the same bytes.

    Raises:
        ServiceError: Typst refused the document or warned about it.
    """
    said = report_said(site)
    rows = site["panorama-{edition}"]
    attached = Attached(f"{rows.stem}.csv", rows.table.title, csv_text(published_rows(rows.frame, rows.table)))
    data = {part.name: getattr(said, part.name) for part in fields(said)}
    return typeset("report.typ", data, f"Rapport de l'édition {site.edition.key}", [attached])


def typeset(template: str, said: Mapping[str, Any], what: str, attached: Sequence[Attached] = ()) -> bytes:
    """A PDF from a template of this package and what is said, dated of its `reference_date`.

    Args:
        template: its name.
        said: what is said, by the names that the template gives it; figures are `Cited` or elements with a source.
        what: what an error is about.
        attached: the files it carries beside the sources of its figures.

    Raises:
        ServiceError: Typst refused the document or warned about it; the message says of `what`.
    """
    reference = datetime.fromisoformat(said["reference_date"]).replace(tzinfo=UTC)
    carried = [*attached, Attached("sources.csv", SOURCES.description, sources_csv(said))]
    data = {name: plain(part) for name, part in said.items()}
    data["attached"] = [{"name": one.name, "description": one.description, "text": one.text} for one in carried]
    try:
        content, warnings = typst.compile_with_warnings(
            (resources.files("assets.report") / "templates" / template).read_bytes(),
            font_paths=shipped_fonts(),
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
