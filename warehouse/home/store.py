"""The Parquet store: one file per table and edition, conformed to the declaration or refused."""

import io
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.home.files import write_bytes
from warehouse.model.errors import SchemaError, ServiceError
from warehouse.model.schema import Table, conform, empty_frame, from_arrow, to_arrow

# After any edition of any calendar.
AFTER_ANY_EDITION = "9999-12"


def parquet_bytes(arrow: pa.Table) -> bytes:
    """The same Parquet bytes for the same table, whatever the machine and the day."""
    stream = io.BytesIO()
    pq.write_table(arrow, stream, compression="zstd", version="2.6", store_schema=False)
    return stream.getvalue()


@dataclass(frozen=True)
class ParquetStore:
    """Tables under `root`, as `<table>/edition=<key>/<table>.parquet`.

    The edition is in the folder's name and not in the file, as readers of such folders expect.
    """

    root: Path

    def path(self, table: Table, edition: str) -> Path:
        """Where one table of one edition is kept."""
        return self.root / table.name / f"edition={edition}" / f"{table.name}.parquet"

    def write(self, table: Table, edition: str, frame: pd.DataFrame) -> pd.DataFrame:
        """Write one table of one edition in one step; return it as it was written.

        Raises:
            SchemaError: the frame does not conform, or holds another edition; nothing is written.
            ServiceError: the disk refused; what was there before is intact.
        """
        conformed = conform(frame, table)
        strangers = set(conformed["edition"]) - {edition}
        if strangers:
            raise SchemaError(f"Table {table.name} : lignes de l'édition {strangers} dans l'édition {edition}.")
        arrow = to_arrow(conformed, table).drop_columns("edition")
        write_bytes(self.path(table, edition), parquet_bytes(arrow))
        return conformed

    def read(self, table: Table, edition: str) -> pd.DataFrame:
        """One table of one edition.

        Raises:
            SchemaError: it was never written.
            ServiceError: the file cannot be read.
        """
        path = self.path(table, edition)
        if not path.is_file():
            raise SchemaError(f"La table {table.name} n'a pas d'édition {edition} : elle n'a pas été calculée.")
        try:
            arrow = pq.ParquetFile(path).read([name for name in table.names() if name != "edition"])
        except (OSError, pa.ArrowException) as error:
            raise ServiceError(f"{path} est illisible : {error}. Relancer l'édition le réécrit.") from error
        labelled = arrow.add_column(0, "edition", pa.array([edition] * arrow.num_rows, pa.string()))
        return from_arrow(labelled, table)

    def editions(self, table: Table) -> list[str]:
        """The editions a table has, in calendar order."""
        folder = self.root / table.name
        return sorted(path.parent.name.removeprefix("edition=") for path in folder.glob("edition=*/*.parquet"))

    def has(self, table: Table, edition: str) -> bool:
        """Whether a table has an edition."""
        return self.path(table, edition).is_file()

    def history(self, table: Table, until: str = AFTER_ANY_EDITION) -> pd.DataFrame:
        """All editions of a table up to `until` included, in calendar order."""
        return self._together(table, until)

    def columns(self, table: Table, names: Collection[str]) -> pd.DataFrame:
        """Some columns of all editions of a table, in calendar order; the others are not read."""
        kept = tuple(column for column in table.columns if column.name in names)
        return self._together(replace(table, columns=kept, primary_key=()))

    def _together(self, table: Table, until: str = AFTER_ANY_EDITION) -> pd.DataFrame:
        frames = [self.read(table, edition) for edition in self.editions(table) if edition <= until]
        filled = [frame for frame in frames if not frame.empty]
        return pd.concat(filled, ignore_index=True) if filled else empty_frame(table)


@dataclass(frozen=True)
class RunStore(ParquetStore):
    """The store as one run sees it: a table is read once, and what was just made is handed on without being read.

    `made` holds whole tables, all editions, as they were made or read; it is what a run knows, whatever of it is
    written.
    """

    made: dict[str, pd.DataFrame] = field(default_factory=dict)
    known: dict[str, list[str]] = field(default_factory=dict)

    def keep(self, table: Table, frame: pd.DataFrame, editions: Iterable[str]) -> None:
        """Hand a whole table on; `editions` are those it was made for, with or without a row.

        Raises:
            SchemaError: the frame does not conform.
        """
        self.made[table.name] = conform(frame, table)
        self.known[table.name] = sorted(editions)

    def write(self, table: Table, edition: str, frame: pd.DataFrame) -> pd.DataFrame:
        """Write one table of one edition, as `ParquetStore.write`; what was read of the table is read again."""
        self.made.pop(table.name, None)
        self.known.pop(table.name, None)
        return super().write(table, edition, frame)

    def write_slices(self, table: Table, editions: Iterable[str]) -> list[str]:
        """Write some editions of a table that was handed on, each in one step; return those whose bytes changed.

        Raises:
            ServiceError: the disk refused; what was there before is intact.
        """
        whole = self.made[table.name]
        rows = whole.groupby("edition").indices
        arrow = to_arrow(whole, table).drop_columns("edition")
        changed = []
        for edition in sorted(editions):
            content = parquet_bytes(arrow.take(pa.array(rows.get(edition, []), pa.int64())))
            if write_bytes(self.path(table, edition), content):
                changed.append(edition)
        return changed

    def editions(self, table: Table) -> list[str]:
        """The editions a table has, written or not, in calendar order."""
        return self.known[table.name] if table.name in self.known else super().editions(table)

    def has(self, table: Table, edition: str) -> bool:
        """Whether a table has an edition, written or not."""
        return edition in self.known[table.name] if table.name in self.known else super().has(table, edition)

    def read(self, table: Table, edition: str) -> pd.DataFrame:
        """One table of one edition; see `ParquetStore.read`."""
        if table.name not in self.known or edition not in self.known[table.name]:
            return super().read(table, edition)
        whole = self.made[table.name]
        rows: pd.DataFrame = whole.loc[whole["edition"].eq(edition)].reset_index(drop=True)
        return rows

    def history(self, table: Table, until: str = AFTER_ANY_EDITION) -> pd.DataFrame:
        """All editions of a table up to `until` included, in calendar order."""
        if table.name not in self.made:
            self.made[table.name] = super().history(table)
            self.known[table.name] = super().editions(table)
        whole = self.made[table.name]
        asked = whole["edition"].le(until)
        # Nothing is copied until somebody writes in it.
        rows: pd.DataFrame = whole.copy(deep=False) if asked.all() else whole.loc[asked].reset_index(drop=True)
        return rows

    def columns(self, table: Table, names: Collection[str]) -> pd.DataFrame:
        """Some columns of all editions of a table, in calendar order; only these are read of one not known yet."""
        if table.name not in self.made:
            return super().columns(table, names)
        whole = self.made[table.name]
        return whole[[name for name in table.names() if name in names]]
