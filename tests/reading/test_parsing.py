"""The text of a cell becomes a value, or says what was expected."""

import datetime as dt
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.reading.values.dates import is_ambiguous_date, parse_date
from assets.reading.values.parsing import (
    Cost,
    UnreadableValueError,
    parse_boolean,
    parse_code,
    parse_cost,
    parse_number,
    parse_programmes,
    parse_text,
    parse_years,
    says_formula_error,
    split_link,
)
from assets.reading.values.sentences import says_withheld, withheld_reason
from warehouse.model.terms import match_key
from warehouse.model.vocabulary import MINISTRIES, PHASES, VOCABULARIES


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12,5", 12.5), ("12.5", 12.5), ("1 234,5", 1234.5), ("1\u00a0234,5", 1234.5), ("1\u202f234", 1234.0),
        ("1\u2009234\u2007567", 1234567.0), ("5.923287671232877", 5.923287671232877), ("-3", -3.0), ("\u22123", -3.0),
        ("", None), ("En cadrage", None), ("NA", None), ("n. c.", None), (" - ", None),
    ],
)  # fmt: skip
def test_numbers_are_read_as_the_french_write_them(text: str, value: float | None) -> None:
    assert parse_number(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "douze",
        "1,234.5",
        "1.234,5",
        "1'234",
        "12 000,5,1",
        "1 23",
        "12 k€",
        "12 M€",
        "2021-07-01",
        "1e",
        "1e400",
        "12%",
    ],
)
def test_a_number_is_never_guessed(text: str) -> None:
    with pytest.raises(UnreadableValueError, match="un nombre") as refused:
        parse_number(text)
    assert refused.value.rule == "number_is_readable"


def test_a_separator_that_may_be_of_thousands_is_refused_with_the_right_way_to_write_it() -> None:
    for text in ("1.234,5", "1,234.5", "1.234.567", "1.500 k€", "1,500 €"):
        with pytest.raises(UnreadableValueError, match="milliers sont séparés par des espaces"):
            parse_cost(text)


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("12", Cost(12.0)), ("12,5", Cost(12.5)), ("12.5", Cost(12.5)), ("1 234,5", Cost(1234.5)),
        ("12 M€", Cost(12.0)), ("12M€", Cost(12.0)), ("12\u00a0M€", Cost(12.0)), ("12,3 M€ TTC", Cost(12.3)),
        ("12,5 TTC", Cost(12.5)), ("12 MEUR", Cost(12.0)), ("12,5 millions d'euros", Cost(12.5)),
        ("12,5 millions d’euros TTC", Cost(12.5)), ("1 million", Cost(1.0)), ("2,62 Md€", Cost(2620.0, "Md€")),
        ("1 500 k€", Cost(1.5, "k€")), ("1\u202f500 K€ TTC", Cost(1.5, "K€")), ("900 keuros", Cost(0.9, "keuros")),
        ("1 234 567,89 €", Cost(1.23456789, "€")), ("3000000 euros", Cost(3.0, "euros")),
        ("0,3 k€", Cost(0.0003, "k€")),
        ("", None), ("En cadrage", None), ("NA", None), ("#N/A", None),
    ],
)  # fmt: skip
def test_a_cost_is_read_in_the_unit_its_cell_declares(text: str, cost: Cost | None) -> None:
    assert parse_cost(text) == cost


@given(st.integers(0, 10**10), st.sampled_from([("k€", 3), ("€", 6)]))
def test_a_unit_is_converted_without_the_noise_of_binary_fractions(amount: int, unit: tuple[str, int]) -> None:
    name, places = unit
    cost = parse_cost(f"{amount} {name}")
    assert cost is not None
    assert cost.meur == float(f"{amount}e-{places}")


@pytest.mark.parametrize("text", ["12 HT", "12 M€ HT", "12 $", "3 ans", "12 M€ environ", "entre 12 et 15 M€", "#REF!"])
def test_an_amount_that_is_not_in_euros_all_taxes_included_is_refused(text: str) -> None:
    with pytest.raises(UnreadableValueError):
        parse_cost(text)


def test_years_may_say_so() -> None:
    assert [parse_years(text) for text in ("3", "3 ans", "1 an", "3,5 années", "")] == [3.0, 3.0, 1.0, 3.5, None]
    with pytest.raises(UnreadableValueError):
        parse_years("3 M€")


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
    with pytest.raises(UnreadableValueError, match="date") as refused:
        parse_date(text)
    assert refused.value.rule == "date_is_readable"


@pytest.mark.parametrize(
    ("text", "is_ambiguous"),
    [
        ("03/04/2021", True), ("3.4.21", True), ("12-11-2020", True), ("13/04/2021", False), ("04/04/2021", False),
        ("07/2021", False), ("2021-03-04", False), ("3 avril 2021", False), ("01/15/2016", False),
        ("00/04/2021", False),
        ("03/04/0000", False), ("", False), ("bientôt", False),
    ],
)  # fmt: skip
def test_a_date_is_ambiguous_when_the_day_may_be_the_month(text: str, is_ambiguous: bool) -> None:
    assert is_ambiguous_date(text) == is_ambiguous


def test_an_ambiguous_date_is_refused_where_no_convention_is_declared() -> None:
    assert parse_date("03/04/2021") == dt.date(2021, 4, 3)
    with pytest.raises(UnreadableValueError, match="2021-07-01"):
        parse_date("03/04/2021", day_first=False)
    assert parse_date("13/04/2021", day_first=False) == dt.date(2021, 4, 13)


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
    with pytest.raises(UnreadableValueError, match="Oui") as refused:
        parse_boolean("peut-être")
    assert refused.value.rule == "answer_is_yes_or_no"


def test_renamed_labels_are_the_same_code() -> None:
    bands = VOCABULARIES["cost_bands"]
    assert {bands.find(text) for text in ("> 100 M€", "plus de 100 M€")} == {"over_100"}
    assert {bands.find(text) for text in ("< 5 M€", "moins de 5M€")} == {"under_5"}
    assert parse_code("conception / réalisation", PHASES) == "build"


def test_an_unknown_code_says_what_is_allowed() -> None:
    with pytest.raises(UnreadableValueError, match="« Cadrage », « Conception / Réalisation »") as refused:
        parse_code("En panne", PHASES)
    assert refused.value.rule == "term_is_in_list"


@pytest.mark.parametrize(
    ("text", "nearest"), [("Deploiment", "Déploiement"), ("Conceptoin", "Conception / Réalisation")]
)
def test_a_misspelt_term_is_told_the_nearest_one(text: str, nearest: str) -> None:
    with pytest.raises(UnreadableValueError, match=f"le plus proche : « {nearest} »"):
        parse_code(text, PHASES)


def test_a_text_like_no_term_is_told_no_nearest_one() -> None:
    with pytest.raises(UnreadableValueError) as refused:
        parse_code("zzz", PHASES)
    assert "plus proche" not in str(refused.value)


def test_the_error_of_a_formula_is_no_text() -> None:
    assert all(map(says_formula_error, ("#REF!", "#DIV/0!", "#N/A", "#VALEUR!", "#NOM?", " #NAME? ")))
    assert not any(map(says_formula_error, ("# 1", "#1 des projets", "#REFORME", "REF!")))


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
