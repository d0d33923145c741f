"""Whether an edition has everyone: each ministry that had projects, and each project that the registers know."""

from dataclasses import replace

import pandas as pd

from checks.rules.places import Places
from warehouse.facts.ministries import are_related
from warehouse.history.movements import exit_reasons
from warehouse.home.registers import Registers
from warehouse.home.submission_ledger import NIL
from warehouse.model.findings import Finding, declared_finding
from warehouse.model.french import counted
from warehouse.model.vocabulary import MINISTRIES, UNSPECIFIED_MINISTRY
from warehouse.projects.opinions import OPINION_THRESHOLD_MEUR, open_missions

# A ministry with fewer projects than this loses half of them by losing one.
COUNTED_PROJECTS = 4


def absent_findings(
    projects: pd.DataFrame, earlier: pd.DataFrame, registers: Registers, places: Places
) -> list[Finding]:
    """All that this module has to say of an edition.

    Args:
        projects: core projects of the edition.
        earlier: core projects of the editions before it.
        registers: all registers, by short name.
        places: the cells of the edition.
    """
    if projects.empty:
        return []
    last = earlier.loc[earlier["edition"].eq(earlier["edition"].max())]
    asked = places.files("submission")
    found = [
        *undeclared_projects(str(projects["edition"].iloc[0]), projects, earlier, registers),
        *unpromised_projects(projects, registers["baselines"], asked, places),
    ]
    # Open data has one file for all: there is no ministry to wait for.
    if len(asked) and len(last):
        found += silent_ministries(projects, last, registers["submissions"])
        found += thinned_ministries(projects, last, registers["exits"])
    return found


def silent_ministries(projects: pd.DataFrame, last: pd.DataFrame, submissions: pd.DataFrame) -> list[Finding]:
    """One warning for each ministry that had projects in the last edition and of which nothing was received.

    A ministry that another one continues, or that attests that it has none, is not awaited.

    Args:
        projects: core projects of the edition.
        last: core projects of the last edition before it.
        submissions: the register of what was received.
    """
    edition = projects["edition"].iloc[0]
    nil = submissions.loc[submissions["edition"].eq(edition) & submissions["status"].eq(NIL), "ministry_id"]
    heard = {*projects["ministry_id"], *projects["partner_ministry_id"].dropna(), *nil.dropna()}
    counts = last["ministry_id"].value_counts().drop(UNSPECIFIED_MINISTRY, errors="ignore").sort_index()
    return [
        _of_ministry("every_ministry_answers", str(ministry), last, count=counted(count, "projet"))
        for ministry, count in counts.items()
        if not any(are_related(str(ministry), other) for other in heard)
    ]


def thinned_ministries(projects: pd.DataFrame, last: pd.DataFrame, exits: pd.DataFrame) -> list[Finding]:
    """One warning for each ministry of whose last projects most are gone without a word.

    A project that another ministry declares now, or that left for a reason, is not gone.

    Args:
        projects: core projects of the edition.
        last: core projects of the last edition before it.
        exits: the register of exits.
    """
    explained = exit_reasons(last, exits, projects["edition"].iloc[0]).notna()
    gone = ~(last["project_id"].isin(projects["project_id"]) | explained)
    counts = gone.groupby(last["ministry_id"]).agg(["size", "sum"])
    thinned = counts.loc[
        counts["size"].ge(COUNTED_PROJECTS)
        & counts["sum"].gt(counts["size"] / 2)
        & counts.index.isin(projects["ministry_id"])
    ]
    return [
        _of_ministry("ministry_declares_half_its_projects", str(ministry), last, count=count, gone=lost)
        for ministry, count, lost in thinned.itertuples(name=None)
    ]


def _of_ministry(rule: str, ministry: str, last: pd.DataFrame, **counts: object) -> Finding:
    label = MINISTRIES.label(ministry)
    said = {"ministry_id": label, "since": last["edition"].iloc[0], **counts}
    return declared_finding(rule, said=said, value=label, ministry_id=ministry)


