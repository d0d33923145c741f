"""`panorama collect`: who sent what for an edition, which version, with how many errors, and who is late."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.options import DEFAULT_HOME, HomeOption, JsonOption, day_asked, installation, reporting
from pipelines.told.console import output, steps, write_json
from warehouse.home.calendar import Edition
from warehouse.home.home import Home
from warehouse.model.errors import ConfigurationError
from warehouse.model.french import short_day

if TYPE_CHECKING:
    from assets.collection.watching import News

LEAST_SECONDS = 0.1


def collect(
    edition: Annotated[
        str | None,
        typer.Argument(
            metavar="EDITION", help="Édition : son mois « 2021-11 » ou son numéro « 14 » ; sinon la dernière ouverte."
        ),
    ] = None,
    home: HomeOption = DEFAULT_HOME,
    watch: Annotated[
        bool, typer.Option("--watch", help="Suivre le dossier de réception et dire chaque arrivée ; Ctrl-C arrête.")
    ] = False,
    every: Annotated[float, typer.Option(metavar="SECONDES", help="Avec --watch, entre deux regards.")] = 5,
    on: Annotated[
        str | None,
        typer.Option(
            metavar="AAAA-MM-JJ",
            help="Jour de réception des fichiers nouveaux et de calcul des retards ; sinon aujourd'hui.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Dit qui a envoyé, quand, quelle version, avec combien d'erreurs et d'alertes, et qui est en retard.

    Un nouvel envoi fait une nouvelle version, et toutes sont gardées ; un fichier qui ne s'ouvre pas sans danger va
    dans quarantine/. La page est dans out/<édition>/collection. Sortie 1 quand un fichier a une erreur.

    Exemples : panorama collect 2026-06 ; panorama collect --watch ; panorama collect 14 --json --on 2021-11-20
    """
    from assets.collection.watching import latest_opened  # noqa: PLC0415  # for this command
    from pipelines.work.collecting import look_once  # noqa: PLC0415  # Great Expectations takes seconds to import

    with reporting():
        place = installation(home)
        place.create()
        calendar = place.calendar()
        wanted = calendar.find(edition) if edition else latest_opened(calendar)
        today = dt.datetime.now(dt.UTC).date()
        day = day_asked(on)
        if day > today:
            raise ConfigurationError(f"--on : le {short_day(day)} est à venir, nous sommes le {short_day(today)}.")
        if watch:
            if on or every < LEAST_SECONDS:
                raise ConfigurationError(f"--watch : sans --on, et --every d'au moins {LEAST_SECONDS} seconde.")
            _watch(place, wanted, every, as_json=as_json)
        elif _show(place, wanted, day, look_once(place, wanted, day), as_json=as_json):
            raise typer.Exit(1)


def _watch(place: Home, edition: Edition, every_seconds: float, *, as_json: bool) -> None:
    """Show the collection at each change, until a signal stops the command."""
    from pipelines.work import collecting  # noqa: PLC0415  # Dagster takes seconds to import

    for news in collecting.follow(place, edition, every_seconds):
        _show(place, edition, dt.datetime.now(dt.UTC).date(), news, as_json=as_json)


def _show(place: Home, edition: Edition, day: dt.date, news: "News", *, as_json: bool) -> bool:
    """Print what is new, then where each ministry stands; tell whether a file has an error."""
    from pipelines.told.semester import collection_report  # noqa: PLC0415  # Dagster takes seconds to import
    from pipelines.work import collecting  # noqa: PLC0415  # Dagster takes seconds to import

    console = output()
    if not as_json:
        for line in collection_report.arrivals(news.taken):
            console.print(line)
    with steps(f"Édition {edition.key}") as progress:
        progress("lecture et contrôle des fichiers reçus")
        state = collecting.collect(place, edition, day)
    if as_json:
        write_json(collection_report.as_data(state, day), indent=None)
    else:
        console.print(collection_report.table(state, day))
        for line in collection_report.notes(state):
            console.print(line)
        console.print(f"  page : {place.out(edition, 'collection') / 'index.html'}", soft_wrap=True)
    return state.has_errors()
