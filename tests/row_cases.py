"""For each rule about the rows of a file, the least change of a right row that trips it."""

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from submissions import row, rows_of, table_of, write_csv, write_xlsx
from test_measures import project

from assets.reading.typed_rows import type_projects
from assets.reading.workbooks import read_inbox
from checks.rules.conformance import ERRORS, WARNINGS, submission_locator, with_rule_columns
from checks.rules.expectations import Rule, declared_rules, findings_of
from checks.rules.figures import PLAUSIBILITY
from checks.rules.plausibility import with_figure_columns
from checks.rules.words import COHERENCE, with_word_columns
from warehouse.archive.tables import CORE_PROJECTS
from warehouse.model.findings import Finding
from warehouse.projects.withheld import without_withheld

Case = Callable[[Path], list[Finding]]
EDITION = "2021-11"
CULTURE = "Ministère de la Culture"
OPEN_DATA = (
    "Projet", "Ministère porteur", "Projet interministériel", "Début", "Durée du projet en années", "Phase",
    "Coût estimé", "Coût estimé par tranche",
)  # fmt: skip
OPEN_ROW = ("ALPHA", CULTURE, "Non", "2019-01-01", "3", "Déploiement", "12,5", "entre 9 et 20 M€")


# What a row says


ROW_RULES = [*ERRORS, *WARNINGS, *PLAUSIBILITY, *COHERENCE]
# What the rows of a workbook are, and what reading it found.
Received = Callable[[Path], tuple[pd.DataFrame, list[Finding]]]


def row_findings(cells: pd.DataFrame, rules: list[Rule]) -> list[Finding]:
    """What reading the rows of an edition, then some rules, find about the rows taken by themselves."""
    typed, unreadable = type_projects(cells)
    frame = with_rule_columns(typed, cells)
    frame = with_word_columns(with_figure_columns(without_withheld(frame), cells))
    return [*unreadable, *findings_of(frame, rules, submission_locator(cells))]


def looking_at(rule: str, received: Received) -> Case:
    """A case of a rule on rows: the others, of which some may well be tripped too, are left out."""

    def findings(folder: Path) -> list[Finding]:
        cells, problems = received(folder)
        return [*problems, *row_findings(cells, [known for known in ROW_RULES if known.name == rule])]

    return findings


def submitted(*rows: dict[str, object]) -> Received:
    """A workbook of the submission layout with these rows."""

    def received(folder: Path) -> tuple[pd.DataFrame, list[Finding]]:
        write_xlsx(folder / "culture.xlsx", table_of(rows))
        return read_inbox(folder, EDITION)

    return received


def one(**changes: object) -> Received:
    """A workbook whose single row is right, but for `changes`."""
    return submitted(row(**changes))


def beside_a_full_row(field: str, value: str) -> Received:
    """A row without a field that another row of the same file fills."""
    return submitted(row(name="PLEIN", **{field: value}), row(name="VIDE"))


def opened(**changes: str) -> Received:
    """A file of open data whose single row is right, but for `changes`, by header."""

    def received(folder: Path) -> tuple[pd.DataFrame, list[Finding]]:
        cells = dict(zip(OPEN_DATA, OPEN_ROW, strict=True)) | changes
        write_csv(folder / "13.csv", [list(cells), list(cells.values())])
        return read_inbox(folder, EDITION)

    return received


def from_declaration(**values: Any) -> Case:
    """A row that no file gives, since reading refuses it first: the table is protected all the same."""

    def findings(_: Path) -> list[Finding]:
        frame = pd.DataFrame([project(**values)], columns=CORE_PROJECTS.names())
        return findings_of(frame, declared_rules(CORE_PROJECTS), lambda *_: {})

    return findings


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

DECLARATION: Mapping[str, Case] = {
    "ministry_id_is_in_vocabulary": from_declaration(ministry_id="magie"),
    "partner_ministry_id_is_in_vocabulary": from_declaration(partner_ministry_id="magie"),
    "phase_is_in_vocabulary": from_declaration(phase="broken_down"),
    "cost_band_is_in_vocabulary": from_declaration(cost_band="huge"),
    "submitted_cost_band_is_in_vocabulary": from_declaration(submitted_cost_band="huge"),
    "programmes_is_well_formed": from_declaration(programmes="P15"),
    "deviation_reason_is_in_vocabulary": from_declaration(deviation_reason="weather"),
    "opinion_is_in_vocabulary": from_declaration(opinion="maybe"),
    "withheld_is_given": from_declaration(withheld=None),
    "withheld_reason_is_in_vocabulary": from_declaration(withheld_reason="shyness"),
    "edition_is_given": from_declaration(edition=None),
    "edition_is_well_formed": from_declaration(edition="14"),
    "fictitious_is_given": from_declaration(fictitious=None),
    "source_file_is_given": from_declaration(source_file=None),
    "source_sha256_is_given": from_declaration(source_sha256=None),
    "source_sha256_is_well_formed": from_declaration(source_sha256="abc"),
    "source_sheet_is_given": from_declaration(source_sheet=None),
    "source_row_is_given": from_declaration(source_row=None),
    "source_row_is_in_range": from_declaration(source_row=0),
}
