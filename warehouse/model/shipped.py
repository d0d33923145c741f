"""The files that ship with the program, read as text or as rows: facts that change without a change of code."""

import csv
import io
from functools import cache
from importlib import resources


def shipped_text(package: str, name: str) -> str:
    """The text of a file of a package, for instance `shipped_text("warehouse.facts", "data/targets.csv")`."""
    return resources.files(package).joinpath(name).read_text(encoding="utf-8")


@cache
def shipped_rows(package: str, name: str) -> tuple[dict[str, str], ...]:
    """The rows of a CSV file of a package, by column; read once, to be left as they are."""
    return tuple(csv.DictReader(io.StringIO(shipped_text(package, name)), strict=True))
