"""explanation, follow-up, forecast, disclosure."""

import sqlalchemy as sa
from alembic import op

from warehouse.model.errors import ConfigurationError

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the revision."""
    op.execute("DELETE FROM out_slippage_projects")
    op.create_table(
        "out_bridge",
        sa.Column("edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("reference_edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("rate", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("component", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("project_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("ministry_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("before_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("after_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("contribution_pts", sa.Float(precision=53), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("edition", "reference_edition", "rate", "component", "project_id"),
    )
    op.create_table(
        "out_causes",
        sa.Column("edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("rate", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("reference", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("cause", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("amount_meur", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("amount_months", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("share_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("edition", "rate", "reference", "cause"),
    )
    op.create_table(
        "out_disclosure",
        sa.Column("edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("item", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("project_id", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("quantity", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("aggregate", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("action", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("edition", "item"),
    )
    op.create_table(
        "out_forecast",
        sa.Column("edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("project_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("ministry_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("phase", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("budget_status", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("schedule_status", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("updated_cost_meur", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("updated_end_date", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("cost_p50_meur", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("cost_p80_meur", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("end_p50_date", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("end_p80_date", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("budget_p50_slippage_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("budget_p80_slippage_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("schedule_p50_slippage_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("schedule_p80_slippage_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("cost_p50_constant_meur", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("cost_p80_constant_meur", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("price_year", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("base_year", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("deflator_extended", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("reference_class", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("n_class", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("n_whole", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("class_weight_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("budget_skill_verdict", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("schedule_skill_verdict", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("skill_verdict", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("method", sa.Text(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("edition", "project_id"),
    )
    op.create_table(
        "out_forecast_backtest",
        sa.Column("edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("rate", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("horizon", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("n_projects", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("coverage_p50_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("coverage_p80_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("pinball_p50", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("pinball_p80", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("no_change_pinball_p50", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("no_change_pinball_p80", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("skill_p50_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("skill_p80_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("skill_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("skill_low_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("verdict", sa.Text(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("edition", "rate", "horizon"),
    )
    op.create_table(
        "out_ministry_brief",
        sa.Column("edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("ministry_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("projects", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("known_cost_meur", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("costed_projects", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("budget_slippage_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("budget_n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("budget_contribution_pts", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("budget_contribution_change_pts", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("schedule_slippage_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("schedule_n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("schedule_contribution_pts", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("schedule_contribution_change_pts", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("entries", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("exits", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("worsened", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("improved", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("rebaselined", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("watch_drift", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("watch_overdue", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("watch_closing", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("watch_recurrent", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("watch_entrant", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("watch_trajectory_review", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("watch_no_opinion", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("asked", sa.Text(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("edition", "ministry_id"),
    )
    op.create_table(
        "out_retrospective",
        sa.Column("edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("project_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("ministry_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("first_edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("last_edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("editions_followed", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("followed_by", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("baseline_source", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("promised_cost_meur", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("promised_end_date", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("promised_duration_months", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("delivered_cost_meur", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("delivered_end_date", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("delivered_duration_months", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("cost_difference_meur", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("cost_difference_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("duration_difference_months", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("duration_difference_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("rebaselines", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("missions", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lessons", sa.Text(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("edition", "project_id"),
    )
    op.create_table(
        "out_scorecard",
        sa.Column("edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("project_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("ministry_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("phase", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("cost_axis_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("cost_rating", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("schedule_axis_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("schedule_rating", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("stability_value", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("stability_rating", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("governance_value", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("governance_rating", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("data_quality_value", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("data_quality_rating", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("rated_axes", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("overall_points", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("overall_rating", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("reasons", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("declared_rating", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("disagreement", sa.Boolean(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("edition", "project_id"),
    )
    op.create_table(
        "out_target_projects",
        sa.Column("edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("due_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("rate", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("project_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("ministry_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("slippage_ratio", sa.Float(precision=53), autoincrement=False, nullable=False),
        sa.Column("held_pts", sa.Float(precision=53), autoincrement=False, nullable=False),
        sa.Column("rank", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("edition", "due_on", "rate", "project_id"),
    )
    op.create_table(
        "out_targets",
        sa.Column("edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("due_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("rate", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("target_ratio", sa.Float(precision=53), autoincrement=False, nullable=False),
        sa.Column("value_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("met", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("distance_pts", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("remaining_months", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("editions_left", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("needed_pts", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("edition", "due_on", "rate"),
    )
    op.create_table(
        "out_watchlist",
        sa.Column("edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("rule", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("project_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("rank", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("ministry_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("phase", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("since_edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("editions_running", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("evidence", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("target_ratio", sa.Float(precision=53), autoincrement=False, nullable=False),
        sa.Column("budget_slippage_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("budget_change_pts", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("budget_current_slippage_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("budget_contribution_pts", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("schedule_slippage_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("schedule_change_pts", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("schedule_current_slippage_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("schedule_contribution_pts", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("editions_worsened", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("baseline_number", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("rebaselined_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("rebaseline_reason", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("updated_end_date", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("remaining_months", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("updated_cost_meur", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("opinion", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("mission_opened_on", sa.Date(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("edition", "rule", "project_id"),
    )
    # The perimeter enters the key, which no statement alters: the table is made anew, for the next runs to fill.
    op.drop_table("out_slippage_groups")
    op.create_table(
        "out_slippage_groups",
        sa.Column("edition", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("perimeter", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("dimension", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("group_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("group_label", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("rate", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("method", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("value_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("low_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("high_ratio", sa.Float(precision=53), autoincrement=False, nullable=True),
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("n_projects", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("edition", "perimeter", "dimension", "group_id", "rate", "method"),
    )

    with op.batch_alter_table("out_slippage_projects", schema=None) as batch_op:
        batch_op.add_column(sa.Column("overdue", sa.Boolean(), autoincrement=False, nullable=True))
        batch_op.alter_column("overdue", existing_type=sa.Boolean(), nullable=False)
        batch_op.add_column(
            sa.Column("schedule_corrected_slippage_ratio", sa.Float(precision=53), autoincrement=False, nullable=True)
        )
        batch_op.add_column(
            sa.Column("schedule_corrected_slippage_months", sa.BigInteger(), autoincrement=False, nullable=True)
        )
        batch_op.add_column(sa.Column("cost_band", sa.Text(), autoincrement=False, nullable=True))
        batch_op.add_column(sa.Column("functional_zone", sa.Text(), autoincrement=False, nullable=True))
        batch_op.add_column(sa.Column("start_year", sa.BigInteger(), autoincrement=False, nullable=True))


def downgrade() -> None:
    """Refuse: running editions again makes the database again, from nothing."""
    raise ConfigurationError(
        "La base de données ne revient pas à une révision précédente : partir d'une base vide et relancer les "
        "éditions, qui la remplissent d'après les tables Parquet."
    )
