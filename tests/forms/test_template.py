"""The ministries' forms: filled in with what is known, locked where it was promised, read back without a loss."""

import datetime as dt
import hashlib
import re
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import typer
from homes import Said, clone, panorama
from odf.element import Element
from odf.office import Annotation
from odf.opendocument import OpenDocument, load
from odf.style import TableCellProperties
from odf.table import ContentValidation, Table, TableRow
from odf.text import P
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from pandas.testing import assert_frame_equal
from typer.testing import CliRunner

from assets.forms.template import LOCKED_FIELDS, REBASELINE_FIELDS, Template, ministry_templates, write_template
from assets.reading.typed_rows import type_projects
from assets.reading.workbooks import open_sheets, read_file
from pipelines.commands.template import template
from warehouse.archive.tables import CORE_PROJECTS
from warehouse.home.calendar import Edition
from warehouse.home.registers import no_registers
from warehouse.model.schema import PANDAS_DTYPES
from warehouse.model.vocabulary import MINISTRIES, PHASES

SOURCE = Edition("2021-11", 14)
NEXT = Edition("2022-06", 15)
PLACE = ["edition", "source_file", "source_sha256", "source_sheet", "source_row"]
FIRST_ROW = 2  # under the headers

app = typer.Typer()
app.command()(template)


