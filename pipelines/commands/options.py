"""What every command shares: its options, and how an error is said and turned into an exit status."""

import contextlib
import datetime as dt
import getpass
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from pipelines.told.console import messages, print_findings
from warehouse.model.errors import ConfigurationError, DataRefusedError, PanoramaError, ServiceError

DEFAULT_HOME = Path("panorama-home")
HomeOption = Annotated[
    Path,
    typer.Option(
        "--home",
        envvar="PANORAMA_HOME",
        help="Dossier de l'installation : remontées, registres, entrepôt, sorties.",
        file_okay=False,
    ),
]
EditionArgument = Annotated[
    str, typer.Argument(metavar="EDITION", help="Édition : son mois « 2021-11 » ou son numéro « 14 ».")
]
ByOption = Annotated[
    str | None, typer.Option("--by", help="Qui décide ou transmet ; l'utilisateur du système s'il n'est pas dit.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Du JSON, sans arrondi.")]


@contextlib.contextmanager
def reporting() -> Iterator[None]:
    """Say an error in one place and leave with its status."""
    try:
        yield
    except PanoramaError as error:
        console = messages()
        if isinstance(error, DataRefusedError):
            print_findings(error.findings, console)
        console.print(str(error), style="bold red", markup=False)
        raise typer.Exit(error.exit_status) from error
    except OSError as error:
        messages().print(f"{error.filename or 'Disque'} : {error.strerror or error}", style="bold red", markup=False)
        raise typer.Exit(ServiceError.exit_status) from error


def parse_day(text: str | None, option: str) -> dt.date | None:
    """The day given to an option.

    Raises:
        ConfigurationError: not of the form `YYYY-MM-DD`.
    """
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise ConfigurationError(f"{option} : « {text} » n'est pas une date AAAA-MM-JJ.") from error


def who(by: str | None) -> str:
    """Who decides: the one named, else the user of the system.

    Raises:
        ConfigurationError: neither is known.
    """
    try:
        return by or getpass.getuser()
    except (OSError, KeyError) as error:
        raise ConfigurationError("--by : l'utilisateur du système n'a pas de nom, dire qui décide.") from error
