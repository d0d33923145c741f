"""An edition that lacks ministries or projects is provisional, says so everywhere, and is published once closed."""

import json
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from homes import Said, clone, digests, done, line_of, panorama

from warehouse.model.vocabulary import MINISTRIES

LAST, EDITION, NEXT = "2021-11", "2022-06", "2022-12"
SENDERS = ("culture", "justice")
MARK, WHY, BY = "Édition provisoire", "Mouvement social", "Ada Lovelace"


@pytest.fixture(scope="module")
def provisional(demonstration: tuple[Path, Said], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Said]:
    """The demonstration, then an edition where two ministries out of twelve sent their file, and what `run` said."""
    home = clone(demonstration[0], tmp_path_factory.mktemp("provisional") / "home")
    done(home, "template", EDITION)
    inbox = home / "inbox" / EDITION
    inbox.mkdir(parents=True)
    for ministry in SENDERS:
        shutil.copy(home / "out" / EDITION / "templates" / f"{ministry}.xlsx", inbox)
    return home, panorama(home, "run", EDITION)


@pytest.fixture(scope="module")
def absent(demonstration: tuple[Path, Said]) -> list[str]:
    """The ten ministries that sent nothing."""
    inbox = demonstration[0] / "inbox" / LAST
    return sorted({path.stem for path in inbox.glob("*.xlsx")} - set(SENDERS))


@pytest.fixture(scope="module")
def closed(
    provisional: tuple[Path, Said], absent: list[str], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Said]:
    """The same once it is closed without these ministries, and run again; what `run` said."""
    home = clone(provisional[0], tmp_path_factory.mktemp("closed") / "home")
    without = [word for ministry in absent for word in ("--without", ministry)]
    done(home, "edition", "close", EDITION, *without, "--why", WHY, "--by", BY)
    assert "périmée, close" in line_of(home, EDITION)
    return home, panorama(home, "run", EDITION)


def what_it_says(home: Path, edition: str = EDITION) -> dict[str, str]:
    """What each published output says of an edition, by what a person opens."""
    data, page = home / "out" / edition / "open_data", home / "out" / "site" / edition / "index.html"
    books = {}
    for extension in ("xlsx", "ods"):
        sheets = pd.read_excel(
            data / f"panorama-{edition}.{extension}", header=None, sheet_name=None, engine="calamine"
        )
        # What a person sees first where it matters, else the sheet that says what the rows are.
        shown = next(iter(sheets)) if states(home, edition)[edition] == "Provisoire" else "Lisez-moi"
        books[extension] = " ".join(str(cell) for cell in sheets[shown].to_numpy().ravel())
    texts = ("LISEZMOI.md", "datapackage.json", "dcat.jsonld", "dictionnaire.html", f"panorama-{edition}.json")
    return {
        **books,
        **{name: (data / name).read_text(encoding="utf-8") for name in texts},
        "page": page.read_text(encoding="utf-8"),
        "pdf": pdf_text(home / "out" / edition / "publication" / f"panorama-{edition}.pdf"),
        "show": done(home, "show", edition),
        "show --json": done(home, "show", edition, "--json"),
    }


def pdf_text(path: Path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is missing (Debian poppler-utils)")
    told = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True, text=True)
    return " ".join(told.stdout.split())


def states(home: Path, edition: str = EDITION) -> dict[str, str]:
    """The state of each edition in the key figures of one."""
    figures = pd.read_csv(home / "out" / edition / "open_data" / "chiffres_cles.csv", dtype=str)
    return dict(zip(figures["edition"], figures["etat_edition"], strict=True))


def test_two_ministries_out_of_twelve_make_a_provisional_edition_marked_everywhere(
    provisional: tuple[Path, Said],
) -> None:
    home, said = provisional
    assert said.status == 0, said.errors
    assert MARK in said.output
    assert "calculée, provisoire" in line_of(home, EDITION)
    for name, told in what_it_says(home).items():
        assert MARK in told, name
        assert "Intérieur" in told, name
    assert states(home) == dict.fromkeys(("2020-06", "2020-11", "2021-07", LAST), "Close") | {EDITION: "Provisoire"}
    assert MARK not in done(home, "show", LAST)


def test_a_provisional_edition_is_neither_approved_nor_published(
    provisional: tuple[Path, Said], absent: list[str], tmp_path: Path
) -> None:
    home, web = provisional[0], tmp_path / "web"
    before = digests(home)
    for order in (["approve", EDITION], ["publish", EDITION, "--to", str(web), "--apply", "--by", BY]):
        said = panorama(home, *order)
        assert said.status == 1
        for ministry in absent:
            assert f"{MINISTRIES.label(ministry)} : aucune remontée" in said.errors
            assert f"panorama edition close {EDITION} --without {ministry} --why" in said.errors
    assert not web.exists()
    assert digests(home) == before


def test_the_projects_of_an_absent_ministry_are_exits_that_say_so(provisional: tuple[Path, Said]) -> None:
    moves = pd.read_csv(provisional[0] / "out" / EDITION / "open_data" / "mouvements.csv")
    left = moves.query("edition == @EDITION and mouvement == 'Sortie'")
    reasons = left["motif_sortie"].value_counts().to_dict()
    assert reasons == {"Non transmis": 41, "Terminé": 2}
    quality = provisional[0] / "out" / EDITION / "quality"
    vanished, absent = (
        json.loads((quality / f"{check}.json").read_text(encoding="utf-8"))["findings"]
        for check in ("no_project_vanishes_unseen", "everyone_is_there")
    )
    assert vanished == []
    assert [one["count"] for one in absent if one["rule"] == "every_ministry_answers"] == [10]


