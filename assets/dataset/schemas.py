"""The Table Schema of each published table, with what schema.data.gouv.fr asks of one: version, page, examples."""

from typing import Any

from assets.dataset.about import LICENCE_TITLE, LICENCE_URL, PUBLISHER, About
from warehouse.home.calendar import Edition
from warehouse.model.schema import Table, table_schema
from warehouse.open_data.examples import example
from warehouse.open_data.files import SCHEMA_CREATED, SCHEMA_VERSION, OpenFile


def published_schema(file: OpenFile, table: Table, about: About) -> dict[str, Any]:
    """The schema of the CSV of a file: that of its table, and what tells it apart and shows how it is filled.

    Args:
        file: a file of data.
        table: the table it holds.
        about: what the dataset says of itself: where it is published, and its page.
    """
    said, stem = table_schema(table), file.stem_for(about.edition)
    fields = [
        {**field, "example": example(column)} for field, column in zip(said["fields"], table.columns, strict=True)
    ]
    head = {
        "$schema": said["$schema"],
        "name": said["name"],
        "title": said["title"],
        "description": said["description"],
        "countryCode": "FR",
        "homepage": about.homepage,
        "path": about.address_of(f"{stem}.schema.json"),
        "version": SCHEMA_VERSION,
        "created": SCHEMA_CREATED,
        "licenses": [{"name": "etalab-2.0", "title": LICENCE_TITLE, "path": LICENCE_URL}],
        "contributors": [{"title": PUBLISHER, "role": "author"}],
        "resources": [
            {"name": stem.lower(), "title": _title(file, about.edition), "path": about.address_of(f"{stem}.csv")}
        ],
    }
    return {**head, **said, "fields": fields}


def _title(file: OpenFile, edition: Edition) -> str:
    return file.title.format(month=edition.month_label())
