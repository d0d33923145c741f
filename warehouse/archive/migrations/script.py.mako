"""${message.rstrip(".")}."""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

from warehouse.errors import ConfigurationError

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    """Apply the revision."""
    ${"\n".join(line for line in upgrades.splitlines() if "# ###" not in line).strip()}


def downgrade() -> None:
    """Refuse: running editions again makes the database again, from nothing."""
    raise ConfigurationError(
        "La base de données ne revient pas à une révision précédente : partir d'une base vide et relancer les "
        "éditions, qui la remplissent d'après les tables Parquet."
    )
