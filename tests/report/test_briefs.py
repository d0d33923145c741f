"""The briefs of ministries as PDF: a page each, accessible and archivable, the words of the page of the ministry."""

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from homes import Said
from pdf_reading import sources
from site_reading import Dataset, Figure, agrees, tables_of

from assets.report.briefs import brief_pdf, restricted_brief_pdf
from assets.report.plain import plain
from assets.site.follow_up.ministries import briefs
from assets.site.follow_up.ministry_brief import Brief
from assets.site.tables import SiteTables
from warehouse.model.findings import Finding

pytestmark = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is missing (Debian poppler-utils)")

VERA_CHECK = Path(__file__).parents[3] / "shared/tools/verapdf/VeraCheck.java"
VERAPDF = Path(__file__).parents[2] / ".tools/verapdf"
HOSTILE = r"""<script> #panic("x") $y$ *c* @d _e_ \f `h` [i] {j} // k "l" = m"""


@pytest.fixture(scope="module")
def tables(demonstration: tuple[Path, Said]) -> SiteTables:
    return tables_of(demonstration[0])


@pytest.fixture(scope="module")
def published(demonstration: tuple[Path, Said]) -> list[Path]:
    return sorted((demonstration[0] / "out/site/ministeres").glob("*/fiche-2021-11.pdf"))


def read(content: bytes) -> list[str]:
    """The text of each page."""
    done = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True)
    return [" ".join(page.split()) for page in done.stdout.decode().split("\f")[:-1]]


def of(tables: SiteTables, ministry_id: str) -> Brief:
    return next(one for one in briefs(tables) if one.ministry_id == ministry_id)


def test_each_ministry_of_the_edition_has_its_brief_of_one_page(published: list[Path], tables: SiteTables) -> None:
    assert [path.parent.name for path in published] == sorted(one.ministry_id for one in briefs(tables))
    for path in published:
        assert len(read(path.read_bytes())) == 1, path


def test_briefs_of_past_editions_stay_where_they_were(demonstration: tuple[Path, Said]) -> None:
    site = demonstration[0] / "out" / "site"
    for edition in ("2020-06", "2020-11", "2021-07", "2021-11"):
        made = {path.stem: path for path in (site / edition / "publication" / "fiches").iterdir()}
        assert len(made) >= 11
        for ministry_id, path in made.items():
            kept = site / "ministeres" / ministry_id / f"fiche-{edition}.pdf"
            assert kept.read_bytes() == path.read_bytes()


def test_a_brief_says_what_the_page_says(published: list[Path], tables: SiteTables) -> None:
    for path in published:
        said = of(tables, path.parent.name)
        (text,) = read(path.read_bytes())
        told = [
            plain(said.finding),
            *plain(said.requests),
            *plain(said.quality),
            *(plain(one.name) for one in said.projects),
        ]
        for one in told:
            assert squeezed(one) in squeezed(text), (path, one)
        assert "restreinte" not in text


def test_every_figure_of_a_brief_is_read_where_it_says(published: list[Path], demonstration: tuple[Path, Said]) -> None:
    dataset = Dataset(demonstration[0] / "out" / "2021-11" / "open_data")
    for path in published:
        found = sources(path.read_bytes())
        # What is asked is sentences of the dataset, typeset.
        wrong = [figure for figure in found if not agrees(figure, dataset.asked(figure.source))]
        wrong = [figure for figure in wrong if figure.value != dataset.asked(figure.source) or not is_asked(figure)]
        assert not wrong, (path, wrong[:5])
        assert len(found) > 20


def is_asked(figure: Figure) -> bool:
    return figure.source.endswith("#demandes")


def squeezed(text: str) -> str:
    """A text without its spaces: a column ends a line anywhere."""
    return re.sub(r"\s+", "", text)


@pytest.mark.skipif(not VERA_CHECK.is_file(), reason=f"the checker is not there: {VERA_CHECK}")
@pytest.mark.skipif(shutil.which("javac") is None, reason="a JDK is missing (Debian default-jdk-headless)")
def test_briefs_are_accessible_and_archivable(published: list[Path], tables: SiteTables, tmp_path: Path) -> None:
    restricted = tmp_path / "restricted.pdf"
    restricted.write_bytes(restricted_brief_pdf(of(tables, "armees"), tables, [FOUND]))
    engine = next(VERAPDF.rglob("*-cli.jar"))
    files = [str(path) for path in (*published, restricted)]
    command = ["java", "-cp", str(engine), str(VERA_CHECK), "PDFUA-1,PDFA-3A", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == 2 * len(files)
    assert [one for one in found if not one["compliant"] or one["failed"]] == []


FOUND = Finding(rule="every_exit_has_a_reason", severity="warning", message="Coût à expliquer.")


def test_a_restricted_brief_says_what_to_correct_and_that_it_is_restricted(tables: SiteTables) -> None:
    pages = read(restricted_brief_pdf(of(tables, "armees"), tables, [FOUND]))
    assert len(pages) <= 2
    assert all("Diffusion restreinte au ministère" in page for page in pages)
    assert "Coût à expliquer." in " ".join(pages)
    assert "Licence Ouverte" not in " ".join(pages)


def test_the_largest_ministry_takes_two_pages_at_most(tables: SiteTables) -> None:
    said = of(tables, "economie_finances")
    larger = replace(said, projects=said.projects * 2, changes=said.changes * 2)
    assert len(read(brief_pdf(larger, tables))) <= 2


def test_same_tables_give_the_same_bytes_and_hostile_names_are_text(tables: SiteTables) -> None:
    said = replace(of(tables, "culture"), requests=(HOSTILE,))
    content = brief_pdf(said, tables)
    assert content == brief_pdf(said, tables)
    assert squeezed(HOSTILE) in squeezed(" ".join(read(content)))
