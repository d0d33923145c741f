"""What Alembic runs to apply revisions or to compare tables, on the connection that `archive.migrations` hands it."""

import sqlalchemy as sa
from alembic import context

from warehouse.archive.database import metadata
from warehouse.archive.migrations import VERSION_TABLE

# A revision changes tables, not the words about them: `warehouse.archive.database` writes the comments of the day.
declared = sa.MetaData()
for table in metadata.sorted_tables:
    bare = table.to_metadata(declared)
    for commented in (bare, *bare.columns):
        commented.comment = None

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=declared,
    version_table=VERSION_TABLE,
    # Alembic believes SQLite cannot roll a CREATE TABLE back. It can, once our engine sends BEGIN itself.
    transactional_ddl=True,
    # SQLite alters a column by rebuilding its table; PostgreSQL runs the same lines as plain ALTER TABLE.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
