"""What is said of the two mean slippages: the value, what it rests on, and what moved it, never one without the other.

Everything here is read off the row of key figures of the edition, as it is published.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from assets.page.tables import HEADLINE, PublicationTables, Rate
from warehouse.home.calendar import Edition
from warehouse.model import french
from warehouse.model.french import NBSP, UNKNOWN
from warehouse.model.vocabulary import CONFIDENCES, METHODS
from warehouse.slippage.headlines import counts_from_declared

RATE_TITLES: dict[Rate, str] = {"budget": "Écart budgétaire moyen", "schedule": "Écart calendaire moyen"}
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


@dataclass(frozen=True)
class Cell:
    """A change in points and which way it goes: down, up or flat; empty where neither way is better."""

    text: str
    trend: str


@dataclass(frozen=True)
class Changes:
    """How a mean moved since other editions: a header for each, then the change and each of its parts, of one size."""

    caption: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class RateCard:
    """One mean slippage: value, what it rests on, place against the target, what moved it, what was published then."""

    rate: Rate
    title: str
    value: str
    is_official: bool
    basis: str
    target: str
    verdict: str  # met, missed or unknown
    changes: Changes | None
    cohort: str
    drift: str
    official: str
    missing_previous: str


def rate_card(tables: PublicationTables, rate: Rate) -> RateCard:
    """The card of one mean slippage; where the edition has none, the official one stands there, and is said to."""
    row = tables.figures()
    mean = _known(row[f"{rate}_mean_ratio"])
    once = _known(row[f"official_{rate}_mean_ratio"])
    is_given = mean is not None
    verdict, target = ("unknown", "") if mean is None else _against_target(row, mean)
    return RateCard(
        rate=rate,
        title=RATE_TITLES[rate],
        value=french.percent(mean if is_given else once),
        is_official=not is_given and once is not None,
        basis=_basis(row, rate),
        target=target,
        verdict=verdict,
        changes=_changes(tables, row, rate) if is_given else None,
        cohort=_cohort(row, rate) if is_given else "",
        drift=_drift(row, rate) if is_given else "",
        official=_official(row, once, stands_in=not is_given),
        missing_previous=missing_previous(tables) if is_given else "",
    )


def _known(value: object) -> float | None:
    return None if value is None or pd.isna(value) else float(value)  # type: ignore[call-overload, arg-type]


def _basis(row: pd.Series, rate: Rate) -> str:
    """What the mean rests on: « moyenne de 46 projets sur 50 », or why there is none."""
    projects, n = int(row["projects"]), int(row[f"{rate}_n"])
    comparable, referenced = int(row[f"{rate}_n_comparable"]), int(row[f"{rate}_n_referenced"])
    match row[f"{rate}_status"]:
        case "given":
            method = METHODS.label(HEADLINE).lower()
            said = f"moyenne de {french.counted(n, 'projet')} sur {french.number(projects)} · méthode{NBSP}: {method}"
        case "too_few_references":
            have = f"{french.number(referenced)} des {french.counted(comparable, 'projet')} hors cadrage"
            said = (
                f"pas de taux calculé à cette édition{NBSP}: {have} {french.plural(referenced, 'a', 'ont')} une "
                "référence antérieure, il en faut les trois quarts"
            )
        case _:
            said = f"aucun écart connu sur {french.counted(projects, 'projet')}"
    return said


def counts_from_initial(row: pd.Series) -> bool:
    """Whether the rates are counted from the initial forecasts, but for a few projects that declare none."""
    counts = (int(row[f"{rate}_n_referenced"]) for rate in RATE_TITLES)
    return all(counts_from_declared(int(row["stand_ins"]), referenced) for referenced in counts)


def target_said(row: pd.Series) -> str:
    """The target in force with its date: « 15 % à fin 2022 »; empty when none is adopted yet."""
    if pd.isna(row["target_ratio"]):
        return ""
    return f"{french.short_percent(float(row['target_ratio']))} {french.deadline(row['target_due_on'])}"


def _against_target(row: pd.Series, value: float) -> tuple[str, str]:
    target = target_said(row)
    if not target:
        return "unknown", "aucune cible adoptée à cette édition"
    distance = value - float(row["target_ratio"])
    printed = french.points(abs(distance), signed=False)
    if french.rounded(abs(distance) * 100, 1) == 0:
        printed = f"moins de 0,1{NBSP}point"
    met = distance <= 0
    side = "au-dessous" if met else "au-dessus"
    if not counts_from_initial(row):
        # The target was set for slippages counted from the initial forecasts: no verdict on other ones.
        return "unknown", f"à titre indicatif, à {printed} {side} de la cible de {target}"
    if met:
        return "met", f"cible de {target} atteinte, à {printed} {side}"
    return "missed", f"cible de {target} non atteinte, à {printed} {side}"


def _changes(tables: PublicationTables, row: pd.Series, rate: Rate) -> Changes | None:
    compared = {
        name: edition
        for name, edition in tables.compared_with().items()
        if not pd.isna(row[f"{rate}_{name}_change_pts"])
    }
    if not compared:
        return None
    told = [part for part in PARTS if part in ALWAYS_TOLD or any(_moved(row, rate, name, part) for name in compared)]
    lines = [("Écart moyen", tuple(_change(row[f"{rate}_{name}_change_pts"]) for name in compared))]
    lines += [
        (f"dont {PARTS[part].lower()}", tuple(_part(row[f"{rate}_{name}_{part}_pts"], part) for name in compared))
        for part in told
    ]
    headers = tuple(
        f"depuis {edition.month_label()}" + (" (édition précédente)" if name == "previous" else "")
        for name, edition in compared.items()
    )
    remarks = tuple(remark for name, edition in compared.items() for remark in _remarks(row, rate, name, edition))
    return Changes(f"{RATE_TITLES[rate]} : évolution, en points", headers, tuple(lines), remarks)


def _moved(row: pd.Series, rate: Rate, compared: str, part: str) -> bool:
    return french.rounded(float(row[f"{rate}_{compared}_{part}_pts"]), 1) != 0


def _change(points: float) -> Cell:
    return Cell(french.points(float(points) / 100), _trend(points))


def _part(points: float, part: str) -> Cell:
    """Those who come or leave make a mean neither better nor worse: only projects followed go a way."""
    return Cell(french.number(float(points), 1, signed=True), _trend(points) if part == "like_for_like" else "")


def _trend(points: float) -> str:
    moved = french.rounded(float(points), 1)
    return "flat" if moved == 0 else "down" if moved < 0 else "up"


def _remarks(row: pd.Series, rate: Rate, compared: str, edition: Edition) -> Iterator[str]:
    """What figures alone would let a reader miss: projects that go the other way, a start corrected since."""
    parts = {part: float(row[f"{rate}_{compared}_{part}_pts"]) for part in PARTS}
    change = float(row[f"{rate}_{compared}_change_pts"])
    if sentence := opposed(change, parts):
        yield f"Depuis {edition.month_label()}, {sentence}"
    published = _known(row[f"{rate}_{compared}_published_start_ratio"])
    if published is not None:
        start = french.percent(row[f"{rate}_{compared}_start_ratio"])
        yield (
            f"Le taux de {edition.month_label()} a été corrigé depuis sa publication, de {french.percent(published)} à "
            f"{start}{NBSP}: l’évolution part du taux corrigé."
        )


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


def _cohort(row: pd.Series, rate: Rate) -> str:
    value = _known(row[f"{rate}_cohort_ratio"])
    if value is None:
        return ""
    count = french.counted(int(row[f"{rate}_cohort_n"]), "projet")
    return f"{french.percent(value)} sur les {count} suivis un jour, sortis compris, à leur dernier écart connu"


def _drift(row: pd.Series, rate: Rate) -> str:
    n = int(row[f"{rate}_n"])
    if rate == "budget":
        return f"{french.number(row['drift_meur'], 1, signed=True)}{NBSP}M€ en tout sur {french.counted(n, 'projet')}"
    months = int(row["drift_months"])
    total = f"{french.number(months, signed=True)}{NBSP}mois"
    each = french.number(months / n, 1, signed=True)
    return f"{total} en tout sur {french.counted(n, 'projet')}, soit {each} mois par projet"


def _official(row: pd.Series, once: float | None, *, stands_in: bool) -> str:
    """The figure published at the time, with its source; empty when none is known."""
    if once is None:
        return f"chiffre officiel{NBSP}: {UNKNOWN}" if stands_in else ""
    said = f"{french.percent(once)} publié à l’époque"
    confidence = CONFIDENCES.label(row["official_confidence"])
    return f"{said} ({confidence}{NBSP}: {french.typeset(row['official_source'])})"


def missing_previous(tables: PublicationTables) -> str:
    """Why no change since the previous edition is stated; empty when one is."""
    if tables.previous() or tables.edition.ordinal == 1:
        return ""
    rank = french.ordinal(tables.edition.ordinal - 1)
    return f"édition précédente ({rank}) absente de l’entrepôt"
