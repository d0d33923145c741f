"""The report of an edition as a reader has it: what it says, where its figures are read, how it is made."""

import io
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from homes import Said
from markupsafe import Markup
from pdf_reading import attached, sources
from site_cases import changed, renamed, up_to, with_key_figures
from site_reading import Dataset, Read, agrees, tables_of

from assets.page.identity import fonts_folder
from assets.report import plain
from assets.report.contents import report_said
from assets.report.rendering import report_pdf
from assets.site.tables import SiteTables
from warehouse.model import french
from warehouse.model.errors import ServiceError
from warehouse.model.french import NBSP

pytestmark = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is missing (Debian poppler-utils)")

VERA_CHECK = Path(__file__).parents[3] / "shared/tools/verapdf/VeraCheck.java"
VERAPDF = Path(__file__).parents[2] / ".tools/verapdf"
HOSTILE = r"""<script> #panic("x") $y$ *c* @d _e_ \f `h` [i] {j} // k "l" = m"""
EDITION = "2021-11"


def text_of(content: bytes) -> str:
    """The text of a PDF as a reader gets it, runs of spaces made one."""
    done = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True)
    return " ".join(done.stdout.decode().replace("\f", " ").split())


def spaced(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def report(demonstration: tuple[Path, Said]) -> Path:
    return demonstration[0] / "out/2021-11/publication/panorama-2021-11.pdf"


@pytest.fixture(scope="module")
def tables(demonstration: tuple[Path, Said]) -> SiteTables:
    return tables_of(demonstration[0])


@pytest.fixture(scope="module")
def content(report: Path) -> bytes:
    return report.read_bytes()


def test_every_figure_is_read_where_it_says(content: bytes, demonstration: tuple[Path, Said]) -> None:
    dataset = Dataset(demonstration[0] / "out" / EDITION / "open_data")
    found = sources(content)
    wrong = [figure for figure in found if not agrees(figure, dataset.asked(figure.source))]
    assert not wrong, wrong[:10]
    assert len(found) > 1500


def parts(said: object) -> Iterator[str]:
    """The texts and the elements of what is said, whatever holds them."""
    if isinstance(said, str) or hasattr(said, "__html__"):
        yield str(Markup("{}").format(said))
    elif isinstance(said, dict | list | tuple):
        for one in said.values() if isinstance(said, dict) else said:
            yield from parts(one)
    elif is_dataclass(said):
        # The address of a page, that no document prints.
        for each in fields(said):
            value = getattr(said, each.name)
            yield from () if each.name in ("project_id", "address") and type(value) is str else parts(value)


def numbers(text: str) -> set[str]:
    """The numbers of a text; a group of digits is one."""
    return set(re.findall(r"\d+(?:,\d+)?", text))


def test_no_number_is_without_its_source(tables: SiteTables, content: bytes) -> None:
    """What is neither a date, nor the words of someone else, nor set by the method, is in the list of sources."""
    said = report_said(tables)
    printed = replace(said, reference_date="", charts=tuple(replace(chart, drawing="") for chart in said.charts))
    unsourced, known = set(), set()
    for part in parts(printed):
        found = Read()
        found.feed(part)
        unsourced |= {text for text in found.texts if re.search(r"\d", text)}
        known |= numbers(plain.text_of(Markup(part)))  # noqa: S704  # it is read, not shown
    assert not unsourced, sorted(unsourced)[:20]
    counted = {str(number) for number in range(1, 60)}  # pages, items of a list, lengths of lists
    licence = {"2", "0", "2.0"}
    assert not (strange := numbers(text_of(content)) - known - counted - licence), sorted(strange)[:20]


def test_headline_rates_are_those_of_the_tables(content: bytes, tables: SiteTables) -> None:
    text, row = text_of(content), tables.key_figures[EDITION]
    for rate in ("budget", "schedule"):
        assert spaced(french.percent(row.number(f"{rate}_mean_ratio"))) in text
        assert spaced(french.percent(row.number(f"{rate}_cohort_ratio"))) in text


def test_every_project_is_there_and_withheld_figures_are_not(tables: SiteTables) -> None:
    hidden = "PGP-0001"

    def at(name: str, value: object) -> Any:
        return lambda frame: frame[name].mask(frame["project_id"].eq(hidden), value)

    shown = tables
    for name in ("cost_withheld", "schedule_withheld", "withheld"):
        shown = changed(shown, name, at(name, True))  # a value of the column
    text = text_of(report_pdf(shown))
    assert set(re.findall(r"PGP-\d{4}", text)) == set(shown["historique"].where(edition=EDITION).frame["project_id"])
    assert text.count("non publié") >= 2


def test_same_tables_give_the_same_bytes(tables: SiteTables, content: bytes) -> None:
    assert report_pdf(tables) == content


def test_it_is_tagged_french_and_titled(content: bytes) -> None:
    with pikepdf.open(io.BytesIO(content)) as document:
        root = document.Root
        assert bool(root.MarkInfo.Marked)
        assert str(root.Lang).startswith("fr")
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        with document.open_metadata() as metadata:
            title = f"Panorama des grands projets numériques de l’État – 14e{NBSP}édition, novembre 2021"
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
        # What moved each rate, twice; curves, bands, phases, ministries, projects; quality, methods, statuses, files.
        assert len(found) == 14 + 50
        assert all(_elements(table, "/TH") for table in found)
        alternatives = [str(figure.get("/Alt", "")) for figure in _elements(tree, "/Figure")]
        assert len([text for text in alternatives if "Écart moyen par édition" in text]) == 2


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


def test_it_carries_the_rows_of_the_projects_and_the_sources(content: bytes, demonstration: tuple[Path, Said]) -> None:
    with pikepdf.open(io.BytesIO(content)) as document:
        assert sorted(document.attachments) == ["panorama-2021-11.csv", "sources.csv"]
        assert {document.attachments[name].get_file().mime_type for name in document.attachments} == {"text/csv"}
    published = demonstration[0] / "out" / EDITION / "open_data" / "panorama-2021-11.csv"
    assert attached(content, "panorama-2021-11.csv") == published.read_text(encoding="utf-8")


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
    assert "Interministériels" in one
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


def test_every_character_said_printable_is_in_our_fonts(tables: SiteTables) -> None:
    basic_plane = "".join(chr(code) for code in range(0x20, 0xD800))
    printable = plain._UNPRINTABLE.sub("", basic_plane)
    assert len(printable) > 900
    assert fonts_of(report_pdf(renamed(tables, "PGP-0001", printable))) == {"Inter", "InterDisplay"}


def test_hostile_names_are_text(tables: SiteTables) -> None:
    text = text_of(report_pdf(renamed(tables, "PGP-0001", HOSTILE)))
    assert re.sub(r"\s", "", HOSTILE) in re.sub(r"\s", "", text)


def test_characters_without_a_glyph_become_a_box(tables: SiteTables) -> None:
    name = "Projet 漢字\u202e\U0001f4a9\x01 fin"
    assert "Projet □□□" in text_of(report_pdf(renamed(tables, "PGP-0001", name)))


def test_a_character_no_font_has_is_an_error_and_not_a_hole(
    tables: SiteTables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plain, "_UNPRINTABLE", re.compile("(?!)"))
    with pytest.raises(ServiceError, match="2021-11"):
        report_pdf(renamed(tables, "PGP-0001", "漢"))


def test_the_fictitious_banner_is_on_each_page(content: bytes, tables: SiteTables) -> None:
    with pikepdf.open(io.BytesIO(content)) as document:
        pages = len(document.pages)
    assert text_of(content).count("Données fictives – démonstration") == pages
    real = changed(tables, "fictitious", lambda _: False)
    assert "Données fictives" not in text_of(report_pdf(real))


def test_first_publication_rates_carry_a_caveat(tables: SiteTables) -> None:
    every = tables.key_figures[EDITION].number("budget_n_referenced")
    shown = with_key_figures(tables, EDITION, stand_ins=every)
    assert "n’est pas le taux officiel" in text_of(report_pdf(shown))


@pytest.mark.parametrize("count", [1, 2])
def test_an_early_edition_has_its_report_and_nobody_is_said_to_have_come_where_it_is_not_known(
    tables: SiteTables, count: int
) -> None:
    shown = up_to(tables, count)
    text = text_of(report_pdf(shown))
    assert shown.edition.month_label() in text
    assert ("rien n’est comparé" in text) == ("Entrées et sorties" not in text) == (count == 1)


def test_fonts_come_with_their_licence() -> None:
    folder: Path = fonts_folder()
    assert "SIL OPEN FONT LICENSE" in (folder / "OFL.txt").read_text(encoding="utf-8")
    assert sum(path.stat().st_size for path in folder.iterdir()) < 1_500_000
