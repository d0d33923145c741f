"""The warehouse database: the core and published tables in SQL, for those who query rather than read files.

SQLite in the home by default; `PANORAMA_DATABASE_URL` names another, PostgreSQL in production.
"""

import os

import pandas as pd
import sqlalchemy as sa

from warehouse.errors import ServiceError
from warehouse.home import Home
from warehouse.schema import Table, sql_table
from warehouse.tables import TABLES

DATABASE_TABLES = tuple(name for name in TABLES if not name.startswith("raw_"))

metadata = sa.MetaData()
_SQL_TABLES = {name: sql_table(TABLES[name], metadata) for name in DATABASE_TABLES}


def database_url(home: Home) -> str:
    """The URL of the database: the environment's, else SQLite in the home."""
    return os.environ.get("PANORAMA_DATABASE_URL") or f"sqlite:///{home.database}"


def open_database(url: str) -> sa.Engine:
    """An engine for `url`; SQLite waits a minute for another writer."""
    arguments = {"timeout": 60} if url.startswith("sqlite") else {}
    return sa.create_engine(url, connect_args=arguments)


def replace_edition(engine: sa.Engine, table: Table, edition: str, frame: pd.DataFrame) -> bool:
    """Make the rows of one edition equal to `frame`, in one transaction; return whether anything changed.

    Raises:
        ServiceError: the database cannot be reached or refused; nothing has changed.
    """
    target = _SQL_TABLES[table.name]
    rows = sql_rows(frame, table)
    try:
        metadata.create_all(engine, tables=[target])
        with engine.begin() as connection:
            stored = connection.execute(
                sa.select(target).where(target.c.edition == edition).order_by(*target.primary_key.columns)
            )
            if [dict(row) for row in stored.mappings()] == rows:
                return False
            connection.execute(sa.delete(target).where(target.c.edition == edition))
            if rows:
                connection.execute(sa.insert(target), rows)
    except sa.exc.SQLAlchemyError as error:
        raise ServiceError(f"Base de données {engine.url!r}, table {table.name} : {error}") from error
    return True


def sql_rows(frame: pd.DataFrame, table: Table) -> list[dict[str, object]]:
    """The rows of a conformed frame as SQL values: None for missing, Python dates."""
    columns: dict[str, list[object]] = {}
    for column in table.columns:
        values = frame[column.name]
        if column.kind == "date":
            values = values.dt.date
        columns[column.name] = values.astype(object).where(values.notna(), None).tolist()
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
