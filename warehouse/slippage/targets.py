"""Where the portfolio stands against its targets, and what each project weighs in the distance. Pure functions."""

import math
from collections.abc import Sequence

import pandas as pd

from warehouse.facts.reference import Target
from warehouse.projects.durations import duration_months
from warehouse.slippage.headlines import has_headline

# The panorama is published about every six months (domain facts).
MONTHS_PER_EDITION = 6
RATES = ("budget", "schedule")


def target_progress(slippages: pd.DataFrame, targets: Sequence[Target]) -> pd.DataFrame:
    """Value, distance and straight path to each target, at every edition.

    Args:
        slippages: slippage per project of any editions.
        targets: every target, past ones included.

    Returns:
        The columns of `OUT_TARGETS`, from the edition that adopts each target on. A value at the target meets it. What
        is missing when the edition has no headline: value, met, distance, path; the path is also missing once the
        target is due.
    """
    by_rate = (
        _known(slippages).groupby(["edition", "rate"])["slippage_ratio"].agg(n="size", total=math.fsum).reset_index()
    )
    editions = slippages[["edition"]].drop_duplicates()
    asked = _adopted(editions.merge(_ceilings(targets), how="cross")).merge(pd.DataFrame({"rate": RATES}), how="cross")
    lines = asked.merge(by_rate, how="left", on=["edition", "rate"])
    value = lines["total"] / lines["n"]
    distance = (value - lines["target_ratio"]) * 100
    months = duration_months(pd.to_datetime(lines["edition"] + "-01").astype("datetime64[s]"), lines["due_on"])
    left = (months // MONTHS_PER_EDITION).clip(lower=1).where(months.gt(0), 0)
    return lines.drop(columns="total").assign(
        n=lines["n"].fillna(0),
        value_ratio=value,
        met=distance.le(0).astype("boolean").where(distance.notna()),
        distance_pts=distance,
        remaining_months=months,
        editions_left=left,
        needed_pts=distance.clip(lower=0.0) / left.where(left.gt(0)).astype("float64"),
    )


def target_shares(slippages: pd.DataFrame, targets: Sequence[Target]) -> pd.DataFrame:
    """What each project weighs in the distance to each target: (ratio − target) / n × 100, in points.

    Args:
        slippages: slippage per project of any editions.
        targets: every target.

    Returns:
        The columns of `OUT_TARGET_PROJECTS`; the shares of one edition, one target and one rate add up to its distance.
    """
    lines = _adopted(_known(slippages).merge(_ceilings(targets), how="cross"))
    split = ["edition", "due_on", "rate"]
    n = lines.groupby(split)["project_id"].transform("size")
    held = lines.assign(held_pts=(lines["slippage_ratio"] - lines["target_ratio"]) / n * 100)
    ordered = held.drop(columns="target_ratio").sort_values(["held_pts", "project_id"], ascending=[False, True])
    return ordered.assign(rank=ordered.groupby(split).cumcount() + 1)


def _known(slippages: pd.DataFrame) -> pd.DataFrame:
    """The known slippages that enter a headline, one row per edition, project and rate."""
    copied = slippages[["edition", "project_id", "name", "ministry_id"]]
    rates = []
    for rate in RATES:
        ratio = slippages[f"{rate}_slippage_ratio"].astype("float64").where(has_headline(slippages, rate))
        rates.append(copied.assign(rate=rate, slippage_ratio=ratio))
    return pd.concat(rates, ignore_index=True).dropna(subset=["slippage_ratio"])


def _ceilings(targets: Sequence[Target]) -> pd.DataFrame:
    due_on = pd.Series([target.due_on for target in targets], dtype="datetime64[s]")
    first = pd.Series([target.first_edition for target in targets], dtype="str")
    ratio = pd.Series([target.target_pct / 100 for target in targets], dtype="float64")
    return pd.DataFrame({"due_on": due_on, "target_ratio": ratio, "first_edition": first})


def _adopted(lines: pd.DataFrame) -> pd.DataFrame:
    """The lines of targets that hold at their edition."""
    kept: pd.DataFrame = lines.loc[lines["first_edition"].le(lines["edition"])].drop(columns="first_edition")
    return kept.reset_index(drop=True)
