"""Pages of sites that no home has: the demonstration as it was at an edition, or without a table."""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd

from assets.site import rendering
from assets.site.analyses.causes import causes_pages
from assets.site.analyses.evolution import evolution_pages
from assets.site.analyses.forecasts import forecast_pages
from assets.site.analyses.targets import target_pages
from assets.site.pages import Page
from assets.site.project_pages import project_pages
from assets.site.reference.contents import reference_pages
from assets.site.tables import SiteTables
from warehouse.model.schema import conform
from warehouse.open_data.key_figures import OPEN_KEY_FIGURES

# What makes the pages of each section, by its folder.
SECTIONS = {
    "causes": causes_pages,
    "cible": target_pages,
    "corrections": reference_pages,
    "evolution": evolution_pages,
    "previsions": forecast_pages,
    "projets": project_pages,
    "qualite": reference_pages,
}


def up_to(tables: SiteTables, count: int) -> SiteTables:
    """The same tables as they were at the edition of that rank among those that have figures."""
    kept = tables.editions[:count]
    keys = {edition.key for edition in kept}
    frames = {
        table: frame.loc[frame["edition"].isin(keys)] if "edition" in frame else frame
        for table, frame in tables.frames.items()
    }
    return dataclasses.replace(tables, edition=kept[-1], editions=kept, frames=frames)


def without(tables: SiteTables, *stems: str) -> SiteTables:
    """The same tables, these ones empty."""
    emptied = {tables[stem].table for stem in stems}
    frames = {table: frame.head(0) if table in emptied else frame for table, frame in tables.frames.items()}
    return dataclasses.replace(tables, frames=frames)


def drawn_pages(tables: SiteTables, folder: str) -> Iterator[tuple[str, str]]:
    """The path and the text of each page of a folder of a site, where nothing else is laid out."""
    for made in SECTIONS[folder.partition("/")[0]](tables):
        if isinstance(made, Page) and made.path.startswith(folder):
            yield made.path, rendering._laid_out(made, tables).decode()


def drawn_page(tables: SiteTables, folder: str) -> str:
    """The text of the page of a folder; what comes after it is not even made."""
    return next(text for path, text in drawn_pages(tables, folder) if path == f"{folder}/index.html")


def renamed(tables: SiteTables, project_id: str, name: str) -> SiteTables:
    """The same tables, where a project has another name in every edition and every file."""
    return changed(tables, "name", lambda frame: frame["name"].mask(frame["project_id"].eq(project_id), name))


def changed(tables: SiteTables, column: str, value: Callable[[pd.DataFrame], Any]) -> SiteTables:
    """The same tables, where a column of the rows of projects holds what is made of the rows, in every file."""
    frames = {
        table: _with(frame, column, value(frame)) if {column, "project_id"} <= set(frame.columns) else frame
        for table, frame in tables.frames.items()
    }
    return dataclasses.replace(tables, frames=frames)


def _with(frame: pd.DataFrame, column: str, value: Any) -> pd.DataFrame:
    frame = frame.copy()
    frame[column] = value
    return frame


def with_key_figures(tables: SiteTables, edition: str, **values: object) -> SiteTables:
    """The same tables, where the key figures of an edition hold these values."""
    figures = tables.frames[OPEN_KEY_FIGURES]
    at = figures["edition"].eq(edition)
    given = {name: figures[name].astype("object").mask(at, value) for name, value in values.items()}
    frame = conform(figures.assign(**given), OPEN_KEY_FIGURES)
    return dataclasses.replace(tables, frames={**tables.frames, OPEN_KEY_FIGURES: frame})
