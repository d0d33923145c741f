"""The cells under the headers of a sheet of projects, and what is to be said of how the sheet is laid out."""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import groupby
from typing import Any

from assets.reading.formats.sheets import Cell, Sheet, cell_place, cell_text, cell_type
from assets.reading.headers import HeaderMatch
from warehouse.model.cells import column_letter
from warehouse.model.findings import Finding, declared_finding
from warehouse.model.french import listed
from warehouse.model.terms import match_key

EPOCH_1904 = dt.date(1904, 1, 1)
# Day numbers between 1 January 1980 and 31 December 2079, where days count from 1904.
DAYS_1904 = range(27759, 64284)


@dataclass(slots=True, eq=False)
class DataCell(Mapping[str, Any]):
    """A cell with something in it, by the names of `RAW_SUBMISSIONS`; its column is `position` too, counted from 0.

    A file has half a million of them: a `dict` of each would take as many kilobytes.
    """

    source_sheet: str
    source_row: int
    source_column: str
    layout: str
    header: str
    field: str | None
    value_type: str
    value: str
    position: int

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)

    def __iter__(self) -> Iterator[str]:
        return iter(_NAMES)

    def __len__(self) -> int:
        return len(_NAMES)


_NAMES = tuple(field.name for field in fields(DataCell))


def data_cells(sheet: Sheet, header_row: int, match: HeaderMatch) -> Iterator[DataCell]:
    """Every cell with something in it under the headers, with its place; its `field` is None without a header.

    A line that says the headers once more, as at the top of a printed page, is passed over.
    """
    texts = [cell_text(cell) for cell in sheet.rows[header_row]]
    letters = list(map(column_letter, range(max(map(len, sheet.rows), default=0))))
    for number, row in enumerate(sheet.rows[header_row + 1 :], start=header_row + 2):
        if _repeats_headers(row, texts):
            continue
        for position, cell in enumerate(row):
            if cell is None or not cell_text(cell).strip():
                continue
            column = match.columns.get(position)
            if sheet.counts_from_1904 and column is not None and "day_first" in column.conventions:
                cell = _day_of_1904(cell)  # noqa: PLW2901  # the number alone would no longer say which day it is
            yield DataCell(
                sheet.name,
                number,
                letters[position],
                match.layout.name,
                texts[position] if position < len(texts) else "",
                column.field if column else None,
                cell_type(cell),
                cell_text(cell),
                position,
            )


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
    file: str, sheet: Sheet, header_row: int, match: HeaderMatch, cells: Sequence[Mapping[str, Any]]
) -> list[Finding]:
    """What is to be said of a sheet of projects whose headers are right: what its sender does not see, or did not mean.

    Args:
        file: name of the file.
        sheet: the sheet.
        header_row: its row of headers, counted from 0.
        match: the columns under those headers.
        cells: what `data_cells` gave of it.
    """
    place: dict[str, Any] = {"file": file, "sheet": sheet.name}
    hidden = declared_finding(
        "sheet_is_visible",
        "Cette feuille est masquée : ses projets sont lus comme les autres.",
        **place,
        expected="une feuille visible, ou pas de feuille",
    )
    return [
        *([hidden] if sheet.is_hidden and cells else []),
        *_hidden(place, sheet, match, cells),
        *_struck(place, sheet, match, cells),
        *_merged(place, sheet, header_row, match),
        *_in_euros(place, sheet, match, cells),
        *_invisible(place, sheet, match, cells),
        *_stray(place, match, cells),
    ]


def _at(place: Mapping[str, Any], cell: Mapping[str, Any]) -> dict[str, Any]:
    """Where a cell is, as the fields of a finding."""
    row, letter = {**place, "row": cell["source_row"]}, cell["source_column"]
    return cell_place(row, letter, cell["header"] or letter, cell["value"], cell["value_type"])


