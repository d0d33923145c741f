"""Old workbooks with styles, record by record: formats, fonts, notes, what is hidden or merged, the system of dates."""

import struct
from collections.abc import Collection, Mapping, Sequence

from benchmarks.hand_made import Records, compound_file, record

_SHEET = b"Projets"
_PLAIN, _STRUCK, _RAISED = 0, 1, 2


def styled_xls(
    cells: Mapping[tuple[int, int], str | float],
    formats: Mapping[tuple[int, int], str] | None = None,
    *,
    is_1904: bool = False,
    struck: Collection[tuple[int, int]] = (),
    notes: Mapping[tuple[int, int], str] | None = None,
    hidden_rows: Collection[int] = (),
    hidden_columns: Collection[int] = (),
    merged: Sequence[tuple[int, int, int, int]] = (),
) -> bytes:
    """An .xls of one sheet.

    `formats` holds the code of the format of numbers, `notes` what follows a text in superscript, `merged` the first
    and the last row, the first and the last column of each area.
    """
    formats, notes = formats or {}, notes or {}
    codes = list(dict.fromkeys(formats.values()))
    # The fourth font has no number of its own in this format.
    fonts = [(0, 0), (0x08, 0), (0, 1), (0, 0), (0, 0)]
    styles = [(_PLAIN, 0), (_STRUCK, 0), *((_PLAIN, 164 + rank) for rank in range(len(codes)))]
    texts = list(dict.fromkeys(value for value in cells.values() if isinstance(value, str)))
    strings = [(text, "") for text in texts] + [(str(cells[place]), note) for place, note in notes.items()]
    ranks = {text: rank for rank, (text, _) in enumerate(strings[: len(texts)])}
    noted = {place: len(texts) + rank for rank, place in enumerate(notes)}
    beginning: Records = [
        (0x0809, struct.pack("<HHHHII", 0x0600, 0x05, 0, 0, 0, 0)),
        (0x0042, struct.pack("<H", 1200)),
        (0x0022, struct.pack("<H", is_1904)),
        *((0x0031, struct.pack("<HHHHHBBBBBB", 220, options, 0x7FFF, 400, raised, 0, 0, 0, 0, 5, 0) + b"Arial")
          for options, raised in fonts),
        *((0x041E, struct.pack("<HHB", 164 + rank, len(code), 1) + code.encode("utf-16-le"))
          for rank, code in enumerate(codes)),
        *((0x00E0, struct.pack("<HHHBBBBIIH", font, code, 0, 0x20, 0, 0, 0, 0, 0, 0x20C0)) for font, code in styles),
    ]  # fmt: skip
    shared = struct.pack("<II", len(strings), len(strings)) + b"".join(_string(*each) for each in strings)
    name = struct.pack("<BBBB", 0, 0, len(_SHEET), 0) + _SHEET
    last = [(0x00FC, shared), (0x000A, b"")]
    offset = sum(len(record(*each)) for each in [*beginning, (0x0085, bytes(4) + name), *last])
    sheet: Records = [
        (0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 0)),
        *((0x007D, struct.pack("<HHHHHH", column, column, 2560, 0, 1, 0)) for column in sorted(hidden_columns)),
        (0x0200, struct.pack("<IIHHH", 0, 100, 0, 40, 0)),
        *((0x0208, struct.pack("<HHHHIHH", row, 0, 40, 255, 0, 0x0120, 15)) for row in sorted(hidden_rows)),
    ]  # fmt: skip
    for place, value in cells.items():
        style = 1 if place in struck else 0
        if place in formats:
            style = 2 + codes.index(formats[place])
        if isinstance(value, str):
            sheet.append((0x00FD, struct.pack("<HHHI", *place, style, noted.get(place, ranks[value]))))
        else:
            sheet.append((0x0203, struct.pack("<HHHd", *place, style, value)))
    if merged:
        areas = b"".join(struct.pack("<HHHH", *area) for area in merged)
        sheet.append((0x00E5, struct.pack("<H", len(merged)) + areas))
    sheet.append((0x000A, b""))
    records = [*beginning, (0x0085, struct.pack("<I", offset) + name), *last, *sheet]
    return compound_file(b"".join(record(*each) for each in records))


def _string(text: str, note: str) -> bytes:
    """A shared text, and what follows it in superscript."""
    whole = text + note
    flags = 0x01 | (0x08 if note else 0)
    runs = struct.pack("<H", 1) if note else b""
    raised = struct.pack("<HH", len(text), _RAISED) if note else b""
    return struct.pack("<HB", len(whole), flags) + runs + whole.encode("utf-16-le") + raised
