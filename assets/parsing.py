"""Turn the text of one cell into a value: French numbers, dates in every form met, codes of the closed lists.

A parser returns None for a cell that says there is no value, and raises `UnreadableValueError` with what was
expected for one it cannot read. It never guesses.
"""

import datetime as dt
import re
import unicodedata

from warehouse.terms import Vocabulary, match_key

# Met in the published editions in place of a figure.
NO_VALUE = frozenset(
    map(
        match_key,
        ("NA", "N/A", "#N/A", "NC", "n. c.", "ND", "NR", "En cadrage", "Non connu", "Non renseigné"),
    )
) | {""}
# An Excel day number between 1 January 1980 and 31 December 2079 (1900 date system).
EXCEL_EPOCH = dt.date(1899, 12, 30)
EXCEL_DAYS = range(29221, 65746)
# Below this a two-digit year is of this century; no project of the panorama starts before 1980.
CENTURY_PIVOT = 80
SENTENCE_WORDS = 4
_WITHHELD_STEMS = (
    "nonpubli",
    "appeldoffre",
    "appelsdoffre",
    "confidentiel",
    "noncommuniqu",
    "nesontpas",
    "nepeuvent",
)
_MONTH_STEMS = (
    ("janv", 1),
    ("fev", 2),
    ("mars", 3),
    ("avr", 4),
    ("mai", 5),
    ("juin", 6),
    ("juil", 7),
    ("aou", 8),
    ("sept", 9),
    ("oct", 10),
    ("nov", 11),
    ("dec", 12),
)
_NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}( \d{3})+)([.,]\d+)?([eE][+-]?\d+)?")
_ISO = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?")
_DAY_FIRST = re.compile(r"(?:(\d{1,2})[/.-])?(\d{1,2})[/.-](\d{4}|\d{2})")
_NAMED_MONTH = re.compile(r"(?:(\d{1,2})(?:er)? )?([a-z]+)\.?[ -]+(\d{4}|\d{2})")
_LINK = re.compile(r'<a\s[^>]*href\s*=\s*"([^"]*)"[^>]*>(.*?)</a>', re.IGNORECASE | re.DOTALL)
_PROGRAMME = re.compile(r"(?<![\dA-Za-z])P?\s?(\d{3})(?!\d)")


class UnreadableValueError(ValueError):
    """A cell that its field cannot hold; the text is what was expected, in French."""


def parse_number(text: str) -> float | None:
    """Read a number written with a point or a comma, spaces between thousands, and perhaps `M€` behind."""
    if match_key(text) in NO_VALUE and not any(char.isdigit() for char in text):
        return None
    plain = " ".join(_spaces(text).split())
    plain = re.sub(r"\s*(M€|MEUR|ans?|années?)\s*(TTC)?$", "", plain, flags=re.IGNORECASE)
    if not _NUMBER.fullmatch(plain):
        raise UnreadableValueError("un nombre")
    return float(plain.replace(" ", "").replace(",", "."))


def parse_boolean(text: str) -> bool | None:
    """Read « Oui » or « Non »."""
    match match_key(text):
        case "oui" | "o" | "true" | "vrai" | "x" | "1":
            return True
        case "non" | "n" | "false" | "faux" | "0":
            return False
        case "":
            return None
        case _:
            raise UnreadableValueError("« Oui » ou « Non »")


def parse_date(text: str, *, is_number: bool = False) -> dt.date | None:
    """Read a date; the first of the month when only the month is given.

    Forms: `2013-07-01`, `01/07/2011` (day first), `07/2011`, `juillet 2013`, `octobre 14`, `oct.-14`,
    `1er juillet 2013`, and the day number of a spreadsheet when the cell holds a number.
    """
    if match_key(text) in NO_VALUE and not any(char.isdigit() for char in text):
        return None
    if is_number:
        return _excel_date(text)
    plain = _plain(text)
    try:
        if found := _ISO.fullmatch(plain):
            return dt.date(int(found[1]), int(found[2]), int(found[3] or 1))
        if found := _DAY_FIRST.fullmatch(plain):
            return dt.date(_year(found[3]), int(found[2]), int(found[1] or 1))
        if found := _NAMED_MONTH.fullmatch(plain):
            return dt.date(_year(found[3]), _month(found[2]), int(found[1] or 1))
    except ValueError as error:
        raise UnreadableValueError("une date qui existe, par exemple 01/07/2021 ou juillet 2021") from error
    raise UnreadableValueError("une date, par exemple 01/07/2021 ou juillet 2021")


def _excel_date(text: str) -> dt.date:
    number = float(text)
    if int(number) not in EXCEL_DAYS:
        raise UnreadableValueError("une date, par exemple 01/07/2021 ou juillet 2021")
    return EXCEL_EPOCH + dt.timedelta(days=int(number))


def _year(text: str) -> int:
    year = int(text)
    if len(text) > 2:
        return year
    return year + (2000 if year < CENTURY_PIVOT else 1900)


def _month(word: str) -> int:
    for stem, number in _MONTH_STEMS:
        if word.startswith(stem):
            return number
    raise ValueError(word)


def parse_code(text: str, vocabulary: Vocabulary) -> str | None:
    """Read a label, alias or code of a closed list."""
    if not text.strip():
        return None
    code = vocabulary.find(text)
    if code is None:
        raise UnreadableValueError("l'une des valeurs " + ", ".join(f"« {label} »" for label in vocabulary.labels()))
    return code


def parse_text(text: str) -> str | None:
    """Tidy a text: no-break and repeated spaces and empty lines, nothing else."""
    lines = (" ".join(_spaces(line).split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line) or None


def split_link(text: str) -> tuple[str, str | None]:
    """Take the first HTML link out of a text: what a reader sees, and the address.

    The published pages put « en savoir plus » between brackets behind a description; that goes too.
    """
    found = _LINK.search(text)
    if found is None:
        return text, None
    seen = "" if match_key(found[2]) == "ensavoirplus" else found[2]
    plain = _LINK.sub(lambda link: link[2], text[found.end() :])
    return re.sub(r"\(\s*\)", "", text[: found.start()] + seen + plain).strip(), found[1].strip() or None


def parse_programmes(text: str) -> str | None:
    """The codes of the budget programmes named in a text, `P129;P302`, in the order they come."""
    codes = dict.fromkeys(f"P{number}" for number in _PROGRAMME.findall(text))
    return ";".join(codes) or None


def says_withheld(text: str) -> bool:
    """Whether a cell says in words that its figures are not published.

    True for the words met in published editions, and for any whole sentence where a figure or a phase
    should stand.
    """
    key = match_key(text)
    words = re.findall(r"[^\W\d_]{2,}", text)
    return any(stem in key for stem in _WITHHELD_STEMS) or len(words) > SENTENCE_WORDS


def withheld_reason(text: str) -> str:
    """The code of the reason that such a sentence gives."""
    key = match_key(text)
    if "appeldoffre" in key or "appelsdoffre" in key:
        return "open_tender"
    if any(stem in key for stem in ("trajectoire", "revision", "replanification")):
        return "trajectory_review"
    return "unspecified"


def _spaces(text: str) -> str:
    return re.sub(r"[\u00a0\u202f\u2007\u2009]", " ", text)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", _spaces(text)).casefold()
    return " ".join("".join(char for char in folded if not unicodedata.combining(char)).split())
