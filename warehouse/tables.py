"""The declaration of every table and column, once. What derives from it lives in `warehouse.schema`."""

from dataclasses import replace

from warehouse.schema import Column, Table

EDITION = Column(
    "edition",
    "edition",
    "Édition",
    "string",
    "Mois de référence de l'édition du panorama, au format AAAA-MM.",
    required=True,
    pattern=r"^\d{4}-(?:0[1-9]|1[0-2])$",
)
PROJECT_ID = Column(
    "project_id",
    "identifiant_projet",
    "Identifiant du projet",
    "string",
    "Identifiant stable du projet d'une édition à l'autre ; le nom peut changer, pas lui.",
    required=True,
    pattern=r"^PGP-\d{4}$",
)
NAME = Column(
    "name",
    "nom_projet",
    "Nom du projet",
    "string",
    "Nom du projet tel que transmis pour cette édition.",
    required=True,
)
MINISTRY_ID = Column(
    "ministry_id",
    "ministere",
    "Ministère porteur",
    "string",
    "Ministère porteur du projet ; le libellé publié est le même d'une édition à l'autre.",
    required=True,
    vocabulary="ministries",
)
PHASE = Column(
    "phase",
    "phase",
    "Phase",
    "string",
    "Phase du projet à la date de l'édition.",
    vocabulary="phases",
)
UPDATED_COST = Column(
    "updated_cost_meur",
    "cout_actualise_meur",
    "Coût complet actualisé",
    "number",
    "Coût complet TTC prévu à cette édition : dépenses depuis la conception et 24 premiers mois de fonctionnement, "
    "masse salariale comprise.",
    unit="M€ TTC",
    minimum=0,
)
INITIAL_COST = Column(
    "initial_cost_meur",
    "cout_initial_meur",
    "Coût complet initial",
    "number",
    "Coût complet TTC de la première référence.",
    unit="M€ TTC",
    minimum=0,
)
UPDATED_DURATION = Column(
    "updated_duration_months",
    "duree_actualisee_mois",
    "Durée actualisée",
    "integer",
    "Durée prévue à cette édition, du début du cadrage à la fin du déploiement, en mois entiers.",
    unit="mois",
    minimum=0,
)
INITIAL_DURATION = Column(
    "initial_duration_months",
    "duree_initiale_mois",
    "Durée initiale",
    "integer",
    "Durée de la première référence, en mois entiers.",
    unit="mois",
    minimum=0,
)
FICTITIOUS = Column(
    "fictitious",
    "donnees_fictives",
    "Données fictives",
    "boolean",
    "Vrai pour un projet inventé pour la démonstration.",
    required=True,
)
SOURCE_FILE = Column(
    "source_file",
    "fichier_source",
    "Fichier source",
    "string",
    "Nom du fichier reçu d'où vient la ligne.",
    required=True,
)
SOURCE_SHA256 = Column(
    "source_sha256",
    "sha256_source",
    "Empreinte du fichier source",
    "string",
    "Empreinte SHA-256 du fichier reçu.",
    required=True,
    pattern=r"^[0-9a-f]{64}$",
)
SOURCE_SHEET = Column(
    "source_sheet",
    "feuille_source",
    "Feuille source",
    "string",
    "Nom de la feuille d'où vient la ligne ; pour un fichier CSV, le nom du fichier sans extension.",
    required=True,
)
SOURCE_ROW = Column(
    "source_row",
    "ligne_source",
    "Ligne source",
    "integer",
    "Numéro de la ligne dans la feuille ; la première ligne porte le numéro 1. Dans un fichier CSV, rang de "
    "l'enregistrement.",
    required=True,
    minimum=1,
)

RAW_SUBMISSIONS = Table(
    "raw_submissions",
    "Cellules reçues",
    "Une ligne par cellule non vide des fichiers reçus pour l'édition, sans interprétation.",
    (
        EDITION,
        SOURCE_FILE,
        SOURCE_SHA256,
        SOURCE_SHEET,
        SOURCE_ROW,
        Column(
            "source_column",
            "colonne_source",
            "Colonne source",
            "string",
            "Lettre de la colonne dans la feuille.",
            required=True,
            pattern=r"^[A-Z]{1,3}$",
        ),
        Column(
            "layout",
            "format_source",
            "Format reconnu",
            "string",
            "Format de fichier reconnu d'après ses en-têtes.",
            required=True,
        ),
        Column(
            "header",
            "entete_source",
            "En-tête",
            "string",
            "En-tête de la colonne, tel qu'écrit dans le fichier.",
            required=True,
        ),
        Column(
            "field",
            "champ",
            "Champ",
            "string",
            "Champ du format auquel la colonne correspond.",
            required=True,
        ),
        Column(
            "value_type",
            "type_valeur",
            "Type de la cellule",
            "string",
            "Type de la cellule dans le classeur : text, number, date ou boolean.",
            required=True,
        ),
        Column(
            "value",
            "valeur",
            "Valeur",
            "string",
            "Valeur de la cellule en texte : tel quel, nombre sans perte, date au format ISO.",
            required=True,
        ),
    ),
    ("edition", "source_file", "source_sheet", "source_row", "source_column"),
)

