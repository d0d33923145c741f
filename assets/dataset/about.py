"""What the open dataset of an edition says of itself: title, licence, version, precautions, corrections."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from warehouse.archive.tables import CORE_PROJECTS
from warehouse.home.calendar import Edition
from warehouse.home.settings import OpenDataSettings
from warehouse.model.findings import shorten
from warehouse.model.french import day, of_month
from warehouse.model.vocabulary import VOCABULARIES
from warehouse.open_data.key_figures import OPEN_KEY_FIGURES
from warehouse.projects.closing_wording import ClosingSaid
from warehouse.projects.withheld import FLAGS, is_withheld

TITLE = "Panorama des grands projets numériques de l'État"
SUMMARY = (
    "Les grands projets numériques de l'État tels que les ministères les déclarent environ tous les six mois : phase, "
    "calendrier, coût complet, et écarts du coût et de la durée prévus par rapport aux premières prévisions."
)
PUBLISHER = "Direction interministérielle du numérique"
PUBLISHER_URL = "https://www.numerique.gouv.fr/"
LICENCE_TITLE = "Licence Ouverte / Open Licence version 2.0"
LICENCE_URL = "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"
KEYWORDS = (
    "grands projets numériques",
    "numérique",
    "systèmes d'information",
    "administration",
    "budget",
    "transparence",
    "panorama",
)
CAVEATS = (
    "Les chiffres sont déclaratifs : ils sont ceux que les ministères ont transmis, contrôlés mais non audités.",
    "Une valeur vide n'est pas nulle : elle est inconnue ou non publiée, ce que dit une colonne de statut.",
    "Un chiffre non publié ne figure dans aucun fichier, et ne peut pas être retrouvé par différence.",
    "Un projet se suit par « identifiant_projet », jamais par son nom, qui change d'une édition à l'autre.",
    "Les projets sortis du panorama ne comptent plus dans le périmètre « Publié » ; « Cohorte » les garde.",
    "Un taux est une fraction : 0,125 signifie 12,5 %. Les coûts sont en millions d'euros toutes taxes comprises.",
)
HIDDEN_REASON = "non publié"


@dataclass(frozen=True)
class About:
    """What every file of the dataset of an edition may say of it.

    `version` counts the versions of the edition; `disclosure` is the sentence about withheld figures; `closing` says
    whether the edition is provisional, and who is absent; `corrections` are lines ready to publish; `published` says
    where its files are, which page presents them and whom to write to.
    """

    edition: Edition
    first: Edition
    version: int
    is_fictitious: bool
    disclosure: str
    closing: ClosingSaid
    corrections: tuple["Correction", ...] = ()
    published: OpenDataSettings = field(default_factory=OpenDataSettings)

    def address_of(self, name: str) -> str:
        """Where a file of the dataset is: an absolute address when one is configured, else its name."""
        folder = self.published.address.replace("{edition}", self.edition.key).rstrip("/")
        return f"{folder}/{name}" if folder else name

    @property
    def homepage(self) -> str:
        """The page that presents the dataset; that of who publishes it when none is configured."""
        return self.published.landing_page or PUBLISHER_URL

    @property
    def version_number(self) -> str:
        """The version of the dataset: « 2021-11.2 » is the second of its edition."""
        return f"{self.edition.key}.{self.version}"

    @property
    def title(self) -> str:
        """The title of the dataset, which says so when it is a demonstration, or provisional."""
        provisional = " (provisoire)" if self.closing.provisional else ""
        return TITLE + (" (données fictives de démonstration)" if self.is_fictitious else "") + provisional

    @property
    def issued(self) -> str:
        """The day of publication as an ISO date; the first day of the edition's month when it is not known."""
        return (self.edition.published_on or self.edition.reference_date()).isoformat()

    def subtitle(self) -> str:
        """« Édition n° 14, novembre 2021 (2021-11), version 1. »."""
        edition = self.edition
        return f"Édition n° {edition.ordinal}, {edition.month_label()} ({edition.key}), version {self.version}."

    def notes(self) -> list[str]:
        """French sentences that any file may open with."""
        fictitious = ["Données inventées pour une démonstration : ne pas les réutiliser."] if self.is_fictitious else []
        provisional = [self.closing.provisional] if self.closing.provisional else []
        return [*provisional, *fictitious, self.subtitle(), f"{PUBLISHER}. {LICENCE_TITLE} : {LICENCE_URL}"]

    def caveats(self) -> list[str]:
        """What a reuser must know before any figure."""
        return [*self.closing.absences, *CAVEATS, *([self.disclosure] if self.disclosure else [])]

    def properties(self) -> dict[str, str]:
        """The same as plain values under French names, for files that hold data."""
        standing = [self.closing.provisional, *self.closing.absences]
        return {
            "jeu_de_donnees": self.title,
            CORE_PROJECTS.column("edition").published: self.edition.key,
            "numero_edition": str(self.edition.ordinal),
            OPEN_KEY_FIGURES.column("edition_state").published: self.closing.label,
            **({"avertissement": " ".join(filter(None, standing))} if any(standing) else {}),
            "version": self.version_number,
            "date_publication": self.issued,
            "editeur": PUBLISHER,
            "licence": LICENCE_TITLE,
            "licence_url": LICENCE_URL,
        }


