"""What only reads a home leaves no trace in it, and no command makes a home that nobody asked for."""

import hashlib
import shutil
from pathlib import Path
from typing import Any

import pytest
from homes import clone, done, panorama
from open_dataset import EARLIER, LATER
from typer.core import TyperGroup

from pipelines.cli import VERBS
from warehouse.home.home import Home

READING = [
    ("status",),
    ("status", EARLIER, "--json"),
    ("show", LATER),
    ("show", LATER, "--json", "--against", EARLIER),
    ("diff", EARLIER, LATER),
    ("explain", f"{EARLIER}..{LATER}"),
    ("trace", LATER, "PGP-0001"),
    ("edition", "list"),
    ("rules",),
    ("check", LATER),
    ("projects", "review"),
    ("projects", "show", "PGP-0001"),
    ("registers", "check"),
    ("publish", LATER, "--to", "{elsewhere}"),
]
# Those that make a home when asked to, and the catalogue, which needs none.
WITHOUT_HOME = ("init", "demo", "rules")
# What to give for what a verb cannot do without.
GIVEN = {"EDITION": "14", "PROJET": "PGP-0001", "FIRST..LAST": "13..14", "AVANT": "13", "APRÈS": "14"}


def traces(home: Path) -> dict[str, tuple[str, int]]:
    """The content and the time of change of everything in a home, folders included."""
    return {
        str(path): (
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
            path.stat().st_mtime_ns,
        )
        for path in [home, *sorted(home.rglob("*"))]
    }


@pytest.fixture(scope="module")
def untouched(two_editions: Home, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that lacks what a run would make again: whatever is missing stays so."""
    home = clone(two_editions.root, tmp_path_factory.mktemp("reading") / "home")
    shutil.rmtree(home / "dagster")
    (home / "registers" / "missions.csv").unlink()
    return home


@pytest.mark.parametrize("arguments", READING, ids=" ".join)
def test_reading_a_home_changes_no_byte_and_no_time(
    untouched: Path, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    before = traces(untouched)
    done(untouched, *(word.format(elsewhere=tmp_path / "elsewhere") for word in arguments))
    assert traces(untouched) == before
    assert not (tmp_path / "elsewhere").exists()


def every_verb() -> list[tuple[str, ...]]:
    """Every verb of the command line with what it cannot do without."""
    found = []
    for name, verb in VERBS.items():
        command = verb.load()
        alone = {(name,): command}
        group = {(name, each): one for each, one in command.commands.items()} if isinstance(command, TyperGroup) else {}
        found += [(*words, *_required(one)) for words, one in (group or alone).items() if name not in WITHOUT_HOME]
    return found


def _required(command: Any) -> list[str]:
    words = []
    for parameter in command.params:
        if parameter.required:
            options = [option for option in parameter.opts if option.startswith("--")]
            words += [*options[:1], GIVEN.get(str(parameter.metavar), "x")]
    return words


@pytest.mark.parametrize("arguments", every_verb(), ids=" ".join)
def test_no_command_makes_a_home_of_a_folder_that_is_none(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    absent, other = tmp_path / "nowhere", tmp_path / "documents"
    other.mkdir()
    (other / "letter.txt").write_text("of someone")
    for home, why in ((absent, "n'existe pas"), (other, "ni inbox/ ni registers/")):
        said = panorama(home, *arguments)
        assert said.status == 2
        assert f"Aucune installation dans {home}" in said.errors
        assert why in said.errors
        assert f"panorama init --home {home}" in said.errors
    assert not absent.exists()
    assert [path.name for path in other.iterdir()] == ["letter.txt"]


def test_a_home_is_made_when_asked_for_and_never_over_something_else(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert "est créée" in done(home, "init")
    before = traces(home)
    assert "existe déjà" in done(home, "init")
    assert traces(home) == before
    done(home, "edition", "open", "2026-06", "--cutoff", "2026-07-15")
    assert "2026-06" in done(home, "status")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("of someone")
    for verb in ("init", "demo"):
        refused = panorama(tmp_path / "full", verb)
        assert refused.status == 2
        assert "n'est pas vide" in refused.errors
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["letter.txt"]


def test_rules_need_no_home_unless_one_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert panorama(Path("panorama-home"), "rules", "COST-004").status == 0
    assert panorama(tmp_path / "nowhere", "rules").status == 2
    assert list(tmp_path.iterdir()) == []
