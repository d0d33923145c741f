"""The columns that several tables share, each declared once."""

from warehouse.model.schema import Column

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
COST_BAND = Column(
    "cost_band",
    "tranche_cout",
    "Tranche de coût",
    "string",
    "Tranche du coût actualisé, borne inférieure comprise ; vide quand le coût n'est pas connu.",
    vocabulary="cost_bands",
)
FUNCTIONAL_ZONE = Column(
    "functional_zone",
    "zone_fonctionnelle",
    "Zone fonctionnelle",
    "string",
    "Zone du plan d'occupation des sols du système d'information de l'État, telle que transmise.",
)
