"""Corrections replace plates and ignore boxes of the picture that they name by its hash, and nothing else."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image

from src.core.alphabet import Alphabet
from src.core.card import sha256_of
from src.data.annotations.corrections import (
    CorrectionError,
    TextCorrection,
    apply_corrections,
    apply_known_texts,
    read_corrections,
    tightened,
    with_corners,
)
from src.data.annotations.manifest import PlateLabel, Record

SETS = ("scenes",)
CORNERS = ((3.0, 4.0), (9.0, 4.0), (9.0, 7.0), (3.0, 7.0))


@pytest.fixture
def records(tmp_path: Path) -> list[Record]:
    for name, colour in (("a.png", "red"), ("b.png", "blue")):
        Image.new("RGB", (40, 20), colour).save(tmp_path / name)
    plates = (PlateLabel(box=(3, 4, 9, 7), text="AB1"),)
    images = [str(tmp_path / name) for name in ("a.png", "b.png", "gone.png")]
    return [Record(image=image, split="val", source="gate", plates=plates) for image in images]


def write(folder: Path, *lines: Mapping[str, object], name: str = "looked-at.jsonl") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("".join("\n" + json.dumps(line) for line in lines))
    return folder


def test_a_line_replaces_plates_and_ignore_boxes(tmp_path: Path, records: list[Record]) -> None:
    plates = [{"box": [3, 4, 9, 7], "corners": CORNERS}, {"box": [20, 4, 30, 9], "corners": None}]
    line = {"set": "scenes", "sha256": sha256_of(tmp_path / "b.png"), "plates": plates, "ignore": [[1, 1, 5, 3]]}
    first, second, third = apply_corrections(records, SETS, write(tmp_path / "labels", line))
    assert [first, third] == [records[0], records[2]]
    assert second == Record(
        image=str(tmp_path / "b.png"),
        split="val",
        source="gate",
        plates=(PlateLabel(box=(3, 4, 9, 7), text="AB1", corners=CORNERS), PlateLabel(box=(20, 4, 30, 9))),
        ignore=((1, 1, 5, 3),),
    )


def test_corrections_of_other_sets_wait(tmp_path: Path, records: list[Record]) -> None:
    folder = write(tmp_path / "labels", {"set": "more/scenes", "sha256": "0" * 64, "plates": []})
    assert apply_corrections(records, SETS, folder) == records
    with pytest.raises(CorrectionError, match="in more/scenes"):
        apply_corrections(records, ("more/scenes",), folder)


def test_a_picture_that_is_listed_twice_is_corrected_and_kept_once(tmp_path: Path, records: list[Record]) -> None:
    again = records[0].model_copy(update={"plates": (PlateLabel(box=(1, 1, 9, 5)),)})
    folder = write(tmp_path / "labels", {"set": "scenes", "sha256": sha256_of(tmp_path / "a.png"), "plates": []})
    (kept,) = apply_corrections([records[0], again], SETS, folder)
    assert kept.plates == ()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"set": "ocr"}, "set: "),
        ({"sha256": "12"}, "sha256: "),
        ({"plates": [{"box": [1, 2, 3]}]}, r"plates\.0\.box"),
        ({"note": "?"}, "note: "),
        ({"sha256": "0" * 64}, "no scene of that hash in scenes"),
    ],
)
def test_a_fault_names_file_and_line(tmp_path: Path, records: list[Record], change: dict, fault: str) -> None:
    good = {"set": "scenes", "sha256": sha256_of(tmp_path / "a.png"), "plates": []}
    folder = write(tmp_path / "labels", good | change)
    with pytest.raises(CorrectionError, match=fault) as error:
        apply_corrections(records, SETS, folder)
    assert str(error.value).startswith(f"{folder / 'looked-at.jsonl'}:2: ")


def test_a_picture_that_two_lines_speak_of_is_a_fault(tmp_path: Path, records: list[Record]) -> None:
    line = {"set": "scenes", "sha256": sha256_of(tmp_path / "a.png"), "plates": []}
    write(tmp_path / "labels", line, name="1.jsonl")
    folder = write(tmp_path / "labels", line, name="2.jsonl")
    with pytest.raises(CorrectionError, match=r"2\.jsonl:2: .*1\.jsonl:2 again"):
        apply_corrections(records, SETS, folder)


@pytest.mark.parametrize("folder", ["nowhere", "."])
def test_a_folder_without_corrections_is_a_fault(tmp_path: Path, records: list[Record], folder: str) -> None:
    with pytest.raises(CorrectionError, match="no corrections"):
        apply_corrections(records, SETS, tmp_path / folder)


def test_loose_boxes_are_drawn_in_by_a_share_of_their_height() -> None:
    records = [Record(image=s, source=s, plates=(PlateLabel(box=(10, 10, 50, 30), text="A1"),)) for s in ("a", "b")]
    first, second = tightened(records, {"a": 0.1})
    assert first.plates == (PlateLabel(box=(12, 12, 48, 28), text="A1"),)
    assert second == records[1]
    with pytest.raises(CorrectionError, match="loose names sources that the data lack: c"):
        tightened(records, {"c": 0.1})


def test_estimated_corners_go_to_plates_of_the_same_box_without_any(tmp_path: Path, records: list[Record]) -> None:
    box, other = (3.004, 4.0, 9.0, 7.0), (20.0, 4.0, 30.0, 9.0)
    known = PlateLabel(box=other, corners=((20, 4), (30, 4), (30, 9), (20, 9)))
    seen = [PlateLabel(box=box, text="AB1"), PlateLabel(box=(3.0, 4.0, 9.0, 7.5)), known]
    record = records[0].model_copy(update={"plates": tuple(seen)})
    plates = [{"box": [3, 4, 9, 7], "corners": CORNERS}, {"box": other, "corners": CORNERS}]
    folder = write(tmp_path / "corners", {"set": "scenes", "sha256": sha256_of(tmp_path / "a.png"), "plates": plates})
    (marked, same) = with_corners([record, records[1]], SETS, folder)
    assert [plate.corners for plate in marked.plates or ()] == [CORNERS, None, known.corners]
    assert [plate.box for plate in marked.plates or ()] == [plate.box for plate in seen]
    assert same == records[1]
    assert with_corners([record], ("more/scenes",), folder) == [record]


def test_texts_of_crops_are_corrected_or_struck_out(tmp_path: Path, records: list[Record]) -> None:
    (scene, *_), crops = records, [Record(image=name, text="AB1") for name in ("a.png", "b.png", "gone.png")]
    lines = [{"set": "more/ocr", "sha256": sha256_of(tmp_path / "a.png"), "text": "AB7"}]
    lines += [{"set": "ocr", "sha256": sha256_of(tmp_path / "b.png"), "text": None}]
    folder = write(tmp_path / "texts", *lines, {"set": "ocr", "sha256": "0" * 64, "text": "X1"})
    corrected = apply_known_texts([scene, *crops], tmp_path, folder)
    assert corrected == [scene, Record(image="a.png", text="AB7"), crops[2]]


@pytest.mark.parametrize(("text", "fault"), [("ab 1", "canonical"), ("", "says nothing"), (7, "text: ")])
def test_a_malformed_text_is_named(tmp_path: Path, text: object, fault: str) -> None:
    folder = write(tmp_path / "texts", {"set": "ocr", "sha256": "0" * 64, "text": text})
    with pytest.raises(CorrectionError, match=fault) as error:
        apply_known_texts([], tmp_path, folder)
    assert str(error.value).startswith(f"{folder / 'looked-at.jsonl'}:2: text: ")


def test_a_crop_is_corrected_once(tmp_path: Path) -> None:
    line = {"set": "ocr", "sha256": "0" * 64, "text": None}
    with pytest.raises(CorrectionError, match="again"):
        apply_known_texts([], tmp_path, write(tmp_path / "texts", line, line))


def test_committed_texts() -> None:
    """Each can be said by the reader, and none is in two files."""
    files = sorted((Path(__file__).parents[3] / "data" / "labels" / "texts").glob("*.jsonl"))
    rows = [row for path in files for _, row in read_corrections(path, TextCorrection)]
    assert rows
    assert len({row.sha256 for row in rows}) == len(rows)
    assert not Alphabet().unknown("".join(row.text or "" for row in rows))