CORE_PROJECTS = Table(
    "core_projects",
    "Projets de l'édition",
    "Une ligne par grand projet et par édition : ce que le ministère a transmis, typé et rattaché à un identifiant.",
    (
        EDITION,
        PROJECT_ID,
        NAME,
        MINISTRY_ID,
        Column(
            "partner_ministry_id",
            "ministere_partenaire",
            "Second ministère",
            "string",
            "Second ministère porteur, pour un projet porté à deux.",
            vocabulary="ministries",
        ),
        Column(
            "interministerial",
            "interministeriel",
            "Projet interministériel",
            "boolean",
            "Vrai si le projet est conduit pour plusieurs ministères.",
            required=True,
        ),
        Column("description", "description", "Description et objectifs", "string", "Description transmise."),
        Column(
            "information_url",
            "page_information",
            "En savoir plus",
            "string",
            "Page d'information sur le projet.",
        ),
        PHASE,
        Column(
            "start_date",
            "date_debut",
            "Début",
            "date",
            "Début du cadrage ; le premier jour du mois quand seul le mois est connu.",
        ),
        Column(
            "initial_end_date",
            "date_fin_initiale",
            "Fin initiale",
            "date",
            "Fin du déploiement prévue par la première référence.",
        ),
        Column(
            "updated_end_date",
            "date_fin_actualisee",
            "Fin actualisée",
            "date",
            "Fin du déploiement prévue à cette édition ; recalculée depuis la durée quand elle seule est publiée.",
        ),
        Column(
            "initial_start_date",
            "date_debut_initiale",
            "Début initial",
            "date",
            "Début retenu par la première référence ; le début du projet s'il n'en est pas déclaré d'autre.",
        ),
        INITIAL_DURATION,
        UPDATED_DURATION,
        INITIAL_COST,
        UPDATED_COST,
        Column(
            "cost_band",
            "tranche_cout",
            "Tranche de coût",
            "string",
            "Tranche du coût actualisé, borne inférieure comprise ; vide quand le coût n'est pas connu.",
            vocabulary="cost_bands",
        ),
        Column(
            "submitted_cost_band",
            "tranche_cout_transmise",
            "Tranche transmise",
            "string",
            "Tranche écrite dans le fichier reçu, quand il en porte une.",
            vocabulary="cost_bands",
        ),
        Column(
            "functional_zone",
            "zone_fonctionnelle",
            "Zone fonctionnelle",
            "string",
            "Zone du plan d'occupation des sols du système d'information de l'État, telle que transmise.",
        ),
        Column(
            "programmes",
            "programmes",
            "Programmes budgétaires",
            "string",
            "Codes des programmes qui financent le projet, séparés par un point-virgule.",
            pattern=r"^P\d{3}(?:;P\d{3})*$",
        ),
        Column("funding", "financement", "Financement", "string", "Financement tel que transmis."),
        Column(
            "performance_plan_url",
            "projet_annuel_performance",
            "Projet annuel de performances",
            "string",
            "Lien vers le projet annuel de performances.",
        ),
        Column(
            "opinion",
            "avis_dinum",
            "Avis de la DINUM",
            "string",
            "Sens de l'avis requis à partir de 9 M€ TTC.",
            vocabulary="opinions",
        ),
        Column("opinion_date", "date_avis_dinum", "Date de l'avis", "date", "Date de l'avis de la DINUM."),
        Column(
            "deviation_reason",
            "motif_ecart",
            "Motif de l'écart",
            "string",
            "Motif principal de l'écart, déclaré par le ministère.",
            vocabulary="deviation_reasons",
        ),
        Column(
            "deviation_comment",
            "commentaire_ecart",
            "Commentaire sur l'écart",
            "string",
            "Explication de l'écart donnée par le ministère.",
        ),
        Column(
            "withheld",
            "chiffres_non_publies",
            "Chiffres non publiés",
            "boolean",
            "Vrai quand des chiffres du projet ne sont pas publiés à cette édition.",
            required=True,
        ),
        Column(
            "cost_withheld",
            "cout_non_publie",
            "Coût non publié",
            "boolean",
            "Vrai quand les coûts du projet ne sont pas publiés à cette édition.",
            required=True,
        ),
        Column(
            "schedule_withheld",
            "calendrier_non_publie",
            "Calendrier non publié",
            "boolean",
            "Vrai quand les dates de fin et les durées du projet ne sont pas publiées à cette édition.",
            required=True,
        ),
        Column(
            "withheld_reason",
            "motif_non_publication",
            "Motif de non-publication",
            "string",
            "Raison pour laquelle les chiffres ne sont pas publiés.",
            vocabulary="withheld_reasons",
        ),
        Column(
            "withheld_note",
            "mention_non_publication",
            "Mention de non-publication",
            "string",
            "Phrase par laquelle le fichier reçu dit que les chiffres ne sont pas publiés.",
        ),
        FICTITIOUS,
        SOURCE_FILE,
        SOURCE_SHA256,
        SOURCE_SHEET,
        SOURCE_ROW,
    ),
    ("edition", "project_id"),
    (
        "Dans les données ouvertes antérieures à ce système, les chiffres initiaux n'ont jamais été publiés.",
        "Les projets en cadrage n'ont ni coût ni durée.",
    ),
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


def _slippage_columns(rate: str, french: str, label: str, unit: str, amount: str) -> tuple[Column, ...]:
    return (
        Column(
            f"{rate}_status",
            f"statut_ecart_{french}",
            f"Statut de l'{label}",
            "string",
            "« connu » : l'écart est calculé ; « non publié » : chiffres non publiés ; « non comparable » : en "
            "cadrage ou sans référence ; « manquant » : un chiffre manque.",
            required=True,
            vocabulary="slippage_statuses",
        ),
        Column(
            f"{rate}_slippage_ratio",
            f"taux_ecart_{french}",
            f"Taux d'{label}",
            "number",
            "(actualisé − initial) / initial ; 0,125 signifie 12,5 %. Vide quand l'écart n'est pas connu.",
            unit="rapport",
            minimum=-1,
        ),
        Column(
            f"{rate}_slippage_{amount}",
            f"ecart_{french}_{'meur' if amount == 'meur' else 'mois'}",
            label[0].upper() + label[1:],
            "number" if amount == "meur" else "integer",
            "Actualisé − initial. Vide quand l'écart n'est pas connu.",
            unit=unit,
        ),
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
            "Première édition où la référence a été publiée ; l'édition elle-même pour une référence déclarée.",
            pattern=EDITION.pattern,
        ),
        INITIAL_COST,
        UPDATED_COST,
        *_slippage_columns("budget", "budgetaire", "écart budgétaire", "M€ TTC", "meur"),
        INITIAL_DURATION,
        UPDATED_DURATION,
        *_slippage_columns("schedule", "calendaire", "écart calendaire", "mois", "months"),
    ),
    ("edition", "project_id"),
    (STAND_IN_CAVEAT,),
)

