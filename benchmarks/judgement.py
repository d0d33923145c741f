"""What the reader made of a submission made wrong: refused clearly, read as it was, read as it is now, or at fault.

A value that is read must be that of the right submission, or that which the change put there: as the change says of
its own cell, and otherwise as another reader of the format finds it.
"""

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import SupportsFloat

import pandas as pd
from openpyxl.utils import column_index_from_string, get_column_letter

from assets.forms.returned_workbook import returned_workbook
from assets.reading.submitted import found_files, read_files, read_inbox
from assets.reading.typed_rows import type_projects
from assets.reading.values.absences import says_nothing
from benchmarks.changed_cells import EDITION, FIELDS, Change
from benchmarks.mutations import Mutant, original
from benchmarks.second_readers import Cells, second_reading
from warehouse.home.settings import FileLimits
from warehouse.model.findings import Finding, errors_of
from warehouse.model.french import INVISIBLE

# A file that needs more is one that hangs.
LIMITS = FileLimits(xls_seconds=10)
UNCHANGED, EXPLAINED, REFUSED = "read as it was", "read with the changed values", "refused"
SILENT, UNCLEAR, CRASH, HANG = "a value changed silently", "refused unclearly", "crash", "hang"
FAULTS = (SILENT, UNCLEAR, CRASH, HANG)
# The column of the typed table that holds what a field says.
_COLUMNS = {"ministry": "ministry_id"}
_LARGEST_EXACT = 2**53
_DAY_ZERO = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - spreadsheets know no time zone
_SECOND, _FALSE_DAY = 1 / 86_400, 60


_SURROGATE = re.compile(r"[\ud800-\udfff]")
# By sheet, row from 1 and column from 1: the type and the text of a cell.
Place = tuple[str, int, int]
OurCells = dict[Place, tuple[str, str]]


@dataclass(frozen=True)
class Judgement:
    """An outcome, with the code of the refusal or what is wrong."""

    outcome: str
    detail: str = ""


@dataclass(frozen=True)
class Right:
    """What our reader makes of the right submission in one format: its cells, and its typed rows by their number."""

    cells: Mapping[Place, tuple[str, str]]
    rows: Mapping[int, Mapping[Hashable, object]]


