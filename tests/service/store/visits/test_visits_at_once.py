"""Several processes that tell of the same plates at once leave the visits that all crossings make."""

from random import Random

from sqlalchemy import select

from src.service.database import Database, open_database, tables
from src.service.store import save_recognitions
from tests.service.gates import make_gates
from tests.service.paired import crossed, from_scratch, stored
from tests.service.parallel import at_once
from tests.service.recognitions import plate, recognised

CAMERAS = ("in", "out", "Yard in", "Yard out")
TEXTS = ("A123BC77", "A124BC77", "A123BC7", "M356CC65")


def pass_often(url: str, number: int) -> None:
    """Tells of several plates at several places in one request, time and again, in an order of its own."""
    random, database = Random(number), open_database(url)
    for _ in range(8):
        cameras = random.sample(CAMERAS, 3)
        pictures = [
            recognised(plate(random.choice(TEXTS)), camera=camera, minute=random.randrange(200)) for camera in cameras
        ]
        save_recognitions(database, None, pictures)
    database.close()


def test_visits_of_several_writers_are_those_of_all_crossings(database: Database, database_url: str) -> None:
    make_gates(database)
    make_gates(database, "Yard")
    at_once(4, pass_often, database_url)
    with database.reading() as session:
        places = session.scalars(select(tables.PlaceRow.id)).all()
        assert len(places) == 2
        for place_id in places:
            seen = crossed(session, place_id)
            assert len(seen) > 20
            assert stored(session, place_id) == from_scratch(seen)
