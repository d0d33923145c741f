"""How a published edition is read: a line that is no project is told, one without a name or a ministry is kept.

It is history, and nobody can send it again.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

import pandas as pd

from assets.reading.cells import DataCell
from assets.reading.lines import Lines, Problem
from warehouse.model.findings import Finding, declared_finding, shorten
from warehouse.model.french import counted, listed
from warehouse.model.terms import match_key
from warehouse.model.vocabulary import UNSPECIFIED_MINISTRY
from warehouse.projects.names import says_total
from warehouse.projects.tables import HISTORY_LAYOUT

# Without one of these a line is the sum of the others, or a note.
_SAY_A_PROJECT = frozenset(("name", "ministry", "ministry_name", "phase", "start_date", "description"))
# A note or a source under the table fills one cell.
_LEAST_CELLS = 2
_TOLD_LINES = 5


def project_cells(file: str, sheet: str, cells: Sequence[DataCell]) -> tuple[list[DataCell], list[Finding]]:
    """The cells of the lines that are projects, and one notice for the others: totals, notes, sources.

    Args:
        file: name of the file.
        sheet: name of the sheet.
        cells: those under its headers, row by row.
    """
    kept, passed = list[DataCell](), list[tuple[int, str]]()
    for row, of_row in groupby(cells, key=lambda cell: cell.source_row):
        line = list(of_row)
        if _is_project(line):
            kept += line
        else:
            passed.append((row, line[0].value))
    if not passed:
        return kept, []
    shown = [f"{row} (« {shorten(text, 40)} »)" for row, text in passed[:_TOLD_LINES]]
    others = len(passed) - _TOLD_LINES
    notice = declared_finding(
        "every_line_is_a_project",
        f"{counted(len(passed), 'ligne')} du tableau, qui ne {'sont' if len(passed) > 1 else 'est'} pas "
        f"{'des projets' if len(passed) > 1 else 'un projet'} (total, note, source) : "
        f"{listed([*shown, *([counted(others, 'autre')] if others > 0 else [])])}.",
        file=file,
        sheet=sheet,
        row=passed[0][0],
        expected="une ligne par projet",
    )
    return kept, [notice]


def _is_project(line: Iterable[Mapping[str, Any]]) -> bool:
    values = {cell["field"]: str(cell["value"]) for cell in line}
    first = next(iter(values.values()))
    return (
        len(values) >= _LEAST_CELLS
        and not _SAY_A_PROJECT.isdisjoint(values)
        and not says_total(values.get("name", first))
        and not says_total(first)
    )


def with_stand_ins(rows: pd.DataFrame, lines: Lines) -> pd.DataFrame:
    """The rows, those of published editions with something in the place of a name or a ministry that they lack.

    What stands in says that it does, and is told at its cell or its line.

    Args:
        rows: typed rows, indexed by their line.
        lines: what they were read from; findings are added to it.
    """
    is_history = rows["layout"].eq(HISTORY_LAYOUT)
    if not is_history.any():
        return rows
    nameless = is_history & rows["name"].isna()
    homeless = is_history & rows["ministry_id"].isna()
    stand_in = "Projet sans nom (ligne " + rows["source_row"].astype("str") + ")"
    filled = rows.assign(
        name=rows["name"].mask(nameless, stand_in),
        ministry_id=rows["ministry_id"].mask(homeless, UNSPECIFIED_MINISTRY),
    )
    told = {line for line, _ in lines.findings}
    for line in rows.index[nameless]:
        message = f"Le nom du projet manque : la ligne est gardée sous « {stand_in[line]} »."
        _tell(lines, rows.loc[line], line, ("name",), "name_is_given", message, "le nom du projet")
    unknown = {line for line, finding in lines.findings if finding.rule == "ministry_is_known" and line in told}
    for line in rows.index[homeless]:
        if line not in unknown:
            message = "Le ministère porteur manque : le projet est compté sous « Ministère non précisé »."
            _tell(
                lines,
                rows.loc[line],
                line,
                ("ministry_name", "ministry"),
                "ministry_id_is_given",
                message,
                "un ministère",
            )
    return _told_apart(filled, is_history, lines)


def _told_apart(rows: pd.DataFrame, is_history: pd.Series, lines: Lines) -> pd.DataFrame:
    """The rows, a second project of the same name and ministry in an edition under a name of its own."""
    published = rows.loc[is_history]
    key = published["name"].map(match_key) + "|" + published["ministry_id"]
    rank = key.groupby(key).cumcount()
    again = rank.index[rank.gt(0)]
    if again.empty:
        return rows
    names = rows["name"].copy()
    names.loc[again] = names.loc[again] + " (" + (rank.loc[again] + 1).astype("str") + ")"
    for line in again:
        message = f"Une autre ligne du même ministère porte ce nom : celle-ci est gardée sous « {names[line]} »."
        _tell(lines, rows.loc[line], line, ("name",), "project_is_declared_once", message, "une ligne par projet")
    return rows.assign(name=names)


def _tell(
    lines: Lines, row: pd.Series, line: int, fields: Sequence[str], rule: str, message: str, expected: str
) -> None:
    """Add a warning at the cell of a line, at the line where it has none; nothing where that cell was told already."""
    for name in fields:
        column = lines.columns.get(name)
        if column is not None and column["line"].eq(line).any():
            cell = column.loc[column["line"].eq(line), "source_column"].iloc[0] + str(row["source_row"])
            if not any(told == line and finding.cell == cell for told, finding in lines.findings):
                lines.report(name, {line: [Problem(rule, message, expected)]})
            return
    place = {"file": row["source_file"], "sheet": row["source_sheet"], "row": int(row["source_row"])}
    finding = declared_finding(rule, message, **place, expected=expected).graded("warning")
    lines.findings.append((line, finding))
