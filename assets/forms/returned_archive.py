"""The bytes of a returned workbook: the same for the same content, with what formulas gave when it was last saved."""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Mapping

from openpyxl import Workbook, load_workbook
from openpyxl.packaging.core import DocumentProperties
from openpyxl.utils.datetime import to_excel
from openpyxl.xml.functions import tostring

from assets.books.book import CREATED
from assets.forms.returned_cells import held_cells, printable
from assets.forms.returned_summary import is_summary

# The earliest date an archive can hold.
ARCHIVE_DATE = (1980, 1, 1, 0, 0, 0)
# What each formula gave, by position of its sheet and cell.
Results = Mapping[tuple[int, str], object]
_FORMULA = re.compile(rb'<c r="([A-Z]+[0-9]+)"([^>]*)>(<f(?:[^>]*/>|.*?</f>))<v ?(?:/>|></v>)</c>', re.DOTALL)


def formula_results(workbook: Workbook, content: bytes) -> Results:
    """What each formula gave, which openpyxl leaves out; sheets are counted without a former list of anomalies."""
    sheets = [sheet for sheet in workbook.worksheets if not is_summary(sheet)]
    formulas = [
        (position, sheet.title, cell.coordinate)
        for position, sheet in enumerate(sheets)
        for cell in held_cells(sheet)
        if cell.data_type == "f"
    ]
    if not formulas:
        return {}
    values = load_workbook(io.BytesIO(content), data_only=True)
    return {(position, place): values[title][place].value for position, title, place in formulas}


def workbook_bytes(workbook: Workbook, results: Results) -> bytes:
    """The bytes of a workbook, without the day and the name of who saves it, and with what formulas gave."""
    received = workbook.properties
    properties = DocumentProperties(
        creator=None,
        title=received.title,
        subject=received.subject,
        language=received.language,
        created=CREATED,
        modified=CREATED,
    )
    saved, stream = io.BytesIO(), io.BytesIO()
    workbook.save(saved)
    # Ours is the first sheet of the archive.
    parts = {f"xl/worksheets/sheet{position + 2}.xml": position for position, _ in results}
    epoch = workbook.epoch
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _bytes(tostring(properties.to_tree()))
            elif name in parts:
                content = _with_results(content, parts[name], results, epoch)
            target.writestr(zipfile.ZipInfo(name, ARCHIVE_DATE), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _bytes(xml: str | bytes) -> bytes:
    """What lxml gives as bytes and the standard library as text."""
    return xml if isinstance(xml, bytes) else xml.encode("utf-8")


def _with_results(content: bytes, position: int, results: Results, epoch: dt.datetime) -> bytes:
    """The XML of a sheet, where each formula has its last result back."""

    def filled(match: re.Match[bytes]) -> bytes:
        reference, attributes, formula = match.groups()
        kind, text = _result(results.get((position, reference.decode())), epoch)
        attributes = re.sub(rb' t="[^"]*"', b"", attributes) + (f' t="{kind}"'.encode() if kind else b"")
        return b'<c r="%b"%b>%b<v>%b</v></c>' % (reference, attributes, formula, text.encode())

    return _FORMULA.sub(filled, content)


def _result(value: object, epoch: dt.datetime) -> tuple[str, str]:
    """The type and the text of a formula's result in the XML of a sheet."""
    match value:
        case None:
            return "", ""
        case bool():
            return "b", str(int(value))
        case int() | float():
            return "", repr(value)
        case dt.datetime() | dt.date() | dt.time() | dt.timedelta():
            return "", repr(to_excel(value, epoch))  # type: ignore[no-untyped-call]  # its stub has none
        case _:
            text = printable(str(value)).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            return ("e" if re.fullmatch(r"#[A-Z0-9/!?]+", text) else "str"), text
