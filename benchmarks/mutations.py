"""Right submissions made wrong, one change or a few at a time: in their bytes, archive, XML, records, text or cells.

A change is drawn from a `random.Random`, so that a number is enough to make a file again. What a reader should make of
the result is for `benchmarks.fuzz`; a change of a cell says itself what its value may be taken for.
"""

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from random import Random

from benchmarks import hand_made
from benchmarks.changed_cells import DATES, Change, draw_change, table_of


@dataclass(frozen=True)
class Mutant:
    """A file made wrong: its extension, at what level, what was done, its bytes, the cells changed when known."""

    suffix: str
    level: str
    what: str
    content: bytes
    changes: tuple[Change, ...] = ()
    # It is written otherwise, and says what the right submission says.
    says_the_same: bool = False


def csv_of(table: hand_made.Table, encoding: str = "utf-8", **options: object) -> bytes:
    """A table as CSV, dates in the ISO form."""
    stream = io.StringIO()
    csv.writer(stream, **options).writerows(table)  # type: ignore[arg-type]  # the options of the module
    return stream.getvalue().encode(encoding)


@cache
def original(suffix: str) -> bytes:
    """The right submission in one format."""
    return written(table_of(), suffix)


def written(table: hand_made.Table, suffix: str) -> bytes:
    """A table in one format."""
    match suffix:
        case ".xlsx":
            return hand_made.xlsx(table)
        case ".ods":
            return hand_made.ods_of(table)
        case ".xls":
            return hand_made.xls(hand_made.xls_cells(table))
        case _:
            return csv_of(table)


def _bytes_changed(random: Random, content: bytes) -> tuple[str, bytes]:
    """Bytes flipped, replaced, cut, inserted or repeated, at one to three places."""
    changed, told = bytearray(content), []
    for _ in range(random.randint(1, 3)):
        place, length = random.randrange(max(len(changed), 1)), random.randint(1, random.choice((1, 4, 64, 600)))
        match how := random.choice(("flip", "replace", "cut", "insert", "repeat", "truncate")):
            case "flip" if changed:
                changed[place] ^= 1 << random.randrange(8)
            case "replace":
                changed[place : place + length] = random.randbytes(length)
            case "cut":
                del changed[place : place + length]
            case "insert":
                changed[place:place] = random.randbytes(length)
            case "repeat":
                changed[place:place] = changed[place : place + length]
            case _:
                del changed[place:]
        told.append(f"{how} {length} at {place}")
    return ", ".join(told), bytes(changed)


def _archive_changed(random: Random, content: bytes) -> tuple[str, bytes]:
    """Members dropped, swapped, repeated, renamed, cut, added or stored; bytes around the archive."""
    members = hand_made.members_of(content)
    name, other = random.sample(sorted(members), 2)
    match how := random.randrange(10):
        case 0:
            del members[name]
        case 1:
            members[name], members[other] = members[other], members[name]
        case 2:
            members[other] = members[name]
        case 3:
            members = {random.choice((each.upper(), each + "x", "/" + each)) if each == name else each: text
                       for each, text in members.items()}  # fmt: skip
        case 4:
            members[name] = members[name][: random.randrange(len(members[name]) + 1)]
        case 5:
            members |= {random.choice(("xl/extra.xml", "note.txt", "xl/worksheets/sheet2.xml")): random.randbytes(99)}
        case 6:
            members = dict(sorted(members.items(), key=lambda _: random.random()))
        case 7:
            return f"stored {how}", hand_made.zipped(members, zipfile.ZIP_STORED)
        case 8:
            return "bytes before", random.randbytes(random.randint(1, 50)) + content
        case _:
            return "bytes after", content + random.randbytes(random.randint(1, 50))
    return f"archive {how}: {name}, {other}", hand_made.zipped(members)


