"""How a cell says that there is nothing in it: `NA`, `n.c.`, a dash; the markers are in `layouts/absences.csv`.

A symbol that is no marker, as a tick, says something: it is never an empty cell.
"""

import re
from functools import cache

from warehouse.model.csv_text import shipped_rows
from warehouse.model.terms import match_key

# What a marker is written with beside its letters; a dash or a slash alone is one.
_PUNCTUATION = r"\s.,;:/\\_'’()#\-‐‑‒–—―−…·"
_STROKES = re.compile(rf"[{_PUNCTUATION}]*")
_PLAIN = re.compile(rf"[^\W_{_PUNCTUATION}]+(?:[{_PUNCTUATION}]+[^\W_{_PUNCTUATION}]+)*")


@cache
def says_nothing(text: str, *, is_figure: bool = False) -> bool:
    """Whether a cell has nothing in it, or a marker of absence.

    Args:
        text: what the cell says.
        is_figure: whether it is in a column of numbers, dates or bands, where « à définir » says no more.
    """
    if _STROKES.fullmatch(text):
        return True
    bare = re.sub(rf"^[{_PUNCTUATION}]+|[{_PUNCTUATION}]+$", "", text)
    if not _PLAIN.fullmatch(bare):
        return False
    where = _markers().get(match_key(bare))
    return where == "all" or (is_figure and where is not None)


@cache
def _markers() -> dict[str, str]:
    rows = shipped_rows("assets.reading", "layouts/absences.csv")
    return {match_key(row["marker"]): row["columns"] for row in rows}
