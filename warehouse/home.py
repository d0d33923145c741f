"""Where everything of one installation is kept: the folders of a home, and its locks."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from warehouse.editions import Calendar, Edition, load_calendar
from warehouse.errors import ServiceError
from warehouse.files import disk_errors, remove_staging
from warehouse.register_tables import REGISTERS
from warehouse.registers import register

LOCK_TIMEOUT_SECONDS = 600


def received_files(folder: Path) -> list[Path]:
    """The files of an inbox, by name, none when it does not exist; hidden and office lock files are passed over."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith((".", "~$")))


@dataclass(frozen=True)
class Home:
    """The folders of one installation.

    inbox/<edition>/   files as received, never changed
    registers/         ledgers a person can read and add to
    warehouse/         Parquet `<table>/edition=<key>/`, and `panorama.db`
    out/<edition>/     open_data, publication, quality, returned
    dagster/           the Dagster instance
    panorama.toml      what the operator chose, when not the defaults
    """

    root: Path

    @property
    def registers(self) -> Path:
        """The folder of the registers."""
        return self.root / "registers"

    @property
    def editions_register(self) -> Path:
        """The editions this home added to the calendar."""
        return self.registers / "editions.csv"

    @property
    def settings(self) -> Path:
        """What the operator chose; the file may be absent."""
        return self.root / "panorama.toml"

    @property
    def warehouse(self) -> Path:
        """The folder of the Parquet tables and of the default database."""
        return self.root / "warehouse"

    @property
    def database(self) -> Path:
        """The default SQLite database."""
        return self.warehouse / "panorama.db"

    @property
    def dagster(self) -> Path:
        """The folder of the Dagster instance."""
        return self.root / "dagster"

    def inbox(self, edition: Edition) -> Path:
        """The files received for an edition."""
        return self.root / "inbox" / edition.key

    def received(self, edition: Edition) -> list[Path]:
        """The files received for an edition, by name; hidden files and office lock files are passed over."""
        return received_files(self.inbox(edition))

    def out(self, edition: Edition, kind: str) -> Path:
        """One folder of an edition's outputs: open_data, publication, quality or returned."""
        return self.root / "out" / edition.key / kind

    def calendar(self) -> Calendar:
        """The calendar as this home knows it, read anew at each call."""
        return load_calendar(self.editions_register)

    def create(self) -> None:
        """Make the folders that are missing, and the registers, with their headers only.

        Raises:
            ServiceError: the disk refused.
        """
        with disk_errors(self.root):
            for folder in (
                self.root / "inbox",
                self.registers,
                self.warehouse,
                self.root / "out",
                self.dagster,
            ):
                folder.mkdir(parents=True, exist_ok=True)
        for name in REGISTERS:
            register(self.registers, name).create()

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the home for one writer; a killed process releases it.

        Raises:
            ServiceError: another run has held it for ten minutes.
        """
        with disk_errors(self.root):
            lock = FileLock(self.root / ".lock", timeout=LOCK_TIMEOUT_SECONDS)
            try:
                lock.acquire()
            except Timeout as error:
                raise ServiceError(f"{self.root} est tenu par un autre traitement depuis trop longtemps.") from error
        try:
            yield
        finally:
            lock.release()

    def clean(self) -> None:
        """Remove what killed processes left behind; nothing when another run is at work."""
        with contextlib.suppress(Timeout), FileLock(self.root / ".lock", timeout=0):
            for folder in (self.registers, self.warehouse, self.root / "out"):
                remove_staging(folder)

    @contextlib.contextmanager
    def scratch(self) -> Iterator["Home"]:
        """Yield a throw-away copy of this home, to try something without writing here.

        The inbox is shared, for reading; settings, registers and core tables are copied.
        """
        with tempfile.TemporaryDirectory(prefix="panorama-") as folder:
            copy = Home(Path(folder))
            copy.create()
            (copy.root / "inbox").rmdir()
            (copy.root / "inbox").symlink_to((self.root / "inbox").absolute())
            for source, target in (
                (self.registers, copy.registers),
                (self.warehouse / "core_projects", copy.warehouse / "core_projects"),
            ):
                if source.is_dir():
                    shutil.copytree(source, target, dirs_exist_ok=True)
            if self.settings.is_file():
                shutil.copy(self.settings, copy.settings)
            yield copy
