"""The tables computed from the projects: slippage, key figures, movements."""

from dataclasses import replace

from warehouse.model.columns import (
    COST_BAND,
    EDITION,
    FICTITIOUS,
    FUNCTIONAL_ZONE,
    INITIAL_COST,
    INITIAL_DURATION,
    MINISTRY_ID,
    NAME,
    PHASE,
    PROJECT_ID,
    UPDATED_COST,
    UPDATED_DURATION,
)
from warehouse.model.schema import Column, Table

PREVIOUS_EDITION_REQUIRED = replace(
    EDITION,
    name="previous_edition",
    published="edition_precedente",
    title="Édition précédente",
    description="Édition à laquelle celle-ci est comparée.",
)
PREVIOUS_EDITION = replace(
    PREVIOUS_EDITION_REQUIRED,
    description="Édition précédente, si le projet y figurait et si elle est dans l'entrepôt.",
    required=False,
)

BASELINE_SOURCE = Column(
    "baseline_source",
    "origine_reference",
    "Origine de la référence",
    "string",
    "« déclarée » : référence transmise par le ministère ; « première publication » : premiers chiffres publiés, à "
    "défaut de référence déclarée ; « aucune » : pas de référence.",
    required=True,
    vocabulary="baseline_sources",
)


# The three reference points of a slippage: prefix in code, suffix in what is published, what it is called.
REFERENCES = (
    ("", "", "la première référence"),
    ("current_", "_reference_en_vigueur", "la référence en vigueur"),
    ("previous_", "_edition_precedente", "l'édition précédente"),
)


def _slippage_columns(rate: str, french: str, label: str, unit: str, amount: str) -> tuple[Column, ...]:
    return tuple(
        column
        for prefix, suffix, reference in REFERENCES
        for column in (
            Column(
                f"{rate}_{prefix}status",
                f"statut_ecart_{french}{suffix}",
                f"Statut de l'{label} par rapport à {reference}",
                "string",
                "« connu » : l'écart est calculé ; « non publié » : chiffres non publiés ; « non comparable » : en "
                "cadrage ou sans référence ; « manquant » : un chiffre manque.",
                required=True,
                vocabulary="slippage_statuses",
            ),
            Column(
                f"{rate}_{prefix}slippage_ratio",
                f"taux_ecart_{french}{suffix}",
                f"Taux d'{label} par rapport à {reference}",
                "number",
                "(actualisé − référence) / référence ; 0,125 signifie 12,5 %. Vide quand l'écart n'est pas connu.",
                unit="rapport",
                minimum=-1,
            ),
            Column(
                f"{rate}_{prefix}slippage_{amount}",
                f"ecart_{french}_{'meur' if amount == 'meur' else 'mois'}{suffix}",
                f"{label[0].upper()}{label[1:]} par rapport à {reference}",
                "number" if amount == "meur" else "integer",
                "Actualisé − référence. Vide quand l'écart n'est pas connu.",
                unit=unit,
            ),
        )
    )


STAND_IN_CAVEAT = (
    "À défaut de référence déclarée, les premiers chiffres publiés en tiennent lieu : l'écart part alors de zéro à la "
    "première publication du projet et ne se compare pas au taux officiel."
)
OUT_SLIPPAGE_PROJECTS = Table(
    "out_slippage_projects",
    "Écarts par projet",
    "Une ligne par projet et par édition : écarts budgétaire et calendaire par rapport à la première référence.",
    (
        EDITION,
        PROJECT_ID,
        NAME,
        MINISTRY_ID,
        PHASE,
        BASELINE_SOURCE,
        Column(
            "baseline_edition",
            "edition_reference",
            "Édition de la référence",
            "string",
            "Édition où la première référence a été déclarée, ou publiée d'abord.",
            pattern=EDITION.pattern,
        ),
        Column(
            "baseline_number",
            "numero_reference",
            "Référence en vigueur",
            "integer",
            "Rang de la référence en vigueur ; 1 tant que la trajectoire n'a pas été révisée.",
            minimum=1,
        ),
        PREVIOUS_EDITION,
        INITIAL_COST,
        UPDATED_COST,
        *_slippage_columns("budget", "budgetaire", "écart budgétaire", "M€ TTC", "meur"),
        INITIAL_DURATION,
        UPDATED_DURATION,
        *_slippage_columns("schedule", "calendaire", "écart calendaire", "mois", "months"),
        Column(
            "overdue",
            "fin_depassee",
            "Fin dépassée",
            "boolean",
            "Vrai quand la fin prévue, connue et publiée, est passée au mois de référence et que le projet n'est pas "
            "terminé.",
            required=True,
        ),
        Column(
            "schedule_corrected_slippage_ratio",
            "taux_ecart_calendaire_corrige",
            "Taux d'écart calendaire corrigé",
            "number",
            "Le même, la durée d'un projet dont la fin est dépassée étant comptée jusqu'au mois de référence.",
            unit="rapport",
            minimum=-1,
        ),
        Column(
            "schedule_corrected_slippage_months",
            "ecart_calendaire_corrige_mois",
            "Écart calendaire corrigé",
            "integer",
            "Le même, en mois.",
            unit="mois",
        ),
        COST_BAND,
        FUNCTIONAL_ZONE,
        Column("start_year", "annee_debut", "Année de début", "integer", "Année du début du cadrage.", minimum=1980),
    ),
    ("edition", "project_id"),
    (STAND_IN_CAVEAT,),
)

