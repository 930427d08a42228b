"""What the API answers to the page: the examples of its OpenAPI, and faults."""

import functools
import json
import re
from pathlib import Path
from typing import Any

import httpx

from src.service.api import examples
from tests.service import page_gate_answers, page_registry_answers

SAMPLE = Path("data/samples/00-ru.jpg")
READ = examples.RESULT


def problem(status: int, detail: str, kind: str = "blank", **more: object) -> dict[str, Any]:
    """Of RFC 9457."""
    return {"type": f"about:{kind}", "title": "Title", "status": status, "detail": detail, "instance": "/", **more}


def refusal(status: int, kind: str = "blank", **headers: str) -> httpx.Response:
    """An answer that is a problem."""
    return httpx.Response(status, json=problem(status, "x", kind), headers=headers)


@functools.cache
def cards() -> dict[str, Any]:
    """The cards of the shipped models, as the API shows them."""
    models = {name: json.loads(Path("exports", name, "card.json").read_text("utf-8")) for name in ("detector", "ocr")}
    return {name: {key: value for key, value in card.items() if key != "formats"} for name, card in models.items()}


class Api:
    """Answers every path with its example, or with what ``instead`` has for a pattern of ``METHOD /path``.

    ``asked`` are the requests, as ``METHOD /path``. Nobody answers while it is ``gone``.
    """

    def __init__(self) -> None:
        self.instead: dict[str, httpx.Response] = {}
        self.gone = False
        self.asked: list[str] = []
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        call = f"{request.method} {request.url.path}"
        self.asked.append(call)
        self.requests.append(request)
        if self.gone:
            raise httpx.ConnectError("refused", request=request)
        for pattern, response in self.instead.items():
            if re.fullmatch(pattern, call):
                return response
        if call.endswith("/picture"):
            return httpx.Response(200, content=SAMPLE.read_bytes())
        return httpx.Response(200, json=_example(call))


def _example(call: str) -> dict[str, Any]:
    said = {
        "POST /v1/recognize": {"results": [READ]},
        "GET /v1/sightings": {"items": [examples.SIGHTING], "next": None, "total": 1},
        "GET /v1/statistics/cameras": {"items": [examples.CAMERA_SIGHTINGS]},
        "GET /v1/cameras": {"items": [examples.CAMERA]},
        "GET /v1/statistics": examples.STATISTICS,
        "GET /v1/version": {**examples.VERSION, "models": cards()},
        "GET /ready": {"status": "ok"},
        "GET /health": {"status": "ok"},
        **page_registry_answers.ANSWERS,
        **page_gate_answers.ANSWERS,
    }
    if call.endswith("/corrections"):
        return {"items": [page_registry_answers.CORRECTION]}
    return said.get(call, examples.PLATE)
