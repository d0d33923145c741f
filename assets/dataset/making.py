"""The files of the dataset of an edition, from its rows and what it says of itself."""

from collections.abc import Mapping
from contextlib import closing

import pandas as pd

from assets.dataset.about import About, changelog_text
from assets.dataset.catalogue import catalogue
from assets.dataset.contracting import project_package
from assets.dataset.documents import (
    checksums,
    data_package,
    dictionary_html,
    dictionary_markdown,
    json_document,
    readme_text,
)
from assets.dataset.formats import (
    WORKBOOK_WRITERS,
    DatabaseFile,
    PublishedRows,
    csv_text,
    json_text,
    published_parquet,
    published_rows,
    workbook,
)
from assets.dataset.schemas import published_schema
from warehouse.model.schema import Table
from warehouse.open_data.files import DATA_FILES, OpenFile, published_files
from warehouse.open_data.tables import OPEN_FULL_PROJECTS


def open_files(frames: Mapping[Table, pd.DataFrame], about: About) -> dict[str, bytes]:
    """The bytes of every file of the dataset of an edition, by name.

    Args:
        frames: the rows of every table, from `assets.dataset.rows.open_frames`.
        about: what the dataset says of itself.
    """
    edition = about.edition
    files = list(published_files(edition))
    declared = {file.table: file for file in DATA_FILES if file.table is not None}
    contents: dict[str, bytes] = {}
    with closing(DatabaseFile()) as database:
        # A table at a time: all of them as plain values would fill the memory.
        for table, frame in frames.items():
            rows = published_rows(frame, table)
            database.add(rows)
            contents |= _table_contents(rows, declared[table], about)
        whole = database.content(files, about.properties() | _caveats(about))
    made = {
        name: contents[name]
        for file in declared.values()
        for name in (*file.names(edition), f"{file.stem_for(edition)}.schema.json")
    }
    made["panorama.sqlite"] = whole
    made["oc4ids.json"] = project_package(frames[OPEN_FULL_PROJECTS], about).encode()
    made["LISEZMOI.md"] = readme_text(about, files).encode()
    made["dictionnaire.html"] = dictionary_html(about, files).encode()
    made["dictionnaire.md"] = dictionary_markdown(about, files).encode()
    made["CHANGELOG.md"] = changelog_text(about).encode()
    made["datapackage.json"] = data_package(about, files, made).encode()
    made["dcat.jsonld"] = catalogue(about, files, made).encode()
    made["SHA256SUMS"] = checksums(made).encode()
    return {file.name: made[file.name] for file in files}


def _caveats(about: About) -> dict[str, str]:
    return {f"precaution {rank}": caveat for rank, caveat in enumerate(about.caveats(), start=1)}


def _table_contents(rows: PublishedRows, file: OpenFile, about: About) -> dict[str, bytes]:
    """The bytes of the files of a table, by name."""
    edition = about.edition
    contents = {"csv": csv_text(rows).encode()}
    if "parquet" in file.formats:
        contents["parquet"] = published_parquet(rows)
    if "json" in file.formats:
        contents["json"] = json_text(rows, about.properties()).encode()
    if not WORKBOOK_WRITERS.keys().isdisjoint(file.formats):
        title = f"{about.title} : {file.title.format(month=edition.month_label())}"
        notes = [*about.notes(), *about.caveats()]
        book = workbook(rows, title, notes, notes_first=bool(about.closing.provisional))
        contents |= {extension: write(book) for extension, write in WORKBOOK_WRITERS.items()}
    schema = json_document(published_schema(file, rows.table, about))
    named = {name: contents[extension] for name, extension in zip(file.names(edition), file.formats, strict=True)}
    return named | {f"{file.stem_for(edition)}.schema.json": schema.encode()}
