"""The tables that score the data that was sent, per project and per ministry.

They judge a submission, not a project: how far a project drifts is in `warehouse.follow_up.rating_tables`.
"""

from dataclasses import replace

from warehouse.follow_up.tables import count_column, points_column
from warehouse.model.columns import EDITION, MINISTRY_ID, NAME, PROJECT_ID
from warehouse.model.schema import Column, Table


def _share(name: str, published: str, title: str, description: str) -> Column:
    return Column(name, published, title, "number", description, unit="rapport", minimum=0, maximum=1)


COMPLETENESS = _share(
    "completeness_ratio",
    "completude",
    "Complétude",
    "Champs donnés / champs dus : ceux de son format, hors coûts et fins d'un projet en cadrage, et hors chiffres non "
    "publiés avec un motif.",
)
CONSISTENCY = _share(
    "consistency_ratio",
    "coherence",
    "Cohérence",
    "1 − somme des pénalités des règles enfreintes par la ligne, chacune comptée une fois ; au moins 0.",
)
STABILITY = _share(
    "stability_ratio",
    "stabilite",
    "Stabilité",
    "Faits inchangés / faits connus aux deux éditions ; vide pour un projet absent de l'édition précédente.",
)
TIMELINESS = _share(
    "timeliness_ratio",
    "ponctualite",
    "Ponctualité",
    "1 pour une remontée reçue à la date limite, 0 à partir de 30 jours de retard, en proportion entre les deux ; vide "
    "sans date limite ou sans date de réception.",
)
# What every score is made of, in the order it is shown: name in code, then the column.
COMPONENTS = {
    "completeness": COMPLETENESS,
    "consistency": CONSISTENCY,
    "stability": STABILITY,
    "timeliness": TIMELINESS,
}
RULES_BROKEN = count_column(
    "rules_broken",
    "regles_enfreintes",
    "Règles enfreintes",
    "Règles différentes enfreintes et comptées dans la cohérence.",
    "règles",
)
_SCORE = (
    Column(
        "score_pct",
        "score",
        "Score de qualité",
        "number",
        "Moyenne pondérée des composantes connues, sur 100 ; vide quand moins de deux sont connues.",
        unit="%",
        minimum=0,
        maximum=100,
    ),
    count_column(
        "components", "composantes_connues", "Composantes connues", "Composantes dans le score, sur 4.", "composantes"
    ),
    points_column(
        "trend_pts",
        "evolution_points",
        "Évolution du score",
        "Différence avec l'édition précédente des scores faits des seules composantes connues aux deux ; vide quand "
        "elles ne suffisent pas à un score.",
    ),
    Column(
        "trend",
        "evolution",
        "Sens de l'évolution",
        "string",
        "Stable en deçà d'un point ; « nouveau » pour qui ne figurait pas à l'édition précédente ; vide quand "
        "l'évolution n'est pas connue.",
        vocabulary="quality_trends",
    ),
)
_CAVEATS = (
    "Le score juge les données transmises, non le projet : sa dérive est dans « out_scorecard ».",
    "Les poids, les pénalités et leurs raisons sont dans « quality_weights.csv ».",
    "Un chiffre non publié n'est ni dû, ni comparé, ni contrôlé ici : aucun score n'en dépend.",
)

OUT_PROJECT_QUALITY = Table(
    "out_project_quality",
    "Qualité des données par projet",
    "Une ligne par projet : ce que vaut la ligne transmise, par une formule publiée.",
    (
        EDITION,
        PROJECT_ID,
        NAME,
        MINISTRY_ID,
        count_column("fields_due", "champs_dus", "Champs dus", "Champs attendus de cette ligne.", "champs"),
        count_column("fields_given", "champs_donnes", "Champs donnés", "Champs dus que la ligne donne.", "champs"),
        COMPLETENESS,
        RULES_BROKEN,
        CONSISTENCY,
        count_column(
            "facts_compared",
            "faits_compares",
            "Faits comparés",
            "Identifiant, nom, ministère, caractère interministériel, début, coût initial et fin initiale connus aux "
            "deux éditions, hors ceux qu'une révision datée excuse.",
            "faits",
        ),
        count_column("facts_kept", "faits_inchanges", "Faits inchangés", "Faits comparés qui sont les mêmes.", "faits"),
        STABILITY,
        count_column(
            "late_days",
            "jours_retard",
            "Retard",
            "Jours entre la date limite et le premier envoi du fichier ; 0 s'il est à l'heure.",
            "jours",
            required=False,
        ),
        TIMELINESS,
        *_SCORE,
    ),
    ("edition", "project_id"),
    _CAVEATS,
)


def _mean(column: Column) -> Column:
    return replace(
        column, description=f"Moyenne des valeurs connues des projets. Pour un projet : {column.description}"
    )


OUT_MINISTRY_QUALITY = Table(
    "out_ministry_quality",
    "Qualité des données par ministère",
    "Une ligne par ministère porteur, ou dont la remontée était attendue : ce que valent les lignes transmises.",
    (
        EDITION,
        MINISTRY_ID,
        Column(
            "receipt",
            "reception",
            "Réception",
            "string",
            "Reçu, « néant » attesté, seulement des fichiers écartés, ou encore attendu ; voir « out_collection ».",
            required=True,
            vocabulary="collection_statuses",
        ),
        count_column("projects", "nombre_projets", "Projets", "Projets que le ministère porte."),
        _mean(COMPLETENESS),
        RULES_BROKEN,
        _mean(CONSISTENCY),
        count_column(
            "compared_projects", "projets_compares", "Projets comparés", "Projets dont la stabilité est connue."
        ),
        _mean(STABILITY),
        count_column("dated_projects", "projets_dates", "Projets datés", "Projets dont la ponctualité est connue."),
        replace(
            TIMELINESS,
            description="Moyenne des valeurs connues des projets ; sans projet, celle du « néant » attesté ; vide tant "
            "que rien n'est reçu.",
        ),
        *_SCORE,
    ),
    ("edition", "ministry_id"),
    (
        *_CAVEATS,
        "Un projet porté à deux compte pour son ministère porteur.",
        "Un ministère dont rien n'est reçu a une ligne sans score ; un ministère qui n'existe plus n'en a pas.",
    ),
)
