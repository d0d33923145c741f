"""The message to each ministry: the right one, whole, of its own data only, and that any mail program opens."""

import datetime as dt
import email
import email.policy
import io
import re
import shutil
import subprocess
from email.message import EmailMessage
from pathlib import Path

import pytest
from homes import clone, digests, done, panorama
from openpyxl import load_workbook
from returns import quiet_row
from submissions import table_of, write_csv, write_xlsx

from assets.forms.returned_summary import SUMMARY_SHEET

BEFORE, EDITION = "2021-07", "2021-11"
LABELS = {
    "culture": "Ministère de la Culture",
    "justice": "Ministère de la Justice",
    "armees": "Ministère des Armées",
    "agriculture": "Ministère de l'Agriculture et de l'Alimentation",
    "interieur": "Ministère de l'Intérieur",
}
EARLY, LATE = "2021-11-05", "2021-11-20"
# A figure that a ministry keeps back, which nobody else is to read.
KEPT_BACK = 61.37


def lines(ministry: str, count: int = 3, **changes: object) -> list[dict[str, object]]:
    rank = list(LABELS).index(ministry)
    return [
        quiet_row(
            **{
                "project_id": f"PGP-{10 * rank + number:04d}",
                "name": f"PROJET {10 * rank + number} DE {ministry}",
                "ministry": LABELS[ministry],
                **changes,
            }
        )
        for number in range(1, count + 1)
    ]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home where one ministry sent all, one errors, one less, one a dangerous file, and one nothing."""
    home = tmp_path_factory.mktemp("letters")
    for ministry in LABELS:
        write_xlsx(home / "inbox" / BEFORE / f"{ministry}.xlsx", table_of(lines(ministry)))
    done(home, "run", BEFORE)
    done(home, "edition", "close", BEFORE)
    done(home, "edition", "open", EDITION, "--cutoff", "2021-11-10")
    inbox = home / "inbox" / EDITION
    write_xlsx(inbox / "culture.xlsx", table_of(lines("culture", updated_cost_meur=12.5)))
    kept = {"withheld": "Oui", "withheld_reason": "Appel d'offres en cours", "updated_cost_meur": KEPT_BACK}
    first, *others = lines("justice", updated_cost_meur=12.6)
    write_xlsx(inbox / "justice.xlsx", table_of([{**first, "phase": "En panne"}, {**others[0], **kept}, others[1]]))
    write_xlsx(inbox / "armees.xlsx", table_of(lines("armees", 2, updated_cost_meur=12.7)))
    (inbox / "agriculture.xlsx").write_bytes(b"not a workbook")
    panorama(home, "collect", EDITION, "--on", EARLY)
    (home / "panorama.toml").write_text(
        '[contacts]\njustice = "sg@justice.example, dnum@justice.example"\n', encoding="utf-8"
    )
    done(home, "letters", EDITION, "--on", EARLY)
    return home


def text(home: Path, ministry: str) -> str:
    """The letter on one line."""
    letter = (home / "out" / EDITION / "letters" / f"{ministry}.txt").read_text(encoding="utf-8")
    return " ".join(letter.split())


def opened(home: Path, ministry: str) -> EmailMessage:
    content = (home / "out" / EDITION / "letters" / f"{ministry}.eml").read_bytes()
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_each_ministry_gets_the_letter_of_its_state(home: Path) -> None:
    said = done(home, "letters", EDITION, "--on", EARLY)
    kinds = {
        cells[1].strip(): cells[2].strip()
        for cells in (line.split("│") for line in said.splitlines())
        if len(cells) > 3
    }
    assert kinds == {
        LABELS["culture"]: "Remerciement",
        LABELS["justice"]: "Corrections demandées",
        LABELS["armees"]: "Points à vérifier",
        LABELS["agriculture"]: "Corrections demandées",
        LABELS["interieur"]: "Rappel",
    }
    assert {path.name for path in (home / "out" / EDITION / "letters").iterdir()} == {
        f"{ministry}.{form}" for ministry in LABELS for form in ("txt", "eml")
    }


@pytest.mark.parametrize(
    ("ministry", "parts"),
    [
        ("culture", ["remontée complète, merci", "« culture.xlsx », version 1, reçu le 5 novembre 2021", "3 projets"]),
        (
            "justice",
            [
                "Objet : Panorama des grands projets numériques, 14e édition (novembre 2021) : 1 erreur à corriger",
                "Pièce jointe : justice.xlsx",
                "À corriger (1 erreur) :",
                "ligne 2, colonne « Phase » (cellule",
                "Valeur trouvée : « En panne ».",
                "avant la fin du 10 novembre 2021",
            ],
        ),
        ("armees", ["2 projets", "Ce qui manque (1 projet connu de nous", "PGP-0023", "n'y est plus"]),
        ("agriculture", ["n'a pas pu être lu", "illisible"]),
        (
            "interieur",
            ["remontée attendue le 10 novembre 2021", "encore rien reçu", "La date limite est le 10 novembre"],
        ),
    ],
)
def test_a_letter_says_what_was_received_what_to_correct_what_is_missing_and_until_when(
    home: Path, ministry: str, parts: list[str]
) -> None:
    letter = text(home, ministry)
    for part in parts:
        assert part in letter
    for ours in ("panorama ", "inbox/", "quarantine/", str(home)):
        assert ours not in letter.replace("panorama des", "")


def test_past_the_cutoff_who_sent_nothing_is_told_how_late_it_is(home: Path, tmp_path: Path) -> None:
    again = clone(home, tmp_path / "home")
    done(again, "letters", EDITION, "--on", LATE)
    assert "remontée en retard de 10 jours" in text(again, "interieur")
    assert "La date limite était le 10 novembre 2021" in text(again, "justice")


def test_a_mail_program_opens_each_message_as_a_draft(home: Path) -> None:
    for ministry in LABELS:
        message = opened(home, ministry)
        body = message.get_body(("plain",))
        assert isinstance(body, EmailMessage)
        assert " ".join(body.get_content().split()) in text(home, ministry)
        assert str(message["Subject"]) in text(home, ministry)
        assert message["Date"].datetime.date() == dt.date.fromisoformat(EARLY)
        assert (message["From"], message["Message-ID"], message["X-Unsent"]) == (None, None, "1")
        assert message.defects == []
    assert str(opened(home, "justice")["To"]) == "sg@justice.example, dnum@justice.example"
    assert opened(home, "armees")["To"] is None


def test_the_returned_workbook_is_joined_where_something_is_to_be_corrected(home: Path) -> None:
    joined = {name: [part.get_filename() for part in opened(home, name).iter_attachments()] for name in LABELS}
    assert joined == {
        "culture": [],
        "justice": ["justice.xlsx"],
        "armees": [],
        "agriculture": ["agriculture.xlsx"],
        "interieur": [],
    }
    (part,) = opened(home, "justice").iter_attachments()
    book = load_workbook(io.BytesIO(part.get_content()))
    assert book.sheetnames[0] == SUMMARY_SHEET
    assert "Projets" in book.sheetnames


def test_a_letter_holds_nothing_of_another_ministry(home: Path) -> None:
    for ministry in LABELS:
        held = [text(home, ministry), opened(home, ministry).as_string()]
        for part in opened(home, ministry).iter_attachments():
            book = load_workbook(io.BytesIO(part.get_content()))
            held += [str(cell.value) for sheet in book for line in sheet.iter_rows() for cell in line]
        for other in LABELS.keys() - {ministry}:
            named = re.compile(rf"\bDE {other}\b|\b{other}\.xlsx")
            assert not [each for each in held if named.search(each)]
        kept = [each for each in held if str(KEPT_BACK) in each or str(KEPT_BACK).replace(".", ",") in each]
        assert not kept or ministry == "justice"


def test_rows_of_several_ministries_in_one_file_are_not_joined_to_a_letter(home: Path, tmp_path: Path) -> None:
    again = clone(home, tmp_path / "home")
    inbox = again / "inbox" / EDITION
    shutil.rmtree(inbox)
    both = [*lines("culture", phase="En panne"), *lines("justice", phase="Arrêté")]
    write_csv(inbox / "tous.csv", table_of(both))
    done(again, "letters", EDITION, "--on", EARLY)
    (part,) = opened(again, "culture").iter_attachments()
    book = load_workbook(io.BytesIO(part.get_content()))
    told = [str(cell.value) for sheet in book for line in sheet.iter_rows() for cell in line]
    assert any("En panne" in each for each in told)
    assert not any("Arrêté" in each or "DE justice" in each for each in told)


def test_the_same_day_gives_the_same_bytes_and_nothing_else_is_written(home: Path, tmp_path: Path) -> None:
    again = clone(home, tmp_path / "home")
    before = digests(again, ".")
    done(again, "letters", EDITION, "--on", EARLY)
    assert digests(again, ".") == before


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ('justice = "nobody"', "contacts.justice"),
        ('magie = "a@b.example"', "contacts.magie"),
        ("justice = 3", "adresse"),
    ],
)
def test_a_contact_that_is_no_address_or_of_no_ministry_is_refused(tmp_path: Path, line: str, part: str) -> None:
    (tmp_path / "panorama.toml").write_text(f"[contacts]\n{line}\n", encoding="utf-8")
    said = panorama(tmp_path, "letters", EDITION)
    assert said.status == 2
    assert part in said.errors


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is missing (Debian poppler-utils)")
def test_briefs_hold_what_is_of_their_ministry_alone(home: Path, tmp_path: Path) -> None:
    again = clone(home, tmp_path / "home")
    said = done(again, "letters", BEFORE, "--on", EARLY, "--briefs")
    folder = again / "out" / BEFORE / "briefs"
    assert "fiches :" in said
    assert {path.stem for path in folder.iterdir()} == set(LABELS)
    for ministry in LABELS:
        command = ["pdftotext", str(folder / f"{ministry}.pdf"), "-"]
        told = " ".join(subprocess.run(command, capture_output=True, check=True).stdout.decode().split())
        assert "Diffusion restreinte au ministère" in told
        assert {name for name in LABELS if f" DE {name}" in told} == {ministry}
    assert not list((again / "out" / "site").rglob("briefs"))


def test_an_edition_without_figures_has_no_briefs_yet(home: Path, tmp_path: Path) -> None:
    again = clone(home, tmp_path / "home")
    said = panorama(again, "letters", EDITION, "--on", EARLY, "--briefs")
    assert said.status == 2
    assert f"panorama run {EDITION}" in said.errors
    assert not (again / "out" / EDITION / "briefs").exists()
