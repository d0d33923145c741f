"""Whether a file may be opened at all: it is what its extension says, and opening it costs a bounded time and memory.

Nothing is believed that the file says of itself: members are decompressed by blocks and counted, and each XML is read
as a stream by `assets.reading.formats.content_scan` for what it would unfold into. What the cells hold is for
`assets.reading.workbooks`.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from xml.parsers import expat

from assets.reading.formats.content_scan import (
    ODS_MANIFEST,
    PASSWORD,
    REMAKE,
    SAVE_AGAIN,
    ContentScan,
    UnreadableFileError,
    beyond,
    damaged,
    hostile,
)
from assets.reading.formats.ods_scan import OdsScan
from assets.reading.formats.xlsx_scan import XlsxScan
from warehouse.home.settings import FileLimits

__all__ = ["FileLimits", "UnreadableFileError", "refuse_size", "refuse_unsafe_workbook"]

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
# The OLE stream that holds a workbook of the zip family once it is encrypted.
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
CENTRAL_ENTRY = b"PK\x01\x02"
EXPECTED_MEMBERS: Mapping[str, tuple[str, ...]] = {
    ".xlsx": ("[Content_Types].xml", "xl/workbook.xml"),
    ".xlsm": ("[Content_Types].xml", "xl/workbook.xml"),
    ".ods": ("content.xml",),
}
BLOCK = 64 * 1024
# Under this size the ratio says nothing: a small sheet of repeated words compresses well and harms nobody.
RATIO_MATTERS_FROM = 4 * 1024 * 1024
# What keeps the memory of the XML parser itself within bounds.
LONGEST_TAG_BYTES = 4 * 1024 * 1024
_ENCRYPTED_FLAG, _UTF8_FLAG = 0x1, 0x800
_DRIVE = re.compile(r"[A-Za-z]:")


def refuse_size(size_bytes: int, limits: FileLimits) -> None:
    """Refuse an empty file, or one beyond the limit."""
    if size_bytes > limits.file_bytes:
        raise UnreadableFileError(
            f"Le fichier pèse {size_bytes} octets, plus que la limite de {limits.file_bytes}. {REMAKE}"
        )
    if size_bytes == 0:
        raise UnreadableFileError("Le fichier est vide. Le demander de nouveau au ministère.")


def refuse_unsafe_workbook(content: bytes, suffix: str, limits: FileLimits) -> None:
    """Refuse a workbook that is not what its extension says, is encrypted, or would unfold beyond the limits.

    Args:
        content: its bytes.
        suffix: its extension, in lower case.
        limits: what it may cost to read.

    Raises:
        UnreadableFileError: names the limit and the value found.
    """
    if content.startswith(OLE_MAGIC) and (ENCRYPTED_PACKAGE in content):
        raise UnreadableFileError(PASSWORD)
    expected = OLE_MAGIC if suffix == ".xls" else ZIP_MAGIC
    if not content.startswith(expected):
        other = {OLE_MAGIC: "un ancien classeur .xls", ZIP_MAGIC: "une archive zip, peut-être un .xlsx ou un .ods"}
        found = next((name for magic, name in other.items() if content.startswith(magic)), "un autre format")
        raise UnreadableFileError(
            f"Le classeur est illisible : son extension est « {suffix} », mais son contenu est {found}. {SAVE_AGAIN}"
        )
    if suffix != ".xls":
        _refuse_unsafe_zip(content, suffix, limits)


def _refuse_unsafe_zip(content: bytes, suffix: str, limits: FileLimits) -> None:
    # Before the directory of the archive is read: a million entries would already cost a gigabyte.
    if (entries := content.count(CENTRAL_ENTRY)) > limits.members:
        raise beyond("trop de fichiers internes", entries, limits.members)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OverflowError, struct.error, NotImplementedError) as error:
        raise damaged(error) from error
    _refuse_members(members, suffix)
    _refuse_sizes(members, len(content), limits)
    scan = OdsScan(limits) if suffix == ".ods" else XlsxScan(limits)
    # The manifest says whether the rest is encrypted; the shared strings give the length of what cells refer to.
    first = (ODS_MANIFEST.casefold(), "xl/sharedstrings.xml")
    for member in sorted(members, key=lambda each: each.filename.replace("\\", "/").casefold() not in first):
        _scan_member(content, member, scan)
    scan.conclude()


def _refuse_members(members: list[zipfile.ZipInfo], suffix: str) -> None:
    names = [member.filename.replace("\\", "/") for member in members]
    for member, name in zip(members, names, strict=True):
        if name.startswith("/") or _DRIVE.match(name) or ".." in name.split("/"):
            raise hostile(f"un chemin interdit : « {name} »")
        if member.flag_bits & _ENCRYPTED_FLAG or name == "encrypted-package":
            raise UnreadableFileError(PASSWORD)
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise hostile(f"« {name} », comprimé d'une façon qu'aucun tableur n'emploie")
    folded = [name.casefold() for name in names]
    if twice := sorted({name for name in folded if folded.count(name) > 1}):
        raise hostile(f"deux fois le fichier interne « {twice[0]} »")
    if missing := [name for name in EXPECTED_MEMBERS[suffix] if name.casefold() not in folded]:
        raise UnreadableFileError(
            f"Le classeur est illisible : son extension est « {suffix} », mais il n'a pas de fichier interne "
            f"« {missing[0]} ». {SAVE_AGAIN}"
        )


def _refuse_sizes(members: list[zipfile.ZipInfo], size: int, limits: FileLimits) -> None:
    unfolded = sum(member.file_size for member in members)
    if unfolded > limits.uncompressed_bytes:
        raise beyond("trop d'octets une fois décomprimé", unfolded, limits.uncompressed_bytes)
    if unfolded > RATIO_MATTERS_FROM and unfolded > limits.ratio * size:
        raise beyond("un taux de compression anormal", round(unfolded / size), limits.ratio)


def _unfold(content: bytes, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Decompress a member by blocks; `zipfile` would stop at the size that the member declares, whatever follows."""
    start = member.header_offset
    header = content[start : start + 30]
    if len(header) < 30 or not header.startswith(ZIP_MAGIC):
        raise damaged(member.filename)
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    name = content[start + 30 : start + 30 + name_length]
    # Readers go by the directory or by the members: of two names for one of them, each would take its own.
    if name.decode("utf-8" if member.flag_bits & _UTF8_FLAG else "cp437", "replace") != member.orig_filename:
        raise damaged(f"« {member.filename} » a deux noms")
    start += 30 + name_length + extra_length
    packed = content[start : start + member.compress_size]
    produced, checksum = 0, 0
    for block in _inflate(packed) if member.compress_type == zipfile.ZIP_DEFLATED else _blocks(packed):
        produced += len(block)
        if produced > member.file_size:
            raise damaged(f"« {member.filename} » est plus long qu'il ne le déclare")
        checksum = zlib.crc32(block, checksum)
        yield block
    if produced != member.file_size or checksum != member.CRC:
        raise damaged(f"« {member.filename} » n'est pas entier")


