"""Submissions made wrong by the thousand, each read as a run would: never a crash, a hang or a value changed silently.

Files are read one by one in a process of its own, within bounds of memory and time, which is started again when a file
ends it. The same seed makes the same files. Exit status: 0 when every file is refused clearly or read rightly, 1 else.
"""
# ruff: noqa: T201 - a benchmark prints its figures

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

from benchmarks.judgement import CRASH, EXPLAINED, FAULTS, HANG, REFUSED, Judgement, Right, judge, right_reading
from benchmarks.mutations import draw_mutant

MEMORY_BYTES = 2 * 1024**3
# No file takes a second; a machine at work on something else takes a few.
HANG_SECONDS = 60
# The workbook for the ministry is made for one file in so many: it costs more than all the rest.
RETURNED_EVERY = 8
MEBIBYTE = 1024**2
EXAMPLE = """examples:
  python -m benchmarks.fuzz --files 5000 --seed 0
  python -m benchmarks.fuzz --seed 0 --only 1234 --keep /tmp/fuzz    # one file again, kept to be looked at
"""


@dataclass(frozen=True)
class Verdict:
    """What came of one file: its number, how it was made, the judgement, its processor time and the memory reached."""

    number: int
    suffix: str
    level: str
    what: str
    judgement: Judgement
    seconds: float = 0.0
    memory_bytes: int = 0


@dataclass
class Tally:
    """The verdicts of a series of files."""

    verdicts: list[Verdict] = field(default_factory=list)

    @property
    def faults(self) -> list[Verdict]:
        """The files that were neither refused clearly nor read rightly."""
        return [verdict for verdict in self.verdicts if verdict.judgement.outcome in FAULTS]

    def count(self, *outcomes: str) -> int:
        """How many files had one of these outcomes."""
        return sum(verdict.judgement.outcome in outcomes for verdict in self.verdicts)

    def lines(self) -> list[str]:
        """The figures, to be printed."""
        tried = Counter(f"{verdict.suffix} {verdict.level}" for verdict in self.verdicts)
        codes = Counter(each.judgement.detail for each in self.verdicts if each.judgement.outcome == REFUSED)
        accepted = len(self.verdicts) - self.count(REFUSED, *FAULTS)
        slowest = max(self.verdicts, key=lambda each: each.seconds)
        return [
            f"files tried: {len(self.verdicts)} ({_told(tried)})",
            f"refused: {self.count(REFUSED)} ({_told(codes)})",
            f"accepted: {accepted}, of which {self.count(EXPLAINED)} with changed values, all explained by the change",
            *(f"{outcome}: {self.count(outcome)}" for outcome in FAULTS),
            f"slowest file: {slowest.seconds:.2f} s ({slowest.suffix}, n° {slowest.number}: {slowest.what[:80]})",
            f"peak memory: {max(each.memory_bytes for each in self.verdicts) / MEBIBYTE:.0f} MiB",
        ]


def _told(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))


def random_of(seed: int, number: int) -> Random:
    """What makes the file of a number in a series."""
    return Random(f"{seed}/{number}")  # noqa: S311 - to draw examples, not secrets


def fuzz(seed: int, numbers: Sequence[int], folder: Path) -> Iterator[Verdict]:
    """Make and judge the files of a series, in a process that is started again after one that ends it.

    Args:
        seed: of the series.
        numbers: which of its files.
        folder: an empty one, to work in.
    """
    context = multiprocessing.get_context("spawn")
    rest = list(numbers)
    while rest:
        ours, theirs = context.Pipe(duplex=False)
        worker = context.Process(target=_work, args=(theirs, seed, rest, folder), daemon=False)
        worker.start()
        theirs.close()
        while rest:
            try:
                verdict = ours.recv() if ours.poll(HANG_SECONDS) else _stopped(seed, rest[0], HANG, "no answer")
            except EOFError:
                worker.join()
                verdict = _stopped(seed, rest[0], CRASH, f"the process ended with status {worker.exitcode}")
            rest.pop(0)
            yield verdict
            if verdict.judgement.outcome in (HANG, CRASH):
                break
        worker.kill() if rest else worker.join()
        worker.join()
        ours.close()


def _stopped(seed: int, number: int, outcome: str, detail: str) -> Verdict:
    mutant = draw_mutant(random_of(seed, number))
    return Verdict(number, mutant.suffix, mutant.level, mutant.what, Judgement(outcome, detail))


def _work(answers: Connection, seed: int, numbers: Sequence[int], base: Path) -> None:
    """Judge files one after the other, until one escapes."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    folder = base / "file"
    folder.mkdir(exist_ok=True)
    rights: dict[str, Right] = {}
    for number in numbers:
        mutant = draw_mutant(random_of(seed, number))
        if mutant.suffix not in rights:
            rights[mutant.suffix] = right_reading(mutant.suffix, base / f"right{mutant.suffix}")
        before = _processor_seconds()
        try:
            judgement = judge(mutant, folder, rights[mutant.suffix], is_returned=number % RETURNED_EVERY == 0)
        except BaseException:
            judgement = Judgement(CRASH, traceback.format_exc()[-2000:])
        seconds = _processor_seconds() - before
        answers.send(Verdict(number, mutant.suffix, mutant.level, mutant.what, judgement, seconds, _peak_bytes()))
        if judgement.outcome == CRASH:
            return
    answers.close()


def _processor_seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _peak_bytes() -> int:
    kibibytes = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return kibibytes * 1024


def _keep(verdict: Verdict, seed: int, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    mutant = draw_mutant(random_of(seed, verdict.number))
    path = folder / f"{seed}-{verdict.number}{mutant.suffix}"
    path.write_bytes(mutant.content)
    return path


def main(words: Sequence[str] | None = None) -> int:
    """Print the figures asked for by the words of a command line, this process's own by default.

    Returns:
        The exit status.
    """
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EXAMPLE, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, default=3000, help="how many files (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="which series (default: %(default)s)")
    parser.add_argument("--only", type=int, metavar="NUMBER", help="a single file of the series")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where the files at fault are written")
    arguments = parser.parse_args(words)
    if arguments.files < 1:
        parser.error("--files: at least 1")
    numbers = range(arguments.files) if arguments.only is None else [arguments.only]
    tally, started = Tally(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="panorama-fuzz-") as folder:
        for verdict in fuzz(arguments.seed, numbers, Path(folder)):
            tally.verdicts.append(verdict)
            is_fault = verdict.judgement.outcome in FAULTS
            if is_fault or arguments.only is not None:
                print(f"n° {verdict.number} {verdict.suffix} {verdict.level} {verdict.what}")
                print(f"    {verdict.judgement.outcome}: {verdict.judgement.detail}")
                if arguments.keep is not None:
                    print(f"    {_keep(verdict, arguments.seed, arguments.keep)}")
    print("\n".join(tally.lines()))
    print(f"time: {time.monotonic() - started:.0f} s, seed {arguments.seed}")
    return 1 if tally.faults else 0


if __name__ == "__main__":
    sys.exit(main())
