"""From cells to rows: one typed row per submitted line, traceable to its file, sheet and row.

A field is read at once for every line, each distinct text once. Which project a row is, and what the registers add to
it, is for `assets.projects`.
"""

import calendar
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

import pandas as pd

from assets.reading.formats.sheets import place_of
from assets.reading.headers import Layout, layouts
from assets.reading.ministries import LineMinistries, ministries_of_line
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
from warehouse.archive.tables import SUBMITTED_ROWS
from warehouse.facts.ministries import NO_LABELS, nearest_ministries
from warehouse.model.findings import Finding, declared_finding
from warehouse.model.french import day, exact
from warehouse.model.schema import PANDAS_DTYPES, empty_frame
from warehouse.model.vocabulary import VOCABULARIES
from warehouse.projects.durations import MONTHS_PER_YEAR, cost_band, duration_months

# Open data up to edition 7 gave years as days / 365 (domain facts); the convention is named in the layouts.
DAYS_PER_PUBLISHED_YEAR = 365
PLACE = ["source_file", "source_sheet", "source_row"]
# What a row has of its cells as they are.
STAMP = ("edition", "layout", "source_sha256", *PLACE)
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
# Texts of which a part may be a link, and the field that the link is then of.
LINK_FIELDS = {"description": "information_url", "funding": "performance_plan_url"}
MINISTRY_FIELDS = ("ministry_name", "ministry", "partner_ministry")
CODE_FIELDS = ("phase", "opinion", "deviation_reason", "withheld_reason")
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
# The values of a field, by line; a line without a value may be absent.
Values = Mapping[int, Value | None]


class _Text(NamedTuple):
    """What a cell says, and what decides how it is read."""

    value: str
    value_type: str
    layout: str


class _Problem(NamedTuple):
    """What is to be said of a cell."""

    rule: str
    message: str
    expected: str


@dataclass
class _Submission:
    """The cells of an edition, and what is found in reading them.

    A line is the rank of a row among those of all files and sheets. `columns` holds the cells of each field, those of
    `RAW_SUBMISSIONS` with their `line`.
    """

    columns: Mapping[str, pd.DataFrame]
    layouts: Mapping[str, Layout]
    ministry_labels: Mapping[str, str]
    findings: list[tuple[int, Finding]] = field(default_factory=list)
    withheld_notes: dict[int, str | None] = field(default_factory=dict)

    def texts(self, name: str, attribute: str = "value") -> Mapping[int, str]:
        """What the cells of a field say, or another attribute of them, by line."""
        column = self.columns.get(name)
        return {} if column is None else dict(zip(column["line"], column[attribute], strict=True))

    def read(self, name: str, parser: Callable[[_Text], Value | None]) -> Values[Value]:
        """Parse the cells of a field; what cannot be read is a finding, or the withheld note of its line."""
        column = self.columns.get(name)
        if column is None:
            return {}
        texts = list(map(_Text, column["value"], column["value_type"], column["layout"]))
        outcomes = {text: _outcome(parser, text) for text in dict.fromkeys(texts)}
        values: dict[int, Value | None] = {}
        problems: dict[int, list[_Problem]] = {}
        for line, text in zip(column["line"], texts, strict=True):
            outcome = outcomes[text]
            if not isinstance(outcome, UnreadableValueError):
                values[line] = outcome
            elif self._is_withheld(name, text):
                self.withheld_notes[line] = parse_text(text.value)
            else:
                problems[line] = [_Problem(outcome.rule, "Valeur illisible.", str(outcome))]
        self.report(name, problems)
        return values

    def _is_withheld(self, name: str, text: _Text) -> bool:
        conventions = self.layouts[text.layout].conventions(name)
        return "sentence_means_withheld" in conventions and says_withheld(text.value)

    def report(self, name: str, problems: Mapping[int, list[_Problem]]) -> None:
        """Say what is wrong with cells of a field, by line."""
        if not problems:
            return
        column = self.columns[name]
        for cell in column.loc[column["line"].isin(list(problems))].to_dict("records"):
            self.findings += [
                (cell["line"], declared_finding(rule, message, **place_of(cell), expected=expected))
                for rule, message, expected in problems[cell["line"]]
            ]


def _outcome(parser: Callable[[_Text], Value | None], text: _Text) -> Value | UnreadableValueError | None:
    try:
        return parser(text)
    except UnreadableValueError as error:
        return error


