"""Whether the submissions of an edition can be accepted: files, cells, and rows against the declaration."""

from collections.abc import Callable, Mapping
from typing import Any

import dagster as dg
import pandas as pd

from assets.collection.intake import read_received
from assets.projects import EVER, prepare_projects
from assets.reading.typed_rows import PLACE, type_projects
from assets.submissions import raw_submissions
from checks.recording import edition_check, record
from checks.rules.expectations import Rule, declared_rules, findings_of
from warehouse.archive.tables import CORE_PROJECTS
from warehouse.facts.ministries import NO_LABELS
from warehouse.home.home import Home
from warehouse.home.registers import Registers, ministry_labels, read_registers
from warehouse.home.store import ParquetStore
from warehouse.model.findings import Finding
from warehouse.model.terms import match_key
from warehouse.projects.opinions import opinions_on

# What is required of a row and follows from others, or is given later in the run.
_NOT_YET = frozenset({"project_id", "cost_withheld", "schedule_withheld"})
# From 9 M€ including taxes an opinion is required before any contract (domain facts).
OPINION_THRESHOLD_MEUR = 9
# A file, a sheet and a row.
Place = tuple[Any, ...]
# Answers that give no opinion: it was not asked, or is said not to apply.
NO_OPINION = ("not_requested", "not_applicable")
# The submission field that a column of the core table comes from, where the names differ.
_FIELDS = {
    "ministry_id": "ministry",
    "programmes": "funding",
    "updated_duration_months": "duration_years",
    "updated_end_date": "duration_years",
    "cost_band": "submitted_cost_band",
    "name_key": "name",
    "phase_if_due": "phase",
    "cost_if_due": "updated_cost_meur",
    "duration_if_due": "updated_end_date",
    "opinion_if_due": "opinion",
    "reason_if_withheld": "withheld_reason",
}

ERRORS = [
    *declared_rules(CORE_PROJECTS, without=_NOT_YET),
    Rule(
        "project_id_is_well_formed",
        "ExpectColumnValuesToMatchRegex",
        "project_id",
        "Identifiant mal formé.",
        "PGP- suivi de quatre chiffres, ou rien pour un nouveau projet",
        {"column": "project_id", "regex": CORE_PROJECTS.column("project_id").pattern},
    ),
    Rule(
        "project_id_is_declared_once",
        "ExpectColumnValuesToBeUnique",
        "project_id",
        "Deux lignes portent le même identifiant de projet.",
        "une ligne par projet",
        {"column": "project_id"},
    ),
    Rule(
        "project_is_declared_once",
        "ExpectCompoundColumnsToBeUnique",
        "name_key",
        "Deux lignes du même ministère portent le même nom de projet.",
        "une ligne par projet",
        {"column_list": ["name_key", "ministry_id"], "ignore_row_if": "any_value_is_missing"},
    ),
    *(
        Rule(
            f"{end}_is_after_start",
            "ExpectColumnPairValuesAToBeGreaterThanB",
            end,
            "La fin précède le début.",
            "une date postérieure au début du projet",
            {
                "column_A": end,
                "column_B": start,
                "or_equal": True,
                "ignore_row_if": "either_value_is_missing",
            },
        )
        for end, start in (("updated_end_date", "start_date"), ("initial_end_date", "initial_start_date"))
    ),
]

