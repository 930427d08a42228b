"""The commands of compose.yaml as processes of this machine: the API on PostgreSQL, the page, their health checks."""

import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest

from tests.commands import ROOT
from tests.service.compose import Local, services
from tests.service.postgres import Databases, programs
from tests.service.processes import PATIENCE_S, ended, free_port, wait_for

pytestmark = pytest.mark.slow

PASSWORD = "p@ss:w/rd? 100%"
"""Nothing in it may need an escape on its way from .env."""


@pytest.fixture(scope="module")
def database_port(postgres: Databases) -> int:
    """That of a server with what the file's environment makes PostgreSQL's image make, and which asks for passwords."""
    url = urlsplit(postgres.server)
    stated = services()["postgres"]["environment"]
    user, name = stated["POSTGRES_USER"], stated["POSTGRES_DB"]
    with psycopg.connect(
        host=url.hostname, port=url.port, user=url.username, dbname="postgres", autocommit=True
    ) as admin:
        admin.execute(f"CREATE ROLE {user} LOGIN PASSWORD '{PASSWORD}'")
        admin.execute(f"CREATE DATABASE {name} OWNER {user}")
        (rules,) = admin.execute("SHOW hba_file").fetchone() or ()
        rows = f"('host all {user} all scram-sha-256'), ('host all all all trust')"
        admin.execute(f"COPY (VALUES {rows}) TO '{rules}'")
        admin.execute("SELECT pg_reload_conf()")
    assert url.port is not None
    return url.port


@pytest.fixture(scope="module")
def moved(database_port: int, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What on this machine stands for the addresses and folders of the containers."""
    api, page = free_port(), free_port()
    return {
        "0.0.0.0": "127.0.0.1",
        "@postgres:5432": f"@127.0.0.1:{database_port}",
        "api:8000": f"127.0.0.1:{api}",
        "8000": str(api),
        "8501": str(page),
        "/data": str(tmp_path_factory.mktemp("data")),
        "/tmp": str(tmp_path_factory.mktemp("tmp")),
        "/venv/bin:$PATH": "",
    }


@pytest.fixture(scope="module")
def local(moved: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Local]:
    """A service of the file, laid out as its image."""

    def make(name: str) -> Local:
        made = Local(name, tmp_path_factory.mktemp(name), moved, {"POSTGRES_PASSWORD": PASSWORD})
        made.lay_out()
        return made

    return make


@pytest.fixture(scope="module")
def api(local: Callable[[str], Local]) -> Iterator[tuple[Local, "subprocess.Popen[str]"]]:
    """The running API."""
    service = local("api")
    with ended(service.start()) as process:
        wait_for(lambda: process.poll() is not None or service.health() == 0, "the API is not healthy")
        assert process.poll() is None
        yield service, process


def test_the_database_is_healthy_as_the_file_says(database_port: int) -> None:
    kind, program, *words = services()["postgres"]["healthcheck"]["test"]
    command = [programs() / program, *words]
    assert kind == "CMD"
    assert subprocess.run(command, env={"PGPORT": str(database_port)}, capture_output=True).returncode == 0
    assert subprocess.run(command, env={"PGPORT": str(free_port())}, capture_output=True).returncode != 0


def test_the_api_keeps_what_it_reads_in_postgresql(
    api: tuple[Local, "subprocess.Popen[str]"], moved: dict[str, str], database_port: int
) -> None:
    photograph = ROOT / "data/samples/00-ru.jpg"
    with photograph.open("rb") as file:
        answer = httpx.post(f"http://127.0.0.1:{moved['8000']}/v1/recognize", files={"images": file}, trust_env=False)
    answer.raise_for_status()
    (result,) = answer.json()["results"]
    stated = services()["postgres"]["environment"]
    database = {"user": stated["POSTGRES_USER"], "dbname": stated["POSTGRES_DB"], "password": PASSWORD}
    with psycopg.connect(host="127.0.0.1", port=database_port, **database) as connection:
        (name, stored_as) = connection.execute(
            "SELECT name, stored_as FROM images WHERE id = %s", [result["id"]]
        ).fetchone()
        (sightings,) = connection.execute("SELECT count(*) FROM sightings").fetchone()
    assert name == "00-ru.jpg"
    assert sightings == len(result["plates"]) > 0
    (kept,) = [path for path in Path(moved["/data"]).rglob("*") if path.is_file() and str(path).endswith(stored_as)]
    assert kept.read_bytes() == photograph.read_bytes()


def test_the_page_is_healthy_and_asks_that_api(local: Callable[[str], Local], moved: dict[str, str]) -> None:
    page = local("page")
    assert page.health() == 1
    with ended(page.start(stdout=subprocess.PIPE)) as process:
        assert process.stdout is not None
        wait_for(lambda: process.poll() is not None or page.health() == 0, "the page is not healthy")
        assert f"http://127.0.0.1:{moved['8000']}" in process.stdout.readline()
        process.terminate()
        process.wait(PATIENCE_S)


def test_the_api_ends_in_good_order_and_is_then_not_healthy(api: tuple[Local, "subprocess.Popen[str]"]) -> None:
    service, process = api
    process.send_signal(signal.SIGTERM)
    grace = float(services()["api"]["stop_grace_period"].removesuffix("s"))
    assert process.wait(grace) == 0
    assert service.health() == 1


def test_a_wrong_password_is_one_line_that_does_not_show_it(local: Callable[[str], Local]) -> None:
    right = local("api")
    wrong = Local("api", right.folder, right.moved, {"POSTGRES_PASSWORD": "guessed"})
    with ended(wrong.start(stderr=subprocess.PIPE)) as process:
        _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode != 0
    assert "password authentication failed" in err
    assert "guessed" not in err
    assert "Traceback" not in err
