"""The text of a cell becomes a value, or says what was expected."""

import datetime as dt
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.parsing import (
    UnreadableValueError,
    parse_boolean,
    parse_code,
    parse_date,
    parse_number,
    parse_programmes,
    parse_text,
    says_withheld,
    split_link,
    withheld_reason,
)
from warehouse.terms import match_key
from warehouse.vocabulary import MINISTRIES, PHASES, VOCABULARIES


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12,5", 12.5), ("12.5", 12.5), ("1 234,5", 1234.5), ("1\u00a0234,5", 1234.5), ("1\u202f234", 1234.0),
        ("12 M€", 12.0), ("12,3 M€ TTC", 12.3), ("5.923287671232877", 5.923287671232877), ("-3", -3.0), ("3 ans", 3.0),
        ("", None), ("En cadrage", None), ("NA", None), ("n. c.", None), (" - ", None),
    ],
)  # fmt: skip
def test_numbers_are_read_as_the_french_write_them(text: str, value: float | None) -> None:
    assert parse_number(text) == value


@pytest.mark.parametrize("text", ["douze", "1,234.5", "12 000,5,1", "1 23", "12 k€", "2021-07-01", "1e", "12%"])
def test_a_number_is_never_guessed(text: str) -> None:
    with pytest.raises(UnreadableValueError):
        parse_number(text)


@given(st.floats(-1e6, 1e6, allow_nan=False))
def test_a_number_survives_a_round_trip_with_a_decimal_comma(value: float) -> None:
    assert parse_number(repr(value).replace(".", ",")) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2013-07-01", dt.date(2013, 7, 1)), ("2013-07-01 00:00:00", dt.date(2013, 7, 1)),
        ("2013-07", dt.date(2013, 7, 1)),
        ("01/07/2011", dt.date(2011, 7, 1)), ("15/01/2016", dt.date(2016, 1, 15)), ("03/04/2021", dt.date(2021, 4, 3)),
        ("07/2011", dt.date(2011, 7, 1)), ("octobre 14", dt.date(2014, 10, 1)), ("juillet 2013", dt.date(2013, 7, 1)),
        ("Février 20", dt.date(2020, 2, 1)), ("août 2019", dt.date(2019, 8, 1)), ("oct.-14", dt.date(2014, 10, 1)),
        ("janv. 2015", dt.date(2015, 1, 1)), ("1er juillet 2013", dt.date(2013, 7, 1)),
        ("Déc. 98", dt.date(1998, 12, 1)),
        ("", None), ("NA", None), ("En cadrage", None),
    ],
)  # fmt: skip
def test_dates_are_read_in_every_form_met(text: str, value: dt.date | None) -> None:
    assert parse_date(text) == value
    assert parse_date(unicodedata.normalize("NFD", text)) == value


def test_a_spreadsheet_day_number_is_a_date() -> None:
    assert parse_date("41640", is_number=True) == dt.date(2014, 1, 1)


@pytest.mark.parametrize("text", ["31/02/2020", "2020-13-01", "brumaire 2020", "2014", "12", "hier"])
def test_a_date_is_never_guessed(text: str) -> None:
    with pytest.raises(UnreadableValueError, match="date"):
        parse_date(text)


def test_a_number_that_is_no_day_number_is_refused() -> None:
    with pytest.raises(UnreadableValueError):
        parse_date("2014", is_number=True)


@given(st.dates(dt.date(1980, 1, 1), dt.date(2079, 12, 31)))
def test_a_date_survives_a_round_trip(day: dt.date) -> None:
    assert parse_date(day.isoformat()) == day
    assert parse_date(day.strftime("%d/%m/%Y")) == day
    assert parse_date(str((day - dt.date(1899, 12, 30)).days), is_number=True) == day


def test_booleans_are_oui_or_non() -> None:
    assert [parse_boolean(text) for text in ("Oui", "non", "OUI ", "X", "")] == [
        True,
        False,
        True,
        True,
        None,
    ]
    with pytest.raises(UnreadableValueError, match="Oui"):
        parse_boolean("peut-être")


def test_renamed_labels_are_the_same_code() -> None:
    bands = VOCABULARIES["cost_bands"]
    assert {bands.find(text) for text in ("> 100 M€", "plus de 100 M€")} == {"over_100"}
    assert {bands.find(text) for text in ("< 5 M€", "moins de 5M€")} == {"under_5"}
    assert parse_code("conception / réalisation", PHASES) == "build"


def test_an_unknown_code_says_what_is_allowed() -> None:
    with pytest.raises(UnreadableValueError, match="« Cadrage », « Conception / Réalisation »"):
        parse_code("En panne", PHASES)


def test_no_spelling_stands_for_two_terms() -> None:
    for vocabulary in VOCABULARIES.values():
        owners: dict[str, set[str]] = {}
        for term in vocabulary.terms:
            for spelling in (term.code, term.label, *term.aliases):
                owners.setdefault(match_key(spelling), set()).add(term.code)
        assert {key: codes for key, codes in owners.items() if len(codes) > 1} == {}, vocabulary.name


def test_ministries_are_known_by_code_label_and_former_labels() -> None:
    labels = (
        "MI",
        "Ministère de l'Intérieur",
        "MINISTERE DE L’INTERIEUR",
        "Ministère de l'Intérieur et des Outre-mer",
    )
    assert {MINISTRIES.find(label) for label in labels} == {"interieur"}
    assert MINISTRIES.find("Ministère de la Défense") == MINISTRIES.find("MAr") == "armees"


def test_a_sentence_in_place_of_a_figure_says_it_is_withheld() -> None:
    sentence = "Les éléments chiffrés des projets en cours d’appel d’offres ne sont volontairement pas publiés"
    assert says_withheld(sentence)
    assert withheld_reason(sentence) == "open_tender"
    assert withheld_reason("Trajectoire en cours de révision") == "trajectory_review"
    assert says_withheld("non publié")
    assert not says_withheld("Déploiment")


def test_a_link_is_taken_out_of_its_text() -> None:
    text = 'Le réseau. (<a href="https://example.org/a" target="_blank">en savoir plus</a>)'
    assert split_link(text) == ("Le réseau.", "https://example.org/a")
    assert split_link('<a href="https://example.org/p">Patrimoines (P175)</a>') == (
        "Patrimoines (P175)",
        "https://example.org/p",
    )
    assert split_link("rien (ici)") == ("rien (ici)", None)


@pytest.mark.parametrize(
    ("text", "codes"),
    [("Coordination (P129)", "P129"), ("P302 P349", "P302;P349"), ("176", "P176"), ("P 156, P156", "P156"), ("", None),
     ("n° 12345", None)],
)  # fmt: skip
def test_budget_programmes_are_found_in_their_text(text: str, codes: str | None) -> None:
    assert parse_programmes(text) == codes


def test_a_text_is_tidied_and_nothing_else() -> None:
    assert parse_text("  Un\u00a0 texte \r\n\r\n- puce  ") == "Un texte\n- puce"
    assert parse_text(" \n ") is None
