"""What is known of each project at each edition, side by side, for the rules that follow projects up.

Pure functions on frames; the rules are in `warehouse.follow_up.watch_rules` and `warehouse.follow_up.scorecard`.
"""

from collections.abc import Sequence

import pandas as pd

from warehouse.facts.reference import Target, target_for
from warehouse.model.frames import looked_up
from warehouse.projects.durations import duration_months
from warehouse.projects.opinions import opinion_is_lacking, reference_days
from warehouse.projects.withheld import without_withheld
from warehouse.slippage.headlines import has_headline

RATES = ("budget", "schedule")
# The amount of each rate, and the initial forecast it is a fraction of.
AMOUNTS = {
    "budget": ("budget_previous_slippage_meur", "initial_cost_meur"),
    "schedule": ("schedule_previous_slippage_months", "initial_duration_months"),
}
# Recurrence is looked for among this many of a project's last editions (domain facts: 3 of the last 4).
RECENT_EDITIONS = 4
# A change below this is the rounding of a subtraction (percentage points).
NO_CHANGE_PTS = 1e-9


def contributions_pts(slippages: pd.DataFrame, rate: str) -> pd.Series:
    """What each project adds to the headline of its edition: ratio / n × 100, in points.

    Args:
        slippages: slippage per project of any editions.
        rate: `budget` or `schedule`.

    Returns:
        Aligned with `slippages`; missing unless the slippage is known and its edition has a headline, which they add up
        to.
    """
    ratio = slippages[f"{rate}_slippage_ratio"].astype("float64").where(has_headline(slippages, rate))
    known = ratio.notna().groupby(slippages["edition"]).transform("sum")
    return ratio / known.where(known > 0) * 100


def changes_pts(slippages: pd.DataFrame, rate: str) -> pd.Series:
    """How much each forecast moved in one edition, in points of the first baseline.

    (updated − previous edition) / initial × 100: the change of the slippage when the baseline stayed the same, and
    still a change of forecast when it did not.

    Returns:
        Aligned with `slippages`; missing unless the slippage and the one against the previous edition are known.
    """
    amount, initial = AMOUNTS[rate]
    known = slippages[f"{rate}_slippage_ratio"].notna()
    return slippages[amount].astype("float64") / slippages[initial].astype("float64").where(known) * 100


def situations(projects: pd.DataFrame, slippages: pd.DataFrame, targets: Sequence[Target]) -> pd.DataFrame:
    """What is known of each project at each edition, nothing of it withheld.

    Args:
        projects: core projects.
        slippages: slippage per project.
        targets: by due date; before its adoption a target is none.

    Returns:
        One row per project and edition in both, sorted by project then edition: labels and masked figures of the
        project, its slippages, and
        `position` (rank of the edition, with a hole before one whose predecessor is not in the warehouse),
        `has_predecessor`, `first_has_predecessor`, `editions_seen`, `target_ratio`, `target_due_on`, `above_target`,
        `remaining_months`, `opinion_lacking`, `{rate}_contribution_pts`, `{rate}_change_pts`, `worsened`, `compared`,
        `editions_worsened` and `editions_compared` (among the project's last `RECENT_EDITIONS`).
    """
    shown = without_withheld(projects)
    told = shown.assign(opinion_lacking=opinion_is_lacking(shown))[
        ["edition", "project_id", "updated_end_date", "opinion", "deviation_reason", "opinion_lacking"]
    ]
    rates = {f"{rate}_contribution_pts": contributions_pts(slippages, rate) for rate in RATES}
    rates |= {f"{rate}_change_pts": changes_pts(slippages, rate) for rate in RATES}
    frame = (
        slippages.assign(**rates)
        .merge(told, on=["edition", "project_id"], how="inner", validate="one_to_one")
        .sort_values(["project_id", "edition"], ignore_index=True)
    )
    return frame.pipe(_placed).pipe(_judged, targets)


def _placed(frame: pd.DataFrame) -> pd.DataFrame:
    """Where each row stands in time."""
    linked = frame["previous_edition"].notna().groupby(frame["edition"]).any().sort_index()
    position = pd.Series(2 - linked.astype("int64"), index=linked.index).cumsum()
    by_project = frame["project_id"]
    has_predecessor = looked_up(frame["edition"], linked)
    return frame.assign(
        position=looked_up(frame["edition"], position),
        has_predecessor=has_predecessor,
        first_has_predecessor=has_predecessor.groupby(by_project).transform("first"),
        editions_seen=frame.groupby("project_id").cumcount() + 1,
        remaining_months=duration_months(reference_days(frame["edition"]), frame["updated_end_date"]),
    )


def _judged(frame: pd.DataFrame, targets: Sequence[Target]) -> pd.DataFrame:
    """How each row compares with the target and with the edition before it."""
    in_force = {edition: target_for(edition, targets) for edition in frame["edition"].unique()}
    ceilings = {edition: target.target_pct / 100 for edition, target in in_force.items() if target is not None}
    dues = {edition: pd.Timestamp(target.due_on) for edition, target in in_force.items() if target is not None}
    target = frame["edition"].map(ceilings).astype("float64")
    changes = frame[[f"{rate}_change_pts" for rate in RATES]]
    marked = frame.assign(
        target_ratio=target,
        target_due_on=frame["edition"].map(dues).astype("datetime64[s]"),
        above_target=frame[[f"{rate}_slippage_ratio" for rate in RATES]].gt(target, axis=0).any(axis=1),
        worsened=changes.gt(NO_CHANGE_PTS).any(axis=1),
        compared=changes.notna().any(axis=1),
    )
    return marked.assign(editions_worsened=_recent(marked, "worsened"), editions_compared=_recent(marked, "compared"))


def _recent(frame: pd.DataFrame, flag: str) -> pd.Series:
    counts = frame[flag].astype("float64").groupby(frame["project_id"]).rolling(RECENT_EDITIONS, min_periods=1).sum()
    return counts.droplevel(0).reindex(frame.index).astype("int64")


def spells(frame: pd.DataFrame, flagged: pd.Series) -> pd.DataFrame:
    """The uninterrupted spells during which a flag holds.

    A spell ends when the flag falls, when the project is absent, and where an edition is not in the warehouse.

    Args:
        frame: `situations`.
        flagged: booleans aligned with it.

    Returns:
        Aligned with the flagged rows: `since_edition` and `editions_running`, the length of the spell so far.
    """
    rows = frame.loc[flagged, ["project_id", "edition", "position"]]
    island = rows["position"] - rows.groupby("project_id").cumcount()
    keys = [rows["project_id"], island]
    return pd.DataFrame(
        {
            "since_edition": rows["edition"].groupby(keys).transform("first"),
            "editions_running": rows.groupby(keys).cumcount() + 1,
        }
    )
