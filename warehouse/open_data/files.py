"""What is published for reusers: the files of the open dataset, in order.

The one list of them: whoever writes, checks, describes or sends the dataset reads it from `published_files`. A file
named after an edition holds that edition, and so does `indicateurs`; every other one holds all editions up to it.
Their names do not change without a note in `docs/upgrading.md`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from warehouse.home.calendar import Edition
from warehouse.model.schema import Table
from warehouse.open_data.key_figures import OPEN_KEY_FIGURES
from warehouse.open_data.tables import (
    LEGACY_PROJECTS,
    OPEN_BACKTEST,
    OPEN_BASELINES,
    OPEN_BRIDGE,
    OPEN_CAUSES,
    OPEN_CHANGES,
    OPEN_CORE_PROJECTS,
    OPEN_FORECAST,
    OPEN_FULL_HISTORY,
    OPEN_FULL_PROJECTS,
    OPEN_HISTORY,
    OPEN_INDICATORS,
    OPEN_MINISTRY_BRIEF,
    OPEN_MISSIONS,
    OPEN_MOVEMENTS,
    OPEN_NAMED_CAUSES,
    OPEN_OFFICIAL,
    OPEN_PROJECT_QUALITY,
    OPEN_PROVENANCE,
    OPEN_QUALITY,
    OPEN_RETROSPECTIVE,
    OPEN_SCORECARD,
    OPEN_SLIPPAGE,
    OPEN_TARGET_PROJECTS,
    OPEN_TARGETS,
    OPEN_TRENDS,
    OPEN_WATCHLIST,
)

Kind = Literal["main", "documentation", "other"]

# The version of the columns of all files together, and the day it was settled. A change of `published_columns.csv`
# changes it: the last number for what adds nothing, the second for a new file or column, the first for a break.
SCHEMA_VERSION, SCHEMA_CREATED = "1.1.0", "2026-11-27"

DATA_FORMATS = ("csv", "parquet")
SHEET_FORMATS = ("csv", "parquet", "xlsx", "ods", "json")
# How a format is called in a title, and its media type.
FORMATS = {
    "csv": ("CSV", "text/csv"),
    "parquet": ("Parquet", "application/vnd.apache.parquet"),
    "xlsx": ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "ods": ("ODS", "application/vnd.oasis.opendocument.spreadsheet"),
    "json": ("JSON", "application/json"),
    "jsonld": ("JSON-LD", "application/ld+json"),
    "sqlite": ("SQLite", "application/vnd.sqlite3"),
    "html": ("HTML", "text/html"),
    "md": ("Markdown", "text/markdown"),
    "schema.json": ("Table Schema", "application/json"),
    "": ("texte", "text/plain"),
}


@dataclass(frozen=True)
class OpenFile:
    """What is published under one stem, in one or several formats.

    `{edition}` in the stem stands for the key of the edition, `{month}` in the title for its month in French. A file
    of data has the `table` it holds.
    """

    stem: str
    title: str
    description: str
    formats: tuple[str, ...]
    kind: Kind = "main"
    table: Table | None = None

    def stem_for(self, edition: Edition) -> str:
        """The stem of its files for an edition."""
        return self.stem.format(edition=edition.key)

    def names(self, edition: Edition) -> list[str]:
        """The names of its files for an edition, in the order of its formats."""
        return [_named(self.stem_for(edition), extension) for extension in self.formats]


@dataclass(frozen=True)
class PublishedFile:
    """One file of the dataset: `order` is its place among all, `extension` what comes after the first dot."""

    name: str
    stem: str
    extension: str
    title: str
    description: str
    media_type: str
    kind: Kind
    order: int
    table: Table | None


def _named(stem: str, extension: str) -> str:
    return f"{stem}.{extension}" if extension else stem


def _data(stem: str, table: Table, formats: tuple[str, ...], *, title: str | None = None) -> OpenFile:
    return OpenFile(stem, title or table.title, table.description, formats, "main", table)


DATA_FILES = (
    _data("panorama-{edition}", OPEN_CORE_PROJECTS, SHEET_FORMATS, title="Grands projets, {month}"),
    _data("historique", OPEN_HISTORY, SHEET_FORMATS),
    _data("indicateurs", OPEN_INDICATORS, SHEET_FORMATS),
    _data("chiffres_cles", OPEN_KEY_FIGURES, DATA_FORMATS),
    _data("chiffres_officiels", OPEN_OFFICIAL, DATA_FORMATS),
    _data("evolution", OPEN_TRENDS, DATA_FORMATS),
    _data("ecarts", OPEN_SLIPPAGE, DATA_FORMATS),
    _data("passage", OPEN_BRIDGE, DATA_FORMATS),
    _data("mouvements", OPEN_MOVEMENTS, DATA_FORMATS),
    _data("changements", OPEN_CHANGES, DATA_FORMATS),
    _data("causes", OPEN_CAUSES, DATA_FORMATS),
    _data("previsions", OPEN_FORECAST, DATA_FORMATS),
    _data("previsions_rejouees", OPEN_BACKTEST, DATA_FORMATS),
    _data("qualite", OPEN_QUALITY, DATA_FORMATS),
    _data("qualite_projets", OPEN_PROJECT_QUALITY, DATA_FORMATS),
    _data("ancien-format-{edition}", LEGACY_PROJECTS, ("csv",), title="Ancien format (2016-2018), {month}"),
    _data("provenance-{edition}", OPEN_PROVENANCE, DATA_FORMATS, title="Provenance de chaque chiffre, {month}"),
    _data(
        "panorama-{edition}-complet",
        OPEN_FULL_PROJECTS,
        DATA_FORMATS,
        title="Grands projets, toutes les colonnes, {month}",
    ),
    _data("historique-complet", OPEN_FULL_HISTORY, DATA_FORMATS),
    _data("suivi", OPEN_WATCHLIST, DATA_FORMATS),
    _data("fiches_ministeres", OPEN_MINISTRY_BRIEF, DATA_FORMATS),
    _data("cibles", OPEN_TARGETS, DATA_FORMATS),
    _data("cibles_projets", OPEN_TARGET_PROJECTS, DATA_FORMATS),
    _data("bilans", OPEN_RETROSPECTIVE, DATA_FORMATS),
    _data("cotation", OPEN_SCORECARD, DATA_FORMATS),
    _data("references_projets", OPEN_BASELINES, DATA_FORMATS),
    _data("missions", OPEN_MISSIONS, DATA_FORMATS),
    _data("avis_causes", OPEN_NAMED_CAUSES, DATA_FORMATS),
)

DATABASE = OpenFile(
    "panorama",
    "Toutes les tables",
    "Une base SQLite avec toutes les tables du jeu de données, une table « dictionnaire » et une table « a_propos ».",
    ("sqlite",),
)
OC4IDS = OpenFile(
    "oc4ids",
    "Grands projets au format OC4IDS",
    "Les projets de l'édition selon le standard Open Contracting for Infrastructure Data Standard, version 0.9.",
    ("json",),
)
README = OpenFile(
    "LISEZMOI",
    "Lisez-moi",
    "Ce que contient chaque fichier, comment le lire, et les précautions d'emploi.",
    ("md",),
    "documentation",
)
DICTIONARY = OpenFile(
    "dictionnaire",
    "Dictionnaire des données",
    "Chaque colonne de chaque fichier : titre, type, unité, définition et valeurs possibles.",
    ("html", "md"),
    "documentation",
)
CHANGELOG = OpenFile(
    "CHANGELOG",
    "Versions et corrections",
    "Les versions de l'édition, avec chaque valeur corrigée et pourquoi.",
    ("md",),
    "documentation",
)
DATA_PACKAGE = OpenFile(
    "datapackage",
    "Data Package",
    "Description Frictionless de tous les fichiers : schéma, taille et empreinte.",
    ("json",),
    "other",
)
DCAT = OpenFile(
    "dcat",
    "Métadonnées DCAT-AP",
    "Description du jeu de données et de ses distributions pour les catalogues européens.",
    ("jsonld",),
    "other",
)
CHECKSUMS = OpenFile(
    "SHA256SUMS",
    "Empreintes",
    "Empreinte SHA-256 de chaque autre fichier, à vérifier avec « sha256sum -c ».",
    ("",),
    "other",
)
SCHEMAS = tuple(
    OpenFile(
        file.stem,
        f"Schéma : {file.title}",
        "Table Schema du fichier de même nom : nom, type, unité et définition de chaque colonne.",
        ("schema.json",),
        "other",
        file.table,
    )
    for file in DATA_FILES
)

OPEN_FILES = (
    *DATA_FILES,
    DATABASE,
    OC4IDS,
    README,
    DICTIONARY,
    CHANGELOG,
    *SCHEMAS,
    DATA_PACKAGE,
    DCAT,
    CHECKSUMS,
)


def published_files(edition: Edition) -> Iterator[PublishedFile]:
    """Every file of the dataset of an edition, in order."""
    order = 0
    for file in OPEN_FILES:
        for name, extension in zip(file.names(edition), file.formats, strict=True):
            label, media_type = FORMATS[extension]
            title = file.title.format(month=edition.month_label())
            yield PublishedFile(
                name,
                file.stem_for(edition),
                extension,
                title if extension in ("", "schema.json") else f"{title} ({label})",
                file.description,
                media_type,
                file.kind,
                order,
                file.table,
            )
            order += 1
