"""The files of the dataset of an edition, from its rows and what it says of itself."""

from collections.abc import Mapping

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
    PublishedRows,
    csv_text,
    json_text,
    published_parquet,
    published_rows,
    sqlite_bytes,
    workbook,
)
from assets.dataset.schemas import published_schema
from warehouse.model.schema import Table
from warehouse.open_data.files import DATA_FILES, published_files
from warehouse.open_data.tables import OPEN_FULL_PROJECTS


def open_files(frames: Mapping[Table, pd.DataFrame], about: About) -> dict[str, bytes]:
    """The bytes of every file of the dataset of an edition, by name.

    Args:
        frames: the rows of every table, from `assets.dataset.rows.open_frames`.
        about: what the dataset says of itself.
    """
    edition = about.edition
    files = list(published_files(edition))
    rows = {table: published_rows(frame, table) for table, frame in frames.items()}
    made: dict[str, bytes] = {}
    for file in DATA_FILES:
        if file.table is not None:
            title = f"{about.title} : {file.title.format(month=edition.month_label())}"
            contents = _table_contents(rows[file.table], title, about, file.formats)
            for name, extension in zip(file.names(edition), file.formats, strict=True):
                made[name] = contents[extension]
            schema = json_document(published_schema(file, file.table, about))
            made[f"{file.stem_for(edition)}.schema.json"] = schema.encode()
    made["panorama.sqlite"] = sqlite_bytes(rows.values(), files, about.properties() | _caveats(about))
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


def _table_contents(rows: PublishedRows, title: str, about: About, formats: tuple[str, ...]) -> dict[str, bytes]:
    contents: dict[str, bytes] = {"csv": csv_text(rows).encode()}
    if "parquet" in formats:
        contents["parquet"] = published_parquet(rows)
    if "json" in formats:
        contents["json"] = json_text(rows, about.properties()).encode()
    if not WORKBOOK_WRITERS.keys().isdisjoint(formats):
        notes = [*about.notes(), *about.caveats()]
        book = workbook(rows, title, notes, notes_first=bool(about.closing.provisional))
        contents |= {extension: write(book) for extension, write in WORKBOOK_WRITERS.items()}
    return contents
