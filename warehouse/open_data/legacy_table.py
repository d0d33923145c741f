"""The layout of the open data of 2016 to 2018, kept for those who read it still: 15 columns, headers as they were.

Its column names have accents and spaces, as published then; every other published name follows
`warehouse.model.schema`.
"""

from warehouse.model.schema import Column, Table

LEGACY_PROJECTS = Table(
    "ancien_format",
    "Grands projets, ancien format",
    "Les projets de l'édition dans les 15 colonnes des données ouvertes de 2016 à 2018, une ligne par projet.",
    (
        Column(
            "ministry_code",
            "Ministère porteur",
            "Ministère porteur",
            "string",
            "Sigle du ministère porteur au mois de référence ; à défaut, son nom.",
            required=True,
        ),
        Column(
            "ministry_name",
            "Ministère nom complet",
            "Nom du ministère",
            "string",
            "Nom du ministère porteur, le même d'une édition à l'autre.",
            required=True,
        ),
        Column("name", "Nom du projet", "Nom du projet", "string", "Nom du projet tel que transmis.", required=True),
        Column(
            "interministerial",
            "Projet interministériel",
            "Projet interministériel",
            "string",
            "« Oui » si le projet est conduit pour plusieurs ministères, sinon « Non ».",
            required=True,
            pattern="^(?:Oui|Non)$",
        ),
        Column(
            "description",
            "Description et objectifs du projet",
            "Description et objectifs",
            "string",
            "Description transmise.",
        ),
        Column(
            "information_url",
            "En savoir plus sur le projet",
            "En savoir plus",
            "string",
            "Page d'information sur le projet.",
        ),
        Column("start_date", "Début", "Début", "date", "Début du cadrage."),
        Column(
            "duration_years",
            "Durée prévisionnelle en année",
            "Durée prévisionnelle",
            "number",
            "Durée prévue : jours / 365 jusqu'à l'édition de novembre 2018, mois / 12 ensuite, comme alors. Vide quand "
            "elle n'est pas connue ou pas publiée.",
            unit="années",
            minimum=0,
        ),
        Column("phase", "Phase du projet en cours", "Phase", "string", "Phase du projet.", vocabulary="phases"),
        Column(
            "cost_meur",
            "Coût estimé",
            "Coût estimé",
            "number",
            "Coût complet TTC prévu à cette édition ; vide quand il n'est pas connu ou pas publié.",
            unit="M€ TTC",
            minimum=0,
        ),
        Column(
            "cost_band",
            "Coût estimé par tranche",
            "Tranche de coût",
            "string",
            "Tranche du coût estimé, borne inférieure comprise.",
            vocabulary="cost_bands",
        ),
        Column("functional_zone", "Zone fonctionnelle", "Zone fonctionnelle", "string", "Zone telle que transmise."),
        Column(
            "funding",
            "Financement [programme(s)]",
            "Financement",
            "string",
            "Financement tel que transmis ; à défaut, codes des programmes.",
        ),
        Column(
            "performance_plan_url",
            "Lien vers les Projets Annuels de Performances",
            "Projets annuels de performances",
            "string",
            "Lien vers le projet annuel de performances.",
        ),
        Column(
            "published_on",
            "Date de publication",
            "Date de publication",
            "date",
            "Date de publication de l'édition, quand elle est connue.",
        ),
    ),
    (),
    ("Sans identifiant stable ni chiffres initiaux : préférer le fichier « panorama » de l'édition.",),
)
