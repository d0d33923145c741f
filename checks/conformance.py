"""Whether the submissions of an edition can be accepted: files, cells, and rows against the declaration."""

from collections.abc import Callable, Mapping
from typing import Any

import dagster as dg
import pandas as pd

from assets.submissions import raw_submissions
from assets.typed_rows import type_projects
from assets.workbooks import read_inbox
from checks.expectations import Rule, declared_rules, findings_of
from checks.recording import edition_check, record
from warehouse.findings import Finding
from warehouse.home import Home
from warehouse.ministries import NO_LABELS
from warehouse.registers import ministry_labels, read_registers
from warehouse.settings import read_settings
from warehouse.tables import CORE_PROJECTS
from warehouse.terms import match_key

# What is required of a row and follows from others, or is given later in the run.
_NOT_YET = frozenset({"project_id", "cost_withheld", "schedule_withheld"})
# From 9 M€ including taxes an opinion is required before any contract (domain facts).
OPINION_THRESHOLD_MEUR = 9
# Answers that give no opinion: it was not asked, or is said not to apply.
NO_OPINION = ("not_requested", "not_applicable")
# The submission field that a column of the core table comes from, where the names differ.
_FIELDS = {
    "ministry_id": "ministry",
    "programmes": "funding",
    "updated_duration_months": "duration_years",
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
        "error",
        "ExpectColumnValuesToMatchRegex",
        "project_id",
        "Identifiant mal formé.",
        "PGP- suivi de quatre chiffres, ou rien pour un nouveau projet",
        {"column": "project_id", "regex": CORE_PROJECTS.column("project_id").pattern},
    ),
    Rule(
        "project_id_is_declared_once",
        "error",
        "ExpectColumnValuesToBeUnique",
        "project_id",
        "Deux lignes portent le même identifiant de projet.",
        "une ligne par projet",
        {"column": "project_id"},
    ),
    Rule(
        "project_is_declared_once",
        "error",
        "ExpectCompoundColumnsToBeUnique",
        "name_key",
        "Deux lignes du même ministère portent le même nom de projet.",
        "une ligne par projet",
        {"column_list": ["name_key", "ministry_id"], "ignore_row_if": "any_value_is_missing"},
    ),
    *(
        Rule(
            f"{end}_is_after_start",
            "error",
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
        "warning",
        "ExpectColumnValuesToNotBeNull",
        "cost_if_due",
        "Le coût manque, alors que le projet n'est pas en cadrage et que ses chiffres ne sont pas dits non publiés.",
        "un coût complet en M€ TTC",
        {"column": "cost_if_due"},
    ),
    Rule(
        "duration_is_given",
        "warning",
        "ExpectColumnValuesToNotBeNull",
        "duration_if_due",
        "La durée ou la fin manque, alors que le projet n'est pas en cadrage et que ses chiffres ne sont pas dits non "
        "publiés.",
        "une date de fin ou une durée",
        {"column": "duration_if_due"},
    ),
    Rule(
        "phase_is_given",
        "warning",
        "ExpectColumnValuesToNotBeNull",
        "phase_if_due",
        "La phase manque.",
        CORE_PROJECTS.column("phase").expected(),
        {"column": "phase_if_due"},
    ),
    Rule(
        "cost_band_matches_cost",
        "warning",
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
        "warning",
        "ExpectColumnValuesToNotBeNull",
        "opinion_if_due",
        "Un projet d'au moins 9 M€ TTC n'a pas d'avis de la DINUM.",
        "le sens de l'avis",
        {"column": "opinion_if_due"},
    ),
    Rule(
        "withheld_has_a_reason",
        "warning",
        "ExpectColumnValuesToNotBeNull",
        "reason_if_withheld",
        "Des chiffres sont dits non publiés sans motif.",
        "un motif de non-publication",
        {"column": "reason_if_withheld"},
    ),
]


def with_rule_columns(projects: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Add the columns that the rules look at and that no table keeps.

    An `…_if_due` column is missing only where its value is due and absent.

    Args:
        projects: typed rows, before identification.
        cells: the cells they come from; only layouts with an opinion column are asked for opinions.
    """
    excused = projects["phase"].eq("scoping") | projects["withheld"].astype(bool)
    asked = cells.loc[cells["layout"].eq("submission"), "source_file"]
    opinion_due = projects["updated_cost_meur"].ge(OPINION_THRESHOLD_MEUR) & projects["source_file"].isin(asked)
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


def conformance_findings(
    cells: pd.DataFrame, rules: list[Rule], ministry_labels: Mapping[str, str] = NO_LABELS
) -> list[Finding]:
    """Run rules on the rows of an edition, before they are identified; labels as `type_projects` takes them."""
    projects, _ = type_projects(cells, ministry_labels)
    return findings_of(with_rule_columns(projects, cells), rules, submission_locator(cells))


@edition_check(raw_submissions)
def every_file_is_read(
    context: dg.AssetCheckExecutionContext, home: dg.ResourceParam[Home], raw_submissions: pd.DataFrame
) -> dg.AssetCheckResult:
    """Every file of the inbox is of a known layout, with its required headers and no unknown one."""
    edition = home.calendar().find(context.partition_key)
    _, findings = read_inbox(home.inbox(edition), edition.key, read_settings(home.settings).reading)
    return record(context, home, findings, checked=raw_submissions["source_file"].nunique())


@edition_check(raw_submissions)
def every_value_is_readable(
    context: dg.AssetCheckExecutionContext, home: dg.ResourceParam[Home], raw_submissions: pd.DataFrame
) -> dg.AssetCheckResult:
    """Every cell holds a value of its field: numbers, dates, known ministries, terms of the closed lists."""
    _, findings = type_projects(raw_submissions, _labels(home))
    return record(context, home, findings, checked=len(raw_submissions))


@edition_check(raw_submissions)
def rows_conform_to_declaration(
    context: dg.AssetCheckExecutionContext, home: dg.ResourceParam[Home], raw_submissions: pd.DataFrame
) -> dg.AssetCheckResult:
    """Every row has what is required, within bounds, once, with ends after starts (Great Expectations)."""
    findings = conformance_findings(raw_submissions, ERRORS, _labels(home))
    return record(context, home, findings, checked=_rows(raw_submissions))


@edition_check(raw_submissions)
def rows_raise_no_warning(
    context: dg.AssetCheckExecutionContext, home: dg.ResourceParam[Home], raw_submissions: pd.DataFrame
) -> dg.AssetCheckResult:
    """No row lacks a figure that is due, an opinion from 9 M€ or the reason why it is withheld (Great Expectations)."""
    findings = conformance_findings(raw_submissions, WARNINGS, _labels(home))
    return record(context, home, findings, checked=_rows(raw_submissions))


def _labels(home: Home) -> Mapping[str, str]:
    return ministry_labels(read_registers(home.registers))


def _rows(cells: pd.DataFrame) -> int:
    return len(cells.drop_duplicates(["source_file", "source_sheet", "source_row"]))
