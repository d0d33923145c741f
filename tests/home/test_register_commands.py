"""Commands that add to registers: said twice is written once, and a kill at any point leaves a whole file."""

import os
import random
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pandas as pd
import pytest
from homes import done, panorama

from pipelines.commands import editions, projects
from warehouse.home import files
from warehouse.home.home import Home
from warehouse.home.registers import register

PROJECTS = "project_id,name,ministry_id,first_edition\nPGP-0001,Éole,culture,2021-07\nPGP-0002,Aval,culture,2021-07\n"
BY = ("--by", "Ada")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    Home(tmp_path).create()
    (tmp_path / "registers" / "projects.csv").write_text(PROJECTS, encoding="utf-8")
    return tmp_path


COMMANDS = {
    "exits": ("projects", "exit", "PGP-0001", "--edition", "2021-11", "--reason", "terminé"),
    "decisions": ("projects", "confirm", "PGP-0001", "--same-as", "PGP-0002"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_said_twice_it_is_written_once_and_said_to_be(home: Path, name: str) -> None:
    done(home, *COMMANDS[name], *BY)
    before = (home / "registers" / f"{name}.csv").read_bytes()
    again = done(home, *COMMANDS[name], "--by", "Bob")
    assert "PGP-0001 : déjà enregistré" in again
    assert "par Ada" in again
    assert (home / "registers" / f"{name}.csv").read_bytes() == before


def test_another_reason_is_another_line(home: Path) -> None:
    for reason in ("terminé", "abandonné", "terminé"):
        done(home, "projects", "exit", "PGP-0001", "--edition", "2021-11", "--reason", reason, *BY)
    found = register(home / "registers", "exits").read()
    assert found["exit_reason"].tolist() == ["completed", "abandoned", "completed"]


def killed_at(line: int, act: Callable[[], Any]) -> int:
    """Run in a child that kills itself at the nth line it executes of what writes files; the status it ended with."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    sys.stdout = sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  # the child ends with it
    counted = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal counted
        counted += event == "line" and frame.f_code.co_filename == files.__file__
        if counted >= line:
            os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)
    try:
        act()
    finally:
        os._exit(0)


def lines_of(act: Callable[[], Any]) -> int:
    """How many of those lines it executes."""
    low, high = 1, 1 << 20
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if killed_at(middle, act) == -signal.SIGKILL else (low, middle)
    return low


def leave(home: Path, name: str) -> Callable[[], None]:
    """The act of a command, as its verb does it."""
    if name == "exits":
        return lambda: projects.exit_("PGP-0001", "2021-11", "terminé", home, "Ada", None)
    if name == "decisions":
        return lambda: projects.confirm("PGP-0001", home, "PGP-0002", "Ada", "Examen")
    return lambda: editions.edition_open("2026-06", home, "2026-07-15", None)


@pytest.mark.parametrize("name", ["exits", "decisions", "editions"])
def test_a_kill_at_any_point_leaves_neither_half_a_line_nor_two(home: Path, name: str) -> None:
    act, path = leave(home, name), home / "registers" / f"{name}.csv"
    before = path.read_bytes() if path.exists() else None
    total = lines_of_a_whole(act, path, before)
    for point in random.Random(name).choices(range(1, total), k=40):  # noqa: S311  # not for secrets
        restore(path, before)
        assert killed_at(point, act) == -signal.SIGKILL
        killed = path.read_bytes() if path.exists() else None
        act()
        whole = path.read_bytes()
        assert killed in (before, whole)
        assert one_line(home, name) == 1


def lines_of_a_whole(act: Callable[[], Any], path: Path, before: bytes | None) -> int:
    def anew() -> None:
        restore(path, before)
        act()

    total = lines_of(anew)
    restore(path, before)
    return total


def restore(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
    else:
        path.write_bytes(content)


def one_line(home: Path, name: str) -> int:
    if name == "editions":
        return sum(edition.key == "2026-06" for edition in Home(home).calendar())
    found: pd.DataFrame = register(home / "registers", name).read()
    return int(found["project_id"].eq("PGP-0001").sum())


@pytest.mark.parametrize(
    ("asked", "parts"),
    [
        ("2022-05", ["entre 2021-11 (n° 14) et 2022-06 (n° 15)", "panorama edition open 2022-06", "« 2022-05,15,, »"]),
        ("2016-01", ["avant la première édition, 2016-11 (n° 1)"]),
        ("40", ["jusqu'à 2025-12 (n° 22)", "elle prendra le n° 23"]),
        ("mai", ["AAAA-MM"]),
    ],
)
def test_an_edition_that_cannot_be_opened_is_explained(home: Path, asked: str, parts: list[str]) -> None:
    said = panorama(home, "edition", "open", asked)
    assert said.status == 2
    told = " ".join(said.errors.split())
    assert all(part in told for part in parts)


def test_a_number_stands_for_its_edition(home: Path) -> None:
    assert "Les dates de l'édition 2021-11 sont enregistrées." in done(
        home, "edition", "open", "14", "--cutoff", "2021-12-01"
    )


def test_an_edition_missing_from_the_calendar_is_inserted_as_the_message_says(home: Path) -> None:
    register_of_editions = home / "registers" / "editions.csv"
    calendar = [edition for edition in Home(home).calendar() if edition.key > "2021-11"]
    lines = ["edition,ordinal,published_on,cutoff_on", "2022-05,15,,"]
    lines += [f"{edition.key},{edition.ordinal + 1},," for edition in calendar]
    register_of_editions.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert Home(home).calendar().find("15").key == "2022-05"
