"""For those who run the service: is it there, is it ready, what is it, what does it do."""

import os
import platform
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

import onnxruntime
from anyio import to_thread
from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from src.core.card import ModelCard
from src.service.api.auth import Here, Looker
from src.service.api.openapi import answers, only, problems
from src.service.api.responses import Health, Version
from src.service.http.problems import Kind, ServiceProblem
from src.service.lifespan import Service

router = APIRouter(tags=["operations"])


@router.get("/health", response_model=Health, responses=only(Kind.INVALID_REQUEST, Kind.FOREIGN_SITE))
async def health() -> Health:
    """Whether the process answers; needs no key."""
    return Health()


@router.get(
    "/ready",
    response_model=Health,
    responses=only(Kind.NOT_READY, Kind.INVALID_REQUEST, Kind.FOREIGN_SITE, Kind.SHUTTING_DOWN, Kind.OUT_OF_REACH),
)
async def ready(here: Here) -> Health:
    """Whether requests with pictures would be answered: what they need is there, and no shutdown has begun. No key."""
    if fault := await to_thread.run_sync(_unready, here):
        raise ServiceProblem(Kind.NOT_READY, fault)
    return Health()


@router.get("/v1/version", response_model=Version, responses=problems())
async def version(here: Here, _: Looker) -> dict[str, Any]:
    """What runs here, with the cards of both models."""
    reader = here.resources.reader
    return {
        "version": installed("number-plate"),
        "python": platform.python_version(),
        "onnxruntime": onnxruntime.__version__,
        "providers": reader.detector.providers,
        "countries": reader.plate_reader.countries,
        "models": {"detector": _card(reader.detector.card), "ocr": _card(reader.plate_reader.card)},
    }


@router.get(
    "/metrics",
    response_class=Response,
    responses=answers("The figures", "text/plain", {"type": "string"}) | problems(),
)
async def metrics(here: Here, _: Looker) -> Response:
    """Figures for Prometheus."""
    return Response(here.metrics.exposition(), media_type=CONTENT_TYPE_LATEST)


def _unready(service: Service) -> str | None:
    """Returns what keeps pictures from being read and stored; None where nothing does."""
    if not service.is_ready:
        return "the database does not answer, or the service is shutting down"
    url = service.resources.database.engine.url
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).is_file():
        return "the file of the database is gone"  # a process that has it open does not notice that
    if not os.access(service.resources.pictures.folder, os.W_OK | os.X_OK):
        return "the folder of the pictures cannot be written"
    return None


def _card(card: ModelCard) -> dict[str, Any]:
    return card.model_dump(mode="json", exclude={"formats"})
