"""Which rows of an edition are projects already known from other editions, earlier or later.

Open data carries no project id. Each pair of a row and a known project is weighed field by field after
Fellegi and Sunter: a level of agreement adds log2(m / u) bits, where m is how often it is met between two
editions of one project and u between two projects. A link is made when it is certain, shown to a person
when it is doubtful. Precision comes first: a wrong link falsifies two histories, a missing one is mended
by a line in the register of projects.

Here: the comparison and the decision. What each level weighs is in `match_weights`, reading and comparing names in
`names`, writing what was decided in `registers`.
"""

import datetime as dt
import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from warehouse.facts.ministries import are_related
from warehouse.model.vocabulary import UNSPECIFIED_MINISTRY
from warehouse.projects import match_weights as weights
from warehouse.projects.match_weights import UNKNOWN, Level, is_same_text, level_on
from warehouse.projects.names import Likeness, ProjectName, Versions, compare_versions, likeness, plain_words, read_name

# A posterior probability from which a link is made, and one from which it is worth a person's time.
CERTAIN = 0.99
DOUBTFUL = 0.2
# A link must be eight times likelier than any other link of the same row or of the same project.
MARGIN_BITS = 3.0

# What is decided of a row, column by column, and the dtype of each.
DTYPES = {"decision": "str", "project_id": "str", "candidate_id": "str", "score": "float64", "evidence": "str"}

# A ministry that an edition does not name is not another one.
_NOT_SAID = (None, UNSPECIFIED_MINISTRY)

# Shorter words are link words, or too common to say anything; of fewer words a text says nothing.
_SHORTEST_WORD = 3
_FEWEST_WORDS = 3

_Bits = npt.NDArray[np.float64]
_Words = frozenset[str]
_Vector = Mapping[str, float]
# One line of the result.
_Line = tuple[str, str | None, str | None, float | None, str]
_NO_CANDIDATE: _Line = ("new", None, None, None, "aucun projet connu ne ressemble")
# The fields of which a project keeps the value nearest in time, in the order `_profile` reads them.
_NEAREST = ["ministry_id", "partner_ministry_id", "start_date", "updated_cost_meur", "functional_zone"]


class _Text(NamedTuple):
    """A description: its words in order, each between two spaces, and those of its words that say something."""

    plain: str
    words: _Words


@dataclass(frozen=True)
class _Profile:
    """What is compared of a row, or of a known project.

    A project keeps every name and description it was met under; of the other fields, the value nearest in time.
    `stands_near` tells whether it is met in the edition before or after the one compared, within a year of it.
    """

    edition: str
    stands_near: bool
    names: Sequence[ProjectName]
    texts: Sequence[_Text]
    ministry: str | None
    partner: str | None
    start: dt.date | None
    cost_meur: float | None
    zone: _Words


@dataclass(frozen=True)
class _Background:
    """What is told by all rows and known projects together.

    Attributes:
        shared: the names, whole or down to their core, that several rows or several projects bear.
        vectors: for the words of a text, the weight of each by its rarity, so that their squares add up to 1.
        prior: the bits of any link, before its fields are looked at.
    """

    shared: frozenset[str]
    vectors: Mapping[_Words, _Vector]
    prior: float


@dataclass(frozen=True)
class _Pair:
    """A row and a known project compared: the weight of the link and what is said for and against it."""

    bits: float
    told: Sequence[str]

    def evidence(self) -> str:
        """One line in French."""
        return " ; ".join([*filter(None, self.told), f"poids {_french(self.bits)} bits"])


