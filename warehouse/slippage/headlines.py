"""The headline of an edition, whether it can be given, and what moved it since another edition.

A mean of slippages stands for an edition only where most of its projects have something to be counted from. Pure
functions on frames.
"""

import math
from collections.abc import Mapping

import pandas as pd

from warehouse.slippage.by_group import RATES
from warehouse.slippage.statistics import HEADLINE
from warehouse.slippage.tables import OUT_HEADLINE_CHANGES, OUT_HEADLINES

# Below this share of projects with an earlier reference, an edition has no headline (domain facts, §2).
ENOUGH_REFERENCED = 0.75
# What moves a mean, apart from the method, which is the same at every edition.
COMPONENTS = ("like_for_like", "entry", "exit", "became_comparable", "ceased_comparable")
# The amount of each rate, and the column of the headline that sums it.
DRIFTS = {"budget": ("budget_slippage_meur", "drift_meur"), "schedule": ("schedule_slippage_months", "drift_months")}


def references(slippages: pd.DataFrame, rate: str) -> pd.DataFrame:
    """How many projects of each edition can be compared, and how many have an earlier reference to be compared with.

    Projects in their scoping phase cannot be compared yet; those whose figures are withheld are in neither count, since
    what they are compared with is withheld too.

    Args:
        slippages: slippage per project of any editions.
        rate: `budget` or `schedule`.

    Returns:
        Indexed by edition: `n_comparable`, `n_referenced` and `is_enough`.
    """
    status = slippages[f"{rate}_status"]
    referenced = status.isin(["known", "missing"])
    without = status.eq("not_comparable") & slippages["phase"].ne("scoping").fillna(value=True)
    counted = pd.DataFrame(
        {"edition": slippages["edition"], "n_comparable": referenced | without, "n_referenced": referenced}
    )
    found = counted.groupby("edition").sum()
    return found.assign(is_enough=found["n_referenced"].ge(ENOUGH_REFERENCED * found["n_comparable"]))


def has_headline(slippages: pd.DataFrame, rate: str) -> pd.Series:
    """Whether the edition of each row has a headline of a rate; booleans, aligned with `slippages`."""
    enough = references(slippages, rate)["is_enough"]
    return slippages["edition"].map(enough).astype(bool)


def counts_from_declared(stand_ins: int, referenced: int) -> bool:
    """Whether slippages are counted from declared baselines, but for so few that what is said of the others holds.

    Args:
        stand_ins: projects counted from their first published figures, for want of a declared baseline.
        referenced: projects with an earlier reference, those included.
    """
    return stand_ins <= (1 - ENOUGH_REFERENCED) * referenced


def headline(slippages: pd.DataFrame, rate: str) -> float | None:
    """The mean of the known ratios of one edition; None when none is known, or too few have a reference."""
    is_known = slippages[f"{rate}_status"].eq("known") & has_headline(slippages, rate)
    known = slippages.loc[is_known, f"{rate}_slippage_ratio"].astype("float64")
    return math.fsum(known) / len(known) if len(known) else None


