"""Where each figure of a project was read, cell by cell, as plain data and for a person."""

import difflib
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
from rich.console import Console

from assets.dataset.rows import open_provenance, projects_of_edition, read_tables
from pipelines.told.summary import require_computed
from warehouse.archive.closed import read_closings
from warehouse.archive.tables import OUT_SLIPPAGE_PROJECTS
from warehouse.home.calendar import Edition
from warehouse.home.home import Home
from warehouse.home.state import read_state
from warehouse.home.store import ParquetStore
from warehouse.model.errors import ConfigurationError
from warehouse.model.frames import plain_records
from warehouse.model.french import day, exact, percent, visible
from warehouse.model.schema import Column, Kind
from warehouse.model.terms import match_key
from warehouse.model.vocabulary import PROVENANCE_PARTS, VOCABULARIES
from warehouse.open_data.tables import OPEN_PROJECTS
from warehouse.projects.closing import states_of

SHOWN_DECIMALS = 2


def trace(home: Home, edition: Edition, project: str, column: str | None = None) -> dict[str, Any]:
    """Find the cells that each published figure of a project comes from.

    Args:
        home: the installation.
        edition: the edition; computed.
        project: identifier of one of its projects.
        column: a column of the published projects, by its name in the file, in the code, or by its title; None for all.

    Returns:
        `edition`, `project_id`, `name`, and `figures`: of each column, `column`, `title`, `value` (a code for a closed
        list, None where nothing is published), `unit`, and `cells`, the columns of `OPEN_PROVENANCE` but its key.

    Raises:
        ConfigurationError: the edition was never computed, or has no such project or column.
    """
    store = ParquetStore(home.warehouse)
    require_computed(store, OUT_SLIPPAGE_PROJECTS, edition)
    registers = read_state(home).registers
    tables = read_tables(store, edition, registers, states_of(read_closings(registers, store)))
    rows = projects_of_edition(tables)
    line = rows.loc[rows["project_id"].eq(project)]
    if line.empty:
        raise ConfigurationError(f"L'édition {edition.key} n'a pas de projet « {project} » ; elle en a {len(rows)}.")
    cells = open_provenance(tables)
    of_project = cells.loc[cells["project_id"].eq(project)].drop(columns=["edition", "project_id"])
    asked = [_column(column)] if column else [one for one in OPEN_PROJECTS.columns if one.name != "edition"]
    (values,) = plain_records(line)
    figures = [_figure(one, values, of_project.loc[of_project["column"].eq(one.published)]) for one in asked]
    return {
        "edition": edition.key,
        "project_id": project,
        "name": values["name"],
        "figures": [figure for figure in figures if column or figure["cells"]],
    }


def _figure(column: Column, values: Mapping[str, Any], cells: pd.DataFrame) -> dict[str, Any]:
    return {
        "column": column.published,
        "title": column.title,
        "value": values[column.name],
        "unit": column.unit,
        "cells": plain_records(cells.drop(columns="column")),
    }


def _column(asked: str) -> Column:
    """The column that a person names."""
    names = {match_key(name): one for one in OPEN_PROJECTS.columns for name in (one.title, one.name, one.published)}
    found = names.get(match_key(asked))
    if found is None:
        near = difflib.get_close_matches(match_key(asked), names, n=3, cutoff=0.5)
        nearest = " ou ".join(f"« {name} »" for name in dict.fromkeys(names[key].published for key in near))
        hint = f" La plus proche : {nearest}." if nearest else ""
        raise ConfigurationError(f"« {asked} » n'est pas une colonne des projets publiés.{hint}")
    return found


def print_trace(found: Mapping[str, Any], console: Console) -> None:
    """Tell a person: each figure, then the cells it comes from."""
    console.print(f"{found['project_id']} {visible(found['name'])}, édition {found['edition']}", style="bold")
    for figure in found["figures"]:
        console.print(f"  {figure['title']} ({figure['column']}) : {_value(figure)}")
        for cell in figure["cells"]:
            console.print(f"    {PROVENANCE_PARTS.label(cell['part']).lower()} : {_place(cell)}")
        if not figure["cells"]:
            console.print("    aucune cellule : rien n'est publié, ou la valeur ne vient d'aucun fichier")


def _value(figure: Mapping[str, Any]) -> str:
    value, unit = figure["value"], figure["unit"]
    column = next(one for one in OPEN_PROJECTS.columns if one.published == figure["column"])
    if value is None:
        return "non renseigné ou non publié"
    if column.vocabulary:
        return VOCABULARIES[column.vocabulary].label(value)
    if column.name.endswith("_ratio"):
        return percent(value, SHOWN_DECIMALS)
    return _SHOWN[column.kind](value) + (f" {unit}" if unit else "")


_SHOWN: Mapping[Kind, Callable[[Any], str]] = {
    "string": lambda value: visible(str(value)),
    "boolean": lambda value: "oui" if value else "non",
    "date": lambda value: day(pd.Timestamp(value).date()),
    "integer": exact,
    "number": lambda value: exact(round(value, SHOWN_DECIMALS)),
}


def _place(cell: Mapping[str, Any]) -> str:
    if cell["source_sheet"] is None:
        return str(cell["source_file"])
    row, column = cell["source_row"], cell["source_column"]
    if row is None:
        place = f"colonne {column}" if column else "place non gardée"
    else:
        place = f"cellule {column}{row}" if column else f"ligne {row}"
    header = f" (« {visible(cell['header'])} »)" if cell["header"] else ""
    unsaid = ", ligne tue : ce fichier a des chiffres non publiés" if row is None else ""
    received = f", reçu le {day(pd.Timestamp(cell['received_on']).date())}" if cell["received_on"] else ""
    return (
        f"{cell['source_file']}, feuille « {cell['source_sheet']} », {place}{header}, "
        f"édition {cell['source_edition']}{received}{unsaid}"
    )
