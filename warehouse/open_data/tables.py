"""The tables of the open dataset. Their names and columns do not change without a note in `docs/upgrading.md`.

Published names follow `warehouse.model.schema`, but those of `LEGACY_PROJECTS`: the layout of the open data of 2016 to
2018, kept for those who read it still, has accents and spaces, as published then.
"""

from dataclasses import replace

from warehouse.follow_up.tables import OUT_MINISTRY_BRIEF, OUT_RETROSPECTIVE, OUT_SCORECARD, OUT_WATCHLIST
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
        "panorama",
        "Panorama des grands projets numériques de l'État",
        "Une ligne par grand projet de l'édition, avec ses écarts par rapport à la première référence.",
        (*columns, *slippage),
        CORE_PROJECTS.primary_key,
        (*CORE_PROJECTS.caveats, *OUT_SLIPPAGE_PROJECTS.caveats),
    )


def _renamed(table: Table, name: str, title: str, description: str) -> Table:
    return replace(table, name=name, title=title, description=description)


OPEN_PROJECTS = _open_projects()
OPEN_HISTORY = _renamed(
    OPEN_PROJECTS,
    "historique",
    "Grands projets de toutes les éditions",
    "Une ligne par grand projet et par édition, de la première à celle-ci, avec les colonnes du fichier de l'édition.",
)

OPEN_SLIPPAGE = table(
    "ecarts",
    "Écarts par projet, par taux et par point de comparaison",
    "Une ligne par édition, par projet, par taux et par point de comparaison : l'écart, ou pourquoi il manque.",
    columns="""
        edition project_id name ministry_id phase rate reference status slippage_ratio slippage_meur slippage_months
        baseline_source
    """,
    key="edition project_id rate reference",
    caveats=(STAND_IN_CAVEAT,),
)


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
    return replace(OUT_SLIPPAGE_GROUPS, columns=tuple(columns), caveats=caveats)


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
OPEN_OFFICIAL = replace(OUT_OFFICIAL_FIGURES, name="chiffres_officiels")
OPEN_BRIDGE = replace(OUT_BRIDGE, name="passage")
OPEN_MOVEMENTS = table(
    "mouvements",
    "Entrées, sorties et changements de nom ou de ministère",
    "Une ligne par projet et par mouvement depuis l'édition précédente.",
    columns="edition previous_edition project_id movement name ministry_id before after exit_reason",
    key="edition project_id movement",
)
OPEN_CHANGES = replace(OUT_CHANGES, name="changements")
OPEN_CAUSES = replace(OUT_CAUSES, name="causes")
OPEN_FORECAST = replace(OUT_FORECAST, name="previsions")
OPEN_BACKTEST = replace(OUT_FORECAST_BACKTEST, name="previsions_rejouees")
_QUALITY_CAVEATS = (
    "Le score juge les données transmises, non le projet : sa dérive est dans les écarts.",
    "Un chiffre non publié n'est ni dû, ni comparé, ni contrôlé : aucun score n'en dépend.",
)
OPEN_QUALITY = replace(OUT_MINISTRY_QUALITY, name="qualite", caveats=_QUALITY_CAVEATS)
OPEN_PROJECT_QUALITY = replace(OUT_PROJECT_QUALITY, name="qualite_projets", caveats=_QUALITY_CAVEATS)

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
