"""Files built part by part, as no library writes them: archives, OpenDocument sheets, old workbooks.

They are small and known to the byte, so that one part can be made wrong and the rest is right.
"""

import datetime as dt
import io
import re
import struct
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

import xlsxwriter

from assets.reading.formats.file_limits import OLE_MAGIC

Table = Sequence[Sequence[object]]
Records = list[tuple[int, bytes]]
SHEET_NAME = "Projets"
SHEET = "xl/worksheets/sheet1.xml"
_NO_RESULT = re.compile(rb'(<c r="\w+"(?: s="\d+")?) t="str">(<f>[^<]*</f>)<v></v></c>')
# The day before the first of both spreadsheet calendars, whose 1900 has a 29 February.
_DAY_ZERO = dt.date(1899, 12, 30)
_SECTOR = 512
_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


@dataclass(frozen=True)
class Formula:
    """A formula, and what it gave when the file was saved; None when no program computed it."""

    text: str
    result: float | None


def members_of(content: bytes) -> dict[str, bytes]:
    """The members of an archive, by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(members: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of these members, in this order; the same members give the same bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, compression)
    return stream.getvalue()


def xlsx(table: Table, sheet: str = SHEET_NAME) -> bytes:
    """A workbook of one sheet; a text stays a text, whatever it starts with."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)})
        date = book.add_format({"num_format": "dd/mm/yyyy"})
        page = book.add_worksheet(sheet)
        for line, cells in enumerate(table):
            for column, value in enumerate(cells):
                if isinstance(value, Formula):
                    page.write_formula(line, column, value.text, None, "" if value.result is None else value.result)
                elif isinstance(value, dt.date):
                    page.write_datetime(line, column, dt.datetime.combine(value, dt.time()), date)
                elif value is not None:
                    page.write(line, column, value)
    members = members_of(stream.getvalue())
    # The library cannot leave out the result of a formula: the empty text stands for none.
    return zipped(members | {SHEET: _NO_RESULT.sub(rb"\1>\2</c>", members[SHEET])})


def ods(rows: bytes, **others: bytes) -> bytes:
    """An OpenDocument workbook of one sheet with these rows, and other members."""
    content = (
        b'<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        b' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        b' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        b'<table:table table:name="Projets">' + rows + b"</table:table></office:spreadsheet></office:body>"
        b"</office:document-content>"
    )
    mimetype = b"application/vnd.oasis.opendocument.spreadsheet"
    manifest = b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    return zipped({"mimetype": mimetype, "META-INF/manifest.xml": manifest, "content.xml": content, **others})


def ods_row(cells: bytes, attributes: bytes = b"") -> bytes:
    """One row of an OpenDocument sheet."""
    return b"<table:table-row " + attributes + b">" + cells + b"</table:table-row>"


def ods_text(attributes: bytes = b"", text: bytes = b"x") -> bytes:
    """One cell that holds a text."""
    return (
        b'<table:table-cell office:value-type="string" '
        + attributes
        + b"><text:p>"
        + text
        + b"</text:p></table:table-cell>"
    )


def _ods_cell(value: object) -> bytes:
    match value:
        case None:
            return b"<table:table-cell/>"
        case Formula():
            result = "" if value.result is None else f' office:value-type="float" office:value="{value.result!r}"'
            return f'<table:table-cell table:formula="of:{escape(value.text)}"{result}/>'.encode()
        case bool():
            kind, text = "boolean", str(value).lower()
        case int() | float():
            kind, text = "float", repr(value)
        case dt.date():
            kind, text = "date", value.isoformat()
        case _:
            paragraphs = [f"<text:p>{escape(line)}</text:p>".encode() for line in str(value).split("\n")]
            return b'<table:table-cell office:value-type="string">' + b"".join(paragraphs) + b"</table:table-cell>"
    attribute = {"float": "value"}.get(kind, f"{kind}-value")
    return (
        f'<table:table-cell office:value-type="{kind}" office:{attribute}="{text}"><text:p>{text}</text:p>'
        "</table:table-cell>"
    ).encode()


