"""What a person sees of an export: the plan, each write, the bytes of a large file, and what came of it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TaskProgressColumn, TextColumn
from rich.table import Table

from assets.export.client import CHUNKED_ABOVE_BYTES
from assets.export.edition import Prepared
from assets.export.execution import STEP_LABELS, Exported, FileProgress
from assets.export.folder import FolderStep
from assets.export.model import Step
from warehouse.model.french import counted, number

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
_FOLDER_LABELS = {"upload": "envoi", "replace": "remplacement", "unchanged": "inchangé"}


def size(size_bytes: int) -> str:
    """A size in French: « 12,3 ko »."""
    if size_bytes < 1000:
        return f"{size_bytes} o"
    value, units = size_bytes / 1000, ["ko", "Mo", "Go"]
    while value >= 1000 and len(units) > 1:
        value, units = value / 1000, units[1:]
    return f"{number(value, 1)} {units[0]}"


def print_plan(prepared: Prepared, console: Console) -> None:
    """Everything that would be done, and what would be left alone."""
    plan, wanted = prepared.plan, prepared.content.wanted
    table = _table(f"Plan de publication, {prepared.exporter.platform.base_url}")
    for step in plan.steps:
        name = step.key or "jeu de données"
        table.add_row(STEP_LABELS[step.action], name, size(step.size_bytes) if step.size_bytes else "", step.why)
    for each in plan.unchanged:
        table.add_row("inchangé", each.key, size(each.size_bytes), "", style="dim")
    for skipped in prepared.content.skipped:
        table.add_row("écarté", skipped.path.name, "", skipped.why, style="yellow")
    for kept in plan.kept:
        table.add_row("gardé", kept.key or kept.title, "", "n'est pas de cet export", style="dim")
    console.print(table)
    for conflict in plan.conflicts:
        console.print(f"modifié sur la plateforme : {conflict}", style="bold yellow", markup=False)
    sent = sum(step.size_bytes for step in plan.steps)
    seen = "le jeu de données restera privé" if wanted.private else "visible de tous à la fin"
    told = (
        f"{counted(len(plan.steps), 'écriture')}, {size(sent)} à envoyer ; {seen}." if plan.steps else "Rien à écrire."
    )
    console.print(told, markup=False)


def plan_as_dict(prepared: Prepared) -> dict[str, Any]:
    """The same for a machine."""
    plan = prepared.plan
    return {
        "base_url": prepared.exporter.platform.base_url,
        "dataset_id": prepared.observed.id if prepared.observed else None,
        "steps": [
            {"action": each.action, "resource": each.key or None, "size_bytes": each.size_bytes, "why": each.why}
            for each in plan.steps
        ],
        "unchanged": [each.key for each in plan.unchanged],
        "skipped": [{"file": each.path.name, "why": each.why} for each in prepared.content.skipped],
        "kept": [each.id for each in plan.kept],
        "conflicts": [
            {"resource": each.where or None, "field": each.field, "observed": each.observed, "wanted": each.wanted}
            for each in plan.conflicts
        ],
    }


def folder_plan_as_dict(steps: Sequence[FolderStep], shown: str) -> dict[str, Any]:
    """The plan of a folder for a machine."""
    return {
        "folder": shown,
        "steps": [
            {"action": each.action, "file": each.name, "size_bytes": each.size_bytes, "sha256": each.sha256}
            for each in steps
        ],
    }


def print_folder_plan(steps: Sequence[FolderStep], shown: str, console: Console) -> None:
    """Everything that would be written in a folder."""
    table = _table(f"Plan de publication, {shown}")
    for step in steps:
        style = "dim" if step.action == "unchanged" else None
        table.add_row(_FOLDER_LABELS[step.action], step.name, size(step.size_bytes), "", style=style)
    console.print(table)
    count = sum(step.action != "unchanged" for step in steps)
    console.print(f"{counted(count, 'écriture')}." if count else "Rien à écrire.", markup=False)


def print_exported(exported: Exported, console: Console) -> None:
    """What came of an export: the writes, where it is read, and the quality score of the platform."""
    console.print(f"{counted(len(exported.writes), 'écriture')} ; fichiers relus et identiques.", markup=False)
    state = " (privé)" if exported.dataset.private else ""
    console.print(f"jeu de données : {exported.dataset.page}{state}", markup=False)
    held = exported.dataset.quality
    met = [label for name, label in QUALITY_CRITERIA.items() if held.get(name)]
    missing = [label for name, label in QUALITY_CRITERIA.items() if not held.get(name)]
    told = f" ; manque : {', '.join(missing)}" if missing else ""
    console.print(f"qualité : {len(met)}/{len(QUALITY_CRITERIA)}{told}", markup=False)


def step_line(step: Step) -> str:
    """One write, as it is about to be made."""
    weight = f" ({size(step.size_bytes)})" if step.size_bytes else ""
    return f"{STEP_LABELS[step.action]} : {step.key or 'jeu de données'}{weight}"


@contextmanager
def export_progress(title: str, writes: int, console: Console) -> Iterator[tuple[Callable[[Step], None], FileProgress]]:
    """Yield what shows each write, and the bytes of large files: bars on a terminal, a line for each write elsewhere.

    Args:
        title: before each line.
        writes: how many are planned.
        console: where.
    """
    if not console.is_terminal:
        yield lambda step: console.print(f"{title} : {step_line(step)}", markup=False), lambda _step, _sent, _size: None
        return
    columns = (SpinnerColumn(), BarColumn(bar_width=20), TaskProgressColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True) as bars:
        whole = bars.add_task(title, total=writes)
        files: dict[str, TaskID] = {}

        def on_step(step: Step) -> None:
            bars.update(whole, advance=1, description=f"{title} : {step_line(step)}")

        def on_bytes(step: Step, sent: int, total: int) -> None:
            if total <= CHUNKED_ABOVE_BYTES:
                return
            if step.key not in files:
                files[step.key] = bars.add_task(step.key, total=total)
            bars.update(files[step.key], completed=sent, description=f"{step.key}, {size(sent)} sur {size(total)}")

        yield on_step, on_bytes


def _table(title: str) -> Table:
    table = Table(title=title, title_justify="left")
    for header in ("Action", "Fichier", "Taille", "Pourquoi"):
        table.add_column(header, justify="right" if header == "Taille" else "left")
    return table
