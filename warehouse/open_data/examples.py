"""An example of each published column, as its Table Schema shows it: invented, and the same at every edition.

A closed list gives its first label, a code its first code. A free text has its own line here; any other column has the
example of its form, else that of its unit, else that of its kind.
"""

from collections.abc import Mapping
from typing import Any

from warehouse.model.schema import Column
from warehouse.model.vocabulary import VOCABULARIES

TEXTS: Mapping[str, str] = {
    "name": "ARCHIPEL",
    "description": "Refonte du suivi des demandes des usagers.",
    "functional_zone": "Gestion des finances",
    "functional_zone_code": "gestiondesfinances",
    "group_id": "culture",
    "group_label": "Ministère de la Culture",
    "official_source": "Panorama de novembre 2021",
    "source": "Panorama de novembre 2021",
    "before": "2022-04-01",
    "after": "2022-09-01",
    "skill_verdict": "prévisions utilisables",
    "method": "écarts passés des projets suivis",
    "sentence": "Huit fois sur dix, le coût est resté sous cette borne.",
    "ministry_code": "MC",
    "ministry_name": "Ministère de la Culture",
    "information_url": "https://www.exemple.fr/archipel",
    "performance_plan_url": "https://www.exemple.fr/projet-annuel",
    "funding": "Programme 224",
    "column": "cout_actualise_meur",
    "source_file": "culture-2021-11.xlsx",
    "source_sheet": "Projets",
    "header": "Coût complet actualisé (M€ TTC)",
    "rebaseline_act": "Décision du comité de pilotage",
    "rebaseline_reason": "Périmètre étendu aux services déconcentrés",
    "deviation_comment": "Deux lots de plus.",
    "evidence": "Fin prévue en 06/2021, déjà passée, projet non terminé.",
    "asked": "Demander l'avis de la DINUM pour « ARCHIPEL ».",
    "followed_by": "Ministère de la Culture",
    "lessons": "Lots plus courts, recette continue.",
    "outcome": "Lots plus courts, recette continue.",
    "act": "Décision du comité de pilotage",
    "reason": "Périmètre étendu aux services déconcentrés",
    "cause": "Aucune marge entre les lots.",
    "reasons": "Coût : +8,7 %.",
}
BY_PATTERN: Mapping[str, str] = {
    r"^\d{4}-(?:0[1-9]|1[0-2])$": "2021-11",
    r"^\d{4}-\d{2}$": "2021-11",
    r"^PGP-\d{4}$": "PGP-0001",
    r"^[0-9a-f]{64}$": "0123456789abcdef" * 4,
    r"^[A-Z]{1,3}$": "H",
    r"^P\d{3}(?:;P\d{3})*$": "P224",
}
YEARS = ("price_year", "base_year", "start_year")
BY_UNIT: Mapping[str, float] = {
    "M€ TTC": 31.74,
    "M€ TTC de l'année de base": 30.1,
    "M€ TTC ou mois": 5.0,
    "rapport": 0.125,
    "rapport ou mois": 0.125,
    "points": 1.5,
    "années": 4.5,
    "%": 87.5,
    "mois": 48,
}
BY_KIND: Mapping[str, Any] = {"integer": 3, "number": 1.0, "boolean": True, "date": "2021-11-01"}
_ALTERNATIVES = "^(?:"


def example(column: Column) -> Any:
    """A value that the column could have, of its type and within its constraints.

    Raises:
        KeyError: a free text that has no example of its own.
    """
    if column.vocabulary:
        return VOCABULARIES[column.vocabulary].labels()[0]
    if column.pattern and column.pattern.startswith(_ALTERNATIVES):
        return column.pattern.removeprefix(_ALTERNATIVES).removesuffix(")$").partition("|")[0]
    if column.kind == "string":
        return BY_PATTERN[column.pattern] if column.pattern else TEXTS[column.name]
    return _of_unit(column)


def _of_unit(column: Column) -> Any:
    if column.kind == "integer":
        return 2021 if column.name in YEARS else int(BY_UNIT.get(column.unit or "", BY_KIND["integer"]))
    return BY_UNIT.get(column.unit or "", BY_KIND["number"]) if column.kind == "number" else BY_KIND[column.kind]
