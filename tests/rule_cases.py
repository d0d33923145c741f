"""For each rule of the catalogue, something that trips it: the least that a file, a register or a table must hold."""

import datetime as dt
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import openpyxl.worksheet.worksheet
import pandas as pd
from openpyxl.styles import Font
from publication_cases import PUBLICATION
from row_cases import EDITION, ROW_CASES, Case
from submissions import HEADERS, row, rows_of, table_of, write_csv, write_xlsx
from taking_in import taken_in
from test_attestation import SIGNED, form
from test_baselines import NO_LEDGER, baseline, ledger_of, promised
from test_history import exit_line, lines_of, moves, opinion_line
from test_measures import project, projects

from assets.collection.receiving import collection_findings
from assets.reading.attestation import SIGN_OFF_NIL
from assets.reading.submitted import read_inbox
from checks.rules.completeness import silent_ministries, thinned_ministries, undeclared_projects, unpromised_projects
from checks.rules.continuity import Told, contradicted_opinions, doubtful_links, vanished
from checks.rules.places import Places
from checks.rules.trajectory import broken_moves
from warehouse.home.home import Home
from warehouse.home.register_tables import DECISIONS, EXITS, LINKS, MISSIONS, OPINIONS, RULE_CHANGES, SUBMISSIONS
from warehouse.home.registers import no_registers
from warehouse.home.rule_changes import in_force, rule_changes, statements
from warehouse.home.state import read_state
from warehouse.model.findings import Finding
from warehouse.model.schema import empty_frame
from warehouse.projects.baselines import compare_with_ledger
from warehouse.projects.identification import waiting_for_review
from warehouse.projects.tables import RAW_SUBMISSIONS

NO_CELLS = Places(empty_frame(RAW_SUBMISSIONS))
NOBODY_WAITS = waiting_for_review(no_registers())

# Files


def inbox(write: Callable[[Path], object]) -> Case:
    """An inbox into which `write` puts what it wants."""

    def findings(folder: Path) -> list[Finding]:
        write(folder)
        return read_inbox(folder, EDITION)[1]

    return findings


def table(*headers_and_rows: list[object]) -> Callable[[Path], object]:
    return lambda folder: write_xlsx(folder / "culture.xlsx", list(headers_and_rows))


def without(cells: list[list[object]], header: str) -> list[list[object]]:
    """A table of cells, but for the column under a header."""
    left_out = cells[0].index(header)
    return [[cell for position, cell in enumerate(line) if position != left_out] for line in cells]


RIGHT_TABLE = table_of([row()])


def send_twice(folder: Path) -> None:
    write_xlsx(folder / "culture.xlsx", RIGHT_TABLE)
    (folder / "culture (1).xlsx").write_bytes((folder / "culture.xlsx").read_bytes())


def cut_last_line(folder: Path) -> None:
    path = write_csv(folder / "culture.csv", RIGHT_TABLE)
    path.write_bytes(path.read_bytes().rstrip(b"\r\n"))


def change_workbook(change: Callable[[openpyxl.Workbook], object]) -> Callable[[Path], object]:
    """A right workbook of two rows, changed by hand."""

    def write(folder: Path) -> None:
        path = write_xlsx(folder / "culture.xlsx", table_of(rows_of(2)))
        book = openpyxl.load_workbook(path)
        change(book)
        book.save(path)

    return write


def hide(book: openpyxl.Workbook) -> None:
    book.create_sheet("Notes")
    book["Projets"].sheet_state = "hidden"


def change_cells(change: Callable[[openpyxl.worksheet.worksheet.Worksheet], object]) -> Case:
    """An inbox of one workbook whose sheet of projects is changed by hand."""
    return inbox(change_workbook(lambda book: change(book["Projets"])))


