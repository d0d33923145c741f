"""The site: every page over all editions, with the datasets and the reports of each."""

import os
import shutil
from pathlib import Path

import dagster as dg

from assets.dataset.rows import open_frames, read_tables
from assets.declaring import output_asset
from assets.open_data import FOLDER as OPEN_DATA
from assets.open_data import about_edition
from assets.publication import FOLDER as PUBLICATION
from assets.session import Session
from assets.site.rendering import site_files
from assets.site.tables import SiteTables
from warehouse.home.files import replacing_directory
from warehouse.home.results import read_findings
from warehouse.projects.closing import states_of


@output_asset(
    "site",
    "publication",
    "Le site de toutes les éditions : accueil, projets, ministères, et les jeux de données et rapports de chacune.",
    "html",
    made_from=["publication"],
)
def site(session: dg.ResourceParam[Session]) -> dg.MaterializeResult[None]:
    """Draw every page of the site from the dataset of the latest edition."""
    tables = site_tables(session)
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
    return dg.MaterializeResult(metadata={"pages": count, "folder": str(session.home.site.resolve())})


def site_tables(session: Session) -> SiteTables:
    """What the site is made of."""
    editions = session.editions(session.accepted_editions())
    latest, closings = editions[-1], session.closings()
    tables = read_tables(session.store, latest, session.state.registers, states_of(closings))
    return SiteTables(
        edition=latest,
        editions=tuple(editions),
        frames=open_frames(tables),
        abouts={
            edition.key: about_edition(session.state, session.store, edition, closings[edition.key])
            for edition in editions
        },
        findings={edition.key: tuple(read_findings(session.home, edition)) for edition in editions},
    )


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
