"""Turn the text of one cell into a value: French numbers, costs, answers, codes of the closed lists.

A parser returns None for a cell that says there is no value, and raises `UnreadableValueError` with the rule and what
was expected for one it cannot read. It never guesses. Dates are read in `assets.reading.values.dates`.
"""

import math
import re
from dataclasses import dataclass
from decimal import Decimal

from rapidfuzz import fuzz, process
from rapidfuzz.utils import default_process

from assets.reading.values.absences import says_nothing
from warehouse.model.terms import Vocabulary, match_key

# What a spreadsheet shows in place of a value, or a formula that none computed; « #N/A » and its kin say more simply
# that there is none.
_FORMULA_ERROR = re.compile(
    r"#(REF|DIV/0|VALUE|VALEUR|NAME|NOM|NUM|NOMBRE|NULL|NUL|SPILL|CALC|N/?A)[!?]?( =.*)?|Err:\d{3}",
    re.IGNORECASE | re.DOTALL,
)
_NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}( \d{3})+)([.,]\d+)?([eE][+-]?\d{1,3})?")
_GROUPED = re.compile(r"[+-]?\d{1,3}([.,'’]\d{3})+([.,]\d+)?")
_THREE_DECIMALS = re.compile(r"[+-]?\d{1,3}[.,]\d{3}")
# Two figures on two lines, or on both sides of a tab, are two figures.
_APART = re.compile(r"\d\s*[^\S \u00a0\u202f\u2007\u2009]\s*\d")
# How a call to a note is written once it is told from the figure before it.
_NOTE = re.compile(r"(?<=\S)[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
# A unit of money behind a number, and its size in M€. A bare « millions » is of euros: no cost is in anything else.
_UNITS_MEUR = (
    (r"M€|MEUR|Meuros?|millions?(?: (?:€|EUR|d['’]euros))?", Decimal(1)),
    (r"Md€|MdEUR|milliards?(?: (?:€|EUR|d['’]euros))?", Decimal(1000)),
    (r"k€|kEUR|keuros?|milliers (?:€|EUR|d['’]euros)", Decimal("0.001")),
    (r"€|EUR|euros?", Decimal("0.000001")),
)
UNIT_NAMES = "|".join(names for names, _ in _UNITS_MEUR)
_MONEY = re.compile(rf"(?P<number>.*?\d)\s*(?P<unit>{UNIT_NAMES})?\s*(?P<tax>TTC|HT)?", re.IGNORECASE)
_YEARS = re.compile(r"(?P<number>.*?\d)\s*(?:ans?|années?)", re.IGNORECASE)
_MONTHS = re.compile(r"(?P<number>.*?\d)\s*mois", re.IGNORECASE)
# Below this likeness, out of 100, the nearest term of a list would be no help.
LIKENESS = 60
_LINK = re.compile(r'<a\s[^>]*href\s*=\s*"([^"]*)"[^>]*>(.*?)</a>', re.IGNORECASE | re.DOTALL)
_PROGRAMME = re.compile(r"(?<![\dA-Za-z])P?\s?(\d{3})(?!\d)")
# « 150,310 » typed in a French spreadsheet is a number, 150.31: the zero, and with it a programme, is lost.
_BROKEN_PROGRAMMES = re.compile(r"(?<![\dA-Za-z])\d{3}[.,]\d{1,2}(?!\d)|(?<![\dA-Za-z])\d{4,}(?:[.,]\d+)?(?!\d)")
# A tick is a yes; a cross, a square or a dot may be either.
_TICKS = frozenset("✓✔☑🗸🗹√")
_YES = frozenset(("oui", "o", "true", "vrai", "x", "1", "yes", "y"))
_NO = frozenset(("non", "n", "false", "faux", "0", "no"))
# What chooses between two drawings of the same symbol.
_DRAWING = re.compile(r"[\ufe0e\ufe0f]")


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


def has_note(text: str) -> bool:
    """Whether a call to a note follows a word or a figure: `24²`."""
    return _NOTE.search(text) is not None


def without_notes(text: str) -> str:
    """A text without its calls to notes."""
    return _NOTE.sub("", text)


def parse_number(text: str) -> float | None:
    """Read a number written with a point or a comma and spaces between thousands."""
    if says_nothing(text, is_figure=True):
        return None
    return _finite(_decimal(_one_line(text)))


def parse_years(text: str) -> float | None:
    """Read a number of years, `3`, `3,5 ans` or `42 mois`."""
    if found := _MONTHS.fullmatch(_one_line(text)):
        months = parse_number(found["number"])
        return None if months is None else months / 12
    found = _YEARS.fullmatch(_one_line(text))
    return parse_number(found["number"] if found else text)


def parse_cost(text: str) -> Cost | None:
    """Read a cost in M€ TTC; one whose cell declares another unit, `1 500 k€`, is converted exactly."""
    if says_nothing(text, is_figure=True):
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


def _one_line(text: str) -> str:
    if _APART.search(text):
        raise _no_number("un seul nombre, sur une seule ligne, par exemple 1 234,5")
    if note := _NOTE.search(text):
        raise _no_number(f"un nombre sans appel de note (« {note[0]} » est en exposant), par exemple 1 234,5")
    return " ".join(spaced(text).replace("\u2212", "-").split())


def _decimal(plain: str) -> Decimal:
    if not _NUMBER.fullmatch(plain):
        if _GROUPED.fullmatch(plain):
            raise _no_number("un nombre dont les milliers sont séparés par des espaces, par exemple 1 234,5")
        raise _no_number("un nombre, par exemple 1 234,5")
    return Decimal(plain.replace(" ", "").replace(",", "."))


def _no_number(expected: str) -> UnreadableValueError:
    return UnreadableValueError(expected, "number_is_readable")


def parse_boolean(text: str) -> bool | None:
    """Read « Oui » or « Non », a letter or a tick for them; None for an empty cell only.

    What is no answer is refused, a marker of absence too: whoever asks decides what silence is worth.
    """
    if not text.strip():
        return None
    key, symbol = match_key(text), _DRAWING.sub("", text).strip()
    # « ✗ » and « ? » have no letter: a key says nothing of them.
    is_plain = not re.search(r"[^\w\s.,;:!'’()-]", symbol)
    if symbol in _TICKS or (is_plain and key in _YES):
        return True
    if is_plain and key in _NO:
        return False
    raise UnreadableValueError("« Oui » ou « Non »", "answer_is_yes_or_no")


def parse_code(text: str, vocabulary: Vocabulary) -> str | None:
    """Read a label, alias or code of a closed list."""
    code = None if has_note(text) else vocabulary.find(text)
    if code is None:
        if says_nothing(text):
            return None
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
    lines = (" ".join(spaced(line).split()) for line in text.splitlines())
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
    """The codes of the budget programmes named in a text, `P129;P302`, in the order they come.

    Raises:
        UnreadableValueError: a number that a spreadsheet may have made of two codes.
    """
    if _BROKEN_PROGRAMMES.fullmatch(text.strip()):
        raise UnreadableValueError(
            "des codes de programme écrits P150 ; P310 : « 150,310 » devient un nombre, 150,31, et un code s'y perd",
            "programmes_are_whole_codes",
        )
    codes = dict.fromkeys(f"P{number}" for number in _PROGRAMME.findall(text))
    return ";".join(codes) or None


def spaced(text: str) -> str:
    """A text whose no-break, thin and figure spaces are spaces."""
    return re.sub(r"[\u00a0\u202f\u2007\u2009]", " ", text)
