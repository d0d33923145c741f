"""What the release check refuses: each test breaks one thing in a dataset that is right, and reads the finding."""

import json
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from homes import clone, digests, done
from open_dataset import EARLIER, GAMMA_COST, LATER, dataset_folder, edition_of

from assets.dataset.rows import as_withheld_today
from checks.released.agreement import figure_findings, release_findings
from checks.released.files import Released
from checks.released.secrets import withheld_findings
from checks.released.traces import machine_findings
from warehouse.archive.tables import CORE_PROJECTS, OUT_KEY_FIGURES
from warehouse.home.home import Home
from warehouse.home.register_tables import REGISTERS
from warehouse.home.registers import register
from warehouse.home.results import Result, write_results
from warehouse.home.store import ParquetStore
from warehouse.model.findings import Finding, declared_finding
from warehouse.model.schema import empty_frame

PANORAMA = f"panorama-{LATER}"


@pytest.fixture(scope="module")
def home(two_editions: Home) -> Home:
    return two_editions


@pytest.fixture
def folder(home: Home, tmp_path: Path) -> Path:
    return Path(shutil.copytree(dataset_folder(home), tmp_path / "open_data"))


def found(home: Home, folder: Path) -> list[Finding]:
    return release_findings(folder, edition_of(home), home.root)[1]


def read_back(home: Home, folder: Path) -> Released:
    released, _ = release_findings(folder, edition_of(home), home.root)
    assert released is not None
    return released


def key_figures(home: Home) -> dict[str, Any]:
    line = ParquetStore(home.warehouse).read(OUT_KEY_FIGURES, LATER).iloc[0]
    return {str(name): value for name, value in line.items()}


def secrets(home: Home, folder: Path, withheld: pd.DataFrame | None = None) -> list[Finding]:
    history = ParquetStore(home.warehouse).history(CORE_PROJECTS, LATER)
    lines = register(home.registers, "withheld").read() if withheld is None else withheld
    today = as_withheld_today(history, lines)
    return withheld_findings(read_back(home, folder).table, history, today, edition_of(home))


def change_csv(path: Path, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    change(pd.read_csv(path, dtype=str, keep_default_na=False)).to_csv(path, index=False, lineterminator="\n")


def set_cell(path: Path, name: str, column: str, value: str, edition: str = LATER) -> None:
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        chosen = frame["nom_projet"].eq(name) & frame["edition"].eq(edition)
        assert chosen.any()
        return frame.assign(**{column: frame[column].mask(chosen, value)})

    change_csv(path, change)


def replace_member(path: Path, member: str, change: Callable[[bytes], bytes]) -> None:
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    changed = change(members[member])
    assert changed != members[member]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in (members | {member: changed}).items():
            archive.writestr(name, content)


def test_what_the_pipeline_writes_may_be_released(home: Home, folder: Path) -> None:
    assert found(home, folder) == []
    assert secrets(home, folder) == []
    for edition in (EARLIER, LATER):
        path = home.out(edition_of(home, edition), "quality") / "dataset_is_releasable.json"
        assert json.loads(path.read_text(encoding="utf-8"))["passed"]


def test_a_missing_and_a_stray_file_are_refused(home: Home, folder: Path) -> None:
    (folder / "ecarts.csv").unlink()
    (folder / "brouillon.xlsx").write_bytes(b"x")
    findings = found(home, folder)
    assert [(finding.rule, finding.file) for finding in findings] == [
        ("dataset_is_complete", "brouillon.xlsx"),
        ("dataset_is_complete", "ecarts.csv"),
    ]


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("date_debut", "01/02/2021", "date"),
        ("cout_actualise_meur", "12,5", "number"),
        ("cout_actualise_meur", "-1", "au moins 0"),
        ("cout_actualise_meur", "13.001", "au plus 2 décimales"),
        ("taux_ecart_budgetaire", "0.05000000000000002", "au plus 6 décimales"),
        ("duree_actualisee_mois", "3.5", "integer"),
        ("interministeriel", "Oui", "boolean"),
        ("phase", "En cours", "liste"),
        ("identifiant_projet", "PGP-1", "forme"),
        ("identifiant_projet", "PGP-0002", "clé"),
        ("nom_projet", "", "une valeur"),
    ],
)
def test_a_value_that_its_schema_refuses_is_named_by_file_row_and_column(
    home: Home, folder: Path, column: str, value: str, expected: str
) -> None:
    set_cell(folder / f"{PANORAMA}.csv", "ALPHA NOUVELLE", column, value)
    findings = [finding for finding in found(home, folder) if finding.rule == "files_follow_their_schema"]
    assert findings
    assert {finding.file for finding in findings} == {f"{PANORAMA}.csv"}
    assert any(column in str(finding.column) and expected in str(finding.expected) for finding in findings)
    assert all(finding.row is not None for finding in findings)


