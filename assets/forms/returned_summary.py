"""The sheet « Anomalies » of a returned workbook: what was found, the worst first, each with why it matters."""

import math
from collections.abc import Mapping, Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from assets.forms.returned_cells import row_and_column, write_value
from warehouse.model.findings import SEVERITY_LABELS, Finding, severities
from warehouse.model.rules import SEVERITIES, Severity, catalogue

SUMMARY_SHEET = "Anomalies"
SUMMARY_HEADERS = (
    "Gravité", "Règle", "Feuille", "Ligne", "Colonne", "Cellule", "Valeur", "Message", "Attendu", "Pourquoi",
)  # fmt: skip
# Together about one page of A4 across, in letters that can be read.
SUMMARY_WIDTHS = (12, 11, 14, 7, 20, 9, 20, 36, 34, 34)
FONT = "Calibri"
# A row as high as its longest cell: LibreOffice does not do it by itself. Fonts differ, so lines are counted short.
LINE_POINTS, TALLEST_POINTS, FILLED_SHARE = 15.0, 300.0, 0.85
# What tells our sheet from one of the ministry's, in a file that was returned once already.
SUMMARY_TITLE = "Panorama des grands projets : anomalies de"
NOTHING_FOUND = "Aucune anomalie"
WHOLE_EDITION, WHOLE_FILE = "(toute l'édition)", "(tout le fichier)"
# Light enough for black text (contrast above 12), and odd enough that no ministry would have chosen them.
FILLS: Mapping[Severity, str] = {"error": "FFF9C7C5", "warning": "FFFBE3A9", "notice": "FFCDE1F7"}


def in_order(findings: Sequence[Finding]) -> list[Finding]:
    """Findings as they are listed: the worst first, then by sheet, row and column."""

    def key(finding: Finding) -> tuple[int, str, int, int, str, str]:
        column = row_and_column(finding.cell)[1] if finding.cell else 0
        place = (finding.sheet or "", finding.row or 0, column)
        return (SEVERITIES.index(finding.severity), *place, finding.rule, finding.message)

    return sorted(findings, key=key)


def is_summary(sheet: Worksheet) -> bool:
    """Whether a sheet is the list of a former return."""
    return str(sheet["A1"].value or "").startswith(SUMMARY_TITLE)


SummaryLine = tuple[str | int | None, ...]


def summary_line(finding: Finding, place: str | None = None) -> SummaryLine:
    """What the list says of a finding, under `SUMMARY_HEADERS`; `place` is the cell marked, its own by default."""
    sheet = finding.sheet or (WHOLE_FILE if finding.file else WHOLE_EDITION)
    return (
        SEVERITY_LABELS[finding.severity],
        finding.code,
        sheet,
        finding.row,
        finding.column,
        place or finding.cell,
        finding.value,
        " ".join(filter(None, (finding.message, finding.likewise()))),
        finding.expected,
        catalogue()[finding.rule].reason,
    )


def write_summary(
    workbook: Workbook, name: str, findings: Sequence[Finding], targets: Sequence[str | None], notes: Sequence[str]
) -> None:
    """Add the list of anomalies as the first sheet, the one that shows when the workbook opens.

    Args:
        workbook: the one returned, without such a list.
        name: of the file received.
        findings: what it lists, in order.
        targets: the cell of this workbook that the link of each leads to, as a spreadsheet writes it; None for none.
        notes: what else is to be said, a sentence each.
    """
    for other in workbook.worksheets:
        # Two selected sheets are edited together.
        other.sheet_view.tabSelected = False
    page = workbook.create_sheet(SUMMARY_SHEET, 0)
    page.sheet_view.tabSelected = True
    workbook.active = 0
    for view in workbook.views:
        view.firstSheet = 0
    write_value(page["A1"], f"{SUMMARY_TITLE} « {name} »")
    page["A1"].font = Font(name=FONT, bold=True, size=14)
    sentences = [_counts(findings), *([_how_to()] if findings else []), *notes]
    for row, note in enumerate(sentences, start=2):
        write_value(page.cell(row, 1), note)
    if findings:
        _write_table(page, len(sentences) + 3, findings, targets)
    for position, width in enumerate(SUMMARY_WIDTHS, start=1):
        page.column_dimensions[get_column_letter(position)].width = width
    _set_page(page)


def _set_page(page: Worksheet) -> None:
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = Worksheet.PAPERSIZE_A4
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    footer = page.oddFooter
    if footer is not None and footer.center is not None:
        footer.center.text = "&P / &N"


def _height_points(line: Sequence[object]) -> float:
    """How high a row of the table has to be."""
    lines = max(
        sum(max(1, math.ceil(len(part) / (width * FILLED_SHARE))) for part in str(value).split("\n"))
        for value, width in zip(line, SUMMARY_WIDTHS, strict=True)
        if value is not None
    )
    return min(lines * LINE_POINTS, TALLEST_POINTS)


def _counts(findings: Sequence[Finding]) -> str:
    if not findings:
        return f"{NOTHING_FOUND}."
    return f"{severities(findings)}."


def _how_to() -> str:
    return (
        "Chaque cellule en cause est colorée (rouge : erreur, ambre : alerte, bleu : information) et porte un "
        "commentaire ; corriger ces cellules dans ce fichier, puis le renvoyer tel quel : les erreurs empêchent "
        "l'édition, les alertes non."
    )


def _write_table(page: Worksheet, top: int, findings: Sequence[Finding], targets: Sequence[str | None]) -> None:
    for position, header in enumerate(SUMMARY_HEADERS, start=1):
        cell = page.cell(top, position)
        write_value(cell, header)
        cell.font = Font(name=FONT, bold=True)
        cell.border = Border(bottom=Side("medium"))
    for row, (finding, target) in enumerate(zip(findings, targets, strict=True), start=top + 1):
        line = summary_line(finding, target.rpartition("!")[2] if target else None)
        for position, value in enumerate(line, start=1):
            cell = page.cell(row, position)
            cell.alignment = Alignment(vertical="top", horizontal="left", wrap_text=True)
            cell.border = Border(bottom=Side("hair"))
            if value is not None:
                write_value(cell, value)
        page.row_dimensions[row].height = _height_points(line)
        page.cell(row, 1).fill = PatternFill("solid", fgColor=FILLS[finding.severity])
        if target:
            link = page.cell(row, 6)
            link.hyperlink = Hyperlink(ref=link.coordinate, location=target)
            link.font = Font(name=FONT, color="FF0645AD", underline="single")
    page.freeze_panes = f"A{top + 1}"
    page.print_title_rows = f"{top}:{top}"
    page.auto_filter.ref = f"A{top}:{get_column_letter(len(SUMMARY_HEADERS))}{top + len(findings)}"
