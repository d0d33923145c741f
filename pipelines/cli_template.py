"""`panorama template`: one workbook per ministry, filled in with what is known, to be corrected and sent back."""

from typing import Annotated

import typer

from pipelines.command import DEFAULT_HOME, EditionArgument, HomeOption, reporting
from pipelines.console import output
from warehouse.editions import Calendar, Edition
from warehouse.errors import ConfigurationError
from warehouse.home import Home
from warehouse.ministries import find_ministries, nearest_ministries
from warehouse.registers import Registers, ministry_labels, read_registers
from warehouse.store import ParquetStore
from warehouse.tables import CORE_PROJECTS

FOLDER = "templates"


def template(
    edition: EditionArgument,
    home: HomeOption = DEFAULT_HOME,
    ministry: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="Un seul ministère, par son sigle ou son libellé, même sans projet."),
    ] = None,
) -> None:
    """Écrit le classeur à remplir de chaque ministère, prérempli d'après la dernière édition et les registres.

    Identifiants et chiffres initiaux y sont verrouillés ; les classeurs sont dans out/<édition>/templates.

    Exemples : panorama template 2022-06 ; panorama template 15 --ministry MJ
    """
    from assets.template import ministry_templates, write_template  # noqa: PLC0415  # only this command writes forms

    with reporting():
        place = Home(home)
        calendar = place.calendar()
        wanted = calendar.find(edition)
        store = ParquetStore(place.warehouse)
        source = _source(store, calendar, wanted)
        # Not while a run writes the projects, then the registers.
        with place.writing():
            registers = read_registers(place.registers)
            only = None if ministry is None else _ministry(ministry, registers)
            projects = store.read(CORE_PROJECTS, source.key)
            forms = ministry_templates(projects, registers, wanted, source, only)
            paths = [place.out(wanted, FOLDER) / f"{form.ministry_id}.xlsx" for form in forms]
            for form, path in zip(forms, paths, strict=True):
                write_template(form, path)
        console = output()
        for form, path in zip(forms, paths, strict=True):
            console.print(f"{path} : {len(form.rows)} projet(s)", markup=False, soft_wrap=True)
        console.print(
            f"Édition {wanted.key} : {len(forms)} classeur(s), préremplis d'après l'édition {source.key}.", markup=False
        )


def _source(store: ParquetStore, calendar: Calendar, edition: Edition) -> Edition:
    """The last edition before this one that was processed.

    Raises:
        ConfigurationError: there is none.
    """
    earlier = [key for key in store.editions(CORE_PROJECTS) if key < edition.key]
    if not earlier:
        raise ConfigurationError(
            f"Aucune édition antérieure à {edition.key} n'a été traitée : rien pour préremplir les classeurs. "
            "« panorama run » en traite une."
        )
    return calendar.find(earlier[-1])


def _ministry(text: str, registers: Registers) -> str:
    """The ministry a person means by a code or a label.

    Raises:
        ConfigurationError: none or several; the message names the nearest.
    """
    found = find_ministries(text, ministry_labels(registers))
    if len(found) == 1:
        return found[0]
    nearest = " ou ".join(f"« {known} »" for known in nearest_ministries(text))
    raise ConfigurationError(f"--ministry : « {text} » n'est pas un ministère connu. Attendu, par exemple : {nearest}.")
