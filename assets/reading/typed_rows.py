"""From cells to rows: one typed row per submitted line, traceable to its file, sheet and row.

Which project a row is, and what the registers add to it, is for `assets.projects`.
"""

import calendar
import datetime as dt
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import pandas as pd

from assets.reading.headers import Layout, layouts
from assets.reading.parsing import (
    UnreadableValueError,
    is_ambiguous_date,
    parse_boolean,
    parse_code,
    parse_cost,
    parse_date,
    parse_number,
    parse_programmes,
    parse_text,
    parse_years,
    says_formula_error,
    says_withheld,
    split_link,
    withheld_reason,
)
from warehouse.archive.tables import CORE_PROJECTS
from warehouse.facts.ministries import NO_LABELS, find_ministries, nearest_ministries
from warehouse.model.findings import Finding
from warehouse.model.french import day, exact
from warehouse.model.rules import Severity
from warehouse.model.schema import PANDAS_DTYPES
from warehouse.model.vocabulary import VOCABULARIES
from warehouse.projects.durations import MONTHS_PER_YEAR, cost_band, duration_months

# Open data up to edition 7 gave years as days / 365 (domain facts); the convention is named in the layouts.
DAYS_PER_PUBLISHED_YEAR = 365
PLACE = ["source_file", "source_sheet", "source_row"]
COST_FIELDS = ("initial_cost_meur", "updated_cost_meur", "rebaseline_cost_meur")
# Read first and last: the forecast end may follow from a number of years.
OTHER_DATE_FIELDS = (
    "initial_start_date",
    "initial_end_date",
    "opinion_date",
    "rebaseline_date",
    "rebaseline_end_date",
)
DATE_FIELDS = ("start_date", "updated_end_date", *OTHER_DATE_FIELDS)
# Fields of which any text is a value.
TEXT_FIELDS = (
    "project_id",
    "name",
    "description",
    "information_url",
    "functional_zone",
    "funding",
    "performance_plan_url",
    "deviation_comment",
    "rebaseline_act",
    "rebaseline_reason",
)
Value = TypeVar("Value")


@dataclass
class _Row:
    """One submitted line being read: what its cells say, what they do not say readably."""

    cells: Mapping[str, Mapping[str, str]]
    layout: Layout
    place: Mapping[str, object]
    ministry_labels: Mapping[str, str]
    findings: list[Finding] = field(default_factory=list)
    withheld_note: str | None = None

    def text(self, name: str) -> str:
        return self.cells[name]["value"] if name in self.cells else ""

    def read(self, name: str, parser: Callable[[str], Value | None]) -> Value | None:
        """Parse a cell; what cannot be read becomes missing and a finding, or the row's withheld note."""
        text = self.text(name)
        try:
            return parser(text)
        except UnreadableValueError as error:
            if "sentence_means_withheld" in self.layout.conventions(name) and says_withheld(text):
                self.withheld_note = parse_text(text)
            else:
                self.report(name, error.rule, "Valeur illisible.", str(error))
            return None

    def report(self, name: str, rule: str, message: str, expected: str, severity: Severity = "error") -> None:
        cell = self.cells[name]
        self.findings.append(
            Finding(
                rule,
                severity,
                message,
                file=str(self.place["source_file"]),
                sheet=str(self.place["source_sheet"]),
                row=int(str(self.place["source_row"])),
                column=cell["header"].strip(),
                cell=f"{cell['source_column']}{self.place['source_row']}",
                value=cell["value"],
                expected=expected,
            )
        )


def type_projects(
    cells: pd.DataFrame, ministry_labels: Mapping[str, str] = NO_LABELS
) -> tuple[pd.DataFrame, list[Finding]]:
    """Read the cells of an edition into projects.

    Args:
        cells: columns of `RAW_SUBMISSIONS`, one edition.
        ministry_labels: labels that only a home knows, by their `match_key`, each with its ministry.

    Returns:
        One row per submitted line, in the order of files, sheets and rows, with the columns of
        `CORE_PROJECTS` (`project_id` missing when not declared), and an error for each cell that cannot
        be read, then a notice for each column where a convention of the layout was needed. A line with an error is
        still a row, with that value missing.
    """
    records, findings = [], []
    for place, group in cells.groupby(PLACE, sort=True):
        by_field = {str(cell["field"]): _strings(cell) for cell in group.to_dict("records")}
        first = group.iloc[0]
        layout = next(known for known in layouts(first["edition"]) if known.name == first["layout"])
        stamp = dict(zip(PLACE, place, strict=True)) | {"source_sha256": first["source_sha256"]}
        row = _Row(by_field, layout, stamp, ministry_labels)
        records.append({"edition": first["edition"], **_project(row), **stamp})
        findings += row.findings
    frame = pd.DataFrame(records, columns=CORE_PROJECTS.names())
    typed = frame.astype({column.name: PANDAS_DTYPES[column.kind] for column in CORE_PROJECTS.columns})
    return typed.pipe(_with_derived), findings + _convention_notices(cells)


