"""The rows of each table of the open dataset, from the tables of the warehouse. Pure functions on frames.

Nothing kept back is in them, of this edition or of one before: what the register of withheld figures says today
counts for past editions too, even for one that was computed before it said so.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from assets.dataset.key_figures import open_key_figures
from assets.dataset.legacy import legacy_projects
from warehouse.archive.tables import (
    ACCEPTED_CELLS,
    CORE_PROJECTS,
    OUT_BASELINES,
    OUT_BRIDGE,
    OUT_CAUSES,
    OUT_CHANGES,
    OUT_FORECAST,
    OUT_FORECAST_BACKTEST,
    OUT_HEADLINE_CHANGES,
    OUT_HEADLINES,
    OUT_KEY_FIGURES,
    OUT_MINISTRY_BRIEF,
    OUT_MINISTRY_QUALITY,
    OUT_MISSIONS,
    OUT_MOVEMENTS,
    OUT_NAMED_CAUSES,
    OUT_PROJECT_QUALITY,
    OUT_RETROSPECTIVE,
    OUT_SCORECARD,
    OUT_SLIPPAGE_GROUPS,
    OUT_SLIPPAGE_PROJECTS,
    OUT_TARGET_PROJECTS,
    OUT_TARGETS,
    OUT_WATCHLIST,
)
from warehouse.follow_up.situations import contributions_pts
from warehouse.home.calendar import Edition
from warehouse.home.registers import Registers
from warehouse.home.store import ParquetStore
from warehouse.model.schema import Table, conform, rounded
from warehouse.model.vocabulary import EXIT_REASONS, MINISTRIES, MOVEMENT_KINDS, PHASES, WITHHELD_REASONS
from warehouse.open_data.codes import coded
from warehouse.open_data.key_figures import OPEN_KEY_FIGURES
from warehouse.open_data.provenance import provenance
from warehouse.open_data.tables import (
    LEGACY_PROJECTS,
    OPEN_BACKTEST,
    OPEN_BASELINES,
    OPEN_BRIDGE,
    OPEN_CAUSES,
    OPEN_CHANGES,
    OPEN_CORE_PROJECTS,
    OPEN_FORECAST,
    OPEN_FULL_HISTORY,
    OPEN_FULL_PROJECTS,
    OPEN_HISTORY,
    OPEN_INDICATORS,
    OPEN_MINISTRY_BRIEF,
    OPEN_MISSIONS,
    OPEN_MOVEMENTS,
    OPEN_NAMED_CAUSES,
    OPEN_OFFICIAL,
    OPEN_PROJECT_QUALITY,
    OPEN_PROJECTS,
    OPEN_PROVENANCE,
    OPEN_QUALITY,
    OPEN_RETROSPECTIVE,
    OPEN_SCORECARD,
    OPEN_SLIPPAGE,
    OPEN_TARGET_PROJECTS,
    OPEN_TARGETS,
    OPEN_TRENDS,
    OPEN_WATCHLIST,
)
from warehouse.projects.baselines import effective_ledger
from warehouse.projects.withheld import (
    ROW,
    is_withheld,
    masked_rows,
    of_withheld_files,
    withheld_overlay,
    without_provenance,
    without_withheld,
)
from warehouse.slippage.by_group import cost_by_group
from warehouse.slippage.headlines import with_headlines_only
from warehouse.slippage.official import official_table

# Rate, unit of its amount.
RATES = (("budget", "meur"), ("schedule", "months"))
REFERENCES = (("", "first_baseline"), ("current_", "current_baseline"), ("previous_", "previous_edition"))
# What is told of a project that left, by its name in the slippages.
_LAST = {
    "updated_cost_meur": "last_cost_meur",
    "budget_slippage_ratio": "last_budget_slippage_ratio",
    "schedule_slippage_ratio": "last_schedule_slippage_ratio",
}
# The changes whose values are codes, and the list these are of.
_CODED = {
    "phase": PHASES,
    "moved_ministry": MINISTRIES,
    "left": EXIT_REASONS,
    "withheld": WITHHELD_REASONS,
    "published_again": WITHHELD_REASONS,
}


@dataclass(frozen=True)
class WarehouseTables:
    """What the open dataset of an edition is made of: each table, all editions up to it; `of` gives the other ones.

    `ledger` is from `effective_ledger`, `submissions` the register of received files, `states` the code of the state of
    each edition, in the closed list `edition_states`.
    """

    edition: Edition
    projects: pd.DataFrame
    slippages: pd.DataFrame
    of: Callable[[Table], pd.DataFrame]
    ledger: pd.DataFrame
    submissions: pd.DataFrame
    states: Mapping[str, str]

    @cached_property
    def history(self) -> pd.DataFrame:
        """The published rows of every edition: the columns of `OPEN_PROJECTS`."""
        return open_projects(self.projects, self.slippages)

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """The statistics of groups, but those of the portfolio where an edition has no headline, and their costs."""
        statistics = with_headlines_only(self.of(OUT_SLIPPAGE_GROUPS), self.of(OUT_HEADLINES))
        costs = cost_by_group(self.slippages).assign(perimeter="published", rate="cost", method="total")
        return pd.concat([frame.reindex(columns=OPEN_INDICATORS.names()) for frame in (statistics, costs)])


def read_tables(
    store: ParquetStore, edition: Edition, registers: Registers, states: Mapping[str, str]
) -> WarehouseTables:
    """Read what the dataset of an edition is made of, what is kept back taken out.

    Args:
        store: the warehouse.
        edition: the edition; its tables are computed.
        registers: all registers, by short name.
        states: the code of the state of each edition, from `states_of`.
    """
    projects = as_withheld_today(store.history(CORE_PROJECTS, edition.key), registers["withheld"])
    return WarehouseTables(
        edition,
        without_withheld(projects),
        masked_rows(store.history(OUT_SLIPPAGE_PROJECTS, edition.key), OUT_SLIPPAGE_PROJECTS, projects),
        lambda table: store.history(table, edition.key),
        effective_ledger(registers["baselines"]),
        registers["submissions"],
        states,
    )


def as_withheld_today(projects: pd.DataFrame, register: pd.DataFrame) -> pd.DataFrame:
    """The core projects of any editions with what the register of withheld figures says now of each."""
    frames = [withheld_overlay(rows, register, str(edition)) for edition, rows in projects.groupby("edition")]
    return pd.concat(frames, ignore_index=True) if frames else projects


def open_projects(projects: pd.DataFrame, slippages: pd.DataFrame) -> pd.DataFrame:
    """The published rows of projects, with the columns of `OPEN_PROJECTS`.

    Withheld figures are missing; the initial figures are those the slippage was counted from.

    Args:
        projects: core projects of any editions.
        slippages: slippage per project of the same editions.
    """
    key, names = ["edition", "project_id"], OPEN_PROJECTS.names()
    taken_from_slippage = [name for name in names if name in slippages.columns and name not in CORE_PROJECTS.names()]
    figures = slippages.set_index(key)
    published = without_provenance(without_withheld(projects))[
        [name for name in names if name in projects.columns]
    ].set_index(key)
    published = published.assign(
        **{name: figures[name] for name in ("initial_cost_meur", "initial_duration_months", *taken_from_slippage)}
    )
    return conform(published.reset_index(), OPEN_PROJECTS)


def open_slippages(slippages: pd.DataFrame) -> pd.DataFrame:
    """One row per edition, project, rate and reference point: the columns of `OPEN_SLIPPAGE`."""
    labels = ["edition", "project_id", "name", "ministry_id", "phase", "baseline_source"]
    parts = [
        slippages[labels].assign(
            rate=rate,
            reference=reference,
            status=slippages[f"{rate}_{prefix}status"],
            slippage_ratio=slippages[f"{rate}_{prefix}slippage_ratio"],
            **{f"slippage_{unit}": slippages[f"{rate}_{prefix}slippage_{unit}"]},
            **({} if prefix else {"contribution_pts": contributions_pts(slippages, rate)}),
        )
        for rate, unit in RATES
        for prefix, reference in REFERENCES
    ]
    ratio = slippages["schedule_corrected_slippage_ratio"]
    said = slippages["schedule_status"].mask(slippages["schedule_status"].eq("known"), "missing")
    parts.append(
        slippages[labels].assign(
            rate="schedule",
            reference="first_baseline_corrected",
            status=said.mask(ratio.notna(), "known"),
            slippage_ratio=ratio,
            slippage_months=slippages["schedule_corrected_slippage_months"],
        )
    )
    whole = pd.concat([part.reindex(columns=OPEN_SLIPPAGE.names()) for part in parts if len(part)] or parts)
    return _with_codes(whole, OPEN_SLIPPAGE)


def open_changes(changes: pd.DataFrame) -> pd.DataFrame:
    """The changes with labels for codes: the columns of `OPEN_CHANGES`.

    A duration that changes as the end does says the same twice, and is left out.
    """
    told = changes.loc[~_repeats_the_end(changes)]

    def labelled(column: str) -> pd.Series:
        values = told[column]
        for change, vocabulary in _CODED.items():
            labels = values.map(vocabulary.labels_by_code())
            values = values.mask(told["change"].eq(change) & labels.notna(), labels)
        return values

    return _with_codes(told.assign(before=labelled("before"), after=labelled("after")), OPEN_CHANGES)


def _repeats_the_end(changes: pd.DataFrame) -> pd.Series:
    """Whether each change is that of a duration by as many months as the end, or known since the end is."""
    unmeasured = float("inf")
    moved = [changes["edition"], changes["project_id"], changes["difference"].fillna(unmeasured)]
    end = changes["change"].eq("end")
    of_ends = pd.MultiIndex.from_arrays([key.loc[end] for key in moved])
    return changes["change"].eq("duration") & pd.MultiIndex.from_arrays(moved).isin(of_ends)


def open_movements(
    changes: pd.DataFrame, movements: pd.DataFrame, projects: pd.DataFrame, slippages: pd.DataFrame
) -> pd.DataFrame:
    """Who came, left, or changed name or ministry: the columns of `OPEN_MOVEMENTS`.

    Args:
        changes: rows of `OUT_CHANGES` of any editions.
        movements: rows of `OUT_MOVEMENTS` of the same editions, which have the ministry of a project that left.
        projects: core projects of the same editions, without withheld figures.
        slippages: slippage per project of the same editions, likewise.
    """
    kept = changes.loc[changes["change"].isin(MOVEMENT_KINDS.codes())].rename(columns={"change": "movement"})
    key = ["edition", "project_id"]
    ministries = pd.concat([projects[[*key, "ministry_id"]], movements[[*key, "ministry_id"]]]).drop_duplicates(key)
    reasons = movements[[*key, "exit_reason"]]
    left = kept["movement"].eq("left")
    moved = kept["movement"].eq("moved_ministry")
    labels = MINISTRIES.labels_by_code()
    frame = kept.assign(
        before=kept["before"].mask(moved, kept["before"].map(labels)),
        after=kept["after"].mask(moved, kept["after"].map(labels)).mask(left),
    )
    merged = frame.merge(ministries, on=key, how="left").merge(reasons, on=key, how="left")
    return _with_codes(merged.join(_last_figures(merged, slippages)), OPEN_MOVEMENTS)


def _last_figures(moved: pd.DataFrame, slippages: pd.DataFrame) -> pd.DataFrame:
    """What a project that left was last published with, aligned with `moved`; missing of any other."""
    last = pd.MultiIndex.from_frame(moved[["previous_edition", "project_id"]])
    figures = slippages.set_index(["edition", "project_id"])[list(_LAST)].rename(columns=_LAST)
    return figures.reindex(last).set_axis(moved.index).where(moved["movement"].eq("left"))


def _with_codes(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Rows with at least the columns of a table but its codes, as it declares them."""
    whole = coded(frame, table)
    return conform(whole[table.names()], table)


