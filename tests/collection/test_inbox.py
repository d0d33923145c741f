"""What lies in an inbox is read, or named with the reason; what is no file is not opened; no name stops the others."""

import datetime as dt
import os
import shutil
import socket
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from homes import digests
from submissions import row, rows_of, table_of, write_xlsx
from taking_in import taken_in

from assets.collection.intake import Receipt
from assets.collection.receiving import collection_findings
from assets.forms.returning import write_returned
from warehouse.home.calendar import Edition
from warehouse.home.files import NotAFileError, open_regular
from warehouse.home.home import Home
from warehouse.home.quarantine import read_quarantine, safe_name
from warehouse.home.state import read_state
from warehouse.model.french import INVISIBLE, shown, shown_name

EDITION = Edition("2021-11", 14, cutoff_on=dt.date(2021, 11, 10))
DAY = dt.date(2021, 11, 8)
OUTSIDE = "root:x:0:0"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home whose inbox has a right file."""
    made = Home(tmp_path / "home")
    made.create()
    write_xlsx(made.inbox(EDITION) / "culture.xlsx", table_of(rows_of(3)))
    return made


def take(home: Home) -> Receipt:
    return taken_in(home, EDITION, DAY)


def said(receipt: Receipt, file: str) -> str:
    """What is said of the one thing of the inbox that has a name."""
    (finding,) = (each for each in receipt.submitted.file_findings if each.file == file)
    assert finding.severity == "error"
    return finding.message


def device(path: Path) -> None:
    try:
        os.mknod(path, 0o600 | 0o020000, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("only root makes a device")


def listening(path: Path) -> None:
    # The path of a socket has at most 107 characters.
    former = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(former)


def link_to_a_secret(path: Path) -> None:
    secret = path.parents[3] / "secret.csv"
    secret.write_text(f"Nom du projet,Phase\n{OUTSIDE},x\n", encoding="utf-8")
    path.symlink_to(secret)


NO_FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "link": (link_to_a_secret, "C'est un lien, qui n'est pas ouvert"),
    "broken link": (lambda path: path.symlink_to("nowhere"), "C'est un lien"),
    "link to a folder": (lambda path: path.symlink_to("/etc"), "C'est un lien"),
    "pipe": (os.mkfifo, "C'est un tube"),
    "device": (device, "C'est un périphérique"),
    "socket": (listening, "C'est une prise réseau"),
}


@pytest.mark.parametrize("case", NO_FILES)
def test_what_is_no_file_is_named_never_opened_nor_moved_and_the_others_are_read(home: Home, case: str) -> None:
    make, expected = NO_FILES[case]
    make(home.inbox(EDITION) / "justice.csv")
    receipt = take(home)
    assert expected in said(receipt, "justice.csv")
    assert set(receipt.submitted.rows["source_file"]) == {"culture.xlsx"}
    assert (home.inbox(EDITION) / "justice.csv").is_symlink() or (home.inbox(EDITION) / "justice.csv").exists()
    paths = write_returned(home, EDITION, receipt, receipt.submitted.file_findings)
    assert [path.name for path in paths] == ["culture.xlsx"]
    kept = [path.read_bytes() for path in home.root.rglob("*") if path.is_file() and not path.is_symlink()]
    assert not any(OUTSIDE.encode() in content for content in kept)


def test_a_link_put_in_the_place_of_a_file_that_was_just_looked_at_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look and the opening are one: here the link arrives in between."""
    secret, path = tmp_path / "secret.csv", tmp_path / "justice.csv"
    secret.write_text(OUTSIDE, encoding="utf-8")
    regular = secret.lstat()
    path.symlink_to(secret)
    monkeypatch.setattr(Path, "lstat", lambda _: regular)
    with pytest.raises(NotAFileError, match="un lien"):
        open_regular(path)


def test_a_second_name_of_a_file_is_a_file(home: Home) -> None:
    outside = write_xlsx(home.root / "outside.xlsx", table_of([row(name="PORTALIS", ministry="Justice")]))
    (home.inbox(EDITION) / "justice.xlsx").hardlink_to(outside)
    assert "PORTALIS" in set(take(home).submitted.rows["name"])


def test_a_folder_is_named_with_what_it_holds_and_the_remedy(home: Home) -> None:
    write_xlsx(home.inbox(EDITION) / "Justice" / "justice.xlsx", table_of([row(ministry="Justice")]))
    message = said(take(home), "Justice")
    assert "« justice.xlsx »" in message
    assert "directement dans le dossier de réception" in message