def right_reading(suffix: str, folder: Path) -> Right:
    """Read the right submission, written in a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"right{suffix}").write_bytes(original(suffix))
    cells, read = read_inbox(folder, EDITION, LIMITS)
    projects, typed = type_projects(cells)
    if wrong := errors_of([*read, *typed]):
        raise ValueError(f"the right {suffix} is refused: {wrong[0]}")
    return Right(_our_cells(cells), _rows(projects))


def _rows(projects: pd.DataFrame) -> dict[int, dict[Hashable, object]]:
    return {int(row["source_row"]): row for row in projects.to_dict("records")}


def judge(mutant: Mutant, folder: Path, right: Right, *, is_returned: bool) -> Judgement:
    """Write a mutant alone in a folder, read it, and say what came of it.

    Args:
        mutant: the file made wrong.
        folder: where it is written, over the former one.
        right: what the reader makes of the right submission in this format.
        is_returned: whether the workbook for the ministry is made as well, and read again.
    """
    for former in folder.iterdir():
        former.unlink()
    path = folder / f"file{mutant.suffix}"
    path.write_bytes(mutant.content)
    cells, read = read_inbox(folder, EDITION, LIMITS)
    typed: list[Finding] = []
    if refusals := errors_of(read):
        judgement = Judgement(REFUSED, refusals[0].code)
    elif (ours := _our_cells(cells)) == right.cells:
        judgement = Judgement(UNCHANGED)
    elif mutant.says_the_same:
        judgement = Judgement(SILENT, _difference(right.cells, ours))
    else:
        projects, typed = type_projects(cells)
        judgement = (
            _judge_changes(mutant.changes, _rows(projects), typed, right)
            if mutant.changes
            else _judge_cells(path, cells, ours, right)
        )
    findings = [*read, *typed]
    judgement = _unclear(findings, path.name) or judgement
    if is_returned and judgement.outcome not in FAULTS:
        return _returned(path, findings, None if errors_of(read) else cells) or judgement
    return judgement


def _unclear(findings: Sequence[Finding], name: str) -> Judgement | None:
    for finding in findings:
        text = str(finding)
        if finding.file != name or not finding.message.strip() or _SURROGATE.search(text):
            return Judgement(UNCLEAR, text)
    return None


def _judge_cells(path: Path, cells: pd.DataFrame, ours: OurCells, right: Right) -> Judgement:
    try:
        theirs = second_reading(path)
    except Exception as error:
        return Judgement(SILENT, f"{_difference(right.cells, ours)}; the other reader refuses: {error!r:.200}")
    problem = _disagreement(cells, ours, theirs)
    return Judgement(SILENT, problem) if problem else Judgement(EXPLAINED)


def _our_cells(cells: pd.DataFrame) -> OurCells:
    # A CSV has the name of its file for that of its sheet.
    return {
        (sheet, row, column_index_from_string(column)): (kind, value)
        for sheet, row, column, kind, value in zip(
            cells["source_sheet"].replace({"file": "", "right": ""}), cells["source_row"], cells["source_column"],
            cells["value_type"], cells["value"], strict=True,
        )
    }  # fmt: skip


def _disagreement(cells: pd.DataFrame, ours: OurCells, theirs: Cells) -> str:
    """Where another reader finds something else under the headers that ours found; nothing when they agree."""
    for sheet in sorted({place[0] for place in ours}):
        headers = {
            column_index_from_string(column): header
            for column, header in cells[["source_column", "header"]].drop_duplicates().itertuples(index=False)
        }
        rows = sorted({row for name, row, _ in theirs if name == sheet})
        top = next(
            (
                row
                for row in rows
                if all(_same_text(theirs.get((sheet, row, at)), text) for at, text in headers.items())
            ),
            None,
        )
        if top is None:
            return f"the other reader has no such headers in {sheet!r}"
        repeated = {row for row in rows if _repeats(theirs, sheet, row, headers)}
        expected = {
            place: _as_ours(value)
            for place, value in theirs.items()
            if place[0] == sheet and place[1] > top and place[1] not in repeated and str(value).strip()
        }
        if problem := _difference(expected, {place: value for place, value in ours.items() if place[0] == sheet}):
            return problem
    return ""


def _repeats(theirs: Cells, sheet: str, row: int, headers: Mapping[int, str]) -> bool:
    """Whether a line says some of the headers once more, and nothing else: it is no project."""
    filled = {place[2]: value for place, value in theirs.items() if place[:2] == (sheet, row)}
    return len(filled) > 1 and all(at in headers and _same_text(value, headers[at]) for at, value in filled.items())


def _same_text(value: object, text: str) -> bool:
    return _as_ours(value)[1].strip() == text.strip() if value is not None else not text


def _difference(expected: Mapping[Place, tuple[str, str]], found: Mapping[Place, tuple[str, str]]) -> str:
    for place in sorted({*expected, *found}):
        one, other = expected.get(place), found.get(place)
        if one != other and not (one and other and _same_value(one, other)):
            return f"{place[0]}!{get_column_letter(place[2])}{place[1]}: expected {one}, read {other}"
    return ""


def _same_value(one: tuple[str, str], other: tuple[str, str]) -> bool:
    if {one[0], other[0]} <= {"number", "date"}:
        # Without its style, a day is a number.
        return math.isclose(_number(one), _number(other), rel_tol=1e-12, abs_tol=1e-300) or (
            one[0] == other[0] == "date" and abs(_number(one) - _number(other)) < _SECOND
        )
    return one[0] == other[0] and _bare(one[1]) == _bare(other[1])


def _number(cell: tuple[str, str]) -> float:
    if cell[0] == "number":
        return float(cell[1])
    days = (dt.datetime.fromisoformat(cell[1]) - _DAY_ZERO) / dt.timedelta(days=1)
    # Spreadsheets have a 29 February 1900, the sixtieth day.
    return days if days > _FALSE_DAY else days - 1


def _as_ours(value: object) -> tuple[str, str]:
    """A value as our reader tells it: its type, its text."""
    match value:
        case bool():
            return "boolean", str(value).lower()
        case int() | float():
            is_whole = float(value).is_integer() and abs(value) < _LARGEST_EXACT
            return "number", str(int(value)) if is_whole else repr(float(value))
        case dt.datetime() if value.time() == dt.time():
            return "date", value.date().isoformat()
        case dt.date():
            return "date", value.isoformat()
        case _:
            return "text", str(value)


def _bare(text: str) -> str:
    """A text without spaces nor control characters, which formats and readers keep or not."""
    # What is invisible is taken out, and said.
    return "".join(
        char
        for char in INVISIBLE.sub("", text)
        if not char.isspace() and unicodedata.category(char) != "Cc" and char != "\ufffd"
    )


def _judge_changes(
    changes: Sequence[Change], rows: Mapping[int, Mapping[Hashable, object]], typed: Sequence[Finding], right: Right
) -> Judgement:
    """Whether each changed cell is read as it may be, and no other cell as anything but it was."""
    changed = {(change.row + 2, change.field) for change in changes}
    refused = {(finding.row, _field(finding)) for finding in errors_of(typed)}
    if refused - changed:
        return Judgement(SILENT, f"a right cell is refused: {errors_of(typed)[0]}")
    for number, was in right.rows.items():
        if number not in rows:
            return Judgement(SILENT, f"row {number} is lost")
        for field in FIELDS:
            value, former = (row[_COLUMNS.get(field, field)] for row in (rows[number], was))
            if (number, field) not in changed and not _means(value, former):
                return Judgement(SILENT, f"{field} of row {number} was {former!r}, is {value!r}")
    for change in changes:
        place = (change.row + 2, change.field)
        value = rows[place[0]][_COLUMNS.get(change.field, change.field)]
        if _is_nothing(value):
            if place not in refused and not _may_be_nothing(change):
                return Judgement(SILENT, f"{change.cell!r} is read as nothing, and nobody says so")
        elif not any(_means(value, meaning) for meaning in change.readings):
            return Judgement(SILENT, f"{change.cell!r} is read as {value!r}")
    return Judgement(REFUSED, errors_of(typed)[0].code) if refused else Judgement(EXPLAINED)


def _field(finding: Finding) -> str:
    return FIELDS[column_index_from_string(re.sub(r"\d", "", finding.cell or "A")) - 1]


def _is_nothing(value: object) -> bool:
    return value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def _may_be_nothing(change: Change) -> bool:
    # A marker of absence is nothing in any column.
    return (
        change.is_nothing
        or says_nothing(str(change.cell), is_figure=True)
        or any(isinstance(each, str) and not _bare(each) for each in change.readings)
    )


def _means(value: object, meaning: object) -> bool:
    """Whether a typed value is what was meant."""
    if _is_nothing(value) or _is_nothing(meaning):
        return _is_nothing(value) and _is_nothing(meaning)
    if isinstance(value, dt.date):
        return isinstance(meaning, dt.date) and _day(value) == _day(meaning)
    if isinstance(value, str):
        return isinstance(meaning, str) and _bare(value) == _bare(meaning)
    return (
        isinstance(value, SupportsFloat)
        and isinstance(meaning, SupportsFloat)
        and math.isclose(float(value), float(meaning), rel_tol=1e-9)
    )


def _day(value: dt.date) -> dt.date:
    return value.date() if isinstance(value, dt.datetime) else value


def _returned(path: Path, findings: Sequence[Finding], cells: pd.DataFrame | None) -> Judgement | None:
    """What is wrong with the workbook returned for a file; None when it says what the file said."""
    (received,) = read_files(found_files(path.parent, LIMITS), EDITION, LIMITS).files.values()
    content = returned_workbook(received, findings, EDITION)
    if cells is None:
        return None
    back = path.with_name("back.xlsx")
    path.unlink()
    back.write_bytes(content)
    again, read = read_inbox(back.parent, EDITION, LIMITS)
    if wrong := errors_of(read):
        return Judgement(SILENT, f"the workbook returned is refused: {wrong[0]}")
    ours, theirs = (_without_sheet(each) for each in (cells, again))
    problem = _difference(ours, theirs)
    return Judgement(SILENT, f"in the workbook returned, {problem}") if problem else None


def _without_sheet(cells: pd.DataFrame) -> OurCells:
    return {("", row, column): value for (_, row, column), value in _our_cells(cells).items()}
