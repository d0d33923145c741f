"""Files that mean harm, or are merely broken, are refused by name within bounds, and the others are read."""

import csv
import datetime as dt
import io
import os
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from submissions import HEADERS, row, rows_of, table_of, write_csv, write_xlsx

from assets.file_limits import OLE_MAGIC, FileLimits
from assets.open_data import csv_text
from assets.typed_rows import type_projects
from assets.workbooks import read_inbox
from checks.conformance import ERRORS, conformance_findings
from warehouse.findings import Finding
from warehouse.schema import Column, Table, conform

EDITION = "2021-11"
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
# What a refusal may cost, in a process of its own.
MEMORY_BYTES, CPU_SECONDS = 2 * 1024**3, 60


def only(findings: list[Finding]) -> Finding:
    assert len(findings) == 1, [str(finding) for finding in findings]
    return findings[0]


def refused(findings: list[Finding], about: Finding) -> bool:
    return any(other.file == about.file and other.severity == "error" for other in findings)


def right_workbook(folder: Path) -> bytes:
    return write_xlsx(folder / "made" / "right.xlsx", table_of(rows_of(3))).read_bytes()


def members_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(members: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def with_sheet(folder: Path, rows: bytes, **others: bytes) -> bytes:
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    changed = {SHEET: sheet + rows + b"</sheetData></worksheet>", **others}
    return zipped(members_of(right_workbook(folder)) | changed)


def with_workbook(folder: Path, sheet: bytes) -> bytes:
    members = members_of(right_workbook(folder))
    before, _, after = members["xl/workbook.xml"].partition(b"<sheets>")
    sheets = b"".join(sheet % (n, n) for n in range(1, 5000))
    return zipped(members | {"xl/workbook.xml": before + b"<sheets>" + sheets + after})


def ods(rows: bytes, **others: bytes) -> bytes:
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


def ods_cell(attributes: bytes = b"", text: bytes = b"x") -> bytes:
    return (
        b'<table:table-cell office:value-type="string" '
        + attributes
        + b"><text:p>"
        + text
        + b"</text:p></table:table-cell>"
    )


def ods_row(cell: bytes, attributes: bytes = b"") -> bytes:
    return b"<table:table-row " + attributes + b">" + cell + b"</table:table-row>"


def with_entity(folder: Path, declaration: bytes) -> bytes:
    members = members_of(right_workbook(folder))
    declared, _, rest = members[STRINGS].partition(b"?>")
    return zipped(members | {STRINGS: declared + b"?>" + b" " * 9000 + declaration + rest})


def laughs() -> bytes:
    lines = [b'<!ENTITY l0 "lol">', *(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 12))]
    return b"<!DOCTYPE sst [" + b"".join(lines) + b"]>"


def longer_than_declared(folder: Path) -> bytes:
    """A member that announces a hundred bytes, with their checksum, and holds a hundred million."""
    members = members_of(right_workbook(folder))
    long = b"<a>" + b" " * 100_000_000 + b"</a>"
    content = bytearray(zipped(members | {"xl/a.xml": long}))
    for place in (b"PK\x01\x02", b"PK\x03\x04"):
        start, crc, name = -1, 16 if place == b"PK\x01\x02" else 14, 46 if place == b"PK\x01\x02" else 30
        while (start := content.find(place, start + 1)) >= 0:
            if content[start + name : start + name + 8] == b"xl/a.xml":
                content[start + crc : start + crc + 4] = struct.pack("<I", zlib.crc32(long[:100]))
                content[start + crc + 8 : start + crc + 12] = struct.pack("<I", 100)
    return bytes(content)


