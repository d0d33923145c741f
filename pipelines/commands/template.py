"""`panorama template`: the form of each ministry, filled in with what is known, to be corrected and sent back."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pipelines.commands.options import (
    DEFAULT_HOME,
    EditionArgument,
    HomeOption,
    installation,
    ministry_named,
    reporting,
)
from pipelines.told.console import output
from warehouse.archive.closed import read_closings
from warehouse.home.calendar import Calendar, Edition
from warehouse.home.files import replacing_directory
from warehouse.home.registers import read_registers
from warehouse.home.store import ParquetStore
from warehouse.model.errors import ConfigurationError
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
            console.print(f"{folder / names} : {len(form.rows)} projet(s)", soft_wrap=True)
        console.print(
            f"Édition {wanted.key} : {len(forms)} formulaire(s), préremplis d'après l'édition {source.key}, "
            f"en {' et '.join(formats)}."
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
