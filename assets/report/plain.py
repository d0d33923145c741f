"""What pages say, as plain data for Typst: no markup, no object, and no character that our fonts cannot show."""

import html
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from markupsafe import Markup

_REPLACEMENT = "□"

# All that the fonts in assets/page/templates/fonts do not hold.
_UNPRINTABLE = re.compile(
    r"[^\n\t\u0020-\u007e\u00a0-\u0148\u014a-\u01c3\u01c5-\u024f\u02bb-\u02dd\u0300-\u0308\u030a\u030c\u0327"
    r"\u0370-\u0377\u037a-\u037f\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u03e1\u03f0-\u045f\u1e00-\u1eff"
    r"\u2000-\u200a\u2010-\u2015\u2018-\u201e\u2020-\u2022\u2026\u202f\u2030\u2032\u2033\u2039\u203a\u2044"
    r"\u20ac\u2113\u2116\u2122\u2190-\u2193\u2196-\u2199\u2211\u2212\u221a\u221e\u2248\u2260\u2264\u2265"
    r"\u25a0\u25a1\u25b2\u25bc\u25c6\u25cb\u25cf\u2713]"
)
_TAG = re.compile(r"<[^>]*>")


def plain(value: Any) -> Any:
    """The same data as texts, numbers, lists and dictionaries; what has an element of a page gives its text."""
    if isinstance(value, str):
        found: Any = printable(text_of(value) if isinstance(value, Markup) else value)
    elif value is None or isinstance(value, bool | int | float):
        found = value
    elif isinstance(value, Mapping):
        found = {str(key): plain(one) for key, one in value.items()}
    elif isinstance(value, list | tuple):
        found = [plain(one) for one in value]
    elif hasattr(value, "__html__"):
        found = printable(text_of(Markup("{}").format(value)))
    elif is_dataclass(value):
        found = {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    else:
        found = printable(str(value))
    return found


def text_of(markup: Markup) -> str:
    """The text of an element, its spaces as they are."""
    return html.unescape(_TAG.sub("", markup))


def printable(text: str) -> str:
    """The same text with every character our fonts cannot show replaced: PDF/A refuses a missing glyph."""
    return _UNPRINTABLE.sub(_REPLACEMENT, text)
