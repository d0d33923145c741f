"""A home is a folder: copied, moved, restored from what a backup must hold, it gives the same bytes."""

import shutil
from pathlib import Path

from homes import Said, clone, done, published

# What a run makes again from the rest.
REMADE = ("dagster", "out")


def test_a_home_restored_elsewhere_without_what_is_remade_gives_the_same_files(
    demonstration: tuple[Path, Said], tmp_path: Path
) -> None:
    home = demonstration[0]
    restored = clone(home, tmp_path / "ailleurs")
    for name in REMADE:
        shutil.rmtree(restored / name)
    done(restored, "backfill", "2020-06..2021-11")
    assert published(restored) == published(home)
    registers = {path.name: path.read_bytes() for path in sorted((home / "registers").glob("*.csv"))}
    assert {path.name: path.read_bytes() for path in sorted((restored / "registers").glob("*.csv"))} == registers


def test_a_home_that_moved_goes_on(backfilled: Path, tmp_path: Path) -> None:
    home = clone(backfilled, tmp_path / "un")
    moved = home.rename(tmp_path / "autre dossier, été")
    before = published(moved)
    done(moved, "run", "2021-11")
    assert published(moved) == before
    assert "périmée" not in done(moved, "edition", "list")
