"""The registry: places, gates, vehicles, persons, lists and permits; decisions and corrections of sightings."""

import sqlalchemy as sa
from alembic import op

from src.service.database.types import ID_LENGTH, IdColumn, JsonColumn, PlateTextColumn, UtcDateTime, new_id

revision = "0005"
down_revision = "0004"

NO_REGION = sa.text("region IS NULL")
NO_PLACE = sa.text("place_id IS NULL")


def upgrade() -> None:
    """Makes the tables, and a place of each name that a camera has for its own."""
    _places()
    _registry()
    _sightings()
    op.add_column("api_keys", sa.Column("role", sa.String))


def _places() -> None:
    op.create_table(
        "places",
        *(
            *_id("places"),
            sa.Column("name", sa.String, nullable=False),
            sa.Column("time_zone", sa.String),
            _time("created"),
        ),
        sa.UniqueConstraint("name", name=op.f("uq_places_name")),
    )
    op.create_table(
        "gates",
        *(*_id("gates"), _of("gates", "place_id", "places", "CASCADE"), sa.Column("name", sa.String, nullable=False)),
        _time("created"),
        sa.UniqueConstraint("place_id", "name", name=op.f("uq_gates_place_id_name")),
    )
    for column, table in (("place_id", "places"), ("gate_id", "gates")):
        # Alembic leaves the name and the action of such a reference out
        reference = f"CONSTRAINT fk_cameras_{column} REFERENCES {table} (id) ON DELETE SET NULL"
        op.execute(f"ALTER TABLE cameras ADD COLUMN {column} VARCHAR({ID_LENGTH}) {reference}")
    op.add_column("cameras", sa.Column("merge_s", sa.Double, nullable=False, server_default="0"))
    bound = op.get_bind()
    cameras = sa.table("cameras", *map(sa.column, ("place", "place_id")), sa.column("created", UtcDateTime))
    places = sa.table("places", *map(sa.column, ("id", "name")), sa.column("created", UtcDateTime))
    first = sa.select(cameras.c.place, sa.func.min(cameras.c.created, type_=UtcDateTime)).group_by(cameras.c.place)
    for name, created in bound.execute(first.where(cameras.c.place.is_not(None))).all():
        made = new_id()
        bound.execute(places.insert().values(id=made, name=name, created=created))
        bound.execute(cameras.update().where(cameras.c.place == name).values(place_id=made))
    op.drop_column("cameras", "place")


