"""The projects of an edition in the layout of the open data of 2016 to 2018. Pure functions on frames."""

import pandas as pd

from assets.reading.headers import layouts
from warehouse.facts.ministries import ministry_labels
from warehouse.home.calendar import Edition
from warehouse.model.schema import conform
from warehouse.model.vocabulary import MINISTRIES
from warehouse.open_data.tables import LEGACY_PROJECTS
from warehouse.projects.durations import MONTHS_PER_YEAR

DAYS_PER_YEAR = 365


def legacy_projects(projects: pd.DataFrame, edition: Edition) -> pd.DataFrame:
    """The projects of an edition in the 15 columns of 2016 to 2018: the columns of `LEGACY_PROJECTS`.

    Args:
        projects: core projects of the edition, without withheld figures.
        edition: the edition, which decides how a duration is counted in years, as it did then.
    """
    ministries = projects["ministry_id"]
    frame = pd.DataFrame(
        {
            "ministry_code": ministries.map(ministry_code),
            "ministry_name": ministries.map(MINISTRIES.labels_by_code()),
            "name": projects["name"],
            "interministerial": projects["interministerial"].map({True: "Oui", False: "Non"}),
            "description": projects["description"],
            "information_url": projects["information_url"],
            "start_date": projects["start_date"],
            "duration_years": _years(projects, edition),
            "phase": projects["phase"],
            "cost_meur": projects["updated_cost_meur"],
            "cost_band": projects["cost_band"],
            "functional_zone": projects["functional_zone"],
            "funding": projects["funding"].fillna(projects["programmes"]),
            "performance_plan_url": projects["performance_plan_url"],
            "published_on": pd.Series(edition.published_on, projects.index, dtype="datetime64[s]"),
        }
    )
    ordered = frame.assign(project_id=projects["project_id"]).sort_values(["ministry_code", "name", "project_id"])
    return conform(ordered.drop(columns="project_id"), LEGACY_PROJECTS)


def ministry_code(ministry_id: str) -> str:
    """The first code the ministry is known by, its published label when it has none."""
    known = (label.code for label in ministry_labels() if label.ministry_id == ministry_id and label.code)
    return next(known, MINISTRIES.label(ministry_id))


def _years(projects: pd.DataFrame, edition: Edition) -> pd.Series:
    months = projects["updated_duration_months"].astype("float64") / MONTHS_PER_YEAR
    layout = next(layout for layout in layouts(edition.key) if layout.name == "open_data")
    if "days/365" not in layout.conventions("duration_years"):
        return months
    days = (projects["updated_end_date"] - projects["start_date"]).dt.days / DAYS_PER_YEAR
    return days.fillna(months)
