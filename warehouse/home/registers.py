"""Append-only ledgers that a person can read, review in a diff, and add to: one CSV file each, in the home.

A line is never changed nor removed by this project: what is learnt is a new line. What the columns mean is in
`warehouse.home.register_tables`; what follows from the lines is for the modules of each subject.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from warehouse.home.files import write_bytes
from warehouse.home.register_tables import REGISTERS
from warehouse.model.errors import RegisterError
from warehouse.model.schema import PANDAS_DTYPES, Column, Table, empty_frame
from warehouse.model.terms import match_key
from warehouse.model.vocabulary import VOCABULARIES

# Every register of a home, by its short name.
Registers = Mapping[str, pd.DataFrame]
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
        text = self._text(content)
        return self._parse(text) if text.strip() else empty_frame(self.table)

    def append(self, lines: pd.DataFrame, *, seen: pd.DataFrame) -> None:
        """Add lines at the end of the file, in one step; the others keep their bytes.

        Args:
            lines: the columns of the file; no row changes nothing.
            seen: what `read` gave to whoever computed the lines.

        Raises:
            RegisterError: someone changed the file since it was read; nothing is written.
            ServiceError: the disk refused; the former file is intact.
        """
        if lines.empty:
            return
        content = self._text(self.content())
        now = self._parse(content) if content.strip() else empty_frame(self.table)
        if not now.equals(seen.reset_index(drop=True)):
            raise RegisterError(
                f"{self.path} a été modifié pendant le traitement : rien n'y a été écrit. Relancer la commande."
            )
        if not content.strip():
            content = self.header()
        if not content.endswith("\n"):
            content += "\n"
        text = content + "".join(self._rendered(row) for row in lines.to_dict("records"))
        self._parse(text)
        write_bytes(self.path, text.encode("utf-8"))

    def create(self) -> None:
        """Write the headers, so that a person sees what to fill; an existing file is left as it is."""
        if not self.path.exists():
            write_bytes(self.path, self.header().encode("utf-8"))

    def header(self) -> str:
        """The first line of the file."""
        return ",".join(column.name for column in self.columns) + "\n"

    def _text(self, content: bytes) -> str:
        try:
            # A spreadsheet that saved the register may have put a byte order mark and its own line ends.
            return content.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            raise RegisterError(f"{self.path} n'est pas en UTF-8 (octet {error.start}).") from error

    def _parse(self, content: str) -> pd.DataFrame:
        rows = list(self._rows(content))
        return pd.DataFrame(
            {
                column.name: pd.Series([row[column.name] for row in rows], dtype=PANDAS_DTYPES[column.kind])
                for column in self.table.columns
            }
        )

    def _rows(self, content: str) -> Iterator[dict[str, object]]:
        names = [column.name for column in self.columns]
        reader = csv.reader(io.StringIO(content, newline=""), strict=True)
        number = 1
        try:
            for cells in reader:
                if number == 1 and cells != names:
                    raise RegisterError(f"{self.path}, ligne 1 : en-têtes {cells}, attendus {names}.")
                if number > 1 and cells:
                    if len(cells) != len(names):
                        raise RegisterError(
                            f"{self.path}, ligne {number} : {len(cells)} valeurs au lieu de {len(names)} : {cells}."
                        )
                    values = zip(self.columns, cells, strict=True)
                    yield {"line": number} | {column.name: self._value(column, text, number) for column, text in values}
                number = reader.line_num + 1
        except csv.Error as error:
            raise RegisterError(f"{self.path}, ligne {number} : {error}.") from error

    def _value(self, column: Column, text: str, number: int) -> object:
        try:
            return _typed(column, text.strip())
        except ValueError as error:
            raise RegisterError(
                f"{self.path}, ligne {number}, colonne « {column.name} » : « {text} ». Attendu : {column.expected()}."
            ) from error

    def _rendered(self, row: Mapping[object, object]) -> str:
        stream = io.StringIO()
        csv.writer(stream, lineterminator="\n").writerow(
            [_text(column, row.get(column.name)) for column in self.columns]
        )
        return stream.getvalue()


def register(folder: Path, name: str) -> Register:
    """One register of a folder, by its short name, for instance `baselines`."""
    return Register(folder / f"{name}.csv", REGISTERS[name])


def read_registers(folder: Path) -> dict[str, pd.DataFrame]:
    """Every register of a folder, by its short name.

    Raises:
        RegisterError: a malformed line.
    """
    return {name: register(folder, name).read() for name in REGISTERS}


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


def _typed(column: Column, text: str) -> object:
    """The value of a cell; ValueError for one that its column cannot hold."""
    if not text and not column.required:
        return None
    if column.vocabulary:
        value: object = VOCABULARIES[column.vocabulary].find(text)
    elif column.kind == "boolean":
        value = BOOLEANS.get(text.lower())
    elif column.kind == "date":
        value = dt.date.fromisoformat(text)
    elif column.kind in ("integer", "number"):
        value = _number(column, text)
    else:
        value = text if re.fullmatch(column.pattern or r"(?s).+", text) else None
    if value is None:
        raise ValueError(text)
    return value


def _number(column: Column, text: str) -> float:
    value = int(text) if column.kind == "integer" else float(text.replace(",", "."))
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
            return str(value)
