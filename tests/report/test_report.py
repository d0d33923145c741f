import io
import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from homes import Said
from publication_tables import tables

from assets.page.contents import contents
from assets.page.drawing import fonts_folder
from assets.page.tables import PublicationTables
from assets.report import plain
from assets.report.rendering import Attached, report_pdf
from warehouse.model import french
from warehouse.model.errors import ServiceError
from warehouse.model.french import NBSP

pytestmark = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is missing (Debian poppler-utils)")

VERA_CHECK = Path(__file__).parents[3] / "shared/tools/verapdf/VeraCheck.java"
VERAPDF = Path(__file__).parents[2] / ".tools/verapdf"
HOSTILE = r"""<script> #panic("x") $y$ *c* @d _e_ \f `h` [i] {j} // k "l" = m"""


def text_of(content: bytes) -> str:
    """The text of a PDF as a reader gets it, runs of spaces made one."""
    done = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True)
    return " ".join(done.stdout.decode().replace("\f", " ").split())


def spaced(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def report(demonstration: tuple[Path, Said]) -> Path:
    return demonstration[0] / "out/2021-11/publication/panorama-2021-11.pdf"


def render_pdf(shown: PublicationTables) -> bytes:
    """The report of some tables, without the sheets of projects, which need those of the site."""
    return report_pdf(contents(shown), (), Attached("panorama.csv", "Les projets", "identifiant_projet\nPGP-0001\n"))


@pytest.fixture(scope="module")
def whole() -> PublicationTables:
    return tables()


@pytest.fixture(scope="module")
def content(whole: PublicationTables) -> bytes:
    return render_pdf(whole)


def test_headline_rates_are_those_of_the_tables(content: bytes, whole: PublicationTables) -> None:
    text, groups = text_of(content), whole.groups
    chosen = (groups["edition"] == "2021-11") & (groups["dimension"] == "portfolio")
    means = groups[chosen & (groups["method"] == "mean_of_ratios") & (groups["perimeter"] == "published")]
    assert len(means) == 2
    for row in means.to_dict("records"):
        assert spaced(french.percent(row["value_ratio"])) in text
        assert f"Moyenne de {row['n']} projets sur 50" in text


def test_every_project_is_there_and_withheld_figures_are_not(whole: PublicationTables) -> None:
    projects = whole.projects.copy()
    hidden = projects["withheld"]
    projects.loc[hidden, ["cost_withheld", "schedule_withheld"]] = True
    projects.loc[hidden, ["updated_cost_meur", "initial_cost_meur"]] = [98765.4, 87654.3]
    projects.loc[hidden, ["updated_duration_months", "initial_duration_months"]] = [8642, 7531]
    text = text_of(render_pdf(replace(whole, projects=projects)))
    assert set(re.findall(r"PGP-\d{4}", text)) == set(projects["project_id"])
    assert not [secret for secret in (r"98\D?765", r"87\D?654", r"8\D?642\b", r"7\D?531\b") if re.search(secret, text)]
    assert text.count("non publié") >= 4 * hidden.sum()


def test_same_tables_give_the_same_bytes(content: bytes, whole: PublicationTables) -> None:
    assert render_pdf(whole) == content


def test_it_is_tagged_french_and_titled(content: bytes) -> None:
    with pikepdf.open(io.BytesIO(content)) as document:
        root = document.Root
        assert bool(root.MarkInfo.Marked)
        assert str(root.Lang).startswith("fr")
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        with document.open_metadata() as metadata:
            title = f"Panorama des grands projets numériques de l’État – 14e{NBSP}édition – novembre 2021"
            assert spaced(metadata["dc:title"]) == spaced(title)
            assert metadata["pdfuaid:part"] == "1"
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
            assert metadata["xmp:CreateDate"].startswith("2021-11-01")


def _elements(node: pikepdf.Dictionary, kind: str) -> list[pikepdf.Dictionary]:
    found = [node] if node.get("/S") == kind else []
    kids: Any = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary):
            found += _elements(kid, kind)
    return found


def test_tables_have_headers_and_charts_a_french_alternative(content: bytes) -> None:
    with pikepdf.open(io.BytesIO(content)) as document:
        tree: Any = document.Root.StructTreeRoot
        found = _elements(tree, "/Table")
        # What moved each rate, charts, ministries, projects, quality, methods, statuses, official figures, files.
        assert len(found) == 13
        assert all(_elements(table, "/TH") for table in found)
        alternatives = [str(figure.get("/Alt", "")) for figure in _elements(tree, "/Figure")]
        assert len([text for text in alternatives if "moyens" in text or "Projets par" in text]) == 4


def test_every_row_has_a_header(content: bytes) -> None:
    """Who hears a table is told of what each row is."""
    with pikepdf.open(io.BytesIO(content)) as document:
        tree: Any = document.Root.StructTreeRoot
        bodies = _elements(tree, "/TBody")
        rows = [row for body in bodies for row in _elements(body, "/TR")]
        assert len(rows) > 100
        for row in rows:
            first = row.K[0]
            assert first.S == "/TH"
            assert [one.Scope for one in first.A if "/Scope" in one] == ["/Row"]


