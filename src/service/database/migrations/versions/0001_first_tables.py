"""The first tables."""

import sqlalchemy as sa
from alembic import op

from src.service.database.types import IdColumn, JsonColumn, PlateTextColumn, UtcDateTime, new_id

revision = "0001"
down_revision = None

NO_REGION = sa.text("region IS NULL")


def upgrade() -> None:
    """Makes all tables, in the order in which they refer to each other."""
    _installation()
    _keys()
    _pictures()
    _sightings()
    _audit()


def _installation() -> None:
    table = op.create_table("installation", sa.Column("id", IdColumn, nullable=False), _primary("installation", "id"))
    op.bulk_insert(table, [{"id": new_id()}])


def _keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", IdColumn, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("prefix", sa.String, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("scopes", JsonColumn, nullable=False),
        sa.Column("created", UtcDateTime, nullable=False),
        sa.Column("expires", UtcDateTime),
        sa.Column("revoked", UtcDateTime),
        sa.Column("per_minute", sa.Integer),
        sa.Column("per_day", sa.Integer),
        _primary("api_keys", "id"),
        sa.UniqueConstraint("prefix", name="uq_api_keys_prefix"),
        sa.UniqueConstraint("hash", name="uq_api_keys_hash"),
    )
    op.create_table(
        "usage",
        sa.Column("key_id", IdColumn, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        _primary("usage", "key_id", "day"),
        _reference("usage", "key_id", "api_keys"),
    )
    op.create_table(
        "buckets",
        sa.Column("key_id", IdColumn, nullable=False),
        sa.Column("tokens", sa.Double, nullable=False),
        sa.Column("filled", UtcDateTime, nullable=False),
        _primary("buckets", "key_id"),
        _reference("buckets", "key_id", "api_keys"),
    )


def _pictures() -> None:
    op.create_table(
        "cameras",
        sa.Column("id", IdColumn, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("created", UtcDateTime, nullable=False),
        _primary("cameras", "id"),
        sa.UniqueConstraint("name", name="uq_cameras_name"),
    )
    op.create_table(
        "images",
        sa.Column("id", IdColumn, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("media_type", sa.String, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("stored_as", sa.String),
        sa.Column("received", UtcDateTime, nullable=False),
        sa.Column("taken", UtcDateTime),
        sa.Column("camera_id", IdColumn),
        sa.Column("key_id", IdColumn),
        _primary("images", "id"),
        _reference("images", "camera_id", "cameras"),
        _reference("images", "key_id", "api_keys"),
    )
    _index("images", "name", "received")
    _index("images", "received")
    _index("images", "camera_id")
    op.create_table(
        "detections",
        sa.Column("id", IdColumn, nullable=False),
        sa.Column("image_id", IdColumn, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        *(sa.Column(side, sa.Double, nullable=False) for side in ("x1", "y1", "x2", "y2")),
        sa.Column("corners", JsonColumn),
        sa.Column("confidence", sa.Double),
        _primary("detections", "id"),
        _reference("detections", "image_id", "images", ondelete="CASCADE"),
        sa.UniqueConstraint("image_id", "position", name="uq_detections_image_id_position"),
    )


def _sightings() -> None:
    op.create_table(
        "plates",
        sa.Column("id", IdColumn, nullable=False),
        sa.Column("text", PlateTextColumn, nullable=False),
        sa.Column("region", sa.String),
        _primary("plates", "id"),
        sa.UniqueConstraint("text", "region", name="uq_plates_text_region"),
    )
    op.create_index(
        *("uq_plates_text_alone", "plates", ["text"]), unique=True, sqlite_where=NO_REGION, postgresql_where=NO_REGION
    )
    op.create_table(
        "sightings",
        sa.Column("id", IdColumn, nullable=False),
        sa.Column("detection_id", IdColumn, nullable=False),
        sa.Column("plate_id", IdColumn, nullable=False),
        sa.Column("camera_id", IdColumn),
        sa.Column("seen", UtcDateTime, nullable=False),
        sa.Column("text", PlateTextColumn, nullable=False),
        sa.Column("raw_text", sa.String, nullable=False),
        sa.Column("confidence", sa.Double, nullable=False),
        sa.Column("raw_confidence", sa.Double, nullable=False),
        sa.Column("char_confidences", JsonColumn, nullable=False),
        sa.Column("region", sa.String),
        sa.Column("region_confidence", sa.Double),
        sa.Column("format", sa.String),
        sa.Column("candidates", JsonColumn),
        sa.Column("accepted", sa.Boolean),
        _primary("sightings", "id"),
        _reference("sightings", "detection_id", "detections", ondelete="CASCADE"),
        _reference("sightings", "plate_id", "plates"),
        _reference("sightings", "camera_id", "cameras"),
        sa.UniqueConstraint("detection_id", name="uq_sightings_detection_id"),
    )
    _index("sightings", "plate_id")
    _index("sightings", "seen", "id")
    for filtered in ("text", "region", "camera_id"):
        _index("sightings", filtered, "seen", "id")


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", IdColumn, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("key_id", IdColumn),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("subject", sa.String),
        sa.Column("detail", JsonColumn),
        sa.Column("remote", sa.String),
        _primary("audit", "id"),
        _reference("audit", "key_id", "api_keys"),
    )
    _index("audit", "at")


def _primary(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _reference(table: str, column: str, to: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}", ondelete=ondelete)


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))
