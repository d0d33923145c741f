"""Findings that repeat are told once, with a count and examples; no list is longer than a person can read."""

import json
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from homes import panorama
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter
from submissions import HEADERS, rows_of, table_of, write_xlsx

from assets.reading.submitted import read_inbox
from assets.reading.typed_rows import type_projects
from checks.rules.places import Places, places_of
from warehouse.model.findings import Finding, declared_finding, finding_of, total
from warehouse.model.repetition import MOST_FINDINGS, capped, folded, is_rest, unfolded

EDITION = "2021-11"


def notice(row: int | None, **place: Any) -> Finding:
    at: dict[str, Any] = {
        "file": "a.xlsx",
        "sheet": "Projets",
        "row": row,
        "column": "Zone fonctionnelle",
        "cell": f"N{row}",
    }
    return declared_finding("functional_zone_is_filled", **at | place)


def unread(row: int, file: str = "a.xlsx") -> Finding:
    place: dict[str, Any] = {"file": file, "sheet": "Projets", "row": row, "cell": f"D{row}"}
    return declared_finding("term_is_in_list", "Valeur illisible.", **place)


FINDINGS = st.lists(
    st.one_of(
        st.builds(notice, st.integers(2, 9)),
        st.builds(unread, st.integers(2, 9), st.sampled_from(["a.xlsx", "b.xlsx"])),
        st.just(declared_finding("every_ministry_answers", "Muet.", value="Culture", ministry_id="culture")),
    ),
    max_size=3 * MOST_FINDINGS,
)


@given(FINDINGS)
def test_nothing_is_lost_by_capping_folding_and_taking_apart(findings: list[Finding]) -> None:
    kept = capped(findings)
    assert capped(kept) == kept
    assert total(kept) == total(folded(kept)) == len(findings)
    assert sorted(map(str, unfolded(folded(kept)))) == sorted(map(str, kept))
    written = [finding_of(json.loads(json.dumps(one.as_dict()))) for one in folded(kept)]
    assert written == folded(kept)
    alone = [finding for finding in kept if not is_rest(finding)]
    assert max((alone.count(one) for one in alone), default=0) <= MOST_FINDINGS


def test_a_list_is_cut_by_rule_and_by_file_and_says_how_many_more() -> None:
    found = capped([*(unread(row) for row in range(2, 400_002)), unread(2, "b.xlsx")])
    assert len(found) == MOST_FINDINGS + 2
    rest = found[MOST_FINDINGS]
    assert (rest.count, rest.severity, rest.file) == (400_000 - MOST_FINDINGS, "error", "a.xlsx")
    assert str(rest).replace("\u202f", " ").replace("\u00a0", " ") == (
        "Erreur [READ-005] a.xlsx : … et 399 900 autres constats de la même règle dans ce fichier."
    )


def test_notices_alike_are_one_with_a_count_and_the_first_examples() -> None:
    (one,) = folded(notice(row, value=f"v{row}") for row in range(2, 12))
    assert (one.row, one.count, len(one.others)) == (2, 10, 9)
    assert one.likewise().replace("\u00a0", " ") == (
        "De même : ligne 3 (« v3 ») ; ligne 4 (« v4 ») ; ligne 5 (« v5 ») ; ligne 6 (« v6 ») ; ligne 7 (« v7 ») ; "
        "et 4 autres."
    )


def test_errors_and_warnings_of_a_file_stand_each_at_its_cell_and_another_file_is_another_notice() -> None:
    findings = [unread(2), unread(3), notice(2), notice(2, file="b.xlsx")]
    assert folded(findings) == findings


def test_what_is_told_of_an_example_is_what_sets_it_apart() -> None:
    (one,) = folded([notice(2), notice(3, column="Autre", cell="O3"), notice(3, sheet="Suite")])
    assert "colonne « Autre » (cellule O3)" in one.likewise()
    assert "feuille « Suite », ligne 3" in one.likewise()


