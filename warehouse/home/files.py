"""Write files so that a reader sees the old one or the new one, never half of one.

Every write goes beside its target, is flushed to the disk, then takes the target's name. What is
already there byte for byte is left alone, so that a rerun touches nothing.
"""

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from warehouse.model.errors import ServiceError

STAGING_PREFIX = ".staging-"
ASIDE_SUFFIX = ".previous"


def sha256_of(path: Path) -> str:
    """The hexadecimal SHA-256 of a file, read by blocks."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextlib.contextmanager
def disk_errors(target: Path) -> Iterator[None]:
    """Turn an error of the disk into a ServiceError that names the target."""
    try:
        yield
    except OSError as error:
        raise ServiceError(f"Écriture impossible de {target} : {error.strerror or error}.") from error


def write_bytes(path: Path, content: bytes) -> bool:
    """Write `content` to `path` in one step; return whether anything changed.

    Raises:
        ServiceError: the disk refused (full, read-only, no right); the former file is intact.
    """
    with disk_errors(path):
        if path.is_file() and path.read_bytes() == content:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=STAGING_PREFIX, dir=path.parent)
        staged = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            staged.chmod(0o644)
            staged.replace(path)
        finally:
            staged.unlink(missing_ok=True)
    return True


def write_text(path: Path, content: str) -> bool:
    """Write `content` as UTF-8 with the line ends it has; see `write_bytes`."""
    return write_bytes(path, content.encode("utf-8"))


@contextlib.contextmanager
def replacing_directory(target: Path) -> Iterator[Path]:
    """Yield an empty folder that takes the place of `target` when the block ends without an error.

    The exchange is two renames; a process killed between them leaves the former folder aside, and
    the next call puts it back before starting. A folder with the same files is left untouched.

    Raises:
        ServiceError: the disk refused; the former folder is intact.
    """
    aside = target.with_name(f".{target.name}{ASIDE_SUFFIX}")
    with disk_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        if aside.exists() and not target.exists():
            aside.rename(target)
        shutil.rmtree(aside, ignore_errors=True)
        staged = Path(tempfile.mkdtemp(prefix=STAGING_PREFIX, dir=target.parent))
    try:
        with disk_errors(target):
            yield staged
            if not _same_files(staged, target):
                _flush(staged)
                staged.chmod(0o755)
                if target.exists():
                    target.rename(aside)
                staged.rename(target)
                shutil.rmtree(aside, ignore_errors=True)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def remove_staging(folder: Path) -> None:
    """Remove what killed processes left behind under `folder`; to be called with the home locked."""
    for leftover in folder.rglob(f"{STAGING_PREFIX}*"):
        if leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink(missing_ok=True)


def _files(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): sha256_of(path) for path in sorted(folder.rglob("*")) if path.is_file()
    }


def _same_files(one: Path, other: Path) -> bool:
    return other.is_dir() and _files(one) == _files(other)


def _flush(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
