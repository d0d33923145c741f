"""submissions and rule changes."""

import sqlalchemy as sa
from alembic import op

from warehouse.errors import ConfigurationError

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the revision."""
    op.create_table(
        "register_rule_changes",
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("grade", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("first_edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("last_edition", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("decided_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("decided_by", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("line"),
    )
    op.create_table(
        "register_submissions",
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("ministry_id", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("file", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("received_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("replaces_sha256", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("status", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("signed_by", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("signed_on", sa.Date(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("line"),
    )


def downgrade() -> None:
    """Refuse: running editions again makes the database again, from nothing."""
    raise ConfigurationError(
        "La base de données ne revient pas à une révision précédente : partir d'une base vide et relancer les "
        "éditions, qui la remplissent d'après les tables Parquet."
    )
