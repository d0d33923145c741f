"""The projects to follow closely, and why. Pure functions on frames.

The rules are those of the follow-up of the panorama (domain facts). Each is a boolean on every project and edition,
so that how long a project has been under it is counted and not remembered.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from warehouse.facts.reference import Target
from warehouse.follow_up.situations import RATES, RECENT_EDITIONS, situations, spells
from warehouse.follow_up.tables import OUT_WATCHLIST
from warehouse.model.frames import looked_up
from warehouse.model.vocabulary import OPINIONS, WATCH_RULES
from warehouse.projects.opinions import OPINION_THRESHOLD_MEUR, open_missions

# A forecast that worsens by this many points in one edition is a drift, whatever the target.
JUMP_PTS = 5.0
# A subtraction of decimals may fall just short of the threshold.
ROUNDING_PTS = 1e-9
CLOSING_MONTHS = 12
WORSENED_EDITIONS = 3
EDITIONS_ABOVE_TARGET = 3
ENTRANT_EDITIONS = 2

Row = Mapping[Any, Any]


def rule_flags(frame: pd.DataFrame) -> pd.DataFrame:
    """Whether each rule holds, for each project at each edition.

    Args:
        frame: `warehouse.follow_up.situations.situations`.

    Returns:
        Aligned with `frame`: one boolean column per code of `WATCH_RULES`, in its order. A completed project can only
        be an entrant or have had its trajectory reviewed. An unknown figure triggers nothing.
    """
    live = frame["phase"].ne("completed").fillna(value=True).astype(bool)
    remaining_months = frame["remaining_months"].astype("float64")
    overdue = frame["overdue"].astype(bool)
    running = spells(frame, live & frame["above_target"])["editions_running"].reindex(frame.index).fillna(0)
    return pd.DataFrame(
        {
            "drift": live & (frame["above_target"] | _jumps(frame).any(axis=1)),
            "overdue": live & overdue,
            "closing": live & (overdue | remaining_months.le(CLOSING_MONTHS) | frame["phase"].eq("rollout")),
            "recurrent": live & (frame["editions_worsened"].ge(WORSENED_EDITIONS) | running.ge(EDITIONS_ABOVE_TARGET)),
            "entrant": frame["editions_seen"].le(ENTRANT_EDITIONS)
            & frame["first_has_predecessor"]
            & frame["has_predecessor"],
            "trajectory_review": frame["baseline_number"].gt(1).fillna(value=False).astype(bool),
            "no_opinion": frame["opinion_lacking"],
        }
    )[WATCH_RULES.codes()].astype(bool)


def _jumps(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[[f"{rate}_change_pts" for rate in RATES]].ge(JUMP_PTS - ROUNDING_PTS)


def watchlist(
    history: pd.DataFrame,
    slippages: pd.DataFrame,
    ledger: pd.DataFrame,
    missions: pd.DataFrame,
    targets: Sequence[Target],
) -> pd.DataFrame:
    """The projects to follow at the last edition of a history, and since when.

    Args:
        history: core projects of all editions up to that one, it included.
        slippages: slippage per project of the same editions.
        ledger: the register of baselines, for what a revision was about.
        missions: the register of missions.
        targets: by due date.

    Returns:
        The columns of `OUT_WATCHLIST`, one row per rule and project.
    """
    frame = situations(history, slippages, targets)
    edition = history["edition"].max()
    now = frame["edition"].eq(edition)
    flags = rule_flags(frame)
    told = frame.pipe(_with_revisions, ledger, edition).pipe(_with_missions, missions, edition)
    parts = []
    for rule in WATCH_RULES.codes():
        lines = told.loc[flags[rule] & now].join(spells(frame, flags[rule]))
        urgent = lines.assign(rule=rule, urgency=_URGENCY[rule](lines).astype("float64"))
        ranked = urgent.sort_values(["urgency", "project_id"], ascending=[False, True])
        evidence = [_EVIDENCE[rule](row) for row in ranked.to_dict("records")]
        parts.append(ranked.assign(rank=range(1, len(ranked) + 1), evidence=pd.Series(evidence, ranked.index, "str")))
    return pd.concat(parts, ignore_index=True)[OUT_WATCHLIST.names()]


def _with_revisions(frame: pd.DataFrame, ledger: pd.DataFrame, edition: str) -> pd.DataFrame:
    """Date and reason of the baseline in force, when it is not the first; its figures are in the slippages."""
    known = ledger.loc[ledger["number"].gt(1) & ledger["edition"].le(edition)].sort_values(["line"])
    acts = known.drop_duplicates(["project_id", "number"])[["project_id", "number", "approved_on", "reason"]]
    named = acts.rename(
        columns={"number": "baseline_number", "approved_on": "rebaselined_on", "reason": "rebaseline_reason"}
    )
    return frame.merge(named, on=["project_id", "baseline_number"], how="left", validate="many_to_one")


def _with_missions(frame: pd.DataFrame, missions: pd.DataFrame, edition: str) -> pd.DataFrame:
    opened = open_missions(missions, pd.Timestamp(f"{edition}-01")).set_index("project_id")["opened_on"]
    return frame.assign(mission_opened_on=looked_up(frame["project_id"], opened))


def _worst_ratio(lines: pd.DataFrame) -> pd.Series:
    return lines[[f"{rate}_slippage_ratio" for rate in RATES]].max(axis=1)


def _headline_share(lines: pd.DataFrame) -> pd.Series:
    return lines[[f"{rate}_contribution_pts" for rate in RATES]].sum(axis=1)


def _soonest(lines: pd.DataFrame) -> pd.Series:
    return -lines["remaining_months"].astype("float64")


def _closing_order(lines: pd.DataFrame) -> pd.Series:
    """Overdue ones first (no end is a century away), then by end."""
    return _soonest(lines) + lines["overdue"].astype(bool) * 1200.0


def _cost(lines: pd.DataFrame) -> pd.Series:
    return lines["updated_cost_meur"]


# What makes a project more pressing than another under the same rule; unknown comes last.
_URGENCY: Mapping[str, Callable[[pd.DataFrame], pd.Series]] = {
    "drift": _worst_ratio,
    "overdue": _soonest,
    "closing": _closing_order,
    "recurrent": _headline_share,
    "entrant": _cost,
    "trajectory_review": _worst_ratio,
    "no_opinion": _cost,
}

_RATE_LABELS = {"budget": "budget", "schedule": "calendrier"}


def french_number(value: float, *, sign: bool = False) -> str:
    """A number with one decimal and a comma: « 12,5 », « +3,0 »; never « −0,0 »."""
    return f"{round(value, 1) + 0.0:{'+' if sign else ''}.1f}".replace(".", ",").replace("-", "−")


def points(value: float) -> str:
    """Signed percentage points: « +1,2 point », « −2,0 points »."""
    return f"{french_number(value, sign=True)} point{'s' if round(abs(value), 1) >= 2 else ''}"


def percent(ratio: float) -> str:
    """A signed percentage of a fraction: « +12,5 % »."""
    return f"{french_number(ratio * 100, sign=True)} %"


def above_target(row: Row) -> list[str]:
    """What a row has above its target: « budget +23,4 % »."""
    return [
        f"{label} {percent(row[f'{rate}_slippage_ratio'])}"
        for rate, label in _RATE_LABELS.items()
        if row[f"{rate}_slippage_ratio"] > row["target_ratio"]
    ]


def _drift(row: Row) -> str:
    jumps = [
        f"{label} {points(row[f'{rate}_change_pts'])} en une édition"
        for rate, label in _RATE_LABELS.items()
        if row[f"{rate}_change_pts"] >= JUMP_PTS - ROUNDING_PTS
    ]
    above = above_target(row)
    target = f"au-dessus de la cible de {french_number(row['target_ratio'] * 100)} % : {', '.join(above)}"
    return sentence(*([target] if above else []), *jumps)


def _overdue(row: Row) -> str:
    return sentence(f"fin prévue en {row['updated_end_date']:%m/%Y}, déjà passée, projet non terminé")


def _closing(row: Row) -> str:
    end, phase = row["updated_end_date"], "en déploiement" if row["phase"] == "rollout" else ""
    when: str = "" if pd.isna(end) else f"fin prévue en {end:%m/%Y}{' (déjà passée)' if row['overdue'] else ''}"
    return sentence(*filter(None, (when, phase)))


def _recurrent(row: Row) -> str:
    running = row["editions_worsened"] >= WORSENED_EDITIONS
    why = (
        f"aggravé à {row['editions_worsened']} de ses {min(row['editions_seen'], RECENT_EDITIONS)} dernières éditions"
        if running
        else f"au-dessus de la cible depuis au moins {EDITIONS_ABOVE_TARGET} éditions"
    )
    shares = [
        f"{points(row[f'{rate}_contribution_pts'])} de l'écart moyen ({label})"
        for rate, label in _RATE_LABELS.items()
        if not pd.isna(row[f"{rate}_contribution_pts"])
    ]
    return sentence(why, *shares)


def _entrant(row: Row) -> str:
    return sentence("première édition du projet" if row["editions_seen"] == 1 else "deuxième édition du projet")


def _trajectory_review(row: Row) -> str:
    on: str = "" if pd.isna(row["rebaselined_on"]) else f" le {row['rebaselined_on']:%d/%m/%Y}"
    why: str = "" if pd.isna(row["rebaseline_reason"]) else f" ({row['rebaseline_reason']})"
    against = [
        f"{label} {percent(row[f'{rate}_slippage_ratio'])} depuis la première référence, "
        f"{percent(row[f'{rate}_current_slippage_ratio'])} depuis celle en vigueur"
        for rate, label in _RATE_LABELS.items()
        if not pd.isna(row[f"{rate}_slippage_ratio"]) and not pd.isna(row[f"{rate}_current_slippage_ratio"])
    ]
    return sentence(f"référence n° {row['baseline_number']}{on}{why}", *against)


def _no_opinion(row: Row) -> str:
    stated: str = "aucun avis transmis" if pd.isna(row["opinion"]) else f"avis « {OPINIONS.label(row['opinion'])} »"
    cost, threshold = french_number(row["updated_cost_meur"]), f"{OPINION_THRESHOLD_MEUR:g}"
    return sentence(f"{stated} pour {cost} M€ ; l'avis est requis à partir de {threshold} M€")


def sentence(*parts: str) -> str:
    """Parts joined by semicolons, with a capital and a full stop."""
    text = " ; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


_EVIDENCE: Mapping[str, Callable[[Row], str]] = {
    "drift": _drift,
    "overdue": _overdue,
    "closing": _closing,
    "recurrent": _recurrent,
    "entrant": _entrant,
    "trajectory_review": _trajectory_review,
    "no_opinion": _no_opinion,
}
