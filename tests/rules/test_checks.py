"""Each check has a case in which it fails, and says what and where."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from row_cases import checked, found_together, one, submitted
from rule_cases import DOUBT, NO_CELLS, NOBODY_WAITS, told
from submissions import row, rows_of, table_of, write_csv, write_xlsx
from test_baselines import NO_LEDGER, baseline, ledger_of
from test_history import exit_line, lines_of, moves, opinion_line
from test_measures import CALENDAR, declared, figures, project, projects, slippages

from assets.dataset.formats import csv_text, published_rows
from assets.dataset.rows import open_projects
from assets.reading.submitted import read_inbox
from assets.reading.typed_rows import type_projects
from checks.released.reconciliation import dataset_findings, headline_findings, published_findings
from checks.rules.conformance import answered_places
from checks.rules.continuity import contradicted_opinions, doubtful_links, moved_starts, vanished
from checks.rules.expectations import declared_expectations, unexpected_rows
from checks.rules.places import Places
from checks.rules.rows import nonconforming_rows, row_findings
from warehouse.archive.tables import CORE_PROJECTS, OUT_SLIPPAGE_GROUPS
from warehouse.facts.reference import published_figures
from warehouse.home.register_tables import DECISIONS, EXITS, LINKS, OPINIONS
from warehouse.home.registers import no_registers
from warehouse.model.findings import Finding
from warehouse.model.schema import conform, empty_frame, table_schema
from warehouse.open_data.tables import OPEN_PROJECTS
from warehouse.projects.identification import unsure_moves, waiting_for_review
from warehouse.projects.preparing import prepare
from warehouse.slippage.by_group import slippage_by_group

EDITION = "2021-11"
ERRORS, WARNINGS = "rows_conform_to_declaration", "rows_raise_no_warning"


def cells_of(folder: Path, *rows: dict[str, object]) -> pd.DataFrame:
    write_xlsx(folder / "culture.xlsx", table_of(rows))
    cells, findings = read_inbox(folder, EDITION)
    assert not findings
    return cells


def errors(folder: Path, *rows: dict[str, object]) -> list[Finding]:
    cells = cells_of(folder, *rows)
    return type_projects(cells)[1] + checked(cells)[ERRORS]


def test_right_rows_raise_nothing(tmp_path: Path) -> None:
    cells = cells_of(tmp_path, *rows_of(30))
    assert type_projects(cells)[1] == []
    assert [checked(cells)[check] for check in (ERRORS, WARNINGS)] == [[], []]


WRONG: list[tuple[dict[str, object], str, str | None, str | None]] = [
    ({"updated_cost_meur": -3}, "updated_cost_meur_is_in_range", "Coût complet actualisé (M€ TTC)", "-3"),
    ({"initial_cost_meur": "1.234,5"}, "number_is_readable", "Coût complet initial (M€ TTC)", "1.234,5"),
    ({"updated_end_date": dt.date(2018, 1, 1)}, "updated_end_date_is_after_start", "Fin actualisée", "01/01/2018"),
    ({"initial_end_date": dt.date(2018, 1, 1)}, "initial_end_date_is_after_start", "Fin initiale", "01/01/2018"),
    ({"ministry": "Ministère de la Magie"}, "ministry_is_known", "Ministère porteur", "Ministère de la Magie"),
    ({"phase": "En panne"}, "term_is_in_list", "Phase", "En panne"),
    ({"start_date": "31/02/2019"}, "date_is_readable", "Début", "31/02/2019"),
    ({"interministerial": "peut-être"}, "answer_is_yes_or_no", "Projet interministériel", "peut-être"),
    ({"project_id": "42"}, "project_id_is_well_formed", "Identifiant du projet", "42"),
    ({"name": None}, "name_is_given", "Nom du projet", None),
    ({"interministerial": None}, "interministerial_is_given", "Projet interministériel", None),
    ({"ministry": None}, "ministry_id_is_given", "Ministère porteur", None),
    ({"opinion": "Bof"}, "term_is_in_list", "Avis de la DINUM", "Bof"),
    ({"updated_cost_meur": "un appel d'offres est en cours"}, "number_is_readable", None, None),
]


def test_a_wrong_value_is_named_with_its_place_and_what_was_expected(tmp_path: Path) -> None:
    files = {
        rule + str(place): submitted(
            row(name=f"A {place}"), row(name=f"B {place}"), row(name=f"PROJET FAUTIF {place}") | changes
        )
        for place, (changes, rule, *_) in enumerate(WRONG)
    }
    told = found_together(tmp_path, files)
    for (name, checks), (_, rule, column, value) in zip(told.items(), WRONG, strict=True):
        finding = next(finding for check in ("read", ERRORS) for finding in checks[check] if finding.rule == rule)
        assert (finding.file, finding.sheet, finding.row) == (f"{name}.xlsx", "Projets", 4)
        assert finding.expected
        if column:
            assert (finding.column, finding.value) == (column, value)
            assert finding.cell
            assert finding.cell.endswith("4")
        for part in (f"{name}.xlsx", "feuille « Projets »", "ligne 4", "Attendu"):
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


DUE: list[tuple[dict[str, object], str]] = [
    ({"updated_cost_meur": None}, "cost_is_given"),
    ({"updated_end_date": None}, "duration_is_given"),
    ({"opinion": None}, "opinion_is_given_from_9_meur"),
    ({"opinion": "Non saisi"}, "opinion_is_given_from_9_meur"),
    ({"withheld": "Oui"}, "withheld_has_a_reason"),
    ({"phase": None}, "phase_is_given"),
]


def test_what_is_due_and_absent_is_a_warning(tmp_path: Path) -> None:
    files = {f"{rule} {place}": one(**changes) for place, (changes, rule) in enumerate(DUE)}
    for checks, (_, rule) in zip(found_together(tmp_path, files).values(), DUE, strict=True):
        (finding,) = checks[WARNINGS]
        assert (finding.rule, finding.severity, finding.row) == (rule, "warning", 2)


def test_an_opinion_that_the_register_has_is_not_asked_of_the_ministry(tmp_path: Path) -> None:
    cells = cells_of(
        tmp_path, row(name="A", project_id="PGP-0001", opinion=None), row(name="B", project_id="PGP-0002", opinion=None)
    )

    rows, _ = type_projects(cells)

    def due(*opinions: dict[str, Any]) -> list[int | None]:
        answered = answered_places(rows, lines_of(OPINIONS, *opinions))
        broken = nonconforming_rows({EDITION: rows})[EDITION]
        return [finding.row for finding in row_findings(rows, broken, Places(cells), answered)[WARNINGS]]

    assert due() == [2, 3]
    assert due(opinion_line("2021-02-15", "2021-03-01", "favourable")) == [3]
    assert due(opinion_line("2021-10-20")) == [2, 3]
    assert due(opinion_line("2021-12-15", "2022-01-01", "favourable")) == [2, 3]


def test_a_cost_kept_back_is_not_told_to_be_of_9_meur(tmp_path: Path) -> None:
    kept_back = row(withheld="Oui", withheld_reason="Appel d'offres en cours", opinion=None)
    assert checked(cells_of(tmp_path, kept_back))[WARNINGS] == []


def test_a_project_in_scoping_owes_no_figure(tmp_path: Path) -> None:
    scoping = row(phase="Cadrage", updated_cost_meur=None, initial_cost_meur=None, updated_end_date=None, opinion=None)
    assert [checked(cells_of(tmp_path, scoping))[check] for check in (ERRORS, WARNINGS)] == [[], []]


def test_a_band_that_is_not_that_of_the_cost_is_a_warning(tmp_path: Path) -> None:
    header = "Projet,Ministère porteur,Projet interministériel,Début,Durée du projet en années,Phase,Coût estimé,"
    write_csv(
        tmp_path / "a.csv",
        [
            [*header.split(",")[:-1], "Coût estimé par tranche"],
            ["ALPHA", "MI", "Non", "2019-01-01", "3", "Déploiement", "12,5", "plus de 100 M€"],
        ],
    )
    (finding,) = checked(read_inbox(tmp_path, EDITION)[0])[WARNINGS]
    assert (finding.rule, finding.cell, finding.value) == ("cost_band_matches_cost", "H2", "plus de 100 M€")


def test_every_rule_derived_from_the_declaration_can_fail() -> None:
    rules = declared_expectations(CORE_PROJECTS)
    wrong: dict[str, Any] = {}
    for column in CORE_PROJECTS.columns:
        wrong[column.name] = "???" if column.kind == "string" else -1e9 if column.kind == "number" else None
        if column.kind == "integer":
            wrong[column.name] = -1
    broken = unexpected_rows(pd.DataFrame([wrong, dict.fromkeys(wrong)]), rules)
    assert {one.rule for one in rules} - set(broken) == set()
    given = {one.rule for one in rules if one.rule.endswith("_is_given")}
    assert all(1 in broken[name] for name in given)


def test_rows_of_several_editions_are_judged_as_each_by_itself() -> None:
    wrong: tuple[dict[str, object], ...] = (
        {},
        {"updated_cost_meur": -1.0},
        {"name": None},
        {"phase": "???"},
        {"source_row": 0},
    )
    rows = pd.DataFrame(
        [project(rank, "2021-07") | values for rank, values in enumerate(wrong, start=1)],
        columns=CORE_PROJECTS.names(),
        dtype="object",
    )
    editions = {"2020-11": rows, "2021-07": rows.iloc[:0], "2021-11": rows.iloc[::-1].reset_index(drop=True)}
    found = nonconforming_rows(editions)
    assert found == {edition: nonconforming_rows({edition: of_one})[edition] for edition, of_one in editions.items()}
    assert found["2020-11"]["name_is_given"] == [2]
    assert (found["2021-07"], found["2021-11"]["name_is_given"]) == ({}, [2])
    assert found["2021-11"]["source_row_is_in_range"] == [0]


def test_a_project_that_vanishes_is_listed() -> None:
    rows = [project(1, "2021-07"), project(2, "2021-07"), project(1), project(3)]
    (finding,) = told(vanished, moves(*rows).reset_index(), NOBODY_WAITS)
    assert (finding.rule, finding.severity, finding.value) == (
        "every_exit_has_a_reason",
        "warning",
        "PGP-0002 Projet 2",
    )
    for part in ("PGP-0002 « Projet 2 »", "Ministère de la Culture", "2021-07"):
        assert part in finding.message
    assert "« Abandonné »" in str(finding.expected)
    assert "panorama projects exit PGP-0002" in str(finding.expected)


def test_a_project_that_left_and_is_perhaps_one_that_came_in_is_told_once() -> None:
    rows = [project(1, "2021-07"), project(2), project(3)]
    registers = no_registers() | {"links": lines_of(LINKS, DOUBT)}
    (finding,) = told(doubtful_links, projects(*rows), registers, NO_CELLS)
    assert "PGP-0001 « Projet 1 », qui ne figure pas à cette édition" in finding.message
    waiting = waiting_for_review(registers)
    assert told(vanished, moves(*rows).reset_index(), waiting) == []
    decided = registers | {
        "decisions": lines_of(DECISIONS, {"decision": "own", "project_id": "PGP-0002", "reason": "Autre"})
    }
    assert len(told(vanished, moves(*rows).reset_index(), waiting_for_review(decided))) == 1


def test_entries_and_exits_that_wait_for_a_decision_explain_those_once_published() -> None:
    registers = no_registers() | {"links": lines_of(LINKS, DOUBT)}
    unsure = unsure_moves(moves(project(1, "2021-07"), project(2)).reset_index(), registers)
    assert {name: counts.to_dict() for name, counts in unsure.items()} == {
        "entries": {"2021-11": 1},
        "exits": {"2021-11": 1},
    }
    nothing: dict[str, Any] = dict.fromkeys(("projects", "interministerial", "total_cost_meur", "mean_duration_years"))
    once = replace(published_figures()["2021-11"], entries=4, exits=3)
    assert published_findings(nothing | {"entries": 5, "exits": 4}, once, projects(project(1)), unsure) == []
    (exits,) = published_findings(nothing | {"entries": 5, "exits": 5}, once, projects(project(1)), unsure)
    assert "Dont 1 qui sont peut-être le même projet sous deux noms (ID-005)" in exits.message
    assert len(published_findings(nothing | {"entries": 5, "exits": 4}, once, projects(project(1)))) == 2


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            [{"phase": "build", "updated_cost_meur": None}, {"phase": "build"}],
            "1\N{NO-BREAK SPACE}projet hors cadrage sans coût",
        ),
        (
            [{"phase": "build"}, {"phase": "scoping", "updated_cost_meur": None}],
            "1\N{NO-BREAK SPACE}projet en cadrage sans coût",
        ),
        ([{"phase": "build"}], "Chaque ligne donne son coût : les lignes n'expliquent pas l'écart"),
    ],
)
def test_a_total_that_differs_rules_out_nothing_that_the_rows_do_not_show(lines: list[Any], said: str) -> None:
    rows = [project(rank, "2021-07", **line) for rank, line in enumerate(lines, start=1)]
    now = {str(name): value for name, value in figures(*rows).loc["2021-07"].items()}
    found = published_findings(now, published_figures()["2021-07"], projects(*rows))
    (message,) = (finding.message for finding in found if "coût total" in finding.message)
    assert said in message
    assert "ne vient pas de" not in message


def test_a_project_that_left_for_a_reason_is_not_listed() -> None:
    before = [project(1, "2021-07"), project(2, "2021-07"), project(3, "2021-07", phase="completed")]
    exits = lines_of(EXITS, exit_line(2, "2021-11", "abandoned"))
    assert told(vanished, moves(*before, project(1), exits=exits).reset_index(), NOBODY_WAITS) == []


def test_a_doubtful_likeness_is_for_a_person_to_decide() -> None:
    registers = no_registers() | {"links": lines_of(LINKS, DOUBT)}
    (finding,) = told(doubtful_links, projects(project(1), project(2)), registers, NO_CELLS)
    assert (finding.rule, finding.severity, finding.value) == ("identity_is_certain", "warning", "Projet 2")
    assert (finding.file, finding.sheet, finding.row) == ("a.csv", "a", 3)
    assert "peut-être PGP-0001 « Projet 1 » (même nom, début différent)" in finding.message
    assert "panorama projects confirm PGP-0002 --same-as PGP-0001" in str(finding.expected)


def test_a_link_that_is_certain_decided_or_of_another_edition_is_not_to_be_reviewed() -> None:
    frame = projects(project(1), project(2))
    assert told(doubtful_links, frame, no_registers(), NO_CELLS) == []
    assert (
        told(
            doubtful_links,
            frame,
            no_registers() | {"links": lines_of(LINKS, DOUBT | {"decision": "certain"})},
            NO_CELLS,
        )
        == []
    )
    assert (
        told(
            doubtful_links, frame, no_registers() | {"links": lines_of(LINKS, DOUBT | {"edition": "2021-07"})}, NO_CELLS
        )
        == []
    )
    own = {"decision": "own", "project_id": "PGP-0002", "reason": "Autre marché"}
    decided = no_registers() | {"links": lines_of(LINKS, DOUBT), "decisions": lines_of(DECISIONS, own)}
    assert told(doubtful_links, frame, decided, NO_CELLS) == []


def test_a_start_that_moves_in_open_data_is_a_warning() -> None:
    # SIRHEN: January 2007, then December 2008 (domain facts); an edition in between does not give the start.
    earlier = [project(1, "2017-02", start_date="2007-01-01"), project(1, "2017-06")]
    (finding,) = told(moved_starts, projects(project(1, start_date="2008-12-01"), *earlier), NO_LEDGER, NO_CELLS)
    assert (finding.rule, finding.severity) == ("start_date_does_not_move", "warning")
    assert (finding.column, finding.value) == ("Début", "01/12/2008")
    assert str(finding.expected).startswith("01/01/2007, ou une révision")
    assert (finding.file, finding.sheet, finding.row) == ("a.csv", "a", 2)
    assert "2017-02" in finding.message


def test_a_start_that_stays_is_unknown_or_is_in_the_ledger_is_no_warning() -> None:
    earlier = project(1, "2021-07", start_date="2019-01-01")
    for start in ("2019-01-01", "2019-01-07", None):
        assert told(moved_starts, projects(project(1, start_date=start), earlier), NO_LEDGER, NO_CELLS) == []
    moved = project(1, start_date="2020-06-01")
    assert told(moved_starts, projects(moved, earlier), ledger_of(baseline()), NO_CELLS) == []
    assert told(moved_starts, projects(moved), NO_LEDGER, NO_CELLS) == []
    assert len(told(moved_starts, projects(moved, earlier), NO_LEDGER, NO_CELLS)) == 1


def test_an_opinion_that_is_not_that_of_the_register_is_a_warning() -> None:
    opinions = lines_of(OPINIONS, opinion_line("2021-02-15", "2021-03-01", "unfavourable"))
    day = pd.Timestamp(2021, 11, 1)
    (finding,) = contradicted_opinions(projects(project(1, opinion="favourable"), project(2)), opinions, day, NO_CELLS)
    assert (finding.rule, finding.severity) == ("opinion_agrees_with_register", "warning")
    assert (finding.column, finding.value, finding.expected) == ("Avis de la DINUM", "Favorable", "Défavorable")
    assert (finding.file, finding.sheet, finding.row) == ("a.csv", "a", 2)


def test_an_opinion_that_is_the_same_left_out_awaited_or_unknown_is_no_warning() -> None:
    opinions = lines_of(OPINIONS, opinion_line("2021-02-15", "2021-03-01", "favourable"))
    frame = projects(project(1, opinion="favourable"), project(2, opinion="favourable"), project(3))
    assert contradicted_opinions(frame, opinions, pd.Timestamp(2021, 11, 1), NO_CELLS) == []
    unfavourable = projects(project(1, opinion="unfavourable"))
    assert contradicted_opinions(unfavourable, opinions, pd.Timestamp(2021, 2, 20), NO_CELLS) == []
    assert contradicted_opinions(projects(project(1)), opinions, pd.Timestamp(2021, 11, 1), NO_CELLS) == []


def test_a_submission_that_contradicts_the_ledger_is_refused_at_its_line(tmp_path: Path) -> None:
    registers = no_registers() | {"baselines": ledger_of(baseline(cost_meur=8.0))}
    right = row(name="Bêta", project_id="PGP-0002", start_date=dt.date(2018, 1, 1))
    cells = cells_of(tmp_path, right, row(name="Alpha", project_id="PGP-0001", initial_end_date=dt.date(2020, 1, 1)))
    prepared = prepare(type_projects(cells)[0], registers, empty_frame(CORE_PROJECTS))
    found = {finding.column: finding for finding in prepared.findings}
    assert set(found) == {"Coût complet initial", "Fin initiale"}
    assert (found["Coût complet initial"].value, str(found["Coût complet initial"].expected)[:2]) == ("10", "8,")
    for finding in prepared.findings:
        assert (finding.severity, finding.file, finding.sheet, finding.row) == ("error", "culture.xlsx", "Projets", 3)
    assert prepared.additions["baselines"]["project_id"].tolist() == ["PGP-0002"]


def test_a_submission_that_agrees_with_the_ledger_adds_nothing_to_it(tmp_path: Path) -> None:
    registers = no_registers() | {"baselines": ledger_of(baseline())}
    rows, _ = type_projects(cells_of(tmp_path, row(project_id="PGP-0001")))
    prepared = prepare(rows, registers, empty_frame(CORE_PROJECTS))
    assert (prepared.findings, len(prepared.additions["baselines"])) == ([], 0)


def test_a_headline_that_is_not_the_mean_of_the_rows_is_refused() -> None:
    rows = slippages(projects(declared(1), declared(2, updated_cost_meur=15.0)))
    groups = conform(slippage_by_group(rows, CALENDAR), OUT_SLIPPAGE_GROUPS)
    assert headline_findings(groups, rows) == []
    wrong = groups.assign(value_ratio=groups["value_ratio"].mask(groups["rate"] == "budget", 0.1))
    (finding,) = headline_findings(wrong, rows)
    assert finding.severity == "error"
    assert len(headline_findings(groups.assign(n=groups["n"] + 1), rows)) == 2


def test_a_total_that_differs_from_the_published_one_is_explained() -> None:
    rows = [project(1, "2021-07"), project(2, "2021-07", name="RESTE", updated_cost_meur=None)]
    now = {str(name): value for name, value in figures(*rows).loc["2021-07"].items()}
    (total,) = (
        finding
        for finding in published_findings(now, published_figures()["2021-07"], projects(*rows))
        if "coût total" in finding.message
    )
    assert "0,01 Md€" in total.message
    assert "2,35 Md€" in total.message
    assert "RESTE" in total.message


def test_a_published_file_that_differs_from_the_tables_is_refused(tmp_path: Path) -> None:
    core = projects(declared(1), declared(2, withheld=True, cost_withheld=True, updated_cost_meur=90.0))
    rows = open_projects(core, slippages(core))
    path = tmp_path / "panorama.csv"
    path.write_text(csv_text(published_rows(rows, OPEN_PROJECTS)), encoding="utf-8")
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
