"""What changes for each project from one edition to another. Pure functions on all editions at once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas as pd

from warehouse.history.corrections import differs, in_words
from warehouse.history.movements import arrivals_and_departures, met_before, paired
from warehouse.history.standing import KEYS, last_line, lines_known
from warehouse.history.tables import OUT_CHANGES
from warehouse.home.calendar import Calendar
from warehouse.home.register_tables import EXITS
from warehouse.model.schema import empty_frame
from warehouse.projects.durations import MONTHS_PER_YEAR, duration_months
from warehouse.projects.withheld import WITHHELD_FIGURES, without_withheld

_BEFORE = "_before"
_MOVEMENTS = {"entry": "added", "return": "returned", "exit": "left"}
_DECIMALS = 6
_LABELS = [*KEYS, "previous_edition", "name"]


def changes(projects: pd.DataFrame, ledger: pd.DataFrame, exits: pd.DataFrame, calendar: Calendar) -> pd.DataFrame:
    """What changed for each project since the edition just before; nothing where it is not in the warehouse.

    Args:
        projects: core projects.
        ledger: the register of baselines; its revisions known since the edition before are changes.
        exits: the register of exits; why a project left is told after its name.
        calendar: which edition comes before which.

    Returns:
        The columns of `OUT_CHANGES`. A figure that is withheld on either side is not compared.
    """
    after, before = paired(projects, calendar)
    return _changes(after, before, met_before(projects), ledger, exits)


def changes_between(
    after: pd.DataFrame,
    before: pd.DataFrame,
    ledger: pd.DataFrame,
    *,
    ever: pd.Series | None = None,
    exits: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What changed for each project between any two editions.

    Args:
        after: core projects of one edition.
        before: core projects of the other.
        ledger: the register of baselines.
        ever: ids met before `before`, which make an arrival a return.
        exits: the register of exits.

    Returns:
        The columns of `OUT_CHANGES`, as `changes` gives them.
    """
    edition, previous = after["edition"].iloc[0], before["edition"].iloc[0]
    return _changes(
        after.assign(previous_edition=previous),
        before.assign(previous_edition=previous, edition=edition),
        after["project_id"].isin([] if ever is None else ever),
        ledger,
        empty_frame(EXITS) if exits is None else exits,
    )


def _changes(
    after: pd.DataFrame, before: pd.DataFrame, met: pd.Series, ledger: pd.DataFrame, exits: pd.DataFrame
) -> pd.DataFrame:
    now, then = (without_withheld(side)[_READ] for side in (after, before))
    both = now.merge(then, on=[*KEYS, "previous_edition"], suffixes=("", _BEFORE), validate="one_to_one")
    parts = (
        _arrivals(arrivals_and_departures(after, before, met, exits)),
        *_compared(both),
        *_withholdings(both),
        _rebaselines(after, ledger),
    )
    return pd.concat(parts, ignore_index=True)


def _told(
    rows: pd.DataFrame,
    change: pd.Series | str,
    before: pd.Series | None,
    after: pd.Series | None,
    difference: pd.Series | None = None,
) -> pd.DataFrame:
    """Changes of these rows; what is None is missing on all of them."""
    unknown, unmeasured = pd.Series(index=rows.index, dtype="str"), pd.Series(index=rows.index, dtype="float64")
    return rows.assign(
        change=change,
        before=unknown if before is None else before,
        after=unknown if after is None else after,
        difference=unmeasured if difference is None else difference.astype("float64"),
    )[OUT_CHANGES.names()]


def _arrivals(moved: pd.DataFrame) -> pd.DataFrame:
    left = moved["movement"].eq("exit")
    before, after = moved["name"].where(left), moved["exit_reason"].where(left, moved["name"])
    return _told(moved, moved["movement"].map(_MOVEMENTS).astype("str"), before, after)


