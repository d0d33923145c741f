"""The workbook returned to a ministry: its own file, each anomaly at its cell, right once these are corrected."""

import csv
import datetime as dt
import io
import json
import shutil
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from homes import digests, panorama
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet
from submissions import row, table_of, write_csv, write_xlsx

from assets.demonstration import demonstration_projects
from assets.returned_workbook import FILLS, SUMMARY_HEADERS, returned_workbook
from assets.submission_workbook import write_submission
from assets.workbooks import open_sheets
from checks.disclosure import RULE
from pipelines.returning import write_returned
from warehouse.findings import SEVERITY_LABELS, Finding
from warehouse.home import Home
from warehouse.quality import write_quality

EDITION = "2021-11"
NAMES = ("ALPHA", "BRAVO", "CHARLIE", "DELTA", "ECHO")


def rows(**changes: dict[str, object]) -> list[dict[str, object]]:
    return [row(**{"name": f"PROJET {name}", **changes.get(name, {})}) for name in NAMES]


def returned(home: Path, edition: str = EDITION) -> Path:
    """Write what is returned for an edition; the folder."""
    place = Home(home)
    found = place.calendar().find(edition)
    write_returned(place, found)
    return place.out(found, "returned")


def fill(sheet: Worksheet, place: str) -> str | None:
    cell = sheet[place]
    return str(cell.fill.fgColor.rgb) if cell.fill.fill_type else None


def comment(sheet: Worksheet, place: str) -> str:
    assert sheet[place].comment is not None, place
    return str(sheet[place].comment.text)


def marked(sheet: Worksheet) -> set[str]:
    return {cell.coordinate for line in sheet.iter_rows() for cell in line if cell.comment}


