"""Whether a file may be opened at all: it is what its extension says, and opening it costs a bounded time and memory.

Nothing is believed that the file says of itself: members are decompressed by blocks and counted, and each XML is read
as a stream for what it would unfold into (rows, cells, texts). What the cells hold is for `assets.workbooks`.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from warehouse.settings import FileLimits

__all__ = ["ContentScan", "FileLimits", "UnreadableFileError", "beyond", "refuse_large_file", "refuse_unsafe_workbook"]

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
ODS_MANIFEST = "META-INF/manifest.xml"
BLOCK = 64 * 1024
# Under this size the ratio says nothing: a small sheet of repeated words compresses well and harms nobody.
RATIO_MATTERS_FROM = 4 * 1024 * 1024
# Far beyond any workbook, and what keeps the memory of the XML parser itself within bounds.
DEEPEST_XML = 1000
LONGEST_TAG_BYTES = 4 * 1024 * 1024
_REFERENCE = re.compile(r"([A-Za-z]{1,3})(\d{1,7})")
_ENCRYPTED_FLAG = 0x1
_DRIVE = re.compile(r"[A-Za-z]:")


class UnreadableFileError(Exception):
    """A file that is not what its extension says, or that is beyond a limit; the text is a French sentence."""


def refuse_large_file(path: Path, limits: FileLimits) -> None:
    """Refuse an empty file, or one beyond the limit, without reading it."""
    size = path.stat().st_size
    if size > limits.file_bytes:
        raise UnreadableFileError(f"Le fichier pèse {size} octets, plus que la limite de {limits.file_bytes}.")
    if size == 0:
        raise UnreadableFileError("Le fichier est vide.")


def refuse_unsafe_workbook(path: Path, limits: FileLimits) -> None:
    """Refuse a workbook that is not what its extension says, is encrypted, or would unfold beyond the limits.

    Raises:
        UnreadableFileError: names the limit and the value found.
    """
    content, suffix = path.read_bytes(), path.suffix.lower()
    if content.startswith(OLE_MAGIC) and (ENCRYPTED_PACKAGE in content):
        raise UnreadableFileError("Le classeur est protégé par un mot de passe.")
    expected = OLE_MAGIC if suffix == ".xls" else ZIP_MAGIC
    if not content.startswith(expected):
        other = {OLE_MAGIC: "un ancien classeur .xls", ZIP_MAGIC: "une archive zip, peut-être un .xlsx ou un .ods"}
        found = next((name for magic, name in other.items() if content.startswith(magic)), "un autre format")
        raise UnreadableFileError(
            f"Le classeur est illisible : son extension est « {suffix} », mais son contenu est {found}."
        )
    if suffix != ".xls":
        _refuse_unsafe_zip(content, suffix, limits)


def _damaged(detail: object) -> UnreadableFileError:
    return UnreadableFileError(f"Le classeur est illisible : tronqué ou endommagé ({detail}).")


def beyond(what: str, found: object, limit: object) -> UnreadableFileError:
    """The refusal of a workbook for what it has too much of: what was found, and the limit."""
    return UnreadableFileError(f"Le classeur a {what} : {found}, plus que la limite de {limit}.")


def _refuse_unsafe_zip(content: bytes, suffix: str, limits: FileLimits) -> None:
    # Before the directory of the archive is read: a million entries would already cost a gigabyte.
    if (entries := content.count(CENTRAL_ENTRY)) > limits.members:
        raise beyond("trop de fichiers internes", entries, limits.members)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OverflowError, struct.error, NotImplementedError) as error:
        raise _damaged(error) from error
    _refuse_members(members, suffix)
    _refuse_sizes(members, len(content), limits)
    scan = _OdsScan(limits) if suffix == ".ods" else _XlsxScan(limits)
    # The manifest says whether the rest is encrypted; the shared strings give the length of what cells refer to.
    first = (ODS_MANIFEST.casefold(), "xl/sharedstrings.xml")
    for member in sorted(members, key=lambda each: each.filename.casefold() not in first):
        _scan_member(content, member, scan)


def _refuse_members(members: list[zipfile.ZipInfo], suffix: str) -> None:
    names = [member.filename.replace("\\", "/") for member in members]
    for member, name in zip(members, names, strict=True):
        if name.startswith("/") or _DRIVE.match(name) or ".." in name.split("/"):
            raise UnreadableFileError(f"Le classeur contient un chemin interdit : « {name} ».")
        if member.flag_bits & _ENCRYPTED_FLAG or name == "encrypted-package":
            raise UnreadableFileError("Le classeur est protégé par un mot de passe.")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise UnreadableFileError(
                f"Le classeur contient « {name} », comprimé d'une façon qu'aucun tableur n'emploie."
            )
    folded = [name.casefold() for name in names]
    if twice := sorted({name for name in folded if folded.count(name) > 1}):
        raise UnreadableFileError(f"Le classeur contient deux fois le fichier interne « {twice[0]} ».")
    if missing := [name for name in EXPECTED_MEMBERS[suffix] if name.casefold() not in folded]:
        raise UnreadableFileError(
            f"Le classeur est illisible : son extension est « {suffix} », mais il n'a pas de fichier interne "
            f"« {missing[0]} »."
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
        raise _damaged(member.filename)
    start += 30 + sum(struct.unpack("<HH", header[26:30]))
    packed = content[start : start + member.compress_size]
    produced, checksum = 0, 0
    for block in _inflate(packed) if member.compress_type == zipfile.ZIP_DEFLATED else _blocks(packed):
        produced += len(block)
        if produced > member.file_size:
            raise _damaged(f"« {member.filename} » est plus long qu'il ne le déclare")
        checksum = zlib.crc32(block, checksum)
        yield block
    if produced != member.file_size or checksum != member.CRC:
        raise _damaged(f"« {member.filename} » n'est pas entier")


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
            raise _damaged(error) from error
        if not data and not block:
            return
        yield block


def _scan_member(content: bytes, member: zipfile.ZipInfo, scan: "ContentScan") -> None:
    """Read a member as a stream of XML; one that is no XML is only decompressed and searched for a hidden sheet."""
    parser = expat.ParserCreate()
    scan.begin(member.filename)
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
            raise _damaged(f"« {member.filename} » n'est pas du XML bien formé")
        last = block[-BLOCK:]
    if is_xml and member.file_size:
        _feed(parser, b"", member.filename, final=True)
    scan.finish()


def _feed(parser: expat.XMLParserType, block: bytes, name: str, *, final: bool) -> bool:
    try:
        parser.Parse(block, final)
    except expat.ExpatError as error:
        if name.casefold().endswith((".xml", ".rels")):
            raise _damaged(f"« {name} » : {error}") from error
        return False
    return True


@dataclass
class ContentScan:
    """What a workbook unfolds into, counted as its XML goes by; a subclass knows one format."""

    limits: FileLimits
    member: str = ""
    depth: int = 0
    # Cells of the sheets already read, then the extent of the current one: readers fill the whole rectangle.
    cells: int = 0
    last_row: int = 0
    last_column: int = 0
    characters: int = 0
    marks: tuple[bytes, ...] = ()

    def begin(self, member: str) -> None:
        """Start a member of the archive."""
        self.member, self.depth = member, 0

    def open_element(self, name: str, attributes: dict[str, str]) -> None:
        """Go down one element, refusing one that is too deep."""
        self.depth += 1
        if self.depth > DEEPEST_XML:
            raise beyond("trop de balises XML emboîtées", self.depth, DEEPEST_XML)
        self.start(name, attributes)

    def close_element(self, name: str) -> None:
        """Come back up one element."""
        self.depth -= 1
        self.end(name)

    def finish(self) -> None:
        """End a member: its last sheet is counted."""
        self.close_sheet()

    def doctype(self, _name: str, _system: str | None, _public: str | None, has_subset: int) -> None:
        """Refuse a document type: none of ours has one, and entities come with it."""
        # Old OpenOffice manifests name a DTD, which nobody fetches; no other member of a workbook has one.
        if has_subset or self.member != ODS_MANIFEST:
            raise UnreadableFileError(
                f"Le classeur contient une déclaration DTD ou d'entités dans « {self.member} », ce qu'aucun tableur "
                "n'écrit."
            )

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Look at an element that begins; a format says what it counts."""

    def end(self, name: str) -> None:
        """Look at an element that ends."""

    def text(self, data: str) -> None:
        """Look at a text."""

    def close_sheet(self) -> None:
        """Count the rectangle of the sheet that ends."""
        self.cells += self.last_row * self.last_column
        self.last_row = self.last_column = 0

    def reach(self, row: int, column: int, length: int, times: int = 1) -> None:
        """Count a filled cell that ends at a row and a column (from 1), holds a text, and is repeated."""
        self.last_row, self.last_column = max(self.last_row, row), max(self.last_column, column)
        if self.last_row > self.limits.rows:
            raise beyond("une feuille de trop de lignes", self.last_row, self.limits.rows)
        cells = self.cells + self.last_row * self.last_column
        if cells > self.limits.cells:
            raise beyond("trop de cellules", cells, self.limits.cells)
        if length > self.limits.cell_characters:
            raise beyond("une cellule de trop de caractères", length, self.limits.cell_characters)
        self.characters += length * times
        if self.characters > self.limits.characters:
            raise beyond("trop de caractères en tout", self.characters, self.limits.characters)

    def whole(self, text: str) -> int:
        """A count written in the XML."""
        if not re.fullmatch(r"\d{1,10}", text):
            raise _damaged(f"« {self.member} » : « {text[:20]} » n'est pas un nombre")
        return int(text)


