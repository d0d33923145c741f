"""Each check has a case in which it fails, and says what and where."""

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from submissions import row, rows_of, table_of, write_csv, write_xlsx
from test_measures import declared, project, projects, slippages

from assets.open_data import csv_text, open_projects
from assets.projects import type_projects
from assets.workbooks import read_inbox
from checks.conformance import ERRORS, WARNINGS, conformance_findings
from checks.continuity import rewritten_baselines, vanished
from checks.expectations import declared_rules, unexpected_rows
from checks.reconciliation import dataset_findings, headline_findings, published_findings
from warehouse.findings import Finding
from warehouse.measures import key_figures, movements, slippage_by_group
from warehouse.reference import published_figures
from warehouse.schema import conform, table_schema
from warehouse.tables import CORE_PROJECTS, OPEN_PROJECTS, OUT_MOVEMENTS, OUT_SLIPPAGE_GROUPS

EDITION = "2021-11"


def cells_of(folder: Path, *rows: dict[str, object]) -> pd.DataFrame:
    write_xlsx(folder / "culture.xlsx", table_of(rows))
    cells, findings = read_inbox(folder, EDITION)
    assert not findings
    return cells


def errors(folder: Path, *rows: dict[str, object]) -> list[Finding]:
    cells = cells_of(folder, *rows)
    return type_projects(cells)[1] + conformance_findings(cells, ERRORS)


def test_right_rows_raise_nothing(tmp_path: Path) -> None:
    cells = cells_of(tmp_path, *rows_of(30))
    assert type_projects(cells)[1] == []
    assert conformance_findings(cells, ERRORS + WARNINGS) == []


@pytest.mark.parametrize(
    ("changes", "rule", "column", "value"),
    [
        ({"updated_cost_meur": -3}, "updated_cost_meur_is_in_range", "Coût complet actualisé (M€ TTC)", "-3"),
        ({"initial_cost_meur": "12 k€"}, "value_is_readable", "Coût complet initial (M€ TTC)", "12 k€"),
        ({"updated_end_date": dt.date(2018, 1, 1)}, "updated_end_date_is_after_start", "Fin actualisée", "2018-01-01"),
        ({"initial_end_date": dt.date(2018, 1, 1)}, "initial_end_date_is_after_start", "Fin initiale", "2018-01-01"),
        ({"ministry": "Ministère de la Magie"}, "ministry_is_known", "Ministère porteur", "Ministère de la Magie"),
        ({"phase": "En panne"}, "value_is_readable", "Phase", "En panne"),
        ({"start_date": "31/02/2019"}, "value_is_readable", "Début", "31/02/2019"),
        ({"interministerial": "peut-être"}, "value_is_readable", "Projet interministériel", "peut-être"),
        ({"project_id": "42"}, "project_id_is_well_formed", "Identifiant du projet", "42"),
        ({"name": None}, "name_is_given", "Nom du projet", None),
        ({"interministerial": None}, "interministerial_is_given", "Projet interministériel", None),
        ({"ministry": None}, "ministry_id_is_given", "Ministère porteur", None),
        ({"opinion": "Bof"}, "value_is_readable", "Avis de la DINUM", "Bof"),
        ({"updated_cost_meur": "un appel d'offres est en cours"}, "value_is_readable", None, None),
    ],
)
def test_a_wrong_value_is_named_with_its_place_and_what_was_expected(
    tmp_path: Path, changes: dict[str, object], rule: str, column: str | None, value: str | None
) -> None:
    found = errors(tmp_path, *rows_of(2), row(name="PROJET FAUTIF") | changes)
    finding = next(finding for finding in found if finding.rule == rule)
    assert (finding.file, finding.sheet, finding.row) == ("culture.xlsx", "Projets", 4)
    assert finding.expected
    if column:
        assert (finding.column, finding.value) == (column, value)
        assert finding.cell
        assert finding.cell.endswith("4")
    for part in ("culture.xlsx", "feuille « Projets »", "ligne 4", "Attendu"):
        assert part in str(finding)


def test_an_unknown_ministry_is_told_the_nearest_ones(tmp_path: Path) -> None:
    (finding,) = (f for f in errors(tmp_path, row(ministry="Ministère de la Kulture")) if f.rule == "ministry_is_known")
    assert "« Ministère de la Culture »" in str(finding.expected)


def test_the_same_project_twice_is_refused_at_both_lines(tmp_path: Path) -> None:
    found = errors(tmp_path, row(name="Alpha"), row(name="Bêta"), row(name="ALPHA "))
    assert [(finding.rule, finding.row) for finding in found] == [
        ("project_is_declared_once", 2),
        ("project_is_declared_once", 4),
    ]


def test_the_same_id_twice_is_refused(tmp_path: Path) -> None:
    found = errors(tmp_path, *(row(name=name, project_id="PGP-0001") for name in ("Alpha", "Bêta")))
    assert {finding.rule for finding in found} == {"project_id_is_declared_once"}


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"updated_cost_meur": None}, "cost_is_given"),
        ({"updated_end_date": None}, "duration_is_given"),
        ({"opinion": None}, "opinion_is_given_from_9_meur"),
        ({"opinion": "Non saisi"}, "opinion_is_given_from_9_meur"),
        ({"withheld": "Oui"}, "withheld_has_a_reason"),
        ({"phase": None}, "phase_is_given"),
    ],
)
def test_what_is_due_and_absent_is_a_warning(tmp_path: Path, changes: dict[str, object], rule: str) -> None:
    (finding,) = conformance_findings(cells_of(tmp_path, row() | changes), WARNINGS)
    assert (finding.rule, finding.severity, finding.row) == (rule, "warning", 2)


