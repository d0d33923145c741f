"""Each published figure is traced to the cells it was read from, which are opened here and counted again."""

import csv
import json
import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from homes import clone, done, panorama

from warehouse.home.home import Home
from warehouse.home.registers import register
from warehouse.open_data.provenance import COMPUTED
from warehouse.open_data.tables import OPEN_PROJECTS
from warehouse.projects.durations import duration_months

LAST = "2021-11"
KEY = ["identifiant_projet", "colonne"]


def published(home: Path, edition: str, stem: str) -> pd.DataFrame:
    """A CSV of the dataset, as texts; an empty cell is missing. `{}` in its stem stands for the edition."""
    return pd.read_csv(home / "out" / edition / "open_data" / f"{stem.format(edition)}.csv", dtype="str")


class Received:
    """The received workbooks of a home, as a spreadsheet shows them."""

    def __init__(self, home: Path) -> None:
        self.home = home
        lines = register(Home(home).registers, "submissions").read()
        self.kept = {(line["edition"], line["file"]): line["sha256"] for line in lines.to_dict("records")}
        self.books: dict[Path, Any] = {}

    def cell(self, row: dict[Hashable, Any]) -> Any:
        """What the cell of a line of provenance holds."""
        key = (row["edition_source"], row["fichier_source"])
        path = self.home / "received" / key[0] / f"{self.kept[key]}{Path(key[1]).suffix}"
        if path not in self.books:
            self.books[path] = openpyxl.load_workbook(path, data_only=True)
        sheet = self.books[path][row["feuille_source"]]
        header = str(row["entete_source"])
        place = f"{row['colonne_source']}{row['ligne_source']}"
        assert header in {str(cell.value) for cell in sheet[1]}, header
        return sheet[place].value


@pytest.fixture(scope="module")
def home(demonstration: tuple[Path, Any]) -> Path:
    return demonstration[0]


@pytest.fixture(scope="module")
def lines(home: Path) -> pd.DataFrame:
    return published(home, LAST, "provenance-{}")


def parts(home: Path, lines: pd.DataFrame) -> dict[tuple[str, str], dict[str, list[Any]]]:
    """For each figure, what the cells of each of its parts hold, in their order."""
    received = Received(home)
    # Which row it is stays unsaid where the file has a project whose figures are kept back.
    is_placed = (
        lines.groupby(KEY)["ligne_source"]
        .transform("count")
        .eq(lines.groupby(KEY)["fichier_source"].transform("count"))
    )
    lines = lines.loc[is_placed]
    found: dict[tuple[str, str], dict[str, list[Any]]] = {}
    for row in lines.sort_values([*KEY, "part", "rang"]).to_dict("records"):
        cell = received.cell(row)
        found.setdefault((row["identifiant_projet"], row["colonne"]), {}).setdefault(row["part"], []).append(cell)
    return found


def amount(cells: list[Any]) -> float:
    """What the cells of a part amount to: a cost, or months between two dates."""
    if len(cells) == 1:
        return float(cells[0])
    start, end = (pd.Series(pd.to_datetime([cell])) for cell in cells)
    return float(duration_months(start, end)[0])


def test_every_figure_is_what_its_cells_say(home: Path, lines: pd.DataFrame) -> None:
    projects = published(home, LAST, "panorama-{}-complet").set_index("identifiant_projet")
    checked = 0
    for name, how in COMPUTED.items():
        column = OPEN_PROJECTS.column(name).published
        of_column = lines.loc[lines["colonne"].eq(column)]
        is_corrected = name.startswith("schedule_corrected")
        for (project, _), cells in parts(home, of_column).items():
            if is_corrected and projects["fin_depassee"][project] == "true":
                continue
            reference = next(amount(said) for part, said in cells.items() if part != "Valeur de l'édition")
            expected = reference
            if how.with_forecast:
                difference = amount(cells["Valeur de l'édition"]) - reference
                expected = difference / reference if name.endswith("_ratio") else difference
            assert float(projects[column][project]) == pytest.approx(expected, abs=1e-6), (project, column)
            checked += 1
    assert checked > 500


@pytest.mark.parametrize("column", ["cout_actualise_meur", "date_debut", "date_fin_actualisee", "nom_projet"])
def test_a_figure_that_is_read_is_its_cell(home: Path, lines: pd.DataFrame, column: str) -> None:
    projects = published(home, LAST, "panorama-{}-complet").set_index("identifiant_projet")[column]
    read = parts(home, lines.loc[lines["colonne"].eq(column)])
    for (project, _), cells in read.items():
        ((cell,),) = cells.values()
        said = cell.date().isoformat() if hasattr(cell, "date") else cell
        assert str(projects[project]) == str(said) or float(projects[project]) == float(said)
    assert len(read) > len(projects.dropna()) / 2


def test_what_is_published_has_a_provenance_and_what_is_not_has_none(home: Path, lines: pd.DataFrame) -> None:
    projects = published(home, LAST, "panorama-{}-complet").set_index("identifiant_projet")
    measures = [
        column.published
        for column in OPEN_PROJECTS.columns
        if column.kind in ("number", "date") or column.name in COMPUTED
    ]
    shown = {(project, name) for name in measures for project in projects.index[projects[name].notna()]}
    traced = set(map(tuple, lines[KEY].drop_duplicates().to_numpy()))
    assert {pair for pair in traced if pair[1] in measures} == shown


