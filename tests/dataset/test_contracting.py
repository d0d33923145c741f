"""`oc4ids.json` against the project package of OC4IDS 0.9: what the standard requires of the parts that are published.

The required fields, types and closed lists are those of its schema, written again for these parts alone.
"""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from open_dataset import dataset_folder

from warehouse.home.home import Home

TEXT = {"type": "string", "minLength": 1}
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$"}
ADDRESS = {"type": "string", "pattern": r"^[a-z]+:\S+$"}
PERIOD = {"type": "object", "minProperties": 1, "properties": {"startDate": MOMENT, "endDate": MOMENT}}
VALUE = {
    "type": "object",
    "properties": {"amount": {"type": "number"}, "currency": {"enum": ["EUR"]}},
    "required": ["amount", "currency"],
}
STATUSES = ["identification", "preparation", "implementation", "completion", "completed", "cancelled"]


def _object(*required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "minProperties": 1, "required": list(required), "properties": properties}


def _several(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "uniqueItems": True, "items": items}


OBSERVATION = _object("id", id=TEXT, period=PERIOD, value=VALUE, notes=TEXT)
PROJECT = _object(
    "id",
    id=TEXT,
    identifiers=_several(_object(id=TEXT, scheme=TEXT)),
    updated=MOMENT,
    title=TEXT,
    description=TEXT,
    status={"enum": STATUSES},
    period=PERIOD,
    sector=_several(TEXT),
    additionalClassifications=_several(_object(scheme=TEXT, id=TEXT, description=TEXT)),
    budget=_object(description=TEXT, amount=VALUE),
    forecasts=_several(_object("id", id=TEXT, title=TEXT, observations=_several(OBSERVATION))),
    parties=_several(_object("id", "name", id=TEXT, name=TEXT, roles=_several({"enum": ["publicAuthority"]}))),
    publicAuthority=_object(id=TEXT, name=TEXT),
    documents=_several(_object("id", id=TEXT, title=TEXT, url=ADDRESS)),
    completion=_object(endDate=MOMENT, finalValue=VALUE),
)
PROJECT["additionalProperties"] = False
PACKAGE = _object(
    "uri",
    "publisher",
    "publishedDate",
    "projects",
    "version",
    uri=ADDRESS,
    publishedDate=MOMENT,
    version={"type": "string", "pattern": r"^(\d+\.)(\d+)$"},
    publisher=_object("name", name=TEXT, uri=ADDRESS),
    license=ADDRESS,
    projects=_several(PROJECT),
)


@pytest.fixture
def package(two_editions: Home) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((dataset_folder(two_editions) / "oc4ids.json").read_text(encoding="utf-8"))
    return document


def test_the_package_is_what_the_standard_asks(package: dict[str, Any]) -> None:
    jsonschema.Draft4Validator(PACKAGE).validate(package)


def test_the_package_of_the_demonstration_is_too(demonstration: tuple[Path, Any]) -> None:
    for file in sorted(demonstration[0].glob("out/*/open_data/oc4ids.json")):
        jsonschema.Draft4Validator(PACKAGE).validate(json.loads(file.read_text(encoding="utf-8")))


def test_each_project_has_an_id_of_its_own_and_its_authority_among_the_parties(package: dict[str, Any]) -> None:
    ids = [line["id"] for line in package["projects"]]
    assert len(set(ids)) == len(ids)
    for line in package["projects"]:
        assert line["publicAuthority"]["id"] in {party["id"] for party in line["parties"]}
