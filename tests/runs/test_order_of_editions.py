"""The order in which editions are run changes nothing of what is published; what is only validated leaves no trace."""

import itertools
import json
from pathlib import Path

import pandas as pd
import pytest
from editions import ALPHA, BETA, DELTA, EDITIONS, EPSILON
from homes import After, clone, digests, done, line_of, panorama, published

from pipelines.definitions import build_definitions
from pipelines.work.instance import open_instance
from warehouse.home.home import Home

FIRST, SECOND, THIRD = EDITIONS


@pytest.mark.parametrize("order", list(itertools.permutations(EDITIONS)), ids=" then ".join)
def test_editions_run_one_by_one_in_any_order_publish_the_bytes_of_a_backfill(
    after: After, backfilled: Path, order: tuple[str, ...]
) -> None:
    home = after(*order)
    assert published(home) == published(backfilled)
    assert panorama(home, "edition", "list").output == panorama(backfilled, "edition", "list").output


def test_an_edition_that_comes_between_two_others_is_in_the_history_of_the_later(after: After) -> None:
    before, home = after(FIRST, THIRD), after(FIRST, THIRD, SECOND)

    def changes(place: Path) -> set[tuple[str, str]]:
        found = pd.read_parquet(place / "warehouse" / "out_changes" / f"edition={THIRD}")
        return set(zip(found["project_id"], found["change"], strict=True))

    assert (EPSILON, "phase") not in changes(before)
    assert {(EPSILON, "phase"), (DELTA, "returned")} <= changes(home)
    assert "périmée" not in done(home, "edition", "list")


def test_a_backfill_of_an_edition_in_a_home_that_has_only_a_later_one_makes_both_right(
    after: After, tmp_path: Path
) -> None:
    home = clone(after(THIRD), tmp_path / "home")
    done(home, "backfill", f"{SECOND}..{SECOND}")
    assert published(home) == published(after(SECOND, THIRD))
    assert panorama(home, "edition", "list").output == panorama(after(SECOND, THIRD), "edition", "list").output


def first_baselines(home: Path) -> dict[tuple[str, str], tuple[str, float]]:
    """The edition that declared the first baseline of each project, and its cost, by edition and project."""
    measured = pd.read_parquet(home / "warehouse" / "out_slippage_projects")
    # What is withheld tells no baseline that was not public before.
    shown = measured.loc[measured["budget_status"].ne("withheld")]
    assert shown["baseline_source"].eq("declared").all()
    keys = zip(measured["edition"].astype("str"), measured["project_id"], strict=True)
    found = zip(measured["baseline_edition"], measured["initial_cost_meur"], strict=True)
    return dict(zip(keys, found, strict=True))


@pytest.mark.parametrize("order", [(THIRD, SECOND, FIRST), (THIRD, FIRST, SECOND), EDITIONS], ids=" then ".join)
def test_the_first_baseline_is_that_of_the_earliest_edition_that_declares_it(
    after: After, order: tuple[str, ...]
) -> None:
    found = first_baselines(after(*order))
    assert {key: found[key, ALPHA] for key in EDITIONS} == dict.fromkeys(EDITIONS, (FIRST, 10.0))
    assert {key: found[key, EPSILON] for key in EDITIONS[1:]} == dict.fromkeys(EDITIONS[1:], (SECOND, 10.0))
    # Revised in the third, it is measured against the first all the same.
    assert {key: found[key, BETA] for key in EDITIONS} == dict.fromkeys(EDITIONS, (FIRST, 20.0))
    told = json.loads(done(after(*order), "projects", "show", BETA, "--json"))["baselines"]
    assert [(line["number"], line["edition"]) for line in told] == [(1, FIRST), (2, THIRD)]


def test_before_an_earlier_edition_comes_the_first_baseline_is_that_of_the_only_one_known(after: After) -> None:
    assert first_baselines(after(THIRD))[THIRD, ALPHA] == (THIRD, 10.0)
    assert first_baselines(after(THIRD, SECOND))[THIRD, ALPHA] == (SECOND, 10.0)


def check(home: Path) -> None:
    assert "acceptable" in done(home, "check", THIRD)


def collect(home: Path) -> None:
    done(home, "collect", THIRD)


def validation(home: Path) -> None:
    """The job of the interface."""
    with open_instance(Home(home)) as instance:
        job = build_definitions(home=home).resolve_job_def("validation")
        assert job.execute_in_process(instance=instance, partition_key=THIRD).success


def test_what_is_only_validated_leaves_no_state_of_the_edition(after: After, tmp_path: Path) -> None:
    home = clone(after(FIRST, SECOND), tmp_path / "home")
    before = digests(home)
    for validate in (check, collect, validation):
        validate(home)
        now = digests(home)
        changed = {path for path in before | now if before.get(path) != now.get(path)}
        # What was received and found is recorded; no figure is.
        table = f"warehouse/out_collection/edition={THIRD}"
        received = ("registers/submissions.csv", f"out/{THIRD}/collection/", f"{table}/")
        assert [path for path in changed if not path.startswith(received)] == [], validate
        assert set((home / "warehouse").rglob(f"edition={THIRD}")) <= {home / table}, validate
        assert "calculée" not in line_of(home, THIRD)
        assert "calculée" in line_of(home, SECOND)
        assert panorama(home, "show", THIRD).status == 2
    done(home, "run", THIRD)
    assert published(home) == published(after(*EDITIONS))
