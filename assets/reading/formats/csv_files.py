"""Read a CSV file as French offices write it: UTF-8 or UTF-16, Windows-1252, ISO-8859-15; semicolon, comma or tab."""

import csv
import re
from collections.abc import Collection, Iterable, Iterator

from assets.reading.formats.file_limits import FileLimits, UnreadableFileError
from assets.reading.formats.sheets import HEADER_ROWS, Sheet
from warehouse.model.findings import shorten
from warehouse.model.terms import match_key

DELIMITERS = ",;\t"
# Longer than any line of headers; a hostile line is not cut into millions of cells to look for them.
HEADER_CHARACTERS = 10_000
# Lines with their ends, as a stream of text would give them, without a copy of the whole.
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
BLOCK_BYTES = 1024 * 1024
_CONTINUING = bytes(range(0x80, 0xC0))
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# What only one of the two has: quotes and dashes of Windows-1252, then a euro or « œ » of ISO-8859-15 inside a word,
# which would be « ¤ » or « S½urs ».
_WINDOWS_ONLY = re.compile(rb"[\x80-\x9f]")
_LATIN9_ONLY = re.compile(rb"\xa4|[A-Za-z\xc0-\xff][\xbc-\xbe]|[\xbc-\xbe][A-Za-z\xc0-\xff]")
# An accented letter, or an apostrophe, in UTF-8: « Ã© » or « â€™ » once taken for Windows-1252, which no text holds.
_LETTERS_OF_UTF8 = re.compile(rb"\xc3[\x80-\xbf]|\xe2\x80[\x80-\xbf]")


def csv_sheet(name: str, content: bytes, limits: FileLimits, known_headers: Collection[str]) -> Sheet:
    """The rows of a CSV file, as a sheet; every cell is a text.

    Args:
        name: that of the sheet.
        content: the bytes of the file.
        limits: what it may cost to read.
        known_headers: the `match_key` of headers, by which the delimiter is recognised.

    Raises:
        UnreadableFileError: beyond a limit, truncated, malformed, or in another encoding.
    """
    _refuse_long_text(content, limits)
    text = _decoded(content)
    delimiter = delimiter_of(text, known_headers)
    # Counted before any row is built: one line may hold them all.
    if (separators := text.count(delimiter)) > limits.cells:
        raise UnreadableFileError(
            f"Le fichier CSV a trop de cellules : {separators} séparateurs, plus que la limite de {limits.cells}."
        )
    # A limit of the module, and not of a reader; a cell beyond it is not held while it is read.
    former = csv.field_size_limit(limits.cell_characters)
    try:
        reader = csv.reader((line[0] for line in _LINE.finditer(text)), delimiter=delimiter, strict=True)
        rows = list(_bounded_rows(reader, limits))
    except csv.Error as error:
        if "field limit" in str(error):
            raise UnreadableFileError(
                f"Le fichier CSV a une cellule de trop de caractères, lue jusqu'à la ligne {reader.line_num} : plus "
                f"que la limite de {limits.cell_characters}. Un guillemet y est peut-être ouvert et jamais fermé."
            ) from error
        raise _malformed(text, reader.line_num) from error
    finally:
        csv.field_size_limit(former)
    is_ended = text.endswith(("\n", "\r"))
    if len(rows) > 1 and not is_ended and len(rows[-1]) < max(map(len, rows[:HEADER_ROWS])):
        raise UnreadableFileError(f"Le fichier CSV est tronqué : sa dernière ligne ({len(rows)}) est incomplète.")
    return Sheet(name, rows, is_ended=is_ended)


def _refuse_long_text(content: bytes, limits: FileLimits) -> None:
    """Refuse what has too many characters before it is decoded, which takes up to eight times its size."""
    # The bytes that continue a character of UTF-8 count for none.
    is_utf16 = content.startswith(_UTF16_MARKS)
    blocks = (content[start : start + BLOCK_BYTES] for start in range(0, len(content), BLOCK_BYTES))
    found = len(content) // 2 if is_utf16 else sum(len(block.translate(None, _CONTINUING)) for block in blocks)
    if found > limits.characters:
        raise UnreadableFileError(
            f"Le fichier CSV a trop de caractères : {found}, plus que la limite de {limits.characters}."
        )


def _malformed(text: str, line: int) -> UnreadableFileError:
    """The refusal of a CSV whose quotes do not match, with the line where reading stopped and the quote before it."""
    read = text.splitlines()[:line]
    number = next((at for at in range(len(read), 0, -1) if '"' in read[at - 1]), line)
    quoted = read[number - 1] if read else ""
    start = max(0, quoted.find('"') - 20)
    return UnreadableFileError(
        f"Le fichier CSV est mal formé ou tronqué : à la ligne {number}, un guillemet n'est pas fermé, ou ferme une "
        f'cellule avant sa fin (« {shorten(quoted[start:], 60)} »). Doubler les guillemets d\'un texte (""), ou '
        "enregistrer le fichier de nouveau depuis un tableur, en « CSV UTF-8 » ou en .xlsx."
    )


def _decoded(content: bytes) -> str:
    if content.startswith(_UTF16_MARKS):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError as error:
            raise UnreadableFileError("Le fichier s'annonce en UTF-16, et n'en est pas : il est endommagé.") from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if _LETTERS_OF_UTF8.search(content):
            line = content.count(b"\n", 0, error.start) + 1
            raise UnreadableFileError(
                f"Le fichier est en UTF-8, sauf l'octet n° {error.start + 1}, à la ligne {line} : il est endommagé, ou "
                "fait de deux fichiers de codages différents."
            ) from error
        # What French offices write when they do not write UTF-8; it has a character for nearly every byte.
        is_latin9 = _LATIN9_ONLY.search(content) and not _WINDOWS_ONLY.search(content)
        try:
            text = content.decode("iso8859-15" if is_latin9 else "cp1252")
        except UnicodeDecodeError as refused:
            raise UnreadableFileError(
                "Le fichier n'est ni en UTF-8 ni en Windows-1252 : l'enregistrer en « CSV UTF-8 » ou en .xlsx."
            ) from refused
    if "\0" in text:
        raise UnreadableFileError("Le fichier contient des octets nuls : ce n'est pas un fichier CSV.")
    return text


def delimiter_of(text: str, known_headers: Collection[str]) -> str:
    """The delimiter that sets known headers apart, titles and notes above them aside.

    Without known headers, the most frequent one in the first line that is not empty.
    """
    start = re.search(r"[^\r\n]|$", text)
    first = start.start() if start else 0
    lines = text[first : first + HEADER_ROWS * HEADER_CHARACTERS].split("\n", HEADER_ROWS)[:HEADER_ROWS]

    def headers(delimiter: str) -> int:
        starts = (line[:HEADER_CHARACTERS].split(delimiter) for line in lines)
        return max(sum(match_key(cell) in known_headers for cell in cells) for cells in starts)

    return max(DELIMITERS, key=lambda delimiter: (headers(delimiter), lines[0].count(delimiter)))


def _bounded_rows(rows: Iterable[list[str]], limits: FileLimits) -> Iterator[list[str]]:
    for number, row in enumerate(rows, start=1):
        if number > limits.rows:
            raise UnreadableFileError(
                f"Le fichier CSV a trop de lignes : au moins {number}, plus que la limite de {limits.rows}."
            )
        yield row
