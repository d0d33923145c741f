"""`panorama show`, `diff` and `explain`: what is known of editions already computed."""

import datetime as dt
from typing import Annotated

import typer

from pipelines.commands.options import (
    DEFAULT_HOME,
    EditionArgument,
    HomeOption,
    JsonOption,
    edition_span,
    installation,
    parse_day,
    reporting,
)
from pipelines.told.comparison import compare, print_comparison
from pipelines.told.console import output, write_json
from pipelines.told.headline import print_summary
from pipelines.told.summary import edition_summary, known_versions
from warehouse.archive.closed import absence_lines, read_closings
from warehouse.archive.freshness import stale_editions
from warehouse.archive.versions import as_of
from warehouse.home.calendar import Edition
from warehouse.home.home import Home
from warehouse.home.state import read_state
from warehouse.home.store import ParquetStore

AgainstOption = Annotated[
    list[str] | None,
    typer.Option("--against", metavar="EDITION", help="Édition de comparaison ; peut se répéter."),
]


def show(
    edition: EditionArgument,
    home: HomeOption = DEFAULT_HOME,
    against: AgainstOption = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="AAAA-MM-JJ", help="Les chiffres tels qu'ils étaient connus ce jour-là."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Donne les chiffres clés d'une édition déjà traitée, ce qui y a changé, et ses corrections.

    Exemples : panorama show 14 ; panorama show 2021-07 --as-of 2021-07-20 ; panorama show 14 --json --against 2020-06
    """
    with reporting():
        place = installation(home)
        wanted = place.calendar().find(edition)
        print_edition(place, wanted, against or [], day=parse_day(as_of, "--as-of"), as_json=as_json)


def diff(
    before: Annotated[str, typer.Argument(metavar="AVANT", help="Édition de départ ; « 13@1 » en est la version 1.")],
    after: Annotated[str, typer.Argument(metavar="APRÈS", help="Édition d'arrivée, de même.")],
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Dit tout ce qui a changé entre deux éditions, ou entre deux versions d'une édition.

    Entrées, sorties, retours, noms, ministères, phases, coûts, dates, révisions, chiffres non publiés.

    Exemples : panorama diff 2018-03 2021-07 ; panorama diff 13@1 13@2 ; panorama diff 13 14 --json
    """
    with reporting():
        place = installation(home)
        found = compare(place, before, after)
        if as_json:
            write_json(found.as_dict())
        else:
            print_comparison(found, output())


def explain(
    span: Annotated[str, typer.Argument(metavar="PREMIÈRE..DERNIÈRE", help="Éditions de départ et d'arrivée.")],
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Explique l'évolution des écarts moyens entre deux éditions, au point près, projet par projet.

    Projets suivis, entrées, sorties, devenus ou plus comparables, corrections ; puis la moyenne selon le périmètre.

    Exemples : panorama explain 2020-06..2021-11 ; panorama explain 1..5 --json
    """
    from pipelines.told import explanation  # noqa: PLC0415  # Dagster takes seconds to import

    with reporting():
        place = installation(home)
        editions = edition_span(place, span)
        found = explanation.explain(place, editions[0], editions[-1])
        if as_json:
            write_json(found)
        else:
            explanation.print_explanation(found, output())


def trace(
    edition: EditionArgument,
    project: Annotated[str, typer.Argument(metavar="PROJET", help="Identifiant du projet, « PGP-0042 ».")],
    column: Annotated[
        str | None, typer.Argument(metavar="COLONNE", help="Une colonne du fichier des projets ; toutes sans elle.")
    ] = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Dit d'où vient chaque chiffre d'un projet, référence comprise : fichier, feuille, cellule, jour de réception.

    Un écart vient des cellules de l'édition et de celles de sa référence, dans le fichier où elle fut déclarée.

    Exemples : panorama trace 14 PGP-0024 ; panorama trace 2021-11 PGP-0024 taux_ecart_budgetaire --json
    """
    from pipelines.told import tracing  # noqa: PLC0415  # what makes the dataset takes long to import

    with reporting():
        place = installation(home)
        found = tracing.trace(place, place.calendar().find(edition), project, column)
        if as_json:
            write_json(found)
        else:
            tracing.print_trace(found, output())


def print_edition(
    place: Home, edition: Edition, against: list[str], *, day: dt.date | None = None, as_json: bool = False
) -> None:
    """Print the key figures of an edition, as they are or as they were known on a day, and where its page is."""
    calendar = place.calendar()
    versions = known_versions(place, edition, day)
    store = ParquetStore(place.warehouse) if day is None else as_of(place, day)
    state = read_state(place)
    closing = read_closings(state.registers, store).get(edition.key) if day is None else None
    summary = edition_summary(store, calendar, edition, [calendar.find(key) for key in against], versions, closing)
    if as_json:
        write_json(summary)
        return
    console = output()
    print_summary(summary, edition, console)
    if day is None and edition.key in stale_editions(state):
        console.print(
            f"  périmée : une édition antérieure, un registre ou un réglage a changé ; panorama run {edition.key}"
        )
    if day is None:
        for label, path in (("rapport", place.report(edition)), ("site", place.site / edition.key / "index.html")):
            if path.is_file():
                console.print(f"  {label} : {path}")
    if closing is not None and not closing.is_final:
        console.print("\n".join(absence_lines(closing, state.registers)))
