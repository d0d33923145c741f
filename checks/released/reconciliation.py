"""Whether figures that must agree do: headline and rows, this run and what was once published by hand."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from warehouse.facts.reference import PublishedFigures
from warehouse.model.findings import Finding, declared_finding
from warehouse.model.french import counted
from warehouse.open_data.tables import OPEN_PROJECTS

SAME_RATIO = 1e-9
NO_DOUBT: Mapping[str, pd.Series] = MappingProxyType({})
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
    """Recompute the portfolio's mean and count from the rows, by another path than the measures."""
    findings = []
    for rate, measure in (("budget", "cost_meur"), ("schedule", "duration_months")):
        status = slippages[f"{rate}_status"]
        rows = slippages.loc[status.eq("known")]
        initial, updated = (rows[f"{when}_{measure}"].astype("float64") for when in ("initial", "updated"))
        known = ((updated - initial) / initial).tolist()
        line = groups.loc[
            groups["perimeter"].eq("published")
            & groups["dimension"].eq("portfolio")
            & groups["rate"].eq(rate)
            & groups["method"].eq("mean_of_ratios")
        ].iloc[0]
        mean = sum(known) / len(known) if known else None
        stated = None if pd.isna(line["value_ratio"]) else float(line["value_ratio"])
        agrees = stated is None if mean is None else stated is not None and abs(stated - mean) <= SAME_RATIO
        if line["n"] != len(known) or not agrees:
            said = {"rate": rate, "mean": mean, "known": len(known)}
            value = f"{stated} sur {line['n']} projets"
            findings.append(declared_finding("headline_equals_rows", said=said, value=value))
    return findings


def published_findings(
    figures: Mapping[str, Any],
    published: PublishedFigures,
    projects: pd.DataFrame,
    unsure: Mapping[str, pd.Series] = NO_DOUBT,
) -> list[Finding]:
    """Compare key figures with those once published, at the published precision, and explain what differs.

    Args:
        figures: the key figures of an edition.
        published: those once published.
        projects: core projects of the edition.
        unsure: from `unsure_moves`; entries or exits that differ by these alone are told by `identity_is_certain`.
    """
    findings = []
    for column, label, unit, decimals, factor in PUBLISHED:
        once, now = getattr(published, column), figures[column]
        if once is None or now is None or pd.isna(now):
            continue
        shown_once, shown_now = f"{once * factor:.{decimals}f}", f"{float(now) * factor:.{decimals}f}"
        doubted = int(unsure[column].get(published.edition, 0)) if column in unsure else 0
        if shown_once != shown_now and not (doubted and now - doubted == once):
            said = {
                "figure": label,
                "unit": unit,
                "now": french(shown_now),
                "once": french(shown_once),
                "explanation": _explanation(column, projects, doubted),
                "published": shown_once,
                "source": published.source,
            }
            findings.append(declared_finding("figures_equal_published_ones", said=said, value=shown_now))
    return findings


def _explanation(column: str, projects: pd.DataFrame, doubted: int) -> str:
    """What may explain the difference, as a sentence after a space; nothing is ruled out that the rows do not show."""
    if doubted:
        return f" Dont {doubted} qui sont peut-être le même projet sous deux noms (ID-005)."
    absent, kept = {
        "total_cost_meur": (projects["updated_cost_meur"].isna(), "coût"),
        "mean_duration_years": (projects["updated_duration_months"].isna(), "durée"),
    }.get(column, (None, ""))
    if absent is None:
        return ""
    without = absent | projects["withheld"].astype(bool)
    names = sorted(projects.loc[without & projects["phase"].ne("scoping"), "name"])
    not_told = f"sans {kept} dans les lignes, que le chiffre publié peut compter"
    if names:
        return f" {counted(len(names), 'projet')} hors cadrage {not_told} : {', '.join(names)}."
    if scoping := int(without.sum()):
        return f" {counted(scoping, 'projet')} en cadrage {not_told}."
    return f" Chaque ligne donne {'son coût' if kept == 'coût' else 'sa durée'} : les lignes n'expliquent pas l'écart."


def french(number: str) -> str:
    """A number already rounded, with a decimal comma."""
    return number.replace(".", ",")


def dataset_findings(
    csv_rows: pd.DataFrame, schema: Mapping[str, list[dict[str, str]]], projects: pd.DataFrame
) -> list[Finding]:
    """Compare the published rows with the core projects they come from."""
    columns = [field["name"] for field in schema["fields"]]
    if list(csv_rows.columns) != columns:
        return [_unequal("columns_equal_schema", list(csv_rows.columns), columns)]
    identifier, cost = (OPEN_PROJECTS.column(name).published for name in ("project_id", "updated_cost_meur"))
    kept_back = projects["cost_withheld"].astype(bool)
    decimals = OPEN_PROJECTS.column("updated_cost_meur").decimals
    total = projects.loc[~kept_back, "updated_cost_meur"].round(decimals or 0).sum()
    published = csv_rows[cost]
    withheld = csv_rows[identifier].isin(projects.loc[kept_back, "project_id"])
    leaks = csv_rows.loc[withheld & published.notna(), identifier]
    findings = []
    if sorted(csv_rows[identifier]) != sorted(projects["project_id"]):
        findings.append(_unequal("rows_equal_projects", len(csv_rows), len(projects)))
    if abs(float(published.fillna(0).sum()) - total) > SAME_RATIO * max(1.0, total):
        findings.append(_unequal("total_equals_rows", published.sum(), total))
    if len(leaks):
        findings.append(_unequal("nothing_withheld_is_published", list(leaks)))
    return findings


def _unequal(rule: str, found: object, right: object = None) -> Finding:
    return declared_finding(rule, said={"right": right}, value=str(found))
