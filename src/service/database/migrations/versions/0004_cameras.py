"""Cameras with a source, and sightings that a camera told as passages."""

import sqlalchemy as sa
from alembic import op

from src.service.database.types import JsonColumn, UtcDateTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Adds the columns. A camera that is there already is a name alone: it has no source, so nobody watches it."""
    for column in (
        sa.Column("source", sa.String),
        sa.Column("zone", JsonColumn),
        sa.Column("min_width", sa.Double, nullable=False, server_default="0"),
        sa.Column("countries", JsonColumn, nullable=False, server_default="[]"),
        sa.Column("place", sa.String),
        sa.Column("direction", sa.String),
        sa.Column("enabled", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("updated", UtcDateTime),
        sa.Column("deleted", UtcDateTime),
    ):
        op.add_column("cameras", column)
    for column in (
        sa.Column("frames", sa.Integer),
        sa.Column("read", sa.Integer),
        sa.Column("agreeing", sa.Integer),
        sa.Column("passage_first", UtcDateTime),
        sa.Column("passage_last", UtcDateTime),
        sa.Column("passage", sa.String),
    ):
        op.add_column("sightings", column)
    op.create_index("uq_sightings_passage", "sightings", ["passage"], unique=True)
