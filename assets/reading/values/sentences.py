"""What a sentence in the place of a figure says: that the figure is not published, or the figure itself and a remark.

Published editions have both; a figure that stands first in a sentence, in its unit, is read and told, anything less
certain is not.
"""

import re
from collections.abc import Callable
from typing import TypeVar

from assets.reading.values.parsing import (
    UNIT_NAMES,
    Cost,
    UnreadableValueError,
    has_note,
    parse_cost,
    parse_years,
    spaced,
    without_notes,
)
from warehouse.model.terms import Vocabulary, match_key

Value = TypeVar("Value")
_WITHHELD_STEMS = (
    "nonpubli",
    "paspubli",
    "nonrendupubli",
    "appeldoffre",
    "appelsdoffre",
    "confidentiel",
    "noncommuniqu",
    "pascommuniqu",
    "nondiffus",
    "pasdiffus",
    "nondivulgu",
    "pasdivulgu",
    "nesontpas",
    "nepeuvent",
    "nepeutetre",
    "volontairementpas",
    "consultationencours",
    "marcheencours",
    "procedureencours",
    "secretdeladefense",
    "secretdesaffaires",
    "classifi",
    "trajectoireencours",
)
_ABOUT = r"(?:environ|env\.?|≈|~|de l['’]ordre de)?\s*"
_NUMBER = r"\d[\d ]*(?:[.,]\d+)?"
_AMOUNT = re.compile(
    rf"{_ABOUT}(?P<figure>{_NUMBER}\s*(?:{UNIT_NAMES})(?:\s*TTC)?)(?![^\W\d_])(?P<rest>.*)", re.IGNORECASE | re.DOTALL
)
_YEARS = re.compile(
    rf"{_ABOUT}(?P<figure>{_NUMBER}\s*(?:ans?|années?|mois))(?![^\W\d_])(?P<rest>.*)", re.IGNORECASE | re.DOTALL
)
# A figure, then nothing but a call to a note.
_NOTED = re.compile(rf"(?P<figure>{_NUMBER})\s*(?:\*+|\(\d\)|\[\d\]|\(\*+\))(?P<rest>)", re.DOTALL)
# What makes the first figure one among others, or another thing than the cost: a second number, an interval, a sum, HT.
_YEAR = r"\b(?:19|20)\d{2}\b"
_LETTERED = r"\b(?:[A-Za-z]{1,3}|titres?\s)\d{1,3}\b"
_GOES_ON = re.compile(
    r"\s*(?:à|a|-|–|—|ou|et|\+|/|x|×|\*)\s*\d|\s*HT\b|\s*(?:à|ou|et)\s+(?:plus|moins)\b", re.IGNORECASE
)
_PHASE_END = re.compile(r"\s*(?:[(\[,;:/\n]|\s[-–—]\s).*", re.DOTALL)


def says_withheld(text: str) -> bool:
    """Whether a cell says in words that its figures are not published, as met in published editions."""
    key = match_key(text)
    return any(stem in key for stem in _WITHHELD_STEMS)


def withheld_reason(text: str) -> str:
    """The code of the reason that such a sentence gives."""
    key = match_key(text)
    if "appeldoffre" in key or "appelsdoffre" in key:
        return "open_tender"
    if any(stem in key for stem in ("trajectoire", "revision", "replanification")):
        return "trajectory_review"
    return "unspecified"


def cost_in_sentence(text: str) -> Cost | None:
    """The amount that a remark or a call to a note follows, `12,5 M€ hors personnel`; None without certainty."""
    figure = _first_figure(text, _AMOUNT)
    cost = None if figure is None else _read(parse_cost, figure)
    # The sentence is told whole, its unit with it.
    return None if cost is None else Cost(cost.meur)


def years_in_sentence(text: str) -> float | None:
    """The same of a number of years or months."""
    figure = _first_figure(text, _YEARS)
    return None if figure is None else _read(parse_years, figure)


def code_in_sentence(text: str, vocabulary: Vocabulary) -> str | None:
    """The term that a remark follows, `Terminé (2019)`, where the remark names no other; None without certainty."""
    head = without_notes(_PHASE_END.sub("", spaced(text), count=1))
    code = vocabulary.find(head) if head.strip() else None
    if code is None:
        return None
    rest = match_key(text)[len(match_key(head)) :]
    others = (match_key(term.label) for term in vocabulary.terms if term.code != code)
    return None if any(other in rest for other in others) else code


def _first_figure(text: str, pattern: re.Pattern[str]) -> str | None:
    plain = spaced(without_notes(text)).strip()
    found = pattern.fullmatch(plain) or _NOTED.fullmatch(plain)
    if found is None:
        # All that was wrong was a call to a note.
        return plain if has_note(text) else None
    rest = re.sub(rf"{_YEAR}|{_LETTERED}", "", found["rest"])
    return None if _GOES_ON.match(found["rest"]) or re.search(r"\d", rest) else found["figure"]


def _read(parser: Callable[[str], Value | None], figure: str) -> Value | None:
    try:
        return parser(figure)
    except UnreadableValueError:
        return None
