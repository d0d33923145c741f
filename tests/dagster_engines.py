"""The engines that Dagster opens on its SQLite files, made once for each file, which wait for no disk."""

import sqlite3
from functools import lru_cache
from typing import Any

import pytest
import sqlalchemy as sa

# More than the files of the homes that a test uses at once.
KEPT = 64
STORAGES = (
    "event_log.sqlite.sqlite_event_log",
    "runs.sqlite.sqlite_run_storage",
    "schedules.sqlite.sqlite_schedule_storage",
)


@lru_cache(maxsize=KEPT)
def _engine(address: str, timeout: float | None) -> sa.Engine:
    connect = {} if timeout is None else {"timeout": timeout}
    engine = sa.create_engine(address, poolclass=sa.NullPool, connect_args=connect)
    sa.event.listen(engine, "connect", _leave_to_the_system)
    return engine


def _leave_to_the_system(connection: sqlite3.Connection, _: object) -> None:
    """Let the system write to the disk when it will: it keeps what a killed process wrote, and tests cut no power."""
    connection.execute("pragma synchronous = off")


def kept_engine(address: str, *, poolclass: type[sa.Pool], connect_args: dict[str, Any] | None = None) -> sa.Engine:
    """The engine of a file, the same at each call: it pools nothing, so that no file stays open."""
    assert poolclass is sa.NullPool
    return _engine(address, **{"timeout": None, **(connect_args or {})})


def quick_engine(address: str, *, connect_args: dict[str, Any]) -> sa.Engine:
    """The engine of a file that our own event log keeps open."""
    engine = sa.create_engine(address, connect_args=connect_args)
    sa.event.listen(engine, "connect", _leave_to_the_system)
    return engine


def keep_engines(patch: pytest.MonkeyPatch) -> None:
    """Make the storages of Dagster use `kept_engine`, and ours wait for no disk either."""
    for storage in STORAGES:
        patch.setattr(f"dagster._core.storage.{storage}.create_engine", kept_engine)
    patch.setattr("pipelines.work.event_log.create_engine", quick_engine)
