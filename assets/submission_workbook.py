"""Write a workbook in our own submission layout: the projects, a sheet that explains it, the closed lists.

Filled in (`write_submission`), or to be filled in (`write_form`): then what is known is locked, each header
carries its definition, and sheets wait for new projects and for who signs. Headers come from
`layouts/submission.csv`, what a column accepts from `warehouse.tables`: nothing is typed here twice. What the
rows say is for the caller; reading a workbook back is for `assets.workbooks`.
"""
# xlsxwriter ships no types.
# mypy: disable-error-code="import-untyped"

import datetime as dt
import io
import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range_abs
from xlsxwriter.worksheet import Worksheet

from assets.headers import Layout, layouts
from warehouse.errors import SchemaError
from warehouse.files import write_bytes
from warehouse.schema import Column
from warehouse.tables import CORE_PROJECTS
from warehouse.vocabulary import VOCABULARIES

PROJECTS_SHEET = "Projets"
NEW_PROJECTS_SHEET = "Nouveaux projets"
SIGN_OFF_SHEET = "Attestation"
README_SHEET = "Lisez-moi"
SIGN_OFF_TITLE = "Attestation du ministère"
SIGN_OFF_MINISTRY = "Ministère"
SIGN_OFF_EDITION = "Édition"
SIGN_OFF_NIL = "Remontée « néant » : aucun grand projet à transmettre pour cette édition"
SIGN_OFF_NAME = "Nom et fonction de la personne qui atteste les chiffres"
SIGN_OFF_DATE = "Date de l'attestation"
LISTS_SHEET = "Listes"
YES_NO = ("Oui", "Non")
# A fixed date, so that the same rows give the same bytes; spreadsheets want one in the properties of a file.
CREATED = dt.datetime(2020, 1, 1)  # noqa: DTZ001  # xlsxwriter writes it as it is, without a zone
# Drop-down lists go this far down: more rows than any ministry has projects.
LAST_ROW = 500
EARLIEST_DATE = dt.date(1990, 1, 1)
# Characters; the other widths follow from the kind of value.
WIDTHS = {"name": 38, "description": 60, "deviation_comment": 48, "functional_zone": 30, "project_id": 13}
KIND_WIDTHS = {"date": 12, "number": 14, "boolean": 14, "integer": 12, "string": 22}
MINISTRY_WIDTH = 34
README_WIDTHS = (38, 12, 38, 90)
LINE_HEIGHT = 15  # points
BOOK_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
# Without a password: whoever must change a locked cell can, and knows that it was locked.
PROTECTION = {"format_columns": True, "format_rows": True}
LOCKED_COLOUR = "#EFEFEF"
SIGN_OFF_WIDTHS = (62, 40)
COMMENT_WIDTH, COMMENT_LINE = 320, 40  # pixels, characters


@dataclass(frozen=True)
class Field:
    """One column of the workbook: its place in the layout, its header, and what it accepts."""

    name: str
    header: str
    required: bool
    column: Column

    def width(self) -> int:
        """Its width in characters."""
        if self.column.vocabulary == "ministries":
            return MINISTRY_WIDTH
        return WIDTHS.get(self.name, KIND_WIDTHS[self.column.kind])


@dataclass(frozen=True)
class Styles:
    """The formats of a kind of cells of a workbook."""

    title: Format
    header: Format
    text: Format
    date: Format
    cost: Format

    def of(self, column: Column) -> Format:
        """The format of the values of a column."""
        return {"date": self.date, "number": self.cost}.get(column.kind, self.text)


def submission_fields(edition: str) -> list[Field]:
    """The columns of the submission layout as it stood at an edition, in order.

    Raises:
        SchemaError: the layout names a field that no column of `core_projects` holds.
    """
    layout = _submission_layout(edition)
    required = layout.required_fields()
    return [
        Field(name, header, name in required, _declaration(name)) for name, header in layout.first_headers().items()
    ]


