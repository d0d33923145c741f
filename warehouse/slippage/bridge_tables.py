"""The table of the bridge: what makes a headline move between two editions, project by project."""

from dataclasses import replace

from warehouse.model.columns import EDITION, MINISTRY_ID, NAME, PROJECT_ID
from warehouse.model.schema import Column, Table

OUT_BRIDGE = Table(
    "out_bridge",
    "Passage d'une édition à l'autre",
    "Une ligne par projet, par taux et par édition de départ : sa part, en points, dans l'évolution de l'écart moyen "
    "publié. Les parts s'additionnent exactement.",
    (
        EDITION,
        replace(
            EDITION,
            name="reference_edition",
            published="edition_depart",
            title="Édition de départ",
            description="Édition à laquelle celle-ci est comparée.",
        ),
        Column("rate", "taux", "Taux", "string", "Budgétaire ou calendaire.", required=True, vocabulary="rates"),
        Column(
            "component",
            "composante",
            "Composante",
            "string",
            "Ce qui fait bouger l'écart moyen : évolution des projets suivis, entrées, sorties, projets devenus ou "
            "n'étant plus comparables, corrections du passé.",
            required=True,
            vocabulary="bridge_components",
        ),
        PROJECT_ID,
        NAME,
        MINISTRY_ID,
        Column(
            "before_ratio",
            "taux_depart",
            "Taux au départ",
            "number",
            "Écart du projet à l'édition de départ ; vide s'il n'y est pas connu.",
            unit="rapport",
            minimum=-1,
        ),
        Column(
            "after_ratio",
            "taux_arrivee",
            "Taux à l'arrivée",
            "number",
            "Écart du projet à cette édition ; vide s'il n'y est pas connu.",
            unit="rapport",
            minimum=-1,
        ),
        Column(
            "contribution_pts",
            "contribution_points",
            "Contribution",
            "number",
            "Part du projet dans l'évolution de l'écart moyen.",
            unit="points",
            required=True,
        ),
    ),
    ("edition", "reference_edition", "rate", "component", "project_id"),
    (
        "La formule est la même aux deux éditions : rien n'y vient d'un changement de méthode.",
        "Une correction du passé compare la première version connue de l'édition de départ à sa version actuelle.",
    ),
)
