"""The key figures of editions as a person reads them in a terminal, rounded as published."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from pipelines.told.comparison import told
from pipelines.told.console import table
from pipelines.told.means import RATE_NAMES, change_lines
from warehouse.facts.reference import NOTHING_PUBLISHED, PublishedFigures
from warehouse.home.calendar import Edition
from warehouse.model.french import billions, counted, deadline, number, plural, short_day
from warehouse.model.vocabulary import CHANGES, CONFIDENCES
from warehouse.slippage.headlines import counts_from_declared

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
    "Sans référence déclarée, les écarts sont comptés depuis les premiers chiffres publiés et connus de l'entrepôt, à "
    "partir de l'édition suivante : ils ne se comparent pas aux taux officiels entre parenthèses. Aucun taux quand "
    "moins des trois quarts des projets hors cadrage ont une référence antérieure."
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
        f"{number(summary['mean_duration_years'], 1)} {plural(summary['mean_duration_years'] or 0, 'an')}"
    )
    for standing in filter(None, (summary["provisional"], *summary["absences"])):
        console.print(f"  {standing}", style="bold yellow")
    for rate, label in RATE_NAMES.items():
        for line in rate_lines(summary, rate, label):
            console.print(f"  {line}")
    if summary["entries"] is not None:
        entries, exits = summary["entries"], summary["exits"]
        console.print(f"  {entries} {plural(entries, 'entrée')}, {exits} {plural(exits, 'sortie')}")
    else:
        console.print("  entrées et sorties inconnues : l'édition précédente n'est pas dans l'entrepôt")
    for line in event_lines(summary):
        console.print(f"  {line}")
    if stand_ins := _stand_ins(summary):
        than = " sans référence déclarée" if _counts_from_initial(summary) else " : ce n'est pas le taux officiel"
        console.print(
            f"  écarts comptés depuis les premiers chiffres publiés, à une édition antérieure, pour "
            f"{counted(stand_ins, 'projet')}{than}"
        )


def _stand_ins(summary: dict[str, Any]) -> int:
    return int(summary["baseline_sources"].get("first_publication", 0))


def _counts_from_initial(summary: dict[str, Any]) -> bool:
    """Whether the rates are counted from the initial forecasts, but for a few projects that declare none."""
    counts = (summary[f"{rate}_slippage"]["n_referenced"] for rate in RATE_NAMES)
    return all(counts_from_declared(_stand_ins(summary), referenced) for referenced in counts)


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
        count = counted(len(summary["corrections"]), "correction")
        lines.append(f"version {summary['version']}, connue le {short_day(summary['known_on'])}{who} : {count}")
    return lines


def rate_lines(summary: dict[str, Any], rate: str, label: str) -> Iterator[str]:
    """A mean slippage, then what moved it since each other edition, what stands beside it, what was published then."""
    told = summary[f"{rate}_slippage"]
    mean = told["mean_of_ratios_pct"]
    if mean is None:
        yield f"{label} : {_why_none(told)}"
    else:
        yield f"{label} {number(mean, 1)} %, sur {told['n']} projets{_against(summary)}"
        for key, change in told["changes"].items():
            if change is not None:
                yield from (f"  {line}" for line in change_lines(key, change))
        if told["cohort_pct"] is not None:
            cohort = number(told["cohort_pct"], 1)
            yield f"  {cohort} % sur les {told['cohort_n']} projets suivis un jour, sortis compris"
    for line in summary["official"]:
        if (once := line[f"{rate}_slippage_pct"]) is not None:
            confidence = CONFIDENCES.label(line["confidence"])
            yield f"  publié à l'époque : {number(once, 1)} % ({confidence} : {line['source']})"


def _why_none(told: dict[str, Any]) -> str:
    match told["status"]:
        case "too_few_references":
            return (
                f"pas de taux, {told['n_referenced']} projets sur {told['n_comparable']} hors cadrage ont une "
                "référence antérieure et il en faut les trois quarts"
            )
        case _:
            return "inconnu"


def _against(summary: dict[str, Any]) -> str:
    if summary["target_pct"] is None:
        return ""
    return f" ; cible de {number(summary['target_pct'])} % {deadline(dt.date.fromisoformat(summary['target_due_on']))}"


def backfill_table(rows: Sequence[BackfillRow]) -> Table:
    """One row for each edition of a backfill: its state, what the rows give, and what was published."""
    stand_in = any(summary and not _counts_from_initial(summary) for _, _, summary, _ in rows)
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