def headlines(slippages: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """The headline of both rates at every edition, with what it rests on and what stands beside it.

    Args:
        slippages: slippage per project of any editions.
        groups: the statistics of the same editions, as they are published.

    Returns:
        The columns of `OUT_HEADLINES`. Where too few projects have a reference, neither mean nor drift is given; the
        counts say how far it is from enough.
    """
    portfolio = groups.loc[groups["dimension"].eq("portfolio") & groups["method"].eq(HEADLINE)]
    means = portfolio.set_index(["perimeter", "edition", "rate"])[["value_ratio", "n"]]
    lines = []
    for rate in RATES:
        drift, total = DRIFTS[rate]
        of_rate = references(slippages, rate)
        asked = [[(perimeter, edition, rate) for edition in of_rate.index] for perimeter in ("published", "cohort")]
        published, cohort = (means.reindex(keys).set_axis(of_rate.index) for keys in asked)
        given = of_rate["is_enough"] & published["value_ratio"].notna()
        sums = slippages.dropna(subset=drift).groupby("edition")[drift].agg(math.fsum)
        status = pd.Series("given", index=of_rate.index, dtype="str")
        lines.append(
            of_rate.assign(
                rate=rate,
                status=status.mask(published["n"].eq(0), "unknown").mask(~of_rate["is_enough"], "too_few_references"),
                mean_ratio=published["value_ratio"].where(given),
                n=published["n"],
                cohort_ratio=cohort["value_ratio"].where(given),
                cohort_n=cohort["n"],
                **{total: sums.reindex(of_rate.index).where(given)},
            )
        )
    found = pd.concat(lines).drop(columns="is_enough").reset_index()
    return found.assign(drift_months=found["drift_months"].round())[OUT_HEADLINES.names()]


def with_headlines_only(groups: pd.DataFrame, headlines: pd.DataFrame) -> pd.DataFrame:
    """The statistics of groups, without values for the published portfolio of an edition that has no headline.

    The counts stay: they say how few projects a mean would have rested on.

    Args:
        groups: rows of `OUT_SLIPPAGE_GROUPS`.
        headlines: rows of `OUT_HEADLINES` of the same editions.
    """
    absent = headlines.loc[headlines["status"].eq("too_few_references"), ["edition", "rate"]]
    without = pd.MultiIndex.from_frame(groups[["edition", "rate"]]).isin(pd.MultiIndex.from_frame(absent))
    hidden = groups["perimeter"].eq("published") & groups["dimension"].eq("portfolio") & without
    return groups.assign(**{name: groups[name].mask(hidden) for name in ("value_ratio", "low_ratio", "high_ratio")})


def headline_changes(slippages: pd.DataFrame, first_known: pd.DataFrame, bridge: pd.DataFrame) -> pd.DataFrame:
    """How both headlines moved between every two editions, split among what moved them.

    Args:
        slippages: slippage per project of any editions.
        first_known: that of some of these editions as they were first known.
        bridge: the bridges of these, from `warehouse.slippage.bridge.bridges`.

    Returns:
        The columns of `OUT_HEADLINE_CHANGES`, a row for each bridge between two editions. A change counts from the
        headline as it is known now; `published_start_ratio` is what was first given, where it was corrected since.
    """
    key = ["edition", "reference_edition", "rate"]
    of_corrections = bridge["edition"].eq(bridge["reference_edition"])
    between = bridge.loc[~of_corrections]
    parts = between.pivot_table("contribution_pts", key, "component", aggfunc=math.fsum)
    split = parts.reindex(columns=[*COMPONENTS]).fillna(0.0).add_suffix("_pts")
    followed = between.loc[between["component"].eq("like_for_like")].groupby(key).size()
    changes = [math.fsum(line) for line in split.to_numpy()]
    lines = split.assign(change_pts=changes, n_followed=followed.reindex(split.index, fill_value=0)).reset_index()
    now, first = _means(slippages), _means(first_known)
    corrected = set(bridge.loc[of_corrections, ["edition", "rate"]].itertuples(index=False, name=None))
    starts = [*zip(lines["reference_edition"], lines["rate"], strict=True)]
    return lines.assign(
        start_ratio=[now[start] for start in starts],
        published_start_ratio=[first[start] if start in corrected else math.nan for start in starts],
        end_ratio=[now[end] for end in zip(lines["edition"], lines["rate"], strict=True)],
    )[OUT_HEADLINE_CHANGES.names()]


def _means(slippages: pd.DataFrame) -> Mapping[tuple[str, str], float]:
    """The headline of each edition and rate that has one."""
    found = {}
    for edition, rows in slippages.groupby("edition"):
        for rate in RATES:
            mean = headline(rows, rate)
            if mean is not None:
                found[str(edition), rate] = mean
    return found