def _stray(place: Mapping[str, Any], match: HeaderMatch, cells: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """The values under no header: each of a submission, the first of each column of a published edition."""
    alone = [cell for cell in cells if cell["field"] is None and not cell["header"].strip()]
    columns: dict[str, int] = {}
    for cell in alone:
        columns[cell["source_column"]] = columns.get(cell["source_column"], 0) + 1
    for cell in alone:
        count = columns.get(cell["source_column"], 0)
        message = "Une valeur se trouve sous une colonne sans en-tête."
        if match.layout.is_history:
            if not count:
                continue
            columns[cell["source_column"]] = 0
            message = "Une colonne sans en-tête n'est pas lue" + (f" : elle a {count} valeurs." if count > 1 else ".")
        expected = "aucune valeur hors des colonnes du format"
        yield match.layout.graded(
            declared_finding("value_has_a_header", message, **_at(place, cell), expected=expected)
        )


def _hidden(
    place: Mapping[str, Any], sheet: Sheet, match: HeaderMatch, cells: Sequence[Mapping[str, Any]]
) -> Iterator[Finding]:
    """The rows, then the columns, that the sender does not see and that are read: one finding for all of each."""
    read = [cell for cell in cells if cell["field"] is not None]
    rows = sorted({cell["source_row"] for cell in read if cell["source_row"] - 1 in sheet.marks.hidden_rows})
    if rows:
        one = len(rows) == 1
        yield declared_finding(
            "rows_are_visible",
            f"{'La ligne' if one else 'Les lignes'} {_ranges(rows)} "
            f"{'est masquée ou filtrée : elle est lue' if one else 'sont masquées ou filtrées : elles sont lues'} "
            "comme les autres.",
            **place,
            row=rows[0],
            expected="des lignes visibles, ou pas de ligne",
        )
    columns = sorted({cell["position"] for cell in read if cell["position"] in sheet.marks.hidden_columns})
    if columns:
        one = len(columns) == 1
        names = listed([f"« {match.columns[position].header} » ({column_letter(position)})" for position in columns])
        yield declared_finding(
            "columns_are_visible",
            f"{'La colonne' if one else 'Les colonnes'} {names} "
            f"{'est masquée : elle est lue' if one else 'sont masquées : elles sont lues'} comme les autres.",
            **place,
            column=match.columns[columns[0]].header,
            expected="des colonnes visibles, ou pas de colonne",
        )


def _ranges(numbers: Sequence[int]) -> str:
    """Row numbers, those that follow each other together: « 3, 7 à 9 et 12 »."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return listed([str(run[0]) if len(run) == 1 else f"{run[0]} à {run[-1]}" for run in runs])


def _struck(
    place: Mapping[str, Any], sheet: Sheet, match: HeaderMatch, cells: Sequence[Mapping[str, Any]]
) -> Iterator[Finding]:
    """The rows whose name is struck out, or all that they say; then the cells struck out alone."""
    if not sheet.marks.struck:
        return
    for row, of_row in groupby(cells, key=lambda cell: cell["source_row"]):
        read = [cell for cell in of_row if cell["field"] is not None]
        struck = [cell for cell in read if (row - 1, cell["position"]) in sheet.marks.struck]
        if not struck:
            continue
        named = next((cell for cell in struck if cell["field"] == "name"), None)
        if named is not None or len(struck) == len(read):
            message = f"La ligne {row} est barrée : elle est lue comme les autres."
            cell, expected = named or struck[0], "une ligne qui n'est pas barrée, ou pas de ligne"
            yield declared_finding("text_is_not_struck_out", message, **_at(place, cell), expected=expected)
            continue
        for cell in struck:
            message, expected = (
                "La valeur de cette cellule est barrée : elle est lue.",
                "la valeur seule, sans ce qui est barré",
            )
            yield declared_finding("text_is_not_struck_out", message, **_at(place, cell), expected=expected)


def _in_euros(
    place: Mapping[str, Any], sheet: Sheet, match: HeaderMatch, cells: Sequence[Mapping[str, Any]]
) -> Iterator[Finding]:
    """The costs whose format alone says euros, and whose number is too small to be any."""
    for cell in cells:
        shown = sheet.in_euros.get((cell["source_row"] - 1, cell["position"]))
        if shown is not None and str(cell["field"]).endswith("cost_meur"):
            yield match.layout.graded(
                declared_finding(
                    "format_is_of_the_unit",
                    f"Le format de la cellule affiche « {shown} » sous un en-tête en M€.",
                    **_at(place, cell),
                    expected="un nombre de M€ sans format monétaire, ou au format M€",
                )
            )


def _invisible(
    place: Mapping[str, Any], sheet: Sheet, match: HeaderMatch, cells: Sequence[Mapping[str, Any]]
) -> Iterator[Finding]:
    """The cells out of which invisible characters were taken: each of a submission, one a column of an edition."""
    told: set[int] = set()
    for cell in cells:
        names = sheet.invisible.get((cell["source_row"] - 1, cell["position"]))
        if names is None or cell["field"] is None or (match.layout.is_history and cell["position"] in told):
            continue
        told.add(cell["position"])
        yield declared_finding(
            "text_is_visible",
            f"Le texte a des caractères invisibles ou de contrôle, qui sont ôtés : {names}.",
            **_at(place, cell),
            expected="un texte sans caractère invisible, retapé plutôt que collé",
        )


def _merged(place: Mapping[str, str], sheet: Sheet, header_row: int, match: HeaderMatch) -> list[Finding]:
    """The merged cells that stand for several values: only the first row and column of one has it."""
    if not sheet.marks.merged:
        return []
    filled = [
        number
        for number, row in enumerate(sheet.rows)
        if number > header_row and sum(bool(cell_text(row[at]).strip()) for at in match.columns if at < len(row)) > 1
    ]
    findings = []
    for (top, left), (bottom, right) in sheet.marks.merged:
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
