"""A published edition is history: what it holds is read, what it does not say is missing, nothing refuses it."""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import pytest
from homes import REAL_FILES, panorama
from row_cases import checked
from submissions import write_csv, write_xlsx

from assets.reading.headers import layouts
from assets.reading.submitted import Reading, found_files, read_files
from assets.reading.workbooks import DEFAULT_LIMITS
from warehouse.model.findings import Finding, errors_of

EDITION = "2021-11"
HEADERS = (
    "Projet", "Ministère porteur", "Projet interministériel", "Début", "Durée du projet en années", "Phase",
    "Coût estimé", "Zone fonctionnelle", "Programmes de financement", "Description",
)  # fmt: skip
LINE = ("ALPHA", "Ministère de la Culture", "Non", "janvier 2019", "3", "Déploiement", "12,5", "RH", "P175", "Texte.")
# What editions write where they have nothing to say.
MARKERS = ("NA", "N/A", "n.c.", "NC", "ND", "n. d.", "s.o.", "S.O.", "-", "–", "—", "…", "/", " ", "\u00a0", "\u202f",
           "Sans objet", "néant", "Non renseigné", "#N/A", "null", "inconnu")  # fmt: skip
ODDITIES = (
    "à confirmer par le ministère au prochain semestre", "décalé 2023", "31/02/2021", "✓", "?", "12,5 ou 14", "-5",
    "9e9", "2e400", "=1+1", "#REF!", "<b>gras</b>", "\U0001f600", "1.234,5", "Ministère de la Magie", "200 000 000",
    "31/12/9999",
)  # fmt: skip
# The columns of the rows that come from each field, or follow from it.
FOLLOWS: Mapping[str, set[str]] = {
    "name": {"name"},
    "ministry": {"ministry_id", "partner_ministry_id"},
    "ministry_name": {"ministry_id", "partner_ministry_id"},
    "description": {"description", "information_url"},
    "funding": {"funding", "programmes", "performance_plan_url"},
    "start_date": {"start_date", "updated_end_date", "updated_duration_months"},
    "duration_years": {"updated_end_date", "updated_duration_months"},
    "updated_cost_meur": {"updated_cost_meur", "cost_band"},
}
WITHHELD = {"withheld", "withheld_note", "withheld_reason", "cost_withheld", "schedule_withheld"}


def read(folder: Path, edition: str = EDITION) -> Reading:
    return read_files(found_files(folder, DEFAULT_LIMITS), edition, DEFAULT_LIMITS)


def said(reading: Reading) -> list[Finding]:
    return [*(finding for file in reading.files.values() for finding in file.findings), *reading.value_findings]


def edition_of(folder: Path, lines: Sequence[Sequence[object]], headers: Sequence[str] = HEADERS) -> Reading:
    write_csv(folder / "14.csv", [headers, *lines])
    return read(folder)


def line(**changes: object) -> list[object]:
    """A line that is right, but for changes by the rank of the column."""
    return [changes.get(f"c{rank}", cell) for rank, cell in enumerate(LINE)]


def real_cells(path: Path) -> list[list[str]]:
    if path.suffix == ".csv":
        return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    frame = pd.read_excel(path, header=None, dtype=object, engine="calamine")
    return [["" if pd.isna(cell) else str(cell) for cell in row] for row in frame.itertuples(index=False)]


