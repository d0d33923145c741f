"""What a column and a table are, and everything that derives from their declaration.

A `Column` is written once, as a line of `columns.csv` (see `warehouse.model.columns`). From it come the pandas
dtypes, the Arrow schema, the SQL table, the published Table Schema, the expectations (`checks.rules.expectations`) and
what is kept back (`warehouse.projects.withheld`). pandas, pyarrow and SQLAlchemy are imported where they serve:
whoever only asks what a table is does not wait for them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Literal

from warehouse.model.errors import SchemaError
from warehouse.model.vocabulary import VOCABULARIES

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    import sqlalchemy as sa

Kind = Literal["string", "integer", "number", "boolean", "date"]

# As many decimals as a number is published with, by its unit, unless its column says otherwise: enough for the last
# one to mean nothing, few enough for a number to be the same in every format.
DECIMALS_BY_UNIT: Mapping[str, int] = {
    "M€ TTC": 4,
    "M€ TTC de l'année de base": 4,
    "M€ TTC ou mois": 4,
    "années": 4,
    "%": 4,
}
DECIMALS = 6

PANDAS_DTYPES: Mapping[Kind, str] = {
    "string": "str",
    "integer": "Int64",
    "number": "float64",
    "boolean": "boolean",
    "date": "datetime64[s]",
}


@dataclass(frozen=True)
class Column:
    """One column, declared once.

    `name` is the term used in code, `published` the French name it has in open data (at most 63
    characters, no accent), `title` and `description` what a reader sees. `unit` is None for what
    has none, `decimals` what a number is rounded to when it is published. `vocabulary` names the closed list the codes
    come from; what is published is the label. `withheld_by` names the flags of a project that keep the column back, any
    of them; see `warehouse.projects.withheld`.
    """

    name: str
    published: str
    title: str
    kind: Kind
    description: str
    unit: str | None = None
    required: bool = False
    unique: bool = False
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None
    vocabulary: str | None = None
    caveat: str | None = None
    withheld_by: tuple[str, ...] = ()
    decimals: int | None = None

    def expected(self) -> str:
        """What the column accepts, said to the person who filled it."""
        if self.vocabulary:
            return "l'une des valeurs " + ", ".join(f"« {label} »" for label in VOCABULARIES[self.vocabulary].labels())
        kinds = {
            "string": "un texte",
            "integer": "un nombre entier",
            "number": "un nombre",
            "boolean": "« Oui » ou « Non »",
            "date": "une date",
        }
        parts = [kinds[self.kind]]
        if self.unit:
            parts.append(f"en {self.unit}")
        if self.minimum is not None:
            parts.append(f"au moins égal à {_said(self.minimum)}")
        if self.maximum is not None:
            parts.append(f"au plus égal à {_said(self.maximum)}")
        return " ".join(parts)


def _said(bound: float) -> str:
    return f"{bound:g}".replace(".", ",")


@dataclass(frozen=True)
class Table:
    """One table: what a row is, its columns in order, its key.

    Every table but a calendar is kept by edition: `edition` is its first column.
    """

    name: str
    title: str
    description: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]
    caveats: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names):
            raise SchemaError(f"Table {self.name} : une colonne y est déclarée deux fois.")
        if missing := [key for key in self.primary_key if key not in names]:
            raise SchemaError(f"Table {self.name} : la clé {missing} n'est pas une colonne.")

    def names(self) -> list[str]:
        """The names of the columns, in order."""
        return [column.name for column in self.columns]

    def column(self, name: str) -> Column:
        """The declaration of one column.

        Raises:
            SchemaError: the table has no such column.
        """
        if name not in self._by_name:
            raise SchemaError(f"La table {self.name} n'a pas de colonne {name}.")
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> Mapping[str, Column]:
        return {column.name: column for column in self.columns}


def empty_frame(table: Table) -> "pd.DataFrame":
    """A frame of no row with the columns and dtypes of `table`."""
    import pandas as pd  # noqa: PLC0415

    return pd.DataFrame({column.name: pd.Series(dtype=PANDAS_DTYPES[column.kind]) for column in table.columns})


def conform(frame: "pd.DataFrame", table: Table) -> "pd.DataFrame":
    """Give `frame` the columns, order and dtypes of `table`, sorted by its key; without a key, rows keep their order.

    Values are not repaired: a value its column cannot hold, a missing one where one is required, an
    unknown code and a repeated key are refused.

    Raises:
        SchemaError: names the table, the column and the first value that does not conform.
    """
    import pandas as pd  # noqa: PLC0415

    missing = [name for name in table.names() if name not in frame.columns]
    unknown = [str(name) for name in frame.columns if name not in table.names()]
    if missing or unknown:
        raise SchemaError(f"Table {table.name} : colonnes manquantes {missing}, colonnes non déclarées {unknown}.")
    # What has its type already, as a table read back or handed on, is left as it is.
    others = {column.name: _typed(frame[column.name], column, table) for column in _of_another_type(frame, table)}
    typed = frame[table.names()]
    if others:
        typed = pd.DataFrame({name: others.get(name, typed[name]) for name in table.names()})
    _refuse_values(typed, table)
    if not table.primary_key:
        return typed.reset_index(drop=True)
    repeated = typed.duplicated(list(table.primary_key))
    if repeated.any():
        twice = typed.loc[repeated, list(table.primary_key)].iloc[0].to_dict()
        raise SchemaError(f"Table {table.name} : la clé {twice} se répète.")
    return typed.sort_values(list(table.primary_key), kind="stable", ignore_index=True)


def rounded(frame: "pd.DataFrame", table: Table) -> "pd.DataFrame":
    """A conformed frame with each number rounded as its column declares, and no negative zero."""
    numbers = {column.name: column.decimals for column in table.columns if column.decimals is not None}
    return frame.assign(**{name: frame[name].round(decimals) + 0.0 for name, decimals in numbers.items()})


@cache
def dtype_of(kind: Kind) -> Any:
    """The pandas dtype of a kind of column."""
    import pandas as pd  # noqa: PLC0415

    return pd.Series(dtype=PANDAS_DTYPES[kind]).dtype


def _of_another_type(frame: "pd.DataFrame", table: Table) -> list[Column]:
    """The columns that do not have the dtype of their declaration yet."""
    return [column for column in table.columns if frame[column.name].dtype != dtype_of(column.kind)]


def _typed(values: "pd.Series", column: Column, table: Table) -> "pd.Series":
    try:
        typed: pd.Series = values.astype(dtype_of(column.kind))
    except (TypeError, ValueError) as error:
        raise SchemaError(f"Table {table.name}, colonne {column.name} : {error}") from error
    return typed


def _refuse_values(typed: "pd.DataFrame", table: Table) -> None:
    """Refuse a missing value where one is required, and an unknown code."""
    required = [column.name for column in table.columns if column.required]
    missing = typed[required].isna().any()
    for column in table.columns:
        if column.required and missing[column.name]:
            raise SchemaError(f"Table {table.name}, colonne {column.name} : une valeur obligatoire manque.")
        if column.vocabulary:
            codes = VOCABULARIES[column.vocabulary].codes()
            strangers = [
                value for value in set(typed[column.name].tolist()).difference(codes) if isinstance(value, str)
            ]
            if strangers:
                raise SchemaError(f"Table {table.name}, colonne {column.name} : code inconnu {min(strangers)!r}.")


@cache
def arrow_schema(table: Table) -> "pa.Schema":
    """The Arrow schema of a table: types, nullability, and title, unit and description as metadata."""
    import pyarrow as pa  # noqa: PLC0415

    types: Mapping[Kind, pa.DataType] = {
        "string": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
    }
    return pa.schema(
        [
            pa.field(
                column.name,
                types[column.kind],
                nullable=not column.required,
                metadata={
                    "title": column.title,
                    "unit": column.unit or "",
                    "description": column.description,
                },
            )
            for column in table.columns
        ]
    )


def to_arrow(frame: "pd.DataFrame", table: Table) -> "pa.Table":
    """A conformed frame as an Arrow table, without pandas metadata."""
    import pyarrow as pa  # noqa: PLC0415

    arrow = pa.Table.from_pandas(frame, schema=arrow_schema(table), preserve_index=False)
    return arrow.replace_schema_metadata(None)


def from_arrow(arrow: "pa.Table", table: Table) -> "pd.DataFrame":
    """An Arrow table read back with the dtypes of the declaration."""
    import pandas as pd  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415

    frame: pd.DataFrame = arrow.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}.get)
    others = {column.name: PANDAS_DTYPES[column.kind] for column in _of_another_type(frame, table)}
    return (frame.astype(others) if others else frame)[table.names()]


def sql_table(table: Table, metadata: "sa.MetaData") -> "sa.Table":
    """The SQL table of a declaration, with its key, in `metadata`."""
    import sqlalchemy as sa  # noqa: PLC0415

    types: Mapping[Kind, sa.types.TypeEngine[Any]] = {
        "string": sa.Text(),
        "integer": sa.BigInteger(),
        "number": sa.Float(53),
        "boolean": sa.Boolean(),
        "date": sa.Date(),
    }
    columns = [
        sa.Column(
            column.name,
            types[column.kind],
            primary_key=column.name in table.primary_key,
            nullable=not (column.required or column.name in table.primary_key),
            autoincrement=False,
            comment=column.description,
        )
        for column in table.columns
    ]
    return sa.Table(table.name, metadata, *columns, comment=table.description)


def table_schema(table: Table) -> dict[str, Any]:
    """The Table Schema (Frictionless v1) of a table as it is published: French names and labels."""
    key = {"primaryKey": [table.column(name).published for name in table.primary_key]} if table.primary_key else {}
    return {
        "$schema": "https://specs.frictionlessdata.io/schemas/table-schema.json",
        "name": table.name.replace("_", "-"),
        "title": table.title,
        "description": " ".join([table.description, *table.caveats]),
        "fields": [_field(column) for column in table.columns],
        **key,
        "missingValues": [""],
    }


def _field(column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    if column.required:
        constraints["required"] = True
    if column.unique:
        constraints["unique"] = True
    if column.minimum is not None:
        constraints["minimum"] = column.minimum
    if column.maximum is not None:
        constraints["maximum"] = column.maximum
    if column.pattern:
        constraints["pattern"] = column.pattern
    if column.vocabulary:
        constraints["enum"] = VOCABULARIES[column.vocabulary].labels()
    field: dict[str, Any] = {
        "name": column.published,
        "title": column.title,
        "type": column.kind,
        "description": " ".join(filter(None, [column.description, column.caveat])),
        "unit": column.unit or "sans unité",
    }
    if column.kind == "boolean":
        field |= {"trueValues": ["true"], "falseValues": ["false"]}
    if column.decimals is not None:
        field["decimals"] = column.decimals
    if constraints:
        field["constraints"] = constraints
    return field
