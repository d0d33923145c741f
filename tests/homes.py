"""Run the command line in this process, and compare what homes hold."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner

from pipelines.cli import app

# What a rerun must leave byte for byte; the Dagster instance keeps a line for each run.
KEPT = ("inbox", "registers", "warehouse", "out")


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


def digests(home: Path, *folders: str) -> dict[str, str]:
    """The SHA-256 of every file a home keeps, by path."""
    return {
        path.relative_to(home).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in folders or KEPT
        for path in sorted((home / folder).rglob("*"))
        if path.is_file()
    }
