"""What the format of a cell shows beside its number: a unit, a currency, a percent, thousands left out.

A number under `0 "k€"` is to its sender « 450 k€ »; a reader that takes the number alone reads 450 M€.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

# Below this a number shown in euros under a header in M€ can be neither: no large project costs 0.1 M€.
LEAST_EUROS = 100_000
_TOKENS = re.compile(
    r"""
    "(?P<quoted>[^"]*)"            # "k€"
    | \\(?P<escaped>.)             # \€
    | \[\$(?P<currency>[^\]-]*)[^\]]*\]   # [$€-40C]
    | \[[^\]]*\]                   # a colour, a condition
    | [_*].                        # room for a character, a fill
    | e[+-]                        # a power of ten
    | (?P<general>general|standard)
    | (?P<digits>[0#?](?:[0#?.,/\ ]*[0#?])?)(?P<thousands>,*)
    | (?P<other>.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_DATE = re.compile(r"[dmyhs]", re.IGNORECASE)
_SAYS_SOMETHING = re.compile(r"[^\W\d_]|[%‰$€£¥₣₩₽₿]")
_MEUR = re.compile(r"\s*M\s*(?:€|EUR|euros?)\s*(?:TTC)?\s*", re.IGNORECASE)
_EUROS = re.compile(r"\s*(?:€|EUR|euros?)\s*(?:TTC)?\s*", re.IGNORECASE)


@dataclass(frozen=True)
class NumberFormat:
    """What stands before and after the digits, and how many times the number its digits are."""

    before: str
    after: str
    scale: Decimal

    def shown(self, number: float) -> str:
        """The number as its sender sees it, with every digit it has: `450 k€`, `21,4 %`, `$ 21,4`."""
        exact = Decimal(repr(number)) * self.scale
        digits = f"{exact.normalize():f}"
        # Three decimals would pass for thousands.
        if re.fullmatch(r"-?\d+\.\d{3}", digits):
            digits += "0"
        shown = digits.replace(".", ",")
        return " ".join(part for part in (self.before.strip(), shown, self.after.strip()) if part)

    def is_of_euros(self) -> bool:
        """Whether the number is shown in euros, and not in thousands or millions of them."""
        return self.scale == 1 and _EUROS.fullmatch(self.before + self.after) is not None


@cache
def number_format(code: str) -> NumberFormat | None:
    """Read the code of a format, as workbooks write it; None for one that shows the number and nothing else.

    A unit that says M€ is nothing else, since it is that of the column.
    """
    before = after = ""
    scale, has_digits = Decimal(1), False
    for token in _TOKENS.finditer(_first_section(code)):
        literal = next((token[name] for name in ("quoted", "escaped", "currency") if token[name]), "")
        other = token["other"] or ""
        if _DATE.fullmatch(other):
            return None
        if other == "%":
            scale *= 100
        if token["digits"] or token["general"]:
            has_digits = True
            scale /= 1000 ** len(token["thousands"] or "")
        elif has_digits:
            after += literal + other
        else:
            before += literal + other
    text = before + after
    if not has_digits or (scale == 1 and (not _SAYS_SOMETHING.search(text) or _MEUR.fullmatch(text))):
        return None
    return NumberFormat(before, after, scale)


def _first_section(code: str) -> str:
    """The part for positive numbers; the others say the same unit."""
    return re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', code, maxsplit=1)[0]
