"""Takes in the bodies of requests piece by piece: their length and their speed have limits."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from src.service.http.problems import Kind, ServiceProblem

CLOSE = {"Connection": "close"}
"""This header ends the connection, so that the service need not wait for what is still on its way."""
JSON = "application/json"
MOST_JSON = 65_536
"""The bytes of a JSON body at most."""
IDLE_S = 10.0
"""Seconds within which a part of a JSON body has to come."""

Said = TypeVar("Said", bound=BaseModel)


async def chunks(request: Request, idle_s: float) -> AsyncIterator[bytes]:
    """Yields the body as it comes. Raises ServiceProblem where nothing comes for ``idle_s`` seconds."""
    stream = request.stream()
    while True:
        try:
            async with asyncio.timeout(idle_s):
                chunk = await anext(stream)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise ServiceProblem(Kind.TOO_SLOW, f"nothing came for {idle_s:g} s", headers=CLOSE) from None
        yield chunk


def json_body(model: type[Said]) -> Callable[[Request], Awaitable[Said]]:
    """Returns a FastAPI dependency that takes in a body that is a ``model``.

    The framework's own would read it, however long it is, before anybody looks at the key. The content type has to be
    JSON, as a page of another site may send any other one without asking first. Raises ServiceProblem and
    RequestValidationError.
    """

    async def body(request: Request) -> Said:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != JSON:
            raise ServiceProblem(Kind.NO_JSON, f"the content type has to be {JSON}", headers=CLOSE)
        data = bytearray()
        async for chunk in chunks(request, IDLE_S):
            data += chunk
            if len(data) > MOST_JSON:
                raise ServiceProblem(Kind.TOO_LONG, f"over {MOST_JSON} bytes", headers=CLOSE)
        try:
            return model.model_validate_json(bytes(data))
        except ValidationError as error:
            faults = error.errors(include_url=False, include_context=False, include_input=False)
            raise RequestValidationError([{**each, "loc": ("body", *each["loc"])} for each in faults]) from None

    return body
