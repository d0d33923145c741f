"""Append-only ledgers that a person can read, review in a diff, and add to: one CSV file each, in the home.

A line is never changed nor removed by this project: what is learnt is a new line, written as the file is. What the
columns mean is in `warehouse.home.register_tables`; what follows from the lines is for the modules of each subject.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from warehouse.home.files import write_bytes
from warehouse.home.register_tables import REGISTERS
from warehouse.model import french
from warehouse.model.csv_text import CsvText, CsvTextError, csv_text, lines_under, quoted
from warehouse.model.errors import RegisterError
from warehouse.model.schema import PANDAS_DTYPES, Column, Table, empty_frame
from warehouse.model.terms import match_key
from warehouse.model.vocabulary import VOCABULARIES

# Every register of a home, by its short name.
Registers = Mapping[str, pd.DataFrame]
# How many malformed lines are told at once.
SHOWN = 50
EDITION_KEY = REGISTERS["projects"].column("first_edition").pattern
# What a text of a given form looks like.
EXAMPLES = {
    EDITION_KEY: "2021-11",
    REGISTERS["projects"].column("project_id").pattern: "PGP-0042",
    REGISTERS["rule_changes"].column("code").pattern: "COST-004",
}
BOOLEANS = {"true": True, "vrai": True, "oui": True, "false": False, "faux": False, "non": False}


@dataclass(frozen=True)
class Register:
    """One ledger of a home: its file, and the declaration of its columns."""

    path: Path
    table: Table

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of the file: those of the table but the line number."""
        return self.table.columns[1:]

    def read(self) -> pd.DataFrame:
        """The lines in the order of the file, typed, `line` being the number of each; none without a file.

        Raises:
            RegisterError: a malformed line, with its number, column, value and what was expected.
        """
        return self.parse(self.content())

    def content(self) -> bytes:
        """The bytes of the file; none without a file."""
        return self.path.read_bytes() if self.path.is_file() else b""

    def parse(self, content: bytes) -> pd.DataFrame:
        """The lines that the bytes of a file hold, as `read` gives them."""
        return self._parse(self._written(content))

    def append(self, lines: pd.DataFrame, *, seen: pd.DataFrame) -> None:
        """Add lines at the end of the file, in one step; the others keep their bytes.

        What a spreadsheet saved goes on in its own way: same encoding, separator and line ends. A character that its
        encoding has not turns the whole file into UTF-8 with a mark, which spreadsheets read too.

        Args:
            lines: the columns of the file; no row changes nothing.
            seen: what `read` gave to whoever computed the lines.

        Raises:
            RegisterError: someone changed the file since it was read; nothing is written.
            ServiceError: the disk refused; the former file is intact.
        """
        if lines.empty:
            return
        written = self._written(self.content())
        if not self._parse(written).equals(seen.reset_index(drop=True)):
            raise RegisterError(
                f"{self.path} a été modifié pendant le traitement : rien n'y a été écrit. Relancer la commande."
            )
        text = written.text if written.text.strip() else self.header()
        if not text.endswith("\n"):
            text += written.line_end
        text += "".join(written.line(self._cells(row)) for row in lines.to_dict("records"))
        self._parse(replace(written, text=text))
        try:
            content = text.encode(written.encoding)
        except UnicodeEncodeError:
            content = text.encode("utf-8-sig")
        write_bytes(self.path, content)

    def create(self) -> None:
        """Write the headers, so that a person sees what to fill; an existing file is left as it is."""
        if not self.path.exists():
            write_bytes(self.path, self.header().encode("utf-8"))

    def header(self) -> str:
        """The first line of the file."""
        return ",".join(column.name for column in self.columns) + "\n"

    def _written(self, content: bytes) -> CsvText:
        try:
            return csv_text(content, [match_key(column.name) for column in self.columns])
        except CsvTextError as error:
            raise RegisterError(f"{self.path} : {error}") from error

    def _parse(self, written: CsvText) -> pd.DataFrame:
        wrong: list[str] = []
        rows = list(self._rows(written, wrong)) if written.text.strip() else []
        if wrong:
            raise RegisterError("\n".join(wrong))
        return pd.DataFrame(
            {
                column.name: pd.Series([row[column.name] for row in rows], dtype=PANDAS_DTYPES[column.kind])
                for column in self.table.columns
            }
        )

    def _rows(self, written: CsvText, wrong: list[str]) -> Iterator[dict[str, object]]:
        """The values of each line; what cannot be read is said in `wrong`."""
        names = [column.name for column in self.columns]
        for number, cells in lines_under(names, written, str(self.path), wrong):
            yield from self._line(number, cells, wrong)

    def _line(self, number: int, cells: Sequence[str], wrong: list[str]) -> Iterator[dict[str, object]]:
        if len(cells) != len(self.columns):
            count = f"{len(cells)} {french.plural(len(cells), 'valeur')} au lieu de {len(self.columns)}"
            wrong.append(f"{self.path}, ligne {number} : {count} : {quoted(cells)}.")
            return
        line: dict[str, object] = {"line": number}
        for column, text in zip(self.columns, cells, strict=True):
            try:
                line[column.name] = _typed(column, french.INVISIBLE.sub("", text).strip())
            except ValueError:
                wrong.append(
                    f"{self.path}, ligne {number}, colonne « {column.name} » : « {text} ». Attendu : "
                    f"{_expected(column)}."
                )
        if len(line) == len(self.table.columns):
            yield line

    def _cells(self, row: Mapping[object, object]) -> list[str]:
        return [_text(column, row.get(column.name)) for column in self.columns]


