"""The tables of the registers: what a person can read, review in a diff, and add to; nothing in them is computed.

A register is a CSV file of the home. `line` is the number of its line in that file: it is the key, is not written
in the file, and tells which line a message is about.
"""

from dataclasses import replace

from warehouse.model.columns import EDITION, MINISTRY_ID, NAME, PROJECT_ID
from warehouse.model.schema import Column, Table

LINE = Column(
    "line",
    "ligne",
    "Ligne",
    "integer",
    "Numéro de la ligne dans le fichier du registre ; les en-têtes portent le numéro 1.",
    required=True,
    minimum=2,
)
OTHER_ID = replace(PROJECT_ID, name="other_id", published="autre_identifiant", title="Autre identifiant")
DECIDED_ON = Column("decided_on", "decide_le", "Décidé le", "date", "Date de la décision.", required=True)
DECIDED_BY = Column("decided_by", "decide_par", "Décidé par", "string", "Qui a décidé.", required=True)
REASON = Column("reason", "motif", "Motif", "string", "Pourquoi, en une phrase.", required=True)
CONTENT_SHA256 = Column(
    "content_sha256",
    "empreinte",
    "Empreinte",
    "string",
    "Empreinte SHA-256 des tables de la version.",
    required=True,
    pattern=r"^[0-9a-f]{64}$",
)
COMMENT = Column("comment", "commentaire", "Commentaire", "string", "Précision libre.")


def _edition(name: str, published: str, title: str, description: str, *, required: bool = True) -> Column:
    return replace(EDITION, name=name, published=published, title=title, description=description, required=required)


def _register(name: str, title: str, description: str, *columns: Column) -> Table:
    return Table(f"register_{name}", title, description, (LINE, *columns), ("line",))


MINISTRIES = _register(
    "ministries",
    "Libellés de ministères",
    "Une ligne par libellé ou sigle que le projet ne connaît pas encore, rattaché à un ministère connu.",
    Column("label", "libelle", "Libellé", "string", "Libellé ou sigle tel qu'écrit dans une remontée.", required=True),
    MINISTRY_ID,
    DECIDED_ON,
    DECIDED_BY,
    COMMENT,
)

PROJECTS = _register(
    "projects",
    "Registre des projets",
    "Une ligne par nom sous lequel un projet a été rencontré dans un ministère ; l'identifiant ne change jamais.",
    PROJECT_ID,
    NAME,
    MINISTRY_ID,
    _edition("first_edition", "premiere_edition", "Première édition", "Édition où ce nom a été rencontré d'abord."),
)

LINKS = _register(
    "links",
    "Journal des rattachements",
    "Une ligne par projet d'une édition, la première fois qu'elle est traitée : l'identifiant donné, et sur quoi.",
    EDITION,
    NAME,
    MINISTRY_ID,
    PROJECT_ID,
    Column(
        "decision",
        "decision",
        "Décision",
        "string",
        "« déclaré » : identifiant transmis ; « certain » : rattaché ; « douteux » : non rattaché, à examiner ; "
        "« nouveau » : aucun projet connu ne lui ressemble.",
        required=True,
        vocabulary="link_decisions",
    ),
    Column(
        "score",
        "score",
        "Score",
        "number",
        "Probabilité que la ligne soit le candidat, entre 0 et 1 ; vide pour un identifiant déclaré ou sans candidat.",
        unit="probabilité",
        minimum=0,
        maximum=1,
    ),
    replace(
        PROJECT_ID,
        name="candidate_id",
        published="candidat",
        title="Meilleur candidat",
        description="Projet connu qui ressemble le plus à la ligne.",
        required=False,
    ),
    Column("evidence", "indices", "Indices", "string", "Ce qui rapproche et ce qui éloigne du candidat."),
)

