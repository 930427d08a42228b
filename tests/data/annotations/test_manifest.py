"""A manifest is read back exactly as it was written, and a faulty one names file, line and fault."""

import json
from pathlib import Path

import pytest

from src.data.annotations.manifest import ManifestError, PlateLabel, Record, of_split, read_manifest, write_manifest

CORNERS = ((1.0, 2.0), (9.5, 2.5), (9.0, 6.0), (1.5, 5.5))
SCENE = Record(
    image="images/gate.jpg",
    width=640,
    height=480,
    split="val",
    source="own",
    ignore=((0.0, 0.0, 5.0, 5.0),),
    plates=(
        PlateLabel(box=(1.5, 2.0, 9.5, 6.0)),
        PlateLabel(
            box=(20.0, 20.0, 60.0, 40.0),
            text="RK604AO",
            region="SI",
            sure=False,
            published_text="RK6O4AO",
            corners=CORNERS,
            lines=2,
            chars=((20.0, 20.0, 25.0, 40.0),),
        ),
    ),
)
CROP = Record(
    image="crops/京.png",
    text="京A12345",
    region="CN",
    verified=False,
    corners=CORNERS,
    lines=1,
    chars=((0.0, 0.0, 5.0, 9.0),),
)
EMPTY_SCENE = Record(image="street.jpg", plates=())
UNLABELLED_CROP = Record(image="crop.jpg")


def test_every_field_survives_the_round_trip(tmp_path: Path) -> None:
    records = [SCENE, CROP, EMPTY_SCENE, UNLABELLED_CROP]
    write_manifest(tmp_path / "new" / "manifest.jsonl", records)
    assert read_manifest(tmp_path / "new" / "manifest.jsonl") == records


def test_fields_that_hold_their_default_are_not_written(tmp_path: Path) -> None:
    write_manifest(tmp_path / "m.jsonl", [Record(image="a.jpg", plates=(PlateLabel(box=(1, 2, 3, 4)),))])
    written = json.loads((tmp_path / "m.jsonl").read_text())
    assert written == {"image": "a.jpg", "plates": [{"box": [1.0, 2.0, 3.0, 4.0]}]}


def test_a_scene_without_plates_stays_a_scene(tmp_path: Path) -> None:
    write_manifest(tmp_path / "m.jsonl", [EMPTY_SCENE, UNLABELLED_CROP])
    first, second = (json.loads(line) for line in (tmp_path / "m.jsonl").read_text().splitlines())
    assert first == {"image": "street.jpg", "plates": []}
    assert second == {"image": "crop.jpg"}
    assert [r.is_scene for r in read_manifest(tmp_path / "m.jsonl")] == [True, False]


def test_a_line_separator_inside_a_string_does_not_end_the_line(tmp_path: Path) -> None:
    odd = Record(image="a\u2028b\x85.jpg")
    write_manifest(tmp_path / "m.jsonl", [odd, CROP])
    assert read_manifest(tmp_path / "m.jsonl") == [odd, CROP]


def test_windows_line_ends_and_blank_lines_are_read(tmp_path: Path) -> None:
    (tmp_path / "m.jsonl").write_bytes(b'{"image": "a.jpg"}\r\n\r\n{"image": "b.jpg"}\r\n')
    assert [r.image for r in read_manifest(tmp_path / "m.jsonl")] == ["a.jpg", "b.jpg"]


def test_an_interrupted_write_leaves_the_old_manifest(tmp_path: Path) -> None:
    write_manifest(tmp_path / "m.jsonl", [CROP])

    def fails_after_one():
        yield SCENE
        raise RuntimeError("disk pulled")

    with pytest.raises(RuntimeError):
        write_manifest(tmp_path / "m.jsonl", fails_after_one())
    assert read_manifest(tmp_path / "m.jsonl") == [CROP]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('{"image": "b.jpg", "plate": []}', "plate: Extra inputs"),
        ('{"image": "b.jpg", "plates": [{"box": [1, 2, 3]}]}', "plates.0.box.3: Field required"),
        (
            '{"image": "b.jpg", "plates": [{"box": [1, 2, 3, NaN]}]}',
            "plates.0.box.3: Input should be a finite",
        ),
        ('{"image": "b.jpg", "lines": 3}', "lines: Input should be less than"),
        ('{"text": "AB1"}', "image: Field required"),
        ('{"image": "b.jpg"', "line: Invalid JSON"),
        (
            '{"image": "b.jpg", "plates": [{"box": [300, 246, 200, 290]}]}',
            "plates.0.box: x1 < x2 and y1 < y2 expected, got 300, 246, 200, 290",
        ),
        ('{"image": "b.jpg", "plates": [], "ignore": [[1, 2, 1, 4]]}', "ignore.0: x1 < x2 and y1 < y2 expected"),
        ('{"image": "b.jpg", "text": "A", "chars": [[1, 2, 3, 2]]}', "chars.0: x1 < x2 and y1 < y2 expected"),
        ('{"image": "b.jpg", "text": "ab 123-x"}', "text: 'ab 123-x' is not in canonical spelling (AB123X)"),
        ('{"image": "b.jpg", "text": ""}', "text: '' says nothing; null stands for a text that nobody knows"),
        ('{"image": "b.jpg", "text": "-"}', "text: '-' says nothing"),
        (
            '{"image": "b.jpg", "plates": [{"box": [1, 2, 3, 4], "published_text": "ab1"}]}',
            "plates.0.published_text: 'ab1' is not in canonical spelling (AB1)",
        ),
    ],
)
def test_a_fault_names_file_line_and_field(tmp_path: Path, line: str, fault: str) -> None:
    path = tmp_path / "m.jsonl"
    path.write_text('{"image": "a.jpg"}\n' + line + "\n")
    with pytest.raises(ManifestError) as error:
        read_manifest(path)
    assert str(error.value).startswith(f"{path}:2: {fault}")


def test_an_unreadable_manifest_says_why(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"none\.jsonl: No such file"):
        read_manifest(tmp_path / "none.jsonl")
    (tmp_path / "latin.jsonl").write_bytes(b'{"image": "stra\xdfe.jpg"}')
    with pytest.raises(ManifestError, match=r"latin.jsonl: not a UTF-8 text file"):
        read_manifest(tmp_path / "latin.jsonl")


def test_of_split_keeps_the_order() -> None:
    records = [CROP, SCENE, UNLABELLED_CROP]
    assert of_split(records, "train") == [CROP, UNLABELLED_CROP]
    assert of_split(records, "val") == [SCENE]
    assert of_split(records, "test") == []
