"""Every format says the same, in its own way."""

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest

from src.core.result import ErrorRecord, ImageRecord
from src.core.types import Candidate, Reading
from src.runtime.output import WRITERS, describe
from src.runtime.reader import ImageResult, PlateResult, Timings

PLATE = PlateResult(
    np.array([1.234567, 2, 30, 12.5], np.float32), None, 0.91, Reading("京A1", 0.87654321, (0.9, 0.95, 0.99))
)
SEEN = ImageResult(64, 48, (PLATE,), Timings(1.239, 20.0, 4.0, 25.239))
EMPTY = ImageResult(64, 48, (), Timings(1.0, 2.0, 0.0, 3.0))
KEYS = [
    "box",
    "corners",
    "detection_confidence",
    "text",
    "confidence",
    "char_confidences",
    "raw_text",
    "raw_confidence",
    "format",
    "region",
    "region_confidence",
    "candidates",
    "accepted",
]


def printed(name: str, *records: ImageRecord | ErrorRecord) -> str:
    stream = io.StringIO()
    writer = WRITERS[name](stream)
    for one in records:
        writer.write(one)
    writer.close()
    return stream.getvalue()


def test_keys_come_in_the_documented_order_and_what_is_not_there_is_null() -> None:
    described = json.loads(describe("a.jpg", SEEN, None).to_json())
    plate = described["plates"][0]
    assert list(described) == ["image", "width", "height", "truncated", "plates", "ms"]
    assert list(plate) == KEYS
    assert list(described["ms"]) == ["decode", "detect", "read", "total"]
    nulls = {key for key, value in plate.items() if value is None}
    assert nulls == {"corners", "format", "region", "region_confidence", "candidates", "accepted"}
    assert (plate["raw_text"], plate["raw_confidence"]) == (plate["text"], plate["confidence"])
    assert plate["box"] == [1.23, 2.0, 30.0, 12.5]


@pytest.mark.parametrize(("abstain", "accepted"), [(None, None), (0.876543, True), (0.88, False), (0.0, True)])
def test_accepted_compares_the_confidence_as_printed(abstain: float | None, accepted: bool | None) -> None:
    (plate,) = describe("a.jpg", SEEN, abstain).plates
    assert plate.accepted is accepted
    assert plate.confidence == 0.876543


def test_both_readings_the_country_and_the_candidates_are_printed() -> None:
    plain = Reading("京AI", 0.5, (0.9, 0.95, 0.6))
    candidates = (Candidate("京A1", "CN", 0.8712345678), Candidate("京AI", None, 0.02))
    reading = Reading("京A1", 0.88, (0.9, 0.95, 0.99), plain, "car", "CN", 0.9712345678, candidates)
    record = describe("a.jpg", ImageResult(64, 48, (replace(PLATE, reading=reading),), SEEN.ms), None)
    (plate,) = json.loads(record.to_json())["plates"]
    assert list(plate) == KEYS
    assert (plate["text"], plate["confidence"]) == ("京A1", 0.88)
    assert (plate["raw_text"], plate["raw_confidence"]) == ("京AI", 0.5)
    assert (plate["format"], plate["region"], plate["region_confidence"]) == ("car", "CN", 0.971235)
    assert plate["candidates"] == [
        {"text": "京A1", "region": "CN", "confidence": 0.871235},
        {"text": "京AI", "region": None, "confidence": 0.02},
    ]
    assert "CN 97%" in printed("text", record)
    assert next(csv.DictReader(io.StringIO(printed("csv", record))))["region"] == "CN"


def test_json_lines_and_array_hold_the_same_objects() -> None:
    objects = [describe("a.jpg", SEEN, 0.5), ErrorRecord.of("b.jpg", "unreadable", "no such file")]
    said = [json.loads(one.to_json()) for one in objects]
    assert [json.loads(line) for line in printed("jsonl", *objects).splitlines()] == said
    assert json.loads(printed("json", *objects)) == said
    assert json.loads(printed("json", objects[0])) == said[:1]
    assert json.loads(printed("json")) == []
    assert "京A1" in printed("jsonl", *objects)


def test_csv_has_a_row_per_plate_per_empty_image_and_per_error() -> None:
    both = ImageResult(64, 48, (PLATE, PLATE), SEEN.ms)
    objects = [describe("a,b.jpg", both, None), describe("none.jpg", EMPTY, None)]
    rows = list(csv.DictReader(io.StringIO(printed("csv", *objects, ErrorRecord.of("bad.jpg", "t", "gone")))))
    assert [row["image"] for row in rows] == ["a,b.jpg", "a,b.jpg", "none.jpg", "bad.jpg"]
    assert [row["plate"] for row in rows] == ["1", "2", "", ""]
    assert (rows[0]["text"], rows[0]["x2"], rows[0]["error"]) == ("京A1", "30.0", "")
    assert (rows[2]["text"], rows[3]["error"]) == ("", "gone")


def test_every_format_says_that_the_end_of_a_file_is_missing() -> None:
    objects = [describe("cut.jpg", replace(result, truncated=True), None) for result in (SEEN, EMPTY)]
    objects += [describe("whole.jpg", SEEN, None), ErrorRecord.of("bad.jpg", "unreadable", "gone")]
    said = [json.loads(line).get("truncated") for line in printed("jsonl", *objects).splitlines()]
    assert said == [True, True, False, None]
    rows = csv.DictReader(io.StringIO(printed("csv", *objects)))
    assert [row["truncated"] for row in rows] == ["True", "True", "False", ""]
    shown = printed("text", *objects).splitlines()[1:]
    assert [line.endswith("cut.jpg  (truncated)") for line in shown] == [True, True, False]


def test_the_table_is_aligned_also_behind_wide_characters() -> None:
    plain = ImageResult(64, 48, (PlateResult(PLATE.box, None, None, Reading("", 0.9999, ())),), SEEN.ms)
    objects = [describe("a.jpg", SEEN, 0.9), describe("b.jpg", plain, None), describe("c.jpg", EMPTY, None)]
    header, chinese, empty, none = printed("text", *objects).splitlines()
    column = header.index("IMAGE")
    assert chinese[column - 1 :] == "a.jpg  (rejected)"  # its first character is two columns wide
    assert empty[column:] == "b.jpg"
    assert none[column:] == "c.jpg"
    assert "no plate found" in none
    assert "99.9%" in empty  # not 100.0%