@pytest.mark.parametrize("edition", REAL_FILES)
def test_a_real_edition_with_anything_in_any_cell_keeps_all_the_others(
    real_data: Path, tmp_path: Path, edition: str
) -> None:
    table = real_cells(real_data / "editions" / REAL_FILES[edition])
    header = next(rank for rank, row in enumerate(table) if sum(bool(cell.strip()) for cell in row) > 5)
    columns = {column: rank for rank, text in enumerate(table[header]) if (column := layouts(edition)[1].column(text))}
    write_csv(tmp_path / "whole" / "a.csv", table)
    whole = read(tmp_path / "whole", edition).rows.set_index("source_row")
    rows = list(whole.index)
    values = [*MARKERS, *ODDITIES]
    # Each value goes in each column, one cell a row.
    places = [(value, column) for value in values for column in columns]
    for start in range(0, len(places), len(rows)):
        folder = tmp_path / f"from {start}"
        changed = [list(row) for row in table]
        put = dict(zip(rows, places[start : start + len(rows)], strict=False))
        for row, (value, column) in put.items():
            changed[row - 1][columns[column]] = value
        write_csv(folder / "a.csv", changed)
        reading = read(folder, edition)
        found = said(reading)
        assert not errors_of(found), [str(one) for one in errors_of(found)]
        assert max(Counter(one.cell for one in found if one.cell and one.rule != "text_is_visible").values()) == 1
        now = reading.rows.set_index("source_row")
        assert list(now.index) == rows
        for name in now.columns.difference(["source_file", "source_sheet", "source_sha256"]):
            same = now[name].eq(whole[name]) | (now[name].isna() & whole[name].isna())
            for row in same.index[~same.fillna(value=False)]:
                value, column = put[row]
                may_change = FOLLOWS.get(column.field, {column.field}) | WITHHELD
                assert name in may_change, (row, column.field, value, name, now[name][row], whole[name][row])
        for row, (value, column) in put.items():
            at_cell = [one for one in found if one.row == row and one.column == column.header.strip()]
            asked = column.field in ("name", "ministry", "ministry_name")
            if value in MARKERS and not asked:
                assert not at_cell, [str(one) for one in at_cell]


def test_the_rules_of_rows_refuse_nothing_of_an_edition(tmp_path: Path) -> None:
    cells = [(column, value) for column in range(len(LINE)) for value in ("", "NA", *ODDITIES)]
    lines = [line(**({"c0": f"P{rank}"} | {f"c{column}": value})) for rank, (column, value) in enumerate(cells)]
    lines += [line(), line(), line(c6="0"), line(c4="0"), line(c0="B", c3="janvier 2031")]
    reading = edition_of(tmp_path, lines)
    found = [one for findings in checked(reading.cells).values() for one in findings]
    assert found
    assert not errors_of(found), [str(one) for one in errors_of(found)]
    assert len(reading.rows) == len(lines)


@pytest.mark.parametrize("marker", MARKERS)
def test_a_marker_of_absence_is_no_value_in_any_column(tmp_path: Path, marker: str) -> None:
    reading = edition_of(tmp_path, [line(), [marker if rank > 1 else cell for rank, cell in enumerate(LINE)]])
    row = reading.rows.iloc[1]
    names = ["interministerial", "start_date", "phase", "updated_cost_meur", "functional_zone", "programmes",
             "funding", "description", "updated_duration_months"]  # fmt: skip
    assert row[names].isna().all(), row[names]
    assert not row["withheld"]
    assert [one.rule for one in said(reading)] == ["project_is_declared_once"]


