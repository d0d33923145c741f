"""The Parquet store: one file per table and edition, conformed to the declaration or refused."""

import io
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.home.files import write_bytes
from warehouse.model.errors import SchemaError, ServiceError
from warehouse.model.schema import Table, conform, empty_frame, from_arrow, to_arrow


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
            arrow = pq.ParquetFile(path).read()
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

    def earlier(self, table: Table, edition: str) -> pd.DataFrame:
        """All editions of a table before one, in calendar order."""
        rows = self.history(table, edition)
        before: pd.DataFrame = rows.loc[rows["edition"] < edition]
        return before

    def history_with(self, table: Table, now: pd.DataFrame, edition: str) -> pd.DataFrame:
        """The editions of a table before one, then that one as it was just computed."""
        before = self.earlier(table, edition)
        return pd.concat([before, now], ignore_index=True) if len(before) else now

    def history(self, table: Table, until: str) -> pd.DataFrame:
        """All editions of a table up to `until` included, in calendar order."""
        frames = [self.read(table, edition) for edition in self.editions(table) if edition <= until]
        filled = [frame for frame in frames if not frame.empty]
        return pd.concat(filled, ignore_index=True) if filled else empty_frame(table)
