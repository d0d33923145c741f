"""What an operator chose for one installation, in `<home>/panorama.toml`; an absent file means the defaults.

A setting has a closed list of values, the first of which is its default; it is declared in `ALLOWED` and read by name
from `Settings`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
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
class Settings:
    """Every setting of an installation, a section in each attribute."""

    disclosure: DisclosureSettings = field(default_factory=DisclosureSettings)


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
    return Settings(disclosure=DisclosureSettings(**document.get("disclosure", {})))


def _verify(path: Path, section: str, values: Any) -> None:
    if section not in ALLOWED or not isinstance(values, dict):
        raise ConfigurationError(f"{path} : section « {section} » inconnue. Sections admises : {_list(ALLOWED)}.")
    for key, value in values.items():
        name = f"{section}.{key}"
        if key not in ALLOWED[section]:
            raise ConfigurationError(f"{path} : clé « {name} » inconnue. Clés admises : {_list(ALLOWED[section])}.")
        allowed = ALLOWED[section][key]
        if value not in allowed:
            raise ConfigurationError(f"{path} : {name} = « {value} » refusé. Valeurs admises : {_list(allowed)}.")


def _list(values: Mapping[str, object] | tuple[str, ...]) -> str:
    return ", ".join(f"« {value} »" for value in values)
