"""Numbers, dates and typography as a French reader expects them.

Nothing here knows what a figure means; unknown values become « n. c. » and never zero.
"""

import datetime as dt
import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

import pandas as pd

from warehouse.model.terms import match_key

NARROW = "\u202f"  # narrow no-break space: thousands, and before ; ! ? %
NBSP = "\u00a0"
MINUS = "\u2212"
UNKNOWN = f"n.{NBSP}c."

# In French, January first.
MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
_SHORT_MONTHS = (
    "janv.",
    "févr.",
    "mars",
    "avril",
    "mai",
    "juin",
    "juil.",
    "août",
    "sept.",
    "oct.",
    "nov.",
    "déc.",
)


def rounded(value: float, decimals: int = 0) -> Decimal:
    """Round half away from zero, as a reader would by hand; the noise of binary fractions is removed first."""
    step = Decimal(1).scaleb(-decimals)
    return Decimal(repr(round(float(value), 9))).quantize(step, ROUND_HALF_UP)


def number(value: float | None, decimals: int = 0, *, signed: bool = False) -> str:
    """A number with a decimal comma and thousands apart: « 1 234,5 », « −23,1 »; « n. c. » when unknown."""
    if value is None or pd.isna(value):
        return UNKNOWN
    exact = rounded(value, decimals)
    digits = f"{abs(exact):,.{decimals}f}".replace(",", NARROW).replace(".", ",")
    if exact < 0:
        return MINUS + digits
    return f"+{digits}" if signed and exact > 0 else digits


def exact(value: float) -> str:
    """A number with every decimal it has: « 1234,567 »."""
    return f"{Decimal(repr(float(value))).normalize():f}".replace("-", MINUS).replace(".", ",")


def percent(ratio: float | None, decimals: int = 1, *, signed: bool = False) -> str:
    """A ratio as a percentage: 0.135 is « 13,5 % »."""
    if ratio is None or pd.isna(ratio):
        return UNKNOWN
    return f"{number(ratio * 100, decimals, signed=signed)}{NARROW}%"


def short_percent(ratio: float) -> str:
    """A ratio as a percentage, with a decimal only where there is one: « 15 % », « 12,5 % »."""
    return percent(ratio, 0 if rounded(ratio * 100, 1) == rounded(ratio * 100) else 1)


def points(difference: float | None, *, signed: bool = True) -> str:
    """A difference of ratios in percentage points: −0.231 is « −23,1 points »."""
    if difference is None or pd.isna(difference):
        return UNKNOWN
    value = difference * 100
    return f"{number(value, 1, signed=signed)}{NBSP}{plural(float(abs(rounded(value, 1))), 'point')}"


def billions(meur: float | None) -> str:
    """An amount given in million euros, told in billions: 2620 is « 2,62 Md€ »."""
    return _with_unit(number(None if meur is None or pd.isna(meur) else meur / 1000, 2), "Md€")


def _with_unit(text: str, unit: str) -> str:
    return text if text == UNKNOWN else f"{text}{NBSP}{unit}"


def plural(count: float, singular: str, plural_form: str | None = None) -> str:
    """The form of a word that goes with a count; French plurals start at two."""
    return singular if abs(count) < 2 else plural_form or f"{singular}s"


def counted(count: int, singular: str, plural_form: str | None = None) -> str:
    """A count and its word: « 1 projet », « 46 projets »."""
    return f"{number(count)}{NBSP}{plural(count, singular, plural_form)}"


def ordinal(rank: int, *, feminine: bool = True) -> str:
    """A rank: « 1re », « 14e »."""
    if rank == 1:
        return "1re" if feminine else "1er"
    return f"{rank}e"


def month(date: dt.date | None) -> str:
    """A month and its year: « novembre 2021 »; « n. c. » when unknown."""
    return UNKNOWN if date is None or pd.isna(date) else f"{MONTHS[date.month - 1]}{NBSP}{date.year}"


def short_month(rank: int) -> str:
    """The month of that rank (1 to 12) in the short form of an axis: « janv. », « juin »."""
    return _SHORT_MONTHS[rank - 1]


def day(date: dt.date) -> str:
    """A full date: « 1er décembre 2021 »."""
    number_of_day = "1er" if date.day == 1 else str(date.day)
    return f"{number_of_day}{NBSP}{MONTHS[date.month - 1]}{NBSP}{date.year}"


def short_day(date: dt.date | str) -> str:
    """A full date in figures: « 01/12/2021 »; a text is one in the ISO form."""
    return f"{dt.date.fromisoformat(date) if isinstance(date, str) else date:%d/%m/%Y}"


