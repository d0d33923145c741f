"""For each rule about what is published, a publication that breaks it."""

import shutil
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
from open_dataset import LATER, dataset_folder, edition_of, publish_two_editions
from row_cases import Case
from test_computable import computable_of, edition_14
from test_measures import CALENDAR, NO_MOVEMENTS, declared, project, projects, slippages

from checks.released.agreement import figure_findings, release_findings
from checks.released.reconciliation import dataset_findings, headline_findings, published_findings
from checks.released.secrets import withheld_findings
from checks.released.traces import machine_findings
from warehouse.archive.tables import CORE_PROJECTS, OUT_KEY_FIGURES, OUT_SLIPPAGE_GROUPS
from warehouse.facts.reference import published_figures
from warehouse.home.home import Home
from warehouse.home.store import ParquetStore
from warehouse.model.findings import Finding
from warehouse.model.schema import conform, table_schema
from warehouse.open_data.tables import OPEN_PROJECTS
from warehouse.slippage.by_group import slippage_by_group
from warehouse.slippage.measures import key_figures


def published(**changes: Any) -> Case:
    """The published CSV of an edition of two projects, one with a cost kept back, with `changes` by column."""

    def findings(_: Path) -> list[Finding]:
        core = projects(project(1), project(2, withheld=True, cost_withheld=True, updated_cost_meur=90.0))
        names = [column.published for column in OPEN_PROJECTS.columns]
        identifier, cost = (OPEN_PROJECTS.column(name).published for name in ("project_id", "updated_cost_meur"))
        rows = pd.DataFrame({identifier: ["PGP-0001", "PGP-0002"], cost: [12.0, None]}).reindex(columns=names)
        rows = rows.assign(**changes) if changes else rows.drop(columns=cost)
        return dataset_findings(rows, table_schema(OPEN_PROJECTS), core)

    return findings


def wrong_headline(_: Path) -> list[Finding]:
    slipped = slippages(projects(declared(1), declared(2, updated_cost_meur=15.0)))
    groups = conform(slippage_by_group(slipped, CALENDAR), OUT_SLIPPAGE_GROUPS)
    return headline_findings(groups.assign(n=groups["n"] + 1), slipped)


def other_total(_: Path) -> list[Finding]:
    frame = projects(project(1, "2021-07"), project(2, "2021-07", updated_cost_meur=None))
    line = key_figures(frame, NO_MOVEMENTS, CALENDAR).iloc[0].to_dict()
    figures_now = {str(name): value for name, value in line.items()} | {"entries": None, "exits": None}
    return published_findings(figures_now, published_figures()["2021-07"], frame)


def total_that_gives_a_cost_away(_: Path) -> list[Finding]:
    return computable_of(edition_14(), total_cost_meur=2620.0, costed_projects=50)


@cache
def _two_editions() -> tuple[Home, TemporaryDirectory[str]]:
    """A home that published two editions, kept for the session: making one takes seconds."""
    folder = TemporaryDirectory(prefix="panorama-rules-")
    said = publish_two_editions(Path(folder.name))
    assert said.status == 0, said.errors
    return Home(Path(folder.name)), folder


def released(tamper: Callable[[Path], object]) -> Case:
    """The dataset of an edition, after someone changed a file of it."""

    def findings(folder: Path) -> list[Finding]:
        home, _kept = _two_editions()
        copy = folder / "open_data"
        shutil.copytree(dataset_folder(home), copy)
        tamper(copy)
        return release_findings(copy, edition_of(home))[1]

    return findings


def replacing(file: str, old: str, new: str) -> Callable[[Path], object]:
    """Change a text in a file of a dataset."""

    def tamper(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new), encoding="utf-8")

    return tamper


def other_figures(_: Path) -> list[Finding]:
    home, _kept = _two_editions()
    edition = edition_of(home)
    dataset, _findings = release_findings(dataset_folder(home), edition)
    assert dataset is not None
    figures_now = ParquetStore(home.warehouse).read(OUT_KEY_FIGURES, edition.key).iloc[0].to_dict()
    return list(
        figure_findings(dataset, {str(name): value for name, value in figures_now.items()} | {"projects": 99}, edition)
    )


def since_withheld(*, is_run_again: bool) -> Case:
    """A dataset whose costs the register withholds since; tables were computed again, or not."""

    def findings(_: Path) -> list[Finding]:
        home, _kept = _two_editions()
        edition = edition_of(home)
        dataset, _findings = release_findings(dataset_folder(home), edition)
        assert dataset is not None
        history = ParquetStore(home.warehouse).history(CORE_PROJECTS, edition.key)
        today = history.assign(cost_withheld=True)
        return withheld_findings(dataset.table, today if is_run_again else history, today, edition)

    return findings


def machine_named(folder: Path) -> list[Finding]:
    path = folder / "LISEZMOI.md"
    path.write_text("Fait à partir de /home/martin/panorama.xlsx.", encoding="utf-8")
    return list(machine_findings(path))


COST = OPEN_PROJECTS.column("updated_cost_meur").published
IDENTIFIER = OPEN_PROJECTS.column("project_id").published

PUBLICATION: Mapping[str, Case] = {
    "headline_equals_rows": wrong_headline,
    "figures_equal_published_ones": other_total,
    "columns_equal_schema": published(),
    "rows_equal_projects": published(**{IDENTIFIER: "PGP-0009"}),
    "total_equals_rows": published(**{COST: [13.0, None]}),
    "nothing_withheld_is_published": published(**{COST: [12.0, 90.0]}),
    "nothing_withheld_is_computable": total_that_gives_a_cost_away,
    "dataset_is_complete": released(lambda folder: (folder / "brouillon.txt").write_text("à relire", encoding="utf-8")),
    "files_follow_their_schema": released(replacing(f"panorama-{LATER}.csv", IDENTIFIER, "id")),
    "formats_agree": released(lambda folder: (folder / f"panorama-{LATER}.parquet").write_bytes(b"")),
    "files_agree_with_figures": other_figures,
    "no_file_holds_a_withheld_figure": since_withheld(is_run_again=True),
    "past_editions_follow_the_register": since_withheld(is_run_again=False),
    "no_cell_is_a_formula": released(replacing(f"panorama-{LATER}.csv", "EPSILON", "=EPSILON")),
    "no_file_names_a_machine": machine_named,
    "checksums_are_right": released(lambda folder: (folder / "SHA256SUMS").write_bytes(b"")),
}
