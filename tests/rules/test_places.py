"""A finding names the cell its figure came from, and tells values as a French reader expects them."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from row_cases import CULTURE, EDITION, beside_a_full_row, one, opened
from test_measures import project

from assets.reading.typed_rows import type_projects
from checks.rules.places import Places, Wording
from warehouse.model.schema import empty_frame
from warehouse.projects.tables import RAW_SUBMISSIONS


def first_row(cells: pd.DataFrame) -> dict[Hashable, Any]:
    return type_projects(cells)[0].to_dict("records")[0]


def test_a_column_is_found_by_its_own_field_or_by_the_one_it_comes_from(tmp_path: Path) -> None:
    cells, _ = opened(Projet="ALPHA")(tmp_path)
    row, places = first_row(cells), Places(cells)
    line = {"file": "13.csv", "sheet": "13", "row": 2}
    assert places.locate(row, "name") == line | {"column": "Projet", "cell": "A2", "value": "ALPHA"}
    ministry = {"column": "Ministère porteur", "cell": "B2", "value": CULTURE}
    assert places.locate(row, "ministry_id") == line | ministry
    years = {"column": "Durée du projet en années", "cell": "E2", "value": "3"}
    assert places.locate(row, "updated_duration_months") == places.locate(row, "updated_end_date") == line | years
    # The layout has no such column: the title, and no cell.
    assert places.locate(row, "initial_end_date") == line | {"column": "Fin initiale"}


def test_an_empty_cell_has_a_place_and_no_value(tmp_path: Path) -> None:
    cells, _ = beside_a_full_row("funding", "P156")(tmp_path)
    place = Places(cells).locate(first_row(cells) | {"source_row": 3}, "funding")
    assert (place["row"], place["value"], place["cell"][-1]) == (3, None, "3")


def test_the_same_file_name_in_two_editions_is_two_files(tmp_path: Path) -> None:
    cells, _ = one(name="Alpha")(tmp_path)
    later = cells.assign(edition="2022-06", value=cells["value"].replace("Alpha", "Bêta"))
    places, row = Places(pd.concat([cells, later], ignore_index=True)), first_row(cells)
    for edition, name in ((EDITION, "Alpha"), ("2022-06", "Bêta")):
        assert places.locate(row | {"edition": edition}, "name")["value"] == name
        assert places.of(edition).locate(row | {"edition": edition}, "name")["value"] == name
    assert places.files("submission").tolist() == ["culture.xlsx"]


def test_a_row_of_which_no_cell_was_kept_is_told_by_its_line() -> None:
    row: dict[Hashable, Any] = dict(project(3).items())
    place = Places(empty_frame(RAW_SUBMISSIONS)).locate(row, "updated_cost_meur")
    assert place == {"file": "a.csv", "sheet": "a", "row": 4, "column": "Coût complet actualisé"}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("phase_before", "rollout", "Déploiement"),
        ("ministry_id", "culture", "Ministère de la Culture"),
        ("updated_cost_meur", 12.5, "12,5"),
        ("updated_end_date", pd.Timestamp(2021, 7, 1), "01/07/2021"),
        ("interministerial_before", True, "Oui"),
        ("interministerial", False, "Non"),
        ("count", 3, "3"),
        ("opinion", None, ""),
        ("updated_cost_meur", float("nan"), ""),
        # A name is told as it is, whatever it holds.
        ("name", "{code} {0}", "{code} {0}"),
    ],
)
def test_a_value_is_told_as_a_french_reader_expects_it(name: str, value: object, said: str) -> None:
    assert Wording("cost_does_not_jump", {name: value})[name] == said
