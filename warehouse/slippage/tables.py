"""The tables of slippage: by project, by group, key figures; what moves and causes it; the distance to the targets."""

from warehouse.model.columns import Theme
from warehouse.projects.tables import NO_WITHHELD_CAVEAT, STAND_IN_CAVEAT

table = Theme("warehouse.slippage").table

HEADLINE_CAVEAT = (
    "Aucun écart moyen n'est donné à une édition où moins des trois quarts des projets hors cadrage ont une référence "
    "antérieure : seuls les chiffres officiels y sont donnés."
)

INTERVAL_CAVEAT = (
    "Tous les grands projets sont là : un intervalle n'est pas une erreur d'échantillonnage. Il dit entre quelles "
    "bornes la valeur reste dans 95 % de tirages avec remise parmi les mêmes projets, donc ce qu'elle doit à "
    "quelques-uns ; aucun n'est donné pour moins de huit projets."
)
ONE_NAME_CAVEAT = (
    "Pour le taux budgétaire, l'écart de la somme est aussi la moyenne pondérée par le coût initial, et n'est donné "
    "que sous ce nom."
)

OUT_SLIPPAGE_PROJECTS = table(
    "out_slippage_projects",
    "Écarts par projet",
    "Une ligne par projet et par édition : écarts budgétaire et calendaire par rapport à la première référence.",
    columns="""
        edition project_id name ministry_id phase baseline_source baseline_edition baseline_number previous_edition
        initial_cost_meur updated_cost_meur budget_status budget_slippage_ratio budget_slippage_meur
        budget_current_status budget_current_slippage_ratio budget_current_slippage_meur budget_previous_status
        budget_previous_slippage_ratio budget_previous_slippage_meur initial_duration_months updated_duration_months
        schedule_status schedule_slippage_ratio schedule_slippage_months schedule_current_status
        schedule_current_slippage_ratio schedule_current_slippage_months schedule_previous_status
        schedule_previous_slippage_ratio schedule_previous_slippage_months overdue schedule_corrected_slippage_ratio
        schedule_corrected_slippage_months cost_band functional_zone start_year
    """,
    key="edition project_id",
    caveats=(STAND_IN_CAVEAT,),
)

OUT_SLIPPAGE_GROUPS = table(
    "out_slippage_groups",
    "Écarts de l'ensemble et par groupe",
    "Une ligne par périmètre, par groupe, par taux et par méthode de calcul.",
    columns="""
        edition perimeter dimension group_id group_label rate method value_ratio low_ratio high_ratio n n_projects
    """,
    key="edition perimeter dimension group_id rate method",
    caveats=(STAND_IN_CAVEAT, INTERVAL_CAVEAT, ONE_NAME_CAVEAT),
)

OUT_KEY_FIGURES = table(
    "out_key_figures",
    "Chiffres clés",
    "Une ligne par édition : ce que le panorama publie en tête.",
    columns="""
        edition ordinal projects interministerial total_cost_meur costed_projects mean_duration_years timed_projects
        entries exits withheld target_ratio target_due_on fictitious
    """,
    key="edition",
)

OUT_HEADLINES = table(
    "out_headlines",
    "Écarts moyens",
    "Une ligne par édition et par taux : l'écart moyen, ce sur quoi il repose, et ce qui se lit avec lui.",
    columns="""
        edition rate status mean_ratio n n_comparable n_referenced cohort_ratio cohort_n drift_meur drift_months
    """,
    key="edition rate",
    caveats=(HEADLINE_CAVEAT,),
)

OUT_HEADLINE_CHANGES = table(
    "out_headline_changes",
    "Évolutions des écarts moyens",
    "Une ligne par édition, par édition de départ et par taux : de combien l'écart moyen a changé, et ce qu'y ont fait "
    "les projets suivis, les entrées et les sorties. Les parts s'additionnent exactement.",
    columns="""
        edition reference_edition rate start_ratio published_start_ratio end_ratio change_pts like_for_like_pts
        n_followed entry_pts exit_pts became_comparable_pts ceased_comparable_pts
    """,
    key="edition reference_edition rate",
    caveats=("Une évolution part de l'écart moyen tel qu'il est connu aujourd'hui, corrections comprises.",),
)

OUT_OFFICIAL_FIGURES = table(
    "out_official_figures",
    "Chiffres officiels",
    "Une ligne par édition et par source : ce qui a été publié à l'époque. Rien n'en entre dans les calculs.",
    columns="""
        edition rank projects interministerial total_cost_meur mean_duration_years budget_mean_ratio
        schedule_mean_ratio entries exits confidence source
    """,
    key="edition rank",
    caveats=(
        "Les écarts moyens publiés partaient de prévisions initiales que les données ouvertes n'ont jamais données.",
        "Une case vide : la source ne donne pas ce chiffre, ou il n'a pas été retrouvé.",
    ),
)

OUT_BRIDGE = table(
    "out_bridge",
    "Passage d'une édition à l'autre",
    "Une ligne par projet, par taux et par édition de départ : sa part, en points, dans l'évolution de l'écart moyen. "
    "Les parts s'additionnent exactement.",
    columns="""
        edition reference_edition rate component project_id name ministry_id before_ratio after_ratio
        contribution_pts
    """,
    key="edition reference_edition rate component project_id",
    caveats=(
        "La formule est la même aux deux éditions : rien n'y vient d'un changement de méthode.",
        "Une correction du passé va d'une édition à elle-même, de sa première version connue à sa version actuelle.",
    ),
)

OUT_CAUSES = table(
    "out_causes",
    "Écarts par cause",
    "Une ligne par taux, par point de comparaison et par cause déclarée : ce que chaque cause ajoute ou retranche.",
    columns="edition rate reference cause n amount_meur amount_months share_ratio",
    key="edition rate reference cause",
    caveats=(
        "Un projet ne déclare qu'un motif principal : tout son écart lui est attribué.",
        "Des parts ne sont données que si toutes les causes vont dans le même sens : sinon, elles se compensent.",
        NO_WITHHELD_CAVEAT,
    ),
)

OUT_TARGETS = table(
    "out_targets",
    "Cibles",
    "Une ligne par cible et par taux : où en est le portefeuille et ce qu'il reste à faire.",
    columns="""
        edition due_on rate target_ratio value_ratio n met distance_pts remaining_months editions_left needed_pts
    """,
    key="edition due_on rate",
    caveats=(STAND_IN_CAVEAT,),
)

OUT_TARGET_PROJECTS = table(
    "out_target_projects",
    "Distance à la cible par projet",
    "Une ligne par cible, par taux et par projet dont l'écart est connu : ce qu'il pèse dans la distance à la cible.",
    columns="edition due_on rate project_id name ministry_id slippage_ratio held_pts rank",
    key="edition due_on rate project_id",
    caveats=(STAND_IN_CAVEAT,),
)
