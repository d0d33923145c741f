"""What is said of the two mean slippages: their names, the parts of a change, and when these go the other way."""

from collections.abc import Mapping

from warehouse.model import french
from warehouse.model.french import NBSP

RATE_TITLES = {"budget": "Écart budgétaire moyen", "schedule": "Écart calendaire moyen"}
# The parts of a change, as they are told under it; those that are nothing are left out, but for the first three.
PARTS = {
    "like_for_like": "Projets suivis",
    "entry": "Entrées",
    "exit": "Sorties",
    "became_comparable": "Devenus comparables",
    "ceased_comparable": "Plus comparables",
}
ALWAYS_TOLD = ("like_for_like", "entry", "exit")
# In a sentence, what a change of the mean comes from.
SOURCES = {
    "entry": "aux entrées",
    "exit": "aux sorties",
    "became_comparable": "aux projets devenus comparables",
    "ceased_comparable": "aux projets qui ne le sont plus",
}


def opposed(change_pts: float, parts_pts: Mapping[str, float]) -> str:
    """What to say when the mean and the projects followed do not go the same way; empty when they do.

    Args:
        change_pts: the change of the mean, in points.
        parts_pts: its parts, by their codes.
    """
    change, followed = (french.rounded(value, 1) for value in (change_pts, parts_pts["like_for_like"]))
    if change == 0 or change * followed > 0:
        return ""
    way, moved = ("baisse", "se sont aggravés") if change < 0 else ("augmente", "se sont améliorés")
    did = moved if followed != 0 else "n’ont pas bougé"
    same_way = {part: value for part, value in parts_pts.items() if part in SOURCES and value * change_pts > 0}
    shown = [part for part in same_way if french.rounded(same_way[part], 1) != 0]
    by_weight = sorted(shown, key=lambda part: (-abs(same_way[part]), part))
    noun = "la baisse" if change < 0 else "la hausse"
    why = french.listed([SOURCES[part] for part in by_weight])
    return f"l’écart moyen {way} alors que les projets suivis {did}{NBSP}: {noun} tient {why}."
