"""A plate is read however large it is in the picture: from 4 to 95 % of its width, with the shipped models."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from src.core.image import read_image
from src.core.types import Image
from src.data.annotations.manifest import PlateLabel, Record, read_manifest
from src.runtime.reader import Reader

SHARES = (0.04, 0.06, 0.1, 0.15, 0.25, 0.4, 0.55, 0.7, 0.85, 0.95)
"""Of the picture's width."""
SMALL = SHARES[:2]
LEAST_WIDTH = 640
"""Pixels: nobody's close-up is smaller."""
SAMPLES = Path("data/samples/manifest.jsonl")
PHOTOGRAPHS = Path(os.environ.get("PLATE_DATA", "../shared/data")) / "more/scenes/manifest.jsonl"


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader("exports", threads=1)


def framed(image: Image, plate: PlateLabel, share: float) -> Image:
    """A picture of 4 to 3 in which ``plate`` has ``share`` of the width; beyond the photograph its edge goes on."""
    height, width = image.shape[:2]
    x1, y1, x2, y2 = plate.box
    wide = (x2 - x1) / share
    size = np.array([wide, 0.75 * wide])
    extent = np.array([width, height])
    middle = np.array([x1 + x2, y1 + y2]) / 2
    start = np.where(size <= extent, np.clip(middle - size / 2, 0, np.maximum(extent - size, 0)), (extent - size) / 2)
    left, top = (int(v) for v in np.round(start))
    right, bottom = (int(v) for v in np.round(start + size))
    pad = [max(0, -top), max(0, bottom - height), max(0, -left), max(0, right - width)]
    padded = cv2.copyMakeBorder(image, *pad, cv2.BORDER_REPLICATE)
    cut = padded[top + pad[0] : bottom + pad[0], left + pad[2] : right + pad[2]]
    scale = max(1.0, LEAST_WIDTH / cut.shape[1])
    return np.ascontiguousarray(cv2.resize(cut, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC))


def steps(reader: Reader, image: Image, plate: PlateLabel) -> list[bool]:
    """Whether ``plate`` is read at each of SHARES."""
    pictures = (framed(image, plate, share) for share in SHARES)
    return [any(p.reading.text == plate.text for p in reader.read(picture).plates) for picture in pictures]


def labelled(manifest: Path, split: str) -> list[tuple[Record, PlateLabel]]:
    return [(r, p) for r in read_manifest(manifest) if r.split == split for p in r.plates or () if p.text]


def test_the_picture_has_the_plate_at_its_share() -> None:
    image = np.zeros((300, 400, 3), np.uint8)
    image[100:120, 300:380] = 255
    for share in SHARES:
        picture = framed(image, PlateLabel(box=(300, 100, 380, 120), text="A1"), share)
        white = np.flatnonzero((picture > 127).all((0, 2)) | (picture > 127).any((0, 2)))
        assert (white[-1] - white[0] + 1) / picture.shape[1] == pytest.approx(share, rel=0.05)
        assert picture.shape[1] >= LEAST_WIDTH


@pytest.mark.parametrize(("record", "plate"), labelled(SAMPLES, "test"), ids=lambda v: getattr(v, "text", None))
def test_a_rendered_plate_is_read_at_every_step(reader: Reader, record: Record, plate: PlateLabel) -> None:
    read = steps(reader, read_image(SAMPLES.parent / record.image), plate)
    assert [share for share, is_read in zip(SHARES, read, strict=True) if not is_read and share not in SMALL] == []
    assert any(read[: len(SMALL)])  # a plate of 25 or 38 pixels may be read wrongly once


def test_photographs_are_read_at_every_step(reader: Reader) -> None:
    """Of plates of ``val`` that are 100 pixels wide and read at a quarter of the width, most are read at each step.

    At the smallest step a plate is 25 pixels wide, where the detector still finds it and a reader begins to guess.
    """
    if not PHOTOGRAPHS.is_file():
        pytest.skip(f"no {PHOTOGRAPHS}: PLATE_DATA names the data")
    large = [(r, p) for r, p in labelled(PHOTOGRAPHS, "val") if p.box[2] - p.box[0] >= 100]
    rows = [steps(reader, read_image(PHOTOGRAPHS.parent / r.image), p) for r, p in large]
    read = np.array([row for row in rows if row[SHARES.index(0.25)]])
    assert len(read) >= 10
    least = dict(zip(SHARES, read.mean(0).round(2).tolist(), strict=True))
    assert least.pop(min(SHARES)) >= 0.6
    assert min(least.values()) >= 0.8, least