def test_a_project_in_scoping_owes_no_figure(tmp_path: Path) -> None:
    scoping = row(phase="Cadrage", updated_cost_meur=None, initial_cost_meur=None, updated_end_date=None, opinion=None)
    assert conformance_findings(cells_of(tmp_path, scoping), ERRORS + WARNINGS) == []


def test_a_band_that_is_not_that_of_the_cost_is_a_warning(tmp_path: Path) -> None:
    header = "Projet,Ministère porteur,Projet interministériel,Début,Durée du projet en années,Phase,Coût estimé,"
    write_csv(
        tmp_path / "a.csv",
        [
            [*header.split(",")[:-1], "Coût estimé par tranche"],
            ["ALPHA", "MI", "Non", "2019-01-01", "3", "Déploiement", "12,5", "plus de 100 M€"],
        ],
    )
    (finding,) = conformance_findings(read_inbox(tmp_path, EDITION)[0], WARNINGS)
    assert (finding.rule, finding.cell, finding.value) == ("cost_band_matches_cost", "H2", "plus de 100 M€")


def test_every_rule_derived_from_the_declaration_can_fail() -> None:
    rules = declared_rules(CORE_PROJECTS)
    wrong: dict[str, Any] = {}
    for column in CORE_PROJECTS.columns:
        wrong[column.name] = "???" if column.kind == "string" else -1e9 if column.kind == "number" else None
        if column.kind == "integer":
            wrong[column.name] = -1
    broken = unexpected_rows(pd.DataFrame([wrong, dict.fromkeys(wrong)]), rules)
    assert {rule.name for rule in rules} - set(broken) == set()
    given = {rule.name for rule in rules if rule.name.endswith("_is_given")}
    assert all(1 in broken[name] for name in given)


def test_a_project_that_vanishes_is_listed() -> None:
    before, now = projects(project(1, "2021-07"), project(2, "2021-07")), projects(project(1))
    (finding,) = vanished(conform(movements(now, before), OUT_MOVEMENTS))
    assert "PGP-0002" in finding.message
    assert "2021-07" in finding.message


def test_a_rewritten_baseline_names_both_figures() -> None:
    before = projects(declared(1, "2021-07", initial_end_date="2021-01-01"), declared(2, "2021-07"))
    now = projects(declared(1, initial_cost_meur=15.0, initial_end_date="2022-01-01"), declared(2))
    found = {finding.column: finding for finding in rewritten_baselines(now, before)}
    assert set(found) == {"Coût complet initial", "Fin initiale"}
    assert found["Coût complet initial"].value == "15"
    assert str(found["Coût complet initial"].expected).startswith("10,")
    assert found["Fin initiale"].value == "2022-01-01"


def test_a_headline_that_is_not_the_mean_of_the_rows_is_refused() -> None:
    rows = slippages(projects(declared(1), declared(2, updated_cost_meur=15.0)))
    groups = conform(slippage_by_group(rows, 15.0), OUT_SLIPPAGE_GROUPS)
    assert headline_findings(groups, rows) == []
    wrong = groups.assign(value_ratio=groups["value_ratio"].mask(groups["rate"] == "budget", 0.1))
    (finding,) = headline_findings(wrong, rows)
    assert finding.severity == "error"
    assert len(headline_findings(groups.assign(n=groups["n"] + 1), rows)) == 2


def test_a_total_that_differs_from_the_published_one_is_explained() -> None:
    frame = projects(project(1, "2021-07"), project(2, "2021-07", name="RESTE", updated_cost_meur=None))
    figures = {"entries": None, "exits": None, **key_figures(frame)}
    (total,) = (
        finding
        for finding in published_findings(figures, published_figures()["2021-07"], frame)
        if "coût total" in finding.message
    )
    assert "0,01 Md€" in total.message
    assert "2,35 Md€" in total.message
    assert "RESTE" in total.message


def test_a_published_file_that_differs_from_the_tables_is_refused(tmp_path: Path) -> None:
    core = projects(declared(1), declared(2, withheld=True, cost_withheld=True, updated_cost_meur=90.0))
    rows = open_projects(core, slippages(core))
    path = tmp_path / "panorama.csv"
    path.write_text(csv_text(rows, OPEN_PROJECTS), encoding="utf-8")
    published, schema = pd.read_csv(path), table_schema(OPEN_PROJECTS)
    assert dataset_findings(published, schema, core) == []
    cost, identifier = "cout_actualise_meur", "identifiant_projet"
    cases = {
        "nothing_withheld_is_published": published.assign(**{cost: published[cost].fillna(90.0)}),
        "total_equals_rows": published.assign(**{cost: published[cost] + 1}),
        "rows_equal_projects": published.assign(**{identifier: "PGP-0009"}),
        "columns_equal_schema": published.drop(columns=cost),
    }
    for rule, wrong in cases.items():
        assert rule in {finding.rule for finding in dataset_findings(wrong, schema, core)}
