"""Read a CSV file as French offices write it, within limits."""

import csv
import re
from collections.abc import Collection, Iterable, Iterator

from assets.reading.formats.file_limits import FileLimits, UnreadableFileError
from assets.reading.formats.sheets import HEADER_ROWS, Sheet
from warehouse.model.csv_text import UTF16_MARKS, CsvTextError, decoded, delimiter_of
from warehouse.model.findings import shorten

# Lines with their ends, as a stream of text would give them, without a copy of the whole.
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
BLOCK_BYTES = 1024 * 1024
_CONTINUING = bytes(range(0x80, 0xC0))


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
    try:
        text, _ = decoded(content)
    except CsvTextError as error:
        raise UnreadableFileError(str(error)) from error
    delimiter = delimiter_of(text, known_headers, HEADER_ROWS)
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
    is_utf16 = content.startswith(UTF16_MARKS)
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


def _bounded_rows(rows: Iterable[list[str]], limits: FileLimits) -> Iterator[list[str]]:
    for number, row in enumerate(rows, start=1):
        if number > limits.rows:
            raise UnreadableFileError(
                f"Le fichier CSV a trop de lignes : au moins {number}, plus que la limite de {limits.rows}."
            )
        yield row
