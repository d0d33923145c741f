"""What a readable file is about: which ministries, which projects, and who answers for it."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from assets.reading.attestation import Attestation, read_attestation
from assets.reading.file_limits import FileLimits, UnreadableFileError
from assets.reading.typed_rows import type_projects
from assets.reading.workbooks import open_sheets, read_file
from warehouse.archive.tables import CORE_PROJECTS
from warehouse.model.schema import empty_frame
from warehouse.model.terms import match_key

NO_ROWS = empty_frame(CORE_PROJECTS)[["name", "project_id", "ministry_id"]]

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


def read_contents(path: Path, edition: str, limits: FileLimits, labels: Mapping[str, str]) -> FileContents:
    """What a file is about.

    Raises:
        UnreadableFileError: it cannot be opened safely.
        OSError: it cannot be read.
    """
    attestation = read_attestation(open_sheets(path, limits), labels)
    cells, _ = read_file(path, edition, "", limits)
    rows = NO_ROWS if cells.empty else type_projects(cells, labels)[0]
    found = set(rows["ministry_id"].dropna())
    if not found and attestation is not None and attestation.ministry_id:
        found = {attestation.ministry_id}
    return FileContents(tuple(sorted(found)), rows[NO_ROWS.columns], attestation)


def contents_or_none(path: Path, edition: str, limits: FileLimits, labels: Mapping[str, str]) -> FileContents:
    """What a kept copy is about; no row when it was taken away, or can no longer be read under today's limits."""
    try:
        return read_contents(path, edition, limits, labels)
    except (UnreadableFileError, OSError):
        return FileContents((), NO_ROWS, None)


def _keys(row: Mapping[Hashable, Any]) -> list[str]:
    return [
        *([row["project_id"]] if pd.notna(row["project_id"]) else []),
        *([match_key(row["name"])] if pd.notna(row["name"]) else []),
    ]
