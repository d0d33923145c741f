"""Other readers of the same formats, written from their specifications or by other people, to compare ours with.

They are for judging what a changed file says, not for reading submissions: nothing here is bounded.
"""

import contextlib
import datetime as dt
import io
import posixpath
import re
import struct
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from openpyxl import load_workbook
from openpyxl.utils import coordinate_to_tuple
from openpyxl.utils.escape import unescape

# By sheet, row from 1 and column from 1; cells without text are left out.
Cells = dict[tuple[str, int, int], object]
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_MOST_REPEATED = 100
_FIRST_STREAM_SECTOR, _SECTOR = 2, 512
_END_OF_PART = 0x000A
# Numbers, texts, booleans, compressed numbers and formulas.
_XLS_CELLS = (0x0203, 0x0204, 0x0205, 0x027E, 0x0006)
_DELIMITERS = ",;\t"


def xlsx_cells(content: bytes) -> Cells:
    """The cells of a workbook as openpyxl reads them; by the specification where it refuses, over a style for one."""
    try:
        return _openpyxl_cells(content)
    except Exception:  # on a mutated file openpyxl raises whatever its parsers do; the other reader then says
        return _specified_cells(content)


def _openpyxl_cells(content: bytes) -> Cells:
    # It prints, too, what it finds wrong in a style.
    with warnings.catch_warnings(), contextlib.redirect_stdout(None):
        warnings.simplefilter("ignore")
        book = load_workbook(io.BytesIO(content), data_only=True)
        cells: Cells = {
            (sheet.title, cell.row, cell.column): unescape(cell.value) if isinstance(cell.value, str) else cell.value
            for sheet in book.worksheets
            for line in sheet.iter_rows()
            for cell in line
            if cell.value is not None and cell.column is not None
        }
    # What it shows for a day beyond the calendar, in place of the number.
    if "#VALUE!" in cells.values():
        raise ValueError("a date that is none")
    return cells


def _specified_cells(content: bytes) -> Cells:
    """The cells of a workbook, dates left as the number of their day."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name.casefold(): archive.read(name) for name in archive.namelist()}
    targets = {
        each.get("Id"): each.get("Target", "")
        for each in ET.fromstring(members["xl/_rels/workbook.xml.rels"])  # noqa: S314 - files of our own making
    }
    strings = members.get("xl/sharedstrings.xml", b"<sst/>")
    shared = [_xlsx_text(each) for each in _named(ET.fromstring(strings), "si")]  # noqa: S314 - likewise
    cells: Cells = {}
    for sheet in _named(ET.fromstring(members["xl/workbook.xml"]), "sheet"):  # noqa: S314 - likewise
        relation = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), None)
        target = posixpath.normpath(posixpath.join("/xl", targets[relation])).lstrip("/").casefold()
        row = 0
        for line in _named(ET.fromstring(members[target]), "row"):  # noqa: S314 - likewise
            row, column = int(line.get("r", row + 1)), 0
            for cell in _named(line, "c"):
                reference = cell.get("r")
                row, column = coordinate_to_tuple(reference) if reference else (row, column + 1)
                value = _xlsx_value(cell, shared)
                if value not in (None, ""):
                    cells[sheet.get("name", ""), row, column] = value
    return cells


def _named(element: ET.Element, name: str) -> Iterator[ET.Element]:
    return (each for each in element.iter() if each.tag.rpartition("}")[2] == name)


def _xlsx_text(element: ET.Element) -> str:
    return unescape("".join(each.text or "" for each in _named(element, "t")))


def _xlsx_value(cell: ET.Element, shared: Sequence[str]) -> object:
    text = next((each.text for each in _named(cell, "v")), None)
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return _xlsx_text(cell)
    if text is None or not text.strip():
        return text
    readers: Mapping[str, Callable[[str], object]] = {
        "s": lambda index: shared[int(index)],
        "b": lambda written: written.strip() in ("1", "true"),
        "n": float,
        "d": dt.datetime.fromisoformat,
    }
    return readers.get(kind, str)(text)


def ods_cells(content: bytes) -> Cells:
    """The cells of an OpenDocument workbook, by its specification; repetitions beyond a hundred are of empty cells."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        root = ET.fromstring(archive.read("content.xml"))  # noqa: S314 - files of our own making
    cells: Cells = {}
    for table in root.iter(f"{_TABLE}table"):
        name, row = table.get(f"{_TABLE}name", ""), 0
        for line in table.iter(f"{_TABLE}table-row"):
            repeats = int(line.get(f"{_TABLE}number-rows-repeated", "1"))
            values = list(_ods_row(line))
            for number in range(row + 1, row + 1 + min(repeats, _MOST_REPEATED)):
                cells |= {(name, number, column): value for column, value in values}
            row += repeats
    return cells


