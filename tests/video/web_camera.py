"""A camera that speaks HTTP, as the tests want it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Request(BaseHTTPRequestHandler):
    """One request. It is answered by what the camera has at the path."""

    server: "WebCamera"
    protocol_version = "HTTP/1.0"

    def do_GET(self) -> None:
        """Answers, and notes the path."""
        self.server.asked.append(self.path)
        answer = self.server.answers.get(self.path.partition("?")[0])
        if answer is None:
            self.send_error(404)
            return
        try:
            answer(self)
        except (BrokenPipeError, ConnectionResetError):
            self.server.left.set()

    def begin(self, kind: str, status: int = 200, **headers: str) -> None:
        """Sends the head of the answer."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def wait(self, seconds: float) -> bool:
        """Waits as a camera does between two pictures; says whether the camera is still on."""
        return not self.server.off.wait(seconds)

    def log_message(self, *_: object) -> None:
        """Keeps quiet."""


class WebCamera(ThreadingHTTPServer):
    """Answers requests by path until it is switched off."""

    daemon_threads = True

    def __init__(self, answers: dict[str, Callable[[Request], None]]) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.answers = answers
        self.asked: list[str] = []
        self.off = threading.Event()
        self.left = threading.Event()
        """Whether a client has left in the middle of an answer."""
        self.address = f"http://127.0.0.1:{self.server_port}"


@contextmanager
def web_camera(answers: dict[str, Callable[[Request], None]]) -> Iterator[WebCamera]:
    """A camera that is on within the block."""
    camera = WebCamera(answers)
    thread = threading.Thread(target=camera.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield camera
    finally:
        camera.off.set()
        camera.shutdown()
        thread.join()
        camera.server_close()


def sends(kind: str, data: bytes | str) -> Callable[[Request], None]:
    """An answer with a whole file."""
    content = data.encode() if isinstance(data, str) else data

    def answer(request: Request) -> None:
        request.begin(kind, **{"Content-Length": str(len(content))})
        request.wfile.write(content)

    return answer


def motion_jpeg(pictures: list[bytes], rate: float = 25.0) -> Callable[[Request], None]:
    """An answer without end: the pictures again and again."""

    def answer(request: Request) -> None:
        request.begin("multipart/x-mixed-replace; boundary=next")
        while True:
            for picture in pictures:
                head = f"--next\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
                request.wfile.write(head.encode() + picture + b"\r\n")
                if not request.wait(1 / rate):
                    return

    return answer
