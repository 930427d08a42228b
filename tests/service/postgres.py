"""A PostgreSQL server of the tests' own."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.service.processes import free_port

START_S = 60


class NoPostgresError(RuntimeError):
    """No server can be started here; the message says why."""


class Databases:
    """The databases of a server. They are emptied and used again: making one writes 300 files."""

    def __init__(self, server: str) -> None:
        """``server``: its URL, without a database's name."""
        self.server = server
        self._free: list[str] = []
        self._made = 0

    @contextmanager
    def lent(self) -> Iterator[Callable[[], str]]:
        """Gives the URLs of empty databases, until the end of the block."""
        taken: list[str] = []

        def new() -> str:
            taken.append(self._free.pop() if self._free else self._make())
            return self.server + taken[-1]

        yield new
        for name in taken:
            self._empty(name)
        self._free += taken

    def _make(self) -> str:
        self._made += 1
        self._run("postgres", f"CREATE DATABASE tests{self._made}")
        return f"tests{self._made}"

    def _empty(self, name: str) -> None:
        self._run("postgres", f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        self._run("postgres", f"ALTER DATABASE {name} RESET ALL")
        self._run(name, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")

    def _run(self, database: str, *statements: str) -> None:
        url = (self.server + database).replace("+psycopg", "")
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


@contextmanager
def postgres_server() -> Iterator[str]:
    """The URL, without a database's name, of a server that runs as long as the block.

    Raises NoPostgresError where the programs are missing.
    """
    found, user = programs(), _user()
    folder = Path(tempfile.mkdtemp(prefix="number-plate-postgres-"))  # not pytest's own, which only its user may enter
    try:
        if user is not None:
            shutil.chown(folder, user)
        login = ("-U", "tester", "-A", "trust")
        words = [found / "initdb", "-D", folder / "data", *login, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run(words, user=user, cwd=folder, check=True, capture_output=True)
        with _running(found / "postgres", user, folder) as port:
            yield f"postgresql+psycopg://tester@127.0.0.1:{port}/"
    finally:
        shutil.rmtree(folder)


@contextmanager
def _running(program: Path, user: str | None, folder: Path) -> Iterator[int]:
    """The server of ``folder``, from its first answer on, and its port."""
    port, log = free_port(), folder / "log"
    settings = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": folder, "fsync": "off"}
    words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    with log.open("wb") as said:
        server = subprocess.Popen(
            [program, "-D", folder / "data", *words],
            **{"user": user, "cwd": folder, "stdout": said, "stderr": said, "start_new_session": True},
        )
    try:
        _wait(server, port, log)
        yield port
    finally:
        server.send_signal(signal.SIGINT)  # the fast end, which waits for no client
        server.wait(START_S)


def programs() -> Path:
    """The folder of ``initdb`` and ``postgres``, the newest where there are several."""
    on_path = shutil.which("initdb")
    folders = [] if on_path is None else [Path(on_path).resolve().parent]
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise NoPostgresError("no initdb and postgres on PATH or in /usr/lib/postgresql/*/bin")


def _user() -> str | None:
    """Whom the server runs as: it refuses to be root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise NoPostgresError("PostgreSQL does not run as root, and there is no user postgres or nobody")


def _wait(server: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            psycopg.connect(host="127.0.0.1", port=port, user="tester", dbname="postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start: {log.read_text(errors='replace')}")
