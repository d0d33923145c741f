"""Tables, columns and closed lists are declared once, as data, and whoever asks what a table is waits for nothing."""

import subprocess
import sys
from dataclasses import replace
from typing import get_args

import pytest

from warehouse.archive.tables import ACCEPTED_ROWS, SUBMITTED_ROWS, TABLES
from warehouse.home.register_tables import REGISTERS
from warehouse.model.columns import FILE, SHARED, Theme
from warehouse.model.csv_text import shipped_rows
from warehouse.model.errors import SchemaError
from warehouse.model.schema import Column, Kind, Table
from warehouse.model.terms import Vocabulary
from warehouse.model.vocabulary import COST_BANDS, VOCABULARIES
from warehouse.open_data.files import DATA_FILES
from warehouse.open_data.key_figures import OPEN_KEY_FIGURES
from warehouse.open_data.tables import (
    LEGACY_PROJECTS,
    OPEN_INDICATORS,
    OPEN_MOVEMENTS,
    OPEN_PROVENANCE,
    OPEN_SLIPPAGE,
)
from warehouse.projects.withheld import ANY, FLAGS
from warehouse.projects.withheld import FILE as OF_FILE

DECLARED = (*TABLES.values(), *REGISTERS.values(), OPEN_PROVENANCE, LEGACY_PROJECTS)
# Rows have the columns of the projects they make; nothing is required of them before they are checked.
OF_ROWS = (SUBMITTED_ROWS, ACCEPTED_ROWS)
# Published tables made of columns of others, and of a few of their own.
PARTLY_DECLARED = (OPEN_KEY_FIGURES, OPEN_INDICATORS, OPEN_SLIPPAGE, OPEN_MOVEMENTS)
PUBLISHED = [file.table for file in DATA_FILES if file.table]
THEMES = ("follow_up", "forecast", "history", "home", "open_data", "projects", "quality", "slippage")


def tables_of(package: str) -> list[Table]:
    return [table for table in DECLARED if _declares(package, table)]


def _declares(package: str, table: Table) -> bool:
    try:
        declared = [Theme(package).column(column.name, table.name) for column in table.columns]
    except SchemaError:
        return False
    columns = list(table.columns)
    return _not_required(declared) == _not_required(columns) if table in OF_ROWS else declared == columns


def _not_required(columns: list[Column]) -> list[Column]:
    return [replace(column, required=False, unique=False) for column in columns]


def test_every_table_is_declared_by_one_theme() -> None:
    for table in DECLARED:
        themes = [theme for theme in THEMES if table in tables_of(f"warehouse.{theme}")]
        assert len(themes) == 1, (table.name, themes)


@pytest.mark.parametrize("table", [*DECLARED, *PUBLISHED], ids=lambda table: table.name)
def test_every_column_says_what_it_is(table: Table) -> None:
    published = [column.published for column in table.columns]
    assert len(set(published)) == len(published)
    flags = {*FLAGS, ANY, OF_FILE, *(f"previous_{flag}" for flag in FLAGS)}
    for column in table.columns:
        assert column.published
        assert column.title
        assert column.description
        assert column.kind in get_args(Kind)
        assert column.vocabulary is None or column.vocabulary in VOCABULARIES
        assert flags.issuperset(column.withheld_by)
        # Where a row came from is made missing when it is published, where nothing of it is required.
        if {*column.withheld_by} - {OF_FILE} and column.required and column.kind != "boolean":
            assert "withheld" in VOCABULARIES[column.vocabulary or ""].codes()


@pytest.mark.parametrize("theme", THEMES)
def test_every_line_of_a_theme_declares_a_column_of_its_tables(theme: str) -> None:
    own = PARTLY_DECLARED if theme == "open_data" else ()
    names = {table.name: table.names() for table in (*tables_of(f"warehouse.{theme}"), *own)}
    lines = shipped_rows(f"warehouse.{theme}", FILE)
    keys = [(line["name"], line["table"]) for line in lines]
    assert len(set(keys)) == len(keys)
    for name, table in keys:
        of_one_table = {one for other, one in keys if other == name and one}
        users = {one for one, columns in names.items() if name in columns}
        assert table in users if table else users - of_one_table, (name, table)


def test_every_shared_line_serves_several_themes() -> None:
    for line in shipped_rows(SHARED, FILE):
        assert not line["table"]
        own = {theme for theme in THEMES for table in tables_of(f"warehouse.{theme}") if line["name"] in table.names()}
        assert len(own) > 1, line["name"]


def test_the_lines_have_the_same_cells_and_known_answers() -> None:
    headers = list(shipped_rows(SHARED, FILE)[0])
    for package in (SHARED, *(f"warehouse.{theme}" for theme in THEMES)):
        for line in shipped_rows(package, FILE):
            assert list(line) == headers
            assert line["required"] in ("", "oui", "-")


def test_a_line_says_what_differs_from_the_one_behind_it() -> None:
    shared, own = REGISTERS["projects"].column("ministry_id"), REGISTERS["submissions"].column("ministry_id")
    assert shared.required
    assert not own.required
    assert own.description != shared.description
    assert (own.published, own.title, own.vocabulary) == (shared.published, shared.title, shared.vocabulary)


def test_a_column_that_no_line_declares_is_refused() -> None:
    with pytest.raises(SchemaError, match="coat_meur"):
        Theme("warehouse.projects").table("projects", "Projets", "Un par ligne.", columns="edition coat_meur")


def test_every_closed_list_has_codes_and_labels_of_its_own() -> None:
    used = {column.vocabulary for table in (*DECLARED, *PUBLISHED) for column in table.columns if column.vocabulary}
    assert used <= set(VOCABULARIES)
    for vocabulary in VOCABULARIES.values():
        assert isinstance(vocabulary, Vocabulary)
        assert len(set(vocabulary.codes())) == len(vocabulary.codes()) > 0
        assert len(set(vocabulary.labels())) == len(vocabulary.labels())
        assert all(label == label.strip() for label in vocabulary.labels())


def test_cost_bands_follow_each_other_without_a_gap() -> None:
    assert COST_BANDS[0].lower_meur == 0
    assert COST_BANDS[-1].upper_meur == float("inf")
    assert [band.upper_meur for band in COST_BANDS[:-1]] == [band.lower_meur for band in COST_BANDS[1:]]


def test_declarations_are_read_without_pandas_arrow_nor_sql() -> None:
    modules = "warehouse.archive.tables, warehouse.home.register_tables, warehouse.open_data.key_figures"
    script = f"import sys, {modules}; print(*sys.modules)"
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert {"pandas", "pyarrow", "sqlalchemy"}.isdisjoint(printed.split())
