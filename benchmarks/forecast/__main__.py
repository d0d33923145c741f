"""What the forecasts are worth: coverage of the P80 by rate and horizon, before and after, how the method was chosen.

The method was chosen on simulated portfolios of seeds 0 and on, and on real outcomes told up to November 2017; it is
reported on seeds 100 and on, on the real outcomes told since, and on the home given. Exit status: 0.
"""
# ruff: noqa: T201 - a benchmark prints its figures

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.forecast.chains import chained, classified
from benchmarks.forecast.portfolios import portfolio
from benchmarks.identity import FILES, ROOT, link_editions, read_editions
from warehouse.archive.tables import CORE_PROJECTS
from warehouse.forecast.backtest import pinball, replay, summary
from warehouse.forecast.outcomes import outcomes
from warehouse.forecast.quantiles import LEAST_REFERENCES, P80, TOLERANCE, quantiles
from warehouse.forecast.verdicts import COVERAGES, LEAST_PROJECTS
from warehouse.home.store import ParquetStore
from warehouse.projects.durations import MONTHS_PER_YEAR

EXAMPLE = """example, with a home where several editions were run:
  python -m benchmarks.forecast --home /tmp/demo
"""
CHOSEN_ON, REPORTED_ON = 0, 100  # first seeds
LAST_CHOSEN_ON = "2017-11"
KEYS = ["rate", "horizon"]
Method = Callable[[pd.DataFrame, pd.DataFrame], pd.DataFrame]


def published_history(folder: Path) -> pd.DataFrame:
    """The published editions as core projects, with the ids found for them."""
    rows = read_editions(folder, ROOT / "tests" / "data" / "identity_truth.csv")
    linked = link_editions(rows, FILES)
    return linked.reindex(columns=CORE_PROJECTS.names())


def in_force(observed: pd.DataFrame, wanted: pd.DataFrame) -> pd.DataFrame:
    """The wanted outcomes that the method in force forecasts, replayed."""
    return replay(wanted, quantiles(outcomes(observed), sorted(observed["edition"].unique())))


def before(observed: pd.DataFrame, wanted: pd.DataFrame) -> pd.DataFrame:
    """The same by chains of changes."""
    forecast = wanted.join(chained(observed, wanted)).dropna(subset="p80")
    return forecast.assign(no_change=forecast["rate"].map({"budget": 1.0, "schedule": 0.0}))


def variant(
    *,
    lowest: float = P80,
    highest: float = P80,
    class_of: Callable[[pd.DataFrame], pd.Series] | None = None,
    by_project: bool = False,
) -> Method:
    """A method like the one in force: classes of projects, as much weight for each, a level corrected within bounds.

    What the coverage of past forecasts lacks of the level is added to it (Gibbs and Candès, "Adaptive Conformal
    Inference Under Distribution Shift", NeurIPS, 2021).
    """

    def forecast(observed: pd.DataFrame, wanted: pd.DataFrame) -> pd.DataFrame:
        classes = observed.set_index(["edition", "project_id"]).pipe(class_of) if class_of else pd.Series(dtype="str")
        own = classes.reindex(pd.MultiIndex.from_frame(wanted[["origin", "project_id"]])) if class_of else "all"
        keyed = wanted.assign(group=own if class_of is None else own.fillna("none").to_numpy())
        return pd.concat([_rolled(rows, lowest, highest, by_project) for _, rows in keyed.groupby(KEYS)])

    return forecast


def _nearness(observed: pd.DataFrame) -> pd.Series:
    return (observed["end"] - observed["month"]).le(MONTHS_PER_YEAR).astype("str")


def _rolled(rows: pd.DataFrame, lowest: float, highest: float, by_project: bool) -> pd.DataFrame:
    p80 = pd.Series(np.nan, index=rows.index)
    for origin in sorted(rows["origin"].unique()):
        past = rows.loc[rows["told"].le(origin)]
        if past["project_id"].nunique() < LEAST_REFERENCES:
            continue
        tried = p80[past.index].dropna()
        covered = past.loc[tried.index, "change"].le(tried + TOLERANCE)
        level = float(np.clip(2 * P80 - covered.mean(), lowest, highest)) if len(tried) else P80
        for group, of_group in rows.loc[rows["origin"].eq(origin)].groupby("group"):
            own = past.loc[past["group"].eq(group)]
            own = own if own["project_id"].nunique() >= LEAST_REFERENCES else past
            n = own["project_id"].nunique()
            weights = 1 / own.groupby("project_id")["change"].transform("size") if by_project else None
            p80[of_group.index] = np.quantile(
                own["change"], min(level * (n + 1) / n, 1), method="inverted_cdf", weights=weights
            )
    return rows.assign(p80=p80.clip(lower=rows["least"]), no_change=float(rows["rate"].iloc[0] == "budget")).dropna(
        subset="p80"
    )


