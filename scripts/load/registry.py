"""Fills the registry of a database that is to be loaded, so that each plate is looked up among many."""

import json
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert

from src.core.alphabet import merge_look_alikes
from src.service.database import Database, tables
from src.service.database.types import new_id

LETTERS = "ABCEHKMOPTXY"
"""Those of Russian plates."""


def fill(database: Database, count: int, samples: Path) -> None:
    """Adds a list with ``count`` vehicles, among them the plates of the sample pictures where a manifest tells them.

    Raises sqlalchemy.exc.SQLAlchemyError, as where the database has such vehicles already.
    """
    texts = list(dict.fromkeys([*_sampled(samples), *map(_numbered, range(count))]))[:count]
    at = datetime.now(UTC)
    stamps = {"created": at, "updated": at}
    vehicles = [
        {"id": new_id(), "text": text, "region": None, "merged": merge_look_alikes(text), **stamps} for text in texts
    ]
    listed = {"id": new_id(), "name": "load", "kind": "allow", **stamps}
    permits = [{"id": new_id(), "vehicle_id": car["id"], "list_id": listed["id"], **stamps} for car in vehicles]
    with database.session() as session:
        session.execute(insert(tables.ListRow), [listed])
        session.execute(insert(tables.VehicleRow), vehicles)
        session.execute(insert(tables.PermitRow), permits)


def _numbered(number: int) -> str:
    """Returns a plate of its own for each number below twelve millions."""
    series, digits = divmod(number, 1000)
    first, second, third = (LETTERS[series // 12**place % 12] for place in range(3))
    return f"{first}{digits:03}{second}{third}{77 + series // 12**3}"


def _sampled(samples: Path) -> list[str]:
    manifest = samples / "manifest.jsonl"
    if not manifest.is_file():
        return []
    records = map(json.loads, manifest.read_text(encoding="utf-8").splitlines())
    return [plate["text"] for record in records for plate in record.get("plates") or () if plate.get("text")]
