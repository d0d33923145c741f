"""What is kept back: how the columns that a declaration says are withheld by a flag of a project are masked."""

from collections.abc import Mapping
from functools import reduce
from operator import or_

import pandas as pd

from warehouse.model.frames import looked_up
from warehouse.model.schema import Column, Table
from warehouse.projects.tables import CORE_PROJECTS

# The flags that keep figures back, and the column of the core projects that holds each. A column may also be withheld
# by `previous_cost` or `previous_schedule`: the flag of the project in the edition that it is compared with.
FLAGS: Mapping[str, str] = {"cost": "cost_withheld", "schedule": "schedule_withheld"}


def withheld_columns(table: Table, flag: str) -> list[Column]:
    """The columns of a table that a flag makes missing."""
    return [column for column in table.columns if flag in column.withheld_by and not column.required]


# The columns of the core projects that each of their flags keeps back.
WITHHELD_FIGURES: Mapping[str, tuple[str, ...]] = {
    held: tuple(column.name for column in withheld_columns(CORE_PROJECTS, flag)) for flag, held in FLAGS.items()
}


def mask(frame: pd.DataFrame, table: Table, flags: Mapping[str, pd.Series]) -> pd.DataFrame:
    """The rows of a table without what is kept back.

    A figure is made missing. Of the columns that are always filled, a status says that it is withheld, and a boolean
    is false.

    Args:
        frame: rows of `table`.
        table: their declaration, which says what each flag keeps back.
        flags: by flag, whether it is up; aligned with `frame`. A flag that is not given keeps nothing back.
    """
    masked = {}
    for column in table.columns:
        up = [flags[flag].astype(bool) for flag in column.withheld_by if flag in flags]
        if not up:
            continue
        kept_back, values = reduce(or_, up), frame[column.name]
        if not column.required:
            masked[column.name] = values.mask(kept_back)
        else:
            masked[column.name] = values.mask(kept_back, False if column.kind == "boolean" else "withheld")
    return frame.assign(**masked)


def without_withheld(projects: pd.DataFrame) -> pd.DataFrame:
    """The core projects with every figure that is kept back made missing."""
    return mask(projects, CORE_PROJECTS, {flag: projects[held] for flag, held in FLAGS.items()})


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
