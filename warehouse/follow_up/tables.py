"""The tables that follow projects up: causes, watchlist, ministry brief, targets.

Those that judge one project, its balance sheet and its rating, are in `warehouse.follow_up.rating_tables`.
"""

from dataclasses import replace

from warehouse.model.columns import EDITION, MINISTRY_ID, NAME, PHASE, PROJECT_ID, UPDATED_COST
from warehouse.model.schema import Column, Table
from warehouse.model.vocabulary import WATCH_RULES
from warehouse.projects.tables import CORE_PROJECTS
from warehouse.slippage.tables import OUT_SLIPPAGE_GROUPS, OUT_SLIPPAGE_PROJECTS, STAND_IN_CAVEAT

RATE = OUT_SLIPPAGE_GROUPS.column("rate")
# The two rates: prefix in code, what is published, what it is called.
RATES_FRENCH = (("budget", "budgetaire", "écart budgétaire"), ("schedule", "calendaire", "écart calendaire"))
NO_WITHHELD_CAVEAT = "Les chiffres non publiés n'y figurent pas et n'entrent dans aucun calcul."


def ratio_column(name: str, published: str, title: str, description: str, *, required: bool = False) -> Column:
    """A fraction: 0.125 is 12.5 %."""
    return Column(name, published, title, "number", description, unit="rapport", required=required)


def points_column(name: str, published: str, title: str, description: str, *, required: bool = False) -> Column:
    """Percentage points."""
    return Column(name, published, title, "number", description, unit="points", required=required)


def count_column(
    name: str, published: str, title: str, description: str, unit: str = "projets", *, required: bool = True
) -> Column:
    """A number of things, of projects unless `unit` says otherwise."""
    return Column(name, published, title, "integer", description, unit=unit, required=required, minimum=0)


def months_column(name: str, published: str, title: str, description: str) -> Column:
    """Whole months, of either sign."""
    return Column(name, published, title, "integer", description, unit="mois")


def meur_column(name: str, published: str, title: str, description: str) -> Column:
    """Million euros including taxes, of either sign."""
    return Column(name, published, title, "number", description, unit="M€ TTC")


def _contribution(rate: str, french: str, label: str, whose: str) -> Column:
    return points_column(
        f"{rate}_contribution_pts",
        f"contribution_{french}_points",
        f"Contribution à l'{label} moyen",
        f"Part {whose} dans l'{label} moyen du portefeuille : écart / nombre d'écarts connus × 100. Les contributions "
        "s'additionnent au taux officiel. Vide quand aucun écart n'est connu.",
    )


OUT_CAUSES = Table(
    "out_causes",
    "Écarts par cause",
    "Une ligne par taux, par point de comparaison et par cause déclarée : ce que chaque cause ajoute ou retranche.",
    (
        EDITION,
        RATE,
        Column(
            "reference",
            "comparaison",
            "Point de comparaison",
            "string",
            "À quoi la prévision de l'édition est comparée.",
            required=True,
            vocabulary="cause_references",
        ),
        Column(
            "cause",
            "cause",
            "Cause",
            "string",
            "Motif déclaré par le ministère ; « Non expliqué » quand un projet dévie sans motif déclaré, ou en "
            "déclarant « Aucun écart ».",
            required=True,
            vocabulary="causes",
        ),
        count_column("n", "nombre_connus", "Écarts connus", "Projets de la cause dont l'écart est connu."),
        meur_column(
            "amount_meur",
            "ecart_meur",
            "Écart en euros",
            "Somme des écarts des projets de la cause, pour le taux budgétaire.",
        ),
        months_column(
            "amount_months",
            "ecart_mois",
            "Écart en mois",
            "Somme des écarts des projets de la cause, pour le taux calendaire.",
        ),
        ratio_column(
            "share_ratio",
            "part",
            "Part de l'écart total",
            "Écart de la cause / écart total du même taux et de la même comparaison ; vide quand le total est nul.",
        ),
    ),
    ("edition", "rate", "reference", "cause"),
    (
        "Un projet ne déclare qu'un motif principal : tout son écart lui est attribué.",
        "Une part peut être négative ou dépasser 1 : des causes allongent, d'autres raccourcissent.",
        NO_WITHHELD_CAVEAT,
    ),
)


def _watch_figures(rate: str, french: str, label: str) -> tuple[Column, ...]:
    return (
        OUT_SLIPPAGE_PROJECTS.column(f"{rate}_slippage_ratio"),
        points_column(
            f"{rate}_change_pts",
            f"variation_ecart_{french}_points",
            f"Variation de l'{label}",
            "(actualisé − édition précédente) / première référence × 100 ; vide quand l'un des trois n'est pas connu.",
        ),
        OUT_SLIPPAGE_PROJECTS.column(f"{rate}_current_slippage_ratio"),
        _contribution(rate, french, label, "du projet"),
    )


