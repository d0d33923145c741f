"""How a command speaks: results, messages and live steps, tables and JSON, the same for every command.

Nothing is read for the markup of `rich`: names come from the files.
"""

import contextlib
import functools
import json
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from warehouse.model.findings import Finding, in_severity_order, severities
from warehouse.model.french import INVISIBLE, shown
from warehouse.model.repetition import folded
from warehouse.model.vocabulary import MINISTRIES

PLAIN_WIDTH = 200


class _ShownConsole(Console):
    """A console to which no text brings a character that cannot be seen: each is named where it stands."""

    def render_str(self, text: str, **options: Any) -> Text:
        """The text to print, for everything that is printed as one, cells of tables included."""
        return super().render_str(shown(text), **options)


def output() -> Console:
    """Where results go: standard output, without wrapping when it is not a terminal."""
    width = None if sys.stdout.isatty() else PLAIN_WIDTH
    return _ShownConsole(width=width, highlight=False, soft_wrap=True, markup=False)


@functools.cache
def messages() -> Console:
    """Where progress and errors go: standard error; one for all, so that a line does not break what is live."""
    return _ShownConsole(stderr=True, highlight=False, soft_wrap=True, markup=False)


def write_json(value: Any, indent: int | None = 2) -> None:
    """Write a JSON document on standard output at once; a number that JSON cannot hold is a ValueError.

    What cannot be seen is escaped as JSON does, so that a program reads what a terminal does not act on.
    """
    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    sys.stdout.write(INVISIBLE.sub(lambda found: json.dumps(found[0])[1:-1], text) + "\n")
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
        yield lambda line: print(shown(f"{title} : {line}"), file=sys.stderr, flush=True)  # noqa: T201  # plain lines
        return
    with console.status(title) as status:

        def show(line: str) -> None:
            status.update(shown(f"{title} : {line}"))
            if line.startswith("contrôle"):
                console.print(f"{title} : {line}")

        yield show


def print_findings(findings: Sequence[Finding], console: Console) -> None:
    """One line for each finding, or for those of a kind: file by file, errors first, then what is of no file."""
    for finding in sorted(in_severity_order(folded(findings)), key=lambda one: (one.file is None, one.file or "")):
        console.print(str(finding))


def print_verdicts(by_ministry: Mapping[str, Sequence[Finding]], shared: Sequence[Finding], console: Console) -> None:
    """The findings of each ministry under its name, errors first, then those that no ministry answers for alone."""
    groups = [(MINISTRIES.label(name), by_ministry[name]) for name in sorted(by_ministry) if name]
    groups += [("Sans ministère, ou de plusieurs", [*by_ministry.get("", ()), *shared])]
    for title, findings in groups:
        listed = in_severity_order(folded(findings))
        if listed:
            console.print(f"{title} : {severities(listed)}", style="bold")
        for finding in listed:
            console.print(str(finding))
