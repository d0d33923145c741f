"""Where everything of one installation is kept: the folders of a home, and its locks."""

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from warehouse.home.calendar import Calendar, Edition, load_calendar
from warehouse.home.files import disk_errors
from warehouse.home.register_tables import REGISTERS
from warehouse.home.registers import register
from warehouse.home.turns.holder import forget_holder, read_holder, this_process, write_holder
from warehouse.home.turns.leftovers import clear_leftovers, own_temporary_files
from warehouse.model.errors import ConfigurationError, ServiceError

# A process that is killed lets go at once: whoever holds for that long is stuck.
LOCK_TIMEOUT_SECONDS = 3600
# Waits that nobody would notice are not told.
UNTOLD_SECONDS = 0.5
# One of them is enough to tell a home from any other folder.
MARKS = ("inbox", "registers", "panorama.toml")

logger = logging.getLogger(__name__)


# What systems and office suites leave in a folder without a word: nobody sent it.
_LEFT_BY_SYSTEMS = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "__macosx"})


def received_entries(folder: Path) -> list[Path]:
    """All that lies in an inbox, by name, files or not; none when it does not exist.

    Hidden entries, lock files, files of the system and empty folders are passed over.
    """
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if _is_sent(path) and (path.is_symlink() or not _is_empty(path)))


def _is_sent(path: Path) -> bool:
    return not path.name.startswith((".", "~$")) and path.name.casefold() not in _LEFT_BY_SYSTEMS


def _is_empty(path: Path) -> bool:
    """Whether a path is a folder where nothing was put."""
    try:
        return path.is_dir() and not any(map(_is_sent, path.iterdir()))
    except OSError:
        return False


@dataclass(frozen=True)
class Home:
    """The folders of one installation.

    inbox/<edition>/       files as received, never changed
    received/<edition>/    a copy of each version of each file received, under its sha256
    quarantine/<edition>/  files that cannot be opened safely, taken out of the inbox, each with the reason
    registers/             ledgers a person can read and add to
    warehouse/             Parquet `<table>/edition=<key>/`, and `panorama.db`
    out/<edition>/         open_data, publication, collection, quality, returned
    out/site/              the site, over all editions
    published/<edition>/   the files approved for publication, each version under its sha256
    dagster/               the Dagster instance
    panorama.toml          what the operator chose, when not the defaults
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
        """All that lies in the inbox of an edition, by name, as `received_entries` gives it."""
        return received_entries(self.inbox(edition))

    def kept(self, edition: Edition) -> Path:
        """Where each version of each file received for an edition is kept, as `<sha256><suffix>`."""
        return self.root / "received" / edition.key

    def quarantine(self, edition: Edition) -> Path:
        """Where the files of an edition that cannot be opened safely are put aside."""
        return self.root / "quarantine" / edition.key

    def has_submissions(self, edition: Edition) -> bool:
        """Whether anything was received for an edition, be it only a file put aside."""
        return bool(self.received(edition)) or any(self.quarantine(edition).glob("*.json"))

    def out(self, edition: Edition, kind: str) -> Path:
        """One folder of an edition's outputs: open_data, publication, collection, quality or returned."""
        return self.root / "out" / edition.key / kind

    def report(self, edition: Edition) -> Path:
        """The report of an edition."""
        return self.out(edition, "publication") / edition.report_name

    @property
    def site(self) -> Path:
        """The folder of the site, over all editions."""
        return self.root / "out" / "site"

    def published(self, edition: Edition) -> Path:
        """Where each version of the files approved for publication is kept, in a folder named by its sha256."""
        return self.root / "published" / edition.key

    def calendar(self) -> Calendar:
        """The calendar as this home knows it, read anew at each call."""
        return load_calendar(self.editions_register)

    def exists(self) -> bool:
        """Whether the folder is a home."""
        return any((self.root / mark).exists() for mark in MARKS)

    def require(self) -> None:
        """Refuse a folder that is not a home, and say how to make one.

        Raises:
            ConfigurationError: there is no such folder, or it is something else.
        """
        if not self.exists():
            why = "il n'a ni inbox/ ni registers/" if self.root.is_dir() else "ce dossier n'existe pas"
            raise ConfigurationError(
                f"Aucune installation dans {self.root.absolute()} : {why}. « panorama init --home {self.root} » en "
                "crée une ; --home, ou la variable PANORAMA_HOME, en désigne une autre."
            )

    def require_free(self) -> None:
        """Refuse to make a home in a folder that holds something else.

        Raises:
            ConfigurationError: the folder is not empty, and is not a home.
        """
        if self.root.is_dir() and not self.exists() and any(self.root.iterdir()):
            raise ConfigurationError(
                f"{self.root.absolute()} n'est pas vide et n'est pas une installation : nommer un autre dossier."
            )

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
    def writing(self, wait_seconds: float | None = None) -> Iterator[None]:
        """Hold the home for one writer; who holds it already goes on, who waits is told for whom.

        A killed process lets go of it: what it left half done is cleared by the next one.

        Args:
            wait_seconds: how long to wait for another process; an hour when not said.

        Raises:
            ServiceError: another process has held it for longer.
        """
        with disk_errors(self.root):
            lock = _lock(self.root)
            is_held = lock.is_locked
            self._take(lock, LOCK_TIMEOUT_SECONDS if wait_seconds is None else wait_seconds)
        try:
            if not is_held:
                self._begin()
            yield
        finally:
            if not is_held:
                forget_holder(self.root)
            lock.release()

    def _take(self, lock: FileLock, wait_seconds: float) -> None:
        """Take the lock, and say for whom this process waits where it has to."""
        with contextlib.suppress(Timeout):
            lock.acquire(timeout=min(wait_seconds, UNTOLD_SECONDS))
            return
        if wait_seconds > UNTOLD_SECONDS:
            logger.warning("%s est tenu par %s : attente de sa fin.", self.root, self._holder())
            with contextlib.suppress(Timeout):
                lock.acquire(timeout=wait_seconds - UNTOLD_SECONDS)
                return
        raise ServiceError(f"{self.root} est tenu par {self._holder()} : relancer la commande à sa fin.")

    def _holder(self) -> str:
        return str(read_holder(self.root) or "un autre traitement")

    def _begin(self) -> None:
        """Say who holds the home from now on, once what a killed process left is cleared."""
        if read_holder(self.root):
            self.clean()
        write_holder(self.root, this_process())

    def clean(self) -> None:
        """Remove what killed processes left behind; with the home held."""
        with disk_errors(self.root):
            clear_leftovers(self.root)

    def own_temporary_files(self) -> contextlib.AbstractContextManager[None]:
        """Keep what libraries write in the temporary folder apart, to be cleared if it is left; with the home held."""
        return own_temporary_files(self.root)


def _lock(root: Path) -> FileLock:
    """The lock of a home; one object for a process, so that a step of a run that holds it does not wait for itself."""
    return FileLock(root.absolute() / ".lock", is_singleton=True)
