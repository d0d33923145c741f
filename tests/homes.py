"""Run the command line in this process, make a home once for all tests, clone it, and compare what homes hold."""

import datetime as dt
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd
from filelock import FileLock
from typer.testing import CliRunner

from pipelines.cli import app
from warehouse.home.registers import register

PROJECT = Path(__file__).parents[1]
# What `panorama show` has no use for, and takes a second to import.
HEAVY = ("dagster", "great_expectations", "openpyxl", "requests", "scipy", "sqlalchemy")
# What a rerun must leave byte for byte; the Dagster instance keeps a line for each run.
KEPT = ("inbox", "registers", "warehouse", "out")
# What is published of an edition.
PUBLISHED = ("open_data", "publication", "quality")
# The real editions, and the file of each.
REAL_FILES = {
    "2016-11": "01.csv",
    "2017-02": "02.csv",
    "2017-06": "03.csv",
    "2017-11": "04.csv",
    "2018-03": "05.xlsx",
    "2021-07": "13.csv",
}
# The home where some editions were run, in an order.
After = Callable[..., Path]


@dataclass(frozen=True)
class Said:
    """What a command said: exit status, standard output, standard error."""

    status: int
    output: str
    errors: str


def panorama(home: Path, *arguments: str) -> Said:
    """Run `panorama` with `--home`."""
    result = CliRunner().invoke(app, [*arguments, "--home", str(home)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Said(result.exit_code, result.stdout, result.stderr)


def done(home: Path, *arguments: str) -> str:
    """Run `panorama`, which must succeed; what it printed."""
    said = panorama(home, *arguments)
    assert said.status == 0, said.errors
    return said.output


def close(home: Path, *editions: str) -> Path:
    """Close editions by the register, run or not yet; one that lacks something stays provisional."""
    ledger = register(home / "registers", "closures")
    known = ledger.read()
    line = {"ministry_id": None, "reason": None, "closed_by": "Ada Lovelace", "closed_on": dt.date(2021, 12, 1)}
    new = [{"edition": edition, **line} for edition in editions if not known["edition"].eq(edition).any()]
    ledger.append(pd.DataFrame(new), seen=known)
    return home


def line_of(home: Path, edition: str) -> str:
    """What `panorama edition list` says of an edition."""
    return next(line for line in done(home, "edition", "list").splitlines() if edition in line)


def made_once(home: Path, make: Callable[[Path], Said]) -> tuple[Path, Said]:
    """A home to be read only, made by the first process that asks for it, and what the command that made it said."""
    told = home.with_suffix(".json")
    with FileLock(home.with_suffix(".lock")):
        if not told.is_file():
            said = make(home)
            told.write_text(json.dumps(asdict(said)), encoding="utf-8")
    return home, Said(**json.loads(told.read_text(encoding="utf-8")))


def clone(home: Path, target: Path) -> Path:
    """A copy of a home that a test may change."""
    shutil.copytree(home, target)
    return target


def digests(home: Path, *folders: str) -> dict[str, str]:
    """The SHA-256 of every file a home keeps, by path."""
    return {
        path.relative_to(home).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in folders or KEPT
        for path in sorted((home / folder).rglob("*"))
        if path.is_file()
    }


def published(home: Path, *editions: str) -> dict[str, str]:
    """The SHA-256 of every file that editions publish, by path; of all editions when none is named."""
    keys = editions or sorted(path.name for path in (home / "out").iterdir())
    return digests(home, *(f"out/{key}/{kind}" for key in keys for kind in PUBLISHED))


def figures(home: Path, *editions: str) -> dict[str, str]:
    """The SHA-256 of what editions publish, but of what says how many times they were corrected, and by how much.

    That is in the workbooks, the documents, the passage from one edition to another, the key figures, and the page,
    which says from where a corrected headline started; every row is in CSV too.
    """
    return {path: digest for path, digest in published(home, *editions).items() if not _tells_versions(Path(path))}


def _tells_versions(path: Path) -> bool:
    if path.parent.name != "open_data":
        return path.name == "index.html" or path.suffix == ".pdf"
    is_data = path.suffix in (".csv", ".parquet") or path.name.endswith(".schema.json")
    return not is_data or path.stem in ("passage", "corrections", "chiffres_cles")


def imported(*arguments: str) -> set[str]:
    """The packages that a command imports."""
    program = (
        "import sys\nfrom pipelines.cli import app\ntry:\n    app(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "sys.stderr.write(' '.join({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True, cwd=PROJECT
    )
    return set(done.stderr.split())
