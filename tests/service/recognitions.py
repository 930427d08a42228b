"""What the recogniser says of a picture, made up."""

from datetime import UTC, datetime, timedelta
from typing import Any

from src.core.result import ImageRecord, PlateRecord, StageTimes
from src.service.database import Database
from src.service.store import NewImage, Pictures, StoredImage, Upload, save_recognitions

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)


def plate(text: str = "A123BC77", **said: object) -> PlateRecord:
    """A plate that was read as ``text``."""
    fields = {
        "box": [1.5, 2.0, 30.0, 14.25],
        "corners": [[1.5, 2.0], [30.0, 2.0], [30.0, 14.25], [1.5, 14.25]],
        "detection_confidence": 0.875,
        "text": text,
        "confidence": 0.75,
        "char_confidences": [0.5] * len(text),
        "raw_text": text.replace("0", "O"),
        "raw_confidence": 0.625,
        "format": "1",
        "region": "RU",
        "region_confidence": 0.9375,
        "candidates": [{"text": text, "region": "RU", "confidence": 0.75}],
        "accepted": None,
        **said,
    }
    return PlateRecord.model_validate(fields)


def record(*plates: PlateRecord) -> ImageRecord:
    """A picture of so many plates."""
    times = StageTimes.of(None, None, 1, 1)
    return ImageRecord(image="gate.jpg", width=64, height=48, plates=plates, ms=times)


def save(
    database: Database, pictures: Pictures | None, *plates: PlateRecord, minute: int = 0, **upload: Any
) -> StoredImage:
    """Saves a picture that was taken some minutes after NOON."""
    recognition = recognised(*plates, minute=minute, **upload)
    save_recognitions(database, pictures, [recognition])
    return recognition.stored


def recognised(*plates: PlateRecord, minute: int = 0, **upload: Any) -> NewImage:
    """A picture that was taken some minutes after NOON, not saved yet."""
    said = {"name": "gate.jpg", "media_type": "image/jpeg", "data": b"JPEG", "taken": NOON + timedelta(minutes=minute)}
    of_picture = record(*plates)
    return NewImage(Upload(**{**said, **upload}), of_picture, StoredImage.new(of_picture))