def write_templates(home: Path, *arguments: str) -> Said:
    result = CliRunner().invoke(app, [*arguments, "--home", str(home)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Said(result.exit_code, result.stdout, result.stderr)


def read_back(path: Path) -> pd.DataFrame:
    read, cells = read_file(path, NEXT.key, hashlib.sha256(path.read_bytes()).hexdigest())
    projects, problems = type_projects(pd.DataFrame(cells))
    # Nobody has signed it yet.
    assert {finding.rule for finding in (*read.findings, *problems)} <= {"attestation_is_signed"}
    return projects


def core(home: Path, edition: str) -> pd.DataFrame:
    frame = pd.read_parquet(home / "warehouse" / "core_projects" / f"edition={edition}").assign(edition=edition)
    dtypes = {column.name: PANDAS_DTYPES[column.kind] for column in CORE_PROJECTS.columns}
    return frame[CORE_PROJECTS.names()].astype(dtypes).sort_values("project_id", ignore_index=True)


@pytest.fixture(scope="module")
def home(demonstration: tuple[Path, Said], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration, whose last edition is the 14th, and the forms of edition 15."""
    root = clone(demonstration[0], tmp_path_factory.mktemp("template") / "home")
    assert (said := write_templates(root, NEXT.key)).status == 0, said.errors
    assert "12\N{NO-BREAK SPACE}formulaires préremplis d'après l'édition 2021-11, en xlsx et ods" in said.output
    return root


@pytest.fixture(scope="module")
def forms(home: Path) -> dict[str, Path]:
    """The workbooks in xlsx; each has an ods beside it."""
    return {path.stem: path for path in sorted((home / "out" / NEXT.key / "templates").glob("*.xlsx"))}


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# -- as the demonstration gives them


def test_each_ministry_that_leads_a_project_has_a_form(home: Path, forms: dict[str, Path]) -> None:
    followed = core(home, SOURCE.key).query("phase != 'completed'")
    assert set(forms) == set(followed["ministry_id"])
    both = {f"{ministry}.{suffix}" for ministry in forms for suffix in ("xlsx", "ods")}
    assert names_in(home / "out" / NEXT.key / "templates") == both
    for ministry, path in forms.items():
        led = followed.loc[followed["ministry_id"].eq(ministry), "project_id"]
        assert set(read_back(path)["project_id"]) == set(led)


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_what_is_read_back_is_what_was_known(suffix: str, home: Path, forms: dict[str, Path]) -> None:
    followed = core(home, SOURCE.key).query("phase != 'completed'").reset_index(drop=True)
    found = pd.concat([read_back(path.with_suffix(suffix)) for path in forms.values()]).sort_values(
        "project_id", ignore_index=True
    )
    aside = [*PLACE, *REBASELINE_FIELDS]
    typed = found[followed.columns].astype(followed.dtypes.to_dict())
    assert_frame_equal(typed.drop(columns=aside), followed.drop(columns=aside), check_exact=True)
    assert followed["rebaseline_date"].notna().any()
    assert found[list(REBASELINE_FIELDS)].isna().all(axis=None)
    assert found["fictitious"].all()


def test_both_formats_give_the_same_rows(forms: dict[str, Path]) -> None:
    aside = ["source_file", "source_sha256"]
    for path in forms.values():
        one, other = read_back(path), read_back(path.with_suffix(".ods"))
        assert_frame_equal(one.drop(columns=aside), other.drop(columns=aside), check_exact=True)


def test_a_form_sent_back_as_it_is_is_accepted_and_adds_no_baseline(home: Path, forms: dict[str, Path]) -> None:
    sent = [path.with_suffix(".ods") if number % 2 else path for number, path in enumerate(forms.values())]
    for path in sent:
        target = home / "inbox" / NEXT.key / path.name
        target.parent.mkdir(exist_ok=True)
        shutil.copy(path, target)
    ledger = (home / "registers" / "baselines.csv").read_bytes()
    said = panorama(home, "run", NEXT.key)
    assert said.status == 0, said.errors
    assert "registre des références" not in said.output + said.errors
    assert (home / "registers" / "baselines.csv").read_bytes() == ledger
    now, then = core(home, NEXT.key), core(home, SOURCE.key).query("phase != 'completed'")
    assert now["project_id"].to_list() == then["project_id"].to_list()
    assert now["updated_cost_meur"].to_list() == pytest.approx(then["updated_cost_meur"].to_list(), nan_ok=True)


def test_the_same_inputs_give_the_same_bytes(home: Path, forms: dict[str, Path], tmp_path: Path) -> None:
    for folder in ("registers", "warehouse"):
        shutil.copytree(home / folder, tmp_path / folder)
    assert write_templates(tmp_path, "15").status == 0
    again = tmp_path / "out" / NEXT.key / "templates"
    assert len(names_in(again)) == 2 * len(forms)
    for path in again.iterdir():
        assert (forms["justice"].parent / path.name).read_bytes() == path.read_bytes()


def test_nothing_in_an_ods_form_says_who_or_what_wrote_it(home: Path, forms: dict[str, Path]) -> None:
    with zipfile.ZipFile(forms["justice"].with_suffix(".ods")) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    said = re.findall(r"<((?:meta|dc):[a-z-]+)>(.*?)</", parts["meta.xml"])
    assert said == [
        ("dc:title", "Remontée ministérielle – Ministère de la Justice – juin 2022"),
        ("dc:language", "fr-FR"),
        ("meta:creation-date", "2020-01-01T00:00:00"),
    ]
    for text in parts.values():
        assert str(home) not in text
        assert "dc:creator" not in text
        assert "meta:generator" not in text


def test_nothing_in_a_form_says_who_or_what_wrote_it(home: Path, forms: dict[str, Path]) -> None:
    with zipfile.ZipFile(forms["justice"]) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    properties = parts["docProps/core.xml"]
    assert "<dc:creator></dc:creator>" in properties
    assert "<cp:lastModifiedBy></cp:lastModifiedBy>" in properties
    assert set(re.findall(r"\d{4}-\d{2}-\d{2}T", properties)) == {"2020-01-01T"}
    assert "<Company></Company>" in parts["docProps/app.xml"]
    assert set(re.findall(r"<authors?>(.*?)</author", "".join(parts.values()))) <= {"", "<author>"}
    for text in parts.values():
        assert str(home) not in text
        assert "absPath" not in text


# -- the workbook


def locked_cells(sheet: Worksheet, row: int) -> dict[str, bool]:
    """Header to whether its cell of a row is locked."""
    return {
        str(header.value): sheet.cell(row, position).protection.locked
        for position, header in enumerate(sheet[1], start=1)
    }


def test_identifiers_and_known_initial_figures_are_locked_and_the_rest_is_not(forms: dict[str, Path]) -> None:
    sheet = openpyxl.load_workbook(forms["justice"])["Projets"]
    assert sheet.protection.sheet
    assert sheet.protection.password is None
    assert all(cell.protection.locked for cell in sheet[1])
    headers = {str(cell.value): position for position, cell in enumerate(sheet[1], start=1)}
    always = {"Identifiant du projet", "Données fictives"}
    initial = {"Début initial", "Fin initiale", "Coût complet initial (M€ TTC)"}
    for row in range(FIRST_ROW, sheet.max_row + 1):
        known = {header for header in initial if sheet.cell(row, headers[header]).value is not None}
        locked = locked_cells(sheet, row)
        assert {header for header, is_locked in locked.items() if is_locked} == always | known


def test_every_header_says_its_definition_and_its_unit(forms: dict[str, Path]) -> None:
    book = openpyxl.load_workbook(forms["justice"])
    for name in ("Projets", "Nouveaux projets"):
        comments = {cell.value: cell.comment.text for cell in book[name][1] if cell.comment}
        assert set(comments) == {cell.value for cell in book[name][1]}
        assert "24 premiers mois de fonctionnement" in comments["Coût complet actualisé (M€ TTC)"]
        assert "Unité : M€ TTC." in comments["Coût complet actualisé (M€ TTC)"]
        assert "Listes" in comments["Phase"]


@pytest.mark.parametrize("name", ["Projets", "Nouveaux projets"])
def test_closed_lists_are_offered(name: str, forms: dict[str, Path]) -> None:
    book = openpyxl.load_workbook(forms["justice"])
    sheet = book[name]
    lists = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
    phase = next(cell.column for cell in sheet[1] if cell.value == "Phase")
    rule = lists[f"{get_column_letter(phase)}2"]
    assert rule.type == "list"
    page, place = str(rule.formula1).split("!")
    cells = book[page.strip("='")][place.replace("$", "")]
    assert [cell.value for (cell,) in cells] == PHASES.labels()


def test_new_projects_wait_under_the_same_headers(forms: dict[str, Path], tmp_path: Path) -> None:
    book = openpyxl.load_workbook(forms["culture"])
    known, new = book["Projets"], book["Nouveaux projets"]
    headers = [cell.value for cell in new[1]]
    assert headers == [cell.value for cell in known[1]]
    assert new.protection.sheet
    assert new.max_row == 1
    open_columns = {
        headers[position - 1]
        for columns in new.column_dimensions.values()
        if not columns.protection.locked
        for position in range(int(columns.min or 0), int(columns.max or 0) + 1)
    }
    assert open_columns == set(headers) - {"Identifiant du projet"}
    for position, header in enumerate(headers, start=1):
        if header != "Identifiant du projet":
            new.cell(FIRST_ROW, position).value = known.cell(FIRST_ROW, position).value
    new.cell(FIRST_ROW, headers.index("Nom du projet") + 1).value = "Un projet nouveau"
    book.save(tmp_path / "culture.xlsx")
    found = read_back(tmp_path / "culture.xlsx").set_index("name")
    assert len(found) == known.max_row
    assert found["project_id"].isna().to_dict()["Un projet nouveau"]
    assert found.loc["Un projet nouveau", "source_sheet"] == "Nouveaux projets"


def test_whoever_signs_is_not_taken_for_a_project(forms: dict[str, Path], tmp_path: Path) -> None:
    book = openpyxl.load_workbook(forms["culture"])
    sheet = book["Attestation"]
    assert [sheet.cell(row, 2).value for row in (3, 4)] == ["Ministère de la Culture", "2022-06"]
    assert [sheet.cell(row, 2).protection.locked for row in (3, 4)] == [True] * 2
    questions = [sheet.cell(row, 1).value for row in (5, 6, 7)]
    assert ["néant" in str(questions[0]), "Nom" in str(questions[1]), "Date" in str(questions[2])] == [True] * 3
    assert [sheet.cell(row, 2).protection.locked for row in (5, 6, 7)] == [False] * 3
    assert [(str(rule.sqref), rule.type) for rule in sheet.data_validations.dataValidation] == [
        ("B5", "list"),
        ("B7", "date"),
    ]
    sheet["B5"], sheet["B6"], sheet["B7"] = "Non", "Une secrétaire générale", dt.date(2022, 6, 1)
    book.save(tmp_path / "culture.xlsx")
    assert set(read_back(tmp_path / "culture.xlsx")["source_sheet"]) == {"Projets"}


def test_the_instructions_say_where_the_figures_come_from(forms: dict[str, Path]) -> None:
    sheet = openpyxl.load_workbook(forms["justice"])["Lisez-moi"]
    text = "\n".join(str(cell.value) for (cell,) in sheet["A1:A10"])
    assert "Remontée ministérielle – Ministère de la Justice – juin 2022" in text
    assert "DONNÉES FICTIVES" in text
    assert "préremplie d'après l'édition de novembre 2021" in text


# -- the same in OpenDocument, looked at with another library than the one that reads what is received


def ods_cells(path: Path, name: str) -> list[list[tuple[str, Element, int]]]:
    """Each row of a sheet as (text, cell, how many times the row is repeated), by column."""
    (table,) = [page for page in load(path).getElementsByType(Table) if page.getAttribute("name") == name]
    rows = []
    for row in table.getElementsByType(TableRow):
        times = int(row.getAttribute("numberrowsrepeated") or 1)
        rows.append([("\n".join(map(str, cell.getElementsByType(P))), cell, times) for cell in cells_of(row)])
    return rows


def cells_of(row: Element) -> list[Element]:
    return [node for node in row.childNodes if node.qname[1] in ("table-cell", "covered-table-cell")]


def is_locked(document: OpenDocument, cell: Element) -> bool:
    """Whether a cell is locked once its sheet is protected: it is, unless its style says otherwise."""
    style = document.getStyleByName(cell.getAttribute("stylename"))
    properties = style.getElementsByType(TableCellProperties)
    return not any(element.getAttribute("cellprotect") == "none" for element in properties)


@pytest.fixture(scope="module")
def ods_form(forms: dict[str, Path]) -> Path:
    return forms["justice"].with_suffix(".ods")


def test_an_ods_form_has_the_sheets_and_the_texts_of_the_xlsx_one(ods_form: Path) -> None:
    kinds = ods_form, ods_form.with_suffix(".xlsx")
    ods, xlsx = ({sheet.name: sheet.rows for sheet in open_sheets(path)} for path in kinds)
    assert list(ods) == list(xlsx) == ["Projets", "Nouveaux projets", "Attestation", "Lisez-moi", "Listes"]
    for name, rows in ods.items():
        assert [[str(cell) for cell in row] for row in rows] == [[str(cell) for cell in row] for row in xlsx[name]]


def test_every_sheet_of_an_ods_form_is_protected_without_a_password(ods_form: Path) -> None:
    for table in load(ods_form).getElementsByType(Table):
        assert table.getAttribute("protected") == "true"
        assert table.getAttribute("protectionkey") is None


@pytest.mark.parametrize(("name", "first_row"), [("Projets", 1), ("Nouveaux projets", 1), ("Attestation", 2)])
def test_an_ods_form_locks_the_cells_that_the_xlsx_one_locks(name: str, first_row: int, ods_form: Path) -> None:
    document, sheet = load(ods_form), openpyxl.load_workbook(ods_form.with_suffix(".xlsx"))[name]
    rows = ods_cells(ods_form, name)
    for number, cells in enumerate(rows[: sheet.max_row], start=1):
        if number > first_row:
            locks = [is_locked(document, cell) for _, cell, _ in cells]
            assert locks == [cell.protection.locked for cell in sheet[number]]
    if name == "Nouveaux projets":
        waiting = rows[FIRST_ROW - 1]
        assert [is_locked(document, cell) for _, cell, _ in waiting] == [True] + [False] * (len(waiting) - 1)
        assert {times for _, _, times in waiting} == {500}


@pytest.mark.parametrize("name", ["Projets", "Nouveaux projets"])
def test_the_headers_of_an_ods_form_have_the_comments_of_the_xlsx_one(name: str, ods_form: Path) -> None:
    sheet = openpyxl.load_workbook(ods_form.with_suffix(".xlsx"))[name]
    for (_, cell, _), expected in zip(ods_cells(ods_form, name)[0], sheet[1], strict=True):
        (note,) = cell.getElementsByType(Annotation)
        assert note.getAttribute("display") == "false"
        assert expected.comment is not None
        assert "\n".join(map(str, note.getElementsByType(P))) == expected.comment.text


@pytest.mark.parametrize("name", ["Projets", "Nouveaux projets"])
def test_an_ods_form_offers_the_closed_lists(name: str, ods_form: Path) -> None:
    rules = {rule.getAttribute("name"): rule for rule in load(ods_form).getElementsByType(ContentValidation)}
    rows = ods_cells(ods_form, name)
    headers = [text.split("\n")[-1] for text, _, _ in rows[0]]
    for cells in rows[1:]:
        accepted = {
            header: rules[rule].getAttribute("condition")
            for header, (_, cell, _) in zip(headers, cells, strict=True)
            if (rule := cell.getAttribute("contentvalidationname"))
        }
        assert accepted["Phase"] == "of:cell-content-is-in-list([$Listes.$B$2:.$B$6])"
        assert accepted["Projet interministériel"] == 'of:cell-content-is-in-list("Oui";"Non")'
        assert accepted["Début"] == "of:cell-content-is-date() and cell-content()>=32874"
        assert accepted["Coût complet actualisé (M€ TTC)"].startswith("of:cell-content-is-decimal-number() and ")
        assert "Nom du projet" not in accepted
    assert sum(cells[0][2] for cells in rows) == 501
    lists = next(sheet for sheet in open_sheets(ods_form) if sheet.name == "Listes")
    assert [row[1] for row in lists.rows[1:6]] == PHASES.labels()


# -- which rows, which figures


def project(project_id: str, **changes: object) -> dict[str, object]:
    return {
        "edition": SOURCE.key,
        "project_id": project_id,
        "name": f"Projet {project_id}",
        "ministry_id": "culture",
        "interministerial": False,
        "phase": "build",
        "start_date": dt.date(2019, 1, 1),
        "initial_start_date": dt.date(2019, 1, 1),
        "initial_end_date": dt.date(2022, 1, 1),
        "updated_end_date": dt.date(2023, 1, 1),
        "initial_cost_meur": 10.0,
        "updated_cost_meur": 12.345,
        "withheld": False,
        "cost_withheld": False,
        "schedule_withheld": False,
        "fictitious": False,
        **changes,
    }


def projects_of(*rows: dict[str, object]) -> pd.DataFrame:
    dtypes = {column.name: PANDAS_DTYPES[column.kind] for column in CORE_PROJECTS.columns}
    return pd.DataFrame(list(rows), columns=CORE_PROJECTS.names()).astype(dtypes)


def templates_of(*rows: dict[str, object], **registers: list[dict[str, object]]) -> list[Template]:
    known = no_registers()
    for name, lines in registers.items():
        table = known[name]
        numbered = [{"line": number, **line} for number, line in enumerate(lines, start=2)]
        known[name] = pd.DataFrame(numbered, columns=table.columns).astype(table.dtypes.to_dict())
    return ministry_templates(projects_of(*rows), known, NEXT, SOURCE)


def rows_of(*rows: dict[str, object], **registers: list[dict[str, object]]) -> pd.DataFrame:
    (only,) = templates_of(*rows, **registers)
    return only.rows


def test_a_completed_project_is_not_asked_for_again() -> None:
    rows = rows_of(project("PGP-0001", phase="completed"), project("PGP-0002"))
    assert rows["project_id"].to_list() == ["PGP-0002"]


def test_a_project_that_left_since_is_not_asked_for_and_one_that_came_back_is() -> None:
    exits: list[dict[str, object]] = [
        {"project_id": "PGP-0001", "edition": "2022-06", "exit_reason": "abandoned"},
        {"project_id": "PGP-0002", "edition": "2021-07", "exit_reason": "abandoned"},
    ]
    rows = rows_of(project("PGP-0001"), project("PGP-0002"), exits=exits)
    assert rows["project_id"].to_list() == ["PGP-0002"]


def test_initial_figures_are_those_of_the_first_baseline_else_the_last_declared() -> None:
    ledger: list[dict[str, object]] = [
        {"project_id": "PGP-0001", "number": 2, "cost_meur": 30.0, "end_date": "2025-01-01", "edition": "2021-07"},
        {"project_id": "PGP-0001", "number": 1, "cost_meur": 8.0, "end_date": None, "edition": "2020-06"},
        {"project_id": "PGP-0002", "number": 1, "cost_meur": 99.0, "end_date": None, "edition": "2022-12"},
    ]
    rows = rows_of(project("PGP-0001"), project("PGP-0002"), baselines=ledger).set_index("project_id")
    assert rows["initial_cost_meur"].to_dict() == {"PGP-0001": 8.0, "PGP-0002": 10.0}
    assert rows.loc["PGP-0001", "initial_end_date"] == pd.Timestamp("2022-01-01")


def test_a_project_is_asked_of_the_ministry_that_leads_it_and_named_to_the_other() -> None:
    forms = templates_of(project("PGP-0001", partner_ministry_id="justice"), project("PGP-0002", ministry_id="justice"))
    assert {form.ministry_id: form.rows["project_id"].to_list() for form in forms} == {
        "culture": ["PGP-0001"],
        "justice": ["PGP-0002"],
    }
    assert forms[1].partnered == (f"PGP-0001 Projet PGP-0001 ({MINISTRIES.label('culture')})",)
    assert "PGP-0001" in forms[1].notes()[-1]
    assert forms[0].rows["partner_ministry"].to_list() == [MINISTRIES.label("justice")]


def test_a_decision_of_a_person_gives_the_present_id() -> None:
    same: list[dict[str, object]] = [{"decision": "same", "project_id": "PGP-0003", "other_id": "PGP-0001"}]
    rows = rows_of(project("PGP-0003", name="Ancien nom"), project("PGP-0001"), decisions=same)
    assert rows["name"].to_list() == ["Projet PGP-0001"]
    assert rows_of(project("PGP-0003"), decisions=same)["project_id"].to_list() == ["PGP-0001"]


def test_what_the_ministry_keeps_back_stays_so_and_what_a_register_halves_is_not_declared() -> None:
    rows = rows_of(
        project(
            "PGP-0001", withheld=True, cost_withheld=True, schedule_withheld=True, withheld_reason="trajectory_review"
        ),
        project("PGP-0002", withheld=True, cost_withheld=True, withheld_reason="open_tender"),
        project("PGP-0003", withheld=True, cost_withheld=True, withheld_note="appel d'offres en cours"),
    )
    assert rows["withheld"].to_list() == ["Oui", "Non", "Oui"]
    assert rows["withheld_reason"].notna().to_list() == [True, False, False]


def test_initial_figures_that_are_not_known_can_be_declared(tmp_path: Path) -> None:
    scoping = project(
        "PGP-0001", phase="scoping", initial_cost_meur=None, initial_end_date=None, initial_start_date=None
    )
    (form,) = templates_of(scoping)
    write_template(form, tmp_path / "culture.xlsx")
    locked = locked_cells(openpyxl.load_workbook(tmp_path / "culture.xlsx")["Projets"], FIRST_ROW)
    assert [header for header, is_locked in locked.items() if is_locked] == [
        "Identifiant du projet",
        "Données fictives",
    ]
    assert "project_id" in LOCKED_FIELDS


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_awkward_texts_and_figures_come_back_as_they_were(suffix: str, tmp_path: Path) -> None:
    awkward = project(
        "PGP-0001",
        name="=SOMME(A1)",
        description="« Deux lignes »,\nhttps://exemple.invalid/?a=1&b=<2>",
        functional_zone="0123",
        deviation_comment='\'citation; "double" _x0041_',
        funding="P129 et P302",
        programmes="P129;P302",
        updated_cost_meur=0.1 + 0.7,
        start_date=dt.date(1989, 12, 31),
    )
    (form,) = templates_of(awkward)
    write_template(form, tmp_path / f"culture{suffix}")
    names = ["name", "description", "functional_zone", "deviation_comment", "funding", "programmes", "start_date"]
    found = read_back(tmp_path / f"culture{suffix}")
    assert_frame_equal(found[names], projects_of(awkward)[names])
    assert found["updated_cost_meur"].to_list() == pytest.approx([0.8])


# -- the command


def test_a_ministry_without_a_project_has_a_form_when_it_is_asked_for(home: Path, tmp_path: Path) -> None:
    for folder in ("registers", "warehouse"):
        shutil.copytree(home / folder, tmp_path / folder)
    said = write_templates(tmp_path, NEXT.key, "--ministry", "outre_mer", "--format", "xlsx")
    assert said.status == 0, said.errors
    (path,) = (tmp_path / "out" / NEXT.key / "templates").iterdir()
    assert (path.name, openpyxl.load_workbook(path)["Projets"].max_row) == ("outre_mer.xlsx", 1)


def test_a_ministry_is_known_by_its_code(home: Path) -> None:
    said = write_templates(home, NEXT.key, "--ministry", "MJ")
    assert (said.status, "1\N{NO-BREAK SPACE}formulaire prérempli" in said.output) == (0, True)
    assert "justice.xlsx, justice.ods : 5\N{NO-BREAK SPACE}projets" in said.output


def test_no_form_of_a_former_run_is_left_but_when_one_ministry_is_asked_for(home: Path, tmp_path: Path) -> None:
    for name in ("registers", "warehouse"):
        shutil.copytree(home / name, tmp_path / name)
    folder = tmp_path / "out" / NEXT.key / "templates"
    folder.mkdir(parents=True)
    (folder / "ancien.xlsx").touch()
    assert write_templates(tmp_path, NEXT.key, "--ministry", "culture").status == 0
    assert names_in(folder) == {"ancien.xlsx", "culture.xlsx", "culture.ods"}
    said = write_templates(tmp_path, NEXT.key, "--format", "ods")
    assert (said.status, "en ods." in said.output) == (0, True)
    assert {path.suffix for path in folder.iterdir()} == {".ods"}
    assert len(names_in(folder)) == 12
    assert write_templates(tmp_path, NEXT.key, "--format", "pdf").status == 2


def test_an_unknown_ministry_is_refused_with_the_nearest(home: Path) -> None:
    said = write_templates(home, NEXT.key, "--ministry", "Ministère de la Justisse")
    assert said.status == 2
    assert "« Ministère de la Justisse » n'est pas un ministère connu" in said.errors
    assert "« Ministère de la Justice »" in said.errors


def test_without_an_earlier_edition_there_is_nothing_to_fill_in(home: Path) -> None:
    said = write_templates(home, "2020-06")
    assert said.status == 2
    assert "Aucune édition antérieure à 2020-06" in said.errors
