"""A server on the loopback that stands for the place that public sets are fetched from."""

import io
import tarfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from PIL import Image

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Server(ThreadingHTTPServer):
    """Serves ``files`` by path. ``break_after``: of the next answers' bodies only so many bytes are sent."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files = files
        self.ranges = True
        self.states_length = True
        self.break_after: list[int] = []
        self.asked: list[tuple[str, str | None]] = []
        """Path and ``Range`` of each request."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.server.asked.append((self.path, wanted))
        body = self.server.files.get(self.path)
        if body is None:
            self.send_error(404)
            return
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.server.ranges else 0
        if start >= len(body):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(body)}")
            self.end_headers()
            return
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        if self.server.states_length:
            self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        end = start + self.server.break_after.pop(0) if self.server.break_after else len(body)
        self.wfile.write(body[start:end])

    def log_message(self, format: str, *words: object) -> None:
        """Says nothing."""


@contextmanager
def serving(files: Mapping[str, bytes]) -> Iterator[Server]:
    """A server of ``files`` as long as the block lasts."""
    with Server(files) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def archive(tree: Mapping[str, bytes], commit: str = COMMIT, top: str = "set-main/") -> bytes:
    """What ``git archive --format=tar.gz`` makes of ``tree``, files by path."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz", pax_headers={"comment": commit} if commit else {}) as tar:
        for path, content in tree.items():
            member = tarfile.TarInfo(top + path)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return target.getvalue()


def picture(width: int = 200, height: int = 100, kind: str = "JPEG") -> bytes:
    """The file of a grey picture."""
    target = io.BytesIO()
    Image.new("RGB", (width, height), "gray").save(target, kind)
    return target.getvalue()