def undeclared_projects(
    edition: str, projects: pd.DataFrame, earlier: pd.DataFrame, registers: Registers
) -> list[Finding]:
    """One warning for each project of the registers that no ministry declares, though nobody said that it left.

    Args:
        edition: its key.
        projects: core projects of the edition.
        earlier: core projects of the editions before it.
        registers: those that `expected_projects` uses.
    """
    declared = set(projects["project_id"])
    return [one for one in expected_projects(edition, earlier, registers) if one.value not in declared]


def expected_projects(edition: str, earlier: pd.DataFrame, registers: Registers) -> list[Finding]:
    """The warning that each project of the registers is worth when no ministry declares it.

    Those of the last edition are left out: their leaving is told by `every_exit_has_a_reason`.

    Args:
        edition: its key.
        earlier: core projects of the editions before it.
        registers: `opinions`, `missions`, `baselines`, `exits`, `decisions` and `projects` are used.
    """
    day = pd.Timestamp(f"{edition}-01")
    opinions, baselines = registers["opinions"], registers["baselines"]
    names = registers["projects"].loc[registers["projects"]["first_edition"].le(edition)]
    labels = names.drop_duplicates("project_id", keep="last").set_index("project_id")
    last = earlier.loc[earlier["edition"].eq(earlier["edition"].max()), "project_id"]
    # Under a mission, a project that has just left is said as well: it is the one that is looked for first.
    known = _accounted_for(edition, earlier, registers)
    sources = {
        "project_under_mission_is_declared": open_missions(registers["missions"], day),
        "project_with_an_opinion_is_declared": opinions.loc[opinions["requested_on"].le(day)],
        "project_with_a_baseline_is_declared": baselines.loc[baselines["edition"].le(edition)],
    }
    found = []
    for rule, concerned in sources.items():
        found += [
            declared_finding(
                rule,
                said={"project": _named(labels, identifier), "project_id": identifier},
                value=identifier,
                ministry_id=labels["ministry_id"].get(identifier),
            )
            for identifier in sorted(set(concerned["project_id"]) - known)
        ]
        known |= {*concerned["project_id"], *last}
    return found


def _accounted_for(edition: str, earlier: pd.DataFrame, registers: Registers) -> set[str]:
    """The ids that are another name of a project, or whose leaving has a reason."""
    exits, decisions = registers["exits"], registers["decisions"]
    last_rows = earlier.sort_values("edition").drop_duplicates("project_id", keep="last")
    explained = last_rows.loc[exit_reasons(last_rows, exits, edition).notna(), "project_id"]
    never_met = exits.loc[exits["edition"].le(edition) & ~exits["project_id"].isin(earlier["project_id"]), "project_id"]
    same = decisions.loc[decisions["decision"].eq("same"), "project_id"]
    return {*explained, *never_met, *same}


def _named(labels: pd.DataFrame, identifier: str) -> str:
    return f"{identifier} « {labels['name'][identifier]} »" if identifier in labels.index else identifier


def unpromised_projects(
    projects: pd.DataFrame, baselines: pd.DataFrame, asked: pd.Series, places: Places
) -> list[Finding]:
    """One warning for each project of at least 9 M€, past scoping, of which nothing was ever promised.

    Args:
        projects: core projects of the edition.
        baselines: the register of baselines.
        asked: names of the files whose layout has the initial figures.
        places: the cells of the edition.
    """
    promised = baselines.loc[baselines["edition"].le(projects["edition"].iloc[0]), "project_id"]
    concerned = projects.loc[
        projects["updated_cost_meur"].ge(OPINION_THRESHOLD_MEUR)
        & ~projects["cost_withheld"].astype(bool)
        & projects["phase"].ne("scoping")
        & projects["source_file"].isin(asked)
        & ~projects["project_id"].isin(promised)
        & (projects["initial_cost_meur"].isna() | projects["initial_end_date"].isna())
    ]
    # The cost may be there, and the end alone be missing: it is no wrong value.
    return [replace(one, value=None) for one in places.findings("promise_is_given_from_9_meur", concerned)]
