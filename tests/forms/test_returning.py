"""What goes back to each ministry of an edition: its own anomalies and no other's, right once they are corrected."""

import csv
import datetime as dt
import io
import json
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from homes import clone, digests, done, panorama
from openpyxl import load_workbook
from returns import comment, fill, marked, quiet_row, rows, summary
from submissions import row, table_of, write_csv, write_xlsx

from assets.collection.intake import receive
from assets.collection.receiving import collection_findings
from assets.forms.returned_summary import FILLS
from assets.forms.returning import write_returned
from checks.rules.disclosure import RULE
from warehouse.home.calendar import Edition
from warehouse.home.home import Home
from warehouse.home.results import Result, read_findings, write_results
from warehouse.home.state import read_state
from warehouse.model.findings import SEVERITY_LABELS, Finding
from warehouse.model.rules import catalogue

EDITION = "2021-11"


def returned(home: Path, edition: str = EDITION) -> Path:
    """Write what is returned for an edition; the folder."""
    place = Home(home)
    found = place.calendar().find(edition)
    returned_for(place, found)
    return place.out(found, "returned")


def returned_for(home: Home, edition: Edition, findings: Sequence[Finding] | None = None) -> list[Path]:
    """Write what is returned: what reading finds and, where a row is read, other findings, by default those kept."""
    state = read_state(home)
    receipt = receive(state, edition, dt.date(2021, 12, 1))
    read = [*receipt.submitted.file_findings, *collection_findings(state, receipt.received)]
    others = read_findings(home, edition) if findings is None else findings
    told = [*read, *([] if receipt.submitted.cells.empty else others)]
    return write_returned(home, edition, receipt, told, {RULE})


def keep(home: Home, edition: Edition, *findings: Finding) -> None:
    """Keep findings as those of a check."""
    write_results(home, edition, {"every_value_is_readable": Result(findings, 1)})


def about(place: str | None, rule: str = "value_is_readable", severity: str = "error", **more: object) -> Finding:
    values = {"sheet": "Projets", "row": 2, "cell": place, "file": "f.xlsx"} | more
    return Finding(rule, severity, "Un message.", **values)  # type: ignore[arg-type]  # keywords


@pytest.fixture(scope="module")
def accepted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home where an edition was accepted."""
    home = tmp_path_factory.mktemp("accepted")
    write_xlsx(home / "inbox" / "2021-07" / "culture.xlsx", table_of(rows()))
    done(home, "run", "2021-07")
    return home


@pytest.fixture(scope="module")
def refused(accepted: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same home once the next edition, with five faults, was refused."""
    home = clone(accepted, tmp_path_factory.mktemp("refused") / "home")
    faults = rows(
        ALPHA={"updated_cost_meur": -1.5},
        BRAVO={"ministry": "Ministère de la Magie"},
        CHARLIE={"updated_end_date": dt.date(2018, 12, 1)},
        DELTA={"phase": None},
        ECHO={"initial_cost_meur": 11.0},
    )
    write_xlsx(home / "inbox" / EDITION / "culture.xlsx", table_of(faults))
    write_xlsx(home / "inbox" / EDITION / "justice.xlsx", table_of([quiet_row(name="GREFFE", ministry="Justice")]))
    assert panorama(home, "run", EDITION).status == 1
    returned(home)
    return home


