"""What a person sees of an export: the plan and its summary, each write, the bytes of a large file, what came of it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TaskID, TaskProgressColumn, TextColumn
from rich.progress import Progress as RichProgress
from rich.table import Table

from assets.export.client import CHUNKED_ABOVE_BYTES
from assets.export.execution import SILENT, STEP_LABELS, Exported, Progress
from assets.export.files import CURRENT
from assets.export.folder import FolderPlan
from assets.export.platform import PlatformPlan
from warehouse.model.french import counted, number, plural

QUALITY_CRITERIA = {
    "license": "licence",
    "temporal_coverage": "période",
    "spatial": "territoire",
    "update_frequency": "fréquence",
    "update_fulfilled_in_time": "à jour",
    "dataset_description_quality": "description",
    "has_open_format": "format ouvert",
    "all_resources_available": "fichiers disponibles",
    "resources_documentation": "documentation",
}
# What is done, on which file, its size in bytes, why, and how it is shown.
Row = tuple[str, str, int | None, str, str | None]
_FOLDER_LABELS = {"upload": "envoi", "replace": "remplacement", "unchanged": "inchangé"}


def size(size_bytes: int) -> str:
    """A size in French: « 12,3 ko »."""
    if size_bytes < 1000:
        return f"{size_bytes} o"
    value, units = size_bytes / 1000, ["ko", "Mo", "Go"]
    while value >= 1000 and len(units) > 1:
        value, units = value / 1000, units[1:]
    return f"{number(value, 1)} {units[0]}"


@dataclass(frozen=True)
class Standing:
    """What a person must know of an edition before publishing it.

    Attributes:
        warnings: how many warnings are open, by the code of their rule.
        stale: the editions of the home that are out of date.
        absences: what is said of the ministries it was closed without.
    """

    warnings: Mapping[str, int]
    stale: Sequence[str]
    absences: Sequence[str]


def changes_of(planned: PlatformPlan | FolderPlan) -> dict[str, int]:
    """How many files are created, updated, deleted (none ever is), unchanged."""
    if isinstance(planned, FolderPlan):
        counts = Counter(step.action for step in planned.steps)
        created, updated, unchanged = counts["upload"], counts["replace"], counts["unchanged"]
    else:
        sent = {step.key for step in planned.plan.steps if step.action == "upload"}
        changed = {step.key for step in planned.plan.steps if step.action in ("replace", "describe")}
        created, updated, unchanged = len(sent), len(changed - sent), len(planned.plan.unchanged)
    return {"created": created, "updated": updated, "deleted": 0, "unchanged": unchanged}


def summary_lines(planned: PlatformPlan | FolderPlan, standing: Standing) -> Iterator[str]:
    """What a plan comes to: what changes, the open warnings, what is out of date, who is absent."""
    changes = changes_of(planned)
    labels = {"created": "créé", "updated": "mis à jour", "deleted": "supprimé", "unchanged": "inchangé"}
    plurals = {"updated": "mis à jour"}
    told = [counted(changes[name], label, plurals.get(name)) for name, label in labels.items()]
    yield f"fichiers : {', '.join(told)}"
    codes = ", ".join(f"{code} ({count})" for code, count in sorted(standing.warnings.items()))
    count = sum(standing.warnings.values())
    yield f"alertes ouvertes : {f'{number(count)}, {codes}' if count else 'aucune'}"
    yield f"éditions périmées : {', '.join(standing.stale) or 'aucune'}"
    yield f"absences reconnues : {' '.join(standing.absences) or 'aucune'}"


def print_plan(planned: PlatformPlan | FolderPlan, standing: Standing, console: Console) -> None:
    """What the plan comes to, then everything that would be done, and what would be left alone."""
    for line in summary_lines(planned, standing):
        console.print(line, markup=False)
    table = Table(title=f"Plan de publication, {planned.shown}", title_justify="left")
    for header in ("Action", "Fichier", "Taille", "Pourquoi"):
        table.add_column(header, justify="right" if header == "Taille" else "left")
    rows = _folder_rows(planned) if isinstance(planned, FolderPlan) else _platform_rows(planned)
    for action, name, size_bytes, why, style in rows:
        table.add_row(action, name, "" if size_bytes is None else size(size_bytes), why, style=style)
    console.print(table)
    told = counted(planned.count, "écriture")
    if isinstance(planned, PlatformPlan):
        for conflict in planned.plan.conflicts:
            console.print(f"modifié sur la plateforme : {conflict}", style="bold yellow", markup=False)
        sent = sum(step.size_bytes for step in planned.plan.steps)
        seen = "le jeu de données restera privé" if planned.content.wanted.private else "visible de tous à la fin"
        told += f", {size(sent)} à envoyer ; {seen}"
    console.print(f"{told}." if planned.count else "Rien à écrire.", markup=False)


def _platform_rows(planned: PlatformPlan) -> Iterator[Row]:
    for step in planned.plan.steps:
        yield STEP_LABELS[step.action], step.key or "jeu de données", step.size_bytes or None, step.why, None
    for each in planned.plan.unchanged:
        yield "inchangé", each.key, each.size_bytes, "", "dim"
    for skipped in planned.content.skipped:
        yield "écarté", skipped.path.name, None, skipped.why, "yellow"
    for kept in planned.plan.kept:
        line, _, name = (kept.key or "").partition("/")
        whose = "ajouté sur la plateforme, n'est pas à nous"
        if name:
            whose = "dernière édition" if line == CURRENT else f"édition {line}"
        yield "gardé", name or kept.title, kept.size_bytes, whose, "dim"


def _folder_rows(planned: FolderPlan) -> Iterator[Row]:
    for step in planned.steps:
        style = "dim" if step.action == "unchanged" else None
        yield _FOLDER_LABELS[step.action], step.name, step.size_bytes, "", style


def plan_as_dict(planned: PlatformPlan | FolderPlan, standing: Standing) -> dict[str, Any]:
    """The same for a machine."""
    summary = {
        **changes_of(planned),
        "warnings": dict(sorted(standing.warnings.items())),
        "stale": list(standing.stale),
        "absences": list(standing.absences),
    }
    if isinstance(planned, FolderPlan):
        steps = [
            {"action": each.action, "file": each.name, "size_bytes": each.size_bytes, "sha256": each.sha256}
            for each in planned.steps
        ]
        return {"folder": planned.shown, "summary": summary, "steps": steps}
    plan = planned.plan
    return {
        "base_url": planned.shown,
        "dataset_id": planned.observed.id if planned.observed else None,
        "summary": summary,
        "steps": [
            {"action": each.action, "resource": each.key or None, "size_bytes": each.size_bytes, "why": each.why}
            for each in plan.steps
        ],
        "unchanged": [each.key for each in plan.unchanged],
        "skipped": [{"file": each.path.name, "why": each.why} for each in planned.content.skipped],
        "kept": [{"id": each.id, "resource": each.key, "title": each.title} for each in plan.kept],
        "conflicts": [
            {"resource": each.where or None, "field": each.field, "observed": each.observed, "wanted": each.wanted}
            for each in plan.conflicts
        ],
    }


def print_done(done: Exported | int, shown: str, console: Console) -> None:
    """What came of an export: the writes, where it is read, and the quality score of a platform."""
    if isinstance(done, int):
        read_again = plural(done, "relu et identique", "relus et identiques")
        console.print(f"{shown} : {counted(done, 'fichier écrit', 'fichiers écrits')}, {read_again}.", markup=False)
        return
    console.print(f"{counted(len(done.writes), 'écriture')} ; fichiers relus et identiques.", markup=False)
    state = " (privé)" if done.dataset.private else ""
    console.print(f"jeu de données : {done.dataset.page}{state}", markup=False)
    held = done.dataset.quality
    missing = [label for name, label in QUALITY_CRITERIA.items() if not held.get(name)]
    told = f" ; manque : {', '.join(missing)}" if missing else ""
    console.print(f"qualité : {len(QUALITY_CRITERIA) - len(missing)}/{len(QUALITY_CRITERIA)}{told}", markup=False)


@contextmanager
def export_progress(title: str, writes: int, console: Console) -> Iterator[Progress]:
    """Yield what shows each write, and the bytes of large files: bars on a terminal, a line for each write elsewhere.

    Args:
        title: before each line.
        writes: how many are planned.
        console: where.
    """

    def line(what: str, name: str, size_bytes: int) -> str:
        return f"{title} : {what} : {name}" + (f" ({size(size_bytes)})" if size_bytes else "")

    if not console.is_terminal:
        yield Progress(lambda *write: console.print(line(*write), markup=False), SILENT.on_bytes)
        return
    columns = (SpinnerColumn(), BarColumn(bar_width=20), TaskProgressColumn(), TextColumn("{task.description}"))
    with RichProgress(*columns, console=console, transient=True) as bars:
        whole = bars.add_task(title, total=writes)
        files: dict[str, TaskID] = {}

        def on_bytes(name: str, sent: int, total: int) -> None:
            if total <= CHUNKED_ABOVE_BYTES:
                return
            if name not in files:
                files[name] = bars.add_task(name, total=total)
            bars.update(files[name], completed=sent, description=f"{name}, {size(sent)} sur {size(total)}")

        yield Progress(lambda *write: bars.update(whole, advance=1, description=line(*write)), on_bytes)
