"""Turn the text of one cell into a date, in every form met; it never guesses."""

import datetime as dt
import math
import re
import unicodedata
from typing import NoReturn

from assets.reading.values.absences import says_nothing
from assets.reading.values.parsing import UnreadableValueError, has_note, spaced

# An Excel day number between 1 January 1980 and 31 December 2079 (1900 date system).
EXCEL_EPOCH = dt.date(1899, 12, 30)
EXCEL_DAYS = range(29221, 65746)
# Below this a two-digit year is of this century; no project of the panorama starts before 1980.
CENTURY_PIVOT = 80
MONTHS = 12
# Beyond, a year is mistyped, and no duration could be counted from it.
LAST_YEAR = 2200
# From this hour on in universal time, the day has changed in Paris.
_LAST_HOUR_OF_THE_DAY = 22
_MONTHS = ("janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre", "novembre",
           "decembre")  # fmt: skip
# What is cut short is the beginning of a name, long enough to be of one month only, or one of these.
_SHORTEST_MONTH = 3
_OTHER_MONTHS = {"fevr": 2, "sept": 9}
_TIME = r"(?:(?:[t ]| a )\d{1,2}(?:[:h]\d{0,2}){1,2}(?:[.,]\d+)?(?P<zone>z| ?[+-]\d{2}:?\d{2})?)?"
_ISO = re.compile(rf"(\d{{4}})-(\d{{1,2}})(?:-(\d{{1,2}}){_TIME})?")
_DAY_FIRST = re.compile(rf"(?:(\d{{1,2}})[/.-])?(\d{{1,2}})[/.-](\d{{4}}|\d{{2}}){_TIME}")
_NAMED_MONTH = re.compile(r"(?:(\d{1,2})(?:er)? )?([a-z]+)\.?[ -]+(\d{4}|\d{2})")
_HOUR = re.compile(r"(?:[t ]| a )(\d{1,2})[:h]")


def parse_date(text: str, *, is_number: bool = False, day_first: bool = True) -> dt.date | None:
    """Read a date; the first of the month when only the month is given, the day alone when an hour follows it.

    Forms: `2013-07-01`, `01/07/2011`, `07/2011`, `juillet 2013`, `octobre 14`, `oct.-14`, `1er juillet 2013`,
    `2013-07-01T10:30`, and the day number of a spreadsheet when the cell holds a number.

    Args:
        text: what the cell says.
        is_number: whether the cell holds a number.
        day_first: the convention of the layout for `03/04/2011`; without it such a date is refused.
    """
    if says_nothing(text, is_figure=True):
        return None
    if is_number:
        return _excel_date(text)
    if has_note(text):
        raise _no_date("une date sans appel de note, par exemple 01/07/2021 ou juillet 2021")
    if not day_first and is_ambiguous_date(text):
        raise _no_date("une date dont l'ordre du jour et du mois est certain, par exemple 2021-07-01")
    plain = _plain(text)
    try:
        if found := _ISO.fullmatch(plain):
            _refuse_other_day(found)
            return dt.date(_year(found[1]), int(found[2]), int(found[3] or 1))
        if found := _DAY_FIRST.fullmatch(plain):
            _refuse_other_day(found)
            return dt.date(_year(found[3]), int(found[2]), int(found[1] or 1))
        if found := _NAMED_MONTH.fullmatch(plain):
            return dt.date(_year(found[3]), _month(found[2]), int(found[1] or 1))
    except UnreadableValueError:
        raise
    except ValueError as error:
        raise _no_date("une date qui existe, le jour avant le mois, par exemple 01/07/2021 ou juillet 2021") from error
    raise _no_date("une date, par exemple 01/07/2021 ou juillet 2021")


def is_ambiguous_date(text: str) -> bool:
    """Whether another order of the day and the month would give another date: `03/04/2021`, not `13/04/2021`."""
    found = _DAY_FIRST.fullmatch(_plain(text))
    if found is None or found[1] is None:
        return False  # « 07/2021 » has no day
    one, other = int(found[1]), int(found[2])
    return one != other and min(one, other) > 0 and max(one, other) <= MONTHS and found[3] != "0000"


def _excel_date(text: str) -> dt.date:
    number = float(text)
    if not math.isfinite(number) or int(number) not in EXCEL_DAYS:
        raise _no_date("une date, par exemple 01/07/2021 ou juillet 2021")
    return EXCEL_EPOCH + dt.timedelta(days=int(number))


def _refuse_other_day(found: re.Match[str]) -> None:
    """Refuse an hour of another time zone at which it is another day in Paris, as « 2019-07-31T22:00:00Z »."""
    hour = _HOUR.search(found[0])
    if found["zone"] and hour is not None and int(hour[1]) >= _LAST_HOUR_OF_THE_DAY:
        raise _no_date("une date sans heure, par exemple 01/07/2021")


def _no_date(expected: str) -> UnreadableValueError:
    return UnreadableValueError(expected, "date_is_readable")


def _year(text: str) -> int:
    year = int(text)
    if len(text) > 2:
        return year if year <= LAST_YEAR else _refuse_year()
    return year + (2000 if year < CENTURY_PIVOT else 1900)


def _refuse_year() -> NoReturn:
    raise _no_date(f"une date jusqu'en {LAST_YEAR}, par exemple 01/07/2021 ou juillet 2021")


def _month(word: str) -> int:
    """The month that a word names, whole or cut short; « décalé » and « maintenu » name none."""
    if word in _OTHER_MONTHS:
        return _OTHER_MONTHS[word]
    found = [rank for rank, name in enumerate(_MONTHS, start=1) if name.startswith(word)]
    if len(word) < _SHORTEST_MONTH or len(found) != 1:
        raise ValueError(word)
    return found[0]


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", spaced(text)).casefold()
    return " ".join("".join(char for char in folded if not unicodedata.combining(char)).split())
