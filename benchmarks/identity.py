"""How well the rows of published editions are linked, against a truth labelled by hand.

Exit status: 0 when precision and recall reach what is asked of them, 1 when they do not.
"""
# ruff: noqa: T201 - a benchmark prints its figures

import argparse
import itertools
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from assets.reading.typed_rows import type_projects
from assets.reading.workbooks import read_file
from warehouse.projects.identity import match_projects

ROOT = Path(__file__).parents[1]
FILES = {
    "2016-11": "01.csv",
    "2017-02": "02.csv",
    "2017-06": "03.csv",
    "2017-11": "04.csv",
    "2018-03": "05.xlsx",
    "2021-07": "13.csv",
}
# A wrong link falsifies two histories, a missing one is mended by a line in a register: precision is asked for first.
LEAST_PRECISION = 0.99
LEAST_RECALL = 0.95
EXAMPLE = """example, with the editions received in another order and one of them missing:
  python -m benchmarks.identity --order 2021-07 2016-11 2017-02 2017-06 2018-03
"""


@dataclass(frozen=True)
class Quality:
    """Pairs of rows of different editions: found to be one project, truly one, and both."""

    found: int
    true: int
    right: int

    @property
    def precision(self) -> float:
        """The share of the pairs found that are right; 1 when none is found."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """The share of the true pairs that are found; 1 when there is none."""
        return self.right / self.true if self.true else 1.0

    def __str__(self) -> str:
        return f"precision {self.precision:.4f}, recall {self.recall:.4f} ({self.right}/{self.found}/{self.true} pairs)"


def pairwise_quality(links: pd.DataFrame) -> Quality:
    """Count the pairs of rows of different editions.

    Args:
        links: one row per row of an edition; columns `edition`, `project_id` (found) and `project` (true).
    """

    def pairs(*keys: str) -> int:
        together = links.groupby(list(keys)).size()
        within = links.groupby([*keys, "edition"]).size()
        return int((together * (together - 1) // 2).sum() - (within * (within - 1) // 2).sum())

    return Quality(pairs("project_id"), pairs("project"), pairs("project_id", "project"))


def read_editions(folder: Path, truth: Path) -> pd.DataFrame:
    """The rows of the published editions, long, with the column `project` of the truth."""
    editions = []
    for edition, name in FILES.items():
        _, cells = read_file(folder / name, edition, "0" * 64)
        editions.append(type_projects(pd.DataFrame(cells))[0])
    labels = pd.read_csv(truth, dtype={"source_row": "Int64"})
    rows = pd.concat(editions, ignore_index=True)
    return rows.merge(labels, on=["edition", "source_row", "name"], how="left", validate="one_to_one")


def link_editions(rows: pd.DataFrame, order: Iterable[str]) -> pd.DataFrame:
    """Identify editions one after the other; what is not certain is a new project.

    Returns:
        The rows of these editions with the columns of `match_projects` and an id each.
    """
    known = rows.iloc[:0]
    for edition in order:
        current = rows[rows["edition"].eq(edition)]
        matches = match_projects(current, known)
        new = pd.Series([f"{edition}/{row}" for row in current["source_row"]], index=current.index)
        linked = current.drop(columns="project_id").join(matches)
        known = pd.concat([known, linked.assign(project_id=matches["project_id"].fillna(new))])
    return known


def report(linked: pd.DataFrame, order: Sequence[str]) -> None:
    """Print the quality of each two successive editions and of all, then what is wrong or doubtful."""
    for one, other in itertools.pairwise(order):
        both = linked[linked["edition"].isin([one, other])]
        counts = both.loc[both["edition"].eq(other), "decision"].value_counts()
        told = ", ".join(f"{decision} {counts.get(decision, 0)}" for decision in ("certain", "doubtful", "new"))
        print(f"{one} → {other}: rows {counts.sum()}, {told}, {pairwise_quality(both)}")
    print(f"all: rows {len(linked)}, {pairwise_quality(linked)}")
    truth = linked.groupby("project_id")["project"].first()
    wrong = linked["decision"].eq("certain") & linked["project_id"].map(truth).ne(linked["project"])
    names = linked.groupby("project_id")["name"].first()
    for label, rows in (("wrong", linked[wrong]), ("doubtful", linked[linked["decision"].eq("doubtful")])):
        for row in rows.to_dict("records"):
            verdict = "same project" if truth[row["candidate_id"]] == row["project"] else "not the same"
            print(f"{label}: {row['edition']} {row['name']!r} → {names[row['candidate_id']]!r} [{verdict}]")
            print(f"    {row['score']:.3f} {row['evidence']}")


def main(words: Sequence[str] | None = None) -> int:
    """Print the report asked for by the words of a command line, this process's own by default.

    Returns:
        The exit status.
    """
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EXAMPLE, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--editions",
        type=Path,
        default=ROOT.parent / "shared" / "data" / "editions",
        metavar="FOLDER",
        help="the published editions, as 01.csv … 13.csv (default: %(default)s)",
    )
    parser.add_argument(
        "--truth",
        type=Path,
        default=ROOT / "tests" / "data" / "identity_truth.csv",
        metavar="FILE",
        help="which project each row truly is (default: %(default)s)",
    )
    parser.add_argument(
        "--order",
        nargs="+",
        default=list(FILES),
        choices=list(FILES),
        metavar="EDITION",
        help=f"the editions to link, in the order they come (default: {' '.join(FILES)})",
    )
    arguments = parser.parse_args(words)
    if not arguments.editions.is_dir():
        parser.error(f"no such folder: {arguments.editions}; name the one of the published editions with --editions")
    linked = link_editions(read_editions(arguments.editions, arguments.truth), arguments.order)
    report(linked, arguments.order)
    quality = pairwise_quality(linked)
    if quality.precision >= LEAST_PRECISION and quality.recall >= LEAST_RECALL:
        return 0
    print(f"too low: at least precision {LEAST_PRECISION} and recall {LEAST_RECALL} are asked for", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
