"""`panorama quarantine`: the files put aside, why, and what becomes of each."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import typer

from pipelines.commands.options import DEFAULT_HOME, ByOption, HomeOption, JsonOption, installation, reporting, who
from pipelines.told.console import output, write_json
from warehouse.home.calendar import Edition
from warehouse.home.home import Home
from warehouse.home.quarantine import (
    DIGEST_CHARACTERS,
    QuarantinedFile,
    dismiss,
    put_back,
    read_quarantine,
    waiting,
)
from warehouse.home.registers import register
from warehouse.home.submission_ledger import lines_of, ministries_of, same_name
from warehouse.model.errors import ConfigurationError
from warehouse.model.french import short_day
from warehouse.model.vocabulary import MINISTRIES

app = typer.Typer(
    help="Les fichiers mis à l'écart : les lister, les classer, les reprendre.",
    no_args_is_help=True,
    add_completion=False,
)
FileArgument = Annotated[
    str, typer.Argument(metavar="FILE", help="Nom du fichier, ou début de son empreinte, comme « list » les donne.")
]
EditionOption = Annotated[
    str | None, typer.Option("--edition", metavar="EDITION", help="Son édition, si plusieurs ont un fichier de ce nom.")
]


@dataclass(frozen=True)
class PutAside:
    """A file put aside: of which edition, whose it seems to be, and whether it is still awaited."""

    edition: Edition
    known: QuarantinedFile
    ministries: tuple[str, ...]
    is_awaited: bool

    def state(self) -> str:
        """What became of it."""
        known = self.known
        if known.dismissed_by is not None and known.dismissed_on is not None:
            return f"classé par {known.dismissed_by} le {short_day(known.dismissed_on)} : {known.dismissed_why}"
        return "attendu" if self.is_awaited else "renvoyé depuis"


@app.callback()
def quarantine() -> None:
    """Les fichiers mis à l'écart : les lister, les classer, les reprendre."""


@app.command("list")
def list_(
    edition: Annotated[str | None, typer.Argument(metavar="EDITION", help="Une seule édition ; sinon toutes.")] = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Liste les fichiers mis à l'écart : édition, ministère, jour, raison et ce qu'il faut faire.

    Exemple : panorama quarantine list 2026-06
    """
    with reporting():
        place = installation(home)
        wanted = [place.calendar().find(edition)] if edition else list(place.calendar())
        files = _files(place, wanted)
        if as_json:
            write_json([_data(each) for each in files])
            return
        console = output()
        if not files:
            console.print("Aucun fichier n'est à l'écart.")
        for each in files:
            labels = ", ".join(map(MINISTRIES.label, each.ministries)) or "ministère inconnu"
            known = each.known
            console.print(f"{each.edition.key}  {known.file}  ({known.sha256[:DIGEST_CHARACTERS]})", style="bold")
            console.print(f"  {labels}, à l'écart depuis le {short_day(known.put_aside_on)} ; {each.state()}")
            console.print(f"  {known.reason}")


@app.command("dismiss")
def dismiss_(
    file: FileArgument,
    why: Annotated[str, typer.Option("--why", help="Pourquoi il n'est plus attendu.")],
    edition: EditionOption = None,
    by: ByOption = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Classe un fichier : il n'est plus attendu et ne refuse plus l'édition ; il reste dans quarantine/.

    Exemple : panorama quarantine dismiss lettre.pdf --why "Lettre d'accompagnement"
    """
    with reporting():
        place, author = installation(home), who(by)
        if not why.strip():
            raise ConfigurationError("--why : dire pourquoi le fichier n'est plus attendu.")
        with place.writing():
            found = _one(place, file, edition)
            if found.known.dismissed_by is None:
                today = dt.datetime.now(dt.UTC).date()
                dismiss(place, found.edition, found.known, on=today, by=author, why=why.strip())
                output().print(f"{found.known.file} : classé, l'édition {found.edition.key} ne l'attend plus.")
            else:
                output().print(f"{found.known.file} : déjà {found.state()}")


@app.command("retry")
def retry(file: FileArgument, edition: EditionOption = None, home: HomeOption = DEFAULT_HOME) -> None:
    """Remet un fichier dans le dossier de réception et le reprend, une fois la cause levée : limites, programme, nom.

    Sortie 1 s'il est de nouveau mis à l'écart. Exemple : panorama quarantine retry justice.xlsx
    """
    from pipelines.told.semester.collection_report import arrivals  # noqa: PLC0415  # reads what files say
    from pipelines.work.collecting import look_once  # noqa: PLC0415  # Great Expectations takes seconds to import

    with reporting():
        place, console = installation(home), output()
        with place.writing():
            found = _one(place, file, edition)
            put_back(place, found.edition, found.known)
            news = look_once(place, found.edition, dt.datetime.now(dt.UTC).date())
        for line in arrivals(news.taken):
            console.print(line)
        again = [each for each in _files(place, [found.edition]) if each.known.name() == found.known.name()]
        for each in again:
            console.print(f"{each.known.file} : de nouveau à l'écart. {each.known.reason}")
        if again:
            raise typer.Exit(1)


def _files(place: Home, editions: list[Edition]) -> list[PutAside]:
    """The files put aside for some editions, in the order of the calendar, then by name."""
    ledger = register(place.registers, "submissions").read()
    found = []
    for edition in editions:
        quarantined: Mapping[str, QuarantinedFile] = read_quarantine(place, edition)
        awaited = waiting(quarantined, ledger, edition.key)
        lines = lines_of(ledger, edition.key)
        found += [
            PutAside(edition, known, ministries_of(lines, [known.sha256]), known in awaited)
            for known in sorted(quarantined.values(), key=lambda each: (each.file, each.sha256))
        ]
    return found


def _one(place: Home, text: str, edition: str | None) -> PutAside:
    """The file that a person means by its name or by the beginning of its fingerprint.

    Raises:
        ConfigurationError: none or several.
    """
    files = _files(place, [place.calendar().find(edition)] if edition else list(place.calendar()))
    named = [each for each in files if text in (each.known.file, each.known.name())]
    named = named or [each for each in files if same_name(each.known.file) == same_name(text)]
    named = named or [each for each in files if text and each.known.sha256.startswith(text.casefold())]
    if len(named) == 1:
        return named[0]
    if not named:
        others = ", ".join(f"« {each.known.file} »" for each in files) or "aucun fichier"
        raise ConfigurationError(f"« {text} » n'est pas à l'écart. À l'écart : {others}.")
    several = ", ".join(f"{each.known.sha256[:DIGEST_CHARACTERS]} ({each.edition.key})" for each in named)
    raise ConfigurationError(f"« {text} » désigne plusieurs fichiers : dire --edition, ou l'empreinte : {several}.")


def _data(each: PutAside) -> dict[str, Any]:
    return {
        "edition": each.edition.key,
        "ministries": list(each.ministries),
        "awaited": each.is_awaited,
        **asdict(each.known),
    }
