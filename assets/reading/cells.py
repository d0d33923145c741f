"""The cells under the headers of a sheet of projects, and what is to be said of how the sheet is laid out."""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assets.reading.formats.sheets import Cell, Sheet, cell_place, cell_text, cell_type
from assets.reading.headers import HeaderMatch
from warehouse.model.cells import column_letter
from warehouse.model.findings import Finding, declared_finding
from warehouse.model.terms import match_key

EPOCH_1904 = dt.date(1904, 1, 1)
# Day numbers between 1 January 1980 and 31 December 2079, where days count from 1904.
DAYS_1904 = range(27759, 64284)


def data_cells(sheet: Sheet, header_row: int, match: HeaderMatch) -> Iterator[dict[str, object]]:
    """Every cell with something in it under the headers, with its place; its `field` is None without a header.

    A line that says the headers once more, as at the top of a printed page, is passed over.
    """
    texts = [cell_text(cell) for cell in sheet.rows[header_row]]
    for number, row in enumerate(sheet.rows[header_row + 1 :], start=header_row + 2):
        if _repeats_headers(row, texts):
            continue
        for position, cell in enumerate(row):
            if cell is None or not cell_text(cell).strip():
                continue
            column = match.columns.get(position)
            if sheet.counts_from_1904 and column is not None and "day_first" in column.conventions:
                cell = _day_of_1904(cell)  # noqa: PLW2901  # the number alone would no longer say which day it is
            yield {
                "source_sheet": sheet.name,
                "source_row": number,
                "source_column": column_letter(position),
                "layout": match.layout.name,
                "header": texts[position] if position < len(texts) else "",
                "field": column.field if column else None,
                "value_type": cell_type(cell),
                "value": cell_text(cell),
            }


def _repeats_headers(row: Sequence[Cell], headers: Sequence[str]) -> bool:
    filled = [(position, cell) for position, cell in enumerate(row) if cell_text(cell).strip()]
    return len(filled) > 1 and all(
        position < len(headers) and match_key(cell_text(cell)) == match_key(headers[position]) != ""
        for position, cell in filled
    )


def _day_of_1904(cell: Cell) -> Cell:
    """The day that a number stands for; as a text, which no one takes for a day number, when it is none."""
    if cell_type(cell) != "number":
        return cell
    text = cell_text(cell)
    days = float(text)
    return EPOCH_1904 + dt.timedelta(days=int(days)) if DAYS_1904[0] <= days < DAYS_1904[-1] + 1 else text


def sheet_findings(
    file: str, sheet: Sheet, header_row: int, match: HeaderMatch, cells: Sequence[Mapping[str, object]]
) -> list[Finding]:
    """What is to be said of a sheet of projects whose headers are right: hidden, merged or stray cells.

    Args:
        file: name of the file.
        sheet: the sheet.
        header_row: its row of headers, counted from 0.
        match: the columns under those headers.
        cells: what `data_cells` gave of it.
    """
    place: dict[str, Any] = {"file": file, "sheet": sheet.name}
    stray = [
        declared_finding(
            "value_has_a_header",
            "Une valeur se trouve sous une colonne sans en-tête.",
            **cell_place(
                place | {"row": cell["source_row"]}, letter := str(cell["source_column"]), letter, str(cell["value"])
            ),
            expected="aucune valeur hors des colonnes du format",
        )
        for cell in cells
        if cell["field"] is None
    ]
    hidden = declared_finding(
        "sheet_is_visible",
        "Cette feuille est masquée : ses projets sont lus comme les autres.",
        **place,
        expected="une feuille visible, ou pas de feuille",
    )
    return [*([hidden] if sheet.is_hidden and cells else []), *_merged(place, sheet, header_row, match), *stray]


def _merged(place: Mapping[str, str], sheet: Sheet, header_row: int, match: HeaderMatch) -> list[Finding]:
    """The merged cells that stand for several values: only the first row and column of one has it."""
    if not sheet.merged:
        return []
    filled = [
        number
        for number, row in enumerate(sheet.rows)
        if number > header_row and sum(bool(cell_text(row[at]).strip()) for at in match.columns if at < len(row)) > 1
    ]
    findings = []
    for (top, left), (bottom, right) in sheet.merged:
        column = match.columns.get(left)
        text = cell_text(sheet.rows[top][left]) if top < len(sheet.rows) and left < len(sheet.rows[top]) else ""
        projects = bisect_right(filled, bottom) - bisect_left(filled, top)
        columns = sum(left <= position <= right for position in match.columns)
        if column is None or top <= header_row or not text.strip() or not projects or projects * columns == 1:
            continue
        first, last = f"{column_letter(left)}{top + 1}", f"{column_letter(right)}{bottom + 1}"
        findings.append(
            declared_finding(
                "cell_is_not_merged",
                f"Les cellules {first} à {last} sont fusionnées : leur valeur n'est lue qu'en {first}, le reste est "
                "vide.",
                **cell_place({**place, "row": top + 1}, column_letter(left), column.header, text),
                expected="une valeur dans chaque cellule, sans fusion",
            )
        )
    return findings
