"""What tests look at in a returned workbook: its colours, its comments, its list of anomalies."""

import datetime as dt
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from submissions import row

from assets.forms.returned_summary import SUMMARY_HEADERS

NAMES = ("ALPHA", "BRAVO", "CHARLIE", "DELTA", "ECHO")


def quiet_row(**changes: object) -> dict[str, object]:
    """A line of which nothing is said."""
    return row(**{"updated_end_date": dt.date(2022, 7, 1), "opinion_date": dt.date(2019, 2, 1), **changes})


def rows(**changes: dict[str, object]) -> list[dict[str, object]]:
    """Five such lines, and the changes of those named."""
    return [quiet_row(**{"name": f"PROJET {name}", **changes.get(name, {})}) for name in NAMES]


def fill(sheet: Worksheet, place: str) -> str | None:
    cell = sheet[place]
    return str(cell.fill.fgColor.rgb) if cell.fill.fill_type else None


def comment(sheet: Worksheet, place: str) -> str:
    assert sheet[place].comment is not None, place
    return str(sheet[place].comment.text)


def marked(sheet: Worksheet) -> set[str]:
    return {cell.coordinate for line in sheet.iter_rows() for cell in line if cell.comment}


def summary(path: Path) -> list[dict[str, object]]:
    """The lines of the sheet « Anomalies », by header."""
    lines = [[cell.value for cell in line] for line in load_workbook(path).worksheets[0].iter_rows()]
    top = next((number for number, line in enumerate(lines) if tuple(line) == SUMMARY_HEADERS), len(lines))
    return [dict(zip(SUMMARY_HEADERS, line, strict=True)) for line in lines[top + 1 :]]
