"""The revisions of the warehouse database: `versions/` holds them, this module applies them.

`warehouse.archive.tables` says what the tables are now. A revision is the frozen step from one declaration to the next,
which `scripts/new-migration` writes; it derives from nothing at run time, or it would change under the databases
that it has already been applied to. Transactions and locks belong to `warehouse.archive.database`, which calls this.
"""

import threading
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate.rewriter import Rewriter
from alembic.config import Config
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from warehouse.model.errors import ConfigurationError

# Not Alembic's own `alembic_version`: Dagster keeps its revision there, and may share a PostgreSQL database with us.
VERSION_TABLE = "panorama_revision"
HEAD = "head"

# Alembic hands the connection to env.py through a global of its own.
_one_migration = threading.Lock()


def configuration(connection: sa.Connection | None = None) -> Config:
    """Alembic's configuration, made here so that an installed wheel needs no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", "warehouse.archive:migrations")
    config.attributes["connection"] = connection
    return config


def revisions() -> list[str]:
    """Every revision, from the first to the head."""
    scripts = ScriptDirectory.from_config(configuration())
    return [script.revision for script in scripts.walk_revisions()][::-1]


def current_revision(connection: sa.Connection) -> str | None:
    """The revision a database is at; None for one that is empty, or older than the revisions."""
    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()


def migrate(connection: sa.Connection, revision: str = HEAD) -> bool:
    """Bring a database up to a revision, in the caller's transaction; return whether it was not there already.

    Raises:
        ConfigurationError: a later version of the program made the database.
    """
    known = revisions()
    current = current_revision(connection)
    if current is not None and current not in known:
        raise ConfigurationError(
            f"La base de données est à la révision {current}, et cette version du programme s'arrête à la révision "
            f"{known[-1]} : une version plus récente a écrit cette base. Installer cette version ou une suivante, ou "
            "désigner une autre base par PANORAMA_DATABASE_URL et relancer les éditions."
        )
    if current == (known[-1] if revision == HEAD else revision):
        return False
    with _one_migration:
        command.upgrade(configuration(connection), revision)
    return True


def write_revision(connection: sa.Connection, message: str) -> None:
    """Write in `versions/` the step from a database at the head to the declaration of the tables.

    Raises:
        ConfigurationError: the tables already are what the declaration says.
    """

    def revise(context: MigrationContext, revision: Any, directives: list[ops.MigrationScript]) -> None:
        operations = directives[0].upgrade_ops
        if operations is None or operations.is_empty():
            raise ConfigurationError("Les tables sont celles de la déclaration : il n'y a pas de révision à écrire.")
        _required_columns(context, revision, directives)
        operations.ops[:0] = [
            ops.ExecuteSQLOp(f"DELETE FROM {table}")  # noqa: S608  # the name of a declared table
            for table in _with_required_columns(operations)
        ]

    number = int(revisions()[-1]) + 1
    command.revision(
        configuration(connection),
        message,
        autogenerate=True,
        rev_id=f"{number:04d}",
        process_revision_directives=revise,
    )


_required_columns = Rewriter()


@_required_columns.rewrites(ops.AddColumnOp)
def _required_once_added(
    _context: MigrationContext, _revision: Any, add: ops.AddColumnOp
) -> list[ops.MigrateOperation]:
    """Add a required column in two steps: SQLite refuses it in one, even in an empty table."""
    if add.column.nullable:
        return [add]
    add.column.nullable = True
    require = ops.AlterColumnOp(
        add.table_name, add.column.name, existing_type=add.column.type, existing_nullable=True, modify_nullable=False
    )
    return [add, require]


def _with_required_columns(operations: ops.UpgradeOps) -> list[str]:
    """The tables a column becomes required in: emptied, for their rows do not have it; editions run again have."""
    return [
        table.table_name
        for table in operations.ops
        if isinstance(table, ops.ModifyTableOps)
        and any(isinstance(change, ops.AlterColumnOp) and change.modify_nullable is False for change in table.ops)
    ]
