"""The command line `panorama`: thin over the Dagster job. Its help, messages and errors are in French."""

import datetime as dt
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from pipelines.commands import collect as cli_collect
from pipelines.commands import editions as cli_editions
from pipelines.commands import projects as cli_projects
from pipelines.commands import publish as cli_publish
from pipelines.commands import registers as cli_registers
from pipelines.commands import rules as cli_rules
from pipelines.commands import template as cli_template
from pipelines.commands.options import (
    DEFAULT_HOME,
    ByOption,
    EditionArgument,
    HomeOption,
    JsonOption,
    parse_day,
    reporting,
    who,
)
from pipelines.told.comparison import compare, print_comparison
from pipelines.told.console import (
    BackfillRow,
    backfill_table,
    messages,
    output,
    print_findings,
    print_summary,
    steps,
)
from pipelines.told.summary import edition_summary, known_versions
from warehouse.archive.tables import CORE_PROJECTS
from warehouse.archive.versions import BY_TAG, KNOWN_ON_TAG, WHY_TAG, as_of, version_count
from warehouse.facts.reference import published_figures
from warehouse.home.calendar import Edition
from warehouse.home.home import Home
from warehouse.home.store import ParquetStore
from warehouse.model.errors import ConfigurationError, DataRefusedError
from warehouse.model.findings import Finding

app = typer.Typer(
    name="panorama",
    help="Le panorama des grands projets numériques de l'État, recalculé depuis les remontées des ministères.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Sortie : 0 fait, 1 données refusées, 2 commande ou configuration, 3 service extérieur (disque, base).",
)
app.add_typer(cli_editions.app, name="edition")
app.add_typer(cli_projects.app, name="projects")
app.add_typer(cli_registers.app, name="registers")
app.command()(cli_template.template)
app.command()(cli_publish.approve)
app.command()(cli_publish.publish)
app.command()(cli_rules.rules)
app.command()(cli_collect.collect)

AgainstOption = Annotated[
    list[str] | None,
    typer.Option("--against", metavar="KEY", help="Édition de comparaison ; peut se répéter."),
]
REFERENCE_EDITION = "2020-06"


@app.command()
def demo(home: HomeOption = DEFAULT_HOME) -> None:
    """Remplit un dossier avec les remontées de démonstration, fictives, et les traite.

    Exemple : panorama demo --home /tmp/demo
    """
    from assets.demonstration import registers as corrected  # noqa: PLC0415  # for this command
    from assets.demonstration.collection import receive, write_cutoffs  # noqa: PLC0415
    from assets.demonstration.submissions import DEMONSTRATION_EDITIONS, write_demonstration  # noqa: PLC0415
    from pipelines.work.running import run_edition  # noqa: PLC0415  # Dagster takes seconds to import

    with reporting():
        place = Home(home)
        place.create()
        write_cutoffs(place)
        calendar = place.calendar()

        def process(key: str, tags: Mapping[str, str | None]) -> None:
            receive(place, calendar.find(key))
            with steps(f"Édition {key}") as progress:
                outcome = run_edition(place, calendar.find(key), progress=progress, tags=tags)
            if outcome.error:
                raise outcome.error

        with steps("Démonstration") as progress:
            progress("remontées et registres fictifs")
            write_demonstration(place.root / "inbox")
            corrected.write_registers(place)
        correction = {
            KNOWN_ON_TAG: corrected.CORRECTED_ON.isoformat(),
            BY_TAG: corrected.CORRECTED_BY,
            WHY_TAG: corrected.CORRECTED_WHY,
        }
        for key in DEMONSTRATION_EDITIONS:
            if key == corrected.CORRECTED_EDITION and not version_count(place, key):
                corrected.write_first_submission(place.root / "inbox")
                process(key, {})
                corrected.write_corrected_submission(place.root / "inbox")
            process(key, correction if key == corrected.CORRECTED_EDITION else {})
        _print_edition(place, calendar.find(DEMONSTRATION_EDITIONS[-1]), [REFERENCE_EDITION])


