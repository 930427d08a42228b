"""Visits, and the outbox: receivers, events and deliveries."""

import sqlalchemy as sa
from alembic import op

from src.service.database.types import IdColumn, JsonColumn, PlateTextColumn, UtcDateTime

revision = "0006"
down_revision = "0005"

FACTS = ("certain", "leads", "alone")


def upgrade() -> None:
    """Makes the tables; no visit is made of sightings that are there already."""
    for column in ("capacity", "max_stay_minutes"):
        op.add_column("places", sa.Column(column, sa.Integer))
    op.add_column("sightings", sa.Column("acknowledged", UtcDateTime))
    _visits()
    _outbox()


def _visits() -> None:
    op.create_table(
        "visits",
        *_id("visits"),
        _of("visits", "place_id", "places", "CASCADE"),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("text", PlateTextColumn, nullable=False),
        sa.Column("region", sa.String),
        sa.Column("merged", PlateTextColumn, nullable=False),
        sa.Column("began", UtcDateTime, nullable=False),
        *(sa.Column(name, UtcDateTime) for name in ("entered", "left", "closed")),
        sa.Column("stay_s", sa.Integer),
        *_decided(),
    )
    by_time = (("place_id", "state", "entered"), ("place_id", "began", "id"), ("began", "id"))
    _index("visits", *by_time, ("text", "began"), ("vehicle_id", "began"))
    op.create_table(
        "crossings",
        *_id("crossings"),
        _of("crossings", "sighting_id", "sightings", "SET NULL", nullable=True),
        _of("crossings", "visit_id", "visits", "CASCADE", nullable=True),
        _of("crossings", "place_id", "places", "CASCADE"),
        _of("crossings", "camera_id", "cameras", None),
        _of("crossings", "gate_id", "gates", "SET NULL", nullable=True),
        sa.Column("direction", sa.String, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("text", PlateTextColumn, nullable=False),
        sa.Column("region", sa.String),
        *(sa.Column(name, PlateTextColumn, nullable=False) for name in ("key", "head", "tail")),
        *_decided(),
        sa.Column("closed", UtcDateTime),
        *(sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false()) for name in FACTS),
        sa.Column("until", UtcDateTime),
        sa.UniqueConstraint("sighting_id", name=op.f("uq_crossings_sighting_id")),
    )
    near = ((part, "place_id", "alone", "direction", "at") for part in ("head", "tail"))
    _index("crossings", ("key", "place_id", "at", "id"), *near, ("visit_id",), ("text",))


def _decided() -> tuple[sa.Column[str], ...]:
    """Returns the columns of what was decided; the vehicle and the permit may be deleted and stay named here."""
    ids = (sa.Column(name, IdColumn) for name in ("vehicle_id", "permit_id"))
    return sa.Column("outcome", sa.String), *ids, sa.Column("list", sa.String)


def _outbox() -> None:
    op.create_table(
        "receivers",
        *_id("receivers"),
        *(sa.Column(name, sa.String, nullable=False) for name in ("name", "kind", "address")),
        sa.Column("pinned", JsonColumn, nullable=False),
        sa.Column("secret", sa.String),
        *(
            sa.Column(name, JsonColumn, nullable=False)
            for name in ("options", "events", "outcomes", "lists", "cameras", "places")
        ),
        sa.Column("enabled", sa.Boolean, nullable=False, server_default=sa.true()),
        *(sa.Column(name, UtcDateTime, nullable=False) for name in ("created", "updated")),
        sa.Column("failing_since", UtcDateTime),
        sa.Column("last_error", sa.String),
        sa.Column("delivered", UtcDateTime),
        sa.UniqueConstraint("name", name=op.f("uq_receivers_name")),
    )
    op.create_table(
        "events",
        *_id("events"),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("subject", sa.String),
        sa.Column("text", sa.String),
        sa.Column("body", JsonColumn, nullable=False),
    )
    _index("events", ("at",), ("subject",), ("text",))
    op.create_table(
        "deliveries",
        *_id("deliveries"),
        _of("deliveries", "event_id", "events", "CASCADE"),
        _of("deliveries", "receiver_id", "receivers", "CASCADE"),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("due", UtcDateTime, nullable=False),
        sa.Column("taken_until", UtcDateTime),
        sa.Column("expires", UtcDateTime, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("last_error", sa.String),
        sa.Column("ended", UtcDateTime),
    )
    _index("deliveries", ("receiver_id", "state", "due"), ("state", "due"), ("event_id",), ("ended",))


def _id(table: str) -> tuple[sa.Column[str], sa.PrimaryKeyConstraint]:
    return sa.Column("id", IdColumn, nullable=False), sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))


def _of(table: str, column: str, other: str, deleted: str | None, nullable: bool = False) -> sa.Column[str]:
    key = sa.ForeignKey(f"{other}.id", name=op.f(f"fk_{table}_{column}"), ondelete=deleted)
    return sa.Column(column, IdColumn, key, nullable=nullable)


def _index(table: str, *indexes: tuple[str, ...]) -> None:
    for columns in indexes:
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))