def write_submission(frame: pd.DataFrame, path: Path, *, edition: str, title: str, notes: Sequence[str] = ()) -> None:
    """Write one workbook in the submission layout; the same arguments give the same bytes.

    Args:
        frame: one row per project, one column per field of the layout, in its order; codes already
            written as labels, « Oui » or « Non » for what is true or false, dates as datetimes, costs in
            M€ TTC, a missing value where nothing is to be written. No row gives an empty form.
        path: where the workbook goes.
        edition: key of the edition, which decides the headers.
        title: what the workbook is, in French; its sheet « Lisez-moi » opens with it.
        notes: French sentences under the title.

    Raises:
        SchemaError: the columns are not those of the layout.
        ServiceError: the disk refused.
    """
    fields = _fields_of(frame, path, edition)
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, BOOK_OPTIONS) as book:
        book.set_properties({"title": title, "created": CREATED})
        styles = _styles(book)
        projects = book.add_worksheet(PROJECTS_SHEET)
        readme = book.add_worksheet(README_SHEET)
        lists = book.add_worksheet(LISTS_SHEET)
        _write_projects(projects, frame, fields, styles)
        _write_readme(readme, fields, styles, title, notes)
        _offer_lists(projects, fields, _write_lists(lists, fields, styles))
    write_bytes(path, stream.getvalue())


def write_form(
    frame: pd.DataFrame,
    path: Path,
    *,
    edition: str,
    ministry: str,
    title: str,
    notes: Sequence[str] = (),
    locked: Collection[str] = (),
) -> None:
    """Write one workbook to be filled in; the same arguments give the same bytes.

    Its sheets: the projects, of which only the cells to fill in can be changed; new projects, with the same
    headers; the attestation (nothing to declare, name, date); the two sheets of every submission. Nothing is
    said of who or what wrote it.

    Args:
        frame: what is known already, as for `write_submission`.
        path: where the workbook goes.
        edition: key of the edition, which decides the headers.
        ministry: label of the ministry whose form it is.
        title: what the workbook is, in French.
        notes: French sentences that say how to fill it in.
        locked: the fields that are locked on the rows where they are known.

    Raises:
        SchemaError: the columns are not those of the layout.
        ServiceError: the disk refused.
    """
    fields = _fields_of(frame, path, edition)
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, BOOK_OPTIONS) as book:
        book.set_properties({"title": title, "created": CREATED})
        styles, to_fill = _styles(book), _styles(book, locked=False)
        sheets = [
            book.add_worksheet(name)
            for name in (PROJECTS_SHEET, NEW_PROJECTS_SHEET, SIGN_OFF_SHEET, README_SHEET, LISTS_SHEET)
        ]
        projects, new_projects, sign_off, readme, lists = sheets
        _write_known(projects, frame, fields, to_fill, _styles(book, bg_color=LOCKED_COLOUR), locked)
        _write_known(new_projects, frame.iloc[:0], fields, to_fill, styles, locked)
        # A new project has no identifier yet: whoever keeps the register gives it one.
        _open_columns(new_projects, [field for field in fields if field.name != "project_id"], fields, to_fill)
        _write_sign_off(sign_off, styles, to_fill, edition, ministry)
        _write_readme(readme, fields, styles, title, notes)
        places = _write_lists(lists, fields, styles)
        for sheet in (projects, new_projects):
            _offer_lists(sheet, fields, places)
            _comment_headers(sheet, fields)
        for sheet in sheets:
            sheet.protect("", PROTECTION)
    write_bytes(path, stream.getvalue())


def _fields_of(frame: pd.DataFrame, path: Path, edition: str) -> list[Field]:
    fields = submission_fields(edition)
    names = [field.name for field in fields]
    if list(frame.columns) != names:
        raise SchemaError(f"Classeur {path.name} : colonnes {list(frame.columns)}, attendues {names}.")
    return fields


def _submission_layout(edition: str) -> Layout:
    return next(layout for layout in layouts(edition) if layout.name == "submission")


def _declaration(field: str) -> Column:
    """The column a field is read into: its namesake, or the identifier of what it names."""
    names = CORE_PROJECTS.names()
    return CORE_PROJECTS.column(field if field in names else f"{field}_id")