def _strings(cell: Mapping[Hashable, object]) -> dict[str, str]:
    return {str(name): str(value) for name, value in cell.items()}


def _convention_notices(cells: pd.DataFrame) -> list[Finding]:
    """One notice for each column of a sheet where only the convention of the layout tells the day from the month."""
    texts = cells.loc[cells["value_type"].eq("text") & cells["field"].isin(DATE_FIELDS)]
    ambiguous = texts.loc[texts["value"].map(is_ambiguous_date).astype(bool)]
    return [_day_first_notice(column) for _, column in ambiguous.groupby([*PLACE[:2], "field"], sort=True)]


def _day_first_notice(column: pd.DataFrame) -> Finding:
    first = column.sort_values("source_row").iloc[0]
    date = parse_date(first["value"])
    count = "une date s'écrit" if len(column) == 1 else f"{len(column)} dates s'écrivent"
    example = "" if date is None else f", donc ici le {day(date)}"
    return Finding(
        "date_convention_is_day_first",
        "notice",
        f"Dans cette colonne, {count} sans qu'on puisse distinguer le jour du mois : le jour est lu d'abord{example}.",
        file=first["source_file"],
        sheet=first["source_sheet"],
        row=int(first["source_row"]),
        column=first["header"].strip(),
        cell=f"{first['source_column']}{first['source_row']}",
        value=first["value"],
        expected="le jour avant le mois, ou une cellule de date",
    )


def _with_derived(projects: pd.DataFrame) -> pd.DataFrame:
    """Fill what follows from the other columns: bands, durations between dates, baseline start."""
    start = projects["initial_start_date"].fillna(projects["start_date"])
    between = duration_months(projects["start_date"], projects["updated_end_date"])
    months = projects["updated_duration_months"].fillna(between)
    kept_back = projects["withheld"].astype(bool)
    # What an open-data row still shows was published: only the figures it lacks are withheld.
    already_open = projects["withheld_note"].notna()
    return projects.assign(
        cost_withheld=kept_back & ~(already_open & projects["updated_cost_meur"].notna()),
        schedule_withheld=kept_back & ~(already_open & months.notna()),
        initial_start_date=start.where(projects["initial_end_date"].notna()),
        initial_duration_months=duration_months(start, projects["initial_end_date"]),
        updated_duration_months=months,
        cost_band=cost_band(projects["updated_cost_meur"]),
    )


def _project(row: _Row) -> dict[str, object]:
    ministries = _ministries(row)
    description, information_url = split_link(row.text("description"))
    funding, plan_url = split_link(row.text("funding"))
    start = row.read("start_date", _date_parser(row, "start_date"))
    end, months = _forecast_end(row, start)
    project: dict[str, object] = {
        "project_id": parse_text(row.text("project_id")),
        "name": parse_text(row.text("name")),
        "ministry_id": ministries[0],
        "partner_ministry_id": ministries[1],
        "interministerial": row.read("interministerial", parse_boolean),
        "description": parse_text(description),
        "information_url": parse_text(row.text("information_url")) or information_url,
        "start_date": start,
        "updated_end_date": end,
        "updated_duration_months": months,
        "functional_zone": parse_text(row.text("functional_zone")),
        "funding": parse_text(funding),
        "programmes": parse_programmes(funding),
        "performance_plan_url": parse_text(row.text("performance_plan_url")) or plan_url,
        "deviation_comment": parse_text(row.text("deviation_comment")),
        "rebaseline_act": parse_text(row.text("rebaseline_act")),
        "rebaseline_reason": parse_text(row.text("rebaseline_reason")),
        "fictitious": row.read("fictitious", parse_boolean) or False,
    }
    for name in COST_FIELDS:
        project[name] = _cost(row, name)
    for name in OTHER_DATE_FIELDS:
        project[name] = row.read(name, _date_parser(row, name))
    for name in ("phase", "opinion", "deviation_reason", "withheld_reason"):
        project[name] = row.read(name, _code_parser(name))
    band = row.text("submitted_cost_band")
    project["submitted_cost_band"] = (
        None if says_no_band(band) else row.read("submitted_cost_band", _code_parser("submitted_cost_band"))
    )
    # Read last: a sentence met in any other column above says the same as this one.
    withheld = row.read("withheld", parse_boolean) or False
    if row.withheld_note is not None:
        project |= {"withheld_note": row.withheld_note, "withheld_reason": withheld_reason(row.withheld_note)}
    _refuse_formula_errors(row)
    return project | {"withheld": withheld or row.withheld_note is not None}


