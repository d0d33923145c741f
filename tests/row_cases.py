"""For each rule about the rows of a file, the least change of a right row that trips it."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
from submissions import RIGHT, row, rows_of, table_of, write_csv, write_xlsx
from test_measures import project

from assets.reading.submitted import read_inbox
from assets.reading.typed_rows import type_projects
from checks.rules.expectations import declared_expectations, unexpected_rows
from checks.rules.places import Places, Wording
from checks.rules.rows import nonconforming_rows, row_findings
from warehouse.model.findings import Finding, declared_finding
from warehouse.projects.tables import CORE_PROJECTS

Case = Callable[[Path], list[Finding]]
EDITION = "2021-11"
CULTURE = "Ministère de la Culture"
GIVEN_LATER = frozenset({"cost_withheld", "schedule_withheld", "project_id"})
OPEN_DATA = (
    "Projet", "Ministère porteur", "Projet interministériel", "Début", "Durée du projet en années", "Phase",
    "Coût estimé", "Coût estimé par tranche",
)  # fmt: skip
OPEN_ROW = (CULTURE, "Non", "2019-01-01", "3", "Déploiement", "12,5", "entre 9 et 20 M€")


# What a row says


@dataclass(frozen=True)
class Received:
    """A file that a ministry may send; `write` makes it in a folder, under a name."""

    write: Callable[[Path, str], object]
    name: str

    def __call__(self, folder: Path) -> tuple[pd.DataFrame, list[Finding]]:
        """The cells of the file, alone in its inbox, and what reading it found."""
        self.write(folder, self.name)
        return read_inbox(folder, EDITION)


def checked(cells: pd.DataFrame) -> dict[str, list[Finding]]:
    """What the checks of rows find in the cells of an edition."""
    rows = type_projects(cells)[0]
    return row_findings(rows, nonconforming_rows({EDITION: rows})[EDITION], Places(cells))


def found_together(folder: Path, files: Mapping[str, Received]) -> dict[str, dict[str, list[Finding]]]:
    """What reading, then each check of rows, finds in each of several files, judged in one suite."""
    for name, received in files.items():
        received.write(folder, name)
    cells, problems = read_inbox(folder, EDITION)
    told = {"read": [*problems, *type_projects(cells)[1]], **checked(cells)}
    return {
        name: {
            check: [finding for finding in findings if finding.file and Path(finding.file).stem == name]
            for check, findings in told.items()
        }
        for name in files
    }


def submitted(*rows: dict[str, object]) -> Received:
    """A workbook of the submission layout with these rows."""

    def write(folder: Path, name: str) -> None:
        # Beside other files, a project that is not named by the case has the name of its own.
        own = [{**line, "name": f"PROJET {name}"} if line["name"] == RIGHT["name"] else line for line in rows]
        write_xlsx(folder / f"{name}.xlsx", table_of(own))

    return Received(write, "culture")


def one(**changes: object) -> Received:
    """A workbook whose single row is right, but for `changes`."""
    return submitted(row(**changes))


def beside_a_full_row(field: str, value: str) -> Received:
    """A row without a field that another row of the same file fills."""
    return submitted(row(name=f"PLEIN {field}", **{field: value}), row(name=f"VIDE {field}"))


def opened(**changes: str) -> Received:
    """A file of open data whose single row is right, but for `changes`, by header."""

    def write(folder: Path, name: str) -> None:
        cells = dict(zip(OPEN_DATA, (f"ALPHA {name}", *OPEN_ROW), strict=True)) | changes
        write_csv(folder / f"{name}.csv", [list(cells), list(cells.values())])

    return Received(write, "13")


REVISED: dict[str, Any] = {
    "rebaseline_date": dt.date(2021, 3, 15),
    "rebaseline_act": "Comité du 15 mars 2021",
    "rebaseline_reason": "Périmètre étendu",
    "rebaseline_cost_meur": 15.0,
    "rebaseline_end_date": dt.date(2022, 12, 1),
}
NEXT_YEARS = dt.date(2023, 12, 1)

ROWS: Mapping[str, Received] = {
    "value_is_readable": one(name="#REF!"),
    "number_is_readable": one(updated_cost_meur="bientôt"),
    "date_is_readable": one(start_date="31/02/2019"),
    "answer_is_yes_or_no": one(interministerial="peut-être"),
    "term_is_in_list": one(phase="En panne"),
    "text_is_undamaged": one(description="Donn\ufffdes patrimoniales"),
    "programmes_are_whole_codes": one(funding=150.31),
    "line_is_no_total": one(name="Total Culture", phase=None),
    "date_convention_is_day_first": one(start_date="03/04/2019"),
    "cost_unit_is_meur": one(updated_cost_meur="12 500 k€"),
    "ministry_is_known": one(ministry="Ministère de la Magie"),
    "ministry_id_is_given": one(ministry=None),
    "interministerial_is_given": one(interministerial=None),
    "project_id_is_well_formed": one(project_id="PGP-12"),
    "project_id_is_declared_once": submitted(*rows_of(2, project_id="PGP-0007")),
    "project_is_declared_once": submitted(row(), row()),
    "name_is_given": one(name=None),
    "phase_is_given": one(phase=None),
    "updated_end_date_is_after_start": one(updated_end_date=dt.date(2018, 12, 1)),
    "initial_end_date_is_after_start": one(initial_end_date=dt.date(2018, 6, 1)),
    "initial_duration_months_is_in_range": one(initial_end_date=dt.date(2018, 6, 1)),
    "updated_duration_months_is_in_range": one(updated_end_date=dt.date(2018, 6, 1)),
    "duration_is_given": one(updated_end_date=None),
    "initial_cost_meur_is_in_range": one(initial_cost_meur=-5),
    "updated_cost_meur_is_in_range": one(updated_cost_meur=-5),
    "rebaseline_cost_meur_is_in_range": one(**REVISED | {"rebaseline_cost_meur": -5}),
    "cost_is_given": one(updated_cost_meur=None),
    "cost_band_matches_cost": opened(**{"Coût estimé par tranche": "plus de 100 M€"}),
    "opinion_is_given_from_9_meur": one(opinion=None),
    "withheld_has_a_reason": one(withheld="Oui"),
    # Units and magnitudes
    "initial_cost_is_not_in_euros": one(initial_cost_meur=12_500_000),
    "updated_cost_is_not_in_euros": one(updated_cost_meur=12_500_000),
    "rebaseline_cost_is_not_in_euros": one(**REVISED | {"rebaseline_cost_meur": 12_500_000}),
    "initial_cost_is_in_millions": one(initial_cost_meur=1500),
    "updated_cost_is_in_millions": one(updated_cost_meur=12_500),
    "rebaseline_cost_is_in_millions": one(**REVISED | {"rebaseline_cost_meur": 0.035}),
    "updated_cost_is_not_zero": one(updated_cost_meur=0),
    "initial_cost_is_not_zero": one(initial_cost_meur=0),
    "costs_have_the_same_unit": one(updated_cost_meur=12_000),
    "updated_cost_is_near_initial": one(updated_cost_meur=80),
    "rebaseline_cost_is_near_initial": one(**REVISED | {"rebaseline_cost_meur": 80}),
    "deviation_has_a_reason": one(deviation_reason=None),
    "deviation_is_not_denied": one(deviation_reason="Aucun écart"),
    "other_deviation_is_explained": one(deviation_reason="Autre"),
    "cost_moves_with_the_end": one(updated_cost_meur=10.0, updated_end_date=dt.date(2022, 7, 1)),
    "funding_is_filled": beside_a_full_row("funding", "P156"),
    "programmes_are_read": one(funding="Financement PLFSS"),
    # Dates and durations
    "forecast_end_is_not_past": one(updated_end_date=dt.date(2021, 7, 1)),
    "start_date_is_plausible": one(start_date=dt.date(1919, 1, 1)),
    "initial_start_date_is_plausible": one(initial_start_date=dt.date(1919, 1, 1)),
    "initial_end_date_is_within_25_years": one(initial_end_date=dt.date(2051, 1, 1)),
    "updated_end_date_is_within_25_years": one(updated_end_date=dt.date(2053, 1, 1)),
    "duration_is_in_years": opened(**{"Durée du projet en années": "42"}),
    "duration_is_at_least_three_months": opened(**{"Durée du projet en années": "0,1"}),
    "start_is_given": one(start_date=None),
    "initial_start_date_is_the_start": one(initial_start_date=dt.date(2019, 6, 1)),
    "rebaseline_date_is_not_in_the_future": one(**REVISED | {"rebaseline_date": NEXT_YEARS}),
    "rebaseline_date_is_after_start": one(**REVISED | {"rebaseline_date": dt.date(2012, 3, 1)}),
    "rebaseline_end_date_is_after_start": one(**REVISED | {"rebaseline_end_date": dt.date(2018, 12, 1)}),
    "rebaseline_end_date_is_after_rebaseline": one(**REVISED | {"rebaseline_end_date": dt.date(2021, 1, 1)}),
    # Phases
    "completed_project_has_ended": one(phase="Terminé", updated_end_date=NEXT_YEARS),
    "started_phase_has_a_past_start": one(start_date=dt.date(2022, 3, 1), updated_end_date=NEXT_YEARS),
    "scoping_has_not_ended": one(phase="Cadrage", updated_end_date=dt.date(2021, 3, 1)),
    "scoping_promises_no_cost": one(phase="Cadrage"),
    "scoping_lasts_at_most_three_years": one(phase="Cadrage", start_date=dt.date(2017, 1, 1)),
    # Names, texts, ministries
    "name_has_letters": one(name="42"),
    "name_is_not_a_sentence": one(name="Un projet qui " * 10),
    "name_is_not_a_placeholder": one(name="À compléter"),
    "description_is_not_a_placeholder": one(description="xxx"),
    "deviation_comment_is_not_a_placeholder": one(deviation_comment="à préciser"),
    "rebaseline_reason_is_not_a_placeholder": one(**REVISED | {"rebaseline_reason": "à préciser"}),
    "description_is_filled": beside_a_full_row("description", "Dématérialise les demandes de subvention."),
    "functional_zone_is_filled": beside_a_full_row("functional_zone", "Ressources humaines"),
    "information_url_is_an_address": one(information_url="www.monprojet.gouv.fr"),
    "performance_plan_url_is_an_address": one(performance_plan_url="PAP 2021, page 39"),
    "partner_is_another_ministry": one(partner_ministry=CULTURE, interministerial="Oui"),
    "partner_means_interministerial": one(partner_ministry="Ministère de la Justice"),
    # Opinions, withheld figures, revisions
    "opinion_is_not_in_the_future": one(opinion_date=NEXT_YEARS),
    "opinion_is_not_before_the_project": one(opinion_date=dt.date(2009, 1, 1)),
    "opinion_is_dated": one(),
    "dated_opinion_has_a_direction": one(opinion="Non saisi", opinion_date=dt.date(2020, 1, 1)),
    "unfavourable_opinion_stops_the_project": one(opinion="Défavorable"),
    "completed_project_withholds_nothing": one(phase="Terminé", withheld="Oui"),
    "withheld_reason_means_withheld": one(withheld="Non", withheld_reason="Appel d'offres en cours"),
    "rebaseline_changes_a_figure": one(
        **REVISED | {"rebaseline_cost_meur": 10.0, "rebaseline_end_date": dt.date(2021, 1, 1)}
    ),
    "rebaseline_has_an_act": one(**REVISED | {"rebaseline_act": None}),
}

# Rows that no file gives, since reading refuses them first: the table is protected all the same.
DECLARATION: Mapping[str, Mapping[str, Any]] = {
    "ministry_id_is_in_vocabulary": {"ministry_id": "magie"},
    "partner_ministry_id_is_in_vocabulary": {"partner_ministry_id": "magie"},
    "phase_is_in_vocabulary": {"phase": "broken_down"},
    "cost_band_is_in_vocabulary": {"cost_band": "huge"},
    "submitted_cost_band_is_in_vocabulary": {"submitted_cost_band": "huge"},
    "programmes_is_well_formed": {"programmes": "P15"},
    "deviation_reason_is_in_vocabulary": {"deviation_reason": "weather"},
    "opinion_is_in_vocabulary": {"opinion": "maybe"},
    "withheld_is_given": {"withheld": None},
    "withheld_reason_is_in_vocabulary": {"withheld_reason": "shyness"},
    "edition_is_given": {"edition": None},
    "edition_is_well_formed": {"edition": "14"},
    "fictitious_is_given": {"fictitious": None},
    "source_file_is_given": {"source_file": None},
    "source_sha256_is_given": {"source_sha256": None},
    "source_sha256_is_well_formed": {"source_sha256": "abc"},
    "source_sheet_is_given": {"source_sheet": None},
    "source_row_is_given": {"source_row": None},
    "source_row_is_in_range": {"source_row": 0},
}


@cache
def _found_in_rows() -> dict[str, list[Finding]]:
    with TemporaryDirectory() as folder:
        found = found_together(Path(folder), ROWS)
    return {rule: [*chain(*checks.values())] for rule, checks in found.items()}


@cache
def _found_in_declaration() -> dict[str, list[Finding]]:
    lines = [project(**values) for values in DECLARATION.values()]
    frame = pd.DataFrame(lines, columns=CORE_PROJECTS.names(), dtype="object")
    broken = unexpected_rows(frame, declared_expectations(CORE_PROJECTS, without=GIVEN_LATER))
    return {
        case: [
            declared_finding(rule, said=Wording(rule, frame.iloc[position].to_dict()))
            for rule, positions in broken.items()
            if position in positions
        ]
        for position, case in enumerate(DECLARATION)
    }


def _one_of(found: Callable[[], dict[str, list[Finding]]], rule: str) -> Case:
    return lambda _: found()[rule]


# All rows are judged in one suite, which costs as much as one row.
ROW_CASES: Mapping[str, Case] = {
    **{rule: _one_of(_found_in_rows, rule) for rule in ROWS},
    **{rule: _one_of(_found_in_declaration, rule) for rule in DECLARATION},
}
