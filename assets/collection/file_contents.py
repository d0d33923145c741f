"""What a readable file is about: which ministries, which projects, and who answers for it."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from assets.reading.attestation import Attestation
from assets.reading.formats.file_limits import FileLimits
from assets.reading.submitted import FoundFile, Reading, read_files
from warehouse.model.terms import match_key

# A project of a ministry, by its id or by its name.
ProjectKey = tuple[str, str]


@dataclass(frozen=True)
class FileContents:
    """What a readable file is about; `ministries` are those its rows or its attestation name, sorted.

    `rows` has a line per project: `name`, `project_id`, `ministry_id`, any of them missing.
    """

    ministries: tuple[str, ...]
    rows: pd.DataFrame
    attestation: Attestation | None

    @property
    def is_nil(self) -> bool:
        """Whether the file attests that the ministry has nothing to declare, and declares nothing."""
        return self.rows.empty and self.attestation is not None and self.attestation.is_nil

    def projects(self) -> list[frozenset[ProjectKey]]:
        """The keys of each project that has a ministry."""
        return [
            frozenset((row["ministry_id"], key) for key in _keys(row))
            for row in self.rows.dropna(subset=["ministry_id"]).to_dict("records")
        ]


def contents_of(reading: Reading, name: str) -> FileContents:
    """What a file that was opened is about; no row when it could not be."""
    rows = reading.rows.loc[reading.rows["source_file"].eq(name), ["name", "project_id", "ministry_id"]]
    attestation = reading.files[name].attestation
    found = set(rows["ministry_id"].dropna())
    if not found and attestation is not None and attestation.ministry_id:
        found = {attestation.ministry_id}
    return FileContents(tuple(sorted(found)), rows, attestation)


def kept_contents(copy: Path, edition: str, limits: FileLimits, labels: Mapping[str, str]) -> FileContents:
    """What a kept copy is about; no row when it was taken away, or can no longer be read under today's limits."""
    return contents_of(read_files([FoundFile(copy, copy.stem)], edition, limits, labels), copy.name)


def _keys(row: Mapping[Hashable, Any]) -> list[str]:
    return [
        *([row["project_id"]] if pd.notna(row["project_id"]) else []),
        *([match_key(row["name"])] if pd.notna(row["name"]) else []),
    ]
