"""The three formats in which passages are printed as they are told."""

import csv
from collections.abc import Callable
from typing import Protocol

from rich.cells import cell_len, set_cell_size

from src.core.result import ResultModel
from src.runtime.output import TextStream
from src.video.passage import PassageRecord, SourceRecord

Told = PassageRecord | SourceRecord


class PassageWriter(Protocol):
    """Prints what is told, one by one, as soon as it comes."""

    def write(self, record: Told) -> None: ...


class JsonPassages:
    """Prints one JSON object per line: each passage, and how each source ended."""

    def __init__(self, stream: TextStream) -> None:
        self._stream = stream

    def write(self, record: ResultModel) -> None:
        print(record.to_json(), file=self._stream, flush=True)


class CsvPassages:
    """Prints a CSV row per passage."""

    COLUMNS = (
        *("source", "track", "first", "last", "first_wall", "last_wall", "left", "frames", "read", "agreeing"),
        *("text", "confidence", "accepted", "region", "best", "x1", "y1", "x2", "y2", "picture"),
    )

    def __init__(self, stream: TextStream) -> None:
        self._stream = stream
        self._rows = csv.DictWriter(stream, self.COLUMNS, restval="", extrasaction="ignore", lineterminator="\n")
        self._rows.writeheader()

    def write(self, record: Told) -> None:
        if isinstance(record, PassageRecord):
            best = record.best
            box = dict(zip(("x1", "y1", "x2", "y2"), best.box, strict=True))
            said = record.model_dump(mode="json", exclude={"best"})
            self._rows.writerow(said | box | {"best": best.time, "picture": best.picture})
            self._stream.flush()


class PassageTable:
    """Prints aligned columns for people. Rows are printed as they come, so the source's name, of any length, is last.

    A source that ends without a passage has one row too.
    """

    WIDTHS = (12, 7, 7, 17, 7)

    def __init__(self, stream: TextStream) -> None:
        self._stream = stream
        self._row("PLATE", "READ", "COUNTRY", "SEEN", "AGREE", "SOURCE")

    def write(self, record: Told) -> None:
        if isinstance(record, SourceRecord):
            if not record.passages and record.error is None:
                self._row("-", "", "", "no plate", "", record.source)
            return
        country = record.region if record.region and (record.region_confidence or 0) > 0.5 else ""
        rejected = () if record.accepted is not False else ("(rejected)",)
        here = () if record.left else ("(in view)",)
        agree, read = f"{record.agreeing}/{record.read}", f"{int(record.confidence * 1000) / 10:.1f}%"
        self._row(record.text or "(no text)", read, country, _seen(record), agree, record.source, *rejected, *here)

    def _row(self, *cells: str) -> None:
        padded = [set_cell_size(c, max(w, cell_len(c))) for c, w in zip(cells, self.WIDTHS, strict=False)]
        print("  ".join([*padded, *cells[len(padded) :]]), file=self._stream, flush=True)


WRITERS: dict[str, Callable[[TextStream], PassageWriter]] = {
    "text": PassageTable,
    "jsonl": JsonPassages,
    "csv": CsvPassages,
}


def _seen(record: PassageRecord) -> str:
    """Returns from when to when: times of day of a live source, else minutes and seconds of the file."""
    if record.first_wall is not None and record.last_wall is not None:
        return "-".join(f"{wall.astimezone():%H:%M:%S}" for wall in (record.first_wall, record.last_wall))
    return "-".join(f"{int(s // 60)}:{s % 60:04.1f}" for s in (record.first, record.last))
