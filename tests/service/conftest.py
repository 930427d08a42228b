"""Both databases, empty and new for each test."""

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from src.service.database import Database, open_database
from src.service.store import Pictures, open_pictures
from tests.service.broker import Broker, mqtt_broker, no_broker
from tests.service.postgres import Databases, NoPostgresError, postgres_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Databases]:
    """A PostgreSQL server, started once."""
    try:
        with postgres_server() as server:
            yield Databases(server)
    except NoPostgresError as error:
        warnings.warn(f"the service is not tested on PostgreSQL: {error}", stacklevel=1)
        pytest.skip(f"no PostgreSQL: {error}")


@pytest.fixture(scope="session")
def session_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """An MQTT broker, started once."""
    if (reason := no_broker()) is not None:
        warnings.warn(f"MQTT is not tested: {reason}", stacklevel=1)
        pytest.skip(reason)
    with mqtt_broker(tmp_path_factory.mktemp("broker")) as broker:
        yield broker


@pytest.fixture
def broker(session_broker: Broker) -> Iterator[Broker]:
    """The MQTT broker, which a test may kill and freeze."""
    yield session_broker
    session_broker.thaw()
    session_broker.kill()  # what it was told to keep goes, too
    session_broker.start()


@pytest.fixture
def new_postgres(postgres: Databases) -> Iterator[Callable[[], str]]:
    """Makes an empty PostgreSQL database and returns its URL."""
    with postgres.lent() as new:
        yield new


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database that has no tables yet, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/data/number-plate.db"
    return str(request.getfixturevalue("new_postgres")())


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open database, of each kind."""
    opened = open_database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def pictures(database: Database, tmp_path: Path) -> Pictures:
    """An empty folder of pictures."""
    return open_pictures(database, tmp_path / "pictures")