def type_projects(
    cells: pd.DataFrame, ministry_labels: Mapping[str, str] = NO_LABELS
) -> tuple[pd.DataFrame, list[Finding]]:
    """Read the cells of an edition into projects.

    Args:
        cells: columns of `RAW_SUBMISSIONS`, one edition.
        ministry_labels: labels that only a home knows, by their `match_key`, each with its ministry.

    Returns:
        One row per submitted line, in the order of files, sheets and rows, with the columns of `SUBMITTED_ROWS`
        (`project_id` missing when not declared); and an error for each cell that cannot be read, then a notice for
        each column where a convention of the layout was needed. A line with an error is still a row, with that value
        missing.
    """
    if cells.empty:
        return empty_frame(SUBMITTED_ROWS), []
    # As objects: each text is looked at one by one.
    placed = cells.astype(object).assign(line=cells.groupby(PLACE, sort=True).ngroup())
    lines = placed.drop_duplicates("line").sort_values("line", ignore_index=True)
    submission = _Submission(
        {str(name): column for name, column in placed.groupby("field", sort=False)},
        {layout.name: layout for layout in layouts(lines["edition"].iloc[0])},
        ministry_labels,
    )
    values: dict[str, Values[object]] = _values(submission) | {name: dict(enumerate(lines[name])) for name in STAMP}
    typed = pd.DataFrame(
        {
            column.name: pd.Series(
                [values.get(column.name, {}).get(line) for line in lines.index], dtype=PANDAS_DTYPES[column.kind]
            )
            for column in SUBMITTED_ROWS.columns
        }
    )
    findings = [finding for _, finding in sorted(submission.findings, key=lambda found: found[0])]
    return typed.pipe(_with_derived), findings + _convention_notices(cells)


def _convention_notices(cells: pd.DataFrame) -> list[Finding]:
    """One notice for each column of a sheet where only the convention of the layout tells the day from the month."""
    texts = cells.loc[cells["value_type"].eq("text") & cells["field"].isin(DATE_FIELDS)]
    ambiguous = texts.loc[texts["value"].map(is_ambiguous_date).astype(bool)]
    return [_day_first_notice(column) for _, column in ambiguous.groupby([*PLACE[:2], "field"], sort=True)]


def _day_first_notice(column: pd.DataFrame) -> Finding:
    first = column.sort_values("source_row").iloc[0].to_dict()
    date = parse_date(first["value"])
    count = "une date s'écrit" if len(column) == 1 else f"{len(column)} dates s'écrivent"
    example = "" if date is None else f", donc ici le {day(date)}"
    return declared_finding(
        "date_convention_is_day_first",
        f"Dans cette colonne, {count} sans qu'on puisse distinguer le jour du mois : le jour est lu d'abord{example}.",
        **place_of(first),
        expected="le jour avant le mois, ou une cellule de date",
    )


def _with_derived(projects: pd.DataFrame) -> pd.DataFrame:
    """Fill what follows from the other columns: answers not given, bands, durations between dates, baseline start."""
    start = projects["initial_start_date"].fillna(projects["start_date"])
    between = duration_months(projects["start_date"], projects["updated_end_date"])
    months = projects["updated_duration_months"].fillna(between)
    # What an open-data row still shows was published: only the figures it lacks are withheld.
    already_open = projects["withheld_note"].notna()
    withheld = projects["withheld"].fillna(value=False) | already_open
    kept_back = withheld.astype(bool)
    return projects.assign(
        fictitious=projects["fictitious"].fillna(value=False),
        withheld=withheld,
        cost_withheld=kept_back & ~(already_open & projects["updated_cost_meur"].notna()),
        schedule_withheld=kept_back & ~(already_open & months.notna()),
        initial_start_date=start.where(projects["initial_end_date"].notna()),
        initial_duration_months=duration_months(start, projects["initial_end_date"]),
        updated_duration_months=months,
        cost_band=cost_band(projects["updated_cost_meur"]),
    )


def _values(submission: _Submission) -> dict[str, Values[object]]:
    """The values of each column that is read from cells, by line; findings come in the order of these readings."""
    lead, partner = _ministries(submission)
    start = submission.read("start_date", _date_parser(submission, "start_date"))
    end, months = _forecast_end(submission, start)
    answers = {name: submission.read(name, _answer) for name in ("interministerial", "fictitious")}
    costs = {name: _costs(submission, name) for name in COST_FIELDS}
    dates = {name: submission.read(name, _date_parser(submission, name)) for name in OTHER_DATE_FIELDS}
    codes = {name: submission.read(name, _code_parser(name)) for name in CODE_FIELDS}
    band = submission.read("submitted_cost_band", _band)
    # Read last: a sentence met in any other column above says the same as this one.
    withheld = submission.read("withheld", _answer)
    _refuse_formula_errors(submission)
    notes = {line: note for line, note in submission.withheld_notes.items() if note is not None}
    return {
        **_text_values(submission),
        **answers,
        **costs,
        **dates,
        **codes,
        "ministry_id": lead,
        "partner_ministry_id": partner,
        "start_date": start,
        "updated_end_date": end,
        "updated_duration_months": months,
        "submitted_cost_band": band,
        "withheld": withheld,
        "withheld_note": notes,
        "withheld_reason": {
            **codes["withheld_reason"],
            **{line: withheld_reason(note) for line, note in notes.items()},
        },
    }


def _text_values(submission: _Submission) -> dict[str, Values[str]]:
    """The fields of which any text is a value, their links set apart, and the programmes named in the funding."""
    texts = {name: submission.texts(name) for name in TEXT_FIELDS}
    links: dict[str, Values[str]] = {}
    for name, target in LINK_FIELDS.items():
        split = {line: split_link(text) for line, text in texts[name].items()}
        texts[name] = {line: seen for line, (seen, _) in split.items()}
        links[target] = {line: address for line, (_, address) in split.items()}
    programmes = {line: parse_programmes(text) for line, text in texts["funding"].items()}
    values = {name: {line: parse_text(text) for line, text in found.items()} for name, found in texts.items()}
    return {
        **values,
        **{name: {**found, **_given(values[name])} for name, found in links.items()},
        "programmes": programmes,
    }