def _registry() -> None:
    op.create_table(
        "vehicles",
        *_id("vehicles"),
        sa.Column("text", PlateTextColumn, nullable=False),
        sa.Column("region", sa.String),
        sa.Column("merged", PlateTextColumn, nullable=False),
        sa.Column("trailer_text", PlateTextColumn),
        *(sa.Column(name, sa.String) for name in ("make", "model", "colour", "notes")),
        *(_time("created"), _time("updated")),
        sa.UniqueConstraint("text", "region", name=op.f("uq_vehicles_text_region")),
    )
    op.create_index(
        "uq_vehicles_text_alone", "vehicles", ["text"], unique=True, sqlite_where=NO_REGION, postgresql_where=NO_REGION
    )
    op.create_index(op.f("ix_vehicles_merged"), "vehicles", ["merged"])
    op.create_index(op.f("ix_vehicles_trailer_text"), "vehicles", ["trailer_text"])
    op.create_table(
        "persons",
        *(*_id("persons"), sa.Column("name", sa.String, nullable=False)),
        *(sa.Column(name, sa.String) for name in ("phone", "email", "notes")),
        *(_time("created"), _time("updated")),
    )
    op.create_index(op.f("ix_persons_name"), "persons", ["name"])
    op.create_table(
        "vehicle_persons",
        _of("vehicle_persons", "vehicle_id", "vehicles", "CASCADE"),
        _of("vehicle_persons", "person_id", "persons", "CASCADE"),
        sa.Column("role", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("vehicle_id", "person_id", "role", name=op.f("pk_vehicle_persons")),
    )
    op.create_index(op.f("ix_vehicle_persons_person_id"), "vehicle_persons", ["person_id"])
    op.create_table(
        "lists",
        *(*_id("lists"), sa.Column("name", sa.String, nullable=False), sa.Column("kind", sa.String, nullable=False)),
        *(sa.Column("notes", sa.String), _time("created"), _time("updated")),
        sa.UniqueConstraint("name", name=op.f("uq_lists_name")),
    )
    op.create_table(
        "permits",
        *(
            *_id("permits"),
            _of("permits", "vehicle_id", "vehicles", "CASCADE"),
            _of("permits", "list_id", "lists", "CASCADE"),
        ),
        _of("permits", "place_id", "places", "CASCADE", nullable=True),
        *(sa.Column("valid_from", UtcDateTime), sa.Column("valid_until", UtcDateTime)),
        sa.Column("weekdays", JsonColumn, nullable=False, server_default="[]"),
        *(sa.Column("from_minute", sa.Integer), sa.Column("until_minute", sa.Integer)),
        *(sa.Column("notes", sa.String), _time("created"), _time("updated")),
        sa.UniqueConstraint("vehicle_id", "list_id", "place_id", name=op.f("uq_permits_vehicle_id_list_id_place_id")),
    )
    op.create_index(
        "uq_permits_everywhere",
        "permits",
        ["vehicle_id", "list_id"],
        unique=True,
        sqlite_where=NO_PLACE,
        postgresql_where=NO_PLACE,
    )
    for column in ("list_id", "place_id"):
        op.create_index(op.f(f"ix_permits_{column}"), "permits", [column])


def _sightings() -> None:
    for column in (
        sa.Column("times", sa.Integer, nullable=False, server_default="1"),
        sa.Column("last_seen", UtcDateTime),
        sa.Column("outcome", sa.String),
        sa.Column("decision", JsonColumn),
        sa.Column("read_text", sa.String),
        sa.Column("read_region", sa.String),
        sa.Column("corrected", UtcDateTime),
    ):
        op.add_column("sightings", column)
    searched = ["outcome", "seen", "id", "merged", "confidence"]
    op.create_index(op.f(f"ix_sightings_{'_'.join(searched)}"), "sightings", searched)
    op.create_table(
        "merged_passages",
        sa.Column("key", sa.String, nullable=False),
        _of("merged_passages", "sighting_id", "sightings", "CASCADE"),
        *(_time("last"), sa.Column("before", UtcDateTime)),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_merged_passages")),
    )
    op.create_index(op.f("ix_merged_passages_sighting_id"), "merged_passages", ["sighting_id"])
    op.create_table(
        "corrections",
        *(*_id("corrections"), _of("corrections", "sighting_id", "sightings", "CASCADE"), _time("at")),
        sa.Column("key_id", IdColumn, sa.ForeignKey("api_keys.id", name=op.f("fk_corrections_key_id"))),
        *(sa.Column("before", sa.String, nullable=False), sa.Column("region_before", sa.String)),
        *(sa.Column("after", sa.String, nullable=False), sa.Column("region_after", sa.String)),
    )
    for name in ("sighting_id", "at"):
        op.create_index(op.f(f"ix_corrections_{name}"), "corrections", [name])


def _id(table: str) -> tuple[sa.Column[str], sa.PrimaryKeyConstraint]:
    return sa.Column("id", IdColumn, nullable=False), sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))


def _time(name: str) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime, nullable=False)


def _of(table: str, column: str, other: str, deleted: str, nullable: bool = False) -> sa.Column[str]:
    key = sa.ForeignKey(f"{other}.id", name=op.f(f"fk_{table}_{column}"), ondelete=deleted)
    return sa.Column(column, IdColumn, key, nullable=nullable)
