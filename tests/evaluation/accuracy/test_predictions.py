"""JSON Lines of any system, and every fault that they can have."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from src.core.result import ErrorRecord, ResultModel
from src.core.types import Reading
from src.evaluation.accuracy.predictions import PredictedPlate, Prediction, PredictionError, read_predictions
from src.runtime.output import describe
from src.runtime.reader import ImageResult, PlateResult, Timings

PLATE = {"box": [0, 0, 10, 4], "text": "AB1", "confidence": 0.5}
RESULT = ImageResult(
    96,
    64,
    (PlateResult(np.array([1, 2, 30, 9.5], np.float32), None, 0.8, Reading("A1", 0.7, (0.9, 0.8))),),
    Timings(1, 2, 3, 6),
)


def written(line: Any) -> str:
    """A line of a file: text, an object or a record."""
    return line if isinstance(line, str) else line.to_json() if isinstance(line, ResultModel) else json.dumps(line)


def read(folder: Path, *lines: Any, known: tuple[str, ...] = ("a.jpg", "b.jpg")) -> dict[str, Any]:
    """The predictions of a file with those lines, by the picture's name."""
    path = folder / "peer.jsonl"
    path.write_text("\n".join(map(written, lines)))
    return {image.name: p for image, p in read_predictions(path, {folder / name for name in known}).items()}


def test_what_infer_prints_comes_back(tmp_path: Path) -> None:
    image = str(tmp_path / "a.jpg")
    printed = describe(image, RESULT, abstain=0.5)
    (plate,) = (PredictedPlate.model_validate(plate.model_dump()) for plate in printed.plates)
    assert read(tmp_path, printed) == {"a.jpg": Prediction(image=image, plates=(plate,))}
    assert (plate.text, plate.box, plate.confidence) == ("A1", (1, 2, 30, 9.5), 0.7)
    assert (plate.detection_confidence, plate.char_confidences) == (0.8, (0.9, 0.8))


def test_an_error_line_is_a_prediction_without_plates(tmp_path: Path) -> None:
    found = read(tmp_path, ErrorRecord.of(str(tmp_path / "a.jpg"), "unreadable", "no such file"))
    assert found["a.jpg"].plates is None
    assert found["a.jpg"].error.message == "no such file"


def test_fields_of_other_systems_are_ignored_and_texts_get_the_one_spelling(tmp_path: Path) -> None:
    plate = PLATE | {"text": "ab-1", "colour": "white"}
    found = read(
        tmp_path, {"image": str(tmp_path / "a.jpg"), "plates": [plate], "ms": {"total": 3}, "model": "x"}, "", ""
    )
    assert found["a.jpg"].plates[0].text == "AB1"


def test_relative_paths_start_from_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    assert list(read(tmp_path, {"image": "../a.jpg", "plates": []})) == ["a.jpg"]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{", "line: Invalid JSON"),
        ({"image": "a.jpg"}, "line: either plates or an error expected"),
        ({"plates": []}, "image: Field required"),
        ({"image": "c.jpg", "plates": []}, "c.jpg: no picture of the evaluated sets"),
        ({"image": "b.jpg", "plates": []}, "b.jpg: a second time"),
        ({"image": "a.jpg", "plates": [{"text": "A", "confidence": 1}]}, "plates.0.box: Field required"),
        ({"image": "a.jpg", "plates": [{"box": [0, 0, 1, 1], "confidence": 1}]}, "plates.0.text: Field required"),
        ({"image": "a.jpg", "plates": [PLATE | {"confidence": 97}]}, "plates.0.confidence: "),
        (
            {"image": "a.jpg", "plates": [PLATE | {"box": [40, 30, 10, 4]}]},
            "x1, y1, x2, y2 expected, got 40, 30, 10, 4",
        ),
        ({"image": "a.jpg", "plates": [PLATE | {"char_confidences": [1, 1]}]}, "2 probabilities for the 3 characters"),
    ],
)
def test_a_fault_names_file_and_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: Any, fault: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PredictionError) as raised:
        read(tmp_path, {"image": "b.jpg", "plates": [PLATE]}, line)
    assert str(raised.value).startswith(f"{tmp_path / 'peer.jsonl'}:2: ")
    assert fault in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_not_there_or_empty_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(PredictionError, match=r"gone\.jsonl: No such file"):
        read_predictions(tmp_path / "gone.jsonl", set())
    with pytest.raises(PredictionError, match="no predictions in it"):
        read(tmp_path, "")
