"""The rules on what a row must hold: beyond the declaration of its columns, its identity, its dates, what is due."""

from collections.abc import Mapping

import pandas as pd

from warehouse.model.terms import match_key
from warehouse.projects.names import says_total
from warehouse.projects.opinions import OPINION_THRESHOLD_MEUR, WITHOUT_OPINION, opinions_on
from warehouse.projects.tables import CORE_PROJECTS
from warehouse.projects.withheld import Place, places_of

# For each rule, the flags of the rows that break it.
Broken = Mapping[str, pd.Series]


def contradictions(rows: pd.DataFrame, *, alone: bool = False) -> Broken:
    """What refuses a row that each of its columns accepts: an id, a project told twice, an end before its start.

    Args:
        rows: the typed rows of one edition.
        alone: whether an id that two ministries declare is left to be told of both.
    """
    declared = rows["project_id"]
    bearers = ["project_id", "ministry_id"] if alone else ["project_id"]
    pattern = CORE_PROJECTS.column("project_id").pattern or ""
    name = pd.DataFrame({"name": rows["name"].map(match_key, na_action="ignore"), "ministry_id": rows["ministry_id"]})
    return {
        "project_id_is_well_formed": declared.notna() & ~matches(declared, pattern),
        "project_id_is_declared_once": declared.notna() & rows.duplicated(bearers, keep=False),
        "interministerial_is_given": rows["interministerial"].isna(),
        "line_is_no_total": rows["name"].map(says_total, na_action="ignore").fillna(value=False).astype(bool)
        & (rows["phase"].isna() | rows["start_date"].isna()),
        "project_is_declared_once": name.notna().all(axis="columns") & name.duplicated(keep=False),
        "updated_end_date_is_after_start": rows["updated_end_date"].lt(rows["start_date"]),
        "initial_end_date_is_after_start": rows["initial_end_date"].lt(rows["initial_start_date"]),
    }


def omissions(rows: pd.DataFrame, answered: frozenset[Place] = frozenset()) -> Broken:
    """What is due and absent; `answered` holds the places of the rows whose opinion the register has."""
    withheld = rows["withheld"].astype(bool)
    due = ~(rows["phase"].eq("scoping") | withheld)
    opinion_due = (
        rows["updated_cost_meur"].ge(OPINION_THRESHOLD_MEUR)
        # That a cost kept back is of 9 M€ or more is not for a published finding to say.
        & ~rows["cost_withheld"].astype(bool)
        & rows["layout"].eq("submission")
        & ~pd.Series([place in answered for place in places_of(rows)], index=rows.index, dtype=bool)
    )
    said, band = rows["submitted_cost_band"], rows["cost_band"]
    return {
        "cost_is_given": due & rows["updated_cost_meur"].isna(),
        "duration_is_given": due & rows["updated_duration_months"].isna(),
        "phase_is_given": ~withheld & rows["phase"].isna(),
        "cost_band_matches_cost": said.notna() & band.notna() & said.ne(band),
        "opinion_is_given_from_9_meur": opinion_due & (rows["opinion"].isna() | rows["opinion"].isin(WITHOUT_OPINION)),
        "withheld_has_a_reason": withheld & rows["withheld_reason"].isna(),
    }


def matches(texts: pd.Series, pattern: str) -> pd.Series:
    """Whether each text matches a regular expression of Python somewhere; a missing one does not."""
    # Other engines know no letter but those of ASCII.
    return texts.astype(object).str.contains(pattern, na=False).astype(bool)


def answered_places(projects: pd.DataFrame, opinions: pd.DataFrame) -> frozenset[Place]:
    """The places of the rows whose project has an opinion in the register.

    Args:
        projects: the projects of one edition, identified.
        opinions: the register of opinions.
    """
    if projects.empty:
        return frozenset()
    known = opinions_on(opinions, pd.Timestamp(f"{projects['edition'].iloc[0]}-01"))["opinion"].dropna()
    return frozenset(places_of(projects.loc[projects["project_id"].isin(known.index)]))