@dataclass
class _XlsxScan(ContentScan):
    shared: list[int] = field(default_factory=list)
    sheets: set[str] = field(default_factory=set)
    marks: tuple[bytes, ...] = (b"sheetData", b"<sst", b":sst")
    row: int = 0
    column: int = 0
    kind: str = ""
    within: str = ""
    is_filled: bool = False
    takes_text: bool = False
    length: int = 0
    value: str = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "row":
                self.row = self.whole(attributes["r"]) if "r" in attributes else self.row + 1
                self.column = 0
            case "c":
                self._start_cell(attributes)
            case "si":
                self.within, self.length = "si", 0
            case "sheet":
                self._once(next((value for key, value in attributes.items() if key.endswith(":id")), ""))
            case "Relationship" if self.member.casefold().endswith("workbook.xml.rels"):
                self._once(re.sub(r"^/?(xl/)?", "", attributes.get("Target", "").casefold()))
            case "v" | "t" | "f" as local if self.within:
                self.is_filled, self.takes_text = True, local != "f"

    def _once(self, sheet: str) -> None:
        # Each would be read and filled again, while its cells are counted once.
        if sheet and sheet in self.sheets:
            raise UnreadableFileError(f"Le classeur fait lire deux fois la même feuille (« {sheet[:60]} »).")
        self.sheets.add(sheet)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self.within, self.kind, self.is_filled, self.length, self.value = "c", attributes.get("t", ""), False, 0, ""
        self.column += 1
        if reference := attributes.get("r"):
            found = _REFERENCE.fullmatch(reference)
            if found is None:
                raise _damaged(f"« {self.member} » : cellule « {reference[:20]} »")
            self.row, self.column = int(found[2]), 0
            for letter in found[1].upper():
                self.column = self.column * 26 + ord(letter) - ord("A") + 1

    def end(self, name: str) -> None:
        match name.rpartition(":")[2]:
            case "v" | "t" | "f":
                self.takes_text = False
            case "si":
                self.within = ""
                self.shared.append(self.length)
                if len(self.shared) > self.limits.cells:
                    raise beyond("trop de textes partagés", f"au moins {len(self.shared)}", self.limits.cells)
            case "c" if self.within == "c":
                self.within = ""
                if self.is_filled:
                    self.reach(self.row, self.column, self._length())
            case "worksheet":
                self.close_sheet()
                self.row = self.column = 0

    def _length(self) -> int:
        if self.kind != "s" or not re.fullmatch(r"\d{1,9}", self.value) or int(self.value) >= len(self.shared):
            return self.length
        return self.shared[int(self.value)]

    def text(self, data: str) -> None:
        if self.takes_text and self.within:
            self.length += len(data)
            if self.kind == "s" and len(self.value) < 10:
                self.value += data

    def begin(self, member: str) -> None:
        super().begin(member)
        self.row = self.column = 0
        self.within, self.takes_text = "", False


