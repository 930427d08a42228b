"""Cameras at the lanes of a gate: each shows an empty street, and the vehicles that are told to drive through."""

import io
import queue
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from PIL import Image as PillowImage

from src.core.types import Image
from tests.video.street import Vehicle, across, film
from tests.video.web_camera import Request, web_camera

RATE = 8.0
"""Pictures in a second."""
SECONDS = 4.0
"""In which a vehicle drives through the picture."""
FROM_X, TO_X = 140, 660
QUALITY = 90


class Lane:
    """What one camera shows, as MJPEG."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[Vehicle] = queue.Queue()

    def drive(self, vehicle: Vehicle) -> None:
        """Lets a vehicle drive through, once those before it have."""
        self._waiting.put(vehicle)

    def __call__(self, request: Request) -> None:
        """Answers a request with pictures until the camera is switched off."""
        request.begin("multipart/x-mixed-replace; boundary=next")
        while request.wait(0):
            try:
                pictures = _passing(self._waiting.get(timeout=1 / RATE))
            except queue.Empty:
                pictures = [_empty()]
            for picture in pictures:
                head = f"--next\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
                request.wfile.write(head.encode() + picture + b"\r\n")
                if len(pictures) > 1 and not request.wait(1 / RATE):
                    return


@dataclass(frozen=True, slots=True)
class Lanes:
    """Both lanes of a gate, and what a camera's record says of each."""

    entry: Lane
    leaving: Lane
    address: str

    def records(self, place: str) -> list[dict[str, Any]]:
        """The records of both cameras, at the gate of a place."""
        return [
            {"name": name, "source": f"{self.address}/{name}", "place": place, "gate": "North", "direction": name}
            for name in ("entry", "exit")
        ]


@contextmanager
def lanes() -> Iterator[Lanes]:
    """Two cameras that are on within the block."""
    entry, leaving = Lane(), Lane()
    with web_camera({"/entry": entry, "/exit": leaving}) as camera:
        yield Lanes(entry, leaving, camera.address)


@cache
def _passing(vehicle: Vehicle) -> list[bytes]:
    return [_jpeg(frame.image) for frame in film([(vehicle, across(FROM_X, TO_X, SECONDS))], SECONDS, RATE)]


@cache
def _empty() -> bytes:
    (frame,) = film([], 1 / RATE, RATE)
    return _jpeg(frame.image)


def _jpeg(image: Image) -> bytes:
    file = io.BytesIO()
    PillowImage.fromarray(image).save(file, "JPEG", quality=QUALITY)
    return file.getvalue()
