"""From pixels to texts with models whose answers are known."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from src.core.card import CardError
from src.core.image import ImageError, read_image
from src.core.types import Detection
from src.runtime import plate_reader
from src.runtime.reader import CropReader, Reader, read_file
from tests.conftest import CANVAS, fake_detector, widen_canvases, with_corners, write_model

Photo = Callable[..., Path]


def test_plates_are_found_and_read_surest_first(models: Path, photo: Photo) -> None:
    result = Reader(models, threads=1).read(read_image(photo(blue=True)))
    assert (result.width, result.height) == (96, 64)
    assert [p.reading.text for p in result.plates] == ["AB01", "京B0"]
    np.testing.assert_allclose([p.box for p in result.plates], [[30, 20, 60, 30], [10, 40, 50, 50]])
    assert [p.detection_confidence for p in result.plates] == pytest.approx([0.9, 0.6])
    assert all(p.corners is None and 0.9 < p.reading.confidence <= 1 for p in result.plates)


def test_a_swapped_channel_order_changes_the_result(models: Path, photo: Photo) -> None:
    image = read_image(photo())
    swapped = np.ascontiguousarray(image[..., ::-1])
    assert [p.reading.text for p in Reader(models, 1).read(swapped).plates] == ["京B0"]


def test_boxes_of_a_large_photograph_are_in_its_own_pixels(models: Path, photo: Photo) -> None:
    result = Reader(models, 1).read(read_image(photo(size=8)))
    np.testing.assert_allclose(result.plates[0].box, [240, 160, 480, 240])


def test_the_threshold_is_the_cards_unless_one_is_given(models: Path, photo: Photo) -> None:
    image = read_image(photo(blue=True))
    assert len(Reader(models, 1).read(image).plates) == 2
    assert len(Reader(models, 1, min_confidence=0.7).read(image).plates) == 1
    assert Reader(models, 1, min_confidence=0.95).read(image).plates == ()


def test_all_plates_go_through_one_batch(models: Path, photo: Photo, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, batches = Reader(models, 1), []
    read_crops = reader.plate_reader.read_crops
    monkeypatch.setattr(
        reader.plate_reader, "read_crops", lambda crops: batches.append(len(crops)) or read_crops(crops)
    )
    reader.read(read_image(photo(blue=True)))
    assert batches == [2]


def test_more_crops_than_a_batch_keep_their_order(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plate_reader, "MAX_BATCH", 2)
    ocr = plate_reader.PlateReader(models / "ocr", 1)
    red, blue = (np.full((8, 24, 3), c, np.uint8) for c in ((255, 0, 0), (0, 0, 255)))
    texts = [r.text for r in ocr.read_crops([red, blue, blue, red, blue])]
    assert texts == ["AB01", "京B0", "京B0", "AB01", "京B0"]
    assert ocr.read_crops([]) == []


@pytest.mark.parametrize(("down", "text"), [(0, "AB01"), (2, "AB01"), (3, "京B0"), (-3, "京B0")])
def test_a_tilted_plate_is_read_within_its_corners(
    models: Path, photo: Photo, monkeypatch: pytest.MonkeyPatch, down: int, text: str
) -> None:
    """The box frames the red plate, the corners the blue one, whose right end lies ``down`` pixels of 40 lower."""
    reader = Reader(models, 1)
    corners = np.array([[10, 40], [50, 40 + down], [50, 50 + down], [10, 50]], np.float32)
    detection = Detection(np.array([30, 20, 60, 30], np.float32), 0.8, corners)
    monkeypatch.setattr(reader.detector, "detect", lambda image: [detection])
    plate = reader.read(read_image(photo(blue=True))).plates[0]
    assert plate.reading.text == text
    assert plate.corners is corners


def test_a_detector_with_corners_gives_them_in_pixels_of_the_photograph(models: Path, photo: Photo) -> None:
    write_model(models / "detector", with_corners(fake_detector()), task="detector", input_size=CANVAS)
    plate = Reader(models, 1).read(read_image(photo(size=8))).plates[0]
    np.testing.assert_allclose(plate.box, [240, 160, 480, 240])
    np.testing.assert_allclose(plate.corners, [[256, 160], [496, 160], [480, 240], [240, 240]])
    assert plate.reading.text == "AB01"


def test_a_free_detector_gets_the_smallest_canvas(models: Path, photo: Photo) -> None:
    widen_canvases(models)
    reader, landscape = Reader(models, 1), read_image(photo(size=8))
    portrait = np.ascontiguousarray(np.rot90(landscape))  # x, y go to y, 768 - x
    for image, canvas, box in (
        (landscape, (64, 96, 3), [240, 160, 480, 240]),
        (portrait, (96, 64, 3), [160, 288, 240, 528]),
        (landscape[:, :512], (96, 96, 3), [240, 160, 480, 240]),
        (landscape[:248], (32, 96, 3), [240, 160, 480, 240]),
    ):
        assert reader.detector.prepare(image)[0].shape == canvas
        np.testing.assert_allclose([p.box for p in reader.read(image).plates], [box], atol=6)  # a pixel is 8 wide


def test_a_canvas_of_ones_own(models: Path, photo: Photo) -> None:
    """On a larger one plates are found as finely as that is; it must be one that the network takes."""
    with pytest.raises(CardError, match=r"canvas 192: .*detector takes \(64, 96\) alone"):
        Reader(models, 1, canvas=192)
    widen_canvases(models)
    image = read_image(photo(size=8))
    for canvas, shape, within in ((None, (64, 96, 3), 6), (96, (64, 96, 3), 6), (384, (256, 384, 3), 1.5)):
        reader = Reader(models, 1, canvas=canvas)
        assert reader.detector.prepare(image)[0].shape == shape
        np.testing.assert_allclose([p.box for p in reader.read(image).plates], [[240, 160, 480, 240]], atol=within)
    with pytest.raises(CardError, match=r"canvas 200: .*detector takes multiples of 32"):
        Reader(models, 1, canvas=200)


def test_a_crop_reader_takes_the_picture_for_the_plate(models: Path) -> None:
    result = CropReader(models, 1).read(np.full((20, 70, 3), (0, 0, 255), np.uint8))
    plate = result.plates[0]
    assert (plate.reading.text, plate.detection_confidence) == ("京B0", None)
    assert plate.box.tolist() == [0, 0, 70, 20]
    assert result.ms.detect is None


def test_times_add_up(models: Path, photo: Photo) -> None:
    _, result = read_file(Reader(models, 1), photo())
    ms = result.ms
    assert ms.decode is not None
    assert ms.detect is not None
    assert ms.total == pytest.approx(ms.decode + ms.detect + ms.read)
    assert min(ms.decode, ms.detect, ms.read) > 0


def test_a_photograph_that_lies_on_its_side_is_read_upright(models: Path, photo: Photo) -> None:
    path = photo()
    picture = Image.open(path).rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6  # undo it: turn by 90 degrees clockwise
    picture.save(path, exif=exif)
    _, result = read_file(Reader(models, 1), path)
    assert (result.width, result.height) == (96, 64)
    np.testing.assert_allclose(result.plates[0].box, [30, 20, 60, 30])


def test_a_bad_file_raises(models: Path, tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="no such file"):
        read_file(CropReader(models, 1), tmp_path / "none.jpg")
