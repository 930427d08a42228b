"""The cable between a camera and its watcher, which tests cut, clamp and disturb."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Cable:
    """Passes the bytes of each connection on to the camera's port and back."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._plug = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = []
        self.disturbed = threading.Event()
        """While it is set, what the camera sends is replaced by noise of the same length."""
        self.noise = 0
        """Bytes that were replaced."""
        self.address = f"rtsp://127.0.0.1:{self._plug.getsockname()[1]}/gate"
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        """Cuts all connections."""
        self._plug.shutdown(socket.SHUT_RDWR)
        self._plug.close()
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for end in self._ends:
            end.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._plug.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._port))
            self._ends += [near, far]
            for source, sink, camera in ((near, far, False), (far, near, True)):
                self._threads.append(threading.Thread(target=self._pass_on, args=(source, sink, camera)))
                self._threads[-1].start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, camera: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if camera and self.disturbed.is_set():
                    self.noise += len(data)
                    data = os.urandom(len(data))
                sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)


@contextmanager
def cable(port: int) -> Iterator[Cable]:
    """A cable to the camera at ``port`` that is plugged in within the block."""
    plugged = Cable(port)
    try:
        yield plugged
    finally:
        plugged.close()