VARIANTS: Mapping[str, Method] = {
    "chains (before)": before,
    "in force": in_force,
    "level raised": variant(highest=0.9),
    "level corrected": variant(lowest=0.7, highest=0.9),
    "class by phase": variant(class_of=lambda observed: observed["phase"].astype("str")),
    "class by nearness": variant(class_of=_nearness),
    "projects weigh alike": variant(by_project=True),
}


def covered(replayed: pd.DataFrame) -> pd.Series:
    """Whether each outcome is within its P80."""
    return replayed["change"].le(replayed["p80"] + TOLERANCE)


def given(replayed: pd.DataFrame) -> pd.DataFrame:
    """The replayed forecasts that would have been given: those whose trial at their origin allowed it."""

    def kept() -> Iterator[pd.DataFrame]:
        for (rate, horizon, origin), rows in replayed.groupby([*KEYS, "origin"]):
            past = replayed.loc[
                replayed["rate"].eq(rate) & replayed["horizon"].eq(horizon) & replayed["told"].le(origin)
            ]
            lowest, highest = COVERAGES
            if past["project_id"].nunique() >= LEAST_PROJECTS and lowest <= covered(past).mean() <= highest:
                yield rows

    return pd.concat([replayed.iloc[:0], *kept()])


def coverage(histories: Iterable[tuple[pd.DataFrame, pd.DataFrame]], method: Method) -> pd.DataFrame:
    """The coverage of a method, by rate and horizon, over pairs of observations and wanted outcomes.

    `within`: the share of the histories whose coverage allows a P80; `given`: of the forecasts, those that would have
    been given at their origin, with their coverage; `skill`: against no change, at P80; `largest`: the largest P80.
    """
    replayed = pd.concat(
        [method(observed, wanted).assign(history=rank) for rank, (observed, wanted) in enumerate(histories)]
    )
    lines = []
    for (rate, horizon), rows in replayed.groupby(KEYS):
        by_history = covered(rows).groupby(rows["history"]).mean()
        shown = pd.concat([given(one) for _, one in rows.groupby("history")])
        model, no_change = (pinball(rows[name], rows["change"], P80).sum() for name in ("p80", "no_change"))
        lines.append(
            {
                "rate": rate,
                "horizon": horizon,
                "n": len(rows),
                "n_projects": len(rows[["history", "project_id"]].drop_duplicates()),
                "coverage": covered(rows).mean(),
                "within": by_history.between(*COVERAGES).mean(),
                "skill": 1 - model / no_change if no_change else np.nan,
                "given": len(shown) / len(rows),
                "coverage_given": covered(shown).mean() if len(shown) else np.nan,
                "largest": rows["p80"].max(),
            }
        )
    return pd.DataFrame(lines)


def compared(histories: Sequence[tuple[pd.DataFrame, pd.DataFrame]], methods: Iterable[str]) -> None:
    """Print the coverage of some methods, side by side."""
    tables = [coverage(histories, VARIANTS[name]).assign(method=name) for name in methods]
    if not any(len(table) for table in tables):
        print("no outcome was forecast\n")
        return
    table = pd.concat(tables).sort_values([*KEYS, "method"]).set_index([*KEYS, "method"])
    print(table.round(3).to_string(), "\n")


def simulated(first: int, seeds: int) -> list[tuple[pd.DataFrame, pd.DataFrame]]:
    """Portfolios as they were published, with their outcomes."""
    drawn = [portfolio(seed).published for seed in range(first, first + seeds)]
    return [(observed, outcomes(observed)) for observed in drawn]


