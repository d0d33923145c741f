"""Each published table has a schema that schema.data.gouv.fr could list, and an example that each column accepts."""

import json
from dataclasses import replace
from typing import Any

import pytest
from open_dataset import about

from assets.dataset.catalogue import catalogue
from assets.dataset.schemas import published_schema
from checks.released.files import typed_columns
from warehouse.home.settings import OpenDataSettings
from warehouse.open_data.files import DATA_FILES, OpenFile, published_files

FILES = [pytest.param(file, id=file.stem) for file in DATA_FILES]
PUBLISHED = OpenDataSettings(
    "https://exemple.fr/panorama/{edition}/", "https://exemple.fr/panorama", "panorama@exemple.fr"
)


def schema_of(file: OpenFile, published: OpenDataSettings | None = None) -> dict[str, Any]:
    assert file.table is not None
    return published_schema(file, file.table, replace(about(), published=published or OpenDataSettings()))


@pytest.mark.parametrize("file", FILES)
def test_a_schema_says_what_a_catalogue_of_schemas_asks(file: OpenFile) -> None:
    schema = schema_of(file)
    asked = ("name", "title", "description", "homepage", "version", "created", "contributors", "resources", "fields")
    assert all(schema[name] for name in asked)
    assert json.loads(json.dumps(schema)) == schema


@pytest.mark.parametrize("file", FILES)
def test_a_column_accepts_its_example(file: OpenFile) -> None:
    schema = schema_of(file)
    cells = {
        field["name"]: [str(field["example"]).lower() if field["type"] == "boolean" else str(field["example"])]
        for field in schema["fields"]
    }
    assert typed_columns(cells, schema)[1] == []


def test_addresses_are_absolute_once_the_settings_give_one() -> None:
    edition = about().edition.key
    schema = schema_of(DATA_FILES[0], PUBLISHED)
    assert schema["homepage"] == "https://exemple.fr/panorama"
    assert schema["path"] == f"https://exemple.fr/panorama/{edition}/panorama-{edition}.schema.json"
    assert schema_of(DATA_FILES[0])["path"] == f"panorama-{edition}.schema.json"


def test_the_catalogue_says_whom_to_write_to_and_where_to_begin() -> None:
    said = replace(about(), published=PUBLISHED)
    files = list(published_files(said.edition))
    described = {file.name: b"" for file in files}
    dataset = json.loads(catalogue(said, files, described))["dcat:dataset"]
    assert dataset["dcat:contactPoint"]["vcard:hasEmail"] == {"@id": "mailto:panorama@exemple.fr"}
    assert dataset["dcat:landingPage"]["@id"] == "https://exemple.fr/panorama"
    addresses = {each["dcat:downloadURL"]["@id"] for each in dataset["dcat:distribution"]}
    assert all(address.startswith(f"https://exemple.fr/panorama/{said.edition.key}/") for address in addresses)
    near = json.loads(catalogue(about(), files, described))["dcat:dataset"]
    assert near["dcat:landingPage"]["@id"] == "LISEZMOI.md"
    assert near["dcat:contactPoint"]["vcard:hasURL"]["@id"].startswith("https://")
