"""What it is worth, in bits, that a row and a known project agree on a field, and where the figures come from.

Here: figures and the French words that tell them, nothing that computes a level. How levels are told from two rows
is in `identity`.

The weights were set by hand, with the six published editions at hand, and not optimised on them: round figures on
the cautious side of what is counted there between different projects (u: same ministry 0.10, same start 0.026, same
cost 0.012, same zone 0.055) and between editions of one project, months then years apart (m: same name 0.86 and
0.78, same start 0.98 and 0.89, same cost 0.83 and 0.10, same text 0.83 and 0.19). Cautious, because fields depend on
each other (a description follows a name and a ministry) and other editions may drift more.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from warehouse.projects.names import Likeness, Versions


@dataclass(frozen=True)
class Level:
    """A level of agreement on a field.

    Attributes:
        m: how often it is met between two editions of one project.
        u: how often it is met between two projects.
        text: how it is told, `{}` where the values compared go; empty when it is not told.
        m_years_apart: `m` between editions years apart, when it differs.
        u_of_phases: `u` between two phases of a project, when it differs.
    """

    m: float
    u: float
    text: str = ""
    m_years_apart: float | None = None
    u_of_phases: float | None = None

    def bits(self, *, years_apart: bool, phases: bool = False) -> float:
        """What it adds to the weight of a link, where the alternative is a stranger, or another phase."""
        m = self.m_years_apart if years_apart and self.m_years_apart else self.m
        u = self.u_of_phases if phases and self.u_of_phases else self.u
        return math.log2(m / u)

    def between(self, *values: str) -> "Level":
        """The same level, told with the values compared."""
        return replace(self, text=self.text.format(*values))


# The levels of a quantity, each with the most it stands for, in increasing order.
Scale = Sequence[tuple[float, Level]]


def level_on(scale: Scale, quantity: float) -> Level:
    """The first level of a scale, whose last one has no limit, that a quantity does not exceed."""
    return next(level for most, level in scale if quantity <= most)


# A field that one side leaves empty says nothing.
UNKNOWN = Level(1, 1)

# A panorama follows some sixty projects: a row is one of them rather than another with odds of one to sixty.
# Fewer known projects do not make a chance likeness more telling.
FEWEST_CANDIDATES = 64

# Between editions two years apart or more, dates, costs and texts have had time to be revised.
YEARS_APART_MONTHS = 24

# Names. u: two projects of a panorama of sixty bear one name about once in an edition (RenoiRH). m: one project in
# thirty gets a name that has nothing of the former one (MOBILITE, APPACH).
NAMES = {
    Likeness.IDENTICAL: Level(0.74, 0.0002, "nom identique"),
    Likeness.SAME_CORE: Level(0.10, 0.0003, "nom identique aux mots génériques près"),
    Likeness.ALIAS: Level(0.05, 0.0005, "nom en abrégé ou entre parenthèses"),
    Likeness.CONTAINED: Level(0.04, 0.003, "nom contenu dans l'autre"),
    Likeness.SIMILAR: Level(0.02, 0.003, "nom approchant"),
    Likeness.DIFFERENT: Level(0.03, 0.98, "nom différent"),
}
# A description names other projects (VITAM, SIRHEN) nearly as often as the project's former name.
MENTIONED = Level(0.02, 0.01, "nom cité dans la description")

# Ministries. u of the same one: the sum of the squares of the shares of a dozen ministries. A government changes
# between one edition and the next in one case in five, and then touches two ministries in a dozen.
SAME_MINISTRY = Level(0.90, 0.12, "même ministère")
PARTNER_MINISTRY = Level(0.03, 0.03, "ministère partenaire")
RELATED_MINISTRY = Level(0.05, 0.05, "ministère issu de l'autre")
OTHER_MINISTRY = Level(0.01, 0.80, "autre ministère")

# Start dates, by the months between them. u of the same one: a dozen years of starts, one in three a month of
# January; the phase II of a project does not start in the month of its phase I.
STARTS: Scale = (
    (0, Level(0.85, 0.04, "même début {}", 0.75, 0.01)),
    (3, Level(0.04, 0.06, "début à moins de 4 mois, {} et {}", 0.05)),
    (12, Level(0.06, 0.15, "début dans l'année, {} et {}", 0.10)),
    (math.inf, Level(0.05, 0.75, "début {} et non {}", 0.10)),
)

# Costs, by the difference of their logarithms: 2 % is what rounding to 0.1 M€ does to a cost of 2.5 M€, 15 % the
# State's own target for drift. u: they spread over three powers of ten, most of them between 5 and 50 M€. m: most are
# unchanged from an edition to the next; three years later one in three or more has moved by more than half.
COSTS: Scale = (
    (math.log(1.02), Level(0.55, 0.02, "coût {} ≈ {}", 0.20)),
    (math.log(1.15), Level(0.25, 0.09, "coût proche, {} et {}", 0.25)),
    (math.log(1.5), Level(0.10, 0.20, "coût révisé, {} et {}", 0.25)),
    (math.inf, Level(0.10, 0.69, "coût {} et non {}", 0.30)),
)

# Functional zones. u of the same one: one project in five is in human resources, the others are spread. m: their
# list and their wording change with the editions.
SAME_ZONE = Level(0.60, 0.12, "même zone")
SIMILAR_ZONE = Level(0.15, 0.10, "zone approchante")
OTHER_ZONE = Level(0.25, 0.78, "autre zone")

# Descriptions, by the cosine of their words. m: most are copied from an edition to the next, then rewritten from
# scratch within a few years. u: the projects of one programme (VITAM) share sentences, and a successor is given the
# text of its elder.
DESCRIPTIONS: Scale = (
    (0.10, Level(0.07, 0.74, "description {}", 0.20)),
    (0.20, Level(0.08, 0.20, "description {}", 0.20)),
    (0.40, Level(0.10, 0.05, "description {}", 0.20)),
    (0.70, Level(0.15, 0.006, "description {}", 0.15)),
    (0.95, Level(0.20, 0.0015, "description {}", 0.10)),
    (math.inf, Level(0.40, 0.0005, "description {}", 0.15)),
)

# When versions differ, or words were added, or the ministry is another, a stranger is not the alternative: a relative
# is (a successor, a part, another ministry's rollout), which shares all but its dates and cost. Here m to u are the
# odds that the two are one project. Of the names that gained or lost a version in the published editions, all three
# that told a first one and two in three of the others were still one project; a name that goes from a version to
# another hardly ever is; RenoiRH in another ministry is another project, save for a transfer.
VERSIONS = {
    Versions.SAME: UNKNOWN,
    Versions.FIRST_LEFT_OUT: Level(8, 1, "version 1 dans un seul nom"),
    Versions.ONE_SIDED: Level(2, 1, "version dans un seul nom"),
    Versions.CONFLICTING: Level(1, 16, "versions différentes"),
}
MORE_WORDS = Level(2, 1)
IN_ANOTHER_MINISTRY = Level(1, 8)
# Another ministry's rollout is one more row, a transfer takes the place of one: of the projects of an edition, one in
# ten or so is not in the next, within a year.
GONE_FROM_ITS_MINISTRY = Level(8, 1)
NEXT_EDITION_MONTHS = 12
# A part has a text of its own more often than not, and a ministry seldom copies that of another; but a successor is
# given the text of its elder, which then tells nothing.
SAME_TEXT = Level(2, 1)
SAME_TEXT_ELSEWHERE = Level(4, 1)


def is_same_text(description: Level) -> bool:
    """Whether a level of `DESCRIPTIONS`, told with its values or not, is that of a text copied word for word."""
    _, copied = DESCRIPTIONS[-1]
    return (description.m, description.u) == (copied.m, copied.u)


def borne_twice(name: Level) -> Level:
    """The level of a name that several rows or projects bear: u is then at least their share, as Winkler does."""
    return replace(name, u=max(name.u, 1 / FEWEST_CANDIDATES), text=f"{name.text}, porté par plusieurs projets")
