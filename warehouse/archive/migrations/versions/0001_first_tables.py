"""First tables.

Databases were made without revisions before this one, each table the first time that it was written: those that are
there already are these, and are left as they are.
"""

import sqlalchemy as sa
from alembic import op

from warehouse.model.errors import ConfigurationError

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the revision."""
    op.create_table(
        "core_projects",
        sa.Column("edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("project_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("ministry_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("partner_ministry_id", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("interministerial", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("description", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("information_url", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("phase", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("start_date", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("initial_end_date", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("updated_end_date", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("initial_start_date", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("initial_duration_months", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("updated_duration_months", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("initial_cost_meur", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("updated_cost_meur", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("cost_band", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("submitted_cost_band", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("functional_zone", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("programmes", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("funding", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("performance_plan_url", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("opinion", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("opinion_date", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("deviation_reason", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("deviation_comment", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("withheld", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("cost_withheld", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("schedule_withheld", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("withheld_reason", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("withheld_note", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("fictitious", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("source_file", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("source_sha256", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("source_sheet", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("source_row", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("edition", "project_id"),
        if_not_exists=True,
    )
    op.create_table(
        "out_key_figures",
        sa.Column("edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("projects", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("interministerial", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("total_cost_meur", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("costed_projects", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("mean_duration_years", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("timed_projects", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entries", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("exits", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("withheld", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("target_pct", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("fictitious", sa.Boolean(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("edition"),
        if_not_exists=True,
    )
    op.create_table(
        "out_movements",
        sa.Column("edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("project_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("movement", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("ministry_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("previous_edition", sa.Text(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("edition", "project_id"),
        if_not_exists=True,
    )
    op.create_table(
        "out_slippage_groups",
        sa.Column("edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("dimension", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("group_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("group_label", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("rate", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("method", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("value_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("n_projects", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("edition", "dimension", "group_id", "rate", "method"),
        if_not_exists=True,
    )
    op.create_table(
        "out_slippage_projects",
        sa.Column("edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("project_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("ministry_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("phase", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("baseline_source", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("baseline_edition", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("initial_cost_meur", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("updated_cost_meur", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("budget_status", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("budget_slippage_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("budget_slippage_meur", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("initial_duration_months", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("updated_duration_months", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("schedule_status", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("schedule_slippage_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("schedule_slippage_months", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("edition", "project_id"),
        if_not_exists=True,
    )


def downgrade() -> None:
    """Refuse: running editions again makes the database again, from nothing."""
    raise ConfigurationError(
        "La base de données ne revient pas à une révision précédente : partir d'une base vide et relancer les "
        "éditions, qui la remplissent d'après les tables Parquet."
    )
