"""One page per ministry for the follow-up with its secretary general. Pure functions on frames."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pandas as pd

from warehouse.follow_up.situations import RATES, contributions_pts
from warehouse.follow_up.tables import OUT_MINISTRY_BRIEF
from warehouse.follow_up.watchlist import above_target, sentence
from warehouse.model.frames import looked_up
from warehouse.model.vocabulary import NO_DEVIATION, WATCH_RULES
from warehouse.projects.withheld import without_withheld
from warehouse.slippage.causes import NO_AMOUNT

_PREVIOUS_AMOUNTS = ["budget_previous_slippage_meur", "schedule_previous_slippage_months"]


def ministry_brief(
    projects: pd.DataFrame,
    slippages: pd.DataFrame,
    previous: pd.DataFrame | None,
    movements: pd.DataFrame,
    watch: pd.DataFrame,
) -> pd.DataFrame:
    """What each ministry's secretary general needs on one page.

    Args:
        projects: core projects of one edition.
        slippages: slippage per project of the same edition.
        previous: slippage per project of the edition just before, None when the warehouse does not have it.
        movements: entries and exits of the edition.
        watch: its watchlist.

    Returns:
        The columns of `OUT_MINISTRY_BRIEF`, one row per ministry of this edition or of the previous one. The
        contributions add up to the headline, and their changes to its change.
    """
    before = slippages.head(0) if previous is None else previous
    ministries = sorted({*projects["ministry_id"], *before["ministry_id"]})
    costs = without_withheld(projects)["updated_cost_meur"].dropna().groupby(projects["ministry_id"])
    frame = pd.DataFrame({"edition": projects["edition"].iloc[0], "ministry_id": ministries}).set_index("ministry_id")
    columns: dict[str, Any] = {
        "projects": _counted(projects, frame.index),
        "known_cost_meur": costs.agg(math.fsum).reindex(frame.index),
        "costed_projects": costs.size().reindex(frame.index, fill_value=0),
        "rebaselined": _counted(slippages.loc[slippages["baseline_number"].gt(1).fillna(value=False)], frame.index),
        **{f"watch_{rule}": _counted(watch.loc[watch["rule"].eq(rule)], frame.index) for rule in WATCH_RULES.codes()},
        **_moves(slippages, previous, movements, frame.index),
        "asked": _requests(projects, slippages, movements, watch).reindex(frame.index),
    }
    for rate in RATES:
        columns |= _rate(slippages, previous, rate, frame.index)
    return frame.assign(**columns).reset_index()[OUT_MINISTRY_BRIEF.names()]


def _counted(rows: pd.DataFrame, ministries: pd.Index) -> pd.Series:
    return rows.groupby("ministry_id").size().reindex(ministries, fill_value=0)


def _rate(
    slippages: pd.DataFrame, previous: pd.DataFrame | None, rate: str, ministries: pd.Index
) -> dict[str, pd.Series]:
    """Mean, count, contribution to the headline and its change, of one rate."""
    known = slippages[f"{rate}_slippage_ratio"].dropna().groupby(slippages["ministry_id"])
    numbers = known.size().reindex(ministries, fill_value=0)
    now = _contribution(slippages, rate, ministries)
    change = pd.Series(math.nan, index=ministries)
    if previous is not None:
        then = _contribution(previous, rate, ministries)
        # A ministry that had no known slippage added nothing to the headline; one that never had any stays unknown.
        change = now.fillna(0).sub(then.fillna(0)).where(now.notna() | then.notna())
    return {
        f"{rate}_slippage_ratio": known.agg(math.fsum).reindex(ministries) / numbers,
        f"{rate}_n": numbers,
        f"{rate}_contribution_pts": now,
        f"{rate}_contribution_change_pts": change,
    }


def _contribution(slippages: pd.DataFrame, rate: str, ministries: pd.Index) -> pd.Series:
    added = contributions_pts(slippages, rate).dropna().groupby(slippages["ministry_id"])
    return added.agg(math.fsum).reindex(ministries)


def _moves(
    slippages: pd.DataFrame, previous: pd.DataFrame | None, movements: pd.DataFrame, ministries: pd.Index
) -> dict[str, pd.Series]:
    """Entries, exits, projects whose forecasts rose or fell; all missing without a previous edition."""
    if previous is None:
        unknown = pd.Series(pd.NA, index=ministries, dtype="Int64")
        return dict.fromkeys(("entries", "exits", "worsened", "improved"), unknown)
    left = movements["movement"].eq("exit")
    amounts = slippages[_PREVIOUS_AMOUNTS].astype("float64")
    rose, fell = amounts.gt(NO_AMOUNT).any(axis=1), amounts.lt(-NO_AMOUNT).any(axis=1)
    return {
        "entries": _counted(movements.loc[~left], ministries),
        "exits": _counted(movements.loc[left], ministries),
        "worsened": _counted(slippages.loc[rose], ministries),
        "improved": _counted(slippages.loc[fell & ~rose], ministries),
    }


def _requests(
    projects: pd.DataFrame, slippages: pd.DataFrame, movements: pd.DataFrame, watch: pd.DataFrame
) -> pd.Series:
    """What is asked of each ministry, as one text, missing when nothing is.

    Reasons of exits, of deviations and opinions come first: without them the panorama itself is incomplete.
    """
    reasons = looked_up(watch["project_id"], projects.set_index("project_id")["deviation_reason"])
    silent = reasons.isna() | reasons.eq(NO_DEVIATION)
    unexplained = watch.loc[watch["rule"].eq("drift") & silent]
    candidates = watch.loc[watch["rule"].eq("drift") & watch["mission_opened_on"].isna(), "project_id"]
    adrift = watch.loc[watch["rule"].eq("recurrent") & watch["project_id"].isin(candidates)]
    gone = movements.loc[movements["movement"].eq("exit") & movements["exit_reason"].isna()]
    requests: Sequence[tuple[str, pd.DataFrame, Callable[[dict[Any, Any]], str]]] = (
        ("donner un motif de sortie pour", gone, _named),
        ("expliquer l'écart de", unexplained, _with_excess),
        ("demander l'avis de la DINUM pour", watch.loc[watch["rule"].eq("no_opinion")], _named),
        ("actualiser la fin prévue, déjà passée, de", watch.loc[watch["rule"].eq("overdue")], _with_end),
        ("transmettre les chiffres manquants de", _incomplete(slippages), _named),
        ("décider d'une mission de sécurisation pour", adrift, _named),
    )
    asked: dict[str, list[str]] = {}
    for request, rows, worded in requests:
        ordered = rows.sort_values(["ministry_id", "project_id"])
        for ministry, group in ordered.groupby("ministry_id", sort=True):
            asked.setdefault(str(ministry), []).append(f"{request} {_listed(map(worded, group.to_dict('records')))}")
    return pd.Series({ministry: sentence(*parts) for ministry, parts in sorted(asked.items())}, dtype="str")


def _incomplete(slippages: pd.DataFrame) -> pd.DataFrame:
    return slippages.loc[slippages["budget_status"].eq("missing") | slippages["schedule_status"].eq("missing")]


def _named(row: dict[Any, Any]) -> str:
    return f"« {row['name']} »"


def _with_excess(row: dict[Any, Any]) -> str:
    above = above_target(row)
    return _named(row) + (f" ({', '.join(above)})" if above else "")


def _with_end(row: dict[Any, Any]) -> str:
    return f"{_named(row)} ({row['updated_end_date']:%m/%Y})"


def _listed(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} et {last}" if first else last
