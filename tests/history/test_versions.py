"""What was known on a day is what was written that day, whatever is learnt afterwards."""

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_measures import project, projects

from warehouse.archive.tables import CORE_CORRECTIONS, CORE_PROJECTS
from warehouse.archive.versions import (
    Change,
    as_of,
    content_sha256,
    edition_corrections,
    next_known_on,
    record_version,
    version_folder,
    version_store,
    versions_of,
)
from warehouse.home.calendar import Edition
from warehouse.home.home import Home
from warehouse.home.register_tables import VERSIONS
from warehouse.home.registers import register
from warehouse.home.state import read_state
from warehouse.home.store import ParquetStore
from warehouse.model.errors import ConfigurationError, RegisterError, SchemaError
from warehouse.model.schema import conform, empty_frame

KEY = "2021-11"
EDITION = Edition(KEY, 14, published_on=dt.date(2021, 12, 15))
DECEMBER, JANUARY, FEBRUARY = dt.date(2021, 12, 15), dt.date(2022, 1, 10), dt.date(2022, 2, 10)


def home_in(folder: Path) -> Home:
    home = Home(folder)
    home.create()
    return home


def written(home: Home, *rows: dict[str, object]) -> Home:
    """The home once the projects of the edition are written in its warehouse."""
    ParquetStore(home.warehouse).write(CORE_PROJECTS, KEY, projects(*rows))
    return home


def record(home: Home, day: dt.date, edition: Edition = EDITION, **said: Any) -> pd.DataFrame:
    """Record an edition as it is in the warehouse, on a day; its lines of the register of versions."""
    with read_state(home).writing() as held:
        after = record_version(held, edition, ParquetStore(home.warehouse), today=day, change=Change(**said))
    return versions_of(after, edition.key)


def recorded(home: Home, cost: float, day: dt.date, **said: Any) -> pd.DataFrame:
    """Record the edition with one project of this cost, on a day."""
    return record(written(home, project(updated_cost_meur=cost)), day, **said)


def version_count(home: Home) -> int:
    """How many versions of the edition are known."""
    return len(versions_of(read_state(home), KEY))


def known(*days: dt.date) -> pd.DataFrame:
    """The lines of an edition in the register of versions, one for each day."""
    lines = [
        {"line": number, "edition": KEY, "version": number - 1, "known_on": day, "content_sha256": "0" * 64}
        for number, day in enumerate(days, 2)
    ]
    return conform(pd.DataFrame(lines, columns=VERSIONS.names()), VERSIONS)


def costs(home: Home, day: dt.date) -> list[float]:
    """The costs known on a day, none when the edition was not."""
    store = as_of(home, day)
    return store.read(CORE_PROJECTS, KEY)["updated_cost_meur"].tolist() if store.has(CORE_PROJECTS, KEY) else []


def bytes_of(home: Home, day: dt.date) -> dict[str, bytes]:
    """Every file of the warehouse as it stood on a day."""
    store = as_of(home, day)
    folders = [version_folder(home.warehouse, edition, version) for edition, version in store.chosen.items()]
    return {
        path.relative_to(home.root).as_posix(): path.read_bytes()
        for folder in folders
        for path in sorted(folder.iterdir())
    }


@pytest.mark.parametrize(
    ("published", "days", "today", "asked", "expected"),
    [
        (DECEMBER, [], JANUARY, None, DECEMBER),  # a first version is known since the edition was published
        (FEBRUARY, [], JANUARY, None, JANUARY),  # but not before it is
        (None, [], JANUARY, None, JANUARY),
        (DECEMBER, [DECEMBER], JANUARY, None, JANUARY),  # a correction is known since today
        (DECEMBER, [JANUARY], JANUARY, None, JANUARY),
        (DECEMBER, [FEBRUARY], JANUARY, None, FEBRUARY),  # never before the version that it corrects
        (DECEMBER, [], FEBRUARY, JANUARY, JANUARY),  # what is asked
        (DECEMBER, [DECEMBER], FEBRUARY, JANUARY, JANUARY),
        (DECEMBER, [JANUARY], FEBRUARY, JANUARY, JANUARY),
        (DECEMBER, [JANUARY], FEBRUARY, FEBRUARY, FEBRUARY),
    ],
)
def test_since_when_a_version_is_known(
    published: dt.date | None, days: list[dt.date], today: dt.date, asked: dt.date | None, expected: dt.date
) -> None:
    assert next_known_on(Edition(KEY, 14, published_on=published), known(*days), today, asked) == expected