RULE = Column(
    "rule", "regle", "Règle", "string", "Raison de suivre le projet.", required=True, vocabulary="watch_rules"
)
TARGET_RATIO = ratio_column(
    "target_ratio", "cible", "Cible", "Cible d'écart en vigueur à l'édition ; 0,15 signifie 15 %.", required=True
)
MISSION_OPENED_ON = Column(
    "mission_opened_on",
    "mission_ouverte_le",
    "Mission ouverte le",
    "date",
    "Ouverture de la mission de sécurisation en cours à la date de l'édition ; vide sans mission.",
)

OUT_WATCHLIST = Table(
    "out_watchlist",
    "Projets à suivre",
    "Une ligne par projet et par raison de le suivre, avec les chiffres qui l'ont déclenchée.",
    (
        EDITION,
        RULE,
        PROJECT_ID,
        Column(
            "rank",
            "rang",
            "Rang",
            "integer",
            "Rang du projet sous cette règle, le plus pressant d'abord.",
            required=True,
            minimum=1,
        ),
        NAME,
        MINISTRY_ID,
        PHASE,
        replace(
            EDITION,
            name="since_edition",
            published="depuis_edition",
            title="Depuis l'édition",
            description="Première édition de la période ininterrompue pendant laquelle la règle s'applique.",
        ),
        count_column(
            "editions_running",
            "editions_de_suite",
            "Éditions de suite",
            "Nombre d'éditions de cette période.",
            "éditions",
        ),
        Column(
            "evidence",
            "constat",
            "Constat",
            "string",
            "Ce qui a déclenché la règle, en une phrase.",
            required=True,
        ),
        TARGET_RATIO,
        *(column for rate in RATES_FRENCH for column in _watch_figures(*rate)),
        count_column(
            "editions_worsened",
            "editions_aggravees",
            "Éditions d'aggravation",
            "Parmi les quatre dernières éditions du projet, celles où le coût ou la durée a augmenté.",
            "éditions",
        ),
        OUT_SLIPPAGE_PROJECTS.column("baseline_number"),
        Column(
            "rebaselined_on",
            "date_revision",
            "Trajectoire révisée le",
            "date",
            "Date de l'acte qui a approuvé la référence en vigueur, si elle n'est pas la première.",
        ),
        CORE_PROJECTS.column("rebaseline_reason"),
        CORE_PROJECTS.column("updated_end_date"),
        months_column(
            "remaining_months",
            "mois_restants",
            "Mois restants",
            "Mois entre le mois de référence de l'édition et la fin prévue ; négatif quand elle est passée.",
        ),
        UPDATED_COST,
        CORE_PROJECTS.column("opinion"),
        MISSION_OPENED_ON,
    ),
    ("edition", "rule", "project_id"),
    (
        "Une édition dont aucun projet n'a d'avis n'en demandait pas : la règle « Sans avis » n'y est pas appliquée.",
        "Un projet n'est un nouvel entrant que si l'édition qui précède sa première est dans l'entrepôt.",
        NO_WITHHELD_CAVEAT,
    ),
)


def _brief_rate(rate: str, french: str, label: str) -> tuple[Column, ...]:
    return (
        ratio_column(
            f"{rate}_slippage_ratio",
            f"taux_ecart_{french}",
            f"{label[0].upper()}{label[1:]} moyen",
            "Moyenne des écarts connus du ministère par rapport à la première référence.",
        ),
        count_column(f"{rate}_n", f"nombre_{french}", f"Nombre d'{label}s connus", "Projets qui entrent dans le taux."),
        _contribution(rate, french, label, "du ministère"),
        points_column(
            f"{rate}_contribution_change_pts",
            f"variation_contribution_{french}_points",
            f"Variation de la contribution à l'{label} moyen",
            "Contribution de l'édition − contribution de l'édition précédente, un ministère sans écart connu ne "
            "contribuant pas. Les variations s'additionnent à celle du taux officiel. Vide sans édition précédente.",
        ),
    )


