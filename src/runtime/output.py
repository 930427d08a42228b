"""The four formats in which readings are printed; all of them print the same record of an image."""

import csv
from typing import Protocol

from rich.cells import cell_len, set_cell_size

from src.core.result import ErrorRecord, ImageRecord, PlateRecord, StageTimes
from src.runtime.reader import ImageResult


def describe(image: str, result: ImageResult, abstain: float | None) -> ImageRecord:
    """Returns the record of a result for the picture named ``image``."""
    ms = result.ms
    return ImageRecord(
        image=image,
        width=result.width,
        height=result.height,
        truncated=result.truncated,
        plates=tuple(
            PlateRecord.of(plate.box, plate.corners, plate.detection_confidence, plate.reading, abstain)
            for plate in result.plates
        ),
        ms=StageTimes.of(ms.decode, ms.detect, ms.read, ms.total),
    )


class TextStream(Protocol):
    """A stream to which results are printed."""

    def write(self, text: str, /) -> int: ...

    def flush(self) -> None: ...


class Writer(Protocol):
    """Prints records one by one, as soon as each of them comes."""

    def write(self, record: ImageRecord | ErrorRecord) -> None: ...

    def close(self) -> None: ...


class JsonLines:
    """Prints one JSON object per line."""

    def __init__(self, stream: TextStream) -> None:
        self._stream = stream

    def write(self, record: ImageRecord | ErrorRecord) -> None:
        print(record.to_json(), file=self._stream, flush=True)

    def close(self) -> None:
        """Nothing is left to print."""


class JsonArray:
    """Prints one JSON array with an object per line; it is closed at the end whatever happened."""

    def __init__(self, stream: TextStream) -> None:
        self._stream = stream
        self._separator = ""
        stream.write("[")

    def write(self, record: ImageRecord | ErrorRecord) -> None:
        self._stream.write(f"{self._separator}\n  {record.to_json()}")
        self._stream.flush()
        self._separator = ","

    def close(self) -> None:
        print("\n]", file=self._stream, flush=True)


class Csv:
    """Prints a CSV row per plate; an image without plates, or with an error, has one row too."""

    COLUMNS = (
        *("image", "plate", "text", "confidence", "x1", "y1", "x2", "y2"),
        *("detection_confidence", "region", "accepted", "error", "truncated"),
    )

    def __init__(self, stream: TextStream) -> None:
        self._stream = stream
        self._rows = csv.DictWriter(stream, self.COLUMNS, restval="", extrasaction="ignore", lineterminator="\n")
        self._rows.writeheader()

    def write(self, record: ImageRecord | ErrorRecord) -> None:
        if isinstance(record, ErrorRecord):
            self._rows.writerow({"image": record.image, "error": record.error.message})
        else:
            image = {"image": record.image, "truncated": record.truncated}
            for number, plate in enumerate(record.plates, 1):
                box = dict(zip(("x1", "y1", "x2", "y2"), plate.box, strict=True))
                self._rows.writerow(image | plate.model_dump() | box | {"plate": number})
            if not record.plates:
                self._rows.writerow(image)
        self._stream.flush()

    def close(self) -> None:
        """Nothing is left to print."""


class Table:
    """Prints aligned columns for people. Rows are printed as they come, so the image's name, of any length, is last.

    Errors are left to standard error.
    """

    WIDTHS = (12, 7, 7, 7, 23)

    def __init__(self, stream: TextStream) -> None:
        self._stream = stream
        self._row("PLATE", "READ", "COUNTRY", "FOUND", "BOX", "IMAGE")

    def write(self, record: ImageRecord | ErrorRecord) -> None:
        if isinstance(record, ErrorRecord):
            return
        truncated = ("(truncated)",) if record.truncated else ()
        for plate in record.plates:
            box = " ".join(f"{value:.0f}" for value in plate.box)
            text, country = plate.text or "(no text)", _country(plate.region, plate.region_confidence)
            sure, found = _percent(plate.confidence), _percent(plate.detection_confidence)
            rejected = ("(rejected)",) if plate.accepted is False else ()
            self._row(text, sure, country, found, box, record.image, *rejected, *truncated)
        if not record.plates:
            self._row("-", "", "", "", "no plate found", record.image, *truncated)

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
    """Returns per cent, rounded down, as 100 % would be certainty."""
    return "" if value is None else f"{int(value * 1000) / 10:.1f}%"
