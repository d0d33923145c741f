"""How a mean slippage moved, in lines for a terminal: never the change without what it is made of."""

from collections.abc import Iterator, Mapping
from typing import Any

from assets.page.headline_wording import ALWAYS_TOLD, PARTS, RATE_TITLES, opposed
from warehouse.model.french import number, points, rounded

RATE_NAMES: Mapping[str, str] = {rate: title.lower() for rate, title in RATE_TITLES.items()}


def change_lines(since: str, change: Mapping[str, Any]) -> Iterator[str]:
    """A change and its parts, then in words where the projects followed go the other way.

    « −23,1 points depuis 2020-06 (36,6 %) : projets suivis +2,1, entrées −7,0, sorties −17,2 »

    Args:
        since: the edition it counts from, as it is told.
        change: from `pipelines.told.summary.headline_changes_of`.
    """
    start = f"{number(change['start_pct'], 1)} %"
    if change["published_start_pct"] is not None:
        start = f"{start} corrigé, {number(change['published_start_pct'], 1)} % d'abord publié"
    parts = {part: change[f"{part}_pts"] for part in PARTS}
    told = [part for part in PARTS if part in ALWAYS_TOLD or rounded(parts[part], 1) != 0]
    split = ", ".join(f"{PARTS[part].lower()} {number(parts[part], 1, signed=True)}" for part in told)
    yield f"{points(change['change_pts'] / 100)} depuis {since} ({start}) : {split}"
    if sentence := opposed(change["change_pts"], parts):
        yield f"depuis {since}, {sentence}"