OUT_MINISTRY_BRIEF = Table(
    "out_ministry_brief",
    "Fiche de suivi par ministère",
    "Une ligne par ministère présent à cette édition ou à la précédente : ce que son secrétaire général doit savoir.",
    (
        EDITION,
        MINISTRY_ID,
        count_column("projects", "nombre_projets", "Projets", "Nombre de grands projets."),
        Column(
            "known_cost_meur",
            "cout_connu_meur",
            "Coût connu",
            "number",
            "Somme des coûts actualisés connus, hors chiffres non publiés. Vide quand aucun n'est connu.",
            unit="M€ TTC",
            minimum=0,
        ),
        count_column("costed_projects", "nombre_chiffres", "Projets chiffrés", "Projets dont le coût est connu."),
        *(column for rate in RATES_FRENCH for column in _brief_rate(*rate)),
        count_column(
            "entries",
            "nombre_entrees",
            "Entrées",
            "Entrées et retours ; vide sans édition précédente.",
            required=False,
        ),
        count_column("exits", "nombre_sorties", "Sorties", "Vide sans édition précédente.", required=False),
        count_column(
            "worsened",
            "nombre_aggraves",
            "Aggravés",
            "Projets dont le coût ou la durée a augmenté depuis l'édition précédente ; vide sans elle.",
            required=False,
        ),
        count_column(
            "improved",
            "nombre_ameliores",
            "Améliorés",
            "Projets dont le coût ou la durée a baissé, sans que l'autre augmente ; vide sans édition précédente.",
            required=False,
        ),
        count_column(
            "rebaselined", "nombre_revisions", "Trajectoires révisées", "Projets dont la référence n'est plus la 1re."
        ),
        *(
            count_column(
                f"watch_{term.code}", f"suivi_{published}", term.label, f"Projets suivis à ce titre : {term.label}."
            )
            for term, published in zip(
                WATCH_RULES.terms,
                ("derive", "echu", "cloture", "recurrent", "entrant", "revision", "sans_avis"),
                strict=True,
            )
        ),
        Column(
            "asked",
            "demandes",
            "Ce qui est demandé",
            "string",
            "Demandes au ministère, déduites des constats ; vide quand il n'y en a pas.",
        ),
    ),
    ("edition", "ministry_id"),
    (STAND_IN_CAVEAT, NO_WITHHELD_CAVEAT),
)

DUE_ON = Column("due_on", "echeance", "Échéance", "date", "Date à laquelle la cible doit être tenue.", required=True)

OUT_TARGETS = Table(
    "out_targets",
    "Cibles",
    "Une ligne par cible et par taux : où en est le portefeuille et ce qu'il reste à faire.",
    (
        EDITION,
        DUE_ON,
        RATE,
        replace(TARGET_RATIO, description="Plafond visé pour l'écart moyen ; 0,15 signifie 15 %."),
        ratio_column(
            "value_ratio", "valeur", "Valeur", "Écart moyen du portefeuille ; vide quand aucun écart n'est connu."
        ),
        count_column("n", "nombre_connus", "Écarts connus", "Projets qui entrent dans la valeur."),
        Column(
            "met", "tenue", "Tenue", "boolean", "Vrai si la valeur ne dépasse pas la cible ; vide si elle est inconnue."
        ),
        points_column("distance_pts", "ecart_a_la_cible_points", "Distance", "(valeur − cible) × 100."),
        months_column(
            "remaining_months",
            "mois_restants",
            "Mois restants",
            "Mois entre le mois de référence et l'échéance ; négatif après elle.",
        ),
        count_column(
            "editions_left",
            "editions_restantes",
            "Éditions restantes",
            "Éditions à venir avant l'échéance, à raison d'une tous les six mois, au moins une.",
            "éditions",
        ),
        points_column(
            "needed_pts",
            "points_par_edition",
            "Baisse nécessaire",
            "Points à gagner à chaque édition restante pour tenir la cible en ligne droite ; 0 quand elle est tenue, "
            "vide après l'échéance.",
        ),
    ),
    ("edition", "due_on", "rate"),
    (STAND_IN_CAVEAT,),
)

OUT_TARGET_PROJECTS = Table(
    "out_target_projects",
    "Distance à la cible par projet",
    "Une ligne par cible, par taux et par projet dont l'écart est connu : ce qu'il pèse dans la distance à la cible.",
    (
        EDITION,
        DUE_ON,
        RATE,
        PROJECT_ID,
        NAME,
        MINISTRY_ID,
        ratio_column(
            "slippage_ratio", "taux_ecart", "Taux d'écart", "Par rapport à la première référence.", required=True
        ),
        points_column(
            "held_pts",
            "part_distance_points",
            "Part de la distance",
            "(écart du projet − cible) / nombre d'écarts connus × 100 ; leur somme est la distance à la cible.",
            required=True,
        ),
        Column(
            "rank",
            "rang",
            "Rang",
            "integer",
            "Rang du projet, celui qui pèse le plus d'abord.",
            required=True,
            minimum=1,
        ),
    ),
    ("edition", "due_on", "rate", "project_id"),
    (STAND_IN_CAVEAT,),
)
