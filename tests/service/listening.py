"""An API that listens on a port of this machine, in this process, so that tests may look into it."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from src.service import store
from src.service.api import examples
from src.service.app import create_app
from src.service.cameras.broadcast import Event
from src.service.lifespan import Service
from src.service.settings import Settings
from src.service.store import NewImage, StoredImage, Upload, save_recognitions
from tests.service.browser import SAMPLES
from tests.service.processes import PATIENCE_S, free_port, wait_for
from tests.service.recognitions import plate, record


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


def pass_by(
    api: Listening, sample: int = 0, camera: str | None = "gate", ago: timedelta = timedelta(), **said: Any
) -> dict[str, Any]:
    """Stores a plate of a sample as if ``camera`` had seen it, tells those who listen, and returns the sighting.

    ``said`` takes the place of what was read.
    """
    line = json.loads((SAMPLES / "manifest.jsonl").read_text("utf-8").splitlines()[sample])
    labelled = line["plates"][0]
    fields = {"accepted": True, "confidence": 0.98, **{name: labelled[name] for name in ("box", "corners", "region")}}
    read = plate(labelled["text"], **{**fields, **said})
    made = record(read).model_copy(update={"width": line["width"], "height": line["height"]})
    data = (SAMPLES / line["image"]).read_bytes()
    upload = Upload(line["image"], "image/jpeg", data, camera, datetime.now(UTC) - ago, None)
    new = NewImage(upload, made, StoredImage.new(made))
    resources = api.service.resources
    save_recognitions(resources.database, resources.pictures, [new])
    (sighting_id,) = new.stored.sightings
    sighting = store.sighting(resources.database, str(sighting_id))
    assert sighting is not None
    api.service.broadcast.publish(Event("passage", sighting.model_dump_json()))
    return sighting.model_dump(mode="json")
