"""collection quality and publications."""

import sqlalchemy as sa
from alembic import op

from warehouse.model.errors import ConfigurationError

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the revision."""
    op.create_table(
        "out_collection",
        sa.Column("edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("ministry_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("status", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("files", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("first_received_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("received_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("projects", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("errors", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("warnings", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("notices", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("late_days", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("signed_by", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("signed_on", sa.Date(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("edition", "ministry_id"),
    )
    op.create_table(
        "out_ministry_quality",
        sa.Column("edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("ministry_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("receipt", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("projects", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("completeness_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("rules_broken", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("consistency_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("compared_projects", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("stability_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("dated_projects", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("timeliness_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("score_pct", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("components", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("trend_pts", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("trend", sa.Text(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("edition", "ministry_id"),
    )
    op.create_table(
        "out_project_quality",
        sa.Column("edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("project_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("ministry_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("fields_due", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("fields_given", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("completeness_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("rules_broken", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("consistency_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("facts_compared", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("facts_kept", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("stability_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("late_days", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("timeliness_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("score_pct", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("components", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("trend_pts", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("trend", sa.Text(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("edition", "project_id"),
    )
    op.create_table(
        "register_approvals",
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("content_sha256", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("approved_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("approved_by", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("correction", sa.Text(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("line"),
    )
    op.create_table(
        "register_publications",
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("destination", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("dataset_id", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("resource_key", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("resource_id", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("sha256", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("url", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("published_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("approved_by", sa.Text(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("line"),
    )
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
