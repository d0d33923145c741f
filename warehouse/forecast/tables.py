"""The tables of the forecasts at completion, and of the trial that says what they are worth."""

from warehouse.model.columns import Theme
from warehouse.projects.tables import STAND_IN_CAVEAT

table = Theme("warehouse.forecast").table

OUT_FORECAST = table(
    "out_forecast",
    "Prévisions à l'achèvement",
    "Une ligne par projet de l'édition : coût et fin attendus à l'achèvement, d'après les changements de prévision "
    "constatés d'une édition à l'autre dans les projets comparables.",
    columns="""
        edition project_id name ministry_id phase budget_status schedule_status updated_cost_meur updated_end_date
        cost_p50_meur cost_p80_meur end_p50_date end_p80_date budget_p50_slippage_ratio budget_p80_slippage_ratio
        schedule_p50_slippage_ratio schedule_p80_slippage_ratio cost_p50_constant_meur cost_p80_constant_meur
        price_year base_year deflator_extended reference_class n_class n_whole class_weight_ratio
        budget_skill_verdict schedule_skill_verdict skill_verdict method
    """,
    key="edition project_id",
    caveats=(
        "Une prévision n'est pas une promesse : elle prolonge ce qui a été constaté dans les projets restés suivis.",
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
        edition rate horizon n n_projects coverage_p50_ratio coverage_p80_ratio pinball_p50 pinball_p80
        no_change_pinball_p50 no_change_pinball_p80 skill_p50_ratio skill_p80_ratio skill_ratio skill_low_ratio
        verdict
    """,
    key="edition rate horizon",
    caveats=(
        "Les prévisions d'un même projet d'une édition à l'autre ne sont pas indépendantes.",
        "Les chiffres du passé sont ceux que l'on connaît aujourd'hui, corrections comprises.",
    ),
)
