"""A forecast rests on what was known then, over its own horizon, and is given only when its own trial supports it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_measures import declared, projects

from benchmarks.forecast.__main__ import main, published_history
from benchmarks.forecast.portfolios import portfolio
from warehouse.archive.tables import CORE_PROJECTS, OUT_FORECAST, OUT_FORECAST_BACKTEST
from warehouse.forecast.backtest import backtest, pinball, replay, summary
from warehouse.forecast.forecast import forecasts
from warehouse.forecast.outcomes import NO_CHANGE, observations, outcomes
from warehouse.forecast.quantiles import quantiles
from warehouse.forecast.verdicts import p50_verdicts, p80_verdicts, sentences
from warehouse.home.calendar import Calendar, Edition
from warehouse.home.store import ParquetStore
from warehouse.model.schema import conform
from warehouse.slippage.by_project import slippages

EDITIONS = ("2020-06", "2020-12", "2021-06", "2021-12", "2022-06", "2022-12")
PROJECTS = 24
# An example is a whole history, replayed.
FEW = settings(max_examples=4)
FIGURES = [column.name for column in OUT_FORECAST.columns if column.name.endswith(("_meur", "_date", "_ratio"))]
FIGURES = [name for name in FIGURES if "_p50" in name or "_p80" in name]
COSTS = [name for name in FIGURES if name.startswith(("cost", "budget"))]
ENDS = [name for name in FIGURES if name.startswith(("end", "schedule"))]


def line(
    number: int, edition: str, cost: float | None = 10.0, end: str = "2024-01-01", **changes: Any
) -> dict[str, object]:
    """A project started in January 2019, with an initial cost of 10 M€ and an initial duration of 24 months."""
    months = (int(end[:4]) - 2019) * 12 + int(end[5:7]) - 1
    figures = {"updated_cost_meur": cost, "updated_end_date": end, "updated_duration_months": months}
    return declared(number, edition, **({"start_date": "2019-01-01"} | figures | changes))


def month(first: str, later: int) -> str:
    start = pd.Timestamp(first) + pd.DateOffset(months=later)
    return str(start.date())


def restless(editions: Sequence[str] = EDITIONS, **last: Any) -> pd.DataFrame:
    """Projects of which one grows by 0 %, another by 1 %… up to 23 % at each edition, in turn, and as many months.

    `last` changes the last row.
    """
    costs, months = [10.0] * PROJECTS, [0] * PROJECTS
    rows = []
    for rank, edition in enumerate(editions):
        for project in range(PROJECTS):
            step = (5 * project + 7 * rank) % PROJECTS if rank else 0
            costs[project] *= 1 + step / 100
            months[project] += step
            rows.append(line(project + 1, edition, costs[project], month("2024-01-01", months[project])))
    return projects(*rows[:-1], rows[-1] | last)


def steady(growth: float = 1.0, later: int = 0) -> pd.DataFrame:
    """Projects whose cost is multiplied and whose end moves, alike at each edition."""
    return projects(
        *(
            line(number, edition, 10.0 * growth**rank, month("2024-01-01", rank * later))
            for rank, edition in enumerate(EDITIONS)
            for number in range(1, PROJECTS + 1)
        )
    )


def scattered(seed: int, editions: tuple[str, ...] = EDITIONS) -> pd.DataFrame:
    """Projects whose costs and ends move at random, or stay."""
    draws = np.random.default_rng(seed)
    rows = []
    for number in range(1, PROJECTS + 1):
        cost, later = float(draws.uniform(3, 150)), 0
        for edition in EDITIONS:
            phase = "completed" if edition == EDITIONS[-1] and number % 5 == 0 else "build"
            rows.append(line(number, edition, cost, month("2022-03-01", later), phase=phase))
            if draws.random() < 0.5:
                cost, later = cost * float(draws.uniform(0.9, 1.4)), later + int(draws.integers(-2, 9))
    return projects(*[row for row in rows if row["edition"] in editions])


def calendar(frame: pd.DataFrame) -> Calendar:
    return Calendar(Edition(key, ordinal) for ordinal, key in enumerate(sorted(frame["edition"].unique()), 1))


def table(frame: pd.DataFrame) -> pd.DataFrame:
    """Forecasts, each beside the line of the trial of its rate and horizon."""
    return conform(forecasts(frame, slippages(frame, None, calendar(frame)), backtest(frame)), OUT_FORECAST)


def forecast(frame: pd.DataFrame, edition: str = EDITIONS[-1], horizon: str = "next") -> pd.DataFrame:
    """The rows of an edition and a horizon, by project."""
    rows = table(frame)
    return rows.loc[rows["edition"].eq(edition) & rows["horizon"].eq(horizon)].set_index("project_id")


def trial(frame: pd.DataFrame, edition: str = EDITIONS[-1]) -> pd.DataFrame:
    rows = conform(backtest(frame), OUT_FORECAST_BACKTEST)
    rows = rows.loc[rows["edition"].eq(edition)]
    assert len(rows) == 6
    return rows.set_index(["rate", "horizon"])


def tried(lines: pd.DataFrame, horizon: str = "next") -> dict[str, Any]:
    """The line of a trial for the cost, at a horizon."""
    return dict(lines.loc[[("budget", horizon)]].iloc[0])


def told(frame: pd.DataFrame, rate: str, horizon: str) -> pd.DataFrame:
    """The outcomes of a rate and horizon: origin, target, told, change."""
    found = outcomes(observations(frame))
    rows = found.loc[found["rate"].eq(rate) & found["horizon"].eq(horizon)]
    return rows[["project_id", "origin", "target", "told", "change"]].reset_index(drop=True)


def replayed(frame: pd.DataFrame) -> pd.DataFrame:
    known = outcomes(observations(frame))
    return replay(known, quantiles(known, sorted(frame["edition"].unique())))


def drawn(changes: Sequence[float], rate: str = "budget") -> pd.DataFrame:
    """Outcomes of one edition told by the next, a project each."""
    return pd.DataFrame(
        {
            "rate": rate,
            "horizon": "next",
            "project_id": [f"P{number:03d}" for number in range(len(changes))],
            "origin": "2020-06",
            "target": "2020-12",
            "told": "2020-12",
            "change": changes,
            "least": -np.inf,
        }
    )


def changed(known: pd.DataFrame, edition: str = "2020-12") -> pd.Series:
    """The line of the quantiles of an edition, of the rate and horizon of the outcomes."""
    found = quantiles(known, sorted({*known["origin"], *known["told"]}))
    is_asked = found["rate"].eq(known["rate"].iloc[0]) & found["horizon"].eq("next") & found["edition"].eq(edition)
    return found.loc[is_asked].iloc[0]


# Outcomes


def test_an_outcome_is_the_first_figure_told_at_its_horizon() -> None:
    # In 2020-12 the cost is not known: the next one is that of 2021-06, which is also the one a year later.
    rows = [line(1, "2020-06"), line(1, "2020-12", None, "2024-05-01"), line(1, "2021-06", 15.0, "2024-09-01")]
    frame = projects(*rows)
    assert told(frame, "budget", "one_year").to_numpy().tolist() == [["PGP-0001", "2020-06", "2021-06", "2021-06", 1.5]]
    assert told(frame, "budget", "next").empty
    moved = told(frame, "schedule", "next")
    assert moved[["origin", "target", "change"]].to_numpy().tolist() == [
        ["2020-06", "2020-12", 4.0],
        ["2020-12", "2021-06", 4.0],
    ]


@pytest.mark.parametrize(
    ("later", "horizons"),
    [("2021-05", ["next"]), ("2021-06", ["one_year"]), ("2021-11", ["one_year"]), ("2021-12", [])],
)
def test_a_horizon_begins_and_ends_at_whole_months(later: str, horizons: list[str]) -> None:
    found = outcomes(observations(projects(line(1, "2020-06"), line(1, later, 12.0))))
    assert sorted(set(found["horizon"])) == horizons


def test_withheld_scoping_and_finished_projects_tell_nothing() -> None:
    rows = [
        *(line(1, edition, withheld=True, cost_withheld=True, schedule_withheld=True) for edition in EDITIONS),
        *(line(2, edition, phase="scoping") for edition in EDITIONS),
        *(line(3, edition, phase="completed") for edition in EDITIONS),
    ]
    assert outcomes(observations(projects(*rows))).empty


def test_an_end_kept_back_keeps_back_no_cost() -> None:
    frame = projects(*(line(4, edition, withheld=True, schedule_withheld=True) for edition in EDITIONS[:2]))
    assert told(frame, "budget", "next")["change"].tolist() == [1.0]
    assert told(frame, "schedule", "next").empty


def test_completion_is_judged_once_three_quarters_of_the_projects_are_finished() -> None:
    # Of four projects, one is finished at each edition, and the last one leaves: the third closes the first edition.
    rows = [
        line(number, edition, 10.0 + rank, phase="completed" if rank >= number else "build")
        for rank, edition in enumerate(EDITIONS[:4])
        for number in range(1, 5)
        if not (number == 4 and rank > 1)
    ]
    found = told(projects(*rows), "budget", "completion")
    first = found.loc[found["origin"].eq(EDITIONS[0])]
    assert first[["project_id", "target", "told"]].to_numpy().tolist() == [
        ["PGP-0001", EDITIONS[1], EDITIONS[3]],
        ["PGP-0002", EDITIONS[2], EDITIONS[3]],
        ["PGP-0003", EDITIONS[3], EDITIONS[3]],
    ]
    # Of the three that went on in the second edition, only two are ever seen to finish.
    assert EDITIONS[1] not in set(found["origin"])


# Quantiles


def test_quantiles_worked_by_hand() -> None:
    # Of 24 projects the P80 is the 20th change: 0.8 × 25.
    found = changed(drawn([1 + rank / 100 for rank in range(1, 25)]))
    assert (found["n_references"], found["change_p50"], found["change_p80"]) == (24, 1.12, 1.20)


def test_ten_projects_are_needed_and_their_forecasts_do_not_count() -> None:
    nine = drawn([1.1] * 9)
    again = nine.assign(origin="2020-03", told="2020-09")
    assert pd.isna(changed(pd.concat([nine, again], ignore_index=True))["change_p80"])
    assert changed(drawn([1.1] * 10))["change_p80"] == 1.1


def test_an_edition_knows_the_outcomes_told_up_to_it() -> None:
    later = drawn([2.0] * 20).assign(origin="2020-12", target="2021-06", told="2021-06")
    known = pd.concat([drawn([1.0] * 20), later], ignore_index=True)
    assert [changed(known, edition)["change_p80"] for edition in ("2020-12", "2021-06")] == [1.0, 2.0]


@given(st.lists(st.floats(0.5, 3), min_size=10, max_size=60), st.sampled_from(list(NO_CHANGE)))
def test_a_p80_is_a_change_that_was_seen_and_below_no_change_only_when_most_are(
    changes: list[float], rate: str
) -> None:
    found = changed(drawn(changes, rate))
    no_change = NO_CHANGE[rate]
    assert found["change_p80"] in changes
    assert found["change_p80"] >= found["change_p50"]
    if found["change_p80"] < no_change:
        assert np.mean([change < no_change for change in changes]) >= 0.8


# What is forecast


def test_a_forecast_is_the_figure_and_the_change_of_its_edition() -> None:
    # Of 24 projects the 20th grows by 19 %, and the 12th by 11 %.
    found = forecast(restless()).loc["PGP-0001"]
    assert found["cost_p80_meur"] == pytest.approx(found["updated_cost_meur"] * 1.19)
    assert found["cost_p50_meur"] == pytest.approx(found["updated_cost_meur"] * 1.11)
    assert found["end_p80_date"] == found["updated_end_date"] + pd.DateOffset(months=19)
    assert found["budget_p80_slippage_ratio"] == pytest.approx(found["cost_p80_meur"] / 10 - 1)
    # From January 2019, against 24 months.
    months = (found["end_p80_date"].year - 2019) * 12 + found["end_p80_date"].month - 1
    assert found["schedule_p80_slippage_ratio"] == pytest.approx(months / 24 - 1)
    told_in = found["skill_verdict"].replace("\u202f", " ").replace("\u00a0", " ")
    assert "P80 respecté dans 83,3 % des 96 prévisions rejouées (24 projets)." in told_in


def test_a_project_whose_end_is_past_and_goes_on_does_not_end_before_the_edition() -> None:
    frame = restless(updated_end_date="2021-03-01", updated_duration_months=26)
    assert forecast(frame).loc[f"PGP-{PROJECTS:04d}", "end_p80_date"] == pd.Timestamp("2022-12-01")


def test_constant_euros_stand_beside_nominal_ones() -> None:
    # January 2019 to January 2024: mid-2021, the last index published in December 2022.
    found = forecast(restless(updated_end_date="2024-01-01")).loc[f"PGP-{PROJECTS:04d}"]
    assert (found["price_year"], found["base_year"], found["deflator_extended"]) == (2021, 2021, False)
    assert found["cost_p80_constant_meur"] == found["cost_p80_meur"]


def test_costs_of_past_years_are_worth_more_today() -> None:
    found = forecast(restless().assign(start_date=pd.Timestamp("2007-01-01"))).loc["PGP-0001"]
    assert (found["price_year"] < found["base_year"], found["deflator_extended"]) == (True, False)
    assert found["cost_p80_constant_meur"] > found["cost_p80_meur"]


# Who has no forecast, and why


@pytest.mark.parametrize(
    ("changes", "budget", "schedule"),
    [
        ({"phase": "scoping"}, "scoping", "scoping"),
        ({"phase": "completed"}, "completed", "completed"),
        ({"withheld": True, "cost_withheld": True}, "withheld", "forecast"),
        ({"withheld": True, "schedule_withheld": True}, "forecast", "withheld"),
        ({"updated_cost_meur": None}, "missing", "forecast"),
        ({"updated_end_date": None}, "forecast", "missing"),
        ({"phase": None}, "forecast", "forecast"),
    ],
)
def test_the_status_says_why_nothing_is_forecast(changes: dict[str, Any], budget: str, schedule: str) -> None:
    found = forecast(restless(**changes)).loc[f"PGP-{PROJECTS:04d}"]
    assert (found["budget_status"], found["schedule_status"]) == (budget, schedule)
    assert found[COSTS].drop(["cost_p80_constant_meur"]).isna().all() == (budget != "forecast")
    assert found[ENDS].isna().all() == (schedule != "forecast")


def test_one_edition_alone_forecasts_nothing_and_says_so() -> None:
    frame = restless(editions=EDITIONS[:1])
    found = forecast(frame, EDITIONS[0])
    assert set(found["budget_status"]) == set(found["schedule_status"]) == {"insufficient_history"}
    assert found[FIGURES].isna().all(axis=None)
    assert set(trial(frame, EDITIONS[0])["p80_verdict"]) == {"insufficient"}
    (sentence,) = set(found["skill_verdict"])
    why = "édition suivante : aucune prévision, car il faut 20 projets pour juger celles du passé"
    assert sentence == f"Coût, {why} ; il n'y en a encore aucun. Fin, {why} ; il n'y en a encore aucun."


def test_at_completion_it_says_which_editions_judge() -> None:
    (sentence,) = set(forecast(restless(), horizon="completion")["skill_verdict"])
    why = "il faut 20 projets, d'éditions aux trois quarts achevées, pour juger celles du passé ;"
    assert sentence.startswith(f"Coût, achèvement : aucune prévision, car {why} il n'y en a encore aucun.")


def test_a_horizon_does_not_answer_for_another() -> None:
    # Three editions, half a year apart: the next one is judged, a year is not.
    frame = restless(editions=EDITIONS[:3])
    verdicts = trial(frame, EDITIONS[2])["p80_verdict"]
    assert verdicts["budget"].to_dict() == {
        "next": "calibrated",
        "one_year": "insufficient",
        "completion": "insufficient",
    }
    assert forecast(frame, EDITIONS[2])["cost_p80_meur"].notna().all()
    for horizon in ("one_year", "completion"):
        found = forecast(frame, EDITIONS[2], horizon)
        assert found[FIGURES].isna().all(axis=None)
        assert set(found["budget_status"]) == {"insufficient_history"}


@pytest.mark.parametrize(
    ("until", "verdict", "told_in"),
    [(6, "too_high", "respecté dans 100,0"), (2, "too_low", "n'est respecté que dans 50,0")],
)
def test_a_p80_that_does_not_hold_as_often_as_it_claims_is_not_given(until: int, verdict: str, told_in: str) -> None:
    # Costs that never move, or that all begin to after the first forecast: half of them beyond it.
    frame = steady().assign(
        updated_cost_meur=lambda rows: 10.0 * 1.1 ** rows["edition"].map(EDITIONS.index).sub(until).clip(lower=0)
    )
    frame = frame.loc[frame["edition"].le(EDITIONS[min(until + 1, 5)])]
    last = str(frame["edition"].max())
    assert tried(trial(frame, last))["p80_verdict"] == verdict
    found = forecast(frame, last).loc["PGP-0001"]
    assert pd.isna(found["cost_p80_meur"])
    assert told_in in found["skill_verdict"]


def test_a_project_without_baseline_has_an_expected_cost_and_no_expected_slippage() -> None:
    alone = projects(line(99, EDITIONS[-1]) | {"initial_cost_meur": None})
    found = forecast(pd.concat([restless(), alone], ignore_index=True)).loc["PGP-0099"]
    assert found["cost_p80_meur"] == pytest.approx(11.9)
    assert pd.isna(found["budget_p80_slippage_ratio"])


# Withheld figures


@FEW
@given(st.floats(0.1, 5000), st.integers(0, 300))
def test_nothing_published_depends_on_a_withheld_figure(cost: float, later: int) -> None:
    kept_back: dict[str, Any] = {"withheld": True, "cost_withheld": True, "schedule_withheld": True}
    secret: dict[str, Any] = {
        "updated_cost_meur": cost,
        "updated_end_date": month("2020-01-01", later),
        "initial_cost_meur": cost,
    }
    shown, other = restless(**kept_back), restless(**kept_back, **secret)
    assert table(shown).equals(table(other))
    assert trial(shown).equals(trial(other))


# What holds for any history


@FEW
@given(st.integers(0, 10**6))
def test_later_editions_change_nothing(seed: int) -> None:
    frame = scattered(seed)
    past = scattered(seed, EDITIONS[:4])
    assert forecast(frame, EDITIONS[3]).equals(forecast(past, EDITIONS[3]))
    assert trial(frame, EDITIONS[3]).equals(trial(past, EDITIONS[3]))


@FEW
@given(st.integers(0, 10**6))
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    frame = scattered(seed)
    shuffled = frame.sample(frac=1, random_state=seed)
    assert table(frame).equals(table(shuffled))
    assert trial(frame).equals(trial(shuffled))


def each_forecast_is_earned(frame: pd.DataFrame) -> int:
    """Assert that each forecast given is supported by the trial of its rate, horizon and edition; how many P80s are."""
    keys = ["edition", "horizon"]
    judges = backtest(frame).set_index("rate")
    rows = table(frame)
    count = 0
    for rate, p50, p80 in (("budget", "cost_p50_meur", "cost_p80_meur"), ("schedule", "end_p50_date", "end_p80_date")):
        judged = rows[[*keys, p50, p80, f"{rate}_status"]].merge(judges.loc[[rate]], on=keys)
        found = judged.loc[judged[p80].notna()]
        assert found["n_projects"].ge(20).all()
        assert found["coverage_p80_ratio"].between(0.75, 0.85).all()
        assert judged.loc[judged[p50].notna(), "skill_p50_low_ratio"].gt(0).all()
        both = judged.loc[judged[p50].notna() & judged[p80].notna()]
        assert both[p50].le(both[p80]).all()
        assert judged[f"{rate}_status"].ne("forecast").equals(judged[[p50, p80]].isna().all(axis=1))
        count += len(found)
    return count


@FEW
@given(st.integers(0, 10**6))
def test_no_forecast_is_given_that_its_own_trial_does_not_support(seed: int) -> None:
    each_forecast_is_earned(scattered(seed))


def test_real_editions_give_a_p80_at_the_next_one_only_and_within_what_was_seen(real_data: Path) -> None:
    frame = published_history(real_data / "editions")
    assert each_forecast_is_earned(frame) > 0
    rows = table(frame)
    given_there = rows.loc[rows["cost_p80_meur"].notna() | rows["end_p80_date"].notna()]
    assert set(given_there["horizon"]) == {"next"}
    largest = outcomes(observations(frame)).groupby("rate")["change"].max()
    assert (rows["cost_p80_meur"] / rows["updated_cost_meur"]).max() <= largest["budget"]
    assert rows["cost_p80_meur"].ge(rows["updated_cost_meur"])[rows["cost_p80_meur"].notna()].all()


@FEW
@given(st.integers(0, 10**6), st.floats(0.1, 10))
def test_shares_do_not_depend_on_the_unit_of_costs(seed: int, factor: float) -> None:
    frame = scattered(seed)
    scaled = frame.assign(updated_cost_meur=frame["updated_cost_meur"] * factor)
    one, other = table(frame), table(scaled)
    np.testing.assert_allclose(one["cost_p80_meur"] * factor, other["cost_p80_meur"])
    assert one["end_p80_date"].equals(other["end_p80_date"])


# The trial


def test_the_quantile_loss_worked_by_hand() -> None:
    # Forecast 10: an outcome of 12 costs 0.8 × 2 at P80, an outcome of 7 costs 0.2 × 3.
    losses = pinball(pd.Series([10.0, 10.0]), pd.Series([12.0, 7.0]), 0.8)
    assert losses.tolist() == pytest.approx([1.6, 0.6])


@given(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3))
def test_at_the_median_the_loss_is_half_the_error(guess: float, outcome: float) -> None:
    loss = pinball(pd.Series([guess]), pd.Series([outcome]), 0.5)
    assert loss.tolist() == pytest.approx([abs(guess - outcome) / 2])


def test_a_steady_drift_is_forecast_better_than_by_no_change() -> None:
    frame = steady(1.1, 2)
    found = trial(frame)
    # Four origins with a past (from 2020-12 on), twenty-four projects; from 2021-06 on for a year.
    assert found["n"].loc["budget"].to_dict() == {"completion": 0, "next": 96, "one_year": 48}
    assert found["n_projects"].loc["budget"].to_dict() == {"completion": 0, "next": 24, "one_year": 24}
    following = tried(found)
    assert following["skill_p50_ratio"] == pytest.approx(1)
    assert (following["coverage_p50_ratio"], following["coverage_no_change_ratio"]) == (1.0, 0.0)
    # No change, from 1 to 1.1: half of 0.1 at P50, four fifths of it at P80.
    assert following["no_change_pinball_p50"] == pytest.approx(0.05)
    assert following["no_change_pinball_p80"] == pytest.approx(0.08)
    shown = forecast(frame).loc["PGP-0002"]
    assert shown["cost_p50_meur"] == pytest.approx(10 * 1.1**6)
    assert shown["end_p50_date"] == pd.Timestamp("2025-01-01")
    assert "P50 : perte inférieure de 100,0" in shown["skill_verdict"]


def test_a_p50_without_skill_is_not_given_and_says_so() -> None:
    # What grew until the second edition never moves again: expecting growth is wrong.
    rows = [
        line(number, edition, 10.0 if rank == 0 else 20.0)
        for rank, edition in enumerate(EDITIONS[:3])
        for number in range(1, PROJECTS + 1)
    ]
    frame = projects(*rows)
    assert tried(trial(frame, EDITIONS[2]))["p50_verdict"] == "no_added_value"
    found = forecast(frame, EDITIONS[2]).loc["PGP-0001"]
    assert pd.isna(found["cost_p50_meur"])
    assert "Aucun P50, car le dernier chiffre publié ne se trompe pas davantage." in found["skill_verdict"]


@pytest.mark.parametrize(
    ("n_projects", "skill", "low", "expected"),
    [
        (19, 0.9, 0.8, "insufficient"),
        (20, 0.9, 0.8, "added_value"),
        (20, 0.1, -0.2, "uncertain"),
        (20, 0.0, -0.2, "no_added_value"),
        (20, None, None, "no_added_value"),
    ],
)
def test_a_p50_is_worth_its_skill(n_projects: int, skill: float | None, low: float | None, expected: str) -> None:
    figures = {"n_projects": n_projects, "skill_p50_ratio": skill, "skill_p50_low_ratio": low}
    assert p50_verdicts(pd.DataFrame([figures]).astype("float64")).tolist() == [expected]


@pytest.mark.parametrize(
    ("n_projects", "coverage", "expected"),
    [
        (19, 0.80, "insufficient"),
        (0, None, "insufficient"),
        (20, 0.75, "calibrated"),
        (20, 0.85, "calibrated"),
        (20, 0.7499, "too_low"),
        (20, 0.8501, "too_high"),
    ],
)
def test_a_p80_is_given_when_it_held_as_often_as_it_claims(
    n_projects: int, coverage: float | None, expected: str
) -> None:
    figures = {"n_projects": n_projects, "coverage_p80_ratio": coverage}
    assert p80_verdicts(pd.DataFrame([figures]).astype("float64")).tolist() == [expected]


@pytest.mark.parametrize(
    ("changes", "p80", "p50"),
    [
        (
            {},
            "P80 respecté dans 77,5 % des 40 prévisions rejouées (25 projets).",
            "P50 : perte inférieure de 12,5 % à celle du dernier chiffre publié.",
        ),
        (
            {"p80_verdict": "too_low", "coverage_p80_ratio": 0.6612, "p50_verdict": "uncertain"},
            "aucun P80, car rejoué il n'est respecté que dans 66,1 % des 40 cas (25 projets), au lieu de 75 à 85 %.",
            "Aucun P50, car son gain sur le dernier chiffre publié peut être dû au hasard.",
        ),
        (
            {"p80_verdict": "insufficient", "p50_verdict": "insufficient", "n_projects": 12},
            "aucune prévision, car il faut 20 projets pour juger celles du passé ;",
            "il n'y en a que 12.",
        ),
    ],
)
def test_the_sentence_tells_the_coverage_of_its_own_rate_and_horizon(
    changes: dict[str, Any], p80: str, p50: str
) -> None:
    figures: dict[str, Any] = {
        "rate": "schedule", "horizon": "one_year", "n": 40, "n_projects": 25, "p50_verdict": "added_value",
        "p80_verdict": "calibrated", "coverage_p80_ratio": 0.775, "skill_p50_ratio": 0.125,
    }  # fmt: skip
    (sentence,) = sentences(pd.DataFrame([figures | changes]))
    assert sentence.replace("\u202f", " ").replace("\u00a0", " ") == f"Fin, un an : {p80} {p50}"


def test_a_gain_owed_to_one_project_may_be_luck() -> None:
    # The forecast is wrong by 0.2 everywhere, no change by 0.18 but for one project, which it misses by 2.
    lucky = drawn([1.18] * 19 + [3.0]).assign(p50=[1.38] * 19 + [3.0], p80=1.38, no_change=1.0)
    sure = drawn([1.4] * 20).assign(p50=1.3, p80=1.3, no_change=1.0)
    skills = [tried(summary(rows).set_index(["rate", "horizon"])) for rows in (lucky, sure)]
    assert skills[0]["skill_p50_ratio"] > 0 > skills[0]["skill_p50_low_ratio"]
    assert skills[1]["skill_p50_low_ratio"] == pytest.approx(0.75)


@FEW
@given(st.integers(0, 10**6))
def test_the_trial_of_every_origin_adds_up_to_the_whole(seed: int) -> None:
    rows = replayed(scattered(seed))
    parts = pd.concat([summary(of_origin) for _, of_origin in rows.groupby("origin")])
    whole = summary(rows).set_index(["rate", "horizon"])
    assert parts.groupby(["rate", "horizon"])["n"].sum().sort_index().equals(whole["n"].sort_index())
    weighted = (parts["pinball_p80"].astype("float64") * parts["n"]).groupby([parts["rate"], parts["horizon"]]).sum()
    expected = whole["pinball_p80"].astype("float64").fillna(0) * whole["n"]
    np.testing.assert_allclose(weighted.sort_index(), expected.sort_index())


# The benchmark


def test_the_benchmark_compares_the_method_with_the_one_before_on_a_home(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = ParquetStore(tmp_path / "warehouse")
    for edition, rows in restless().groupby("edition"):
        store.write(CORE_PROJECTS, str(edition), rows)
    assert main(["--home", str(tmp_path), "--editions", str(tmp_path / "none"), "--seeds", "0"]) == 0
    printed = capsys.readouterr().out
    assert "all outcomes of the home" in printed
    assert "chains (before)" in printed
    assert "in force" in printed


def test_a_simulated_portfolio_is_the_same_again_and_loses_sight_of_projects() -> None:
    one, again = portfolio(3), portfolio(3)
    pd.testing.assert_frame_equal(one.published, again.published)
    keys = ["edition", "project_id"]
    assert len(one.published.merge(one.whole, on=keys)) == len(one.published) < len(one.whole)
    assert one.whole.groupby("project_id")["phase"].last().eq("completed").mean() > 0.9
