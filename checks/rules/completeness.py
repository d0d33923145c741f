"""Whether an edition has everyone: each ministry that had projects, and each project that the registers know."""

from collections.abc import Mapping
from typing import Any

import dagster as dg
import pandas as pd

from assets.projects import core_projects
from checks.recording import edition_check, record
from checks.rules.conformance import submission_locator
from checks.rules.trajectory import Locator
from warehouse.archive.tables import CORE_PROJECTS, RAW_SUBMISSIONS
from warehouse.facts.ministries import are_related
from warehouse.history.changes import exit_reasons
from warehouse.home.home import Home
from warehouse.home.registers import Registers, read_registers
from warehouse.home.store import ParquetStore
from warehouse.home.submission_ledger import NIL
from warehouse.model.findings import Finding, declared_finding
from warehouse.model.vocabulary import MINISTRIES
from warehouse.projects.opinions import OPINION_THRESHOLD_MEUR, open_missions

# A ministry with fewer projects than this loses half of them by losing one.
COUNTED_PROJECTS = 4


def silent_ministries(projects: pd.DataFrame, last: pd.DataFrame, submissions: pd.DataFrame) -> list[Finding]:
    """One warning for each ministry that had projects in the last edition and of which nothing was received.

    A ministry that another one continues, or that attests that it has none, is not awaited.

    Args:
        projects: core projects of the edition.
        last: core projects of the last edition before it.
        submissions: the register of what was received.
    """
    edition = str(projects["edition"].iloc[0])
    nil = submissions.loc[submissions["edition"].eq(edition) & submissions["status"].eq(NIL), "ministry_id"]
    heard = {*projects["ministry_id"], *projects["partner_ministry_id"].dropna(), *nil.dropna()}
    counts = last["ministry_id"].value_counts()
    return [
        declared_finding(
            "every_ministry_answers",
            f"Rien n'a été reçu de « {MINISTRIES.label(str(ministry))} », qui portait {counts[ministry]} projet(s) à "
            f"l'édition {last['edition'].iloc[0]}.",
            value=MINISTRIES.label(str(ministry)),
            expected="une remontée, ou une attestation « néant »",
            ministry_id=ministry,
        )
        for ministry in sorted(counts.index)
        if not any(are_related(ministry, other) for other in heard)
    ]


def thinned_ministries(projects: pd.DataFrame, last: pd.DataFrame, exits: pd.DataFrame) -> list[Finding]:
    """One warning for each ministry of whose last projects most are gone without a word.

    A project that another ministry declares now, or that left for a reason, is not gone.

    Args:
        projects: core projects of the edition.
        last: core projects of the last edition before it.
        exits: the register of exits.
    """
    edition = str(projects["edition"].iloc[0])
    explained = exit_reasons(last, exits, edition).notna()
    followed = last["project_id"].isin(projects["project_id"]) | explained
    counts = last.assign(followed=followed).groupby("ministry_id")["followed"].agg(["size", "sum"])
    thinned = counts.loc[counts["size"].ge(COUNTED_PROJECTS) & counts["sum"].lt(counts["size"] / 2)]
    answering = set(projects["ministry_id"])
    return [
        declared_finding(
            "ministry_declares_half_its_projects",
            f"Des {count['size']} projets de « {MINISTRIES.label(str(ministry))} » à l'édition "
            f"{last['edition'].iloc[0]}, {count['size'] - count['sum']} ne sont plus déclarés, sans motif de sortie.",
            value=MINISTRIES.label(str(ministry)),
            expected="les autres projets, ou un motif de sortie pour chacun",
            ministry_id=str(ministry),
        )
        for ministry, count in thinned.iterrows()
        if ministry in answering
    ]