def as_shown(text: str, kind: str) -> str:
    """What a cell that holds a number or a date shows, rather than how it is kept: « 2,35 », « 01/08/2021 ».

    Args:
        text: as the cells of what was received are kept.
        kind: what the cell holds; a text stays as its sender wrote it.
    """
    if kind == "number":
        return text.replace(".", ",")
    if kind == "date":
        day, apart, time = text.partition("T")
        return f"{short_day(day)}{apart and ' '}{time}"
    return text


def deadline(date: dt.date) -> str:
    """By when: « à fin 2022 », « au 30 juin 2025 »."""
    if (date.month, date.day) == (12, 31):
        return f"à fin{NBSP}{date.year}"
    return f"au {day(date)}"


def of_month(label: str) -> str:
    """« de juin 2020 », « d'avril 2021 »: a month after the preposition."""
    return f"d’{label}" if label[:1] in "ao" else f"de {label}"


def capitalised(text: str) -> str:
    """The same text with its first letter in capitals, the rest untouched."""
    return text[:1].upper() + text[1:]


def listed(items: list[str]) -> str:
    """An enumeration: « a, b et c »."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} et {items[-1]}"


# What no reader sees but what moves, hides or runs something: controls, bidirectional marks, zero-width characters,
# fillers and tags; tabs and the ends of lines are none of them. A private character may be drawn, as a tick is.
INVISIBLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e"
    r"\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
# A lone carriage return writes over the line that a terminal shows.
_UNSHOWN = re.compile(rf"{INVISIBLE.pattern}|\r(?!\n)")


def shown_name(name: str) -> str:
    """The name of a file or of a folder, as `shown`, tabs and ends of lines being named too."""
    return re.sub(r"[\t\n\r]", _name_of, shown(name))


def shown(text: str) -> str:
    """A text whose invisible characters are named where they stand: « U+202E », a byte that is no text « octet E9 ».

    For a terminal and for messages: what comes from a file, a folder or a register could otherwise move the cursor,
    turn a line around, or hide in it.
    """
    return _UNSHOWN.sub(_name_of, text)


def _name_of(match: re.Match[str]) -> str:
    code = ord(match[0])
    # What Python makes of a byte of a file name that is not in UTF-8.
    return f"«{NBSP}octet {code - 0xDC00:02X}{NBSP}»" if 0xDC80 <= code <= 0xDCFF else f"«{NBSP}U+{code:04X}{NBSP}»"


def visible(text: str) -> str:
    """A submitted text on one line, composed, without the characters that only disturb what is around."""
    return re.sub(r"[ \t\r\n]+", " ", INVISIBLE.sub("", unicodedata.normalize("NFC", text))).strip()


# By type too: a text that is markup already stays so.
@lru_cache(maxsize=2**12, typed=True)
def typeset(text: str) -> str:
    """Put the no-break spaces and the typographic apostrophes of French in a sentence of ours.

    Not for project names, which are shown as they were transmitted.
    """
    text = re.sub(r"(?<=\w)'(?=\w)", "’", text)
    text = re.sub(r"[ \u00a0]+([;!?%])", rf"{NARROW}\1", text)
    text = re.sub(r"(?<=\d) +(?=(?:M|Md)?€)", NBSP, text)
    text = re.sub(r" +(:)(?=\s|$)", rf"{NBSP}\1", text)
    return re.sub(r"«[ \u00a0]*(.*?)[ \u00a0]*»", rf"«{NBSP}\1{NBSP}»", text)


def day_of(text: str) -> dt.date:
    """A day, as we write it or as French spreadsheets do: « 2020-11-10 », « 10/11/2020 ».

    Raises:
        ValueError: neither.
    """
    day = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text)
    return dt.date(int(day[3]), int(day[2]), int(day[1])) if day else dt.date.fromisoformat(text)


def month_of(text: str) -> str:
    """A month « 2020-11 », also where a French spreadsheet took it for a date: « nov-20 », « 01/11/2020 ».

    Any other text is given back.
    """
    if named := re.fullmatch(r"([^\W\d]+)\.?[ -](20\d\d|\d\d)", text):
        start = match_key(named[1])
        ranks = [rank for rank, month in enumerate(MONTHS, 1) if match_key(month).startswith(start)]
        return f"20{named[2][-2:]}-{ranks[0]:02}" if len(ranks) == 1 and start else text
    if first := re.fullmatch(r"0?1/(\d{1,2})/(\d{4})", text):
        return f"{first[2]}-{int(first[1]):02}"
    return text