@pytest.mark.parametrize(
    ("cost", "meur"),
    [
        ("12,5 M€ hors frais de personnel et de maintenance", 12.5), ("12,5 M€ TTC (hors titre 2)", 12.5),
        ("environ 12,5 M€", 12.5), ("12,5*", 12.5), ("12,5 (1)", 12.5), ("12,5²", 12.5),
        ("12,5 M€ hors T2, valeur 2021", 12.5), ("1 500 k€ hors personnel", 1.5),
        ("12,5 à 15 M€", None), ("entre 12 et 15 M€", None), ("12,5 M€ + 3 M€ de maintenance", None),
        ("12,5 M€ HT hors TVA", None), ("hors personnel : 12,5 M€", None), ("12,5 M€ dont 3 en 2021", None),
        ("Le coût sera connu à l'issue du cadrage en cours", None), ("21,4 %", None), ("$ 21,4", None),
    ],
)  # fmt: skip
def test_a_figure_inside_a_sentence_is_read_or_told_missing(tmp_path: Path, cost: str, meur: float | None) -> None:
    reading = edition_of(tmp_path, [line(c6=cost)])
    (row,) = reading.rows.to_dict("records")
    (finding,) = said(reading)
    assert (finding.rule, finding.severity) == ("number_is_readable", "warning")
    assert (finding.cell, finding.value) == ("G2", cost)
    assert not row["withheld"]
    if meur is None:
        assert pd.isna(row["updated_cost_meur"])
        assert "manquante" in finding.message
    else:
        assert row["updated_cost_meur"] == meur
        assert f"{meur:g}".replace(".", ",") in finding.message


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("Les éléments chiffrés des projets en cours d’appel d’offres ne sont pas publiés", "open_tender"),
        ("Non publié", "unspecified"), ("Chiffre confidentiel", "unspecified"),
        ("Trajectoire en cours de révision", "trajectory_review"),
    ],
)  # fmt: skip
def test_a_sentence_that_says_so_withholds(tmp_path: Path, sentence: str, reason: str) -> None:
    reading = edition_of(tmp_path, [line(c4=sentence, c6=sentence)])
    (row,) = reading.rows.to_dict("records")
    assert not said(reading)
    assert (row["withheld"], row["cost_withheld"], row["schedule_withheld"]) == (True, True, True)
    assert (row["withheld_note"], row["withheld_reason"]) == (sentence, reason)


@pytest.mark.parametrize(
    ("phase", "code"),
    [
        ("Conception/Réalisation", "build"), ("conception et realisation", "build"), ("Experimentation", "pilot"),
        ("Terminé - en exploitation", "completed"), ("En cadrage", "scoping"), ("En cours de déploiement", "rollout"),
        ("Déploiement\u00a0", "rollout"), ("TERMINE", "completed"),
    ],
)  # fmt: skip
def test_a_phase_is_known_by_the_names_it_is_given(tmp_path: Path, phase: str, code: str) -> None:
    reading = edition_of(tmp_path, [line(c5=phase)])
    assert reading.rows["phase"].tolist() == [code]
    assert not said(reading)


@pytest.mark.parametrize(("phase", "code"), [("Terminé (2019)", "completed"), ("Déploiement : 3 sites", "rollout"),
                                             ("Déploiement / Terminé", None), ("En panne", None)])  # fmt: skip
def test_a_remark_after_a_phase_is_told(tmp_path: Path, phase: str, code: str | None) -> None:
    reading = edition_of(tmp_path, [line(c5=phase)])
    assert reading.rows["phase"].fillna("").tolist() == [code or ""]
    (finding,) = said(reading)
    assert (finding.rule, finding.severity, finding.value) == ("term_is_in_list", "warning", phase)


def test_totals_notes_and_sources_are_no_projects_and_are_told_once(tmp_path: Path) -> None:
    totals = [["Total", "", "", "", "", "", "12,5"], ["", "", "", "", "", "", "12,5"], ["* hors personnel"], [],
              ["Sous-total", "Ministère de la Culture", "", "", "", "", "12,5"], ["Source : DINUM"]]  # fmt: skip
    reading = edition_of(tmp_path, [line(), *totals])
    assert reading.rows["name"].tolist() == ["ALPHA"]
    (finding,) = said(reading)
    assert (finding.rule, finding.severity, finding.row) == ("every_line_is_a_project", "notice", 3)
    assert "5\u00a0lignes" in finding.message
    assert "« Total »" in finding.message


