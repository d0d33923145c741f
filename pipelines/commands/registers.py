"""`panorama registers`: what the ledgers of a home hold, and whether every line can be read."""

import typer

from pipelines.commands.options import DEFAULT_HOME, HomeOption, installation, reporting
from pipelines.told.console import output
from warehouse.home.register_tables import REGISTERS
from warehouse.home.registers import register, together
from warehouse.home.rule_changes import rule_changes
from warehouse.model import french
from warehouse.projects.opinions import cause_reviews

app = typer.Typer(
    help="Les registres : fichiers qu'une personne lit, complète et relit.", no_args_is_help=True, add_completion=False
)


@app.callback()
def registers() -> None:
    """Les registres : fichiers qu'une personne lit, complète et relit."""


@app.command()
def check(home: HomeOption = DEFAULT_HOME) -> None:
    """Relit tous les registres ; chaque ligne mal formée est nommée, avec sa valeur et ce qui est attendu.

    Un registre enregistré par un tableur est lu tel quel : points-virgules, Windows-1252, dates « 10/11/2020 ».

    Les règles modifiées sont confrontées au catalogue : code inconnu, règle fixe, périodes qui se chevauchent. Les
    constats sur les causes nommées par les avis le sont à ces causes.

    Exemple : panorama registers check --home /srv/panorama
    """
    with reporting():
        place = installation(home)
        console = output()
        read = together(
            {
                "editions": place.calendar,
                **{name: register(place.registers, name).read for name in REGISTERS},
                "changes of rules": lambda: rule_changes(register(place.registers, "rule_changes").read()),
            }
        )
        cause_reviews(read["cause_reviews"], read["opinion_causes"])
        console.print(f"editions.csv : {french.counted(len(read['editions']), 'édition')} au calendrier")
        for name, table in REGISTERS.items():
            console.print(f"{name}.csv : {french.counted(len(read[name]), 'ligne')} – {table.title}")
