"""A rating follows published thresholds and never rates what is unknown; a finished project has its balance sheet."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_baselines import baseline, ledger_of
from test_follow_up import NO_LEDGER, NO_MISSIONS, TARGETS, Rows, last, measured, row, running
from test_history import NO_EXITS, exit_line, lines_of, mission_line
from test_measures import project

from warehouse.follow_up.retrospective import retrospective
from warehouse.follow_up.scorecard import rated, scorecard
from warehouse.follow_up.situations import situations
from warehouse.follow_up.tables import AXES, OUT_RETROSPECTIVE, OUT_SCORECARD
from warehouse.follow_up.thresholds import OVERALL, thresholds
from warehouse.home.register_tables import EXITS, MISSIONS
from warehouse.model.schema import conform


def ratings(rows: Rows, missions: pd.DataFrame = NO_MISSIONS, declared: pd.Series | None = None) -> pd.DataFrame:
    """The ratings of the edition of November 2021."""
    frame = situations(*measured(rows), TARGETS)
    return last(conform(scorecard(frame, missions, declared), OUT_SCORECARD))


def card(rows: Rows, **given: Any) -> dict[str, Any]:
    """The line of the first project; None for what is empty."""
    (line, *_) = ratings(rows, **given).to_dict("records")
    return {str(name): None if pd.isna(value) else value for name, value in line.items()}


def test_every_axis_has_published_thresholds_and_their_reason() -> None:
    assert set(thresholds()) == {name for name, *_ in AXES} | {OVERALL}
    for threshold in thresholds().values():
        assert threshold.amber_above < threshold.red_above
        assert threshold.label
        assert threshold.reason.endswith(".")


@pytest.mark.parametrize(
    ("cost", "rating"), [(9.0, "green"), (10.5, "green"), (10.51, "amber"), (11.5, "amber"), (11.51, "red")]
)
def test_the_cost_is_rated_by_its_slippage(cost: float, rating: str) -> None:
    assert card([row(1, updated_cost_meur=cost)])["cost_rating"] == rating


def test_a_project_on_its_forecasts_is_green_and_needs_no_reason() -> None:
    line = card(running([10.0, 10.0]))
    assert {line[f"{name}_rating"] for name, *_ in AXES} == {"green"}
    assert (line["overall_rating"], line["overall_points"], line["reasons"]) == ("green", 0, None)


def test_a_project_in_trouble_is_red_and_says_why() -> None:
    line = card(running([10.0, 10.6, 11.2, 13.0], opinion="unfavourable", deviation_reason="none"))
    assert [line[f"{name}_rating"] for name, *_ in AXES] == ["red", "green", "red", "red", "amber"]
    assert (line["overall_points"], line["overall_rating"]) == (7, "red")
    assert line["reasons"] == (
        "Coût : +30,0 % ; Stabilité des prévisions : aggravé à 3 de ses quatre dernières éditions ; "
        "Gouvernance : avis défavorable, dérive sans mission ; Qualité des données : 1 défaut."
    )


def test_an_open_mission_answers_for_a_drift() -> None:
    rows = [row(1, updated_cost_meur=12.0, deviation_reason="scope")]
    opened = lines_of(MISSIONS, mission_line(1, "opened", "2021-03-01"))
    assert card(rows)["governance_rating"] == "amber"
    assert card(rows, missions=opened)["governance_rating"] == "green"


@pytest.mark.parametrize(
    ("changes", "unrated"),
    [
        ({"withheld": True, "cost_withheld": True, "opinion": None}, {"cost", "governance", "stability"}),
        ({"phase": "scoping"}, {"cost", "schedule", "stability", "data_quality"}),
        ({"updated_cost_meur": None, "opinion": "not_requested"}, {"cost", "governance", "stability"}),
    ],
)
def test_what_is_unknown_is_not_rated(changes: dict[str, Any], unrated: set[str]) -> None:
    line = card([row(1, **changes), row(2)])
    assert {name for name, *_ in AXES if line[f"{name}_rating"] is None} == unrated
    assert line["rated_axes"] == len(AXES) - len(unrated)
    assert line["overall_rating"] is None


def test_figures_published_for_the_first_time_are_not_green_for_want_of_a_past() -> None:
    line = card([project(1), project(2)])
    assert (line["cost_rating"], line["schedule_rating"]) == (None, None)


def test_a_missing_figure_and_an_end_already_past_are_defects() -> None:
    line = card([row(1, updated_cost_meur=None, updated_end_date="2021-09-01")])
    assert (line["data_quality_value"], line["data_quality_rating"]) == (2, "red")


@pytest.mark.parametrize(("own", "disagreement"), [("green", False), ("red", True), (None, None)])
def test_a_declared_rating_stands_beside_the_computed_one(own: str | None, *, disagreement: bool | None) -> None:
    line = card(running([10.0, 10.0]), declared=pd.Series({("2021-11", "PGP-0001"): own}, dtype="str"))
    assert (line["declared_rating"], line["disagreement"]) == (own, disagreement)


@given(st.lists(st.floats(-1, 10) | st.just(float("nan")), min_size=1), st.randoms())
def test_a_worse_value_is_never_rated_better(values: list[float], random: Any) -> None:
    order = {"green": 0, "amber": 1, "red": 2}
    series = pd.Series(values)
    levels = rated(series, thresholds()["cost"]).map(order)
    assert levels.isna().equals(series.isna())
    assert levels[series.dropna().sort_values().index].is_monotonic_increasing
    shuffled = series.sample(frac=1, random_state=random.randint(0, 9))
    assert rated(shuffled, thresholds()["cost"]).sort_index().equals(rated(series, thresholds()["cost"]))


@settings(max_examples=4)
@given(st.permutations(range(4)))
def test_the_order_of_rows_changes_no_rating(order: list[int]) -> None:
    rows = [*running([10.0, 12.0]), *running([10.0, 10.0], 2, opinion="tacit")]
    one, other = ratings(rows), ratings([rows[index] for index in order])
    pd.testing.assert_frame_equal(one, other, check_exact=True)


# Balance sheets


def balance(
    rows: Rows,
    ledger: pd.DataFrame = NO_LEDGER,
    exits: pd.DataFrame = NO_EXITS,
    missions: pd.DataFrame = NO_MISSIONS,
) -> pd.DataFrame:
    """The balance sheets of the edition of November 2021."""
    history, slippages = measured(rows, ledger)
    frame = conform(retrospective(history, slippages, ledger, exits, missions), OUT_RETROSPECTIVE)
    return last(frame).set_index("project_id")


# Prélèvement à la source: 212 M€ in all, 56 months, in service since January 2019 (domain facts). What had been
# promised is invented.
TAX: dict[str, Any] = {
    "phase": "completed",
    "ministry_id": "economie_finances",
    "start_date": "2014-05-01",
    "initial_cost_meur": 200.0,
    "initial_end_date": "2018-01-01",
    "initial_duration_months": 44,
    "updated_cost_meur": 212.0,
    "updated_end_date": "2019-01-01",
    "updated_duration_months": 56,
}


def test_a_finished_project_is_told_as_promised_and_as_delivered() -> None:
    missions = lines_of(
        MISSIONS,
        mission_line(1, "opened", "2020-01-10"),
        mission_line(1, "closed", "2020-11-10", outcome="Déploiement en une fois"),
    )
    rows = [row(1, "2021-07", **TAX | {"ministry_id": "pm"}), row(1, **TAX), row(2)]
    frame = balance(rows, missions=missions)
    assert list(frame.index) == ["PGP-0001"]
    line = frame.loc["PGP-0001"]
    assert (line["promised_cost_meur"], line["delivered_cost_meur"], line["cost_difference_meur"]) == (200, 212, 12)
    assert line["cost_difference_ratio"] == pytest.approx(0.06)
    assert (line["delivered_duration_months"], line["duration_difference_months"]) == (56, 12)
    assert (line["promised_end_date"], line["delivered_end_date"]) == (
        pd.Timestamp(2018, 1, 1),
        pd.Timestamp(2019, 1, 1),
    )
    assert (line["first_edition"], line["last_edition"], line["editions_followed"]) == ("2021-07", "2021-11", 2)
    assert str(line["followed_by"]).count(" ; ") == 1
    assert (line["rebaselines"], line["missions"], line["lessons"]) == (0, 1, "Déploiement en une fois")


def test_a_project_that_left_finished_keeps_its_balance_sheet() -> None:
    rows = [row(1, "2020-06", **TAX), *running([10.0, 10.0], 2), row(3, "2021-07"), row(4, "2021-07")]
    exits = lines_of(EXITS, exit_line(3, "2021-11", "completed"), exit_line(4, "2021-11", "abandoned"))
    assert list(balance(rows, exits=exits).index) == ["PGP-0001", "PGP-0003"]


def test_the_last_figures_published_stand_for_those_kept_back_at_the_end() -> None:
    hidden = {"withheld": True, "cost_withheld": True, "updated_cost_meur": 999.0}
    line = balance([row(1, "2021-07", **TAX), row(1, **TAX | hidden)]).loc["PGP-0001"]
    assert line["delivered_cost_meur"] == 212


def test_a_project_never_published_has_an_empty_balance_sheet() -> None:
    hidden = {"withheld": True, "cost_withheld": True, "schedule_withheld": True}
    ledger = ledger_of(baseline())
    line = balance([row(1, **TAX | hidden)], ledger).loc["PGP-0001"]
    told = [
        name for name in OUT_RETROSPECTIVE.names() if name.startswith(("promised", "delivered", "cost", "duration"))
    ]
    assert line[told].isna().all()


def test_a_balance_sheet_is_told_again_at_each_edition_with_what_was_learnt_since() -> None:
    rows = [row(1, "2020-11", **TAX), row(1, "2021-07", **TAX | {"updated_cost_meur": 220.0}), row(2)]
    missions = lines_of(
        MISSIONS,
        mission_line(1, "opened", "2020-12-01"),
        mission_line(1, "closed", "2021-09-01", outcome="Équipe doublée"),
    )
    ledger = ledger_of(baseline(edition="2020-11", end_date="2017-01-01"), baseline(2, edition="2021-07"))
    history, slippages = measured(rows, ledger)
    frame = retrospective(history, slippages, ledger, NO_EXITS, missions).set_index("edition")
    assert frame["delivered_cost_meur"].to_dict() == {"2020-11": 212.0, "2021-07": 220.0, "2021-11": 220.0}
    assert frame[["editions_followed", "rebaselines", "missions"]].to_numpy().tolist() == [
        [1, 0, 0],
        [2, 1, 1],
        [2, 1, 1],
    ]
    assert frame["lessons"].dropna().to_dict() == {"2021-11": "Équipe doublée"}
    assert frame["last_edition"].tolist() == ["2020-11", "2021-07", "2021-07"]


def test_an_end_first_published_later_was_not_promised_before() -> None:
    done = TAX | {"initial_end_date": None}
    rows = [row(1, "2021-07", **done | {"updated_end_date": None}), row(1, **done), row(2)]
    frame = retrospective(*measured(rows), NO_LEDGER, NO_EXITS, NO_MISSIONS).set_index("edition")
    assert frame["promised_end_date"].dropna().to_dict() == {"2021-11": pd.Timestamp(2019, 1, 1)}


def test_revisions_are_counted_up_to_the_edition() -> None:
    ledger = ledger_of(baseline(), baseline(2, edition="2021-07"), baseline(3, edition="2022-06"))
    assert balance([row(1, **TAX)], ledger)["rebaselines"].tolist() == [1]