def test_a_project_without_a_name_or_a_known_ministry_is_kept_and_told(tmp_path: Path) -> None:
    lines = [line(c0="NA"), line(c0="B", c1=""), line(c0="C", c1="Ministère de la Magie"), line(c0="D"), line(c0="D")]
    reading = edition_of(tmp_path, lines)
    assert reading.rows["name"].tolist() == ["Projet sans nom (ligne 2)", "B", "C", "D", "D (2)"]
    assert reading.rows["ministry_id"].tolist() == ["culture", "unspecified", "unspecified", "culture", "culture"]
    found = {one.rule: (one.severity, one.row) for one in said(reading)}
    assert found == {
        "name_is_given": ("warning", 2),
        "ministry_id_is_given": ("warning", 3),
        "ministry_is_known": ("warning", 4),
        "project_is_declared_once": ("warning", 6),
    }


def test_the_name_of_no_ministry_is_not_one_to_submit_as(tmp_path: Path) -> None:
    reading = edition_of(tmp_path, [line(c1="Ministère non précisé")])
    assert [one.rule for one in said(reading)] == ["ministry_is_known"]


def test_ministries_on_two_lines_of_a_cell_are_read(tmp_path: Path) -> None:
    lines = [line(c1="Ministère de\nla Culture"), line(c0="B", c1="Ministère de la Culture\nMinistère de la Justice")]
    reading = edition_of(tmp_path, lines)
    assert not said(reading)
    assert reading.rows["ministry_id"].tolist() == ["culture", "culture"]
    assert reading.rows["partner_ministry_id"].fillna("").tolist() == ["", "justice"]


@pytest.mark.parametrize(
    ("label", "ministry"),
    [("MEF / DGFiP", "economie_finances"), ("Ministère de l'Intérieur (DGPN)", "interieur"),
     ("Ministère de la Justice - secrétariat général", "justice"), ("DINUM, agence inconnue", "pm"),
     ("Agence inconnue / Ministère de la Justice", "unspecified")],
)  # fmt: skip
def test_a_service_after_its_ministry_does_not_hide_it(tmp_path: Path, label: str, ministry: str) -> None:
    reading = edition_of(tmp_path, [line(c1=label)])
    assert reading.rows["ministry_id"].tolist() == [ministry]
    assert [(one.rule, one.severity, one.value) for one in said(reading)] == [("ministry_is_known", "warning", label)]


def test_other_columns_are_told_and_the_rest_is_read(tmp_path: Path) -> None:
    headers = [*HEADERS, "Observations", "", "Vide", "Phase"]
    lines = [[*line(), "une note", "x", "", "Terminé"], [*line(c0="B"), "", "y", "", ""]]
    reading = edition_of(tmp_path, lines, headers)
    assert reading.rows["phase"].tolist() == ["rollout", "rollout"]
    found = [(one.rule, one.severity, one.cell) for one in said(reading)]
    assert found == [
        ("header_is_known", "warning", "K1"),
        ("header_is_unique", "warning", "N1"),
        ("value_has_a_header", "warning", "L2"),
    ]


def test_a_header_that_drifts_by_a_letter_is_read_and_told(tmp_path: Path) -> None:
    headers = ["Projets", "Ministere porteurs", *HEADERS[2:6], "Coût estimé (k€)", *HEADERS[7:]]
    reading = edition_of(tmp_path, [line()], headers)
    (row,) = reading.rows.to_dict("records")
    assert (row["name"], row["ministry_id"]) == ("ALPHA", "culture")
    # A unit hangs on a letter: a cost is never guessed.
    assert pd.isna(row["updated_cost_meur"])
    found = [(one.rule, one.severity, one.cell) for one in said(reading) if one.rule == "header_is_known"]
    assert found == [("header_is_known", "warning", f"{letter}1") for letter in "ABG"]


@pytest.mark.parametrize("rank", range(1, len(HEADERS)))
def test_an_edition_without_one_of_its_columns_is_read(tmp_path: Path, rank: int) -> None:
    headers, cells = ([cell for at, cell in enumerate(row) if at != rank] for row in (HEADERS, LINE))
    reading = edition_of(tmp_path, [cells], headers)
    assert len(reading.rows) == 1
    assert not errors_of(said(reading))