def _of_edition(frame: pd.DataFrame, edition: Edition) -> pd.DataFrame:
    rows: pd.DataFrame = frame.loc[frame["edition"].eq(edition.key)].reset_index(drop=True)
    return rows


def projects_of_edition(given: WarehouseTables) -> pd.DataFrame:
    """The published projects of the edition, with their slippages: the columns of `OPEN_PROJECTS`."""
    return _of_edition(given.history, given.edition)


def open_provenance(given: WarehouseTables) -> pd.DataFrame:
    """Where each published figure of the projects of the edition was read: the columns of `OPEN_PROVENANCE`."""
    return provenance(
        projects_of_edition(given),
        given.projects,
        _of_edition(given.slippages, given.edition),
        given.ledger,
        given.of(ACCEPTED_CELLS),
        given.submissions,
    )


def published_provenance(given: WarehouseTables) -> pd.DataFrame:
    """The same without the rows of the files that hold something kept back: their order would bracket a cost."""
    told = open_provenance(given)
    held = of_withheld_files(given.projects)
    files = pd.MultiIndex.from_frame(given.projects.loc[held, ["edition", "source_file"]])
    places = pd.MultiIndex.from_frame(told[["source_edition", "source_file"]])
    return told.assign(source_row=told["source_row"].mask(places.isin(files)))