@pytest.mark.parametrize(
    ("place", "severity", "parts"),
    [
        ("I2", "error", ["Erreur [", "« -1,5 »", "Attendu : ", "au moins égal à 0"]),
        (
            "B3",
            "error",
            ["[MIN-001]", "Ministère inconnu.", "Ministère de la Magie", "le plus proche : « "],
        ),
        ("G4", "error", ["[DATE-001]", "La fin précède le début.", "« 01/12/2018 »"]),
        ("D5", "warning", ["Alerte [PHASE-002]", "La phase manque.", "Valeur trouvée : aucune.", "Attendu : "]),
        ("H6", "error", ["[BASE-003]", "PROJET ECHO", "Valeur trouvée : « 11", "Attendu : 10"]),
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
    assert marked(back) == {"I2", "B3", "G4", "D5", "H6"}
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
    assert set(links) == {f"'Projets'!{place}" for place in ("I2", "B3", "G4", "D5", "H6")}


def test_the_same_anomalies_are_given_as_csv_and_json(refused: Path) -> None:
    folder = refused / "out" / EDITION / "returned"
    report = json.loads((folder / "culture.json").read_text(encoding="utf-8"))
    lines = list(csv.DictReader(io.StringIO((folder / "culture.csv").read_text(encoding="utf-8"))))
    listed = summary(folder / "culture.xlsx")
    assert (report["edition"], report["file"]) == (EDITION, "culture.xlsx")
    assert [found["code"] for found in report["findings"]] == [line["Règle"] for line in listed]
    assert [(line["Règle"], line["Message"]) for line in lines] == [(line["Règle"], line["Message"]) for line in listed]
    assert next(line for line in lines if line["Cellule"] == "I2")["Valeur"] == "-1,5"


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


def test_corrected_at_these_cells_and_sent_again_it_passes(accepted: Path, refused: Path, tmp_path: Path) -> None:
    home = clone(accepted, tmp_path / "home")
    write_xlsx(home / "inbox" / EDITION / "culture.xlsx", table_of(rows()))
    book = load_workbook(refused / "out" / EDITION / "returned" / "culture.xlsx")
    right: dict[str, int | str | dt.date] = {
        "I2": 12,
        "B3": "Ministère de la Culture",
        "G4": dt.date(2022, 7, 1),
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
    keep(Home(tmp_path), Home(tmp_path).calendar().find(EDITION), stale)
    assert panorama(tmp_path, "run", EDITION).status == 1
    folder = returned(tmp_path)
    # What is not of a known format is put aside; what is, and is damaged, is as well.
    for name, code in (("culture", "FILE-010"), ("note", "FILE-010")):
        assert load_workbook(folder / f"{name}.xlsx").sheetnames == ["Anomalies"]
        (line,) = summary(folder / f"{name}.xlsx")
        assert (line["Gravité"], line["Règle"]) == ("Erreur", code)
        assert line["Feuille"] == "(tout le fichier)"


def test_a_ministry_is_told_of_the_edition_what_is_for_it_and_nothing_of_another(tmp_path: Path) -> None:
    home = Home(tmp_path)
    edition = home.calendar().find(EDITION)
    write_xlsx(home.inbox(edition) / "culture.xlsx", table_of(rows()))
    write_xlsx(home.inbox(edition) / "justice.xlsx", table_of([quiet_row(name="GREFFE", ministry="Justice")]))
    left = [
        Finding("every_exit_has_a_reason", "warning", f"Le projet {project} ne figure plus.", ministry_id=ministry)
        for project, ministry in (("PGP-0001", "culture"), ("PGP-0002", "justice"), ("PGP-0003", "interior"))
    ]
    whole = Finding("headline_equals_rows", "error", "L'écart moyen n'est pas celui des lignes.")
    guessed = Finding(RULE, "error", "Le coût de PGP-0009 se calcule.", ministry_id="culture")
    keep(home, edition, *left, whole, guessed)
    folder = returned(tmp_path)
    for name, project in (("culture", "PGP-0001"), ("justice", "PGP-0002")):
        (line,) = summary(folder / f"{name}.xlsx")
        assert (line["Règle"], line["Feuille"]) == ("HIST-001", "(toute l'édition)")
        assert project in str(line["Message"])
        for kind in ("csv", "json"):
            text = (folder / f"{name}.{kind}").read_text(encoding="utf-8")
            assert [other for other in ("PGP-0001", "PGP-0002", "PGP-0003", "PGP-0009") if other in text] == [project]


def test_a_project_that_left_is_told_to_the_ministry_that_led_it(tmp_path: Path) -> None:
    for key, culture in (("2021-07", rows()), (EDITION, rows()[:-1])):
        write_xlsx(tmp_path / "inbox" / key / "culture.xlsx", table_of(culture))
        justice = table_of([quiet_row(name="GREFFE", ministry="Justice")])
        write_xlsx(tmp_path / "inbox" / key / "justice.xlsx", justice)
    done(tmp_path, "backfill", f"2021-07..{EDITION}")
    folder = returned(tmp_path)
    left = [line for line in summary(folder / "culture.xlsx") if line["Règle"] == "HIST-001"]
    assert ["PROJET ECHO" in str(line["Message"]) for line in left] == [True]
    assert "PROJET ECHO" not in (folder / "justice.json").read_text(encoding="utf-8")


def test_each_anomaly_says_why_its_rule_exists(refused: Path) -> None:
    reasons = {rule.code: rule.reason for rule in catalogue().values()}
    lines = summary(refused / "out" / EDITION / "returned" / "culture.xlsx")
    assert lines
    assert all(line["Pourquoi"] == reasons[str(line["Règle"])] for line in lines)


def test_a_notice_is_shown_as_the_others(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "inbox" / EDITION / "culture.xlsx", table_of([quiet_row(updated_cost_meur="12 000 k€")]))
    assert panorama(tmp_path, "check", EDITION).status == 0
    home = Home(tmp_path)
    returned_for(home, home.calendar().find(EDITION))
    assert panorama(tmp_path, "return", EDITION).status == 0
    path = home.out(home.calendar().find(EDITION), "returned") / "culture.xlsx"
    assert ("Information", "COST-010", "I2") in [
        (line["Gravité"], line["Règle"], line["Cellule"]) for line in summary(path)
    ]
    assert fill(load_workbook(path)["Projets"], "I2") == FILLS["notice"]


def test_a_file_replaced_by_a_later_one_is_not_returned(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox" / EDITION
    write_xlsx(inbox / "culture.xlsx", table_of([quiet_row()]))
    done(tmp_path, "collect", EDITION)
    write_xlsx(inbox / "culture v2.xlsx", table_of([quiet_row(updated_cost_meur=13.0)]))
    assert panorama(tmp_path, "run", EDITION).status == 0
    assert {path.stem for path in returned(tmp_path).glob("*.xlsx")} == {"culture v2"}


def test_the_findings_of_a_run_take_the_place_of_those_kept(tmp_path: Path) -> None:
    home = Home(tmp_path)
    edition = home.calendar().find(EDITION)
    write_xlsx(home.inbox(edition) / "culture.xlsx", table_of(rows()))
    keep(home, edition, Finding("phase_is_given", "warning", "Périmé."))
    (path,) = returned_for(home, edition, [Finding("cost_is_given", "notice", "Juste.", file="culture.xlsx")])
    assert [line["Règle"] for line in summary(path)] == ["COST-004"]


def test_a_text_is_never_taken_for_a_formula(tmp_path: Path) -> None:
    home = Home(tmp_path)
    edition = home.calendar().find(EDITION)
    texts = ["=HYPERLINK(1)", "+33 1", "-x", "@SUM(1)", "#N/A", "ctrl\x07"]
    path = write_xlsx(home.inbox(edition) / "f.xlsx", table_of([row(name=text) for text in texts]))
    findings = [about(f"A{line}", row=line, value=text) for line, text in enumerate(texts, start=2)]
    returned_for(home, edition, findings)
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


def test_the_command_returns_the_files_and_writes_nothing_else(refused: Path, tmp_path: Path) -> None:
    home = clone(refused, tmp_path / "home")
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