@dataclass(frozen=True)
class Correction:
    """One value corrected by a version of the edition, ready to publish."""

    version: int
    known_on: dt.date
    reason: str
    project: str
    column: str
    before: str
    after: str


def statement(projects: pd.DataFrame, public: pd.DataFrame) -> str:
    """What is said of withheld figures in an edition, as one or two French sentences to publish; none, nothing.

    Args:
        projects: core projects of the edition.
        public: `edition` and `project_id` of what is withheld now and was published before.
    """
    count = int(is_withheld(projects).sum())
    of_whom = "d'un projet" if count == 1 else f"de {count} projets"
    parts = [f"Les totaux, moyennes et rangs sont hors chiffres non publiés : ceux {of_whom}."] if count else []
    return " ".join([*parts, *stays_public(public)])


def stays_public(public: pd.DataFrame) -> list[str]:
    """A French sentence that names what is withheld now and was published before, where there is any.

    Args:
        public: from `assets.dataset.already_public.published_before`.
    """
    if public.empty:
        return []
    rows = public.sort_values(["edition", "project_id"])
    named = ", ".join(f"{key} ({edition})" for edition, key in zip(rows["edition"], rows["project_id"], strict=True))
    return [f"Des chiffres retenus aujourd'hui avaient été publiés : {named}. Les fichiers d'alors restent publics."]


def publishable_corrections(corrections: pd.DataFrame, projects: pd.DataFrame) -> tuple[Correction, ...]:
    """The corrections of an edition, without who made them.

    Nothing kept back is in them. The reason of a version is about all its projects and is written by who knows their
    figures: it is not published for an edition that withholds any, or did.

    Args:
        corrections: rows of `CORE_CORRECTIONS` of the edition.
        projects: its core projects.
    """
    flags = ["withheld", *FLAGS.values()]
    withholds = bool(is_withheld(projects).any()) or bool(corrections["field"].isin(flags).any())
    shown = corrections.assign(
        reason=corrections["reason"].mask(corrections["reason"].notna() & withholds, HIDDEN_REASON)
    )
    return tuple(_correction(line) for line in shown.to_dict("records"))


def _correction(line: dict[Any, Any]) -> Correction:
    field = str(line["field"])
    column = CORE_PROJECTS.column(field) if field in CORE_PROJECTS.names() else None

    def shown(value: Any) -> str:
        if pd.isna(value):
            return ""
        labels = VOCABULARIES[column.vocabulary].labels_by_code() if column and column.vocabulary else {}
        return shorten(labels.get(str(value), str(value)))

    return Correction(
        version=int(str(line["version"])),
        known_on=pd.Timestamp(line["known_on"]).date(),
        reason="" if pd.isna(line["reason"]) else str(line["reason"]),
        project=f"{line['project_id']} {line['name']}",
        column=column.published if column else "projet entier",
        before=shown(line["before"]),
        after=shown(line["after"]),
    )


def markdown_table(headers: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table; what a text holds cannot leave its cell, nor be markup."""
    names = list(headers)
    lines = [names, ["---"] * len(names), *(map(_cell, row) for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(text: str) -> str:
    for mark, escaped in (("\\", "\\\\"), ("|", "\\|"), ("<", "&lt;"), ("*", "\\*"), ("`", "\\`"), ("[", "\\[")):
        text = text.replace(mark, escaped)
    return " ".join(text.split())


def changelog_text(about: About) -> str:
    """`CHANGELOG.md`: the versions of the edition, then each corrected value by version, the last one first."""
    parts = [f"# Versions et corrections\n\n{about.title}. {about.subtitle()}"]
    by_version: dict[int, list[Correction]] = {}
    for correction in about.corrections:
        by_version.setdefault(correction.version, []).append(correction)
    for version in range(about.version, 1, -1):
        lines = by_version.get(version, [])
        head = f"## Version {version}" + (f", {day(lines[0].known_on)}" if lines else "")
        why = f"\n\nMotif : {_cell(lines[0].reason)}" if lines and lines[0].reason else ""
        table = markdown_table(
            ("Projet", "Colonne", "Avant", "Après"), ((c.project, c.column, c.before, c.after) for c in lines)
        )
        parts.append(
            f"{head}{why}\n\n{table if lines else 'Aucune valeur transmise ne change : des calculs changent.'}"
        )
    parts.append(f"## Version 1\n\nPremière version de l'édition {of_month(about.edition.month_label())}.")
    return "\n\n".join(parts) + "\n"
