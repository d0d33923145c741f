"""What is published for reusers: the files of the open dataset, in order, and the tables they hold.

The one list of them: whoever writes, checks, describes or sends the dataset reads it from `published_files`. A file
named after an edition holds that edition, and so does `indicateurs`; every other one holds all editions up to it.
The names of files and columns do not change without a note in `docs/upgrading.md`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from warehouse.archive.tables import OPEN_PROJECTS
from warehouse.follow_up.tables import OUT_CAUSES
from warehouse.forecast.tables import OUT_FORECAST, OUT_FORECAST_BACKTEST
from warehouse.history.tables import EXIT_REASON, OUT_CHANGES
from warehouse.home.calendar import Edition
from warehouse.model.columns import EDITION, MINISTRY_ID, NAME, PHASE, PROJECT_ID
from warehouse.model.schema import Column, Table
from warehouse.open_data.legacy_table import LEGACY_PROJECTS
from warehouse.quality.tables import OUT_MINISTRY_QUALITY, OUT_PROJECT_QUALITY
from warehouse.slippage.bridge_tables import OUT_BRIDGE
from warehouse.slippage.tables import (
    OUT_KEY_FIGURES,
    OUT_SLIPPAGE_GROUPS,
    OUT_SLIPPAGE_PROJECTS,
    PREVIOUS_EDITION_REQUIRED,
)

Kind = Literal["main", "documentation", "other"]

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


def _table(table: Table, name: str, title: str, description: str) -> Table:
    return replace(table, name=name, title=title, description=description)


OPEN_HISTORY = _table(
    OPEN_PROJECTS,
    "historique",
    "Grands projets de toutes les éditions",
    "Une ligne par grand projet et par édition, de la première à celle-ci, avec les colonnes du fichier de l'édition.",
)

_REFERENCE = Column(
    "reference",
    "reference",
    "Point de comparaison",
    "string",
    "Ce à quoi la prévision de l'édition est comparée.",
    required=True,
    vocabulary="slippage_references",
)
OPEN_SLIPPAGE = Table(
    "ecarts",
    "Écarts par projet, par taux et par point de comparaison",
    "Une ligne par édition, par projet, par taux et par point de comparaison : l'écart, ou pourquoi il manque.",
    (
        EDITION,
        PROJECT_ID,
        NAME,
        MINISTRY_ID,
        PHASE,
        OUT_SLIPPAGE_GROUPS.column("rate"),
        _REFERENCE,
        replace(OUT_SLIPPAGE_PROJECTS.column("budget_status"), name="status", published="statut", title="Statut"),
        replace(
            OUT_SLIPPAGE_PROJECTS.column("budget_slippage_ratio"),
            name="slippage_ratio",
            published="taux_ecart",
            title="Taux d'écart",
        ),
        Column(
            "slippage_meur",
            "ecart_meur",
            "Écart en euros",
            "number",
            "Actualisé − référence, pour le taux budgétaire ; vide pour l'autre, et quand l'écart n'est pas connu.",
            unit="M€ TTC",
        ),
        Column(
            "slippage_months",
            "ecart_mois",
            "Écart en mois",
            "integer",
            "Actualisé − référence, pour le taux calendaire ; vide pour l'autre, et quand l'écart n'est pas connu.",
            unit="mois",
        ),
        OUT_SLIPPAGE_PROJECTS.column("baseline_source"),
    ),
    ("edition", "project_id", "rate", "reference"),
    OUT_SLIPPAGE_PROJECTS.caveats,
)

OPEN_INDICATORS = _table(
    OUT_SLIPPAGE_GROUPS,
    "indicateurs",
    "Indicateurs de l'édition",
    "Une ligne par périmètre, par groupe, par taux et par méthode de calcul, pour cette édition.",
)
OPEN_TRENDS = _table(
    OUT_SLIPPAGE_GROUPS,
    "evolution",
    "Indicateurs de toutes les éditions",
    "Les indicateurs de l'ensemble et de chaque ministère, de la première édition à celle-ci : une ligne par édition, "
    "par périmètre, par groupe, par taux et par méthode.",
)
OPEN_KEY_FIGURES = _table(
    OUT_KEY_FIGURES,
    "chiffres_cles",
    "Chiffres clés de toutes les éditions",
    "Une ligne par édition : ce que le panorama publie en tête.",
)
OPEN_BRIDGE = replace(OUT_BRIDGE, name="passage")
OPEN_MOVEMENTS = Table(
    "mouvements",
    "Entrées, sorties et changements de nom ou de ministère",
    "Une ligne par projet et par mouvement depuis l'édition précédente.",
    (
        EDITION,
        PREVIOUS_EDITION_REQUIRED,
        PROJECT_ID,
        Column(
            "movement",
            "mouvement",
            "Mouvement",
            "string",
            "Entrée d'un projet jamais vu, retour d'un projet déjà suivi, sortie, ou changement.",
            required=True,
            vocabulary="movement_kinds",
        ),
        NAME,
        MINISTRY_ID,
        Column("before", "avant", "Avant", "string", "Nom ou ministère à l'édition précédente."),
        Column("after", "apres", "Après", "string", "Nom ou ministère à cette édition."),
        EXIT_REASON,
    ),
    ("edition", "project_id", "movement"),
)
OPEN_CHANGES = replace(OUT_CHANGES, name="changements")
OPEN_CAUSES = replace(OUT_CAUSES, name="causes")
OPEN_FORECAST = replace(OUT_FORECAST, name="previsions")
OPEN_BACKTEST = replace(OUT_FORECAST_BACKTEST, name="previsions_rejouees")
_QUALITY_CAVEATS = (
    "Le score juge les données transmises, non le projet : sa dérive est dans les écarts.",
    "Un chiffre non publié n'est ni dû, ni comparé, ni contrôlé : aucun score n'en dépend.",
)
OPEN_QUALITY = replace(OUT_MINISTRY_QUALITY, name="qualite", caveats=_QUALITY_CAVEATS)
OPEN_PROJECT_QUALITY = replace(OUT_PROJECT_QUALITY, name="qualite_projets", caveats=_QUALITY_CAVEATS)


def _data(stem: str, table: Table, formats: tuple[str, ...], *, title: str | None = None) -> OpenFile:
    return OpenFile(stem, title or table.title, table.description, formats, "main", table)


DATA_FILES = (
    _data("panorama-{edition}", OPEN_PROJECTS, SHEET_FORMATS, title="Grands projets, {month}"),
    _data("historique", OPEN_HISTORY, SHEET_FORMATS),
    _data("indicateurs", OPEN_INDICATORS, SHEET_FORMATS),
    _data("chiffres_cles", OPEN_KEY_FIGURES, DATA_FORMATS),
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