def _withholdings(both: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    withheld = both.loc[both["withheld"] & ~both[f"withheld{_BEFORE}"]]
    again = both.loc[~both["withheld"] & both[f"withheld{_BEFORE}"]]
    return (
        _told(withheld, "withheld", None, withheld["withheld_reason"]),
        _told(again, "published_again", again[f"withheld_reason{_BEFORE}"], None),
    )


def _rebaselines(after: pd.DataFrame, ledger: pd.DataFrame) -> pd.DataFrame:
    """The last revision known since the previous edition.

    Its figures may be withheld; its number and reason are not.
    """
    known = lines_known(after["project_id"], after["edition"], ledger.loc[ledger["number"].gt(1)], "edition")
    line = last_line(known, after.index)
    rows = after.loc[line["edition"].gt(after["previous_edition"])]
    number, reason = line.loc[rows.index, "number"], line.loc[rows.index, "reason"]
    return _told(rows, "rebaselined", "n° " + (number - 1).astype("str"), "n° " + number.astype("str") + " : " + reason)


def _amount(before: pd.Series, after: pd.Series) -> pd.Series:
    difference = after.astype("float64") - before.astype("float64")
    return difference.map(lambda value: round(float(value), _DECIMALS), na_action="ignore")


def _nearest_months(before: pd.Series, after: pd.Series) -> pd.Series:
    return duration_months(before, after)


def _calendar_months(before: pd.Series, after: pd.Series) -> pd.Series:
    between: pd.Series = (after.dt.year - before.dt.year) * MONTHS_PER_YEAR + after.dt.month - before.dt.month
    return between


def _end_moves(before: pd.Series, after: pd.Series) -> pd.Series:
    """Ends recovered from a number of days fall on any day: 31 March and 1 April are the same."""
    return differs(before, after) & duration_months(before, after).ne(0).fillna(value=True).astype(bool)


def _start_moves(before: pd.Series, after: pd.Series) -> pd.Series:
    """The first and the seventh of a month are one start: only months count in a duration."""
    return differs(before.dt.to_period("M"), after.dt.to_period("M"))


@dataclass(frozen=True)
class _Comparison:
    """A column that is compared: when a value counts as changed, and how far it went."""

    change: str
    column: str
    moves: Callable[[pd.Series, pd.Series], pd.Series] = differs
    difference: Callable[[pd.Series, pd.Series], pd.Series] | None = None


_COMPARISONS = (
    _Comparison("renamed", "name"),
    _Comparison("moved_ministry", "ministry_id"),
    _Comparison("phase", "phase"),
    _Comparison("cost", "updated_cost_meur", difference=_amount),
    _Comparison("start", "start_date", _start_moves, _calendar_months),
    _Comparison("end", "updated_end_date", _end_moves, _nearest_months),
    _Comparison("duration", "updated_duration_months", difference=_amount),
    _Comparison("initial_cost", "initial_cost_meur", difference=_amount),
    _Comparison("initial_end", "initial_end_date", _end_moves, _nearest_months),
)
# What is read of a project: who it is, what is compared, what is kept back.
_READ = [
    *_LABELS,
    *(comparison.column for comparison in _COMPARISONS if comparison.column not in _LABELS),
    *("withheld", "withheld_reason", *WITHHELD_FIGURES),
]


def _compared(both: pd.DataFrame) -> Iterator[pd.DataFrame]:
    for comparison in _COMPARISONS:
        before, after = both[f"{comparison.column}{_BEFORE}"], both[comparison.column]
        moved = comparison.moves(before, after)
        for flag in (flag for flag, columns in WITHHELD_FIGURES.items() if comparison.column in columns):
            # Known on one side only because it is kept back on the other: said by `withheld`, not as a change.
            moved &= ~(both[flag] | both[f"{flag}{_BEFORE}"]).astype(bool)
        if moved.any():
            before, after = before.loc[moved], after.loc[moved]
            difference = None if comparison.difference is None else comparison.difference(before, after)
            yield _told(both.loc[moved, _LABELS], comparison.change, in_words(before), in_words(after), difference)
