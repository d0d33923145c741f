"""The site: every page over all editions, with the datasets and the reports of each."""

import os
import shutil
from pathlib import Path

import dagster as dg

from assets.declaring import output_asset
from assets.open_data import FOLDER as OPEN_DATA
from assets.publication import BRIEFS, site_tables
from assets.publication import FOLDER as PUBLICATION
from assets.session import Session
from assets.site.follow_up.ministry_brief import brief_name
from assets.site.rendering import site_files
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
        for path, content in site_files(tables):
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            count += 1
        for edition in tables.editions:
            for kind in (OPEN_DATA, PUBLICATION):
                _beside(session.home.out(edition, kind), folder / edition.key / kind)
            for brief in sorted((session.home.out(edition, PUBLICATION) / BRIEFS).glob("*.pdf")):
                _linked(brief, folder / "ministeres" / brief.stem / brief_name(edition))
    return dg.MaterializeResult(metadata={"pages": count, "folder": str(session.home.site.resolve())})


def _beside(source: Path, target: Path) -> None:
    """The files of a folder under another name, sharing the disk where it can: none of them is ever written again."""
    for path in sorted(source.rglob("*")):
        if path.is_file():
            _linked(path, target / path.relative_to(source))


def _linked(path: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, place)
    except OSError:
        shutil.copyfile(path, place)
