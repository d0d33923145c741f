"""The balance sheet of finished projects: what was promised, what was delivered. Pure functions."""

import pandas as pd

from warehouse.follow_up.tables import OUT_RETROSPECTIVE
from warehouse.history.movements import exit_reasons
from warehouse.history.standing import KEYS, first_line, last_known, lines_known
from warehouse.model.vocabulary import MINISTRIES
from warehouse.projects.opinions import reference_days
from warehouse.projects.withheld import ANY, ANY_FLAGS, is_withheld, mask, without_withheld

# Columns of the slippages of the last edition that knew each of them, and what they are here.
_SOURCE = {"baseline_source": "baseline_source"}
_BUDGET = {
    "initial_cost_meur": "promised_cost_meur",
    "updated_cost_meur": "delivered_cost_meur",
    "budget_slippage_meur": "cost_difference_meur",
    "budget_slippage_ratio": "cost_difference_ratio",
}
_SCHEDULE = {
    "schedule_status": "schedule_status",
    "initial_duration_months": "promised_duration_months",
    "updated_duration_months": "delivered_duration_months",
    "schedule_slippage_months": "duration_difference_months",
    "schedule_slippage_ratio": "duration_difference_ratio",
}

_OF_PROJECT = [
    *KEYS,
    "name",
    "ministry_id",
    "last_edition",
    "first_edition",
    "editions_followed",
    "declared_end_date",
    "delivered_end_date",
    "first_end_date",
    *ANY_FLAGS,
]


def retrospective(
    projects: pd.DataFrame,
    slippages: pd.DataFrame,
    ledger: pd.DataFrame,
    exits: pd.DataFrame,
    missions: pd.DataFrame,
) -> pd.DataFrame:
    """What finished projects had promised and what they delivered, as known at each edition.

    A project is finished when the edition says so (`completed`), or when it left for that reason.

    Args:
        projects: core projects.
        slippages: slippage per project.
        ledger: the register of baselines.
        exits: the register of exits.
        missions: the register of missions.

    Returns:
        The columns of `OUT_RETROSPECTIVE`; no lesson of a project that keeps figures back. Promised and delivered
        figures are those of the last edition where the slippage was known, hence published.
    """
    ordered = without_withheld(projects).sort_values(KEYS)
    editions = sorted(projects["edition"].unique())
    done = _finished(last_known(_so_far(ordered), editions), exits)
    for rows, named in (
        (slippages, _SOURCE),
        (slippages.loc[slippages["budget_status"].eq("known")], _BUDGET),
        (slippages.loc[slippages["schedule_status"].eq("known")], _SCHEDULE),
    ):
        known = last_known(rows.loc[rows["project_id"].isin(done["project_id"])], editions)
        done = done.merge(known[[*KEYS, *named]].rename(columns=named), how="left", on=KEYS)
    revisions = lines_known(done["project_id"], done["edition"], ledger.loc[ledger["number"].gt(1)], "edition")
    told = done.assign(
        followed_by=_carriers(done, ordered),
        promised_end_date=_promised_end(done, ledger),
        rebaselines=_counted(revisions, done.index),
        **_missions(done, missions),
    )
    # As its last row says: a project that left keeps back what it did.
    return mask(told, OUT_RETROSPECTIVE, {ANY: is_withheld(done)})[OUT_RETROSPECTIVE.names()]


def _so_far(ordered: pd.DataFrame) -> pd.DataFrame:
    """The rows of each project with what was known of it so far: how long it was followed, the ends it published."""
    by_project = ordered.groupby("project_id")
    delivered = by_project["updated_end_date"].ffill()
    return ordered.assign(
        first_edition=by_project["edition"].transform("first"),
        editions_followed=by_project.cumcount() + 1,
        declared_end_date=by_project["initial_end_date"].ffill(),
        delivered_end_date=delivered,
        first_end_date=by_project["updated_end_date"].transform("first").where(delivered.notna()),
    )


def _finished(last: pd.DataFrame, exits: pd.DataFrame) -> pd.DataFrame:
    present = last["last_edition"].eq(last["edition"])
    reasons = exit_reasons(last.assign(edition=last["last_edition"]), exits, last["edition"])
    done = last["phase"].eq("completed").where(present, reasons.eq("completed"))
    return last.loc[done, _OF_PROJECT].reset_index(drop=True)


def _promised_end(done: pd.DataFrame, ledger: pd.DataFrame) -> pd.Series:
    """The end of the first baseline: as last published, else as registered, else the first end published.

    The register is not asked about a project whose schedule was never published.
    """
    firsts = lines_known(done["project_id"], done["edition"], ledger.loc[ledger["number"].eq(1)], "edition")
    registered = first_line(firsts, done.index)["end_date"].where(done["schedule_status"].notna())
    return done["declared_end_date"].fillna(registered).fillna(done["first_end_date"])


def _missions(done: pd.DataFrame, missions: pd.DataFrame) -> dict[str, pd.Series]:
    past = lines_known(
        done["project_id"],
        reference_days(done["edition"]),
        missions.sort_values(["event_date", "line"]),
        "event_date",
    )
    lessons = past["outcome"].dropna().groupby(level=0).agg(" ; ".join).reindex(done.index)
    return {"missions": _counted(past.loc[past["event"].eq("opened")], done.index), "lessons": lessons}


def _carriers(done: pd.DataFrame, ordered: pd.DataFrame) -> pd.Series:
    """The ministries that carried each project, in the order they first did."""
    carried = ordered.drop_duplicates(["project_id", "ministry_id"])[[*KEYS, "ministry_id"]]
    known = lines_known(done["project_id"], done["edition"], carried, "edition")
    labels = known["ministry_id"].map(MINISTRIES.labels_by_code())
    return labels.groupby(level=0).agg(" ; ".join).reindex(done.index)


def _counted(lines: pd.DataFrame, rows: pd.Index) -> pd.Series:
    return lines.groupby(level=0).size().reindex(rows, fill_value=0)
