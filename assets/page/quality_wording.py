"""What the page and the PDF say of the quality of the data that was sent, in French and ready to print."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from assets.page.tables import PublicationTables
from assets.page.wording import DataTable, ministry_label, short_ministry
from warehouse.model import french
from warehouse.model.french import NARROW, NBSP, UNKNOWN
from warehouse.model.vocabulary import COLLECTION_STATUSES, QUALITY_TRENDS
from warehouse.quality.scores import parameters
from warehouse.quality.tables import COMPONENTS

Row = dict[str, Any]

CAPTION = "Score sur 100 et composantes, par ministère porteur, du score le plus bas au plus haut"
_COMPONENT_HEADERS = tuple(column.title for column in COMPONENTS.values())


@dataclass(frozen=True)
class Quality:
    """The section on the data that was sent: how to read it, a table of ministries, one of projects."""

    intro: str
    missing: str
    ministries: DataTable
    projects: DataTable


def quality(tables: PublicationTables) -> Quality:
    """The scores of the edition; tables without a row when nothing was scored."""
    ministries, projects = tables.ministry_quality, tables.project_quality
    return Quality(
        intro=_intro(projects),
        missing=_missing(ministries),
        ministries=DataTable(
            CAPTION,
            ("Ministère porteur", "Score", "Projets", *_COMPONENT_HEADERS, "Composantes", "Évolution"),
            tuple(_ministry_row(row) for row in _by_score(ministries, "ministry_id")),
        ),
        projects=DataTable(
            "Score sur 100 et composantes, par projet, du score le plus bas au plus haut",
            ("Projet", "Identifiant", "Ministère", "Score", *_COMPONENT_HEADERS, "Composantes", "Évolution"),
            tuple(_project_row(row) for row in _by_score(projects, "project_id")),
        ),
    )


def method() -> dict[str, str]:
    """The formula, by term, with the numbers of the published file."""
    known = {name: f"{one.value:g}".replace(".", ",") for name, one in parameters().items()}
    weights = french.listed(
        [f"{column.title.lower()} {french.percent(parameters()[name].value, 0)}" for name, column in COMPONENTS.items()]
    )
    return {
        "Score de qualité": f"moyenne pondérée des composantes connues, sur 100 : {weights}. Une composante inconnue "
        "n'est jamais comptée pour zéro, son poids est réparti sur les autres ; il en faut au moins "
        f"{known['minimum_components']} pour un score. Celui d'un ministère se calcule sur les moyennes de ses "
        "projets. Un chiffre non publié n'est ni dû, ni comparé, ni contrôlé : aucun score n'en dépend.",
        "Complétude": "champs donnés ÷ champs dus. Sont dus ceux du format transmis ; ni coût ni fin en cadrage ; "
        "l'avis de la DINUM à partir de 9 M€ ; le motif d'un écart dès qu'il y en a un ; un chiffre non publié est "
        "excusé s'il a un motif.",
        "Cohérence": f"1, moins {known['error_penalty']} par erreur et {known['warning_penalty']} par alerte de la "
        "ligne, chaque règle comptée une fois ; au moins 0. Les règles sur une valeur absente ou un fait qui change "
        "comptent dans les autres composantes.",
        "Stabilité": "faits inchangés ÷ faits connus aux deux éditions : identifiant, nom, ministère, caractère "
        "interministériel, début, coût initial, fin initiale. Une révision datée excuse les trois derniers, un décret "
        "le changement de ministère.",
        "Ponctualité": "1 pour un premier envoi reçu au plus tard à la date limite, puis en proportion jusqu'à 0 à "
        f"{known['late_days']} jours de retard. Corriger un fichier n'est pas être en retard.",
        "Évolution du score": "différence avec l'édition précédente, sur les seules composantes connues aux deux ; "
        f"stable en deçà de {known['stable_pts']} point.",
    }


def _intro(projects: pd.DataFrame) -> str:
    known = projects["score_pct"].dropna()
    if known.empty:
        return "Aucun score n’est connu à cette édition."
    counted = french.counted(len(known), "projet noté", "projets notés")
    return (
        f"Score moyen des projets{NBSP}: {_score(float(known.mean()))} sur 100, {counted} sur "
        f"{french.number(len(projects))}. Il juge les données transmises, non les projets{NARROW}; la formule est dans "
        "la méthode."
    )


def _missing(ministries: pd.DataFrame) -> str:
    """The ministries of which nothing could be read; empty when there is none."""
    awaited = ministries["receipt"].isin(["missing", "quarantined"])
    silent = [ministry_label(code) for code in ministries.loc[awaited, "ministry_id"]]
    if not silent:
        return ""
    return f"Aucune remontée lisible de ministères qui portaient des projets{NBSP}: {french.listed(silent)}."


def _by_score(frame: pd.DataFrame, key: str) -> list[Row]:
    """The rows, the lowest score first and those without one last."""
    ordered = frame.sort_values(["score_pct", key], kind="stable", na_position="last")
    return [{str(name): value for name, value in row.items()} for row in ordered.to_dict("records")]


def _ministry_row(row: Row) -> tuple[str, ...]:
    score = _score(row["score_pct"])
    if row["projects"] == 0:
        score = COLLECTION_STATUSES.label(row["receipt"]).lower()
    return (
        ministry_label(row["ministry_id"]),
        score,
        french.number(row["projects"]),
        *_shares(row, row["compared_projects"], row["dated_projects"]),
        _components(row),
        _trend(row),
    )


def _project_row(row: Row) -> tuple[str, ...]:
    return (
        french.visible(row["name"]),
        row["project_id"],
        short_ministry(row["ministry_id"]),
        _score(row["score_pct"]),
        *_shares(row),
        _components(row),
        _trend(row),
    )


def _shares(row: Row, compared: int | None = None, dated: int | None = None) -> tuple[str, ...]:
    """The components; where only some of the projects of a ministry have one, their number is beside it."""
    counts = {"stability": compared, "timeliness": dated}
    cells = []
    for name, column in COMPONENTS.items():
        count, share = counts.get(name), french.percent(row[column.name], 0)
        partial = count is not None and 0 < count < row["projects"]
        cells.append(f"{share} ({french.number(count)})" if partial else share)
    return tuple(cells)


def _score(value: float) -> str:
    return UNKNOWN if pd.isna(value) else french.number(value, 1)


def _components(row: Row) -> str:
    return f"{french.number(row['components'])}{NBSP}/{NBSP}{len(COMPONENTS)}"


def _trend(row: Row) -> str:
    if pd.isna(row["trend"]):
        return UNKNOWN
    label = QUALITY_TRENDS.label(row["trend"])
    return label if pd.isna(row["trend_pts"]) else f"{label} ({_points(row['trend_pts'])})"


def _points(value: float) -> str:
    return f"{french.number(value, 1, signed=True)}{NARROW}pt"