@pytest.mark.parametrize("name", ["Thumbs.db", "desktop.ini", "~$culture.xlsx", ".DS_Store", "Icon\r"])
def test_what_a_system_leaves_is_passed_over(home: Home, name: str) -> None:
    (home.inbox(EDITION) / name).write_bytes(b"x")
    (home.inbox(EDITION) / "__MACOSX").mkdir()
    (home.inbox(EDITION) / "vide").mkdir()
    receipt = take(home)
    assert [known.file for known in receipt.taken] == ["culture.xlsx"]
    assert receipt.submitted.file_findings == ()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("envois.zip", "La décompresser et déposer les fichiers qu'elle contient"),
        ("lettre.pdf", "C'est un PDF"),
        ("note.docx", "C'est un document de texte"),
        ("justice", "n'a pas d'extension"),
        ("photo.heic", "L'extension « .heic » n'est pas acceptée"),
    ],
)
def test_another_format_is_put_aside_with_what_to_do_of_it(home: Home, name: str, expected: str) -> None:
    (home.inbox(EDITION) / name).write_bytes(b"x")
    (known,) = take(home).received.waiting
    assert known.file == name
    assert expected in known.reason


STRANGE = (
    b"caf\xe9.xlsx",
    b"\xff\xfe.xlsx",
    b"a\nb\x1b[31m.xlsx",
    "justice\u202exslx.xlsx".encode(),
    "z\u200bz.xlsx".encode(),
    ("部" * 83 + ".xlsx").encode(),
    ("é" * 125 + ".xlsx").encode(),
    ("a" * 250 + ".csv").encode(),
    b" .xlsx ",
    unicodedata.normalize("NFC", "évry.xlsx").encode(),
    unicodedata.normalize("NFD", "évry.xlsx").encode(),
    "ÉVRY.xlsx".encode(),
    b"=cmd|'!A1.xlsx",
    b"100%{0}.xlsx",
)


def put(home: Home, name: bytes, content: bytes) -> None:
    Path(os.fsdecode(os.fsencode(home.inbox(EDITION)) + b"/" + name)).write_bytes(content)


def test_no_name_stops_the_others_nor_is_shown_raw(home: Home, tmp_path: Path) -> None:
    for number, name in enumerate(STRANGE):
        made = write_xlsx(tmp_path / "made.xlsx", table_of([row(name=f"ÉTRANGE {number:02d}")]))
        put(home, name, made.read_bytes() if number % 2 else b"nothing")
    receipt = take(home)
    assert "PROJET 001" in set(receipt.submitted.rows["name"])
    findings = [*receipt.submitted.file_findings, *collection_findings(read_state(home), receipt.received)]
    texts = [str(finding) for finding in findings] + [known.reason for known in receipt.received.waiting]
    assert not [text for text in texts if INVISIBLE.search(text)]
    paths = write_returned(home, EDITION, receipt, findings)
    assert len({unicodedata.normalize("NFC", path.name).casefold() for path in paths}) == len(paths)
    before = digests(home.root, "received", "quarantine", "registers")
    take(home)
    assert digests(home.root, "received", "quarantine", "registers") == before


def test_a_file_whose_name_cannot_be_written_is_put_aside_with_the_name_said(home: Home) -> None:
    put(home, b"caf\xe9\x1b[2J.xlsx", (home.inbox(EDITION) / "culture.xlsx").read_bytes() + b" ")
    (known,) = take(home).received.waiting
    assert "caf« octet E9 »« U+001B »[2J.xlsx." in known.reason.replace("\u00a0", " ")
    assert read_quarantine(home, EDITION).keys() == {known.name()}


@pytest.mark.parametrize(
    "name", ["部" * 200, "部" * 83 + ".xlsx", "e\u0301" * 300 + ".ods", "\U0001f600" * 90 + ".csv"]
)
def test_a_name_of_ours_is_cut_by_bytes_and_no_character_is_cut(name: str) -> None:
    safe = safe_name(name)
    assert len(safe.encode()) <= 200
    assert Path(safe).suffix == Path(name).suffix


def test_what_cannot_be_seen_is_named_where_it_stands() -> None:
    assert shown("a\u200bb").replace("\u00a0", " ") == "a« U+200B »b"
    assert shown("évry, ligne\n\tsuite") == "évry, ligne\n\tsuite"
    assert shown_name("a\nb").replace("\u00a0", " ") == "a« U+000A »b"


def test_a_file_replaces_the_one_of_the_same_name_whatever_wrote_the_accents(home: Home) -> None:
    shutil.copy(home.inbox(EDITION) / "culture.xlsx", home.inbox(EDITION) / unicodedata.normalize("NFC", "évry.xlsx"))
    (home.inbox(EDITION) / "culture.xlsx").unlink()
    take(home)
    (home.inbox(EDITION) / unicodedata.normalize("NFC", "évry.xlsx")).unlink()
    write_xlsx(home.inbox(EDITION) / unicodedata.normalize("NFD", "évry.xlsx"), table_of([row(name="TOUT AUTRE")]))
    (again,) = take(home).taken
    assert again.replaces == (unicodedata.normalize("NFC", "évry.xlsx"),)
