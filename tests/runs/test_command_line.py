"""The command line starts at once, stops at a signal, and says so."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from homes import HEAVY, digests, done, imported, published
from open_dataset import EARLIER, LATER, write_two_editions

from warehouse.home.home import Home

PROJECT = Path(__file__).parents[2]
EDITION = "2021-11"


def test_a_list_of_verbs_imports_no_table_and_no_drawing() -> None:
    assert not imported("--help") & {*HEAVY, "pandas", "pyarrow", "rich", "sqlalchemy"}


def test_showing_an_edition_imports_only_what_it_uses(two_editions: Home) -> None:
    found = imported("show", LATER, "--home", str(two_editions.root))
    assert "pandas" in found
    assert not found & set(HEAVY)


def test_checking_an_edition_does_not_import_what_draws(two_editions: Home) -> None:
    found = imported("check", LATER, "--home", str(two_editions.root))
    assert "great_expectations" in found
    # Of Altair, which Great Expectations imports for a chart that nobody asks for.
    assert "narwhals" not in found


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_the_command_and_it_says_so(tmp_path: Path, number: signal.Signals, status: int) -> None:
    done(tmp_path, "init")
    watch = ["collect", EDITION, "--watch", "--every", "0.2", "--json", "--home", str(tmp_path)]
    with subprocess.Popen(
        [sys.executable, "-m", "pipelines.cli", *watch],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        before = digests(tmp_path)
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == status
    assert errors.splitlines()[-1] == "Interrompu ; relancer la même commande."
    assert "Traceback" not in errors
    assert digests(tmp_path) == before


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_a_backfill_in_the_middle_of_a_step(
    two_editions: Home, tmp_path: Path, number: signal.Signals, status: int
) -> None:
    write_two_editions(tmp_path)
    backfill = ["backfill", f"{EARLIER}..{LATER}"]
    with subprocess.Popen(
        [sys.executable, "-m", "pipelines.cli", *backfill, "--home", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=PROJECT,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "chiffres clés" in line:
                break
        process.send_signal(number)
        said, _ = process.communicate(timeout=60)
    assert process.returncode == status
    assert said.splitlines()[-1] == "Interrompu ; relancer la même commande."
    assert "jeu de données" not in said
    done(tmp_path, *backfill)
    assert len(published(tmp_path)) == len(published(two_editions.root))


def test_a_signal_while_a_library_holds_the_handlers_is_told_apart(tmp_path: Path) -> None:
    program = (
        "import os, signal\nfrom pipelines.interruption import stopping_at_signals\n"
        "from warehouse.model.errors import Interrupted\n"
        "with stopping_at_signals():\n"
        "    signal.signal(signal.SIGTERM, lambda *_: None)\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "    raise Interrupted()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
    )
    assert done.returncode == 143
    assert done.stderr == "Interrompu ; relancer la même commande.\n"