WARNINGS = [
    Rule(
        "cost_is_given",
        "ExpectColumnValuesToNotBeNull",
        "cost_if_due",
        "Le coût manque, alors que le projet n'est pas en cadrage et que ses chiffres ne sont pas dits non publiés.",
        "un coût complet en M€ TTC",
        {"column": "cost_if_due"},
    ),
    Rule(
        "duration_is_given",
        "ExpectColumnValuesToNotBeNull",
        "duration_if_due",
        "La durée ou la fin manque, alors que le projet n'est pas en cadrage et que ses chiffres ne sont pas dits non "
        "publiés.",
        "une date de fin ou une durée",
        {"column": "duration_if_due"},
    ),
    Rule(
        "phase_is_given",
        "ExpectColumnValuesToNotBeNull",
        "phase_if_due",
        "La phase manque.",
        CORE_PROJECTS.column("phase").expected(),
        {"column": "phase_if_due"},
    ),
    Rule(
        "cost_band_matches_cost",
        "ExpectColumnPairValuesToBeEqual",
        "submitted_cost_band",
        "La tranche transmise n'est pas celle du coût.",
        "la tranche du coût, borne inférieure comprise",
        {
            "column_A": "submitted_cost_band",
            "column_B": "cost_band",
            "ignore_row_if": "either_value_is_missing",
        },
    ),
    Rule(
        "opinion_is_given_from_9_meur",
        "ExpectColumnValuesToNotBeNull",
        "opinion_if_due",
        "Un projet d'au moins 9 M€ TTC n'a pas d'avis de la DINUM.",
        "le sens de l'avis",
        {"column": "opinion_if_due"},
    ),
    Rule(
        "withheld_has_a_reason",
        "ExpectColumnValuesToNotBeNull",
        "reason_if_withheld",
        "Des chiffres sont dits non publiés sans motif.",
        "un motif de non-publication",
        {"column": "reason_if_withheld"},
    ),
]


def with_rule_columns(
    projects: pd.DataFrame, cells: pd.DataFrame, answered: frozenset[Place] = frozenset()
) -> pd.DataFrame:
    """Add the columns that the rules look at and that no table keeps.

    An `…_if_due` column is missing only where its value is due and absent.

    Args:
        projects: typed rows, before identification.
        cells: the cells they come from; only layouts with an opinion column are asked for opinions.
        answered: the places of the rows whose project has an opinion in the register: none is due from the ministry.
    """
    excused = projects["phase"].eq("scoping") | projects["withheld"].astype(bool)
    asked = cells.loc[cells["layout"].eq("submission"), "source_file"]
    opinion_due = (
        projects["updated_cost_meur"].ge(OPINION_THRESHOLD_MEUR)
        # That a cost kept back is of 9 M€ or more is not for a published finding to say.
        & ~projects["cost_withheld"].astype(bool)
        & projects["source_file"].isin(asked)
        & ~pd.Series([place in answered for place in places_of(projects)], index=projects.index, dtype=bool)
    )
    duration = projects["updated_duration_months"].astype("float64")
    return projects.assign(
        name_key=projects["name"].map(match_key, na_action="ignore"),
        phase_if_due=projects["phase"].mask(projects["withheld"].astype(bool), "not_due"),
        cost_if_due=projects["updated_cost_meur"].mask(excused, 0.0),
        duration_if_due=duration.mask(excused, 0.0),
        opinion_if_due=projects["opinion"].mask(projects["opinion"].isin(NO_OPINION)).mask(~opinion_due, "not_due"),
        reason_if_withheld=projects["withheld_reason"].mask(~projects["withheld"].astype(bool), "not_due"),
    )


def submission_locator(cells: pd.DataFrame) -> Callable[[pd.Series, str], Mapping[str, Any]]:
    """Tell the place of a column of a typed row: the cell it comes from, or the row when it had none."""
    index = {
        (cell["source_file"], cell["source_sheet"], cell["source_row"], cell["field"]): cell
        for cell in cells.to_dict("records")
    }
    headers = {
        (cell["source_file"], cell["source_sheet"], cell["field"]): cell
        for cell in cells.drop_duplicates(["source_file", "source_sheet", "field"]).to_dict("records")
    }

    def locate(row: pd.Series, column: str) -> Mapping[str, Any]:
        sheet = (row["source_file"], row["source_sheet"])
        place: dict[str, Any] = {"file": sheet[0], "sheet": sheet[1], "row": int(row["source_row"])}
        name = next((name for name in (column, _FIELDS.get(column, column)) if (*sheet, name) in headers), None)
        if name is None:
            return place | {
                "value": None,
                "column": CORE_PROJECTS.column(column).title if column in CORE_PROJECTS.names() else None,
            }
        header = headers[(*sheet, name)]
        cell = index.get((*sheet, row["source_row"], name))
        return place | {
            "column": str(header["header"]).strip(),
            "cell": f"{header['source_column']}{row['source_row']}",
            "value": cell["value"] if cell else None,
        }

    return locate