DECISIONS = _register(
    "decisions",
    "Décisions sur l'identité",
    "Une ligne par décision d'une personne ; elles s'appliquent dans l'ordre, par-dessus le journal.",
    DECIDED_ON,
    DECIDED_BY,
    Column(
        "decision",
        "decision",
        "Décision",
        "string",
        "« same » : l'identifiant n'est qu'un autre nom du second ; « split » : à partir d'une édition, l'identifiant "
        "désigne un autre projet, le second ; « own » : le projet douteux est un projet à part entière.",
        required=True,
        vocabulary="identity_decisions",
    ),
    PROJECT_ID,
    replace(OTHER_ID, required=False, description="Identifiant gardé (« same ») ou donné (« split »)."),
    _edition("edition", "edition", "À partir de", "Première édition concernée.", required=False),
    REASON,
)

LINEAGE = _register(
    "lineage",
    "Filiation des projets",
    "Une ligne par filiation entre deux projets différents : scission, fusion, suite.",
    EDITION,
    Column(
        "event",
        "evenement",
        "Événement",
        "string",
        "« split » : le projet est issu de l'autre ; « merge » : il y est fusionné ; « succession » : il en prend la "
        "suite.",
        required=True,
        vocabulary="lineage_events",
    ),
    PROJECT_ID,
    replace(OTHER_ID, description="L'autre projet."),
    DECIDED_ON,
    DECIDED_BY,
    REASON,
)

BASELINES = _register(
    "baselines",
    "Registre des références",
    "Une ligne par référence approuvée ; la n° 1 est l'initiale. Une révision ajoute une ligne, n'en change aucune.",
    PROJECT_ID,
    Column("number", "numero", "Numéro", "integer", "Rang de la référence du projet.", required=True, minimum=1),
    Column("cost_meur", "cout_meur", "Coût", "number", "Coût complet approuvé.", unit="M€ TTC", minimum=0),
    Column("start_date", "debut", "Début", "date", "Début du cadrage retenu."),
    Column("end_date", "fin", "Fin", "date", "Fin du déploiement approuvée."),
    Column("approved_on", "approuve_le", "Approuvé le", "date", "Date de l'acte ; vide quand elle n'est pas connue."),
    Column("act", "acte", "Acte", "string", "Acte qui l'approuve, ou remontée qui la déclare.", required=True),
    REASON,
    _edition("edition", "edition", "Édition", "Édition à partir de laquelle la référence est connue du panorama."),
)

EXITS = _register(
    "exits",
    "Registre des sorties",
    "Une ligne par projet sorti et motif ; un projet qui revient est rouvert de lui-même.",
    PROJECT_ID,
    _edition("edition", "edition", "Édition", "Première édition où le projet ne figure plus."),
    Column(
        "exit_reason",
        "motif_sortie",
        "Motif de sortie",
        "string",
        "Pourquoi le projet ne figure plus.",
        required=True,
        vocabulary="exit_reasons",
    ),
    DECIDED_ON,
    DECIDED_BY,
    COMMENT,
)

OPINIONS = _register(
    "opinions",
    "Registre des avis",
    "Une ligne par avis de la DINUM ; sans réponse un mois après la saisine, l'avis est tacite.",
    PROJECT_ID,
    Column("requested_on", "saisi_le", "Saisi le", "date", "Date de la saisine.", required=True),
    Column("given_on", "rendu_le", "Rendu le", "date", "Date de l'avis ; vide tant qu'il n'est pas rendu."),
    Column(
        "opinion",
        "avis",
        "Sens de l'avis",
        "string",
        "Favorable, avec réserves, défavorable ; vide tant qu'il n'est pas rendu.",
        vocabulary="opinions",
    ),
    Column("reference", "reference", "Référence", "string", "Référence de l'avis."),
)

OPINION_CAUSES = _register(
    "opinion_causes",
    "Causes de dérive nommées par les avis",
    "Une ligne par cause à suivre d'une édition à l'autre, sous l'un des cinq axes de l'avis.",
    PROJECT_ID,
    Column("requested_on", "saisi_le", "Saisi le", "date", "Saisine de l'avis qui la nomme.", required=True),
    Column("axis", "axe", "Axe", "string", "Axe de l'avis.", required=True, vocabulary="opinion_axes"),
    Column("cause", "cause", "Cause", "string", "Cause de dérive à suivre.", required=True),
)

