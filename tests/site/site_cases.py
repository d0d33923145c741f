"""Pages of sites that no home has: the demonstration as it was at an edition, or without a table."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from assets.site.rendering import site_files
from assets.site.tables import SiteTables
from warehouse.model.schema import conform
from warehouse.open_data.key_figures import OPEN_KEY_FIGURES


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


def drawn_pages(tables: SiteTables, folder: str) -> Mapping[str, str]:
    """The pages of a section of a site, by their paths."""
    files = site_files(tables)
    return {path: content.decode() for path, content in files if path.startswith(folder) and path.endswith(".html")}


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
