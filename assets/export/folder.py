"""The same open data in a plain folder or a bucket, for those who host elsewhere: `courant/` and `<edition>/`.

`<edition>/` is the folder approved, name for name, so that its checksums verify; `courant/` holds the same files under
names that do not change, with checksums of its own. Nothing is ever removed.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from assets.export.approvals import folder_files
from assets.export.files import CURRENT, identify
from assets.export.remote_folder import RemoteFolder
from warehouse.home.calendar import Edition
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


def plan_folder(target: RemoteFolder, folder: Path, edition: Edition, *, is_latest: bool) -> list[FolderStep]:
    """What must be written; the files there are read to know.

    Args:
        target: where.
        folder: the files of the edition.
        edition: the edition.
        is_latest: whether no later edition is current there.

    Raises:
        ConfigurationError: a file that is not declared.
        ServiceError: the folder cannot be read.
    """
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
    return [_step(target, name, content) for name, content in wanted.items()]


def execute_folder(target: RemoteFolder, steps: Sequence[FolderStep], on_step: Callable[[FolderStep], None]) -> int:
    """Write what is missing, each file read back; return how many were written.

    Raises:
        ServiceError: the folder cannot be written, or a file read back is not the one sent.
    """
    written = [step for step in steps if step.action != "unchanged"]
    for step in written:
        on_step(step)
        target.write(step.name, step.read())
        found = target.sha256(step.name)
        if found != step.sha256:
            raise ServiceError(
                f"{target.shown}/{step.name} : le fichier relu n'est pas celui qui a été écrit ({found})."
            )
    return len(written)


def _step(target: RemoteFolder, name: str, content: Path | bytes) -> FolderStep:
    expected, found = _sha256(content), target.sha256(name)
    if found is None:
        return FolderStep(name, content, expected, "upload")
    return FolderStep(name, content, expected, "unchanged" if found == expected else "replace")


def _sha256(content: Path | bytes) -> str:
    return hashlib.sha256(content if isinstance(content, bytes) else content.read_bytes()).hexdigest()
