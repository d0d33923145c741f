"""Where a column of a row stands in the file it came from, and what a rule says of the rows that break it."""

import datetime as dt
import re
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from warehouse.facts.ministries import label_on
from warehouse.history.tables import OUT_MOVEMENTS
from warehouse.model.findings import Finding, Unworded, declared_finding
from warehouse.model.french import as_shown, exact, short_day
from warehouse.model.repetition import MOST_FINDINGS
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
    def _column_of(self) -> "npt.NDArray[np.integer[Any]]":
        """The rank of the column that each cell is of, among those of all editions, files, sheets and fields."""
        return self.cells.groupby([*SHEET, "field"], sort=False).ngroup().to_numpy()

    @cached_property
    def _firsts(self) -> Mapping[tuple[Any, ...], int]:
        """The first cell of each column, by edition, file, sheet and field."""
        first = np.unique(self._column_of, return_index=True)[1].tolist()
        return dict(zip(_keys(self.cells.iloc[first], [*SHEET, "field"]), first, strict=True))

    @cached_property
    def _headers(self) -> Mapping[tuple[Any, ...], tuple[str, str]]:
        """The letter and the text of each header, by edition, file, sheet and field."""
        first = self.cells.iloc[list(self._firsts.values())]
        return dict(zip(self._firsts, _keys(first, ["source_column", "header"]), strict=True))

    @cached_property
    def _read(self) -> dict[tuple[Any, ...], Mapping[int, str]]:
        return {}

    def _values(self, column: tuple[Any, ...]) -> Mapping[int, str]:
        """The values of one of the columns, by row; read when it is first asked for."""
        if column not in self._read:
            cells = self.cells.iloc[np.flatnonzero(self._column_of == self._column_of[self._firsts[column]])]
            shown = map(as_shown, cells["value"].tolist(), cells["value_type"].tolist())
            self._read[column] = dict(zip(cells["source_row"].tolist(), shown, strict=True))
        return self._read[column]

    def locate(self, row: Row, column: str) -> dict[str, Any]:
        """The file, sheet, row, header, cell and value of a column; the row and a title where the file has no such one.

        Args:
            row: of any frame with the place columns of the core projects.
            column: one of the core projects.
        """
        sheet = tuple(row[name] for name in SHEET)
        field = self._field(sheet, column)
        if field is None:
            return line_of(row) | {"column": CORE_PROJECTS.column(column).title}
        letter, header = self._headers[*sheet, field]
        return line_of(row) | {
            "column": str(header).strip(),
            "cell": f"{letter}{row['source_row']}",
            "value": row.get(column)
            if field != column and column in _PARTS_OF_TEXTS
            else self._values((*sheet, field)).get(row["source_row"]),
        }

    def _field(self, sheet: tuple[Any, ...], column: str) -> str | None:
        """The field that a column comes from in a sheet."""
        return next((name for name in (column, *_FIELDS.get(column, ())) if (*sheet, name) in self._headers), None)

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
        files = self.cells[["layout", "source_file"]].drop_duplicates()
        names: pd.Series = files.loc[files["layout"].eq(layout), "source_file"]
        return names

    def of(self, edition: str) -> "Places":
        """The cells of one edition."""
        own = self.cells["edition"].eq(edition)
        return self if own.all() else Places(self.cells.loc[own])

    def unworded(
        self, rule: str, rows: pd.DataFrame, positions: list[int], stand_at: Sequence[tuple[Any, ...]]
    ) -> list[Finding]:
        """The same for those of the rows at some positions; put in words once kept, where they are too many to be told.

        Args:
            rule: the rule that they break.
            rows: as for `findings`.
            positions: counted from 0.
            stand_at: from `places_of`, for all the rows.
        """
        if len(positions) <= MOST_FINDINGS:
            return self.findings(rule, rows.iloc[positions])
        declared = catalogue()[rule]
        letters: dict[tuple[Any, ...], tuple[str, str, str | None]] = {}

        def shared(sheet: tuple[Any, ...]) -> tuple[str, str, str | None]:
            if sheet not in letters:
                field = self._field(sheet, declared.column)
                letters[sheet] = (sheet[1], sheet[2], self._headers[*sheet, field][0] if field else None)
            return letters[sheet]

        def word(position: int) -> Finding:
            return self.findings(rule, rows.iloc[[position]])[0]

        found: list[Finding] = []
        for position in positions:
            sheet, row = stand_at[position]
            file, name, letter = shared(sheet)
            found.append(
                Unworded(rule, declared.severity, "", file, name, row, cell=letter, rank=position, wording=word)
            )
        return found

    def findings(self, rule: str, rows: pd.DataFrame) -> list[Finding]:
        """A finding for each of the rows, which break a rule, at the column that the catalogue names."""
        column = catalogue()[rule].column
        return [
            declared_finding(rule, said=Wording(rule, row), **self.locate(row, column))
            for row in rows.to_dict("records")
        ]


def places_of(rows: pd.DataFrame) -> list[tuple[tuple[str, str, str], int]]:
    """The edition, file and sheet of each row, then its number, to be shared by all that is said of it."""
    sheets: dict[tuple[str, str, str], tuple[str, str, str]] = {}
    keys = rows[SHEET].itertuples(index=False, name=None)
    return [(sheets.setdefault(key, key), row) for key, row in zip(keys, rows["source_row"].tolist(), strict=True)]


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
    """A value as a French reader expects it: a label, a decimal comma, « 01/08/2021 », « Oui » or « Non »."""
    if value is None or pd.isna(value):
        return ""
    vocabulary = _VOCABULARIES.get(name.removesuffix("_before"))
    if vocabulary:
        return vocabulary.labels_by_code().get(value, str(value))
    if isinstance(value, bool | np.bool_):
        return "Oui" if value else "Non"
    if isinstance(value, dt.datetime):
        return short_day(value)
    return exact(value) if isinstance(value, float) else str(value)