OUT_SLIPPAGE_GROUPS = Table(
    "out_slippage_groups",
    "Écarts de l'ensemble et par ministère",
    "Une ligne par groupe, par taux et par méthode de calcul.",
    (
        EDITION,
        Column(
            "dimension",
            "dimension",
            "Dimension",
            "string",
            "Ce qui forme les groupes : l'ensemble du portefeuille ou le ministère.",
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
    ("edition", "dimension", "group_id", "rate", "method"),
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
            "Projets absents de l'édition précédente ; vide quand elle n'est pas dans l'entrepôt.",
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

OUT_MOVEMENTS = Table(
    "out_movements",
    "Entrées et sorties",
    "Une ligne par projet entré ou sorti depuis l'édition précédente.",
    (
        EDITION,
        PROJECT_ID,
        Column(
            "movement",
            "mouvement",
            "Mouvement",
            "string",
            "Entrée ou sortie.",
            required=True,
            vocabulary="movements",
        ),
        NAME,
        MINISTRY_ID,
        replace(
            EDITION,
            name="previous_edition",
            published="edition_precedente",
            title="Édition précédente",
            description="Édition à laquelle celle-ci est comparée.",
        ),
    ),
    ("edition", "project_id"),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        RAW_SUBMISSIONS,
        CORE_PROJECTS,
        OUT_SLIPPAGE_PROJECTS,
        OUT_SLIPPAGE_GROUPS,
        OUT_KEY_FIGURES,
        OUT_MOVEMENTS,
    )
}


def _open_projects() -> Table:
    slippage = [
        column for column in OUT_SLIPPAGE_PROJECTS.columns if column.name.startswith(("baseline", "budget", "schedule"))
    ]
    replaced = {"initial_cost_meur", "initial_duration_months"}
    columns = [
        replace(column, description=f"{column.description} À défaut, premiers chiffres publiés.")
        if column.name in replaced
        else column
        for column in CORE_PROJECTS.columns
    ]
    return Table(
        "panorama",
        "Panorama des grands projets numériques de l'État",
        "Une ligne par grand projet de l'édition, avec ses écarts par rapport à la première référence.",
        (*columns, *slippage),
        ("edition", "project_id"),
        (*CORE_PROJECTS.caveats, *OUT_SLIPPAGE_PROJECTS.caveats),
    )


OPEN_PROJECTS = _open_projects()