def test_a_csv_without_one_of_its_columns_is_refused(home: Home, folder: Path) -> None:
    change_csv(folder / "causes.csv", lambda frame: frame.drop(columns="part"))
    (finding,) = found(home, folder)
    assert (finding.rule, finding.file) == ("files_follow_their_schema", "causes.csv")


def test_a_format_that_differs_from_the_csv_is_refused(home: Home, folder: Path) -> None:
    parquet = folder / "historique.parquet"
    rows = pq.read_table(parquet)
    pq.write_table(rows.slice(1), parquet)
    document = json.loads((folder / "historique.json").read_text(encoding="utf-8"))
    document["lignes"][0]["cout_actualise_meur"] = 99.0
    (folder / "historique.json").write_text(json.dumps(document), encoding="utf-8")
    with closing(sqlite3.connect(folder / "panorama.sqlite")) as database, database:
        database.execute("delete from ecarts where nom_projet = 'BETA'")
    shutil.copy(folder / f"{PANORAMA}.xlsx", folder / "historique.xlsx")
    (folder / "historique.ods").write_bytes(b"not a workbook")
    findings = {finding.file: finding for finding in found(home, folder) if finding.rule == "formats_agree"}
    assert set(findings) == {
        "historique.parquet", "historique.json", "historique.xlsx", "historique.ods", "panorama.sqlite, table ecarts",
    }  # fmt: skip
    assert findings["historique.parquet"].value == f"{rows.num_rows - 1}\N{NO-BREAK SPACE}lignes"
    assert (findings["historique.json"].column, findings["historique.json"].value) == ("cout_actualise_meur", "99.0")


def test_formats_agree_to_the_last_digit(home: Home, folder: Path) -> None:
    path = folder / "ecarts.parquet"
    rows = pq.read_table(path)
    noisy = [None if ratio is None else ratio + 1e-13 for ratio in rows["taux_ecart"].to_pylist()]
    place = rows.column_names.index("taux_ecart")
    pq.write_table(rows.set_column(place, rows.schema.field(place), pa.array(noisy, pa.float64())), path)
    assert [finding.file for finding in found(home, folder) if finding.rule == "formats_agree"] == ["ecarts.parquet"]


def test_a_column_of_another_name_is_refused_in_any_format(home: Home, folder: Path) -> None:
    path = folder / "causes.parquet"
    table = pq.read_table(path)
    pq.write_table(table.rename_columns(["Édition", *table.column_names[1:]]), path)
    findings = [finding for finding in found(home, folder) if finding.rule == "formats_agree"]
    assert [finding.file for finding in findings] == ["causes.parquet"]


def test_a_formula_in_any_format_is_refused(home: Home, folder: Path) -> None:
    xlsx, ods = folder / f"{PANORAMA}.xlsx", folder / f"{PANORAMA}.ods"
    replace_member(
        xlsx, "xl/worksheets/sheet1.xml", lambda content: content.replace(b"<v>13</v>", b"<f>12+1</f><v>13</v>", 1)
    )
    replace_member(
        ods,
        "content.xml",
        lambda content: content.replace(b'office:value="13.0"', b'office:value="13.0" table:formula="of:=12+1"', 1),
    )
    set_cell(folder / f"{PANORAMA}.csv", "BETA", "description", "@SUM(A1)")
    findings = [finding for finding in found(home, folder) if finding.rule == "no_cell_is_a_formula"]
    assert {finding.file for finding in findings} == {xlsx.name, ods.name, f"{PANORAMA}.csv"}


@pytest.mark.parametrize(
    "text",
    ["/home/jdupont/panorama", "C:\\Users\\jdupont", "file:///tmp/x", "vu dans /tmp/essai.csv"],
)
def test_a_local_path_in_a_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "LISEZMOI.md"
    path.write_text(f"Calculé ici : {text}", encoding="utf-8")
    (finding,) = machine_findings(path)
    assert (finding.rule, finding.file) == ("no_file_names_a_machine", "LISEZMOI.md")