def test_it_carries_the_rows_of_the_projects(content: bytes) -> None:
    with pikepdf.open(io.BytesIO(content)) as document:
        assert list(document.attachments) == ["panorama.csv"]
        attached = document.attachments["panorama.csv"].get_file()
        assert attached.read_bytes() == b"identifiant_projet\nPGP-0001\n"
        assert attached.mime_type == "text/csv"


@pytest.mark.skipif(not VERA_CHECK.is_file(), reason=f"the checker is not there: {VERA_CHECK}")
@pytest.mark.skipif(shutil.which("javac") is None, reason="a JDK is missing (Debian default-jdk-headless)")
def test_the_report_of_the_demonstration_is_accessible_and_archivable(report: Path) -> None:
    engine = next(VERAPDF.rglob("*-cli.jar"))
    command = ["java", "-cp", str(engine), str(VERA_CHECK), "PDFUA-1,PDFA-3A", str(report)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(one["profile"], one["compliant"], one["failed"]) for one in found] == [
        ("PDFUA-1", True, []),
        ("PDFA-3A", True, []),
    ]


def test_the_report_opens_with_one_page_then_its_contents_and_has_a_sheet_for_each_project(report: Path) -> None:
    pages = subprocess.run(["pdftotext", "-layout", report, "-"], capture_output=True, check=True, text=True)
    one, two, *others = pages.stdout.split("\f")
    assert "L’essentiel" in one
    assert "Projets interministériels" in one
    assert "Sommaire" in two
    sheets = [page for page in others if "Coût et fin de «" in page]
    assert sum(page.count("Coût et fin de «") for page in sheets) == 50


def test_no_page_is_left_nearly_empty(report: Path) -> None:
    """Each page but the last of a chapter, and the last of all, is filled by at least two fifths."""
    done = subprocess.run(["pdftotext", "-bbox", report, "-"], capture_output=True, check=True, text=True)
    pages = re.findall(r'<page width="[\d.]+" height="([\d.]+)">(.*?)</page>', done.stdout, re.DOTALL)
    filled = []
    for height, words in pages:
        bottoms = [float(bottom) / float(height) for bottom in re.findall(r'yMax="([\d.]+)"', words)]
        filled.append(max(bottom for bottom in bottoms if bottom < 0.92))
    with pikepdf.open(report) as document, document.open_outline() as outline:
        chapters: list[Any] = [entry.destination for entry in outline.root]
        openings = {rank for rank, page in enumerate(document.pages) if any(page.obj == one[0] for one in chapters)}
    short = [rank for rank, share in enumerate(filled[:-1]) if share < 0.4 and rank + 1 not in openings]
    assert not short, filled


def fonts_of(content: bytes) -> set[str]:
    fonts = subprocess.run(["pdffonts", "-"], input=content, capture_output=True, check=True).stdout.decode()
    return {line.split()[0].partition("+")[2].split("-")[0] for line in fonts.splitlines()[2:]}


def test_all_its_fonts_are_the_ones_that_ship(content: bytes) -> None:
    assert fonts_of(content) == {"Inter", "InterDisplay"}


def test_every_character_said_printable_is_in_our_fonts() -> None:
    basic_plane = "".join(chr(code) for code in range(0x20, 0xD800))
    printable = plain._UNPRINTABLE.sub("", basic_plane)
    assert len(printable) > 900
    assert fonts_of(render_pdf(tables(rename={"PGP-0001": printable}))) == {"Inter", "InterDisplay"}


def test_hostile_names_are_text() -> None:
    assert HOSTILE in text_of(render_pdf(tables(rename={"PGP-0001": HOSTILE})))


def test_characters_without_a_glyph_become_a_box() -> None:
    text = text_of(render_pdf(tables(rename={"PGP-0001": "Projet 漢字\u202e\U0001f4a9\x01 fin"})))
    assert "Projet □□□ fin" in text


def test_a_character_no_font_has_is_an_error_and_not_a_hole(
    whole: PublicationTables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plain, "_UNPRINTABLE", re.compile("(?!)"))
    with pytest.raises(ServiceError, match="2021-11"):
        render_pdf(tables(rename={"PGP-0001": "漢"}))


def test_the_fictitious_banner_is_on_each_page(content: bytes) -> None:
    assert "Données fictives" not in text_of(content)
    shown = render_pdf(tables(fictitious=True))
    with pikepdf.open(io.BytesIO(shown)) as document:
        pages = len(document.pages)
    assert text_of(shown).count("Données fictives – démonstration") == pages


def test_first_publication_rates_carry_a_caveat() -> None:
    assert "n’est pas le taux officiel" in text_of(render_pdf(tables(baseline_source="first_publication")))


def test_fonts_come_with_their_licence() -> None:
    folder: Path = fonts_folder()
    assert "SIL OPEN FONT LICENSE" in (folder / "OFL.txt").read_text(encoding="utf-8")
    assert sum(path.stat().st_size for path in folder.iterdir()) < 1_500_000
