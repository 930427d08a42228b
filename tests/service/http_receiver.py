"""Real servers for the tests of deliveries: each does to whoever connects what its name says, and notes what came."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Lock, Thread

PATIENCE_S = 60.0
NO_CONTENT = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"


def answer(status: int, *headers: str, body: bytes = b"") -> bytes:
    """An answer of HTTP."""
    lines = [f"HTTP/1.1 {status} Said", *headers, f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass
class Heard:
    """A request."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class HttpReceiver:
    """A server on the loopback that answers each request with ``says``, or, with ``hangs``, does not go on then."""

    says: bytes = NO_CONTENT
    hangs: bool = False
    drips: bool = False
    """It sends a byte now and then, for ever."""
    context: ssl.SSLContext | None = None
    heard: list[Heard] = field(default_factory=list)
    connections: int = 0
    released: Event = field(default_factory=Event)
    """Those that hang go on when it is set."""

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._lock, self._ending = Lock(), False
        self._open: set[socket.socket] = set()

    @property
    def url(self) -> str:
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self.port}/hook"

    def serve(self) -> None:
        while not self._ending:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            Thread(target=self._attend, args=(connection,), daemon=True).start()

    def end(self) -> None:
        self._ending = True
        self.released.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def _attend(self, plain: socket.socket) -> None:
        with suppress(OSError), plain:
            connection = self.context.wrap_socket(plain, server_side=True) if self.context else plain
            with self._lock:
                self._open.add(connection)
            with connection, connection.makefile("rb") as read:
                while self._one(connection, read):
                    pass

    def _one(self, connection: socket.socket, read: object) -> bool:
        line = read.readline().decode("latin-1").strip()  # type: ignore[attr-defined]
        if not line:
            return False
        headers: dict[str, str] = {}
        while said := read.readline().decode("latin-1").strip():  # type: ignore[attr-defined]
            name, _, value = said.partition(":")
            headers[name.lower()] = value.strip()
        body = read.read(int(headers.get("content-length", 0)))  # type: ignore[attr-defined]
        with self._lock:
            self.heard.append(Heard(line, headers, body))
        if self.says:
            connection.sendall(self.says)
        if self.drips:
            while not self.released.wait(0.02):
                connection.sendall(b"x")
        if self.hangs:
            self.released.wait(PATIENCE_S)
            return False
        return bool(self.says)


@contextmanager
def receiving(says: bytes = NO_CONTENT, **how: object) -> Iterator[HttpReceiver]:
    """A server that runs."""
    server = HttpReceiver(says, **how)  # type: ignore[arg-type]
    thread = Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.end()
        thread.join(PATIENCE_S)