@pytest.mark.parametrize("text", ["https://exemple.fr/home/page", "et/ou", "12/01/2021", "/ 5 /"])
def test_an_address_of_the_web_is_no_local_path(tmp_path: Path, text: str) -> None:
    path = tmp_path / "LISEZMOI.md"
    path.write_text(f"Voir {text}", encoding="utf-8")
    assert list(machine_findings(path)) == []


def test_the_folder_of_the_home_the_machine_and_an_author_are_refused(
    home: Home, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "CHANGELOG.md"
    path.write_text(f"{home.root.resolve()}", encoding="utf-8")
    assert list(machine_findings(path, home.root))
    monkeypatch.setattr("socket.gethostname", lambda: "poste-42")
    path.write_text("Fait sur poste-42.", encoding="utf-8")
    assert list(machine_findings(path))
    book = folder / f"{PANORAMA}.xlsx"
    replace_member(
        book,
        "docProps/core.xml",
        lambda content: content.replace(b"<dc:creator></dc:creator>", b"").replace(
            b"</cp:coreProperties>", b"<cp:lastModifiedBy>Une personne</cp:lastModifiedBy></cp:coreProperties>"
        ),
    )
    (finding,) = machine_findings(book)
    assert "auteur" in finding.message


def test_a_file_changed_after_its_checksum_is_refused(home: Home, folder: Path) -> None:
    with (folder / "LISEZMOI.md").open("a", encoding="utf-8") as stream:
        stream.write("\n")
    findings = found(home, folder)
    assert {finding.rule for finding in findings} == {"checksums_are_right"}
    assert [finding.message.partition(" ")[0] for finding in findings] == ["SHA256SUMS", "datapackage.json"]


@pytest.mark.parametrize(
    ("figure", "value"),
    [("projects", 6), ("total_cost_meur", 65.1), ("mean_duration_years", 2.0)],
)
def test_files_that_do_not_give_the_published_figures_are_refused(
    home: Home, folder: Path, figure: str, value: float
) -> None:
    released, edition = read_back(home, folder), edition_of(home)
    figures = key_figures(home)
    assert list(figure_findings(released, figures, edition)) == []
    (finding,) = figure_findings(released, figures | {figure: value}, edition)
    assert finding.rule == "files_agree_with_figures"
    assert finding.expected == str(value)


def test_an_indicator_that_is_not_the_mean_of_the_rows_is_refused(home: Home, folder: Path) -> None:
    change_csv(
        folder / "indicateurs.csv",
        lambda frame: frame.assign(
            valeur=frame["valeur"].mask(
                frame["dimension"].eq("Ensemble") & frame["methode"].eq("Moyenne des écarts"), "0.999"
            )
        ),
    )
    figures = key_figures(home)
    findings = list(figure_findings(read_back(home, folder), figures, edition_of(home)))
    assert {finding.rule for finding in findings} == {"files_agree_with_figures"}
    assert len(findings) == 2


@pytest.mark.parametrize(
    ("file", "name", "edition", "column", "value"),
    [
        ("historique", "GAMMA", LATER, "cout_actualise_meur", "61.4"),
        ("historique", "GAMMA", LATER, "tranche_cout", "entre 20 et 100 M€"),
        ("historique", "GAMMA", LATER, "date_fin_actualisee", "2021-07-01"),
        ("historique-complet", "GAMMA", LATER, "commentaire_ecart", "un peu plus que prévu"),
        ("historique-complet", "GAMMA", LATER, "motif_ecart", "Aucun écart"),
        ("historique-complet", "ALPHA NOUVELLE", LATER, "sha256_source", "0" * 64),
        (f"{PANORAMA}-complet", "GAMMA", LATER, "ligne_source", "4"),
        ("historique", "DELTA", EARLIER, "taux_ecart_budgetaire", "0.11"),
        ("historique-complet", "DELTA", LATER, "ecart_budgetaire_meur_edition_precedente", "6.7"),
        (PANORAMA, "GAMMA", LATER, "cout_actualise_meur", "61.4"),
        ("ecarts", "GAMMA", LATER, "taux_ecart", "0.36"),
        ("previsions", "GAMMA", LATER, "cout_attendu_p80_meur", "70"),
        ("cotation", "GAMMA", LATER, "valeur_cout", "0.36"),
    ],
)
def test_a_withheld_figure_in_any_file_is_refused_without_quoting_it(
    home: Home, folder: Path, file: str, name: str, edition: str, column: str, value: str
) -> None:
    set_cell(folder / f"{file}.csv", name, column, value, edition)
    findings = secrets(home, folder)
    assert findings
    assert {(finding.rule, finding.file) for finding in findings} == {
        ("no_file_holds_a_withheld_figure", f"{file}.csv")
    }
    assert all(value not in str(finding) for finding in findings)


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("suivi", {"code_regle": "no_opinion"}),
        ("suivi", {"code_regle": "overdue"}),
        ("suivi", {"code_regle": "drift"}),
        ("suivi", {"constat": "Aucun avis transmis pour 61,4 M€."}),
        ("cibles_projets", {"code_taux": "budget"}),
        ("references_projets", {"numero_reference": "2", "cout_meur": "61.4"}),
        ("missions", {"ouverte_le": "2021-01-04", "issue": "Coût ramené au plus juste"}),
        ("avis_causes", {"cause": "Aucune marge entre les lots"}),
    ],
)
def test_a_line_that_only_a_withheld_figure_explains_is_refused(
    home: Home, folder: Path, file: str, says: dict[str, str]
) -> None:
    def with_gamma(frame: pd.DataFrame) -> pd.DataFrame:
        named = {"identifiant_projet": "PGP-0003", "nom_projet": "GAMMA"}
        line = pd.DataFrame([dict.fromkeys(frame, "") | named | {"edition": LATER} | says])
        return pd.concat([frame, line], ignore_index=True)

    assert secrets(home, folder) == []
    change_csv(folder / f"{file}.csv", with_gamma)
    assert {(finding.rule, finding.file) for finding in secrets(home, folder)} == {
        ("no_file_holds_a_withheld_figure", f"{file}.csv")
    }


