"""What the registers say of a project on a day: the opinion in force, what it warns of, the missions under way.

Pure functions.
"""

import pandas as pd

from warehouse.model.errors import RegisterError
from warehouse.model.frames import looked_up
from warehouse.model.terms import match_key

# Without an answer a month after the request, the opinion is tacit (decree on the State's information systems).
TACIT_AFTER = pd.DateOffset(months=1)
# The opinion is required from this full cost, before any contract (decree on the State's information systems).
OPINION_THRESHOLD_MEUR = 9.0
# What a ministry writes in place of an opinion; a missing one counts the same.
WITHOUT_OPINION = ("not_requested", "not_applicable")
# What tells a cause that an opinion names from the others: its words, whatever their case, accents and spaces.
CAUSE = ["project_id", "requested_on", "axis", "wording"]


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
    return answers_on(requested.drop_duplicates("project_id", keep="last").set_index("project_id"), day)


def answers_on(requests: pd.DataFrame, day: pd.Timestamp | pd.Series) -> pd.DataFrame:
    """What was answered to each request by a day.

    Args:
        requests: columns of the register of opinions.
        day: the same for all, or that of each, aligned with them.

    Returns:
        Aligned with `requests`: `opinion` (missing while it is awaited, `tacit` once a month has passed without an
        answer) and `opinion_date` (that of the answer, or of the tacit opinion).
    """
    deadline = requests["requested_on"] + TACIT_AFTER
    answered = requests["given_on"].le(day) & requests["opinion"].notna()
    tacit = ~answered & deadline.le(day)
    return pd.DataFrame(
        {
            "opinion": requests["opinion"].where(answered).mask(tacit, "tacit"),
            "opinion_date": requests["given_on"].where(answered).mask(tacit, deadline),
        }
    )


def worded(lines: pd.DataFrame) -> pd.DataFrame:
    """Lines about causes with `wording`, by which two of them are about the same one."""
    return lines.assign(wording=lines["cause"].map(match_key).astype("str"))


def cause_reviews(reviews: pd.DataFrame, causes: pd.DataFrame) -> pd.DataFrame:
    """What was found of the causes that opinions name, in the order it was found.

    Args:
        reviews: the register of what was found.
        causes: the register of the causes.

    Returns:
        The lines of `reviews`, with their `wording`.

    Raises:
        RegisterError: lines about a cause that no opinion names, which would be about nothing.
    """
    told = worded(reviews)
    named = pd.MultiIndex.from_frame(worded(causes)[CAUSE])
    if len(lost := told.loc[~pd.MultiIndex.from_frame(told[CAUSE]).isin(named)]):
        raise RegisterError(
            "\n".join(
                f"cause_reviews.csv, ligne {line['line']} : « {line['cause']} » n'est pas une cause de cet axe, pour "
                f"{line['project_id']} et cette saisine, dans opinion_causes.csv. Attendu : les mêmes mots."
                for line in lost.to_dict("records")
            )
        )
    return told.sort_values(["reviewed_on", "line"])


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
    periods = mission_periods(missions)
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
    met = told.rename_axis("row").reset_index().merge(mission_periods(missions), on="project_id")
    under_way = met.loc[met["opened_on"].le(met["day"]) & ~met["until"].le(met["day"])]
    return under_way.set_index("row")["opened_on"].reindex(projects.index)


def mission_periods(missions: pd.DataFrame) -> pd.DataFrame:
    """Each mission: when it was opened, and the next event of its project, missing when there is none.

    Returns:
        `project_id`, `opened_on`, `comment` of the opening; `until` and `outcome`, the date and the outcome of the
        next event.
    """
    ordered = missions.sort_values(["event_date", "line"])
    following = ordered.groupby("project_id")[["event_date", "outcome"]].shift(-1)
    periods = ordered.assign(until=following["event_date"], outcome=following["outcome"])
    opened = periods.loc[ordered["event"].eq("opened")].rename(columns={"event_date": "opened_on"})
    return opened[["project_id", "opened_on", "until", "outcome", "comment"]]


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
