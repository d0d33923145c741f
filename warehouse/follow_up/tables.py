"""The tables that follow projects up: watchlist, ministry brief, balance sheets, ratings, what people registered."""

from warehouse.follow_up.thresholds import thresholds_said
from warehouse.model.columns import Theme
from warehouse.projects.tables import NO_WITHHELD_CAVEAT, STAND_IN_CAVEAT

table = Theme("warehouse.follow_up").table

# The axes of the rating: name in code, the column of its value, what is published, what it is called, its unit.
AXES = (
    ("cost", "cost_axis_ratio", "cout", "Coût", "rapport"),
    ("schedule", "schedule_axis_ratio", "calendrier", "Calendrier", "rapport"),
    ("stability", "stability_value", "stabilite", "Stabilité des prévisions", "éditions"),
    ("governance", "governance_value", "gouvernance", "Gouvernance", "points"),
    ("data_quality", "data_quality_value", "qualite", "Qualité des données", "défauts"),
)

OUT_WATCHLIST = table(
    "out_watchlist",
    "Projets à suivre",
    "Une ligne par projet et par raison de le suivre, avec les chiffres qui l'ont déclenchée.",
    columns="""
        edition rule project_id rank name ministry_id phase since_edition editions_running evidence target_ratio
        budget_slippage_ratio budget_change_pts budget_current_slippage_ratio budget_contribution_pts
        schedule_slippage_ratio schedule_change_pts schedule_current_slippage_ratio schedule_contribution_pts
        editions_worsened baseline_number rebaselined_on rebaseline_reason updated_end_date remaining_months
        updated_cost_meur opinion mission_opened_on
    """,
    key="edition rule project_id",
    caveats=(
        "Une édition dont aucun projet n'a d'avis n'en demandait pas : la règle « Sans avis » n'y est pas appliquée.",
        "Un projet n'est un nouvel entrant que si l'édition qui précède sa première est dans l'entrepôt.",
        NO_WITHHELD_CAVEAT,
    ),
)

OUT_MINISTRY_BRIEF = table(
    "out_ministry_brief",
    "Fiche de suivi par ministère",
    "Une ligne par ministère présent à cette édition ou à la précédente : ce que son secrétaire général doit savoir.",
    columns="""
        edition ministry_id projects known_cost_meur costed_projects budget_slippage_ratio budget_n
        budget_contribution_pts budget_contribution_change_pts schedule_slippage_ratio schedule_n
        schedule_contribution_pts schedule_contribution_change_pts entries exits worsened improved rebaselined
        watch_drift watch_overdue watch_closing watch_recurrent watch_entrant watch_trajectory_review
        watch_no_opinion asked
    """,
    key="edition ministry_id",
    caveats=(
        STAND_IN_CAVEAT,
        NO_WITHHELD_CAVEAT,
    ),
)

OUT_RETROSPECTIVE = table(
    "out_retrospective",
    "Bilan des projets terminés",
    "Une ligne par projet terminé, encore présent ou sorti pour ce motif : ce qui était promis, ce qui a été livré.",
    columns="""
        edition project_id name ministry_id first_edition last_edition editions_followed followed_by baseline_source
        promised_cost_meur promised_end_date promised_duration_months delivered_cost_meur delivered_end_date
        delivered_duration_months cost_difference_meur cost_difference_ratio duration_difference_months
        duration_difference_ratio rebaselines missions lessons
    """,
    key="edition project_id",
    caveats=(
        STAND_IN_CAVEAT,
        "Un coût ou un calendrier non publié à la dernière édition est remplacé par le dernier publié avant elle.",
    ),
)

OUT_SCORECARD = table(
    "out_scorecard",
    "Notation des projets",
    "Une ligne par projet : une note par axe et une note d'ensemble, par des règles et des seuils publiés.",
    columns="""
        edition project_id name ministry_id phase cost_axis_ratio cost_rating schedule_axis_ratio schedule_rating
        stability_value stability_rating governance_value governance_rating data_quality_value data_quality_rating
        rated_axes overall_points overall_rating reasons declared_rating disagreement
    """,
    key="edition project_id",
    caveats=(
        *thresholds_said(),
        "Un écart par rapport à des chiffres publiés d'abord à la même édition est nul par construction : non noté.",
        NO_WITHHELD_CAVEAT,
    ),
)

OUT_BASELINES = table(
    "out_baselines",
    "Références de chaque projet",
    "Une ligne par projet et par référence déclarée : ce qui était promis, quand, par quel acte et pourquoi. Une "
    "révision ajoute une ligne et n'en change aucune.",
    columns="""
        edition project_id name ministry_id baseline_number approved_on cost_meur start_date end_date duration_months
        act reason
    """,
    key="edition project_id baseline_number",
    caveats=(
        "Un projet sans référence déclarée n'y est pas : ses premiers chiffres publiés en tiennent lieu.",
        "Une référence y est à partir de la première édition qui publie les chiffres du projet.",
    ),
)

OUT_MISSIONS = table(
    "out_missions",
    "Missions de sécurisation",
    "Une ligne par projet de l'édition et par mission de sécurisation ouverte jusqu'à elle : encore ouverte ou close, "
    "et ce qu'elle a donné.",
    columns="edition project_id name ministry_id opened_on state closed_on outcome",
    key="edition project_id opened_on",
)

OUT_NAMED_CAUSES = table(
    "out_named_causes",
    "Causes nommées par les avis",
    "Une ligne par projet de l'édition et par cause de dérive que nomme un avis de la DINUM saisi jusqu'à elle : "
    "suivie ou non, et ce que le ministère déclare à cette édition.",
    columns="""
        edition project_id name ministry_id requested_on opinion opinion_date cause_rank axis cause review reviewed_on
        deviation_reason
    """,
    key="edition project_id requested_on cause_rank",
    caveats=(
        "Un projet dont des chiffres ne sont pas publiés n'y est pas : qu'un avis soit dû dit quelque chose du coût.",
    ),
)
