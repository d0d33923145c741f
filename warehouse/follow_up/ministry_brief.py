"""One page per ministry for the follow-up with its secretary general. Pure functions on all editions at once."""

import math
import re
from collections.abc import Callable
from typing import Any

import pandas as pd

from warehouse.follow_up.situations import RATES, contributions_pts
from warehouse.follow_up.tables import OUT_MINISTRY_BRIEF
from warehouse.follow_up.watch_rules import Row, above_target, sentence
from warehouse.history.movements import paired
from warehouse.history.standing import KEYS
from warehouse.home.calendar import Calendar
from warehouse.model import french
from warehouse.model.vocabulary import NO_DEVIATION, WATCH_RULES
from warehouse.projects.withheld import without_withheld
from warehouse.slippage.causes import NO_AMOUNT

# How each request starts, the project or projects it is about being named after.
REQUESTS = {
    "exit_reason": "donner un motif de sortie pour",
    "deviation": "expliquer l'écart de",
    "opinion": "demander l'avis de la DINUM pour",
    "overdue": "actualiser la fin prévue, déjà passée, de",
    "figures": "transmettre les chiffres manquants de",
    "mission": "décider d'une mission de sécurisation pour",
}
_PAGE = ["edition", "ministry_id"]
_PREVIOUS_AMOUNTS = ["budget_previous_slippage_meur", "schedule_previous_slippage_months"]


def ministry_brief(
    projects: pd.DataFrame,
    slippages: pd.DataFrame,
    movements: pd.DataFrame,
    watch: pd.DataFrame,
    calendar: Calendar,
) -> pd.DataFrame:
    """What each ministry's secretary general needs on one page, at each edition.

    Args:
        projects: core projects.
        slippages: slippage per project.
        movements: entries and exits.
        watch: the watchlist.
        calendar: which edition comes before which.

    Returns:
        The columns of `OUT_MINISTRY_BRIEF`, one row per edition and ministry of it or of the edition just before.
        The contributions add up to the headline, and their changes to its change; nothing is said of changes where
        the edition just before is not in the warehouse.
    """
    told = slippages.assign(**{f"{rate}_contribution_pts": contributions_pts(slippages, rate) for rate in RATES})
    after, before = paired(told, calendar)
    pages = pd.MultiIndex.from_frame(pd.concat([projects[_PAGE], before[_PAGE]]).drop_duplicates())
    compared = pd.Series(pages.isin(after["edition"].unique(), level="edition"), index=pages)
    costs = without_withheld(projects).dropna(subset="updated_cost_meur")
    rebaselined = slippages.loc[slippages["baseline_number"].gt(1).fillna(value=False)]
    columns: dict[str, Any] = {
        "projects": _counted(projects, pages),
        "known_cost_meur": _summed(costs, "updated_cost_meur", pages),
        "costed_projects": _counted(costs, pages),
        "rebaselined": _counted(rebaselined, pages),
        **{f"watch_{rule}": _counted(watch.loc[watch["rule"].eq(rule)], pages) for rule in WATCH_RULES.codes()},
        **_moves(slippages, movements, compared),
        "asked": _requests(projects, slippages, movements, watch).reindex(pages),
    }
    for rate in RATES:
        columns |= _rate(told, before, rate, compared)
    return pd.DataFrame(columns, index=pages).reset_index()[OUT_MINISTRY_BRIEF.names()]


def _counted(rows: pd.DataFrame, pages: pd.Index) -> pd.Series:
    return rows.groupby(_PAGE).size().reindex(pages, fill_value=0)


def _summed(rows: pd.DataFrame, column: str, pages: pd.Index) -> pd.Series:
    """The exact sum of the known values of each page, missing when none is known."""
    known = rows.dropna(subset=column)
    return known.groupby(_PAGE)[column].agg(math.fsum).reindex(pages).astype("float64")


