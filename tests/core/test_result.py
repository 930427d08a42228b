"""The JSON of a result: rounded once, written in one order, and read again."""

import json

import numpy as np
import pytest
from pydantic import ValidationError

from src.core.result import READING, ErrorRecord, ImageRecord, PlateRecord, StageTimes, parse_record
from src.core.types import Candidate, Reading

PLATE = PlateRecord.of(
    np.array([1.23456, 2, 30, 12.5], np.float32),
    np.array([[1, 2], [30, 2.987654], [30, 12.5], [1, 12]], np.float32),
    0.12345678,
    Reading("京A1", 0.87654321, (0.9, 1 / 3, 0.99), None, "car", "CN", 2 / 3, (Candidate("京A1", "CN", 2 / 3),)),
    abstain=0.876543,
)
IMAGE = ImageRecord(image="\udcff京.jpg", width=64, height=48, plates=(PLATE,), ms=StageTimes.of(1.239, None, 4, 5.239))


def test_pixels_have_two_places_and_probabilities_six() -> None:
    assert (PLATE.box, PLATE.detection_confidence, PLATE.confidence) == ((1.23, 2.0, 30.0, 12.5), 0.123457, 0.876543)
    assert PLATE.corners is not None
    assert PLATE.corners[1] == (30.0, 2.99)
    assert PLATE.char_confidences == (0.9, 0.333333, 0.99)
    assert (PLATE.raw_text, PLATE.raw_confidence, PLATE.region_confidence) == ("京A1", 0.876543, 0.666667)
    assert PLATE.candidates == (Candidate("京A1", "CN", 0.666667),)
    assert IMAGE.ms.model_dump() == {"decode": 1.24, "detect": None, "read": 4.0, "total": 5.24}


@pytest.mark.parametrize(("abstain", "accepted"), [(None, None), (0.876543, True), (0.8765431, False)])
def test_a_plate_is_accepted_by_its_confidence_as_printed(abstain: float | None, accepted: bool | None) -> None:
    reading = Reading("A1", 0.87654321, (0.9, 0.9))
    assert PlateRecord.of(np.array([1, 2, 3, 4]), None, None, reading, abstain).accepted is accepted


@pytest.mark.parametrize("record", [IMAGE, ErrorRecord.of("京\udcff.jpg", "unreadable", "damaged image")])
def test_what_is_written_is_read_again(record: ImageRecord | ErrorRecord) -> None:
    line = record.to_json().encode("utf-8", "backslashreplace")
    assert "京".encode() in line
    assert parse_record(line) == record


def test_a_later_version_may_say_more_and_an_earlier_one_less() -> None:
    said = json.loads(IMAGE.to_json())
    assert parse_record(json.dumps(said | {"weather": "rain"})) == IMAGE
    said["plates"] = [{"box": [1, 2, 3, 4], "text": "A1", "confidence": 0.5}]
    del said["truncated"]
    found = parse_record(json.dumps(said))
    assert isinstance(found, ImageRecord)
    assert found.plates == (PlateRecord(box=(1, 2, 3, 4), text="A1", confidence=0.5),)


@pytest.mark.parametrize("line", ["", "[]", "3", '{"image": 3}', '{"image": "a.jpg", "plates": []}', '{"error": {}}'])
def test_what_is_no_result_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_record(line)


def test_a_probability_is_one() -> None:
    with pytest.raises(ValidationError, match="confidence"):
        PlateRecord(box=(1, 2, 3, 4), text="A1", confidence=1.5)


def test_the_outline_is_the_corners_or_else_the_box() -> None:
    np.testing.assert_array_equal(PLATE.outline, np.array(PLATE.corners, np.float32))
    boxed = PlateRecord(box=(1, 2, 3, 4), text="", confidence=0)
    np.testing.assert_array_equal(boxed.outline, [[1, 2], [3, 2], [3, 4], [1, 4]])


def test_the_schema_says_that_every_field_is_there() -> None:
    schema = PlateRecord.model_json_schema(mode="serialization")
    assert schema["required"] == list(PlateRecord.model_fields)
    assert not any("default" in field for field in schema["properties"].values())


def test_a_reading_is_all_but_where_the_plate_is() -> None:
    assert READING | {"box", "corners", "detection_confidence"} == set(PlateRecord.model_fields)
