"""How long the commands take, as ratios in one run: to a bare script, to `python -c pass`, to one edition.

Processor seconds of the processes started, the smallest of several tries; peak memory beside. With `--profile`, where
the seconds of a run go.

    python -m benchmarks.speed [--editions ../shared/data/editions] [--tries 3] [--profile]
"""

import argparse
import cProfile
import os
import pstats
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

PANORAMA = [sys.executable, "-m", "pipelines.cli"]
LAST = "2021-11"
PROFILE_LINES = 25
# All that a run imports, as it does: without looking for garbage, Great Expectations for a check, of nothing here.
IMPORTS = """
import gc
gc.disable()
import pandas as pd, pipelines.work.running
from checks.rules.expectations import unexpected_rows
unexpected_rows(pd.DataFrame({"a": [1]}), [])
"""


@dataclass(frozen=True)
class Measure:
    """Processor seconds of a command, and the most memory it held, in MiB."""

    seconds: float
    peak_mib: float


@dataclass(frozen=True)
class Ratio:
    """A command against what it is compared with, and the most it may be."""

    label: str
    seconds: float
    reference: float
    at_most: float

    def __str__(self) -> str:
        value = self.seconds / self.reference
        verdict = "" if value <= self.at_most else "  <-- too slow"
        return f"{self.label:<48} {self.seconds:7.2f} s {value:7.1f}  (at most {self.at_most:g}){verdict}"


def measured(command: Sequence[str], tries: int = 1) -> Measure:
    """Start a command and wait for it; RuntimeError when it fails."""
    found = []
    for _ in range(tries):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)  # noqa: S603
        said = process.stderr.read() if process.stderr else b""
        _, status, used = os.wait4(process.pid, 0)
        if os.waitstatus_to_exitcode(status) not in (0, 1):
            raise RuntimeError(f"{' '.join(command)} : {said.decode(errors='replace')}")
        found.append(Measure(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024))
    return min(found, key=lambda measure: measure.seconds)


def real_home(root: Path, files: Path, count: int) -> tuple[Path, str]:
    """A home whose first editions have each a published file, its own or the nearest; and the span of its editions."""
    from warehouse.home.calendar import load_calendar  # noqa: PLC0415  # not in the processes measured

    editions = list(load_calendar(root / "none"))[:count]
    known = {int(path.stem): path for path in files.iterdir() if path.stem.isdigit()}
    for edition in editions:
        nearest = min(known, key=lambda number: (abs(number - edition.ordinal), number))
        folder = root / "inbox" / edition.key
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(known[nearest], folder)
    return root, f"{editions[0].key}..{editions[-1].key}"


def ratios(work: Path, files: Path, tries: int) -> Iterator[Ratio]:
    """Every ratio, as it is measured."""
    home = work / "demonstration"
    measured([*PANORAMA, "demo", "--home", str(home)])
    nothing = measured([sys.executable, "-c", "pass"], 10).seconds
    yield Ratio("panorama --help / python -c pass", measured([*PANORAMA, "--help"], tries).seconds, nothing, 15)
    place = ["--home", str(home)]
    yield Ratio(
        "panorama show / python -c pass", measured([*PANORAMA, "show", LAST, *place], tries).seconds, nothing, 80
    )
    bare = [sys.executable, "-m", "benchmarks.bare_script", str(home), str(work / "bare")]
    script = measured(bare, tries).seconds
    run = min((measured([*PANORAMA, "run", LAST, *place]) for _ in range(tries)), key=lambda one: one.seconds)
    yield Ratio("run of one edition / bare script", run.seconds, script, 10)
    imports = measured([sys.executable, "-c", IMPORTS], tries).seconds
    yield Ratio("  of which imports / bare script", imports, script, 5)
    yield Ratio(
        "check of one edition / bare script", measured([*PANORAMA, "check", LAST, *place], tries).seconds, script, 7
    )
    yield Ratio("peak memory of a run, MiB / MiB", run.peak_mib, 1, 450)
    yield from backfills(work, files)


def backfills(work: Path, files: Path) -> Iterator[Ratio]:
    """A backfill of one published edition, of nine and of twenty-two; then the tables alone."""
    seconds, tables = {}, {}
    for count in (1, 9, 22):
        home, span = real_home(work / f"backfill-{count}", files, count)
        seconds[count] = measured([*PANORAMA, "backfill", span, "--home", str(home)]).seconds
        tables[count] = tables_seconds(home)
    yield Ratio("backfill of 9 editions / of one", seconds[9], seconds[1], 4)
    yield Ratio("backfill of 22 editions / of one", seconds[22], seconds[1], 8)
    yield Ratio("tables alone, 9 editions / one", tables[9], tables[1], 2)
    yield Ratio("tables alone, 22 editions / one", tables[22], tables[1], 8)


def tables_seconds(home: Path) -> float:
    """Processor seconds of every table of figures of a home, made in one pass from its accepted rows."""
    code = "from benchmarks.tables import main; main()"
    made = subprocess.run([sys.executable, "-c", code, str(home)], capture_output=True, text=True, check=True)  # noqa: S603
    return float(made.stdout)


def profile(home: Path) -> None:
    """Where the seconds of a run go, as a list of functions."""
    from pipelines.work.running import run_edition  # noqa: PLC0415  # not in the processes measured
    from warehouse.home.home import Home  # noqa: PLC0415

    place = Home(home)
    profiler = cProfile.Profile()
    profiler.runcall(run_edition, place, place.calendar().find(LAST), progress=lambda _: None)
    pstats.Stats(profiler).sort_stats("cumulative").print_stats(PROFILE_LINES)


def main() -> None:
    """Print every ratio, then the profile of a run when it is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--editions", type=Path, default=Path("../shared/data/editions"), help="published editions")
    parser.add_argument("--tries", type=int, default=3, help="tries of each command, of which the smallest counts")
    parser.add_argument("--profile", action="store_true", help="show where the seconds of a run go")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="panorama-speed-") as folder:
        for ratio in ratios(Path(folder), asked.editions, asked.tries):
            print(ratio, flush=True)  # noqa: T201  # what is asked for
        if asked.profile:
            profile(Path(folder) / "demonstration")


if __name__ == "__main__":
    main()
