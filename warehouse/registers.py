"""Append-only ledgers that a person can read and review in a diff.

Here: the register of projects, which gives each project its stable id. A line is never changed; a new
spelling of a known project is a new line with the same id.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import pandas as pd

from warehouse.errors import RegisterError
from warehouse.files import write_text
from warehouse.vocabulary import match_key


@dataclass(frozen=True)
class RegisteredName:
    """A name under which a project was met, and where first."""

    project_id: str
    name: str
    ministry_id: str
    first_edition: str


_COLUMNS = tuple(field.name for field in fields(RegisteredName))


def read_projects(register: Path) -> list[RegisteredName]:
    """The lines of the register of projects; none when the file does not exist yet.

    Raises:
        RegisterError: a malformed line, named by its number; nothing is lost.
    """
    if not register.is_file():
        return []
    reader = csv.DictReader(io.StringIO(register.read_text(encoding="utf-8")))
    if tuple(reader.fieldnames or ()) != _COLUMNS:
        raise RegisterError(f"{register}, ligne 1 : en-têtes {reader.fieldnames}, attendus {list(_COLUMNS)}.")
    lines = []
    for number, row in enumerate(reader, start=2):
        if None in row or None in row.values() or not row["project_id"].startswith("PGP-"):
            raise RegisterError(f"{register}, ligne {number} : ligne mal formée {list(row.values())}.")
        lines.append(RegisteredName(**row))
    return lines


def write_projects(register: Path, lines: Iterable[RegisteredName]) -> None:
    """Write the register of projects in one step."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(astuple(line) for line in lines)
    write_text(register, stream.getvalue())


def identify(
    projects: pd.DataFrame, edition: str, known: Iterable[RegisteredName]
) -> tuple[pd.Series, list[RegisteredName]]:
    """Give each project of an edition its stable id, and list the lines to add to the register.

    A declared id is kept. Without one, a project is the registered one with the same name (case,
    accents, punctuation and spaces aside) in the same ministry; failing that, the only registered one
    with that name when no other project of the edition has it, so that a project follows a ministry
    that is renamed or split. What is left gets the next free id, in the order of `projects`.

    Args:
        projects: columns `project_id` (missing when not declared), `name`, `ministry_id`; no two rows of a
            ministry have the same name, which the checks of the submissions see to.
        edition: key of the edition, written on the new lines.
        known: the register.

    Returns:
        The ids, aligned with `projects`, and the new lines.
    """
    register = list(known)
    by_place = {(match_key(line.name), line.ministry_id): line.project_id for line in register}
    by_name: dict[str, set[str]] = {}
    for line in register:
        by_name.setdefault(match_key(line.name), set()).add(line.project_id)
    keys = projects["name"].map(match_key)
    shared = keys.duplicated(keep=False)
    declared = [None if pd.isna(identifier) else str(identifier) for identifier in projects["project_id"]]
    taken = {identifier for identifier in declared if identifier}
    highest = max([0, *(_number(i) for i in taken), *(_number(line.project_id) for line in register)])
    identifiers: list[str] = []
    added: list[RegisteredName] = []
    for identifier, key, is_shared, name, ministry in zip(
        declared, keys, shared, projects["name"], projects["ministry_id"], strict=True
    ):
        found = identifier or by_place.get((key, ministry))
        if found is None and not is_shared and len(by_name.get(key, ())) == 1:
            (found,) = by_name[key]
        if found is None or (identifier is None and found in taken):
            highest += 1
            found = f"PGP-{highest:04d}"
        taken.add(found)
        identifiers.append(found)
        if by_place.get((key, ministry)) != found:
            added.append(RegisteredName(found, name, ministry, edition))
    return pd.Series(identifiers, index=projects.index, dtype="str"), added


def _number(identifier: str) -> int:
    return int(identifier.removeprefix("PGP-"))
