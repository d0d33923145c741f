"""Turn the text of one cell into a value: French numbers, dates in every form met, codes of the closed lists.

A parser returns None for a cell that says there is no value, and raises `UnreadableValueError` with the rule and what
was expected for one it cannot read. It never guesses.
"""

import datetime as dt
import math
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from rapidfuzz import fuzz, process
from rapidfuzz.utils import default_process

from warehouse.model.terms import Vocabulary, match_key

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
MONTHS = 12
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
# What a spreadsheet shows in place of a value, or a formula that none computed; « #N/A » and its kin say more simply
# that there is none.
_FORMULA_ERROR = re.compile(
    r"#(REF|DIV/0|VALUE|VALEUR|NAME|NOM|NUM|NOMBRE|NULL|NUL|SPILL|CALC|N/?A)[!?]?( =.*)?", re.IGNORECASE | re.DOTALL
)
_NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}( \d{3})+)([.,]\d+)?([eE][+-]?\d{1,3})?")
_GROUPED = re.compile(r"[+-]?\d{1,3}([.,'’]\d{3})+([.,]\d+)?")
_THREE_DECIMALS = re.compile(r"[+-]?\d{1,3}[.,]\d{3}")
# A unit of money behind a number, and its size in M€. A bare « millions » is of euros: no cost is in anything else.
_UNITS_MEUR = (
    (r"M€|MEUR|Meuros?|millions?(?: (?:€|EUR|d['’]euros))?", Decimal(1)),
    (r"Md€|MdEUR|milliards?(?: (?:€|EUR|d['’]euros))?", Decimal(1000)),
    (r"k€|kEUR|keuros?|milliers (?:€|EUR|d['’]euros)", Decimal("0.001")),
    (r"€|EUR|euros?", Decimal("0.000001")),
)
_MONEY = re.compile(
    rf"(?P<number>.*?\d)\s*(?P<unit>{'|'.join(names for names, _ in _UNITS_MEUR)})?\s*(?P<tax>TTC|HT)?",
    re.IGNORECASE,
)
_YEARS = re.compile(r"(?P<number>.*?\d)\s*(?:ans?|années?)", re.IGNORECASE)
# Below this likeness, out of 100, the nearest term of a list would be no help.
LIKENESS = 60
_ISO = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?")
_DAY_FIRST = re.compile(r"(?:(\d{1,2})[/.-])?(\d{1,2})[/.-](\d{4}|\d{2})")
_NAMED_MONTH = re.compile(r"(?:(\d{1,2})(?:er)? )?([a-z]+)\.?[ -]+(\d{4}|\d{2})")
_LINK = re.compile(r'<a\s[^>]*href\s*=\s*"([^"]*)"[^>]*>(.*?)</a>', re.IGNORECASE | re.DOTALL)
_PROGRAMME = re.compile(r"(?<![\dA-Za-z])P?\s?(\d{3})(?!\d)")


class UnreadableValueError(ValueError):
    """A cell that its field cannot hold: the text is what was expected, in French; `rule` the rule it breaks."""

    def __init__(self, expected: str, rule: str) -> None:
        """Say what was expected and by which rule."""
        super().__init__(expected)
        self.rule = rule


@dataclass(frozen=True)
class Cost:
    """An amount in M€, and the unit it was written in where that is not M€."""

    meur: float
    unit: str | None = None


def says_formula_error(text: str) -> bool:
    """Whether a cell shows that its formula failed, `#REF!`."""
    return _FORMULA_ERROR.fullmatch(text.strip()) is not None


def parse_number(text: str) -> float | None:
    """Read a number written with a point or a comma and spaces between thousands."""
    if _says_no_value(text):
        return None
    return _finite(_decimal(_one_line(text)))


def parse_years(text: str) -> float | None:
    """Read a number of years, `3` or `3,5 ans`."""
    found = _YEARS.fullmatch(_one_line(text))
    return parse_number(found["number"] if found else text)


def parse_cost(text: str) -> Cost | None:
    """Read a cost in M€ TTC; one whose cell declares another unit, `1 500 k€`, is converted exactly."""
    if _says_no_value(text):
        return None
    found = _MONEY.fullmatch(_one_line(text))
    if found is None:
        raise _no_number("un nombre de M€ TTC, par exemple 1 234,5")
    number, unit, tax = found["number"], found["unit"], found["tax"] or ""
    if tax.upper() == "HT":
        raise _no_number("un montant TTC : un montant HT ne se convertit pas sans le taux de TVA de chaque dépense")
    size = _size_meur(unit) if unit else Decimal(1)
    if size < 1 and _THREE_DECIMALS.fullmatch(number):
        raise _no_number("un nombre dont les milliers sont séparés par des espaces, par exemple 1 500 k€")
    return Cost(_finite(_decimal(number) * size), unit if size != 1 else None)


