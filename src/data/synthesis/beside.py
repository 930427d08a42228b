"""Pairs real crops with synthetic ones of the same regions, to compare them by eye."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from src.core.geometry import CROP_MARGIN, CROP_SIZE, box_to_corners, crop_plate
from src.core.image import read_image
from src.core.types import Image
from src.data.annotations.manifest import Record
from src.data.synthesis.synthesiser import CropSynthesiser, SyntheticCrop

ROW = 3
"""A row has this many real crops and as many synthetic ones after them."""


@dataclass(frozen=True)
class RealPlate:
    """A plate of a manifest whose picture is not decoded yet; its corners are None if it fills the picture."""

    path: Path
    corners: npt.NDArray[np.float32] | None
    text: str
    region: str

    @property
    def image(self) -> Image:
        """Decodes the crop as a reader sees it, ``uint8 [48, 128, 3]``. Raises ImageError."""
        picture = read_image(self.path)
        if self.corners is not None:
            return crop_plate(picture, self.corners, CROP_SIZE, margin=CROP_MARGIN)
        whole = np.array([0, 0, picture.shape[1], picture.shape[0]], np.float32)
        return crop_plate(picture, box_to_corners(whole), CROP_SIZE, margin=0.0)


def real_plates(records: Sequence[Record], root: Path) -> list[RealPlate]:
    """Returns the plates of ``records`` whose text and region are known."""
    plates = []
    for record in records:
        for label in record.labels:
            if label.text and label.region:
                corners = np.array(label.corners, np.float32) if label.corners else None
                if not isinstance(label, Record) and corners is None:
                    corners = box_to_corners(np.array(label.box, np.float32))
                plates.append(RealPlate(root / record.image, corners, label.text, label.region))
    return plates


def paired(
    real: Sequence[RealPlate],
    fonts: Sequence[Path],
    without: Sequence[str],
    registry: Sequence[Path],
    count: int,
    rng: np.random.Generator,
) -> list[SyntheticCrop | RealPlate]:
    """Returns rows of three real and three synthetic crops of a region, ``count`` in all; the regions take turns."""
    regions = sorted({plate.region for plate in real})
    synthesisers = {
        r: CropSynthesiser(fonts, CROP_SIZE, {r: 1}, 0.0, without, registry, arranged=True) for r in regions
    }
    crops: list[SyntheticCrop | RealPlate] = []
    for row in range(-(-count // (2 * ROW))):
        region = regions[row % len(regions)]
        same = [plate for plate in real if plate.region == region]
        crops += [same[int(rng.random() * len(same))] for _ in range(ROW)]
        crops += [synthesisers[region](rng) for _ in range(ROW)]
    return crops
