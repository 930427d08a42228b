"""What several routes answer with: pictures, and that there is no such thing."""

from typing import TypeVar

from anyio import to_thread
from fastapi import Response

from src.core.image import decode_photograph
from src.core.limits import LEAST_SIDE
from src.service.http.problems import Kind, ServiceProblem
from src.service.lifespan import Service
from src.service.recognition.drawing import DrawingError, FileKind, marked
from src.service.store import StoredPicture

HEADERS = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
"""These pictures show people's cars, so no cache keeps them. The media type is the service's own finding and is not to
be guessed again.
"""

Thing = TypeVar("Thing")


def existing(found: Thing | None, what: str) -> Thing:
    """Returns ``found``. Raises ServiceProblem where that is None."""
    if found is None:
        raise ServiceProblem(Kind.NOT_FOUND, f"no such {what}")
    return found


async def original(stored: StoredPicture) -> Response:
    """Returns the very file that was uploaded. Raises ServiceProblem where it was not kept."""
    data = await to_thread.run_sync(_file, stored)
    return Response(data, media_type=stored.media_type, headers=HEADERS)


async def drawn(service: Service, stored: StoredPicture, kind: FileKind) -> Response:
    """Returns a stored picture with its plates marked. Raises ServiceProblem where it was not kept, or cannot be
    drawn.
    """
    try:
        return of_kind(await to_thread.run_sync(_drawn, stored, kind, limiter=service.drawers), kind)
    except DrawingError as error:
        raise ServiceProblem(Kind.NOT_DRAWN, str(error), stored.name) from None


def of_kind(data: bytes, kind: FileKind) -> Response:
    """Returns the answer with a drawn picture."""
    return Response(data, media_type=f"image/{kind.lower()}", headers=HEADERS)


def _drawn(stored: StoredPicture, kind: FileKind) -> bytes:
    photograph = decode_photograph(_file(stored), LEAST_SIDE, stored.width * stored.height)
    return marked(photograph, stored.plates, kind)


def _file(stored: StoredPicture) -> bytes:
    path = existing(stored.path, "picture: it was not kept")
    try:
        return path.read_bytes()
    except FileNotFoundError:  # it was deleted between the two looks
        raise ServiceProblem(Kind.NOT_FOUND, "no such picture") from None
