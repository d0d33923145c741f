"""Whether each project follows from what was said of it before: phase, cost, end, name, ministry.

A figure that is kept back, on either side, is not compared: what a finding says is published.
"""

import numpy as np
import pandas as pd

from checks.rules.conformance import Broken
from checks.rules.figures import UNIT_RATIO, cost_ratio, is_another_unit, months_between
from warehouse.facts.ministries import are_related
from warehouse.home.registers import Registers
from warehouse.model.terms import match_key
from warehouse.model.vocabulary import PHASES, UNSPECIFIED_MINISTRY
from warehouse.projects.durations import MONTHS_PER_YEAR
from warehouse.projects.tables import ROW_KEY
from warehouse.projects.withheld import without_withheld

# Editions come out every four to eight months: beyond a year, one or more are missing and a jump proves nothing.
ONE_EDITION_MONTHS = 12
MOST_COST_JUMP = 2.0
MOST_DELAY_MONTHS, MOST_ADVANCE_MONTHS = 24, 12
# Costs are declared in M€ with two decimals: below half of the last one they are the same.
SAME_COST_MEUR = 0.005
SAME_FIGURES_EDITIONS = 3
ENDED = ("completed", "abandoned", "merged")


# What is compared with the edition before.
_COMPARED = [
    "edition",
    "name",
    "ministry_id",
    "partner_ministry_id",
    "interministerial",
    "phase",
    "updated_cost_meur",
    "updated_end_date",
    "rebaseline_date",
]


def broken_moves(projects: pd.DataFrame, registers: Registers) -> dict[str, pd.DataFrame]:
    """The rows that break each rule on what becomes of a project, whatever their edition.

    Args:
        projects: core projects of all editions.
        registers: `baselines` and `exits` are used.

    Returns:
        By rule, rows of `compared` in the order of editions, files and lines.
    """
    rows = compared(projects, registers["baselines"])
    followed = rows.loc[rows["since"].notna()]
    rules = (_phases, _costs, _ends, _labels, _lost, _completed)
    moved = {name: followed.loc[flags] for rule in rules for name, flags in rule(followed).items()}
    return {**moved, **_unmoved(rows), "ended_project_does_not_come_back": _returned(rows, registers["exits"])}


def compared(projects: pd.DataFrame, ledger: pd.DataFrame) -> pd.DataFrame:
    """Each project of each edition beside its last row in the editions before.

    Args:
        projects: core projects of all editions.
        ledger: the register of baselines.

    Returns:
        The columns of the core projects, withheld figures masked, those compared again with `_before`, and: `since`,
        the edition of the latter, missing when there is none; `cost_ratio`, the cost over the one before; `meant_cost`,
        the cost in the unit of the one before where they are a thousand times apart; `may_jump`, whether more than one
        edition or a baseline stands between.
    """
    rows = without_withheld(projects).sort_values(ROW_KEY, ignore_index=True)
    before = rows.groupby("project_id")[_COMPARED].shift().add_suffix("_before")
    rows = pd.concat([rows, before], axis="columns").assign(since=before["edition_before"])
    cost, cost_before = rows["updated_cost_meur"], rows["updated_cost_meur_before"]
    declared = rows["rebaseline_date"].notna() & rows["rebaseline_date"].ne(rows["rebaseline_date_before"])
    apart = months_between(*(pd.to_datetime(rows[name] + "-01") for name in ("since", "edition")))
    return rows.assign(
        cost_ratio=cost_ratio(cost, cost_before),
        meant_cost=np.where(cost.gt(cost_before), cost / UNIT_RATIO, cost * UNIT_RATIO).round(6),
        may_jump=apart.gt(ONE_EDITION_MONTHS) | declared | rows.index.isin(_revised(rows, ledger)),
    )


def _revised(rows: pd.DataFrame, ledger: pd.DataFrame) -> pd.Series:
    """The index of the rows whose project was given a new baseline since its row before."""
    revisions = ledger.loc[ledger["number"].gt(1), ["project_id", "edition"]].rename(columns={"edition": "revised"})
    both = rows.reset_index()[["index", "project_id", "edition", "since"]].merge(revisions, on="project_id")
    since: pd.Series = both.loc[both["revised"].gt(both["since"]) & both["revised"].le(both["edition"]), "index"]
    return since


def _phases(rows: pd.DataFrame) -> Broken:
    ranks = {code: rank for rank, code in enumerate(PHASES.codes())}
    now, before = rows["phase"], rows["phase_before"]
    back, finished = now.map(ranks).lt(before.map(ranks)), before.eq("completed")
    return {
        "phase_does_not_go_back": back & ~finished,
        "completed_project_stays_completed": back & finished,
    }


