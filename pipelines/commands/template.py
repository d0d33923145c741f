"""`panorama template` and `letters`: what goes to each ministry, a form to fill in, then a message on what it sent."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pipelines.commands.options import (
    DEFAULT_HOME,
    EditionArgument,
    HomeOption,
    day_asked,
    installation,
    ministry_named,
    reporting,
)
from pipelines.told.console import output, steps
from warehouse.archive.closed import read_closings
from warehouse.home.calendar import Calendar, Edition
from warehouse.home.files import replacing_directory
from warehouse.home.registers import read_registers
from warehouse.home.store import ParquetStore
from warehouse.model.errors import ConfigurationError
from warehouse.model.french import counted
from warehouse.projects.closing import Closing, last_final

if TYPE_CHECKING:
    from assets.forms.template import Template

FOLDER = "templates"
Format = Literal["xlsx", "ods"]
FORMATS: tuple[Format, ...] = ("xlsx", "ods")


def template(
    edition: EditionArgument,
    home: HomeOption = DEFAULT_HOME,
    ministry: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="Un seul ministère, par son sigle ou son libellé, même sans projet."),
    ] = None,
    only_format: Annotated[
        Format | None,
        typer.Option("--format", help="Un seul format de fichier ; sans cette option, les deux, de même contenu."),
    ] = None,
) -> None:
    """Écrit le formulaire de chaque ministère, en xlsx et en ods, prérempli de ce qui est connu.

    Il l'est d'après la dernière édition close et les registres ; identifiants et chiffres initiaux y sont verrouillés.
    Les formulaires sont dans out/<édition>/templates, un dossier remplacé en entier quand --ministry n'est pas
    donné : rien n'y reste d'une exécution antérieure.

    Exemples : panorama template 2022-06 ; panorama template 15 --ministry MJ --format ods
    """
    from assets.forms.template import ministry_templates  # noqa: PLC0415  # only this command writes forms

    formats = FORMATS if only_format is None else (only_format,)
    with reporting():
        place = installation(home)
        calendar = place.calendar()
        wanted = calendar.find(edition)
        store = ParquetStore(place.warehouse)
        folder = place.out(wanted, FOLDER)
        # Not while a run writes the projects, then the registers.
        with place.writing(), place.own_temporary_files():
            registers = read_registers(place.registers)
            closings = read_closings(registers, store)
            source = _source(calendar, closings, wanted)
            only = None if ministry is None else ministry_named(ministry, "--ministry", registers)
            forms = ministry_templates(closings[source.key].followed, registers, wanted, source, only)
            if only is None:
                with replacing_directory(folder) as staged:
                    _write_forms(forms, staged, formats)
            else:
                _write_forms(forms, folder, formats)
        console = output()
        for form in forms:
            names = ", ".join(_names(form, formats))
            console.print(f"{folder / names} : {counted(len(form.rows), 'projet')}", soft_wrap=True)
        console.print(
            f"Édition {wanted.key} : {counted(len(forms), 'formulaire prérempli', 'formulaires préremplis')} d'après "
            f"l'édition {source.key}, en {' et '.join(formats)}."
        )


def _names(form: "Template", formats: Sequence[Format]) -> list[str]:
    return [f"{form.ministry_id}.{suffix}" for suffix in formats]


def _write_forms(forms: Sequence["Template"], folder: Path, formats: Sequence[Format]) -> None:
    from assets.forms.template import write_template  # noqa: PLC0415  # only this command writes forms

    for form in forms:
        for name in _names(form, formats):
            write_template(form, folder / name)


def _source(calendar: Calendar, closings: Mapping[str, Closing], edition: Edition) -> Edition:
    """The last final edition before this one: closed, or published in its time.

    Raises:
        ConfigurationError: there is none.
    """
    last = last_final(closings, edition.key)
    if last is not None:
        return calendar.find(last)
    provisional = [key for key in closings if key < edition.key]
    if provisional:
        raise ConfigurationError(
            f"Aucune édition antérieure à {edition.key} n'est close : rien pour préremplir les formulaires. "
            f"« panorama edition close {provisional[-1]} » clôt la dernière."
        )
    raise ConfigurationError(
        f"Aucune édition antérieure à {edition.key} n'a été traitée : rien pour préremplir les formulaires. "
        "« panorama run » en traite une."
    )


def letters(
    edition: EditionArgument,
    home: HomeOption = DEFAULT_HOME,
    on: Annotated[
        str | None, typer.Option(metavar="AAAA-MM-JJ", help="Jour où les messages sont datés ; sinon aujourd'hui.")
    ] = None,
    with_briefs: Annotated[
        bool,
        typer.Option("--briefs", help="Écrit aussi la fiche de chaque ministère en PDF, avec ce qu'il doit corriger."),
    ] = False,
) -> None:
    """Écrit à chaque ministère un message prêt à envoyer : ce qui est reçu, à corriger, absent, et pour quand.

    Rappel avant la date limite à qui n'a rien envoyé, avis de retard après elle, corrections demandées avec le classeur
    rendu joint, remerciement quand tout est bon. Rien n'est envoyé : les messages, en texte et en .eml, sont dans
    out/<édition>/letters, un dossier remplacé en entier ; les adresses, s'il y en a, viennent de [contacts] dans
    panorama.toml. Avec --briefs, les fiches d'une édition traitée sont dans out/<édition>/briefs, remplacé de même ;
    chacune est pour son seul ministère.

    Exemples : panorama letters 2026-06 ; panorama letters 14 --on 2021-11-20 ; panorama letters 14 --briefs
    """
    from pipelines.told.semester.letters import letters_table  # noqa: PLC0415  # for this command
    from pipelines.work import writing  # noqa: PLC0415  # Great Expectations takes seconds to import

    with reporting():
        place = installation(home)
        wanted = place.calendar().find(edition)
        day = day_asked(on)
        with steps(f"Édition {wanted.key}") as progress:
            progress("lecture et contrôle des fichiers reçus")
            heard = writing.hear(place, wanted, day)
            written = writing.write_letters(place, wanted, heard)
            if with_briefs:
                progress("fiches des ministères")
                writing.write_briefs(place, wanted, heard)
        console = output()
        console.print(letters_table(written))
        console.print(f"  messages : {place.out(wanted, writing.LETTERS)}", soft_wrap=True)
        if with_briefs:
            console.print(f"  fiches : {place.out(wanted, writing.BRIEFS)}", soft_wrap=True)
