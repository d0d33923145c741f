"""What the forecasts at completion are worth, replayed edition after edition.

On the warehouse of a home, or on the published editions, linked as `benchmarks.identity` does. Exit status: 0.
"""
# ruff: noqa: T201 - a benchmark prints its figures

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from benchmarks.identity import FILES, ROOT, link_editions, read_editions
from warehouse.archive.tables import CORE_PROJECTS
from warehouse.forecast.backtest import replay, summary
from warehouse.home.store import ParquetStore

EXAMPLE = """example, on a home where several editions were run:
  python -m benchmarks.forecast --home /tmp/demo
"""


def published_history(folder: Path) -> pd.DataFrame:
    """The published editions as core projects, with the ids found for them."""
    rows = read_editions(folder, ROOT / "tests" / "data" / "identity_truth.csv")
    linked = link_editions(rows, FILES)
    return linked.reindex(columns=CORE_PROJECTS.names())


def report(replayed: pd.DataFrame) -> None:
    """Print the trial of all origins, then of each."""
    table = summary(replayed).round(3)
    print(table.to_string(index=False))
    for origin, rows in replayed.groupby("origin"):
        print(f"\nfrom {origin} to {', '.join(sorted(rows['target'].unique()))}")
        told = summary(rows)
        print(told.loc[told["n"].gt(0)].round(3).to_string(index=False))


def main(words: Sequence[str] | None = None) -> int:
    """Print the report asked for by the words of a command line, this process's own by default.

    Returns:
        The exit status.
    """
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EXAMPLE, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--home", type=Path, metavar="FOLDER", help="a home whose warehouse has several editions")
    parser.add_argument(
        "--editions",
        type=Path,
        default=ROOT.parent / "shared" / "data" / "editions",
        metavar="FOLDER",
        help="the published editions, when no home is given (default: %(default)s)",
    )
    arguments = parser.parse_args(words)
    folder = arguments.home / "warehouse" if arguments.home else arguments.editions
    if not folder.is_dir():
        parser.error(f"no such folder: {folder}")
    last = "9999-12"
    history = ParquetStore(folder).history(CORE_PROJECTS, last) if arguments.home else published_history(folder)
    report(replay(history))
    return 0


if __name__ == "__main__":
    sys.exit(main())
