"""Which letter each ministry gets, as a person reads it in a terminal."""

from collections.abc import Sequence

from rich.table import Table

from assets.forms.letters import Letter
from pipelines.told import console
from warehouse.model.french import number
from warehouse.model.vocabulary import LETTER_KINDS, MINISTRIES

HEADERS = ("Ministère", "Message", "Erreurs", "Alertes", "Absents", "Pièces jointes", "Destinataire")


def letters_table(letters: Sequence[Letter]) -> Table:
    """A row for each ministry; the addressee is left to the operator where the home declares none."""
    shown = console.table(HEADERS, title="Messages aux ministères", right=HEADERS[2:6])
    for letter in letters:
        shown.add_row(
            MINISTRIES.label(letter.ministry_id),
            LETTER_KINDS.label(letter.kind),
            *map(number, letter.counts),
            number(len(letter.returned)),
            letter.to or "à compléter",
        )
    return shown
