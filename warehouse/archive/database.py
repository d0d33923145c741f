"""The warehouse database: the core and published tables in SQL, for those who query rather than read files.

SQLite in the home by default; `PANORAMA_DATABASE_URL` names another, PostgreSQL in production. The tables and the
mapped classes derive from `warehouse.archive.tables`; `warehouse.archive.migrations` takes an existing database to
them.
"""

import contextlib
import os
import weakref
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy import orm

from warehouse.archive.migrations import HEAD, migrate
from warehouse.archive.tables import TABLES
from warehouse.home.home import Home
from warehouse.home.register_tables import REGISTERS
from warehouse.model.errors import ConfigurationError, SchemaError, ServiceError
from warehouse.model.schema import Table, sql_table

DECLARED = {name: table for name, table in TABLES.items() if not name.startswith("raw_")} | {
    table.name: table for table in REGISTERS.values()
}
DATABASE_TABLES = tuple(DECLARED)

# Hosting platforms hand out the first two; psycopg is the driver installed with the program.
_DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
    "sqlite": "sqlite",
}
_SECRETS = ("password", "sslpassword")  # what libpq also reads after the « ? » of a URL

_WRITING = "panorama_writing"
_LOCK_SECONDS = 60
_LOCK_KEY = int.from_bytes(b"panorama")  # PostgreSQL names an advisory lock by a 64-bit number

metadata = sa.MetaData()
_SQL_TABLES = {name: sql_table(table, metadata) for name, table in DECLARED.items()}
_UPGRADED: weakref.WeakSet[sa.Engine] = weakref.WeakSet()


def _mapped(table: sa.Table, registry: orm.registry) -> type[Any]:
    model = type(table.name.title().replace("_", ""), (), {"__doc__": table.comment})
    registry.map_imperatively(model, table)
    return model


def _models() -> Mapping[str, type[Any]]:
    registry = orm.registry(metadata=metadata)
    return {name: _mapped(table, registry) for name, table in _SQL_TABLES.items()}


# One mapped class for each table, by the table's name: `session.scalars(select(models["core_projects"]))`.
models = _models()


def database_url(home: Home) -> str:
    """The URL of the database: the environment's, else SQLite in the home."""
    return os.environ.get("PANORAMA_DATABASE_URL") or f"sqlite:///{home.database}"


def open_database(url: str) -> sa.Engine:
    """An engine for `url`; nothing is connected yet, and nothing stays connected between two transactions.

    Raises:
        ConfigurationError: the URL does not read, or names another database than SQLite and PostgreSQL.
    """
    parsed = _parsed(url)
    # Neither the run, which writes a few times, nor the daemon, which lasts, should hold a place on the server.
    options: dict[str, Any] = {"poolclass": sa.NullPool, "hide_parameters": True}
    if parsed.get_backend_name() == "sqlite":
        engine = sa.create_engine(parsed, connect_args={"timeout": _LOCK_SECONDS}, **options)
        sa.event.listen(engine, "connect", _leave_transactions_to_us)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    # A server that does not answer must be said before the operator gives up. A database made without a locale has no
    # encoding, and would return bytes.
    defaults = {"connect_timeout": 10, "client_encoding": "utf8"}
    arguments = {name: value for name, value in defaults.items() if name not in parsed.query}
    return sa.create_engine(parsed, connect_args=arguments, **options)


def _parsed(url: str) -> sa.URL:
    try:
        parsed = sa.make_url(url)
        # Of two « @ », the first is of the password, whose end was then read as the server or the database.
        readable = "@" not in f"{parsed.host}{parsed.database}" or parsed.get_backend_name() == "sqlite"
    except (sa.exc.ArgumentError, ValueError):
        readable = False
    if not readable:
        # Outside the except: the cause quotes pieces of the URL, which may be pieces of the password.
        raise ConfigurationError(
            "L'adresse de la base de données est illisible. Attendu : « sqlite:///chemin » ou "
            "« postgresql://compte:mot-de-passe@serveur/base », où « @ » s'écrit « %40 » dans le mot de passe."
        )
    if parsed.drivername not in _DRIVERS:
        raise ConfigurationError(
            f"Base de données « {parsed.drivername} » inconnue. Attendu : « sqlite:///… » ou « postgresql://… »."
        )
    return parsed.set(drivername=_DRIVERS[parsed.drivername])


def _leave_transactions_to_us(connection: Any, _record: object) -> None:
    """Stop the `sqlite3` module from beginning transactions itself, too late to cover a CREATE TABLE."""
    connection.isolation_level = None


def _begin_sqlite(connection: sa.Connection) -> None:
    """Begin; a writer takes its place at once, for two readers that then wish to write would refuse each other."""
    writing = connection.get_execution_options().get(_WRITING)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextlib.contextmanager
