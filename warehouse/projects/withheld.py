"""What is kept back: how the columns that a declaration says are withheld by a flag of a project are masked."""

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_

import pandas as pd

from warehouse.model.frames import looked_up
from warehouse.model.schema import Column, Table
from warehouse.projects.tables import CORE_PROJECTS, PLACE

# The flags that keep figures back, and the column of the core projects that holds each.
FLAGS: Mapping[str, str] = {"cost": "cost_withheld", "schedule": "schedule_withheld"}
# A column may also be withheld by `any`, when either figure of the project is (a text can tell both); by
# `previous_cost` or `previous_schedule`, the flag of the project in the edition that it is compared with; or by `file`,
# when a project of the file that the row came from is withheld (a fingerprint lets one try every figure, the order of
# the rows brackets one).
ANY, FILE = "any", "file"
ANY_FLAGS = ["withheld", *FLAGS.values()]
ROW = ["edition", "project_id"]
# A file, a sheet and a row.
Place = tuple[str, str, int]


def withheld_columns(table: Table, flag: str) -> list[Column]:
    """The columns of a table that a flag makes missing."""
    return [column for column in table.columns if flag in column.withheld_by and not column.required]


# The columns of the core projects that each of their flags keeps back.
WITHHELD_FIGURES: Mapping[str, tuple[str, ...]] = {
    held: tuple(column.name for column in withheld_columns(CORE_PROJECTS, flag)) for flag, held in FLAGS.items()
}


def is_withheld(projects: pd.DataFrame) -> pd.Series:
    """Whether anything of each project is kept back."""
    return projects[ANY_FLAGS].astype("boolean").fillna(value=False).astype(bool).any(axis=1)


def flags_of(projects: pd.DataFrame) -> dict[str, pd.Series]:
    """The flags that keep columns of each project back, but for those that say where a row came from.

    Args:
        projects: rows with the flags of the core projects.
    """
    figures = {flag: projects[held].astype("boolean").fillna(value=False) for flag, held in FLAGS.items()}
    return {**figures, ANY: is_withheld(projects)}


def places_of(rows: pd.DataFrame) -> list[Place]:
    """The file, sheet and row of each row."""
    return list(rows[PLACE].itertuples(index=False, name=None))


def withheld_places(known: Iterable[pd.DataFrame]) -> frozenset[Place]:
    """The file, sheet and row of each row that keeps something back in any of these frames."""
    return frozenset(place for rows in known for place in places_of(rows.loc[is_withheld(rows)]))


def flagged_as(rows: pd.DataFrame, projects: pd.DataFrame) -> pd.DataFrame:
    """Submitted rows with what the projects that they made keep back, the register's word included.

    Args:
        rows: columns of `SUBMITTED_ROWS`, one edition.
        projects: the core projects made of them; a row that made none stays as it is.
    """
    flags = [*ANY_FLAGS, "withheld_reason"]
    made = projects.set_index(PLACE)[flags].reindex(pd.MultiIndex.from_frame(rows[PLACE])).set_axis(rows.index)
    known = made["withheld"].notna()
    return rows.assign(**{name: made[name].where(known, rows[name]).astype(rows[name].dtype) for name in flags})


def of_withheld_files(projects: pd.DataFrame) -> pd.Series:
    """Whether each project came in a file that also holds something kept back.

    Args:
        projects: every row of each file that they come from.
    """
    files = [projects["edition"], projects["source_file"]]
    held: pd.Series = is_withheld(projects).groupby(files).transform("any")
    return held.astype(bool)


def without_provenance(projects: pd.DataFrame) -> pd.DataFrame:
    """The core projects without the fingerprint of a file that holds something kept back, nor the place of its rows.

    Args:
        projects: every row of each file that they come from.
    """
    held = of_withheld_files(projects)
    columns = [column.name for column in CORE_PROJECTS.columns if FILE in column.withheld_by]
    return projects.assign(**{name: projects[name].mask(held) for name in columns})


def mask(frame: pd.DataFrame, table: Table, flags: Mapping[str, pd.Series]) -> pd.DataFrame:
    """The rows of a table without what is kept back.

    A figure, a text, a fingerprint is made missing. Of the columns that are always filled, a status says that it is
    withheld, and a boolean is false.

    Args:
        frame: rows of `table`.
        table: their declaration, which says what each flag keeps back.
        flags: by flag, whether it is up; aligned with `frame`. A flag that is not given keeps nothing back.
    """
    raised = {flag: up for flag, values in flags.items() if (up := values.astype(bool)).any()}
    masked = {}
    for column in table.columns:
        keeping = [raised[flag] for flag in column.withheld_by if flag in raised]
        if not keeping:
            continue
        kept_back, values = reduce(or_, keeping), frame[column.name]
        if not column.required:
            masked[column.name] = values.mask(kept_back)
        else:
            masked[column.name] = values.mask(kept_back, False if column.kind == "boolean" else "withheld")
    return frame.assign(**masked) if masked else frame


def without_withheld(projects: pd.DataFrame) -> pd.DataFrame:
    """The core projects with all that is kept back made missing: what every published figure is made from."""
    return mask(projects, CORE_PROJECTS, flags_of(projects))


def without_figures(projects: pd.DataFrame) -> pd.DataFrame:
    """The core projects without the figures kept back, and with their texts: what an identity is decided on."""
    flags = flags_of(projects)
    return mask(projects, CORE_PROJECTS, {flag: flags[flag] for flag in FLAGS})


def masked_rows(frame: pd.DataFrame, table: Table, projects: pd.DataFrame) -> pd.DataFrame:
    """Rows about projects without what is kept back of these, in the edition or in the one they are counted from.

    Args:
        frame: rows of `table`, which has `edition` and `project_id`, and may have `previous_edition`.
        table: their declaration.
        projects: the core projects of the same editions, and those before; their flags say what is withheld.
    """
    keys = pd.MultiIndex.from_frame(projects[ROW])
    sides = {"": "edition"} | ({"previous_": "previous_edition"} if "previous_edition" in frame else {})
    flags = {}
    for prefix, edition in sides.items():
        places = pd.MultiIndex.from_frame(frame[[edition, "project_id"]])
        for flag, up in flags_of(projects).items():
            flags[f"{prefix}{flag}"] = pd.Series(places.isin(keys[up.to_numpy(dtype=bool)]), frame.index)
    return mask(frame, table, flags)


def revealed_ledger(ledger: pd.DataFrame, projects: pd.DataFrame) -> pd.DataFrame:
    """The baselines that are not kept back, each known from the first edition that publishes the project's figures.

    A project that keeps something back when it declares a baseline keeps the baseline back too; an edition that
    publishes its figures again makes it known, with its number and its reason.

    Args:
        ledger: the baselines; of a project that never keeps anything back, they are as they are.
        projects: core projects of every edition.
    """
    held = is_withheld(projects)
    concerned = ledger["project_id"].isin(projects.loc[held, "project_id"])
    if not concerned.any():
        return ledger
    shown = projects.loc[~held, ROW].rename(columns={"edition": "shown_in"})
    met = ledger.loc[concerned, ROW].reset_index().merge(shown, on="project_id")
    since = met.loc[met["shown_in"].ge(met["edition"])].groupby("index")["shown_in"].min()
    known = ledger["edition"].where(~concerned, since.reindex(ledger.index)).astype(ledger["edition"].dtype)
    return ledger.assign(edition=known).loc[known.notna()]


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