def _given(values: Values[Value]) -> dict[int, Value]:
    return {line: value for line, value in values.items() if value is not None}


def _costs(submission: _Submission, name: str) -> Values[float]:
    """The costs of a field in M€, by line; one in another unit is told."""
    costs = _given(submission.read(name, lambda text: parse_cost(text.value)))
    told = {
        line: [
            _Problem(
                "cost_unit_is_meur",
                f"Le coût est donné en {cost.unit} : il est lu {exact(cost.meur)} M€.",
                "un coût en M€ TTC",
            )
        ]
        for line, cost in costs.items()
        if cost.unit is not None
    }
    submission.report(name, told)
    return {line: cost.meur for line, cost in costs.items()}


def _refuse_formula_errors(submission: _Submission) -> None:
    """Name the texts that are the error of a formula: anything is a text, so that nothing else would refuse them."""
    problem = _Problem("value_is_readable", "La formule de la cellule est en erreur.", "une valeur, ou rien")
    for name in TEXT_FIELDS:
        texts = submission.texts(name).items()
        submission.report(name, {line: [problem] for line, text in texts if says_formula_error(text)})


def _answer(text: _Text) -> bool | None:
    return parse_boolean(text.value)


def _band(text: _Text) -> str | None:
    return None if says_no_band(text.value) else _code_parser("submitted_cost_band")(text)


def says_no_band(text: str) -> bool:
    """Whether a cost band cell says there is no band: empty, or « en cadrage »."""
    try:
        return parse_number(text) is None
    except UnreadableValueError:
        return False


def _date_parser(submission: _Submission, name: str) -> Callable[[_Text], dt.date | None]:
    day_first = {layout: "day_first" in known.conventions(name) for layout, known in submission.layouts.items()}
    return lambda text: parse_date(text.value, is_number=text.value_type == "number", day_first=day_first[text.layout])


def _code_parser(name: str) -> Callable[[_Text], str | None]:
    vocabulary = VOCABULARIES[SUBMITTED_ROWS.column(name).vocabulary or ""]
    return lambda text: parse_code(text.value, vocabulary)


def _forecast_end(submission: _Submission, start: Values[dt.date]) -> tuple[Values[dt.date], Values[int]]:
    """The forecast end, and the duration where it does not follow from the two dates.

    Open data gives a number of years instead of an end; how it was counted is a convention of the layout.
    """
    ends = _given(submission.read("updated_end_date", _date_parser(submission, "updated_end_date")))
    durations = _given(submission.read("duration_years", lambda text: parse_years(text.value)))
    name = "duration_years"
    in_days = {known for known, layout in submission.layouts.items() if "days/365" in layout.conventions(name)}
    layout_of = submission.texts(name, "layout")
    months: dict[int, int] = {}
    for line in durations.keys() - ends.keys():
        first, years = start.get(line), durations[line]
        if first is not None and layout_of[line] in in_days:
            ends[line] = first + dt.timedelta(days=round(years * DAYS_PER_PUBLISHED_YEAR))
            continue
        months[line] = int(years * MONTHS_PER_YEAR + 0.5)
        if first is not None:
            ends[line] = _add_months(first, months[line])
    return ends, months


def _add_months(start: dt.date, months: int) -> dt.date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return dt.date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def _ministries(submission: _Submission) -> tuple[Values[str], Values[str]]:
    """The lead ministry and the second one, from a label, a code, or a label that names two ministries."""
    names, labels, partners = (submission.texts(name) for name in MINISTRY_FIELDS)
    known: dict[tuple[str, str], LineMinistries] = {}
    problems: dict[str, dict[int, list[_Problem]]] = {name: {} for name in MINISTRY_FIELDS}
    found: dict[int, LineMinistries] = {}
    for line in names.keys() | labels.keys() | partners.keys():
        name = "ministry_name" if names.get(line, "").strip() else "ministry"
        text, partner = (names if name == "ministry_name" else labels).get(line, ""), partners.get(line, "")
        if (text, partner) not in known:
            known[text, partner] = ministries_of_line(text, partner, submission.ministry_labels)
        found[line] = known[text, partner]
        for label in found[line].unknown:
            cell = name if label != partner else "partner_ministry"
            problems[cell].setdefault(line, []).append(_unknown_ministry(label))
    for name in MINISTRY_FIELDS:
        submission.report(name, problems[name])
    return {line: each.lead for line, each in found.items()}, {line: each.partner for line, each in found.items()}


def _unknown_ministry(label: str) -> _Problem:
    nearest = " ou ".join(f"« {known} »" for known in nearest_ministries(label))
    return _Problem(
        "ministry_is_known",
        "Ministère inconnu.",
        f"un ministère connu, le plus proche : {nearest} ; un libellé nouveau s'ajoute à registers/ministries.csv",
    )
