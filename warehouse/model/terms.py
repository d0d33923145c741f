"""What a closed list is: terms with a code, a French label and aliases, and how a spelling is recognised."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache


@cache
def match_key(text: str) -> str:
    """What is left of a label when case, accents, punctuation and spaces are ignored.

    `@` reads as `a`, as in the project names `OP@LE` and `MISTR@L`.
    """
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return re.sub(r"[^a-z0-9]", "", decomposed.replace("@", "a").replace("œ", "oe").replace("æ", "ae"))


@dataclass(frozen=True)
class Term:
    """One entry of a closed list."""

    code: str
    label: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vocabulary:
    """A closed list of terms, in the order they are shown."""

    name: str
    terms: tuple[Term, ...]

    def codes(self) -> list[str]:
        """The codes, in order."""
        return [term.code for term in self.terms]

    def labels(self) -> list[str]:
        """The French labels, in order."""
        return [term.label for term in self.terms]

    def label(self, code: str) -> str:
        """The French label of a code; KeyError for an unknown one."""
        return self.labels_by_code()[code]

    def labels_by_code(self) -> dict[str, str]:
        """Code to French label."""
        return {term.code: term.label for term in self.terms}

    def find(self, text: str) -> str | None:
        """The code that a submitted label, alias or code stands for, or None."""
        return _index(self).get(match_key(text))


@cache
def _index(vocabulary: Vocabulary) -> Mapping[str, str]:
    index: dict[str, str] = {}
    for term in vocabulary.terms:
        for spelling in (term.code, term.label, *term.aliases):
            index.setdefault(match_key(spelling), term.code)
    return index