ODD_VALUES = (
    "", "0", "1", "-1", "2", "3", "1.5", "99999999999", "1E400", "NaN", "true", "A1", "B2", "XFD1048576", "ZZZ9", "é",
    "s", "str", "b", "d", "e", "n", "inlineStr", "rId1", "rId9", "../x", "_x0041_", "#N/A", "2020-02-31", "float",
    "date", "string", "boolean", "&#10;", "&#0;", "&bogus;", "x" * 3000, "44378", "mm:ss", "[h]:mm", "General", "]]",
)  # fmt: skip
_ATTRIBUTE = re.compile(r' ([\w:.]+)="([^"]*)"')
_TEXT = re.compile(r">([^<>]+)<")
_LEAF = re.compile(r"<([\w:]+)(?: [^<>]*)?(?:/>|>[^<]*</\1>)")
_ELEMENT = re.compile(r"<(row|c|table:table-row|table:table-cell|sheet|si|xf|numFmt)\b(?:[^<>]*/>|.*?</\1>)", re.DOTALL)


def _xml_changed(random: Random, content: bytes) -> tuple[str, bytes]:
    """Attributes and texts replaced or removed, elements removed, repeated, swapped or renamed, in one member."""
    members = hand_made.members_of(content)
    likely = [name for name in members if re.search(r"sheet1|sharedStrings|styles|content\.xml|workbook\.xml$", name)]
    name = random.choice(likely * 5 + [each for each in members if members[each].startswith(b"<")])
    text = members[name].decode("utf-8", "replace")
    told = []
    for _ in range(random.randint(1, 2)):
        how, text = _one_xml_change(random, text)
        told.append(how)
    return f"{name}: {', '.join(told)}", hand_made.zipped(members | {name: text.encode()})


def _one_xml_change(random: Random, text: str) -> tuple[str, str]:
    how, pattern = random.choice((
        ("set", _ATTRIBUTE), ("unset", _ATTRIBUTE), ("twice", _ATTRIBUTE), ("write", _TEXT), ("write", _TEXT),
        ("remove", _LEAF), ("remove", _ELEMENT), ("repeat", _ELEMENT), ("swap", _ELEMENT), ("rename", _LEAF),
    ))  # fmt: skip
    found = list(pattern.finditer(text))
    if not found:
        return "nothing", text
    one = random.choice(found)
    odd = random.choice(ODD_VALUES)
    match how:
        case "set":
            new = f' {one[1]}="{odd}"'
        case "unset" | "remove":
            new = ""
        case "twice" | "repeat":
            new = one[0] * 2
        case "write":
            new = f">{odd}<"
        case "swap":
            other = random.choice(found)
            first, second = sorted((one, other), key=lambda each: each.start())
            between = text[first.end() : second.start()] if first.end() <= second.start() else None
            if between is None:
                return "nothing", text
            return f"swap {first[0][:40]} {second[0][:40]}", (
                text[: first.start()] + second[0] + between + first[0] + text[second.end() :]
            )
        case _:
            new = one[0].replace(one[1], one[1] + "x")
    return f"{how} {one[0][:40]!r} → {new[:40]!r}", text[: one.start()] + new + text[one.end() :]


def _records_changed(random: Random, _content: bytes) -> tuple[str, bytes]:
    """Records of an .xls removed, repeated, swapped, cut, of another kind, or with a byte changed."""
    records = hand_made.xls_records(hand_made.xls_cells(table_of()))
    place = random.randrange(len(records))
    kind, content = records[place]
    match how := random.randrange(6):
        case 0:
            del records[place]
        case 1:
            records.insert(place, records[place])
        case 2:
            other = random.randrange(len(records))
            records[place], records[other] = records[other], records[place]
        case 3:
            records[place] = (kind, content[: random.randrange(len(content) + 1)])
        case 4:
            kinds = (0x0201, 0x0203, 0x0204, 0x0205, 0x027E, 0x00FD, 0x0006, random.randrange(65536))
            records[place] = (random.choice(kinds), content)
        case _ if content:
            changed = bytearray(content)
            changed[random.randrange(len(changed))] = random.randrange(256)
            records[place] = (kind, bytes(changed))
    written = b"".join(hand_made.record(*each) for each in records)
    return f"record {how}: {place}, kind {kind:#06x}", hand_made.compound_file(written)