def _ods_row(line: ET.Element) -> Iterator[tuple[int, object]]:
    column = 0
    for cell in line:
        if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            continue
        repeats = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
        value = _ods_value(cell)
        if value not in (None, ""):
            for position in range(column + 1, column + 1 + min(repeats, _MOST_REPEATED)):
                yield position, value
        column += repeats


def _ods_value(cell: ET.Element) -> object:
    kind = cell.get(f"{_OFFICE}value-type", "string")
    match kind:
        case "float" | "percentage" | "currency":
            return float(cell.get(f"{_OFFICE}value", ""))
        case "boolean":
            return cell.get(f"{_OFFICE}boolean-value") == "true"
        case "date":
            return dt.datetime.fromisoformat(cell.get(f"{_OFFICE}date-value", ""))
        case "string":
            return cell.get(f"{_OFFICE}string-value", "\n".join(map(_ods_text, cell)))
        case _:
            raise ValueError(kind)


def _ods_text(element: ET.Element) -> str:
    alone = {"s": " " * int(element.get(f"{_TEXT}c", "1")), "tab": "\t", "line-break": "\n"}
    inner = alone.get(element.tag.removeprefix(_TEXT), element.text or "")
    return inner + "".join(_ods_text(child) + (child.tail or "") for child in element)


def xls_cells(content: bytes) -> Cells:
    """The texts, numbers and booleans of an .xls as `benchmarks.hand_made` lays it out, sector after sector."""
    table = struct.unpack("<128I", content[_SECTOR : 2 * _SECTOR])
    stream, sector = b"", _FIRST_STREAM_SECTOR
    while sector < len(table):
        stream += content[(sector + 1) * _SECTOR : (sector + 2) * _SECTOR]
        sector = table[sector]
    cells: Cells = {}
    place, ends = 0, 0
    # That of the workbook, then that of its sheet.
    while place + 4 <= len(stream) and ends < 2:
        kind, length = struct.unpack_from("<HH", stream, place)
        ends += kind == _END_OF_PART
        data, place = stream[place + 4 : place + 4 + length], place + 4 + length
        if kind in _XLS_CELLS:
            row, column = struct.unpack_from("<HH", data)
            value = _xls_value(kind, data)
            if value != "":
                cells["Projets", row + 1, column + 1] = value
    return cells


def _xls_value(kind: int, data: bytes) -> object:
    match kind:
        case 0x0203 | 0x0006:
            return struct.unpack_from("<d", data, 6)[0]
        case 0x027E:
            return _compressed_number(struct.unpack_from("<i", data, 6)[0])
        case 0x0205:
            return bool(data[6])
        case _:
            count, is_wide = struct.unpack_from("<HB", data, 6)
            # A text cut short is what is left of it.
            wide = data[9 : 9 + 2 * count].decode("utf-16-le", "ignore")
            return wide if is_wide & 1 else data[9 : 9 + count].decode("latin-1")


def _compressed_number(bits: int) -> float:
    """A number in 30 bits: an integer or the head of a float, perhaps in hundredths."""
    number = float(bits >> 2) if bits & 2 else struct.unpack("<d", bytes(4) + struct.pack("<i", bits & ~3))[0]
    return number / 100 if bits & 1 else number


def csv_cells(content: bytes) -> Cells:
    """The cells of a CSV in UTF-8, else Windows-1252, by RFC 4180; the delimiter is that of the first line."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")
        if re.search("[\u00c3\u00c2]|\u00e2\u20ac", text):
            raise ValueError("UTF-8 with a false byte") from None
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    field = rf'(?:"((?:[^"]|"")*)"|([^{delimiter}\r\n"][^{delimiter}\r\n]*|))(?:({delimiter})|(\r\n|\r|\n)|\Z)'
    cells: Cells = {}
    row = column = 1
    place = 0
    while place < len(text):
        found = re.compile(field).match(text, place)
        if found is None:
            raise ValueError(f"no field at {place}")
        value = found[1].replace('""', '"') if found[1] is not None else found[2]
        if value:
            cells["", row, column] = value
        row, column = (row, column + 1) if found[3] else (row + 1, 1)
        place = found.end()
    return cells


SECOND_READERS: Mapping[str, Callable[[bytes], Cells]] = {
    ".xlsx": xlsx_cells,
    ".ods": ods_cells,
    ".xls": xls_cells,
    ".csv": csv_cells,
}


def second_reading(path: Path) -> Cells:
    """The cells of a file as the second reader of its format gives them; whatever that one raises when it cannot."""
    return SECOND_READERS[path.suffix](path.read_bytes())
