"""Bad input is the normal case: a clear error, nothing half-written, the same command run again succeeds."""

import datetime as dt
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from homes import clone, digests, done, panorama
from submissions import row, rows_of, table_of, write_xlsx

from warehouse.archive.freshness import recorded
from warehouse.home.home import Home

EDITION = "2021-11"
# What says which files came and when: a refused file is a version too.
RECEIVED = "registers/submissions.csv"


def submit(home: Path, *rows: dict[str, object], name: str = "culture.xlsx", edition: str = EDITION) -> Path:
    return write_xlsx(home / "inbox" / edition / name, table_of(rows or rows_of(3)))


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:2000])


WRONG: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "missing inbox": (lambda home: shutil.rmtree(home / "inbox" / EDITION), ["n'existe pas", EDITION]),
    "empty inbox": (lambda home: (home / "inbox" / EDITION / "culture.xlsx").unlink(), ["est vide", EDITION]),
    "truncated": (lambda home: truncate(home / "inbox" / EDITION / "culture.xlsx"), ["culture.xlsx", "illisible"]),
    "wrong sheet": (
        lambda home: write_xlsx(home / "inbox" / EDITION / "culture.xlsx", [["Nom"], ["Alice"]], sheet="Annuaire"),
        ["culture.xlsx", "« Annuaire »", "Nom du projet"],
    ),
    "unknown ministry": (
        lambda home: submit(home, row(ministry="Ministère de la Magie")),
        ["culture.xlsx", "« Projets »", "ligne 2", "« Ministère porteur »", "Ministère de la Magie", "Attendu"],
    ),
    "duplicate project": (
        lambda home: submit(home, row(), row()),
        ["culture.xlsx", "ligne 3", "Nom du projet", "PROJET ALPHA", "Attendu"],
    ),
    "negative cost": (
        lambda home: submit(home, row(updated_cost_meur=-1.5)),
        ["culture.xlsx", "ligne 2", "Coût complet actualisé (M€ TTC)", "-1,5", "au moins égal à 0"],
    ),
    "end before start": (
        lambda home: submit(home, row(updated_end_date=dt.date(2018, 12, 1))),
        ["culture.xlsx", "ligne 2", "Fin actualisée", "01/12/2018", "postérieure au début"],
    ),
}


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home where two editions were sent, and the first accepted."""
    home = tmp_path_factory.mktemp("begun")
    for edition in ("2021-07", EDITION):
        submit(home, edition=edition)
    done(home, "run", "2021-07")
    return home


@pytest.fixture(scope="module")
def accepted(begun: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home where two editions were accepted."""
    home = clone(begun, tmp_path_factory.mktemp("accepted") / "home")
    done(home, "run", EDITION)
    return home


@pytest.mark.parametrize("case", WRONG)
def test_a_refusal_names_the_place_and_touches_nothing(accepted: Path, tmp_path: Path, case: str) -> None:
    home = clone(accepted, tmp_path / "home")
    before = digests(home, "registers", "out")
    core = digests(home, "warehouse/core_projects", "warehouse/out_slippage_projects")
    spoil, expected = WRONG[case]
    spoil(home)
    for command in ("check", "run"):
        said = panorama(home, command, EDITION)
        assert said.status == 1, said.errors
        for part in expected:
            assert part in said.errors
    after = digests(home, "registers", "out")
    changed = {path for path in before | after if before.get(path) != after.get(path)} - {RECEIVED}
    # What was found, and where the collection stands, is said of what was refused too.
    assert all(path.startswith((f"out/{EDITION}/quality/", f"out/{EDITION}/collection/")) for path in changed)
    assert digests(home, "warehouse/core_projects", "warehouse/out_slippage_projects") == core


def test_after_a_correction_the_same_command_succeeds_with_the_bytes_of_a_first_run(
    begun: Path, accepted: Path, tmp_path: Path
) -> None:
    home = clone(begun, tmp_path / "home")
    submit(home, *rows_of(3, updated_cost_meur=-1))
    assert panorama(home, "run", EDITION).status == 1
    submit(home)
    assert panorama(home, "run", EDITION).status == 0
    assert known(home, 3) == known(accepted, 2)
    inputs = [{key: line.inputs for key, line in recorded(Home(place)).items()} for place in (home, accepted)]
    assert inputs[0] == inputs[1]


def known(home: Path, version: int) -> dict[str, str]:
    """What a home keeps, but which version of the file of an edition it holds."""
    lines = (home / RECEIVED).read_text(encoding="utf-8").splitlines()
    assert len(lines) == version + 1
    of_files = (RECEIVED, "out_collection", "collection/", "panorama.db", "computed.json")
    return {path: digest for path, digest in digests(home).items() if not any(part in path for part in of_files)}


def test_check_writes_nothing(accepted: Path) -> None:
    before = digests(accepted, ".")
    said = panorama(accepted, "check", "14")
    assert said.status == 0
    assert "acceptable" in said.output
    assert digests(accepted, ".") == before


def test_every_fault_of_every_file_is_said_at_once(tmp_path: Path) -> None:
    submit(tmp_path, row(updated_cost_meur=-1), name="a.xlsx")
    submit(tmp_path, row(phase="En panne", name="B"), name="b.xlsx")
    (tmp_path / "inbox" / EDITION / "c.pdf").write_bytes(b"%PDF")
    said = panorama(tmp_path, "run", EDITION)
    assert said.status == 1
    for part in ("a.xlsx", "-1", "b.xlsx", "En panne", "c.pdf"):
        assert part in said.errors