MISSIONS = _register(
    "missions",
    "Registre des missions de sécurisation",
    "Deux lignes par mission : son ouverture, puis sa clôture et ce qu'elle a donné.",
    PROJECT_ID,
    Column(
        "event", "evenement", "Événement", "string", "Ouverture ou clôture.", required=True, vocabulary="mission_events"
    ),
    Column("event_date", "date", "Date", "date", "Date de l'événement.", required=True),
    Column("outcome", "issue", "Issue", "string", "Ce que la mission a donné ; à la clôture."),
    COMMENT,
)

WITHHELD = _register(
    "withheld",
    "Registre des chiffres non publiés",
    "Une ligne par période où des chiffres d'un projet ne sont pas publiés, en plus de ce que disent les remontées. "
    "Les périodes s'ajoutent ; une ligne de même première édition remplace la précédente, par exemple pour la clore.",
    PROJECT_ID,
    _edition("first_edition", "premiere_edition", "De l'édition", "Première édition concernée."),
    _edition(
        "last_edition", "derniere_edition", "À l'édition", "Dernière édition ; vide si elle court.", required=False
    ),
    Column("cost", "cout", "Coût", "boolean", "Vrai si les coûts ne sont pas publiés.", required=True),
    Column("schedule", "calendrier", "Calendrier", "boolean", "Vrai si les dates ne sont pas publiées.", required=True),
    Column(
        "withheld_reason",
        "motif_non_publication",
        "Motif de non-publication",
        "string",
        "Raison pour laquelle les chiffres ne sont pas publiés.",
        required=True,
        vocabulary="withheld_reasons",
    ),
    DECIDED_ON,
    DECIDED_BY,
)

VERSIONS = _register(
    "versions",
    "Registre des versions",
    "Une ligne par version d'une édition : ce qui en était connu, depuis quand, par qui et pourquoi elle a changé.",
    EDITION,
    Column("version", "version", "Version", "integer", "Rang de la version.", required=True, minimum=1),
    Column(
        "known_on", "connu_le", "Connue le", "date", "Date depuis laquelle ces chiffres sont connus.", required=True
    ),
    CONTENT_SHA256,
    Column("changed_by", "change_par", "Changée par", "string", "Qui a transmis ou demandé la correction."),
    Column("reason", "motif", "Motif", "string", "Pourquoi la version a changé."),
)

SUBMISSIONS = _register(
    "submissions",
    "Remontées reçues",
    "Une ligne par fichier reçu et par ministère dont il porte les projets, dans l'ordre de prise en compte ; une par "
    "fichier remplacé quand il y en a plusieurs.",
    EDITION,
    replace(MINISTRY_ID, required=False, description="Ministère porteur ; vide pour un fichier dont rien ne le dit."),
    Column(
        "version",
        "version",
        "Version",
        "integer",
        "Rang de la remontée de ce ministère pour cette édition ; les anciennes versions sont gardées.",
        required=True,
        minimum=1,
    ),
    Column("file", "fichier", "Fichier", "string", "Nom du fichier reçu.", required=True),
    Column(
        "sha256",
        "empreinte",
        "Empreinte",
        "string",
        "Empreinte SHA-256 du fichier reçu, sous laquelle il est gardé.",
        required=True,
        pattern=r"^[0-9a-f]{64}$",
    ),
    Column("received_on", "recu_le", "Reçu le", "date", "Jour où le fichier a été pris en compte.", required=True),
    Column(
        "replaces_sha256",
        "remplace",
        "Remplace",
        "string",
        "Empreinte du fichier que celui-ci remplace ; vide pour un premier envoi ou un complément.",
        pattern=r"^[0-9a-f]{64}$",
    ),
    Column(
        "status",
        "etat",
        "État",
        "string",
        "Lu, « néant » attesté, ou écarté parce qu'il ne peut pas être ouvert sans danger.",
        required=True,
        vocabulary="submission_statuses",
    ),
    Column("signed_by", "atteste_par", "Attesté par", "string", "Nom et fonction de la personne qui atteste."),
    Column("signed_on", "atteste_le", "Attesté le", "date", "Date de l'attestation."),
)

