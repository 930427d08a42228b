"""An API that listens on a port of this machine, in this process, so that tests may look into it."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from src.service.api import examples
from src.service.app import create_app
from src.service.cameras.folder import CameraFolder, ToldPassage
from src.service.database.types import new_id
from src.service.lifespan import Service
from src.service.settings import Settings
from src.video.passage import BestView, PassageRecord
from tests.service.browser import SAMPLES
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
    """A passage as listeners hear of it, which is not stored."""
    return {**examples.PASSAGE, "seen": datetime.now(UTC).isoformat(), "camera": camera, **said}


@dataclass(frozen=True, slots=True)
class Gate:
    """A camera that nobody watches: the test says what it sees."""

    api: Listening
    id: str
    name: str

    @property
    def folder(self) -> CameraFolder:
        return CameraFolder(self.api.service.resources.settings.data_dir / "cameras" / self.id)

    def show(self, sample: int = 0) -> None:
        """Its newest picture. Who takes the cameras over, at the start of the service, removes the earlier ones."""
        wait_for(lambda: self.api.service.cameras._owns, "nobody owns the cameras")
        self.folder.make()
        (self.folder.path / "picture.jpg").write_bytes((SAMPLES / _labelled(sample)["image"]).read_bytes())

    def tell(
        self, sample: int = 0, ago: timedelta = timedelta(), key: str | None = None, telling: int = 1, **said: Any
    ) -> str:
        """Tells the first plate of a sample as its process would, and returns the text. ``said`` takes the place of
        what was read; a passage that is told again has the ``key`` that it had.
        """
        labelled = _labelled(sample)
        (plate, *_), seen = labelled["plates"], datetime.now(UTC) - ago
        fields = {"text": plate["text"], "region": plate["region"], "confidence": 0.98, "accepted": True, **said}
        best = BestView(time=1.0, box=plate["box"])
        counts = {"track": 1, "first": 0.0, "last": 2.0, "frames": 14, "read": 9, "agreeing": 8}
        passed = PassageRecord(
            source=self.name, left=True, best=best, path=(best.box, best.box), **{**counts, **fields}
        )
        told = ToldPassage(
            key=key or new_id(),
            telling=telling,
            first=seen,
            last=seen,
            width=labelled["width"],
            height=labelled["height"],
            passage=passed,
        )
        self.folder.make()
        self.folder.put(f"{time.time_ns():020}", told, (SAMPLES / labelled["image"]).read_bytes())
        return passed.text


def gate(api: Listening, name: str = "gate", key: str | None = None, **fields: Any) -> Gate:
    """Makes a camera through the API; ``key`` may do so."""
    with api.client(key) as client:
        record = {"name": name, "source": "rtsp://viewer:secret@192.0.2.1/live", "enabled": False, **fields}
        answer = client.post("/v1/cameras", json=record)
        assert answer.status_code == 201, answer.text
        return Gate(api, answer.json()["id"], name)


def _labelled(sample: int) -> dict[str, Any]:
    said: dict[str, Any] = json.loads((SAMPLES / "manifest.jsonl").read_text("utf-8").splitlines()[sample])
    return said
