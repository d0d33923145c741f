import io
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from publication_tables import tables

from assets.page import rendering
from assets.page.drawing import fonts_folder
from assets.page.rendering import PublicationTables, render_pdf
from warehouse.model import french
from warehouse.model.errors import ServiceError
from warehouse.model.french import NBSP

pytestmark = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is missing (Debian poppler-utils)")

HOSTILE = r"""<script> #panic("x") $y$ *c* @d _e_ \f `h` [i] {j} // k "l" = m"""


def text_of(content: bytes) -> str:
    """The text of a PDF as a reader gets it, runs of spaces made one."""
    done = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True)
    return " ".join(done.stdout.decode().replace("\f", " ").split())


def spaced(text: str) -> str:
    return " ".join(text.split())


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
        # What moved each rate, ministries, projects, quality, methods, statuses, official figures, files.
        assert len(found) == 9
        assert all(_elements(table, "/TH") for table in found)
        alternatives = [str(figure.get("/Alt", "")) for figure in _elements(tree, "/Figure")]
        assert len([text for text in alternatives if "moyens" in text or "Projets par" in text]) == 4


def fonts_of(content: bytes) -> set[str]:
    fonts = subprocess.run(["pdffonts", "-"], input=content, capture_output=True, check=True).stdout.decode()
    return {line.split()[0].partition("+")[2].split("-")[0] for line in fonts.splitlines()[2:]}


def test_all_its_fonts_are_the_ones_that_ship(content: bytes) -> None:
    assert fonts_of(content) == {"Inter", "InterDisplay"}


def test_every_character_said_printable_is_in_our_fonts() -> None:
    basic_plane = "".join(chr(code) for code in range(0x20, 0xD800))
    printable = rendering._UNPRINTABLE.sub("", basic_plane)
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
    monkeypatch.setattr(rendering, "_UNPRINTABLE", re.compile("(?!)"))
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