def _styles(book: xlsxwriter.Workbook, **more: object) -> Styles:
    values = {"valign": "top", **more}
    return Styles(
        title=book.add_format({"bold": True, "font_size": 14}),
        header=book.add_format(
            {"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#DDE5F4", "bottom": 1}
        ),
        text=book.add_format({**values, "text_wrap": True}),
        date=book.add_format({**values, "num_format": "dd/mm/yyyy", "align": "center"}),
        cost=book.add_format({**values, "num_format": "0.00_ "}),
    )


def _write_projects(sheet: Worksheet, frame: pd.DataFrame, fields: Sequence[Field], styles: Styles) -> None:
    for position, field in enumerate(fields):
        _write_header(sheet, position, field, styles)
        for row, value in enumerate(frame[field.name], start=1):
            if not pd.isna(value):
                _write_value(sheet, (row, position), value, styles.of(field.column))
    _set_page(sheet, frame, fields)


def _write_known(
    sheet: Worksheet,
    frame: pd.DataFrame,
    fields: Sequence[Field],
    to_fill: Styles,
    known: Styles,
    locked: Collection[str],
) -> None:
    """Write what is known, and open every cell of its rows but those of `locked` fields that have a value."""
    for position, field in enumerate(fields):
        _write_header(sheet, position, field, known)
        for row, value in enumerate(frame[field.name], start=1):
            is_known = not pd.isna(value)
            style = (known if is_known and field.name in locked else to_fill).of(field.column)
            if is_known:
                _write_value(sheet, (row, position), value, style)
            else:
                sheet.write_blank(row, position, None, style)
    _set_page(sheet, frame, fields)


def _write_header(sheet: Worksheet, position: int, field: Field, styles: Styles) -> None:
    sheet.set_column(position, position, field.width(), styles.of(field.column))
    sheet.write_string(0, position, field.header, styles.header)


def _open_columns(sheet: Worksheet, opened: Sequence[Field], fields: Sequence[Field], to_fill: Styles) -> None:
    """Let every cell of some columns be filled in, but their headers."""
    for position, field in enumerate(fields):
        if field in opened:
            sheet.set_column(position, position, field.width(), to_fill.of(field.column))


def _set_page(sheet: Worksheet, frame: pd.DataFrame, fields: Sequence[Field]) -> None:
    sheet.set_row(0, 3 * LINE_HEIGHT)
    for row, values in enumerate(frame.itertuples(index=False), start=1):
        sheet.set_row(row, LINE_HEIGHT * _lines(values, [field.width() for field in fields]))
    sheet.freeze_panes(1, 2)
    sheet.set_landscape()
    sheet.set_paper(8)  # A3
    sheet.fit_to_pages(2, 0)
    sheet.repeat_rows(0)
    sheet.repeat_columns(0, 1)


def _comment_headers(sheet: Worksheet, fields: Sequence[Field]) -> None:
    """Say the definition and the unit of each column where it is filled in."""
    for position, field in enumerate(fields):
        parts = [field.column.description, f"Attendu : {_accepted(field)}."]
        if field.column.unit:
            parts.append(f"Unité : {field.column.unit}.")
        height = 20 * sum(math.ceil(len(part) / COMMENT_LINE) for part in parts)
        sheet.write_comment(0, position, "\n".join(parts), {"width": COMMENT_WIDTH, "height": height})


def _write_sign_off(sheet: Worksheet, styles: Styles, to_fill: Styles, edition: str, ministry: str) -> None:
    """Say whose form it is and for when; ask whether there is nothing to declare, who answers for it, and when.

    One question a row: no row of it may look like the headers of a table of projects.
    """
    for position, width in enumerate(SIGN_OFF_WIDTHS):
        sheet.set_column(position, position, width)
    sheet.write_string(0, 0, SIGN_OFF_TITLE, styles.title)
    known = ((SIGN_OFF_MINISTRY, ministry), (SIGN_OFF_EDITION, edition))
    for row, (label, value) in enumerate(known, start=2):
        sheet.write_string(row, 0, label, styles.text)
        sheet.write_string(row, 1, value, styles.text)
    asked = ((SIGN_OFF_NIL, to_fill.text), (SIGN_OFF_NAME, to_fill.text), (SIGN_OFF_DATE, to_fill.date))
    for row, (label, style) in enumerate(asked, start=4):
        sheet.write_string(row, 0, label, styles.text)
        sheet.write_blank(row, 1, None, style)
    sheet.data_validation(4, 1, 4, 1, {"validate": "list", "source": list(YES_NO)})
    sheet.data_validation(6, 1, 6, 1, {"validate": "date", "criteria": ">=", "value": EARLIEST_DATE})


