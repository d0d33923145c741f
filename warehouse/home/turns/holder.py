"""Who holds a home: told to those who wait; what a killed process leaves of it tells whoever comes next."""

import contextlib
import datetime as dt
import getpass
import json
import os
import socket
import sys
import textwrap
from dataclasses import asdict, dataclass
from pathlib import Path

from warehouse.home.files import write_text
from warehouse.model.french import day, visible

FILE = ".holder"
LONGEST_COMMAND = 80


@dataclass(frozen=True)
class Holder:
    """A process that writes in a home; `since` is an ISO date and time with its offset."""

    command: str
    pid: int
    user: str
    host: str
    since: str

    def is_alive(self) -> bool:
        """Whether its process goes on, as far as can be told from here: that of another machine is said to."""
        if self.host != socket.gethostname():
            return True
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except OSError:
            return True
        return True

    def __str__(self) -> str:
        """In French: the command, the process, the user, the machine when it is another, and since when."""
        where = "" if self.host == socket.gethostname() else f" sur {self.host}"
        since = dt.datetime.fromisoformat(self.since).astimezone()
        at = f"le {day(since.date())} à {since:%H:%M}"
        return visible(f"« {self.command} » (processus {self.pid} de {self.user}{where}), depuis {at}")


def this_process() -> Holder:
    """What to tell of this process to those who wait for it."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = str(os.getuid())
    since = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    return Holder(_command(), os.getpid(), user, socket.gethostname(), since)


def write_holder(root: Path, holder: Holder) -> None:
    """Say who holds a home; with the home held.

    Raises:
        ServiceError: the disk refused.
    """
    write_text(root / FILE, json.dumps(asdict(holder), ensure_ascii=False) + "\n")


def forget_holder(root: Path) -> None:
    """Say that nobody holds a home any more."""
    with contextlib.suppress(OSError):
        (root / FILE).unlink(missing_ok=True)


def read_holder(root: Path) -> Holder | None:
    """Who says that it holds a home; None when nobody does, or when what is said cannot be read."""
    try:
        return Holder(**json.loads((root / FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _command() -> str:
    """The command of this process, as a person typed it, or the name of the program that serves it."""
    program = Path(sys.argv[0])
    if program.stem in ("panorama", "cli"):
        return textwrap.shorten(" ".join(["panorama", *sys.argv[1:]]), LONGEST_COMMAND, placeholder=" …")
    return "Dagster" if "dagster" in str(program) else program.name
