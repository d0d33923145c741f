"""What the command line prints: live steps on a terminal, plain lines elsewhere."""

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from pipelines.told.comparison import told
from warehouse.facts.reference import NOTHING_PUBLISHED, PublishedFigures
from warehouse.home.calendar import Edition
from warehouse.model.findings import Finding
from warehouse.model.french import billions, number, points
from warehouse.model.vocabulary import CHANGES

# An edition, its state, its summary when it was computed, and what was once published.
BackfillRow = tuple[Edition, str, dict[str, Any] | None, PublishedFigures | None]

PLAIN_WIDTH = 200
STAND_IN = (
    "Sans référence déclarée, les écarts sont comptés depuis les premiers chiffres publiés et connus de l'entrepôt : "
    "ils ne se comparent pas aux taux officiels entre parenthèses."
)


def output() -> Console:
    """Where results go: standard output, without wrapping when it is not a terminal."""
    return Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH, highlight=False, soft_wrap=True)


def messages() -> Console:
    """Where progress and errors go: standard error."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


@contextlib.contextmanager
def steps(title: str) -> Iterator[Callable[[str], None]]:
    """Yield a function to call with each step: a live line on a terminal, a line each elsewhere."""
    console = messages()
    if not console.is_terminal:
        yield lambda line: print(f"{title} : {line}", file=sys.stderr, flush=True)  # noqa: T201  # plain lines
        return
    with console.status(title) as status:

        def show(line: str) -> None:
            status.update(f"{title} : {line}")
            if line.startswith("contrôle"):
                console.print(f"{title} : {line}", markup=False)

        yield show


def print_findings(findings: Sequence[Finding], console: Console) -> None:
    """One line for each finding, errors first."""
    for finding in sorted(findings, key=lambda finding: ("error", "warning", "notice").index(finding.severity)):
        console.print(str(finding), markup=False)


def print_summary(summary: dict[str, Any], edition: Edition, console: Console) -> None:
    """The key figures of an edition, in French and rounded as published."""
    mention = " (données fictives)" if summary["fictitious"] else ""
    console.print(f"{edition.ordinal}e édition, {edition.month_label()}{mention}", style="bold", markup=False)
    console.print(
        f"  {summary['projects']} projets, dont {summary['interministerial']} interministériels, "
        f"{summary['withheld']} aux chiffres non publiés",
        markup=False,
    )
    console.print(
        f"  coût total {billions(summary['total_cost_meur'])}, durée moyenne "
        f"{number(summary['mean_duration_years'], 1)} ans",
        markup=False,
    )
    for rate, label in (
        ("budget_slippage", "écart budgétaire moyen"),
        ("schedule_slippage", "écart calendaire moyen"),
    ):
        console.print(f"  {_rate_line(label, summary[rate], summary['target_pct'])}", markup=False)
    if summary["entries"] is not None:
        console.print(f"  {summary['entries']} entrées, {summary['exits']} sorties", markup=False)
    else:
        console.print("  entrées et sorties inconnues : l'édition précédente n'est pas dans l'entrepôt", markup=False)
    for line in event_lines(summary):
        console.print(f"  {line}", markup=False)
    if summary["baseline_sources"].get("first_publication"):
        console.print(
            f"  écarts comptés depuis les premiers chiffres publiés pour "
            f"{summary['baseline_sources']['first_publication']} projets : ce n'est pas le taux officiel",
            markup=False,
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
        corrections = summary["corrections"]
        last = corrections[-1] if corrections else {}
        who = "".join(f", {part}" for part in (last.get("changed_by"), last.get("reason")) if part)
        lines.append(
            f"version {summary['version']}, connue le {summary['known_on']}{who} : {len(corrections)} correction(s)"
        )
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


def backfill_table(
    rows: Sequence[tuple[Edition, str, dict[str, Any] | None, PublishedFigures | None]],
) -> Table:
    """One row for each edition of a backfill: its state, what the rows give, and what was published."""
    stand_in = any(summary and "first_publication" in summary["baseline_sources"] for _, _, summary, _ in rows)
    table = Table(
        title="Éditions reprises (entre parenthèses : publié à l'époque)",
        title_justify="left",
        caption=STAND_IN if stand_in else None,
        caption_justify="left",
    )
    for header in (
        "N°",
        "Édition",
        "État",
        "Projets",
        "Interministériels",
        "Coût total (Md€)",
        "Durée moyenne (ans)",
    ):
        table.add_column(header, justify="left" if header in ("Édition", "État") else "right", no_wrap=True)
    table.add_column("Écart budgétaire (%)", justify="right", no_wrap=True)
    table.add_column("Écart calendaire (%)", justify="right", no_wrap=True)
    for edition, state, summary, published in rows:
        if summary is None:
            table.add_row(str(edition.ordinal), edition.key, state, *["–"] * 6)
            continue
        once = published or NOTHING_PUBLISHED
        table.add_row(
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
    return table


def _beside(now: float | None, once: float | None, decimals: int) -> str:
    shown = number(now, decimals)
    return shown if once is None else f"{shown} ({number(once, decimals)})"


def _billions(meur: float | None) -> float | None:
    return None if meur is None else meur / 1000
