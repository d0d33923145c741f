"""The tables of the forecasts, and of the trial that says what they are worth."""

from warehouse.model.columns import Theme
from warehouse.projects.tables import STAND_IN_CAVEAT

table = Theme("warehouse.forecast").table

COMPLETION_CAVEAT = (
    "À l'achèvement, une édition ne juge ses prévisions qu'une fois terminés les trois quarts des projets alors en "
    "cours, et aucune n'est donnée avant : les premiers terminés sont les plus courts, et feraient paraître les "
    "prévisions meilleures qu'elles ne sont."
)
GIVEN_CAVEAT = (
    "Un P80 n'est donné que si, rejoué au même horizon sur 20 projets au moins, il est respecté dans 75 à 85 % des "
    "cas, et un P50 que s'il se trompe moins que le dernier chiffre publié, hasard exclu."
)
OUT_FORECAST = table(
    "out_forecast",
    "Prévisions",
    "Une ligne par projet de l'édition et par horizon : coût et fin attendus, d'après les changements constatés sur le "
    "même horizon dans les projets suivis.",
    columns="""
        edition project_id name ministry_id phase horizon budget_status schedule_status updated_cost_meur
        updated_end_date cost_p50_meur cost_p80_meur end_p50_date end_p80_date budget_p50_slippage_ratio
        budget_p80_slippage_ratio schedule_p50_slippage_ratio schedule_p80_slippage_ratio cost_p50_constant_meur
        cost_p80_constant_meur price_year base_year deflator_extended budget_p50_verdict budget_p80_verdict
        schedule_p50_verdict schedule_p80_verdict skill_verdict method
    """,
    key="edition project_id horizon",
    caveats=(
        "Une prévision n'est pas une promesse : elle prolonge ce qui a été constaté dans les projets restés suivis.",
        GIVEN_CAVEAT,
        COMPLETION_CAVEAT,
        "Un coût ou une fin non publiés ne donnent lieu à aucune prévision, et n'entrent dans aucune autre.",
        STAND_IN_CAVEAT,
    ),
)

OUT_FORECAST_BACKTEST = table(
    "out_forecast_backtest",
    "Prévisions rejouées",
    "Une ligne par taux et par horizon : les prévisions qu'aurait données chaque édition passée, avec ce qui était "
    "connu alors, comparées à ce qui a été publié ensuite.",
    columns="""
        edition rate horizon n n_projects n_references coverage_p50_ratio coverage_p80_ratio coverage_no_change_ratio
        pinball_p50 pinball_p80 no_change_pinball_p50 no_change_pinball_p80 skill_p50_ratio skill_p80_ratio
        skill_p50_low_ratio p50_verdict p80_verdict change_p50 change_p80 sentence
    """,
    key="edition rate horizon",
    caveats=(
        "Les prévisions d'un même projet d'une édition à l'autre ne sont pas indépendantes.",
        COMPLETION_CAVEAT,
        "Les chiffres du passé sont ceux que l'on connaît aujourd'hui, corrections comprises.",
    ),
)
