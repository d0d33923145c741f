"""What an operator chose for one installation, in `<home>/panorama.toml`; an absent file means the defaults.

A setting has a closed list of values, the first of which is its default, declared in `ALLOWED`; or it is a limit, a
whole number, declared in `FileLimits`. Both are read by name from `Settings`.
"""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from warehouse.errors import ConfigurationError

WithheldMode = Literal["exclude", "suppress"]

# Section, then key, then the values it accepts, the default first.
ALLOWED: Mapping[str, Mapping[str, tuple[str, ...]]] = {"disclosure": {"withheld": ("exclude", "suppress")}}


@dataclass(frozen=True)
class DisclosureSettings:
    """What becomes of withheld figures in what is published.

    `exclude`: no aggregate counts them. `suppress`: totals and means of groups count those that are known to us, and
    the cells that would let one be computed are not published.
    """

    withheld: WithheldMode = "exclude"


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
    xls_memory_bytes: int = 1024 * 1024 * 1024
    xls_seconds: int = 30


@dataclass(frozen=True)
class Settings:
    """Every setting of an installation, a section in each attribute."""

    disclosure: DisclosureSettings = field(default_factory=DisclosureSettings)
    reading: FileLimits = field(default_factory=FileLimits)


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
    )


def _verify(path: Path, section: str, values: Any) -> None:
    sections: Mapping[str, Collection[str]] = {**ALLOWED, **LIMITS}
    if section not in sections or not isinstance(values, dict):
        raise ConfigurationError(f"{path} : section « {section} » inconnue. Sections admises : {_list(sections)}.")
    for key, value in values.items():
        name = f"{section}.{key}"
        if key not in sections[section]:
            raise ConfigurationError(f"{path} : clé « {name} » inconnue. Clés admises : {_list(sections[section])}.")
        if section in LIMITS:
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise ConfigurationError(f"{path} : {name} = « {value} » refusé. Attendu : un entier d'au moins 1.")
        elif value not in (allowed := ALLOWED[section][key]):
            raise ConfigurationError(f"{path} : {name} = « {value} » refusé. Valeurs admises : {_list(allowed)}.")


def _list(values: Collection[str]) -> str:
    return ", ".join(f"« {value} »" for value in values)
