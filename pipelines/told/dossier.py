"""Everything known of one project: from the registers and from each edition, for a machine and for a person."""

from typing import Any

import pandas as pd
from rich.console import Console

from warehouse.archive.tables import CORE_PROJECTS, OUT_SLIPPAGE_PROJECTS
from warehouse.home.home import Home
from warehouse.home.registers import read_registers
from warehouse.home.store import ParquetStore
from warehouse.model.errors import ConfigurationError
from warehouse.model.frames import plain_records
from warehouse.model.french import month, number, percent
from warehouse.model.vocabulary import (
    CAUSE_REVIEWS,
    EXIT_REASONS,
    LINEAGE_EVENTS,
    LINK_DECISIONS,
    MINISTRIES,
    MISSION_EVENTS,
    OPINION_AXES,
    OPINIONS,
    PHASES,
)
from warehouse.projects.baselines import effective_ledger
from warehouse.projects.withheld import without_withheld

# What an edition tells of a project: figures, then where each row comes from.
EDITION_COLUMNS = [
    "edition", "name", "ministry_id", "phase", "start_date", "updated_end_date", "updated_duration_months",
    "updated_cost_meur", "withheld", "withheld_reason", "source_file", "source_sha256", "source_sheet", "source_row",
]  # fmt: skip
SLIPPAGE_COLUMNS = [
    "baseline_source",
    "budget_status",
    "budget_slippage_ratio",
    "schedule_status",
    "schedule_slippage_ratio",
]
SUBJECTS = (
    "projects",
    "links",
    "decisions",
    "lineage",
    "baselines",
    "exits",
    "opinions",
    "opinion_causes",
    "cause_reviews",
    "missions",
    "withheld",
)


def project_dossier(home: Home, project: str) -> dict[str, Any]:
    """Gather what the registers and the editions say of a project, None for what is missing.

    Returns:
        `project_id`, one list of lines for each register, and `editions`: one record for each edition, with its
        figures, its slippages and the place of its row. Withheld figures are left out.

    Raises:
        ConfigurationError: no register and no edition knows it.
    """
    read = read_registers(home.registers)
    # The references as they count: an edition run after a later one adds its own below those of the later one.
    registers = {**read, "baselines": effective_ledger(read["baselines"]).sort_values("number", kind="stable")}
    found: dict[str, Any] = {"project_id": project}
    for name in SUBJECTS:
        lines = registers[name]
        concerned = lines["project_id"].eq(project)
        if "other_id" in lines:
            concerned |= lines["other_id"].eq(project)
        found[name] = plain_records(lines.loc[concerned])
    store = ParquetStore(home.warehouse)
    editions: list[dict[str, Any]] = []
    for key in store.editions(CORE_PROJECTS):
        rows = without_withheld(store.read(CORE_PROJECTS, key))
        rows = rows.loc[rows["project_id"].eq(project), ["project_id", *EDITION_COLUMNS]]
        if store.has(OUT_SLIPPAGE_PROJECTS, key):
            slippages = store.read(OUT_SLIPPAGE_PROJECTS, key)[["project_id", *SLIPPAGE_COLUMNS]]
            rows = rows.merge(slippages, on="project_id", how="left")
        editions += plain_records(rows.drop(columns="project_id"))
    found["editions"] = editions
    if not editions and not any(found[name] for name in SUBJECTS):
        raise ConfigurationError(f"Projet inconnu : « {project} ».")
    return found


def print_project(found: dict[str, Any], console: Console) -> None:
    """Tell a person what is known of a project."""
    console.print(found["project_id"], style="bold")

    def section(title: str, lines: list[str]) -> None:
        if lines:
            console.print(f"  {title}", style="bold")
            for line in lines:
                console.print(f"    {line}")

    section(
        "Noms",
        [f"{r['first_edition']} : {r['name']} ({MINISTRIES.label(r['ministry_id'])})" for r in found["projects"]],
    )
    section(
        "Rattachements",
        [
            f"{r['edition']} : {LINK_DECISIONS.label(r['decision']).lower()}"
            + (f", score {r['score']:.3f} : {r['evidence']}" if r["score"] is not None else "")
            for r in found["links"]
        ],
    )
    section(
        "Décisions",
        [f"{r['decided_on']} {r['decided_by']} : {r['decision']}, {r['reason']}" for r in found["decisions"]],
    )
    section(
        "Filiation",
        [
            f"{r['edition']} : {r['project_id']} {LINEAGE_EVENTS.label(r['event']).lower()} {r['other_id']}"
            f" ({r['reason']})"
            for r in found["lineage"]
        ],
    )
    section(
        "Références",
        [
            f"n° {r['number']} ({r['approved_on'] or r['edition']}, {r['act']}) : {number(r['cost_meur'], 1)} M€, "
            f"{str(r['start_date'] or '?')[:7]} → {str(r['end_date'] or '?')[:7]} ; {r['reason']}"
            for r in found["baselines"]
        ],
    )
    section("Éditions", [_edition_line(row) for row in found["editions"]])
    section(
        "Avis",
        [
            f"saisi le {r['requested_on']} : "
            + (OPINIONS.label(r["opinion"]).lower() if r["opinion"] else "sans réponse")
            for r in found["opinions"]
        ],
    )
    section("Causes à suivre", [f"{OPINION_AXES.label(r['axis'])} : {r['cause']}" for r in found["opinion_causes"]])
    section(
        "Constats sur ces causes",
        [
            f"{r['reviewed_on']} : {r['cause']} : {CAUSE_REVIEWS.label(r['review']).lower()} {r['comment'] or ''}"
            for r in found["cause_reviews"]
        ],
    )
    section(
        "Missions de sécurisation",
        [
            f"{r['event_date']} : {MISSION_EVENTS.label(r['event']).lower()} {r['outcome'] or ''}"
            for r in found["missions"]
        ],
    )
    section(
        "Sorties",
        [
            f"{r['edition']} : {EXIT_REASONS.label(r['exit_reason']).lower()} {r['comment'] or ''}"
            for r in found["exits"]
        ],
    )


def _edition_line(row: dict[str, Any]) -> str:
    end = row["updated_end_date"]
    figures = (
        f"{number(row['updated_cost_meur'], 1)} M€, fin {month(pd.Timestamp(end)) if end else 'n. c.'}, "
        f"{number(row['updated_duration_months'])} mois"
    )
    rates = ", ".join(
        f"{label} {percent(row.get(f'{rate}_slippage_ratio'), signed=True)}"
        for rate, label in (("budget", "coût"), ("schedule", "durée"))
    )
    phase = PHASES.label(row["phase"]) if row["phase"] else "phase n. c."
    kept_back = " [chiffres non publiés]" if row["withheld"] else ""
    return (
        f"{row['edition']} : {row['name']}, {phase}, {figures} ; écarts : {rates}{kept_back} "
        f"({row['source_file']}, ligne {row['source_row']})"
    )