def _cost(row: _Row, name: str) -> float | None:
    cost = row.read(name, parse_cost)
    if cost is None:
        return None
    if cost.unit is not None:
        row.report(
            name,
            "cost_unit_is_meur",
            f"Le coût est donné en {cost.unit} : il est lu {exact(cost.meur)} M€.",
            "un coût en M€ TTC",
            "notice",
        )
    return cost.meur


def _refuse_formula_errors(row: _Row) -> None:
    """Name the texts that are the error of a formula: anything is a text, so that nothing else would refuse them."""
    for name in TEXT_FIELDS:
        if name in row.cells and says_formula_error(row.text(name)):
            row.report(
                name,
                "value_is_readable",
                "La formule de la cellule est en erreur.",
                "une valeur, ou rien",
            )


def says_no_band(text: str) -> bool:
    """Whether a cost band cell says there is no band: empty, or « en cadrage »."""
    try:
        return parse_number(text) is None
    except UnreadableValueError:
        return False


def _date_parser(row: _Row, name: str) -> Callable[[str], dt.date | None]:
    is_number = name in row.cells and row.cells[name]["value_type"] == "number"
    day_first = "day_first" in row.layout.conventions(name)
    return lambda text: parse_date(text, is_number=is_number, day_first=day_first)


def _code_parser(name: str) -> Callable[[str], str | None]:
    vocabulary = VOCABULARIES[CORE_PROJECTS.column(name).vocabulary or ""]
    return lambda text: parse_code(text, vocabulary)


def _forecast_end(row: _Row, start: dt.date | None) -> tuple[dt.date | None, int | None]:
    """The forecast end, and the duration where it does not follow from the two dates.

    Open data gives a number of years instead of an end; how it was counted is a convention of the layout.
    """
    declared = row.read("updated_end_date", _date_parser(row, "updated_end_date"))
    years = row.read("duration_years", parse_years)
    if declared is not None or years is None:
        return declared, None
    months = int(years * MONTHS_PER_YEAR + 0.5)
    if start is None:
        return None, months
    if "days/365" in row.layout.conventions("duration_years"):
        return start + dt.timedelta(days=round(years * DAYS_PER_PUBLISHED_YEAR)), None
    return _add_months(start, months), months


def _add_months(start: dt.date, months: int) -> dt.date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return dt.date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def _ministries(row: _Row) -> tuple[str | None, str | None]:
    """The lead ministry and the second one, from a label, a code, or a label that names two ministries."""
    name = "ministry_name" if row.text("ministry_name").strip() else "ministry"
    text = row.text(name)
    if row.text("partner_ministry").strip():
        labels = [text, row.text("partner_ministry")]
    elif known := find_ministries(text, row.ministry_labels):
        return known[0], known[1] if len(known) > 1 else None
    else:
        labels = text.split("/", 1)
    found: list[str | None] = []
    for label in labels:
        codes = find_ministries(label, row.ministry_labels)
        # A label that names two ministries is one too many beside another.
        code = codes[0] if len(codes) == 1 else None
        if code is None and label.strip():
            nearest = " ou ".join(f"« {known} »" for known in nearest_ministries(label))
            cell = name if label != row.text("partner_ministry") else "partner_ministry"
            row.report(
                cell,
                "ministry_is_known",
                "Ministère inconnu.",
                f"un ministère connu, le plus proche : {nearest} ; un libellé nouveau s'ajoute à "
                "registers/ministries.csv",
            )
        found.append(code)
    return found[0], found[1] if len(found) > 1 else None