RULE_CHANGES = _register(
    "rule_changes",
    "Règles modifiées",
    "Une ligne par règle qu'un exploitant reclasse ou suspend, depuis une édition, avec son motif.",
    Column(
        "code",
        "code",
        "Code",
        "string",
        "Code de la règle au catalogue, par exemple COST-004.",
        required=True,
        pattern=r"^[A-Z]+-\d{3}$",
    ),
    Column(
        "grade",
        "gravite",
        "Gravité",
        "string",
        "Ce que la règle devient.",
        required=True,
        vocabulary="rule_grades",
    ),
    _edition("first_edition", "premiere_edition", "Première édition", "Édition à partir de laquelle cela vaut."),
    _edition(
        "last_edition",
        "derniere_edition",
        "Dernière édition",
        "Dernière édition où cela vaut ; vide : jusqu'à nouvel ordre.",
        required=False,
    ),
    DECIDED_ON,
    DECIDED_BY,
    REASON,
)

APPROVALS = _register(
    "approvals",
    "Approbations",
    "Une ligne par approbation d'une personne : ce qui peut être publié d'une édition, à l'octet près.",
    EDITION,
    Column(
        "version",
        "version",
        "Version",
        "integer",
        "Rang, pour cette édition, des fichiers approuvés ; approuvés de nouveau, ils gardent leur rang.",
        required=True,
        minimum=1,
    ),
    replace(CONTENT_SHA256, description="Empreinte SHA-256 des fichiers approuvés, sous laquelle ils sont gardés."),
    Column("approved_on", "approuve_le", "Approuvé le", "date", "Date de l'approbation.", required=True),
    Column("approved_by", "approuve_par", "Approuvé par", "string", "Qui a approuvé.", required=True),
    Column("reason", "motif", "Motif", "string", "Pourquoi, en une phrase."),
    Column(
        "correction",
        "avis_de_correction",
        "Avis de correction",
        "string",
        "Ce qui a été corrigé, publié avec les fichiers.",
    ),
)

PUBLICATIONS = _register(
    "publications",
    "Publications",
    "Une ligne par fichier publié et relu à son adresse, avec l'identifiant de sa ressource, qui ne change pas.",
    EDITION,
    Column("version", "version", "Version", "integer", "Rang des fichiers approuvés.", required=True, minimum=1),
    Column("destination", "destination", "Destination", "string", "Adresse de la plateforme.", required=True),
    Column("dataset_id", "jeu_de_donnees", "Jeu de données", "string", "Identifiant du jeu de données."),
    Column(
        "resource_key",
        "marque",
        "Marque",
        "string",
        "Marque de la ressource, « dataset » pour le jeu de données lui-même.",
        required=True,
    ),
    Column("resource_id", "ressource", "Ressource", "string", "Identifiant de la ressource sur la plateforme."),
    Column(
        "sha256",
        "empreinte",
        "Empreinte",
        "string",
        "Empreinte SHA-256 du fichier, relu à son adresse ; pour le jeu de données, de l'ensemble.",
        required=True,
        pattern=r"^[0-9a-f]{64}$",
    ),
    Column("url", "adresse", "Adresse", "string", "Adresse permanente.", required=True),
    Column("published_on", "publie_le", "Publié le", "date", "Date de la vérification.", required=True),
    Column("approved_by", "approuve_par", "Approuvé par", "string", "Qui a approuvé ces fichiers.", required=True),
)

REGISTERS: dict[str, Table] = {
    table.name.removeprefix("register_"): table
    for table in (
        MINISTRIES,
        PROJECTS,
        LINKS,
        DECISIONS,
        LINEAGE,
        BASELINES,
        EXITS,
        OPINIONS,
        OPINION_CAUSES,
        MISSIONS,
        WITHHELD,
        VERSIONS,
        SUBMISSIONS,
        RULE_CHANGES,
        APPROVALS,
        PUBLICATIONS,
    )
}
