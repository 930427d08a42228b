"""Passages as a camera's process tells them, made up."""

from datetime import timedelta
from typing import Any

from src.core.types import Candidate
from src.service.cameras.folder import ToldPassage
from src.service.store import NewPassage
from src.video.passage import BestView, PassageRecord
from tests.service.recognitions import NOON


def passage(text: str = "A123BC77", **said: Any) -> PassageRecord:
    """A passage that was read as ``text``."""
    fields = {
        "source": "rtsp://viewer:***@192.0.2.7/gate",
        "track": 1,
        "first": 10.0,
        "last": 13.0,
        "first_wall": NOON,
        "last_wall": NOON + timedelta(seconds=3),
        "left": True,
        "frames": 14,
        "read": 9,
        "agreeing": 8,
        "text": text,
        "confidence": 0.9375,
        "accepted": True,
        "format": "1",
        "region": "RU",
        "region_confidence": 0.875,
        "candidates": (Candidate(text, "RU", 0.9375),),
        "best": BestView(time=11.5, box=(10.0, 20.0, 40.5, 30.25)),
        "path": ((1.0, 2.0, 3.0, 4.0), (5.0, 6.0, 7.0, 8.0)),
        **said,
    }
    return PassageRecord.model_validate(fields)


def told(key: str = "run-1", telling: int = 1, **said: Any) -> ToldPassage:
    """The same as a spool has it."""
    last = NOON + timedelta(seconds=3 * telling)
    return ToldPassage(key=key, telling=telling, first=NOON, last=last, width=96, height=64, passage=passage(**said))


def new_passage(
    camera_id: str, key: str = "run-1", telling: int = 1, picture: bytes | None = b"JPEG", **said: Any
) -> NewPassage:
    """The same as it is stored."""
    of = told(key, telling, **said)
    return NewPassage(
        key=of.key,
        telling=of.telling,
        camera_id=camera_id,
        first=of.first,
        last=of.last,
        width=of.width,
        height=of.height,
        record=of.passage,
        picture=picture,
    )
