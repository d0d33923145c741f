"""What the published figures of the editions tell of withheld ones, as equations for `warehouse.disclosure.reasoning`.

An equation is read off a published figure, not off the way it is meant to be computed: what it holds beyond the
published rows is the withheld part. Only sums, means of ratios and ratios of sums over the published perimeter may
count withheld figures; medians, ranks, shares, intervals and the other perimeters never do.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import combinations

import pandas as pd

from warehouse.disclosure.reasoning import Aggregate, Cell, Secret
from warehouse.home.calendar import Calendar
from warehouse.model.vocabulary import DIMENSIONS, METHODS, RATES
from warehouse.projects.durations import MONTHS_PER_YEAR
from warehouse.slippage.by_group import groups_of
from warehouse.slippage.by_project import slippages

# The statistics that are linear in the figures of a project.
LINEAR_METHODS = ("mean_of_ratios", "ratio_of_sums")
SAME = 1e-9
# Beyond this many withheld projects in a group, all of them are taken to be counted: 2^12 sets are quick to try.
MOST_SEARCHED = 12
# The figures a rate rests on: quantity, and its column in the rows.
INITIAL = {"budget": ("initial_cost", "initial_cost_meur"), "schedule": ("initial_duration", "initial_duration_months")}
UPDATED = {"budget": ("updated_cost", "updated_cost_meur"), "schedule": ("updated_duration", "updated_duration_months")}
WITHHELD_FLAGS = ["cost_withheld", "schedule_withheld"]


@dataclass(frozen=True)
class EditionRows:
    """The rows of one edition by `project_id`, with the columns of `OUT_SLIPPAGE_PROJECTS`.

    `shown` as published; `revealed` as they would be if nothing were withheld.
    """

    edition: str
    shown: pd.DataFrame
    revealed: pd.DataFrame

    def withheld(self, rate: str) -> list[str]:
        """The projects whose figures of a rate are withheld."""
        return sorted(self.shown.index[self.shown[f"{rate}_status"].eq("withheld")])

    @cached_property
    def concerned(self) -> Mapping[tuple[str, str], pd.DataFrame]:
        """The members, as published, of every group that has a project with withheld figures."""
        hidden = {*self.withheld("budget"), *self.withheld("schedule")}
        return {
            (group["dimension"], str(group["group_id"])): members
            for group, members in groups_of(self.shown)
            if hidden.intersection(members.index)
        }


@dataclass(frozen=True)
class Withheld:
    """What the editions keep back.

    `terms` gives for (edition, project, quantity) the secret, or its value when it was published before and is none.
    `true_values` are those of the secrets, None when they were never transmitted. The secret of a rate is
    updated / initial, 1 + its slippage, which is never negative.
    """

    rows: Mapping[str, EditionRows]
    terms: Mapping[tuple[str, str, str], Secret | float]
    true_values: Mapping[Secret, float | None]

    def editions(self) -> list[str]:
        """Those that keep something back, in calendar order."""
        return sorted({edition for edition, _, _ in self.terms})


NOTHING_WITHHELD = Withheld({}, {}, {})


def withheld_figures(projects: pd.DataFrame, ledger: pd.DataFrame | None, calendar: Calendar) -> Withheld:
    """Gather what is withheld in every edition.

    An initial figure that an earlier edition showed is not a secret. An updated one is, even if it has not moved since
    it was shown: that it has not moved is not known. The same value withheld in editions that follow each other is one
    secret, which is what a reader would suppose. What an edition keeps back depends on it and on those before it.

    Args:
        projects: core projects of every edition.
        ledger: as `warehouse.slippage.by_project.slippages` takes it.
        calendar: of the editions.
    """
    if not projects[WITHHELD_FLAGS].astype(bool).any(axis=None):
        return NOTHING_WITHHELD
    bare = projects.assign(**dict.fromkeys(WITHHELD_FLAGS, False))
    shown = _by_edition(slippages(projects, ledger, calendar))
    # What stands in for a baseline is what was published: the figures kept back never count among those.
    revealed = _by_edition(slippages(bare, ledger, calendar, published=projects))
    rows = {edition: EditionRows(edition, shown[edition], revealed[edition]) for edition in sorted(shown)}
    terms: dict[tuple[str, str, str], Secret | float] = {}
    values: dict[Secret, float | None] = {}
    shown_before: set[tuple[str, str, float]] = set()
    before = ""
    for edition, of_edition in rows.items():
        for rate, project, quantity, value in _kept_back(of_edition):
            last = terms.get((before, project, quantity))
            if quantity == INITIAL[rate][0] and value is not None and (project, quantity, value) in shown_before:
                terms[edition, project, quantity] = value
            elif isinstance(last, Secret) and values[last] == value:
                terms[edition, project, quantity] = last
            else:
                terms[edition, project, quantity] = secret = Secret(project, quantity, edition)
                values[secret] = value
        shown_before |= _initial_figures(of_edition)
        before = edition
    return Withheld(rows, terms, values)


def _by_edition(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    by_project = rows.set_index("project_id", drop=False)
    return {str(edition): of_edition for edition, of_edition in by_project.groupby("edition")}


def _kept_back(rows: EditionRows) -> Iterator[tuple[str, str, str, float | None]]:
    """Rate, project, quantity and value of all that an edition withholds."""
    for rate, initial in INITIAL.items():
        for project in rows.withheld(rate):
            line = rows.revealed.loc[project]
            for quantity, column in (initial, UPDATED[rate]):
                yield rate, project, quantity, None if pd.isna(line[column]) else float(line[column])
            ratio = line[f"{rate}_slippage_ratio"]
            yield rate, project, f"{rate}_ratio", None if pd.isna(ratio) else 1 + float(ratio)


def _initial_figures(rows: EditionRows) -> set[tuple[str, str, float]]:
    return {
        (str(project), quantity, float(value))
        for quantity, column in INITIAL.values()
        for project, value in rows.shown[column].dropna().items()
    }


# What the figures of an edition tell


def figure_aggregates(
    withheld: Withheld, figures: Mapping[str, object], half_widths: Mapping[str, float] | None = None
) -> list[Aggregate]:
    """The equations of the key figures of one edition that count withheld figures.

    Args:
        withheld: from `withheld_figures`.
        figures: a row of `OUT_KEY_FIGURES`; a missing count of projects is taken as unknown.
        half_widths: half the last published digit of each figure, none for figures published in full.
    """
    rows = withheld.rows.get(str(figures["edition"]))
    if rows is None:
        return []
    found = []
    for name, counted, rate, label in (
        ("total_cost_meur", "costed_projects", "budget", "Coût total"),
        ("mean_duration_years", "timed_projects", "schedule", "Durée moyenne"),
    ):
        value, count = _number(figures[name]), _number(figures.get(counted))
        quantity, column = UPDATED[rate]
        shown = rows.shown[column].dropna().astype("float64")
        if value is None:
            continue
        beyond_count = None if count is None else int(count) - len(shown)
        parts = {project: _number(rows.revealed.loc[project, column]) for project in rows.withheld(rate)}
        # Without a count, that of every row whose figure is known to us is what a mean was made of.
        weight = int(rows.revealed[column].notna().sum()) if count is None else int(count)
        factor = 1.0 if rate == "budget" else float(MONTHS_PER_YEAR * weight)
        half = (half_widths or {}).get(name, 0.0) * factor
        beyond = value * factor - math.fsum(shown)
        if not beyond_count and abs(beyond) <= half + SAME * max(1.0, value * factor):
            continue
        cell = Cell(rows.edition, "out_key_figures", (name,))
        weighted = [
            (withheld.terms[rows.edition, project, quantity], 1.0)
            for project in _counted(parts, beyond, half, beyond_count)
        ]
        found.append(_aggregate(cell, f"{label} ({rows.edition})", beyond, weighted, half, weight))
    return [one for one in found if one.coefficients]


def group_aggregates(withheld: Withheld, groups: pd.DataFrame) -> list[Aggregate]:
    """The equations of the statistics of one or several editions that count withheld figures.

    Args:
        withheld: from `withheld_figures`.
        groups: rows of `OUT_SLIPPAGE_GROUPS`; a missing value is not published and tells nothing.
    """
    cells = groups.loc[groups["perimeter"].eq("published") & groups["method"].isin(LINEAR_METHODS)]
    found = []
    for edition, lines in cells.dropna(subset=["value_ratio"]).groupby("edition", sort=True):
        rows = withheld.rows.get(str(edition))
        members = {} if rows is None else rows.concerned
        for line in lines.to_dict("records"):
            of_group = members.get((line["dimension"], line["group_id"]))
            if rows is not None and of_group is not None:
                found.append(_group_aggregate(withheld, rows, of_group, {str(k): v for k, v in line.items()}))
    return [one for one in found if one is not None and one.coefficients]


def _group_aggregate(
    withheld: Withheld, rows: EditionRows, members: pd.DataFrame, line: Mapping[str, object]
) -> Aggregate | None:
    rate, method, value = str(line["rate"]), str(line["method"]), float(str(line["value_ratio"]))
    known = members.loc[members[f"{rate}_status"].eq("known"), [f"{rate}_slippage_ratio", INITIAL[rate][1]]]
    ratio, initial = known.to_numpy(dtype="float64").T
    growth, count = 1 + ratio, int(float(str(line["n"])))
    if method == "mean_of_ratios":
        beyond = count * (1 + value) - math.fsum(growth)
    else:
        beyond = (1 + value) * math.fsum(initial) - math.fsum(growth * initial)
    if count == len(known) and abs(beyond) <= SAME * max(1.0, math.fsum(initial)):
        return None
    of_group = rows.revealed.loc[[project for project in rows.withheld(rate) if project in members.index]]
    ratios = of_group[f"{rate}_slippage_ratio"].astype("float64")
    contributions = (
        1 + ratios if method == "mean_of_ratios" else (ratios - value) * of_group[INITIAL[rate][1]].astype("float64")
    )
    parts = {str(project): _number(part) for project, part in contributions.items()}
    terms = _ratio_terms if method == "mean_of_ratios" else partial(_sum_terms, value=value)
    weighted = [
        term
        for project in _counted(parts, beyond, 0.0, count - len(known))
        for term in terms(withheld, rows.edition, project, rate)
    ]
    key = tuple(str(line[name]) for name in ("dimension", "group_id", "rate", "method"))
    label = (
        f"{METHODS.label(method)}, {RATES.label(rate).lower()}, {DIMENSIONS.label(key[0]).lower()}"
        + ("" if key[0] == "portfolio" else f" « {line['group_label']} »")
        + f" ({rows.edition})"
    )
    cell = Cell(rows.edition, "out_slippage_groups", key)
    return _aggregate(cell, label, beyond, weighted, 0.0, count)


def _counted(
    parts: Mapping[str, float | None], beyond: float, half_width: float, beyond_count: int | None
) -> list[str]:
    """The withheld projects that an aggregate counts: those that explain what it holds beyond the published rows.

    Args:
        parts: what each withheld project would add to it, None when its figure is not known to us.
        beyond: what it holds beyond the published rows.
        half_width: to within which it is known.
        beyond_count: how many projects it counts beyond the published ones; None or 0 when its count does not tell.

    Returns:
        The smallest set that explains it, failing that all that have a figure, failing that all.
    """
    figured = {project: part for project, part in sorted(parts.items()) if part is not None}
    sizes = [beyond_count] if beyond_count else range(1, len(figured) + 1)
    close = half_width + SAME * max(1.0, *(abs(part) for part in figured.values()), abs(beyond))
    if len(figured) <= MOST_SEARCHED:
        for chosen in (names for size in sizes for names in combinations(figured, size)):
            if abs(math.fsum(figured[name] for name in chosen) - beyond) <= close:
                return list(chosen)
    return list(figured) or sorted(parts)


def _ratio_terms(withheld: Withheld, edition: str, project: str, rate: str) -> list[tuple[Secret | float, float]]:
    """1 + slippage of a project: updated over an initial figure that is no secret, else a secret of its own."""
    initial = withheld.terms[edition, project, INITIAL[rate][0]]
    if isinstance(initial, float) and initial > 0:
        return [(withheld.terms[edition, project, UPDATED[rate][0]], 1 / initial)]
    return [(withheld.terms[edition, project, f"{rate}_ratio"], 1.0)]


def _sum_terms(
    withheld: Withheld, edition: str, project: str, rate: str, *, value: float
) -> list[tuple[Secret | float, float]]:
    """Updated − (1 + value) × initial: what a project adds to a ratio of sums of this value."""
    return [
        (withheld.terms[edition, project, UPDATED[rate][0]], 1.0),
        (withheld.terms[edition, project, INITIAL[rate][0]], -(1 + value)),
    ]


def _aggregate(
    cell: Cell,
    label: str,
    beyond: float,
    weighted: Sequence[tuple[Secret | float, float]],
    half_width: float,
    weight: int,
) -> Aggregate:
    """An equation with what is no secret moved to its right side."""
    public = math.fsum(term * factor for term, factor in weighted if isinstance(term, float))
    secret: dict[Secret, float] = {}
    for term, factor in weighted:
        if isinstance(term, Secret):
            secret[term] = secret.get(term, 0.0) + factor
    return Aggregate(cell, label, beyond - public, tuple(sorted(secret.items())), half_width, weight)


def _number(value: object) -> float | None:
    return None if value is None or pd.isna(value) else float(str(value))  # type: ignore[call-overload]


# The same figures, withheld ones counted


def counting_withheld_figures(withheld: Withheld, figures: Mapping[str, object]) -> dict[str, object]:
    """Key figures whose total cost and mean duration count the withheld figures that are known to us."""
    rows = withheld.rows.get(str(figures["edition"]))
    if rows is None:
        return dict(figures)
    costs, months = (rows.revealed[column].dropna().astype("float64") for _, column in UPDATED.values())
    return {
        **figures,
        "total_cost_meur": math.fsum(costs) if len(costs) else None,
        "costed_projects": len(costs),
        "mean_duration_years": math.fsum(months) / len(months) / MONTHS_PER_YEAR if len(months) else None,
        "timed_projects": len(months),
    }


def counting_withheld_groups(withheld: Withheld, groups: pd.DataFrame) -> pd.DataFrame:
    """Statistics whose linear methods count the withheld slippages that are known to us, over the published perimeter.

    Groups and their members stay those of the published rows (a band would give a cost away). A statistic that
    changes loses its interval, which rests on the published rows.

    Args:
        withheld: from `withheld_figures`.
        groups: rows of `OUT_SLIPPAGE_GROUPS` of one edition.
    """
    edition = "" if groups.empty else str(groups["edition"].iloc[0])
    if edition not in withheld.rows:
        return groups
    rows = withheld.rows[edition]
    linear = groups["perimeter"].eq("published") & groups["method"].isin(LINEAR_METHODS)
    lines = []
    for line in groups.loc[linear].to_dict("records"):
        of_group = rows.concerned.get((line["dimension"], line["group_id"]), rows.shown.iloc[:0]).index
        rate = line["rate"]
        counted = rows.revealed.loc[rows.revealed.index.isin(of_group) & rows.revealed[f"{rate}_status"].eq("known")]
        if len(counted) > line["n"]:
            ratio = counted[f"{rate}_slippage_ratio"].astype("float64")
            initial = counted[INITIAL[rate][1]].astype("float64")
            mean = math.fsum(ratio) / len(ratio)
            value = mean if line["method"] == "mean_of_ratios" else math.fsum(ratio * initial) / math.fsum(initial)
            line |= {"value_ratio": value, "n": len(counted), "low_ratio": math.nan, "high_ratio": math.nan}
        lines.append(line)
    changed = pd.DataFrame(lines, index=groups.index[linear], columns=groups.columns)
    names = ["value_ratio", "n", "low_ratio", "high_ratio"]
    unchanged = groups.loc[~linear, names]
    both = pd.concat([unchanged, changed[names].astype(unchanged.dtypes)]).reindex(groups.index)
    return groups.assign(**{name: both[name] for name in names})