def _costs(rows: pd.DataFrame) -> Broken:
    ratio = rows["cost_ratio"]
    unit, jumps = is_another_unit(ratio), ratio.gt(MOST_COST_JUMP) | ratio.lt(1 / MOST_COST_JUMP)
    return {"cost_keeps_its_unit": unit, "cost_does_not_jump": jumps & ~unit & ~rows["may_jump"]}


def _ends(rows: pd.DataFrame) -> Broken:
    later = months_between(rows["updated_end_date_before"], rows["updated_end_date"])
    return {
        "end_is_not_put_off_by_two_years": later.gt(MOST_DELAY_MONTHS) & ~rows["may_jump"],
        "end_is_not_brought_forward_by_a_year": later.lt(-MOST_ADVANCE_MONTHS)
        & ~rows["may_jump"]
        & rows["phase"].ne("completed"),
    }


def _labels(rows: pd.DataFrame) -> Broken:
    ministries = zip(rows["ministry_id"], rows["ministry_id_before"], strict=True)
    # A ministry that an edition does not name is not another one.
    strangers = pd.Series(
        [UNSPECIFIED_MINISTRY not in pair and not are_related(*pair) for pair in ministries],
        index=rows.index,
        dtype=bool,
    )
    # Of a project carried by two, which one is named first is no transfer.
    partners = rows["ministry_id"].eq(rows["partner_ministry_id_before"])
    partners |= rows["partner_ministry_id"].eq(rows["ministry_id_before"])
    flips = rows["interministerial"].ne(rows["interministerial_before"])
    return {
        "name_does_not_change": rows["name"].map(match_key).ne(rows["name_before"].map(match_key)),
        "ministry_does_not_change": strangers & ~partners.fillna(value=False).astype(bool),
        "interministerial_does_not_change": flips.fillna(value=False).astype(bool),
    }


def _lost(rows: pd.DataFrame) -> Broken:
    """Costs and ends that were known and no longer are, though nothing says that they are kept back."""
    columns = (
        ("cost_stays_known", "updated_cost_meur", "cost_withheld"),
        ("end_stays_known", "updated_end_date", "schedule_withheld"),
    )
    return {
        rule: rows[column].isna() & rows[f"{column}_before"].notna() & ~rows[withheld].astype(bool)
        for rule, column, withheld in columns
    }


def _completed(rows: pd.DataFrame) -> Broken:
    both = rows["phase"].eq("completed") & rows["phase_before"].eq("completed")
    cost = rows["updated_cost_meur"].sub(rows["updated_cost_meur_before"]).abs().ge(SAME_COST_MEUR)
    end = months_between(rows["updated_end_date_before"], rows["updated_end_date"]).abs().gt(0)
    return {"completed_figures_do_not_move": both & (cost | end)}


def _unmoved(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Projects whose cost and end are the same for three editions running, or kept back for as long."""
    end = rows["updated_end_date"].dt
    followed = pd.DataFrame(
        {
            "rank": rows["edition"].rank(method="dense"),
            "cost": rows["updated_cost_meur"],
            "end_month": end.year * MONTHS_PER_YEAR + end.month,
            "withheld": rows["withheld"].astype("float64"),
        }
    )
    by_project = followed.groupby(rows["project_id"])
    earlier = [(back, by_project.shift(back)) for back in range(1, SAME_FIGURES_EDITIONS)]
    running = [followed["rank"].sub(then["rank"]).eq(back) for back, then in earlier]
    same = [(then["cost"].eq(followed["cost"]) & then["end_month"].eq(followed["end_month"])) for _, then in earlier]
    kept_back = [then["withheld"].eq(1) for _, then in earlier]
    since = rows.groupby("project_id")["edition"].shift(SAME_FIGURES_EDITIONS - 1)
    stale = np.logical_and.reduce([*running, *same]) & rows["phase"].ne("completed")
    withheld = np.logical_and.reduce([*running, *kept_back]) & followed["withheld"].eq(1)
    rows = rows.assign(since=since)
    return {
        "figures_move_within_three_editions": rows.loc[stale],
        "figures_are_withheld_for_two_editions_at_most": rows.loc[withheld],
    }


def _returned(rows: pd.DataFrame, exits: pd.DataFrame) -> pd.DataFrame:
    """The projects that the register of exits says finished, abandoned or merged, and that are there.

    Returns:
        Rows with `since`, the edition of the exit, and `exit_reason`.
    """
    said = exits[["project_id", "edition", "exit_reason"]].rename(columns={"edition": "left_in"})
    known = rows.merge(said, on="project_id")
    last = known.loc[known["left_in"].le(known["edition"])].drop_duplicates(["edition", "project_id"], keep="last")
    return last.loc[last["exit_reason"].isin(ENDED)].assign(since=last["left_in"])
