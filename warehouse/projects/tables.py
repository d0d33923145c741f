"""The tables of what was received: cells as they are, and the projects they make."""

from dataclasses import replace

from warehouse.model.columns import Theme
from warehouse.model.schema import Table

table = Theme("warehouse.projects").table

STAND_IN_CAVEAT = (
    "À défaut de référence déclarée, les premiers chiffres publiés en tiennent lieu à partir de l'édition suivante : à "
    "celle qui les publie, l'écart est non comparable. Un écart compté ainsi ne se compare pas au taux officiel."
)
NO_WITHHELD_CAVEAT = "Les chiffres non publiés n'y figurent pas et n'entrent dans aucun calcul."

RAW_SUBMISSIONS = table(
    "raw_submissions",
    "Cellules reçues",
    "Une ligne par cellule non vide des fichiers reçus pour l'édition, sans interprétation.",
    columns="""
        edition source_file source_sha256 source_sheet source_row source_column layout header field value_type value
    """,
    key="edition source_file source_sheet source_row source_column",
)

CORE_PROJECTS = table(
    "core_projects",
    "Projets de l'édition",
    "Une ligne par grand projet et par édition : ce que le ministère a transmis, typé et rattaché à un identifiant.",
    columns="""
        edition project_id name ministry_id partner_ministry_id interministerial description information_url phase
        start_date initial_end_date updated_end_date initial_start_date rebaseline_date rebaseline_act
        rebaseline_reason rebaseline_cost_meur rebaseline_end_date initial_duration_months updated_duration_months
        initial_cost_meur updated_cost_meur cost_band submitted_cost_band functional_zone programmes funding
        performance_plan_url opinion opinion_date deviation_reason deviation_comment withheld cost_withheld
        schedule_withheld withheld_reason withheld_note fictitious source_file source_sha256 source_sheet source_row
    """,
    key="edition project_id",
    caveats=(
        "Dans les données ouvertes antérieures à ce système, les chiffres initiaux n'ont jamais été publiés.",
        "Les projets en cadrage n'ont ni coût ni durée.",
    ),
)


# The layout of the published editions, which nobody sends again: what they hold is read, and never refused.
HISTORY_LAYOUT = "open_data"
# Where a row stands in what an edition received, and in what all received; an edition is that of its folder.
PLACE = ["source_file", "source_sheet", "source_row"]
ROW_KEY = ["edition", *PLACE]


def _of_rows(name: str, title: str, description: str) -> Table:
    """The columns of the projects, none of them required yet, and the layout each row was read by."""
    columns = (replace(column, required=False, unique=False) for column in CORE_PROJECTS.columns)
    return Table(name, title, description, (*columns, RAW_SUBMISSIONS.column("layout")), tuple(ROW_KEY))


SUBMITTED_ROWS = _of_rows(
    "submitted_rows",
    "Lignes transmises",
    "Une ligne par projet transmis, lue et typée, avant tout contrôle ; l'identifiant est celui que la ligne déclare.",
)
ACCEPTED_ROWS = _of_rows(
    "accepted_rows",
    "Lignes acceptées",
    "Les lignes transmises que les contrôles ont acceptées, telles qu'elles l'ont été.",
)
ACCEPTED_CELLS = table(
    "accepted_cells",
    "Cellules acceptées",
    "La place de chaque cellule des lignes acceptées, sans ce qu'elle dit : d'où vient chaque chiffre.",
    columns="edition source_file source_sheet source_row source_column header field",
    key="edition source_file source_sheet source_row source_column",
)
