"""A run that was killed is told failed by the next one, in Dagster's own words; one that goes on is left alone."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import dagster as dg
from editions import write_editions
from homes import digests, done
from interface import LAUNCH, STATUS, ask, interface, semester, waited

from pipelines.orphans import KILLED, fail_orphans, living
from pipelines.work.instance import open_instance
from warehouse.home.home import Home

PROJECT = Path(__file__).parents[2]
EDITION = "2020-11"


def killed_run(home: Path, step: str) -> None:
    """Run an edition in a process that is killed at a step."""
    run = [sys.executable, "-m", "pipelines.cli", "run", EDITION, "--home", str(home)]
    with subprocess.Popen(run, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=PROJECT) as process:
        assert process.stderr is not None
        assert any(step in line for line in process.stderr)
        process.send_signal(signal.SIGKILL)


def statuses(home: Path) -> list[dg.DagsterRunStatus]:
    """The statuses of the runs of a home, the last one first."""
    with open_instance(Home(home)) as instance:
        return [run.status for run in instance.get_runs()]


def test_the_next_run_marks_a_killed_one_as_failed_and_makes_the_same_files(backfilled: Path, tmp_path: Path) -> None:
    home = write_editions(tmp_path, EDITION)
    killed_run(home, "chiffres clés")
    assert statuses(home) == [dg.DagsterRunStatus.STARTED]
    done(home, "run", EDITION)
    assert statuses(home) == [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]
    with open_instance(Home(home)) as instance:
        (killed,) = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE]))
        said = [entry.dagster_event.message for entry in instance.all_logs(killed.run_id) if entry.dagster_event]
    assert said[-1] == KILLED
    assert not list((home / "dagster" / "running").iterdir())
    kinds = [f"out/{EDITION}/{kind}" for kind in ("open_data", "publication", "quality")]
    assert digests(home, *kinds).keys() == digests(backfilled, *kinds).keys()


def test_a_run_that_goes_on_is_left_alone_until_its_process_ends(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with open_instance(home) as instance:
        run = instance.create_run_for_job(_nothing, status=dg.DagsterRunStatus.STARTED)
        # Its resources may not be made yet.
        assert fail_orphans(home, instance) == []
        mark = home.dagster / "running" / run.run_id
        with living(home, run.run_id):
            assert fail_orphans(home, instance) == []
        assert not mark.exists()
        mark.write_text("")
        assert fail_orphans(home, instance) == [run.run_id]
        found = instance.get_run_by_id(run.run_id)
    assert found is not None
    assert found.status is dg.DagsterRunStatus.FAILURE


@dg.job
def _nothing() -> None:
    """A job whose run is only told."""


def holder_of(mark: Path) -> int:
    """The process that holds a file, as the system says."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        inode = str(mark.stat().st_ino) if mark.exists() else ""
        for line in Path("/proc/locks").read_text(encoding="utf-8").splitlines():
            _, _, _, _, pid, place, *_ = line.split()
            if inode and place.endswith(f":{inode}"):
                return int(pid)
        time.sleep(0.1)
    raise AssertionError("no process holds the file")


def test_a_run_of_the_interface_that_was_killed_is_failed_too(tmp_path: Path) -> None:
    home = write_editions(tmp_path / "interface", EDITION)
    with interface(home) as address:
        run_id = ask(address, LAUNCH, run=semester(EDITION))["launchRun"]["run"]["runId"]
        os.kill(holder_of(home / "dagster" / "running" / run_id), signal.SIGKILL)
        assert ask(address, STATUS, id=run_id)["runOrError"]["status"] == "STARTED"
        done(home, "run", EDITION)
        assert ask(address, STATUS, id=run_id)["runOrError"]["status"] == "FAILURE"
        again = ask(address, LAUNCH, run=semester(EDITION))["launchRun"]["run"]["runId"]
        assert waited(address, STATUS, "runOrError", again) == "SUCCESS", (home / "dg.log").read_text()
