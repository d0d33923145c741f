"""Whether the process of a run is alive: it holds a file as long as it lives, which the system releases at its death.

A process number would not do: it is given again, and another machine or container has its own.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout


@contextlib.contextmanager
def alive(mark: Path) -> Iterator[None]:
    """Hold a file while the block lasts, then remove it; nothing where this process holds it already."""
    lock = FileLock(mark, is_singleton=True, thread_local=False)
    if lock.is_locked:
        yield
        return
    with lock:
        try:
            yield
        finally:
            mark.unlink(missing_ok=True)


def is_alive(mark: Path) -> bool:
    """Whether a process holds a file."""
    try:
        with FileLock(mark).acquire(timeout=0):
            return False
    except Timeout:
        return True
