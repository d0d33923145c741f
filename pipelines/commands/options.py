"""What every command shares: its options, and how an error is said and turned into an exit status."""

import contextlib
import datetime as dt
import gc
import getpass
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from warehouse.model.errors import ConfigurationError, DataRefusedError, PanoramaError, ServiceError

if TYPE_CHECKING:
    from warehouse.home.calendar import Edition
    from warehouse.home.home import Home
    from warehouse.home.registers import Registers
    from warehouse.model.findings import Finding

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


def installation(home: Path) -> "Home":
    """The home that a command is about; the current folder when it is one and none was named.

    Raises:
        ConfigurationError: the folder is not a home.
    """
    from warehouse.home.home import Home  # noqa: PLC0415  # the registers, for who has a home

    place = Home(Path() if home == DEFAULT_HOME and Home(Path()).exists() else home)
    place.require()
    return place


class _Told(logging.Handler):
    """Say on standard error what the program has to tell while a command lasts: that it waits, for whom."""

    def emit(self, record: logging.LogRecord) -> None:
        _say(record.getMessage(), style="bold yellow")


@contextlib.contextmanager
def reporting() -> Iterator[None]:
    """Say an error in one place and leave with its status; garbage is collected from here on (see `pipelines.cli`)."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
    told = _Told()
    logging.getLogger("warehouse").addHandler(told)
    try:
        yield
    except PanoramaError as error:
        _say(str(error), error.findings if isinstance(error, DataRefusedError) else ())
        raise typer.Exit(error.exit_status) from error
    except OSError as error:
        _say(f"{error.filename or 'Disque'} : {error.strerror or error}")
        raise typer.Exit(ServiceError.exit_status) from error
    finally:
        logging.getLogger("warehouse").removeHandler(told)


def _say(sentence: str, findings: Sequence["Finding"] = (), style: str = "bold red") -> None:
    from pipelines.told.console import messages, print_findings  # noqa: PLC0415  # rich, for errors only

    console = messages()
    print_findings(findings, console)
    console.print(sentence, style=style)


def parse_day(text: str | None, option: str) -> dt.date | None:
    """The day given to an option.

    Raises:
        ConfigurationError: not of the form `YYYY-MM-DD`.
    """
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise ConfigurationError(f"{option} : « {text} » n'est pas une date AAAA-MM-JJ.") from error


def day_asked(on: str | None) -> dt.date:
    """The day of `--on`, today where it is not given.

    Raises:
        ConfigurationError: not of the form `YYYY-MM-DD`.
    """
    return parse_day(on, "--on") or dt.datetime.now(dt.UTC).date()


def who(by: str | None) -> str:
    """Who decides: the one named, else the user of the system.

    Raises:
        ConfigurationError: neither is known.
    """
    try:
        return by or getpass.getuser()
    except (OSError, KeyError) as error:
        raise ConfigurationError("--by : l'utilisateur du système n'a pas de nom, dire qui décide.") from error


def edition_span(place: "Home", text: str) -> list["Edition"]:
    """The editions of the calendar from one to another, both included: « 2016-11..2021-07 ».

    Raises:
        UnknownEditionError: the calendar has not both.
        ConfigurationError: not a span, or in the wrong order.
    """
    calendar = place.calendar()
    first, dots, last = text.partition("..")
    if not dots:
        raise ConfigurationError(f"« {text} » : attendu PREMIÈRE..DERNIÈRE, par exemple 2016-11..2021-07.")
    start, end = calendar.find(first), calendar.find(last)
    if end < start:
        raise ConfigurationError(f"« {text} » : {end.key} précède {start.key}.")
    return calendar.between(start, end)


def ministry_named(text: str, option: str, registers: "Registers") -> str:
    """The ministry a person means by a code or a label.

    Raises:
        ConfigurationError: none or several; the message names the nearest.
    """
    from warehouse.facts.ministries import find_ministries, nearest_ministries  # noqa: PLC0415  # for a few commands
    from warehouse.home.registers import ministry_labels  # noqa: PLC0415

    found = find_ministries(text, ministry_labels(registers))
    if len(found) == 1:
        return found[0]
    nearest = " ou ".join(f"« {known} »" for known in nearest_ministries(text))
    raise ConfigurationError(f"{option} : « {text} » n'est pas un ministère connu. Attendu, par exemple : {nearest}.")
