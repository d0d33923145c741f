"""Whether the figures of a row are plausible: what the rules of `checks.rules.figures` look at, and their check."""

from collections.abc import Mapping
from typing import Any

import dagster as dg
import pandas as pd

from assets.reading.typed_rows import PLACE, type_projects
from assets.submissions import raw_submissions
from checks.recording import edition_check, record
from checks.rules.conformance import labels_of, rows_in, submission_locator
from checks.rules.expectations import findings_of
from checks.rules.figures import (
    COLLECTION_MONTHS,
    COST_IN_EUROS_MEUR,
    COSTS,
    DEVIATION_RATIO,
    EARLIEST_START_YEAR,
    LONG_SCOPING_MONTHS,
    MOST_COST_RATIO,
    MOVED_END_MONTHS,
    PLAUSIBILITY,
    UNIT_RATIO,
    UNIT_TOLERANCE,
)
from warehouse.facts.ministries import NO_LABELS
from warehouse.home.home import Home
from warehouse.model.findings import Finding
from warehouse.projects.durations import MONTHS_PER_YEAR
from warehouse.projects.withheld import without_withheld


def with_figure_columns(projects: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Add the columns that the rules of this module look at; a missing value is not tested.

    Args:
        projects: typed rows of one edition, before identification.
        cells: the cells they come from.
    """
    reference = pd.Timestamp(f"{projects['edition'].iloc[0]}-01")
    return projects.assign(
        **_magnitudes(projects, cells, reference), **_costs(projects, cells), **_dates(projects, reference)
    )


def months_between(earlier: Any, later: Any) -> Any:
    """Calendar months from one date to another, as floats, missing where either is; a Series or a day on each side."""
    first, last = (value.dt if isinstance(value, pd.Series) else value for value in (earlier, later))
    return (last.year - first.year) * MONTHS_PER_YEAR + last.month - first.month


def is_true(flags: pd.Series) -> pd.Series:
    """Flags without a missing one, which is false."""
    return flags.astype("boolean").fillna(value=False).astype(bool)


def _magnitudes(projects: pd.DataFrame, cells: pd.DataFrame, reference: pd.Timestamp) -> Mapping[str, pd.Series]:
    columns: dict[str, pd.Series] = {}
    for name, (column, _) in COSTS.items():
        # Zero, negative and euros each have a rule of their own.
        columns[f"{name}_of_a_project"] = projects[column].where(
            projects[column].gt(0) & projects[column].lt(COST_IN_EUROS_MEUR)
        )
    for column in ("start_date", "initial_start_date"):
        ahead = projects[column].dt.year - reference.year
        # One bound says both: too far back counts as too far ahead.
        columns[f"{column}_years_ahead"] = ahead.mask(projects[column].dt.year.lt(EARLIEST_START_YEAR), float("inf"))
    by_years = has_cell(projects, cells, "duration_years")
    months = projects["updated_duration_months"].astype("float64")
    columns["duration_years"] = (months / MONTHS_PER_YEAR).where(by_years)
    columns["updated_duration_if_positive"] = months.where(months.ge(0))
    for column, start in (("initial_end_date", "initial_start_date"), ("updated_end_date", "start_date")):
        years = months_between(projects[start], projects[column]) / MONTHS_PER_YEAR
        columns[f"{column}_years_after_start"] = years.mask(by_years)
    return columns


def _costs(projects: pd.DataFrame, cells: pd.DataFrame) -> Mapping[str, pd.Series]:
    initial, updated = projects["initial_cost_meur"], projects["updated_cost_meur"]
    ratio = (updated / initial).where(initial.gt(0) & updated.gt(0))
    revised = (projects["rebaseline_cost_meur"] / initial).where(initial.gt(0))
    another_unit = is_another_unit(ratio)
    lasts = projects["updated_duration_months"].astype("float64")
    promised = projects["initial_duration_months"].astype("float64")
    longer = (lasts / promised).where(promised.gt(0))
    published = ~projects["withheld"].astype(bool)
    deviates = published & (_moves(ratio) | _moves(longer))
    reason = projects["deviation_reason"]
    later = months_between(projects["initial_end_date"], projects["updated_end_date"]).ge(MOVED_END_MONTHS)
    return {
        "updated_cost_is_not_zero": ~(updated.eq(0) & ~is_true(projects["phase"].eq("scoping"))),
        "initial_cost_is_not_zero": ~initial.eq(0),
        "costs_have_the_same_unit": ~another_unit,
        "updated_cost_is_near_initial": ~(_is_far(ratio) & ~another_unit),
        "rebaseline_cost_is_near_initial": ~_is_far(revised),
        "deviation_has_a_reason": ~(deviates & reason.isna() & projects["deviation_comment"].isna()),
        "deviation_is_not_denied": ~(deviates & is_true(reason.eq("none"))),
        "other_deviation_is_explained": ~(is_true(reason.eq("other")) & projects["deviation_comment"].isna()),
        "cost_moves_with_the_end": ~(ratio.eq(1) & later),
    }


def _dates(projects: pd.DataFrame, reference: pd.Timestamp) -> Mapping[str, pd.Series]:
    phase, start, end = projects["phase"], projects["start_date"], projects["updated_end_date"]
    scoping, completed = is_true(phase.eq("scoping")), is_true(phase.eq("completed"))
    past = end.lt(reference)
    begun = is_true(phase.isin(["build", "pilot", "rollout", "completed"]))
    moved = months_between(start, projects["initial_start_date"]).abs().gt(0)
    revised_after = months_between(reference, projects["rebaseline_date"]).gt(COLLECTION_MONTHS)
    return {
        "forecast_end_is_not_past": ~(past & ~completed & ~scoping),
        "start_is_given": ~(start.isna() & ~scoping & ~projects["withheld"].astype(bool)),
        "initial_start_date_is_the_start": ~(moved & projects["rebaseline_date"].isna()),
        "rebaseline_date_is_not_in_the_future": ~revised_after,
        "completed_project_has_ended": ~(completed & months_between(reference, end).gt(0)),
        "started_phase_has_a_past_start": ~(begun & months_between(reference, start).gt(0)),
        "scoping_has_not_ended": ~(scoping & past),
        "scoping_promises_no_cost": ~(scoping & projects["initial_cost_meur"].gt(0)),
        "scoping_lasts_at_most_three_years": ~(scoping & months_between(start, reference).gt(LONG_SCOPING_MONTHS)),
    }


def is_another_unit(ratio: pd.Series) -> pd.Series:
    """Whether two costs of one project are about a thousand times each other."""
    low, high = UNIT_RATIO / UNIT_TOLERANCE, UNIT_RATIO * UNIT_TOLERANCE
    return ratio.between(low, high) | ratio.between(1 / high, 1 / low)


def _is_far(ratio: pd.Series) -> pd.Series:
    return ratio.gt(MOST_COST_RATIO) | ratio.lt(1 / MOST_COST_RATIO)


def _moves(ratio: pd.Series) -> pd.Series:
    # The noise of binary fractions does not make 5 % of 4.999.
    return (ratio - 1).abs().ge(DEVIATION_RATIO - 1e-9)


def has_cell(projects: pd.DataFrame, cells: pd.DataFrame, field: str) -> pd.Series:
    """Whether each row has a cell of a field."""
    filled = cells.loc[cells["field"].eq(field), PLACE]
    places = pd.MultiIndex.from_frame(projects[PLACE])
    return pd.Series(places.isin(pd.MultiIndex.from_frame(filled)), index=projects.index)


def plausibility_findings(cells: pd.DataFrame, ministry_labels: Mapping[str, str] = NO_LABELS) -> list[Finding]:
    """What the rows of an edition say that is not plausible; labels as `type_projects` takes them.

    Figures that are kept back are not looked at: what a finding says is published.
    """
    projects = without_withheld(type_projects(cells, ministry_labels)[0])
    return findings_of(with_figure_columns(projects, cells), PLAUSIBILITY, submission_locator(cells))


@edition_check(raw_submissions)
def figures_are_plausible(
    context: dg.AssetCheckExecutionContext, home: dg.ResourceParam[Home], raw_submissions: pd.DataFrame
) -> dg.AssetCheckResult:
    """Costs and durations are in their unit and of a project; dates, phases and costs agree (Great Expectations)."""
    findings = plausibility_findings(raw_submissions, labels_of(home))
    return record(context, home, findings, checked=rows_in(raw_submissions))
