"""The dataset an edition's files make, and what it says of itself in French: from the folder to what is wanted."""

import calendar as months
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assets.dataset.about import KEYWORDS, TITLE
from assets.export.approvals import Notice, folder_files
from assets.export.files import CURRENT, SCHEMA_EXTENSION, ExportedFile, identify
from assets.export.model import Metadata, Wanted, WantedResource, slug, text
from assets.export.plan import lines_of
from warehouse.home.calendar import Edition
from warehouse.home.files import sha256_of
from warehouse.model.french import day, ordinal

LICENSE, FREQUENCY, ZONE, GRANULARITY = "lov2", "semiannual", "country:fr", "country"
INTRODUCTION = """\
Les grands projets numériques de l'État, tels que les ministères les déclarent environ tous les six mois : ministère, \
phase, calendrier, coût complet toutes taxes comprises, et **écarts** du coût et de la durée prévus par rapport aux \
premières prévisions.

Dernière édition : {edition}.

**Fichiers.** Les fichiers de la dernière édition gardent la même adresse d'une édition à l'autre et sont remplacés ; \
ceux de chaque édition restent disponibles sous son mois. Le schéma de chaque table, le dictionnaire et un fichier \
« lisez-moi » les décrivent.

**Précautions.** Les chiffres sont déclaratifs. Un chiffre absent n'est pas nul : il est inconnu, ou non publié, ce \
que dit une colonne de statut. Les projets sortis du panorama n'entrent pas dans les moyennes de l'édition."""


@dataclass(frozen=True)
class Skipped:
    """A file that the platform would refuse, and why in French."""

    path: Path
    why: str


@dataclass(frozen=True)
class Content:
    """What an edition gives to publish: the dataset wanted, and the files left out of it."""

    wanted: Wanted
    skipped: tuple[Skipped, ...] = field(default=())


def read_content(
    folder: Path,
    edition: Edition,
    *,
    latest: Edition,
    first: Edition,
    organization: str,
    extensions: Collection[str],
    notices: Sequence[Notice] = (),
    private: bool = False,
    fictitious: bool = False,
) -> Content:
    """The dataset that the files of an edition make.

    Args:
        folder: the files of the edition.
        edition: the edition.
        latest: the latest edition the dataset holds; when it is another, only the archives of this one are written.
        first: the first edition the data go back to.
        organization: its id on the platform.
        extensions: those the platform accepts.
        notices: the correction notices, of every edition.
        private: whether the dataset must stay private.
        fictitious: whether the figures are those of the demonstration, which the title then says.

    Raises:
        ConfigurationError: a file that is not declared.
        DataRefusedError: no file.
    """
    files = [identify(path, edition) for path in folder_files(folder)]
    present = {file.key(CURRENT) for file in files}
    resources, skipped = [], []
    for line in lines_of(edition.key, latest.key):
        for file in files:
            if line != CURRENT and not file.archived:
                continue
            extension = file.upload_name(line).rpartition(".")[2]
            if extension not in extensions:
                why = f"la plateforme n'admet pas les fichiers « .{extension} »"
                skipped.append(Skipped(file.path, why))
                continue
            resources.append(_resource(file, line, present, notices))
    wanted = Wanted(
        organization=organization,
        edition=latest.key,
        metadata=metadata(latest, first, notices, fictitious=fictitious),
        resources=tuple(resources),
        private=private,
    )
    return Content(wanted, tuple(dict.fromkeys(skipped)))


def metadata(latest: Edition, first: Edition, notices: Sequence[Notice], *, fictitious: bool = False) -> Metadata:
    """What the dataset says of itself."""
    year, month = (int(part) for part in latest.key.split("-"))
    description = INTRODUCTION.format(edition=f"{ordinal(latest.ordinal)} édition, {latest.month_label()}")
    if notices:
        lines = "\n".join(f"- {day(each.on)}, édition {each.edition} : {each.text}" for each in notices)
        description += f"\n\n**Corrections.**\n\n{lines}"
    return Metadata(
        title=f"{TITLE} (données fictives)" if fictitious else TITLE,
        description=text(description),
        license=LICENSE,
        frequency=FREQUENCY,
        tags=tuple(sorted({slug(tag) for tag in KEYWORDS})),
        zones=(ZONE,),
        granularity=GRANULARITY,
        start=first.reference_date().isoformat(),
        end=f"{latest.key}-{months.monthrange(year, month)[1]:02d}",
    )


def _resource(file: ExportedFile, line: str, present: Collection[str], notices: Sequence[Notice]) -> WantedResource:
    described = file.description(line)
    for notice in notices:
        if notice.edition == file.edition.key:
            described += f"\n\nCorrection du {day(notice.on)} : {notice.text}"
    has_schema = file.extension == "csv" and file.key(CURRENT, SCHEMA_EXTENSION) in present
    return WantedResource(
        key=file.key(line),
        title=text(file.title(line)),
        description=text(described),
        kind=file.kind if line == CURRENT or file.kind != "main" else "other",
        path=file.path,
        file_name=file.upload_name(line),
        size_bytes=file.path.stat().st_size,
        sha1=sha1_of(file.path),
        sha256=sha256_of(file.path),
        schema_key=file.key(line, SCHEMA_EXTENSION) if has_schema else None,
    )


def sha1_of(path: Path) -> str:
    """The SHA-1 of a file, which is what the platform gives: it tells files apart, it protects from nothing."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.sha1(usedforsecurity=False)).hexdigest()
