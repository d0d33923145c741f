"""Slippage of each project against its three reference points: first baseline, current one, previous edition.

Pure functions on frames; the formula itself is `warehouse.slippage.measures.slippage`.
"""

from collections.abc import Mapping

import pandas as pd

from warehouse.home.register_tables import BASELINES
from warehouse.model.frames import looked_up
from warehouse.model.schema import empty_frame
from warehouse.projects.baselines import in_force
from warehouse.projects.durations import duration_months
from warehouse.projects.tables import CORE_PROJECTS
from warehouse.projects.withheld import WITHHELD_FIGURES, without_withheld
from warehouse.slippage.measures import slippage
from warehouse.slippage.tables import OUT_SLIPPAGE_PROJECTS

# What a reference point gives for each project: its cost and duration, and whether either is kept back.
REFERENCE_COLUMNS = ["cost_meur", "duration_months", "cost_withheld", "schedule_withheld"]


def first_published(history: pd.DataFrame) -> pd.DataFrame:
    """The first figures published for each project, which stand in for a baseline that was never declared.

    Cost and duration may be first known in different editions (a project leaves its scoping phase).
    Withheld figures were not published and do not count.

    Args:
        history: core projects of all editions up to the one computed.

    Returns:
        One row per project: `project_id`, `first_cost_meur`, `first_duration_months`, `first_edition`
        (that of the cost, else of the duration); only projects with at least one of them.
    """
    ordered = history.sort_values(["edition", "project_id"])
    firsts = []
    for measure, first, withheld in (
        ("updated_cost_meur", "first_cost_meur", "cost_withheld"),
        ("updated_duration_months", "first_duration_months", "schedule_withheld"),
    ):
        published = ordered.loc[~ordered[withheld].astype(bool)]
        known = published.dropna(subset=[measure]).drop_duplicates("project_id")
        firsts.append(known.set_index("project_id")[[measure, "edition"]].set_axis([first, f"{first}_edition"], axis=1))
    merged = firsts[0].join(firsts[1], how="outer")
    editions = merged["first_cost_meur_edition"].fillna(merged["first_duration_months_edition"])
    return merged.assign(first_edition=editions)[
        ["first_cost_meur", "first_duration_months", "first_edition"]
    ].reset_index()


def first_references(projects: pd.DataFrame, history: pd.DataFrame, ledger: pd.DataFrame) -> pd.DataFrame:
    """The first baseline of each project.

    The ledger's number 1 makes it `declared`, and failing that the initial figures the edition declares; else the
    first published figures stand in, marked `first_publication`; else there is `none`. A declared baseline and
    published figures are never mixed in a project.

    Args:
        projects: core projects of one edition.
        history: core projects of all editions up to that one, it included.
        ledger: the register of baselines.

    Returns:
        Aligned with `projects`: `REFERENCE_COLUMNS`, `source` and `edition`.
    """
    identifiers = projects["project_id"]
    firsts = first_published(history).set_index("project_id")
    promised = in_force(ledger, _edition(projects), "first")
    registered = identifiers.isin(promised.index)
    declared = registered | projects["initial_cost_meur"].notna() | projects["initial_duration_months"].notna()

    def chosen(ledgered: str, submitted: pd.Series, published: str) -> pd.Series:
        stated = looked_up(identifiers, promised[ledgered]).where(registered, submitted)
        return stated.where(declared, looked_up(identifiers, firsts[published]))

    published_in = looked_up(identifiers, firsts["first_edition"])
    source = pd.Series("none", index=projects.index, dtype="str")
    return pd.DataFrame(
        {
            "cost_meur": chosen("cost_meur", projects["initial_cost_meur"], "first_cost_meur"),
            "duration_months": chosen("duration_months", projects["initial_duration_months"], "first_duration_months"),
            "cost_withheld": projects["cost_withheld"],
            "schedule_withheld": projects["schedule_withheld"],
            "source": source.mask(published_in.notna(), "first_publication").mask(declared, "declared"),
            "edition": chosen("edition", projects["edition"], "first_edition").astype("str"),
        }
    )


def current_references(projects: pd.DataFrame, first: pd.DataFrame, ledger: pd.DataFrame) -> pd.DataFrame:
    """The baseline in force of each project: the ledger's last one at the edition, else the first one.

    Returns:
        Aligned with `projects`: `REFERENCE_COLUMNS` and `number` (1 without a rebaseline, missing without a baseline).
    """
    identifiers = projects["project_id"]
    current = in_force(ledger, _edition(projects), "current")
    registered = identifiers.isin(current.index)
    number = looked_up(identifiers, current["number"]).astype("Int64")
    return first[REFERENCE_COLUMNS].assign(
        cost_meur=looked_up(identifiers, current["cost_meur"]).where(registered, first["cost_meur"]),
        duration_months=looked_up(identifiers, current["duration_months"]).where(registered, first["duration_months"]),
        number=number.mask(~registered & first["source"].ne("none"), 1),
    )


