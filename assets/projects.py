"""The projects of an edition: its rows, under stable ids, with what the registers know of them."""

from collections.abc import Mapping
from dataclasses import dataclass

import dagster as dg
import pandas as pd

from assets.declaring import table_asset
from assets.reading.typed_rows import type_projects
from warehouse.archive.tables import CORE_PROJECTS
from warehouse.home.home import Home
from warehouse.home.registers import Registers, ministry_labels, read_registers, register
from warehouse.home.store import ParquetStore
from warehouse.model.findings import Finding
from warehouse.model.terms import match_key
from warehouse.projects.baselines import compare_with_ledger
from warehouse.projects.identification import identify
from warehouse.projects.opinions import with_registered_opinions
from warehouse.projects.withheld import withheld_overlay

# After any edition of any calendar.
EVER = "9999-12"


@dataclass(frozen=True)
class Prepared:
    """The projects of an edition, what they add to the registers, and what contradicts these.

    `additions` holds the lines of each register, by its short name; nothing is written yet.
    """

    projects: pd.DataFrame
    additions: Mapping[str, pd.DataFrame]
    findings: list[Finding]


def prepare_projects(cells: pd.DataFrame, registers: Registers, history: pd.DataFrame) -> Prepared:
    """Type the rows of an edition, identify them, and confront them with the registers.

    Rows that other checks refuse (without a name or a ministry, or twice the same) are left out.

    Args:
        cells: columns of `RAW_SUBMISSIONS`, one edition.
        registers: all registers, by short name.
        history: core projects of all editions of the warehouse.
    """
    typed, _ = type_projects(cells, ministry_labels(registers))
    edition = str(cells["edition"].iloc[0])
    usable = typed.dropna(subset=["name", "ministry_id"])
    place = usable["name"].map(match_key) + "|" + usable["ministry_id"]
    usable = usable.loc[~place.duplicated()].reset_index(drop=True)
    identified = identify(usable, edition, registers, history)
    projects = (
        usable.assign(project_id=identified.project_id)
        .pipe(withheld_overlay, registers["withheld"], edition)
        .pipe(with_registered_opinions, registers["opinions"], pd.Timestamp(f"{edition}-01"))
    )
    baselines, findings = compare_with_ledger(projects, registers["baselines"])
    additions = {"links": identified.links, "projects": identified.names, "baselines": baselines}
    return Prepared(projects, additions, findings)


@table_asset(CORE_PROJECTS, "projects")
def core_projects(
    context: dg.AssetExecutionContext,
    home: dg.ResourceParam[Home],
    store: dg.ResourceParam[ParquetStore],
    raw_submissions: pd.DataFrame,
) -> dg.Output[pd.DataFrame]:
    """The projects of the edition: one typed row per submitted line, under an id that is stable across editions.

    Written only when every blocking check of the submissions has passed. How each row came by its id is added to
    the log of links, new names to the register of projects, new baselines to the ledger.
    """
    with home.writing():
        registers = read_registers(home.registers)
        prepared = prepare_projects(raw_submissions, registers, store.history(CORE_PROJECTS, EVER))
        for name, lines in prepared.additions.items():
            register(home.registers, name).append(lines, seen=registers[name])
    decisions = prepared.additions["links"]["decision"].value_counts()
    context.log.info("%d projets, %d rattachements nouveaux", len(prepared.projects), int(decisions.sum()))
    return dg.Output(
        prepared.projects,
        metadata={
            **{f"links_{decision}": int(count) for decision, count in sorted(decisions.items())},
            "new_baselines": len(prepared.additions["baselines"]),
        },
    )