def _size_meur(unit: str) -> Decimal:
    return next(size for names, size in _UNITS_MEUR if re.fullmatch(names, unit, re.IGNORECASE))


def _finite(number: Decimal) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise _no_number("un nombre, par exemple 1 234,5")
    return value


def _says_no_value(text: str) -> bool:
    return match_key(text) in NO_VALUE and not any(char.isdigit() for char in text)


def _one_line(text: str) -> str:
    return " ".join(_spaces(text).replace("\u2212", "-").split())


def _decimal(plain: str) -> Decimal:
    if not _NUMBER.fullmatch(plain):
        if _GROUPED.fullmatch(plain):
            raise _no_number("un nombre dont les milliers sont séparés par des espaces, par exemple 1 234,5")
        raise _no_number("un nombre, par exemple 1 234,5")
    return Decimal(plain.replace(" ", "").replace(",", "."))


def _no_number(expected: str) -> UnreadableValueError:
    return UnreadableValueError(expected, "number_is_readable")


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
            raise UnreadableValueError("« Oui » ou « Non »", "answer_is_yes_or_no")


def parse_date(text: str, *, is_number: bool = False, day_first: bool = True) -> dt.date | None:
    """Read a date; the first of the month when only the month is given.

    Forms: `2013-07-01`, `01/07/2011`, `07/2011`, `juillet 2013`, `octobre 14`, `oct.-14`, `1er juillet 2013`, and the
    day number of a spreadsheet when the cell holds a number.

    Args:
        text: what the cell says.
        is_number: whether the cell holds a number.
        day_first: the convention of the layout for `03/04/2011`; without it such a date is refused.
    """
    if _says_no_value(text):
        return None
    if is_number:
        return _excel_date(text)
    if not day_first and is_ambiguous_date(text):
        raise _no_date("une date dont l'ordre du jour et du mois est certain, par exemple 2021-07-01")
    plain = _plain(text)
    try:
        if found := _ISO.fullmatch(plain):
            return dt.date(int(found[1]), int(found[2]), int(found[3] or 1))
        if found := _DAY_FIRST.fullmatch(plain):
            return dt.date(_year(found[3]), int(found[2]), int(found[1] or 1))
        if found := _NAMED_MONTH.fullmatch(plain):
            return dt.date(_year(found[3]), _month(found[2]), int(found[1] or 1))
    except ValueError as error:
        raise _no_date("une date qui existe, le jour avant le mois, par exemple 01/07/2021 ou juillet 2021") from error
    raise _no_date("une date, par exemple 01/07/2021 ou juillet 2021")


def is_ambiguous_date(text: str) -> bool:
    """Whether another order of the day and the month would give another date: `03/04/2021`, not `13/04/2021`."""
    found = _DAY_FIRST.fullmatch(_plain(text))
    if found is None or found[1] is None:
        return False  # « 07/2021 » has no day
    one, other = int(found[1]), int(found[2])
    return one != other and min(one, other) > 0 and max(one, other) <= MONTHS and _year(found[3]) > 0


def _excel_date(text: str) -> dt.date:
    number = float(text)
    if not math.isfinite(number) or int(number) not in EXCEL_DAYS:
        raise _no_date("une date, par exemple 01/07/2021 ou juillet 2021")
    return EXCEL_EPOCH + dt.timedelta(days=int(number))


def _no_date(expected: str) -> UnreadableValueError:
    return UnreadableValueError(expected, "date_is_readable")


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
        allowed = "l'une des valeurs " + ", ".join(f"« {label} »" for label in vocabulary.labels())
        nearest = nearest_label(text, vocabulary)
        hint = f" ; le plus proche : « {nearest} »" if nearest else ""
        raise UnreadableValueError(allowed + hint, "term_is_in_list")
    return code


def nearest_label(text: str, vocabulary: Vocabulary) -> str | None:
    """The label of the term whose label or alias looks most like a text; None when nothing looks like it."""
    spellings = {
        (term.code, spelling): spelling for term in vocabulary.terms for spelling in (term.label, *term.aliases)
    }
    best = process.extractOne(text, spellings, scorer=fuzz.WRatio, processor=default_process, score_cutoff=LIKENESS)
    return None if best is None else vocabulary.label(best[2][0])


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
