"""The bridge between two editions: the change of a headline, split exactly among projects and components.

With K_b and K_e the projects whose slippage is known at the start and at the end, and S those known at both:
a project of S weighs (x_e − x_b)/|S|, one only known at the end (x_e − mean_e(S))/|K_e|, one only known at the start
(mean_b(S) − x_b)/|K_b|. They add up to mean_e(K_e) − mean_b(K_b) (domain facts, §2). Pure functions on frames.
"""

import math
from collections.abc import Mapping

import pandas as pd

from warehouse.model.vocabulary import BRIDGE_COMPONENTS
from warehouse.slippage.bridge_tables import OUT_BRIDGE

RATES = ("budget", "schedule")
POINTS = 100
# Contributions are sums of at most a few hundred doubles near 1: beyond this they would not add up.
TOLERANCE_PTS = 1e-9


def bridge(after: pd.DataFrame, before: pd.DataFrame, published_before: pd.DataFrame | None = None) -> pd.DataFrame:
    """Split the change of both headlines between two editions.

    Args:
        after: slippage per project of the later edition.
        before: that of the earlier one, as it is known now.
        published_before: that of the earlier one as it was first known; its difference with `before` is the
            component `past_correction`. None when it was never corrected.

    Returns:
        The columns of `OUT_BRIDGE`; the contributions of a rate add up to the change of its headline since
        `published_before`, within `TOLERANCE_PTS`. Empty when either headline is unknown.
    """
    edition, reference = after["edition"].iloc[0], before["edition"].iloc[0]
    frames = []
    for rate in RATES:
        frames.append(_between(after, before, rate).assign(rate=rate))
        if published_before is not None:
            corrected = _between(before, published_before, rate)
            frames.append(corrected.assign(rate=rate, component="past_correction"))
    found = [frame.loc[frame["contribution_pts"].ne(0) | frame["component"].ne("past_correction")] for frame in frames]
    lines = pd.concat([frame for frame in found if len(frame)] or [pd.DataFrame(columns=OUT_BRIDGE.names())])
    return lines.assign(edition=edition, reference_edition=reference).reset_index(drop=True)[OUT_BRIDGE.names()]


def _between(after: pd.DataFrame, before: pd.DataFrame, rate: str) -> pd.DataFrame:
    """One rate: a row for each project known at either side, with its component and contribution."""
    columns = ["project_id", "name", "ministry_id"]
    now, then = _known(after, rate), _known(before, rate)
    if now.empty or then.empty:
        return pd.DataFrame(columns=[*columns, "before_ratio", "after_ratio", "component", "contribution_pts"])
    both = then.index.intersection(now.index).sort_values()
    # Without a project in common the means have nothing to be compared on: both sides are counted from zero.
    mean_then = math.fsum(then[both]) / len(both) if len(both) else 0.0
    mean_now = math.fsum(now[both]) / len(both) if len(both) else 0.0
    identifiers = then.index.union(now.index).sort_values()
    x_before, x_after = then.reindex(identifiers), now.reindex(identifiers)
    contribution = ((x_after - x_before) / max(len(both), 1)).where(x_before.notna() & x_after.notna())
    contribution = contribution.fillna((x_after - mean_now) / len(now)).fillna((mean_then - x_before) / len(then))
    present_now, present_then = identifiers.isin(after["project_id"]), identifiers.isin(before["project_id"])
    component = pd.Series("like_for_like", index=identifiers)
    component = component.mask(x_before.isna(), "became_comparable").mask(x_before.isna() & ~present_then, "entry")
    component = component.mask(x_after.isna(), "ceased_comparable").mask(x_after.isna() & ~present_now, "exit")
    labels = pd.concat([after[columns], before[columns]]).drop_duplicates("project_id").set_index("project_id")
    return pd.DataFrame(
        {
            "project_id": identifiers,
            "name": labels.loc[identifiers, "name"].to_numpy(),
            "ministry_id": labels.loc[identifiers, "ministry_id"].to_numpy(),
            "before_ratio": x_before.to_numpy(),
            "after_ratio": x_after.to_numpy(),
            "component": component.to_numpy(),
            "contribution_pts": (contribution * POINTS).to_numpy(),
        }
    )


def _known(slippages: pd.DataFrame, rate: str) -> pd.Series:
    known = slippages.loc[slippages[f"{rate}_status"].eq("known")].set_index("project_id")
    ratios: pd.Series = known[f"{rate}_slippage_ratio"].astype("float64")
    return ratios


def headline(slippages: pd.DataFrame, rate: str) -> float | None:
    """The mean of the known ratios; None when none is known."""
    known = _known(slippages, rate)
    return math.fsum(known) / len(known) if len(known) else None


def waterfall(lines: pd.DataFrame) -> Mapping[str, float]:
    """The points of each component of one rate and one pair of editions, in the order they are told.

    Args:
        lines: rows of `OUT_BRIDGE` of one edition, one reference and one rate.

    Returns:
        Component to points, for every component; they add up to the change of the headline.
    """
    return {
        component: math.fsum(lines.loc[lines["component"].eq(component), "contribution_pts"])
        for component in BRIDGE_COMPONENTS.codes()
    }
