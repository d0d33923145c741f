"""A correction of the past remakes what follows from it, or says that it is out of date."""

import csv
import shutil
from pathlib import Path

import pytest
from editions import DELTA, EDITIONS
from homes import After, Said, clone, digests, done, figures, line_of, panorama

from assets.demonstration import registers
from assets.demonstration.collection import write_cutoffs
from assets.demonstration.submissions import write_demonstration
from warehouse.home.home import Home

CORRECTED, LATER = "2021-07", "2021-11"
BEFORE = ("2020-11",)
SENDERS = ("culture", "interior", "justice")
BY, WHY = "Ministère de la Justice", "Coût de la refonte corrigé"
# What says when files came, and which earlier version they took the place of.
OF_FILES = "out_collection"
# What tells the correction itself.
OF_CORRECTION = ("core_corrections", "out_bridge", "out_headline_changes", "versions")


def demonstration_inbox(home: Path) -> Path:
    """A home that received files of the demonstration, each in its last version."""
    place = Home(home)
    place.create()
    write_cutoffs(place)
    for path in write_demonstration(home / "inbox"):
        if path.stem not in SENDERS:
            path.unlink()
    registers.write_registers(place)
    return home


def send_corrected(home: Path, cases: Path) -> None:
    """Put the corrected file in the place of that of the ministry."""
    shutil.copyfile(cases / "justice-2021-07-corrected.xlsx", home / "inbox" / CORRECTED / "justice.xlsx")


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home where three editions were computed, before the correction."""
    home = demonstration_inbox(tmp_path_factory.mktemp("before") / "home")
    done(home, "backfill", f"{BEFORE[0]}..{LATER}")
    return home


@pytest.fixture(scope="module")
def corrected(before: Path, semester_cases: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Said]:
    """A home where the second edition was corrected after the third, and what the command said."""
    home = clone(before, tmp_path_factory.mktemp("corrected") / "home")
    send_corrected(home, semester_cases)
    return home, panorama(home, "run", "13", "--by", BY, "--why", WHY)


@pytest.fixture(scope="module")
def from_the_start(semester_cases: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that never received anything but the corrected file."""
    home = demonstration_inbox(tmp_path_factory.mktemp("from_the_start") / "home")
    send_corrected(home, semester_cases)
    done(home, "backfill", f"{BEFORE[0]}..{LATER}")
    return home


def versions(home: Path, edition: str) -> list[dict[str, str]]:
    with (home / "registers" / "versions.csv").open(encoding="utf-8") as stream:
        return [line for line in csv.DictReader(stream) if line["edition"] == edition]


def tables(home: Path, *left_out: str) -> dict[str, str]:
    """The SHA-256 of every table of a home, but for some."""
    return {
        path: digest
        for path, digest in digests(home, "warehouse").items()
        if path.endswith(".parquet") and Path(path).parts[1] not in left_out
    }


def test_the_editions_that_follow_from_the_corrected_one_are_remade_and_named(
    before: Path, corrected: tuple[Path, Said]
) -> None:
    home, said = corrected
    assert said.status == 0, said.errors
    assert f"éditions refaites avec celle-ci : {LATER}" in said.output
    was, now = digests(before, "out"), digests(home, "out")
    changed = {Path(path).parts[1] for path in was | now if was.get(path) != now.get(path)}
    assert changed == {CORRECTED, LATER, "site"}
    assert "périmée" not in done(home, "edition", "list")


def test_what_is_published_is_what_it_would_be_had_the_corrected_file_come_first(
    before: Path, corrected: tuple[Path, Said], from_the_start: Path
) -> None:
    home, _ = corrected
    assert figures(home) == figures(from_the_start)
    assert tables(home, OF_FILES, *OF_CORRECTION) == tables(from_the_start, OF_FILES, *OF_CORRECTION)
    assert figures(home, LATER) != figures(before, LATER)
    assert digests(home, *(f"out/{key}" for key in BEFORE)) == digests(
        from_the_start, *(f"out/{key}" for key in BEFORE)
    )


