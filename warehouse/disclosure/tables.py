"""The table of what was done so that no withheld figure can be computed from what is published."""

from dataclasses import replace

from warehouse.model.columns import EDITION, PROJECT_ID
from warehouse.model.schema import Column, Table

OUT_DISCLOSURE = Table(
    "out_disclosure",
    "Protection des chiffres non publiés",
    "Une ligne par chiffre non publié et par agrégat non publié pour le protéger : ce qui a été fait, et pourquoi.",
    (
        EDITION,
        Column(
            "item",
            "objet",
            "Objet",
            "string",
            "Ce que la ligne protège ou retient : un chiffre d'un projet, ou un agrégat et sa clé.",
            required=True,
        ),
        replace(PROJECT_ID, required=False, description="Projet dont un chiffre n'est pas publié."),
        Column(
            "quantity",
            "grandeur",
            "Grandeur",
            "string",
            "Chiffre protégé.",
            vocabulary="disclosure_quantities",
        ),
        Column("aggregate", "agregat", "Agrégat", "string", "Agrégat qui n'est pas publié, en français."),
        Column(
            "action",
            "action",
            "Action",
            "string",
            "« Exclu » : le chiffre n'entre dans aucun agrégat ; « Compté » : il entre dans des agrégats qui ne "
            "permettent pas de le retrouver ; « Supprimé » : l'agrégat n'est pas publié ; « Aucune » : sans objet.",
            required=True,
            vocabulary="disclosure_actions",
        ),
        Column("reason", "motif", "Motif", "string", "Pourquoi.", required=True),
    ),
    ("edition", "item"),
    ("Médianes, centiles, parts, intervalles, périmètres constant et cohorte : toujours hors chiffres non publiés.",),
)