def match_projects(rows: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Decide for each row of an edition which known project it is.

    No order matters, of rows or of known rows; no two rows get the same id.

    Args:
        rows: one edition, any unique index; columns `edition`, `name`, `ministry_id`, `partner_ministry_id`,
            `description`, `start_date`, `updated_cost_meur` (M€) and `functional_zone`, any of them missing
            but `edition`.
        known: the same columns and `project_id`, one row per project and other edition, earlier or later.

    Returns:
        Aligned with `rows`: `decision` (`certain`, `doubtful` or `new`), `project_id` (only when certain),
        `candidate_id` and `score` (the likeliest project and its posterior probability, missing when none
        is worth a look) and `evidence` (one line in French, with the weight of the link in bits).
    """
    if rows.empty or known.empty:
        return _table([_NO_CANDIDATE] * len(rows), rows.index)
    edition = rows["edition"].iloc[0]
    ours = _profiles(rows.assign(project_id=range(len(rows))), edition)
    theirs = _profiles(known, edition)
    pairs = _compare_all(list(ours.values()), list(theirs.values()))
    projects = list(theirs)
    decisions = _decide(np.array([[pair.bits for pair in line] for line in pairs]))
    lines = [
        _NO_CANDIDATE if column is None else _line(decision, projects[column], line[column])
        for line, (decision, column) in zip(pairs, decisions, strict=True)
    ]
    return _table(lines, rows.index)


def _line(decision: str, project: str, pair: _Pair) -> _Line:
    return decision, project if decision == "certain" else None, project, _posterior(pair.bits), pair.evidence()


def _table(lines: Sequence[_Line], index: pd.Index) -> pd.DataFrame:
    return pd.DataFrame(lines, index=index, columns=list(DTYPES)).astype(DTYPES)


def _decide(bits: _Bits) -> list[tuple[str, int | None]]:
    """Decide for each row, with the column of the project concerned; bits are rows by known projects, not empty."""
    links, left = _certain_links(bits)
    decisions: list[tuple[str, int | None]] = []
    for row, likeliest in enumerate(left.argmax(axis=1)):
        if row in links:
            decisions.append(("certain", links[row]))
        elif _posterior(left[row, likeliest]) >= DOUBTFUL:
            decisions.append(("doubtful", int(likeliest)))
        else:
            decisions.append(("new", None))
    return decisions


def _certain_links(bits: _Bits) -> tuple[dict[int, int], _Bits]:
    """The links above the threshold that no other link of their row or project comes near, and the bits left.

    A link that is made takes its row and its project away from the others, whose rivals it was: repeat
    until no link is certain. What is found does not depend on the order of rows.
    """
    threshold = math.log2(CERTAIN / (1 - CERTAIN))
    left = bits.copy()
    links: dict[int, int] = {}
    while found := [(row, column) for row, column in np.argwhere(left >= threshold) if _stands_out(left, row, column)]:
        for row, column in found:
            links[int(row)] = int(column)
            left[row, :] = left[:, column] = -np.inf
    return links, left


def _stands_out(bits: _Bits, row: int, column: int) -> bool:
    rivals = np.concatenate([np.delete(bits[row], column), np.delete(bits[:, column], row)])
    return bool(bits[row, column] - rivals.max(initial=-np.inf) >= MARGIN_BITS)


def _posterior(bits: float) -> float:
    return 1 / (1 + math.exp2(-bits))


def _profiles(frame: pd.DataFrame, edition: str) -> dict[Any, _Profile]:
    """The profile of each `project_id`, in their order, with the values published nearest to an edition."""
    away = (frame["edition"].map(_months) - _months(edition)).abs()
    ordered = frame.assign(_away=away).sort_values(["_away", "edition", "name", *_NEAREST], kind="stable")
    near = _editions_near(frame["edition"].unique(), edition)
    records = defaultdict(list)
    for record in ordered.astype("object").where(ordered.notna(), None).to_dict("records"):
        records[record["project_id"]].append(record)
    return {project: _profile(records[project], near) for project in sorted(records)}


def _editions_near(editions: Iterable[str], edition: str) -> frozenset[str]:
    """The editions that come just before and just after one, when they are within a year of it."""
    before = max((other for other in editions if other < edition), default=edition)
    after = min((other for other in editions if other > edition), default=edition)
    within = (abs(_months(other) - _months(edition)) <= weights.NEXT_EDITION_MONTHS for other in (before, after))
    return frozenset(other for other, is_near in zip((before, after), within, strict=True) if is_near)


def _profile(records: Sequence[Mapping[Any, Any]], near: frozenset[str]) -> _Profile:
    """The profile of the project whose rows these are, the nearest first; a missing value is None."""
    ministry, partner, start, cost, zone = (
        next((record[field] for record in records if record[field] not in _NOT_SAID), None) for field in _NEAREST
    )
    names = {record["name"] or "" for record in records}
    descriptions = {record["description"] or "" for record in records}
    return _Profile(
        edition=records[0]["edition"],
        stands_near=any(record["edition"] in near for record in records),
        names=[name for name in map(read_name, names) if name.key],
        texts=[_Text(_between_spaces(words), _telling(words)) for words in map(plain_words, descriptions) if words],
        ministry=ministry,
        partner=partner,
        start=start,
        cost_meur=cost if cost and cost > 0 else None,
        zone=_telling(plain_words(zone or "")),
    )


def _between_spaces(words: Iterable[str]) -> str:
    return f" {' '.join(words)} "


def _telling(words: Iterable[str]) -> _Words:
    return frozenset(word for word in words if len(word) >= _SHORTEST_WORD)


def _compare_all(ours: Sequence[_Profile], theirs: Sequence[_Profile]) -> list[list[_Pair]]:
    """Compare each row with each known project, rows first."""
    background = _Background(
        shared=_borne_twice(ours) | _borne_twice(theirs),
        vectors=_vectors({text.words for profile in (*ours, *theirs) for text in profile.texts}),
        prior=-math.log2(max(len(theirs), weights.FEWEST_CANDIDATES)),
    )
    return [[_compare(one, other, background) for other in theirs] for one in ours]


def _compare(one: _Profile, other: _Profile, background: _Background) -> _Pair:
    """Weigh a pair against a stranger and, where there may be one, against a relative: the lesser weight counts."""
    like, versions = _closest(one.names, other.names)
    name = _compare_names(one, other, like, background.shared)
    ministry = _compare_ministries(one, other)
    start = _compare_starts(one.start, other.start)
    cost = _compare_costs(one.cost_meur, other.cost_meur)
    zone = _compare_zones(one.zone, other.zone)
    description = _compare_descriptions(one.texts, other.texts, background.vectors)
    years_apart = abs(_months(one.edition) - _months(other.edition)) >= weights.YEARS_APART_MONTHS
    fields = (name, ministry, start, cost, zone, description)
    bits = background.prior + sum(level.bits(years_apart=years_apart) for level in fields)
    change = _compare_wording(name, like, versions)
    elsewhere = ministry == weights.OTHER_MINISTRY
    if change != UNKNOWN or elsewhere:
        moved = (weights.IN_ANOTHER_MINISTRY, _left_its_ministry(other)) if elsewhere else ()
        evidence = (change, *moved, start, cost, _compare_copies(description, change, elsewhere=elsewhere))
        # Another ministry's rollout may well start in the same month, another phase may not.
        bits = min(bits, sum(level.bits(years_apart=years_apart, phases=not elsewhere) for level in evidence))
    told = (name, change, ministry, start, cost, zone, description)
    return _Pair(bits, [level.text for level in told])


def _left_its_ministry(project: _Profile) -> Level:
    """What it tells of a transfer that the project is there no more under its own ministry.

    Were it there, its own row would take it: a link is of one row only.
    """
    return weights.GONE_FROM_ITS_MINISTRY if project.stands_near else UNKNOWN


def _compare_copies(description: Level, change: Level, *, elsewhere: bool) -> Level:
    """What it tells against a relative that the two texts are the same, word for word; of a successor, nothing."""
    if not is_same_text(description) or change not in (UNKNOWN, weights.MORE_WORDS):
        return UNKNOWN
    return weights.SAME_TEXT_ELSEWHERE if elsewhere else weights.SAME_TEXT


def _months(date: str) -> int:
    """The number of the month of an edition, or of a date, whose text begins by year and month."""
    return int(date[:4]) * 12 + int(date[5:7])


def _closest(names: Sequence[ProjectName], others: Sequence[ProjectName]) -> tuple[Likeness, Versions]:
    """How the two names most alike compare, then those whose versions are."""
    pairs = [(likeness(name, other), compare_versions(name, other)) for name in names for other in others]
    return max(pairs, key=lambda pair: (pair[0], -pair[1]), default=(Likeness.DIFFERENT, Versions.SAME))


def _compare_names(one: _Profile, other: _Profile, like: Likeness, shared: frozenset[str]) -> Level:
    if not one.names or not other.names:
        return UNKNOWN
    if like == Likeness.DIFFERENT and (_mentions(one, other) or _mentions(other, one)):
        return weights.MENTIONED
    level = weights.NAMES[like]
    forms = {name.key if like == Likeness.IDENTICAL else name.core for name in one.names}
    return weights.borne_twice(level) if like > Likeness.CONTAINED and forms & shared else level


def _compare_wording(name: Level, like: Likeness, versions: Versions) -> Level:
    """What sets apart two names that have something in common: versions, or else words."""
    if name == weights.NAMES[Likeness.DIFFERENT]:
        return UNKNOWN
    if like == Likeness.CONTAINED and versions == Versions.SAME:
        return weights.MORE_WORDS
    return weights.VERSIONS[versions]


def _borne_twice(profiles: Iterable[_Profile]) -> frozenset[str]:
    """The names, whole or down to their core, that two rows or two projects bear."""
    bearers = Counter(
        form for profile in profiles for form in {form for name in profile.names for form in (name.key, name.core)}
    )
    return frozenset(form for form, count in bearers.items() if count > 1)


def _mentions(one: _Profile, other: _Profile) -> bool:
    """Whether a description of the first tells a name of the other; a short one may be a mere word."""
    return any(
        len(name.core) > _SHORTEST_WORD and _between_spaces(name.words) in text.plain
        for name in other.names
        for text in one.texts
    )


def _compare_ministries(one: _Profile, other: _Profile) -> Level:
    if not one.ministry or not other.ministry:
        return UNKNOWN
    if one.ministry == other.ministry:
        return weights.SAME_MINISTRY
    if one.ministry == other.partner or other.ministry == one.partner:
        return weights.PARTNER_MINISTRY
    return weights.RELATED_MINISTRY if are_related(one.ministry, other.ministry) else weights.OTHER_MINISTRY


@lru_cache(maxsize=2**14)
def _compare_starts(one: dt.date | None, other: dt.date | None) -> Level:
    if one is None or other is None:
        return UNKNOWN
    texts = (f"{one:%Y-%m}", f"{other:%Y-%m}")
    return level_on(weights.STARTS, abs(_months(texts[0]) - _months(texts[1]))).between(*texts)


def _compare_costs(one: float | None, other: float | None) -> Level:
    if one is None or other is None:
        return UNKNOWN
    return level_on(weights.COSTS, abs(math.log(one) - math.log(other))).between(_french(one), _french(other))


def _compare_zones(one: _Words, other: _Words) -> Level:
    if not one or not other:
        return UNKNOWN
    if one == other:
        return weights.SAME_ZONE
    common = len(one & other) / min(len(one), len(other))
    return weights.SIMILAR_ZONE if common >= 0.5 else weights.OTHER_ZONE


def _compare_descriptions(ours: Iterable[_Text], theirs: Iterable[_Text], vectors: Mapping[_Words, _Vector]) -> Level:
    """The level of the two descriptions most alike, by the cosine of their vectors."""
    cosines = [
        _product(vectors[one.words], vectors[other.words])
        for one in ours
        for other in theirs
        if one.words in vectors and other.words in vectors
    ]
    if not cosines:
        return UNKNOWN
    return level_on(weights.DESCRIPTIONS, max(cosines)).between(_french(max(cosines), 2))


def _vectors(texts: Collection[_Words]) -> dict[_Words, _Vector]:
    """The vectors of the texts long enough to tell something: words count once, by how rare they are in all texts."""
    counts = Counter(word for words in texts for word in words)
    rarity = {word: math.log((1 + len(texts)) / (0.5 + count)) for word, count in counts.items()}
    lengths = {words: math.hypot(*(rarity[word] for word in words)) for words in texts if len(words) >= _FEWEST_WORDS}
    return {words: {word: rarity[word] / length for word in words} for words, length in lengths.items()}


def _product(one: _Vector, other: _Vector) -> float:
    return math.fsum(one[word] * other[word] for word in one.keys() & other.keys())


def _french(number: float, digits: int = 1) -> str:
    return f"{number:.{digits}f}".replace(".", ",")
