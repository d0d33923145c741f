"""`panorama demo`, `run`, `backfill`, `check` and `return`: what an edition is put through."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.options import (
    DEFAULT_HOME,
    ByOption,
    EditionArgument,
    HomeOption,
    edition_span,
    installation,
    parse_day,
    reporting,
    who,
)
from pipelines.commands.showing import print_edition
from pipelines.told.console import messages, output, print_findings, print_verdicts, steps
from pipelines.told.headline import BackfillRow, backfill_table
from pipelines.told.summary import edition_summary
from warehouse.archive.closed import read_closings
from warehouse.archive.tables import CORE_PROJECTS
from warehouse.archive.versions import UNSAID, Change, versions_of
from warehouse.facts.reference import published_figures
from warehouse.home.calendar import Edition
from warehouse.home.home import Home
from warehouse.home.state import read_state
from warehouse.home.store import RunStore
from warehouse.model.errors import DataRefusedError
from warehouse.model.findings import Finding, total
from warehouse.model.french import counted
from warehouse.model.repetition import folded

REFERENCE_EDITION = "2020-06"


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
        place.require_free()
        place.create()
        write_cutoffs(place)
        calendar = place.calendar()

        def process(key: str, change: Change = UNSAID) -> None:
            receive(place, calendar.find(key))
            with steps(f"Édition {key}") as progress:
                outcome = run_edition(place, calendar.find(key), progress=progress, change=change)
            if outcome.error:
                raise outcome.error

        with steps("Démonstration") as progress:
            progress("remontées et registres fictifs")
            write_demonstration(place.root / "inbox")
            corrected.write_registers(place)
        correction = Change(corrected.CORRECTED_ON, corrected.CORRECTED_BY, corrected.CORRECTED_WHY)
        for key in DEMONSTRATION_EDITIONS:
            if key == corrected.CORRECTED_EDITION and versions_of(read_state(place), key).empty:
                corrected.write_first_submission(place.root / "inbox")
                process(key)
                corrected.write_corrected_submission(place.root / "inbox")
            process(key, correction if key == corrected.CORRECTED_EDITION else UNSAID)
        print_edition(place, calendar.find(DEMONSTRATION_EDITIONS[-1]), [REFERENCE_EDITION])


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
    only: Annotated[
        bool,
        typer.Option("--only", help="Ne pas refaire les autres éditions dont les chiffres changent : dites périmées."),
    ] = False,
) -> None:
    """Traite une édition de bout en bout : lecture, contrôles, écarts, jeu de données, PDF et site.

    Les autres éditions dont les chiffres changent de ce fait sont refaites. Des chiffres qui diffèrent de ceux de la
    dernière version en font une nouvelle ; l'ancienne est gardée.

    Exemples : panorama run 2021-11 ; panorama run 13 --by "Ministère de la Justice" --why "Coût de PORTALIS corrigé"
    """
    from pipelines.work.running import run_edition  # noqa: PLC0415  # Dagster takes seconds to import

    with reporting():
        place, wanted = _received(home, edition)
        day = parse_day(known_on, "--known-on")
        change = Change(day, who(by) if by or why else None, why)
        with steps(f"Édition {wanted.key}") as progress:
            outcome = run_edition(place, wanted, progress=progress, change=change, only=only)
        if outcome.error:
            _print_warnings(outcome.findings)
            raise outcome.error
        print_findings(outcome.findings, messages())
        print_edition(place, wanted, [])
        if outcome.remade:
            output().print(f"  éditions refaites avec celle-ci : {', '.join(outcome.remade)}")


def backfill(
    span: Annotated[str, typer.Argument(metavar="PREMIÈRE..DERNIÈRE", help="Première et dernière éditions.")],
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Traite plusieurs éditions dans l'ordre du calendrier ; une édition refusée n'arrête pas les autres.

    Une édition sans fichier reçu est passée. Exemple : panorama backfill 2016-11..2021-07
    """
    from pipelines.work.running import run_editions  # noqa: PLC0415  # Dagster takes seconds to import

    with reporting():
        place = installation(home)
        wanted = edition_span(place, span)
        if not any(place.has_submissions(edition) for edition in wanted):
            raise DataRefusedError(f"Aucun fichier reçu dans {place.root / 'inbox'} pour les éditions {span}.")
        with steps(f"Éditions {span}") as progress:
            received = [edition for edition in wanted if place.has_submissions(edition)]
            outcomes = {outcome.edition: outcome for outcome in run_editions(place, received, progress=progress)}
        store, calendar = RunStore(place.warehouse), place.calendar()
        closings = read_closings(read_state(place).registers, store)
        rows: list[BackfillRow] = []
        notes: list[tuple[Edition, Finding]] = []
        for edition in wanted:
            outcome = outcomes.get(edition)
            state, summary = "aucun fichier reçu", None
            if outcome is not None and outcome.error:
                messages().print(f"{edition.key} : {outcome.error}", style="bold red")
                state = "refusée" if outcome.exit_status == 1 else "échec"
            elif outcome is not None:
                closing = closings[edition.key]
                state = "faite" if closing.is_final else "faite, provisoire"
                summary = edition_summary(store, calendar, edition, closing=closing)
            rows.append((edition, state, summary, published_figures().get(edition.key)))
            notes += [(edition, finding) for finding in folded(outcome.findings if outcome else ())]
        worst = max(outcome.exit_status for outcome in outcomes.values())
        console = output()
        for edition, finding in notes:
            console.print(f"{edition.key} : {finding}")
        console.print(backfill_table(rows))
        table = store.history(CORE_PROJECTS, wanted[-1].key)
        console.print(
            f"Table longue, une ligne par projet et par édition : {place.warehouse / CORE_PROJECTS.name} "
            f"({counted(len(table), 'ligne')}, {counted(table['project_id'].nunique(), 'projet')})"
        )
        if worst:
            raise typer.Exit(worst)


