"""The collection as an operator follows it: `panorama collect`, its watch, the sensor, and what a run makes of it."""

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import pytest
from homes import clone, close, digests, done, panorama
from submissions import row, rows_of, table_of, write_xlsx

from pipelines.automation import submissions_arrive
from pipelines.definitions import build_definitions
from pipelines.work.instance import open_instance
from warehouse.home.home import Home

EDITION = "2021-11"
TODAY = dt.datetime.now(dt.UTC).date()


def send(home: Path, name: str, *rows: dict[str, object], edition: str = EDITION) -> Path:
    path = write_xlsx(home / "inbox" / edition / name, table_of(rows or rows_of(3)))
    # As if it had been there for a while: what may still be arriving is left alone.
    os.utime(path, (time.time() - 3600,) * 2)
    return path


def justice(*names: str, **changes: object) -> list[dict[str, object]]:
    return [row(name=name, ministry="Justice", **changes) for name in names]


def collected(home: Path, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(panorama(home, "collect", *arguments, "--json").output)
    return found


def by_ministry(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {known["ministry_id"]: known for known in found["ministries"]}


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("opened")
    send(home, "culture.xlsx", *rows_of(2), edition="2021-07")
    send(home, "justice.xlsx", *justice("PORTALIS"), edition="2021-07")
    done(close(home, "2021-07"), "run", "2021-07")
    assert panorama(home, "edition", "open", EDITION, "--cutoff", "2021-11-10").status == 0
    return home


@pytest.fixture
def home(opened: Path, tmp_path: Path) -> Path:
    """A home where an edition awaits the Justice and the Culture, which sent theirs for the one before."""
    return clone(opened, tmp_path / "home")


@pytest.fixture(scope="module")
def everything_run(opened: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same home once both sent theirs and the edition was run."""
    home = clone(opened, tmp_path_factory.mktemp("everything_run") / "home")
    send(home, "culture.xlsx", *rows_of(2))
    send(home, "justice.xlsx", *justice("PORTALIS"))
    done(home, "run", EDITION)
    return home


def test_it_says_who_sent_what_when_and_who_is_late(home: Path) -> None:
    send(home, "culture.xlsx", *rows_of(2, opinion=None))
    said = panorama(home, "collect", EDITION, "--on", "2021-11-13")
    assert said.status == 0, said.errors
    (culture,) = [known for known in said.output.splitlines() if "Ministère de la Culture │" in known]
    cells = [cell.strip().replace("\N{NO-BREAK SPACE}", " ") for cell in culture.split("│")[1:8]]
    assert cells == ["Ministère de la Culture", "Reçu", "1", "13 novembre 2021", "3 jours", "2", "0"]
    (missing,) = [known for known in said.output.splitlines() if "Ministère de la Justice" in known]
    assert "En retard" in missing
    assert "3\N{NO-BREAK SPACE}jours" in missing
    found = collected(home, EDITION, "--on", "2021-11-20")
    codes = [finding["code"] for finding in by_ministry(found)["culture"]["findings"]]
    assert codes.count("OPIN-002") == 2
    assert by_ministry(found)["culture"]["warnings"] == len(codes)
    assert by_ministry(found)["culture"]["late_days"] == 3
    assert by_ministry(found)["justice"]["late_days"] == 10


def test_nobody_is_late_before_the_cutoff(home: Path) -> None:
    found = by_ministry(collected(home, EDITION, "--on", "2021-11-09"))
    assert {known["status"] for known in found.values()} == {"missing"}
    assert {known["late_days"] for known in found.values()} == {0}


def test_an_error_gives_status_1_and_the_page_names_it_at_its_cell(home: Path) -> None:
    send(home, "culture.xlsx", row(updated_cost_meur=-1.5))
    said = panorama(home, "collect", EDITION)
    assert said.status == 1
    page = (home / "out" / EDITION / "collection" / "index.html").read_text(encoding="utf-8")
    for part in ("COST-002", "-1,5", "culture.xlsx", "cellule I2"):
        assert part in page
    assert not (home / "warehouse" / "core_projects" / f"edition={EDITION}").exists()


def test_the_run_makes_the_table_and_the_page_that_collect_makes(home: Path) -> None:
    send(home, "culture.xlsx", *rows_of(2, opinion=None))
    send(home, "justice.xlsx", *justice("PORTALIS"))
    assert panorama(home, "collect", EDITION).status == 0
    before = digests(home, f"out/{EDITION}/collection", "registers/", "received")
    assert panorama(home, "run", EDITION).status == 0
    after = digests(home, f"out/{EDITION}/collection", "registers/", "received")
    assert {path: after[path] for path in before if "collection" in path or "submissions" in path} == {
        path: digest for path, digest in before.items() if "collection" in path or "submissions" in path
    }
    table = pd.read_parquet(home / "warehouse" / "out_collection" / f"edition={EDITION}")
    told = by_ministry(collected(home, EDITION))
    assert table.set_index("ministry_id")["warnings"].to_dict() == {name: told[name]["warnings"] for name in told}


def test_a_run_takes_in_by_itself_and_a_second_one_changes_nothing(everything_run: Path, tmp_path: Path) -> None:
    home = clone(everything_run, tmp_path / "home")
    before = digests(home, "inbox", "received", "registers", "warehouse", "out")
    assert len(list((home / "received" / EDITION).iterdir())) == 2
    assert panorama(home, "run", EDITION).status == 0
    assert digests(home, "inbox", "received", "registers", "warehouse", "out") == before


def test_a_harmful_file_refuses_the_edition_by_name_until_it_is_sent_again(home: Path) -> None:
    send(home, "culture.xlsx", *rows_of(2))
    (home / "inbox" / EDITION / "justice.xlsx").write_bytes(b"not a workbook")
    for _ in range(2):
        said = panorama(home, "run", EDITION)
        assert said.status == 1
        assert "[FILE-010] justice.xlsx" in said.errors
        assert "illisible" in said.errors
    assert not (home / "inbox" / EDITION / "justice.xlsx").exists()
    found = collected(home, EDITION)
    assert by_ministry(found)["justice"]["status"] == "quarantined"
    assert by_ministry(found)["culture"]["projects"] == 2
    assert [known["file"] for known in found["quarantine"]] == ["justice.xlsx"]
    send(home, "justice.xlsx", *justice("PORTALIS"))
    assert panorama(home, "run", EDITION).status == 0
    assert by_ministry(collected(home, EDITION))["justice"]["version"] == 2


def test_a_harmful_file_alone_is_still_named_at_the_next_run(home: Path) -> None:
    (home / "inbox" / EDITION / "justice.xlsx").write_bytes(b"not a workbook")
    for command in ("check", "run", "run", "backfill"):
        said = panorama(home, command, f"{EDITION}..{EDITION}" if command == "backfill" else EDITION)
        assert said.status == 1
        assert "illisible" in said.errors + said.output
        assert "justice.xlsx" in said.errors + said.output


def test_checking_moves_nothing(home: Path) -> None:
    (home / "inbox" / EDITION / "justice.xlsx").write_bytes(b"not a workbook")
    before = digests(home, ".")
    assert panorama(home, "check", EDITION).status == 1
    assert digests(home, ".") == before


def test_a_resubmission_that_loses_a_project_warns_in_the_run(everything_run: Path, tmp_path: Path) -> None:
    home = clone(everything_run, tmp_path / "home")
    send(home, "culture corrigé.xlsx", row(name="PROJET 001"))
    said = panorama(home, "run", EDITION)
    assert said.status == 0
    assert "[FILE-012] culture corrigé.xlsx" in said.errors
    assert "PROJET 002" in said.errors


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ((EDITION, "--on", "2999-01-01"), "à venir"),
        ((EDITION, "--on", "hier"), "AAAA-MM-JJ"),
        ((EDITION, "--watch", "--every", "0"), "--every"),
        ((EDITION, "--watch", "--on", "2021-11-10"), "--on"),
        (("1999-01",), "Édition inconnue"),
        ((), "date limite"),
    ],
)
def test_a_wrong_command_is_a_usage_error(tmp_path: Path, arguments: tuple[str, ...], part: str) -> None:
    done(tmp_path, "init")
    said = panorama(tmp_path, "collect", *arguments)
    assert said.status == 2
    assert part in said.errors


def test_without_an_edition_it_is_the_last_one_opened(home: Path) -> None:
    assert collected(home)["edition"] == EDITION


@contextmanager
def watching(home: Path) -> Iterator[Callable[[str], dict[str, Any]]]:
    """Run `collect --watch` beside; yield a function that waits for a report in which a ministry is in a state."""
    watch = ["collect", "--watch", "--every", "0.5", "--json", "--home", str(home)]
    command = [sys.executable, "-m", "pipelines.cli", *watch]
    process = subprocess.Popen(
        command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    stream = process.stdout

    def wait_for(status: str) -> dict[str, Any]:
        while text := stream.readline():
            found = by_ministry(json.loads(text))
            if found["justice"]["status"] == status:
                return found["justice"]
        raise AssertionError("the watch ended")

    try:
        yield wait_for
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=120)
        assert process.returncode == 130
    finally:
        process.kill()
        process.wait()


def test_the_watch_says_each_arrival_and_stops_cleanly(home: Path) -> None:
    with watching(home) as wait_for:
        wait_for("late")
        (home / "inbox" / EDITION / "justice.xlsx").write_bytes(b"not a workbook")
        assert wait_for("quarantined")["version"] == 1
        send(home, "justice.xlsx", *justice("PORTALIS"))
        assert wait_for("received")["version"] == 2


def test_two_at_once_take_each_file_in_once(home: Path) -> None:
    send(home, "culture.xlsx", *rows_of(2))
    send(home, "justice.xlsx", *justice("PORTALIS"))
    command = [sys.executable, "-m", "pipelines.cli", "collect", EDITION, "--json", "--home", str(home)]
    both = [
        subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    for process in both:
        _, errors = process.communicate()
        assert process.returncode == 0, errors
    lines = (home / "registers" / "submissions.csv").read_text(encoding="utf-8").splitlines()
    assert sum(known.startswith(EDITION) for known in lines) == 2


def test_the_sensor_validates_each_state_of_the_inbox_once(tmp_path: Path) -> None:
    cutoff = TODAY + dt.timedelta(days=3)
    done(tmp_path, "init")
    assert panorama(tmp_path, "edition", "open", "2027-06", "--cutoff", cutoff.isoformat()).status == 0
    home = Home(tmp_path)

    def evaluate(instance: dg.DagsterInstance) -> Any:
        return submissions_arrive(dg.build_sensor_context(instance=instance, resources={"home": home}))

    with open_instance(home) as instance:
        assert isinstance(evaluate(instance), dg.SkipReason)
        send(tmp_path, "culture.xlsx", edition="2027-06")
        (first,) = evaluate(instance).run_requests
        (again,) = evaluate(instance).run_requests
        send(tmp_path, "culture.xlsx", *rows_of(4), edition="2027-06")
        (second,) = evaluate(instance).run_requests
    assert first.partition_key == "2027-06"
    assert first.run_key == again.run_key != second.run_key
    assert [known.split(",")[2] for known in submitted(tmp_path)] == ["1", "2"]


def submitted(home: Path) -> list[str]:
    return (home / "registers" / "submissions.csv").read_text(encoding="utf-8").splitlines()[1:]


def test_the_run_that_the_sensor_asks_for_validates_the_edition(tmp_path: Path) -> None:
    cutoff = TODAY - dt.timedelta(days=3)
    done(tmp_path, "init")
    assert panorama(tmp_path, "edition", "open", "2027-06", "--cutoff", cutoff.isoformat()).status == 0
    send(tmp_path, "culture.xlsx", edition="2027-06")
    definitions = build_definitions(home=tmp_path)
    with open_instance(Home(tmp_path)) as instance:
        asked = submissions_arrive(dg.build_sensor_context(instance=instance, resources={"home": Home(tmp_path)}))
        assert isinstance(asked, dg.SensorResult)
        (request,) = asked.run_requests or []
        (partitions,) = asked.dynamic_partitions_requests or []
        assert partitions.partition_keys == [request.partition_key]
        result = definitions.resolve_job_def("validation").execute_in_process(
            instance=instance, partition_key=request.partition_key, tags={"dagster/run_key": str(request.run_key)}
        )
    assert result.success
    page = (tmp_path / "out" / "2027-06" / "collection" / "index.html").read_text(encoding="utf-8")
    assert "Ministère de la Culture" in page
    (shown,) = [event.step_output_data.metadata for event in result.all_node_events if event.is_successful_output]
    assert "| Ministère de la Culture |" in str(shown["collection"].value)
    assert list(digests(tmp_path, "warehouse")) == ["warehouse/out_collection/edition=2027-06/out_collection.parquet"]


def test_the_sensor_leaves_old_editions_alone(home: Path) -> None:
    send(home, "culture.xlsx")
    with open_instance(Home(home)) as instance:
        context = dg.build_sensor_context(instance=instance, resources={"home": Home(home)})
        assert isinstance(submissions_arrive(context), dg.SkipReason)
    assert not (home / "received" / EDITION).exists()
