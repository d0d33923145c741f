"""The balance sheet of finished projects: what was promised, what was delivered. Pure functions on frames."""

from collections.abc import Iterable

import pandas as pd

from warehouse.follow_up.rating_tables import OUT_RETROSPECTIVE
from warehouse.history.changes import exit_reasons
from warehouse.model.frames import looked_up
from warehouse.model.vocabulary import MINISTRIES
from warehouse.projects.withheld import without_withheld

# Columns of the result, and where they are in the slippages of the last edition that knew the slippage.
_BUDGET = {
    "promised_cost_meur": "initial_cost_meur",
    "delivered_cost_meur": "updated_cost_meur",
    "cost_difference_meur": "budget_slippage_meur",
    "cost_difference_ratio": "budget_slippage_ratio",
}
_SCHEDULE = {
    "promised_duration_months": "initial_duration_months",
    "delivered_duration_months": "updated_duration_months",
    "duration_difference_months": "schedule_slippage_months",
    "duration_difference_ratio": "schedule_slippage_ratio",
}


def retrospective(
    history: pd.DataFrame,
    slippages: pd.DataFrame,
    ledger: pd.DataFrame,
    exits: pd.DataFrame,
    missions: pd.DataFrame,
) -> pd.DataFrame:
    """What finished projects had promised and what they delivered, at the last edition of a history.

    A project is finished when that edition says so (`completed`), or when it left for that reason.

    Args:
        history: core projects of all editions up to that one, it included.
        slippages: slippage per project of the same editions.
        ledger: the register of baselines.
        exits: the register of exits.
        missions: the register of missions.

    Returns:
        The columns of `OUT_RETROSPECTIVE`. Promised and delivered figures are those of the last edition where the
        slippage was known, hence published.
    """
    edition = history["edition"].max()
    done = _finished(history, exits, edition)
    rows = without_withheld(history).loc[lambda frame: frame["project_id"].isin(done["project_id"])]
    ordered = rows.sort_values(["edition", "project_id"])
    identifiers = done["project_id"]
    by_project = ordered.groupby("project_id")
    told = slippages.loc[slippages["edition"].le(edition)].sort_values("edition")
    source = told.drop_duplicates("project_id", keep="last").set_index("project_id")["baseline_source"]
    revisions = ledger.loc[ledger["number"].gt(1) & ledger["edition"].le(edition)]
    past = missions.loc[missions["event_date"].le(pd.Timestamp(f"{edition}-01"))].sort_values(["event_date", "line"])
    return done.assign(
        edition=edition,
        last_edition=done["edition"],
        first_edition=looked_up(identifiers, by_project["edition"].first()),
        editions_followed=looked_up(identifiers, by_project.size()),
        followed_by=looked_up(identifiers, by_project["ministry_id"].agg(_ministries)),
        baseline_source=looked_up(identifiers, source),
        **_last_known(told, "budget", _BUDGET, identifiers),
        **_last_known(told, "schedule", _SCHEDULE, identifiers),
        promised_end_date=_promised_end(ordered, told, ledger, edition, identifiers),
        delivered_end_date=looked_up(identifiers, by_project["updated_end_date"].last()),
        rebaselines=_counted(revisions, identifiers),
        missions=_counted(past.loc[past["event"].eq("opened")], identifiers),
        lessons=looked_up(
            identifiers, past.dropna(subset=["outcome"]).groupby("project_id")["outcome"].agg(" ; ".join)
        ),
    )[OUT_RETROSPECTIVE.names()]


def _finished(history: pd.DataFrame, exits: pd.DataFrame, edition: str) -> pd.DataFrame:
    last = history.sort_values(["edition", "project_id"]).drop_duplicates("project_id", keep="last")
    present = last["edition"].eq(edition)
    done = last["phase"].eq("completed") & present
    left = exit_reasons(last, exits, edition).eq("completed") & ~present
    return last.loc[(done | left).fillna(value=False).astype(bool), ["edition", "project_id", "name", "ministry_id"]]


def _last_known(told: pd.DataFrame, rate: str, columns: dict[str, str], identifiers: pd.Series) -> dict[str, pd.Series]:
    known = told.loc[told[f"{rate}_status"].eq("known")].drop_duplicates("project_id", keep="last")
    by_project = known.set_index("project_id")
    return {name: looked_up(identifiers, by_project[column]) for name, column in columns.items()}


def _promised_end(
    published: pd.DataFrame,
    told: pd.DataFrame,
    ledger: pd.DataFrame,
    edition: str,
    identifiers: pd.Series,
) -> pd.Series:
    """The end of the first baseline: as last published, else as registered, else the first end published.

    The register is not asked about a project whose schedule was never published.
    """
    ends = published.groupby("project_id")[["initial_end_date", "updated_end_date"]]
    declared = looked_up(identifiers, ends.last()["initial_end_date"])
    open_book = told.loc[told["schedule_status"].eq("known"), "project_id"]
    firsts = ledger.loc[ledger["number"].eq(1) & ledger["edition"].le(edition) & ledger["project_id"].isin(open_book)]
    registered = looked_up(identifiers, firsts.drop_duplicates("project_id").set_index("project_id")["end_date"])
    return declared.fillna(registered).fillna(looked_up(identifiers, ends.first()["updated_end_date"]))


def _counted(rows: pd.DataFrame, identifiers: pd.Series) -> pd.Series:
    return looked_up(identifiers, rows.groupby("project_id").size()).fillna(0).astype("int64")


def _ministries(codes: Iterable[str]) -> str:
    return " ; ".join(MINISTRIES.label(code) for code in dict.fromkeys(codes))