def hide_row(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
    sheet.row_dimensions[3].hidden = True


def hide_column(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
    sheet.column_dimensions["I"].hidden = True


def strike(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
    for cell in sheet[3]:
        cell.font = Font(strike=True)


def in_euros(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
    sheet["I2"].number_format = "#,##0.00 [$€-40C]"


def edition_with_a_total(folder: Path) -> None:
    right = ["ALPHA", "Ministère de la Culture", "Non", "2019-01-01", "3", "Déploiement", "12,5"]
    headers = ["Projet", "Ministère porteur", "Projet interministériel", "Début", "Durée du projet en années", "Phase",
               "Coût estimé"]  # fmt: skip
    write_csv(folder / "13.csv", [headers, right, ["Total", "", "", "", "", "", "12,5"]])


FILES: Mapping[str, Case] = {
    "rows_are_visible": change_cells(hide_row),
    "columns_are_visible": change_cells(hide_column),
    "text_is_not_struck_out": change_cells(strike),
    "text_is_visible": inbox(lambda folder: write_xlsx(folder / "culture.xlsx", table_of([row(name="AL\u200bPHA")]))),
    "format_is_of_the_unit": change_cells(in_euros),
    "every_line_is_a_project": inbox(edition_with_a_total),
    "inbox_exists": lambda folder: read_inbox(folder / "2021-11", EDITION)[1],
    "inbox_has_files": lambda folder: read_inbox(folder, EDITION)[1],
    "file_is_readable": inbox(lambda folder: (folder / "culture.xlsx").write_bytes(b"PK\x03\x04 tronqu")),
    "file_is_sent_once": inbox(send_twice),
    "last_line_is_ended": inbox(cut_last_line),
    "file_has_projects": inbox(table(RIGHT_TABLE[0])),
    "sheet_is_recognised": inbox(table(["Notes"], ["rien à signaler"])),
    "header_is_known": inbox(table([*RIGHT_TABLE[0], "Coût totale"], [*RIGHT_TABLE[1], 12])),
    "header_is_unique": inbox(table([*RIGHT_TABLE[0], "Phase"], [*RIGHT_TABLE[1], "Cadrage"])),
    "required_header_is_present": inbox(table(*without(RIGHT_TABLE, HEADERS["updated_end_date"]))),
    "value_has_a_header": inbox(table(RIGHT_TABLE[0], [*RIGHT_TABLE[1], 12])),
    "sheet_is_visible": inbox(change_workbook(hide)),
    "cell_is_not_merged": inbox(change_workbook(lambda book: book["Projets"].merge_cells("B2:B3"))),
    "file_is_for_this_edition": inbox(lambda folder: form(folder / "culture.xlsx", row(), edition="2021-07")),
    "nil_return_has_no_project": inbox(
        lambda folder: form(folder / "culture.xlsx", row(), answers={**SIGNED, SIGN_OFF_NIL: "Oui"})
    ),
    "attestation_is_signed": inbox(lambda folder: form(folder / "culture.xlsx", row(), answers={})),
    "rows_are_of_the_attested_ministry": inbox(
        lambda folder: form(folder / "culture.xlsx", row(ministry="Ministère de la Justice"))
    ),
}


# The collection of a home


def collected(after: Callable[[Path], object]) -> Case:
    """A home that took two files in, to whose inbox something happens before it takes in again."""

    def findings(folder: Path) -> list[Finding]:
        home = Home(folder)
        home.create()
        edition = home.calendar().find(EDITION)
        received = home.inbox(edition)
        write_xlsx(received / "culture.xlsx", table_of(rows_of(3)))
        write_xlsx(received / "justice.xlsx", table_of(rows_of(2, ministry="Ministère de la Justice")))
        taken_in(home, edition, dt.date(2021, 12, 1))
        after(received)
        receipt = taken_in(home, edition, dt.date(2021, 12, 2))
        return collection_findings(read_state(home), receipt.received)

    return findings


def received_for_another_edition(received: Path) -> None:
    """A file that was taken in for the edition before."""
    home = Home(received.parents[1])
    before = home.calendar().find("2021-07")
    sent = write_xlsx(home.inbox(before) / "armees.xlsx", table_of(rows_of(2, ministry="Ministère des Armées")))
    taken_in(home, before, dt.date(2021, 7, 1))
    shutil.copy(sent, received)


COLLECTION: Mapping[str, Case] = {
    "no_file_is_in_quarantine": collected(lambda received: (received / "armees.xlsx").write_bytes(b"PK tronqu")),
    "file_is_of_no_other_edition": collected(received_for_another_edition),
    "received_file_stays_in_inbox": collected(lambda received: (received / "justice.xlsx").unlink()),
    "new_version_keeps_projects": collected(
        lambda received: write_xlsx(received / "culture.xlsx", table_of(rows_of(2)))
    ),
}


# From one edition to the next


def moved(now: dict[str, object], *before: dict[str, object], registers: Mapping[str, pd.DataFrame]) -> list[Finding]:
    """What is said of the project of an edition, after what was said of it before."""
    broken = broken_moves(projects(now, *before), registers)
    return [
        finding
        for rule, rows in broken.items()
        for finding in NO_CELLS.findings(rule, rows.loc[rows["edition"].eq(str(now["edition"]))])
    ]


def followed(
    now: dict[str, object], *before: dict[str, object], ledger: pd.DataFrame = NO_LEDGER, **registers: pd.DataFrame
) -> Case:
    """A project of an edition, after what was said of it before."""

    known = no_registers() | {"baselines": ledger, **registers}
    return lambda _: moved(now, *before, registers=known)


def said(edition: str, **changes: object) -> dict[str, object]:
    return project(1, edition, **{"updated_end_date": "2022-12-01", **changes})


THREE = ("2020-11", "2021-07", "2021-11")

DOUBT = {
    "edition": EDITION,
    "name": "Projet 2",
    "ministry_id": "culture",
    "project_id": "PGP-0002",
    "decision": "doubtful",
    "score": 0.6,
    "candidate_id": "PGP-0001",
    "evidence": "même nom, début différent",
}


def told(rule: Callable[..., Told], *frames: Any) -> list[Finding]:
    """The findings of a rule that looks at several editions, without these."""
    return [finding for _, finding in rule(*frames)]


HISTORY: Mapping[str, Case] = {
    "phase_does_not_go_back": followed(said(EDITION), said("2021-07", phase="rollout")),
    "completed_project_stays_completed": followed(said(EDITION), said("2021-07", phase="completed")),
    "cost_keeps_its_unit": followed(said(EDITION, updated_cost_meur=12_000.0), said("2021-07")),
    "cost_does_not_jump": followed(said(EDITION, updated_cost_meur=30.0), said("2021-07")),
    "end_is_not_put_off_by_two_years": followed(said(EDITION, updated_end_date="2025-01-01"), said("2021-07")),
    "end_is_not_brought_forward_by_a_year": followed(said(EDITION), said("2021-07", updated_end_date="2024-01-01")),
    "name_does_not_change": followed(said(EDITION, name="PPNG"), said("2021-07")),
    "ministry_does_not_change": followed(said(EDITION, ministry_id="justice"), said("2021-07")),
    "interministerial_does_not_change": followed(said(EDITION, interministerial=True), said("2021-07")),
    "cost_stays_known": followed(said(EDITION, updated_cost_meur=None), said("2021-07")),
    "end_stays_known": followed(said(EDITION, updated_end_date=None), said("2021-07")),
    "completed_figures_do_not_move": followed(
        said(EDITION, phase="completed", updated_cost_meur=14.0), said("2021-07", phase="completed")
    ),
    "figures_move_within_three_editions": followed(*(said(edition) for edition in reversed(THREE))),
    "figures_are_withheld_for_two_editions_at_most": followed(
        *(said(edition, withheld=True, cost_withheld=True, schedule_withheld=True) for edition in reversed(THREE))
    ),
    "ended_project_does_not_come_back": followed(
        said(EDITION), exits=lines_of(EXITS, exit_line(1, "2020-06", "abandoned"))
    ),
    "every_exit_has_a_reason": lambda _: told(
        vanished, moves(project(1), project(1, "2021-07"), project(2, "2021-07")).reset_index(), NOBODY_WAITS
    ),
    "identity_is_certain": lambda _: told(
        doubtful_links,
        projects(project(1), project(2)),
        no_registers()
        | {
            "links": lines_of(LINKS, DOUBT),
            "decisions": lines_of(DECISIONS),
        },
        NO_CELLS,
    ),
    "opinion_agrees_with_register": lambda _: contradicted_opinions(
        projects(project(1, opinion="favourable")),
        lines_of(OPINIONS, opinion_line("2021-02-15", "2021-03-01", "unfavourable")),
        pd.Timestamp(2021, 11, 1),
        NO_CELLS,
    ),
}


def against_ledger(*ledger: dict[str, Any], **changes: Any) -> Case:
    """A promised project with `changes`, confronted with the ledger."""
    return lambda _: compare_with_ledger(projects(promised(**changes)), ledger_of(*ledger))[1]


ACT = {"rebaseline_date": "2020-05-12", "rebaseline_reason": "Périmètre étendu"}

BASELINES: Mapping[str, Case] = {
    "rebaseline_is_dated_and_justified": against_ledger(rebaseline_cost_meur=15.0),
    "rebaseline_agrees_with_ledger": against_ledger(
        baseline(),
        baseline(2, cost_meur=25.0, approved_on="2020-05-12", act="Comité"),
        **ACT,
        rebaseline_cost_meur=30.0,
    ),
    "start_date_does_not_move": against_ledger(baseline(), start_date="2020-01-01"),
    "baseline_agrees_with_ledger": against_ledger(baseline(), initial_cost_meur=20.0),
}


# Who is missing

SEVERAL = [project(number, "2021-07", name=f"Projet {number}") for number in range(1, 5)]


def registers_of(**registers: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return no_registers() | registers


NOBODY_ELSE = projects(project(9))
LAST = projects(project(9, "2021-07"))

COMPLETENESS: Mapping[str, Case] = {
    "every_ministry_answers": lambda _: silent_ministries(
        projects(project(1, ministry_id="justice")), projects(project(2, "2021-07")), lines_of(SUBMISSIONS)
    ),
    "ministry_declares_half_its_projects": lambda _: thinned_ministries(
        projects(project(1)), projects(*SEVERAL), lines_of(EXITS)
    ),
    "project_under_mission_is_declared": lambda _: undeclared_projects(
        EDITION,
        NOBODY_ELSE,
        LAST,
        registers_of(
            missions=lines_of(MISSIONS, {"project_id": "PGP-0001", "event": "opened", "event_date": "2021-01-01"})
        ),
    ),
    "project_with_an_opinion_is_declared": lambda _: undeclared_projects(
        EDITION, NOBODY_ELSE, LAST, registers_of(opinions=lines_of(OPINIONS, opinion_line("2021-02-15", None, None)))
    ),
    "project_with_a_baseline_is_declared": lambda _: undeclared_projects(
        EDITION, NOBODY_ELSE, LAST, registers_of(baselines=ledger_of(baseline()))
    ),
    "promise_is_given_from_9_meur": lambda _: unpromised_projects(
        projects(project(1)), NO_LEDGER, pd.Series(["a.csv"]), NO_CELLS
    ),
}


# How rules are changed

CHANGED = {
    "code": "COST-004",
    "grade": "notice",
    "first_edition": "2021-07",
    "decided_on": "2021-07-20",
    "decided_by": "DINUM",
    "reason": "Coûts attendus au second semestre",
}

CHANGES: Mapping[str, Case] = {
    "rules_are_as_declared": lambda _: statements(in_force(rule_changes(lines_of(RULE_CHANGES, CHANGED)), EDITION)),
}


CASES: Mapping[str, Case] = {
    **FILES,
    **COLLECTION,
    **ROW_CASES,
    **HISTORY,
    **BASELINES,
    **COMPLETENESS,
    **PUBLICATION,
    **CHANGES,
}
