"""The workbook returned to a ministry: its own file, with each anomaly at its cell and nothing else changed."""

import io
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import xlsxwriter
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet
from returns import comment, fill, marked, rows
from submissions import row, table_of, write_csv

from assets.demonstration.submissions import demonstration_projects
from assets.forms.returned_summary import FILLS
from assets.forms.returned_workbook import returned_workbook
from assets.forms.submission_workbook import write_submission
from assets.reading.workbooks import open_sheets, read_file
from benchmarks.hand_made import SHEET, members_of, zipped
from warehouse.model.findings import Finding

EDITION = "2021-11"


def returned(path: Path, *findings: Finding) -> bytes:
    """The workbook returned for a file."""
    received, _ = read_file(path, EDITION, None)
    return returned_workbook(received, findings, EDITION)


def test_the_demonstration_keeps_its_lists_widths_and_panes(tmp_path: Path) -> None:
    frame = demonstration_projects()[EDITION].head(5)
    sent_path = tmp_path / "sent.xlsx"
    write_submission(frame, sent_path, edition=EDITION, title="Remontée")
    about = Finding("phase_is_given", "warning", "La phase manque.", "sent.xlsx", "Projets", 9, "Phase", "H9")
    dated = Finding("duration_is_given", "warning", "La fin manque.", "sent.xlsx", "Projets", 9, "Début", "I9")
    back_path = tmp_path / "back.xlsx"
    back_path.write_bytes(returned(sent_path, about, dated))
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
    return load_workbook(io.BytesIO(returned(path, *findings)))


def about(place: str | None, rule: str = "value_is_readable", severity: str = "error", **more: object) -> Finding:
    values = {"sheet": "Projets", "row": 2, "cell": place, "file": "f.xlsx"} | more
    return Finding(rule, severity, "Un message.", **values)  # type: ignore[arg-type]  # keywords


def test_several_anomalies_of_a_cell_are_in_one_comment_of_the_colour_of_the_worst(tmp_path: Path) -> None:
    path = save(tmp_path / "f.xlsx", lambda book: None)
    sheet = back_from(path, about("A2", "cost_is_given", "notice"), about("A2", "phase_is_given", "error"))["Projets"]
    assert fill(sheet, "A2") == FILLS["error"]
    assert comment(sheet, "A2").index("Erreur [PHASE-002]") < comment(sheet, "A2").index("Information [COST-004]")


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
    once.write_bytes(returned(path, about("A2"), about("C2")))
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
    once.write_bytes(returned(path, about("A2"), about("B2")))
    assert load_workbook(once)["Projets"]["A2"].value == "=6*7"
    assert open_sheets(once)[1].rows == open_sheets(path)[0].rows
    once.write_bytes(returned(once, about("A2")))
    assert open_sheets(once)[1].rows == open_sheets(path)[0].rows


def test_what_a_copy_cannot_keep_is_said(tmp_path: Path) -> None:
    path = save(tmp_path / "f.xlsm", lambda book: None)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        book = back_from(path)
    texts = [str(line[0].value) for line in book["Anomalies"].iter_rows()]
    assert any("les macros" in text for text in texts)


def test_a_text_too_long_for_a_workbook_is_said_to_be_cut(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "f.csv", table_of([row(deviation_comment="x" * 40_000)]))
    texts = [str(line[0].value) for line in back_from(path)["Anomalies"].iter_rows()]
    assert any("sont coupés ici les textes de « f », cellule L2" in text for text in texts), texts


def test_a_csv_wider_than_any_workbook_is_returned_with_its_list(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_bytes(b"Nom du projet" + b"," * 20_000 + b"x\n")
    far = about("ACOI1", row=1, value="x")
    book = back_from(tmp_path / "f.csv", far, about("BFRO2"))
    assert [cell.value for cell in book["Anomalies"]["F"] if cell.value][1:] == ["ACOI1", "BFRO2"]


def test_a_text_that_looks_like_an_escaped_character_comes_back(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "f.csv", table_of([row(name="_x0041_")]))
    again = tmp_path / "again.xlsx"
    again.write_bytes(returned(path, about("A2", value="_x0041_")))
    assert open_sheets(again)[1].rows[1][0] == "_x0041_"


def test_a_day_beyond_the_calendar_keeps_its_number(tmp_path: Path) -> None:
    members = members_of(save(tmp_path / "f.xlsx", lambda book: None).read_bytes())
    assert b"<v>43466</v>" in members[SHEET]
    path = tmp_path / "g.xlsx"
    path.write_bytes(zipped(members | {SHEET: members[SHEET].replace(b"<v>43466</v>", b"<v>99999999999</v>", 1)}))
    again = tmp_path / "again.xlsx"
    again.write_bytes(returned(path, about("E2")))
    assert open_sheets(again)[1].rows == open_sheets(path)[0].rows
