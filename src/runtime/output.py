"""The four ways in which readings are printed; all of them write the same description of an image."""

import csv
import json
from typing import Any, Protocol

from rich.cells import cell_len, set_cell_size

from src.core.types import Candidate
from src.runtime.reader import ImageResult, PlateResult

Description = dict[str, Any]
"""What one image prints as JSON: its plates, or its error."""

PLACES = 6


def describe(image: str, result: ImageResult, abstain: float | None) -> Description:
    """The JSON object of an image, keys in their documented order; what does not exist yet is None."""
    ms = result.ms
    stages = {"decode": ms.decode, "detect": ms.detect, "read": ms.read, "total": ms.total}
    return {
        "image": image,
        "width": result.width,
        "height": result.height,
        "truncated": result.truncated,
        "plates": [_describe_plate(plate, abstain) for plate in result.plates],
        "ms": {stage: None if spent is None else round(spent, 2) for stage, spent in stages.items()},
    }


def describe_error(image: str, kind: str, message: str) -> Description:
    """The JSON object of an image that could not be read."""
    return {"image": image, "error": {"type": kind, "message": message}}


def is_accepted(plate: PlateResult, abstain: float | None) -> bool | None:
    """Whether a reading is as sure as ``abstain`` asks, by the confidence as printed; None without it."""
    return None if abstain is None else round(plate.reading.confidence, PLACES) >= abstain


def _describe_plate(plate: PlateResult, abstain: float | None) -> Description:
    reading, corners, found = plate.reading, plate.corners, plate.detection_confidence
    plain, sure = reading.plain or reading, reading.region_confidence
    return {
        "box": [round(float(value), 2) for value in plate.box],
        "corners": None if corners is None else [[round(float(v), 2) for v in point] for point in corners],
        "detection_confidence": None if found is None else round(found, PLACES),
        "text": reading.text,
        "confidence": round(reading.confidence, PLACES),
        "char_confidences": [round(value, PLACES) for value in reading.char_confidences],
        "raw_text": plain.text,
        "raw_confidence": round(plain.confidence, PLACES),
        "format": reading.format,
        "region": reading.region,
        "region_confidence": None if sure is None else round(sure, PLACES),
        "candidates": None if reading.candidates is None else [_describe_candidate(c) for c in reading.candidates],
        "accepted": is_accepted(plate, abstain),
    }


def _describe_candidate(candidate: Candidate) -> Description:
    confidence = round(candidate.confidence, PLACES)
    return {"text": candidate.text, "region": candidate.region, "confidence": confidence}


class TextStream(Protocol):
    """What results are printed to."""

    def write(self, text: str, /) -> int: ...

    def flush(self) -> None: ...


class Writer(Protocol):
    """Prints descriptions one by one, as soon as each is there."""

    def write(self, described: Description) -> None: ...

    def close(self) -> None: ...


class JsonLines:
    """One object per line."""

    def __init__(self, stream: TextStream) -> None:
        self._stream = stream

    def write(self, described: Description) -> None:
        print(json.dumps(described, ensure_ascii=False), file=self._stream, flush=True)

    def close(self) -> None:
        """Nothing is left to print."""


class JsonArray:
    """One array, an object per line, closed at the end whatever happened."""

    def __init__(self, stream: TextStream) -> None:
        self._stream = stream
        self._separator = ""
        stream.write("[")

    def write(self, described: Description) -> None:
        self._stream.write(f"{self._separator}\n  {json.dumps(described, ensure_ascii=False)}")
        self._stream.flush()
        self._separator = ","

    def close(self) -> None:
        print("\n]", file=self._stream, flush=True)


class Csv:
    """A row per plate; an image without plates, or with an error, has one row too."""

    COLUMNS = (
        *("image", "plate", "text", "confidence", "x1", "y1", "x2", "y2"),
        *("detection_confidence", "region", "accepted", "error", "truncated"),
    )

    def __init__(self, stream: TextStream) -> None:
        self._stream = stream
        self._rows = csv.DictWriter(stream, self.COLUMNS, restval="", extrasaction="ignore", lineterminator="\n")
        self._rows.writeheader()

    def write(self, described: Description) -> None:
        error, truncated = described.get("error", {}).get("message"), described.get("truncated")
        image = {"image": described["image"], "error": error, "truncated": truncated}
        for number, plate in enumerate(described.get("plates", []), 1):
            box = dict(zip(("x1", "y1", "x2", "y2"), plate["box"], strict=True))
            self._rows.writerow(image | plate | box | {"plate": number})
        if not described.get("plates"):
            self._rows.writerow(image)
        self._stream.flush()

    def close(self) -> None:
        """Nothing is left to print."""


class Table:
    """Aligned columns for people, printed as they come, so that the image, of any length, is the last one.

    Errors are left to standard error.
    """

    WIDTHS = (12, 7, 7, 7, 23)

    def __init__(self, stream: TextStream) -> None:
        self._stream = stream
        self._row("PLATE", "READ", "COUNTRY", "FOUND", "BOX", "IMAGE")

    def write(self, described: Description) -> None:
        truncated = ("(truncated)",) if described.get("truncated") else ()
        for plate in described.get("plates", []):
            box = " ".join(f"{value:.0f}" for value in plate["box"])
            text, country = plate["text"] or "(no text)", _country(plate["region"], plate["region_confidence"])
            sure, found = _percent(plate["confidence"]), _percent(plate["detection_confidence"])
            rejected = ("(rejected)",) if plate["accepted"] is False else ()
            self._row(text, sure, country, found, box, described["image"], *rejected, *truncated)
        if described.get("plates") == []:
            self._row("-", "", "", "", "no plate found", described["image"], *truncated)

    def close(self) -> None:
        """Nothing is left to print."""

    def _row(self, *cells: str) -> None:
        padded = [set_cell_size(c, max(w, cell_len(c))) for c, w in zip(cells, self.WIDTHS, strict=False)]
        print("  ".join([*padded, *cells[len(padded) :]]), file=self._stream, flush=True)


WRITERS: dict[str, type[JsonLines] | type[JsonArray] | type[Csv] | type[Table]] = {
    "text": Table,
    "json": JsonArray,
    "jsonl": JsonLines,
    "csv": Csv,
}


def _country(region: str | None, confidence: float | None) -> str:
    return "" if region is None or confidence is None else f"{region} {int(confidence * 100)}%"


def _percent(value: float | None) -> str:
    """Rounded down: 100 % would be certainty."""
    return "" if value is None else f"{int(value * 1000) / 10:.1f}%"
