"""The tables of the open dataset. Their names and columns do not change without a note in `docs/upgrading.md`.

Published names follow `warehouse.model.schema`, but those of `LEGACY_PROJECTS`: the layout of the open data of 2016 to
2018, kept for those who read it still, has accents and spaces, as published then.
"""

from dataclasses import replace

from warehouse.follow_up.tables import (
    OUT_BASELINES,
    OUT_MINISTRY_BRIEF,
    OUT_MISSIONS,
    OUT_NAMED_CAUSES,
    OUT_RETROSPECTIVE,
    OUT_SCORECARD,
    OUT_WATCHLIST,
)
from warehouse.forecast.tables import OUT_FORECAST, OUT_FORECAST_BACKTEST
from warehouse.history.tables import OUT_CHANGES
from warehouse.model.columns import Theme
from warehouse.model.schema import Table
from warehouse.open_data.codes import with_codes
from warehouse.projects.tables import CORE_PROJECTS, STAND_IN_CAVEAT
from warehouse.quality.tables import OUT_MINISTRY_QUALITY, OUT_PROJECT_QUALITY
from warehouse.slippage.tables import (
    HEADLINE_CAVEAT,
    OUT_BRIDGE,
    OUT_CAUSES,
    OUT_OFFICIAL_FIGURES,
    OUT_SLIPPAGE_GROUPS,
    OUT_SLIPPAGE_PROJECTS,
    OUT_TARGET_PROJECTS,
    OUT_TARGETS,
)

table = Theme("warehouse.open_data").table


NO_PROVENANCE = "Vide pour un fichier qui contient des chiffres non publiés : elle permettrait de les retrouver."


def _open_projects() -> Table:
    from_slippage = ("baseline", "budget", "schedule", "overdue")
    slippage = [column for column in OUT_SLIPPAGE_PROJECTS.columns if column.name.startswith(from_slippage)]
    stood_in_for = ("initial_cost_meur", "initial_duration_months")
    columns = [
        replace(column, description=f"{column.description} À défaut, premiers chiffres publiés.")
        if column.name in stood_in_for
        else replace(column, required=False, description=f"{column.description} {NO_PROVENANCE}")
        if "file" in column.withheld_by
        else column
        for column in CORE_PROJECTS.columns
        if column.name != "withheld_note"
    ]
    return Table(
        "panorama_complet",
        "Grands projets, toutes les colonnes",
        "Une ligne par grand projet de l'édition, avec tout ce qui en est publié : textes, révision, provenance, "
        "écarts par rapport à chaque point de comparaison.",
        (*columns, *slippage),
        CORE_PROJECTS.primary_key,
        (*CORE_PROJECTS.caveats, *OUT_SLIPPAGE_PROJECTS.caveats),
    )


def _renamed(table: Table, name: str, title: str, description: str) -> Table:
    return replace(table, name=name, title=title, description=description)


# What is published of a project, without the codes beside labels: what is traced to the cells it was read from.
OPEN_PROJECTS = _open_projects()
OPEN_FULL_PROJECTS = with_codes(
    OPEN_PROJECTS, *(column.name for column in OPEN_PROJECTS.columns if column.vocabulary), "functional_zone"
)
# What people read, filter and count: what every project has, or is expected to have. What few ever have (a partner, an
# act of revision, a page), what describes the row rather than the project, and what repeats another column are in the
# full file. The list is declared, not found in the rows: it is the same at every edition.
CORE_COLUMNS = """
    edition project_id name ministry_id_code ministry_id interministerial description phase_code phase
    functional_zone_code functional_zone start_date initial_end_date updated_end_date initial_duration_months
    updated_duration_months initial_cost_meur updated_cost_meur cost_band_code cost_band budget_status_code
    budget_status budget_slippage_ratio budget_slippage_meur schedule_status_code schedule_status
    schedule_slippage_ratio schedule_slippage_months opinion_code opinion
"""
OPEN_CORE_PROJECTS = replace(
    OPEN_FULL_PROJECTS,
    name="panorama",
    title="Panorama des grands projets numériques de l'État",
    description="Une ligne par grand projet de l'édition : ce qu'il est, son calendrier, son coût, et ses écarts par "
    "rapport à la première référence. Les autres colonnes sont dans « panorama-complet ».",
    columns=tuple(OPEN_FULL_PROJECTS.column(name) for name in CORE_COLUMNS.split()),
)
OPEN_HISTORY = _renamed(
    OPEN_CORE_PROJECTS,
    "historique",
    "Grands projets de toutes les éditions",
    "Une ligne par grand projet et par édition, de la première à celle-ci, avec les colonnes du fichier de l'édition.",
)
OPEN_FULL_HISTORY = _renamed(
    OPEN_FULL_PROJECTS,
    "historique_complet",
    "Grands projets de toutes les éditions, toutes les colonnes",
    "Une ligne par grand projet et par édition, de la première à celle-ci, avec toutes les colonnes.",
)

_SLIPPAGE = table(
    "ecarts",
    "Écarts par projet, par taux et par point de comparaison",
    "Une ligne par édition, par projet, par taux et par point de comparaison : l'écart, ou pourquoi il manque.",
    columns="""
        edition project_id name ministry_id phase rate reference status slippage_ratio slippage_meur slippage_months
        baseline_source contribution_pts
    """,
    key="edition project_id rate reference",
    caveats=(STAND_IN_CAVEAT,),
)
OPEN_SLIPPAGE = with_codes(_SLIPPAGE)


