"""Texts of sightings in the spelling that search compares; the indexes that it reads have all that it asks for."""

import sqlalchemy as sa
from alembic import op

from src.service.database.types import PlateTextColumn

revision = "0003"
down_revision = "0002"

FILTERED = ("region", "camera_id")


def upgrade() -> None:
    """Adds the column, fills it, and has it in the indexes in the place of those without."""
    op.add_column("sightings", sa.Column("merged", PlateTextColumn, nullable=False, server_default=""))
    op.execute("UPDATE sightings SET merged = replace(replace(replace(text, 'O', '0'), 'I', '1'), 'B', '8')")
    for columns in (("seen", "id"), *((filtered, "seen", "id") for filtered in FILTERED)):
        name = f"ix_sightings_{'_'.join(columns)}"
        op.drop_index(name, "sightings")
        op.create_index(f"{name}_merged_confidence", "sightings", [*columns, "merged", "confidence"])
