"""Pages of sites that no home has: the demonstration as it was at an edition, or without a table."""

import dataclasses
from collections.abc import Mapping

from assets.site.rendering import site_files
from assets.site.tables import SiteTables


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