@app.command()
def run(
    edition: EditionArgument,
    home: HomeOption = DEFAULT_HOME,
    known_on: Annotated[
        str | None,
        typer.Option(
            metavar="AAAA-MM-JJ",
            help="Jour depuis lequel ces chiffres sont connus, pour reprendre le passé ; sinon la publication de "
            "l'édition, ou aujourd'hui pour une correction.",
        ),
    ] = None,
    by: ByOption = None,
    why: Annotated[
        str | None, typer.Option("--why", help="Pourquoi les chiffres ont changé, pour une correction.")
    ] = None,
) -> None:
    """Traite une édition de bout en bout : lecture, contrôles, écarts, jeu de données, page et PDF.

    Des chiffres qui diffèrent de ceux de la dernière version en font une nouvelle ; l'ancienne est gardée.

    Exemples : panorama run 2021-11 ; panorama run 13 --by "Ministère de la Justice" --why "Coût de PORTALIS corrigé"
    """
    from pipelines.work.running import run_edition  # noqa: PLC0415  # Dagster takes seconds to import

    with reporting():
        place = Home(home)
        wanted = place.calendar().find(edition)
        _require_inbox(place, wanted)
        day = parse_day(known_on, "--known-on")
        change = {KNOWN_ON_TAG: day.isoformat() if day else None, WHY_TAG: why, BY_TAG: who(by) if by or why else None}
        with steps(f"Édition {wanted.key}") as progress:
            outcome = run_edition(place, wanted, progress=progress, tags=change)
        if outcome.error:
            _print_warnings(outcome.findings)
            raise outcome.error
        print_findings(outcome.findings, messages())
        _print_edition(place, wanted, [])


@app.command()
def backfill(
    span: Annotated[str, typer.Argument(metavar="FIRST..LAST", help="Première et dernière éditions.")],
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Traite plusieurs éditions dans l'ordre du calendrier ; une édition refusée n'arrête pas les autres.

    Une édition sans fichier reçu est passée. Exemple : panorama backfill 2016-11..2021-07
    """
    from pipelines.work.running import run_edition  # noqa: PLC0415  # Dagster takes seconds to import

    with reporting():
        place = Home(home)
        wanted = _span(place, span)
        if not any(place.has_submissions(edition) for edition in wanted):
            raise DataRefusedError(f"Aucun fichier reçu dans {place.root / 'inbox'} pour les éditions {span}.")
        store = ParquetStore(place.warehouse)
        rows: list[BackfillRow] = []
        notes: list[tuple[Edition, Finding]] = []
        worst = 0
        for edition in wanted:
            published = published_figures().get(edition.key)
            if not place.has_submissions(edition):
                rows.append((edition, "aucun fichier reçu", None, published))
                continue
            with steps(f"Édition {edition.key}") as progress:
                outcome = run_edition(place, edition, progress=progress)
            notes += [(edition, finding) for finding in outcome.findings]
            worst = max(worst, outcome.exit_status)
            if outcome.error:
                messages().print(f"{edition.key} : {outcome.error}", style="bold red", markup=False)
                rows.append((edition, "refusée" if outcome.exit_status == 1 else "échec", None, published))
            else:
                rows.append((edition, "faite", edition_summary(store, place.calendar(), edition), published))
        console = output()
        for edition, finding in notes:
            console.print(f"{edition.key} : {finding}", markup=False)
        console.print(backfill_table(rows))
        table = ParquetStore(place.warehouse).history(CORE_PROJECTS, wanted[-1].key)
        console.print(
            f"Table longue, une ligne par projet et par édition : {place.warehouse / CORE_PROJECTS.name} "
            f"({len(table)} lignes, {table['project_id'].nunique()} projets)",
            markup=False,
        )
        if worst:
            raise typer.Exit(worst)


@app.command()
def check(edition: EditionArgument, home: HomeOption = DEFAULT_HOME) -> None:
    """Lit et contrôle les fichiers reçus pour une édition, sans rien écrire.

    Exemple : panorama check 2021-11
    """
    from pipelines.work.running import validate_edition  # noqa: PLC0415  # Dagster takes seconds to import

    with reporting():
        place = Home(home)
        wanted = place.calendar().find(edition)
        _require_inbox(place, wanted)
        with steps(f"Édition {wanted.key}") as progress:
            outcome = validate_edition(place, wanted, progress)
        if outcome.error:
            _print_warnings(outcome.findings)
            raise outcome.error
        print_findings(outcome.findings, output())
        count = sum(finding.severity == "warning" for finding in outcome.findings)
        output().print(f"Édition {wanted.key} : acceptable, {count} alerte(s).", markup=False)


@app.command("return")
def return_(edition: EditionArgument, home: HomeOption = DEFAULT_HOME) -> None:
    """Rend à chaque ministère son propre fichier, chaque anomalie marquée à sa cellule, avec un récapitulatif.

    Les fichiers reçus sont lus et contrôlés comme par « check » ; rien d'autre n'est écrit que out/<édition>/returned.

    Exemple : panorama return 2021-11
    """
    from pipelines.work.returning import write_returned  # noqa: PLC0415  # openpyxl, for this command
    from pipelines.work.running import validate_edition  # noqa: PLC0415  # Dagster takes seconds to import

    with reporting():
        place = Home(home)
        wanted = place.calendar().find(edition)
        _require_inbox(place, wanted)
        with steps(f"Édition {wanted.key}") as progress:
            outcome = validate_edition(place, wanted, progress)
        if outcome.failure:
            raise outcome.failure
        for path in write_returned(place, wanted, outcome.findings):
            output().print(str(path), markup=False)


@app.command()
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
        place = Home(home)
        wanted = place.calendar().find(edition)
        _print_edition(place, wanted, against or [], day=parse_day(as_of, "--as-of"), as_json=as_json)


@app.command()
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
        place = Home(home)
        found = compare(place, before, after)
        if as_json:
            sys.stdout.write(json.dumps(found.as_dict(), ensure_ascii=False, indent=2, allow_nan=False) + "\n")
        else:
            print_comparison(found, output())


@app.command()
def explain(
    span: Annotated[str, typer.Argument(metavar="FIRST..LAST", help="Éditions de départ et d'arrivée.")],
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Explique l'évolution des écarts moyens entre deux éditions, au point près, projet par projet.

    Projets suivis, entrées, sorties, devenus ou plus comparables, corrections ; puis la moyenne selon le périmètre.

    Exemples : panorama explain 2020-06..2021-11 ; panorama explain 1..5 --json
    """
    from pipelines.told import explanation  # noqa: PLC0415  # Dagster takes seconds to import

    with reporting():
        place = Home(home)
        editions = _span(place, span)
        found = explanation.explain(place, editions[0], editions[-1])
        if as_json:
            sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2, allow_nan=False) + "\n")
        else:
            explanation.print_explanation(found, output())


