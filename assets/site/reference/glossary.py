"""The words of the panorama, each abbreviation with one meaning: `data/glossary.csv`."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from warehouse.model.csv_text import shipped_rows


@dataclass(frozen=True)
class Word:
    """A word or an abbreviation: its anchor in the page, and its meaning."""

    anchor: str
    word: str
    meaning: str


@cache
def glossary() -> Sequence[Word]:
    """Every word, in the order of the file, which is that of the alphabet."""
    rows = shipped_rows("assets.site.reference", "data/glossary.csv")
    return tuple(Word(f"mot-{row['anchor']}", row["word"], row["meaning"]) for row in rows)
