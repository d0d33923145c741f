"""The small inputs that once went wrong, read in place: each gives its right value, or leads to its cell."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from row_cases import checked

from assets.reading.submitted import Reading, found_files, read_files
from assets.reading.workbooks import DEFAULT_LIMITS
from warehouse.model.findings import Finding, errors_of

EDITION = "2021-11"
Row = dict[Any, Any]
# A rule, the cell or the row it names.
Told = tuple[str, str | int | None]


def refused(*told: Told) -> tuple[tuple[Told, ...], bool, None]:
    return told, True, None


def warned(*told: Told, holds: Callable[[Row], object] | None = None) -> tuple[tuple[Told, ...], bool, Any]:
    return told, False, holds


CASES: dict[str, tuple[tuple[Told, ...], bool, Callable[[Row], object] | None]] = {
    "tick_withheld.xlsx": warned(holds=lambda row: row["withheld"] and row["cost_withheld"]),
    "fmt_keur.xlsx": warned(("cost_unit_is_meur", "M2"), ("cost_unit_is_meur", "N2"),
                            holds=lambda row: row["initial_cost_meur"] == 0.45),
    "xls_fmt_keur.xls": warned(*[("cost_unit_is_meur", f"{letter}{row}") for row in (2, 3) for letter in "MN"],
                               holds=lambda row: row["updated_cost_meur"] == 0.45),
    "fmt_usd.xlsx": refused(("number_is_readable", "M2"), ("number_is_readable", "N2")),
    "fmt_percent.xlsx": refused(("number_is_readable", "M2"), ("number_is_readable", "N2")),
    "raw_superscript_sst.xlsx": refused(("number_is_readable", "N2")),
    "raw_superscript_both.xlsx": refused(("number_is_readable", "M2"), ("number_is_readable", "N2")),
    "strike_row.xlsx": warned(("text_is_not_struck_out", "B3")),
    "hidden_row.xlsx": warned(("rows_are_visible", 3)),
    "filtered_row.xlsx": warned(("rows_are_visible", 3)),
    "hidden_col.xlsx": warned(("columns_are_visible", None)),
    "xls_1904_numbers.xls": warned(holds=lambda row: row["start_date"].date() == dt.date(2019, 8, 1)
                                   and row["updated_end_date"].date() == dt.date(2027, 2, 1)),
    "date_decale.xlsx": refused(("date_is_readable", "L2")),
    "date_maint.xlsx": refused(("date_is_readable", "L2")),
    "date_with_time.xlsx": warned(holds=lambda row: row["start_date"].date() == dt.date(2019, 8, 1)),
    "date_iso_time_text.xlsx": warned(holds=lambda row: row["start_date"].date() == dt.date(2019, 8, 1)),
    "ods_linebreak_cost.ods": refused(("number_is_readable", "N2")),
    "ods_merged_phase.ods": warned(("cell_is_not_merged", "H2")),
    "csv_latin9_oe_name.csv": warned(*[("date_convention_is_day_first", f"{letter}2") for letter in "KXIL"],
                                     holds=lambda row: "Cœurs" in row["name"] or "œ" in row["name"].lower()),
    "name_fffd.xlsx": warned(("text_is_undamaged", "B2")),
    "run_odd_text.xlsx": warned(("text_is_visible", "B2"), ("text_is_visible", "F2"), ("text_is_undamaged", "F3"),
                                holds=lambda row: row["name"] == "Fonds patrimoniaux (fictif)"),
    "id_zwsp.xlsx": warned(("text_is_visible", "A2"), holds=lambda row: row["project_id"] == "PGP-0041"),
    "prog_float.xlsx": refused(("programmes_are_whole_codes", "U2")),
    "name_oe_dup.xlsx": refused(("project_is_declared_once", "B2"), ("project_is_declared_once", "B3")),
    "header_mdollar.xlsx": refused(("header_is_known", "N1"), ("required_header_is_present", 1)),
    "od_cost_sentence.csv": warned(("number_is_readable", "H2"), holds=lambda row: row["updated_cost_meur"] == 12.5),
    "csv_quotes_bad.csv": refused(("file_is_readable", None)),
    "raw_space_row60000.xlsx": refused(("file_is_readable", None)),
    "header_unknown_empty.xlsx": refused(("header_is_known", "AD1")),
    "raw_backslash.xlsx": warned(holds=lambda row: row["updated_cost_meur"] > 0),
    "total_row_full.xlsx": refused(("line_is_no_total", "B4")),
}  # fmt: skip
# What the message must say, so that it leads to the fault.
WORDS = {
    "raw_superscript_sst.xlsx": "« ² »", "raw_superscript_both.xlsx": "« ¹ »", "id_zwsp.xlsx": "U+200B",
    "run_odd_text.xlsx": "U+202E", "csv_quotes_bad.csv": "ligne 2", "raw_space_row60000.xlsx": "C60000",
    "header_unknown_empty.xlsx": "ôter celle-ci", "hidden_col.xlsx": "(N)", "total_row_full.xlsx": "total",
    "od_cost_sentence.csv": "12,5 M€",
}  # fmt: skip


def read(folder: Path, name: str) -> Reading:
    (found,) = [file for file in found_files(folder, DEFAULT_LIMITS) if file.path.name == name]
    return read_files([found], EDITION, DEFAULT_LIMITS)


def said(reading: Reading) -> list[Finding]:
    read = [*(finding for file in reading.files.values() for finding in file.findings), *reading.value_findings]
    refusing = checked(reading.cells).get("rows_conform_to_declaration", []) if len(reading.rows) else []
    return [*read, *refusing]


@pytest.mark.parametrize("name", CASES)
def test_a_handed_case_gives_what_is_right(reading_cases: Path, name: str) -> None:
    told, is_refused, holds = CASES[name]
    reading = read(reading_cases, name)
    found = said(reading)
    assert [(one.rule, one.cell or one.row) for one in found] == list(told), [str(one) for one in found]
    assert bool(errors_of(found)) == is_refused
    assert WORDS.get(name, "") in " ".join(map(str, found))
    if holds is not None:
        assert holds(reading.rows.iloc[0].to_dict()), reading.rows.iloc[0]
    if not is_refused:
        assert pd.notna(reading.rows["name"]).all()


def test_every_handed_case_is_asked_about(reading_cases: Path) -> None:
    assert {path.name for path in reading_cases.iterdir()} == set(CASES)


def test_no_escape_sequence_of_a_cell_is_kept_or_said(reading_cases: Path) -> None:
    reading = read(reading_cases.parent / "hostile", "terminal-escapes.csv")
    found = [str(one) for one in said(reading)]
    assert "U+001B" in " ".join(found)
    kept = " ".join([*reading.cells["value"], *reading.rows["name"], *found])
    assert not set(kept) & {"\x1b", "\x07", "\u202e"}


def test_a_merge_over_a_whole_sheet_is_refused_when_it_is_read(reading_cases: Path) -> None:
    (finding, *_) = said(read(reading_cases.parent / "hostile", "r01-mergeall.xlsx"))
    assert (finding.rule, finding.severity) == ("file_is_readable", "error")
