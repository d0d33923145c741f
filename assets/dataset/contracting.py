"""The projects of an edition in the Open Contracting for Infrastructure Data Standard (OC4IDS), version 0.9.

Only what the submissions say is there: the type of a project (new system or replacement) is not known, and left out.
"""

import re
from typing import Any

import pandas as pd

from assets.dataset.about import LICENCE_URL, PUBLISHER, PUBLISHER_URL, About
from assets.dataset.documents import json_document
from warehouse.model.terms import match_key
from warehouse.model.vocabulary import MINISTRIES

VERSION = "0.9"
# The form the standard gives to a prefix; this one is not in the register of the Open Contracting Partnership.
PREFIX = "oc4ids-fr0pgp"
CURRENCY = "EUR"
EUROS_PER_MEUR = 1_000_000
# Codes of the list of sectors: information technology, of government.
SECTORS = ("communications", "governance")
# Our phase, then the code of the list of statuses: scoping is part of the preparation, a rollout of the implementation.
STATUSES = {
    "scoping": "preparation",
    "build": "implementation",
    "pilot": "implementation",
    "rollout": "implementation",
    "completed": "completed",
}
IDENTIFIERS = "FR-PANORAMA"
BUDGET = "Coût complet TTC prévu à cette édition ; le coût initial est dans les prévisions."
FORECASTS = {"cout-complet": "Coût complet TTC", "calendrier": "Du début du cadrage à la fin du déploiement"}
OBSERVATIONS = (("initial", "Première référence."), ("actualise", "Prévision de l'édition."))
ZONE_SCHEME = "FR-POS-SI"
DOCUMENTS = (
    ("information_url", "page-information", "Page d'information"),
    ("performance_plan_url", "projet-annuel-performances", "Projet annuel de performances"),
)

_ADDRESS = re.compile(r"https?://[^\s'\"<>]+")

Node = dict[str, Any]


def project_package(projects: pd.DataFrame, about: About) -> str:
    """`oc4ids.json`: the projects of an edition as a project package.

    Args:
        projects: rows of `OPEN_PROJECTS` of the edition: no withheld figure is in them.
        about: what the dataset says of itself.
    """
    published = f"{about.issued}T00:00:00Z"
    return json_document(
        {
            "version": VERSION,
            "uri": f"urn:panorama:grands-projets:{about.edition.key}:oc4ids",
            "publishedDate": published,
            "publisher": {"name": PUBLISHER, "uri": PUBLISHER_URL},
            "license": LICENCE_URL,
            # Beside the standard: which edition this is, and whether it is provisional.
            "panorama": about.properties(),
            "projects": [_project(line, published) for line in projects.to_dict("records")],
        }
    )


def _project(line: dict[Any, Any], published: str) -> Node:
    authority = {
        "id": f"FR-PANORAMA-{line['ministry_id']}",
        "name": MINISTRIES.label(line["ministry_id"]),
    }
    cost = _value(line["updated_cost_meur"])
    given: Node = {
        "id": f"{PREFIX}-{line['project_id']}",
        "identifiers": [{"id": line["project_id"], "scheme": IDENTIFIERS}],
        "updated": published,
        "title": line["name"],
        "description": _text(line["description"]),
        "status": STATUSES.get(line["phase"]),
        "period": _present({"startDate": _date(line["start_date"]), "endDate": _date(line["updated_end_date"])}),
        "sector": list(SECTORS),
        "additionalClassifications": _zone(line["functional_zone"]),
        "budget": {"description": BUDGET, "amount": cost} if cost else None,
        "forecasts": _forecasts(line, cost),
        "parties": [{**authority, "roles": ["publicAuthority"]}],
        "publicAuthority": authority,
        "documents": _documents(line),
        "completion": _completion(line, cost),
    }
    return _present(given)


def _present(given: Node) -> Node:
    """Without what has no value: the standard asks that such fields are not there at all."""
    return {name: value for name, value in given.items() if value not in (None, "", [], {})}


def _completion(line: dict[Any, Any], cost: Node | None) -> Node:
    if line["phase"] != "completed":
        return {}
    return _present({"endDate": _date(line["updated_end_date"]), "finalValue": cost})


def _forecasts(line: dict[Any, Any], cost: Node | None) -> list[Node]:
    """What was promised and what is expected now, of the cost then of the schedule."""
    promised = line["initial_start_date"] if not pd.isna(line["initial_start_date"]) else line["start_date"]
    figures: dict[str, list[Node]] = {
        "cout-complet": [{"value": _value(line["initial_cost_meur"])}, {"value": cost}],
        "calendrier": [
            {"period": _whole(promised, line["initial_end_date"])},
            {"period": _whole(line["start_date"], line["updated_end_date"])},
        ],
    }
    told = [
        {
            "id": identifier,
            "title": FORECASTS[identifier],
            "observations": [
                {"id": name, "notes": notes, **figure}
                for (name, notes), figure in zip(OBSERVATIONS, pair, strict=True)
                if all(figure.values())
            ],
        }
        for identifier, pair in figures.items()
    ]
    return [forecast for forecast in told if forecast["observations"]]


def _whole(start: pd.Timestamp, end: pd.Timestamp) -> Node | None:
    """A period of which both ends are known."""
    return None if pd.isna(start) or pd.isna(end) else {"startDate": _date(start), "endDate": _date(end)}


def _value(meur: float) -> Node | None:
    return None if pd.isna(meur) else {"amount": round(meur * EUROS_PER_MEUR, 2), "currency": CURRENCY}


def _date(value: pd.Timestamp) -> str | None:
    return None if pd.isna(value) else f"{value.date().isoformat()}T00:00:00Z"


def _text(value: object) -> str | None:
    return value.strip() if isinstance(value, str) else None


def _zone(zone: object) -> list[Node]:
    return [{"scheme": ZONE_SCHEME, "id": match_key(zone), "description": zone}] if _text(zone) else []


def _documents(line: dict[Any, Any]) -> list[Node]:
    """One document per address: ministries write several in a cell."""
    return [
        {"id": f"{identifier}-{rank}", "title": title, "url": url}
        for column, identifier, title in DOCUMENTS
        for rank, url in enumerate(_ADDRESS.findall(_text(line[column]) or ""), start=1)
        if url.isascii()
    ]
