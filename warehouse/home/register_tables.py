"""The tables of the registers: what a person can read, review in a diff, and add to; nothing in them is computed.

A register is a CSV file of the home. `line` is the number of its line in that file: it is the key, is not written
in the file, and tells which line a message is about.
"""

from warehouse.model.columns import Theme
from warehouse.model.schema import Table


def _register(name: str, title: str, description: str, *, columns: str) -> Table:
    return Theme("warehouse.home").table(f"register_{name}", title, description, columns=f"line {columns}", key="line")


MINISTRIES = _register(
    "ministries",
    "Libellés de ministères",
    "Une ligne par libellé ou sigle que le projet ne connaît pas encore, rattaché à un ministère connu.",
    columns="label ministry_id decided_on decided_by comment",
)

PROJECTS = _register(
    "projects",
    "Registre des projets",
    "Une ligne par nom sous lequel un projet a été rencontré dans un ministère ; l'identifiant ne change jamais.",
    columns="project_id name ministry_id first_edition",
)

LINKS = _register(
    "links",
    "Journal des rattachements",
    "Une ligne par projet d'une édition, la première fois qu'elle est traitée : l'identifiant donné, et sur quoi.",
    columns="edition name ministry_id project_id decision score candidate_id evidence",
)

DECISIONS = _register(
    "decisions",
    "Décisions sur l'identité",
    "Une ligne par décision d'une personne ; elles s'appliquent dans l'ordre, par-dessus le journal.",
    columns="decided_on decided_by decision project_id other_id edition reason",
)

LINEAGE = _register(
    "lineage",
    "Filiation des projets",
    "Une ligne par filiation entre deux projets différents : scission, fusion, suite.",
    columns="edition event project_id other_id decided_on decided_by reason",
)

BASELINES = _register(
    "baselines",
    "Registre des références",
    "Une ligne par référence approuvée ; la n° 1 est l'initiale. Une révision ajoute une ligne, n'en change aucune.",
    columns="project_id number cost_meur start_date end_date approved_on act reason edition",
)

EXITS = _register(
    "exits",
    "Registre des sorties",
    "Une ligne par projet sorti et motif ; un projet qui revient est rouvert de lui-même.",
    columns="project_id edition exit_reason decided_on decided_by comment",
)

OPINIONS = _register(
    "opinions",
    "Registre des avis",
    "Une ligne par avis de la DINUM ; sans réponse un mois après la saisine, l'avis est tacite.",
    columns="project_id requested_on given_on opinion reference",
)

OPINION_CAUSES = _register(
    "opinion_causes",
    "Causes de dérive nommées par les avis",
    "Une ligne par cause à suivre d'une édition à l'autre, sous l'un des cinq axes de l'avis.",
    columns="project_id requested_on axis cause",
)

CAUSE_REVIEWS = _register(
    "cause_reviews",
    "Constats sur les causes nommées",
    "Une ligne par constat : une cause nommée par un avis est suivie, ou ne l'est pas ; le dernier vaut.",
    columns="project_id requested_on axis cause reviewed_on review comment",
)

MISSIONS = _register(
    "missions",
    "Registre des missions de sécurisation",
    "Deux lignes par mission : son ouverture, puis sa clôture et ce qu'elle a donné.",
    columns="project_id event event_date outcome comment",
)

WITHHELD = _register(
    "withheld",
    "Registre des chiffres non publiés",
    "Une ligne par période où des chiffres d'un projet ne sont pas publiés, en plus de ce que disent les remontées. "
    "Les périodes s'ajoutent ; une ligne de même première édition remplace la précédente, par exemple pour la clore.",
    columns="project_id first_edition last_edition cost schedule withheld_reason decided_on decided_by",
)

VERSIONS = _register(
    "versions",
    "Registre des versions",
    "Une ligne par version d'une édition : ce qui en était connu, depuis quand, par qui et pourquoi elle a changé.",
    columns="edition version known_on content_sha256 changed_by reason",
)

SUBMISSIONS = _register(
    "submissions",
    "Remontées reçues",
    "Une ligne par fichier reçu et par ministère dont il porte les projets, dans l'ordre de prise en compte ; une par "
    "fichier remplacé quand il y en a plusieurs.",
    columns="edition ministry_id version file sha256 received_on replaces_sha256 status signed_by signed_on",
)

RULE_CHANGES = _register(
    "rule_changes",
    "Règles modifiées",
    "Une ligne par règle qu'un exploitant reclasse ou suspend, depuis une édition, avec son motif.",
    columns="code grade first_edition last_edition decided_on decided_by reason",
)

CLOSURES = _register(
    "closures",
    "Clôtures",
    "Une ligne par ministère dont l'absence d'une édition est reconnue, la dernière d'un ministère valant ; une ligne "
    "sans ministère par clôture de l'édition.",
    columns="edition ministry_id reason closed_by closed_on",
)

APPROVALS = _register(
    "approvals",
    "Approbations",
    "Une ligne par approbation d'une personne : ce qui peut être publié d'une édition, à l'octet près.",
    columns="edition version content_sha256 approved_on approved_by reason correction",
)

PUBLICATIONS = _register(
    "publications",
    "Publications",
    "Une ligne par fichier publié et relu à son adresse, avec l'identifiant de sa ressource, qui ne change pas.",
    columns="""
        edition version destination dataset_id resource_key resource_id sha256 url published_on approved_by
    """,
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
        CAUSE_REVIEWS,
        MISSIONS,
        WITHHELD,
        VERSIONS,
        SUBMISSIONS,
        RULE_CHANGES,
        CLOSURES,
        APPROVALS,
        PUBLICATIONS,
    )
}
