"""The warehouse database: the core and published tables in SQL, for those who query rather than read files.

SQLite in the home by default; `PANORAMA_DATABASE_URL` names another, PostgreSQL in production. It is a copy of the
Parquet tables and of the registers: what is not as `warehouse.archive.tables` declares is made again and filled.
"""

import contextlib
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NoReturn

import pandas as pd
import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.engine.interfaces import ReflectedColumn, ReflectedPrimaryKeyConstraint

from warehouse.archive.tables import TABLES
from warehouse.home.home import Home
from warehouse.home.register_tables import REGISTERS
from warehouse.model.errors import ConfigurationError, SchemaError, ServiceError
from warehouse.model.schema import Table, conform, sql_table

# The tables of editions that are copied; what was received stays in its files.
COPIED = tuple(table for name, table in TABLES.items() if name.startswith(("core_", "out_")))
DATABASE_TABLES = tuple(table.name for table in (*COPIED, *REGISTERS.values()))

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

# Versions that went from one declaration to the next by numbered steps kept the number there. Not `alembic_version`:
# that one is Dagster's, which may share a PostgreSQL database with us.
_FORMER_REVISIONS = "panorama_revision"
_DEPENDENT = "2BP01"  # PostgreSQL: other objects depend on what would be dropped

metadata = sa.MetaData()
_SQL_TABLES = {table.name: sql_table(table, metadata) for table in (*COPIED, *REGISTERS.values())}


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


def require_reachable(engine: sa.Engine) -> None:
    """Connect once, before what would be computed for nothing.

    Raises:
        ServiceError: the database cannot be reached.
    """
    try:
        with engine.connect() as connection:
            connection.execute(sa.select(1))
    except sa.exc.SQLAlchemyError as error:
        raise ServiceError(f"Base de données {_place(engine.url)} : {_reason(error, engine.url)}") from None


def _place(url: sa.URL) -> str:
    return url.difference_update_query(_SECRETS).render_as_string(hide_password=True)


def _reason(error: sa.exc.SQLAlchemyError, url: sa.URL) -> str:
    """What the database itself said, on one line and without a secret."""
    reason = " ".join(str(getattr(error, "orig", None) or error).split())
    for secret in (url.password, *(url.query.get(name) for name in _SECRETS)):
        if secret:
            reason = reason.replace(str(secret), "***")
    return reason


def copy_tables(
    engine: sa.Engine,
    tables: Mapping[Table, pd.DataFrame],
    registers: Mapping[str, pd.DataFrame],
    editions: Collection[str] | None = None,
) -> list[str]:
    """Make every declared table hold the rows of its frame and no other; return the names of those that changed.

    All in one transaction: a reader sees the former copy, then the new one. A table whose columns or key are not those
    declared is emptied, made so and filled. Rows that are there already are not written again.

    Args:
        engine: the database.
        tables: each of `COPIED`, with its rows of all editions.
        registers: every register, by its short name.
        editions: those whose rows may differ, besides those that only one side has; all when not given.

    Raises:
        SchemaError: a table is missing, a frame does not conform, or a text cannot be kept; nothing has changed.
        ConfigurationError: something of an operator's depends on a column that goes; nothing has changed.
        ServiceError: the database cannot be reached or refused; nothing has changed.
    """
    frames = {**tables, **{REGISTERS[name]: lines for name, lines in registers.items()}}
    if missing := sorted(set(DATABASE_TABLES) - {table.name for table in frames}):
        raise SchemaError(f"Copie en base de données : il manque les tables {missing}.")
    with _writing(engine, "copie des tables") as connection:
        changed = _make_as_declared(connection)
        changed += [table.name for table, frame in frames.items() if _replace(connection, table, frame, editions)]
        _describe(connection)
    return sorted(set(changed), key=DATABASE_TABLES.index)


def _make_as_declared(connection: sa.Connection) -> list[str]:
    """Give every declared table its columns and key; return the names of those that had others, which are now empty."""
    inspector = sa.inspect(connection)
    if inspector.has_table(_FORMER_REVISIONS):
        connection.exec_driver_sql(f"DROP TABLE {_FORMER_REVISIONS}")
    columns = inspector.get_multi_columns(filter_names=DATABASE_TABLES)
    keys = inspector.get_multi_pk_constraint(filter_names=DATABASE_TABLES)
    there = [table for table in metadata.sorted_tables if (None, table.name) in columns]
    absent = [table for table in metadata.sorted_tables if table not in there]
    differing = {table: _differing(table, columns[None, table.name], connection.dialect) for table in there}
    outdated = [table for table in there if differing[table] or not _is_key(table, keys[None, table.name])]
    for table in absent:
        table.create(connection)
    for table in outdated:
        _remake(connection, table, differing[table])
    return [table.name for table in (*absent, *outdated)]


def _differing(table: sa.Table, columns: Iterable[ReflectedColumn], dialect: sa.Dialect) -> set[str]:
    """The columns that are there and not declared, declared and not there, or of another type or nullability."""
    declared = {(each.name, _type_name(each.type, dialect), each.nullable) for each in table.columns}
    found = {(each["name"], _type_name(each["type"], dialect), each["nullable"]) for each in columns}
    return {name for name, *_ in declared ^ found}


def _type_name(kind: sa.types.TypeEngine[Any], dialect: sa.Dialect) -> str:
    name = kind.compile(dialect)
    return "DOUBLE PRECISION" if name == "FLOAT(53)" else name  # what PostgreSQL calls it


