"""Whether an edition follows from what came before: who is who, what was promised, who left and why."""

from collections.abc import Hashable, Mapping
from typing import Any

import dagster as dg
import pandas as pd

from assets.history import out_movements
from assets.projects import EVER, core_projects, prepare_projects
from assets.submissions import raw_submissions
from checks.recording import edition_check, record
from warehouse.archive.tables import CORE_PROJECTS
from warehouse.home.home import Home
from warehouse.home.registers import Registers, read_registers, register
from warehouse.home.store import ParquetStore
from warehouse.model.findings import Finding, declared_finding
from warehouse.model.frames import looked_up
from warehouse.model.vocabulary import EXIT_REASONS, MINISTRIES, OPINIONS
from warehouse.projects.identification import waiting_for_review
from warehouse.projects.opinions import opinions_on

Row = Mapping[Hashable, Any]


def vanished(movements: pd.DataFrame) -> list[Finding]:
    """One warning for each project that left since the previous edition and of which nobody said why."""
    unexplained = movements.loc[movements["movement"].eq("exit") & movements["exit_reason"].isna()]
    reasons = ", ".join(f"« {label} »" for label in EXIT_REASONS.labels())
    return [
        declared_finding(
            "every_exit_has_a_reason",
            f"Le projet {row['project_id']} « {row['name']} » ({MINISTRIES.label(row['ministry_id'])}), présent à "
            f"l'édition {row['previous_edition']}, ne figure plus.",
            value=row["project_id"],
            expected=f"un motif de sortie : {reasons} (panorama projects exit {row['project_id']})",
            ministry_id=row["ministry_id"],
        )
        for row in unexplained.to_dict("records")
    ]


def doubtful_links(projects: pd.DataFrame, registers: Registers) -> list[Finding]:
    """One warning for each project whose likeness to a known one was not certain enough, and not reviewed since.

    Args:
        projects: core projects of the edition.
        registers: `links` and `decisions` are used.
    """
    waiting = waiting_for_review(registers)
    concerned = projects.merge(
        waiting[["edition", "project_id", "candidate_id", "score", "evidence"]], on=["edition", "project_id"]
    )
    return [
        declared_finding(
            "identity_is_certain",
            f"Le projet {row['project_id']} « {row['name']} » est peut-être {row['candidate_id']} "
            f"({row['evidence']}) : il n'y est pas rattaché.",
            **_place(row),
            value=row["name"],
            expected=f"une décision : panorama projects confirm {row['project_id']} --same-as {row['candidate_id']}, "
            f"ou panorama projects confirm {row['project_id']}",
        )
        for row in concerned.to_dict("records")
    ]


def moved_starts(projects: pd.DataFrame, earlier: pd.DataFrame, ledger: pd.DataFrame) -> list[Finding]:
    """One warning for each start that moves in a project without a declared baseline.

    Those with one are checked against the ledger, before anything is written.

    Args:
        projects: core projects of the edition.
        earlier: core projects of the editions before it.
        ledger: the register of baselines.
    """
    last = earlier.dropna(subset=["start_date"]).sort_values("edition").drop_duplicates("project_id", keep="last")
    both = projects.merge(last[["project_id", "start_date", "edition"]], on="project_id", suffixes=("", "_before"))
    moved = both.loc[
        both["start_date"].notna()
        # Only months count in a duration: the first and the seventh of a month are one start.
        & both["start_date"].dt.to_period("M").ne(both["start_date_before"].dt.to_period("M"))
        & ~both["project_id"].isin(ledger["project_id"])
    ]
    return [
        Finding(
            "start_date_does_not_move",
            # Nothing was promised: it is an error in the ledger only.
            "warning",
            f"Le projet {row['project_id']} « {row['name']} » change de date de début depuis l'édition "
            f"{row['edition_before']}.",
            **_place(row),
            column=CORE_PROJECTS.column("start_date").title,
            value=row["start_date"].date().isoformat(),
            expected=f"{row['start_date_before'].date().isoformat()}, ou une révision de trajectoire datée et motivée",
        )
        for row in moved.to_dict("records")
    ]


def contradicted_opinions(projects: pd.DataFrame, opinions: pd.DataFrame, day: pd.Timestamp) -> list[Finding]:
    """One warning for each opinion declared by a ministry that is not that of the register.

    Args:
        projects: core projects of the edition.
        opinions: the register of opinions.
        day: the reference date of the edition.
    """
    known = opinions_on(opinions, day)["opinion"].dropna()
    registered = looked_up(projects["project_id"], known)
    differ = projects.assign(registered=registered).loc[
        registered.notna() & projects["opinion"].notna() & projects["opinion"].ne(registered)
    ]
    return [
        declared_finding(
            "opinion_agrees_with_register",
            f"Le projet {row['project_id']} « {row['name']} » déclare un avis qui n'est pas celui du registre.",
            **_place(row),
            column=CORE_PROJECTS.column("opinion").title,
            value=OPINIONS.label(row["opinion"]),
            expected=OPINIONS.label(row["registered"]),
        )
        for row in differ.to_dict("records")
    ]


def _place(row: Row) -> dict[str, Any]:
    return {"file": row["source_file"], "sheet": row["source_sheet"], "row": int(row["source_row"])}


@edition_check(raw_submissions)
def baselines_agree_with_ledger(
    context: dg.AssetCheckExecutionContext,
    home: dg.ResourceParam[Home],
    store: dg.ResourceParam[ParquetStore],
    raw_submissions: pd.DataFrame,
) -> dg.AssetCheckResult:
    """Initial figures are those of the ledger, and no start moves, but by a dated and justified rebaseline."""
    prepared = prepare_projects(raw_submissions, read_registers(home.registers), store.history(CORE_PROJECTS, EVER))
    return record(context, home, prepared.findings, checked=len(prepared.projects))


@edition_check(core_projects)
def identities_are_certain(
    context: dg.AssetCheckExecutionContext, home: dg.ResourceParam[Home], core_projects: pd.DataFrame
) -> dg.AssetCheckResult:
    """No project looks like a known one without being taken for it; those that do are for a person to decide."""
    findings = doubtful_links(core_projects, read_registers(home.registers))
    return record(context, home, findings, checked=len(core_projects))


@edition_check(core_projects)
def starts_do_not_move(
    context: dg.AssetCheckExecutionContext,
    home: dg.ResourceParam[Home],
    store: dg.ResourceParam[ParquetStore],
    core_projects: pd.DataFrame,
) -> dg.AssetCheckResult:
    """The start of a project without a declared baseline is that of the edition before."""
    earlier = store.earlier(CORE_PROJECTS, context.partition_key)
    ledger = register(home.registers, "baselines").read()
    return record(context, home, moved_starts(core_projects, earlier, ledger), checked=len(core_projects))


@edition_check(core_projects)
def opinions_agree_with_register(
    context: dg.AssetCheckExecutionContext, home: dg.ResourceParam[Home], core_projects: pd.DataFrame
) -> dg.AssetCheckResult:
    """An opinion declared by a ministry is the one the register has."""
    opinions = register(home.registers, "opinions").read()
    findings = contradicted_opinions(core_projects, opinions, pd.Timestamp(f"{context.partition_key}-01"))
    return record(context, home, findings, checked=len(core_projects))


@edition_check(out_movements)
def no_project_vanishes_unseen(
    context: dg.AssetCheckExecutionContext, home: dg.ResourceParam[Home], out_movements: pd.DataFrame
) -> dg.AssetCheckResult:
    """Every project that left since the previous edition has an exit reason; those that have none are listed."""
    return record(context, home, vanished(out_movements), checked=len(out_movements))
