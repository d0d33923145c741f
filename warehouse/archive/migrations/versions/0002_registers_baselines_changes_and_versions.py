"""registers, baselines, changes and versions."""

import sqlalchemy as sa
from alembic import op

from warehouse.model.errors import ConfigurationError

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the revision."""
    op.execute("DELETE FROM out_slippage_projects")
    op.create_table(
        "core_corrections",
        sa.Column("edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("project_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("field", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("before", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("after", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("known_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("changed_by", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("reason", sa.Text(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("edition", "version", "project_id", "field"),
    )
    op.create_table(
        "out_changes",
        sa.Column("edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("previous_edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("project_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("change", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("before", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("after", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("difference", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("edition", "project_id", "change"),
    )
    op.create_table(
        "out_leavers",
        sa.Column("edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("project_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("ministry_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("last_edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("exit_reason", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("budget_slippage_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("budget_known_edition", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("schedule_slippage_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("schedule_known_edition", sa.Text(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("edition", "project_id"),
    )
    op.create_table(
        "register_baselines",
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("project_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("cost_meur", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("start_date", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("end_date", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("approved_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("act", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("edition", sa.Text(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("line"),
    )
    op.create_table(
        "register_decisions",
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("decided_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("decided_by", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("decision", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("project_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("other_id", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("edition", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("reason", sa.Text(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("line"),
    )
    op.create_table(
        "register_exits",
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("project_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("exit_reason", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("decided_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("decided_by", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("comment", sa.Text(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("line"),
    )
    op.create_table(
        "register_lineage",
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("event", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("project_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("other_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("decided_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("decided_by", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("line"),
    )
    op.create_table(
        "register_links",
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("ministry_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("project_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("decision", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("score", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("candidate_id", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("evidence", sa.Text(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("line"),
    )
    op.create_table(
        "register_ministries",
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("label", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("ministry_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("decided_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("decided_by", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("comment", sa.Text(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("line"),
    )
    op.create_table(
        "register_missions",
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("project_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("event", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("event_date", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("outcome", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("comment", sa.Text(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("line"),
    )
    op.create_table(
        "register_opinion_causes",
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("project_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("requested_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("axis", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("cause", sa.Text(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("line"),
    )
    op.create_table(
        "register_opinions",
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("project_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("requested_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("given_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("opinion", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("reference", sa.Text(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("line"),
    )
    op.create_table(
        "register_projects",
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("project_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("ministry_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("first_edition", sa.Text(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("line"),
    )
    op.create_table(
        "register_versions",
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("known_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("content_sha256", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("changed_by", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("reason", sa.Text(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("line"),
    )
    op.create_table(
        "register_withheld",
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("project_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("first_edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("last_edition", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("cost", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("schedule", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("withheld_reason", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("decided_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("decided_by", sa.Text(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("line"),
    )
    with op.batch_alter_table("core_projects", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rebaseline_date", sa.Date(), autoincrement=False, nullable=True))
        batch_op.add_column(sa.Column("rebaseline_act", sa.Text(), autoincrement=False, nullable=True))
        batch_op.add_column(sa.Column("rebaseline_reason", sa.Text(), autoincrement=False, nullable=True))
        batch_op.add_column(
            sa.Column("rebaseline_cost_meur", sa.Float(precision=53), autoincrement=False, nullable=True)
        )
        batch_op.add_column(sa.Column("rebaseline_end_date", sa.Date(), autoincrement=False, nullable=True))

    with op.batch_alter_table("out_movements", schema=None) as batch_op:
        batch_op.add_column(sa.Column("exit_reason", sa.Text(), autoincrement=False, nullable=True))

    with op.batch_alter_table("out_slippage_projects", schema=None) as batch_op:
        batch_op.add_column(sa.Column("baseline_number", sa.BigInteger(), autoincrement=False, nullable=True))
        batch_op.add_column(sa.Column("previous_edition", sa.Text(), autoincrement=False, nullable=True))
        batch_op.add_column(sa.Column("budget_current_status", sa.Text(), autoincrement=False, nullable=True))
        batch_op.alter_column("budget_current_status", existing_type=sa.Text(), nullable=False)
        batch_op.add_column(
            sa.Column("budget_current_slippage_ratio", sa.Float(precision=53), autoincrement=False, nullable=True)
        )
        batch_op.add_column(
            sa.Column("budget_current_slippage_meur", sa.Float(precision=53), autoincrement=False, nullable=True)
        )
        batch_op.add_column(sa.Column("budget_previous_status", sa.Text(), autoincrement=False, nullable=True))
        batch_op.alter_column("budget_previous_status", existing_type=sa.Text(), nullable=False)
        batch_op.add_column(
            sa.Column("budget_previous_slippage_ratio", sa.Float(precision=53), autoincrement=False, nullable=True)
        )
        batch_op.add_column(
            sa.Column("budget_previous_slippage_meur", sa.Float(precision=53), autoincrement=False, nullable=True)
        )
        batch_op.add_column(sa.Column("schedule_current_status", sa.Text(), autoincrement=False, nullable=True))
        batch_op.alter_column("schedule_current_status", existing_type=sa.Text(), nullable=False)
        batch_op.add_column(
            sa.Column("schedule_current_slippage_ratio", sa.Float(precision=53), autoincrement=False, nullable=True)
        )
        batch_op.add_column(
            sa.Column("schedule_current_slippage_months", sa.BigInteger(), autoincrement=False, nullable=True)
        )
        batch_op.add_column(sa.Column("schedule_previous_status", sa.Text(), autoincrement=False, nullable=True))
        batch_op.alter_column("schedule_previous_status", existing_type=sa.Text(), nullable=False)
        batch_op.add_column(
            sa.Column("schedule_previous_slippage_ratio", sa.Float(precision=53), autoincrement=False, nullable=True)
        )
        batch_op.add_column(
            sa.Column("schedule_previous_slippage_months", sa.BigInteger(), autoincrement=False, nullable=True)
        )


def downgrade() -> None:
    """Refuse: running editions again makes the database again, from nothing."""
    raise ConfigurationError(
        "La base de données ne revient pas à une révision précédente : partir d'une base vide et relancer les "
        "éditions, qui la remplissent d'après les tables Parquet."
    )
