"""Whether an edition follows from the one before: nobody vanishes unseen, nothing promised is rewritten."""

from collections.abc import Hashable, Mapping
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd

from assets.projects import core_projects
from assets.slippage import out_movements
from checks.recording import edition_check, record
from warehouse.findings import Finding
from warehouse.home import Home
from warehouse.store import ParquetStore
from warehouse.tables import CORE_PROJECTS
from warehouse.vocabulary import MINISTRIES

# Initial figures are given in M€ with two decimals: below this they are the same.
SAME_COST_MEUR = 0.005
BASELINE_COLUMNS = {
    "initial_cost_meur": "le coût initial",
    "initial_end_date": "la fin initiale",
    "initial_start_date": "le début initial",
}


def vanished(movements: pd.DataFrame) -> list[Finding]:
    """One warning for each project that left since the previous edition, so that no exit is silent."""
    exits = movements.loc[movements["movement"] == "exit"]
    return [
        Finding(
            "no_project_vanishes_unseen",
            "warning",
            f"Le projet {row['project_id']} « {row['name']} » ({MINISTRIES.label(row['ministry_id'])}), présent à "
            f"l'édition {row['previous_edition']}, ne figure plus.",
            value=row["project_id"],
            expected="un motif de sortie",
        )
        for row in exits.to_dict("records")
    ]


def rewritten_baselines(projects: pd.DataFrame, earlier: pd.DataFrame) -> list[Finding]:
    """One warning for each declared initial figure that differs from the last one declared before.

    Args:
        projects: core projects of the edition.
        earlier: core projects of the editions before it.
    """
    findings: list[Finding] = []
    for column, label in BASELINE_COLUMNS.items():
        last = earlier.dropna(subset=[column]).sort_values("edition").drop_duplicates("project_id", keep="last")
        both = projects.dropna(subset=[column]).merge(
            last[["project_id", column, "edition"]], on="project_id", suffixes=("", "_before")
        )
        before, after = both[f"{column}_before"], both[column]
        changed = ~np.isclose(before, after, atol=SAME_COST_MEUR) if column.endswith("_meur") else before != after
        findings += [_rewritten(row, column, label) for row in both.loc[changed].to_dict("records")]
    return findings


def _rewritten(row: Mapping[Hashable, Any], column: str, label: str) -> Finding:
    return Finding(
        "baseline_is_not_rewritten",
        "warning",
        f"Le projet {row['project_id']} « {row['name']} » déclare {label} autrement qu'à l'édition "
        f"{row['edition_before']}.",
        file=row["source_file"],
        sheet=row["source_sheet"],
        row=int(row["source_row"]),
        column=CORE_PROJECTS.column(column).title,
        value=_shown(row[column]),
        expected=f"{_shown(row[f'{column}_before'])}, ou une révision de trajectoire datée et motivée",
    )


def _shown(value: object) -> str:
    return value.date().isoformat() if isinstance(value, pd.Timestamp) else f"{value:g}"


@edition_check(out_movements)
def no_project_vanishes_unseen(
    context: dg.AssetCheckExecutionContext, home: dg.ResourceParam[Home], out_movements: pd.DataFrame
) -> dg.AssetCheckResult:
    """Every project of the previous edition is still there; those that left are listed."""
    return record(context, home, vanished(out_movements), checked=len(out_movements))


@edition_check(core_projects)
def baselines_are_not_rewritten(
    context: dg.AssetCheckExecutionContext,
    home: dg.ResourceParam[Home],
    store: dg.ResourceParam[ParquetStore],
    core_projects: pd.DataFrame,
) -> dg.AssetCheckResult:
    """Initial figures declared in an edition are those declared before."""
    history = store.history(CORE_PROJECTS, context.partition_key)
    earlier = history.loc[history["edition"] < context.partition_key]
    return record(context, home, rewritten_baselines(core_projects, earlier), checked=len(core_projects))
