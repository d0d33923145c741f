"""The table of the collection: which ministry sent what for an edition, when, and what was found in it."""

from dataclasses import replace

from warehouse.home.register_tables import SUBMISSIONS
from warehouse.model.columns import EDITION, MINISTRY_ID
from warehouse.model.schema import Column, Table


def _count(name: str, published: str, title: str, description: str) -> Column:
    return Column(name, published, title, "integer", description, required=True, minimum=0)


OUT_COLLECTION = Table(
    "out_collection",
    "État de la collecte",
    "Une ligne par ministère attendu ou entendu pour l'édition : ce qu'il a envoyé, quand, et ce qui y a été trouvé. "
    "Est attendu un ministère qui porte un projet non terminé de la dernière édition traitée.",
    (
        EDITION,
        MINISTRY_ID,
        Column(
            "status",
            "etat",
            "État",
            "string",
            "Reçu, « néant » attesté, seulement des fichiers écartés, ou encore attendu.",
            required=True,
            vocabulary="collection_statuses",
        ),
        Column("version", "version", "Version", "integer", "Rang du dernier envoi ; vide sans aucun envoi.", minimum=1),
        Column(
            "files",
            "fichiers",
            "Fichiers",
            "string",
            "Fichiers lus et fichiers écartés, séparés par « ; ».",
        ),
        Column("first_received_on", "premier_recu_le", "Premier envoi", "date", "Jour du premier envoi lisible."),
        replace(
            SUBMISSIONS.column("received_on"),
            title="Dernier envoi",
            description="Jour du dernier envoi, lisible ou non.",
            required=False,
        ),
        _count("projects", "projets", "Projets", "Lignes de projet lues."),
        _count("errors", "erreurs", "Erreurs", "Anomalies qui refusent l'édition."),
        _count("warnings", "alertes", "Alertes", "Anomalies à expliquer ou à corriger."),
        _count("notices", "informations", "Informations", "Constats sans suite nécessaire."),
        Column(
            "late_days",
            "retard_jours",
            "Retard",
            "integer",
            "De la date limite au premier envoi lisible ; 0 à temps, vide sans date limite ou sans envoi.",
            unit="jours",
            minimum=0,
        ),
        SUBMISSIONS.column("signed_by"),
        SUBMISSIONS.column("signed_on"),
    ),
    ("edition", "ministry_id"),
)
