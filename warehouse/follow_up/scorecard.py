"""A rating of each project by published rules. Pure functions on frames; thresholds are in a file, with their reasons.

An unknown value is not rated: it is neither green nor red.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from warehouse.facts.reference import Target
from warehouse.follow_up.rating_tables import AXES, OUT_SCORECARD
from warehouse.follow_up.situations import NO_CHANGE_PTS, RATES, situations
from warehouse.follow_up.watchlist import percent, rule_flags
from warehouse.model.shipped import shipped_rows
from warehouse.model.vocabulary import NO_DEVIATION, OPINIONS
from warehouse.projects.opinions import open_missions

OVERALL = "overall"
MINIMUM_RATED_AXES = 3
POINTS = {"green": 0, "amber": 1, "red": 2}
# What an opinion, or its absence where it is required, weighs in governance.
LACKING_POINTS = 2
OPINION_POINTS = {"favourable": 0, "with_reservations": 1, "tacit": 1, "unfavourable": 2}


@dataclass(frozen=True)
class Threshold:
    """Above what an axis is amber, then red; with what is measured and why there."""

    axis: str
    label: str
    unit: str
    amber_above: float
    red_above: float
    reason: str


@cache
def thresholds() -> Mapping[str, Threshold]:
    """The published thresholds, by axis; `overall` is that of the points."""
    return {
        row["axis"]: Threshold(
            row["axis"], row["label"], row["unit"], float(row["amber_above"]), float(row["red_above"]), row["reason"]
        )
        for row in shipped_rows("warehouse.follow_up", "data/scorecard_thresholds.csv")
    }


def rated(values: pd.Series, threshold: Threshold) -> pd.Series:
    """`green`, `amber` above the first threshold, `red` above the second; missing for a missing value."""
    numbers = values.astype("float64")
    ratings = pd.Series("green", index=values.index, dtype="str")
    ratings = ratings.mask(numbers.gt(threshold.amber_above), "amber").mask(numbers.gt(threshold.red_above), "red")
    return ratings.where(numbers.notna())


def scorecard(
    history: pd.DataFrame,
    slippages: pd.DataFrame,
    missions: pd.DataFrame,
    targets: Sequence[Target],
    declared: pd.Series | None = None,
) -> pd.DataFrame:
    """The rating of each project at the last edition of a history.

    Args:
        history: core projects of all editions up to that one, it included.
        slippages: slippage per project of the same editions.
        missions: the register of missions.
        targets: by due date.
        declared: rating a ministry gives its own project, by `project_id`; no submission carries one yet.

    Returns:
        The columns of `OUT_SCORECARD`. Overall: points of the rated axes (`POINTS`) against the overall thresholds,
        missing under `MINIMUM_RATED_AXES` rated axes.
    """
    edition = history["edition"].max()
    frame = situations(history, slippages, targets)
    followed = open_missions(missions, pd.Timestamp(f"{edition}-01"))["project_id"]
    adrift = rule_flags(frame)["drift"]
    frame = frame.assign(unattended=adrift & ~frame["project_id"].isin(followed))
    values = axis_values(frame)
    now = frame.loc[frame["edition"].eq(edition)].join(values).reset_index(drop=True)
    ratings = pd.DataFrame({name: rated(now[value], thresholds()[name]) for name, value, *_ in AXES})
    rated_axes = ratings.notna().sum(axis=1)
    points = ratings.apply(lambda column: column.map(POINTS)).sum(axis=1).where(rated_axes.ge(MINIMUM_RATED_AXES))
    overall = rated(points, thresholds()[OVERALL])
    own = now["project_id"].map(pd.Series(dtype="str") if declared is None else declared).astype("str")
    disagreement = own.ne(overall).astype("boolean").where(own.notna() & overall.notna())
    reasons = [_reasons(row, ratings.loc[index].to_dict()) for index, row in enumerate(now.to_dict("records"))]
    return now.assign(
        **{f"{name}_rating": ratings[name] for name in ratings},
        rated_axes=rated_axes,
        overall_points=points.astype("Int64"),
        overall_rating=overall,
        reasons=pd.Series(reasons, index=now.index, dtype="str"),
        declared_rating=own,
        disagreement=disagreement,
    )[OUT_SCORECARD.names()]


def axis_values(frame: pd.DataFrame) -> pd.DataFrame:
    """The value of each axis, compared with its thresholds; missing when it is not known.

    A slippage against figures first published in the same edition is zero by construction, and says nothing.

    Args:
        frame: `warehouse.follow_up.situations.situations`, with `unattended`: adrift without an open mission.

    Returns:
        Aligned with `frame`: the value of each axis, under the names of `AXES`.
    """
    empty = frame["baseline_source"].eq("first_publication") & frame["baseline_edition"].eq(frame["edition"])
    return pd.DataFrame(
        {
            "cost_axis_ratio": frame["budget_slippage_ratio"].mask(empty),
            "schedule_axis_ratio": frame["schedule_slippage_ratio"].mask(empty),
            "stability_value": frame["editions_worsened"].astype("float64").where(frame["editions_compared"].gt(0)),
            "governance_value": _governance(frame),
            "data_quality_value": _defects(frame),
        }
    )


def _governance(frame: pd.DataFrame) -> pd.Series:
    """Points of governance, unknown where nobody can tell whether an opinion is required (cost not known)."""
    given = frame["opinion"].map(OPINION_POINTS).astype("float64")
    asked = frame["opinion"].notna().groupby(frame["edition"]).transform("any")
    not_required = frame["updated_cost_meur"].notna() & asked & ~frame["opinion_lacking"]
    opinion = given.mask(given.isna() & not_required, 0).mask(frame["opinion_lacking"], LACKING_POINTS)
    return opinion + frame["unattended"].astype("float64")


def _defects(frame: pd.DataFrame) -> pd.Series:
    """Number of defects of the data; unknown in the scoping phase, where no figure is expected.

    A withheld figure is not a defect, nor a reason that no project of the edition gives: it was not asked.
    """
    silent = frame["deviation_reason"].isna() | frame["deviation_reason"].eq(NO_DEVIATION)
    asked = frame["deviation_reason"].notna().groupby(frame["edition"]).transform("any")
    slipped = frame[[f"{rate}_slippage_ratio" for rate in RATES]].abs().gt(NO_CHANGE_PTS / 100).any(axis=1)
    absent = frame[[f"{rate}_status" for rate in RATES]].isin(["missing", "not_comparable"]).sum(axis=1)
    defects = absent + (silent & asked & slipped).astype("int64") + frame["overdue"].astype("int64")
    return defects.astype("float64").mask(frame["phase"].eq("scoping"))


def _reasons(row: Mapping[Any, Any], ratings: Mapping[Any, Any]) -> str | None:
    """Why axes are not green, in French; None when all that is rated is."""
    worsened, defects = row["stability_value"], row["data_quality_value"]
    said = {
        "cost": percent(row["cost_axis_ratio"]),
        "schedule": percent(row["schedule_axis_ratio"]),
        "stability": f"aggravé à {worsened:g} de ses quatre dernières éditions",
        "governance": ", ".join(_governance_said(row)),
        "data_quality": f"{defects:g} défaut{'s' if defects > 1 else ''}",
    }
    parts = [f"{label} : {said[name]}" for name, _, _, label, _ in AXES if ratings[name] in ("amber", "red")]
    return " ; ".join(parts) + "." if parts else None


def _governance_said(row: Mapping[Any, Any]) -> Iterator[str]:
    if row["opinion_lacking"]:
        yield "avis requis et absent"
    elif OPINION_POINTS.get(row["opinion"], 0) > 0:
        yield f"avis {OPINIONS.label(row['opinion']).lower()}"
    if row["unattended"]:
        yield "dérive sans mission"
