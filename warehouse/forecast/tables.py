"""The tables of the forecasts at completion, and of the trial that says what they are worth."""

from warehouse.model.columns import EDITION, MINISTRY_ID, NAME, PHASE, PROJECT_ID, UPDATED_COST
from warehouse.model.schema import Column, Table
from warehouse.projects.tables import CORE_PROJECTS
from warehouse.slippage.tables import STAND_IN_CAVEAT

# The two quantiles published: code, how it is read.
QUANTILES = (
    ("p50", "une chance sur deux de ne pas être dépassé"),
    ("p80", "huit chances sur dix de ne pas être dépassé"),
)


def _status(rate: str, french: str, what: str) -> Column:
    return Column(
        f"{rate}_status",
        f"statut_prevision_{french}",
        f"Statut de la prévision {what}",
        "string",
        "« prévu » : la prévision est donnée ; sinon, pourquoi elle ne l'est pas.",
        required=True,
        vocabulary="forecast_statuses",
    )


def _quantiles(name: str, published: str, title: str, kind: str, unit: str | None, description: str) -> list[Column]:
    return [
        Column(
            name.format(quantile),
            published.format(quantile),
            f"{title} ({quantile.upper()})",
            "date" if kind == "date" else "number",
            f"{description} : {reading}. Vide quand rien n'est prévu.",
            unit=unit,
            minimum=-1 if unit == "rapport" else None,
        )
        for quantile, reading in QUANTILES
    ]


def _verdict(rate: str, french: str, what: str) -> Column:
    return Column(
        f"{rate}_skill_verdict",
        f"verdict_prevision_{french}",
        f"Verdict sur la prévision {what}",
        "string",
        "Ce que la prévision ajoute au dernier chiffre publié, d'après les prévisions rejouées.",
        required=True,
        vocabulary="skill_verdicts",
    )


def _count(name: str, published: str, title: str, description: str) -> Column:
    return Column(name, published, title, "integer", description, unit="changements", minimum=0)


OUT_FORECAST = Table(
    "out_forecast",
    "Prévisions à l'achèvement",
    "Une ligne par projet de l'édition : coût et fin attendus à l'achèvement, d'après les changements de prévision "
    "constatés d'une édition à l'autre dans les projets comparables.",
    (
        EDITION,
        PROJECT_ID,
        NAME,
        MINISTRY_ID,
        PHASE,
        _status("budget", "cout", "du coût"),
        _status("schedule", "fin", "de la fin"),
        UPDATED_COST,
        CORE_PROJECTS.column("updated_end_date"),
        *_quantiles("cost_{}_meur", "cout_final_{}_meur", "Coût final", "number", "M€ TTC", "Coût complet final"),
        *_quantiles("end_{}_date", "date_fin_finale_{}", "Fin", "date", None, "Mois de fin du déploiement"),
        *_quantiles(
            "budget_{}_slippage_ratio",
            "taux_ecart_budgetaire_final_{}",
            "Taux d'écart budgétaire à l'achèvement",
            "number",
            "rapport",
            "Écart du coût final à la première référence",
        ),
        *_quantiles(
            "schedule_{}_slippage_ratio",
            "taux_ecart_calendaire_final_{}",
            "Taux d'écart calendaire à l'achèvement",
            "number",
            "rapport",
            "Écart de la durée finale à la première référence",
        ),
        *_quantiles(
            "cost_{}_constant_meur",
            "cout_final_{}_constant_meur",
            "Coût final en euros constants",
            "number",
            "M€ TTC de l'année de base",
            "Coût complet final aux prix de l'année de base",
        ),
        Column(
            "price_year",
            "annee_prix",
            "Année des prix",
            "integer",
            "Année dont les prix sont supposés être ceux du coût final : milieu du projet, de son début à sa fin P50.",
        ),
        Column(
            "base_year",
            "annee_base",
            "Année de base",
            "integer",
            "Année dont les prix servent aux euros constants : la dernière dont l'indice des prix à la consommation "
            "était publié à l'édition.",
        ),
        Column(
            "deflator_extended",
            "indice_prolonge",
            "Indice prolongé",
            "boolean",
            "Vrai quand l'année des prix est postérieure au dernier indice publié, qui en tient alors lieu.",
        ),
        Column(
            "reference_class",
            "classe_reference",
            "Classe de référence",
            "string",
            "Projets comparables dont les changements ont été tirés.",
        ),
        _count("n_class", "nombre_classe", "Changements de la classe", "Nombre de changements de la classe."),
        _count("n_whole", "nombre_ensemble", "Changements de l'ensemble", "Nombre de changements de tous les projets."),
        Column(
            "class_weight_ratio",
            "poids_classe",
            "Poids de la classe",
            "number",
            "Part des tirages faits dans la classe, n / (n + 10) ; les autres le sont dans l'ensemble.",
            unit="rapport",
            minimum=0,
            maximum=1,
        ),
        _verdict("budget", "cout", "du coût"),
        _verdict("schedule", "fin", "de la fin"),
        Column(
            "skill_verdict",
            "verdict_previsions",
            "Verdict en clair",
            "string",
            "Ce que valent les deux prévisions, en une phrase chacune.",
            required=True,
        ),
        Column("method", "methode", "Méthode", "string", "Comment la prévision est faite.", required=True),
    ),
    ("edition", "project_id"),
    (
        "Une prévision n'est pas une promesse : elle prolonge ce qui a été constaté dans les projets restés suivis.",
        "Un coût ou une fin non publiés ne donnent lieu à aucune prévision, et n'entrent dans aucune autre.",
        STAND_IN_CAVEAT,
    ),
)


