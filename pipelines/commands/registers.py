"""`panorama registers`: what the ledgers of a home hold, and whether every line can be read."""

import typer

from pipelines.commands.options import DEFAULT_HOME, HomeOption, reporting
from pipelines.told.console import output
from warehouse.home.home import Home
from warehouse.home.register_tables import REGISTERS
from warehouse.home.registers import register
from warehouse.home.rule_changes import rule_changes

app = typer.Typer(
    help="Les registres : fichiers qu'une personne lit, complète et relit.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
)


@app.callback()
def registers() -> None:
    """Les registres : fichiers qu'une personne lit, complète et relit."""


@app.command()
def check(home: HomeOption = DEFAULT_HOME) -> None:
    """Relit chaque registre ; une ligne mal formée est nommée, avec sa valeur et ce qui est attendu.

    Les règles modifiées sont confrontées au catalogue : code inconnu, règle fixe, périodes qui se chevauchent.

    Exemple : panorama registers check --home /srv/panorama
    """
    with reporting():
        place = Home(home)
        place.create()
        console = output()
        console.print(f"editions.csv : {len(place.calendar())} éditions au calendrier")
        for name, table in REGISTERS.items():
            lines = register(place.registers, name).read()
            console.print(f"{name}.csv : {len(lines)} lignes – {table.title}")
            if name == "rule_changes":
                rule_changes(lines)