def check(edition: EditionArgument, home: HomeOption = DEFAULT_HOME) -> None:
    """Lit et contrôle les fichiers reçus pour une édition, sans rien écrire.

    Exemple : panorama check 2021-11
    """
    from assets.collection.state import findings_by_ministry  # noqa: PLC0415  # for this command
    from pipelines.work.validation import validate  # noqa: PLC0415  # Great Expectations takes seconds to import

    with reporting():
        place, wanted = _received(home, edition)
        with steps(f"Édition {wanted.key}") as progress:
            progress("lecture et contrôle des fichiers reçus")
            found = validate(read_state(place), wanted)
        own = findings_by_ministry(found.receipt.received, found.found.own)
        others = [*found.found.between, *found.found.shared]
        print_verdicts(own, others, messages() if found.refusal else output())
        if found.refusal:
            # Each of its findings was said under its ministry.
            raise DataRefusedError(str(found.refusal))
        count = total(finding for finding in found.findings if finding.severity == "warning")
        output().print(f"Édition {wanted.key} : acceptable, {counted(count, 'alerte')}.")


def return_(edition: EditionArgument, home: HomeOption = DEFAULT_HOME) -> None:
    """Rend à chaque ministère son propre fichier, chaque anomalie marquée à sa cellule, avec un récapitulatif.

    Les fichiers reçus sont lus et contrôlés comme par « check » ; rien d'autre n'est écrit que out/<édition>/returned.

    Exemple : panorama return 2021-11
    """
    from assets.forms.returning import write_returned  # noqa: PLC0415  # openpyxl, for this command
    from pipelines.work.validation import NOT_FOR_MINISTRIES, validate  # noqa: PLC0415

    with reporting():
        place, wanted = _received(home, edition)
        with steps(f"Édition {wanted.key}") as progress:
            progress("lecture et contrôle des fichiers reçus")
            found = validate(read_state(place), wanted)
            progress("classeurs rendus")
            paths = write_returned(place, wanted, found.receipt, found.findings, NOT_FOR_MINISTRIES)
        for path in paths:
            output().print(str(path))


def _received(home: Path, text: str) -> tuple[Home, Edition]:
    """The home and the edition that a verb is asked for, the edition having received something."""
    place = installation(home)
    edition = place.calendar().find(text)
    folder = place.inbox(edition)
    if not folder.is_dir() and not place.has_submissions(edition):
        raise DataRefusedError(f"Le dossier de réception {folder} n'existe pas : aucune remontée pour {edition.key}.")
    if not place.has_submissions(edition):
        raise DataRefusedError(f"Le dossier de réception {folder} est vide : aucune remontée pour {edition.key}.")
    return place, edition


def _print_warnings(findings: Sequence[Finding]) -> None:
    print_findings([finding for finding in findings if finding.severity != "error"], messages())
