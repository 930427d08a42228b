"""Rows of a report, made up with as few words as a test needs."""

from typing import Any

from src.evaluation.accuracy.plate_result import ScoredImage, ScoredPlate


def outcome(text: str | None, truth: str | None = "AB1", **changes: Any) -> ScoredPlate:
    """A plate that was read as ``text``, or missed where that is None; the whole path of set ``gate``."""
    found = text is not None
    stated: dict[str, Any] = {
        "set": "gate",
        "flow": "path",
        "image": "a.jpg",
        "plate": 0,
        "source": "street",
        "box": (0, 0, 100, 20),
        "truth": truth,
        "found": found,
        "iou": 0.9 if found else 0,
        "text": text or "",
        "confidence": 0.9 if found else 0,
    }
    return ScoredPlate(**stated | changes)


def scene(image: str = "a.jpg", plates: int = 1, found: int = 1, extra: int = 0) -> ScoredImage:
    """A picture of set ``gate``."""
    return ScoredImage(set="gate", image=image, plates=plates, found=found, predicted=found + extra, extra=extra)
