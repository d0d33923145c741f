"""Slippage of each project against its three reference points: first baseline, current one, previous edition.

Pure functions on frames of every edition; the formula itself is `warehouse.slippage.measures.slippage`.
"""

from collections.abc import Mapping

import pandas as pd

from warehouse.home.calendar import Calendar
from warehouse.home.register_tables import BASELINES
from warehouse.model.frames import looked_up
from warehouse.model.schema import empty_frame
from warehouse.projects.baselines import in_force
from warehouse.projects.durations import duration_months
from warehouse.projects.withheld import WITHHELD_FIGURES, without_withheld
from warehouse.slippage.measures import slippage
from warehouse.slippage.tables import OUT_SLIPPAGE_PROJECTS

# What a reference point gives for each project: its cost and duration, and whether either is kept back.
REFERENCE_COLUMNS = ["cost_meur", "duration_months", "cost_withheld", "schedule_withheld"]


def slippages(
    projects: pd.DataFrame, ledger: pd.DataFrame | None, calendar: Calendar, *, published: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The table of slippage per project, for every edition.

    Args:
        projects: core projects of any editions.
        ledger: from `effective_ledger`; none is the same as an empty one.
        calendar: tells the edition just before each, where `published` has it.
        published: core projects whose figures count as published, first or at the previous edition: `projects` unless
            given.

    Returns:
        The columns of `OUT_SLIPPAGE_PROJECTS`, aligned with `projects`; figures of a withheld project are missing.
    """
    ledger = empty_frame(BASELINES) if ledger is None else ledger
    published = without_withheld(projects if published is None else published)
    first = first_references(projects, published, ledger)
    current = current_references(projects, first, ledger)
    previous = previous_references(projects, published, calendar)
    shown = without_withheld(
        projects.assign(initial_cost_meur=first["cost_meur"], initial_duration_months=first["duration_months"])
    )
    copied = ("edition", "project_id", "name", "ministry_id", "phase", "functional_zone")
    figures = [name for names in WITHHELD_FIGURES.values() for name in names if name in OUT_SLIPPAGE_PROJECTS.names()]
    return pd.DataFrame(
        {
            **{name: projects[name] for name in copied},
            "start_year": projects["start_date"].dt.year.astype("Int64"),
            "baseline_source": first["source"],
            "baseline_edition": first["edition"],
            "baseline_number": current["number"],
            "previous_edition": previous["edition"],
            **{name: shown[name] for name in figures},
            **_against(projects, first, ""),
            **_against(projects, current, "current_"),
            **_against(projects, previous, "previous_"),
            **_corrected(projects, first),
        }
    )


def first_references(projects: pd.DataFrame, published: pd.DataFrame, ledger: pd.DataFrame) -> pd.DataFrame:
    """The first baseline of each project, as it was known at each edition.

    The ledger's number 1 makes it `declared`, and failing that the initial figures the edition declares; else the
    first published figures stand in, marked `first_publication`, from the edition after the one that published them:
    there, they are no reference, since nothing can have moved. Else there is `none`. A declared baseline and published
    figures are never mixed in a project.

    Args:
        projects: core projects of any editions.
        published: core projects with nothing that is kept back.
        ledger: from `effective_ledger`.

    Returns:
        Aligned with `projects`: `REFERENCE_COLUMNS`, `source` and `edition`.
    """
    promised = in_force(ledger, projects, "first")
    cost, cost_edition = first_published(projects, published, "updated_cost_meur")
    duration, duration_edition = first_published(projects, published, "updated_duration_months")
    published_in = cost_edition.fillna(duration_edition)
    registered = promised["edition"].notna()
    declared = registered | projects["initial_cost_meur"].notna() | projects["initial_duration_months"].notna()

    def chosen(ledgered: str, submitted: str, stand_in: pd.Series) -> pd.Series:
        return promised[ledgered].where(registered, projects[submitted]).where(declared, stand_in)

    source = pd.Series("none", index=projects.index, dtype="str")
    return pd.DataFrame(
        {
            "cost_meur": chosen("cost_meur", "initial_cost_meur", cost),
            "duration_months": chosen("duration_months", "initial_duration_months", duration),
            "cost_withheld": projects["cost_withheld"],
            "schedule_withheld": projects["schedule_withheld"],
            "source": source.mask(published_in.notna(), "first_publication").mask(declared, "declared"),
            "edition": chosen("edition", "edition", published_in).astype("str"),
        }
    )


def first_published(projects: pd.DataFrame, published: pd.DataFrame, measure: str) -> tuple[pd.Series, pd.Series]:
    """The first figure published for each project and its edition, missing in that edition and those before it.

    Cost and duration may be first known in different editions (a project leaves its scoping phase).

    Args:
        projects: `project_id` and `edition`; the figures are aligned with it.
        published: core projects with nothing that is kept back.
        measure: the column that holds the figure.
    """
    known = published.dropna(subset=[measure]).sort_values("edition").drop_duplicates("project_id")
    firsts = known.set_index("project_id")
    edition = looked_up(projects["project_id"], firsts["edition"])
    is_past = edition.lt(projects["edition"])
    return looked_up(projects["project_id"], firsts[measure]).where(is_past), edition.where(is_past)


def current_references(projects: pd.DataFrame, first: pd.DataFrame, ledger: pd.DataFrame) -> pd.DataFrame:
    """The baseline in force of each project: the ledger's last one at the edition, else the first one.

    Returns:
        Aligned with `projects`: `REFERENCE_COLUMNS` and `number` (1 without a rebaseline, missing without a baseline).
    """
    current = in_force(ledger, projects, "current")
    registered = current["edition"].notna()
    return first[REFERENCE_COLUMNS].assign(
        cost_meur=current["cost_meur"].where(registered, first["cost_meur"]),
        duration_months=current["duration_months"].where(registered, first["duration_months"]),
        number=current["number"].mask(~registered & first["source"].ne("none"), 1),
    )


def previous_references(projects: pd.DataFrame, published: pd.DataFrame, calendar: Calendar) -> pd.DataFrame:
    """The forecasts of the edition just before, missing for a project it did not have.

    Args:
        projects: core projects of any editions.
        published: core projects with nothing that is kept back.
        calendar: tells the edition just before each.

    Returns:
        Aligned with `projects`: `REFERENCE_COLUMNS` and `edition`; a figure kept back in either edition is withheld.
    """
    predecessors = calendar.predecessors({*published["edition"], *projects["edition"]})
    keys = pd.DataFrame(
        {"edition": projects["edition"].map(predecessors).astype("str"), "project_id": projects["project_id"]}
    )
    forecasts = published[["edition", "project_id", "cost_withheld", "schedule_withheld"]].assign(
        cost_meur=published["updated_cost_meur"], duration_months=published["updated_duration_months"], was_there=True
    )
    then = keys.merge(forecasts, how="left", on=["edition", "project_id"]).set_axis(projects.index)

    def kept_back(column: str) -> pd.Series:
        before: pd.Series = then[column].astype("boolean").fillna(value=False)
        return projects[column] | before

    return then[["cost_meur", "duration_months"]].assign(
        cost_withheld=kept_back("cost_withheld"),
        schedule_withheld=kept_back("schedule_withheld"),
        edition=then["edition"].where(then["was_there"].notna()),
    )


def _corrected(projects: pd.DataFrame, first: pd.DataFrame) -> Mapping[str, pd.Series]:
    """The schedule slippage counted to the month of the edition where the forecast end is already past."""
    reference = pd.to_datetime(projects["edition"] + "-01").astype(projects["start_date"].dtype)
    overdue = (
        projects["updated_end_date"].lt(reference)
        & projects["phase"].ne("completed").fillna(value=True)
        & ~first["schedule_withheld"].astype(bool)
    )
    until_now = duration_months(projects["start_date"], reference)
    corrected = slippage(
        first["duration_months"],
        projects["updated_duration_months"].mask(overdue, until_now),
        withheld=first["schedule_withheld"],
        scoping=projects["phase"].eq("scoping"),
    )
    return {
        "overdue": overdue.astype("boolean"),
        "schedule_corrected_slippage_ratio": corrected["ratio"],
        "schedule_corrected_slippage_months": corrected["amount"].astype("Int64"),
    }


def _against(projects: pd.DataFrame, reference: pd.DataFrame, prefix: str) -> Mapping[str, pd.Series]:
    scoping = projects["phase"].eq("scoping")
    budget = slippage(
        reference["cost_meur"],
        projects["updated_cost_meur"],
        withheld=reference["cost_withheld"],
        scoping=scoping,
    )
    schedule = slippage(
        reference["duration_months"],
        projects["updated_duration_months"],
        withheld=reference["schedule_withheld"],
        scoping=scoping,
    )
    return {
        f"budget_{prefix}status": budget["status"],
        f"budget_{prefix}slippage_ratio": budget["ratio"],
        f"budget_{prefix}slippage_meur": budget["amount"],
        f"schedule_{prefix}status": schedule["status"],
        f"schedule_{prefix}slippage_ratio": schedule["ratio"],
        f"schedule_{prefix}slippage_months": schedule["amount"].astype("Int64"),
    }
