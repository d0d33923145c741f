"""`panorama init` and `panorama status`: a home to begin with, and where it stands."""

import os
import shlex
from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.options import DEFAULT_HOME, HomeOption, JsonOption, day_asked, installation, reporting
from pipelines.told.console import output, write_json
from warehouse.home.home import Home


def init(home: HomeOption = DEFAULT_HOME) -> None:
    """Crée une installation vide : ses dossiers, et ses registres avec leurs seuls en-têtes.

    Rien n'est changé d'une installation qui existe déjà ; ce qui lui manque est complété.

    Exemple : panorama init --home /srv/panorama
    """
    with reporting():
        place = Home(home)
        was_there = place.exists()
        place.require_free()
        place.create()
        said = "existe déjà" if was_there else "est créée"
        output().print(f"L'installation {place.root.absolute()} {said}.")
        output().print("Pour ouvrir une édition : panorama edition open AAAA-MM --cutoff AAAA-MM-JJ")


def status(
    edition: Annotated[
        str | None,
        typer.Argument(
            metavar="EDITION", help="Édition : son mois « 2021-11 » ou son numéro « 14 » ; sinon celle de la collecte."
        ),
    ] = None,
    home: HomeOption = DEFAULT_HOME,
    on: Annotated[
        str | None, typer.Option(metavar="AAAA-MM-JJ", help="Jour depuis lequel les délais se comptent ; aujourd'hui.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Dit où en est une édition, du calendrier à la publication, et la commande qui règle chaque point.

    Rien n'est écrit ni recalculé : ce que les dernières commandes ont relevé est lu. « panorama » seul fait de même.

    Exemples : panorama status ; panorama status 14 --json ; panorama status 14 --on 2021-11-20
    """
    from pipelines.told.semester.standing import as_data, current_edition, print_standing, read_facts  # noqa: PLC0415  # the tables, for this command

    with reporting():
        place = installation(home)
        calendar = place.calendar()
        wanted = calendar.find(edition) if edition else current_edition(place, calendar)
        facts = read_facts(place, wanted, day_asked(on))
        if as_json:
            write_json(as_data(facts))
        else:
            is_named = home not in (DEFAULT_HOME, Path(os.environ.get("PANORAMA_HOME") or DEFAULT_HOME))
            print_standing(facts, output(), f" --home {shlex.quote(str(home))}" if is_named else "")


def home_at_hand() -> Path | None:
    """The home that a command without `--home` is about, None when there is none."""
    if named := os.environ.get("PANORAMA_HOME"):
        return Path(named) if Home(Path(named)).exists() else None
    return DEFAULT_HOME if Home(DEFAULT_HOME).exists() or Home(Path()).exists() else None
