"""What changes from one edition, or one version of it, to the next. Pure functions on frames."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from warehouse.history.tables import OUT_CHANGES, OUT_LEAVERS, OUT_MOVEMENTS
from warehouse.home.register_tables import EXITS
from warehouse.model.frames import looked_up
from warehouse.model.schema import empty_frame
from warehouse.projects.durations import MONTHS_PER_YEAR, duration_months
from warehouse.projects.tables import CORE_PROJECTS
from warehouse.projects.withheld import without_withheld

# What says where a row comes from, not what it says.
PROVENANCE = ("source_file", "source_sha256", "source_sheet", "source_row")
LABELS = ["project_id", "name", "ministry_id"]


def movements(projects: pd.DataFrame, previous: pd.DataFrame, ever: pd.Series, exits: pd.DataFrame) -> pd.DataFrame:
    """Who came in, came back and left between two editions.

    Args:
        projects: core projects of the edition.
        previous: core projects of the edition just before.
        ever: ids of every project of an earlier edition.
        exits: the register of exits.

    Returns:
        The columns of `OUT_MOVEMENTS`; a project that left has the name and ministry it had.
    """
    edition, before = projects["edition"].iloc[0], previous["edition"].iloc[0]
    arrived = projects.loc[~projects["project_id"].isin(previous["project_id"])]
    arrived = arrived[LABELS].assign(
        movement=pd.Series("entry", index=arrived.index).mask(arrived["project_id"].isin(ever), "return")
    )
    gone = previous.loc[~previous["project_id"].isin(projects["project_id"])]
    gone = gone[LABELS].assign(movement="exit", exit_reason=exit_reasons(gone, exits, edition))
    both = pd.concat([arrived.assign(exit_reason=None), gone], ignore_index=True)
    return both.assign(edition=edition, previous_edition=before)[OUT_MOVEMENTS.names()]


def exit_reasons(last_rows: pd.DataFrame, exits: pd.DataFrame, edition: str) -> pd.Series:
    """Why each project is no longer there, missing when nobody said.

    Args:
        last_rows: the last core row of each project, before it left.
        exits: the register of exits; a line before the last row is about an earlier exit.
        edition: lines about later editions are left out.
    """
    past = exits.loc[exits["edition"].le(edition)].sort_values(["edition", "line"])
    known = past.drop_duplicates("project_id", keep="last").set_index("project_id")
    since = looked_up(last_rows["project_id"], known["edition"])
    stated = looked_up(last_rows["project_id"], known["exit_reason"]).where(
        since.gt(last_rows["edition"]).fillna(value=False)
    )
    deduced = pd.Series("completed", index=last_rows.index).where(last_rows["phase"].eq("completed"))
    return stated.fillna(deduced)


def leavers(
    projects: pd.DataFrame, history: pd.DataFrame, slippages: pd.DataFrame, exits: pd.DataFrame
) -> pd.DataFrame:
    """Every project followed once and absent from an edition, its last known slippages frozen.

    Args:
        projects: core projects of the edition.
        history: core projects of the earlier editions.
        slippages: slippage per project of the earlier editions.
        exits: the register of exits.

    Returns:
        The columns of `OUT_LEAVERS`.
    """
    edition = projects["edition"].iloc[0]
    gone = history.loc[~history["project_id"].isin(projects["project_id"])].sort_values("edition")
    last = gone.drop_duplicates("project_id", keep="last").reset_index(drop=True)
    frame = last[LABELS].assign(
        edition=edition, last_edition=last["edition"], exit_reason=exit_reasons(last, exits, edition)
    )
    ordered = slippages.sort_values("edition")
    for rate in ("budget", "schedule"):
        known = ordered.loc[ordered[f"{rate}_status"].eq("known")].drop_duplicates("project_id", keep="last")
        frozen = known.set_index("project_id")
        frame = frame.assign(
            **{
                f"{rate}_slippage_ratio": looked_up(frame["project_id"], frozen[f"{rate}_slippage_ratio"]),
                f"{rate}_known_edition": looked_up(frame["project_id"], frozen["edition"]),
            }
        )
    return frame[OUT_LEAVERS.names()]


def changes(
    after: pd.DataFrame,
    before: pd.DataFrame,
    ledger: pd.DataFrame,
    *,
    ever: pd.Series | None = None,
    exits: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What changed for each project between any two editions.

    Args:
        after: core projects of the later edition.
        before: core projects of the earlier one.
        ledger: the register of baselines; its revisions known since `before` are changes.
        ever: ids met before `before`, which make an arrival a return.
        exits: the register of exits; why a project left is told after its name.

    Returns:
        The columns of `OUT_CHANGES`. A figure that is withheld on either side is not compared.
    """
    edition, previous = after["edition"].iloc[0], before["edition"].iloc[0]
    now, then = (without_withheld(frame).set_index("project_id") for frame in (after, before))
    common = now.index.intersection(then.index).sort_values()
    exits = empty_frame(EXITS) if exits is None else exits
    gone = before.loc[~before["project_id"].isin(after["project_id"])]
    reasons = exit_reasons(gone, exits, edition).set_axis(gone["project_id"])
    rows = [*_arrivals(now, then, set() if ever is None else set(ever), reasons)]
    for change, column, moves, difference in _COMPARED:
        left, right = then.loc[common, column], now.loc[common, column]
        moved = moves(left, right)
        if change in ("cost", "initial_cost"):
            # Known on one side only because it is kept back on the other: said by `withheld`, not as a change.
            moved &= ~(then.loc[common, "cost_withheld"] | now.loc[common, "cost_withheld"]).astype(bool)
        if change in ("end", "duration", "initial_end"):
            moved &= ~(then.loc[common, "schedule_withheld"] | now.loc[common, "schedule_withheld"]).astype(bool)
        rows += [
            _change(identifier, now.loc[identifier], change, _text(left[identifier]), _text(right[identifier]))
            | {"difference": difference(left[identifier], right[identifier])}
            for identifier in common[moved.to_numpy(dtype=bool)]
        ]
    rows += _withholdings(now, then, common)
    rows += _rebaselines(now, ledger, previous, edition)
    return pd.DataFrame(rows, columns=OUT_CHANGES.names()).assign(edition=edition, previous_edition=previous)


