"""The API in this process, asked as over HTTP, and what the tests send it."""

import io
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from PIL import Image

from src.service.app import create_app
from src.service.lifespan import Service
from src.service.settings import Settings
from tests.conftest import BLUE, RED

Answer = httpx.Response
PROBLEM = "application/problem+json"


class Api:
    """A running API. ``begin`` asks and goes on, the other methods wait for the answer."""

    def __init__(self, app: FastAPI, portal: BlockingPortal, client: httpx.AsyncClient) -> None:
        self.app, self._portal, self._client = app, portal, client

    @property
    def service(self) -> Service:
        return self.app.state.service

    def begin(self, method: str, path: str, **content: Any) -> Future[Answer]:
        return self._portal.start_task_soon(partial(self._client.request, method, path, **content))

    def ask(self, method: str, path: str, **content: Any) -> Answer:
        return self.begin(method, path, **content).result(60)

    def get(self, path: str, **content: Any) -> Answer:
        return self.ask("GET", path, **content)

    def delete(self, path: str, **content: Any) -> Answer:
        return self.ask("DELETE", path, **content)

    def recognize(self, *pictures: bytes, **query: object) -> Answer:
        return self.begin_to_recognize(*pictures, **query).result(60)

    def begin_to_recognize(self, *pictures: bytes, **query: object) -> Future[Answer]:
        files = [("images", (f"{number}.png", data)) for number, data in enumerate(pictures)]
        return self.begin("POST", "/v1/recognize", files=files, params=query)

    def begin_call(self, function: Callable[[], Awaitable[None]]) -> Future[None]:
        """Begins what a coroutine function does in the event loop of the API."""
        return self._portal.start_task_soon(function)

    def call(self, function: Any) -> Any:
        """What a function gives in the event loop of the API."""
        return self._portal.call(function)


@contextmanager
def running(models: Path, data: Path, **settings: object) -> Iterator[Api]:
    """An API with a data folder of its own, from its start to the end of its shutdown."""
    app = create_app(Settings(models=models, data_dir=data, **settings))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    with start_blocking_portal() as portal:
        client = httpx.AsyncClient(transport=transport, base_url="http://api")
        with portal.wrap_async_context_manager(app.router.lifespan_context(app)):
            yield Api(app, portal, client)


def picture(red: bool = True, blue: bool = False, size: int = 1, kind: str = "PNG", **options: Any) -> bytes:
    """A grey picture with a red plate at 30, 20 - 60, 30, and a blue one at 10, 40 - 50, 50."""
    pixels = np.full((64 * size, 96 * size, 3), 128, np.uint8)
    if red:
        pixels[20 * size : 30 * size, 30 * size : 60 * size] = RED
    if blue:
        pixels[40 * size : 50 * size, 10 * size : 50 * size] = BLUE
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options)
    return file.getvalue()


def opened(data: bytes) -> Image.Image:
    """A picture that the API gave."""
    return Image.open(io.BytesIO(data))


def is_marked(drawn: Image.Image) -> bool:
    """Whether there is green in it, which only marks have."""
    pixels = np.asarray(drawn.convert("RGB")).astype(int)
    return bool((pixels[..., 1] > pixels[..., [0, 2]].max(-1) + 50).sum() > 50)


def texts(answer: Answer) -> list[list[str]]:
    """What the plates of each picture say."""
    return [[plate["text"] for plate in result["plates"]] for result in answer.json()["results"]]


def assert_problem(answer: Answer, status: int, kind: str | None = None) -> Mapping[str, Any]:
    """The problem that ``answer`` must be; ``kind`` None: of any kind."""
    problem = answer.json()
    assert answer.status_code == status, problem
    assert answer.headers["content-type"] == PROBLEM
    assert problem["status"] == status
    assert {"type", "title", "detail", "instance"} <= problem.keys()
    if kind is not None:
        assert problem["type"] == f"urn:number-plate:{kind}", problem
    return problem
