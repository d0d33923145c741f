"""The calendar: editions are found, follow each other, and are opened without a commit."""

import datetime as dt
from pathlib import Path

import pytest

from pipelines.automation import edition_due
from warehouse.home.calendar import Calendar, Edition, load_calendar, render_register
from warehouse.model.errors import RegisterError, UnknownEditionError


@pytest.fixture
def calendar(tmp_path: Path) -> Calendar:
    return load_calendar(tmp_path / "none.csv")


def test_an_edition_is_found_by_its_month_or_its_number(calendar: Calendar) -> None:
    assert calendar.find("2021-11") == calendar.find("14")
    assert calendar.find("14").published_on == dt.date(2021, 12, 15)
    assert calendar.find("14").month_label() == "novembre 2021"


@pytest.mark.parametrize("text", ["2021-12", "99", "", "nov 2021", "0"])
def test_an_unknown_edition_says_which_are_known(calendar: Calendar, text: str) -> None:
    with pytest.raises(UnknownEditionError, match=r"2021-11 \(n° 14\)"):
        calendar.find(text)


def test_the_previous_edition_is_the_one_before_in_the_calendar(calendar: Calendar) -> None:
    previous = calendar.previous(calendar.find("14"))
    assert previous is not None
    assert previous.key == "2021-07"
    assert calendar.previous(calendar.find("1")) is None


def test_a_register_adds_to_the_calendar_and_replaces_dates(tmp_path: Path) -> None:
    register = tmp_path / "editions.csv"
    opened = Edition("2026-06", 23, None, dt.date(2026, 7, 15))
    dated = Edition("2021-11", 14, dt.date(2021, 12, 15), dt.date(2021, 12, 1))
    register.write_text(render_register([opened, dated]), encoding="utf-8")
    calendar = load_calendar(register)
    assert calendar.latest() == opened
    assert calendar.find("14") == dated


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("edition,ordinal\n", "ligne 1"),
        ("edition,ordinal,published_on,cutoff_on\n2026-13,23,,\n", "ligne 2"),
        ("edition,ordinal,published_on,cutoff_on\n2026-06,x,,\n", "ligne 2"),
        ("edition,ordinal,published_on,cutoff_on\n2026-06,23,hier,\n", "ligne 2"),
        ("edition,ordinal,published_on,cutoff_on\n2026-06,23\n", "ligne 2"),
        ("edition,ordinal,published_on,cutoff_on\n2026-06,3,,\n", "ne se suivent pas"),
    ],
)
def test_a_malformed_register_names_its_line(tmp_path: Path, text: str, expected: str) -> None:
    register = tmp_path / "editions.csv"
    register.write_text(text, encoding="utf-8")
    with pytest.raises(RegisterError, match=expected):
        load_calendar(register)


def test_the_edition_due_is_the_latest_whose_cutoff_is_past() -> None:
    first = Edition("2026-06", 23, None, dt.date(2026, 7, 15))
    second = Edition("2026-12", 24, None, dt.date(2027, 1, 15))
    undated = Edition("2027-06", 25)
    calendar = Calendar([undated, second, first])
    assert edition_due(calendar, dt.date(2026, 7, 15)) is None
    assert edition_due(calendar, dt.date(2026, 7, 16)) == first
    assert edition_due(calendar, dt.date(2027, 2, 1)) == second
