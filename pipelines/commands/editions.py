"""`panorama edition`: the calendar of a home; opening an edition needs no commit."""

import datetime as dt
import itertools
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.options import (
    DEFAULT_HOME,
    ByOption,
    EditionArgument,
    HomeOption,
    installation,
    ministry_named,
    parse_day,
    reporting,
    who,
)
from pipelines.told.console import output, table
from pipelines.work.closing import Act, close_edition
from warehouse.archive.closed import read_closings
from warehouse.archive.freshness import stale_editions
from warehouse.archive.tables import OUT_KEY_FIGURES
from warehouse.home import calendar as calendar_register
from warehouse.home.calendar import Calendar, Edition, parse_key
from warehouse.home.files import write_text
from warehouse.home.home import Home
from warehouse.home.state import read_state
from warehouse.home.store import ParquetStore
from warehouse.model.errors import ConfigurationError
from warehouse.model.french import counted
from warehouse.projects.closing import Closing
from warehouse.projects.closing_wording import closing_said

app = typer.Typer(help="Le calendrier des éditions.", no_args_is_help=True, add_completion=False)


@app.command("list")
def edition_list(home: HomeOption = DEFAULT_HOME) -> None:
    """Liste les éditions : mois, numéro, publication, date limite, fichiers reçus, état.

    Exemple : panorama edition list --home /srv/panorama
    """
    with reporting():
        place = installation(home)
        store = ParquetStore(place.warehouse)
        listed = table(("N°", "Édition", "Publiée le", "Date limite", "Fichiers reçus", "État"), wraps=False)
        state = read_state(place)
        stale, closings = set(stale_editions(state)), read_closings(state.registers, store)
        for known in state.calendar:
            listed.add_row(
                str(known.ordinal),
                known.key,
                str(known.published_on or "–"),
                str(known.cutoff_on or "–"),
                str(len(place.received(known))),
                _state_of(known, closings, stale) if store.has(OUT_KEY_FIGURES, known.key) else "–",
            )
        output().print(listed)


def _state_of(edition: Edition, closings: Mapping[str, Closing], stale: Collection[str]) -> str:
    """What an edition that was computed is: « périmée, provisoire », « calculée, close »."""
    standing = [closing_said(closings[edition.key]).label] if edition.key in closings else []
    return ", ".join(["périmée" if edition.key in stale else "calculée", *standing])


@app.command("close")
def edition_close(
    edition: EditionArgument,
    home: HomeOption = DEFAULT_HOME,
    without: Annotated[
        list[str] | None,
        typer.Option("--without", metavar="MINISTÈRE", help="Un ministère qui n'a rien transmis ; peut se répéter."),
    ] = None,
    why: Annotated[
        list[str] | None,
        typer.Option(
            "--why",
            help="Pourquoi il est absent, en une phrase, qui est publiée ; une par --without, ou une pour tous.",
        ),
    ] = None,
    by: ByOption = None,
) -> None:
    """Clôt une édition : chaque absence y est reconnue par son nom, ce que dira la publication.

    Une édition qui n'est pas close est provisoire : elle le dit partout, et n'est ni approuvée ni publiée. S'il reste
    des absences, elles sont nommées, avec la commande qui règle chacune ; celles que --without reconnaît sont gardées.

    Exemples : panorama edition close 2022-06 ; panorama edition close 2022-06 --without MJ --why "Fichier égaré"
    """
    with reporting():
        place = installation(home)
        wanted = place.calendar().find(edition)
        with place.writing():
            state = read_state(place)
            absent = [ministry_named(text, "--without", state.registers) for text in without or ()]
            reasons = [reason.strip() for reason in why or () if reason.strip()]
            today = dt.datetime.now(dt.UTC).date()
            act = Act(_reasons(absent, reasons), who(by), today, None if absent else next(iter(reasons), None))
            said = close_edition(state, wanted, act)
        for line in said:
            output().print(line)


def _reasons(ministries: Sequence[str], why: Sequence[str]) -> dict[str, str]:
    """Why each ministry is absent.

    Raises:
        ConfigurationError: not as many reasons as ministries, nor one for all.
    """
    if len(why) not in (1, len(ministries)) and ministries:
        raise ConfigurationError(
            f"--why : {counted(len(why), 'raison')} pour {counted(len(ministries), 'ministère')} ; attendu : une "
            "par --without, dans le même ordre, ou une seule pour tous."
        )
    return dict(zip(ministries, why if len(why) > 1 else itertools.repeat(*why), strict=False)) if ministries else {}


@app.command("open")
def edition_open(
    key: Annotated[
        str, typer.Argument(metavar="EDITION", help="Mois de référence « 2026-06 », ou numéro d'une édition connue.")
    ],
    home: HomeOption = DEFAULT_HOME,
    cutoff: Annotated[
        str | None, typer.Option(metavar="AAAA-MM-JJ", help="Dernier jour où les remontées sont attendues.")
    ] = None,
    published: Annotated[str | None, typer.Option(metavar="AAAA-MM-JJ", help="Date de publication.")] = None,
) -> None:
    """Ouvre une édition dans le calendrier du dossier, ou en change les dates ; aucun commit n'est nécessaire.

    Une nouvelle édition suit la dernière du calendrier et en prend le numéro suivant ; celles d'avant y sont déjà :
    « panorama edition list » les donne. Une édition historique se remplit par ses fichiers, dans inbox/ :
    « panorama edition open 2018-03 » en fait le dossier.

    Exemples : panorama edition open 2026-06 --cutoff 2026-07-15 ; panorama edition open 14 --published 2021-12-15
    """
    with reporting():
        place = installation(home)
        place.create()
        with place.writing():
            wanted = _wanted(place.calendar(), key)
            opened, message = _opened(place, wanted, parse_day(cutoff, "--cutoff"), parse_day(published, "--published"))
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
        raise ConfigurationError(_no_number_left(calendar, key, place.editions_register))
    opened = Edition(key, latest.ordinal + 1, published, cutoff)
    return opened, f"L'édition {key} est ouverte, sous le n° {opened.ordinal}."


def _wanted(calendar: Calendar, text: str) -> str:
    """The key that a person means by a month, or by the number of an edition of the calendar."""
    if not text.strip().isdigit():
        return parse_key(text)
    numbered = {str(known.ordinal): known.key for known in calendar}
    if text.strip() in numbered:
        return numbered[text.strip()]
    latest = calendar.latest()
    raise ConfigurationError(
        f"Le n° {text.strip()} n'est pas au calendrier, qui va jusqu'à {latest.key} (n° {latest.ordinal}). Donner son "
        f"mois de référence, par exemple « panorama edition open 2026-06 » : elle prendra le n° {latest.ordinal + 1}."
    )


def _no_number_left(calendar: Calendar, key: str, register: Path) -> str:
    """Why an edition cannot be opened before the last one, and what to do instead."""
    before = [known for known in calendar if known.key < key]
    after = next(known for known in calendar if known.key > key)
    where = f"avant la première édition, {after.key} (n° {after.ordinal})"
    if before:
        where = f"entre {before[-1].key} (n° {before[-1].ordinal}) et {after.key} (n° {after.ordinal})"
    return (
        f"L'édition {key} serait {where} : aucun numéro n'y est libre. Si c'est l'une d'elles, donner son mois comme "
        f"au calendrier : « panorama edition open {after.key} » (« panorama edition list » les donne toutes). Si elle "
        f"y manque vraiment, l'ajouter dans {register}, avec les éditions suivantes renumérotées, une ligne chacune : "
        f"« {key},{after.ordinal},, », « {after.key},{after.ordinal + 1},, »…"
    )