def _blocks(packed: bytes) -> Iterator[bytes]:
    for start in range(0, len(packed), BLOCK):
        yield packed[start : start + BLOCK]


def _inflate(packed: bytes) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    blocks = _blocks(packed)
    while not inflater.eof:
        data = inflater.unconsumed_tail or next(blocks, b"")
        try:
            block = inflater.decompress(data, BLOCK)
        except zlib.error as error:
            raise damaged(error) from error
        if not data and not block:
            return
        yield block


def _scan_member(content: bytes, member: zipfile.ZipInfo, scan: ContentScan) -> None:
    """Read a member as a stream of XML; one that is no XML is only decompressed and searched for a hidden sheet."""
    parser = expat.ParserCreate()
    scan.begin(member.filename)
    parser.XmlDeclHandler = scan.declaration
    parser.StartDoctypeDeclHandler = scan.doctype
    parser.StartElementHandler = scan.open_element
    parser.EndElementHandler = scan.close_element
    parser.CharacterDataHandler = scan.text
    parser.buffer_text = True
    is_xml, is_marked, last, fed = True, False, b"", 0
    for block in _unfold(content, member):
        is_xml = is_xml and _feed(parser, block, member.filename, final=False)
        fed += len(block)
        if is_xml and (tag := fed - max(parser.CurrentByteIndex, 0)) > LONGEST_TAG_BYTES:
            raise beyond("une balise XML de trop d'octets", tag, LONGEST_TAG_BYTES)
        is_marked = is_marked or any(mark in last + block for mark in scan.marks)
        # A reader more tolerant than ours would find a sheet there that nothing has counted.
        if is_marked and not is_xml:
            raise damaged(f"« {member.filename} » n'est pas du XML bien formé")
        last = block[-BLOCK:]
    if is_xml and member.file_size:
        _feed(parser, b"", member.filename, final=True)
    scan.finish()


def _feed(parser: expat.XMLParserType, block: bytes, name: str, *, final: bool) -> bool:
    try:
        parser.Parse(block, final)
    # An encoding that Python does not know, or that takes several bytes a character, is no error of expat.
    except (expat.ExpatError, LookupError, ValueError) as error:
        if name.casefold().endswith((".xml", ".rels")):
            raise damaged(f"« {name} » : {error}") from error
        return False
    return True