def test_what_is_withheld_has_no_provenance(home: Path) -> None:
    projects = published(home, "2021-07", "panorama-{}-complet")
    (withheld,) = projects.loc[projects["cout_non_publie"].eq("true"), "identifiant_projet"]
    lines = published(home, "2021-07", "provenance-{}")
    told = set(lines.loc[lines["identifiant_projet"].eq(withheld), "colonne"])
    assert told
    assert not {column for column in told if "cout" in column or "ecart_budgetaire" in column or "_fin" in column}


def test_the_first_baseline_is_in_the_file_of_its_own_edition(home: Path, lines: pd.DataFrame) -> None:
    projects = published(home, LAST, "panorama-{}-complet").set_index("identifiant_projet")
    initial = lines.loc[lines["colonne"].eq("cout_initial_meur")].set_index("identifiant_projet")
    assert initial["part"].eq("Première référence").all()
    assert initial["edition_source"].equals(projects["edition_reference"].reindex(initial.index))
    assert set(initial["edition_source"]) > {"2020-06"}


def test_first_published_figures_that_stand_in_are_traced_too(real_editions: tuple[Path, Any]) -> None:
    home, _ = real_editions
    projects = published(home, "2018-03", "panorama-{}-complet").set_index("identifiant_projet")
    lines = published(home, "2018-03", "provenance-{}")
    ratio = lines.loc[lines["colonne"].eq("taux_ecart_budgetaire") & lines["part"].eq("Première référence")]
    assert set(ratio["identifiant_projet"]) == set(projects["taux_ecart_budgetaire"].dropna().index)
    line = ratio.loc[ratio["edition_source"].eq("2016-11")].iloc[0].to_dict()
    (received,) = (home / "inbox" / "2016-11").iterdir()
    with received.open(encoding="utf-8-sig", newline="") as stream:
        records = list(csv.reader(stream, delimiter=csv.Sniffer().sniff(stream.readline()).delimiter))
    column = ord(line["colonne_source"]) - ord("A")
    cell = records[int(line["ligne_source"]) - 2][column].replace(",", ".")
    assert float(cell) == float(projects.loc[line["identifiant_projet"], "cout_initial_meur"])


def test_a_file_refused_later_leaves_the_provenance_as_it_was(home: Path, tmp_path: Path) -> None:
    place = clone(home, tmp_path / "home")
    before = (place / "out" / LAST / "open_data" / f"provenance-{LAST}.csv").read_bytes()
    book = openpyxl.load_workbook(place / "inbox" / "2021-07" / "justice.xlsx")
    book["Projets"]["N2"] = "beaucoup"
    book.save(place / "inbox" / "2021-07" / "justice.xlsx")
    assert panorama(place, "run", "2021-07").status == 1
    done(place, "run", LAST)
    assert (place / "out" / LAST / "open_data" / f"provenance-{LAST}.csv").read_bytes() == before


def test_trace_names_the_cells_of_a_figure(home: Path) -> None:
    told = done(home, "trace", "14", "PGP-0024", "taux_ecart_budgetaire")
    told = re.sub(r"\s", " ", told)
    assert "14,11 %" in told
    assert "justice.xlsx, feuille « Projets », cellule M2 (« Coût complet initial (M€ TTC) »), édition 2020-06" in told
    assert "cellule N2 (« Coût complet actualisé (M€ TTC) »), édition 2021-11, reçu le 19 novembre 2021" in told


def test_trace_tells_a_machine_every_figure(home: Path, lines: pd.DataFrame) -> None:
    told = json.loads(done(home, "trace", "14", "PGP-0024", "--json"))
    figures = {figure["column"]: figure for figure in told["figures"]}
    assert set(figures) == set(lines.loc[lines["identifiant_projet"].eq("PGP-0024"), "colonne"])
    (cell,) = figures["cout_actualise_meur"]["cells"]
    assert (cell["source_file"], cell["source_row"], cell["source_column"]) == ("justice.xlsx", 2, "N")


def test_trace_says_where_a_withheld_figure_is_not(home: Path) -> None:
    projects = published(home, "2021-07", "panorama-{}-complet")
    (withheld,) = projects.loc[projects["cout_non_publie"].eq("true"), "identifiant_projet"]
    told = done(home, "trace", "2021-07", withheld, "cout_actualise_meur")
    assert "non renseigné ou non publié" in told
    assert "aucune cellule" in told


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["PGP-9999"], "n'a pas de projet « PGP-9999 »"),
        (["PGP-0024", "cout"], "n'est pas une colonne des projets publiés"),
        (["PGP-0024", "cout_actualise"], "« cout_actualise_meur »"),
    ],
)
def test_trace_says_what_it_does_not_know(home: Path, asked: list[str], said: str) -> None:
    told = panorama(home, "trace", "14", *asked)
    assert told.status == 2
    assert said in told.errors


def test_an_opinion_of_the_register_is_traced_to_the_register(home: Path, tmp_path: Path) -> None:
    place = clone(home, tmp_path / "home")
    received = place / "inbox" / LAST / "justice.xlsx"
    book = openpyxl.load_workbook(received)
    assert book["Projets"]["A2"].value == "PGP-0024"
    book["Projets"]["W2"] = None
    book.save(received)
    done(place, "run", LAST)
    for column in ("avis_dinum", "date_avis_dinum"):
        (figure,) = json.loads(done(place, "trace", LAST, "PGP-0024", column, "--json"))["figures"]
        (cell,) = figure["cells"]
        assert figure["value"] is not None
        assert (cell["source_file"], cell["source_row"]) == ("registers/opinions.csv", None)
    assert "registers/opinions.csv" in done(place, "trace", LAST, "PGP-0024", "avis_dinum")
