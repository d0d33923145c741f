"""What an operator chose for one installation, in `<home>/panorama.toml`; an absent file means the defaults.

A setting has a closed list of values, the first of which is its default, declared in `ALLOWED`; or it is a limit, a
whole number, declared in `FileLimits`; or a text of a given form, declared in `TEXTS`; or the addresses of a ministry,
under its code. All are read by name from `Settings`.
"""

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from warehouse.model.errors import ConfigurationError
from warehouse.model.vocabulary import MINISTRIES

# Section, then key, then the values it accepts, the default first.
ALLOWED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    # The only way there is: a total that counted withheld figures gave them to who knows the last ones published.
    "disclosure": {"withheld": ("exclude",)},
    "export": {"automatic": ("never", "approved")},
}
# Section, then key, then the form of the text and what it is in French.
TEXTS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "export": {
        "base_url": (r"https?://[^\s]+", "l'adresse d'une plateforme"),
        "organization": (r"[\w\-]+", "l'identifiant d'une organisation"),
    },
    "open_data": {
        "address": (r"https?://[^\s]+", "l'adresse où sont les fichiers d'une édition, {edition} pour sa clé"),
        "landing_page": (r"https?://[^\s]+", "l'adresse d'une page"),
        "contact": (r"https?://[^\s]+|[^\s@]+@[^\s@]+", "l'adresse d'une page, ou une adresse électronique"),
    },
    "site": {"base_url": (r"https?://[^\s]*[^\s/]", "l'adresse du site, sans barre à la fin")},
}


@dataclass(frozen=True)
class DisclosureSettings:
    """What becomes of withheld figures in what is published: nothing that is published depends on them."""

    withheld: Literal["exclude"] = "exclude"


@dataclass(frozen=True)
class FileLimits:
    """What a received file may cost to read; a submission of 50 projects weighs 60 kB and has 1 500 cells.

    With the defaults, no file takes more than some 15 seconds and 1 GiB of memory, whatever it holds.

    Attributes:
        file_bytes: size of the file, a thousand times a submission.
        uncompressed_bytes: size of the members of a workbook in all, once decompressed.
        ratio: how many times a workbook of some size may grow when decompressed; usual ones grow 5 to 50 times.
        members: files inside a workbook (sheets, styles, images).
        rows: last row that holds a value, in one sheet.
        cells: cells of the rectangles that hold the values of the sheets, in all.
        cell_characters: characters of one cell; Excel stops at 32 767.
        characters: characters of the cells in all, repetitions counted.
        marks: of each thing that goes with cells: merges, links, lists, conditional formats, names, comments, styles,
            declared columns.
        elements: elements of the XML of a workbook in all, empty rows and cells included.
        xls_memory_bytes: memory of the process that reads an .xls.
        xls_seconds: processor time of that process.
    """

    file_bytes: int = 64 * 1024 * 1024
    uncompressed_bytes: int = 128 * 1024 * 1024
    ratio: int = 200
    members: int = 1000
    rows: int = 50_000
    cells: int = 500_000
    cell_characters: int = 100_000
    characters: int = 20_000_000
    marks: int = 100_000
    elements: int = 5_000_000
    xls_memory_bytes: int = 1024 * 1024 * 1024
    xls_seconds: int = 30


@dataclass(frozen=True)
class ExportSettings:
    """Where the open data goes.

    `automatic`: `never`, only a person exports; `approved`, an edition is exported by itself once a person approved it.
    """

    automatic: Literal["never", "approved"] = "never"
    base_url: str = "https://www.data.gouv.fr"
    organization: str = ""


@dataclass(frozen=True)
class OpenDataSettings:
    """Where the open dataset is read, as the files that describe it say.

    `address`: the folder of the files of an edition, on the web, `{edition}` standing for its key; without one, files
    name each other by their names alone. `landing_page`: the page that presents the dataset. `contact`: a page, or an
    address of mail.
    """

    address: str = ""
    landing_page: str = ""
    contact: str = ""


@dataclass(frozen=True)
class SiteSettings:
    """Where the site is served from.

    `base_url`: its address, without a final slash; empty, no page gives an absolute address.
    """

    base_url: str = ""


@dataclass(frozen=True)
class Settings:
    """Every setting of an installation, a section in each attribute."""

    disclosure: DisclosureSettings = field(default_factory=DisclosureSettings)
    reading: FileLimits = field(default_factory=FileLimits)
    export: ExportSettings = field(default_factory=ExportSettings)
    open_data: OpenDataSettings = field(default_factory=OpenDataSettings)
    site: SiteSettings = field(default_factory=SiteSettings)
    # Where letters go, by code of ministry: one address, or several with commas.
    contacts: Mapping[str, str] = field(default_factory=dict)


CONTACTS = "contacts"
_ADDRESS = r"[^\s@,;<>\"]+@[^\s@,;<>\"]+"
_ADDRESSES = rf"{_ADDRESS}(?:, *{_ADDRESS})*"
LIMITS: Mapping[str, tuple[str, ...]] = {"reading": tuple(each.name for each in fields(FileLimits))}


def read_settings(path: Path) -> Settings:
    """Read the settings of a home.

    Args:
        path: `panorama.toml`; absent, every setting has its default.

    Raises:
        ConfigurationError: not readable as TOML, an unknown section or key, or a value that is not allowed; the message
            names the file, the key, the value and what is allowed.
    """
    if not path.exists():
        return Settings()
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ConfigurationError(f"{path} : ce fichier n'est pas du TOML lisible ({error}).") from error
    for section, values in document.items():
        _verify(path, section, values)
    return Settings(
        disclosure=DisclosureSettings(**document.get("disclosure", {})),
        reading=FileLimits(**document.get("reading", {})),
        export=ExportSettings(**document.get("export", {})),
        open_data=OpenDataSettings(**document.get("open_data", {})),
        site=SiteSettings(**document.get("site", {})),
        contacts=document.get("contacts", {}),
    )


def _verify(path: Path, section: str, values: Any) -> None:
    sections: dict[str, tuple[str, ...]] = {
        name: (*ALLOWED.get(name, ()), *LIMITS.get(name, ()), *TEXTS.get(name, ()))
        for name in (*ALLOWED, *LIMITS, *TEXTS)
    } | {CONTACTS: tuple(MINISTRIES.codes())}
    if section not in sections or not isinstance(values, dict):
        raise ConfigurationError(f"{path} : section « {section} » inconnue. Sections admises : {_list(sections)}.")
    for key, value in values.items():
        name = f"{section}.{key}"
        if key not in sections[section]:
            raise ConfigurationError(f"{path} : clé « {name} » inconnue. Clés admises : {_list(sections[section])}.")
        expected = _refused(section, key, value)
        if expected:
            raise ConfigurationError(f"{path} : {name} = « {value} » refusé. {expected}.")


def _refused(section: str, key: str, value: Any) -> str | None:
    """What was expected of a value that its setting cannot have, None for one that it can."""
    if section in LIMITS:
        is_limit = isinstance(value, int) and not isinstance(value, bool) and value >= 1
        return None if is_limit else "Attendu : un entier d'au moins 1"
    form, what = (_ADDRESSES, "une adresse, ou plusieurs séparées par des virgules")
    if section != CONTACTS:
        form, what = TEXTS.get(section, {}).get(key, ("", ""))
    if form:
        return None if isinstance(value, str) and re.fullmatch(form, value) else f"Attendu : {what}"
    allowed = ALLOWED[section][key]
    return None if value in allowed else f"Valeurs admises : {_list(allowed)}"


def _list(values: Collection[str]) -> str:
    return ", ".join(f"« {value} »" for value in values)
