"""Whether figures that must agree do: headline and rows, this run and what was once published by hand."""

import json
from typing import Any

import dagster as dg
import pandas as pd

from assets.open_data import open_dataset
from assets.slippage import out_key_figures, out_slippage_groups
from checks.recording import edition_check, record
from warehouse.archive.tables import CORE_PROJECTS, OPEN_PROJECTS, OUT_SLIPPAGE_PROJECTS
from warehouse.facts.reference import PublishedFigures, published_figures
from warehouse.home.home import Home
from warehouse.home.store import ParquetStore
from warehouse.model.findings import Finding

SAME_RATIO = 1e-9
# How each published figure was rounded: column, French name, unit, decimals, factor to the published unit.
PUBLISHED = (
    ("projects", "le nombre de projets", "", 0, 1.0),
    ("interministerial", "le nombre de projets interministériels", "", 0, 1.0),
    ("total_cost_meur", "le coût total", " Md€", 2, 0.001),
    ("mean_duration_years", "la durée moyenne", " ans", 1, 1.0),
    ("entries", "le nombre d'entrées", "", 0, 1.0),
    ("exits", "le nombre de sorties", "", 0, 1.0),
)


def headline_findings(groups: pd.DataFrame, slippages: pd.DataFrame) -> list[Finding]:
    """Recompute the portfolio's mean and count from the rows, by another path than the measures.

    A headline that counts withheld figures, or is not published to protect them, cannot be recomputed from the rows.
    """
    findings = []
    for rate in ("budget", "schedule"):
        initial, updated = (
            ("initial_cost_meur", "updated_cost_meur")
            if rate == "budget"
            else ("initial_duration_months", "updated_duration_months")
        )
        known = [
            (float(row[updated]) - float(row[initial])) / float(row[initial])
            for row in slippages.to_dict("records")
            if row[f"{rate}_status"] == "known"
        ]
        line = groups.loc[
            groups["perimeter"].eq("published")
            & groups["dimension"].eq("portfolio")
            & groups["rate"].eq(rate)
            & groups["method"].eq("mean_of_ratios")
        ].iloc[0]
        mean = sum(known) / len(known) if known else None
        stated = None if pd.isna(line["value_ratio"]) else float(line["value_ratio"])
        agrees = stated is None if mean is None else stated is not None and abs(stated - mean) <= SAME_RATIO
        withheld = int(slippages[f"{rate}_status"].eq("withheld").sum())
        protected = withheld > 0 and (stated is None or len(known) < line["n"] <= len(known) + withheld)
        if not protected and (line["n"] != len(known) or not agrees):
            findings.append(
                Finding(
                    "headline_equals_rows",
                    "error",
                    f"Le taux d'écart ({rate}) de l'ensemble n'est pas la moyenne des lignes.",
                    value=f"{stated} sur {line['n']} projets",
                    expected=f"{mean} sur {len(known)} projets",
                )
            )
    return findings


def published_findings(figures: dict[str, Any], published: PublishedFigures, projects: pd.DataFrame) -> list[Finding]:
    """Compare key figures with those once published, at the published precision, and explain what differs."""
    findings = []
    for column, label, unit, decimals, factor in PUBLISHED:
        once, now = getattr(published, column), figures[column]
        if once is None or now is None or pd.isna(now):
            continue
        shown_once, shown_now = f"{once * factor:.{decimals}f}", f"{float(now) * factor:.{decimals}f}"
        if shown_once != shown_now:
            findings.append(
                Finding(
                    "figures_equal_published_ones",
                    "warning",
                    f"Pour {label}, les lignes donnent {french(shown_now)}{unit} et il a été publié "
                    f"{french(shown_once)}{unit}.{_explanation(column, projects)}",
                    value=shown_now,
                    expected=f"{shown_once} ({published.source})",
                )
            )
    return findings


def _explanation(column: str, projects: pd.DataFrame) -> str:
    absent, kept = {
        "total_cost_meur": (projects["updated_cost_meur"].isna(), "coût"),
        "mean_duration_years": (projects["updated_duration_months"].isna(), "durée"),
    }.get(column, (None, ""))
    if absent is None:
        return ""
    names = sorted(projects.loc[(absent | projects["withheld"].astype(bool)) & projects["phase"].ne("scoping"), "name"])
    if not names:
        return " Aucune ligne hors cadrage n'est sans chiffre : l'écart ne vient pas de chiffres non publiés."
    return (
        f" {len(names)} projet(s) hors cadrage sans {kept} dans les lignes, mais compté(s) dans le total publié : "
        f"{', '.join(names)}."
    )


