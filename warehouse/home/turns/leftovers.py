"""What killed processes leave in a home and in the system's temporary folder; to be cleared with the home held."""

import contextlib
import hashlib
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from warehouse.home.files import ASIDE_SUFFIX, STAGING_PREFIX

# Where folders are replaced as a whole; Dagster's own are left alone.
WRITTEN = ("registers", "warehouse", "out", "published", "received", "quarantine")


def clear_leftovers(root: Path) -> None:
    """Remove what writes that were killed left in a home and, for it, in the system's temporary folder."""
    for name in WRITTEN:
        _put_back((root / name).rglob(f".*{ASIDE_SUFFIX}"))
    beside = (folder.glob(f"{STAGING_PREFIX}*") for folder in (root, root / "dagster"))
    inside = ((root / name).rglob(f"{STAGING_PREFIX}*") for name in ("inbox", *WRITTEN))
    for path in [*itertools.chain(*beside, *inside)]:
        _remove(path)
    for folder in Path(tempfile.gettempdir()).glob(f"{_prefix(root)}*"):
        if not folder.is_symlink() and folder.lstat().st_uid == os.getuid():
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def own_temporary_files(root: Path) -> Iterator[None]:
    """Give the libraries that write temporary files a folder of this home's own: what is left there has a name.

    With the home held, so that whoever holds it next knows that what it finds is nobody's; in one thread.
    """
    before = tempfile.tempdir
    with tempfile.TemporaryDirectory(prefix=_prefix(root), ignore_cleanup_errors=True) as folder:
        tempfile.tempdir = folder
        try:
            yield
        finally:
            tempfile.tempdir = before


def _prefix(root: Path) -> str:
    return f"panorama-{hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:16]}-"


def _put_back(replaced: Iterator[Path]) -> None:
    """Give its name back to each folder that was being replaced, unless the new one took its place."""
    for path in list(replaced):
        target = path.with_name(path.name.removeprefix(".").removesuffix(ASIDE_SUFFIX))
        if target.exists():
            _remove(path)
        else:
            path.rename(target)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
