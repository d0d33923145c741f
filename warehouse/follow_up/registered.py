"""What people registered of each project, as it is published: what was promised, secured, warned of. Pure functions."""

import pandas as pd

from warehouse.follow_up.tables import OUT_BASELINES, OUT_MISSIONS, OUT_NAMED_CAUSES
from warehouse.history.standing import KEYS, last_line, lines_known
from warehouse.projects.durations import duration_months
from warehouse.projects.opinions import CAUSE, answers_on, cause_reviews, mission_periods, reference_days, worded
from warehouse.projects.withheld import ANY, is_withheld, mask

_NAMED = [*KEYS, "name", "ministry_id"]


def published_baselines(projects: pd.DataFrame, ledger: pd.DataFrame) -> pd.DataFrame:
    """Every baseline of each project, at the first edition that counts it.

    Args:
        projects: core projects.
        ledger: the register of baselines, as it counts.

    Returns:
        The columns of `OUT_BASELINES`. A baseline that its project keeps back, or that no edition counts yet, is not
        there.
    """
    shown = projects.loc[~is_withheld(projects), _NAMED]
    met = ledger.rename(columns={"edition": "declared_in"}).merge(shown, on="project_id")
    counted = met.loc[met["declared_in"].le(met["edition"])].sort_values(["edition", "number"], kind="stable")
    first = counted.drop_duplicates(["project_id", "number"])
    told = first.rename(columns={"number": "baseline_number"})
    return told.assign(duration_months=duration_months(told["start_date"], told["end_date"]))[OUT_BASELINES.names()]


def published_missions(projects: pd.DataFrame, missions: pd.DataFrame) -> pd.DataFrame:
    """The securing missions of the projects of each edition, as they stand on its reference date.

    Args:
        projects: core projects.
        missions: the register of missions.

    Returns:
        The columns of `OUT_MISSIONS`; no outcome of a project that keeps figures back.
    """
    rows = projects.reset_index(drop=True)
    days = reference_days(rows["edition"])
    opened = lines_known(rows["project_id"], days, mission_periods(missions), "opened_on")
    told = opened.drop(columns="project_id").join(rows).drop_duplicates([*KEYS, "opened_on"], keep="last")
    is_closed = told["until"].le(reference_days(told["edition"]))
    stated = told.assign(
        state=pd.Series("opened", told.index, "str").mask(is_closed, "closed"),
        closed_on=told["until"].where(is_closed),
        outcome=told["outcome"].where(is_closed),
    )
    return mask(stated, OUT_MISSIONS, {ANY: is_withheld(stated)})[OUT_MISSIONS.names()]


def named_causes(
    projects: pd.DataFrame, opinions: pd.DataFrame, causes: pd.DataFrame, reviews: pd.DataFrame
) -> pd.DataFrame:
    """The causes of slippage that opinions named, followed edition after edition.

    Args:
        projects: core projects.
        opinions: the register of opinions.
        causes: the register of the causes that they name.
        reviews: the register of what was found of these.

    Returns:
        The columns of `OUT_NAMED_CAUSES`; none of a project that keeps figures back, since an opinion tells its cost.

    Raises:
        RegisterError: what was found is of a cause that no opinion names.
    """
    shown = projects.loc[~is_withheld(projects), [*_NAMED, "deviation_reason"]].reset_index(drop=True)
    warned = lines_known(shown["project_id"], reference_days(shown["edition"]), _ranked(causes), "requested_on")
    told = warned.drop(columns="project_id").join(shown).reset_index(drop=True)
    days = reference_days(told["edition"])
    requests = opinions.drop_duplicates(["project_id", "requested_on"], keep="last")
    asked = told[["project_id", "requested_on"]].merge(requests, on=["project_id", "requested_on"], how="left")
    return told.assign(**answers_on(asked, days), **_last_review(told, days, cause_reviews(reviews, causes)))[
        OUT_NAMED_CAUSES.names()
    ]


def _ranked(causes: pd.DataFrame) -> pd.DataFrame:
    """Each cause once, with its rank among those of its opinion."""
    once = worded(causes).drop_duplicates(CAUSE).drop(columns="line")
    return once.assign(cause_rank=once.groupby(["project_id", "requested_on"]).cumcount() + 1)


def _last_review(told: pd.DataFrame, days: pd.Series, reviews: pd.DataFrame) -> pd.DataFrame:
    """What was last found of each cause by a day, aligned with `told`: `review`, `reviewed_on`."""
    rows = told[CAUSE].assign(day=days, told_for=told.index)
    met = rows.merge(reviews[[*CAUSE, "review", "reviewed_on"]], on=CAUSE)
    return last_line(met.loc[met["reviewed_on"].le(met["day"])].set_index("told_for"), told.index)[
        ["review", "reviewed_on"]
    ]