def _accepted(field: Field) -> str:
    return f"une valeur de la feuille « {LISTS_SHEET} »" if field.column.vocabulary else field.column.expected()


def _lines(values: Iterable[object], widths: Sequence[int]) -> int:
    """How many lines the longest text of a row takes: not every spreadsheet fits the height by itself."""
    texts = [(value, width) for value, width in zip(values, widths, strict=True) if isinstance(value, str)]
    # Words are not cut: a line loses some of its width.
    return max((math.ceil(len(text) / (0.9 * width)) for text, width in texts), default=1)


def _write_value(sheet: Worksheet, place: tuple[int, int], value: object, style: Format) -> None:
    match value:
        case dt.datetime():
            sheet.write_datetime(*place, value, style)
        case int() | float():
            sheet.write_number(*place, value, style)
        case _:
            sheet.write_string(*place, str(value), style)


def _write_readme(sheet: Worksheet, fields: Sequence[Field], styles: Styles, title: str, notes: Sequence[str]) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    for position, width in enumerate(README_WIDTHS):
        sheet.set_column(position, position, width)
    sheet.write_string(0, 0, title, styles.title)
    for row, note in enumerate(notes, start=1):
        sheet.write_string(row, 0, note)
    top = len(notes) + 2
    for position, header in enumerate(("Colonne", "Obligatoire", "Valeur attendue", "Définition")):
        sheet.write_string(top, position, header, styles.header)
    for row, field in enumerate(fields, start=top + 1):
        cells = (field.header, YES_NO[0] if field.required else YES_NO[1], _accepted(field), field.column.description)
        sheet.set_row(row, LINE_HEIGHT * _lines(cells, README_WIDTHS))
        for position, text in enumerate(cells):
            sheet.write_string(row, position, text, styles.text)


def _write_lists(sheet: Worksheet, fields: Sequence[Field], styles: Styles) -> dict[str, str]:
    """Write each closed list once; return where it stands, keyed by vocabulary.

    The lists are on a sheet because labels hold commas, which a list written in a validation cannot.
    """
    places: dict[str, str] = {}
    for field in fields:
        vocabulary = field.column.vocabulary
        if vocabulary is None or vocabulary in places:
            continue
        position, labels = len(places), VOCABULARIES[vocabulary].labels()
        sheet.set_column(position, position, max(map(len, labels)) + 2)
        # A bare header would make this sheet look like a table of projects to whoever reads the file.
        sheet.write_string(0, position, f"Valeurs : {field.header}", styles.header)
        sheet.write_column(1, position, labels)
        places[vocabulary] = f"='{LISTS_SHEET}'!{xl_range_abs(1, position, len(labels), position)}"
    return places


def _offer_lists(sheet: Worksheet, fields: Sequence[Field], lists: dict[str, str]) -> None:
    for position, field in enumerate(fields):
        rule = _validation(field.column, lists)
        if rule is not None:
            said = {"error_title": "Valeur non attendue", "error_message": f"Attendu : {rule.pop('said')}."}
            sheet.data_validation(1, position, LAST_ROW, position, rule | said)


def _validation(column: Column, lists: dict[str, str]) -> dict[str, object] | None:
    if column.vocabulary:
        said = f"une valeur de la feuille « {LISTS_SHEET} »"
        return {"validate": "list", "source": lists[column.vocabulary], "said": said}
    match column.kind:
        case "boolean":
            return {"validate": "list", "source": list(YES_NO), "said": column.expected()}
        case "date":
            return {
                "validate": "date",
                "criteria": ">=",
                "value": EARLIEST_DATE,
                "said": "une date (jj/mm/aaaa)",
            }
        case "number":
            minimum = 0.0 if column.minimum is None else column.minimum
            return {"validate": "decimal", "criteria": ">=", "value": minimum, "said": column.expected()}
        case _:
            return None
