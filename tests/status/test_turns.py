"""Two commands on one home take turns and say so; what a killed one leaves behind is cleared by the next."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from homes import done, panorama

from warehouse.home.home import Home
from warehouse.home.turns.holder import read_holder
from warehouse.home.turns.leftovers import own_temporary_files
from warehouse.model.errors import ServiceError

PROJECT = Path(__file__).parents[2]
# Holds a home until it is told to go on, with what a library would write in the temporary folder.
HOLDING = (
    "import sys, tempfile\nfrom pathlib import Path\nfrom warehouse.home.home import Home\n"
    "home = Home(Path(sys.argv[1]))\nsys.argv = ['panorama', 'run', '2021-11']\n"
    "with home.writing(), home.own_temporary_files():\n"
    "    print(tempfile.mkdtemp(prefix='openpyxl.'), flush=True)\n    sys.stdin.readline()\n"
)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path / "home")
    made.create()
    yield made
    made.clean()


@contextmanager
def held(home: Home) -> Iterator[tuple["subprocess.Popen[str]", Path]]:
    """A process that holds a home, and the temporary folder it made."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(home.root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
    ) as process:
        assert process.stdout is not None
        temporary = Path(process.stdout.readline().strip())
        try:
            yield process, temporary
        finally:
            process.kill()


def test_the_second_says_for_whom_it_waits_since_when_then_goes_on(home: Home) -> None:
    opening = ["edition", "open", "2026-06", "--home", str(home.root)]
    with (
        held(home) as (first, _),
        subprocess.Popen(
            [sys.executable, "-m", "pipelines.cli", *opening],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
        ) as second,
    ):
        assert second.stderr is not None
        said = second.stderr.readline()
        assert re.search(
            rf"home est tenu par « panorama run 2021-11 » \(processus {first.pid} de \w+\), depuis le "
            r"\d+(er)? \w+ \d{4} à \d\d:\d\d : attente de sa fin\.",
            said.replace("\N{NO-BREAK SPACE}", " "),
        ), said
        assert second.poll() is None
        first.communicate("go on\n", timeout=60)
        output, errors = second.communicate(timeout=60)
    assert (second.returncode, errors) == (0, "")
    assert "L'édition 2026-06 est ouverte" in output
    assert read_holder(home.root) is None


def test_who_does_not_wait_is_told_who_holds_the_home(home: Home) -> None:
    with (
        held(home) as (first, _),
        pytest.raises(ServiceError, match=rf"« panorama run 2021-11 » \(processus {first.pid}"),
        home.writing(wait_seconds=0),
    ):
        pass


def test_a_killed_process_blocks_nobody_and_what_it_left_is_cleared(home: Home) -> None:
    with held(home) as (first, temporary):
        (home.root / "out" / "2021-11").mkdir(parents=True)
        staged = home.root / "out" / "2021-11" / ".staging-abc"
        staged.mkdir()
        (staged / "page.html").write_text("half of a page")
        aside = home.root / "out" / "2021-11" / ".collection.previous"
        aside.mkdir()
        (aside / "index.html").write_text("the former page")
        hidden = home.root / "inbox" / ".mine"
        hidden.write_text("of the operator")
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert temporary.is_dir()
    left = read_holder(home.root)
    assert left is not None
    assert not left.is_alive()
    said = panorama(home.root, "edition", "open", "2026-06")
    assert (said.status, said.errors) == (0, "")
    assert not temporary.exists()
    assert not temporary.parent.exists()
    assert not staged.exists()
    assert not aside.exists()
    assert (home.root / "out" / "2021-11" / "collection" / "index.html").read_text() == "the former page"
    assert hidden.exists()


def test_the_temporary_files_of_another_home_and_of_the_living_stay(home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    other.create()
    stranger = Path(tempfile.mkdtemp(prefix="panorama-"))
    with held(other) as (_, temporary):
        home.clean()
        assert temporary.is_dir()
    assert stranger.is_dir()
    stranger.rmdir()
    home.clean()
    assert temporary.is_dir()
    other.clean()
    assert not temporary.exists()


def test_a_link_in_the_temporary_folder_is_not_followed(home: Home, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    with own_temporary_files(home.root):
        own = Path(tempfile.gettempdir())
    link = own.with_name(f"{own.name}link")
    link.symlink_to(precious)
    home.clean()
    assert precious.is_dir()
    link.unlink()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder to another user")
def test_the_temporary_files_of_another_user_stay(home: Home) -> None:
    with own_temporary_files(home.root):
        own = Path(tempfile.gettempdir())
    theirs = own.with_name(f"{own.name}other")
    theirs.mkdir()
    os.chown(theirs, 65534, 65534)
    home.clean()
    assert theirs.is_dir()
    theirs.rmdir()


def test_a_process_that_holds_the_home_does_not_wait_for_itself(home: Home) -> None:
    with home.writing():
        done(home.root, "edition", "open", "2026-06")
        held_by = read_holder(home.root)
    assert held_by is not None
    assert held_by.pid == os.getpid()
    assert read_holder(home.root) is None
