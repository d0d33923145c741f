"""The tables of how the data was sent: what was collected from whom, and what it is worth, by project and by ministry.

The scores judge a submission, not a project: how far a project drifts is in `warehouse.follow_up.tables`.
"""

from warehouse.model.columns import Theme

table = Theme("warehouse.quality").table

_CAVEATS = (
    "Le score juge les données transmises, non le projet : sa dérive est dans « out_scorecard ».",
    "Les poids, les pénalités et leurs raisons sont dans « quality_weights.csv ».",
    "Un chiffre non publié n'est ni dû, ni comparé, ni contrôlé ici : aucun score n'en dépend.",
)

OUT_PROJECT_QUALITY = table(
    "out_project_quality",
    "Qualité des données par projet",
    "Une ligne par projet : ce que vaut la ligne transmise, par une formule publiée.",
    columns="""
        edition project_id name ministry_id fields_due fields_given completeness_ratio rules_broken
        consistency_ratio facts_compared facts_kept stability_ratio late_days timeliness_ratio score_pct components
        trend_pts trend
    """,
    key="edition project_id",
    caveats=_CAVEATS,
)

OUT_MINISTRY_QUALITY = table(
    "out_ministry_quality",
    "Qualité des données par ministère",
    "Une ligne par ministère porteur, ou dont la remontée était attendue : ce que valent les lignes transmises.",
    columns="""
        edition ministry_id receipt projects completeness_ratio rules_broken consistency_ratio compared_projects
        stability_ratio dated_projects timeliness_ratio score_pct components trend_pts trend
    """,
    key="edition ministry_id",
    caveats=(
        *_CAVEATS,
        "Un projet porté à deux compte pour son ministère porteur.",
        "Un ministère dont rien n'est reçu a une ligne sans score ; un ministère qui n'existe plus n'en a pas.",
    ),
)

OUT_COLLECTION = table(
    "out_collection",
    "État de la collecte",
    "Une ligne par ministère attendu ou entendu pour l'édition : ce qu'il a envoyé, quand, et ce qui y a été trouvé. "
    "Est attendu un ministère qui porte un projet suivi à la dernière édition close.",
    columns="""
        edition ministry_id status version files first_received_on received_on projects errors warnings notices
        late_days signed_by signed_on
    """,
    key="edition ministry_id",
)

# What every score is made of, in the order it is shown: name in code, then the column.
COMPONENTS = {
    name: OUT_PROJECT_QUALITY.column(f"{name}_ratio")
    for name in ("completeness", "consistency", "stability", "timeliness")
}