def register(folder: Path, name: str) -> Register:
    """One register of a folder, by its short name, for instance `baselines`."""
    return Register(folder / f"{name}.csv", REGISTERS[name])


def read_registers(folder: Path) -> dict[str, pd.DataFrame]:
    """Every register of a folder, by its short name.

    Raises:
        RegisterError: malformed lines, all of them told, of all registers.
    """
    return parsed({name: register(folder, name).content() for name in REGISTERS}, folder)


def parsed(contents: Mapping[str, bytes], folder: Path) -> dict[str, pd.DataFrame]:
    """The lines of registers of a folder, from the bytes of each, by short name.

    Raises:
        RegisterError: malformed lines, all of them told.
    """
    read = together({name: partial(register(folder, name).parse, content) for name, content in contents.items()})
    return {name: read[name] for name in contents}


def together(readings: Mapping[str, Callable[[], Any]]) -> dict[str, Any]:
    """What each reading gives, by its name.

    Raises:
        RegisterError: some of them raised one; what all of them say.
    """
    found: dict[str, Any] = {}
    wrong: list[str] = []
    for name, read in readings.items():
        try:
            found[name] = read()
        except RegisterError as error:
            wrong += str(error).split("\n")
    if wrong:
        rest = len(wrong) - SHOWN
        raise RegisterError(
            "\n".join([*wrong[:SHOWN], *([f"… et {french.counted(rest, 'autre')}."] if rest > 0 else [])])
        )
    return found


def ministry_labels(registers: Registers) -> dict[str, str]:
    """The labels of ministries that only this home knows: their `match_key`, each with its ministry."""
    lines = registers["ministries"]
    return dict(zip(lines["label"].map(match_key), lines["ministry_id"], strict=True))


def grown(registers: Registers, lines: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The registers as they would be with more lines at the end of some, by short name; nothing is written."""
    return {
        name: _grown(ledger, lines[name]) if name in lines and len(lines[name]) else ledger
        for name, ledger in registers.items()
    }


def _grown(ledger: pd.DataFrame, added: pd.DataFrame) -> pd.DataFrame:
    first = (int(ledger["line"].max()) if len(ledger) else 1) + 1
    numbered = added.assign(line=range(first, first + len(added))).reindex(columns=ledger.columns)
    typed = numbered.astype(ledger.dtypes.to_dict())
    return pd.concat([ledger, typed], ignore_index=True) if len(ledger) else typed.reset_index(drop=True)


def no_registers() -> dict[str, pd.DataFrame]:
    """The registers of a new home: no line in any."""
    return {name: empty_frame(table) for name, table in REGISTERS.items()}


def _expected(column: Column) -> str:
    if column.pattern in EXAMPLES:
        return f"un texte comme « {EXAMPLES[column.pattern]} »"
    return "une date AAAA-MM-JJ ou JJ/MM/AAAA" if column.kind == "date" else column.expected()


def _typed(column: Column, text: str) -> object:
    """The value of a cell; ValueError for one that its column cannot hold."""
    if not text and not column.required:
        return None
    if column.vocabulary:
        value: object = VOCABULARIES[column.vocabulary].find(text)
    elif column.kind == "boolean":
        value = BOOLEANS.get(text.lower())
    elif column.kind == "date":
        value = french.day_of(text)
    elif column.kind in ("integer", "number"):
        value = _number(column, text)
    else:
        text = french.month_of(text) if column.pattern == EDITION_KEY else text
        value = text if re.fullmatch(column.pattern or r"(?s).+", text) else None
    if value is None:
        raise ValueError(text)
    return value


def _number(column: Column, text: str) -> float:
    plain = re.sub(r"[\s\u202f\u00a0]", "", text).replace(",", ".")
    value = int(plain) if column.kind == "integer" else float(plain)
    least = -float("inf") if column.minimum is None else column.minimum
    most = float("inf") if column.maximum is None else column.maximum
    if not least <= value <= most:
        raise ValueError(text)
    return value


def _text(column: Column, value: object) -> str:
    if value is None or pd.isna(value):  # type: ignore[call-overload]  # scalars only
        return ""
    match column.kind:
        case "date":
            return pd.Timestamp(str(value)).date().isoformat()
        case "boolean":
            return "true" if value else "false"
        case "number":
            return repr(float(str(value)))
        case _:
            return french.INVISIBLE.sub("", str(value))
