"""`panorama quarantine`: what is put aside, why, and what becomes of it, as an operator does it."""

import datetime as dt
import json
from pathlib import Path

import pytest
from homes import done, panorama
from submissions import row, rows_of, table_of, write_xlsx

from warehouse.home.calendar import Edition
from warehouse.home.home import Home
from warehouse.home.quarantine import read_quarantine, waiting
from warehouse.home.state import read_state
from warehouse.model.french import short_day

EDITION = Edition("2021-11", 14)
LIMITED = "[reading]\nrows = 3\n"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home where a letter, a file beyond its limits and one with an odd name were put aside."""
    home = Home(tmp_path / "home")
    inbox = home.inbox(EDITION)
    write_xlsx(inbox / "culture.xlsx", table_of(rows_of(2)))
    write_xlsx(inbox / "justice.xlsx", table_of(rows_of(5, ministry="Justice")))
    write_xlsx(inbox / "z\u200b.xlsx", table_of([row(name="ASTREA", ministry="Intérieur")]))
    (inbox / "lettre à signer.pdf").write_bytes(b"%PDF")
    home.settings.write_text(LIMITED, encoding="utf-8")
    panorama(home.root, "collect", EDITION.key)
    return home


def awaited(home: Home) -> set[str]:
    quarantine = read_quarantine(home, EDITION)
    return {known.file for known in waiting(quarantine, read_state(home).registers["submissions"], EDITION.key)}


def test_the_list_says_whose_each_is_since_when_why_and_what_to_do(home: Home) -> None:
    said = done(home.root, "quarantine", "list")
    assert "2021-11  justice.xlsx" in said
    today = short_day(dt.datetime.now(dt.UTC).date())
    assert f"Ministère de la Justice, à l'écart depuis le {today} ; attendu" in said
    assert "trop de lignes : 4, plus que la limite de 3" in said
    assert "Demander le classeur au ministère" in said
    assert "« panorama quarantine retry » le reprend sous le nom « z_.xlsx »" in said
    data = json.loads(done(home.root, "quarantine", "list", EDITION.key, "--json"))
    assert {each["file"] for each in data} == {"justice.xlsx", "z_.xlsx", "lettre à signer.pdf"}
    assert all(each["awaited"] for each in data)
    assert done(home.root, "quarantine", "list", "2021-07") == "Aucun fichier n'est à l'écart.\n"


def test_the_finding_gives_the_command_and_a_dismissed_file_is_no_longer_awaited(home: Home) -> None:
    said = panorama(home.root, "check", EDITION.key).errors
    assert "panorama quarantine dismiss 'lettre à signer.pdf' --edition 2021-11 --why …" in said
    why = ("--why", "Lettre d'accompagnement", "--by", "Mme X")
    done(home.root, "quarantine", "dismiss", "lettre à signer.pdf", *why)
    assert awaited(home) == {"justice.xlsx", "z_.xlsx"}
    today = short_day(dt.datetime.now(dt.UTC).date())
    assert f"classé par Mme X le {today} : Lettre d'accompagnement" in done(home.root, "quarantine", "list")
    assert "déjà classé" in done(home.root, "quarantine", "dismiss", "lettre à signer.pdf", *why)
    # Sent again, it is awaited again.
    (home.inbox(EDITION) / "lettre à signer.pdf").write_bytes(b"%PDF")
    panorama(home.root, "collect", EDITION.key)
    assert "lettre à signer.pdf" in awaited(home)


def test_a_file_is_taken_in_again_once_the_limits_changed(home: Home) -> None:
    said = panorama(home.root, "quarantine", "retry", "justice.xlsx")
    assert (said.status, awaited(home)) == (1, {"justice.xlsx", "z_.xlsx", "lettre à signer.pdf"})
    assert "de nouveau à l'écart" in said.output
    home.settings.unlink()
    assert "justice.xlsx : lu" in done(home.root, "quarantine", "retry", "justice.xlsx").lower()
    assert awaited(home) == {"z_.xlsx", "lettre à signer.pdf"}
    assert (home.inbox(EDITION) / "justice.xlsx").is_file()


def test_a_file_with_an_odd_name_is_taken_in_under_one_that_can_be_written(home: Home) -> None:
    (known,) = (each for each in read_quarantine(home, EDITION).values() if each.file == "z_.xlsx")
    done(home.root, "quarantine", "retry", known.sha256[:8])
    assert (home.inbox(EDITION) / "z_.xlsx").is_file()
    assert "z_.xlsx" not in awaited(home)


def test_what_cannot_be_done_is_said(home: Home) -> None:
    said = panorama(home.root, "quarantine", "retry", "finances.xlsx")
    assert said.status == 2
    assert "n'est pas à l'écart. À l'écart : « justice.xlsx »" in said.errors
    write_xlsx(home.inbox(EDITION) / "justice.xlsx", table_of([row(ministry="Justice")]))
    assert "existe déjà" in panorama(home.root, "quarantine", "retry", "justice.xlsx").errors
    (known,) = (each for each in read_quarantine(home, EDITION).values() if each.file == "lettre à signer.pdf")
    (home.quarantine(EDITION) / known.name()).unlink()
    (home.quarantine(EDITION) / known.name()).symlink_to("/etc/passwd")
    assert "n'est pas un fichier" in panorama(home.root, "quarantine", "retry", "lettre à signer.pdf").errors
    assert panorama(home.root, "quarantine", "dismiss", "justice.xlsx", "--why", " ").status == 2


def test_two_files_of_one_name_are_told_apart_by_their_fingerprint(home: Home) -> None:
    (home.inbox(EDITION) / "lettre à signer.pdf").write_bytes(b"%PDF 2")
    panorama(home.root, "collect", EDITION.key)
    said = panorama(home.root, "quarantine", "dismiss", "lettre à signer.pdf", "--why", "lettre")
    assert said.status == 2
    assert "désigne plusieurs fichiers" in said.errors
