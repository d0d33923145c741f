"""What is kept back: the columns that a withheld cost or schedule keeps back, and how they are masked."""

from collections.abc import Mapping

import pandas as pd

from warehouse.model.frames import looked_up

# The columns that a withheld cost and a withheld schedule keep back; a cost band would give the cost away.
WITHHELD_FIGURES: Mapping[str, tuple[str, ...]] = {
    "cost_withheld": (
        "initial_cost_meur",
        "updated_cost_meur",
        "rebaseline_cost_meur",
        "cost_band",
        "submitted_cost_band",
    ),
    "schedule_withheld": (
        "initial_end_date",
        "rebaseline_end_date",
        "updated_end_date",
        "initial_duration_months",
        "updated_duration_months",
    ),
}


def without_withheld(projects: pd.DataFrame) -> pd.DataFrame:
    """The core projects with every figure that is kept back made missing."""
    masked = {
        name: projects[name].mask(projects[withheld].astype(bool))
        for withheld, names in WITHHELD_FIGURES.items()
        for name in names
    }
    return projects.assign(**masked)


def withheld_overlay(projects: pd.DataFrame, register: pd.DataFrame, edition: str) -> pd.DataFrame:
    """The core projects with what the register of withheld figures adds to what the submissions say.

    Args:
        projects: core projects of one edition.
        register: the register of withheld figures. A line with the same first edition as an earlier one of the
            project replaces it (that is how a period is closed); periods that overlap add up.
        edition: key of the edition; only lines whose period holds it apply.
    """
    periods = register.drop_duplicates(["project_id", "first_edition"], keep="last")
    applies = periods["first_edition"].le(edition) & (
        periods["last_edition"].isna() | periods["last_edition"].ge(edition)
    )
    by_project = periods.loc[applies].groupby("project_id")
    lines = by_project.agg({"cost": "any", "schedule": "any", "withheld_reason": "last"})
    said = projects["project_id"].isin(lines.index)

    def overlaid(flag: str, column: str) -> pd.Series:
        added: pd.Series = looked_up(projects["project_id"], lines[column]).astype("boolean").fillna(value=False)
        return projects[flag] | added

    return projects.assign(
        withheld=projects["withheld"] | said,
        cost_withheld=overlaid("cost_withheld", "cost"),
        schedule_withheld=overlaid("schedule_withheld", "schedule"),
        withheld_reason=projects["withheld_reason"].fillna(looked_up(projects["project_id"], lines["withheld_reason"])),
    )