def _text_changed(random: Random, content: bytes) -> tuple[str, bytes]:
    """Separators, quotes and lines added or removed."""
    text = content.decode()
    place = random.randrange(len(text))
    match how := random.randrange(5):
        case 0:
            lines = text.splitlines(keepends=True)
            lines.insert(random.randint(1, len(lines)), random.choice(lines))
            text = "".join(lines)
        case 1:
            text = text[:place] + text[place + 1 :]
        case _:
            place = random.randrange(len(text))
            text = (
                text[:place] + random.choice(('"', '""', ",", ";", "\n", "\r", "\t", "\0", "é", ",,,,")) + text[place:]
            )
    return f"text {how}", text.encode()


def _written_otherwise(random: Random, content: bytes) -> tuple[str, bytes]:
    """Another encoding, delimiter, quoting or end of line; or two encodings, as when a part is pasted."""
    text = content.decode()
    if random.random() < 0.3:
        place = random.randrange(len(text))
        return f"two encodings at {place}", text[:place].encode() + text[place:].encode("cp1252")
    encoding = random.choice(("utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"))
    options = {
        "delimiter": random.choice((",", ";", "\t", "|")),
        "quoting": random.choice((csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC)),
        "lineterminator": random.choice(("\n", "\r\n", "\r")),
    }
    return f"{encoding} {options}", csv_of(table_of(), encoding, **options)


Bend = Callable[[Random, bytes], tuple[str, bytes]]
# Each format with the levels at which it is made wrong, and how often each.
LEVELS: Mapping[str, Mapping[str, Bend | None]] = {
    ".xlsx": {"bytes": _bytes_changed, "archive": _archive_changed, "xml": _xml_changed, "cells": None},
    ".ods": {"bytes": _bytes_changed, "archive": _archive_changed, "xml": _xml_changed, "cells": None},
    ".csv": {"bytes": _bytes_changed, "text": _text_changed, "format": _written_otherwise, "cells": None},
    # Each is read in a process of its own, at fifty times the cost of another.
    ".xls": {"bytes": _bytes_changed, "records": _records_changed, "cells": None},
}
SHARES = {".xlsx": 48, ".ods": 24, ".csv": 24, ".xls": 4}


def draw_mutant(random: Random, suffix: str | None = None, level: str | None = None) -> Mutant:
    """A submission made wrong, of any format and at any level unless these are said."""
    suffix = suffix or random.choices(list(SHARES), list(SHARES.values()))[0]
    level = level or random.choice(list(LEVELS[suffix]))
    bend = LEVELS[suffix][level]
    if bend is not None:
        what, content = bend(random, original(suffix))
        return Mutant(suffix, level, what, content, says_the_same=level == "format")
    change = _held(draw_change(random), suffix)
    what = f"{change.field} of row {change.row + 1} is {str(change.cell)[:60]!r}"
    return Mutant(suffix, level, what, written(table_of([change]), suffix), (change,))


def _held(change: Change, suffix: str) -> Change:
    """A change as a format can hold it: CSV has texts only, our .xls neither formulas nor dates."""
    cell = change.cell
    if isinstance(cell, hand_made.Formula) and suffix in (".csv", ".xls"):
        return replace(change, cell=cell.text, readings=())
    if isinstance(cell, dt.date) and suffix == ".xls" and change.field not in DATES:
        return replace(change, cell=cell.isoformat())
    if isinstance(cell, dt.date) and suffix == ".xlsx" and cell.year < 1900:
        return replace(change, cell=cell.isoformat())
    return change
