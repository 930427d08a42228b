"""First answers to requests that may come again."""

import sqlalchemy as sa
from alembic import op

from src.service.database.types import IdColumn, UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "answers",
        sa.Column("caller", sa.String, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("claim", IdColumn, nullable=False),
        sa.Column("begun", UtcDateTime, nullable=False),
        sa.Column("lapses", UtcDateTime, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("about", sa.String, nullable=False),
        sa.Column("body", sa.LargeBinary),
        sa.PrimaryKeyConstraint("caller", "key", name="pk_answers"),
    )
    op.create_index("ix_answers_begun", "answers", ["begun"])