def _loss(name: str, published: str, title: str) -> list[Column]:
    return [
        Column(
            name.format(quantile),
            published.format(quantile),
            f"{title} ({quantile.upper()})",
            "number",
            "Perte quantile moyenne : en part du dernier coût publié pour le coût, en mois pour la fin. Plus elle est "
            "petite, mieux c'est ; vide sans prévision rejouée.",
            unit="rapport ou mois",
            minimum=0,
        )
        for quantile, _ in QUANTILES
    ]


SKILL = (
    "1 − pertes de la prévision / pertes du dernier chiffre publié ; nul ou négatif : la prévision n'ajoute rien. Vide "
    "quand le dernier chiffre publié ne s'est jamais trompé."
)


def _skill(name: str, published: str, title: str) -> list[Column]:
    return [
        Column(
            name.format(quantile),
            published.format(quantile),
            f"{title} ({quantile.upper()})",
            "number",
            SKILL,
            unit="rapport",
            maximum=1,
        )
        for quantile, _ in QUANTILES
    ]


OUT_FORECAST_BACKTEST = Table(
    "out_forecast_backtest",
    "Prévisions rejouées",
    "Une ligne par taux et par horizon : les prévisions qu'aurait données chaque édition passée, avec ce qui était "
    "connu alors, comparées à ce qui a été publié ensuite.",
    (
        EDITION,
        Column("rate", "taux", "Taux", "string", "Budgétaire ou calendaire.", required=True, vocabulary="rates"),
        Column(
            "horizon",
            "horizon",
            "Horizon",
            "string",
            "« édition suivante » : le chiffre connu suivant du projet ; « un an ou plus » : tout chiffre connu douze "
            "mois après au moins ; « achèvement » : le chiffre du projet terminé.",
            required=True,
            vocabulary="forecast_horizons",
        ),
        Column(
            "n",
            "nombre_previsions",
            "Prévisions rejouées",
            "integer",
            "Nombre de prévisions comparées à un chiffre publié ensuite.",
            unit="prévisions",
            required=True,
            minimum=0,
        ),
        Column(
            "n_projects",
            "nombre_projets",
            "Projets",
            "integer",
            "Nombre de projets distincts.",
            unit="projets",
            required=True,
            minimum=0,
        ),
        *[
            Column(
                f"coverage_{quantile}_ratio",
                f"couverture_{quantile}",
                f"Couverture ({quantile.upper()})",
                "number",
                f"Part des chiffres publiés ensuite qui ne dépassent pas la prévision ; attendu : au moins {share}. "
                "Davantage quand beaucoup de chiffres ne changent pas.",
                unit="rapport",
                minimum=0,
                maximum=1,
            )
            for quantile, share in (("p50", "0,5"), ("p80", "0,8"))
        ],
        *_loss("pinball_{}", "perte_{}", "Perte de la prévision"),
        *_loss("no_change_pinball_{}", "perte_sans_changement_{}", "Perte du dernier chiffre publié"),
        *_skill("skill_{}_ratio", "gain_{}", "Gain"),
        Column(
            "skill_ratio",
            "gain",
            "Gain",
            "number",
            f"{SKILL} P50 et P80 ensemble.",
            unit="rapport",
            maximum=1,
        ),
        Column(
            "skill_low_ratio",
            "gain_minimal",
            "Gain minimal",
            "number",
            "Gain dépassé neuf fois sur dix quand on tire à nouveau les projets avec remise ; sous zéro, le gain peut "
            "être dû au hasard.",
            unit="rapport",
            maximum=1,
        ),
        Column(
            "verdict",
            "verdict",
            "Verdict",
            "string",
            "« avec valeur ajoutée » quand le gain minimal est positif, « incertaine » quand seul le gain l'est, "
            "« sans valeur ajoutée » quand il ne l'est pas, « insuffisant » en deçà de 20 prévisions rejouées.",
            required=True,
            vocabulary="skill_verdicts",
        ),
    ),
    ("edition", "rate", "horizon"),
    (
        "Les prévisions d'un même projet d'une édition à l'autre ne sont pas indépendantes.",
        "Les chiffres du passé sont ceux que l'on connaît aujourd'hui, corrections comprises.",
    ),
)
