"""A forecast rests on what was known then, on comparable projects, and says what it is worth."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_measures import declared, projects

from benchmarks.forecast import main
from warehouse.archive.tables import CORE_PROJECTS, OUT_FORECAST, OUT_FORECAST_BACKTEST
from warehouse.forecast.backtest import backtest, lowest_skill, pinball, replay, summary, verdict
from warehouse.forecast.chains import DRAWS, QUANTILE_LEVELS, Chains, futures, generator, quantile, simulate
from warehouse.forecast.changes import Changes, ReferenceClass, observations
from warehouse.forecast.forecast import forecasts, skill_verdicts
from warehouse.home.calendar import Calendar, Edition
from warehouse.home.store import ParquetStore
from warehouse.model.schema import conform
from warehouse.slippage.by_project import slippages

EDITIONS = ("2020-06", "2020-12", "2021-06", "2021-12")
CALENDAR = Calendar(Edition(key, ordinal) for ordinal, key in enumerate(EDITIONS, 1))
PROJECTS = 15
# An example is a whole history, replayed.
FEW = settings(max_examples=6)
FIGURES = [column.name for column in OUT_FORECAST.columns if "_p50" in column.name or "_p80" in column.name]


def line(number: int, edition: str, cost: float = 10.0, end: str = "2024-01-01", **changes: Any) -> dict[str, object]:
    """A project started in January 2019, with an initial cost of 10 M€ and an initial duration of 24 months."""
    months = (int(end[:4]) - 2019) * 12 + int(end[5:7]) - 1
    figures = {"updated_cost_meur": cost, "updated_end_date": end, "updated_duration_months": months}
    return declared(number, edition, **({"start_date": "2019-01-01"} | figures | changes))


def month(first: str, later: int) -> str:
    start = pd.Timestamp(first) + pd.DateOffset(months=later)
    return str(start.date())


def history(growth: float = 1.0, later: int = 0, editions: Sequence[str] = EDITIONS, **last: Any) -> pd.DataFrame:
    """Projects whose cost is multiplied and whose end moves, alike at each edition; `last` changes the last row."""
    rows = [
        line(number, edition, 10.0 * growth**rank, month("2024-01-01", rank * later))
        for rank, edition in enumerate(editions)
        for number in range(1, PROJECTS + 1)
    ]
    return projects(*rows[:-1], rows[-1] | last)


def scattered(seed: int, editions: tuple[str, ...] = EDITIONS) -> pd.DataFrame:
    """Projects whose costs and ends move at random."""
    draws = np.random.default_rng(seed)
    rows = []
    for number in range(1, PROJECTS + 1):
        cost, later = float(draws.uniform(3, 150)), 0
        for edition in EDITIONS:
            phase = "completed" if edition == EDITIONS[-1] and number % 5 == 0 else "build"
            rows.append(line(number, edition, cost, month("2022-03-01", later), phase=phase))
            cost, later = cost * float(draws.uniform(0.9, 1.4)), later + int(draws.integers(-2, 9))
    return projects(*[row for row in rows if row["edition"] in editions])


def forecast(frame: pd.DataFrame, edition: str = EDITIONS[-1]) -> pd.DataFrame:
    """The rows of an edition, by project."""
    table = conform(forecasts(frame, slippages(frame, None, CALENDAR), backtest(frame)), OUT_FORECAST)
    return table.loc[table["edition"].eq(edition)].set_index("project_id")


def trial(frame: pd.DataFrame, edition: str = EDITIONS[-1]) -> pd.DataFrame:
    table = conform(backtest(frame), OUT_FORECAST_BACKTEST)
    rows = table.loc[table["edition"].eq(edition)]
    assert len(rows) == 6
    return rows.set_index(["rate", "horizon"])


def drawn(changes: Changes, remaining: int, *horizons: float) -> Chains:
    """The chains of one project whose class is the whole."""
    whole = ReferenceClass("ensemble", np.arange(len(changes)), 1.0)
    return simulate(changes, [whole], np.array([float(remaining)]), horizons or (math.inf,), [generator("a")])


def steps(months: float, growth: float = 0.0, moved: float = 0.0) -> Changes:
    """Twenty changes, all alike."""
    told = np.full(20, "2020-06", dtype=object)
    return Changes(np.full(20, months), np.full(20, growth), np.full(20, moved), {}, told)


# Changes and classes


def test_a_change_goes_from_one_known_forecast_to_the_next_known_one() -> None:
    # In 2020-12 the cost is not known: one change of twelve months, × 1.5, eight months later.
    rows = [line(1, "2020-06"), line(1, "2020-12", math.nan), line(1, "2021-06", 15.0, "2024-09-01")]
    changes = Changes.among(observations(projects(*rows)))
    assert changes.months.tolist() == [12]
    assert np.exp(changes.growth).tolist() == pytest.approx([1.5])
    assert changes.moved.tolist() == [8]


def test_withheld_scoping_and_finished_projects_make_no_change() -> None:
    rows = [
        *(line(1, edition, withheld=True, cost_withheld=True) for edition in EDITIONS),
        *(line(2, edition, phase="scoping") for edition in EDITIONS),
        *(line(3, edition, phase="completed") for edition in EDITIONS),
        *(line(4, edition, withheld=True, schedule_withheld=True) for edition in EDITIONS),
    ]
    assert len(Changes.among(observations(projects(*rows)))) == 0


def test_a_class_is_narrowed_while_it_keeps_enough_changes() -> None:
    frame = history()
    frame = frame.assign(phase=frame["phase"].mask(frame["project_id"].le("PGP-0004"), "rollout"))
    changes = Changes.among(observations(frame))
    assert len(changes) == 45
    told = {"phase": "rollout", "size": "9_to_20", "age": "de 2 à 5 ans", "ministry_id": "culture"}
    # Four projects, three changes each: twelve in the phase and the band, four only above two years.
    found = changes.comparable(told)
    assert (found.label, len(found.members)) == ("Déploiement, entre 9 et 20 M€", 12)
    assert found.weight == pytest.approx(12 / 22)


def test_a_project_like_no_other_is_compared_with_the_whole() -> None:
    changes = Changes.among(observations(history()))
    found = changes.comparable(dict.fromkeys(["phase", "size", "age", "ministry_id"]) | {"phase": "pilot"})
    assert (found.label, len(found.members), found.weight) == ("ensemble", 45, 1.0)


# Worked by hand


def test_forecasts_that_never_moved_stay_where_they_are() -> None:
    found = forecast(history()).loc["PGP-0001"]
    assert (found["cost_p50_meur"], found["cost_p80_meur"]) == (10.0, 10.0)
    assert found["end_p50_date"] == found["end_p80_date"] == pd.Timestamp("2024-01-01")
    assert found["budget_p50_slippage_ratio"] == 0
    # 60 months instead of 24.
    assert found["schedule_p80_slippage_ratio"] == pytest.approx(1.5)


def test_changes_all_alike_make_one_future() -> None:
    # + 10 % each half-year, no end moves; the end is 24 months away: four changes, certain.
    frame = history(growth=1.1)
    found = forecast(frame).loc["PGP-0002"]
    cost = 10 * 1.1**3
    remaining = 25  # from December 2021 to January 2024: four whole changes, then one of a single month.
    assert found["cost_p50_meur"] == pytest.approx(cost * 1.1 ** (remaining // 6))
    assert found["budget_p50_slippage_ratio"] == pytest.approx(1.1**7 - 1)


def test_an_end_that_recedes_by_half_of_the_time_takes_twice_the_time() -> None:
    # Three months later every six: the remaining 25 + 9 months become twice as many, less one step at most.
    found = forecast(history(later=3)).loc["PGP-0001"]
    months = (found["end_p50_date"].year - 2021) * 12 + found["end_p50_date"].month - 12
    assert 2 * 34 - 6 <= months <= 2 * 34 + 6


def test_a_project_whose_end_is_past_and_goes_on_does_not_end_before_the_edition() -> None:
    frame = history(updated_end_date="2021-03-01", updated_duration_months=26)
    assert forecast(frame).loc[f"PGP-{PROJECTS:04d}", "end_p50_date"] == pd.Timestamp("2021-12-01")


def test_a_longer_change_happens_with_the_probability_of_what_remains() -> None:
    chains = drawn(steps(12.0, math.log(2)), 3)
    assert set(chains.growth.round(9).flat) == {1.0, 2.0}
    assert (chains.growth > 1.5).mean() == pytest.approx(0.25, abs=0.05)


def test_an_end_that_recedes_for_ever_is_cut() -> None:
    assert set(drawn(steps(6.0, moved=6.0), 12).moved.flat) == {240.0}


@FEW
@given(st.integers(0, 10**6), st.integers(-12, 60), st.sets(st.integers(1, 250), min_size=1, max_size=4))
def test_a_chain_reads_the_same_at_a_horizon_whatever_the_others(seed: int, remaining: int, months: set[int]) -> None:
    changes = Changes.among(observations(scattered(seed)))
    horizons = [*sorted(months), math.inf]
    together = drawn(changes, remaining, *horizons)
    for rank, horizon in enumerate(horizons):
        alone = drawn(changes, remaining, horizon)
        assert np.array_equal(together.growth[rank], alone.growth[0])
        assert np.array_equal(together.moved[rank], alone.moved[0])


def test_a_project_draws_the_same_whatever_the_others() -> None:
    frame = scattered(1)
    observed = observations(frame)
    changes = Changes.among(observed)
    starts = observed.loc[observed["edition"].eq(EDITIONS[2])]
    together, alone = futures(changes, starts, [12, math.inf]), futures(changes, starts.iloc[[4]], [12, math.inf])
    assert together.classes[4].label == alone.classes[0].label
    for name in QUANTILE_LEVELS:
        assert together.growth[name][:, 4].tolist() == alone.growth[name][:, 0].tolist()
        assert together.moved[name][:, 4].tolist() == alone.moved[name][:, 0].tolist()


def test_the_quantiles_are_those_of_the_chains() -> None:
    observed = observations(scattered(2))
    changes = Changes.among(observed)
    starts = observed.loc[observed["edition"].eq(EDITIONS[2])].iloc[:1]
    found = futures(changes, starts, [math.inf])
    remaining = (starts["end"] - starts["month"]).to_numpy(dtype="float64")
    chains = simulate(changes, found.classes, remaining, [math.inf], [generator(EDITIONS[2], "PGP-0001")])
    assert chains.growth.shape == (1, 1, DRAWS)
    assert found.growth["p80"].tolist() == [[quantile(chains.growth[0, 0], 0.8)]]


def test_a_quantile_is_one_of_the_draws() -> None:
    assert quantile(np.array([5.0, 1, 2, 3, 4]), 0.8) == 4


def test_constant_euros_stand_beside_nominal_ones() -> None:
    # January 2019 to January 2024: mid-2021, after the last index published in December 2021, that of 2020.
    found = forecast(history()).loc["PGP-0001"]
    assert (found["price_year"], found["base_year"], found["deflator_extended"]) == (2021, 2020, True)
    assert found["cost_p50_constant_meur"] == found["cost_p50_meur"]


def test_costs_of_past_years_are_worth_more_today() -> None:
    found = forecast(history().assign(start_date=pd.Timestamp("2007-01-01"))).loc["PGP-0001"]
    assert (found["price_year"], found["deflator_extended"]) == (2015, False)
    assert found["cost_p50_constant_meur"] == pytest.approx(10 * 1.0473)


# Who has no forecast, and why


@pytest.mark.parametrize(
    ("changes", "budget", "schedule"),
    [
        ({"phase": "scoping"}, "scoping", "scoping"),
        ({"phase": "completed"}, "completed", "completed"),
        ({"withheld": True, "cost_withheld": True}, "withheld", "forecast"),
        ({"withheld": True, "schedule_withheld": True}, "withheld", "withheld"),
        ({"updated_cost_meur": None}, "missing", "forecast"),
        ({"updated_end_date": None}, "missing", "missing"),
        ({"phase": None}, "forecast", "forecast"),
    ],
)
def test_the_status_says_why_nothing_is_forecast(changes: dict[str, Any], budget: str, schedule: str) -> None:
    found = forecast(history(1.1, 1, **changes)).loc[f"PGP-{PROJECTS:04d}"]
    assert (found["budget_status"], found["schedule_status"]) == (budget, schedule)
    costs = found[[name for name in FIGURES if name.startswith(("cost", "budget"))]]
    ends = found[[name for name in FIGURES if name.startswith(("end", "schedule"))]]
    assert costs.isna().all() == (budget != "forecast")
    assert ends.isna().all() == (schedule != "forecast")


def test_one_edition_alone_forecasts_nothing_and_says_so() -> None:
    frame = history(editions=EDITIONS[:1])
    found = forecast(frame, EDITIONS[0])
    assert set(found["budget_status"]) == set(found["schedule_status"]) == {"insufficient_history"}
    assert found[FIGURES].isna().all(axis=None)
    assert set(trial(frame, EDITIONS[0])["verdict"]) == {"insufficient"}


def test_a_project_without_baseline_has_a_final_cost_and_no_final_slippage() -> None:
    alone = projects(line(99, EDITIONS[-1]) | {"initial_cost_meur": None})
    found = forecast(pd.concat([history(1.1), alone], ignore_index=True)).loc["PGP-0099"]
    assert found["cost_p50_meur"] > 10
    assert pd.isna(found["budget_p50_slippage_ratio"])


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
    shown, other = history(1.1, 1, **kept_back), history(1.1, 1, **kept_back, **secret)
    assert forecast(shown).equals(forecast(other))
    assert trial(shown).equals(trial(other))


def test_the_class_of_a_project_does_not_tell_the_band_of_its_withheld_cost() -> None:
    found = forecast(history(1.1, 1, withheld=True, cost_withheld=True)).loc[f"PGP-{PROJECTS:04d}"]
    assert "M€" not in found["reference_class"]
    assert pd.isna(found["updated_cost_meur"])


# What holds for any history


@FEW
@given(st.integers(0, 10**6))
def test_later_editions_change_nothing(seed: int) -> None:
    frame = scattered(seed)
    past = scattered(seed, EDITIONS[:3])
    assert forecast(frame, EDITIONS[2]).equals(forecast(past, EDITIONS[2]))
    assert trial(frame, EDITIONS[2]).equals(trial(past, EDITIONS[2]))


@FEW
@given(st.integers(0, 10**6))
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    frame = scattered(seed)
    shuffled = frame.sample(frac=1, random_state=seed)
    assert forecast(frame).equals(forecast(shuffled))
    assert trial(frame).equals(trial(shuffled))


@FEW
@given(st.integers(0, 10**6))
def test_p80_is_never_below_p50(seed: int) -> None:
    found = forecast(scattered(seed))
    known = found.loc[found["budget_status"].eq("forecast")]
    assert len(known) == PROJECTS - PROJECTS // 5
    for name in FIGURES:
        if "_p50" in name:
            assert (known[name.replace("p50", "p80")] >= known[name]).all()


@FEW
@given(st.integers(0, 10**6), st.floats(0.1, 10))
def test_shares_do_not_depend_on_the_unit_of_costs(seed: int, factor: float) -> None:
    # Bands would: of one band each, all costs stay comparable.
    frame = scattered(seed).assign(updated_cost_meur=lambda rows: rows["updated_cost_meur"] / 1e6)
    scaled = frame.assign(updated_cost_meur=frame["updated_cost_meur"] * factor)
    one, other = forecast(frame), forecast(scaled)
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


def test_steady_drift_is_forecast_better_than_by_no_change() -> None:
    found = trial(history(1.1, 2))
    # Two origins with a past (2020-12 and 2021-06), fifteen projects; only one is a year before the last edition.
    assert found["n"].loc["budget"].to_dict() == {"completion": 0, "next": 30, "one_year": 15}
    following = found.loc["budget"].loc["next"]
    assert following["skill_ratio"] == pytest.approx(1)
    assert (following["coverage_p50_ratio"], following["verdict"]) == (1.0, "added_value")
    # No change, from 1 to 1.1: half of 0.1 at P50, four fifths of it at P80.
    assert following["no_change_pinball_p50"] == pytest.approx(0.05)
    assert following["no_change_pinball_p80"] == pytest.approx(0.08)


def test_when_the_skill_is_nil_the_forecast_says_so() -> None:
    # What grew until the second edition never moves again: expecting growth is wrong.
    rows = [
        line(number, edition, 10.0 if rank == 0 else 20.0)
        for rank, edition in enumerate(EDITIONS)
        for number in range(1, PROJECTS + 1)
    ]
    frame = projects(*rows)
    assert trial(frame).loc[("budget", "next"), "verdict"] == "no_added_value"
    found = forecast(frame).loc["PGP-0001"]
    assert found["budget_skill_verdict"] == "no_added_value"
    assert (
        "Coût : prévision sans valeur ajoutée sur 30 prévisions rejouées (édition suivante)" in found["skill_verdict"]
    )


def test_the_sentence_tells_the_gain_and_how_often_the_p80_held() -> None:
    rows = trial(history(1.1, 2)).reset_index()
    figures: dict[str, Any] = {"n": 40, "verdict": "added_value", "skill_ratio": 0.125, "coverage_p80_ratio": 0.775}
    told = rows.assign(**figures).loc[rows["horizon"].eq("next")]
    verdicts = skill_verdicts(told)
    assert verdicts["schedule"][0] == "added_value"
    assert verdicts["budget"][1] == (
        "Coût : prévision avec valeur ajoutée sur 40 prévisions rejouées (édition suivante) : perte inférieure de 12 % "
        "à celle du dernier chiffre publié, P80 respecté dans 78 % des cas."
    )


def test_a_finished_project_judges_the_forecasts_of_its_completion_once() -> None:
    frame = history(1.1)
    done = frame["project_id"].eq("PGP-0001") & frame["edition"].ge(EDITIONS[2])
    replayed = replay(frame.assign(phase=frame["phase"].mask(done, "completed")))
    final = replayed.loc[replayed["horizon"].eq("completion") & replayed["rate"].eq("budget")]
    assert final[["project_id", "origin", "target"]].to_numpy().tolist() == [["PGP-0001", EDITIONS[1], EDITIONS[2]]]


@pytest.mark.parametrize(
    ("n", "skill", "low", "expected"),
    [
        (19, 0.9, 0.8, "insufficient"),
        (20, 0.9, 0.8, "added_value"),
        (20, 0.1, -0.2, "uncertain"),
        (20, 0.0, -0.2, "no_added_value"),
        (20, None, None, "no_added_value"),
    ],
)
def test_the_verdict_follows_the_skill(n: int, skill: float | None, low: float | None, expected: str) -> None:
    assert verdict(n, skill, low) == expected


def test_a_gain_owed_to_one_project_may_be_luck() -> None:
    steady = pd.DataFrame({"model": [1.0] * 20, "no_change": [2.0] * 20})
    lucky = pd.DataFrame({"model": [1.0] * 20, "no_change": [0.9] * 19 + [10.0]})
    assert lowest_skill(steady) == pytest.approx(0.5)
    low = lowest_skill(lucky)
    assert low is not None
    assert low < 0


@FEW
@given(st.integers(0, 10**6))
def test_the_trial_of_every_origin_adds_up_to_the_whole(seed: int) -> None:
    replayed = replay(scattered(seed))
    parts = pd.concat([summary(rows) for _, rows in replayed.groupby("origin")])
    whole = summary(replayed).set_index(["rate", "horizon"])
    assert parts.groupby(["rate", "horizon"])["n"].sum().sort_index().equals(whole["n"].sort_index())
    weighted = (parts["pinball_p80"].astype("float64") * parts["n"]).groupby([parts["rate"], parts["horizon"]]).sum()
    expected = whole["pinball_p80"].astype("float64").fillna(0) * whole["n"]
    np.testing.assert_allclose(weighted.sort_index(), expected.sort_index())


def test_the_benchmark_prints_the_trial_of_a_home(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = ParquetStore(tmp_path / "warehouse")
    frame = history(1.1)
    for edition, rows in frame.groupby("edition"):
        store.write(CORE_PROJECTS, str(edition), rows)
    assert main(["--home", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert "added_value" in printed
    assert "from 2020-12 to 2021-06, 2021-12" in printed
