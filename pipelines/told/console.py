"""How a command speaks: results, messages and live steps, tables and JSON, the same for every command.

Nothing is read for the markup of `rich`: names come from the files.
"""

import contextlib
import json
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from warehouse.model.findings import SEVERITY_LABELS, Finding
from warehouse.model.repetition import folded

PLAIN_WIDTH = 200


def output() -> Console:
    """Where results go: standard output, without wrapping when it is not a terminal."""
    width = None if sys.stdout.isatty() else PLAIN_WIDTH
    return Console(width=width, highlight=False, soft_wrap=True, markup=False)


def messages() -> Console:
    """Where progress and errors go: standard error."""
    return Console(stderr=True, highlight=False, soft_wrap=True, markup=False)


def write_json(value: Any, indent: int | None = 2) -> None:
    """Write a JSON document on standard output at once; a number that JSON cannot hold is a ValueError."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False) + "\n")
    sys.stdout.flush()


def table(
    headers: Sequence[str],
    *,
    title: str | None = None,
    caption: str | None = None,
    right: Collection[str] = (),
    wraps: bool = True,
) -> Table:
    """A table without rows yet; the columns named in `right` hold figures."""
    made = Table(title=title, title_justify="left", caption=caption, caption_justify="left")
    for header in headers:
        made.add_column(header, justify="right" if header in right else "left", no_wrap=not wraps)
    return made


@contextlib.contextmanager
def steps(title: str) -> Iterator[Callable[[str], None]]:
    """Yield a function to call with each step: a live line on a terminal, a line each elsewhere."""
    console = messages()
    if not console.is_terminal:
        yield lambda line: print(f"{title} : {line}", file=sys.stderr, flush=True)  # noqa: T201  # plain lines
        return
    with console.status(title) as status:

        def show(line: str) -> None:
            status.update(f"{title} : {line}")
            if line.startswith("contrôle"):
                console.print(f"{title} : {line}")

        yield show


def print_findings(findings: Sequence[Finding], console: Console) -> None:
    """One line for each finding, or for those of a kind, errors first."""
    ranks = list(SEVERITY_LABELS)
    for finding in sorted(folded(findings), key=lambda finding: ranks.index(finding.severity)):
        console.print(str(finding))
