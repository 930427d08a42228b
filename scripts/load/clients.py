"""Clients that send pictures as fast as they are answered, each waiting for its answer."""

import asyncio
import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

import httpx

from scripts.load.ledger import Answer, Kept, Ledger
from scripts.load.pictures import SHARES, Picture

CAMERAS = 8
"""Fewer than clients, so that several write to one camera, and to one plate, at once."""
SEVERAL = (1, 1, 1, 3)
"""Pictures in a request."""
TIMEOUT = httpx.Timeout(120, connect=10)
PAUSE_S = 0.2
"""Before the next attempt where nobody listened, or nobody said when."""

Files = list[tuple[str, tuple[str, bytes, str]]]


@dataclass(frozen=True, slots=True)
class Load:
    """What is sent where: by so many ``clients``, for so many ``seconds``; names begin with ``run``."""

    url: str
    key: str | None
    run: str
    clients: int
    seconds: float
    pictures: Sequence[Picture]


async def apply(load: Load, ledger: Ledger) -> None:
    """Sends, and writes down every answer. Returns when the time is up and the last answers are there."""
    headers = {"Authorization": f"Bearer {load.key}"} if load.key else {}
    limits = httpx.Limits(max_connections=load.clients, max_keepalive_connections=load.clients)
    # of this machine's proxies none is asked: the service is meant, not the way to it
    http = httpx.AsyncClient(base_url=load.url, headers=headers, timeout=TIMEOUT, limits=limits, trust_env=False)
    async with http, asyncio.TaskGroup() as group:
        for number in range(load.clients):
            group.create_task(_client(http, load, number, monotonic() + load.seconds, ledger))


async def _client(http: httpx.AsyncClient, load: Load, number: int, deadline: float, ledger: Ledger) -> None:
    chance = random.Random(number)
    weights = [SHARES[picture.megapixels] for picture in load.pictures]
    sent = 0
    while monotonic() < deadline:
        chosen = chance.choices(load.pictures, weights, k=chance.choice(SEVERAL))
        names = [f"{load.run}-{number:03}-{sent + i:05}" for i in range(len(chosen))]
        sent += len(chosen)
        camera = f"{load.run} camera {number % CAMERAS}"
        await _request(http, camera, dict(zip(names, chosen, strict=True)), deadline, ledger)


async def _request(
    http: httpx.AsyncClient, camera: str, pictures: dict[str, Picture], deadline: float, ledger: Ledger
) -> None:
    """One request, again as long as it is refused for now, or nobody listens, until the time is up."""
    files: Files = [("images", (name, p.named(name), p.media_type)) for name, p in pictures.items()]
    first = start = monotonic()
    while start < deadline:
        try:
            response = await http.post("/v1/recognize", params={"camera": camera}, files=files)
        except httpx.ConnectError:  # nothing was sent
            wait = PAUSE_S
        except httpx.TransportError:
            ledger.unanswered |= pictures.keys()
            return
        else:
            if response.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                sizes = tuple(picture.megapixels for picture in pictures.values())
                _write_down(response, files, Answer(sizes, monotonic() - start, monotonic() - first), ledger)
                return
            wait = _retry_after(response, ledger)
        await asyncio.sleep(wait)
        start = monotonic()


def _retry_after(response: httpx.Response, ledger: Ledger) -> float:
    """Seconds until the next attempt."""
    named = response.headers.get("Retry-After", "")
    if not named.isdecimal():
        ledger.faults.append(f"503 whose Retry-After is {named!r}")
        return PAUSE_S
    ledger.refusals[int(named)] += 1
    return float(named)


def _write_down(response: httpx.Response, files: Files, answer: Answer, ledger: Ledger) -> None:
    """What was acknowledged, and what should have been."""
    if response.status_code != httpx.codes.OK:
        ledger.faults.append(f"status {response.status_code}: {response.text[:300]}")
        return
    ledger.answers.append(answer)
    results: list[dict[str, Any]] = response.json()["results"]
    if [result["image"] for result in results] != [name for _, (name, _, _) in files]:
        ledger.faults.append(f"results of other pictures: {[result['image'] for result in results]}")
        return
    for result, (_, (name, data, _)) in zip(results, files, strict=True):
        if "error" in result:
            ledger.faults.append(f"{name}: {result['error']}")
            continue
        sightings = frozenset(plate["sighting"] for plate in result["plates"] if plate["sighting"] is not None)
        ledger.kept.append(Kept(name, hashlib.sha256(data).hexdigest(), result["id"], sightings))
