"""The publication of the editions: the report, the briefs and the site, from the tables only."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import dagster as dg

from assets.declaring import output_asset, tell_others
from assets.open_data import FOLDER as OPEN_DATA
from assets.open_data import about_of
from assets.report.briefs import brief_pdf
from assets.report.rendering import report_pdf
from assets.session import Session, give_back_memory
from assets.site.follow_up.ministries import briefs
from assets.site.follow_up.ministry_brief import brief_name
from assets.site.rendering import site_files
from assets.site.tables import SiteTables
from warehouse.home.calendar import Edition
from warehouse.home.files import replacing_directory
from warehouse.home.results import read_findings
from warehouse.projects.closing import Closing, states_of

FOLDER = "publication"
# In it, a PDF named after the code of each ministry.
BRIEFS = "fiches"


@output_asset(
    "publication",
    "publication",
    "Le rapport d'une édition et la fiche de chaque ministère, en PDF, avec la source de chaque chiffre.",
    "pdf",
    made_from=["open_dataset"],
)
def publication(context: dg.AssetExecutionContext, session: dg.ResourceParam[Session]) -> dg.MaterializeResult[None]:
    """Draw the PDFs of each edition whose dataset was made; with them, the edition is up to date, and said to be."""
    editions, closings = session.to_publish(), session.closings()
    # Nothing needs more memory than laying out a report.
    give_back_memory()
    for edition in editions:
        with replacing_directory(session.home.out(edition, FOLDER)) as folder:
            tables = site_tables(session, edition, closings)
            files = {edition.report_name: report_pdf(tables), **_briefs(tables)}
            for name, content in files.items():
                (folder / name).parent.mkdir(exist_ok=True)
                (folder / name).write_bytes(content)
        session.forget_frames(edition)
    for key in session.record():
        context.log_event(dg.AssetObservation("publication", "Périmée : à refaire.", partition=key))
    keys = [edition.key for edition in editions]
    tell_others(context, session, "publication", keys)
    reports = {key: str(session.home.report(edition).resolve()) for key, edition in zip(keys, editions, strict=True)}
    provisional = [key for key in keys if not closings[key].is_final]
    return dg.MaterializeResult(metadata={"editions": keys, "reports": reports, "provisional": provisional})


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
            for kind in (OPEN_DATA, FOLDER):
                _beside(session.home.out(edition, kind), folder / edition.key / kind)
            for brief in sorted((session.home.out(edition, FOLDER) / BRIEFS).glob("*.pdf")):
                _linked(brief, folder / "ministeres" / brief.stem / brief_name(edition))
    return dg.MaterializeResult(metadata={"pages": count, "folder": str(session.home.site.resolve())})


def site_tables(session: Session, edition: Edition, closings: Mapping[str, Closing]) -> SiteTables:
    """What the site is made of, as of an edition.

    Args:
        session: the run.
        edition: the latest edition of the site.
        closings: where each edition stands towards its closing, by key.
    """
    editions = session.editions(key for key in session.accepted_editions() if key <= edition.key)
    return SiteTables(
        edition=edition,
        editions=tuple(editions),
        frames=session.published_frames(edition, states_of(closings)),
        abouts={one.key: about_of(session, one, closings) for one in editions},
        findings={one.key: tuple(read_findings(session.home, one)) for one in editions},
        sizes={path.name: path.stat().st_size for path in sorted(session.home.out(edition, OPEN_DATA).glob("*"))},
        base_url=session.state.settings.site.base_url,
    )


def _briefs(site: SiteTables) -> dict[str, bytes]:
    """The brief of each ministry, by its path in the folder of the edition."""
    return {f"{BRIEFS}/{brief.ministry_id}.pdf": brief_pdf(brief, site) for brief in briefs(site)}


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