def true_outcomes(observed: pd.DataFrame, whole: pd.DataFrame) -> pd.DataFrame:
    """What became of the projects of each published edition, whether they left, or were ever seen to finish."""
    known = outcomes(whole)
    keys = pd.MultiIndex.from_frame(known[["origin", "project_id"]])
    return known.loc[keys.isin(pd.MultiIndex.from_frame(observed[["edition", "project_id"]]))]


# Those of the method before that are no longer forecast: six editions have nothing to learn them from.
LONGER: Mapping[str, tuple[int, float]] = {"18 months and more": (18, np.inf)}


def completions(seeds: int) -> None:
    """Print what a trial of the finished projects alone says of forecasts of the completion, and what is true."""
    lines = []
    for seed in range(REPORTED_ON, REPORTED_ON + seeds):
        one = portfolio(seed)
        known = outcomes(one.published, closed_share=0)
        drawn = quantiles(known, sorted(one.whole["edition"].unique()))
        for name, wanted in (("trial", known), ("truth", true_outcomes(one.published, one.whole))):
            replayed = replay(wanted.loc[wanted["horizon"].eq("completion")], drawn)
            lines.append(replayed.assign(told_by=name, covered=covered(replayed)))
    table = pd.concat(lines).groupby(["rate", "told_by"])["covered"].agg(["size", "mean"])
    print(table.round(3).to_string(), "\n")


def told_between(history: pd.DataFrame, after: str, last: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A history, and its outcomes told after an edition, up to another."""
    observed = classified(history)
    known = outcomes(observed)
    return observed, known.loc[known["told"].gt(after) & known["told"].le(last)]


def report(real: pd.DataFrame | None, home: pd.DataFrame | None, seeds: int) -> None:
    """Print how the method was chosen, then its coverage and that of the one before, where it was not chosen."""
    both = ["chains (before)", "in force"]
    if seeds:
        print(f"chosen on {seeds} simulated portfolios (seeds from {CHOSEN_ON})")
        compared(simulated(CHOSEN_ON, seeds), VARIANTS)
    if real is not None:
        print(f"chosen on the real outcomes told up to {LAST_CHOSEN_ON}")
        compared([told_between(real, "", LAST_CHOSEN_ON)], VARIANTS)
    if seeds:
        print(f"reported on {seeds} simulated portfolios (seeds from {REPORTED_ON})")
        compared(simulated(REPORTED_ON, seeds), both)
        print("the same, what became of every project being known")
        drawn = [portfolio(seed) for seed in range(REPORTED_ON, REPORTED_ON + seeds)]
        compared([(one.published, true_outcomes(one.published, one.whole)) for one in drawn], both)
        print("completion, had the first finished projects judged it")
        completions(seeds)
    for name, history in (("the real editions", real), ("the home", home)):
        if history is None:
            continue
        last = str(history["edition"].max())
        if history is real:
            print(f"reported on the real outcomes told after {LAST_CHOSEN_ON}")
            compared([told_between(history, LAST_CHOSEN_ON, last)], both)
        print(f"all outcomes of {name}")
        compared([told_between(history, "", last)], both)
        observed, known = told_between(history, "", last)
        print(f"longer horizons of {name}, no longer forecast")
        compared([(observed, outcomes(observed, LONGER))], both[:1])
        print(f"trial of {name}, as published")
        print(summary(in_force(observed, known)).round(3).to_string(index=False), "\n")


def main(words: Sequence[str] | None = None) -> int:
    """Print the report asked for by the words of a command line, this process's own by default.

    Returns:
        The exit status.
    """
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EXAMPLE, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--home", type=Path, metavar="FOLDER", help="a home whose warehouse has several editions")
    parser.add_argument(
        "--editions",
        type=Path,
        default=ROOT.parent / "shared" / "data" / "editions",
        metavar="FOLDER",
        help="the published editions; left out when they are not there (default: %(default)s)",
    )
    parser.add_argument("--seeds", type=int, default=10, help="portfolios simulated each time (default: %(default)s)")
    arguments = parser.parse_args(words)
    home = None
    if arguments.home:
        if not (arguments.home / "warehouse").is_dir():
            parser.error(f"no such folder: {arguments.home / 'warehouse'}")
        home = ParquetStore(arguments.home / "warehouse").history(CORE_PROJECTS, "9999-12")
    real = published_history(arguments.editions) if arguments.editions.is_dir() else None
    report(real, home, arguments.seeds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
