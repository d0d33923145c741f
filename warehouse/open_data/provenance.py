"""Where each published figure of a project was read: file, sheet, row, cell, and the day the file was received.

A figure that is computed comes from several cells: those of the edition, and those of what it is compared with, in the
file of their own edition. Pure functions on frames.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import pandas as pd

from warehouse.model.schema import conform, empty_frame
from warehouse.open_data.tables import OPEN_PROJECTS, OPEN_PROVENANCE
from warehouse.projects.baselines import in_force
from warehouse.projects.tables import PLACE
from warehouse.slippage.by_project import first_published

KEY = ["edition", "project_id"]

# What a figure is read from: for each part of it, the fields that may give it, the first one filled counting.
Fields = tuple[tuple[str, ...], ...]

MEASURES: Mapping[str, Mapping[str, Fields]] = {
    "cost": {
        "forecast": (("updated_cost_meur",),),
        "initial": (("initial_cost_meur", "rebaseline_cost_meur"),),
        "revised": (("rebaseline_cost_meur", "initial_cost_meur"),),
    },
    "duration": {
        "forecast": (("start_date",), ("updated_end_date", "duration_years")),
        "initial": (("initial_start_date", "start_date"), ("initial_end_date", "rebaseline_end_date")),
        "revised": (("initial_start_date", "start_date"), ("rebaseline_end_date", "initial_end_date")),
    },
}
# The figure of a project that stands in for a baseline, as it was first published.
STANDS_IN = {"cost": "updated_cost_meur", "duration": "updated_duration_months"}

# The columns that are not read from the one field of their name.
READ_FROM: Mapping[str, Fields] = {
    "ministry_id": (("ministry_name", "ministry"),),
    "partner_ministry_id": (("partner_ministry", "ministry_name", "ministry"),),
    "programmes": (("funding",),),
    "updated_end_date": (("updated_end_date", "duration_years"),),
    "updated_duration_months": MEASURES["duration"]["forecast"],
    "cost_band": MEASURES["cost"]["forecast"],
    "initial_start_date": (("initial_start_date", "start_date"),),
    "overdue": (("updated_end_date", "duration_years"), ("phase",)),
}
# What a person may have said in a register rather than a ministry in a file.
REGISTERS = {
    "opinion": "opinions",
    "opinion_date": "opinions",
    "withheld_reason": "withheld",
}


@dataclass(frozen=True)
class Computed:
    """A column that compares the forecast of the edition with a reference, or is the reference itself."""

    measure: str
    reference: str
    with_forecast: bool = True


def _slippages() -> Iterator[tuple[str, Computed]]:
    for rate, measure, unit in (("budget", "cost", "meur"), ("schedule", "duration", "months")):
        for prefix, reference in (
            ("", "first_baseline"),
            ("current_", "current_baseline"),
            ("previous_", "previous_edition"),
        ):
            for figure in ("ratio", unit):
                yield f"{rate}_{prefix}slippage_{figure}", Computed(measure, reference)
    for figure in ("ratio", "months"):
        yield f"schedule_corrected_slippage_{figure}", Computed("duration", "first_baseline")


COMPUTED: Mapping[str, Computed] = {
    "initial_cost_meur": Computed("cost", "first_baseline", with_forecast=False),
    "initial_duration_months": Computed("duration", "first_baseline", with_forecast=False),
    **dict(_slippages()),
}
# The places of a file, which a line of a register has not.
NOT_IN_REGISTERS = ("source_sheet", "source_row", "source_column", "header", "received_on")
# What describes the row or the computation, and is no figure of the project.
NOT_TRACED = frozenset(
    {*KEY, *PLACE, "source_sha256", "baseline_source", "baseline_edition", "baseline_number"}
    | {name for name in OPEN_PROJECTS.names() if name.endswith("_status")}
    | {"cost_withheld", "schedule_withheld", "withheld_note"}
)


def provenance(
    published: pd.DataFrame,
    history: pd.DataFrame,
    slippages: pd.DataFrame,
    ledger: pd.DataFrame,
    cells: pd.DataFrame,
    submissions: pd.DataFrame,
) -> pd.DataFrame:
    """Where each figure of an edition was read.

    Args:
        published: the rows of `OPEN_PROJECTS` of the edition; a figure that is missing there comes from nowhere.
        history: core projects of the edition and those before, what is withheld taken out.
        slippages: slippage per project of the edition.
        ledger: from `warehouse.projects.baselines.effective_ledger`.
        cells: the columns of `ACCEPTED_CELLS`, of the same editions as `history`.
        submissions: the register of received files.

    Returns:
        The columns of `OPEN_PROVENANCE`: a row for each cell that each figure was read from. Where the cells of a file
        were not kept, the row is known and not the cell; what is in no file is in a register, which is named.
    """
    wanted = _wanted(published, _references(history, slippages, ledger))
    if wanted.empty:
        return empty_frame(OPEN_PROVENANCE)
    files = submissions.drop_duplicates(["edition", "sha256"], keep="last")
    received = files.rename(columns={"edition": "source_edition", "sha256": "source_sha256"})
    rows = history[[*KEY, *PLACE, "source_sha256"]].rename(columns={"edition": "source_edition"})
    placed = wanted.merge(rows, on=["source_edition", "project_id"]).merge(
        received[["source_edition", "source_sha256", "received_on"]], on=["source_edition", "source_sha256"], how="left"
    )
    known = cells.rename(columns={"edition": "source_edition"})
    known = known[["source_edition", *PLACE, "field", "source_column", "header"]]
    read = placed.merge(known, on=["source_edition", *PLACE, "field"], how="left")
    of_part = [*KEY, "column", "part", "rank"]
    # A field that is filled goes before one that is not, then in the order they are declared.
    ordered = read.assign(is_empty=read["source_column"].isna()).sort_values(["is_empty", "choice"], kind="stable")
    kept = ordered.drop_duplicates(of_part)
    has_cells = kept["source_edition"].isin(known["source_edition"])
    # The opinion of the register comes with its date, whatever date the file gives without an opinion.
    registered = kept.loc[kept["name"].eq("opinion") & kept["is_empty"] & has_cells, "project_id"]
    kept["is_empty"] |= kept["name"].eq("opinion_date") & kept["project_id"].isin(registered)
    told = kept.loc[~(kept["is_empty"] & has_cells)]
    whole = pd.concat([told, _from_registers(kept, has_cells)], ignore_index=True)
    return conform(whole.reindex(columns=OPEN_PROVENANCE.names()), OPEN_PROVENANCE)


def _from_registers(kept: pd.DataFrame, has_cells: pd.Series) -> pd.DataFrame:
    """The figures that no cell of the file gave, and that a register can have given."""
    register = kept["name"].map(REGISTERS).mask(kept["part"].isin(["first_baseline", "current_baseline"]), "baselines")
    rows = kept.loc[kept["is_empty"] & has_cells & register.notna()]
    place = rows.reindex(columns=[name for name in rows.columns if name not in NOT_IN_REGISTERS])
    return place.assign(source_file="registers/" + register.loc[rows.index] + ".csv")


def _references(history: pd.DataFrame, slippages: pd.DataFrame, ledger: pd.DataFrame) -> pd.DataFrame:
    """For each project, measure and reference: the edition whose file gave it, and what was read there.

    Returns:
        `edition`, `project_id`, `measure`, `part`, `source_edition`, `kind` (a key of `MEASURES`).
    """
    rows = slippages[[*KEY, "baseline_source", "previous_edition"]].reset_index(drop=True)
    is_declared = rows["baseline_source"].eq("declared")
    found = [
        rows.assign(measure=measure, part="previous_edition", source_edition=rows["previous_edition"], kind="forecast")
        for measure in MEASURES
    ]
    stand_ins = {measure: first_published(rows, history, figure)[1] for measure, figure in STANDS_IN.items()}
    references = {
        "first_baseline": in_force(ledger, rows, "first"),
        "current_baseline": in_force(ledger, rows, "current"),
    }
    for part, promised in references.items():
        kind = promised["number"].gt(1).fillna(value=False).map({True: "revised", False: "initial"})
        declared_in = promised["edition"].fillna(rows["edition"])
        found += [
            rows.assign(
                measure=measure,
                part=part,
                source_edition=declared_in.where(is_declared, stand_in),
                kind=kind.where(is_declared, "forecast"),
            )
            for measure, stand_in in stand_ins.items()
        ]
    columns = [*KEY, "measure", "part", "source_edition", "kind"]
    return pd.concat(found, ignore_index=True)[columns].dropna(subset=["source_edition"])


def _wanted(published: pd.DataFrame, references: pd.DataFrame) -> pd.DataFrame:
    """The fields to look for: one row per figure, part of it, and field that may give it.

    Returns:
        `edition`, `project_id`, `name` of the column, `column` as published, `part`, `rank`, `choice`, `field`,
        `source_edition`.
    """
    readings = _readings()
    names = readings["name"].unique()
    rows, columns = published[list(names)].notna().to_numpy().nonzero()
    filled = published[KEY].take(rows).assign(name=names[columns])
    compared = readings["measure"].notna()
    found = [
        filled.assign(source_edition=filled["edition"]).merge(readings.loc[~compared], on="name"),
        filled.merge(readings.loc[compared], on="name").merge(references, on=[*KEY, "measure", "part", "kind"]),
    ]
    return pd.concat(found, ignore_index=True).drop(columns=["measure", "kind"])


@cache
def _readings() -> pd.DataFrame:
    """Where each part of each figure is read: one row per field that may give it, in the order they are tried.

    Returns:
        `name`, `column`, `part`, `measure` and `kind` of the reference that it is compared with, missing where the part
        is of the edition itself, `rank`, `choice`, `field`.
    """
    rows = []
    for column in OPEN_PROJECTS.columns:
        if column.name in NOT_TRACED:
            continue
        rows += [
            (column.name, column.published, part, measure, kind, rank, choice, field)
            for part, measure, kind, fields in _parts(column.name)
            for rank, choices in enumerate(fields, start=1)
            for choice, field in enumerate(choices)
        ]
    names = ["name", "column", "part", "measure", "kind", "rank", "choice", "field"]
    return pd.DataFrame(rows, columns=names)


def _parts(column: str) -> Iterator[tuple[str, str | None, str | None, Fields]]:
    """The parts of a figure: its name, the measure and the kind of a reference, and the fields that may give it."""
    computed = COMPUTED.get(column)
    if computed is None:
        yield "forecast", None, None, READ_FROM.get(column, ((column,),))
        return
    kinds = MEASURES[computed.measure]
    if computed.with_forecast:
        yield "forecast", None, None, kinds["forecast"]
    for kind, fields in kinds.items():
        yield computed.reference, computed.measure, kind, fields