def _rate(told: pd.DataFrame, before: pd.DataFrame, rate: str, compared: pd.Series) -> dict[str, pd.Series]:
    """Mean, count, contribution to the headline and its change, of one rate."""
    ratio, contribution = f"{rate}_slippage_ratio", f"{rate}_contribution_pts"
    numbers = _counted(told.dropna(subset=ratio), compared.index)
    now, then = (_summed(rows, contribution, compared.index) for rows in (told, before))
    # A ministry that had no known slippage added nothing to the headline; one that never had any stays unknown.
    change = now.fillna(0).sub(then.fillna(0)).where(compared & (now.notna() | then.notna()))
    return {
        ratio: _summed(told, ratio, compared.index) / numbers,
        f"{rate}_n": numbers,
        contribution: now,
        f"{rate}_contribution_change_pts": change,
    }


def _moves(slippages: pd.DataFrame, movements: pd.DataFrame, compared: pd.Series) -> dict[str, pd.Series]:
    """Entries, exits, projects whose forecasts rose or fell; all missing without a previous edition."""
    left = movements["movement"].eq("exit")
    amounts = slippages[_PREVIOUS_AMOUNTS].astype("float64")
    rose, fell = amounts.gt(NO_AMOUNT).any(axis=1), amounts.lt(-NO_AMOUNT).any(axis=1)
    moved = {
        "entries": movements.loc[~left],
        "exits": movements.loc[left],
        "worsened": slippages.loc[rose],
        "improved": slippages.loc[fell & ~rose],
    }
    return {name: _counted(rows, compared.index).astype("Int64").where(compared) for name, rows in moved.items()}


def _requests(
    projects: pd.DataFrame, slippages: pd.DataFrame, movements: pd.DataFrame, watch: pd.DataFrame
) -> pd.Series:
    """What is asked of each ministry, as one text by page; a page of which nothing is asked is not there.

    Reasons of exits, of deviations and opinions come first: without them the panorama itself is incomplete.
    """
    drift = watch.loc[watch["rule"].eq("drift")].merge(projects[[*KEYS, "deviation_reason"]], how="left", on=KEYS)
    unexplained = drift.loc[drift["deviation_reason"].isna() | drift["deviation_reason"].eq(NO_DEVIATION)]
    candidates = drift.loc[drift["mission_opened_on"].isna(), KEYS]
    recurrent = watch.loc[watch["rule"].eq("recurrent")].merge(candidates, on=KEYS)
    gone = movements.loc[movements["movement"].eq("exit") & movements["exit_reason"].isna()]
    missing = slippages["budget_status"].eq("missing") | slippages["schedule_status"].eq("missing")
    asked = [
        _asked("exit_reason", gone, _named),
        _asked("deviation", unexplained, _with_excess),
        _asked("opinion", watch.loc[watch["rule"].eq("no_opinion")], _named),
        _asked("overdue", watch.loc[watch["rule"].eq("overdue")], _with_end),
        _asked("figures", slippages.loc[missing], _named),
        _asked("mission", recurrent, _named),
    ]
    told: pd.Series = pd.concat(asked).groupby(level=_PAGE).agg(sentence)
    return told


def requests_in(asked: str) -> list[str]:
    """The requests that a text of `asked` is made of, each as a sentence without its full stop."""
    starts = "|".join(map(re.escape, REQUESTS.values()))
    return [french.capitalised(one) for one in re.split(rf" ; (?={starts})", asked.removesuffix("."))]


def _asked(request: str, rows: pd.DataFrame, worded: Callable[[Row], str]) -> pd.Series:
    """One of `REQUESTS` by page, naming the projects it is about."""
    ordered = rows.sort_values(["project_id"])
    named = pd.Series(
        [worded(row) for row in ordered.to_dict("records")], pd.MultiIndex.from_frame(ordered[_PAGE]), "str"
    )
    return f"{REQUESTS[request]} " + named.groupby(level=_PAGE).agg(lambda names: french.listed(list(names)))


def _named(row: Row) -> str:
    return f"« {row['name']} »"


def _with_excess(row: Row) -> str:
    above = above_target(row)
    return _named(row) + (f" ({', '.join(above)})" if above else "")


def _with_end(row: Row) -> str:
    return f"{_named(row)} ({row['updated_end_date']:%m/%Y})"
