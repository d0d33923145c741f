"""Write files so that a reader sees the old one or the new one, never half of one.

Every write goes beside its target, is flushed to the disk, then takes the target's name. What is
already there byte for byte is left alone, so that a rerun touches nothing.
"""

import contextlib
import errno
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from warehouse.model.errors import ServiceError

# What tells what an entry of a folder is when it is no file, and how it is said.
_KINDS: Mapping[int, str] = {
    stat.S_IFLNK: "un lien",
    stat.S_IFDIR: "un dossier",
    stat.S_IFIFO: "un tube",
    stat.S_IFSOCK: "une prise réseau",
    stat.S_IFCHR: "un périphérique",
    stat.S_IFBLK: "un périphérique",
}
STAGING_PREFIX = ".staging-"
ASIDE_SUFFIX = ".previous"


def sha256_of(path: Path) -> str:
    """The hexadecimal SHA-256 of a file, read by blocks."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class NotAFileError(Exception):
    """An entry of a folder that is no regular file, and was not opened; `kind` says in French what it is."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def open_regular(path: Path) -> BinaryIO:
    """Open a file to read it, unless it is a link, a pipe, a socket, a device or a folder, even one put there just now.

    Raises:
        NotAFileError: it is no regular file; a link is not followed, and nothing else was opened.
        OSError: the system does not let it be read.
    """
    _refuse_other_kinds(path.lstat())
    # A link put there meanwhile is refused by the system, and a pipe is not waited for.
    flags = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise NotAFileError(_KINDS[stat.S_IFLNK]) from error
        raise
    try:
        _refuse_other_kinds(os.fstat(descriptor))
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _refuse_other_kinds(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise NotAFileError(_KINDS.get(stat.S_IFMT(status.st_mode), "un objet du système"))


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
