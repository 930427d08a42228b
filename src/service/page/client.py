"""The API as the page sees it: every call returns the API's answer, in its own types, or raises ServiceError."""

from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from src.core.schema import first_fault
from src.service.api.responses import (
    CameraRecords,
    CorrectionRecords,
    Failure,
    PlateHistory,
    Recognition,
    Result,
    Sighting,
    Sightings,
)
from src.service.query import SightingQuery

Json = dict[str, Any]
Answer = TypeVar("Answer", bound=BaseModel)

TIMEOUT = httpx.Timeout(60, connect=2)
"""Seconds. The service gives up on a request earlier, and answers so."""
KNOCK = httpx.Timeout(1.5, connect=1)
"""Seconds within which a running service answers, however busy it is: they add up to less than three."""


class ServiceError(RuntimeError):
    """The error of a call that did not get the answer it asked for."""


class UnreachableError(ServiceError):
    """Nobody listens at the address."""


class SlowError(ServiceError):
    """The service took the request and did not answer in time."""


class StrangerError(ServiceError):
    """Something else answered, such as a proxy with a page of its own."""


class RefusedError(ServiceError):
    """The service answered with a problem (RFC 9457)."""

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        retry_after: int | None = None,
        code: str = "",
        values: Json | None = None,
    ) -> None:
        """``kind`` is the end of the problem's type; ``retry_after`` is in seconds, None where the answer names no
        time; ``code`` and ``values`` say the detail to a program, where it has a code.
        """
        super().__init__(f"{status} {kind}: {detail}")
        self.status, self.kind, self.detail, self.retry_after = status, kind, detail, retry_after
        self.code, self.values = code, values or {}


@dataclass(frozen=True, slots=True)
class Options:
    """How pictures are to be read, and whether the readings are kept; None leaves it to the service."""

    countries: tuple[str, ...] = ()
    min_confidence: float | None = None
    abstain: float | None = None
    store: bool = True
    camera: str | None = None