@pytest.mark.parametrize("header", ["Coût estimé ($)", "Coût estimé (€)"])
def test_a_cost_in_another_currency_is_no_cost_in_meur(tmp_path: Path, header: str) -> None:
    reading = edition_of(tmp_path, [line()], [header if text == "Coût estimé" else text for text in HEADERS])
    assert reading.rows["updated_cost_meur"].isna().all()
    assert {(one.rule, one.severity) for one in said(reading)} == {
        ("header_is_known", "warning"), ("required_header_is_present", "warning")
    }  # fmt: skip


@pytest.mark.parametrize("table", [
    [["Nom", "Prénom", "Courriel"], ["Anne", "B", "c@example.org"]],
    [["Projet", "Ministère porteur", "Phase"], ["ALPHA", "Ministère de la Culture", "Déploiement"]],
    [["Ministère porteur", "Phase", "Coût estimé"], ["Ministère de la Culture", "Déploiement", "12"]],
])  # fmt: skip
def test_only_what_is_no_edition_is_refused(tmp_path: Path, table: list[list[str]]) -> None:
    write_csv(tmp_path / "a.csv", table)
    reading = read(tmp_path)
    assert reading.rows.empty
    assert errors_of(said(reading))


@pytest.mark.parametrize(
    ("delimiter", "encoding"),
    [(";", "cp1252"), (";", "utf-8-sig"), ("\t", "utf-16"), (",", "utf-8"), (";", "iso8859-15")],
)
def test_an_edition_reads_the_same_however_it_was_exported(tmp_path: Path, delimiter: str, encoding: str) -> None:
    lines = [line(c0="CŒUR d'été", c9="Œuvres, « citées » ; coût de 3 € à l'œuvre."), line(c0="Île", c6="6,5")]
    write_csv(tmp_path / "a" / "14.csv", [HEADERS, *lines], delimiter, encoding)
    reading = read(tmp_path / "a")
    assert not said(reading)
    assert reading.rows["name"].tolist() == ["CŒUR d'été", "Île"]
    assert reading.rows["description"].iloc[0] == "Œuvres, « citées » ; coût de 3 € à l'œuvre."
    assert reading.rows["updated_cost_meur"].tolist() == [12.5, 6.5]


def test_a_workbook_of_an_edition_is_read_as_its_csv(tmp_path: Path) -> None:
    lines: list[Sequence[object]] = [line(c4=3, c6=12.5), line(c0="B", c5="NA", c6="NA")]
    above: list[Sequence[object]] = [["Panorama des grands projets"], [], HEADERS]
    write_xlsx(tmp_path / "a" / "14.xlsx", [*above, *lines, [], ["Source : DINUM"]])
    reading = read(tmp_path / "a")
    assert [one.rule for one in said(reading)] == ["every_line_is_a_project"]
    assert reading.rows["updated_cost_meur"].fillna(0).tolist() == [12.5, 0]


def test_a_damaged_edition_goes_through_to_its_page(tmp_path: Path) -> None:
    lines: list[Sequence[object]] = [line(c0=f"P{rank}") for rank in range(6)]
    missing = [line(**{"c0": f"SANS {rank}"} | {f"c{rank}": "NA"}) for rank in range(len(LINE))]
    costs = [line(c0="F", c6="12,5 M€ hors personnel"), line(c0="G", c6="en cours")]
    odd: list[Sequence[object]] = [*missing, *costs, ["Total", "", "", "", "", "", "99"]]
    write_csv(tmp_path / "inbox" / "2021-07" / "13.csv", [HEADERS, *lines])
    write_csv(tmp_path / "inbox" / EDITION / "14.csv", [HEADERS, *lines, *odd])
    done = panorama(tmp_path, "backfill", f"2021-07..{EDITION}")
    assert done.status == 0, done.errors
    page = (tmp_path / "out" / "site" / EDITION / "projets" / "index.html").read_text(encoding="utf-8")
    assert "Projet sans nom (ligne 8)" in page
    assert "Ministère non précisé" in page
