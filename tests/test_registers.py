"""Projects keep their id from one edition to the next, and registers lose nothing."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.errors import RegisterError
from warehouse.registers import RegisteredName, identify, read_projects, write_projects
from warehouse.vocabulary import match_key

names = st.text("abcé 12@", min_size=1, max_size=8).filter(str.strip)
ministries = st.sampled_from(["culture", "justice", "interieur"])
# Two lines of a ministry under one name are refused before projects are identified.
editions = st.lists(
    st.tuples(names, ministries), min_size=1, max_size=12, unique_by=lambda place: (match_key(place[0]), place[1])
)


def frame(*rows: tuple[str, str] | tuple[str, str, str | None]) -> pd.DataFrame:
    padded = [(*row, None)[:3] for row in rows]
    return pd.DataFrame(padded, columns=["name", "ministry_id", "project_id"])


def test_new_projects_get_the_next_free_ids() -> None:
    ids, added = identify(frame(("A", "culture"), ("B", "justice")), "2016-11", [])
    assert ids.tolist() == ["PGP-0001", "PGP-0002"]
    assert [line.first_edition for line in added] == ["2016-11"] * 2


def test_case_accents_and_spaces_do_not_make_another_project() -> None:
    _, known = identify(frame(("FRANCE CONNECT PHASE II", "pm"), ("OP@LE", "education")), "2017-02", [])
    ids, _ = identify(frame(("FranceConnect phase ii", "pm"), ("Opale", "education")), "2017-06", known)
    assert ids.tolist() == ["PGP-0001", "PGP-0002"]


def test_france_connect_and_its_phase_two_are_different_projects() -> None:
    _, known = identify(frame(("FRANCE CONNECT", "pm")), "2016-11", [])
    ids, _ = identify(frame(("FRANCE CONNECT PHASE II", "pm")), "2017-02", known)
    assert ids.tolist() == ["PGP-0002"]


def test_the_same_name_in_several_ministries_is_as_many_projects() -> None:
    rows = frame(("RenoiRH", "culture"), ("RenoiRH", "pm"), ("RenoiRH", "affaires_sociales"))
    ids, known = identify(rows, "2018-07", [])
    again, added = identify(rows.iloc[::-1], "2018-11", known)
    assert ids.tolist() == again.tolist()[::-1] == ["PGP-0001", "PGP-0002", "PGP-0003"]
    assert not added


def test_a_project_follows_a_ministry_that_is_split() -> None:
    _, known = identify(frame(("SIRANO", "economie_finances")), "2017-06", [])
    ids, added = identify(frame(("Sirano", "comptes_publics")), "2017-11", known)
    assert ids.tolist() == ["PGP-0001"]
    assert added == [RegisteredName("PGP-0001", "Sirano", "comptes_publics", "2017-11")]


def test_a_declared_id_is_kept_and_a_rename_is_a_new_line_under_it() -> None:
    _, known = identify(frame(("Ancien nom", "culture", "PGP-0042")), "2020-11", [])
    ids, added = identify(frame(("Nouveau nom", "culture", "PGP-0042"), ("Autre", "culture")), "2021-07", known)
    assert ids.tolist() == ["PGP-0042", "PGP-0043"]
    assert [(line.project_id, line.name) for line in added] == [("PGP-0042", "Nouveau nom"), ("PGP-0043", "Autre")]


@given(st.lists(editions, min_size=1, max_size=4))
def test_ids_are_unique_in_an_edition_and_the_same_on_a_rerun(history: list[list[tuple[str, str]]]) -> None:
    known: list[RegisteredName] = []
    for number, rows in enumerate(history):
        ids, added = identify(frame(*rows), f"20{number + 10}-01", known)
        known += added
        assert ids.is_unique
        again, none = identify(frame(*rows), f"20{number + 10}-01", known)
        assert again.tolist() == ids.tolist()
        assert none == []


def test_the_register_survives_a_round_trip(tmp_path: Path) -> None:
    lines = [RegisteredName("PGP-0001", 'Nom, « cité »\net "long"', "culture", "2016-11")]
    write_projects(tmp_path / "projects.csv", lines)
    assert read_projects(tmp_path / "projects.csv") == lines
    assert read_projects(tmp_path / "none.csv") == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("project_id,name,ministry_id,first_edition\nPGP-0001,A,culture\n", "ligne 2"),
        ("project_id,name,ministry_id,first_edition\nPGP-0001,A,culture,2016-11\nX,B,culture,2016-11\n", "ligne 3"),
        ("id,name\n", "ligne 1"),
    ],
)
def test_a_malformed_line_names_itself(tmp_path: Path, text: str, line: str) -> None:
    register = tmp_path / "projects.csv"
    register.write_text(text, encoding="utf-8")
    with pytest.raises(RegisterError, match=line):
        read_projects(register)
    assert register.read_text(encoding="utf-8") == text