def test_of_many_findings_those_that_are_kept_are_put_in_words_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count, rule = 3 * MOST_FINDINGS, "updated_cost_meur_is_in_range"
    write_xlsx(tmp_path / "culture.xlsx", table_of(rows_of(count, updated_cost_meur=-1.0)))
    cells, _ = read_inbox(tmp_path, EDITION)
    rows = type_projects(cells)[0]
    positions = list(range(0, count, 2))
    expected = capped(Places(cells).findings(rule, rows.iloc[positions]))
    found = Places(cells).unworded(rule, rows, positions, places_of(rows))
    worded: list[int] = []
    words = Places.findings

    def findings(places: Places, rule: str, rows: pd.DataFrame) -> list[Finding]:
        worded.extend(rows["source_row"])
        return words(places, rule, rows)

    monkeypatch.setattr(Places, "findings", findings)
    kept = capped(found)
    assert kept == expected
    assert kept[-1].count == len(positions) - MOST_FINDINGS
    assert worded == [finding.row for finding in kept[:-1]]


def test_a_file_wrong_as_a_whole_gives_short_results_a_short_page_and_a_short_workbook(tmp_path: Path) -> None:
    """Every list that a person or a program reads: JSON of checks, page of the collection, return, terminal."""
    count = 3 * MOST_FINDINGS
    rows = rows_of(count, phase="???", functional_zone=None, description=None)
    rows[0] |= {"functional_zone": "Zone", "description": "Texte"}
    write_xlsx(tmp_path / "inbox" / EDITION / "culture.xlsx", table_of(rows))
    said = panorama(tmp_path, "check", EDITION)
    assert said.status == 1
    assert f"{count}\N{NO-BREAK SPACE}erreurs" in said.errors
    assert said.errors.count("READ-005") == MOST_FINDINGS + 1
    assert said.errors.count("ID-013") == 1
    panorama(tmp_path, "collect", EDITION)
    data = json.loads((tmp_path / "out" / EDITION / "collection" / "collection.json").read_text(encoding="utf-8"))
    (ministry,) = (one for one in data["ministries"] if one["ministry_id"] == "culture")
    assert ministry["errors"] == count
    assert len(json.dumps(data)) < 1000 * count
    panorama(tmp_path, "return", EDITION)
    returned = tmp_path / "out" / EDITION / "returned"
    report = json.loads((returned / "culture.json").read_text(encoding="utf-8"))["findings"]
    assert sum(one["count"] for one in report if one["code"] == "READ-005") == count
    page = openpyxl.load_workbook(returned / "culture.xlsx")["Projets"]
    letter = get_column_letter([cell.value for cell in page[1]].index(HEADERS["phase"]) + 1)
    marked = [row for row in range(2, count + 2) if page[f"{letter}{row}"].comment]
    assert marked == list(range(2, MOST_FINDINGS + 2))


def test_every_cell_of_a_folded_notice_is_marked_in_the_returned_workbook(tmp_path: Path) -> None:
    rows = rows_of(5, functional_zone=None)
    rows[0]["functional_zone"] = "Zone"
    write_xlsx(tmp_path / "inbox" / EDITION / "culture.xlsx", table_of(rows))
    panorama(tmp_path, "return", EDITION)
    workbook = openpyxl.load_workbook(tmp_path / "out" / EDITION / "returned" / "culture.xlsx")
    page, listed = workbook["Projets"], workbook["Anomalies"]
    column = [cell.value for cell in page[1]].index(HEADERS["functional_zone"]) + 1
    assert [row for row in range(2, 7) if page.cell(row, column).comment] == [3, 4, 5, 6]
    lines = [[cell.value for cell in line] for line in listed.iter_rows() if line[1].value == "ID-013"]
    assert len(lines) == 1
    assert "De même : ligne 4 ; ligne 5 ; ligne 6." in str(lines[0])
