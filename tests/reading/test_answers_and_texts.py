"""Answers, dates, codes and texts as people type, paste and export them: read right, or refused at their cell."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from row_cases import checked
from submissions import HEADERS, row, table_of, write_csv, write_xlsx

from assets.reading.submitted import Reading, found_files, read_files
from assets.reading.values.absences import says_nothing
from assets.reading.values.dates import parse_date
from assets.reading.values.parsing import UnreadableValueError, parse_boolean, parse_number, parse_programmes
from assets.reading.workbooks import DEFAULT_LIMITS
from warehouse.model.findings import Finding, errors_of
from warehouse.model.terms import match_key

EDITION = "2021-11"


def typed(folder: Path, kind: str = "xlsx", **changes: object) -> tuple[dict[Any, Any], list[Finding]]:
    """The one project of a file, and what reading it says."""
    write = write_xlsx if kind == "xlsx" else write_csv
    write(folder / f"culture.{kind}", table_of([row(**changes)]))
    reading = read(folder)
    return reading.rows.iloc[0].to_dict(), said(reading)


def read(folder: Path) -> Reading:
    return read_files(found_files(folder, DEFAULT_LIMITS), EDITION, DEFAULT_LIMITS)


def said(reading: Reading) -> list[Finding]:
    return [*(finding for file in reading.files.values() for finding in file.findings), *reading.value_findings]


# Answers


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("answer", ["Oui", "oui ", "OUI", "O", "X", "x", "vrai", "1", "✓", "✔", "✔️", "☑", "√", True, 1])
def test_a_yes_withholds_however_it_is_said(tmp_path: Path, kind: str, answer: object) -> None:
    project, found = typed(tmp_path, kind, withheld=answer, withheld_reason="Appel d'offres en cours")
    assert not found
    assert (project["withheld"], project["cost_withheld"], project["schedule_withheld"]) == (True, True, True)


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize(
    "answer", ["à confirmer", "✗", "✘", "☐", "☒", "■", "•", "?", "*", "-", "—", "s.o.", "NA", "N/A", "n.c.", "ü",
               "\uf0fc", "peut-être", "oui et non", "👍", "2", 2, "en partie", "Appel d'offres", "#REF!", "+"],
)  # fmt: skip
def test_an_answer_that_cannot_be_understood_never_publishes(tmp_path: Path, kind: str, answer: object) -> None:
    project, found = typed(tmp_path, kind, withheld=answer)
    (finding,) = errors_of(found)
    assert (finding.rule, finding.value) == ("answer_is_yes_or_no", str(answer))
    # Should an operator regrade the rule, the figures stay withheld all the same.
    assert (project["withheld"], project["cost_withheld"], project["schedule_withheld"]) == (True, True, True)


@pytest.mark.parametrize("answer", ["Non", "n", "faux", "0", False, 0, None, "", "\u00a0", " "])
def test_a_no_or_nothing_publishes(tmp_path: Path, answer: object) -> None:
    project, found = typed(tmp_path, withheld=answer)
    assert not found
    assert project["withheld"] is False


def test_a_reason_without_an_answer_withholds(tmp_path: Path) -> None:
    project, found = typed(tmp_path, withheld=None, withheld_reason="Appel d'offres en cours")
    assert not found
    assert (project["withheld"], project["cost_withheld"]) == (True, True)


@given(st.text(max_size=12))
def test_no_text_but_a_no_or_a_blank_says_no(text: str) -> None:
    try:
        answer = parse_boolean(text)
    except UnreadableValueError:
        return
    assert answer is True or match_key(text) in ("non", "n", "false", "faux", "0", "no") or not text.strip()


@pytest.mark.parametrize("text", ["NA", " n. c. ", "#N/A", "-", "—", "s.o.", "", "\u00a0", "\u202f\u00a0"])
def test_a_marker_says_nothing(text: str) -> None:
    assert says_nothing(text)


@pytest.mark.parametrize("text", ["✓", "0", "N✓A", "?", "*", "NA 12", "#REF!", "12", "É", "x"])
def test_a_symbol_or_a_figure_says_something(text: str) -> None:
    assert not says_nothing(text)


def test_what_is_to_be_defined_is_no_figure_and_is_a_text() -> None:
    assert says_nothing("à définir", is_figure=True)
    assert not says_nothing("à définir")


# Dates and numbers


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2019-08-01T10:30", dt.date(2019, 8, 1)), ("2019-08-01T10:30:00.000Z", dt.date(2019, 8, 1)),
        ("2019-08-01 10:30:00+02:00", dt.date(2019, 8, 1)), ("01/08/2019 10:30", dt.date(2019, 8, 1)),
        ("01/08/2019 à 10h30", dt.date(2019, 8, 1)), ("sept. 2021", dt.date(2021, 9, 1)),
        ("févr-22", dt.date(2022, 2, 1)), ("juil. 2020", dt.date(2020, 7, 1)), ("AOÛT 2019", dt.date(2019, 8, 1)),
    ],
)  # fmt: skip
def test_a_date_may_have_an_hour_or_a_short_month(text: str, value: dt.date) -> None:
    assert parse_date(text) == value


@pytest.mark.parametrize(
    "text", ["décalé 2023", "maintenu 2026", "marché 2021", "avrillé 2020", "jui 2021", "ma 2020", "octroyé 2021",
             "novembre² 2021", "2019-07-31T22:00:00Z", "2019-08-01T10:30 environ", "mars-avril 2020",
             "31/12/9999", "2999-01-01", "mai 3000"]
)  # fmt: skip
def test_a_word_that_begins_as_a_month_is_no_month(text: str) -> None:
    with pytest.raises(UnreadableValueError) as refused:
        parse_date(text)
    assert refused.value.rule == "date_is_readable"


def test_a_date_cell_with_an_hour_is_its_day(tmp_path: Path) -> None:
    project, found = typed(tmp_path, start_date=dt.datetime(2019, 8, 1, 10, 30, tzinfo=dt.UTC).replace(tzinfo=None))
    assert not found
    assert project["start_date"].date() == dt.date(2019, 8, 1)


@pytest.mark.parametrize("text", ["21\n4", "21\n400", "21\r\n400", "21\t400", "24²", "1 234²"])
def test_two_figures_in_a_cell_are_none(text: str) -> None:
    with pytest.raises(UnreadableValueError) as refused:
        parse_number(text)
    assert refused.value.rule == "number_is_readable"


@pytest.mark.parametrize("text", ["150.31", "150,31", "150.3", "150310", "1503.1"])
def test_a_number_made_of_two_programmes_is_refused(text: str) -> None:
    with pytest.raises(UnreadableValueError) as refused:
        parse_programmes(text)
    assert refused.value.rule == "programmes_are_whole_codes"


@pytest.mark.parametrize(("text", "codes"), [("150,310", "P150;P310"), ("150", "P150"), ("P150 ; 310", "P150;P310")])
def test_whole_programmes_are_read(text: str, codes: str) -> None:
    assert parse_programmes(text) == codes


# Texts


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize(
    "character", ["\u200b", "\u202e", "\u2066", "\ufeff", "\u00ad", "\u2060", "\x9b", "\U000e0041"]
)
def test_an_invisible_character_is_taken_out_and_named(tmp_path: Path, kind: str, character: str) -> None:
    project, found = typed(tmp_path, kind, name=f"AL{character}PHA", project_id=f"PGP-0041{character}")
    assert (project["name"], project["project_id"]) == ("ALPHA", "PGP-0041")
    assert [(one.rule, one.severity) for one in found] == [("text_is_visible", "warning")] * 2
    assert all(f"U+{ord(character):04X}" in one.message for one in found)


def test_an_escape_sequence_of_a_csv_reaches_nobody(tmp_path: Path) -> None:
    project, found = typed(tmp_path, "csv", name="AL\x1b[31mPHA\x07", phase="\x1b[2JEn panne")
    told = " ".join([project["name"], *map(str, found)])
    assert "\x1b" not in told
    assert "\x07" not in told
    assert "U+001B" in told
    assert "term_is_in_list" in {one.rule for one in found}


@pytest.mark.parametrize("text", ["Donn\ufffdes", "DonnÃ©es", "lâ€™État"])
def test_a_damaged_text_is_said(tmp_path: Path, text: str) -> None:
    project, found = typed(tmp_path, name=text)
    assert project["name"] == text
    assert [(one.rule, one.severity) for one in found] == [("text_is_undamaged", "warning")]


def test_a_name_on_two_lines_is_one_name(tmp_path: Path) -> None:
    project, found = typed(tmp_path, name="RÉSEAU RADIO\ndu futur", description="Un\ndeux")
    assert not found
    assert (project["name"], project["description"]) == ("RÉSEAU RADIO du futur", "Un\ndeux")


def test_a_name_with_a_ligature_is_the_same_in_any_case(tmp_path: Path) -> None:
    assert match_key("CŒUR") == match_key("Cœur") == match_key("coeur")
    write_xlsx(tmp_path / "culture.xlsx", table_of([row(name="CŒUR"), row(name="Cœur")]))
    found = checked(read(tmp_path).cells)["rows_conform_to_declaration"]
    assert {one.rule for one in found} == {"project_is_declared_once"}


# Files


@pytest.mark.parametrize(
    ("name", "encoding"),
    [("Œuvres à 3 €", "iso8859-15"), ("Œuvres à 3 €", "cp1252"), ("Le cœur de l'État", "iso8859-15"),
     ("Le cœur de l’État", "cp1252"), ("½ journée", "cp1252")],
)  # fmt: skip
def test_french_eight_bit_encodings_are_told_apart(tmp_path: Path, name: str, encoding: str) -> None:
    write_csv(tmp_path / "a.csv", table_of([row(name=name)]), ";", encoding)
    reading = read(tmp_path)
    assert not said(reading)
    assert reading.rows["name"].tolist() == [name]


@pytest.mark.parametrize("text", ['"Fonds" patrimoniaux', '"Fonds patrimoniaux'])
def test_a_bad_quote_leads_to_its_line(tmp_path: Path, text: str) -> None:
    headers, right = table_of([row()])
    cells = [str(cell) for cell in right]
    lines = [[*map(str, headers)], cells, [text if cell == "PROJET ALPHA" else cell for cell in cells]]
    content = "".join(";".join(line) + "\r\n" for line in lines)
    (tmp_path / "a.csv").write_text(content, encoding="utf-8")
    (finding,) = said(read(tmp_path))
    assert finding.rule == "file_is_readable"
    assert "à la ligne 3" in finding.message
    assert "Fonds" in finding.message
    assert "CSV UTF-8" in finding.message


def test_a_header_in_dollars_is_not_one_in_euros(tmp_path: Path) -> None:
    write_xlsx(
        tmp_path / "a.xlsx", table_of([row()], {**HEADERS, "updated_cost_meur": "Coût complet actualisé (M$ TTC)"})
    )
    found = said(read(tmp_path))
    assert {one.rule for one in found} == {"header_is_known", "required_header_is_present"}
    assert {one.severity for one in found} == {"error"}


def test_a_column_too_many_is_told_what_to_do_about(tmp_path: Path) -> None:
    table = table_of([row(**dict.fromkeys(set(HEADERS) - set(row())))])
    write_xlsx(tmp_path / "a.xlsx", [[*table[0], "Observations"], [*table[1], None]])
    (finding,) = said(read(tmp_path))
    assert (finding.rule, finding.value) == ("header_is_known", "Observations")
    assert str(finding.expected).endswith("ôter celle-ci")


def test_a_total_among_the_rows_is_refused(tmp_path: Path) -> None:
    total = {"name": "Total Culture", "ministry": "Ministère de la Culture", "interministerial": "Non",
             "updated_cost_meur": 12.0}  # fmt: skip
    write_xlsx(tmp_path / "a.xlsx", table_of([row(), total]))
    found = checked(read(tmp_path).cells)["rows_conform_to_declaration"]
    assert [(one.rule, one.severity, one.row) for one in found] == [("line_is_no_total", "error", 3)]