def undeclared_projects(projects: pd.DataFrame, earlier: pd.DataFrame, registers: Registers) -> list[Finding]:
    """One warning for each project of the registers that no ministry declares, though nobody said that it left.

    Those of the last edition are left out: their leaving is told by `every_exit_has_a_reason`.

    Args:
        projects: core projects of the edition.
        earlier: core projects of the editions before it.
        registers: `opinions`, `missions`, `baselines`, `exits`, `decisions` and `projects` are used.
    """
    edition = str(projects["edition"].iloc[0])
    day = pd.Timestamp(f"{edition}-01")
    opinions, baselines = registers["opinions"], registers["baselines"]
    labels = registers["projects"].drop_duplicates("project_id", keep="last").set_index("project_id")
    last = earlier.loc[earlier["edition"].eq(earlier["edition"].max()), "project_id"]
    under_mission = open_missions(registers["missions"], day)["project_id"]
    # Under a mission, a project that has just left is said as well: it is the one that is looked for first.
    known = _accounted_for(projects, earlier, registers)
    sources = (
        ("project_under_mission_is_declared", "fait l'objet d'une mission de sécurisation ouverte", under_mission),
        (
            "project_with_an_opinion_is_declared",
            "a fait l'objet d'une demande d'avis",
            opinions.loc[opinions["requested_on"].le(day), "project_id"],
        ),
        (
            "project_with_a_baseline_is_declared",
            "a une référence approuvée",
            baselines.loc[baselines["edition"].le(edition), "project_id"],
        ),
    )
    found = []
    for rule, why, concerned in sources:
        found += [
            declared_finding(
                rule,
                f"Le projet {_named(labels, identifier)} {why} et n'est déclaré par aucun ministère.",
                value=identifier,
                expected=f"sa ligne dans une remontée, ou un motif de sortie (panorama projects exit {identifier})",
                ministry_id=labels["ministry_id"].get(identifier),
            )
            for identifier in sorted(set(concerned) - known)
        ]
        known |= {*concerned, *last}
    return found


def _accounted_for(projects: pd.DataFrame, earlier: pd.DataFrame, registers: Registers) -> set[str]:
    """The ids that are there, that are another name of a project, or whose leaving has a reason."""
    edition = str(projects["edition"].iloc[0])
    exits, decisions = registers["exits"], registers["decisions"]
    last_rows = earlier.sort_values("edition").drop_duplicates("project_id", keep="last")
    explained = last_rows.loc[exit_reasons(last_rows, exits, edition).notna(), "project_id"]
    never_met = exits.loc[exits["edition"].le(edition) & ~exits["project_id"].isin(earlier["project_id"]), "project_id"]
    same = decisions.loc[decisions["decision"].eq("same"), "project_id"]
    return {*projects["project_id"], *explained, *never_met, *same}


def _named(labels: pd.DataFrame, identifier: str) -> str:
    return f"{identifier} « {labels['name'][identifier]} »" if identifier in labels.index else identifier


def unpromised_projects(
    projects: pd.DataFrame, baselines: pd.DataFrame, asked: pd.Series, locate: Locator
) -> list[Finding]:
    """One warning for each project of at least 9 M€, past scoping, of which nothing was ever promised.

    Args:
        projects: core projects of the edition.
        baselines: the register of baselines.
        asked: names of the files whose layout has the initial figures.
        locate: where a column of a row stands.
    """
    edition = str(projects["edition"].iloc[0])
    promised = baselines.loc[baselines["edition"].le(edition), "project_id"]
    concerned = projects.loc[
        projects["updated_cost_meur"].ge(OPINION_THRESHOLD_MEUR)
        & ~projects["cost_withheld"].astype(bool)
        & projects["phase"].ne("scoping").fillna(value=True).astype(bool)
        & projects["source_file"].isin(asked)
        & ~projects["project_id"].isin(promised)
        & (projects["initial_cost_meur"].isna() | projects["initial_end_date"].isna())
    ]
    return [
        declared_finding(
            "promise_is_given_from_9_meur",
            f"Le projet {row['project_id']} « {row['name']} », d'au moins 9 M€, ne donne ni n'a donné le coût et la "
            "fin de sa première référence.",
            **_without_value(locate(row, "initial_cost_meur")),
            expected="le coût initial et la fin initiale",
        )
        for _, row in concerned.iterrows()
    ]


def _without_value(place: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in place.items() if name != "value"}


@edition_check(core_projects)
def everyone_is_there(
    context: dg.AssetCheckExecutionContext,
    home: dg.ResourceParam[Home],
    store: dg.ResourceParam[ParquetStore],
    core_projects: pd.DataFrame,
) -> dg.AssetCheckResult:
    """Every ministry answers, every project of the registers is declared, and large ones say what was promised."""
    registers = read_registers(home.registers)
    cells = store.read(RAW_SUBMISSIONS, context.partition_key)
    earlier = store.earlier(CORE_PROJECTS, context.partition_key)
    last = earlier.loc[earlier["edition"].eq(earlier["edition"].max())]
    asked = cells.loc[cells["layout"].eq("submission"), "source_file"]
    findings = [
        *undeclared_projects(core_projects, earlier, registers),
        *unpromised_projects(core_projects, registers["baselines"], asked, submission_locator(cells)),
    ]
    # Open data has one file for all: there is no ministry to wait for.
    if len(asked) and len(last):
        findings += silent_ministries(core_projects, last, registers["submissions"])
        findings += thinned_ministries(core_projects, last, registers["exits"])
    return record(context, home, findings, checked=len(core_projects))
