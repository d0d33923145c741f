"""`panorama edition`: the calendar of a home; opening an edition needs no commit."""

import datetime as dt
from typing import Annotated

import typer

from pipelines.commands.options import DEFAULT_HOME, HomeOption, parse_day, reporting
from pipelines.told.console import output, table
from warehouse.archive.freshness import stale_editions
from warehouse.archive.tables import OUT_KEY_FIGURES
from warehouse.home import calendar as calendar_register
from warehouse.home.calendar import Edition, parse_key
from warehouse.home.files import write_text
from warehouse.home.home import Home
from warehouse.home.state import read_state
from warehouse.home.store import ParquetStore
from warehouse.model.errors import ConfigurationError

app = typer.Typer(
    help="Le calendrier des éditions.", no_args_is_help=True, add_completion=False, rich_markup_mode="rich"
)


@app.command("list")
def edition_list(home: HomeOption = DEFAULT_HOME) -> None:
    """Liste les éditions : mois, numéro, publication, date limite, fichiers reçus, état.

    Exemple : panorama edition list --home /srv/panorama
    """
    with reporting():
        place = Home(home)
        store = ParquetStore(place.warehouse)
        listed = table(("N°", "Édition", "Publiée le", "Date limite", "Fichiers reçus", "État"), wraps=False)
        stale = set(stale_editions(read_state(place)))
        for known in place.calendar():
            state = "périmée" if known.key in stale else "calculée"
            listed.add_row(
                str(known.ordinal),
                known.key,
                str(known.published_on or "–"),
                str(known.cutoff_on or "–"),
                str(len(place.received(known))),
                state if store.has(OUT_KEY_FIGURES, known.key) else "–",
            )
        output().print(listed)


@app.command("open")
def edition_open(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Mois de référence, « 2026-06 ».")],
    home: HomeOption = DEFAULT_HOME,
    cutoff: Annotated[
        str | None, typer.Option(metavar="AAAA-MM-JJ", help="Dernier jour où les remontées sont attendues.")
    ] = None,
    published: Annotated[str | None, typer.Option(metavar="AAAA-MM-JJ", help="Date de publication.")] = None,
) -> None:
    """Ouvre une édition dans le calendrier du dossier, ou en change les dates ; aucun commit n'est nécessaire.

    Exemple : panorama edition open 2026-06 --cutoff 2026-07-15
    """
    with reporting():
        place = Home(home)
        place.create()
        with place.writing():
            opened, message = _opened(
                place, parse_key(key), parse_day(cutoff, "--cutoff"), parse_day(published, "--published")
            )
            others = [
                known for known in calendar_register.read_register(place.editions_register) if known.key != opened.key
            ]
            if message:
                write_text(place.editions_register, calendar_register.render_register([*others, opened]))
        place.inbox(opened).mkdir(parents=True, exist_ok=True)
        output().print(message or f"L'édition {opened.key} (n° {opened.ordinal}) est déjà ouverte.")
        output().print(f"Fichiers attendus dans {place.inbox(opened)}")


def _opened(place: Home, key: str, cutoff: dt.date | None, published: dt.date | None) -> tuple[Edition, str | None]:
    """The edition as it is to be registered, and what to say; no message when nothing changes."""
    calendar = place.calendar()
    if key in calendar.keys():  # noqa: SIM118  # a Calendar is a sequence of editions
        known = calendar.find(key)
        changed = Edition(key, known.ordinal, published or known.published_on, cutoff or known.cutoff_on)
        return changed, None if changed == known else f"Les dates de l'édition {key} sont enregistrées."
    latest = calendar.latest()
    if key < latest.key:
        raise ConfigurationError(
            f"L'édition {key} précède la dernière du calendrier, {latest.key} (n° {latest.ordinal}) : les numéros "
            "ne se suivraient plus."
        )
    opened = Edition(key, latest.ordinal + 1, published, cutoff)
    return opened, f"L'édition {key} est ouverte, sous le n° {opened.ordinal}."