OUT_SLIPPAGE_GROUPS = Table(
    "out_slippage_groups",
    "Écarts de l'ensemble et par groupe",
    "Une ligne par périmètre, par groupe, par taux et par méthode de calcul.",
    (
        EDITION,
        Column(
            "perimeter",
            "perimetre",
            "Périmètre",
            "string",
            "« publié » : écarts connus à cette édition ; « constant » : connus aussi à l'édition précédente ; "
            "« cohorte » : tous les projets suivis un jour, au dernier écart connu pour ceux qui n'en ont plus.",
            required=True,
            vocabulary="perimeters",
        ),
        Column(
            "dimension",
            "dimension",
            "Dimension",
            "string",
            "Ce qui forme les groupes : l'ensemble, le ministère, la phase, la tranche de coût, la zone ou l'année.",
            required=True,
            vocabulary="dimensions",
        ),
        Column("group_id", "code_groupe", "Code du groupe", "string", "Code du groupe.", required=True),
        Column("group_label", "groupe", "Groupe", "string", "Libellé du groupe.", required=True),
        Column("rate", "taux", "Taux", "string", "Budgétaire ou calendaire.", required=True, vocabulary="rates"),
        Column(
            "method",
            "methode",
            "Méthode",
            "string",
            "Méthode de calcul ; la moyenne des écarts est le taux officiel.",
            required=True,
            vocabulary="methods",
        ),
        Column(
            "value_ratio",
            "valeur",
            "Valeur",
            "number",
            "Résultat ; 0,125 signifie 12,5 %. Vide quand aucun écart n'est connu.",
            unit="rapport",
        ),
        Column(
            "low_ratio",
            "borne_basse",
            "Borne basse",
            "number",
            "Borne basse de l'intervalle à 95 %, par rééchantillonnage des projets ; vide pour moins de deux.",
            unit="rapport",
        ),
        Column(
            "high_ratio",
            "borne_haute",
            "Borne haute",
            "number",
            "Borne haute du même intervalle.",
            unit="rapport",
        ),
        Column(
            "n",
            "nombre_connus",
            "Écarts connus",
            "integer",
            "Nombre de projets du groupe dont l'écart est connu ; eux seuls entrent dans le calcul.",
            unit="projets",
            required=True,
            minimum=0,
        ),
        Column(
            "n_projects",
            "nombre_projets",
            "Projets",
            "integer",
            "Nombre de projets du groupe.",
            unit="projets",
            required=True,
            minimum=0,
        ),
    ),
    ("edition", "perimeter", "dimension", "group_id", "rate", "method"),
    OUT_SLIPPAGE_PROJECTS.caveats,
)


def _count(name: str, published: str, title: str, description: str, *, required: bool = True) -> Column:
    return Column(name, published, title, "integer", description, unit="projets", required=required, minimum=0)


OUT_KEY_FIGURES = Table(
    "out_key_figures",
    "Chiffres clés",
    "Une ligne par édition : ce que le panorama publie en tête.",
    (
        EDITION,
        Column("ordinal", "numero_edition", "Numéro", "integer", "Rang de l'édition.", required=True, minimum=1),
        _count("projects", "nombre_projets", "Projets", "Nombre de grands projets."),
        _count("interministerial", "nombre_interministeriels", "Projets interministériels", "Nombre d'entre eux."),
        Column(
            "total_cost_meur",
            "cout_total_meur",
            "Coût total",
            "number",
            "Somme des coûts actualisés connus, hors chiffres non publiés. Vide quand aucun n'est connu.",
            unit="M€ TTC",
            minimum=0,
        ),
        _count(
            "costed_projects",
            "nombre_chiffres",
            "Projets chiffrés",
            "Nombre de projets dont le coût est connu.",
        ),
        Column(
            "mean_duration_years",
            "duree_moyenne_annees",
            "Durée moyenne",
            "number",
            "Moyenne des durées actualisées connues, en années de 12 mois.",
            unit="années",
            minimum=0,
        ),
        _count("timed_projects", "nombre_durees", "Projets datés", "Nombre de projets dont la durée est connue."),
        _count(
            "entries",
            "nombre_entrees",
            "Entrées",
            "Projets absents de l'édition précédente, retours compris ; vide quand elle n'est pas dans l'entrepôt.",
            required=False,
        ),
        _count(
            "exits",
            "nombre_sorties",
            "Sorties",
            "Projets de l'édition précédente absents de celle-ci ; vide quand elle n'est pas dans l'entrepôt.",
            required=False,
        ),
        _count(
            "withheld",
            "nombre_non_publies",
            "Chiffres non publiés",
            "Projets dont les chiffres ne sont pas publiés.",
        ),
        Column(
            "target_pct",
            "cible_pct",
            "Cible",
            "number",
            "Cible d'écart budgétaire et calendaire en vigueur au mois de référence.",
            unit="%",
        ),
        replace(FICTITIOUS, description="Vrai pour une édition de démonstration."),
    ),
    ("edition",),
)