def _trends(groups: pd.DataFrame) -> pd.DataFrame:
    rows: pd.DataFrame = groups.loc[groups["dimension"].isin(["portfolio", "ministry"])]
    return rows


def _followed(given: WarehouseTables, table: Table) -> pd.DataFrame:
    """The rows of a table about projects, without what is kept back of these."""
    return masked_rows(given.of(table), table, given.projects)


def _shown(given: WarehouseTables, table: Table) -> pd.DataFrame:
    """The rows of a table about projects, none of a project that keeps something back in their edition."""
    rows = given.of(table)
    held = pd.MultiIndex.from_frame(given.projects.loc[is_withheld(given.projects), ROW])
    return rows.loc[~pd.MultiIndex.from_frame(rows[ROW]).isin(held)]


# Each table of the dataset, and how its rows are made.
_BUILDERS: Mapping[Table, Callable[[WarehouseTables], pd.DataFrame]] = {
    OPEN_CORE_PROJECTS: lambda given: _with_codes(projects_of_edition(given), OPEN_CORE_PROJECTS),
    OPEN_FULL_PROJECTS: projects_of_edition,
    OPEN_HISTORY: lambda given: _with_codes(given.history, OPEN_HISTORY),
    OPEN_FULL_HISTORY: lambda given: given.history,
    OPEN_INDICATORS: lambda given: _of_edition(given.indicators, given.edition),
    OPEN_KEY_FIGURES: lambda given: open_key_figures(
        given.of(OUT_KEY_FIGURES),
        given.of(OUT_HEADLINES),
        given.of(OUT_HEADLINE_CHANGES),
        given.slippages,
        official_table(given.edition.key),
        given.states,
    ),
    OPEN_OFFICIAL: lambda given: official_table(given.edition.key),
    OPEN_TRENDS: lambda given: _trends(given.indicators),
    OPEN_SLIPPAGE: lambda given: open_slippages(given.slippages),
    OPEN_BRIDGE: lambda given: given.of(OUT_BRIDGE),
    OPEN_MOVEMENTS: lambda given: open_movements(
        given.of(OUT_CHANGES), given.of(OUT_MOVEMENTS), given.projects, given.slippages
    ),
    OPEN_CHANGES: lambda given: open_changes(given.of(OUT_CHANGES)),
    OPEN_CAUSES: lambda given: given.of(OUT_CAUSES),
    OPEN_FORECAST: lambda given: given.of(OUT_FORECAST),
    OPEN_BACKTEST: lambda given: given.of(OUT_FORECAST_BACKTEST),
    OPEN_QUALITY: lambda given: given.of(OUT_MINISTRY_QUALITY),
    OPEN_PROJECT_QUALITY: lambda given: given.of(OUT_PROJECT_QUALITY),
    OPEN_PROVENANCE: published_provenance,
    OPEN_WATCHLIST: lambda given: _followed(given, OUT_WATCHLIST),
    OPEN_MINISTRY_BRIEF: lambda given: given.of(OUT_MINISTRY_BRIEF),
    OPEN_TARGETS: lambda given: given.of(OUT_TARGETS),
    OPEN_TARGET_PROJECTS: lambda given: given.of(OUT_TARGET_PROJECTS),
    OPEN_RETROSPECTIVE: lambda given: _followed(given, OUT_RETROSPECTIVE),
    OPEN_SCORECARD: lambda given: _with_codes(_followed(given, OUT_SCORECARD), OPEN_SCORECARD),
    OPEN_BASELINES: lambda given: _shown(given, OUT_BASELINES),
    OPEN_MISSIONS: lambda given: _followed(given, OUT_MISSIONS),
    OPEN_NAMED_CAUSES: lambda given: _shown(given, OUT_NAMED_CAUSES),
    LEGACY_PROJECTS: lambda given: legacy_projects(_of_edition(given.projects, given.edition), given.edition),
}


def open_frames(given: WarehouseTables) -> dict[Table, pd.DataFrame]:
    """The rows of every table of the dataset, conformed to its declaration and rounded as it says.

    Raises:
        SchemaError: rows that do not conform.
    """
    return {table: rounded(conform(coded(build(given), table), table), table) for table, build in _BUILDERS.items()}