def ods_of(table: Table) -> bytes:
    """An OpenDocument workbook with this table."""
    return ods(b"".join(ods_row(b"".join(map(_ods_cell, cells))) for cells in table))


def compound_file(stream: bytes, name: str = "Workbook") -> bytes:
    """The smallest OLE file around one stream: a header, a table of sectors, a directory, the stream."""
    stream = stream.ljust(max(4096, -(-len(stream) // _SECTOR) * _SECTOR), b"\0")
    count = len(stream) // _SECTOR
    header = (
        OLE_MAGIC
        + bytes(16)
        + struct.pack("<HHHHH6xIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, _END, 0, _END, 0, 0)
    )
    header += struct.pack("<I", _FREE) * 108
    sectors = [_TABLE, _END, *range(3, 2 + count), _END]
    table = struct.pack(f"<{len(sectors)}I", *sectors).ljust(_SECTOR, b"\xff")

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        text = name.encode("utf-16-le") + b"\0\0"
        place = struct.pack("<HBBIII36xIQ", len(text), kind, 1, _FREE, _FREE, child, start, size)
        return text.ljust(64, b"\0") + place

    directory = entry("Root Entry", 5, 1, _END, 0) + entry(name, 2, _FREE, 2, len(stream))
    return header + table + directory.ljust(_SECTOR, b"\0") + stream


def record(kind: int, content: bytes) -> bytes:
    """One record of an old workbook."""
    return struct.pack("<HH", kind, len(content)) + content


def xls_records(
    cells: Mapping[tuple[int, int], str | float | bool], dimensions: tuple[int, int] = (100, 30)
) -> Records:
    """The records of an .xls of one sheet, with texts and numbers at rows and columns counted from 0."""
    beginning = [
        (0x0809, struct.pack("<HHHHII", 0x0600, 0x05, 0, 0, 0, 0)),
        (0x0042, struct.pack("<H", 1200)),
    ]
    names = struct.pack("<BBBB", 0, 0, len(SHEET_NAME), 0) + SHEET_NAME.encode("ascii")
    offset = sum(len(record(*each)) for each in beginning) + len(record(0x0085, bytes(4) + names)) + 4
    sheet = [
        (0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 0)),
        (0x0200, struct.pack("<IIHHH", 0, dimensions[0], 0, dimensions[1], 0)),
    ]
    for (line, column), value in cells.items():
        place = struct.pack("<HHH", line, column, 0)
        if isinstance(value, str):
            text = value.encode("utf-16-le")
            sheet.append((0x0204, place + struct.pack("<HB", len(text) // 2, 1) + text))
        elif isinstance(value, bool):
            sheet.append((0x0205, place + bytes([value, 0])))
        else:
            sheet.append((0x0203, place + struct.pack("<d", value)))
    return [*beginning, (0x0085, struct.pack("<I", offset) + names), (0x000A, b""), *sheet, (0x000A, b"")]


def xls(cells: Mapping[tuple[int, int], str | float | bool], dimensions: tuple[int, int] = (100, 30)) -> bytes:
    """An .xls of one sheet, with texts and numbers at rows and columns counted from 0."""
    return compound_file(b"".join(record(*each) for each in xls_records(cells, dimensions)))


def xls_cells(table: Table) -> dict[tuple[int, int], str | float | bool]:
    """The cells of a table as an .xls without formats holds them: a date is the number of its day."""
    cells: dict[tuple[int, int], str | float | bool] = {}
    for line, values in enumerate(table):
        for column, value in enumerate(values):
            if isinstance(value, dt.date):
                cells[line, column] = float((value - _DAY_ZERO).days)
            elif isinstance(value, str | float | int):
                cells[line, column] = float(value) if type(value) is int else value
    return cells
