"""The key figures of editions as a person reads them in a terminal, rounded as published."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from pipelines.told.comparison import told
from pipelines.told.console import table
from warehouse.facts.reference import NOTHING_PUBLISHED, PublishedFigures
from warehouse.home.calendar import Edition
from warehouse.model.french import billions, number, points
from warehouse.model.vocabulary import CHANGES

# An edition, its state, its summary when it was computed, and what was once published.
BackfillRow = tuple[Edition, str, dict[str, Any] | None, PublishedFigures | None]

BACKFILL_HEADERS = (
    "N°",
    "Édition",
    "État",
    "Projets",
    "Interministériels",
    "Coût total (Md€)",
    "Durée moyenne (ans)",
    "Écart budgétaire (%)",
    "Écart calendaire (%)",
)
STAND_IN = (
    "Sans référence déclarée, les écarts sont comptés depuis les premiers chiffres publiés et connus de l'entrepôt : "
    "ils ne se comparent pas aux taux officiels entre parenthèses."
)


def print_summary(summary: dict[str, Any], edition: Edition, console: Console) -> None:
    """The key figures of an edition, in French and rounded as published."""
    mention = " (données fictives)" if summary["fictitious"] else ""
    console.print(f"{edition.ordinal}e édition, {edition.month_label()}{mention}", style="bold")
    console.print(
        f"  {summary['projects']} projets, dont {summary['interministerial']} interministériels, "
        f"{summary['withheld']} aux chiffres non publiés"
    )
    console.print(
        f"  coût total {billions(summary['total_cost_meur'])}, durée moyenne "
        f"{number(summary['mean_duration_years'], 1)} ans"
    )
    for rate, label in (
        ("budget_slippage", "écart budgétaire moyen"),
        ("schedule_slippage", "écart calendaire moyen"),
    ):
        console.print(f"  {_rate_line(label, summary[rate], summary['target_pct'])}")
    if summary["entries"] is not None:
        console.print(f"  {summary['entries']} entrées, {summary['exits']} sorties")
    else:
        console.print("  entrées et sorties inconnues : l'édition précédente n'est pas dans l'entrepôt")
    for line in event_lines(summary):
        console.print(f"  {line}")
    if summary["baseline_sources"].get("first_publication"):
        console.print(
            f"  écarts comptés depuis les premiers chiffres publiés pour "
            f"{summary['baseline_sources']['first_publication']} projets : ce n'est pas le taux officiel"
        )


def event_lines(summary: dict[str, Any]) -> list[str]:
    """The changes that figures hide, by kind, then the version and what it corrected."""
    by_kind: dict[str, list[str]] = {}
    for event in summary["events"]:
        if event["change"] != "added":
            by_kind.setdefault(event["change"], []).append(
                f"{event['project_id']} {told(event | {'difference': None})}"
            )
    lines = [f"{CHANGES.label(kind).lower()} : {' ; '.join(names)}" for kind, names in by_kind.items()]
    if summary["version"] and summary["version"] > 1:
        who = "".join(f", {part}" for part in (summary["changed_by"], summary["reason"]) if part)
        count = len(summary["corrections"])
        lines.append(f"version {summary['version']}, connue le {summary['known_on']}{who} : {count} correction(s)")
    return lines


def _rate_line(label: str, rate: dict[str, Any], target_pct: float | None) -> str:
    mean = rate["mean_of_ratios_pct"]
    if mean is None:
        return f"{label} inconnu"
    changes = [
        f"{points(change / 100)} par rapport à {key}"
        for key, change in rate["changes_pts"].items()
        if change is not None
    ]
    compared = f" ({', '.join(changes)})" if changes else ""
    return f"{label} {number(mean, 1)} %{compared}, sur {rate['n']} projets ; cible {number(target_pct, 0)} %"


def backfill_table(rows: Sequence[BackfillRow]) -> Table:
    """One row for each edition of a backfill: its state, what the rows give, and what was published."""
    stand_in = any(summary and "first_publication" in summary["baseline_sources"] for _, _, summary, _ in rows)
    shown = table(
        BACKFILL_HEADERS,
        title="Éditions reprises (entre parenthèses : publié à l'époque)",
        caption=STAND_IN if stand_in else None,
        right=[header for header in BACKFILL_HEADERS if header not in ("Édition", "État")],
        wraps=False,
    )
    for edition, state, summary, published in rows:
        if summary is None:
            shown.add_row(str(edition.ordinal), edition.key, state, *["–"] * 6)
            continue
        once = published or NOTHING_PUBLISHED
        shown.add_row(
            str(edition.ordinal),
            edition.key,
            state,
            _beside(summary["projects"], once.projects, 0),
            _beside(summary["interministerial"], once.interministerial, 0),
            _beside(_billions(summary["total_cost_meur"]), _billions(once.total_cost_meur), 2),
            _beside(summary["mean_duration_years"], once.mean_duration_years, 1),
            _beside(summary["budget_slippage"]["mean_of_ratios_pct"], once.budget_slippage_pct, 1),
            _beside(summary["schedule_slippage"]["mean_of_ratios_pct"], once.schedule_slippage_pct, 1),
        )
    return shown


def _beside(now: float | None, once: float | None, decimals: int) -> str:
    shown = number(now, decimals)
    return shown if once is None else f"{shown} ({number(once, decimals)})"


def _billions(meur: float | None) -> float | None:
    return None if meur is None else meur / 1000