def _is_key(table: sa.Table, key: ReflectedPrimaryKeyConstraint) -> bool:
    return key["constrained_columns"] == table.primary_key.columns.keys()


def _remake(connection: sa.Connection, table: sa.Table, differing: set[str]) -> None:
    """Empty a table and make it as declared: in place in PostgreSQL, where it has grants and is read by views.

    Raises:
        ConfigurationError: PostgreSQL says what depends on a column that goes.
    """
    if connection.dialect.name == "sqlite":
        table.drop(connection)
        table.create(connection)
        return
    try:
        _alter(connection, table, differing)
    except sa.exc.DBAPIError as error:
        diagnosis = getattr(error.orig, "diag", None)
        if diagnosis is None or diagnosis.sqlstate != _DEPENDENT:
            raise
        columns = ", ".join(sorted(differing)) or ", ".join(table.primary_key.columns.keys())
        raise ConfigurationError(
            f"Base de données {_place(connection.engine.url)} : la table {table.name} n'est pas celle de cette version "
            f"(colonnes {columns}), et d'autres objets en dépendent : {diagnosis.message_detail}. Les supprimer, "
            "relancer, puis les créer de nouveau. Rien n'a été changé."
        ) from None


def _alter(connection: sa.Connection, table: sa.Table, differing: set[str]) -> None:
    quote = connection.dialect.identifier_preparer.quote
    altered = f"ALTER TABLE {quote(table.name)}"
    connection.execute(sa.delete(table))
    for name in sorted(differing):
        connection.exec_driver_sql(f"{altered} DROP COLUMN IF EXISTS {quote(name)}")
    for column in table.columns:
        if column.name in differing:
            declared = sa.schema.CreateColumn(column).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"{altered} ADD COLUMN {declared}")
    key = sa.inspect(connection).get_pk_constraint(table.name)
    if _is_key(table, key):
        return
    if key["name"]:
        connection.exec_driver_sql(f"{altered} DROP CONSTRAINT {quote(key['name'])}")
    connection.exec_driver_sql(f"{altered} ADD PRIMARY KEY ({', '.join(map(quote, table.primary_key.columns.keys()))})")


def _describe(connection: sa.Connection) -> None:
    """Write the declared descriptions as comments, where the database keeps them: PostgreSQL does, SQLite does not."""
    if not connection.dialect.supports_comments:
        return
    inspector = sa.inspect(connection)
    titles = inspector.get_multi_table_comment(filter_names=DATABASE_TABLES)
    columns = inspector.get_multi_columns(filter_names=DATABASE_TABLES)
    for table in metadata.sorted_tables:
        if titles[None, table.name]["text"] != table.comment:
            connection.execute(sa.schema.SetTableComment(table))
        for found in columns[None, table.name]:
            if found["comment"] != table.c[found["name"]].comment:
                connection.execute(sa.schema.SetColumnComment(table.c[found["name"]]))


def _replace(connection: sa.Connection, table: Table, frame: pd.DataFrame, editions: Collection[str] | None) -> bool:
    """Make the rows of a table equal to `frame`; return whether any was not."""
    target = _SQL_TABLES[table.name]
    rows, query = frame, sa.select(target)
    if editions is not None and table.primary_key[0] == "edition":
        there = set(connection.scalars(sa.select(target.c.edition).distinct()))
        concerned = {*editions, *(there ^ set(frame["edition"]))}
        rows, query = frame.loc[frame["edition"].isin(concerned)], query.where(target.c.edition.in_(concerned))
    wanted = _by_key(sql_rows(conform(rows, table), table), table)
    # By key and not in order: the order of texts is that of the server's language.
    stored = _by_key(map(dict, connection.execute(query).mappings()), table)
    stale = [
        {f"_{name}": row[name] for name in table.primary_key} for key, row in stored.items() if wanted.get(key) != row
    ]
    fresh = [row for key, row in wanted.items() if stored.get(key) != row]
    if stale:
        at_key = (target.c[name] == sa.bindparam(f"_{name}") for name in table.primary_key)
        connection.execute(sa.delete(target).where(*at_key), stale)
    if fresh:
        connection.execute(sa.insert(target), fresh)
    return bool(stale or fresh)


def _by_key(rows: Iterable[dict[str, object]], table: Table) -> dict[object, dict[str, object]]:
    return {tuple(row[name] for name in table.primary_key): row for row in rows}


def sql_rows(frame: pd.DataFrame, table: Table) -> list[dict[str, object]]:
    """The rows of a conformed frame as SQL values: None for missing, Python dates.

    Raises:
        SchemaError: a text holds the NUL character, which PostgreSQL cannot keep.
    """
    columns: dict[str, list[object]] = {}
    for column in table.columns:
        values = frame[column.name]
        plain = (values.dt.date if column.kind == "date" else values).astype(object)
        columns[column.name] = plain.where(values.notna(), None).tolist()
        if column.kind == "string" and any(text and "\x00" in str(text) for text in columns[column.name]):
            _refuse_nul(frame, column.name, table)
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _refuse_nul(frame: pd.DataFrame, name: str, table: Table) -> NoReturn:
    holding = frame[frame[name].str.contains("\x00", regex=False, na=False)]
    key = holding.iloc[0][list(table.primary_key)].to_dict()
    raise SchemaError(
        f"Table {table.name}, colonne {name}, ligne {key} : le texte contient le caractère NUL, qu'une base de "
        "données ne garde pas. Le retirer du fichier reçu."
    )
