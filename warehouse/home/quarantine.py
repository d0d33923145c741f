"""Where files that cannot be opened safely are put aside, each beside the reason, so that the others are processed."""

import datetime as dt
import hashlib
import json
import os
import re
import shutil
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import BinaryIO

import pandas as pd

from warehouse.home.calendar import Edition
from warehouse.home.files import STAGING_PREFIX, disk_errors, write_text
from warehouse.home.home import Home
from warehouse.home.submission_ledger import is_settled
from warehouse.model.errors import ConfigurationError
from warehouse.model.french import INVISIBLE

DIGEST_CHARACTERS = 12
# A file system takes 255 bytes: our own names add a digest, an extension and a mark to it.
LONGEST_NAME_BYTES = 180
BLOCK_BYTES = 1024 * 1024
_UNSAFE = re.compile(r"[^\w.\- ()]")


@dataclass(frozen=True)
class QuarantinedFile:
    """A file put aside.

    `file` is its name as received, but for what cannot be written; `reason` says in French why, and what to do.
    `sha256` is that of its first `hashed_bytes`, which are all of them but for a file beyond the limit. `dismissed_by`
    is who no longer awaits it, if someone does not.
    """

    file: str
    reason: str
    sha256: str
    size_bytes: int
    hashed_bytes: int
    put_aside_on: str
    dismissed_on: str | None = None
    dismissed_by: str | None = None
    dismissed_why: str | None = None

    def name(self) -> str:
        """Its name in the quarantine: what it holds, then what it was called."""
        return f"{self.sha256[:DIGEST_CHARACTERS]}-{safe_name(self.file)}"


def is_writable_name(name: str) -> bool:
    """Whether a name is a text that can be seen whole: no control, no invisible character, no byte that is no text."""
    return not INVISIBLE.search(name) and not any(unicodedata.category(character) == "Cc" for character in name)


def safe_name(name: str) -> str:
    """A file name that is a name everywhere: no separator, nothing invisible, not too long, its extension kept."""
    cleaned = _UNSAFE.sub("_", unicodedata.normalize("NFC", name)).strip(". ") or "_"
    stem, suffix = Path(cleaned).stem, Path(cleaned).suffix[:10]
    return cut_to_bytes(stem, LONGEST_NAME_BYTES - len(suffix.encode())) + suffix


def cut_to_bytes(text: str, most_bytes: int) -> str:
    """The longest beginning of a text that fits, as UTF-8, in a number of bytes; no character is cut."""
    return text.encode()[:most_bytes].decode("utf-8", "ignore")


def bounded_sha256(stream: BinaryIO, most_bytes: int) -> tuple[str, int]:
    """The SHA-256 of the first bytes of a file, and how many were read; all of them for a file within the limit."""
    digest, remaining = hashlib.sha256(), most_bytes
    while remaining > 0 and (block := stream.read(min(BLOCK_BYTES, remaining))):
        digest.update(block)
        remaining -= len(block)
    return digest.hexdigest(), most_bytes - remaining


def write_reason(home: Home, edition: Edition, quarantined: QuarantinedFile) -> None:
    """Say why a file is put aside, beside the place where it goes.

    Raises:
        ServiceError: the disk refused.
    """
    text = json.dumps(asdict(quarantined), ensure_ascii=False, indent=2) + "\n"
    write_text(_reason_path(home, edition, quarantined.name()), text)


def move_aside(home: Home, edition: Edition, path: Path, name: str) -> bool:
    """Take a file out of the inbox, in one step; false when the inbox cannot be written, where it then stays."""
    target = home.quarantine(edition) / name
    staged = target.with_name(f"{STAGING_PREFIX}{name}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            path.replace(target)
        except OSError:
            # The inbox may be another disk: copied whole, then renamed, then taken away.
            shutil.copyfile(path, staged, follow_symlinks=False)
            staged.replace(target)
            path.unlink()
    except OSError:
        staged.unlink(missing_ok=True)
        return False
    return True


def dismiss(home: Home, edition: Edition, quarantined: QuarantinedFile, *, on: dt.date, by: str, why: str) -> None:
    """Say, beside a file put aside, that it is no longer awaited, by whom and why; the file stays there.

    Raises:
        ServiceError: the disk refused.
    """
    said = replace(quarantined, dismissed_on=on.isoformat(), dismissed_by=by, dismissed_why=why)
    write_reason(home, edition, said)


def put_back(home: Home, edition: Edition, quarantined: QuarantinedFile) -> None:
    """Put a file back in the inbox, to be taken in again; a name that could not be written is now one that can.

    Raises:
        ConfigurationError: it is not in the quarantine any more, or the inbox has a file of that name.
        ServiceError: the disk refused.
    """
    path = home.quarantine(edition) / quarantined.name()
    target = home.inbox(edition) / quarantined.file
    if path.is_symlink() or not path.is_file():
        raise ConfigurationError(
            f"{path} n'est plus là, ou n'est pas un fichier : s'il n'est plus attendu, « panorama quarantine dismiss »."
        )
    if os.path.lexists(target):
        raise ConfigurationError(
            f"{target} existe déjà : un envoi plus récent. Retirer l'un des deux, ou « panorama quarantine dismiss »."
        )
    with disk_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        # A process killed in between leaves a reason without a file, which the next intake of the file settles.
        shutil.move(path, target)
        _reason_path(home, edition, quarantined.name()).unlink(missing_ok=True)


def read_quarantine(home: Home, edition: Edition) -> dict[str, QuarantinedFile]:
    """The files of an edition put aside and not removed since, by their name in the quarantine.

    Raises:
        ConfigurationError: a reason that a person made unreadable, named.
    """
    return {path.name.removesuffix(".json"): _read(path) for path in sorted(home.quarantine(edition).glob("*.json"))}


def waiting(quarantine: Mapping[str, QuarantinedFile], ledger: pd.DataFrame, edition: str) -> list[QuarantinedFile]:
    """The files of an edition put aside, neither dismissed nor received again readable under the same name since.

    Args:
        quarantine: as `read_quarantine` gives it.
        ledger: the register `submissions`.
        edition: key of the edition.
    """
    by_name = sorted(quarantine.items(), key=lambda known: f"{known[0]}.json")
    awaited = [known for _, known in by_name if known.dismissed_by is None]
    return [known for known in awaited if not is_settled(ledger, edition, known.file, known.sha256)]


def _read(path: Path) -> QuarantinedFile:
    try:
        return QuarantinedFile(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError, OSError) as error:
        raise ConfigurationError(
            f"{path} est illisible ({error}). Remettre le fichier voisin dans inbox/ et supprimer celui-ci."
        ) from error


def _reason_path(home: Home, edition: Edition, name: str) -> Path:
    return home.quarantine(edition) / f"{name}.json"
