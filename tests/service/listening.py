"""An API that listens on a port of this machine, in this process, so that tests may look into it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from src.service.app import create_app
from src.service.lifespan import Service
from src.service.settings import Settings
from tests.service.processes import PATIENCE_S, free_port, wait_for


@dataclass(frozen=True, slots=True)
class Listening:
    """A running API; ``end`` ends it as a signal does, and returns when it has ended."""

    address: str
    service: Service
    end: Callable[[], None]

    def client(self, key: str | None = None) -> httpx.Client:
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        return httpx.Client(base_url=self.address, headers=headers, timeout=30, trust_env=False)


@contextmanager
def listening(models: Path, data: Path, port: int | None = None, **settings: Any) -> Iterator[Listening]:
    """An API with a data folder of its own, from its start to the end of its shutdown."""
    app, port = create_app(Settings(models=models, data_dir=data, **settings)), port or free_port()
    config = uvicorn.Config(app, port=port, log_level="warning", lifespan="on", timeout_graceful_shutdown=20)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)

    def end() -> None:
        if thread.is_alive() and server.started:
            app.state.service.drain.begin()
        server.should_exit = True
        thread.join(PATIENCE_S)

    thread.start()
    try:
        wait_for(lambda: server.started or not thread.is_alive(), "the API does not start")
        yield Listening(f"http://127.0.0.1:{port}", app.state.service, end)
    finally:
        end()


def passage(camera: str | None = "gate", **said: Any) -> dict[str, Any]:
    """A passage as listeners hear of it."""
    from src.service.api import examples

    return {**examples.PASSAGE, "seen": datetime.now(UTC).isoformat(), "camera": camera, **said}
