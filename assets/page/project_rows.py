"""The table of projects as it is printed: one row per project, withheld and unknown figures in words."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from assets.page.tables import PublicationTables, Rate
from assets.page.wording import WITHHELD, ministry_label, short_ministry
from warehouse.model import french
from warehouse.model.french import NBSP, UNKNOWN
from warehouse.model.vocabulary import PHASES, SLIPPAGE_STATUSES, WITHHELD_REASONS

Row = dict[str, Any]

# The bar of a cell covers −20 % to +80 %, where most slippages are; beyond, it is cut, as the page says.
BAR_WIDTH = 100.0
_BAR_FROM, _BAR_TO = -0.2, 0.8


@dataclass(frozen=True)
class Bar:
    """The bar of a slippage in a table cell: where it starts, its width, zero and target, in pixels."""

    x: float
    width: float
    zero: float
    target: float | None
    above: bool


@dataclass(frozen=True)
class RateCell:
    """A slippage in a table: the printed text, the sort key (empty when unknown), its bar."""

    text: str
    sort: str
    status: str
    bar: Bar | None


@dataclass(frozen=True)
class ProjectRow:
    """One line of the table of projects; sort keys are empty for what is not published."""

    project_id: str
    name: str
    url: str
    ministry: str
    ministry_short: str
    partner: str
    phase: str
    phase_rank: int
    interministerial: bool
    withheld: str
    cost: str
    cost_sort: str
    initial_cost: str
    end: str
    end_sort: str
    duration: str
    durations: str
    budget: RateCell
    schedule: RateCell


def project_rows(tables: PublicationTables) -> tuple[ProjectRow, ...]:
    """The projects of the edition, by ministry then name."""
    # The initial figures are those the slippage counts from, be they declared or first published.
    renamed = {"initial_cost_meur": "baseline_meur", "initial_duration_months": "baseline_months"}
    slippage = tables.slippage.set_index("project_id").rename(columns=renamed)
    slippage = slippage.filter(regex=r"_(status|ratio)$|^baseline")
    joined = tables.projects.join(slippage, on="project_id")
    target_ratio = tables.target_ratio()
    rows = [
        _project_row({str(key): value for key, value in row.items()}, target_ratio) for row in joined.to_dict("records")
    ]
    return tuple(sorted(rows, key=lambda row: (row.ministry_short.casefold(), row.name.casefold(), row.project_id)))


def _project_row(row: Row, target: float | None) -> ProjectRow:
    withheld = bool(row["withheld"])
    no_cost = WITHHELD if row["cost_withheld"] else UNKNOWN
    no_date = WITHHELD if row["schedule_withheld"] else UNKNOWN
    months = row["updated_duration_months"]
    return ProjectRow(
        project_id=row["project_id"],
        name=french.visible(row["name"]),
        url=_web_address(row["information_url"]),
        ministry=ministry_label(row["ministry_id"]),
        ministry_short=short_ministry(row["ministry_id"]),
        partner="" if pd.isna(row["partner_ministry_id"]) else short_ministry(row["partner_ministry_id"]),
        phase=UNKNOWN if pd.isna(row["phase"]) else PHASES.label(row["phase"]),
        phase_rank=len(PHASES.terms) if pd.isna(row["phase"]) else PHASES.codes().index(row["phase"]),
        interministerial=pd.notna(row["interministerial"]) and bool(row["interministerial"]),
        withheld=_withheld_reason(row) if withheld else "",
        cost=_or(no_cost, row["updated_cost_meur"], french.number(row["updated_cost_meur"], 1)),
        cost_sort=_sort_key(row["updated_cost_meur"]),
        initial_cost="" if pd.isna(row["baseline_meur"]) else french.number(row["baseline_meur"], 1),
        end=_or(no_date, row["updated_end_date"], french.month(row["updated_end_date"])),
        end_sort="" if pd.isna(row["updated_end_date"]) else f"{row['updated_end_date']:%Y-%m}",
        duration=_or(no_date, months, french.number(months)),
        durations=_durations(months, row["baseline_months"]),
        budget=_rate_cell(row, "budget", target),
        schedule=_rate_cell(row, "schedule", target),
    )


def _web_address(url: Any) -> str:
    """The address when it is one a browser may be sent to, else nothing: it comes from a submission."""
    text = "" if pd.isna(url) else str(url).strip()
    return text if text.startswith(("https://", "http://")) else ""


def _withheld_reason(row: Row) -> str:
    reason = row["withheld_reason"]
    return french.typeset(WITHHELD_REASONS.label("unspecified" if pd.isna(reason) else reason))


def _or(otherwise: str, value: Any, text: str) -> str:
    return otherwise if pd.isna(value) else text


def _sort_key(value: Any) -> str:
    return "" if pd.isna(value) else repr(round(float(value), 6))


def _rate_cell(row: Row, rate: Rate, target: float | None) -> RateCell:
    ratio, status = row[f"{rate}_slippage_ratio"], row[f"{rate}_status"]
    if pd.isna(status):
        return RateCell(UNKNOWN, "", "missing", None)
    if status != "known" or pd.isna(ratio):
        return RateCell(SLIPPAGE_STATUSES.label(status), "", status, None)
    return RateCell(french.percent(ratio, signed=True), _sort_key(ratio), status, _bar(float(ratio), target))


def _durations(updated: Any, initial: Any) -> str:
    if pd.isna(updated):
        return ""
    told = french.counted(int(updated), "mois", "mois")
    return told if pd.isna(initial) else f"{told}, initial{NBSP}:{NBSP}{french.number(initial)}"


def _bar(ratio: float, target: float | None) -> Bar:
    zero, end = _pixel(0.0), _pixel(ratio)
    return Bar(
        x=min(zero, end),
        # A slippage of nothing still shows a mark.
        width=max(abs(end - zero), 1.0),
        zero=zero,
        target=None if target is None else _pixel(target),
        above=target is not None and ratio > target,
    )


def _pixel(ratio: float) -> float:
    inside = min(max(ratio, _BAR_FROM), _BAR_TO)
    return round((inside - _BAR_FROM) / (_BAR_TO - _BAR_FROM) * BAR_WIDTH, 1)
