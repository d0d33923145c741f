"""The published thresholds of the rating of projects: a file, with the reason of each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from warehouse.model.csv_text import shipped_rows

OVERALL = "overall"


@dataclass(frozen=True)
class Threshold:
    """Above what an axis is amber, then red; with what is measured and why there."""

    axis: str
    label: str
    unit: str
    amber_above: float
    red_above: float
    reason: str


@cache
def thresholds() -> Mapping[str, Threshold]:
    """The published thresholds, by axis; `overall` is that of the points."""
    return {
        row["axis"]: Threshold(
            row["axis"], row["label"], row["unit"], float(row["amber_above"]), float(row["red_above"]), row["reason"]
        )
        for row in shipped_rows("warehouse.follow_up", "data/scorecard_thresholds.csv")
    }


def thresholds_said() -> Iterator[str]:
    """A French sentence for each threshold, with its reason."""
    for each in thresholds().values():
        amber, red = (f"{bound:g}".replace(".", ",") for bound in (each.amber_above, each.red_above))
        yield f"{each.label} : orange au-delà de {amber}, rouge au-delà de {red}. {each.reason}"
