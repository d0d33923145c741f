"""What tests read of the pages of a site: their figures with the rows they cite, their texts, their links."""

import csv
import datetime as dt
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

from assets.publication import site_tables
from assets.session import Session
from assets.site.tables import SiteTables
from warehouse.home.home import Home
from warehouse.home.state import read_state
from warehouse.home.store import RunStore
from warehouse.model import french

# Elements that have no end tag.
VOID = {"meta", "link", "br", "img", "input", "hr", "source", "line", "rect", "circle", "path"}
# What is in them is not a figure of ours: a date, the words of someone else, a name of a file or of a column.
NOT_FIGURES = {"time", "code", "script", "style", "title", "option"}
DATASETS = ("open_data", "publication")


@dataclass
class Figure:
    """A printed figure: what it holds, where it says it comes from, what a reader sees."""

    value: str
    source: str
    text: str = ""


@dataclass
class Read(HTMLParser):
    """The figures of a page, what it prints beside them, its links and its identifiers."""

    figures: list[Figure] = field(default_factory=list)
    marks: list[Figure] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    identifiers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[tuple[str, bool, Figure | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.links += [given[name] for name in ("href", "src") if name in given]
        self.identifiers += [given["id"]] if "id" in given else []
        figure = None
        if "data-source" in given:
            figure = Figure(given.get("value", given.get("data-value", "")), given["data-source"])
            (self.figures if tag == "data" else self.marks).append(figure)
        if tag not in VOID:
            is_silent = tag in NOT_FIGURES or "data-text" in given or "data-rule" in given or figure is not None
            self._open.append((tag, is_silent or (bool(self._open) and self._open[-1][1]), figure))

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            if self._open.pop()[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        for _, _, figure in self._open:
            if figure is not None:
                figure.text += data
        if not (self._open and self._open[-1][1]):
            self.texts.append(data)


def tables_of(root: Path) -> SiteTables:
    """What the site of a home is made of."""
    home = Home(root)
    session = Session(read_state(home), RunStore(home.warehouse), ())
    (*_, latest) = session.editions(session.accepted_editions())
    return site_tables(session, latest, session.closings())


def pages(site: Path) -> list[Path]:
    """The pages of a site, without those of the datasets and reports that it carries."""
    return sorted(path for path in site.rglob("*.html") if not set(path.relative_to(site).parts) & set(DATASETS))


def read(path: Path) -> Read:
    """A page, read."""
    found = Read()
    found.feed(path.read_text(encoding="utf-8"))
    return found


class Dataset:
    """The CSV files of a folder, asked as the figures of a page cite them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @functools.cache  # noqa: B019  # as long as the tests of a module
    def rows(self, stem: str) -> list[dict[str, str]]:
        with (self._folder / f"{stem}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    @functools.cache  # noqa: B019
    def _by(self, stem: str, names: tuple[str, ...]) -> dict[tuple[str, ...], list[dict[str, str]]]:
        found: dict[tuple[str, ...], list[dict[str, str]]] = {}
        for row in self.rows(stem):
            found.setdefault(tuple(row[name] for name in names), []).append(row)
        return found

    def asked(self, source: str) -> str:
        """What a source gives: the value of one row, how many rows, the sum of a column, how many values it has."""
        stem, rest = source.split("?", 1)
        where, asked = rest.rsplit("#", 1)
        if asked == "octets()":
            return str((self._folder / stem).stat().st_size)
        parts = [part.split("=", 1) for part in where.split(";") if part]
        chosen = self._by(stem, tuple(name for name, _ in parts)).get(tuple(unquote(value) for _, value in parts), [])
        if asked == "nombre()":
            return str(len(chosen))
        if total := re.fullmatch(r"somme\((.*)\)", asked):
            return repr(sum(float(row[total[1]]) for row in chosen if row[total[1]]))
        if different := re.fullmatch(r"distincts\((.*)\)", asked):
            return str(len({row[different[1]] for row in chosen}))
        (row,) = chosen
        return row[asked]


_NUMBER = re.compile(rf"^[+{french.MINUS}]?[\d{french.NARROW}]+(?:,(\d+))?")


def agrees(figure: Figure, given: str) -> bool:
    """Whether what is printed is what the dataset gives, rounded as it is printed."""
    if not _same(figure.value, given):
        return False
    text = figure.text.strip()
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", given):
        date = dt.date.fromisoformat(given)
        short = f"{french.short_month(date.month)} {date.year}"
        return text in (french.month(date), french.day(date), french.short_day(date), short)
    number = _NUMBER.match(text)
    if not number:
        return text == given
    decimals = len(number[1] or "")
    printed = number[0].replace(french.NARROW, "").replace(french.MINUS, "-").replace(",", ".").lstrip("+")
    value = float(given)
    scaled = {"%": value * 100, "Md€": value / 1000, "ko": value / 1000, "Mo": value / 1_000_000}
    candidates = [scaled[unit] for unit in scaled if text.endswith(unit)] or [value, value * 100]
    rounded = {float(french.rounded(one, decimals)) for one in candidates}
    return float(printed) in rounded | {abs(one) for one in rounded}


def _same(one: str, other: str) -> bool:
    try:
        return abs(float(one) - float(other)) < 1e-9
    except ValueError:
        return one == other


def unsourced(found: Read) -> Iterator[str]:
    """The texts of a page that hold a digit and cite nothing."""
    for text in found.texts:
        if re.search(r"\d", text):
            yield " ".join(text.split())
