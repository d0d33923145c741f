"""The site: every page over all editions, with the datasets and the reports of each."""

import os
import shutil
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import dagster as dg

from assets.declaring import output_asset
from assets.open_data import FOLDER as OPEN_DATA
from assets.publication import FOLDER as PUBLICATION
from assets.publication import site_tables
from assets.report.briefs import brief_pdf
from assets.session import Session
from assets.site.follow_up.ministries import briefs
from assets.site.follow_up.ministry_brief import brief_name
from assets.site.rendering import site_files
from assets.site.tables import SiteTables
from warehouse.home.files import replacing_directory


@output_asset(
    "site",
    "publication",
    "Le site de toutes les éditions : accueil, projets, ministères, et les jeux de données et rapports de chacune.",
    "html",
    made_from=["publication"],
)
def site(session: dg.ResourceParam[Session]) -> dg.MaterializeResult[None]:
    """Draw every page of the site from the dataset of the latest edition."""
    (*_, latest) = session.editions(session.accepted_editions())
    tables = site_tables(session, latest, session.closings())
    with replacing_directory(session.home.site) as folder:
        count = 0
        for path, content in chain(site_files(tables), brief_files(tables)):
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            count += 1
        for edition in tables.editions:
            for kind in (OPEN_DATA, PUBLICATION):
                _beside(session.home.out(edition, kind), folder / edition.key / kind)
    return dg.MaterializeResult(metadata={"pages": count, "folder": str(session.home.site.resolve())})


def brief_files(tables: SiteTables) -> Iterator[tuple[str, bytes]]:
    """The path and the bytes of the brief of each ministry, beside its page.

    Raises:
        ServiceError: a PDF could not be made.
    """
    for brief in briefs(tables):
        yield f"ministeres/{brief.ministry_id}/{brief_name(tables.edition)}", brief_pdf(brief, tables)


def _beside(source: Path, target: Path) -> None:
    """The files of a folder under another name, sharing the disk where it can: none of them is ever written again."""
    for path in sorted(source.rglob("*")):
        if path.is_file():
            place = target / path.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(path, place)
            except OSError:
                shutil.copyfile(path, place)
