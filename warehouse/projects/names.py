"""What can be told of two project names: the same, an abbreviation, an alias, another version, or nothing.

Here: reading one name, comparing two. What a resemblance is worth as evidence is in `identity`.
"""

import enum
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from rapidfuzz import fuzz

from warehouse.model.terms import match_key


class Likeness(enum.IntEnum):
    """How much two names are alike, from nothing to the same."""

    DIFFERENT = 0
    SIMILAR = 1
    CONTAINED = 2
    ALIAS = 3
    SAME_CORE = 4
    IDENTICAL = 5


class Versions(enum.IntEnum):
    """What the versions, phases or lots told by two names have to do with each other."""

    SAME = 0
    FIRST_LEFT_OUT = 1
    ONE_SIDED = 2
    CONFLICTING = 3


def _word_list(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Link words, and what a name can gain or lose without its project changing.
_LINKS = _word_list("a au aux d de des du en et l la le les ou par pour sur un une")
_GENERIC = _word_list(
    "accompagnement adaptation adaptations amelioration application applications applicatif connexes creation "
    "depl deploiement developpement enrichissement evol evolution evolutions experimentation extension "
    "generalisation implementation installation integration lie liee liees lies migration ministere ministeriel "
    "ministerielle mise modernisation montee national nationale nouveau nouvel nouvelle oeuvre offre outil outils "
    "pilote place plateforme portail programme projet projets realisation reecriture refonte renovation "
    "reurbanisation securisation service services si sirh solution suite systeme systemes unique"
)
_VERSION_WORDS = _word_list(
    "cycle etape jalon lot lots palier phase phases release saison tome tranche tranches v vague version volet"
)
_NUMERALS = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8"}
_SUCCESSORS = frozenset(("ng", "bis"))
_SUBVERSION = re.compile(r"(?<=\d)[.,]\d+")
_ELISION = re.compile(r"\b(?:[cdjlmnst]|qu)['’]", re.IGNORECASE)
_NUMBERED = re.compile(r"(?:[vp]|version|phase|lot)?([1-9])")
_NUMBER_AT_THE_END = re.compile(r"([a-z]{4,}?)v?([1-9])")
# A slash, a colon, brackets, or a dash between spaces: what stands on either side may be a name by itself.
_PARTS = re.compile(r"[/:;()\[\]«»\"]|\s[-–—]\s|\s[–—]|[–—]\s")
# One letter in seven: a typing error or a plural, not another word.
_SIMILAR_SCORE = 85
# A line that adds up the others: « Total », « Sous-total Justice », « Ensemble des projets ».
_TOTAL = re.compile(
    r"(?:sous )?tota(?:l|ux)(?: .*)?|(?:ensemble|somme|cumul|moyenne)(?: (?:de|des|du|general|generale) .*| generale?)?"
)
_SHORTEST_TYPO = 5
_SHORTEST_ACRONYM = 3
# `3PA-S` begins `3-PAS-S_DAE`; three letters begin too many names.
_SHORTEST_BEGINNING = 4


@dataclass(frozen=True)
class ProjectName:
    """A name, read once for many comparisons.

    Attributes:
        key: all of it, case, accents, punctuation and spaces aside; empty when nothing is left.
        tokens: all its words, in order.
        words: what is left once link words, generic words and versions are dropped, in order.
        core: those words put together, so that `FranceConnect` is `France Connect`.
        aliases: parts that may stand for the name: in brackets, beside a slash, before a colon, an acronym.
        acronyms: what its words are shortened to.
        versions: phases, lots, cycles and versions told by the name: `1` to `9`, `ng`.
    """

    key: str
    tokens: tuple[str, ...]
    words: tuple[str, ...]
    core: str
    aliases: frozenset[str]
    acronyms: frozenset[str]
    versions: frozenset[str]


@cache
def read_name(text: str) -> ProjectName:
    """Read a name; an empty or odd one is a name that is like no other."""
    tokens = _tokens(text)
    words, versions = _words_and_versions(tokens)
    own = _own_acronym(tokens)
    parts = [_words_and_versions(_tokens(part)) for part in _PARTS.split(text)]
    aliases = {"".join(part) for part, _ in parts if part and not _GENERIC.issuperset(part)}
    if own is not None:
        words = (own,)
    core = "".join(words)
    return ProjectName(
        match_key(text),
        tuple(tokens),
        words,
        core,
        frozenset(alias for alias in aliases if len(alias) >= _SHORTEST_ACRONYM),
        frozenset(_acronyms(tokens)) | frozenset(_acronyms(words)),
        versions,
    )


def likeness(one: ProjectName, other: ProjectName) -> Likeness:
    """How much two names are alike, versions aside unless the names are identical."""
    if not one.key or not other.key:
        return Likeness.DIFFERENT
    return next((level for level, passes in _TESTS if passes(one, other)), Likeness.DIFFERENT)


def compare_versions(one: ProjectName, other: ProjectName) -> Versions:
    """Whether two names tell the same versions, only one tells some, or they tell others.

    A first version is apart: it is written once there is a second one in view, and left out as easily.
    """
    if one.versions == other.versions:
        return Versions.SAME
    if one.versions | other.versions == {"1"}:
        return Versions.FIRST_LEFT_OUT
    return Versions.CONFLICTING if one.versions and other.versions else Versions.ONE_SIDED


def says_total(text: str) -> bool:
    """Whether what stands for a name says that the line adds up the others."""
    return _TOTAL.fullmatch(" ".join(plain_words(text))) is not None


def plain_words(text: str) -> list[str]:
    """The words of a text without case, accents or punctuation; `@` reads as `a`."""
    decomposed = unicodedata.normalize("NFKD", text).casefold().replace("@", "a").replace("œ", "oe")
    return re.findall(r"[a-z0-9]+", "".join(letter for letter in decomposed if not unicodedata.combining(letter)))


def _tokens(text: str) -> list[str]:
    return plain_words(_ELISION.sub("", _SUBVERSION.sub("", text)))


def _words_and_versions(tokens: Sequence[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """Tell the words from the versions; generic words count when there is nothing else."""
    words, versions = [], set()
    for position, token in enumerate(tokens):
        version = _version(token) if position else None
        ended = _NUMBER_AT_THE_END.fullmatch(token)
        if version:
            versions.add(version)
        elif ended:
            words.append(ended[1])
            versions.add(ended[2])
        elif token not in _LINKS and not _announces_version(tokens, position):
            words.append(token)
    distinctive = [word for word in words if word not in _GENERIC]
    return tuple(distinctive or words or tokens), frozenset(versions)


def _version(token: str) -> str | None:
    if token in _SUCCESSORS:
        return token
    numbered = _NUMBERED.fullmatch(token)
    return numbered[1] if numbered else _NUMERALS.get(token)


def _announces_version(tokens: Sequence[str], position: int) -> bool:
    following = tokens[position + 1] if position + 1 < len(tokens) else ""
    return tokens[position] in _VERSION_WORDS and _version(following) is not None


def _acronyms(tokens: Sequence[str]) -> Iterator[str]:
    """The initials of at least three words, link words counted or not."""
    for words in (tokens, [token for token in tokens if token not in _LINKS]):
        if len(words) >= _SHORTEST_ACRONYM:
            yield "".join(word[0] for word in words)


def _own_acronym(tokens: Sequence[str]) -> str | None:
    """The acronym that a name tells beside its own development, as `PPNG Plan Préfectures…`."""
    for position, token in enumerate(tokens):
        others = [*tokens[:position], *tokens[position + 1 :]]
        if len(token) >= _SHORTEST_ACRONYM and token in _acronyms(others):
            return token
    return None


def _is_identical(one: ProjectName, other: ProjectName) -> bool:
    return one.key == other.key


def _has_same_core(one: ProjectName, other: ProjectName) -> bool:
    return one.core == other.core or sorted(one.words) == sorted(other.words)


def _is_alias(one: ProjectName, other: ProjectName) -> bool:
    return _stands_for(one, other) or _stands_for(other, one) or _is_abbreviated(one.words, other.words)


def _is_contained(one: ProjectName, other: ProjectName) -> bool:
    return (
        _holds(one, other)
        or _holds(other, one)
        or _begins(one, other)
        or _begins(other, one)
        or not one.aliases.isdisjoint(other.aliases)
    )


def _is_similar(one: ProjectName, other: ProjectName) -> bool:
    return min(len(one.core), len(other.core)) >= _SHORTEST_TYPO and fuzz.ratio(one.core, other.core) >= _SIMILAR_SCORE


def _stands_for(one: ProjectName, other: ProjectName) -> bool:
    """Whether all of one name is an alias or the acronym of the other."""
    return one.core in other.aliases or (len(one.words) == 1 and one.core in other.acronyms)


def _is_abbreviated(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two names are word for word the same, some words cut short: `Regroup. centres info.`."""
    return (
        len(one) == len(other) > 1
        and min(map(len, (*one, *other))) >= _SHORTEST_ACRONYM
        and all(a.startswith(b) or b.startswith(a) for a, b in zip(one, other, strict=True))
    )


def _holds(one: ProjectName, other: ProjectName) -> bool:
    """Whether all the words of one name are among the other's, and say something by themselves."""
    return (
        len(one.core) >= _SHORTEST_ACRONYM and not _GENERIC.issuperset(one.words) and set(one.words) <= set(other.words)
    )


def _begins(one: ProjectName, other: ProjectName) -> bool:
    """Whether the letters of one name, spaces and punctuation aside, begin the other."""
    return (
        len(one.core) >= _SHORTEST_BEGINNING and not _GENERIC.issuperset(one.words) and other.core.startswith(one.core)
    )


# From the strongest to the weakest; the first that passes tells the likeness.
_TESTS = (
    (Likeness.IDENTICAL, _is_identical),
    (Likeness.SAME_CORE, _has_same_core),
    (Likeness.ALIAS, _is_alias),
    (Likeness.CONTAINED, _is_contained),
    (Likeness.SIMILAR, _is_similar),
)