def compound_file(stream: bytes, name: str = "Workbook") -> bytes:
    """The smallest OLE file around one stream: a header, a table of sectors, a directory, the stream."""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    count = len(stream) // 512
    free, end = 0xFFFFFFFF, 0xFFFFFFFE
    header = (
        OLE_MAGIC
        + bytes(16)
        + struct.pack("<HHHHH6xIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0, 0)
    )
    header += struct.pack("<I", free) * 108
    sectors = [0xFFFFFFFD, end, *range(3, 2 + count), end]
    table = struct.pack(f"<{len(sectors)}I", *sectors).ljust(512, b"\xff")

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        text = name.encode("utf-16-le") + b"\0\0"
        return text.ljust(64, b"\0") + struct.pack("<HBBIII36xIQ", len(text), kind, 1, free, free, child, start, size)

    directory = entry("Root Entry", 5, 1, end, 0) + entry(name, 2, free, 2, len(stream))
    return header + table + directory.ljust(512, b"\0") + stream


def record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def old_workbook(cells: Mapping[tuple[int, int], str | float], dimensions: tuple[int, int] = (100, 30)) -> bytes:
    """An .xls of one sheet, with texts and numbers at rows and columns counted from 0."""
    start = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x05, 0, 0, 0, 0)) + record(0x0042, struct.pack("<H", 1200))
    names = record(0x0085, struct.pack("<IBBBB", 0, 0, 0, 7, 0) + b"Projets")
    offset = len(start) + len(names) + 4
    names = record(0x0085, struct.pack("<IBBBB", offset, 0, 0, 7, 0) + b"Projets")
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 0))
    sheet += record(0x0200, struct.pack("<IIHHH", 0, dimensions[0], 0, dimensions[1], 0))
    for (line, column), value in cells.items():
        place = struct.pack("<HHH", line, column, 0)
        if isinstance(value, str):
            text = value.encode("utf-16-le")
            sheet += record(0x0204, place + struct.pack("<HB", len(value), 1) + text)
        else:
            sheet += record(0x0203, place + struct.pack("<d", value))
    return compound_file(start + names + record(0x000A, b"") + sheet + record(0x000A, b""))


def with_sheet_elsewhere(folder: Path, sheet: bytes) -> bytes:
    """A workbook whose sheet has the name of an image."""
    members = {
        name: content.replace(b"worksheets/sheet1.xml", b"media/image1.png")
        for name, content in members_of(right_workbook(folder)).items()
    }
    return zipped(members | {"xl/media/image1.png": sheet})


FAR = b'<sheetData><c r="A1"><v>1</v></c><c r="XFD9999"><v>1</v></c></sheetData>'
ENCRYPTED_MANIFEST = b'<m:manifest xmlns:m="m"><manifest:encryption-data xmlns:manifest="n"/></m:manifest>'
EMPTY_ROWS = (
    b'<table:table-row table:number-rows-repeated="1048000"><table:table-cell '
    b'table:number-columns-repeated="16384"/></table:table-row>'
)
ROWS_REPEATED = b'table:number-rows-repeated="1048576"'
COLUMNS_REPEATED = b'table:number-columns-repeated="2000000000"'
TEN_MEGABYTES = 10_000_000