@pytest.mark.parametrize("text", ["passe de 50 à 61,4 M€", "Coût : 61.4 millions d'euros", "environ 61 M€ TTC"])
def test_a_withheld_figure_quoted_in_a_text_is_refused(home: Home, folder: Path, text: str) -> None:
    set_cell(folder / "historique.csv", "GAMMA", "zone_fonctionnelle", text)
    (finding,) = secrets(home, folder)
    assert finding.column == "zone_fonctionnelle"
    assert str(GAMMA_COST) not in str(finding)
    assert "61" not in str(finding)


@pytest.mark.parametrize("text", ["161,4 M€", "61,4 % des agents", "61,9 M€", "lot n° 61"])
def test_another_figure_in_a_text_is_left_alone(home: Home, folder: Path, text: str) -> None:
    set_cell(folder / "historique.csv", "GAMMA", "zone_fonctionnelle", text)
    assert secrets(home, folder) == []


def test_a_past_edition_computed_before_its_figures_were_withheld_is_to_be_run_again(home: Home, folder: Path) -> None:
    line = {
        "project_id": "PGP-0001", "first_edition": EARLIER, "last_edition": EARLIER, "cost": True, "schedule": False,
        "withheld_reason": "open_tender",
    }  # fmt: skip
    columns = empty_frame(REGISTERS["withheld"]).columns
    findings = secrets(home, folder, pd.DataFrame([line]).reindex(columns=columns))
    stale = [finding for finding in findings if finding.rule == "past_editions_follow_the_register"]
    assert [finding.expected for finding in stale] == [f"panorama run {EARLIER}"]
    assert "PGP-0001" in stale[0].message


def test_a_csv_that_no_reader_can_open_is_refused(home: Home, folder: Path) -> None:
    (folder / "causes.csv").write_bytes(b"edition,taux\n\xff\xfe,1,2\n")
    findings = found(home, folder)
    assert [(finding.rule, finding.file) for finding in findings] == [("files_follow_their_schema", "causes.csv")]


def test_what_an_earlier_run_found_in_the_files_is_not_told_of_what_was_received(home: Home, tmp_path: Path) -> None:
    again = clone(home.root, tmp_path / "home")
    edition = edition_of(home)
    finding = declared_finding("dataset_is_complete", "Un fichier manque.", file="culture.xlsx")
    write_results(Home(again), edition, {"dataset_is_releasable": Result((finding,), 1)})
    done(again, "run", edition.key)
    assert digests(again, "out") == digests(home.root, "out")
