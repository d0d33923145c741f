"""Under each part of the page, the rows of the dataset that are named hold the figures that are printed."""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from homes import Said

from assets.page.origins import EACH, Origin, file_of, origin_lines, origins
from warehouse.home.calendar import Edition
from warehouse.model import french
from warehouse.model.french import NBSP

EDITION = Edition("2021-11", 14)


class _Tables(HTMLParser):
    """The rows of cells of each table of a page, by its caption, and all the text of its paragraphs."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.text: list[str] = []
        self._caption: str | None = None
        self._rows: list[list[str]] = []
        self._cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "caption":
            self._caption, self._rows = "", []
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._cell = True
            self._rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "caption":
            self.tables[str(self._caption)] = self._rows
            self._caption = None
        elif tag in ("td", "th"):
            self._cell = False

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if self._caption is not None:
            self._caption += data
        elif self._cell:
            self._rows[-1][-1] += data


@pytest.fixture(scope="module")
def out(demonstration: tuple[Path, Said]) -> Path:
    return demonstration[0] / "out" / EDITION.key


@pytest.fixture(scope="module")
def page(out: Path) -> _Tables:
    parser = _Tables()
    parser.feed((out / "publication" / "index.html").read_text(encoding="utf-8"))
    return parser


def rows_of(out: Path, origin: Origin) -> pd.DataFrame:
    """The rows an origin names, read from the CSV file as text."""
    read = pd.read_csv(out / "open_data" / file_of(origin.table, EDITION), dtype=str)
    for name, value in origin.chosen().items():
        read = read.loc[read[name].eq(value)]
    return read


def parts() -> Iterator[tuple[str, Origin]]:
    for key, (_, found) in origins(EDITION).items():
        yield from ((key, origin) for origin in found)


@pytest.mark.parametrize(
    ("key", "origin"), [pytest.param(*part, id=f"{part[0]}-{part[1].table.name}") for part in parts()]
)
def test_the_rows_that_are_named_exist_and_are_told_apart_as_it_is_said(out: Path, key: str, origin: Origin) -> None:
    found = rows_of(out, origin)
    each = [origin.table.column(name).published for name, code in origin.rows.items() if code == EACH]
    assert len(found) == 1 if not each else len(found) > 1
    assert not found.duplicated(each).any() if each else True


def test_each_part_says_where_its_figures_come_from(page: _Tables) -> None:
    text = "".join(page.text)
    # The means of ministries are a chart and a table.
    assert text.count("D’où viennent ces chiffres") == len(origin_lines(EDITION)) + 1
    for line in origin_lines(EDITION).values():
        for name, rows in line.files:
            assert f"{name}, {rows}" in text


def printed(page: _Tables, caption: str) -> list[tuple[str, ...]]:
    """The cells of the lines of a table, but for what names the line."""
    (rows,) = (rows for known, rows in page.tables.items() if known.startswith(caption))
    return [tuple(row[1:]) for row in rows[1:]]


def rates(found: pd.DataFrame, by: str) -> dict[str, tuple[str, ...]]:
    """The printed cells of each line: both means and what they rest on, budget first."""
    ordered = found.sort_values("taux")
    return {
        str(name): tuple(
            cell
            for line in same.to_dict("records")
            for cell in (
                french.percent(float(line["valeur"])),
                f"{line['nombre_connus']}{NBSP}/{NBSP}{line['nombre_projets']}",
            )
        )
        for name, same in ordered.groupby(by)
    }


@pytest.mark.parametrize(
    ("key", "caption", "by"),
    [
        ("evolution", "Écarts moyens d’une édition à l’autre", "edition"),
        ("ministeres", "Écarts moyens par ministère", "code_groupe"),
        ("methods", "L’ensemble du portefeuille, selon chaque méthode", "methode"),
    ],
)
def test_means_are_those_of_the_rows_that_are_named(out: Path, page: _Tables, key: str, caption: str, by: str) -> None:
    origin = origins(EDITION)[key][1][0]
    found = rows_of(out, origin)
    expected = {cells for cells in rates(found.loc[found["taux"].ne("Coût complet")], by).values() if len(cells) == 4}
    assert expected
    others = set(printed(page, caption)) ^ expected
    # A method that is the same as another for one rate has one row, and its line of the page says so.
    assert len(others) == (1 if key == "methods" else 0)


@pytest.mark.parametrize(
    ("key", "caption"), [("cost-band", "Projets par tranche de coût"), ("phase", "Projets par phase")]
)
def test_counts_and_costs_are_those_of_the_rows_that_are_named(
    out: Path, page: _Tables, key: str, caption: str
) -> None:
    found = rows_of(out, origins(EDITION)[key][1][0])
    expected = {
        (str(line["nombre_projets"]), french.number(float(line["valeur_meur"]), 1)) for line in found.to_dict("records")
    }
    given = {cells for cells in printed(page, caption) if cells[0] != "0"}
    assert {cells for cells in expected if cells[1] != french.UNKNOWN} == {
        cells for cells in given if cells[1] not in (french.UNKNOWN, "non publié")
    }


def test_costs_of_ministries_are_those_of_the_rows_that_are_named(out: Path, page: _Tables) -> None:
    costs = rows_of(out, origins(EDITION)["ministeres"][1][1])
    expected = {
        (str(line["nombre_projets"]), french.number(float(line["valeur_meur"]), 1)) for line in costs.to_dict("records")
    }
    assert {cells[:2] for cells in printed(page, "Projets, coûts et écarts moyens")} == expected


def test_official_figures_are_those_of_the_rows_that_are_named(out: Path, page: _Tables) -> None:
    official, computed = origins(EDITION)["official"][1]
    then = rows_of(out, official).dropna(subset=["ecart_budgetaire_moyen", "ecart_calendaire_moyen"], how="all")
    now = rows_of(out, computed).set_index("edition")
    lines = printed(page, "Écarts moyens publiés à l’époque")
    for line in then.to_dict("records"):
        cells = []
        for column in ("ecart_budgetaire_moyen", "ecart_calendaire_moyen"):
            known = now[column].get(line["edition"])
            cells += [french.percent(float(line[column])), "–" if known is None else french.percent(float(known))]
        assert any(one[:4] == tuple(cells) for one in lines)
    assert len(lines) <= len(then)


@pytest.mark.parametrize("key", ["quality", "project_quality"])
def test_scores_are_those_of_the_rows_that_are_named(out: Path, page: _Tables, key: str) -> None:
    found = rows_of(out, origins(EDITION)[key][1][0])
    by = {"quality": "ministère", "project_quality": "projet"}[key]
    lines = printed(page, f"Score sur 100 et composantes, par {by}")
    scores = {french.number(float(score), 1) for score in found["score"].dropna()}
    assert len(lines) == len(found)
    assert scores <= {cell for line in lines for cell in line}
