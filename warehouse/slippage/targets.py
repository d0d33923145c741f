"""Where the portfolio stands against its targets, and what each project weighs in the distance. Pure functions."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from warehouse.facts.reference import Target
from warehouse.follow_up.tables import OUT_TARGET_PROJECTS, OUT_TARGETS
from warehouse.projects.durations import duration_months

# The panorama is published about every six months (domain facts).
MONTHS_PER_EDITION = 6
RATES = ("budget", "schedule")


def target_progress(slippages: pd.DataFrame, targets: Sequence[Target]) -> pd.DataFrame:
    """Value, distance and straight path to each target.

    Args:
        slippages: slippage per project of one edition.
        targets: every target, past ones included.

    Returns:
        The columns of `OUT_TARGETS`. A value at the target meets it. What is missing when no slippage is known:
        value, met, distance, path; the path is also missing once the target is due.
    """
    rows = [_progress(slippages, target, rate) for target in targets for rate in RATES]
    return pd.DataFrame(rows, columns=OUT_TARGETS.names()).assign(edition=_edition(slippages))


def _progress(slippages: pd.DataFrame, target: Target, rate: str) -> dict[str, Any]:
    known = slippages[f"{rate}_slippage_ratio"].dropna()
    ceiling = target.target_pct / 100
    value = math.fsum(known) / len(known) if len(known) else None
    distance = None if value is None else (value - ceiling) * 100
    months = _months_until(_edition(slippages), target)
    editions = max(1, months // MONTHS_PER_EDITION) if months > 0 else 0
    return {
        "due_on": target.due_on,
        "rate": rate,
        "target_ratio": ceiling,
        "value_ratio": value,
        "n": len(known),
        "met": None if distance is None else distance <= 0,
        "distance_pts": distance,
        "remaining_months": months,
        "editions_left": editions,
        "needed_pts": max(distance, 0.0) / editions if distance is not None and editions else None,
    }


def target_shares(slippages: pd.DataFrame, targets: Sequence[Target]) -> pd.DataFrame:
    """What each project weighs in the distance to each target: (ratio − target) / n × 100, in points.

    Args:
        slippages: slippage per project of one edition.
        targets: every target.

    Returns:
        The columns of `OUT_TARGET_PROJECTS`; the shares of one target and one rate add up to its distance.
    """
    rows = []
    for target in targets:
        for rate in RATES:
            known = slippages.dropna(subset=[f"{rate}_slippage_ratio"])
            ratio = known[f"{rate}_slippage_ratio"].astype("float64")
            held = (ratio - target.target_pct / 100) / max(len(known), 1) * 100
            shares = known[["edition", "project_id", "name", "ministry_id"]].assign(
                due_on=pd.Timestamp(target.due_on), rate=rate, slippage_ratio=ratio, held_pts=held
            )
            ordered = shares.sort_values(["held_pts", "project_id"], ascending=[False, True])
            rows.append(ordered.assign(rank=range(1, len(ordered) + 1)))
    return pd.concat(rows, ignore_index=True)[OUT_TARGET_PROJECTS.names()]


def _months_until(edition: str, target: Target) -> int:
    reference, due = (pd.Series([pd.Timestamp(day)]) for day in (f"{edition}-01", target.due_on))
    return int(duration_months(reference, due).iloc[0])


def _edition(slippages: pd.DataFrame) -> str:
    return str(slippages["edition"].iloc[0])