@pytest.mark.parametrize(
    ("days", "asked"),
    [([], FEBRUARY), ([JANUARY], DECEMBER), ([DECEMBER, JANUARY], dt.date(2022, 1, 9))],
)
def test_a_version_is_known_neither_in_the_future_nor_before_the_last_one(days: list[dt.date], asked: dt.date) -> None:
    with pytest.raises(
        ConfigurationError, match=f"connue le {asked:%d/%m/%Y}.*nous sommes le {JANUARY:%d/%m/%Y}"
    ) as refused:
        next_known_on(EDITION, known(*days), JANUARY, asked)
    assert not days or f"depuis le {days[-1]:%d/%m/%Y}" in str(refused.value)


def test_where_a_row_comes_from_is_not_in_the_fingerprint(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    store = ParquetStore(home.warehouse)
    elsewhere: dict[str, Any] = {
        "source_file": "b.xlsx",
        "source_sha256": "1" * 64,
        "source_sheet": "Projets",
        "source_row": 40,
    }
    first = content_sha256(store, KEY)
    one = content_sha256(ParquetStore(written(home, project()).warehouse), KEY)
    assert first != one
    written(home, project(**elsewhere))
    assert content_sha256(store, KEY) == one


@pytest.mark.parametrize(
    "changes",
    [
        {"updated_cost_meur": 12.01},
        {"updated_cost_meur": None},
        {"updated_duration_months": 31},
        {"initial_cost_meur": 10.0},
        {"updated_end_date": "2022-01-01"},
        {"withheld": True},
        {"name": "Autre nom"},
        {"deviation_comment": "Retard de livraison"},
    ],
)
def test_any_figure_changes_the_fingerprint(tmp_path: Path, changes: dict[str, Any]) -> None:
    home, store = home_in(tmp_path), ParquetStore(tmp_path / "warehouse")
    written(home, project())
    before = content_sha256(store, KEY)
    written(home, project(**changes))
    assert content_sha256(store, KEY) != before


def test_the_same_figures_make_no_new_version(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    first = recorded(home, 12.0, JANUARY)
    ledger = register(home.registers, "versions").path
    before = ledger.read_bytes()
    written(home, project(source_file="again.csv"))
    again = record(home, FEBRUARY, by="DINUM", why="Renvoi")
    pd.testing.assert_frame_equal(again, first)
    assert (version_count(home), ledger.read_bytes()) == (1, before)


def test_other_figures_make_a_version_kept_beside_the_other(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    recorded(home, 12.0, DECEMBER)
    lines = recorded(home, 13.5, FEBRUARY, by="Ministère de la Culture", why="Erreur de saisie")
    assert lines["version"].tolist() == [1, 2]
    assert [day.date() for day in lines["known_on"]] == [DECEMBER, FEBRUARY]
    assert lines.iloc[1][["changed_by", "reason"]].tolist() == ["Ministère de la Culture", "Erreur de saisie"]
    kept = [version_store(home, KEY, number).read(CORE_PROJECTS, KEY) for number in (1, 2)]
    assert [frame["updated_cost_meur"].tolist() for frame in kept] == [[12.0], [13.5]]


def test_figures_that_come_back_to_what_they_were_are_a_third_version(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    for cost, day in ((12.0, DECEMBER), (13.5, JANUARY), (12.0, FEBRUARY)):
        recorded(home, cost, day)
    assert version_count(home) == 3
    assert costs(home, FEBRUARY) == [12.0]


def test_the_versions_of_an_edition_are_not_those_of_another(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    store = ParquetStore(home.warehouse)
    recorded(home, 12.0, JANUARY)
    store.write(CORE_PROJECTS, "2021-07", projects(project(1, "2021-07")))
    lines = record(home, JANUARY, Edition("2021-07", 13))
    assert lines["version"].tolist() == [1]
    assert as_of(home, JANUARY).editions(CORE_PROJECTS) == ["2021-07", KEY]


def test_the_warehouse_is_read_as_it_stood_before_between_and_after_two_versions(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    recorded(home, 12.0, DECEMBER)
    recorded(home, 13.5, FEBRUARY)
    read = {day: costs(home, day) for day in (dt.date(2021, 12, 14), DECEMBER, JANUARY, FEBRUARY, dt.date(2030, 1, 1))}
    assert list(read.values()) == [[], [12.0], [12.0], [13.5], [13.5]]
    assert as_of(home, dt.date(2021, 12, 14)).history(CORE_PROJECTS, KEY).empty


def test_a_correction_known_earlier_than_it_is_recorded_is_backfilled(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    recorded(home, 12.0, DECEMBER)
    recorded(home, 13.5, FEBRUARY, known_on=JANUARY)
    assert costs(home, JANUARY) == [13.5]


def test_a_refused_day_records_nothing(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    recorded(home, 12.0, JANUARY, known_on=JANUARY)
    with pytest.raises(ConfigurationError):
        recorded(home, 13.5, FEBRUARY, known_on=DECEMBER)
    assert version_count(home) == 1
    assert not version_folder(home.warehouse, KEY, 2).exists()


@settings(max_examples=10)
@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 40)), min_size=1, max_size=4))
def test_the_past_never_changes_by_what_is_recorded_later(runs: list[tuple[int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home, today = home_in(Path(folder)), DECEMBER
        recorded(home, 12.0, DECEMBER)
        days = {DECEMBER - dt.timedelta(1), DECEMBER}
        photographs: dict[dt.date, dict[str, bytes]] = {}
        for cost, later in runs:
            today += dt.timedelta(days=later)
            days |= {today - dt.timedelta(1), today}
            # Only a day that is over is the past: two versions of a day are told apart the next morning.
            photographs |= {day: bytes_of(home, day) for day in days if day < today}
            recorded(home, float(cost), today)
            assert costs(home, today) == [cost]
            assert {day: bytes_of(home, day) for day in photographs} == photographs


def test_an_unknown_version_is_refused_naming_those_known(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    recorded(home, 12.0, JANUARY)
    with pytest.raises(ConfigurationError, match=r"2021-11 n'a pas de version 2\. Versions connues : \[1\]"):
        version_store(home, KEY, 2)


def test_the_past_is_read_only(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    recorded(home, 12.0, JANUARY)
    before = bytes_of(home, JANUARY)
    with pytest.raises(SchemaError, match="version passée"):
        as_of(home, JANUARY).write(CORE_PROJECTS, KEY, projects(project(updated_cost_meur=1.0)))
    assert bytes_of(home, JANUARY) == before


def test_corrections_say_what_changed_who_changed_it_why_and_since_when(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    recorded(home, 12.0, DECEMBER)
    recorded(home, 13.5, JANUARY, by="Ministère de la Culture", why="Erreur de saisie")
    written(home, project(updated_cost_meur=13.5), project(2))
    lines = record(home, FEBRUARY, by="DINUM", why="Projet oublié")
    found = conform(edition_corrections(home, KEY, lines), CORE_CORRECTIONS)
    said = ["version", "field", "before", "after", "changed_by", "reason"]
    assert found[said].astype(object).where(found[said].notna(), None).to_numpy().tolist() == [
        [2, "updated_cost_meur", "12.0", "13.5", "Ministère de la Culture", "Erreur de saisie"],
        [3, "project", None, "Projet 2", "DINUM", "Projet oublié"],
    ]
    assert [day.date() for day in found["known_on"]] == [JANUARY, FEBRUARY]


def test_a_first_version_corrects_nothing(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    found = edition_corrections(home, KEY, recorded(home, 12.0, JANUARY))
    pd.testing.assert_frame_equal(conform(found, CORE_CORRECTIONS), empty_frame(CORE_CORRECTIONS))


def test_what_a_killed_process_left_is_replaced(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    recorded(home, 12.0, DECEMBER)
    leftover = version_folder(home.warehouse, KEY, 2)
    leftover.mkdir(parents=True)
    (leftover / "core_projects.parquet").write_bytes(b"half a file")
    (leftover / "other.parquet").write_bytes(b"")
    assert version_count(home) == 1
    assert costs(home, FEBRUARY) == [12.0]
    recorded(home, 13.5, JANUARY)
    assert [path.name for path in leftover.iterdir()] == ["core_projects.parquet"]
    assert costs(home, FEBRUARY) == [13.5]


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("2021-11,2,hier," + "0" * 64 + ",,", "ligne 3, colonne « known_on » : « hier »"),
        ("2021-11,0,2022-01-10," + "0" * 64 + ",,", "ligne 3, colonne « version » : « 0 »"),
        ("2021-11,2,2022-01-10,abc,,", "ligne 3, colonne « content_sha256 » : « abc »"),
        ("2021-11,2,2022-01-10", "ligne 3 : 3 valeurs au lieu de 6"),
    ],
)
def test_a_malformed_register_of_versions_is_refused_by_its_line(tmp_path: Path, line: str, named: str) -> None:
    home = home_in(tmp_path)
    recorded(home, 12.0, DECEMBER)
    path = register(home.registers, "versions").path
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    before = path.read_bytes()
    for read in (lambda: as_of(home, JANUARY), lambda: recorded(home, 13.5, JANUARY), lambda: version_count(home)):
        with pytest.raises(RegisterError, match=named):
            read()
    assert path.read_bytes() == before
    assert not version_folder(home.warehouse, KEY, 2).exists()
