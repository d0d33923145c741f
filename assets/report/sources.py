"""Where each figure of a PDF is read: the figures of what it says, in their order, as a CSV that it carries."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from html.parser import HTMLParser
from typing import Any

import pandas as pd
from markupsafe import Markup

from assets.dataset.formats import csv_text, published_rows
from assets.report.plain import printable
from warehouse.model.schema import Column, Table, conform

SOURCES = Table(
    "sources",
    "Figures of a PDF and where each is read",
    "Une ligne par chiffre imprimé : le fichier du jeu de données, les lignes et la colonne où il se lit.",
    (
        Column("rank", "rang", "Rang", "integer", "Rang du chiffre dans ce que dit le document."),
        Column("text", "texte", "Texte", "string", "Le chiffre tel qu'il est imprimé."),
        Column("value", "valeur", "Valeur", "string", "Ce que le fichier contient, avant arrondi."),
        Column("file", "fichier", "Fichier", "string", "Le fichier du jeu de données."),
        Column(
            "rows",
            "lignes",
            "Lignes",
            "string",
            "Les lignes : colonne=valeur, séparées par « ; », codées comme une URL.",
        ),
        Column(
            "asked",
            "colonne",
            "Colonne",
            "string",
            "La colonne lue ; nombre() compte les lignes, somme(colonne) les additionne, distincts(colonne) compte ses "
            "valeurs.",
        ),
    ),
    ("rank",),
)


@dataclass(frozen=True)
class Figure:
    """A printed figure: what is read, what it holds, `file?column=value#column`."""

    text: str
    value: str
    source: str


@dataclass
class _Reader(HTMLParser):
    """The figures of an element, those of the labels of a chart included."""

    found: list[Figure] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[tuple[str, list[str], str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "data-source" in given:
            value = given.get("value", given.get("data-value", ""))
            self._open.append((tag, [], value, given["data-source"]))

    def handle_data(self, data: str) -> None:
        for _, parts, _, _ in self._open:
            parts.append(data)

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1][0] == tag:
            _, parts, value, source = self._open.pop()
            # A bar prints nothing: the figure beside it does.
            if text := printable("".join(parts)):
                self.found.append(Figure(text, value, source))


def figures(said: Any) -> Iterator[Figure]:
    """The figures of what is said, whatever holds it, in the order it is held."""
    if hasattr(said, "__html__"):
        reader = _Reader()
        reader.feed(str(Markup("{}").format(said)))
        yield from reader.found
    elif isinstance(said, Mapping):
        for one in said.values():
            yield from figures(one)
    elif isinstance(said, list | tuple):
        for one in said:
            yield from figures(one)
    elif is_dataclass(said):
        for part in fields(said):
            yield from figures(getattr(said, part.name))


def sources_csv(said: Any) -> str:
    """The figures of what is said as CSV, one row each; with its header alone when there is none."""
    rows = []
    for rank, figure in enumerate(figures(said), 1):
        file, rest = figure.source.split("?", 1)
        chosen, asked = rest.rsplit("#", 1)
        name = file if "." in file else f"{file}.csv"
        rows.append((rank, figure.text, figure.value, name, chosen, asked))
    names = [column.name for column in SOURCES.columns]
    return csv_text(published_rows(conform(pd.DataFrame(rows, columns=names), SOURCES), SOURCES))
