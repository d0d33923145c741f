"""Where a column of a row stands in the file it came from, and what a rule says of the rows that break it."""

import datetime as dt
import re
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from warehouse.facts.ministries import label_on
from warehouse.history.tables import OUT_MOVEMENTS
from warehouse.model.findings import Finding, declared_finding
from warehouse.model.french import exact
from warehouse.model.rules import catalogue
from warehouse.model.vocabulary import MINISTRIES, VOCABULARIES
from warehouse.projects.tables import CORE_PROJECTS

SHEET = ["edition", "source_file", "source_sheet"]
# The fields that a column of the core projects comes from, where the names differ, the likeliest first.
_FIELDS = {
    "ministry_id": ("ministry", "ministry_name"),
    "programmes": ("funding",),
    "initial_duration_months": ("initial_end_date",),
    "updated_duration_months": ("duration_years", "updated_end_date"),
    "updated_end_date": ("duration_years",),
    "cost_band": ("submitted_cost_band", "updated_cost_meur"),
    "information_url": ("description",),
    "performance_plan_url": ("funding",),
}
# What may be a part of the text of another column: its own value is told, not the whole text.
_PARTS_OF_TEXTS = frozenset({"information_url", "performance_plan_url"})
_VOCABULARIES = {
    column.name: VOCABULARIES[column.vocabulary]
    for table in (CORE_PROJECTS, OUT_MOVEMENTS)
    for column in table.columns
    if column.vocabulary
}

_EDITION = re.compile(CORE_PROJECTS.column("edition").pattern or "")

Row = Mapping[Hashable, Any]


@dataclass(frozen=True)
class Places:
    """The cells of `RAW_SUBMISSIONS`, of one edition or several, by which a row names where its figures stand."""

    cells: pd.DataFrame

    @cached_property
    def _headers(self) -> Mapping[tuple[Any, ...], tuple[str, str]]:
        """The letter and the text of each header, by edition, file, sheet and field."""
        first = self.cells.drop_duplicates([*SHEET, "field"])
        return dict(zip(_keys(first, [*SHEET, "field"]), _keys(first, ["source_column", "header"]), strict=True))

    @cached_property
    def _values(self) -> Mapping[tuple[Any, ...], str]:
        keys = _keys(self.cells, [*SHEET, "source_row", "field"])
        return dict(zip(keys, self.cells["value"], strict=True))

    def locate(self, row: Row, column: str) -> dict[str, Any]:
        """The file, sheet, row, header, cell and value of a column; the row and a title where the file has no such one.

        Args:
            row: of any frame with the place columns of the core projects.
            column: one of the core projects.
        """
        sheet = tuple(row[name] for name in SHEET)
        field = next((name for name in (column, *_FIELDS.get(column, ())) if (*sheet, name) in self._headers), None)
        if field is None:
            return line_of(row) | {"column": CORE_PROJECTS.column(column).title}
        letter, header = self._headers[*sheet, field]
        return line_of(row) | {
            "column": str(header).strip(),
            "cell": f"{letter}{row['source_row']}",
            "value": row.get(column)
            if field != column and column in _PARTS_OF_TEXTS
            else self._values.get((*sheet, row["source_row"], field)),
        }

    def placed(self, finding: Finding, edition: str) -> Finding:
        """A finding that names a column of the core projects, at the cell of the file it comes from."""
        if finding.cell or not finding.row:
            return finding
        column = next((column.name for column in CORE_PROJECTS.columns if column.title == finding.column), None)
        if column is None:
            return finding
        row: Row = {
            "edition": edition,
            "source_file": finding.file,
            "source_sheet": finding.sheet,
            "source_row": finding.row,
        }
        found = self.locate(row, column)
        return replace(finding, column=found["column"], cell=found.get("cell"))

    def letters(self, edition: str, finding: Finding, fields: Collection[str]) -> frozenset[str]:
        """The letters of the columns of some fields, in the sheet of a finding."""
        sheet = (edition, finding.file, finding.sheet)
        return frozenset(self._headers[*sheet, name][0] for name in fields if (*sheet, name) in self._headers)

    def filled(self, rows: pd.DataFrame, field: str) -> pd.Series:
        """Whether each row has a cell of a field."""
        keys = [*SHEET, "source_row"]
        cells = self.cells.loc[self.cells["field"].eq(field), keys]
        return pd.Series(
            pd.MultiIndex.from_frame(rows[keys]).isin(pd.MultiIndex.from_frame(cells)), index=rows.index, dtype=bool
        )

    def files(self, layout: str) -> pd.Series:
        """The names of the files of a layout."""
        names: pd.Series = self.cells.loc[self.cells["layout"].eq(layout), "source_file"]
        return names.drop_duplicates()

    def of(self, edition: str) -> "Places":
        """The cells of one edition."""
        return Places(self.cells.loc[self.cells["edition"].eq(edition)])

    def findings(self, rule: str, rows: pd.DataFrame) -> list[Finding]:
        """A finding for each of the rows, which break a rule, at the column that the catalogue names."""
        column = catalogue()[rule].column
        return [
            declared_finding(rule, said=Wording(rule, row), **self.locate(row, column))
            for row in rows.to_dict("records")
        ]


def _keys(frame: pd.DataFrame, columns: list[str]) -> list[tuple[Any, ...]]:
    return list(frame[columns].itertuples(index=False, name=None))


def line_of(row: Row) -> dict[str, Any]:
    """The file, sheet and row of a row, as fields of a finding."""
    return {"file": row["source_file"], "sheet": row["source_sheet"], "row": int(row["source_row"])}


class Wording(dict[str, str]):
    """What the catalogue's message and expectation may name, each said when it is asked for.

    The values of a row, and what the column of the rule accepts.
    """

    def __init__(self, rule: str, row: Row, **more: str) -> None:
        """Words for a rule and a row, and `more` that the row does not hold."""
        super().__init__(more)
        self._column = catalogue()[rule].column
        self._row = row

    def __missing__(self, name: str) -> str:
        """The words for one name; KeyError for one that neither the row nor the column has."""
        if name in self._row:
            return _ministry(self._row, name) or _said(name, self._row[name])
        if not self._column:
            raise KeyError(name)
        declared = CORE_PROJECTS.column(self._column)
        return {"title": declared.title, "accepted": declared.expected(), "pattern": declared.pattern or ""}[name]


def _ministry(row: Row, name: str) -> str | None:
    """A ministry of a row, under the name that it had then: a later one would not be found in the file."""
    at = {"ministry_id": "previous_edition" if "previous_edition" in row else "edition", "ministry_id_before": "since"}
    edition = str(row.get(at.get(name)))
    if row[name] not in MINISTRIES.labels_by_code() or not _EDITION.fullmatch(edition):
        return None
    return label_on(row[name], dt.date.fromisoformat(f"{edition}-01"))


def _said(name: str, value: Any) -> str:
    """A value as a French reader expects it: a label, a decimal comma, an ISO date, « Oui » or « Non »."""
    if value is None or pd.isna(value):
        return ""
    vocabulary = _VOCABULARIES.get(name.removesuffix("_before"))
    if vocabulary:
        return vocabulary.labels_by_code().get(value, str(value))
    if isinstance(value, bool | np.bool_):
        return "Oui" if value else "Non"
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    return exact(value) if isinstance(value, float) else str(value)