def _indicators() -> Table:
    """The statistics of slippage, and the costs of the same groups."""
    named = {"rate": "indicators", "method": "indicator_methods"}
    columns = [
        replace(column, vocabulary=named[column.name]) if column.name in named else column
        for column in OUT_SLIPPAGE_GROUPS.columns
    ]
    at = OUT_SLIPPAGE_GROUPS.names().index("high_ratio") + 1
    columns.insert(at, Theme("warehouse.open_data").column("value_meur", "indicateurs"))
    caveats = (*OUT_SLIPPAGE_GROUPS.caveats, HEADLINE_CAVEAT)
    return with_codes(replace(OUT_SLIPPAGE_GROUPS, columns=tuple(columns), caveats=caveats))


OPEN_INDICATORS = _renamed(
    _indicators(),
    "indicateurs",
    "Indicateurs de l'édition",
    "Une ligne par périmètre, par groupe, par taux et par méthode de calcul, pour cette édition ; le coût complet de "
    "chaque groupe aussi.",
)
OPEN_TRENDS = _renamed(
    OPEN_INDICATORS,
    "evolution",
    "Indicateurs de toutes les éditions",
    "Les indicateurs de l'ensemble et de chaque ministère, de la première édition à celle-ci : une ligne par édition, "
    "par périmètre, par groupe, par taux et par méthode.",
)
OPEN_OFFICIAL = with_codes(replace(OUT_OFFICIAL_FIGURES, name="chiffres_officiels"))
OPEN_BRIDGE = with_codes(replace(OUT_BRIDGE, name="passage"))
_MOVEMENTS = table(
    "mouvements",
    "Entrées, sorties et changements de nom ou de ministère",
    "Une ligne par projet et par mouvement depuis l'édition précédente ; d'un projet sorti, ses derniers chiffres.",
    columns="""
        edition previous_edition project_id movement name ministry_id before after exit_reason last_cost_meur
        last_budget_slippage_ratio last_schedule_slippage_ratio
    """,
    key="edition project_id movement",
)
OPEN_MOVEMENTS = with_codes(_MOVEMENTS)
OPEN_CHANGES = with_codes(
    replace(
        OUT_CHANGES,
        name="changements",
        caveats=(
            "La durée n'y est que si elle ne change pas comme la fin : un début déplacé, une fin qui n'est pas connue.",
        ),
    )
)
OPEN_CAUSES = with_codes(replace(OUT_CAUSES, name="causes"))
OPEN_FORECAST = with_codes(replace(OUT_FORECAST, name="previsions"))
OPEN_BACKTEST = with_codes(replace(OUT_FORECAST_BACKTEST, name="previsions_rejouees"))
_QUALITY_CAVEATS = (
    "Le score juge les données transmises, non le projet : sa dérive est dans les écarts.",
    "Un chiffre non publié n'est ni dû, ni comparé, ni contrôlé : aucun score n'en dépend.",
)
OPEN_QUALITY = with_codes(replace(OUT_MINISTRY_QUALITY, name="qualite", caveats=_QUALITY_CAVEATS))
OPEN_PROJECT_QUALITY = with_codes(replace(OUT_PROJECT_QUALITY, name="qualite_projets", caveats=_QUALITY_CAVEATS))

OPEN_WATCHLIST = with_codes(replace(OUT_WATCHLIST, name="suivi"))
OPEN_MINISTRY_BRIEF = with_codes(replace(OUT_MINISTRY_BRIEF, name="fiches_ministeres"))
OPEN_TARGETS = with_codes(replace(OUT_TARGETS, name="cibles"))
OPEN_TARGET_PROJECTS = with_codes(replace(OUT_TARGET_PROJECTS, name="cibles_projets"))
OPEN_RETROSPECTIVE = with_codes(replace(OUT_RETROSPECTIVE, name="bilans"))
# What no submission carries yet is not published: a column that is empty everywhere says nothing.
_NOT_RECEIVED = ("declared_rating", "disagreement")
OPEN_SCORECARD = with_codes(
    replace(
        OUT_SCORECARD,
        name="cotation",
        columns=tuple(column for column in OUT_SCORECARD.columns if column.name not in _NOT_RECEIVED),
    )
)
# Not `references`, which is a word of SQL.
OPEN_BASELINES = with_codes(replace(OUT_BASELINES, name="references_projets"))
OPEN_MISSIONS = with_codes(replace(OUT_MISSIONS, name="missions"))
OPEN_NAMED_CAUSES = with_codes(replace(OUT_NAMED_CAUSES, name="avis_causes"))

OPEN_PROVENANCE = table(
    "provenance",
    "Provenance de chaque chiffre",
    "Une ligne par cellule d'où vient chaque valeur publiée d'un projet à cette édition : fichier, feuille, ligne, "
    "colonne et date de réception. Un écart vient aussi des cellules de sa référence, dans le fichier de celle-ci.",
    columns="""
        edition project_id column part rank source_edition source_file source_sheet source_row source_column header
        received_on
    """,
    key="edition project_id column part rank",
    caveats=("Ce qui n'est pas publié n'a pas de provenance publiée.",),
)

LEGACY_PROJECTS = table(
    "ancien_format",
    "Grands projets, ancien format",
    "Les projets de l'édition dans les 15 colonnes des données ouvertes de 2016 à 2018, une ligne par projet.",
    columns="""
        ministry_code ministry_name name interministerial description information_url start_date duration_years
        phase cost_meur cost_band functional_zone funding performance_plan_url published_on
    """,
    caveats=("Sans identifiant stable ni chiffres initiaux : préférer le fichier « panorama » de l'édition.",),
)