def _writing(engine: sa.Engine, what: str) -> Iterator[sa.Connection]:
    """Yield a connection in one transaction, one at a time in the database; `what` is for the message.

    Raises:
        ServiceError: the database cannot be reached, is held by another writer or refused; nothing has changed.
    """
    try:
        with engine.connect().execution_options(**{_WRITING: True}) as connection, connection.begin():
            if engine.dialect.name == "postgresql":
                timeout = sa.func.set_config("lock_timeout", f"{_LOCK_SECONDS}s", True)  # noqa: FBT003  # this transaction's
                connection.execute(sa.select(timeout))
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK_KEY)))
            yield connection
    except sa.exc.SQLAlchemyError as error:
        # Not chained: what the driver says goes in the run's log word for word, and could quote the password.
        raise ServiceError(f"Base de données {_place(engine.url)}, {what} : {_reason(error, engine.url)}") from None


def _place(url: sa.URL) -> str:
    return url.difference_update_query(_SECRETS).render_as_string(hide_password=True)


def _reason(error: sa.exc.SQLAlchemyError, url: sa.URL) -> str:
    """What the database itself said, on one line and without a secret."""
    reason = " ".join(str(getattr(error, "orig", None) or error).split())
    for secret in (url.password, *(url.query.get(name) for name in _SECRETS)):
        if secret:
            reason = reason.replace(str(secret), "***")
    return reason


def upgrade_database(engine: sa.Engine, revision: str = HEAD) -> None:
    """Bring the tables to the declaration, or to an earlier `revision`; once for each engine.

    Two processes may do it at once: the second waits, and finds it done. Nothing is written when it is done already.

    Raises:
        ConfigurationError: a later version of the program made the database.
        ServiceError: the database cannot be reached or refused; nothing has changed.
    """
    if engine in _UPGRADED:
        return
    with _writing(engine, "mise à niveau des tables") as connection:
        if migrate(connection, revision) and revision == HEAD:
            _describe(connection)
    if revision == HEAD:
        _UPGRADED.add(engine)


def _describe(connection: sa.Connection) -> None:
    """Write the declared descriptions as comments, where the database keeps them: PostgreSQL does, SQLite does not.

    They are those of the last upgrade: a description reworded since waits for the next revision, for a comment is
    not worth a write at each run.
    """
    if not connection.dialect.supports_comments:
        return
    for table in metadata.sorted_tables:
        connection.execute(sa.schema.SetTableComment(table))
        for column in table.columns:
            connection.execute(sa.schema.SetColumnComment(column))


def replace_edition(engine: sa.Engine, table: Table, edition: str, frame: pd.DataFrame) -> bool:
    """Make the rows of one edition equal to `frame`, in one transaction; return whether anything changed.

    Raises:
        SchemaError: a text cannot be kept in a database; nothing has changed.
        ConfigurationError: a later version of the program made the database.
        ServiceError: the database cannot be reached or refused; nothing has changed.
    """
    return _replace(engine, table, frame, _SQL_TABLES[table.name].c.edition == edition)


def replace_table(engine: sa.Engine, table: Table, frame: pd.DataFrame) -> bool:
    """Make all the rows of a table equal to `frame`, in one transaction; return whether anything changed.

    For tables that are not kept by edition. Raises what `replace_edition` raises.
    """
    return _replace(engine, table, frame)


def _replace(engine: sa.Engine, table: Table, frame: pd.DataFrame, *where: sa.ColumnElement[bool]) -> bool:
    target = _SQL_TABLES[table.name]
    rows = sql_rows(frame, table)
    upgrade_database(engine)
    with _writing(engine, f"table {table.name}") as connection:
        stored = connection.execute(sa.select(target).where(*where)).mappings()
        # By key and not in order: the order of texts is that of the server's language.
        if _by_key(map(dict, stored), table) == _by_key(rows, table):
            return False
        connection.execute(sa.delete(target).where(*where))
        if rows:
            connection.execute(sa.insert(target), rows)
    return True


def _by_key(rows: Iterator[dict[str, object]] | list[dict[str, object]], table: Table) -> dict[object, object]:
    return {tuple(row[name] for name in table.primary_key): row for row in rows}


def sql_rows(frame: pd.DataFrame, table: Table) -> list[dict[str, object]]:
    """The rows of a conformed frame as SQL values: None for missing, Python dates.

    Raises:
        SchemaError: a text holds the NUL character, which PostgreSQL cannot keep.
    """
    columns: dict[str, list[object]] = {}
    for column in table.columns:
        values = frame[column.name]
        if column.kind == "date":
            values = values.dt.date
        if column.kind == "string":
            _refuse_nul(frame, column.name, table)
        columns[column.name] = values.astype(object).where(values.notna(), None).tolist()
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _refuse_nul(frame: pd.DataFrame, name: str, table: Table) -> None:
    holding = frame[frame[name].str.contains("\x00", regex=False, na=False)]
    if not holding.empty:
        key = holding.iloc[0][list(table.primary_key)].to_dict()
        raise SchemaError(
            f"Table {table.name}, colonne {name}, ligne {key} : le texte contient le caractère NUL, qu'une base de "
            "données ne garde pas. Le retirer du fichier reçu."
        )