def cell_of_ten_megabytes(folder: Path) -> bytes:
    text = b"".join(b"%07x" % (n * 2654435761 % 2**28) for n in range(TEN_MEGABYTES // 7 + 1))[:TEN_MEGABYTES]
    return with_sheet(folder, b'<row r="1"><c r="A1" t="inlineStr"><is><t>' + text + b"</t></is></c></row>")


# Case, then the name of the file, how it is made, and what the refusal must say.
HOSTILE: dict[str, tuple[str, Callable[[Path], bytes], tuple[str, ...]]] = {
    "zip bomb by size": (
        "a.xlsx",
        lambda folder: with_sheet(folder, b" " * 300_000_000),
        ("décomprimé", "3000", "134217728"),
    ),
    "zip bomb by ratio": (
        "a.xlsx",
        lambda folder: with_sheet(folder, b" " * 50_000_000),
        ("taux de compression", "200"),
    ),
    "member longer than it declares": ("a.xlsx", longer_than_declared, ("plus long",)),
    "too many members": (
        "a.xlsx",
        lambda folder: zipped(members_of(right_workbook(folder)) | {f"xl/{n}.xml": b"<a/>" for n in range(5000)}),
        ("fichiers internes", "50", "1000"),
    ),
    "XML bomb": ("a.xlsx", lambda folder: with_entity(folder, laughs()), ("DTD", STRINGS)),
    "XML bomb in UTF-16": (
        "a.xlsx",
        lambda folder: with_sheet(folder, b"", **{STRINGS: (laughs() + b"<sst/>").decode().encode("utf-16")}),
        ("DTD", STRINGS),
    ),
    "external entity": (
        "a.xlsx",
        lambda folder: with_entity(folder, b'<!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        ("DTD", STRINGS),
    ),
    "external entity in ods": (
        "a.ods",
        lambda _: ods(b"", **{"styles.xml": b'<!DOCTYPE a SYSTEM "http://localhost/a.dtd"><a/>'}),
        ("DTD", "styles.xml"),
    ),
    "million rows": (
        "a.xlsx",
        lambda folder: with_sheet(
            folder, b"".join(b'<row r="%d"><c r="A%d"><v>%d</v></c></row>' % (n, n, n) for n in range(1, 1_000_001))
        ),
        ("trop de lignes", "50001", "50000"),
    ),
    "million rows by repetition": ("a.ods", lambda _: ods(ods_row(ods_cell(), ROWS_REPEATED)), ("lignes", "1048576")),
    "billions of columns by repetition": (
        "a.ods",
        lambda _: ods(ods_row(ods_cell(COLUMNS_REPEATED))),
        ("trop de cellules", "2000000000"),
    ),
    "billions of spaces": (
        "a.ods",
        lambda _: ods(ods_row(ods_cell(text=b'<text:s text:c="4000000000"/>'))),
        ("caractères", "4000000000"),
    ),
    "two cells far apart": (
        "a.xlsx",
        lambda folder: with_sheet(
            folder, b'<row r="1"><c r="A1"><v>1</v></c></row><row r="40000"><c r="XFD40000"><v>1</v></c></row>'
        ),
        ("trop de cellules", "655360000", "500000"),
    ),
    "two cells far apart under another root and name": (
        "a.xlsx",
        lambda folder: with_sheet_elsewhere(folder, b"<a>" + FAR + b"</a>"),
        ("trop de cellules",),
    ),
    "sheet that is no well-formed XML": (
        "a.xlsx",
        lambda folder: with_sheet_elsewhere(folder, b"junk<worksheet>" + FAR + b"</worksheet>"),
        ("bien formé",),
    ),
    "tags within tags": (
        "a.xlsx",
        lambda folder: with_sheet(folder, b"<a>" * 20_000_000, **{"xl/media/image1.png": os.urandom(1_000_000)}),
        ("emboîtées", "1001", "1000"),
    ),
    "a tag of many attributes": (
        "a.xlsx",
        lambda folder: with_sheet(folder, b"<a " + b" ".join(b'a%d=""' % n for n in range(5_000_000)) + b"/>"),
        ("balise", "4194304"),
    ),
    "one sheet under many names": (
        "a.xlsx",
        lambda folder: with_workbook(folder, b'<sheet name="%d" sheetId="%d" r:id="rId1"/>'),
        ("deux fois la même feuille", "rId1"),
    ),
    "one text shared by many cells": (
        "a.xlsx",
        lambda folder: with_sheet(
            folder,
            b"".join(b'<row><c t="s"><v>0</v></c></row>' for _ in range(40_000)),
            **{STRINGS: b"<sst><si><t>" + b"x" * 90_000 + b"</t></si></sst>"},
        ),
        ("caractères en tout", "20000000"),
    ),
    "cell of 10 MB": (
        "a.xlsx",
        cell_of_ten_megabytes,
        ("caractères", str(TEN_MEGABYTES), "100000"),
    ),
    "cell of 10 MB in csv": (
        "a.csv",
        lambda folder: b"Nom du projet,Phase\n" + b"x" * TEN_MEGABYTES + b",y\n",
        (str(TEN_MEGABYTES), "100000", "ligne 2"),
    ),
    "million rows in csv": ("a.csv", lambda _: b"a;b\n" + b"1\n" * 1_000_000, ("lignes", "50001", "50000")),
    "million columns in csv": ("a.csv", lambda _: b";" * 30_000_000, ("cellules", "30000000", "500000")),
    "larger than the limit": ("a.csv", lambda _: b"x" * (64 * 1024 * 1024 + 1), ("67108865", "67108864")),
    "nul bytes in csv": ("a.csv", lambda _: b"Nom du projet,Phase\n\0\0,b\n", ("octets nuls",)),
    "parent folder in a member's name": (
        "a.xlsx",
        lambda folder: zipped(members_of(right_workbook(folder)) | {"../../x": b"x"}),
        ("chemin interdit", "../../x"),
    ),
    "parent folder with backslashes": (
        "a.xlsx",
        lambda folder: zipped(members_of(right_workbook(folder)) | {"xl\\..\\..\\x": b"x"}),
        ("chemin interdit",),
    ),
    "absolute member name": (
        "a.xlsx",
        lambda folder: zipped(members_of(right_workbook(folder)) | {"/etc/x": b"x"}),
        ("chemin interdit", "/etc/x"),
    ),
    "the same member twice": (
        "a.xlsx",
        lambda folder: zipped(members_of(right_workbook(folder)) | {SHEET.upper(): b"<a/>"}),
        ("deux fois",),
    ),
    "unusual compression": (
        "a.xlsx",
        lambda folder: zipped(members_of(right_workbook(folder)), zipfile.ZIP_LZMA),
        ("comprimé",),
    ),
    "encrypted": ("a.xlsx", lambda _: compound_file(b"x" * 5000, "EncryptedPackage"), ("mot de passe",)),
    "encrypted ods": (
        "a.ods",
        lambda _: ods(b"", **{"META-INF/manifest.xml": ENCRYPTED_MANIFEST}),
        ("mot de passe",),
    ),
    "xls named xlsx": ("a.xlsx", lambda _: old_workbook({(0, 0): "x"}), ("extension", ".xlsx", "ancien classeur")),
    "xlsx named xls": ("a.xls", right_workbook, ("extension", ".xls", "zip")),
    "xlsx named ods": ("a.ods", right_workbook, ("extension", ".ods", "content.xml")),
    "ods named xlsx": ("a.xlsx", lambda _: ods(b""), ("extension", ".xlsx", "[Content_Types].xml")),
    "xlsx named csv": ("a.csv", right_workbook, ()),
    "pdf named xlsx": ("a.xlsx", lambda _: b"%PDF-1.7", ("extension", "autre format")),
    "empty zip": ("a.xlsx", lambda _: zipped({}), ("illisible",)),
    "zip without a workbook": ("a.xlsx", lambda _: zipped({"a.txt": b"x"}), ("extension",)),
    "empty file": ("a.xlsx", lambda _: b"", ("vide",)),
    "xls that announces billions of cells": (
        "a.xls",
        lambda _: old_workbook({(0, 0): "x"}, (0xFFFFFFFF, 0xFFFF)),
        ("illisible",),
    ),
    "xls with two cells far apart": (
        "a.xls",
        lambda _: old_workbook({(0, 0): "x", (0xFFFE, 0xFFFE): "x"}),
        ("limite",),
    ),
    "truncated xls": ("a.xls", lambda _: old_workbook({(0, 0): "x"})[:700], ("illisible",)),
}


READ_BOUNDED = """
import resource, sys
from pathlib import Path
from assets.workbooks import read_inbox
resource.setrlimit(resource.RLIMIT_AS, ({memory}, {memory}))
resource.setrlimit(resource.RLIMIT_CPU, ({seconds}, {seconds}))
for folder in sorted(Path(sys.argv[1]).iterdir()):
    cells, findings = read_inbox(folder, "2021-11")
    names = ",".join(sorted(set(cells["source_file"])))
    for finding in findings:
        print(folder.name, names, finding.severity, finding.file, str(finding).replace("\\n", " "), sep="\\t")
"""


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[list[str]]]:
    """What is said of every hostile file, each beside a right one, by one process that may not grow."""
    base = tmp_path_factory.mktemp("hostile")
    for case, (name, make, _) in HOSTILE.items():
        folder = base / "inbox" / case
        write_xlsx(folder / "right.xlsx", table_of(rows_of(4)))
        (folder / name).write_bytes(make(base))
    code = READ_BOUNDED.format(memory=MEMORY_BYTES, seconds=CPU_SECONDS)
    done = subprocess.run(
        [sys.executable, "-c", code, str(base / "inbox")],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said: dict[str, list[list[str]]] = {}
    for line in done.stdout.splitlines():
        case, *rest = line.split("\t")
        said.setdefault(case, []).append(rest)
    return said


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_within_bounds_and_the_others_are_read(
    refusals: dict[str, list[list[str]]], case: str
) -> None:
    name, _, parts = HOSTILE[case]
    assert len(refusals[case]) == 1
    names, severity, file, text = refusals[case][0]
    assert (names, severity, file) == ("right.xlsx", "error", name)
    for part in parts:
        assert part in text


@pytest.mark.parametrize("kind", ["xlsx", "ods", "csv"])
def test_a_file_truncated_at_every_kilobyte_is_said(tmp_path: Path, kind: str) -> None:
    table = table_of(rows_of(40, deviation_comment="Dérive é €"))
    whole = tmp_path / f"whole.{kind}"
    if kind == "xlsx":
        write_xlsx(whole, table)
    elif kind == "ods":
        pd.DataFrame(table[1:], columns=[str(each) for each in table[0]]).to_excel(whole, engine="odf", index=False)  # type: ignore[arg-type]
    else:
        write_csv(whole, table)
    content = whole.read_bytes()
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for kept in range(0, len(content), 1024):
        (inbox / f"{kept:06d}.{kind}").write_bytes(content[:kept])
    cells, findings = read_inbox(inbox, EDITION)
    names = sorted(path.name for path in inbox.iterdir())
    if kind == "csv":
        # A cut inside the last column cannot be told from a last line without an end: it is read, and said.
        assert {finding.file for finding in findings} == set(names)
        assert set(cells["source_file"]) == {
            finding.file
            for finding in findings
            if finding.rule == "last_line_is_ended" and not refused(findings, finding)
        }
        return
    assert cells.empty
    assert [finding.file for finding in findings] == names
    assert {finding.severity for finding in findings} == {"error"}


def test_an_old_workbook_is_read(tmp_path: Path) -> None:
    table = table_of([row(start_date=43466.0, initial_end_date=44197.0, updated_end_date=44378.0)])
    cells = {(line, column): value for line, values in enumerate(table) for column, value in enumerate(values)}
    (tmp_path / "a.xls").write_bytes(old_workbook(cells))  # type: ignore[arg-type]  # texts and numbers only
    found, findings = read_inbox(tmp_path, EDITION)
    assert not findings
    projects, problems = type_projects(found)
    assert not problems
    assert projects["start_date"].dt.date.tolist() == [dt.date(2019, 1, 1)]
    assert projects["updated_cost_meur"].tolist() == [12.0]


def test_a_limit_is_the_one_of_the_configuration(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "a.xlsx", table_of(rows_of(3)))
    cells, findings = read_inbox(tmp_path, EDITION, FileLimits(rows=3))
    assert cells.empty
    assert "trop de lignes : 4, plus que la limite de 3" in only(findings).message


def test_empty_rows_repeated_to_the_end_of_the_sheet_cost_nothing(tmp_path: Path) -> None:
    frame = pd.DataFrame(table_of([row()])[1:], columns=[HEADERS[field] for field in row()])
    frame.to_excel(tmp_path / "a.ods", engine="odf", index=False)  # type: ignore[arg-type]  # the stubs forget it
    members = members_of((tmp_path / "a.ods").read_bytes())
    members["content.xml"] = members["content.xml"].replace(b"</table:table>", EMPTY_ROWS + b"</table:table>")
    (tmp_path / "a.ods").write_bytes(zipped(members))
    cells, findings = read_inbox(tmp_path, EDITION)
    assert not findings
    assert cells["source_row"].unique().tolist() == [2]


def test_an_old_manifest_that_names_a_document_type_is_no_attack(tmp_path: Path) -> None:
    manifest = b'<!DOCTYPE manifest:manifest PUBLIC "-//OpenOffice.org//DTD Manifest 1.0//EN" "Manifest.dtd"><a/>'
    (tmp_path / "a.ods").write_bytes(ods(ods_row(ods_cell()), **{"META-INF/manifest.xml": manifest}))
    assert only(read_inbox(tmp_path, EDITION)[1]).rule == "sheet_is_recognised"


def test_a_panic_of_the_reader_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    panic = type("PanicException", (BaseException,), {})

    def panics(_path: object) -> None:
        raise panic("index out of bounds")

    write_xlsx(tmp_path / "a.xlsx", table_of([row()]))
    monkeypatch.setattr("assets.workbooks.CalamineWorkbook.from_path", panics, raising=True)
    assert "index out of bounds" in only(read_inbox(tmp_path, EDITION)[1]).message


@pytest.mark.parametrize("is_1904", [False, True])
def test_both_date_systems_give_the_same_days(tmp_path: Path, is_1904: bool) -> None:
    days = [dt.date(2019, 1, 1), dt.date(2021, 2, 28), dt.date(2024, 2, 29)]
    table = table_of([row(start_date=days[0], initial_end_date=days[1], updated_end_date=days[2])])
    with xlsxwriter.Workbook(tmp_path / "a.xlsx", {"date_1904": is_1904}) as book:
        sheet, date = book.add_worksheet("Projets"), book.add_format({"num_format": "dd/mm/yyyy"})
        for line, values in enumerate(table):
            for column, cell in enumerate(values):
                if isinstance(cell, dt.date):
                    sheet.write_datetime(line, column, dt.datetime.combine(cell, dt.time()), date)
                else:
                    sheet.write(line, column, cell)
    assert (b'date1904="1"' in members_of((tmp_path / "a.xlsx").read_bytes())["xl/workbook.xml"]) == is_1904
    projects, problems = type_projects(read_inbox(tmp_path, EDITION)[0])
    assert not problems
    read = [projects[name].dt.date.iloc[0] for name in ("start_date", "initial_end_date", "updated_end_date")]
    assert read == days


def test_hidden_rows_columns_and_sheets_are_read_as_the_others(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        book.add_worksheet("Lisez-moi").write(0, 0, "Mode d'emploi")
        sheet = book.add_worksheet("Projets")
        sheet.hide()
        for line, values in enumerate(
            table_of(rows_of(3, start_date="01/01/2019", initial_end_date=None, updated_end_date="07/2021"))
        ):
            sheet.write_row(line, 0, values)
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_column(3, 4, None, None, {"hidden": True})
    cells, findings = read_inbox(tmp_path, EDITION)
    assert not findings
    projects, problems = type_projects(cells)
    assert not problems
    assert projects["name"].tolist() == ["PROJET 001", "PROJET 002", "PROJET 003"]
    assert projects["phase"].notna().all()


def test_a_merged_cell_fills_its_first_row_only_and_the_others_are_said(tmp_path: Path) -> None:
    table = table_of(rows_of(2, start_date="01/01/2019", initial_end_date="01/01/2021", updated_end_date="07/2021"))
    position = table[0].index(HEADERS["ministry"])
    table[2][position] = None
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet("Projets")
        for line, values in enumerate(table):
            sheet.write_row(line, 0, values)
        sheet.merge_range(1, position, 2, position, "Ministère de la Culture")
    cells, findings = read_inbox(tmp_path, EDITION)
    assert not findings
    finding = only(conformance_findings(cells, ERRORS))
    assert (finding.file, finding.row, finding.column) == ("a.xlsx", 3, HEADERS["ministry"])


def test_moved_columns_under_extra_lines_read_the_same(tmp_path: Path) -> None:
    table = table_of(rows_of(3))
    write_xlsx(tmp_path / "one" / "a.xlsx", table)
    moved: list[list[object]] = [["Remontée"], ["Ministère", None, "contact"], [], *(cells[::-1] for cells in table)]
    write_xlsx(tmp_path / "two" / "a.xlsx", moved)
    one, two = (read_inbox(tmp_path / name, EDITION) for name in ("one", "two"))
    assert one[1] == two[1] == []
    place = ["source_row", "source_sha256"]
    pd.testing.assert_frame_equal(
        type_projects(one[0])[0].drop(columns=place), type_projects(two[0])[0].drop(columns=place)
    )


def test_a_rubbish_row_after_the_projects_is_refused_with_its_place(tmp_path: Path) -> None:
    table: list[list[object]] = [*table_of(rows_of(2)), [], ["Source : DINUM"]]
    write_xlsx(tmp_path / "a.xlsx", table)
    cells, findings = read_inbox(tmp_path, EDITION)
    assert not findings
    said = conformance_findings(cells, ERRORS)
    assert {(finding.file, finding.row) for finding in said} == {("a.xlsx", 5)}


def test_a_formula_in_a_submitted_text_stays_a_text(tmp_path: Path) -> None:
    text = '=HYPERLINK("http://localhost","x")'
    write_xlsx(tmp_path / "a.xlsx", table_of([row(deviation_comment=text)]))
    projects, _ = type_projects(read_inbox(tmp_path, EDITION)[0])
    assert projects["deviation_comment"].tolist() == [text]


FREE = Table(
    "free",
    "Textes",
    "Un texte et un nombre.",
    (
        Column("edition", "edition", "Édition", "string", "Clé.", required=True, pattern=r"\d{4}-\d{2}"),
        Column("note", "note", "Note", "string", "Texte libre."),
        Column("gap", "ecart", "Écart", "number", "Un nombre."),
    ),
    ("edition",),
)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\nx"])
def test_no_published_text_starts_a_formula_and_numbers_are_left_alone(text: str) -> None:
    frame = conform(pd.DataFrame({"edition": ["2021-07", "2021-11"], "note": [text, None], "gap": [-1.5, -2.0]}), FREE)
    first, second = csv.DictReader(io.StringIO(csv_text(frame, FREE), newline=""))
    assert first == {"edition": "2021-07", "note": "'" + text, "ecart": "-1.5"}
    assert second == {"edition": "2021-11", "note": "", "ecart": "-2.0"}
    assert first["note"].removeprefix("'") == text


@given(st.text())
def test_a_published_text_comes_back_but_for_the_apostrophe(text: str) -> None:
    clean = text.encode("utf-8", "ignore").decode().replace("\0", "")
    frame = conform(pd.DataFrame({"edition": ["2021-07"], "note": [clean], "gap": [1.0]}), FREE)
    (read,) = csv.DictReader(io.StringIO(csv_text(frame, FREE), newline=""))
    assert not read["note"].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    lines = clean.replace("\r\n", "\n").replace("\r", "\n")
    assert read["note"] in (lines, "'" + lines)


MUTATED = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv"])
@MUTATED
@given(data=st.data())
def test_bytes_changed_anywhere_give_findings_or_a_frame(tmp_path: Path, name: str, data: st.DataObject) -> None:
    path = tmp_path / "inbox" / name
    table = table_of(rows_of(2))
    content = bytearray((write_xlsx if name == "a.xlsx" else write_csv)(path, table).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    path.write_bytes(content)
    cells, findings = read_inbox(path.parent, EDITION)
    assert cells.empty == any(finding.severity == "error" for finding in findings)
    type_projects(cells)


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv"])
@MUTATED
@given(
    line=st.integers(1, 3),
    position=st.integers(0, 10),
    value=st.one_of(
        st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=40),
        st.floats(allow_nan=False, allow_infinity=False, width=32),
        st.sampled_from(["=1+1", "12 k€", "1 234,5", "31/02/2020", "Oui", "12\u202f000", "NA"]),
    ),
)
def test_a_changed_cell_changes_no_other(tmp_path: Path, name: str, line: int, position: int, value: object) -> None:
    write = write_xlsx if name == "a.xlsx" else write_csv
    table = table_of(rows_of(3))
    right, _ = read_inbox(write(tmp_path / "right" / name, table).parent, EDITION)
    table[line][position] = value
    cells, findings = read_inbox(write(tmp_path / "changed" / name, table).parent, EDITION)
    assert not findings
    place = ["source_row", "field"]
    before, after = (
        frame.set_index(place)[["value_type", "value"]].drop(index=[(line + 1, list(row())[position])], errors="ignore")
        for frame in (right, cells)
    )
    pd.testing.assert_frame_equal(before, after)
    type_projects(cells)