def _span(place: Home, text: str) -> list[Edition]:
    calendar = place.calendar()
    first, dots, last = text.partition("..")
    if not dots:
        raise ConfigurationError(f"« {text} » : attendu PREMIÈRE..DERNIÈRE, par exemple 2016-11..2021-07.")
    start, end = calendar.find(first), calendar.find(last)
    if end < start:
        raise ConfigurationError(f"« {text} » : {end.key} précède {start.key}.")
    return calendar.between(start, end)


def _require_inbox(place: Home, edition: Edition) -> None:
    folder = place.inbox(edition)
    if not folder.is_dir() and not place.has_submissions(edition):
        raise DataRefusedError(f"Le dossier de réception {folder} n'existe pas : aucune remontée pour {edition.key}.")
    if not place.has_submissions(edition):
        raise DataRefusedError(f"Le dossier de réception {folder} est vide : aucune remontée pour {edition.key}.")


def _print_warnings(findings: Sequence[Finding]) -> None:
    print_findings([finding for finding in findings if finding.severity != "error"], messages())


def _print_edition(
    place: Home, edition: Edition, against: list[str], *, day: dt.date | None = None, as_json: bool = False
) -> None:
    calendar = place.calendar()
    versions = known_versions(place, edition, day)
    store = ParquetStore(place.warehouse) if day is None else as_of(place, day)
    summary = edition_summary(store, calendar, edition, [calendar.find(key) for key in against], versions)
    if as_json:
        sys.stdout.write(json.dumps(summary, ensure_ascii=False, indent=2, allow_nan=False) + "\n")
        return
    console = output()
    print_summary(summary, edition, console)
    page = place.out(edition, "publication") / "index.html"
    if page.is_file() and day is None:
        console.print(f"  page : {page}", markup=False)


def main() -> None:
    """Entry point of the `panorama` command."""
    app()


if __name__ == "__main__":
    main()