class ApiClient:
    """One visitor's connection to the API. Every method raises ServiceError."""

    def __init__(self, client: httpx.Client, key: str | None = None) -> None:
        """``client`` has the address and may serve many visitors at once; ``key`` is this visitor's."""
        self._client = client
        self._headers = {b"Authorization": f"Bearer {key}".encode()} if key else {}

    @property
    def address(self) -> str:
        """The address of the API, such as ``http://127.0.0.1:8000``."""
        return str(self._client.base_url).rstrip("/")

    def knock(self) -> None:
        """Raises UnreachableError where nobody answers, as when the service is gone or its network is."""
        try:
            self._client.get("/health", timeout=KNOCK)
        except httpx.RequestError as error:
            raise UnreachableError(f"{self.address}: {error}") from None

    def recognize(self, name: str, data: bytes, media_type: str, options: Options) -> Result | Failure:
        """Returns what was read in one picture, or why nothing was."""
        query = {
            "countries": ",".join(options.countries) or None,
            "min_confidence": options.min_confidence,
            "abstain": options.abstain,
            "store": "true" if options.store else "false",
            "camera": options.camera,
        }
        files = {"images": (name, data, media_type)}
        results = self.said(Recognition, "POST", "/v1/recognize", query, files=files).results
        if len(results) != 1:
            raise StrangerError("not one result for one picture")
        return results[0]

    def sightings(self, query: SightingQuery) -> Sightings:
        """Returns a page of sightings, newest first."""
        return self.said(Sightings, "GET", "/v1/sightings", query.model_dump(mode="json"))

    def sighting(self, sighting: str) -> Sighting:
        """Returns one sighting."""
        return self.said(Sighting, "GET", f"/v1/sightings/{quote(sighting, safe='')}")

    def picture(self, sighting: str) -> bytes:
        """Returns the file that a sighting was read from, as it was uploaded."""
        return self.send("GET", f"/v1/sightings/{quote(sighting, safe='')}/picture").content

    def delete_sighting(self, sighting: str) -> None:
        """Removes a sighting, and its picture where nothing else was seen on it."""
        self.send("DELETE", f"/v1/sightings/{quote(sighting, safe='')}")

    def correct(self, sighting: str, text: str, region: str | None) -> None:
        """Says what the plate of a sighting really says; what was read is kept."""
        path = f"/v1/sightings/{quote(sighting, safe='')}/correction"
        self.send("POST", path, json={"text": text, "region": region})

    def corrections(self, sighting: str) -> CorrectionRecords:
        """Returns what operators made of the text of a sighting."""
        return self.said(CorrectionRecords, "GET", f"/v1/sightings/{quote(sighting, safe='')}/corrections")

    def delete_plate(self, text: str) -> None:
        """Removes a plate with all its sightings."""
        self.send("DELETE", f"/v1/plates/{quote(text, safe='')}")

    def plate(self, text: str) -> PlateHistory:
        """Returns what is known of a plate over all its sightings."""
        return self.said(PlateHistory, "GET", f"/v1/plates/{quote(text, safe='')}")

    def cameras(self) -> CameraRecords:
        """Returns all cameras, with how they are just now."""
        return self.said(CameraRecords, "GET", "/v1/cameras")

    def camera_picture(self, camera: str) -> bytes:
        """Returns the newest picture of a camera, a JPEG."""
        return self.send("GET", f"/v1/cameras/{quote(camera, safe='')}/picture").content

    def create_camera(self, fields: Json) -> None:
        """Makes a camera."""
        self.send("POST", "/v1/cameras", json=fields)

    def change_camera(self, camera: str, fields: Json) -> None:
        """Changes these fields of a camera, and leaves the others."""
        self.send("PATCH", f"/v1/cameras/{quote(camera, safe='')}", json=fields)

    def delete_camera(self, camera: str) -> None:
        """Removes a camera; its sightings stay."""
        self.send("DELETE", f"/v1/cameras/{quote(camera, safe='')}")

    def camera_sightings(self) -> Json:
        """Returns ``items``: the cameras, with how often each has seen something."""
        return self._json("GET", "/v1/statistics/cameras")

    def statistics(self, days: int) -> Json:
        """Returns counts of the sightings of the last ``days``."""
        return self._json("GET", "/v1/statistics", {"days": days})

    def version(self) -> Json:
        """Returns versions and the cards of both models."""
        return self._json("GET", "/v1/version")

    def is_ready(self) -> bool:
        """Tells whether the service takes pictures right now."""
        try:
            self.send("GET", "/ready")
        except RefusedError as refused:
            if refused.status != httpx.codes.SERVICE_UNAVAILABLE:
                raise
            return False
        return True

    def said(self, kind: type[Answer], method: str, path: str, query: Json | None = None, **content: Any) -> Answer:
        """Returns the answer to a request, which is of ``kind``; ``content`` is what httpx takes for the body."""
        try:
            return kind.model_validate(self._json(method, path, query, **content))
        except ValidationError as error:
            raise StrangerError(f"{path}: {first_fault(error)}") from None

    def _json(self, method: str, path: str, query: Json | None = None, **content: Any) -> Json:
        response = self.send(method, path, query, **content)
        try:
            answer = response.json()
        except ValueError:
            raise StrangerError(f"{path}: no JSON") from None
        if not isinstance(answer, dict):
            raise StrangerError(f"{path}: no JSON object")
        return answer

    def send(self, method: str, path: str, query: Json | None = None, **content: Any) -> httpx.Response:
        """Returns the answer to a request, whatever it is.

        Parameters of ``query`` that are None are not sent; ``headers`` in ``content`` are bytes.
        """
        asked = {name: value for name, value in (query or {}).items() if value is not None}
        headers = self._headers | content.pop("headers", {})
        try:
            response = self._client.request(method, path, params=asked, headers=headers, **content)
        except httpx.ConnectTimeout:
            raise UnreachableError(self.address) from None
        except httpx.TimeoutException:
            raise SlowError(self.address) from None
        except httpx.RequestError as error:
            raise UnreachableError(f"{self.address}: {error}") from None
        if not response.is_success:
            raise refusal(response)
        return response


def refusal(response: httpx.Response) -> ServiceError:
    """Returns the error that an answer stands for which is no success."""
    try:
        problem = response.json()
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        return StrangerError(f"status {response.status_code} without a problem")
    after = response.headers.get("Retry-After", "")
    detail = str(problem.get("detail") or problem.get("title") or response.reason_phrase)
    kind = str(problem.get("type", "")).rpartition(":")[2]
    seconds = int(after) if after.isdecimal() else None
    return RefusedError(
        response.status_code, kind, detail, seconds, str(problem.get("code", "")), problem.get("values")
    )
