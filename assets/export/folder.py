"""The same open data in a plain folder or a bucket, for those who host elsewhere: `courant/` and `<edition>/`.

`<edition>/` is the folder approved, name for name, so that its checksums verify; `courant/` holds the same files under
names that do not change, with checksums of its own. Nothing is ever removed.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from assets.export.approvals import Approval, Notice, Published, folder_files, publications, record_publications
from assets.export.execution import SILENT, Progress
from assets.export.files import CURRENT, identify
from assets.export.remote_folder import RemoteFolder
from warehouse.home.calendar import Edition
from warehouse.home.home import Home
from warehouse.model.errors import ServiceError

CHECKSUMS = "SHA256SUMS"
# It describes the files by names that are not those of `courant/`.
_NOT_CURRENT = ("datapackage.json", CHECKSUMS)


@dataclass(frozen=True)
class FolderStep:
    """One file: its name there, its content, whether it is already there, or there with other content."""

    name: str
    content: Path | bytes
    sha256: str
    action: Literal["upload", "replace", "unchanged"]

    def read(self) -> bytes:
        """The bytes to write."""
        return self.content if isinstance(self.content, bytes) else self.content.read_bytes()

    @property
    def size_bytes(self) -> int:
        """How many there are."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.stat().st_size


@dataclass(frozen=True)
class FolderPlan:
    """What a folder must hold, and what of it must be written."""

    remote: RemoteFolder
    steps: tuple[FolderStep, ...]

    @property
    def shown(self) -> str:
        """Where, for a person and in the ledger."""
        return self.remote.shown

    @property
    def missing(self) -> list[FolderStep]:
        """The files to write."""
        return [step for step in self.steps if step.action != "unchanged"]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.missing)

    def refuse(self) -> None:
        """Nothing stops it: files of the same names are ours."""

    def apply(self, home: Home, approval: Approval, *, today: dt.date, progress: Progress = SILENT) -> int:
        """Write what is missing, each file read back, and keep it in the ledger; return how many. With the home locked.

        Raises:
            ServiceError: the folder cannot be written, or a file read back is not the one sent.
            RegisterError: a malformed register.
        """
        for step in self.missing:
            progress.on_write("écriture", step.name, step.size_bytes)
            self.remote.write(step.name, step.read())
            found = self.remote.sha256(step.name)
            if found != step.sha256:
                raise ServiceError(
                    f"{self.shown}/{step.name} : le fichier relu n'est pas celui qui a été écrit ({found})."
                )
        rows: list[Published] = [(step.name, None, step.sha256, f"{self.shown}/{step.name}") for step in self.steps]
        record_publications(home, approval, self.shown, None, rows, today)
        return self.count


@dataclass(frozen=True)
class FolderDestination:
    """A plain folder or a bucket where editions are exported."""

    remote: RemoteFolder

    @property
    def shown(self) -> str:
        """Where, for a person and in the ledger."""
        return self.remote.shown

    def plan(self, home: Home, edition: Edition, folder: Path, pending: Notice | None = None) -> FolderPlan:
        """What must be written; the files there are read to know; they say no notice.

        Raises:
            ConfigurationError: a file that is not declared.
            ServiceError: the folder cannot be read.
        """
        lines = publications(home, self.shown)
        current = lines.loc[lines.index.str.startswith(f"{CURRENT}/"), "edition"]
        is_latest = current.empty or edition.key >= str(current.max())
        wanted: dict[str, Path | bytes] = {}
        sums = []
        for path in folder_files(folder):
            file = identify(path, edition)
            wanted[f"{edition.key}/{path.name}"] = path
            if is_latest and path.name not in _NOT_CURRENT:
                name = path.name.replace(f"-{edition.key}", f"-{CURRENT}") if file.archived else path.name
                wanted[f"{CURRENT}/{name}"] = path
                sums.append(f"{_sha256(path)}  {name}\n")
        if is_latest:
            wanted[f"{CURRENT}/{CHECKSUMS}"] = "".join(sums).encode()
        return FolderPlan(self.remote, tuple(_step(self.remote, name, content) for name, content in wanted.items()))


def _step(target: RemoteFolder, name: str, content: Path | bytes) -> FolderStep:
    expected, found = _sha256(content), target.sha256(name)
    if found is None:
        return FolderStep(name, content, expected, "upload")
    return FolderStep(name, content, expected, "unchanged" if found == expected else "replace")


def _sha256(content: Path | bytes) -> str:
    return hashlib.sha256(content if isinstance(content, bytes) else content.read_bytes()).hexdigest()
