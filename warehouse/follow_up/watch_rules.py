"""Why a project is followed closely: each rule declared once, with when it holds, whom it presses and what it says.

The rules are those of the follow-up of the panorama (domain facts). Each is a boolean on every project and edition,
so that how long a project has been under it is counted and not remembered.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from warehouse.follow_up.situations import RATES, RECENT_EDITIONS, spells
from warehouse.model import french
from warehouse.model.vocabulary import OPINIONS
from warehouse.projects.opinions import OPINION_THRESHOLD_MEUR

# A forecast that worsens by this many points in one edition is a drift, whatever the target.
JUMP_PTS = 5.0
# A subtraction of decimals may fall just short of the threshold.
ROUNDING_PTS = 1e-9
CLOSING_MONTHS = 12
WORSENED_EDITIONS = 3
EDITIONS_ABOVE_TARGET = 3
ENTRANT_EDITIONS = 2
# In the order of closing, an end already past comes before any other: it is put a century earlier.
OVERDUE_MONTHS = 1200.0
_RATE_LABELS = {"budget": "budget", "schedule": "calendrier"}

Row = Mapping[Any, Any]


@dataclass(frozen=True)
class WatchRule:
    """One reason to follow a project.

    `meaning` says in French when the rule holds. `holds` gives, from `warehouse.follow_up.situations.situations`,
    whether it holds on each row. `urgency` gives, on the rows where it does, what makes one more pressing than another;
    unknown comes last. `evidence` gives the parts of the sentence that says why, of one of these rows.
    """

    code: str
    meaning: str
    holds: Callable[[pd.DataFrame], pd.Series]
    urgency: Callable[[pd.DataFrame], pd.Series]
    evidence: Callable[[Row], Iterator[str]]


# When a rule holds. A completed project can only be an entrant or have had its trajectory reviewed. An unknown
# figure triggers nothing.


def adrift(frame: pd.DataFrame) -> pd.Series:
    """Above the target, or worse by `JUMP_PTS` in one edition."""
    jumps = frame[[f"{rate}_change_pts" for rate in RATES]].ge(JUMP_PTS - ROUNDING_PTS).any(axis=1)
    return _live(frame) & (frame["above_target"] | jumps)


def _live(frame: pd.DataFrame) -> pd.Series:
    return frame["phase"].ne("completed").fillna(value=True).astype(bool)


def _overdue(frame: pd.DataFrame) -> pd.Series:
    return _live(frame) & frame["overdue"].astype(bool)


def _closing(frame: pd.DataFrame) -> pd.Series:
    soon = frame["remaining_months"].astype("float64").le(CLOSING_MONTHS)
    return _live(frame) & (frame["overdue"].astype(bool) | soon | frame["phase"].eq("rollout"))


def _recurrent(frame: pd.DataFrame) -> pd.Series:
    live = _live(frame)
    running = pd.Series(0, frame.index)
    # The editions before a target are compared with it too, from its adoption on.
    for target in frame["target_ratio"].dropna().unique():
        above = frame[[f"{rate}_slippage_ratio" for rate in RATES]].gt(target).any(axis=1)
        lasting = spells(frame, live & above)["editions_running"].reindex(frame.index, fill_value=0)
        running = running.where(frame["target_ratio"].ne(target), lasting)
    return live & (frame["editions_worsened"].ge(WORSENED_EDITIONS) | running.ge(EDITIONS_ABOVE_TARGET))


def _entrant(frame: pd.DataFrame) -> pd.Series:
    recent = frame["editions_seen"].le(ENTRANT_EDITIONS)
    return recent & frame["first_has_predecessor"] & frame["has_predecessor"]


def _rebaselined(frame: pd.DataFrame) -> pd.Series:
    return frame["baseline_number"].gt(1).fillna(value=False)


def _without_opinion(frame: pd.DataFrame) -> pd.Series:
    return frame["opinion_lacking"]


# What is more pressing.


def _worst_ratio(lines: pd.DataFrame) -> pd.Series:
    return lines[[f"{rate}_slippage_ratio" for rate in RATES]].max(axis=1)


def _headline_share(lines: pd.DataFrame) -> pd.Series:
    return lines[[f"{rate}_contribution_pts" for rate in RATES]].sum(axis=1)


def _soonest(lines: pd.DataFrame) -> pd.Series:
    return -lines["remaining_months"].astype("float64")


def _closing_order(lines: pd.DataFrame) -> pd.Series:
    return _soonest(lines) + lines["overdue"].astype(bool) * OVERDUE_MONTHS


def _cost(lines: pd.DataFrame) -> pd.Series:
    return lines["updated_cost_meur"]


# What is said.


def french_number(value: float, *, sign: bool = False) -> str:
    """A number with one decimal and a comma, in plain text: « 12,5 », « +0,0 »; never « −0,0 »."""
    return f"{round(value, 1) + 0.0:{'+' if sign else ''}.1f}".replace(".", ",").replace("-", french.MINUS)


def points(value: float) -> str:
    """Signed percentage points: « +1,2 point », « −2,0 points »."""
    return f"{french_number(value, sign=True)} {french.plural(round(value, 1), 'point')}"


def percent(ratio: float) -> str:
    """A signed percentage of a fraction: « +12,5 % »."""
    return f"{french_number(ratio * 100, sign=True)} %"


def sentence(parts: list[str]) -> str:
    """Parts joined by semicolons, with a capital and a full stop."""
    return f"{french.capitalised(' ; '.join(parts))}."


def target_said(row: Row) -> str:
    """The target in force with its date: « 15,0 % (échéance 31/12/2022) »."""
    return f"{french_number(row['target_ratio'] * 100)} % (échéance {row['target_due_on']:%d/%m/%Y})"


def above_target(row: Row) -> list[str]:
    """What a row has above its target: « budget +23,4 % »."""
    return [
        f"{label} {percent(row[f'{rate}_slippage_ratio'])}"
        for rate, label in _RATE_LABELS.items()
        if row[f"{rate}_slippage_ratio"] > row["target_ratio"]
    ]


def _drift_said(row: Row) -> Iterator[str]:
    if above := above_target(row):
        yield f"au-dessus de la cible de {target_said(row)} : {', '.join(above)}"
    for rate, label in _RATE_LABELS.items():
        if row[f"{rate}_change_pts"] >= JUMP_PTS - ROUNDING_PTS:
            yield f"{label} {points(row[f'{rate}_change_pts'])} en une édition"


def _overdue_said(row: Row) -> Iterator[str]:
    yield f"fin prévue en {row['updated_end_date']:%m/%Y}, déjà passée, projet non terminé"


def _closing_said(row: Row) -> Iterator[str]:
    if not pd.isna(row["updated_end_date"]):
        yield f"fin prévue en {row['updated_end_date']:%m/%Y}{' (déjà passée)' if row['overdue'] else ''}"
    if row["phase"] == "rollout":
        yield "en déploiement"


def _recurrent_said(row: Row) -> Iterator[str]:
    if row["editions_worsened"] >= WORSENED_EDITIONS:
        recent = min(row["editions_seen"], RECENT_EDITIONS)
        yield f"aggravé à {row['editions_worsened']} de ses {recent} dernières éditions"
    else:
        yield f"au-dessus de la cible de {target_said(row)} depuis au moins {EDITIONS_ABOVE_TARGET} éditions"
    for rate, label in _RATE_LABELS.items():
        if not pd.isna(row[f"{rate}_contribution_pts"]):
            yield f"{points(row[f'{rate}_contribution_pts'])} de l'écart moyen ({label})"


def _entrant_said(row: Row) -> Iterator[str]:
    yield "première édition du projet" if row["editions_seen"] == 1 else "deuxième édition du projet"


def _rebaselined_said(row: Row) -> Iterator[str]:
    on: str = "" if pd.isna(row["rebaselined_on"]) else f" le {row['rebaselined_on']:%d/%m/%Y}"
    why: str = "" if pd.isna(row["rebaseline_reason"]) else f" ({row['rebaseline_reason']})"
    yield f"référence n° {row['baseline_number']}{on}{why}"
    for rate, label in _RATE_LABELS.items():
        first, current = row[f"{rate}_slippage_ratio"], row[f"{rate}_current_slippage_ratio"]
        if not pd.isna(first) and not pd.isna(current):
            yield (f"{label} {percent(first)} depuis la première référence, {percent(current)} depuis celle en vigueur")


def _without_opinion_said(row: Row) -> Iterator[str]:
    stated: str = "aucun avis transmis" if pd.isna(row["opinion"]) else f"avis « {OPINIONS.label(row['opinion'])} »"
    yield f"{stated} pour {french_number(row['updated_cost_meur'])} M€"
    yield f"l'avis est requis à partir de {OPINION_THRESHOLD_MEUR:g} M€"


RULES = (
    WatchRule(
        "drift",
        f"Un écart au-dessus de la cible, ou une prévision aggravée d'au moins {JUMP_PTS:g} points en une édition.",
        adrift,
        _worst_ratio,
        _drift_said,
    ),
    WatchRule(
        "overdue",
        "La fin prévue est passée à la date de l'édition, et le projet n'est pas terminé.",
        _overdue,
        _soonest,
        _overdue_said,
    ),
    WatchRule(
        "closing",
        f"La fin prévue tombe dans les {CLOSING_MONTHS} mois, ou le projet est en déploiement.",
        _closing,
        _closing_order,
        _closing_said,
    ),
    WatchRule(
        "recurrent",
        f"Le coût ou le délai s'est aggravé à {WORSENED_EDITIONS} au moins des {RECENT_EDITIONS} dernières éditions du "
        f"projet, ou l'écart est au-dessus de la cible depuis {EDITIONS_ABOVE_TARGET} éditions de suite.",
        _recurrent,
        _headline_share,
        _recurrent_said,
    ),
    WatchRule(
        "entrant",
        "Le projet en est à sa première ou à sa deuxième édition.",
        _entrant,
        _cost,
        _entrant_said,
    ),
    WatchRule(
        "trajectory_review",
        "La référence en vigueur, approuvée par un acte daté, n'est plus la première.",
        _rebaselined,
        _worst_ratio,
        _rebaselined_said,
    ),
    WatchRule(
        "no_opinion",
        f"Hors cadrage et non terminé, le projet coûte {OPINION_THRESHOLD_MEUR:g} M€ ou plus, sans avis de la DINUM.",
        _without_opinion,
        _cost,
        _without_opinion_said,
    ),
)