def _arrivals(
    now: pd.DataFrame, then: pd.DataFrame, ever: set[str], exit_reason: pd.Series
) -> Iterator[dict[str, Any]]:
    for identifier in now.index.difference(then.index):
        change = "returned" if identifier in ever else "added"
        yield _change(identifier, now.loc[identifier], change, None, now.loc[identifier, "name"])
    for identifier in then.index.difference(now.index):
        yield _change(
            identifier, then.loc[identifier], "left", then.loc[identifier, "name"], _text(exit_reason[identifier])
        )


def _change(identifier: str, row: pd.Series, change: str, before: Any, after: Any) -> dict[str, Any]:
    return {"project_id": identifier, "name": row["name"], "change": change, "before": before, "after": after}


def _withholdings(now: pd.DataFrame, then: pd.DataFrame, common: pd.Index) -> Iterator[dict[str, Any]]:
    for change, source in (("withheld", now), ("published_again", then)):
        concerned = now.loc[common, "withheld"].ne(then.loc[common, "withheld"]) & source.loc[common, "withheld"]
        for identifier in common[concerned.to_numpy(dtype=bool)]:
            reason = _text(source.loc[identifier, "withheld_reason"])
            is_now = change == "withheld"
            yield _change(
                identifier, now.loc[identifier], change, None if is_now else reason, reason if is_now else None
            )


def _rebaselines(now: pd.DataFrame, ledger: pd.DataFrame, previous: str, edition: str) -> Iterator[dict[str, Any]]:
    revised = ledger.loc[
        ledger["number"].gt(1) & ledger["edition"].gt(previous) & ledger["edition"].le(edition)
    ].drop_duplicates("project_id", keep="last")
    for line in revised.to_dict("records"):
        if line["project_id"] in now.index:
            row = now.loc[line["project_id"]]
            # The figures of a revision may be withheld; its number and reason are not.
            said = f"n° {line['number']} : {line['reason']}"
            yield _change(line["project_id"], row, "rebaselined", f"n° {line['number'] - 1}", said)


