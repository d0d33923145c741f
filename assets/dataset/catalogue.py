"""The dataset described for catalogues: DCAT-AP 3, as JSON-LD written by hand.

Addresses are absolute when the settings give one; else relative, to hold wherever the folder is published as a whole.
Every node says its class, which the official shapes of DCAT-AP ask of each one.
"""

import calendar
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from assets.dataset.about import KEYWORDS, LICENCE_TITLE, LICENCE_URL, PUBLISHER, PUBLISHER_URL, SUMMARY, About
from assets.dataset.documents import json_document
from warehouse.open_data.files import PublishedFile

AUTHORITY = "http://publications.europa.eu/resource/authority"
MEDIA_TYPES = "https://www.iana.org/assignments/media-types"
# The formats that the European list of file types has.
FILE_TYPES = {
    "csv": "CSV",
    "parquet": "PARQUET",
    "xlsx": "XLSX",
    "ods": "ODS",
    "json": "JSON",
    "html": "HTML",
}
_CONTEXT = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

Node = dict[str, Any]


def catalogue(about: About, files: Iterable[PublishedFile], contents: Mapping[str, bytes]) -> str:
    """`dcat.jsonld`: a catalogue of one dataset, its distributions and its documents.

    Args:
        about: what the dataset says of itself.
        files: the files of the dataset.
        contents: the bytes of the files to describe, by name; those that are not there are left out.
    """
    described = [file for file in files if file.name in contents]
    publisher = {"@id": "#editeur", "@type": "foaf:Agent", "foaf:name": _french(PUBLISHER)}
    distributions = [_distribution(about, file, contents[file.name]) for file in described if file.kind == "main"]
    pages = [
        {"@id": about.address_of(file.name), "@type": "foaf:Document", "dct:title": _french(file.title)}
        for file in described
        if file.kind == "documentation"
    ]
    edition = about.edition
    last = calendar.monthrange(edition.reference_date().year, edition.reference_date().month)[1]
    dataset: Node = {
        "@id": "#jeu-de-donnees",
        "@type": "dcat:Dataset",
        "dct:title": _french(about.title),
        "dct:description": _french(" ".join([SUMMARY, *about.notes(), *about.caveats()])),
        "dct:identifier": "panorama-grands-projets-numeriques",
        "dct:publisher": publisher,
        "dct:issued": _typed(about.issued, "date"),
        "dct:language": _node(f"{AUTHORITY}/language/FRA", "dct:LinguisticSystem"),
        "dct:accrualPeriodicity": _node(f"{AUTHORITY}/frequency/ANNUAL_2", "dct:Frequency"),
        "dct:accessRights": _node(f"{AUTHORITY}/access-right/PUBLIC", "dct:RightsStatement"),
        "dct:spatial": _node(f"{AUTHORITY}/country/FRA", "dct:Location"),
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": _typed(about.first.reference_date().isoformat(), "date"),
            "dcat:endDate": _typed(f"{edition.key}-{last:02d}", "date"),
        },
        "dcat:version": about.version_number,
        "dcat:keyword": [_french(keyword) for keyword in KEYWORDS],
        "dcat:theme": _concept("data-theme/GOVE", "Gouvernement et secteur public"),
        "dcat:contactPoint": _contact(about),
        "dcat:landingPage": _node(about.published.landing_page or about.address_of("LISEZMOI.md"), "foaf:Document"),
        "dcat:distribution": distributions,
        "foaf:page": pages,
    }
    return json_document(
        {
            "@context": _context(about),
            "@id": "#catalogue",
            "@type": "dcat:Catalog",
            "dct:title": _french(about.title),
            "dct:description": _french(SUMMARY),
            "dct:publisher": {"@id": "#editeur"},
            "dct:license": _licence(),
            "dcat:dataset": dataset,
        }
    )


def _distribution(about: About, file: PublishedFile, content: bytes) -> Node:
    node: Node = {
        "@id": f"#{file.name}",
        "@type": "dcat:Distribution",
        "dct:title": _french(file.title),
        "dct:description": _french(file.description),
        "dcat:accessURL": _node(about.address_of(file.name), "rdfs:Resource"),
        "dcat:downloadURL": {"@id": about.address_of(file.name)},
        "dcat:mediaType": _node(f"{MEDIA_TYPES}/{file.media_type}", "dct:MediaType"),
        "dcat:byteSize": _typed(str(len(content)), "nonNegativeInteger"),
        "dct:license": _licence(),
        "dct:issued": _typed(about.issued, "date"),
        "dct:language": {"@id": f"{AUTHORITY}/language/FRA"},
        "dcatap:availability": _concept("planned-availability/STABLE", "stable"),
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": _node("spdx:checksumAlgorithm_sha256", "spdx:ChecksumAlgorithm"),
            "spdx:checksumValue": _typed(sha256(content).hexdigest(), "hexBinary"),
        },
    }
    if file.extension in FILE_TYPES:
        node["dct:format"] = _node(f"{AUTHORITY}/file-type/{FILE_TYPES[file.extension]}", "dct:MediaTypeOrExtent")
    if file.extension == "csv":
        node["dct:conformsTo"] = _node(about.address_of(f"{file.stem}.schema.json"), "dct:Standard")
    return node


def _context(about: About) -> Node:
    """The prefixes; and, when the dataset has an address, what the names inside this file are counted from."""
    return {**_CONTEXT, "@base": about.address_of("dcat.jsonld")} if about.published.address else _CONTEXT


def _contact(about: About) -> Node:
    contact = about.published.contact or PUBLISHER_URL
    is_mail = "@" in contact and "://" not in contact
    way = {"vcard:hasEmail": {"@id": f"mailto:{contact}"}} if is_mail else {"vcard:hasURL": {"@id": contact}}
    return {"@id": "#contact", "@type": "vcard:Kind", "vcard:fn": PUBLISHER, **way}


def _concept(code: str, label: str) -> Node:
    return {**_node(f"{AUTHORITY}/{code}", "skos:Concept"), "skos:prefLabel": _french(label)}


def _licence() -> Node:
    return {"@id": LICENCE_URL, "@type": "dct:LicenseDocument", "dct:title": _french(LICENCE_TITLE)}


def _french(text: str) -> Node:
    return {"@value": text, "@language": "fr"}


def _typed(value: str, kind: str) -> Node:
    return {"@value": value, "@type": f"xsd:{kind}"}


def _node(identifier: str, kind: str) -> Node:
    return {"@id": identifier, "@type": kind}
