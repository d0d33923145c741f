"""A rating of each project by published rules. Pure functions on all editions at once.

Thresholds are in a file, with their reasons. An unknown value is not rated: it is neither green nor red.
"""

from collections.abc import Callable, Iterable, Iterator

import pandas as pd

from warehouse.follow_up.situations import NO_CHANGE_PTS, RATES
from warehouse.follow_up.tables import AXES, OUT_SCORECARD
from warehouse.follow_up.thresholds import OVERALL, Threshold, thresholds
from warehouse.follow_up.watch_rules import adrift, percent
from warehouse.history.standing import KEYS
from warehouse.model.vocabulary import NO_DEVIATION, OPINIONS
from warehouse.projects.opinions import mission_openings

MINIMUM_RATED_AXES = 3
POINTS = {"green": 0, "amber": 1, "red": 2}
# What an opinion, or its absence where it is required, weighs in governance.
LACKING_POINTS = 2
# The forecast that each rate is about.
UPDATED = {"budget": "updated_cost_meur", "schedule": "updated_duration_months"}
OPINION_POINTS = {"favourable": 0, "with_reservations": 1, "tacit": 1, "unfavourable": 2}


def rated(values: pd.Series, threshold: Threshold) -> pd.Series:
    """`green`, `amber` above the first threshold, `red` above the second; missing for a missing value."""
    numbers = values.astype("float64")
    ratings = pd.Series("green", index=values.index, dtype="str")
    ratings = ratings.mask(numbers.gt(threshold.amber_above), "amber").mask(numbers.gt(threshold.red_above), "red")
    return ratings.where(numbers.notna())


def scorecard(frame: pd.DataFrame, missions: pd.DataFrame, declared: pd.Series | None = None) -> pd.DataFrame:
    """The rating of each project at each edition.

    Args:
        frame: `warehouse.follow_up.situations.situations`.
        missions: the register of missions.
        declared: rating a ministry gives its own project, by `edition` and `project_id`; no submission carries one
            yet.

    Returns:
        The columns of `OUT_SCORECARD`. Overall: points of the rated axes (`POINTS`) against the overall thresholds,
        missing under `MINIMUM_RATED_AXES` rated axes.
    """
    told = frame.assign(unattended=adrift(frame) & mission_openings(frame, missions).isna())
    told = told.join(axis_values(told))
    ratings = pd.DataFrame({name: rated(told[value], thresholds()[name]) for name, value, *_ in AXES})
    rated_axes = ratings.notna().sum(axis=1)
    weights = pd.DataFrame({name: ratings[name].map(POINTS).astype("float64") for name in ratings})
    points = weights.sum(axis=1).where(rated_axes.ge(MINIMUM_RATED_AXES))
    overall = rated(points, thresholds()[OVERALL])
    own = _declared(told, declared)
    return told.assign(
        **{f"{name}_rating": ratings[name] for name in ratings},
        rated_axes=rated_axes,
        overall_points=points.astype("Int64"),
        overall_rating=overall,
        reasons=_reasons(told, ratings),
        declared_rating=own,
        disagreement=own.ne(overall).astype("boolean").where(own.notna() & overall.notna()),
    )[OUT_SCORECARD.names()]


def _declared(frame: pd.DataFrame, declared: pd.Series | None) -> pd.Series:
    if declared is None:
        return pd.Series(index=frame.index, dtype="str")
    return declared.reindex(pd.MultiIndex.from_frame(frame[KEYS])).set_axis(frame.index).astype("str")


def axis_values(frame: pd.DataFrame) -> pd.DataFrame:
    """The value of each axis, compared with its thresholds; missing when it is not known.

    Args:
        frame: `warehouse.follow_up.situations.situations`, with `unattended`: adrift without an open mission.

    Returns:
        Aligned with `frame`: the value of each axis, under the names of `AXES`.
    """
    return pd.DataFrame(
        {
            "cost_axis_ratio": frame["budget_slippage_ratio"],
            "schedule_axis_ratio": frame["schedule_slippage_ratio"],
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

    A withheld figure is not a defect, nor a figure published for the first time where no baseline is declared, nor a
    reason that no project of the edition gives: it was not asked.
    """
    silent = frame["deviation_reason"].isna() | frame["deviation_reason"].eq(NO_DEVIATION)
    asked = frame["deviation_reason"].notna().groupby(frame["edition"]).transform("any")
    slipped = frame[[f"{rate}_slippage_ratio" for rate in RATES]].abs().gt(NO_CHANGE_PTS / 100).any(axis=1)
    defects = _absent(frame) + (silent & asked & slipped).astype("int64") + frame["overdue"].astype("int64")
    return defects.astype("float64").mask(frame["phase"].eq("scoping"))


def _absent(frame: pd.DataFrame) -> pd.Series:
    """How many of both slippages are not known for want of a figure."""
    is_first = {
        rate: frame["baseline_source"].ne("declared") & frame[updated].notna() for rate, updated in UPDATED.items()
    }
    absent = {
        rate: frame[f"{rate}_status"].eq("missing") | frame[f"{rate}_status"].eq("not_comparable") & ~is_first[rate]
        for rate in RATES
    }
    return pd.DataFrame(absent).sum(axis=1)


def _reasons(told: pd.DataFrame, ratings: pd.DataFrame) -> pd.Series:
    """Why axes are not green, in French; missing when all that is rated is."""
    said: dict[str, Callable[[pd.DataFrame], Iterable[str]]] = {
        "cost": lambda rows: map(percent, rows["cost_axis_ratio"]),
        "schedule": lambda rows: map(percent, rows["schedule_axis_ratio"]),
        "stability": lambda rows: (
            f"aggravé à {worsened:g} de ses quatre dernières éditions" for worsened in rows["stability_value"]
        ),
        "governance": _governance_said,
        "data_quality": lambda rows: (
            f"{defects:g} défaut{'s' if defects > 1 else ''}" for defects in rows["data_quality_value"]
        ),
    }
    parts = []
    for name, _, _, label, _ in AXES:
        rows = told.loc[ratings[name].isin(["amber", "red"])]
        parts.append(pd.Series([f"{label} : {text}" for text in said[name](rows)], index=rows.index, dtype="str"))
    together = pd.concat(parts).groupby(level=0).agg(" ; ".join)
    return (together + ".").reindex(told.index)


def _governance_said(rows: pd.DataFrame) -> Iterator[str]:
    for lacking, opinion, unattended in zip(rows["opinion_lacking"], rows["opinion"], rows["unattended"], strict=True):
        said = ["avis requis et absent"] if lacking else []
        if not lacking and OPINION_POINTS.get(opinion, 0) > 0:
            said.append(f"avis {OPINIONS.label(opinion).lower()}")
        yield ", ".join([*said, "dérive sans mission"] if unattended else said)