def test_the_versions_say_who_and_why_also_of_the_edition_that_follows(corrected: tuple[Path, Said]) -> None:
    home, _ = corrected
    for edition, why in ((CORRECTED, WHY), (LATER, f"Suite de l'édition {CORRECTED} : {WHY}")):
        first, second = versions(home, edition)
        assert (first["version"], second["version"]) == ("1", "2")
        assert (second["changed_by"], second["reason"]) == (BY, why)
        assert WHY in done(home, "show", edition)
    assert all(len(versions(home, edition)) == 1 for edition in BEFORE)


def test_left_as_it_is_the_edition_that_follows_is_out_of_date_until_it_is_run(
    before: Path, corrected: tuple[Path, Said], semester_cases: Path, tmp_path: Path
) -> None:
    home = clone(before, tmp_path / "home")
    send_corrected(home, semester_cases)
    said = panorama(home, "run", "13", "--by", BY, "--why", WHY, "--only")
    assert said.status == 0, said.errors
    assert "éditions refaites" not in said.output
    of_later = (f"out/{LATER}", *(f"{path.relative_to(home)}" for path in _slices(home, LATER)))
    assert digests(home, *of_later) == digests(before, *of_later)
    assert digests(home, f"out/{CORRECTED}") == digests(corrected[0], f"out/{CORRECTED}")
    assert len(versions(home, LATER)) == 1
    assert "périmée" in line_of(home, LATER)
    assert "calculée" in line_of(home, CORRECTED)
    assert "périmée" in done(home, "show", "14")
    assert "périmée" not in done(home, "show", "13")
    approvals = digests(home, "registers")
    for command in (("publish", "14"), ("publish", "14", "--to", str(tmp_path / "site"), "--apply"), ("approve", "14")):
        refused = panorama(home, *command)
        assert refused.status == 1
        assert "panorama run 2021-11" in refused.errors
    assert digests(home, "registers") == approvals
    assert not (tmp_path / "site").exists()
    done(home, "run", "14")
    assert "périmée" not in done(home, "edition", "list")
    assert "périmée" not in done(home, "show", "14")
    assert digests(home, "out") == digests(corrected[0], "out")
    assert tables(home) == tables(corrected[0])
    assert panorama(home, "approve", "14", "--by", BY).status == 0


def _slices(home: Path, edition: str) -> list[Path]:
    return sorted((home / "warehouse").glob(f"*/edition={edition}"))


def test_an_exit_explained_after_the_edition_was_computed_makes_it_out_of_date_until_it_is_run(
    after: After, tmp_path: Path
) -> None:
    first, second = EDITIONS[:2]
    explain = ("projects", "exit", DELTA, "--edition", second, "--reason", "abandonné", "--by", "Ada")
    home = clone(after(first, second), tmp_path / "home")
    known = clone(after(first), tmp_path / "known")
    done(home, *explain)
    assert "périmée" in line_of(home, second)
    assert "calculée" in line_of(home, first)
    assert panorama(home, "approve", second).status == 1
    assert f"panorama run {second}" in done(home, "show", second)
    done(home, "run", second)
    assert "périmée" not in done(home, "edition", "list")
    done(known, *explain)
    assert "périmée" not in done(known, "edition", "list")
    done(known, "run", second)
    assert figures(home) == figures(known)
    assert tables(home, *OF_CORRECTION) == tables(known, *OF_CORRECTION)


def test_an_address_that_changes_makes_out_of_date_every_edition_that_names_it(before: Path, tmp_path: Path) -> None:
    home = clone(before, tmp_path / "home")
    with (home / "panorama.toml").open("a", encoding="utf-8") as file:
        file.write('\n[site]\nbase_url = "https://panorama.example.gouv.fr"\n')
    for edition in (*BEFORE, CORRECTED, LATER):
        assert "périmée" in line_of(home, edition)
    done(home, "run", LATER)
    for edition in (*BEFORE, CORRECTED, LATER):
        assert "périmée" not in line_of(home, edition)
    page = (home / "out" / "site" / BEFORE[0] / "index.html").read_text(encoding="utf-8")
    assert "https://panorama.example.gouv.fr/" in page
