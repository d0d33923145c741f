"""Whether the files of the dataset may be released: right, the same in every format, and saying nothing more."""

import json
from collections.abc import Iterator

import dagster as dg
import pandas as pd

from assets.dataset.rows import as_withheld_today
from assets.open_data import FOLDER
from assets.session import Session
from checks.recording import edition_checks, told
from checks.released.agreement import figure_findings, release_findings
from checks.released.reconciliation import dataset_findings
from checks.released.secrets import withheld_findings
from checks.rules.acceptance import graded
from warehouse.archive.tables import CORE_PROJECTS, OUT_KEY_FIGURES
from warehouse.home.calendar import Edition
from warehouse.model.findings import Finding
from warehouse.open_data.files import published_files

OF_DATASET = {
    "open_dataset_equals_tables": "Le CSV publié, relu, a les lignes et le total des tables, et rien de non publié.",
    "dataset_is_releasable": "Chaque fichier suit son schéma, concorde avec les autres et ne dit rien de trop.",
}


@edition_checks("release", "open_dataset", OF_DATASET)
def release(
    context: dg.AssetCheckExecutionContext, session: dg.ResourceParam[Session]
) -> Iterator[dg.AssetCheckResult]:
    """Read every file back from the disk, of each edition whose files were made."""
    results = {}
    for edition in session.to_publish():
        changes = session.state.rule_changes_at(edition.key)
        rows = read_rows(session, edition)
        projects = session.store.read(CORE_PROJECTS, edition.key)
        results[edition.key] = {
            "open_dataset_equals_tables": graded(dataset_findings(*rows, projects), len(rows[0]), changes),
            "dataset_is_releasable": graded(
                _released_findings(session, edition), len(list(published_files(edition))), changes
            ),
        }
    yield from told(session, results, "open_dataset", OF_DATASET, of_all=True)


def read_rows(session: Session, edition: Edition) -> tuple[pd.DataFrame, dict[str, list[dict[str, str]]]]:
    """The rows of the published CSV of projects, and its schema, as they are on the disk."""
    stem = session.home.out(edition, FOLDER) / f"panorama-{edition.key}"
    rows = pd.read_csv(stem.with_name(f"{stem.name}.csv"), dtype_backend="numpy_nullable")
    return rows, json.loads(stem.with_name(f"{stem.name}.schema.json").read_text(encoding="utf-8"))


def _released_findings(session: Session, edition: Edition) -> list[Finding]:
    released, findings = release_findings(session.home.out(edition, FOLDER), edition, session.home.root)
    if released is None:
        return findings
    line = session.store.read(OUT_KEY_FIGURES, edition.key).iloc[0].to_dict()
    history = session.store.history(CORE_PROJECTS, edition.key)
    today = as_withheld_today(history, session.state.registers["withheld"])
    return [
        *findings,
        *figure_findings(released, {str(name): value for name, value in line.items()}, edition),
        *withheld_findings(released.table, history, today, edition),
    ]
