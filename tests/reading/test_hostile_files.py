"""Files that mean harm, or are merely broken, are refused by name within bounds, and the others are read."""

import os
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from submissions import row, rows_of, table_of, write_csv, write_xlsx

from assets.reading.formats.file_limits import FileLimits
from assets.reading.submitted import read_inbox
from benchmarks.hand_made import SHEET, compound_file, members_of, ods, ods_row, ods_text, xls, zipped
from warehouse.model.findings import Finding

EDITION = "2021-11"
STRINGS = "xl/sharedStrings.xml"
# What a refusal may cost, in a process of its own.
MEMORY_BYTES, CPU_SECONDS = 2 * 1024**3, 60


def only(findings: list[Finding]) -> Finding:
    assert len(findings) == 1, [str(finding) for finding in findings]
    return findings[0]


def refused(findings: list[Finding], about: Finding) -> bool:
    return any(other.file == about.file and other.severity == "error" for other in findings)


def right_workbook(folder: Path) -> bytes:
    return write_xlsx(folder / "made" / "right.xlsx", table_of(rows_of(3))).read_bytes()


def with_sheet(folder: Path, rows: bytes, **others: bytes) -> bytes:
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    changed = {SHEET: sheet + rows + b"</sheetData></worksheet>", **others}
    return zipped(members_of(right_workbook(folder)) | changed)


def with_workbook(folder: Path, sheet: bytes) -> bytes:
    members = members_of(right_workbook(folder))
    before, _, after = members["xl/workbook.xml"].partition(b"<sheets>")
    sheets = b"".join(sheet % (n, n) for n in range(1, 5000))
    return zipped(members | {"xl/workbook.xml": before + b"<sheets>" + sheets + after})


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


def with_sheet_elsewhere(folder: Path, sheet: bytes) -> bytes:
    """A workbook whose sheet has the name of an image."""
    members = {
        name: content.replace(b"worksheets/sheet1.xml", b"media/image1.png")
        for name, content in members_of(right_workbook(folder)).items()
    }
    return zipped(members | {"xl/media/image1.png": sheet})


FAR = b'<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="9999"><c r="XFD9999"><v>1</v></c></row></sheetData>'
ENCRYPTED_MANIFEST = b'<m:manifest xmlns:m="m"><manifest:encryption-data xmlns:manifest="n"/></m:manifest>'
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
    "million rows by repetition": ("a.ods", lambda _: ods(ods_row(ods_text(), ROWS_REPEATED)), ("lignes", "1048576")),
    "billions of columns by repetition": (
        "a.ods",
        lambda _: ods(ods_row(ods_text(COLUMNS_REPEATED))),
        ("trop de cellules", "2000000000"),
    ),
    "billions of spaces": (
        "a.ods",
        lambda _: ods(ods_row(ods_text(text=b'<text:s text:c="4000000000"/>'))),
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
    "a text that there is not": (
        "a.xlsx",
        lambda folder: with_sheet(folder, b'<row r="1"><c r="A1" t="s"><v>9999</v></c></row>'),
        ("texte partagé n° 9999",),
    ),
    "an index that is no number": (
        "a.xlsx",
        lambda folder: with_sheet(folder, b'<row r="1"><c r="A1" t="s"><v>x</v></c></row>'),
        ("valeur « x » de type « s »", "ligne 1"),
    ),
    "a number that is none": (
        "a.xlsx",
        lambda folder: with_sheet(folder, b'<row r="1"><c r="A1"><v>1E400</v></c></row>'),
        ("valeur « 1E400 »",),
    ),
    "two cells at one place": (
        "a.xlsx",
        lambda folder: with_sheet(folder, b'<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>'),
        ("cellule « A1 » à la place d'une autre",),
    ),
    "two rows of one number": (
        "a.xlsx",
        lambda folder: with_sheet(folder, b'<row r="2"><c><v>1</v></c></row><row r="2"><c><v>2</v></c></row>'),
        ("ligne 2 après la ligne 2",),
    ),
    "an encoding that nobody knows": (
        "a.xlsx",
        lambda folder: with_sheet(folder, b"", **{STRINGS: b'<?xml version="1.0" encoding="float"?><sst/>'}),
        ("float", STRINGS),
    ),
    "an encoding that readers pass over": (
        "a.xlsx",
        lambda folder: with_sheet(folder, b"", **{STRINGS: b'<?xml version="1.0" encoding="latin-1"?><sst/>'}),
        ("codage « latin-1 »",),
    ),
    "a member of two names": (
        "a.xlsx",
        lambda folder: right_workbook(folder).replace(b"xl/styles.xml", b"xl/styles,xml", 1),
        ("a deux noms",),
    ),
    "a number without its value in ods": (
        "a.ods",
        lambda _: ods(ods_row(b'<table:table-cell office:value-type="float"/>')),
        ("valeur «  » de type « float »",),
    ),
    "UTF-8 with a false byte": (
        "a.csv",
        lambda _: "Nom du projet;Phase\nDérive".encode() + b"\xe9;x\n",
        ("UTF-8, sauf l'octet n° 28, à la ligne 2",),
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
        ("trop de caractères", "100000", "ligne 2"),
    ),
    "million rows in csv": ("a.csv", lambda _: b"a;b\n" + b"1\n" * 1_000_000, ("lignes", "50001", "50000")),
    "million columns in csv": ("a.csv", lambda _: b";" * 15_000_000, ("cellules", "15000000", "500000")),
    "one line of 64 MB in csv": ("a.csv", lambda _: b"x" * 66_000_000, ("caractères", "66000000", "20000000")),
    "quotes never closed in csv": (
        "a.csv",
        lambda _: b'Nom du projet;Phase\n"' + b"x;y\n" * 200_000,
        ("Un guillemet y est peut-être ouvert", "100000"),
    ),
    "16384 columns in csv": ("a.csv", lambda _: (b";" * 16_383 + b"\n") * 40, ("trop de cellules", "500000")),
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
    "xls named xlsx": ("a.xlsx", lambda _: xls({(0, 0): "x"}), ("extension", ".xlsx", "ancien classeur")),
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
        lambda _: xls({(0, 0): "x"}, (0xFFFFFFFF, 0xFFFF)),
        ("illisible",),
    ),
    "xls with two cells far apart": (
        "a.xls",
        lambda _: xls({(0, 0): "x", (0xFFFE, 0xFFFE): "x"}),
        ("limite",),
    ),
    "truncated xls": ("a.xls", lambda _: xls({(0, 0): "x"})[:700], ("illisible",)),
}


READ_BOUNDED = """
import resource, sys
from pathlib import Path
from assets.reading.submitted import read_inbox
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


def test_a_limit_is_the_one_of_the_configuration(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "a.xlsx", table_of(rows_of(3)))
    cells, findings = read_inbox(tmp_path, EDITION, FileLimits(rows=3))
    assert cells.empty
    assert "trop de lignes : 4, plus que la limite de 3" in only(findings).message


def test_a_panic_of_the_reader_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    panic = type("PanicException", (BaseException,), {})

    def panics(_path: object) -> None:
        raise panic("index out of bounds")

    write_xlsx(tmp_path / "a.xlsx", table_of([row()]))
    monkeypatch.setattr("assets.reading.workbooks.CalamineWorkbook.from_filelike", panics, raising=True)
    assert "index out of bounds" in only(read_inbox(tmp_path, EDITION)[1]).message