def test_what_follows_a_provisional_edition_is_awaited_as_if_it_were_not_there(
    provisional: tuple[Path, Said], demonstration: tuple[Path, Said], absent: list[str], tmp_path: Path
) -> None:
    found = []
    for name, source in (("with", provisional[0]), ("without", demonstration[0])):
        home = clone(source, tmp_path / name)
        done(home, "template", NEXT)
        panorama(home, "collect", NEXT)
        collection = json.loads((home / "out" / NEXT / "collection" / "collection.json").read_text(encoding="utf-8"))
        awaited = {ministry["ministry_id"] for ministry in collection["ministries"]}
        found.append((digests(home, f"out/{NEXT}/templates"), awaited))
    (forms, awaited), without_it = found
    assert (len(forms), awaited) == (24, {*absent, *SENDERS})
    assert (forms, awaited) == without_it


def test_an_edition_is_closed_when_each_absence_is_acknowledged_by_its_name(
    provisional: tuple[Path, Said], absent: list[str], tmp_path: Path
) -> None:
    home = clone(provisional[0], tmp_path / "home")
    first, *others = absent
    close = ("edition", "close", "15", "--by", BY)
    said = panorama(home, *close, "--without", MINISTRIES.label(first), "--why", WHY)
    assert said.status == 1
    assert f"Absence reconnue : « {MINISTRIES.label(first)} »" in said.errors
    assert f"{MINISTRIES.label(first)} : aucune remontée" not in said.errors
    for ministry in others:
        assert f"{MINISTRIES.label(ministry)} : aucune remontée" in said.errors
    assert "provisoire" in line_of(home, EDITION)
    for wrong in (["--without", "justice", "--why", WHY], ["--without", "ABC", "--why", WHY], ["--without", "MI"]):
        assert panorama(home, *close, *wrong).status == 2
    without = [word for ministry in others for word in ("--without", ministry, "--why", f"Absent : {ministry}")]
    assert f"panorama run {EDITION}" in done(home, *close, *without)
    register = (home / "registers" / "closures.csv").read_bytes()
    for again in (close, (*close, "--without", first, "--why", WHY)):
        assert "déjà enregistré" in done(home, *again)
    assert (home / "registers" / "closures.csv").read_bytes() == register


def test_a_closed_edition_loses_its_marks_and_says_who_is_absent_why_and_who_says_so(
    closed: tuple[Path, Said], tmp_path: Path
) -> None:
    home, said = closed
    assert said.status == 0, said.errors
    assert "calculée, close" in line_of(home, EDITION)
    for name, told in what_it_says(home).items():
        assert MARK not in told, name
        assert "(provisoire)" not in told, name
        for part in ("Intérieur", WHY, BY):
            assert part in told, name
    assert states(home)[EDITION] == "Close"
    (version,) = pd.read_csv(home / "registers" / "versions.csv").query("edition == @EDITION")["version"]
    assert version == 1
    assert panorama(home, "publish", EDITION, "--to", str(tmp_path / "web"), "--apply", "--by", BY).status == 0
    before = digests(home, "out")
    assert done(home, "run", EDITION)
    assert digests(home, "out") == before


def test_the_absent_are_awaited_at_the_edition_after_with_their_projects(
    closed: tuple[Path, Said], demonstration: tuple[Path, Said], tmp_path: Path
) -> None:
    home = clone(closed[0], tmp_path / "home")
    done(home, "template", NEXT)
    book = openpyxl.load_workbook(home / "out" / NEXT / "templates" / "interieur.xlsx", read_only=True)
    known = {row[0] for row in book["Projets"].iter_rows(min_row=2, values_only=True) if row[0]}
    sent = openpyxl.load_workbook(demonstration[0] / "inbox" / LAST / "interieur.xlsx", read_only=True)
    assert known <= {row[0] for row in sent["Projets"].iter_rows(min_row=2, values_only=True)}
    assert len(known) >= 5


def test_a_project_that_vanishes_after_the_closing_makes_the_edition_provisional_until_its_exit_is_said(
    closed: tuple[Path, Said], semester_cases: Path, tmp_path: Path
) -> None:
    home = clone(closed[0], tmp_path / "home")
    shutil.copy(semester_cases / "interieur-project-deleted.xlsx", home / "inbox" / EDITION / "interieur.xlsx")
    close = ("edition", "close", EDITION)
    done(home, "run", EDITION)
    told = json.loads(done(home, "show", EDITION, "--json"))
    (gone,) = told["vanished"]
    assert MARK in told["provisional"]
    assert "interieur" not in {line["ministry_id"] for line in told["acknowledged"]}
    for said in (panorama(home, "approve", EDITION), panorama(home, *close)):
        assert said.status == 1
        assert f"{gone['project_id']} {gone['name']}" in said.errors
        assert f"panorama projects exit {gone['project_id']} --edition {EDITION}" in said.errors
    done(home, "projects", "exit", gone["project_id"], "--edition", EDITION, "--reason", "abandonné", "--by", BY)
    assert "périmée, close" in line_of(home, EDITION)
    assert MARK not in done(home, "run", EDITION)
    done(home, "approve", EDITION, "--by", BY)
