"""The projects to follow closely, and why. Pure functions on all editions at once."""

import pandas as pd

from warehouse.follow_up.situations import spells
from warehouse.follow_up.tables import OUT_WATCHLIST
from warehouse.follow_up.watch_rules import RULES, WatchRule, sentence
from warehouse.history.standing import first_line, lines_known
from warehouse.projects.opinions import mission_openings


def watchlist(frame: pd.DataFrame, ledger: pd.DataFrame, missions: pd.DataFrame) -> pd.DataFrame:
    """The projects to follow at each edition, and since when.

    Args:
        frame: `warehouse.follow_up.situations.situations`.
        ledger: the register of baselines, for what a revision was about.
        missions: the register of missions.

    Returns:
        The columns of `OUT_WATCHLIST`, one row per edition, rule and project.
    """
    told = _with_revisions(frame, ledger).assign(mission_opened_on=mission_openings(frame, missions))
    return pd.concat([_watched(told, rule) for rule in RULES], ignore_index=True)[OUT_WATCHLIST.names()]


def _watched(told: pd.DataFrame, rule: WatchRule) -> pd.DataFrame:
    """The rows under one rule, the most pressing first in each edition."""
    flagged = rule.holds(told).astype(bool)
    lines = told.loc[flagged].join(spells(told, flagged)).assign(rule=rule.code)
    ranked = lines.assign(urgency=rule.urgency(lines).astype("float64")).sort_values(
        ["edition", "urgency", "project_id"], ascending=[True, False, True]
    )
    evidence = [sentence([*rule.evidence(row)]) for row in ranked.to_dict("records")]
    return ranked.assign(
        rank=ranked.groupby("edition").cumcount() + 1, evidence=pd.Series(evidence, ranked.index, "str")
    )


def _with_revisions(frame: pd.DataFrame, ledger: pd.DataFrame) -> pd.DataFrame:
    """Date and reason of the baseline in force, when it is not the first; its figures are in the slippages."""
    known = lines_known(frame["project_id"], frame["edition"], ledger.sort_values("line"), "edition")
    number = frame["baseline_number"].reindex(known.index)
    acts = first_line(known.loc[known["number"].gt(1) & known["number"].eq(number)], frame.index)
    return frame.assign(rebaselined_on=acts["approved_on"], rebaseline_reason=acts["reason"])
