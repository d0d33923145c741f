"""CSV files: those that ship with the program, and those that people save from a spreadsheet.

French offices write UTF-8 or UTF-16, Windows-1252 or ISO-8859-15, with semicolons, commas or tabs.
"""

import csv
import io
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from warehouse.model.terms import match_key

DELIMITERS = ",;\t"
# Longer than any line of headers; a hostile line is not cut into millions of cells to look for them.
HEADER_CHARACTERS = 10_000
_UTF8_MARK, UTF16_MARKS = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")
# What only one of the two has: quotes and dashes of Windows-1252, then a euro or « œ » of ISO-8859-15 inside a word,
# which would be « ¤ » or « S½urs ».
_WINDOWS_ONLY = re.compile(rb"[\x80-\x9f]")
_LATIN9_ONLY = re.compile(rb"\xa4|[A-Za-z\xc0-\xff][\xbc-\xbe]|[\xbc-\xbe][A-Za-z\xc0-\xff]")
# An accented letter, or an apostrophe, in UTF-8: « Ã© » or « â€™ » once taken for Windows-1252, which no text holds.
_LETTERS_OF_UTF8 = re.compile(rb"\xc3[\x80-\xbf]|\xe2\x80[\x80-\xbf]")


class CsvTextError(ValueError):
    """In no encoding that offices write, or with quotes that do not match; the message says it in French."""


@dataclass(frozen=True)
class CsvText:
    """A CSV file as it was saved: its text, and what it takes to add lines to it in the same way.

    `encoding` is the codec of its bytes; `utf-8-sig` and `utf-16` begin with a byte order mark, left out of `text`.
    """

    text: str
    encoding: str
    delimiter: str

    @property
    def line_end(self) -> str:
        """How its lines end."""
        return "\r\n" if "\r\n" in self.text else "\n"

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The number of the line where each row starts, 1 for the first, and its cells.

        Raises:
            CsvTextError: a quote that does not close, or closes before the end of its cell.
        """
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter, strict=True)
        number = 1
        try:
            for cells in reader:
                yield number, cells
                number = reader.line_num + 1
        except csv.Error as error:
            raise CsvTextError(f"ligne {number} : un guillemet n'est pas fermé, ou ferme mal sa valeur.") from error

    def line(self, cells: Collection[str]) -> str:
        """One more row, as this file writes its own."""
        stream = io.StringIO()
        csv.writer(stream, delimiter=self.delimiter, lineterminator=self.line_end).writerow(cells)
        return stream.getvalue()


def csv_text(content: bytes, known_headers: Collection[str]) -> CsvText:
    """The text of a CSV file, whose delimiter is recognised by its known headers, given as their `match_key`.

    Raises:
        CsvTextError: in no encoding that offices write, or damaged.
    """
    text, encoding = decoded(content)
    return CsvText(text, encoding, delimiter_of(text, known_headers, 1))


def decoded(content: bytes) -> tuple[str, str]:
    """The text of a file, and its codec.

    Raises:
        CsvTextError: in no encoding that offices write, or damaged.
    """
    if content.startswith(UTF16_MARKS):
        try:
            return content.decode("utf-16"), "utf-16"
        except UnicodeDecodeError as error:
            raise CsvTextError("Le fichier s'annonce en UTF-16, et n'en est pas : il est endommagé.") from error
    encoding = "utf-8-sig" if content.startswith(_UTF8_MARK) else "utf-8"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if _LETTERS_OF_UTF8.search(content):
            line = content.count(b"\n", 0, error.start) + 1
            raise CsvTextError(
                f"Le fichier est en UTF-8, sauf l'octet n° {error.start + 1}, à la ligne {line} : il est endommagé, ou "
                "fait de deux fichiers de codages différents."
            ) from error
        # What French offices write when they do not write UTF-8; it has a character for nearly every byte.
        is_latin9 = _LATIN9_ONLY.search(content) and not _WINDOWS_ONLY.search(content)
        encoding = "iso8859-15" if is_latin9 else "cp1252"
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as refused:
            raise CsvTextError(
                "Le fichier n'est ni en UTF-8 ni en Windows-1252 : l'enregistrer en « CSV UTF-8 » ou en .xlsx."
            ) from refused
    if "\0" in text:
        raise CsvTextError("Le fichier contient des octets nuls : ce n'est pas un fichier CSV.")
    return text, encoding


def delimiter_of(text: str, known_headers: Collection[str], rows: int) -> str:
    """The delimiter that sets known headers apart among the first rows, titles and notes above them aside.

    Without known headers, the most frequent one in the first line that is not empty.
    """
    start = re.search(r"[^\r\n]|$", text)
    first = start.start() if start else 0
    lines = text[first : first + rows * HEADER_CHARACTERS].split("\n", rows)[:rows]

    def headers(delimiter: str) -> int:
        starts = (line[:HEADER_CHARACTERS].split(delimiter) for line in lines)
        return max(sum(match_key(cell) in known_headers for cell in cells) for cells in starts)

    return max(DELIMITERS, key=lambda delimiter: (headers(delimiter), lines[0].count(delimiter)))


def without_empty_end(cells: list[str], columns: int) -> list[str]:
    """The cells of a row without the empty ones that a spreadsheet saved after its last column."""
    last = max((rank for rank, cell in enumerate(cells, 1) if cell.strip()), default=0)
    return cells[: max(last, columns)] if last else []


def lines_under(
    names: Sequence[str], written: CsvText, source: str, wrong: list[str]
) -> Iterator[tuple[int, list[str]]]:
    """The number and the cells of each line that a person filled under the headers of a file.

    Args:
        names: the headers, in order.
        written: the file.
        source: how it is named.
        wrong: what cannot be read is added to it; under other headers nothing is read.
    """
    try:
        for number, cells in written.rows():
            kept = without_empty_end(cells, len(names))
            if number == 1 and kept != list(names):
                wrong.append(
                    f"{source}, ligne 1 : en-têtes {quoted(kept)}. Attendu : {quoted(names)}, séparés par des "
                    "points-virgules ou des virgules."
                )
                return
            if number > 1 and kept:
                yield number, kept
    except CsvTextError as error:
        wrong.append(f"{source}, {error}")


def quoted(values: Sequence[str]) -> str:
    """Values as a message shows them: « un », « deux »."""
    return ", ".join(f"« {value} »" for value in values)


def shipped_text(package: str, name: str) -> str:
    """The text of a file of a package, for instance `shipped_text("warehouse.facts", "data/targets.csv")`."""
    return resources.files(package).joinpath(name).read_text(encoding="utf-8")


@cache
def shipped_rows(package: str, name: str) -> tuple[dict[str, str], ...]:
    """The rows of a CSV file of a package, by column; read once, to be left as they are."""
    return tuple(csv.DictReader(io.StringIO(shipped_text(package, name)), strict=True))
