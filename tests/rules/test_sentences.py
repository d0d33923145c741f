"""The sentences that ship agree in number, and say dates and numbers as a French reader writes them."""

import ast
import csv
import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from warehouse.model.french import as_shown, counted, short_day

PROJECT = Path(__file__).parents[2]
PACKAGES = ("warehouse", "assets", "checks", "pipelines")
BOTH_NUMBERS = re.compile(r"\w\((?:s|e|es|x)\)")
# The titles that columns had, and have, in published editions.
TITLES = {"Financement [programme(s)]", "Programme(s)"}


def sentences(path: Path) -> Iterator[str]:
    """The texts of a file that a reader may be shown."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".csv":
        yield from (cell for line in csv.reader(text.splitlines()) for cell in line)
    elif path.suffix == ".py":
        tree = ast.parse(text)
        documented = ast.Module | ast.ClassDef | ast.FunctionDef
        docstrings = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, documented)}
        texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
        yield from (each for each in texts if isinstance(each, str) and each not in docstrings)
    else:
        yield text


@pytest.mark.parametrize("package", PACKAGES)
def test_no_sentence_leaves_the_number_to_the_reader(package: str) -> None:
    paths = [path for path in (PROJECT / package).rglob("*") if path.suffix in (".py", ".csv", ".j2")]
    found = [(path.name, said) for path in paths for said in sentences(path) if BOTH_NUMBERS.search(said)]
    assert [(name, said) for name, said in found if said not in TITLES] == []


def test_a_count_agrees_with_its_word() -> None:
    said = [counted(count, "projet").replace("\N{NO-BREAK SPACE}", " ") for count in (0, 1, 2)]
    assert said == ["0 projet", "1 projet", "2 projets"]


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        ("2.35", "number", "2,35"),
        ("-1.5", "number", "-1,5"),
        ("12", "number", "12"),
        ("2021-08-01", "date", "01/08/2021"),
        ("2021-08-01T10:30:00", "date", "01/08/2021 10:30:00"),
        # What a person wrote is told as it was written.
        ("2.35", "text", "2.35"),
        ("2021-08-01", "text", "2021-08-01"),
        ("true", "boolean", "true"),
    ],
)
def test_a_cell_is_told_as_it_shows(text: str, kind: str, shown: str) -> None:
    assert as_shown(text, kind) == shown
    assert short_day(dt.date(2021, 8, 1)) == short_day("2021-08-01") == "01/08/2021"
