"""Where columns are declared: a line each of `columns.csv`, those of several folders here, the others in their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import cast

from warehouse.model.csv_text import shipped_rows
from warehouse.model.errors import SchemaError
from warehouse.model.schema import DECIMALS, DECIMALS_BY_UNIT, Column, Kind, Table

SHARED = "warehouse.model"
FILE = "columns.csv"
EMPTIED = "-"


@dataclass(frozen=True)
class Theme:
    """What declares the tables of a package: a table lists its columns by name, and each is a line of `columns.csv`.

    A line of the package goes before one of `warehouse.model` with the same name, and a line with a `table`, which
    holds for that table alone, before one without. It says what differs: its empty cells are those of the line
    behind it, and `-` stands for nothing.
    """

    package: str

    def table(
        self, name: str, title: str, description: str, *, columns: str, key: str = "", caveats: tuple[str, ...] = ()
    ) -> Table:
        """A table, its columns and its key given as names separated by spaces.

        Raises:
            SchemaError: a column that no line declares.
        """
        declared = tuple(self.column(column, name) for column in columns.split())
        return Table(name, title, description, declared, tuple(key.split()), caveats)

    def column(self, name: str, table: str) -> Column:
        """The declaration of a column in a table; SchemaError when no line declares it."""
        places = ((SHARED, ""), (self.package, ""), (self.package, table))
        lines = [lines for package, of in places if (lines := _lines(package).get((name, of)))]
        if not lines:
            raise SchemaError(f"Table {table} : aucune ligne de {FILE} ne déclare la colonne {name}.")
        merged = {field: cell for line in lines for field, cell in line.items()}
        return _column({field: cell for field, cell in merged.items() if cell != EMPTIED})


@cache
def _lines(package: str) -> Mapping[tuple[str, str], Mapping[str, str]]:
    """The filled cells of each line of a package, by column and table."""
    rows = shipped_rows(package, FILE)
    return {(row["name"], row["table"]): {field: cell for field, cell in row.items() if cell} for row in rows}


def _column(cells: Mapping[str, str]) -> Column:
    return Column(
        name=cells["name"],
        published=cells["published"],
        title=cells["title"],
        kind=cast("Kind", cells["kind"]),
        description=cells["description"],
        unit=cells.get("unit"),
        required=cells.get("required") == "oui",
        unique=cells.get("unique") == "oui",
        minimum=_bound(cells.get("minimum")),
        maximum=_bound(cells.get("maximum")),
        pattern=cells.get("pattern"),
        vocabulary=cells.get("vocabulary"),
        caveat=cells.get("caveat"),
        withheld_by=tuple(cells.get("withheld_by", "").split()),
        decimals=_decimals(cells),
    )


def _decimals(cells: Mapping[str, str]) -> int | None:
    """What a number is rounded to: what its line says, else what its unit asks for."""
    if cells["kind"] != "number":
        return None
    said = cells.get("decimals")
    return int(said) if said else DECIMALS_BY_UNIT.get(cells.get("unit", ""), DECIMALS)


def _bound(cell: str | None) -> float | None:
    """A bound as it is written: the Table Schema of a whole number has no decimal point."""
    if cell is None:
        return None
    return float(cell) if "." in cell else int(cell)