def _differs(left: pd.Series, right: pd.Series) -> pd.Series:
    both_missing = left.isna() & right.isna()
    equal = left.eq(right).astype("boolean").fillna(value=False)
    return ~(both_missing | equal).astype(bool)


def _text(value: Any) -> str | None:
    if value is None or pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return str(value.date().isoformat())
    if isinstance(value, bool | np.bool):
        return "true" if value else "false"
    return repr(float(value)) if isinstance(value, float) else str(value)


def _no_difference(_before: Any, _after: Any) -> float | None:
    return None


def _amount(before: Any, after: Any) -> float | None:
    return None if pd.isna(before) or pd.isna(after) else round(float(after) - float(before), 6)


def _nearest_months(before: Any, after: Any) -> float | None:
    between = duration_months(pd.Series([before], dtype="datetime64[s]"), pd.Series([after], dtype="datetime64[s]"))
    return None if between.isna().all() else float(between.iloc[0])


def _calendar_months(before: Any, after: Any) -> float | None:
    if pd.isna(before) or pd.isna(after):
        return None
    return float((after.year - before.year) * MONTHS_PER_YEAR + after.month - before.month)


def _end_moves(left: pd.Series, right: pd.Series) -> pd.Series:
    """Ends recovered from a number of days fall on any day: 31 March and 1 April are the same."""
    return _differs(left, right) & duration_months(left, right).ne(0).fillna(value=True).astype(bool)


def _start_moves(left: pd.Series, right: pd.Series) -> pd.Series:
    """The first and the seventh of a month are one start: only months count in a duration."""
    return _differs(left.dt.to_period("M"), right.dt.to_period("M"))


# Change, column, whether a value moves, how far.
_COMPARED: tuple[
    tuple[str, str, Callable[[pd.Series, pd.Series], pd.Series], Callable[[Any, Any], float | None]], ...
] = (
    ("renamed", "name", _differs, _no_difference),
    ("moved_ministry", "ministry_id", _differs, _no_difference),
    ("phase", "phase", _differs, _no_difference),
    ("cost", "updated_cost_meur", _differs, _amount),
    ("start", "start_date", _start_moves, _calendar_months),
    ("end", "updated_end_date", _end_moves, _nearest_months),
    ("duration", "updated_duration_months", _differs, _amount),
    ("initial_cost", "initial_cost_meur", _differs, _amount),
    ("initial_end", "initial_end_date", _end_moves, _nearest_months),
)


def corrections(after: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Every value that differs between two versions of the core projects of an edition.

    Returns:
        `project_id`, `field`, `name`, `before`, `after`; `field` is `project` for a row added or removed. Where a
        row stands in which file is not a value.
    """
    now, then = after.set_index("project_id"), before.set_index("project_id")
    rows = [
        {
            "project_id": identifier,
            "field": "project",
            "name": (now if identifier in now.index else then).loc[identifier, "name"],
            "before": then["name"].get(identifier),
            "after": now["name"].get(identifier),
        }
        for identifier in now.index.symmetric_difference(then.index).sort_values()
    ]
    common = now.index.intersection(then.index).sort_values()
    for column in CORE_PROJECTS.names():
        if column in (*PROVENANCE, "edition", "project_id"):
            continue
        left, right = then.loc[common, column], now.loc[common, column]
        rows += [
            {
                "project_id": identifier,
                "field": column,
                "name": now.loc[identifier, "name"],
                "before": _text(left[identifier]),
                "after": _text(right[identifier]),
            }
            for identifier in common[_differs(left, right).to_numpy(dtype=bool)]
        ]
    return pd.DataFrame(rows, columns=["project_id", "field", "name", "before", "after"])