def summary(path: Path) -> list[dict[str, object]]:
    """The lines of the sheet « Anomalies », by header."""
    lines = [[cell.value for cell in line] for line in load_workbook(path).worksheets[0].iter_rows()]
    top = next((number for number, line in enumerate(lines) if tuple(line) == SUMMARY_HEADERS), len(lines))
    return [dict(zip(SUMMARY_HEADERS, line, strict=True)) for line in lines[top + 1 :]]


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home where an edition was accepted and the next, with five faults, refused."""
    home = tmp_path_factory.mktemp("refused")
    write_xlsx(home / "inbox" / "2021-07" / "culture.xlsx", table_of(rows()))
    assert panorama(home, "run", "2021-07").status == 0
    faults = rows(
        ALPHA={"updated_cost_meur": -1.5},
        BRAVO={"ministry": "Ministère de la Magie"},
        CHARLIE={"updated_end_date": dt.date(2018, 12, 1)},
        DELTA={"phase": None},
        ECHO={"initial_cost_meur": 11.0},
    )
    write_xlsx(home / "inbox" / EDITION / "culture.xlsx", table_of(faults))
    write_xlsx(home / "inbox" / EDITION / "justice.xlsx", table_of([row(name="GREFFE", ministry="Justice")]))
    assert panorama(home, "run", EDITION).status == 1
    returned(home)
    return home


@pytest.mark.parametrize(
    ("place", "severity", "parts"),
    [
        ("I2", "error", ["Erreur [", "« -1.5 »", "Attendu : ", "au moins égal à 0"]),
        (
            "B3",
            "error",
            ["[MIN-001]", "Ministère inconnu.", "Ministère de la Magie", "le plus proche : « "],
        ),
        ("G4", "error", ["[DATE-001]", "La fin précède le début.", "« 2018-12-01 »"]),
        ("D5", "warning", ["Alerte [PHASE-002]", "La phase manque.", "Valeur trouvée : aucune.", "Attendu : "]),
        ("H6", "error", ["[baseline_agrees_with_ledger]", "PROJET ECHO", "Valeur trouvée : « 11", "Attendu : 10"]),
    ],
)
def test_each_anomaly_is_coloured_at_its_cell_and_says_what_was_expected(
    refused: Path, place: str, severity: str, parts: list[str]
) -> None:
    sheet = load_workbook(refused / "out" / EDITION / "returned" / "culture.xlsx")["Projets"]
    assert fill(sheet, place) == FILLS[severity]  # type: ignore[index]  # a severity
    for part in parts:
        assert part in comment(sheet, place)


def test_what_the_ministry_wrote_is_untouched(refused: Path) -> None:
    sent = load_workbook(refused / "inbox" / EDITION / "culture.xlsx")["Projets"]
    back = load_workbook(refused / "out" / EDITION / "returned" / "culture.xlsx")["Projets"]
    assert back.dimensions == sent.dimensions
    # The duration between two dates is in no cell: what is said of it is at the first of the row.
    assert marked(back) == {"I2", "B3", "G4", "A4", "D5", "H6"}
    for line in sent.iter_rows():
        for cell in line:
            other = back[cell.coordinate]
            assert (other.value, other.number_format) == (cell.value, cell.number_format)
            if cell.coordinate not in marked(back):
                assert fill(back, cell.coordinate) == fill(sent, cell.coordinate)
                assert other.comment is None


def test_the_summary_lists_the_worst_first_with_a_link_to_each_cell(refused: Path) -> None:
    path = refused / "out" / EDITION / "returned" / "culture.xlsx"
    lines = summary(path)
    labels = list(SEVERITY_LABELS.values())
    ranks = [labels.index(str(line["Gravité"])) for line in lines]
    assert ranks == sorted(ranks)
    errors = [line["Ligne"] for line in lines if line["Gravité"] == "Erreur"]
    assert errors == sorted(errors, key=lambda number: int(str(number or 0)))
    book = load_workbook(path)
    assert book.sheetnames == ["Anomalies", "Projets"]
    assert book.active is book.worksheets[0]
    assert [sheet.sheet_view.tabSelected for sheet in book.worksheets] == [True, False]
    links = [cell.hyperlink.location for line in book["Anomalies"].iter_rows() for cell in line if cell.hyperlink]
    assert set(links) == {f"'Projets'!{place}" for place in ("I2", "B3", "G4", "A4", "D5", "H6")}


def test_the_same_anomalies_are_given_as_csv_and_json(refused: Path) -> None:
    folder = refused / "out" / EDITION / "returned"
    report = json.loads((folder / "culture.json").read_text(encoding="utf-8"))
    lines = list(csv.DictReader(io.StringIO((folder / "culture.csv").read_text(encoding="utf-8"))))
    listed = summary(folder / "culture.xlsx")
    assert (report["edition"], report["file"]) == (EDITION, "culture.xlsx")
    assert [found["code"] for found in report["findings"]] == [line["Règle"] for line in listed]
    assert [(line["Règle"], line["Message"]) for line in lines] == [(line["Règle"], line["Message"]) for line in listed]
    assert next(line for line in lines if line["Cellule"] == "I2")["Valeur"] == "-1.5"


def test_a_ministry_sees_no_anomaly_of_another(refused: Path) -> None:
    folder = refused / "out" / EDITION / "returned"
    assert sorted(path.name for path in folder.iterdir()) == [
        f"{name}.{suffix}" for name in ("culture", "justice") for suffix in ("csv", "json", "xlsx")
    ]
    sheets = load_workbook(folder / "justice.xlsx").worksheets
    assert [sheet.title for sheet in sheets] == ["Anomalies", "Projets"]
    assert "Aucune anomalie." in [cell.value for line in sheets[0].iter_rows() for cell in line]
    assert not marked(sheets[1])
    assert json.loads((folder / "justice.json").read_text(encoding="utf-8"))["findings"] == []


def test_corrected_at_these_cells_and_sent_again_it_passes(refused: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    for key in ("2021-07", EDITION):
        write_xlsx(home / "inbox" / key / "culture.xlsx", table_of(rows()))
    assert panorama(home, "run", "2021-07").status == 0
    book = load_workbook(refused / "out" / EDITION / "returned" / "culture.xlsx")
    right: dict[str, int | str | dt.date] = {
        "I2": 12,
        "B3": "Ministère de la Culture",
        "G4": dt.date(2021, 7, 1),
        "D5": "Déploiement",
        "H6": 10,
    }
    for place, value in right.items():
        book["Projets"][place] = value
    book.save(home / "inbox" / EDITION / "culture.xlsx")
    said = panorama(home, "run", EDITION)
    assert said.status == 0, said.errors
    after = load_workbook(returned(home) / "culture.xlsx")
    assert after.sheetnames == ["Anomalies", "Projets"]
    assert not marked(after["Projets"])
    assert {fill(after["Projets"], place) for place in right} == {None}


def test_two_writes_give_the_same_bytes(refused: Path) -> None:
    before = digests(refused, "out", "inbox")
    returned(refused)
    assert digests(refused, "out", "inbox") == before
    with zipfile.ZipFile(refused / "out" / EDITION / "returned" / "culture.xlsx") as archive:
        properties = archive.read("docProps/core.xml").decode()
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert "creator" not in properties
    assert "lastModifiedBy" not in properties
    assert str(dt.datetime.now(tz=dt.UTC).year) not in properties


def test_what_no_longer_applies_is_removed(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox" / EDITION
    assert not returned(tmp_path).exists()
    for name in ("a.xlsx", "b.xlsx"):
        write_xlsx(inbox / name, table_of(rows()))
    assert {path.stem for path in returned(tmp_path).iterdir()} == {"a", "b"}
    (inbox / "a.xlsx").unlink()
    assert {path.stem for path in returned(tmp_path).iterdir()} == {"b"}
    (inbox / "b.xlsx").unlink()
    assert list(returned(tmp_path).iterdir()) == []


def test_files_of_the_same_stem_do_not_take_the_place_of_one_another(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "inbox" / EDITION / "culture.xlsx", table_of(rows()))
    write_csv(tmp_path / "inbox" / EDITION / "Culture.csv", table_of(rows()))
    names = {path.name for path in returned(tmp_path).glob("*.xlsx")}
    assert names == {"culture.xlsx.xlsx", "Culture.csv.xlsx"}


def test_a_csv_is_returned_as_a_workbook_with_the_same_marks(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox" / EDITION
    write_csv(inbox / "culture.csv", table_of([row(updated_cost_meur=-1.5, name="=1+1")]), delimiter=";")
    assert panorama(tmp_path, "run", EDITION).status == 1
    path = returned(tmp_path) / "culture.xlsx"
    sheet = load_workbook(path)["culture"]
    assert (sheet["A2"].value, sheet["A2"].data_type, sheet["A2"].quotePrefix) == ("=1+1", "s", True)
    assert fill(sheet, "I2") == FILLS["error"]
    assert "-1.5" in comment(sheet, "I2")
    book = load_workbook(path)
    book["culture"]["I2"] = 12
    (inbox / "culture.csv").unlink()
    book.save(inbox / "culture.xlsx")
    said = panorama(tmp_path, "run", EDITION)
    assert said.status == 0, said.errors


def test_a_file_that_cannot_be_read_gets_the_summary_only(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox" / EDITION
    write_xlsx(inbox / "culture.xlsx", table_of(rows()))
    content = (inbox / "culture.xlsx").read_bytes()
    (inbox / "culture.xlsx").write_bytes(content[:2000])
    (inbox / "note.pdf").write_bytes(b"%PDF")
    # Without a readable file no check is done, and those of a run before are of other files.
    stale = Finding("value_is_readable", "error", "Périmé.", "culture.xlsx", "Projets", 2, "Phase", "D2")
    write_quality(Home(tmp_path), Home(tmp_path).calendar().find(EDITION), "every_value_is_readable", [stale], 1)
    assert panorama(tmp_path, "run", EDITION).status == 1
    folder = returned(tmp_path)
    for name in ("culture", "note"):
        assert load_workbook(folder / f"{name}.xlsx").sheetnames == ["Anomalies"]
        (line,) = summary(folder / f"{name}.xlsx")
        assert (line["Gravité"], line["Règle"]) == ("Erreur", "file_is_readable")
        assert line["Feuille"] == "(tout le fichier)"


def test_what_is_said_of_the_edition_is_in_the_summary_but_not_how_a_withheld_figure_is_found(tmp_path: Path) -> None:
    home = Home(tmp_path)
    edition = home.calendar().find(EDITION)
    write_xlsx(home.inbox(edition) / "culture.xlsx", table_of(rows()))
    write_quality(home, edition, "one", [Finding("every_exit_has_a_reason", "warning", "Parti.")], 1)
    write_quality(home, edition, "two", [Finding(RULE, "error", "Le coût de PGP-0009 se calcule.")], 1)
    (line,) = summary(returned(tmp_path) / "culture.xlsx")
    assert (line["Règle"], line["Feuille"]) == ("every_exit_has_a_reason", "(toute l'édition)")


def test_the_findings_of_a_run_take_the_place_of_those_kept(tmp_path: Path) -> None:
    home = Home(tmp_path)
    edition = home.calendar().find(EDITION)
    write_xlsx(home.inbox(edition) / "culture.xlsx", table_of(rows()))
    write_quality(home, edition, "one", [Finding("phase_is_given", "warning", "Périmé.")], 1)
    (path,) = write_returned(home, edition, [Finding("cost_is_given", "notice", "Juste.", file="culture.xlsx")])
    assert [line["Règle"] for line in summary(path)] == ["cost_is_given"]


def test_the_demonstration_keeps_its_lists_widths_and_panes(tmp_path: Path) -> None:
    frame = demonstration_projects()[EDITION].head(5)
    sent_path = tmp_path / "sent.xlsx"
    write_submission(frame, sent_path, edition=EDITION, title="Remontée")
    about = Finding("phase_is_given", "warning", "La phase manque.", "sent.xlsx", "Projets", 9, "Phase", "H9")
    dated = Finding("duration_is_given", "warning", "La fin manque.", "sent.xlsx", "Projets", 9, "Début", "I9")
    back_path = tmp_path / "back.xlsx"
    back_path.write_bytes(returned_workbook(sent_path, [about, dated], EDITION))
    sent, back = load_workbook(sent_path), load_workbook(back_path)
    assert back.sheetnames == ["Anomalies", *sent.sheetnames]
    for sheet in sent.worksheets:
        other = back[sheet.title]
        assert validations(other) == validations(sheet)
        assert {key: column.width for key, column in other.column_dimensions.items()} == {
            key: column.width for key, column in sheet.column_dimensions.items()
        }
        assert {key: line.height for key, line in other.row_dimensions.items() if key < 9} == {
            key: line.height for key, line in sheet.row_dimensions.items() if key < 9
        }
        assert other.freeze_panes == sheet.freeze_panes
    assert len(validations(back["Projets"])) > 5
    # An empty cell that is coloured keeps the format of its column.
    assert back["Projets"]["I9"].number_format == "dd/mm/yyyy"
    assert [sheet.rows for sheet in open_sheets(back_path)[2:]] == [sheet.rows for sheet in open_sheets(sent_path)[1:]]


def validations(sheet: Worksheet) -> list[tuple[str, str | None, str | None, str]]:
    found = sheet.data_validations.dataValidation
    return [(str(each.type), each.formula1, each.error, str(each.sqref)) for each in found]


def save(path: Path, fill_in: Callable[[Workbook], object]) -> Path:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Projets"
    for line in table_of(rows()):
        sheet.append(line)
    fill_in(book)
    book.save(path)
    return path


def back_from(path: Path, *findings: Finding) -> Workbook:
    return load_workbook(io.BytesIO(returned_workbook(path, findings, EDITION)))


def about(place: str | None, rule: str = "value_is_readable", severity: str = "error", **more: object) -> Finding:
    values = {"sheet": "Projets", "row": 2, "cell": place, "file": "f.xlsx"} | more
    return Finding(rule, severity, "Un message.", **values)  # type: ignore[arg-type]  # keywords


def test_several_anomalies_of_a_cell_are_in_one_comment_of_the_colour_of_the_worst(tmp_path: Path) -> None:
    path = save(tmp_path / "f.xlsx", lambda book: None)
    sheet = back_from(path, about("A2", "one", "notice"), about("A2", "two", "error"))["Projets"]
    assert fill(sheet, "A2") == FILLS["error"]
    assert comment(sheet, "A2").index("Erreur [two]") < comment(sheet, "A2").index("Information [one]")


def test_an_anomaly_of_a_row_is_at_the_column_it_names_or_at_the_first_cell(tmp_path: Path) -> None:
    path = save(tmp_path / "f.xlsx", lambda book: None)
    findings = [
        about(None, row=3),
        about(None, row=4, column="Coût complet initial"),
        about(None, row=5, column="Durée"),
    ]
    assert marked(back_from(path, *findings)["Projets"]) == {"A3", "H4", "A5"}


def test_what_a_ministry_says_in_a_comment_or_shows_in_a_colour_is_kept(tmp_path: Path) -> None:
    def own(book: Workbook) -> None:
        sheet = book["Projets"]
        sheet["A2"].comment = Comment("À vérifier", "Une agente")
        sheet["B2"].fill = PatternFill("solid", fgColor="FFFFFF00")
        book.create_sheet("Anomalies")["A1"] = "À nous"

    path = save(tmp_path / "f.xlsx", own)
    once = tmp_path / "once.xlsx"
    once.write_bytes(returned_workbook(path, [about("A2"), about("C2")], EDITION))
    book = load_workbook(once)
    assert comment(book["Projets"], "A2").startswith("À vérifier")
    assert "Un message." in comment(book["Projets"], "A2")
    assert book.sheetnames == ["Anomalies1", "Projets", "Anomalies"]
    twice = back_from(once)
    assert twice.sheetnames == ["Anomalies1", "Projets", "Anomalies"]
    assert comment(twice["Projets"], "A2") == "À vérifier"
    assert fill(twice["Projets"], "B2") == "FFFFFF00"
    assert fill(twice["Projets"], "A2") is None
    assert marked(twice["Projets"]) == {"A2"}


def test_a_merged_cell_is_marked_where_it_shows(tmp_path: Path) -> None:
    path = save(tmp_path / "f.xlsx", lambda book: book["Projets"].merge_cells("A2:A3"))
    assert marked(back_from(path, about("A3", row=3))["Projets"]) == {"A2"}


def test_a_formula_keeps_what_it_gave(tmp_path: Path) -> None:
    path = tmp_path / "f.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("Projets")
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for place, formula, value in (("A2", "=6*7", 42.5), ("B2", '="<"&"a"', "<a"), ("D2", "=1=1", True)):
            page.write_formula(place, formula, None, value)
        page.write_formula("C2", "=DATE(2021,7,1)", day, 44378)
        page.write_formula("A3", "=1/0", None, "#DIV/0!")
    once = tmp_path / "once.xlsx"
    once.write_bytes(returned_workbook(path, [about("A2"), about("B2")], EDITION))
    assert load_workbook(once)["Projets"]["A2"].value == "=6*7"
    assert open_sheets(once)[1].rows == open_sheets(path)[0].rows
    once.write_bytes(returned_workbook(once, [about("A2")], EDITION))
    assert open_sheets(once)[1].rows == open_sheets(path)[0].rows


def test_a_text_is_never_taken_for_a_formula(tmp_path: Path) -> None:
    home = Home(tmp_path)
    edition = home.calendar().find(EDITION)
    texts = ["=HYPERLINK(1)", "+33 1", "-x", "@SUM(1)", "#N/A", "ctrl\x07"]
    path = write_xlsx(home.inbox(edition) / "f.xlsx", table_of([row(name=text) for text in texts]))
    findings = [about(f"A{line}", row=line, value=text) for line, text in enumerate(texts, start=2)]
    write_returned(home, edition, findings)
    folder = home.out(edition, "returned")
    book = load_workbook(folder / "f.xlsx")
    for line, text in enumerate(texts[:5], start=2):
        assert (book["Projets"][f"A{line}"].value, book["Projets"][f"A{line}"].data_type) == (text, "s")
    cells = [cell for line in book["Anomalies"].iter_rows() for cell in line if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert set(texts[:5]) <= {cell.value for cell in cells}
    written = csv.DictReader(io.StringIO((folder / "f.csv").read_text(encoding="utf-8")))
    assert [line["Valeur"] for line in written][:4] == [f"'{text}" for text in texts[:4]]
    assert path.is_file()


def test_what_a_copy_cannot_keep_is_said(tmp_path: Path) -> None:
    path = save(tmp_path / "f.xlsm", lambda book: None)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        book = back_from(path)
    texts = [str(line[0].value) for line in book["Anomalies"].iter_rows()]
    assert any("les macros" in text for text in texts)


def test_the_command_returns_the_files_and_writes_nothing_else(refused: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(refused, home)
    shutil.rmtree(home / "out" / EDITION / "returned")
    before = digests(home)
    said = panorama(home, "return", EDITION)
    assert said.status == 0, said.errors
    added = {path for path in digests(home) if path not in before}
    assert added == {
        f"out/{EDITION}/returned/{stem}.{kind}" for stem in ("culture", "justice") for kind in ("csv", "json", "xlsx")
    }
    assert all(digests(home)[path] == digest for path, digest in before.items())
    assert "culture.xlsx" in said.output
