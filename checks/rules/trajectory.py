"""Whether each project follows from what was said of it before: phase, cost, end, name, ministry. Pure but the check.

A figure that is kept back, on either side, is not compared: what a finding says is published.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg
import pandas as pd

from assets.projects import EVER, prepare_projects
from assets.submissions import raw_submissions
from checks.recording import edition_check, record
from checks.rules.conformance import submission_locator
from checks.rules.figures import UNIT_RATIO
from checks.rules.plausibility import is_another_unit, is_true, months_between
from warehouse.archive.tables import CORE_PROJECTS
from warehouse.facts.ministries import are_related
from warehouse.home.home import Home
from warehouse.home.registers import Registers, read_registers
from warehouse.home.store import ParquetStore
from warehouse.model.findings import Finding, declared_finding
from warehouse.model.frames import looked_up
from warehouse.model.french import exact
from warehouse.model.terms import match_key
from warehouse.model.vocabulary import EXIT_REASONS, MINISTRIES, PHASES
from warehouse.projects.withheld import without_withheld

Locator = Callable[[pd.Series, str], Mapping[str, Any]]

# Editions come out every four to eight months: beyond a year, one or more are missing and a jump proves nothing.
ONE_EDITION_MONTHS = 12
MOST_COST_JUMP = 2.0
MOST_DELAY_MONTHS, MOST_ADVANCE_MONTHS = 24, 12
SAME_FIGURES_EDITIONS = 3
ENDED = ("completed", "abandoned", "merged")


@dataclass(frozen=True)
class Comparison:
    """Projects of an edition beside what was last said of them, one row each; `…_before` columns hold the latter.

    `since` tells the edition of `…_before`; `rebaselined` is true where a baseline was added since then.
    """

    rows: pd.DataFrame
    locate: Locator

    def findings(
        self, rule: str, broken: pd.Series, column: str, say: Callable[[pd.Series], tuple[str, str]]
    ) -> list[Finding]:
        """A finding for each row where a rule is broken: `say` gives the message, and what is expected."""
        found = []
        for _, row in self.rows.loc[is_true(broken)].iterrows():
            message, expected = say(row)
            found.append(declared_finding(rule, message, **self.locate(row, column), expected=expected))
        return found


def _project(row: pd.Series) -> str:
    return f"Le projet {row['project_id']} « {row['name']} »"


def compared(projects: pd.DataFrame, earlier: pd.DataFrame, ledger: pd.DataFrame, locate: Locator) -> Comparison:
    """Put each project of an edition beside its last row in the editions before; those without one are left out.

    Args:
        projects: core projects of the edition.
        earlier: core projects of the editions before it.
        ledger: the register of baselines.
        locate: where a column of a row stands.
    """
    edition = str(projects["edition"].iloc[0])
    last = without_withheld(earlier).sort_values("edition").drop_duplicates("project_id", keep="last")
    before = last.add_suffix("_before").rename(columns={"project_id_before": "project_id"})
    rows = without_withheld(projects).merge(before, on="project_id")
    revised = ledger.loc[ledger["number"].gt(1) & ledger["edition"].le(edition)].groupby("project_id")["edition"].max()
    revised_in = looked_up(rows["project_id"], revised)
    declared = rows["rebaseline_date"].notna() & rows["rebaseline_date"].ne(rows["rebaseline_date_before"])
    apart = months_between(pd.to_datetime(rows["edition_before"] + "-01"), pd.to_datetime(rows["edition"] + "-01"))
    return Comparison(
        rows.assign(
            since=rows["edition_before"],
            rebaselined=is_true(revised_in.gt(rows["edition_before"])) | declared,
            is_recent=apart.le(ONE_EDITION_MONTHS),
        ),
        locate,
    )


def moves_of_phase(comparison: Comparison) -> list[Finding]:
    """Phases that go back, and finished projects that are no longer so."""
    ranks = {code: rank for rank, code in enumerate(PHASES.codes())}
    now, before = comparison.rows["phase"], comparison.rows["phase_before"]
    back = now.map(ranks).lt(before.map(ranks))
    finished = is_true(before.eq("completed"))

    def say(row: pd.Series) -> tuple[str, str]:
        was, is_now = PHASES.label(row["phase_before"]), PHASES.label(row["phase"])
        return (
            f"{_project(row)} revient de « {was} » (édition {row['since']}) à « {is_now} ».",
            f"« {was} » ou une phase qui la suit, ou un commentaire qui l'explique",
        )

    return [
        *comparison.findings("phase_does_not_go_back", back & ~finished, "phase", say),
        *comparison.findings("completed_project_stays_completed", back & finished, "phase", say),
    ]


def moves_of_cost(comparison: Comparison) -> list[Finding]:
    """Costs that change of unit, or that more than double or halve in one edition without a rebaseline."""
    rows = comparison.rows
    ratio = (rows["updated_cost_meur"] / rows["updated_cost_meur_before"]).where(
        rows["updated_cost_meur_before"].gt(0) & rows["updated_cost_meur"].gt(0)
    )
    unit = is_another_unit(ratio)
    jumps = (ratio.gt(MOST_COST_JUMP) | ratio.lt(1 / MOST_COST_JUMP)) & ~unit & rows["is_recent"] & ~rows["rebaselined"]

    def say_unit(row: pd.Series) -> tuple[str, str]:
        now, before = float(row["updated_cost_meur"]), float(row["updated_cost_meur_before"])
        meant = now / UNIT_RATIO if now > before else now * UNIT_RATIO
        return (
            (
                f"{_project(row)} change d'unité depuis l'édition {row['since']}, où son coût était de {exact(before)} "
                f"M€. Vouliez-vous dire {exact(round(meant, 6))} M€ ?"
            ),
            "un coût complet en M€ TTC",
        )

    def say_jump(row: pd.Series) -> tuple[str, str]:
        return (
            (
                f"{_project(row)} passe de {exact(row['updated_cost_meur_before'])} M€ (édition {row['since']}) à "
                f"{exact(row['updated_cost_meur'])} M€ en une édition, sans révision de trajectoire."
            ),
            "une révision de trajectoire datée et motivée, ou un coût corrigé",
        )

    return [
        *comparison.findings("cost_keeps_its_unit", unit, "updated_cost_meur", say_unit),
        *comparison.findings("cost_does_not_jump", jumps, "updated_cost_meur", say_jump),
    ]


def moves_of_end(comparison: Comparison) -> list[Finding]:
    """Ends put off by more than two years in one edition without a rebaseline, or brought forward by more than one."""
    rows = comparison.rows
    later = months_between(rows["updated_end_date_before"], rows["updated_end_date"])
    ongoing = ~is_true(rows["phase"].eq("completed"))
    jumps = later.gt(MOST_DELAY_MONTHS) & rows["is_recent"] & ~rows["rebaselined"]
    advances = later.lt(-MOST_ADVANCE_MONTHS) & rows["is_recent"] & ~rows["rebaselined"] & ongoing

    def say(row: pd.Series) -> tuple[str, str]:
        now, before = (row[name].date().isoformat() for name in ("updated_end_date", "updated_end_date_before"))
        return (
            (
                f"{_project(row)} voit sa fin passer du {before} (édition {row['since']}) au {now} en une édition, "
                "sans révision de trajectoire."
            ),
            "une révision de trajectoire datée et motivée, ou une fin corrigée",
        )

    return [
        *comparison.findings("end_is_not_put_off_by_two_years", jumps, "updated_end_date", say),
        *comparison.findings("end_is_not_brought_forward_by_a_year", advances, "updated_end_date", say),
    ]


def moves_of_label(comparison: Comparison) -> list[Finding]:
    """Names, lead ministries and the interministerial flag that change."""
    rows = comparison.rows
    renamed = rows["name"].map(match_key).ne(rows["name_before"].map(match_key))
    strangers = [not are_related(*pair) for pair in zip(rows["ministry_id"], rows["ministry_id_before"], strict=True)]
    flips = rows["interministerial"].ne(rows["interministerial_before"])
    return [
        *comparison.findings(
            "name_does_not_change",
            renamed,
            "name",
            lambda row: (
                f"Le nom du projet a changé depuis l'édition {row['since']}.",
                f"« {row['name_before']} », ou le nouveau nom s'il est voulu : l'identifiant suit le projet",
            ),
        ),
        *comparison.findings(
            "ministry_does_not_change",
            pd.Series(strangers, index=rows.index, dtype="boolean"),
            "ministry_id",
            lambda row: (
                (
                    f"{_project(row)} était porté par « {MINISTRIES.label(row['ministry_id_before'])} » à l'édition "
                    f"{row['since']}, sans lien connu entre les deux ministères."
                ),
                "le ministère d'avant, ou le nouveau si le projet a été transféré",
            ),
        ),
        *comparison.findings(
            "interministerial_does_not_change",
            flips,
            "interministerial",
            lambda row: (
                f"Le caractère interministériel a changé depuis l'édition {row['since']}.",
                (
                    f"« {'Oui' if row['interministerial_before'] else 'Non'} », ou la nouvelle réponse si le périmètre "
                    "a changé"
                ),
            ),
        ),
    ]


def lost_figures(comparison: Comparison) -> list[Finding]:
    """Costs and ends that were known and no longer are, though nothing says that they are kept back."""
    rows = comparison.rows
    columns = (
        ("cost_stays_known", "updated_cost_meur", "cost_withheld"),
        ("end_stays_known", "updated_end_date", "schedule_withheld"),
    )
    found = []
    for rule, column, withheld in columns:
        lost = rows[column].isna() & rows[f"{column}_before"].notna() & ~is_true(rows[withheld])
        title = CORE_PROJECTS.column(column).title

        def say(row: pd.Series, column: str = column, title: str = title) -> tuple[str, str]:
            was = row[f"{column}_before"]
            shown = f"{exact(was)} M€" if isinstance(was, float) else was.date().isoformat()
            return (
                f"{_project(row)} ne donne plus « {title} », qui valait {shown} à l'édition {row['since']}.",
                "le chiffre, ou un motif de non-publication",
            )

        found += comparison.findings(rule, lost, column, say)
    return found


def completed_figures(comparison: Comparison) -> list[Finding]:
    """Figures of a finished project that still move."""
    rows = comparison.rows
    both = is_true(rows["phase"].eq("completed")) & is_true(rows["phase_before"].eq("completed"))
    cost = rows["updated_cost_meur"].sub(rows["updated_cost_meur_before"]).abs().ge(0.005)
    end = months_between(rows["updated_end_date_before"], rows["updated_end_date"]).abs().gt(0)
    return comparison.findings(
        "completed_figures_do_not_move",
        both & (cost | end),
        "updated_cost_meur",
        lambda row: (
            f"{_project(row)} était déjà terminé à l'édition {row['since']}, et son coût ou sa fin a changé depuis.",
            "les chiffres constatés à la fin du projet",
        ),
    )


def stale_figures(projects: pd.DataFrame, earlier: pd.DataFrame, locate: Locator) -> list[Finding]:
    """Projects whose cost and end are the same for three editions running, or kept back for as long."""
    editions = sorted(earlier["edition"].unique())[-(SAME_FIGURES_EDITIONS - 1) :]
    if len(editions) < SAME_FIGURES_EDITIONS - 1:
        return []
    recent = pd.concat([earlier.loc[earlier["edition"].isin(editions)], projects], ignore_index=True)
    shown = without_withheld(recent)
    shown = shown.assign(end_month=shown["updated_end_date"].dt.to_period("M").astype("str"))
    known = shown.loc[shown["updated_cost_meur"].notna() & shown["updated_end_date"].notna()]
    grouped = known.groupby("project_id")
    counts = grouped.size()[lambda size: size.eq(SAME_FIGURES_EDITIONS)].index
    same = grouped[["updated_cost_meur", "end_month"]].nunique().eq(1).all(axis=1)
    stale = same[same].index.intersection(counts)
    kept_back = recent.groupby("project_id")["withheld"].agg(["size", "all"])
    withheld = kept_back.index[kept_back["size"].eq(SAME_FIGURES_EDITIONS) & is_true(kept_back["all"])]
    comparison = Comparison(without_withheld(projects).assign(since=editions[0]), locate)
    ongoing = ~is_true(projects["phase"].eq("completed"))
    return [
        *comparison.findings(
            "figures_move_within_three_editions",
            projects["project_id"].isin(stale) & ongoing,
            "updated_cost_meur",
            lambda row: (
                f"Le coût et la fin n'ont pas changé depuis l'édition {row['since']}.",
                "des chiffres revus à chaque édition, ou la confirmation qu'ils n'ont pas bougé",
            ),
        ),
        *comparison.findings(
            "figures_are_withheld_for_two_editions_at_most",
            projects["project_id"].isin(withheld),
            "withheld",
            lambda row: (
                f"Les chiffres ne sont pas publiés depuis l'édition {row['since']}.",
                "les chiffres, ou la date à laquelle ils seront publiés",
            ),
        ),
    ]


def unexpected_returns(projects: pd.DataFrame, exits: pd.DataFrame, locate: Locator) -> list[Finding]:
    """Projects that the register of exits says finished, abandoned or merged, and that are there."""
    edition = str(projects["edition"].iloc[0])
    said = exits.loc[exits["edition"].le(edition)].drop_duplicates("project_id", keep="last")
    ended = said.loc[said["exit_reason"].isin(ENDED), ["project_id", "edition", "exit_reason"]]
    rows = projects.merge(ended.rename(columns={"edition": "since"}), on="project_id")
    return Comparison(rows, locate).findings(
        "ended_project_does_not_come_back",
        pd.Series(data=True, index=rows.index),
        "name",
        lambda row: (
            (
                f"{_project(row)} est de retour, alors qu'il est sorti à l'édition {row['since']} "
                f"(« {EXIT_REASONS.label(row['exit_reason'])} »)."
            ),
            "un autre projet, sous un identifiant à lui, ou une correction du registre des sorties",
        ),
    )


def trajectory_findings(
    projects: pd.DataFrame, earlier: pd.DataFrame, registers: Registers, locate: Locator
) -> Sequence[Finding]:
    """All that this module has to say of an edition.

    Args:
        projects: core projects of the edition.
        earlier: core projects of the editions before it, none for the first.
        registers: `baselines` and `exits` are used.
        locate: where a column of a row stands.
    """
    if projects.empty:
        return []
    comparison = compared(projects, earlier, registers["baselines"], locate)
    return [
        *moves_of_phase(comparison),
        *moves_of_cost(comparison),
        *moves_of_end(comparison),
        *moves_of_label(comparison),
        *lost_figures(comparison),
        *completed_figures(comparison),
        *stale_figures(projects, earlier, locate),
        *unexpected_returns(projects, registers["exits"], locate),
    ]


@edition_check(raw_submissions)
def projects_follow_their_past(
    context: dg.AssetCheckExecutionContext,
    home: dg.ResourceParam[Home],
    store: dg.ResourceParam[ParquetStore],
    raw_submissions: pd.DataFrame,
) -> dg.AssetCheckResult:
    """No phase goes back, no figure jumps, is lost or stays still, no name or ministry changes without being said."""
    registers = read_registers(home.registers)
    projects = prepare_projects(raw_submissions, registers, store.history(CORE_PROJECTS, EVER)).projects
    earlier = store.earlier(CORE_PROJECTS, context.partition_key)
    findings = trajectory_findings(projects, earlier, registers, submission_locator(raw_submissions))
    return record(context, home, findings, checked=len(projects))