@pytest.mark.parametrize(
    ("arguments", "status", "part"),
    [
        (("run", "2021-12"), 2, "Édition inconnue"),
        (("run", "99"), 2, "Édition inconnue"),
        (("show", "14"), 2, "n'a pas été calculée"),
        (("show", "14", "--against", "1999-01"), 2, "Édition inconnue"),
        (("backfill", "2016-11"), 2, "attendu"),
        (("backfill", "13..5"), 2, "précède"),
        (("backfill", "1..14"), 1, "Aucun fichier reçu"),
        (("edition", "open", "2026-13"), 2, "AAAA-MM"),
        (("edition", "open", "2015-01"), 2, "avant la première"),
        (("edition", "open", "2026-06", "--cutoff", "demain"), 2, "--cutoff"),
        (("fly",), 2, "fly"),
        (("run",), 2, "EDITION"),
    ],
)
def test_a_wrong_command_leaves_with_its_status(
    tmp_path: Path, arguments: tuple[str, ...], status: int, part: str
) -> None:
    done(tmp_path, "init")
    said = panorama(tmp_path, *arguments)
    assert said.status == status
    assert part in said.errors


def test_a_malformed_register_is_named_and_kept(accepted: Path, tmp_path: Path) -> None:
    home = clone(accepted, tmp_path / "home")
    register = home / "registers" / "projects.csv"
    broken = register.read_text(encoding="utf-8") + "n'importe quoi\n"
    register.write_text(broken, encoding="utf-8")
    said = panorama(home, "run", EDITION)
    assert said.status == 2
    assert "projects.csv" in said.errors
    assert "ligne 5" in said.errors
    assert register.read_text(encoding="utf-8") == broken


def test_one_refused_edition_does_not_stop_a_backfill(tmp_path: Path) -> None:
    submit(tmp_path, row(phase="En panne"), edition="2020-11")
    submit(tmp_path, edition="2021-07")
    said = panorama(tmp_path, "backfill", "12..14")
    assert said.status == 1
    assert "refusée" in said.output
    assert "faite" in said.output
    assert "aucun fichier reçu" in said.output
    assert panorama(tmp_path, "show", "13").status == 0


def test_an_edition_is_opened_without_a_commit(tmp_path: Path) -> None:
    done(tmp_path, "init")
    opened = panorama(tmp_path, "edition", "open", "2026-06", "--cutoff", "2026-07-15")
    assert opened.status == 0
    assert "n° 23" in opened.output
    assert panorama(tmp_path, "edition", "open", "2026-06").status == 0
    submit(tmp_path, edition="2026-06")
    assert panorama(tmp_path, "run", "23").status == 0
    listed = panorama(tmp_path, "edition", "list")
    line = next(line for line in listed.output.splitlines() if "2026-06" in line)
    assert "2026-07-15" in line
    assert "calculée" in line


def start(home: Path, *arguments: str, **options: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "pipelines.cli", *arguments, "--home", str(home)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)  # type: ignore[call-overload,no-any-return]  # keywords


def test_a_run_killed_at_any_step_is_repaired_by_the_next(begun: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    for edition in ("2021-07", EDITION):
        submit(home, edition=edition)
    for step in ("projets et identifiants", "jeu de données", "rapport et fiches", "base de données"):
        process = start(home, "run", "2021-07")
        assert process.stderr is not None
        for line in process.stderr:
            if step in line:
                time.sleep(0.05)
                break
        process.send_signal(signal.SIGKILL)
        process.communicate()
    done(home, "run", "2021-07")
    assert digests(home) == digests(begun)


def test_two_runs_at_once_both_succeed(begun: Path, accepted: Path, tmp_path: Path) -> None:
    home = clone(begun, tmp_path / "home")
    other = start(home, "run", EDITION)
    assert other.stderr is not None
    begun_there = other.stderr.readline()
    done(home, "run", EDITION)
    _, errors = other.communicate()
    assert other.returncode == 0, begun_there + errors
    assert digests(home) == digests(accepted)


def test_a_disk_that_refuses_is_said_so_and_loses_nothing(accepted: Path, tmp_path: Path) -> None:
    home = clone(accepted, tmp_path / "home")
    before = digests(home, "registers", "warehouse/core_projects")
    submit(home, *rows_of(20))

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    process = start(home, "run", EDITION, preexec_fn=limited)
    _, errors = process.communicate()
    assert process.returncode == 3, errors
    assert "Traceback" not in errors
    assert digests(home, "registers", "warehouse/core_projects") == before
    assert panorama(home, "run", EDITION).status == 0


def test_quality_is_kept_as_json(accepted: Path) -> None:
    folder = accepted / "out" / EDITION / "quality"
    reports = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")}
    assert reports["rows_conform_to_declaration"] == {
        "edition": EDITION,
        "check": "rows_conform_to_declaration",
        "passed": True,
        "checked": 3,
        "suspended": {},
        "findings": [],
    }
    assert "headline_equals_rows" in reports


def test_the_environment_names_the_home(accepted: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PANORAMA_HOME", str(accepted))
    result = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", "show", "14", "--json"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert json.loads(result.stdout)["edition"] == EDITION
