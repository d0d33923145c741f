"""What we write follows the typography of French: apostrophes, no-break spaces, agreement, ranks.

What was transmitted is left as its author wrote it, and what is code as it must be copied.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from homes import Said
from site_reading import VOID, pages

# What is read as one text, whatever stands in it.
BLOCKS = frozenset((
    *("p", "li", "td", "th", "h1", "h2", "h3", "h4", "dt", "dd", "caption", "figcaption", "summary", "option", "label"),
    *("button", "legend", "text", "title", "desc", "pre", "div", "ol", "ul", "section", "nav", "header", "footer"),
    *("main", "table", "tr", "details", "figure", "svg"),
))  # fmt: skip
SILENT = frozenset(("code", "script", "style", "pre"))
SPOKEN = ("aria-label", "title", "alt", "placeholder")
# Words that end with s in the singular.
SINGULAR = "mois fois cas pas sans dans est plus avis depuis puis sous moins alors"
RULES = {
    "une apostrophe droite": re.compile(r"\w'\w"),
    "une espace sécable avant un signe double": re.compile(r"[ \t\n](?=[;!?%€»]|:(?:\s|$))"),
    "pas d'espace avant un signe double": re.compile(r"[^\W\d_][;!?](?:\s|$)|[^\W_]:(?:\s|$)|\d[%€]"),
    "une espace sécable dans un nombre": re.compile(r"(?<![\d,])\d{1,3} \d{3}(?!\d)"),
    "une espace sécable après un guillemet": re.compile(r"«(?!\u00a0)"),
    "une unité détachée de son nombre": re.compile(r"\d (?:M€|Md€|€)"),
    "un pluriel après zéro ou un": re.compile(
        rf"(?<![\d,.\u202f/-])[01][ \u00a0\u202f](?!(?:{'|'.join(SINGULAR.split())})\b)[^\W\d_]+[sx]\b"
    ),
    "un pluriel entre parenthèses": re.compile(r"\((?:s|e|es|x)\)"),
    "un rang qui n'est pas en exposant": re.compile(r"\b\d+(?:e|ème|eme|è|re)\b"),
}


class Texts(HTMLParser):
    """The texts of a page, each block as one, with `□` for what was transmitted and `^` for what is raised."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._text = ""
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        was_silent = bool(self._open) and self._open[-1][1]
        is_silent = was_silent or tag in SILENT or "data-text" in given
        if not is_silent:
            self.found += [given[name] or "" for name in SPOKEN if name in given]
        if tag in BLOCKS:
            self._end()
        elif tag == "sup":
            self._text += "^"
        elif tag == "br" or given.get("class") == "sub":
            self._text += " "
        if is_silent and not was_silent:
            self._text += "□"
        if tag not in VOID:
            self._open.append((tag, is_silent))

    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCKS:
            self._end()
        while self._open:
            if self._open.pop()[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        if not (self._open and self._open[-1][1]):
            self._text += data

    def _end(self) -> None:
        self.found.append(self._text.strip(" \n\t"))
        self._text = ""


def faults(text: str) -> Iterator[str]:
    """What is wrong in a text of ours; what is quoted in it is a name."""
    text = re.sub(r"«\u00a0[^«»]*\u00a0»", "«\u00a0□\u00a0»", text)
    for fault, rule in RULES.items():
        if found := rule.search(text):
            yield f"{fault} : …{text[max(0, found.start() - 30) : found.end() + 20]!r}"


@pytest.mark.parametrize("home", ["demonstration", "real_editions"])
def test_every_page_is_well_typeset(home: str, request: pytest.FixtureRequest) -> None:
    made: tuple[Path, Said] = request.getfixturevalue(home)
    site = made[0] / "out" / "site"
    wrong: dict[str, str] = {}
    for path in pages(site):
        if path.parent.name == "en":
            continue
        read = Texts()
        read.feed(path.read_text(encoding="utf-8"))
        for text in read.found:
            for fault in faults(text):
                wrong.setdefault(fault, str(path.relative_to(site)))
    assert not wrong, "\n".join(f"{path} : {fault}" for fault, path in list(wrong.items())[:40])


@pytest.mark.parametrize(
    "text",
    [
        "l'État",
        "Pourquoi ?",
        "Pourquoi?",
        "12 %",
        "12%",
        "1 234,5",
        "« mot »",
        "12 M€",
        "0\u00a0projets",
        "1\u00a0projets",
        "projet(s)",
        "14e édition",
        "Ainsi: rien",
    ],
)
def test_a_fault_is_seen(text: str) -> None:
    assert list(faults(text))


@pytest.mark.parametrize(
    "text",
    [
        "l’État",
        "Pourquoi\u202f?",
        "12\u202f%",
        "1\u202f234,5\u00a0M€",
        "«\u00a0mot\u00a0»\u00a0: □",
        "0\u00a0projet",
        "1\u00a0mois",
        "21\u00a0projets",
        "14^e édition",
        "100,0\u00a0projets",
    ],
)
def test_what_is_right_is_left(text: str) -> None:
    assert not list(faults(text))