def previous_references(projects: pd.DataFrame, previous: pd.DataFrame) -> pd.DataFrame:
    """The forecasts of the previous edition, missing for a project it did not have.

    Args:
        projects: core projects of one edition.
        previous: core projects of the edition before; may be empty.

    Returns:
        Aligned with `projects`: `REFERENCE_COLUMNS`; a figure kept back in either edition is withheld.
    """
    then = without_withheld(previous).set_index("project_id")
    identifiers = projects["project_id"]

    def kept_back(column: str) -> pd.Series:
        before: pd.Series = looked_up(identifiers, then[column]).astype("boolean").fillna(value=False)
        return projects[column] | before

    return pd.DataFrame(
        {
            "cost_meur": looked_up(identifiers, then["updated_cost_meur"]).astype("float64"),
            "duration_months": looked_up(identifiers, then["updated_duration_months"]).astype("Int64"),
            "cost_withheld": kept_back("cost_withheld"),
            "schedule_withheld": kept_back("schedule_withheld"),
        }
    )


def slippage_by_project(
    projects: pd.DataFrame,
    history: pd.DataFrame,
    ledger: pd.DataFrame | None = None,
    previous: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The table of slippage per project of one edition.

    Args:
        projects: core projects of one edition.
        history: core projects of all editions up to that one, it included.
        ledger: the register of baselines; none is the same as an empty one.
        previous: core projects of the edition just before, None when the warehouse does not have it.

    Returns:
        The columns of `OUT_SLIPPAGE_PROJECTS`; figures of a withheld project are missing.
    """
    ledger = empty_frame(BASELINES) if ledger is None else ledger
    first = first_references(projects, history, ledger)
    current = current_references(projects, first, ledger)
    previous = empty_frame(CORE_PROJECTS) if previous is None else previous
    references = {"": first, "current_": current, "previous_": previous_references(projects, previous)}
    shown = without_withheld(
        projects.assign(initial_cost_meur=first["cost_meur"], initial_duration_months=first["duration_months"])
    )
    measured = {
        name: values
        for prefix, reference in references.items()
        for name, values in _against(projects, reference, prefix).items()
    }
    copied = ("edition", "project_id", "name", "ministry_id", "phase", "functional_zone")
    return pd.DataFrame(
        {
            **{name: projects[name] for name in copied},
            "start_year": projects["start_date"].dt.year.astype("Int64"),
            "baseline_source": first["source"],
            "baseline_edition": first["edition"],
            "baseline_number": current["number"],
            "previous_edition": looked_up(projects["project_id"], previous.set_index("project_id")["edition"]),
            **{
                name: shown[name]
                for names in WITHHELD_FIGURES.values()
                for name in names
                if name in OUT_SLIPPAGE_PROJECTS.names()
            },
            **measured,
            **_corrected(projects, first),
        }
    )


def _corrected(projects: pd.DataFrame, first: pd.DataFrame) -> Mapping[str, pd.Series]:
    """The schedule slippage counted to the month of the edition where the forecast end is already past."""
    reference = pd.Timestamp(f"{_edition(projects)}-01")
    overdue = (
        projects["updated_end_date"].lt(reference)
        & projects["phase"].ne("completed").fillna(value=True)
        & ~first["schedule_withheld"].astype(bool)
    )
    until_now = duration_months(projects["start_date"], pd.Series(reference, index=projects.index))
    corrected = slippage(
        first["duration_months"],
        projects["updated_duration_months"].mask(overdue, until_now),
        withheld=first["schedule_withheld"],
        scoping=projects["phase"].eq("scoping"),
    )
    return {
        "overdue": overdue.astype("boolean"),
        "schedule_corrected_slippage_ratio": corrected["ratio"],
        "schedule_corrected_slippage_months": corrected["amount"].astype("Int64"),
    }


def _against(projects: pd.DataFrame, reference: pd.DataFrame, prefix: str) -> Mapping[str, pd.Series]:
    scoping = projects["phase"].eq("scoping")
    budget = slippage(
        reference["cost_meur"],
        projects["updated_cost_meur"],
        withheld=reference["cost_withheld"],
        scoping=scoping,
    )
    schedule = slippage(
        reference["duration_months"],
        projects["updated_duration_months"],
        withheld=reference["schedule_withheld"],
        scoping=scoping,
    )
    return {
        f"budget_{prefix}status": budget["status"],
        f"budget_{prefix}slippage_ratio": budget["ratio"],
        f"budget_{prefix}slippage_meur": budget["amount"],
        f"schedule_{prefix}status": schedule["status"],
        f"schedule_{prefix}slippage_ratio": schedule["ratio"],
        f"schedule_{prefix}slippage_months": schedule["amount"].astype("Int64"),
    }


def _edition(projects: pd.DataFrame) -> str:
    return str(projects["edition"].iloc[0]) if len(projects) else ""
