"""Read a CSV file as French offices write it: UTF-8 or UTF-16, Windows-1252, ISO-8859-15; semicolon, comma or tab."""

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from assets.reading.formats.file_limits import FileLimits, UnreadableFileError
from assets.reading.formats.sheets import HEADER_ROWS, Sheet
from warehouse.model.findings import shorten
from warehouse.model.terms import match_key

DELIMITERS = ",;\t"
# Longer than any line of headers; a hostile line is not cut into millions of cells to look for them.
HEADER_CHARACTERS = 10_000
# An accented letter, or an apostrophe, in UTF-8: « Ã© » or « â€™ » once taken for Windows-1252, which no text holds.
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# What only one of the two has: quotes and dashes of Windows-1252, then a euro or « œ » of ISO-8859-15 inside a word,
# which would be « ¤ » or « S½urs ».
_WINDOWS_ONLY = re.compile(rb"[\x80-\x9f]")
_LATIN9_ONLY = re.compile(rb"\xa4|[A-Za-z\xc0-\xff][\xbc-\xbe]|[\xbc-\xbe][A-Za-z\xc0-\xff]")
_LETTERS_OF_UTF8 = re.compile(rb"\xc3[\x80-\xbf]|\xe2\x80[\x80-\xbf]")


def csv_sheet(path: Path, limits: FileLimits, known_headers: Collection[str]) -> Sheet:
    """The rows of a CSV file, as a sheet of its name; every cell is a text.

    Args:
        path: the file.
        limits: what it may cost to read.
        known_headers: the `match_key` of headers, by which the delimiter is recognised.

    Raises:
        UnreadableFileError: beyond a limit, truncated, malformed, or in another encoding.
    """
    text = _decoded(path.read_bytes())
    delimiter = delimiter_of(text, known_headers)
    # Counted before any row is built: one line may hold them all.
    if (separators := text.count(delimiter)) > limits.cells:
        raise UnreadableFileError(
            f"Le fichier CSV a trop de cellules : {separators} séparateurs, plus que la limite de {limits.cells}."
        )
    # The module's own limit is global and names no value: ours is looked at row by row.
    former = csv.field_size_limit(max(len(text), 1))
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        rows = list(_bounded_rows(reader, limits))
    except csv.Error as error:
        raise _malformed(text, reader.line_num) from error
    finally:
        csv.field_size_limit(former)
    is_ended = text.endswith(("\n", "\r"))
    if len(rows) > 1 and not is_ended and len(rows[-1]) < max(map(len, rows[:HEADER_ROWS])):
        raise UnreadableFileError(f"Le fichier CSV est tronqué : sa dernière ligne ({len(rows)}) est incomplète.")
    return Sheet(path.stem, rows, is_ended=is_ended)


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
    lines = text.lstrip("\r\n").split("\n", HEADER_ROWS)[:HEADER_ROWS]

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
        longest = max(map(len, row), default=0)
        if longest > limits.cell_characters:
            raise UnreadableFileError(
                f"Le fichier CSV a une cellule de {longest} caractères à la ligne {number}, plus que la limite de "
                f"{limits.cell_characters}."
            )
        yield row
