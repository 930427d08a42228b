"""What is known of one plate."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from src.core.result import SightingRecord
from src.service.database import Database, tables
from src.service.store.sightings import newest
from src.service.text import plate_text

LATEST = 10


@dataclass(frozen=True, slots=True)
class PlateSightings:
    """A plate over all its sightings."""

    text: str
    regions: list[str | None]
    """The countries that it was read as, the most frequent first."""
    sightings: int
    first_seen: datetime
    last_seen: datetime
    latest: list[SightingRecord]
    """The newest sighting comes first; there are LATEST at most."""


def plate(database: Database, text: str) -> PlateSightings | None:
    """Returns the plate with this text, in any spelling; None where it was never seen. Raises TextError."""
    plain = plate_text(text)
    row = tables.SightingRow
    count = func.count()
    with database.reading() as session:
        by_region = session.execute(
            select(row.region, count, func.min(row.seen), func.max(row.seen))
            .where(row.text == plain)
            .group_by(row.region)
            .order_by(count.desc(), row.region.nulls_last())
        ).all()
        latest = newest(session, [row.text == plain], LATEST)
    if not by_region:
        return None
    regions, counts, firsts, lasts = zip(*by_region, strict=True)
    return PlateSightings(plain, list(regions), sum(counts), min(firsts), max(lasts), latest)
