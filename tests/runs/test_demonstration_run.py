"""The demonstration as a user runs it: the published headline, and each event visible wherever it should be."""

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from homes import Said, clone, digests, panorama

from pipelines.told.console import output
from pipelines.told.headline import print_summary
from pipelines.told.summary import edition_summary
from warehouse.home.home import Home
from warehouse.home.store import ParquetStore

PROJECTS = {
    "rebaselined": ("2021-07", "PGP-0012"),
    "renamed": ("2021-07", "PGP-0025"),
    "left": ("2020-11", "PGP-0015"),
    "returned": ("2021-07", "PGP-0037"),
    "withheld": ("2020-11", "PGP-0035"),
    "published_again": ("2021-11", "PGP-0035"),
}
PREVIOUS = {"2020-11": "2020-06", "2021-07": "2020-11", "2021-11": "2021-07"}


def shown(home: Path, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(panorama(home, *arguments).output)
    return found


def table(home: Path, name: str, edition: str) -> pd.DataFrame:
    return pd.read_parquet(home / "warehouse" / name / f"edition={edition}")


def test_it_prints_the_published_headline(demonstration: tuple[Path, Said]) -> None:
    _, said = demonstration
    assert said.status == 0, said.errors
    for part in (
        "14e édition, novembre 2021 (données fictives)",
        "50 projets, dont 5 interministériels",
        "coût total 2,62\N{NO-BREAK SPACE}Md€",
        "écart budgétaire moyen 13,5 %",
        "−23,1\N{NO-BREAK SPACE}points depuis 2020-06 (36,6 %) : projets suivis +2,1, entrées −7,0, sorties −17,2",
        "depuis 2020-06, l’écart moyen baisse alors que les projets suivis se sont aggravés",
        "26,5 % sur les 61 projets suivis un jour",
        "publié à l'époque : 13,5 % (publication officielle",
        "cible de 15 % à fin\N{NO-BREAK SPACE}2022",
        "écart calendaire moyen 15,4 %",
        "−10,2\N{NO-BREAK SPACE}points depuis 2020-06",
        "−5,8\N{NO-BREAK SPACE}points depuis 2021-07 (19,3 % corrigé, 19,1 % d'abord publié)",
        "5 entrées, 4 sorties",
    ):
        assert part in said.output


@pytest.mark.parametrize(
    ("stand_ins", "said"),
    [
        (1, "pour 1\N{NO-BREAK SPACE}projet sans référence déclarée"),
        (40, "pour 40\N{NO-BREAK SPACE}projets : ce n'est pas le taux officiel"),
    ],
)
def test_the_rate_is_said_not_official_only_when_many_projects_declare_no_baseline(
    demonstration: tuple[Path, Said], capsys: pytest.CaptureFixture[str], stand_ins: int, said: str
) -> None:
    home = Home(demonstration[0])
    edition = home.calendar().find("14")
    summary = edition_summary(ParquetStore(home.warehouse), home.calendar(), edition)
    sources = {"declared": 50 - stand_ins, "first_publication": stand_ins}
    print_summary(summary | {"baseline_sources": sources}, edition, output())
    assert said in capsys.readouterr().out


def test_show_gives_the_headline_unrounded(demonstration: tuple[Path, Said]) -> None:
    found = shown(demonstration[0], "show", "14", "--json", "--against", "2020-06", "--against", "11")
    assert (found["edition"], found["ordinal"], found["projects"], found["interministerial"]) == ("2021-11", 14, 50, 5)
    assert (found["entries"], found["exits"], found["withheld"], found["target_pct"]) == (5, 4, 0, 15.0)
    assert round(found["total_cost_meur"]) == 2620
    assert round(found["mean_duration_years"], 1) == 6.1
    budget, schedule = found["budget_slippage"], found["schedule_slippage"]
    assert (round(budget["mean_of_ratios_pct"], 1), round(schedule["mean_of_ratios_pct"], 1)) == (13.5, 15.4)
    assert list(budget["changes"]) == ["2021-07", "2020-06"]
    since = budget["changes"]["2020-06"]
    parts = ("change_pts", "like_for_like_pts", "entry_pts", "exit_pts")
    assert [round(since[part], 1) for part in parts] == [-23.1, 2.1, -7.0, -17.2]
    assert round(budget["cohort_pct"], 1) == 26.5
    assert round(schedule["changes"]["2020-06"]["change_pts"], 1) == -10.2
    assert budget["n"] == 47
    assert (found["target_due_on"], shown(demonstration[0], "show", "13", "--json")["target_pct"]) == (
        "2022-12-31",
        None,
    )
    assert [(line["budget_slippage_pct"], line["confidence"]) for line in found["official"]] == [(13.5, "primary")]


def test_a_change_is_the_same_wherever_it_is_told(demonstration: tuple[Path, Said]) -> None:
    home, _ = demonstration
    told = shown(home, "show", "14", "--json")["budget_slippage"]["changes"]["2021-07"]
    assert (round(told["change_pts"], 1), round(told["start_pct"], 1)) == (-5.8, 19.3)
    assert round(told["published_start_pct"], 1) == 19.1
    explained = shown(home, "explain", "2021-07..2021-11", "--json")["budget_slippage"]
    assert explained["change_pts"] == pytest.approx(told["change_pts"])
    assert explained["published_before_pct"] == pytest.approx(told["published_start_pct"])
    assert shown(home, "diff", "13", "14", "--json")["budget_slippage"] == told
    folder = home / "out" / "2021-11"
    passage = pd.read_csv(folder / "open_data" / "passage.csv").query("taux == 'Écart budgétaire'")
    of_pair = passage.query("edition == '2021-11' and edition_depart == '2021-07'")
    # Each part is rounded to its sixth decimal.
    assert of_pair["contribution_points"].sum() == pytest.approx(told["change_pts"], abs=1e-4)
    page = re.sub(r"<[^>]*>", "", (home / "out" / "site" / "2021-11" / "index.html").read_text(encoding="utf-8"))
    assert "−5,8\N{NO-BREAK SPACE}points" in page
    assert "a été corrigé depuis sa publication, de 19,1" in page
    of_itself = passage.query("edition == '2021-07' and edition_depart == '2021-07'")
    assert set(of_itself["composante"]) == {"Corrections du passé"}
    correction = told["start_pct"] - told["published_start_pct"]
    assert of_itself["contribution_points"].sum() == pytest.approx(correction, abs=1e-4)


@pytest.mark.parametrize("change", PROJECTS)
def test_each_event_is_visible_in_show_in_diff_and_in_the_tables(demonstration: tuple[Path, Said], change: str) -> None:
    home, _ = demonstration
    edition, project = PROJECTS[change]
    events = shown(home, "show", edition, "--json")["events"]
    assert (change, project) in {(event["change"], event["project_id"]) for event in events}
    assert project in panorama(home, "show", edition).output
    differences = shown(home, "diff", PREVIOUS[edition], edition, "--json")["changes"]
    assert (change, project) in {(line["change"], line["project_id"]) for line in differences}
    changes = table(home, "out_changes", edition)
    assert len(changes.query("change == @change and project_id == @project")) == 1


def test_the_correction_is_visible_everywhere(demonstration: tuple[Path, Said]) -> None:
    home, _ = demonstration
    found = shown(home, "show", "13", "--json")
    assert (found["version"], found["known_on"]) == (2, "2021-07-23")
    assert {line["field"] for line in found["corrections"]} == {"updated_cost_meur", "deviation_comment"}
    assert "Avenant oublié" in panorama(home, "show", "13").output
    before = shown(home, "show", "13", "--json", "--as-of", "2021-07-20")
    assert found["total_cost_meur"] - before["total_cost_meur"] == pytest.approx(140.76 - 129.5)
    assert len(shown(home, "diff", "13@1", "13@2", "--json")["changes"]) == 2
    assert len(table(home, "core_corrections", "2021-07")) == 2


def test_slippage_is_told_against_each_reference(demonstration: tuple[Path, Said]) -> None:
    rows = table(demonstration[0], "out_slippage_projects", "2021-11").set_index("project_id").loc[["PGP-0012"]]
    (row,) = rows.to_dict("records")
    assert row["budget_slippage_ratio"] > 0.6
    assert row["budget_current_slippage_ratio"] == 0
    assert row["budget_previous_slippage_ratio"] == 0
    assert (row["baseline_source"], row["baseline_number"]) == ("declared", 2)


def test_the_points_since_june_2020_are_split_and_add_up(demonstration: tuple[Path, Said]) -> None:
    home, _ = demonstration
    found = shown(home, "explain", "2020-06..2021-11", "--json")
    for rate, change in (("budget_slippage", -23.1), ("schedule_slippage", -10.2)):
        part = found[rate]
        assert round(part["change_pts"], 1) == change
        for parts in (part["components_pts"].values(), [line["contribution_pts"] for line in part["projects"]]):
            assert sum(parts) == pytest.approx(part["change_pts"], abs=1e-9)
        assert {name for name, points in part["components_pts"].items() if points} == {
            "like_for_like", "entry", "exit", "became_comparable",
        }  # fmt: skip
    assert found["budget_slippage"]["components_pts"]["exit"] < -15
    cohort = found["perimeters"]["2021-11"]["budget"]["cohort"]["mean_of_ratios_pct"]
    assert cohort > found["budget_slippage"]["after_pct"] + 10
    told = panorama(home, "explain", "11..14").output
    assert "Sorties : −17,2" in told
    assert "cohorte 26,5 %" in told
    bridge = table(home, "out_bridge", "2021-11").query("reference_edition == '2020-06' and rate == 'budget'")
    assert bridge["contribution_pts"].sum() == pytest.approx(found["budget_slippage"]["change_pts"], abs=1e-9)


def test_the_finished_project_has_its_balance_sheet(demonstration: tuple[Path, Said]) -> None:
    (row,) = (
        table(demonstration[0], "out_retrospective", "2021-11").query("project_id == 'PGP-0001'").to_dict("records")
    )
    assert (row["delivered_cost_meur"], row["delivered_duration_months"]) == (212.0, 56)
    assert (row["promised_cost_meur"], row["promised_duration_months"]) == (195.0, 44)


def test_the_watch_lists_name_the_projects_made_for_them(demonstration: tuple[Path, Said]) -> None:
    lists = table(demonstration[0], "out_watchlist", "2021-11")
    rules = {str(rule): set(rows["project_id"]) for rule, rows in lists.groupby("rule")}
    assert rules["overdue"] == {"PGP-0014"}
    assert rules["no_opinion"] == {"PGP-0019"}
    assert rules["trajectory_review"] == {"PGP-0012"}
    assert "PGP-0012" in rules["drift"]


def test_ministries_and_projects_add_up_to_the_headline(demonstration: tuple[Path, Said]) -> None:
    home, _ = demonstration
    headline = shown(home, "show", "14", "--json")["budget_slippage"]["mean_of_ratios_pct"]
    briefs = table(home, "out_ministry_brief", "2021-11")
    assert briefs["budget_contribution_pts"].sum() == pytest.approx(headline, abs=1e-9)
    targets = table(home, "out_targets", "2021-11").query("rate == 'schedule'")
    held = table(home, "out_target_projects", "2021-11").query("rate == 'schedule'")
    assert held["held_pts"].sum() == pytest.approx(targets["distance_pts"].iloc[0], abs=1e-9)
    assert targets["met"].tolist() == [False]


def test_every_exit_has_a_reason(demonstration: tuple[Path, Said]) -> None:
    home, _ = demonstration
    warned = {}
    for edition in PREVIOUS:
        path = home / "out" / edition / "quality" / "no_project_vanishes_unseen.json"
        warned[edition] = [
            finding["value"].split()[0] for finding in json.loads(path.read_text(encoding="utf-8"))["findings"]
        ]
    assert warned == {"2020-11": [], "2021-07": [], "2021-11": []}


def test_run_again_it_writes_nothing_new(demonstration: tuple[Path, Said], tmp_path: Path) -> None:
    home = clone(demonstration[0], tmp_path / "home")
    before = digests(home)
    assert panorama(home, "demo").status == 0
    assert digests(home) == before