@dataclass
class _OdsScan(ContentScan):
    marks: tuple[bytes, ...] = (b"table:table-row",)
    row: int = 0
    row_repeats: int = 1
    column: int = 0
    repeats: int = 1
    is_cell: bool = False
    is_filled: bool = False
    length: int = 0
    attribute_length: int = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match name:
            case "table:table":
                self.close_sheet()
                self.row = 0
            case "table:table-row":
                self.row_repeats = self.whole(attributes.get("table:number-rows-repeated", "1"))
                self.column = 0
            case "table:table-cell" | "table:covered-table-cell":
                self.repeats = self.whole(attributes.get("table:number-columns-repeated", "1"))
                self.is_cell, self.length = True, 0
                self.attribute_length = len(attributes.get("office:string-value", ""))
                self.is_filled = "office:value-type" in attributes or "table:formula" in attributes
            case "text:s" if self.is_cell:
                self.length += self.whole(attributes.get("text:c", "1"))
                self.is_filled = True
            case "manifest:encryption-data":
                raise UnreadableFileError("Le classeur est protégé par un mot de passe.")

    def end(self, name: str) -> None:
        match name:
            case "table:table-cell" | "table:covered-table-cell":
                self.is_cell = False
                self.column += self.repeats
                if self.is_filled:
                    length = max(self.length, self.attribute_length)
                    self.reach(self.row + self.row_repeats, self.column, length, self.repeats * self.row_repeats)
            case "table:table-row":
                self.row += self.row_repeats

    def text(self, data: str) -> None:
        if self.is_cell:
            self.length += len(data)
            self.is_filled = self.is_filled or bool(data.strip())