def places_of(projects: pd.DataFrame) -> list[Place]:
    """The file, sheet and row of each project."""
    return list(projects[PLACE].itertuples(index=False, name=None))


def conformance_findings(
    cells: pd.DataFrame,
    rules: list[Rule],
    ministry_labels: Mapping[str, str] = NO_LABELS,
    answered: frozenset[Place] = frozenset(),
) -> list[Finding]:
    """Run rules on the rows of an edition, before they are identified.

    Args:
        cells: columns of `RAW_SUBMISSIONS`, one edition.
        rules: what to look at.
        ministry_labels: labels that only a home knows, as `type_projects` takes them.
        answered: as `with_rule_columns` takes them.
    """
    projects, _ = type_projects(cells, ministry_labels)
    return findings_of(with_rule_columns(projects, cells, answered), rules, submission_locator(cells))


def registered_opinions(cells: pd.DataFrame, registers: Registers, history: pd.DataFrame) -> frozenset[Place]:
    """The places of the rows whose project has an opinion in the register.

    Args:
        cells: columns of `RAW_SUBMISSIONS`, one edition.
        registers: all registers, by short name.
        history: core projects of all editions of the warehouse, by which rows are identified.
    """
    day = pd.Timestamp(f"{cells['edition'].iloc[0]}-01")
    known = opinions_on(registers["opinions"], day)["opinion"].dropna()
    if known.empty:
        return frozenset()
    projects = prepare_projects(cells, registers, history).projects
    return frozenset(places_of(projects.loc[projects["project_id"].isin(known.index)]))


@edition_check(raw_submissions)
def every_file_is_read(
    context: dg.AssetCheckExecutionContext, home: dg.ResourceParam[Home], raw_submissions: pd.DataFrame
) -> dg.AssetCheckResult:
    """Every file of the inbox is of a known layout, with its required headers and no unknown one."""
    edition = home.calendar().find(context.partition_key)
    _, findings = read_received(home, edition)
    return record(context, home, findings, checked=raw_submissions["source_file"].nunique())


@edition_check(raw_submissions)
def every_value_is_readable(
    context: dg.AssetCheckExecutionContext, home: dg.ResourceParam[Home], raw_submissions: pd.DataFrame
) -> dg.AssetCheckResult:
    """Every cell holds a value of its field: numbers, dates, known ministries, terms of the closed lists."""
    _, findings = type_projects(raw_submissions, labels_of(home))
    return record(context, home, findings, checked=len(raw_submissions))


@edition_check(raw_submissions)
def rows_conform_to_declaration(
    context: dg.AssetCheckExecutionContext, home: dg.ResourceParam[Home], raw_submissions: pd.DataFrame
) -> dg.AssetCheckResult:
    """Every row has what is required, within bounds, once, with ends after starts (Great Expectations)."""
    findings = conformance_findings(raw_submissions, ERRORS, labels_of(home))
    return record(context, home, findings, checked=rows_in(raw_submissions))


@edition_check(raw_submissions)
def rows_raise_no_warning(
    context: dg.AssetCheckExecutionContext,
    home: dg.ResourceParam[Home],
    store: dg.ResourceParam[ParquetStore],
    raw_submissions: pd.DataFrame,
) -> dg.AssetCheckResult:
    """No row lacks a figure that is due, an opinion from 9 M€ or the reason why it is withheld (Great Expectations)."""
    registers = read_registers(home.registers)
    answered = registered_opinions(raw_submissions, registers, store.history(CORE_PROJECTS, EVER))
    findings = conformance_findings(raw_submissions, WARNINGS, ministry_labels(registers), answered)
    return record(context, home, findings, checked=rows_in(raw_submissions))


def labels_of(home: Home) -> Mapping[str, str]:
    """The labels of ministries that only this home knows, as `type_projects` takes them."""
    return ministry_labels(read_registers(home.registers))


def rows_in(cells: pd.DataFrame) -> int:
    """How many lines were submitted."""
    return len(cells.drop_duplicates(["source_file", "source_sheet", "source_row"]))