def french(number: str) -> str:
    """A number already rounded, with a decimal comma."""
    return number.replace(".", ",")


@edition_check(out_slippage_groups)
def headline_equals_rows(
    context: dg.AssetCheckExecutionContext,
    home: dg.ResourceParam[Home],
    store: dg.ResourceParam[ParquetStore],
    out_slippage_groups: pd.DataFrame,
) -> dg.AssetCheckResult:
    """The headline is the mean of the rows that have a known slippage, and counts them."""
    slippages = store.read(OUT_SLIPPAGE_PROJECTS, context.partition_key)
    findings = headline_findings(out_slippage_groups, slippages)
    return record(context, home, findings, checked=len(slippages))


@edition_check(out_key_figures)
def figures_equal_published_ones(
    context: dg.AssetCheckExecutionContext,
    home: dg.ResourceParam[Home],
    store: dg.ResourceParam[ParquetStore],
    out_key_figures: pd.DataFrame,
) -> dg.AssetCheckResult:
    """The key figures are those once published for this edition, or the difference is explained."""
    published = published_figures().get(context.partition_key)
    figures = {str(name): value for name, value in out_key_figures.iloc[0].to_dict().items()}
    projects = store.read(CORE_PROJECTS, context.partition_key)
    findings = published_findings(figures, published, projects) if published else []
    return record(context, home, findings, checked=len(PUBLISHED) if published else 0)


@edition_check(open_dataset)
def open_dataset_equals_tables(
    context: dg.AssetCheckExecutionContext,
    home: dg.ResourceParam[Home],
    store: dg.ResourceParam[ParquetStore],
) -> dg.AssetCheckResult:
    """The published CSV, read back, has the rows, the total and no withheld figure of the tables."""
    edition = home.calendar().find(context.partition_key)
    folder = home.out(edition, "open_data")
    csv_rows = pd.read_csv(folder / f"panorama-{edition.key}.csv", dtype_backend="numpy_nullable")
    schema = json.loads((folder / f"panorama-{edition.key}.schema.json").read_text(encoding="utf-8"))
    projects = store.read(CORE_PROJECTS, edition.key)
    return record(context, home, dataset_findings(csv_rows, schema, projects), checked=len(csv_rows))


def dataset_findings(
    csv_rows: pd.DataFrame, schema: dict[str, list[dict[str, str]]], projects: pd.DataFrame
) -> list[Finding]:
    """Compare the published rows with the core projects they come from."""
    findings = []

    def refuse(rule: str, message: str, value: object, expected: object) -> None:
        findings.append(Finding(rule, "error", message, value=str(value), expected=str(expected)))

    columns = [field["name"] for field in schema["fields"]]
    if list(csv_rows.columns) != columns:
        refuse(
            "columns_equal_schema",
            "Le CSV n'a pas les colonnes de son schéma.",
            list(csv_rows.columns),
            columns,
        )
        return findings
    identifier, cost = (OPEN_PROJECTS.column(name).published for name in ("project_id", "updated_cost_meur"))
    if sorted(csv_rows[identifier]) != sorted(projects["project_id"]):
        refuse("rows_equal_projects", "Le CSV n'a pas les projets de l'édition.", len(csv_rows), len(projects))
    total = projects.loc[~projects["cost_withheld"].astype(bool), "updated_cost_meur"].sum()
    if abs(float(csv_rows[cost].fillna(0).sum()) - total) > SAME_RATIO * max(1.0, total):
        refuse(
            "total_equals_rows",
            "Le coût total du CSV n'est pas celui de l'édition.",
            csv_rows[cost].sum(),
            total,
        )
    withheld = csv_rows[identifier].isin(projects.loc[projects["cost_withheld"].astype(bool), "project_id"])
    leaks = csv_rows.loc[withheld & csv_rows[cost].notna(), identifier]
    if len(leaks):
        refuse("nothing_withheld_is_published", "Un coût non publié figure dans le CSV.", list(leaks), "rien")
    return findings
