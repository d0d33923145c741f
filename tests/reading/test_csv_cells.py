"""What a spreadsheet opens as CSV runs nothing: texts that start a formula are made inert, numbers are left alone."""

import csv
import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.dataset.formats import csv_text, published_rows
from warehouse.model.cells import inert_text, is_formula, submitted_text
from warehouse.model.schema import Column, Table, conform

FREE = Table(
    "free",
    "Textes",
    "Un texte et un nombre.",
    (
        Column("edition", "edition", "Édition", "string", "Clé.", required=True, pattern=r"\d{4}-\d{2}"),
        Column("note", "note", "Note", "string", "Texte libre."),
        Column("gap", "ecart", "Écart", "number", "Un nombre."),
    ),
    ("edition",),
)


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-x", "@SUM(A1)", "\tx", "\nx"])
def test_no_published_text_starts_a_formula_and_numbers_are_left_alone(text: str) -> None:
    frame = conform(pd.DataFrame({"edition": ["2021-07", "2021-11"], "note": [text, None], "gap": [-1.5, -2.0]}), FREE)
    first, second = csv.DictReader(io.StringIO(csv_text(published_rows(frame, FREE)), newline=""))
    assert first == {"edition": "2021-07", "note": "'" + text, "ecart": "-1.5"}
    assert second == {"edition": "2021-11", "note": "", "ecart": "-2.0"}
    assert first["note"].removeprefix("'") == text


@given(st.text())
def test_a_published_text_comes_back_but_for_the_apostrophe(text: str) -> None:
    clean = text.encode("utf-8", "ignore").decode().replace("\0", "")
    frame = conform(pd.DataFrame({"edition": ["2021-07"], "note": [clean], "gap": [1.0]}), FREE)
    (read,) = csv.DictReader(io.StringIO(csv_text(published_rows(frame, FREE)), newline=""))
    assert not is_formula(read["note"])
    lines = clean.replace("\r\n", "\n").replace("\r", "\n")
    assert read["note"] in (lines, "'" + lines)


@pytest.mark.parametrize("text", ["-5", "+5", "-12,5", "12.5", "", "a=1", "PROJET - SUITE"])
def test_a_signed_number_and_an_ordinary_text_are_written_as_they_are(text: str) -> None:
    assert inert_text(text) == text


@pytest.mark.parametrize("text", ["=1+1", "+33 1", "-1-1", "-x", "@SUM(A1)", "\tx", "\rx", "＝1+1", "-5\n"])
def test_what_a_spreadsheet_would_run_is_behind_an_apostrophe(text: str) -> None:
    assert inert_text(text).startswith("'")


@given(st.text())
def test_an_inert_text_is_no_formula_and_gives_the_submitted_text_back(text: str) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    assert not is_formula(inert_text(text))
    if not lines.startswith("'"):
        assert submitted_text(inert_text(text)) == lines
