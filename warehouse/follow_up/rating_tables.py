"""The tables that judge one project: the balance sheet of a finished one, the rating of a running one."""

from dataclasses import replace

from warehouse.follow_up.tables import NO_WITHHELD_CAVEAT, count_column, meur_column, months_column, ratio_column
from warehouse.history.tables import LAST_EDITION
from warehouse.model.columns import EDITION, MINISTRY_ID, NAME, PHASE, PROJECT_ID
from warehouse.model.schema import Column, Table
from warehouse.slippage.tables import BASELINE_SOURCE, STAND_IN_CAVEAT


def _cost(name: str, published: str, title: str, description: str) -> Column:
    return Column(name, published, title, "number", description, unit="M€ TTC", minimum=0)


def _duration(name: str, published: str, title: str, description: str) -> Column:
    return count_column(name, published, title, description, "mois", required=False)


OUT_RETROSPECTIVE = Table(
    "out_retrospective",
    "Bilan des projets terminés",
    "Une ligne par projet terminé, encore présent ou sorti pour ce motif : ce qui était promis, ce qui a été livré.",
    (
        EDITION,
        PROJECT_ID,
        NAME,
        MINISTRY_ID,
        replace(
            EDITION,
            name="first_edition",
            published="premiere_edition",
            title="Première édition",
            description="Première édition où le projet figure.",
        ),
        LAST_EDITION,
        count_column("editions_followed", "editions_suivies", "Éditions suivies", "Éditions où il figure.", "éditions"),
        Column(
            "followed_by",
            "porteurs",
            "Porteurs",
            "string",
            "Ministères qui l'ont porté, dans l'ordre, séparés par un point-virgule.",
            required=True,
        ),
        BASELINE_SOURCE,
        _cost("promised_cost_meur", "cout_promis_meur", "Coût promis", "Coût complet TTC de la première référence."),
        Column(
            "promised_end_date",
            "date_fin_promise",
            "Fin promise",
            "date",
            "Fin de la première référence ; à défaut, première fin publiée.",
        ),
        _duration("promised_duration_months", "duree_promise_mois", "Durée promise", "Durée de la première référence."),
        _cost("delivered_cost_meur", "cout_final_meur", "Coût final", "Dernier coût complet TTC publié."),
        Column("delivered_end_date", "date_fin_reelle", "Fin réelle", "date", "Dernière fin de déploiement publiée."),
        _duration("delivered_duration_months", "duree_finale_mois", "Durée finale", "Dernière durée publiée."),
        meur_column("cost_difference_meur", "ecart_cout_meur", "Écart de coût", "Coût final − coût promis."),
        ratio_column("cost_difference_ratio", "taux_ecart_cout", "Taux d'écart de coût", "Écart / coût promis."),
        months_column("duration_difference_months", "ecart_duree_mois", "Écart de durée", "Finale − promise."),
        ratio_column("duration_difference_ratio", "taux_ecart_duree", "Taux d'écart de durée", "Écart / promise."),
        count_column(
            "rebaselines", "nombre_revisions", "Révisions", "Révisions de trajectoire enregistrées.", "révisions"
        ),
        count_column("missions", "nombre_missions", "Missions", "Missions de sécurisation ouvertes.", "missions"),
        Column(
            "lessons",
            "enseignements",
            "Enseignements",
            "string",
            "Ce que les missions de sécurisation closes ont donné, dans l'ordre.",
        ),
    ),
    ("edition", "project_id"),
    (
        STAND_IN_CAVEAT,
        "Un coût ou un calendrier non publié à la dernière édition est remplacé par le dernier publié avant elle.",
    ),
)


# The axes of the rating: name in code, the column of its value, what is published, what it is called, its unit.
AXES = (
    ("cost", "cost_axis_ratio", "cout", "Coût", "rapport"),
    ("schedule", "schedule_axis_ratio", "calendrier", "Calendrier", "rapport"),
    ("stability", "stability_value", "stabilite", "Stabilité des prévisions", "éditions"),
    ("governance", "governance_value", "gouvernance", "Gouvernance", "points"),
    ("data_quality", "data_quality_value", "qualite", "Qualité des données", "défauts"),
)


def _axis(name: str, value: str, french: str, label: str, unit: str) -> tuple[Column, ...]:
    return (
        Column(
            value,
            f"valeur_{french}",
            f"{label} : valeur",
            "number",
            "Valeur comparée aux seuils publiés de l'axe ; vide quand elle n'est pas connue.",
            unit=unit,
        ),
        _rating(f"{name}_rating", f"note_{french}", f"{label} : note", "Note de l'axe ; vide sans valeur connue."),
    )


def _rating(name: str, published: str, title: str, description: str) -> Column:
    return Column(name, published, title, "string", description, vocabulary="ratings")


OUT_SCORECARD = Table(
    "out_scorecard",
    "Notation des projets",
    "Une ligne par projet : une note par axe et une note d'ensemble, par des règles et des seuils publiés.",
    (
        EDITION,
        PROJECT_ID,
        NAME,
        MINISTRY_ID,
        PHASE,
        *(column for axis in AXES for column in _axis(*axis)),
        count_column("rated_axes", "axes_notes", "Axes notés", "Axes dont la valeur est connue.", "axes"),
        count_column(
            "overall_points",
            "points_ensemble",
            "Points",
            "1 par axe orange, 2 par axe rouge ; vide quand moins de trois axes sont notés.",
            "points",
            required=False,
        ),
        _rating(
            "overall_rating",
            "note_ensemble",
            "Note d'ensemble",
            "Déduite des points et de leurs seuils publiés ; vide quand moins de trois axes sont notés.",
        ),
        Column("reasons", "motifs", "Motifs", "string", "Pourquoi chaque axe n'est pas vert ; vide s'ils le sont."),
        _rating(
            "declared_rating",
            "note_declaree",
            "Note déclarée",
            "Note que le ministère donne lui-même ; vide tant qu'aucune remontée n'en porte.",
        ),
        Column(
            "disagreement",
            "desaccord",
            "Désaccord",
            "boolean",
            "Vrai si la note déclarée n'est pas la note d'ensemble ; vide quand l'une des deux manque.",
        ),
    ),
    ("edition", "project_id"),
    (
        "Les seuils et leurs raisons sont dans « scorecard_thresholds.csv ».",
        "Un écart par rapport à des chiffres publiés d'abord à la même édition est nul par construction : non noté.",
        NO_WITHHELD_CAVEAT,
    ),
)
