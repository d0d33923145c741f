"""A folder elsewhere, plain or in an object store, through fsspec: read by hash, written beside then renamed."""

import hashlib
import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import fsspec
from fsspec.implementations.local import LocalFileSystem

from warehouse.home.files import STAGING_PREFIX
from warehouse.model.errors import ConfigurationError, ServiceError

BLOCK_BYTES = 1 << 20


@contextmanager
def _remote_errors(what: str) -> Iterator[None]:
    """Turn any failure of a file system into a ServiceError; the text of some of them quotes credentials."""
    try:
        yield
    except (OSError, RuntimeError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        raise ServiceError(f"{what} : dossier inaccessible ({reason}).") from error


@dataclass(frozen=True)
class RemoteFolder:
    """A folder named by a path or an address, `s3://bucket/folder` for instance; `shown` leaves credentials out."""

    system: fsspec.AbstractFileSystem
    root: str
    shown: str

    def sha256(self, name: str) -> str | None:
        """The SHA-256 of a file, read whole; None when it is not there.

        Raises:
            ServiceError: the folder cannot be read.
        """
        digest = hashlib.sha256()
        with _remote_errors(f"{self.shown}/{name}"):
            self.system.invalidate_cache()
            try:
                with self.system.open(self._path(name), "rb") as stream:
                    while block := stream.read(BLOCK_BYTES):
                        digest.update(block)
            except FileNotFoundError:
                return None
        return digest.hexdigest()

    def write(self, name: str, content: bytes) -> None:
        """Write a file under another name beside, then give it its own, so that no reader sees half of it.

        Raises:
            ServiceError: the folder cannot be written; what was there is intact.
        """
        target = self._path(name)
        parent, base = posixpath.split(target)
        staged = f"{parent}/{STAGING_PREFIX}{base}"
        with _remote_errors(f"{self.shown}/{name}"):
            self.system.makedirs(parent, exist_ok=True)
            try:
                self.system.pipe_file(staged, content)
                self._rename(staged, target)
            except BaseException:
                if self.system.exists(staged):
                    self.system.rm_file(staged)
                raise

    def _rename(self, staged: str, target: str) -> None:
        if isinstance(self.system, LocalFileSystem):
            # In one call, where the general one would remove the former file first.
            Path(staged).replace(target)
        else:
            self.system.mv(staged, target)

    def _path(self, name: str) -> str:
        return f"{self.root}/{name}"


def open_folder(address: str) -> RemoteFolder:
    """The folder of a path or an address.

    Raises:
        ConfigurationError: an unknown kind of address, or one whose package is not installed.
    """
    text = address if "://" in address else str(Path(address).absolute())
    shown = without_credentials(text).rstrip("/")
    try:
        system, root = fsspec.core.url_to_fs(text)
    except ImportError as error:
        raise ConfigurationError(
            f"« {shown} » : un paquet manque pour cette adresse. Pour S3 : pip install 'panorama-grands-projets[s3]'."
        ) from error
    except ValueError as error:
        raise ConfigurationError(
            f"« {shown} » : adresse inconnue. Attendu : un dossier, ou s3://seau/dossier."
        ) from error
    return RemoteFolder(system, str(root).rstrip("/"), shown)


def without_credentials(address: str) -> str:
    """The same address without the name, password and parameters that would open it."""
    if "://" not in address:
        return address
    parts = urlsplit(address)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
