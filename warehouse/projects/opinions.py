"""What the registers say of a project on a day: the opinion in force, the missions under way. Pure functions."""

import pandas as pd

from warehouse.model.frames import looked_up

# Without an answer a month after the request, the opinion is tacit (decree on the State's information systems).
TACIT_AFTER = pd.DateOffset(months=1)
# The opinion is required from this full cost, before any contract (decree on the State's information systems).
OPINION_THRESHOLD_MEUR = 9.0
# What a ministry writes in place of an opinion; a missing one counts the same.
WITHOUT_OPINION = ("not_requested", "not_applicable")


def opinions_on(opinions: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """The last opinion of each project on a day.

    Args:
        opinions: the register of opinions.
        day: requests and answers after it are left out.

    Returns:
        One row per project with a request, indexed by `project_id`: `opinion` (missing while it is awaited, `tacit`
        once a month has passed without an answer) and `opinion_date` (that of the answer, or of the tacit opinion).
    """
    requested = opinions.loc[opinions["requested_on"].le(day)].sort_values(["requested_on", "line"])
    last = requested.drop_duplicates("project_id", keep="last").set_index("project_id")
    deadline = last["requested_on"] + TACIT_AFTER
    answered = last["given_on"].le(day) & last["opinion"].notna()
    tacit = ~answered & deadline.le(day)
    return pd.DataFrame(
        {
            "opinion": last["opinion"].where(answered).mask(tacit, "tacit"),
            "opinion_date": last["given_on"].where(answered).mask(tacit, deadline),
        }
    )


def with_registered_opinions(projects: pd.DataFrame, opinions: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """The core projects with the opinion of the register where the ministry gives none.

    Args:
        projects: core projects of one edition.
        opinions: the register of opinions.
        day: the reference date of the edition.
    """
    known = opinions_on(opinions, day)
    registered = looked_up(projects["project_id"], known["opinion"])
    dated = looked_up(projects["project_id"], known["opinion_date"])
    # A date given without a direction is not lost for want of an opinion in the register.
    silent = projects["opinion"].isna() & registered.notna()
    return projects.assign(
        opinion=projects["opinion"].mask(silent, registered),
        opinion_date=projects["opinion_date"].mask(silent, dated),
    )


def reference_days(editions: pd.Series) -> pd.Series:
    """The reference date of each edition key: the first day of its month."""
    return pd.to_datetime(editions + "-01", format="%Y-%m-%d").astype("datetime64[s]")


def open_missions(missions: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """The securing missions under way on a day.

    Args:
        missions: the register of missions: an opening, then a closing.
        day: events after it are left out.

    Returns:
        One row per project whose last event is an opening: `project_id`, `opened_on`, `comment`.
    """
    periods = _mission_periods(missions)
    under_way = periods["opened_on"].le(day) & ~periods["until"].le(day)
    return periods.loc[under_way, ["project_id", "opened_on", "comment"]].reset_index(drop=True)


def mission_openings(projects: pd.DataFrame, missions: pd.DataFrame) -> pd.Series:
    """When the mission under way at the reference date of each edition was opened, missing without one.

    Args:
        projects: `project_id` and `edition`, of any editions.
        missions: the register of missions.

    Returns:
        Dates aligned with `projects`.
    """
    told = pd.DataFrame({"project_id": projects["project_id"], "day": reference_days(projects["edition"])})
    met = told.rename_axis("row").reset_index().merge(_mission_periods(missions), on="project_id")
    under_way = met.loc[met["opened_on"].le(met["day"]) & ~met["until"].le(met["day"])]
    return under_way.set_index("row")["opened_on"].reindex(projects.index)


def _mission_periods(missions: pd.DataFrame) -> pd.DataFrame:
    """Each opening and the date of the next event of its project, missing when there is none: `opened_on`, `until`."""
    ordered = missions.sort_values(["event_date", "line"])
    until = ordered.groupby("project_id")["event_date"].shift(-1)
    opened = ordered.assign(until=until).loc[ordered["event"].eq("opened")]
    return opened.rename(columns={"event_date": "opened_on"})[["project_id", "opened_on", "until", "comment"]]


def opinion_is_lacking(projects: pd.DataFrame) -> pd.Series:
    """Whether a project should have an opinion and has none.

    Its published cost is at least `OPINION_THRESHOLD_MEUR`, it is past its scoping phase and not completed, and its
    opinion is missing, not requested or said not to apply. Never true in an edition where no project has an opinion:
    there the question was not asked, and nothing is known.

    Args:
        projects: core projects of any editions, withheld figures masked.

    Returns:
        Booleans aligned with `projects`.
    """
    asked = projects["opinion"].notna().groupby(projects["edition"]).transform("any")
    without = projects["opinion"].isna() | projects["opinion"].isin(WITHOUT_OPINION)
    concerned = projects["updated_cost_meur"].ge(OPINION_THRESHOLD_MEUR)
    return asked & without & concerned & ~projects["phase"].isin(["scoping", "completed"])
