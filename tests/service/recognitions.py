"""What the recogniser says of a picture, made up."""

from datetime import UTC, datetime, timedelta
from typing import Any

from src.service.database import Database
from src.service.store import Pictures, Recognition, StoredImage, Upload, save_recognitions

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)


def plate(text: str = "A123BC77", **said: object) -> dict[str, Any]:
    """A plate as ``src.runtime.output.describe`` has it."""
    return {
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


def described(*plates: dict[str, Any]) -> dict[str, Any]:
    """A picture of so many plates."""
    return {"width": 64, "height": 48, "plates": list(plates)}


def save(
    database: Database, pictures: Pictures | None, *plates: dict[str, Any], minute: int = 0, **upload: Any
) -> StoredImage:
    """Saves a picture that was taken some minutes after NOON."""
    recognition = recognised(*plates, minute=minute, **upload)
    save_recognitions(database, pictures, [recognition])
    return recognition.stored


def recognised(*plates: dict[str, Any], minute: int = 0, **upload: Any) -> Recognition:
    """A picture that was taken some minutes after NOON, not saved yet."""
    said = {"name": "gate.jpg", "media_type": "image/jpeg", "data": b"JPEG", "taken": NOON + timedelta(minutes=minute)}
    said_of_picture = described(*plates)
    return Recognition(Upload(**{**said, **upload}), said_of_picture, StoredImage.new(said_of_picture))
