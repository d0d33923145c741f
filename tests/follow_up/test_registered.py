"""What people registered of projects is published edition by edition, and never what their projects keep back."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from homes import done, panorama
from test_baselines import baseline, ledger_of
from test_history import lines_of, mission_line
from test_measures import project, projects

from warehouse.follow_up.registered import named_causes, published_baselines, published_missions
from warehouse.follow_up.tables import OUT_BASELINES, OUT_MISSIONS, OUT_NAMED_CAUSES
from warehouse.home.home import Home
from warehouse.home.register_tables import CAUSE_REVIEWS, MISSIONS, OPINION_CAUSES, OPINIONS
from warehouse.model.errors import RegisterError
from warehouse.model.schema import conform

EDITIONS = ("2020-06", "2020-11", "2021-07", "2021-11")
WITHHELD = {"withheld": True, "cost_withheld": True}
SEIZED = {"project_id": "PGP-0001", "requested_on": "2020-03-02"}
NAMED = SEIZED | {"axis": "planning", "cause": "Aucune marge entre les lots"}


def followed(**withheld_in: bool) -> pd.DataFrame:
    """A project at every edition, some of which keep its cost back."""
    kept_back = {key.removeprefix("e").replace("_", "-") for key in withheld_in}
    return projects(*(project(1, key, **(WITHHELD if key in kept_back else {})) for key in EDITIONS))


def baselines(frame: pd.DataFrame, *lines: dict[str, Any]) -> pd.DataFrame:
    return conform(published_baselines(frame, ledger_of(*lines)), OUT_BASELINES)


def missions(frame: pd.DataFrame, *lines: dict[str, Any]) -> pd.DataFrame:
    return conform(published_missions(frame, lines_of(MISSIONS, *lines)), OUT_MISSIONS)


def causes(frame: pd.DataFrame, *reviews: dict[str, Any], named: tuple[dict[str, Any], ...] = (NAMED,)) -> pd.DataFrame:
    registers = (lines_of(OPINIONS, SEIZED), lines_of(OPINION_CAUSES, *named), lines_of(CAUSE_REVIEWS, *reviews))
    return conform(named_causes(frame, *registers), OUT_NAMED_CAUSES)


def review(found: str, day: str, **others: Any) -> dict[str, Any]:
    return NAMED | {"review": found, "reviewed_on": day} | others


# References


def test_each_baseline_is_told_once_at_the_first_edition_that_counts_it() -> None:
    revised = baseline(2, cost_meur=14.0, end_date="2022-01-01", approved_on="2021-05-03", edition="2021-07")
    told = baselines(followed(), baseline(), revised)
    assert told[["edition", "baseline_number", "cost_meur", "duration_months"]].to_numpy().tolist() == [
        ["2020-06", 1, 10.0, 24],
        ["2021-07", 2, 14.0, 36],
    ]
    assert told["approved_on"].tolist() == [pd.NaT, pd.Timestamp("2021-05-03")]


def test_a_baseline_added_by_hand_while_its_project_is_away_is_told_at_its_return() -> None:
    away = projects(project(1, "2020-06"), project(1, "2021-11"))
    told = baselines(away, baseline(), baseline(2, cost_meur=14.0, edition="2020-11"))
    assert told["edition"].tolist() == ["2020-06", "2021-11"]


def test_a_baseline_that_its_project_keeps_back_waits_for_an_edition_that_publishes_it() -> None:
    revised = baseline(2, cost_meur=14.0, edition="2021-07")
    assert baselines(followed(e2021_07=True), baseline(), revised)["edition"].tolist() == ["2020-06", "2021-11"]
    told = baselines(followed(e2021_07=True, e2021_11=True), baseline(), revised)
    assert told["baseline_number"].tolist() == [1]


# Missions


def test_a_mission_is_open_then_closed_with_what_it_gave() -> None:
    opened, closed = mission_line(1, "opened", "2020-09-07"), mission_line(1, "closed", "2021-08-02", outcome="Fait")
    told = missions(followed(), opened, closed).set_index("edition")
    assert told["state"].to_dict() == {"2020-11": "opened", "2021-07": "opened", "2021-11": "closed"}
    assert told["outcome"].dropna().to_dict() == {"2021-11": "Fait"}
    assert told["closed_on"].dropna().to_dict() == {"2021-11": pd.Timestamp("2021-08-02")}


def test_two_missions_of_a_project_are_two_lines_and_one_said_twice_is_one() -> None:
    first, second = mission_line(1, "opened", "2020-01-10"), mission_line(1, "opened", "2021-01-10")
    closed = mission_line(1, "closed", "2020-12-10")
    told = missions(followed(), first, first, closed, second)
    assert told.loc[told["edition"].eq("2021-11"), "state"].tolist() == ["closed", "opened"]


def test_what_a_mission_gave_is_kept_back_with_the_figures_of_its_project() -> None:
    lines = (mission_line(1, "opened", "2020-01-10"), mission_line(1, "closed", "2020-03-10", outcome="Ramené à 12 M€"))
    told = missions(followed(e2021_07=True), *lines).set_index("edition")
    assert set(told.loc[told["outcome"].notna()].index) == {"2020-06", "2020-11", "2021-11"}
    assert told["state"].eq("closed").all()


# Causes that opinions name


def test_a_cause_is_followed_or_not_as_last_found_by_the_day_of_each_edition() -> None:
    told = causes(followed(), review("not_followed", "2020-10-01"), review("followed", "2021-09-01"))
    assert told["review"].fillna("").tolist() == ["", "not_followed", "not_followed", "followed"]
    assert told["opinion"].tolist() == ["tacit"] * 4


def test_two_causes_of_an_opinion_keep_their_ranks_and_their_own_findings() -> None:
    other = NAMED | {"axis": "strategy", "cause": "Périmètre ouvert"}
    found = review("followed", "2020-04-01", cause="périmètre  OUVERT", axis="strategy")
    told = causes(followed(), found, named=(other, NAMED, NAMED))
    latest = told.loc[told["edition"].eq("2021-11")].set_index("cause_rank")
    assert latest["cause"].to_dict() == {1: "Périmètre ouvert", 2: "Aucune marge entre les lots"}
    assert latest["review"].dropna().to_dict() == {1: "followed"}


def test_a_project_that_keeps_its_cost_back_has_no_opinion_to_tell() -> None:
    assert causes(followed(e2021_11=True))["edition"].tolist() == list(EDITIONS[:-1])


def test_what_is_found_of_a_cause_that_no_opinion_names_is_refused() -> None:
    with pytest.raises(RegisterError, match="ligne 2 : « Une autre »"):
        causes(followed(), review("followed", "2020-10-01", cause="Une autre"))


def test_the_check_of_the_registers_finds_it_too(tmp_path: Path) -> None:
    Home(tmp_path).create()
    register = tmp_path / "registers" / "cause_reviews.csv"
    header = register.read_text(encoding="utf-8")
    done(tmp_path, "registers", "check")
    register.write_text(f"{header}PGP-0001,2020-03-02,planning,Une autre,2020-10-01,Suivie,\n", encoding="utf-8")
    said = panorama(tmp_path, "registers", "check")
    assert said.status == 2
    assert "« Une autre » n'est pas une cause" in " ".join(said.errors.split())
