"""Thousands of submissions made wrong: each is refused clearly or read rightly, and nothing else ever happens."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.changed_cells import Change, table_of
from benchmarks.fuzz import Tally, fuzz, main, random_of
from benchmarks.judgement import FAULTS, HANG, REFUSED, SILENT, Right, judge, right_reading
from benchmarks.mutations import LEVELS, Mutant, draw_mutant, written

SEED, FILES = 2026, 2000


def test_two_thousand_files_give_no_crash_no_hang_and_no_value_changed_silently(tmp_path: Path) -> None:
    tally = Tally(list(fuzz(SEED, range(FILES), tmp_path)))
    assert [(each.number, each.what, each.judgement) for each in tally.faults] == []
    assert len(tally.verdicts) == FILES
    # Both ways are taken often, at every level: a reader that refused everything would prove nothing.
    assert {(each.suffix, each.level) for each in tally.verdicts} == {
        (suffix, level) for suffix, levels in LEVELS.items() for level in levels
    }
    assert FILES / 4 < tally.count(REFUSED) < 3 * FILES / 4


@pytest.fixture(scope="module")
def rights(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Right]:
    base = tmp_path_factory.mktemp("rights")
    return {suffix: right_reading(suffix, base / suffix) for suffix in LEVELS}


@pytest.mark.parametrize("suffix", [".xlsx", ".ods", ".csv"])
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(random=st.randoms(use_true_random=False))
def test_a_file_made_wrong_in_any_way_is_refused_clearly_or_read_rightly(
    tmp_path: Path, rights: dict[str, Right], suffix: str, random: Random
) -> None:
    mutant = draw_mutant(random, suffix)
    assert judge(mutant, tmp_path, rights[suffix], is_returned=False).outcome not in FAULTS


def test_the_same_seed_makes_the_same_files() -> None:
    assert [draw_mutant(random_of(7, number)) for number in range(50)] == [
        draw_mutant(random_of(7, number)) for number in range(50)
    ]


def test_a_value_that_no_change_explains_is_found(tmp_path: Path, rights: dict[str, Right]) -> None:
    other = Change(0, "updated_cost_meur", 99.0, (99.0,))
    told = Change(1, "updated_cost_meur", 25.0, (25.0,))
    mutant = Mutant(".csv", "cells", "a change that is not told", written(table_of([other, told]), ".csv"), (told,))
    judgement = judge(mutant, tmp_path, rights[".csv"], is_returned=False)
    assert judgement.outcome == SILENT
    assert "updated_cost_meur of row 2 was 12.5, is 99.0" in judgement.detail


def test_the_command_prints_its_figures_and_fails_on_a_fault(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert main(["--files", "20", "--seed", "3"]) == 0
    told = capsys.readouterr().out
    for figure in (
        "files tried: 20",
        "refused: ",
        "accepted: ",
        "crash: 0",
        "hang: 0",
        "slowest file: ",
        "peak memory: ",
    ):
        assert figure in told
    # No file answers within no time: each is a hang, and is kept.
    monkeypatch.setattr("benchmarks.fuzz.HANG_SECONDS", 0)
    assert main(["--only", "4", "--keep", str(tmp_path / "kept")]) == 1
    assert HANG in capsys.readouterr().out
    assert len(list((tmp_path / "kept").iterdir())) == 1
