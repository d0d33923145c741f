"""The semester dataset: every file of `out/<edition>/open_data/`, as `warehouse.open_data.files` lists them."""

from collections.abc import Mapping
from typing import Any

import dagster as dg
import pandas as pd

from assets.dataset.about import About, changelog_text, publishable_corrections
from assets.dataset.catalogue import catalogue
from assets.dataset.contracting import project_package
from assets.dataset.documents import (
    checksums,
    data_package,
    dictionary_html,
    dictionary_markdown,
    readme_text,
    schema_text,
)
from assets.dataset.formats import WORKBOOK_WRITERS, csv_text, json_text, published_parquet, sqlite_bytes, workbook
from assets.dataset.rows import as_withheld_today, open_frames, read_tables
from assets.declaring import folder_asset
from assets.history import core_corrections
from warehouse.archive.tables import CORE_CORRECTIONS, CORE_PROJECTS, OPEN_PROJECTS, OUT_DISCLOSURE
from warehouse.archive.versions import version_count
from warehouse.disclosure.protection import statement
from warehouse.home.calendar import Edition
from warehouse.home.files import replacing_directory
from warehouse.home.home import Home
from warehouse.home.registers import register
from warehouse.home.store import ParquetStore
from warehouse.model.schema import Table
from warehouse.open_data.files import DATA_FILES, published_files


def about_edition(home: Home, store: ParquetStore, edition: Edition) -> About:
    """What the dataset of an edition says of itself, from the warehouse and the registers.

    Raises:
        RegisterError: a malformed register.
        SchemaError: a table of the edition was not computed.
    """
    projects = store.read(CORE_PROJECTS, edition.key)
    flagged = as_withheld_today(projects, register(home.registers, "withheld").read())
    return About(
        edition=edition,
        first=home.calendar().find(store.editions(CORE_PROJECTS)[0]),
        version=max(1, version_count(home, edition.key)),
        is_fictitious=bool(projects["fictitious"].any()),
        disclosure=statement(store.read(OUT_DISCLOSURE, edition.key)),
        corrections=publishable_corrections(store.read(CORE_CORRECTIONS, edition.key), flagged),
    )


def open_files(frames: Mapping[Table, pd.DataFrame], about: About) -> dict[str, bytes]:
    """The bytes of every file of the dataset of an edition, by name.

    Args:
        frames: the rows of every table, from `assets.dataset.rows.open_frames`.
        about: what the dataset says of itself.
    """
    edition = about.edition
    files = list(published_files(edition))
    made: dict[str, bytes] = {}
    for file in DATA_FILES:
        if file.table is not None:
            title = f"{about.title} : {file.title.format(month=edition.month_label())}"
            contents = _table_contents(frames[file.table], file.table, title, about, file.formats)
            for name, extension in zip(file.names(edition), file.formats, strict=True):
                made[name] = contents[extension]
            made[f"{file.stem_for(edition)}.schema.json"] = schema_text(file.table).encode()
    made["panorama.sqlite"] = sqlite_bytes(frames, files, about.properties() | _caveats(about))
    made["oc4ids.json"] = project_package(frames[OPEN_PROJECTS], about).encode()
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


def _table_contents(
    frame: pd.DataFrame, table: Table, title: str, about: About, formats: tuple[str, ...]
) -> dict[str, bytes]:
    contents: dict[str, bytes] = {"csv": csv_text(frame, table).encode()}
    if "parquet" in formats:
        contents["parquet"] = published_parquet(frame, table)
    if "json" in formats:
        contents["json"] = json_text(frame, table, about.properties()).encode()
    if not WORKBOOK_WRITERS.keys().isdisjoint(formats):
        book = workbook(frame, table, title, [*about.notes(), *about.caveats()])
        contents |= {extension: write(book) for extension, write in WORKBOOK_WRITERS.items()}
    return contents


# After the versions, which come after every other table and the blocking checks of what is withheld.
@folder_asset("publication", "csv", "parquet", "sqlite", deps=[core_corrections])
def open_dataset(
    context: dg.AssetExecutionContext,
    home: dg.ResourceParam[Home],
    store: dg.ResourceParam[ParquetStore],
) -> dg.MaterializeResult[None]:
    """The dataset for reusers: each table as CSV, Parquet and more, one SQLite file, and what describes them.

    The names, columns, schemas, dictionary and catalogues all come from the declarations of
    `warehouse.open_data.files`.
    """
    edition = home.calendar().find(context.partition_key)
    frames = open_frames(read_tables(store, edition, register(home.registers, "withheld").read()))
    files = open_files(frames, about_edition(home, store, edition))
    target = home.out(edition, "open_data")
    with replacing_directory(target) as folder:
        for name, content in files.items():
            (folder / name).write_bytes(content)
    metadata: dict[str, Any] = {
        "dagster/row_count": len(frames[OPEN_PROJECTS]),
        "files": list(files),
        "folder": dg.MetadataValue.path(str(target.resolve())),
    }
    return dg.MaterializeResult(metadata=metadata)
